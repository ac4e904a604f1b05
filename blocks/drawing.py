"""What drawing gives: tensors and parts of a drawing, and the result of evaluating a block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from blocks.block import Values
from blocks.cost import Cost
from blocks.errors import BlockError, Issue
from blocks.spec import TensorSpec

Ref = tuple[int, int]
"""Where a tensor comes from: (part index, output index); part -1 - k is input k of the drawing."""


class Part(msgspec.Struct, frozen=True):
    """One node of a drawing."""

    name: str
    block: Any  # a Block subclass or an own block's type
    values: Values
    inputs: tuple[Ref, ...]
    result: Result
    stage: str | None


class Drawing:
    """What a composite looks like inside: a pure function of its values and input shapes."""

    __slots__ = ("outputs", "parts")

    def __init__(self, parts: tuple[Part, ...], outputs: tuple[Ref, ...]) -> None:
        self.parts = parts
        self.outputs = outputs


class LaterDrawing(Drawing):
    """A drawing that `draw` makes when somebody first looks inside."""

    __slots__ = ("_draw",)

    def __init__(self, draw: Callable[[], Drawing]) -> None:
        self._draw = draw

    def __getattr__(self, name: str) -> Any:
        if name not in Drawing.__slots__:
            raise AttributeError(name)
        drawing = self._draw()
        self.parts, self.outputs = drawing.parts, drawing.outputs
        return getattr(self, name)


class Result(msgspec.Struct, eq=False, weakref=True):
    """What evaluating one block on given shapes gave. Shared between equal blocks; never changed after it is made.

    `instance` is the block with its values. `elements` counts those of a primitive's output. `problem` is why the block cannot
    work: then there are no outputs and no cost.
    """

    block: Any
    values: Values
    inputs: tuple[TensorSpec, ...]
    instance: Any
    outputs: tuple[TensorSpec, ...]
    cost: Cost
    elements: int = 0
    drawing: Drawing | None = None
    primitives: int = 1
    problem: BlockError | None = None
    notices: tuple[Issue, ...] = ()
    flat: Any = None  # filled by the flattener, which alone reads it


class DrawProblem(Exception):
    """A part could not be drawn; carries the part so that the composite can name it and blame its own parameter."""

    def __init__(self, name: str, block: Any, values: Values, problem: BlockError) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.block = block
        self.values = values
        self.problem = problem


class Tensor(msgspec.Struct, eq=False, gc=False):
    """A value inside a drawing: its shape and where it comes from."""

    ref: Ref
    spec: TensorSpec

    @property
    def channels(self) -> int:
        return self.spec[0]

    @property
    def height(self) -> int:
        return self.spec[1]

    @property
    def width(self) -> int:
        return self.spec[2]
