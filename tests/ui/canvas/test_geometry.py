"""Where ports, elbows and frames are."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from blocks import registry
from blocks.spec import Port
from designer.graph import geometry
from designer.graph.design import RIGHT
from designer.ui import theme
from designer.ui.canvas.geometry import (
    CLOSE,
    FAR,
    MIDDLE,
    SIZES,
    Box,
    bounds,
    distance_to,
    elbows,
    frame_box,
    input_places,
    label_leg,
    level,
    node_size,
    output_places,
    port_offsets,
    snapped,
)  # fmt: skip


def test_the_level_of_detail_follows_the_zoom_alone() -> None:
    assert [level(zoom) for zoom in (2.0, 0.8, 0.79, 0.35, 0.34, 0.01)] == [CLOSE, CLOSE, MIDDLE, MIDDLE, FAR, FAR]


def test_sizes_are_those_of_the_look() -> None:
    assert node_size("conv2d") == (216, 48)
    assert node_size("input") == node_size("output") == (152, 28)
    size = theme.current().size
    assert (size("node.gap"), size("port.spacing"), size("wire.elbow")) == (geometry.GAP, geometry.PORT_SPACING, geometry.ELBOW)
    assert (size("frame.gutter"), size("frame.pad")) == (geometry.GUTTER, geometry.FRAME_PAD)


@pytest.mark.parametrize("count", range(1, 9))
def test_ports_are_centred_24_apart(count: int) -> None:
    offsets = port_offsets(count, 216)
    assert sum(offsets) / count == pytest.approx(108)
    assert all(b - a == pytest.approx(24) for a, b in pairwise(offsets))


@pytest.mark.parametrize("count", [9, 30, 200])
def test_many_ports_still_fit_on_the_edge(count: int) -> None:
    offsets = port_offsets(count, 216)
    assert offsets == sorted(set(offsets))
    assert offsets[0] >= 12
    assert offsets[-1] <= 204


def test_a_variadic_port_shows_its_slots_and_one_more() -> None:
    concat = registry.block("concat")
    assert [(p.name, p.more) for p in input_places(concat.inputs, [], 216, 48)] == [("x.0", True)]
    places = input_places(concat.inputs, ["x.10", "x.2", "x.0"], 216, 48)  # slots in the order of their numbers
    assert [(p.name, p.more) for p in places] == [("x.0", False), ("x.2", False), ("x.10", False), ("x.11", True)]


def test_ports_with_wires_are_in_the_middle_and_the_spare_one_behind_them() -> None:
    concat = registry.block("concat")
    assert [place.x for place in input_places(concat.inputs, ["x.0", "x.1"], 216, 48)] == [96, 120, 144]
    assert [place.x for place in input_places(concat.inputs, ["x.0"], 216, 48)] == [108, 132]
    assert [place.x for place in input_places(concat.inputs, [], 216, 48)] == [108]
    many = [place.x for place in input_places(concat.inputs, [f"x.{k}" for k in range(12)], 216, 48)]
    assert many == sorted(set(many))
    assert 0 < many[0] < many[-1] < 216


def test_the_port_of_a_bypass_is_on_the_right_side_and_keeps_its_turn() -> None:
    ports = (Port("a"), Port("b"))
    a, b = input_places(ports, ["a", "b"], 216, 48, bypass="b")
    assert (a.x, a.y, a.side) == (108, 0, False)
    assert (b.x, b.y, b.side) == (216, 24, True)
    a, b = input_places(ports, ["a", "b"], 216, 48, bypass="a")
    assert (a.name, a.side, b.side) == ("a", True, False)


def test_an_unknown_block_has_the_ports_that_have_wires() -> None:
    assert [p.name for p in input_places(None, ["z", "a.1"], 216, 48)] == ["a.1", "z"]
    assert output_places([], 216, 48) == []


def test_outputs_are_on_the_lower_edge() -> None:
    assert [(p.x, p.y, p.output) for p in output_places(["y", "z"], 216, 48)] == [(96, 48, True), (120, 48, True)]


def test_an_elbow_is_no_rounder_than_its_legs_allow() -> None:
    ((before, corner, after),) = elbows([(0, 0), (0, 100), (100, 100)])
    assert (before, corner, after) == ((0, 88), (0, 100), (12, 100))
    ((before, _, after),) = elbows([(0, 0), (0, 10), (100, 10)])
    assert (before, after) == ((0, 5), (5, 10))


def test_the_label_stands_in_the_longest_upright_leg() -> None:
    assert label_leg([(0, 0), (0, 28)]) == 0
    assert label_leg([(0, 0), (0, 14), (120, 14), (120, 300), (60, 300)]) == 2


def test_the_distance_to_a_wire_is_to_its_nearest_leg() -> None:
    points = [(0.0, 0.0), (0.0, 10.0), (10.0, 10.0)]
    assert distance_to(points, 3, 5) == 3
    assert distance_to(points, 13, 14) == 5
    assert distance_to(points, 5, 10) == 0
    assert distance_to([(1.0, 1.0), (1.0, 1.0)], 4, 5) == 5


def test_a_frame_has_a_gutter_of_128_for_its_label() -> None:
    box = frame_box([Box(0, 0, 216, 48), Box(0, 76, 216, 124)])
    assert 0 - box.left == SIZES.gutter + SIZES.frame_side
    assert (box.top, box.bottom, box.right) == (-10, 134, 216 + SIZES.frame_side)


def test_snapping_goes_to_the_nearest_eighth_pixel() -> None:
    assert [snapped(x) for x in (0, 3.9, 4, -3.9, -4.1, 12)] == [0, 0, 8, 0, -8, 16]


def test_boxes() -> None:
    box = Box(0, 0, 10, 20)
    assert (box.width, box.height, box.centre) == (10, 20, (5, 10))
    assert box.holds(10, 20)
    assert not box.holds(10.1, 0)
    assert not box.meets(Box(10, 0, 20, 5))  # they only touch
    assert box.meets(Box(9, 19, 20, 25))
    assert bounds([(3, 4), (-1, 9)]) == Box(-1, 4, 3, 9)
    assert math.isclose(box.moved(1, 2).top, 2)


def test_to_the_right_ports_are_on_the_sides() -> None:
    ports = (Port("a"), Port("b"))
    a, b = input_places(ports, ["a", "b"], 216, 48, flow=RIGHT)
    assert [(a.x, a.y), (b.x, b.y)] == [(0, 12), (0, 36)]
    a, b = input_places(ports, ["a", "b"], 216, 48, bypass="b", flow=RIGHT)
    assert (a.x, a.y, a.side) == (0, 24, False)
    assert (b.x, b.y, b.side) == (108, 0, True)  # from above
    assert [(p.x, p.y) for p in output_places(["y"], 216, 48, RIGHT)] == [(216, 24)]
    many = input_places((Port("x", variadic=True),), [f"x.{k}" for k in range(5)], 216, 48, flow=RIGHT)
    assert [p.x for p in many] == [0] * 6
    assert 0 < many[0].y < many[-1].y < 48


def test_to_the_right_the_label_stands_in_a_level_leg() -> None:
    points = [(0.0, 0.0), (14.0, 0.0), (14.0, 100.0), (120.0, 100.0)]
    assert label_leg(points, RIGHT) == 2
    assert label_leg(points) == 1


def test_to_the_right_a_frame_has_its_label_above() -> None:
    box = frame_box([Box(0, 0, 216, 48), Box(360, 0, 576, 48)], RIGHT)
    assert (box.left, box.right) == (-12, 588)
    assert (box.top, box.bottom) == (-98, 58)
