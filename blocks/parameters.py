"""Parameter kinds. A kind knows its default, both ends of its range, unit and help, and turns raw values into canonical ones.

Kinds drive validation, the inspector, the file format, the generated docs and the JSON schema: nothing about a parameter is
said anywhere else. Canonical values are hashable: int, float, bool, str, None or a tuple of ints.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Generic, TypeVar, overload

from blocks.errors import BlockError
from blocks.spec import MAX_CHANNELS, MAX_SIDE, TensorSpec

T = TypeVar("T")
HUGE = sys.float_info.max
Condition = Mapping[str, tuple[Any, ...]]
_DEFAULTS: dict[Any, Any] = {}
"""Canonical defaults by type and value. Equal ones are one object, so a drawing that passes its default on is seen to do so."""


def shown(value: object) -> str:
    """A raw value as a person may read it: strings quoted, long ones cut."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 200:
        return f"a number of about {int(value.bit_length() * 0.30103) + 1} digits"
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number inside is too long to print, or lists stand too deep inside lists
        return f"a {type(value).__name__} too large to show"
    return text if len(text) <= 60 else text[:57] + "..."


class Parameter(Generic[T]):
    """Base of all kinds. On a block instance the attribute is the canonical value, on the class the kind itself."""

    kind: str = ""

    def __init__(
        self,
        default: Any,
        *,
        minimum: float | None = None,
        maximum: float | None = None,
        unit: str = "",
        help: str = "",  # the word people know from argparse
        visible_when: Condition | None = None,
        optional: bool = False,
        inert: bool = False,
    ) -> None:
        self.name = ""
        self.minimum = minimum
        self.maximum = maximum
        self._low = -HUGE if minimum is None else minimum
        self._high = HUGE if maximum is None else maximum
        self.unit = unit
        self.help = help
        self.visible_when: Condition = dict(visible_when or {})
        self.optional = optional  # None is a value: "decided by the block"
        self.inert = inert  # no shape, no cost and no choice of parts depends on it: a drawing only hands it on to its parts
        self.default: Any = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        default = self.clean(self.default)
        self.default = _DEFAULTS.setdefault((type(default), default), default)

    @overload
    def __get__(self, instance: None, owner: type) -> Parameter[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Any:
        return self  # an instance carries the value in its own __dict__, which wins over this

    def clean(self, value: Any) -> Any:
        """Canonical value of `value`. Raises BlockError naming the parameter, the range and what came.

        Kinds answer at once for a value that is canonical already, as nearly all are: drawings pass theirs on by the hundred.
        """
        if value is None:
            if self.optional:
                return None
            raise self.refuse(value)
        return self.convert(value)

    def convert(self, value: Any) -> Any:
        raise NotImplementedError

    def raw(self, value: Any) -> Any:
        """The canonical value as written in a document (the shorter form where there are two)."""
        return value

    def allowed(self) -> str:
        """The range in words, e.g. "a whole number from 1 to 1,048,576"."""
        raise NotImplementedError

    def refuse(self, value: object) -> BlockError:
        or_none = " or none" if self.optional else ""
        return BlockError(
            "parameter_range",
            f"{self.name} needs {self.allowed()}{or_none}, but got {shown(value)}.",
            hint=f"Set {self.name} to {self.allowed()}.",
            param=self.name,
        )

    def from_text(self, text: str) -> Any:
        """Canonical value of what a person typed on a command line; "none" where the parameter may be None."""
        return None if self.optional and text == "none" else self.read(text)

    def read(self, text: str) -> Any:
        """Canonical value of a text that does not stand for None."""
        return self.clean(text)

    def describe(self) -> dict[str, Any]:
        """Everything about the parameter as plain data (CLI `blocks --json`, docs, schema)."""
        return {
            "name": self.name,
            "kind": self.kind,
            "default": self.raw(self.default),
            "minimum": self.minimum,
            "maximum": self.maximum,
            "optional": self.optional,
            "unit": self.unit,
            "help": self.help,
            "visible_when": {key: list(values) for key, values in self.visible_when.items()},
        }


def _range(low: float | None, high: float | None) -> str:
    return f"from {low:,} to {high:,}" if low is not None and high is not None else ""


class Int(Parameter[int]):
    kind = "int"

    def clean(self, value: Any) -> Any:
        if type(value) is int and self._low <= value <= self._high:
            return value
        return super().clean(value)

    def convert(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
            raise self.refuse(value)
        if isinstance(value, float):
            if not value.is_integer():
                raise self.refuse(value)
            value = int(value)
        if (self.minimum is not None and value < self.minimum) or (self.maximum is not None and value > self.maximum):
            raise self.refuse(value)
        return value

    def allowed(self) -> str:
        return f"a whole number {_range(self.minimum, self.maximum)}".strip()

    def read(self, text: str) -> Any:
        try:
            return self.clean(int(text))
        except ValueError:  # also an integer of too many digits
            raise self.refuse(text) from None


class Float(Parameter[float]):
    kind = "float"

    def clean(self, value: Any) -> Any:
        if (type(value) is float or type(value) is int) and self._low <= value <= self._high:
            return float(value)
        return super().clean(value)

    def convert(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.refuse(value)
        try:
            value = float(value)
        except OverflowError:
            raise self.refuse(value) from None
        if not (value == value and abs(value) != float("inf")):
            raise self.refuse(value)
        if (self.minimum is not None and value < self.minimum) or (self.maximum is not None and value > self.maximum):
            raise self.refuse(value)
        return value

    def raw(self, value: Any) -> Any:
        return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value

    def allowed(self) -> str:
        return f"a number {_range(self.minimum, self.maximum)}".strip()

    def read(self, text: str) -> Any:
        try:
            return self.clean(float(text))
        except ValueError:
            raise self.refuse(text) from None


class Bool(Parameter[bool]):
    kind = "bool"

    def clean(self, value: Any) -> Any:
        return value if value is True or value is False else super().clean(value)

    def convert(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.refuse(value)
        return value

    def allowed(self) -> str:
        return "true or false"

    def read(self, text: str) -> Any:
        if text not in ("true", "false"):
            raise self.refuse(text)
        return text == "true"


class Choice(Parameter[Any]):
    """One of a few values, all of one type (int, float or str). Where they are floats, a whole number stands for its float."""

    kind = "choice"

    def __init__(self, default: Any, *, of: tuple[Any, ...], **rest: Any) -> None:
        self.of = of
        self._by_name = {option: option for option in of if type(option) is str}
        super().__init__(default, optional=None in of, **rest)

    def clean(self, value: Any) -> Any:
        if (type(value) is str and value in self._by_name) or (value is None and self.optional):
            return value
        return super().clean(value)

    def convert(self, value: Any) -> Any:
        for option in self.of:
            if option == value and (type(option) is type(value) or (type(option) is float and type(value) is int)):
                return option
        raise self.refuse(value)

    def allowed(self) -> str:
        return "one of " + ", ".join("none" if option is None else str(option) for option in self.of)

    def refuse(self, value: object) -> BlockError:
        message = f"{self.name} needs {self.allowed()}, but got {shown(value)}."
        return BlockError("parameter_range", message, hint=f"Choose {self.allowed()}.", param=self.name)

    def read(self, text: str) -> Any:
        for option in self.of:
            if text == ("none" if option is None else str(option)) or (type(option) is float and text == f"{option:g}"):
                return option
        raise self.refuse(text)

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), "of": list(self.of)}


class _Sides(Parameter[T]):
    """What Pair and Padding share: a number for both sides or (height, width)."""

    def clean(self, value: Any) -> Any:
        if type(value) is tuple and len(value) == 2:
            high, wide = value
            if type(high) is type(wide) is int and self._low <= high <= self._high and self._low <= wide <= self._high:
                return value
        elif type(value) is int and self._low <= value <= self._high:
            return (value, value)
        return super().clean(value)

    def convert(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)) and len(value) == 2:
            high, wide = value
        else:
            high = wide = value
        return self.side(high, value), self.side(wide, value)

    def side(self, number: Any, value: Any) -> int:
        if isinstance(number, float) and number.is_integer():
            number = int(number)
        if isinstance(number, bool) or not isinstance(number, int):
            raise self.refuse(value)
        if (self.minimum is not None and number < self.minimum) or (self.maximum is not None and number > self.maximum):
            raise self.refuse(value)
        return number

    def raw(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return value[0] if value[0] == value[1] else list(value)
        return value

    def allowed(self) -> str:
        return f"a whole number or a pair (height, width) {_range(self.minimum, self.maximum)}".strip()

    def read(self, text: str) -> Any:
        try:
            sides = [int(part) for part in text.split("x")]
        except ValueError:
            raise self.refuse(text) from None
        return self.clean(sides[0] if len(sides) == 1 else sides)


class Pair(_Sides[tuple[int, int]]):
    """A number for both sides or (height, width); canonical form is always the pair."""

    kind = "pair"


class Padding(_Sides[Any]):
    """A pair, or "same" as torch has it (output as large as the input; stride 1 only). None, where `optional`, keeps the size:
    `dilation * (kernel_size - 1) // 2`."""

    kind = "padding"

    def convert(self, value: Any) -> Any:
        return "same" if value == "same" else super().convert(value)

    def allowed(self) -> str:
        return super().allowed() + ' or "same"'

    def read(self, text: str) -> Any:
        return "same" if text == "same" else super().read(text)


class Shape(Parameter[TensorSpec]):
    """The shape of an input: (C, H, W) or (F,)."""

    kind = "shape"

    def convert(self, value: Any) -> TensorSpec:
        if not isinstance(value, (list, tuple)) or len(value) not in (1, 3):
            raise self.refuse(value)
        for position, number in enumerate(value):
            limit = MAX_SIDE if position else MAX_CHANNELS
            if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= limit:
                raise self.refuse(value)
        return TensorSpec(value)

    def raw(self, value: Any) -> Any:
        return list(value)

    def allowed(self) -> str:
        return f"(C, H, W) or (F,) with C and F from 1 to {MAX_CHANNELS:,}, H and W from 1 to {MAX_SIDE:,}"

    def read(self, text: str) -> Any:
        try:
            return self.clean([int(part) for part in text.split("x")])
        except ValueError:
            raise self.refuse(text) from None
