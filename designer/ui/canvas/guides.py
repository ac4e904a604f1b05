"""Guides: while something is dragged, lines at the edges and centres of its neighbours; it snaps to the nearest of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainter, QPen

from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import SIZES, Box, snapped

NEAR = 480.0  # how far away something may stand to be in line with
REACH = SIZES.snap * 0.75  # px of the screen from which on a line attracts
FURTHEST = 16.0  # scene px that it attracts from at most, however small everything is
OVER = 8.0  # px of the screen by which a line is longer than what it joins

_wanted = [True]


def wanted() -> bool:
    """Whether a person wants guides."""
    return _wanted[0]


def want(guides: bool) -> None:
    """Show guides from now on, or none."""
    _wanted[0] = guides


class Line(NamedTuple):
    """A guide: upright at x = `at` from `start` to `end`, or level at y = `at`."""

    upright: bool
    at: float
    start: float
    end: float


def reach_at(zoom: float) -> float:
    """From how many scene px a line attracts."""
    return min(REACH / min(zoom, 1.0), FURTHEST)


def snap(box: Box, before: Box, others: Sequence[Box], reach: float) -> tuple[float, float]:
    """How far a box that is dragged has to move to be in line: with a neighbour where one is near, else with where it was while
    it has hardly moved, else with the grid. `before` is where it was, `others` are those it may be in line with."""
    return _snap(box, before, others, reach, 0), _snap(box, before, others, reach, 1)


def _snap(box: Box, before: Box, others: Iterable[Box], reach: float, axis: int) -> float:
    near: tuple[float, float] | None = None
    for other in others:
        for own, mark in _pairs(box, other, axis):
            by = mark - own
            if abs(by) <= reach and (near is None or (abs(by), by) < near):
                near = (abs(by), by)
    if near is not None:
        return near[1]
    if abs(before[axis] - box[axis]) <= SIZES.snap / 2:
        return before[axis] - box[axis]
    return snapped(box[axis]) - box[axis]


def lines(box: Box, others: Sequence[Box]) -> list[Line]:
    """The guides of a box where it stands now. Of two that are equally large, the centres are enough."""
    found: dict[tuple[bool, float], Line] = {}
    for axis in (0, 1):
        upright = axis == 0
        across = 1 - axis
        for other in others:
            equal = [round(own, 1) for own, mark in _pairs(box, other, axis) if abs(own - mark) < 0.5]
            if len(equal) == 3:
                equal = equal[:1]
            for at in equal:
                old = found.get((upright, at)) or Line(upright, at, box[across], box[across + 2])
                start, end = min(old.start, other[across]), max(old.end, other[across + 2])
                found[upright, at] = old._replace(start=start, end=end)
    return list(found.values())


def _pairs(box: Box, other: Box, axis: int) -> tuple[tuple[float, float], ...]:
    """What may be in line: centre with centre, any edge with any edge."""
    low, high, other_low, other_high = box[axis], box[axis + 2], other[axis], other[axis + 2]
    centres = ((low + high) / 2, (other_low + other_high) / 2)
    return centres, (low, other_low), (high, other_high), (low, other_high), (high, other_low)


def paint(painter: QPainter, shown: Iterable[Line], zoom: float) -> None:
    """Draw guides in scene px."""
    over = OVER / zoom
    found = [
        QLineF(at, start - over, at, end + over) if upright else QLineF(start - over, at, end + over, at)
        for upright, at, start, end in shown
    ]
    if not found:
        return
    pen = QPen(draw.ink().color("accent.base"), 1)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.drawLines(found)
