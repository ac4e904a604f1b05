"""How a wire gets from one port to another without crossing a block: straight, with one step, or through a lane beside blocks.

Each try is a handful of comparisons with the blocks near it. Only where none of them fits does a shortest way over the edges of
the near blocks decide; where even that finds nothing (blocks on top of each other, or a crowd of them), the wire takes the
plainest way.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence

from designer.graph.design import DOWN, RIGHT
from designer.graph.geometry import CLEAR, LANE, STUB, Box, Point

Near = Callable[[Box], list[Box]]
"""The boxes of blocks that meet an area."""

REACH = 640.0  # how far to the sides blocks are looked at first
TRIES = 10
BESIDE = 56.0  # between a branch and the bypass around it, where there is room: its shape stands in it
BESIDE_RIGHT = 24.0  # the same where the flow is to the right: the shape lies along the wire
ROOMY = 60.0  # px that a leg is long which runs so far from blocks: then it carries the shape
MANY = 20  # blocks among which a shortest way is looked for
CROWD = 50  # blocks around a wire from which on that is no help: it would run through those that are left out
TURN = 40.0  # px that a wire runs further to save a turn


def route(
    start: Point,
    end: Point,
    near: Near,
    *,
    side: bool = False,
    step: int = 0,
    quick: bool = False,
    early: bool = False,
    flow: str = DOWN,
) -> list[Point]:
    """The corners of a wire from an output port at `start` down to an input port at `end`, both included.

    `side`: the wire enters from the right. `step` counts the wires that turn off before this one on their way to the same
    block, so that they do not lie on each other. `quick` leaves the search out, as while blocks are dragged; `early` prefers to
    turn close to where the wire comes from. Where the flow is to the right, all this is turned by a quarter: wires run to the
    right, and `side` is above.
    """
    if flow == RIGHT:
        found = _route(_turned(start), _turned(end), _Turned(near), side, step, quick, early, BESIDE_RIGHT)
        return [(y, -x) for x, y in found]
    return _route(start, end, near, side, step, quick, early, BESIDE)


def _turned(point: Point) -> Point:
    """A place as it is when what runs to the right runs down, and what is above is on the right."""
    return -point[1], point[0]


class _Turned:
    """The blocks near an area of the turned picture."""

    def __init__(self, near: Near) -> None:
        self._near = near

    def __call__(self, area: Box) -> list[Box]:
        left, top, right, bottom = area
        found = self._near(Box(top, -right, bottom, -left))
        return [Box(-box.bottom, box.left, -box.top, box.right) for box in found]


def _route(start: Point, end: Point, near: Near, side: bool, step: int, quick: bool, early: bool, apart: float) -> list[Point]:
    (sx, sy), (tx, ty) = start, end
    if side and sx >= tx + STUB and ty > sy:  # from a block beside the branch: down and in
        between = near(Box(tx, sy, sx + CLEAR, ty + CLEAR))
        if free_upright(sx, sy, ty, between) and free_level(ty, tx + 1.0, sx, between):
            return [start, (sx, ty), end]
    if not side and ty - sy >= 1.0:
        between = near(Box(min(sx, tx) - CLEAR, sy, max(sx, tx) + CLEAR, ty))
        if abs(sx - tx) < 0.5 and free_upright(sx, sy, ty, between):
            return [start, end]
        for y in _levels(sy, ty, step, early):
            if free_upright(sx, sy, y, between) and free_level(y, sx, tx, between) and free_upright(tx, y, ty, between):
                return [start, (sx, y), (tx, y), end]
    found = _through_lane(start, end, near, side, step, apart)
    if found is None and not quick:
        found = _shortest(start, end, near, side)
    return found or _plain(start, end, side)


def _levels(sy: float, ty: float, step: int, early: bool) -> list[float]:
    """Where a wire may step sideways: close to what it feeds, then close to where it comes from (or these two the other way
    around), then in the middle."""
    room = ty - sy
    if room < 2 * CLEAR:
        return [(sy + ty) / 2]
    last = min(STUB + step * CLEAR, room - CLEAR)
    ends = [ty - last, sy + min(STUB, room - CLEAR)]
    return [*(reversed(ends) if early else ends), (sy + ty) / 2]


def free_upright(x: float, y0: float, y1: float, boxes: Iterable[Box]) -> bool:
    """Whether an upright leg keeps clear of all boxes. Ending on an edge is fine."""
    if y0 > y1:
        y0, y1 = y1, y0
    return not any(left - CLEAR < x < right + CLEAR and y0 < bottom and top < y1 for left, top, right, bottom in boxes)


def free_level(y: float, x0: float, x1: float, boxes: Iterable[Box]) -> bool:
    """Whether a level leg keeps clear of all boxes."""
    if x0 > x1:
        x0, x1 = x1, x0
    return not any(top - CLEAR < y < bottom + CLEAR and x0 < right and left < x1 for left, top, right, bottom in boxes)


def _through_lane(start: Point, end: Point, near: Near, side: bool, step: int, apart: float) -> list[Point] | None:
    """Down, across to a lane where nothing stands in the way, along it, and across to the end."""
    (sx, sy), (tx, ty) = start, end
    leave = sy + STUB
    enter = ty if side else ty - STUB - step * CLEAR
    top, bottom = min(leave, enter), max(leave, enter)
    for reach in (REACH, 8 * REACH):
        band = near(Box(min(sx, tx) - reach, top - STUB, max(sx, tx) + reach, bottom + STUB))
        for x in _lanes(sx, tx, top, bottom, band, side, step, reach, apart):
            if free_level(leave, sx, x, band) and free_level(enter, x, tx, band):
                points = [start, (sx, leave), (x, leave), (x, enter)]
                if not side:
                    points.append((tx, enter))
                return [*points, end]
    return None


def _lanes(
    sx: float, tx: float, top: float, bottom: float, band: Iterable[Box], side: bool, step: int, reach: float, apart: float
) -> list[float]:
    """x of free lanes between two heights, nearest first; the right side wins a draw. Into a side, only from the right.

    None is further away than `reach`: what stands there is not known.
    """
    middle, within = (sx + tx) / 2, abs(sx - tx) / 2 + reach - STUB
    blocked: list[list[float]] = []
    for left, right in sorted(
        (box[0] - CLEAR, box[2] + CLEAR) for box in band if box[1] < bottom + CLEAR and top - CLEAR < box[3]
    ):
        if blocked and left < blocked[-1][1] + 2 * LANE:
            blocked[-1][1] = max(blocked[-1][1], right)
        else:
            blocked.append([left, right])
    clear = LANE + step * LANE
    if side:
        beside = [(right + apart - CLEAR, right + clear) for _, right in blocked] or [(max(sx, tx) + apart, 0.0)]
        free = [close if any(a - clear < roomy < b for a, b in blocked) else roomy for roomy, close in beside]
        return [x for x in free if tx + STUB / 2 < x < middle + within][:TRIES]
    found = [x for x in (sx, tx) if not any(left < x < right for left, right in blocked)]
    long = bottom - top >= ROOMY
    for k, (left, right) in enumerate(blocked):
        roomy = left - apart + CLEAR
        found.append(roomy if long and (not k or roomy > blocked[k - 1][1] + clear) else left - clear)
        roomy = right + apart - CLEAR
        found.append(roomy if long and (k == len(blocked) - 1 or roomy < blocked[k + 1][0] - clear) else right + clear)
    return sorted(
        {x for x in found if -within < x - middle < within},
        key=lambda x: (abs(x - sx) + abs(x - tx) - (1.0 if x > sx else 0.0), x),
    )[:TRIES]


def _plain(start: Point, end: Point, side: bool) -> list[Point]:
    (sx, sy), (tx, ty) = start, end
    if side:
        x = max(sx, tx) + STUB
        return [start, (sx, sy + STUB), (x, sy + STUB), (x, ty), end]
    middle = (sy + ty) / 2
    if ty > sy:
        return [start, (sx, middle), (tx, middle), end]
    return [start, (sx, sy + STUB), (middle_x := (sx + tx) / 2, sy + STUB), (middle_x, ty - STUB), (tx, ty - STUB), end]


def _shortest(start: Point, end: Point, near: Near, side: bool) -> list[Point] | None:
    """The shortest way with few turns over the lines beside near blocks (A*, which turns as little as it can).

    None where there is none, or too many blocks are near.
    """
    (sx, sy), (tx, ty) = start, end
    area = Box(min(sx, tx) - REACH, min(sy, ty) - REACH, max(sx, tx) + REACH, max(sy, ty) + REACH)
    mx, my = (sx + tx) / 2, (sy + ty) / 2
    around = near(area)
    if len(around) > CROWD:
        return None
    boxes = sorted(around, key=lambda b: abs((b[0] + b[2]) / 2 - mx) + abs((b[1] + b[3]) / 2 - my))[:MANY]
    leave = (sx, sy + CLEAR + 1)
    enter = (tx + CLEAR + 1, ty) if side else (tx, ty - CLEAR - 1)
    apart = CLEAR + 1
    xs = sorted({leave[0], enter[0], *(b[0] - apart for b in boxes), *(b[2] + apart for b in boxes)})
    ys = sorted({leave[1], enter[1], *(b[1] - apart for b in boxes), *(b[3] + apart for b in boxes)})
    # what stands in the way along each line, so that a step asks a few blocks and not all
    on_column = [[b for b in boxes if b[0] - CLEAR < x < b[2] + CLEAR] for x in xs]
    on_row = [[b for b in boxes if b[1] - CLEAR < y < b[3] + CLEAR] for y in ys]
    goal = (xs.index(enter[0]), ys.index(enter[1]))
    begin = (xs.index(leave[0]), ys.index(leave[1]))
    left_x = [abs(x - enter[0]) for x in xs]  # what is at least left from there
    left_y = [abs(y - enter[1]) for y in ys]
    best: dict[tuple[int, int, bool], float] = {(*begin, True): 0.0}
    came: dict[tuple[int, int, bool], tuple[int, int, bool]] = {}
    queue: list[tuple[float, float, int, int, bool]] = [(0.0, 0.0, *begin, True)]
    while queue:
        _, cost, i, j, upright = heapq.heappop(queue)
        if (i, j) == goal:
            at = (i, j, upright)
            points = [end, enter]
            while at in came:
                points.append((xs[at[0]], ys[at[1]]))
                at = came[at]
            return without_needless([start, leave, *reversed(points)])
        if cost > best[i, j, upright]:
            continue
        for k, m in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)):
            if not (0 <= k < len(xs) and 0 <= m < len(ys)):
                continue
            turned = k == i
            if turned and on_column[i] and not free_upright(xs[i], ys[j], ys[m], on_column[i]):
                continue
            if not turned and on_row[j] and not free_level(ys[j], xs[i], xs[k], on_row[j]):
                continue
            further = cost + abs(xs[k] - xs[i]) + abs(ys[m] - ys[j]) + (TURN if upright != turned else 0.0)
            state = (k, m, turned)
            if further < best.get(state, float("inf")):
                best[state] = further
                came[state] = (i, j, upright)
                heapq.heappush(queue, (further + left_x[k] + left_y[m], further, *state))
    return None


def without_needless(points: Sequence[Point]) -> list[Point]:
    """The corners alone."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and (kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]):
            kept[-1] = point
        else:
            kept.append(point)
    return kept
