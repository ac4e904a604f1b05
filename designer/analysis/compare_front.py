"""Which designs are on the Pareto front: no other is as good in one figure and better in the other."""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float, float]


def front(points: Sequence[Point], *, less_x: bool = True, less_y: bool = True) -> list[int]:
    """Indices of the points that no other point beats, from the best x on. Of equal points the first counts."""
    turn_x, turn_y = 1 if less_x else -1, 1 if less_y else -1
    order = sorted(range(len(points)), key=lambda k: (turn_x * points[k][0], turn_y * points[k][1], k))
    found: list[int] = []
    best = float("inf")
    for k in order:
        y = turn_y * points[k][1]
        if y < best:
            best = y
            found.append(k)
    return found


def staircase(points: Sequence[Point]) -> list[Point]:
    """The line along a front: from each of its points straight to the level of the next. `points` come from the best x on."""
    line: list[Point] = []
    for k, (x, y) in enumerate(points):
        if k:
            line.append((x, points[k - 1][1]))
        line.append((x, y))
    return line
