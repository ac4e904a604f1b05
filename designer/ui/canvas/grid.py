"""Which boxes are near a place: a grid of cells in a dictionary. What the router, the hit test and the painter ask."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from math import floor
from typing import Generic, TypeVar

from designer.ui.canvas.geometry import Box

K = TypeVar("K", bound=Hashable)
CELL_X, CELL_Y = 256.0, 152.0  # about one block with its gaps, two in height
MANY = 400  # cells; a box or question over more than this is kept, or answered, without them


class Grid(Generic[K]):
    """Boxes by key. Adding, moving and taking out cost the cells a box covers; a question costs the cells it covers."""

    def __init__(self) -> None:
        self.boxes: dict[K, Box] = {}
        self._cells: dict[tuple[int, int], set[K]] = {}
        self.version = 0  # counts changes
        self._wide: set[K] = set()  # boxes over so many cells that they are looked at every time

    def __len__(self) -> int:
        return len(self.boxes)

    def put(self, key: K, box: Box) -> None:
        """Add a box, or move it."""
        old = self.boxes.get(key)
        if old == box:
            return
        if old is not None:
            if _same_cells(old, box) and key not in self._wide:  # as nearly always while a block is dragged
                self.boxes[key] = box
                self.version += 1
                return
            self.drop(key)
        self.boxes[key] = box
        self.version += 1
        if _count(box) > MANY:
            self._wide.add(key)
            return
        for cell in _covered(box):
            self._cells.setdefault(cell, set()).add(key)

    def drop(self, key: K) -> None:
        """Take a box out; it may be gone already."""
        box = self.boxes.pop(key, None)
        if box is None:
            return
        self.version += 1
        if key in self._wide:
            self._wide.discard(key)
            return
        for cell in _covered(box):
            here = self._cells[cell]
            here.discard(key)
            if not here:
                del self._cells[cell]

    def near(self, area: Box) -> list[K]:
        """Keys of all boxes that meet an area, in no order."""
        boxes = self.boxes
        if _count(area) > max(MANY, len(self._cells)):
            return [key for key, box in boxes.items() if _touch(box, area)]
        found: set[K] = set(self._wide)
        cells = self._cells
        for cell in _covered(area):
            here = cells.get(cell)
            if here:
                found |= here
        return [key for key in found if _touch(boxes[key], area)]


def _same_cells(a: Box, b: Box) -> bool:
    """Whether two boxes cover the same cells."""
    return (
        a[0] // CELL_X == b[0] // CELL_X
        and a[1] // CELL_Y == b[1] // CELL_Y
        and a[2] // CELL_X == b[2] // CELL_X
        and a[3] // CELL_Y == b[3] // CELL_Y
    )


def _touch(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _count(box: Box) -> float:
    return ((box[2] - box[0]) / CELL_X + 1) * ((box[3] - box[1]) / CELL_Y + 1)


def _covered(box: Box) -> Iterator[tuple[int, int]]:
    rows = range(floor(box[1] / CELL_Y), floor(box[3] / CELL_Y) + 1)
    for column in range(floor(box[0] / CELL_X), floor(box[2] / CELL_X) + 1):
        for row in rows:
            yield column, row
