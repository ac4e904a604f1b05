"""What lies under the pointer."""

from __future__ import annotations

import pytest

from designer.app.controller import Controller
from designer.graph.network import Edge
from designer.ui.canvas.geometry import Box
from designer.ui.canvas.hit_test import edge_at, edges_in, nodes_in, port_at
from designer.ui.canvas.scene import Scene
from tests.ui.canvas.conftest import residual, small


@pytest.fixture
def scene(dressed: object) -> Scene:
    controller = Controller(small())
    return Scene(controller, controller)


def test_blocks_ports_wires_and_free_ground(scene: Scene) -> None:
    a = scene.nodes["a"].box
    assert scene.hit(*a.centre, 1.0)[:2] == ("node", "a")
    hit = scene.hit(a.centre[0] + 5, a.bottom + 3, 1.0)
    assert (hit.kind, hit.node, hit.port, hit.output) == ("port", "a", "y", True)
    wire = Edge("a", "y", "b", "x")
    (x, top), (_, bottom) = scene.edges[wire].points
    middle = (top + bottom) / 2
    assert scene.hit(x + 4.5, middle, 1.0).edge == wire
    assert scene.hit(x + 5.5, middle, 1.0).kind == "nothing"
    assert scene.hit(a.left - 60, a.top, 1.0).kind == "nothing"


@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_a_port_is_hit_within_8_px(scene: Scene, zoom: float) -> None:
    box = scene.nodes["b"].box
    assert scene.hit(box.centre[0] + 7.9, box.top, zoom).kind == "port"
    assert scene.hit(box.centre[0] + 8.1, box.top - 0.5, zoom).kind != "port"


def test_far_away_there_are_no_ports(scene: Scene) -> None:
    box = scene.nodes["b"].box
    assert scene.hit(box.centre[0], box.top, 0.3).kind == "node"


def test_at_the_middle_level_ports_leave_the_block_its_middle(scene: Scene) -> None:
    box = scene.nodes["b"].box
    assert scene.hit(*box.centre, 0.4).kind == "node"
    assert scene.hit(box.centre[0], box.top - 4, 0.4).kind == "port"


def test_the_nearest_port_within_reach(scene: Scene) -> None:
    b, a = scene.nodes["b"].box, scene.nodes["a"].box
    x = b.centre[0]
    assert port_at(scene, x, b.top - 10, 24).node == "b"
    assert port_at(scene, x, b.top - 10, 24, output=True).node == "a"
    assert port_at(scene, x, a.bottom + 5, 4).kind == "nothing"


def test_of_two_blocks_on_top_of_each_other_one_is_hit_always(scene: Scene) -> None:
    scene.place_nodes({"c": scene.nodes["a"].box[:2]})
    assert {scene.hit(*scene.nodes["a"].box.centre, 1.0).node for _ in range(5)} == {"c"}


def test_areas(scene: Scene) -> None:
    a, b = scene.nodes["a"].box, scene.nodes["b"].box
    assert nodes_in(scene, Box(a.left - 5, a.top - 5, a.left + 1, b.top + 1)) == {"a", "b"}
    assert nodes_in(scene, Box(a.left - 5, a.top - 5, a.left, b.top + 1)) == set()  # it only touches
    wire = Edge("a", "y", "b", "x")
    assert edges_in(scene, Box(a.left, a.bottom + 5, a.right, a.bottom + 6)) == {wire}
    assert edge_at(scene, a.centre[0] + 30, a.bottom + 5, 10) is None


def test_the_label_of_a_stage(dressed: object) -> None:
    controller = Controller(residual())
    scene = Scene(controller, controller)
    box = scene.frames["s1"].box
    assert scene.hit(box.left + 30, box.top + 30, 1.0)[0] == "frame"
    assert scene.hit(box.right - 5, box.bottom - 5, 1.0).kind == "nothing"  # its tint is free ground
    assert scene.hit(box.right - 5, box.top + 5, 1.0)[::5] == ("toggle", "stage:s1")
