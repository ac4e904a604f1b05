"""What the steps of the layout hand to each other."""

from __future__ import annotations

from typing import NamedTuple


class Cancelled(Exception):
    """The layout is not wanted any more."""


class Piece(NamedTuple):
    """A block as the layout sees it: its extents across and along the flow, and what feeds it, each with the side on which that
    wire goes around a branch: -1 before it, 1 behind it, 0 where it does not. `aside` is the side of a block that stands on such
    a way. What is not in the `trunk` never bends it."""

    id: str
    across: float
    along: float
    feeds: list[tuple[str, int]]
    stage: str | None
    aside: int
    trunk: bool


class Gaps(NamedTuple):
    """Room in px. `frame` is how far the frame of a stage reaches beyond its blocks, before and behind, across the flow.

    Centres stand on the grid `(step, offset)`. Blocks of a rank that are not equally large along the flow are `centred`, or begin
    together.
    """

    along: float
    between_stages: float
    across: float
    lane: float
    bypass_lane: float
    frame: tuple[float, float]
    grid: tuple[float, float]
    centred: bool


class Item:
    """A block, or the place where a wire passes a rank."""

    __slots__ = ("above", "below", "order", "piece", "place", "rank", "side", "stage", "trunk", "width", "x")

    def __init__(self, piece: Piece | None, rank: int, width: float, order: float, *, side: int, trunk: bool) -> None:
        self.piece = piece
        self.rank = rank
        self.width = width
        self.order = order
        self.above: list[Item] = []
        self.below: list[Item] = []
        self.side = side  # where it runs beside a branch as part of a way around it; it never pulls blocks out of line then
        self.trunk = trunk
        self.stage = piece.stage if piece is not None else None  # a bypass with its shape stands in the frame of one, too
        self.place = 0  # in its row
        self.x = 0.0  # of the centre

    @property
    def bypass(self) -> bool:
        return self.side != 0

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        return self.x + self.width / 2


Rows = list[list[Item]]


def apart(left: Item, right: Item, gaps: Gaps) -> float:
    """How far the centres of neighbours in a row have to be from each other."""
    gap = gaps.across if left.piece is not None and right.piece is not None else gaps.lane / 2
    return (left.width + right.width) / 2 + gap
