"""What the steps of the layout hand to each other."""

from __future__ import annotations

from typing import NamedTuple


class Cancelled(Exception):
    """The layout is not wanted any more."""


class Piece(NamedTuple):
    """A block as the layout sees it: its extents across and along the flow, and what feeds it, each with whether that wire goes
    around a branch. `aside` blocks stand on a bypass. What is not in the `trunk` never bends it."""

    id: str
    across: float
    along: float
    feeds: list[tuple[str, bool]]
    stage: str | None
    aside: bool
    trunk: bool
    boundary: bool


class Gaps(NamedTuple):
    """Room in px. `frame` is how far the frame of a stage reaches beyond its blocks, before and behind, across the flow.

    Centres stand on the grid `(step, offset)`. With `bypass_first` a bypass runs before its branch, else behind it.
    """

    along: float
    between_stages: float
    across: float
    lane: float
    bypass_lane: float
    frame: tuple[float, float]
    grid: tuple[float, float]
    bypass_first: bool


class Item:
    """A block, or the place where a wire passes a rank."""

    __slots__ = ("above", "below", "bypass", "order", "piece", "place", "rank", "trunk", "width", "x")

    def __init__(self, piece: Piece | None, rank: int, width: float, order: float, *, bypass: bool, trunk: bool) -> None:
        self.piece = piece
        self.rank = rank
        self.width = width
        self.order = order
        self.above: list[Item] = []
        self.below: list[Item] = []
        self.bypass = bypass  # part of a way that goes around a branch: it never pulls blocks out of line
        self.trunk = trunk
        self.place = 0  # in its row
        self.x = 0.0  # of the centre

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        return self.x + self.width / 2

    @property
    def stage(self) -> str | None:
        return self.piece.stage if self.piece is not None else None


Rows = list[list[Item]]


def apart(left: Item, right: Item, gaps: Gaps) -> float:
    """How far the centres of neighbours in a row have to be from each other."""
    gap = gaps.across if left.piece is not None and right.piece is not None else gaps.lane / 2
    return (left.width + right.width) / 2 + gap
