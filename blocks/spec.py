"""Shapes and ports."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

MAX_CHANNELS = 1_048_576
MAX_SIDE = 65_536
MAX_WINDOW = 4_096  # kernel, stride, padding and dilation
MAX_REPEATS = 1_000
MAX_PARTS = 20_000  # nodes of one drawing
MAX_PRIMITIVES = 200_000  # flattened primitives of one design
MAX_NESTING = 64  # composites and own blocks inside each other
MAX_ELEMENTS = 2**50  # of one tensor or one layer's weights: torch counts bytes in 63 bits


class TensorSpec(tuple[int, ...]):
    """Frozen shape of one tensor without the batch: `(C, H, W)` for a map, `(F,)` for a feature vector.

    A tuple, so that comparing and hashing (the key of every memo) run in C.
    """

    __slots__ = ()

    @property
    def is_map(self) -> bool:
        return len(self) == 3

    @property
    def channels(self) -> int:
        """C of a map, F of a vector."""
        return self[0]

    @property
    def height(self) -> int:
        return self[1]

    @property
    def width(self) -> int:
        return self[2]

    @property
    def elements(self) -> int:
        return prod(self)

    def __str__(self) -> str:
        return f"({self[0]},)" if len(self) == 1 else f"({', '.join(map(str, self))})"

    __repr__ = __str__


class Port(NamedTuple):
    """A named connection point.

    A `variadic` port has slots `x.0, x.1, ...` whose order is part of the design; it must be the only input port. `optional`
    ports may stay free and come last. `rank` is 3 where only maps fit, 1 where only vectors fit, None where both do.
    """

    name: str
    variadic: bool = False
    optional: bool = False
    rank: int | None = None
