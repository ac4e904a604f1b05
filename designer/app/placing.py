"""Where blocks that are added stand: pure arithmetic in scene px, top left corners, y down."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from designer.graph.design import ROOT, Design
from designer.graph.edits import Edit, Move
from designer.graph.layout import RIGHT, SNAP, Metrics, metrics_of

Point = tuple[float, float]
Rect = tuple[float, float, float, float]
"""Left, top, right, bottom."""

SIZES = Metrics()
BESIDE = SIZES.gap_sideways
TRIES = 200
CELL = 256.0  # px, more than a block is wide


def size_of(block: str) -> Point:
    """Width and height of a block of this kind."""
    return (SIZES.io_width, SIZES.io_height) if block in ("input", "output") else (SIZES.width, SIZES.height)


def snapped(value: float) -> float:
    """The nearest place of the grid that blocks keep to."""
    return math.floor(value / SNAP + 0.5) * SNAP if math.isfinite(value) else 0.0


def rect(place: Point, block: str) -> Rect:
    """The rectangle of a block that stands at `place`."""
    width, height = size_of(block)
    return place[0], place[1], place[0] + width, place[1] + height


def centred(at: Point, block: str) -> Point:
    """Where a block stands whose middle is at `at`, on the grid."""
    width, height = size_of(block)
    return snapped(at[0] - width / 2), snapped(at[1] - height / 2)


def free(wanted: Iterable[Rect], standing: Iterable[Rect], step: Point = (SNAP * 2, SNAP * 2)) -> Point:
    """How far rectangles have to move, in whole steps, so that they stand on none that stand there already."""
    boxes = list(wanted)
    cells: dict[tuple[int, int], list[Rect]] = {}
    for other in standing:
        for cell in _cells(other):
            cells.setdefault(cell, []).append(other)
    for k in range(TRIES):
        dx, dy = step[0] * k, step[1] * k
        moved = ((left + dx, top + dy, right + dx, bottom + dy) for left, top, right, bottom in boxes)
        if not any(_meet(box, other) for box in moved for cell in _cells(box) for other in cells.get(cell, ())):
            return dx, dy
    return step[0] * TRIES, step[1] * TRIES


def _meet(a: Rect, b: Rect) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _cells(box: Rect) -> list[tuple[int, int]]:
    """The cells of a coarse grid that a rectangle covers; a block covers four at most."""
    columns = range(math.floor(box[0] / CELL), math.floor(box[2] / CELL) + 1)
    return [(column, row) for row in range(math.floor(box[1] / CELL), math.floor(box[3] / CELL) + 1) for column in columns]


class Places:
    """Where the blocks of a scope stand on the canvas: as the document says, or as the canvas laid them out.

    A design that was never arranged holds no places; the first edit that places a block then stores all of them, or the others
    would be laid out anew around it when the document is opened again.
    """

    def __init__(self, design: Design, places: Mapping[str, Point] | None = None, scope: str = ROOT) -> None:
        network = design.network(scope)
        self.scope = scope
        self.flow = design.flow
        self.gap = metrics_of(design.flow).gap
        self.stored = design.positions.get(scope, {})
        shown = self.stored if places is None else places
        self.at = {node_id: shown[node_id] for node_id in network if node_id in shown}
        self._blocks = {node.id: node.block for node in network.nodes()}

    def rect(self, node_id: str) -> Rect | None:
        """The rectangle of a block, None where it has no place."""
        place = self.at.get(node_id)
        return rect(place, self._blocks[node_id]) if place is not None else None

    def rects(self, leave_out: Iterable[str] = ()) -> list[Rect]:
        """The rectangles of all blocks but some."""
        ignored = set(leave_out)
        return [rect(place, self._blocks[node_id]) for node_id, place in self.at.items() if node_id not in ignored]

    def store(self, moved: Mapping[str, Point] | None = None, leave_out: Iterable[str] = ()) -> list[Edit]:
        """The edit that moves blocks and stores the places the document does not hold yet; none where there is nothing to say."""
        ignored = set(leave_out)
        wanted: dict[str, Point | None] = {
            node_id: place
            for node_id, place in {**self.at, **(moved or {})}.items()
            if node_id not in ignored and self.stored.get(node_id) != place
        }
        return [Move(scope=self.scope, positions=wanted)] if wanted else []

    def between(self, above: str, below: str, block: str, at: Point | None) -> tuple[Point | None, dict[str, Point]]:
        """Where a block stands that is put between two others, and who moves down (or right, with the flow) to make room.

        Between neighbours everything from the lower one on moves down; on a long wire the block stands where it was dropped.
        """
        over, under = self.rect(above), self.rect(below)
        if over is None or under is None:
            return (centred(at, block) if at is not None else None), {}
        # across the flow and along it, whichever way that runs
        turn = self.turned
        over, under = (*turn(over[:2]), *turn(over[2:])), (*turn(under[:2]), *turn(under[2:]))
        width, height = turn(size_of(block))
        here = turn(at) if at is not None else None
        room = under[1] - over[3]
        needed = height + 2 * self.gap
        if room < 0:  # drawn against the flow
            return self.near(turn(here or ((over[0] + over[2]) / 2, over[3] + self.gap + height / 2)), block), {}
        aligned = abs(over[0] + over[2] - under[0] - under[2]) < width
        centre = (over[0] + over[2]) / 2 if aligned else (under[0] + under[2]) / 2
        if room >= needed and here is not None:
            middle = min(max(here[1], over[3] + self.gap + height / 2), under[1] - self.gap - height / 2)
            across = here[0] if abs(here[0] - centre) > width / 2 else centre
            return self.near(turn((across, middle)), block), {}
        place = turn((centre - width / 2, snapped(over[3] + self.gap)))
        short = max(0.0, math.ceil((needed - room) / SNAP) * SNAP)
        step = turn((0.0, short))
        behind = [node_id for node_id, spot in self.at.items() if turn(spot)[1] >= under[1]] if short else []
        moved = {node_id: (self.at[node_id][0] + step[0], self.at[node_id][1] + step[1]) for node_id in behind}
        others = [rect(moved.get(node_id, spot), self._blocks[node_id]) for node_id, spot in self.at.items()]
        dx, dy = free([rect(place, block)], others, turn((SNAP * 4, 0.0)))
        return (place[0] + dx, place[1] + dy), moved

    def turned(self, point: Sequence[float]) -> Point:
        """Across and along the flow of what is right and down, or back."""
        return (point[1], point[0]) if self.flow == RIGHT else (point[0], point[1])

    def beside(self, node_id: str, block: str, *, behind: bool) -> Point | None:
        """The middle of a block that stands right behind (or before) another, with the flow; None where that has no place."""
        box = self.rect(node_id)
        if box is None:
            return None
        turn = self.turned
        start, end = turn(box[:2]), turn(box[2:])
        far = self.gap + turn(size_of(block))[1] / 2
        return turn(((start[0] + end[0]) / 2, end[1] + far if behind else start[1] - far))

    def near(self, at: Point, block: str) -> Point:
        """The place on the grid, at or right below of `at` (its middle), where a block stands on no other."""
        place = centred(at, block)
        across = free([rect(place, block)], self.rects(), (SNAP * 4, 0.0))
        down = free([rect(place, block)], self.rects(), (0.0, SNAP * 2))
        dx, dy = min(across, down, key=lambda step: step[0] + step[1])
        return place[0] + dx, place[1] + dy
