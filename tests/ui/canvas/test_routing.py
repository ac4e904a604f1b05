"""Wires go around blocks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.graph.design import DOWN, RIGHT
from designer.graph.routing import BESIDE, route
from designer.ui.canvas.geometry import Box, Point
from designer.ui.canvas.grid import Grid
from tests.ui.canvas.helpers import crossed

W, H = 216.0, 48.0


def way(
    boxes: list[Box], start: Point, end: Point, *, side: bool = False, step: int = 0, early: bool = False, flow: str = DOWN
) -> list[Point]:
    grid: Grid[int] = Grid()
    for key, box in enumerate(boxes):
        grid.put(key, box)
    near = lambda area: [boxes[key] for key in grid.near(area)]  # noqa: E731
    return route(start, end, near, side=side, step=step, early=early, flow=flow)


def block(x: float, y: float) -> Box:
    return Box(x, y, x + W, y + H)


def test_straight_down_where_nothing_is_between() -> None:
    assert way([block(0, 0), block(0, 76)], (108, 48), (108, 76)) == [(108, 48), (108, 76)]


def test_one_step_aside() -> None:
    points = way([block(0, 0), block(40, 76)], (108, 48), (148, 76))
    assert len(points) == 4
    assert points[1][1] == points[2][1] == 62  # in the middle of the gap


def test_wires_to_neighbouring_ports_step_aside_at_different_heights() -> None:
    boxes = [block(0, 0), block(500, 0), block(250, 76)]
    first = way(boxes, (108, 48), (346, 76), step=0)
    second = way(boxes, (608, 48), (370, 76), step=1)
    assert first[1][1] != second[1][1]


def test_around_a_block_in_the_way() -> None:
    boxes = [block(0, 0), block(0, 76), block(0, 152)]
    points = way(boxes, (108, 48), (108, 152))
    assert points[0] == (108, 48)
    assert points[-1] == (108, 152)
    assert not crossed(points, boxes)
    assert max(x for x, _ in points) > W  # on the right side


def test_a_bypass_comes_down_beside_its_branch_and_in_from_the_right() -> None:
    boxes = [block(0, 76 * k) for k in range(4)]
    points = way(boxes, (108, 48), (216, 252), side=True)
    assert not crossed(points, boxes)
    assert points[-2][1] == points[-1][1] == 252
    assert points[-2][0] == pytest.approx(W + BESIDE)  # room for its shape


def test_a_bypass_keeps_close_where_a_neighbour_stands() -> None:
    boxes = [*[block(0, 76 * k) for k in range(4)], block(W + 50, 76), block(W + 50, 152)]
    points = way(boxes, (108, 48), (216, 252), side=True)
    assert not crossed(points, boxes)
    assert W < points[-2][0] < W + 50


def test_upwards() -> None:
    boxes = [block(0, 0), block(0, 200)]
    points = way(boxes, (108, 248), (108, 0))
    assert not crossed(points, boxes)
    assert points[0] == (108, 248)
    assert points[1][1] > 248  # it leaves a port downwards
    assert points[-2][1] < 0  # and comes in from above


def test_blocks_on_top_of_each_other_still_get_a_wire() -> None:
    for end in ((108.0, 0.0), (108.0, 20.0), (300.0, 30.0)):
        points = way([block(0, 0), block(2, 3), block(5, -20)], (108, 48), end)
        assert points[0] == (108, 48)
        assert points[-1] == end


def test_out_of_a_maze_by_the_shortest_way() -> None:
    """Lanes are blocked on both sides, so that only the search finds a way."""
    wall = [Box(x, 70, x + W, 118) for x in range(-1600, 1600, 230)]
    second = [Box(x, 150, x + W, 198) for x in range(-1485, 1485, 230)]
    points = way([*wall, *second], (108 - 1600 + 230 * 7, 40), (108 - 1485 + 230 * 7, 260))
    assert not crossed(points, [*wall, *second])


places = st.lists(
    st.tuples(st.integers(-3, 3), st.integers(-5, 5), st.integers(-40, 40), st.integers(0, 3)), min_size=2, max_size=14
)


@given(places, st.booleans())
def test_no_wire_crosses_a_block(cells: list[tuple[int, int, int, int]], side: bool) -> None:
    """Blocks anywhere, with a gap of 28 px and more around each."""
    found = {(column, row): (nudge, shift) for column, row, nudge, shift in cells}
    boxes = [block(column * 340.0 + nudge, row * 90.0 + shift) for (column, row), (nudge, shift) in found.items()]
    source, target = boxes[0], boxes[-1]
    end = (target.right, target.top + 24) if side else (target.centre[0], target.top)
    points = way(boxes, (source.centre[0], source.bottom), end, side=side)
    assert points[0] == (source.centre[0], source.bottom)
    assert points[-1] == end
    assert not crossed(points, boxes)
    for a, b in pairwise(points):
        assert a[0] == pytest.approx(b[0], abs=0.5) or a[1] == b[1]  # level or upright


def test_an_early_wire_turns_off_where_it_begins() -> None:
    boxes = [block(0, 0), block(500, 200)]
    late, early = way(boxes, (108, 48), (608, 200)), way(boxes, (108, 48), (608, 200), early=True)
    assert late[1][1] == 200 - 14
    assert early[1][1] == 48 + 14


def test_a_shortcut_comes_down_from_its_block_and_in_from_the_right() -> None:
    boxes = [*[block(0, 76 * k) for k in range(4)], block(300, 0)]
    assert way(boxes, (408, 48), (216, 252), side=True) == [(408, 48), (408, 252), (216, 252)]


def test_a_long_wire_beside_blocks_leaves_room_for_its_shape_where_there_is_some() -> None:
    boxes = [block(0, 76 * k) for k in range(4)]
    roomy = way(boxes, (108, 48), (84, 228))
    assert min(x for x, _ in roomy) == pytest.approx(-BESIDE)
    beside = [block(x, y) for x in (-256, 256) for y in (76, 152)]  # 40 px away on both sides
    close = way([*boxes, *beside], (108, 48), (84, 228))
    assert -40 < min(x for x, _ in close) < 0


@given(places, st.booleans(), st.booleans())
def test_no_wire_to_the_right_crosses_a_block(cells: list[tuple[int, int, int, int]], side: bool, early: bool) -> None:
    """Blocks anywhere, with a gap of 28 px and more around each; a bypass comes in from above."""
    found = {(column, row): (nudge, shift) for column, row, nudge, shift in cells}
    boxes = [block(column * 340.0 + shift, row * 172.0 + nudge) for (column, row), (nudge, shift) in found.items()]
    source, target = boxes[0], boxes[-1]
    start, end = (source.right, source.centre[1]), (target.left, target.centre[1])
    if side:
        end = (target.left + 24, target.top)
    points = way(boxes, start, end, side=side, early=early, flow=RIGHT)
    assert points[0] == start
    assert points[-1] == end
    assert not crossed(points, boxes)
    for a, b in pairwise(points):
        assert a[1] == pytest.approx(b[1], abs=0.5) or a[0] == b[0]  # level or upright


def test_to_the_right_is_down_turned_by_a_quarter() -> None:
    boxes = [block(0, 0), block(420, 60), block(420, 140), block(900, 0)]
    to_the_right = way(boxes, (216, 24), (900, 24), flow=RIGHT)
    turned = [Box(-box.bottom, box.left, -box.top, box.right) for box in boxes]
    assert to_the_right == [(y, -x) for x, y in way(turned, (-24, 216), (-24, 900))]


def test_among_a_crowd_no_search_is_made_for_a_way() -> None:
    """Thousands of blocks thrown anywhere open in seconds: a search among a few of hundreds of blocks finds no clear way."""
    crowd = [Box(x, y, x + 80, y + 40) for x in range(0, 1600, 90) for y in range(0, 1600, 50)]
    looked: list[Box] = []

    def near(area: Box) -> list[Box]:
        looked.append(area)
        return [box for box in crowd if box.meets(area)]

    start, end = (40.0, 1590.0), (1300.0, 10.0)  # from the bottom up: no lane is free
    points = route(start, end, near)
    assert points == route(start, end, near, quick=True)
    assert (points[0], points[-1]) == (start, end)
