"""Numbers of generated source as expressions: `24`, `out_channels`, `in_channels * expand_ratio`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from designer.compile.source_layout import literal
from designer.compile.source_tree import REQUIRED, Kind

Values = tuple[Any, ...]
"""One value for each copy of a class."""

CHANNELS = ("channels", "features", "classes")
"""Units of numbers that count channels."""

OUT_NAMES = ("out_channels", "out_features", "classes")
"""What blocks call the width of their output."""


class Number(NamedTuple):
    """The same in all copies."""

    value: Any


class Symbol:
    """A name: an argument of the class, or, with `expression`, a local variable of its constructor.

    `slot` is the argument of the `part` it was first needed for; `parameter` the block's parameter it is. Its name is given when
    it is known which symbols are used.
    """

    def __init__(
        self,
        values: Values,
        unit: str,
        *,
        name: str = "",
        part: str = "",
        slot: str = "",
        parameter: str = "",
        expression: Expression | None = None,
        default: Any = REQUIRED,
        port: int | None = None,
    ) -> None:
        self.values = values
        self.unit = unit
        self.name = name
        self.part = part
        self.slot = slot
        self.parameter = parameter
        self.expression = expression
        self.default = default
        self.port = port
        self.inlined = False

    @property
    def annotation(self) -> str:
        """The type of the argument, from the values it takes."""
        names = {_type_of(value): None for value in self.values}
        order = ("bool", "int", "float", "str", "tuple", "type[nn.Module]", "None")
        found = sorted(names, key=lambda name: next((k for k, start in enumerate(order) if name.startswith(start)), 0))
        if "float" in found and "int" in found:
            found.remove("int")  # every int is a float
        return " | ".join(found)


class Operation(NamedTuple):
    operator: str
    left: Expression
    right: Expression


Expression = Number | Symbol | Operation


class Term(NamedTuple):
    """An expression and what it comes to in each copy."""

    expression: Expression
    values: Values


def _type_of(value: object) -> str:
    if isinstance(value, Kind):
        return "type[nn.Module]"
    if isinstance(value, tuple):
        return f"tuple[{', '.join([_type_of(item) for item in value])}]"
    return "None" if value is None else type(value).__name__


def text(expression: Expression, tight: bool = False) -> str:
    """As Python source; `tight` where it stands beside an operator."""
    if isinstance(expression, Number):
        value = expression.value
        return value.text if isinstance(value, Kind) else literal(value)
    if isinstance(expression, Symbol):
        return text(expression.expression, tight) if expression.inlined and expression.expression else expression.name
    written = f"{text(expression.left, True)} {expression.operator} {text(expression.right, True)}"
    return f"({written})" if tight else written


def combined(operator: str, left: Expression, right: Expression) -> Expression:
    """An operation, worked out at once where both sides are numbers."""
    if isinstance(left, Number) and isinstance(right, Number):
        a, b = left.value, right.value
        return Number({"+": a + b, "-": a - b, "*": a * b, "//": a // b if b else 0}[operator])
    return Operation(operator, left, right)


def substituted(expression: Expression, given: dict[str, Expression]) -> Expression | None:
    """The expression with its arguments replaced by name, None where one of them is not given."""
    if isinstance(expression, Number):
        return expression
    if isinstance(expression, Symbol):
        return substituted(expression.expression, given) if expression.expression else given.get(expression.name)
    left, right = substituted(expression.left, given), substituted(expression.right, given)
    return combined(expression.operator, left, right) if left is not None and right is not None else None


def worked_out(expression: Expression, value: Callable[[Symbol], int | None]) -> int | None:
    """What an expression comes to, None where the value of an argument is not known."""
    if isinstance(expression, Number):
        number: int = expression.value
        return number
    if isinstance(expression, Symbol):
        return worked_out(expression.expression, value) if expression.expression else value(expression)
    left, right = worked_out(expression.left, value), worked_out(expression.right, value)
    if left is None or right is None:
        return None
    found = combined(expression.operator, Number(left), Number(right))
    return found.value if isinstance(found, Number) else None


def symbols_in(expression: Expression, *, deep: bool = False) -> list[Symbol]:
    """The symbols of an expression; `deep` gives the arguments in place of the local variables that are made of them."""
    if isinstance(expression, Symbol):
        return symbols_in(expression.expression, deep=True) if deep and expression.expression else [expression]
    if isinstance(expression, Operation):
        return [*symbols_in(expression.left, deep=deep), *symbols_in(expression.right, deep=deep)]
    return []
