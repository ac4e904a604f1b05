"""Rectangles with given areas that fill a rectangle and are as square as they can be (Bruls, Huizing, van Wijk 2000)."""

from __future__ import annotations

from collections.abc import Sequence

Rect = tuple[float, float, float, float]
"""Left, top, width, height."""


def squarify(values: Sequence[float], room: Rect) -> list[Rect]:
    """A rectangle for each value, in the order given, which should fall. Their areas are to each other as the values are."""
    x, y, width, height = room
    total = sum(values)
    if total <= 0 or width <= 0 or height <= 0:
        return [(x, y, 0.0, 0.0) for _ in values]
    scale = width * height / total
    areas = [value * scale for value in values]
    found: list[Rect] = []
    start = 0
    while start < len(areas):
        short = min(width, height)
        end, row = start + 1, areas[start]
        worst = _worst(row, areas[start], areas[start], short)
        while end < len(areas):
            longer = row + areas[end]
            # the values fall, so the first of the row is its largest and the next its smallest
            worse = _worst(longer, areas[start], areas[end], short)
            if worse > worst:
                break
            row, worst, end = longer, worse, end + 1
        last = end == len(areas)
        if width >= height:
            thick = width if last else (row / height if height else 0.0)
            at = y
            for area in areas[start:end]:
                long = area / row * height if row else 0.0
                found.append((x, at, thick, long))
                at += long
            x, width = x + thick, max(0.0, width - thick)
        else:
            thick = height if last else (row / width if width else 0.0)
            at = x
            for area in areas[start:end]:
                long = area / row * width if row else 0.0
                found.append((at, y, long, thick))
                at += long
            y, height = y + thick, max(0.0, height - thick)
        start = end
    return found


def _worst(row: float, largest: float, smallest: float, short: float) -> float:
    """The worst ratio of sides in a row of this area laid along the shorter side."""
    if row <= 0 or smallest <= 0 or short <= 0:
        return float("inf")
    return max(short**2 * largest / row**2, row**2 / (short**2 * smallest))
