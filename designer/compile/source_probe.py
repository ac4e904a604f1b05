"""Whether an expression for a width is what the block means, and not just what it happens to come to.

A block is drawn once more with wider inputs, or with one of its parameters doubled; the width in question has to follow the
expression. So 64 is `out_channels // 4` in a bottleneck of 256, although the block has other parameters that are 64.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from blocks.builder import Result, evaluate
from blocks.spec import TensorSpec
from designer.compile.source_terms import CHANNELS, OUT_NAMES, Expression, Number, Symbol, symbols_in, worked_out
from designer.compile.source_tree import Scope

INPUTS = ""
"""Stands for the inputs among the names of what was doubled."""


class Probe:
    def __init__(self, scope: Scope) -> None:
        self.result = scope.result
        self.values = scope.values
        self.primary = [name for name in OUT_NAMES if name in scope.parameters and scope.values[name] is not None]
        self.parameters = scope.parameters
        self.drawn: dict[str, Result | None] = {}

    def holds(self, expression: Expression, part: str, slot: str, output: int = 0) -> bool:
        """Whether argument `slot` of a part, or the width of its output, follows the expression. True where nothing tells."""
        if self.result is None or isinstance(expression, Number):
            return True
        used = [symbol.parameter for symbol in symbols_in(expression, deep=True) if symbol.parameter]
        for doubled in dict.fromkeys([INPUTS, *self.primary, *[n for n in used if self.parameters[n].unit in CHANNELS]]):
            expected = worked_out(expression, partial(self._value, doubled))
            found = self._found(doubled, part, slot, output)
            if expected is not None and found is not None and expected != found:
                return False
        return True

    def _value(self, doubled: str, symbol: Symbol) -> int | None:
        """A symbol's value in the first copy with something doubled, None for one that is neither input nor parameter."""
        if symbol.port is None and not symbol.parameter:
            return None
        value: int = symbol.values[0]
        return 2 * value if doubled == (symbol.parameter if symbol.port is None else INPUTS) else value

    def _found(self, doubled: str, part: str, slot: str, output: int) -> int | None:
        if doubled not in self.drawn:
            self.drawn[doubled] = self._draw(doubled)
        result = self.drawn[doubled]
        if result is None or result.drawing is None:
            return None
        drawn = next((other for other in result.drawing.parts if other.name == part), None)
        if drawn is None:
            return None
        if slot in drawn.block.parameters:
            value: Any = dict(zip(drawn.block.parameters, drawn.values, strict=True))[slot]
            return value if type(value) is int else None
        return drawn.result.outputs[output][0] if slot in OUT_NAMES and output < len(drawn.result.outputs) else None

    def _draw(self, doubled: str) -> Result | None:
        assert self.result is not None
        inputs, values = self.result.inputs, self.result.values
        if doubled == INPUTS:
            inputs = tuple([TensorSpec((2 * spec[0], *spec[1:])) for spec in inputs])
        elif self.values[doubled] is None:
            return None
        else:
            values = tuple([2 * v if name == doubled else v for name, v in zip(self.parameters, values, strict=True)])
        result = evaluate(self.result.block, values, inputs)
        return None if result.problem is not None else result
