"""Wires between blocks that move together keep their way, and are as clear of blocks as if they were led anew."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.app.controller import Controller
from designer.catalogue import load
from designer.graph.design import ROOT, Design
from designer.graph.edits import Move
from designer.graph.layout import layout
from designer.graph.network import Edge
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.edge_item import EdgeItem
from designer.ui.canvas.geometry import Point, bounds
from designer.ui.canvas.scene import Scene
from designer.ui.canvas.surface import Surface
from tests.ui.canvas.conftest import Show
from tests.ui.canvas.helpers import crossed, move, press, release
from tests.unpacking import unpacked


def standing(name: str, flow: str = "down") -> Design:
    """A preset in parts, whose blocks have places of their own."""
    design = unpacked(load(name))
    design.flow = flow
    design.positions[ROOT] = dict(layout(design.root, design.resolve, flow=flow))
    return design


def through_blocks(scene: Scene) -> set[Edge]:
    """The wires that run through a block."""
    return {edge for edge, item in scene.edges.items() if crossed(item.points, [node.box for node in scene.nodes.values()])}


def as_clear_as_fresh(scene: Scene) -> None:
    fresh = Scene(scene.controller)
    try:
        assert fresh.places() == {key: item.box[:2] for key, item in scene.nodes.items()}
        assert through_blocks(scene) <= through_blocks(fresh)
    finally:
        fresh.release()


def in_step(scene: Scene) -> None:
    """Everything that knows where a wire runs knows the same."""
    for edge, item in scene.edges.items():
        points = item.points
        assert points[0] == scene.port_point(edge.source, edge.source_port, True)
        assert points[-1] == scene.port_point(edge.target, edge.target_port, False)
        legs = list(pairwise(points))
        assert [scene.edge_grid.boxes[edge, leg] for leg in range(len(legs))] == [bounds(ends) for ends in legs]
        lines = scene.overview._wires[edge]
        assert [(line.x1(), line.y1(), line.x2(), line.y2()) for line in lines] == [(*a, *b) for a, b in legs]
        built = EdgeItem(edge, scene.orientation)
        built.text = item.text
        built.lead(points)
        assert item._leg == built._leg
        for one, other in ((item._head, built._head), (item._tail, built._tail)):
            assert one.elementCount() == other.elementCount()
            assert one.boundingRect() == other.boundingRect()
        assert item.boundingRect().contains(built.boundingRect().adjusted(1, 1, -1, -1))
    cells = {key for cell in scene.edge_grid._cells.values() for key in cell} | scene.edge_grid._wide
    assert cells == set(scene.edge_grid.boxes)
    for key, box in scene.edge_grid.boxes.items():
        assert key in scene.edge_grid.near(box)


def chosen(rng: Random, scene: Scene) -> list[str]:
    """Some blocks, as a person selects them: all, all in an area, or here and there."""
    nodes = sorted(scene.nodes)
    kind = rng.choice(["all", "area", "scattered", "all but one"])
    if kind == "all":
        return nodes
    if kind == "all but one":
        nodes.remove(rng.choice(nodes))
        return nodes
    if kind == "scattered":
        return rng.sample(nodes, len(nodes) * 3 // 4)
    content = scene.content()
    assert content is not None
    low, high = sorted(rng.uniform(content.top, content.bottom) for _ in range(2))
    left, right = sorted(rng.uniform(content.left, content.right) for _ in range(2))
    level = [node for node in nodes if low <= scene.nodes[node].box.centre[1] <= high]
    upright = [node for node in nodes if left <= scene.nodes[node].box.centre[0] <= right]
    return max(level, upright, key=len)


@pytest.mark.parametrize("flow", ["down", "right"])
@pytest.mark.parametrize("name", ["googlenet", "resnet50"])
def test_random_selections_leave_wires_as_clear_as_fresh_ones(dressed: QApplication, name: str, flow: str) -> None:
    rng = Random(f"{name} {flow}")
    controller = Controller(standing(name, flow))
    scene = Scene(controller, controller)
    for _ in range(5):
        reach = rng.choice([40, 400, 3000])
        grain = rng.choice([8.0, 1.0, 1 / 3])
        dx, dy = (rng.randint(-reach, reach) * grain for _ in range(2))
        places: dict[str, Point | None] = {
            node: (scene.place(node)[0] + dx, scene.place(node)[1] + dy) for node in chosen(rng, scene)
        }
        assert not places or controller.apply(Move(positions=places), "Move")
        in_step(scene)
        as_clear_as_fresh(scene)
        if rng.random() < 0.4:
            controller.stack.undo()
            in_step(scene)
            as_clear_as_fresh(scene)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_by_mouse_step_by_step(show: Show, seed: int) -> None:
    rng = Random(seed)
    canvas = show(standing("googlenet"))
    scene, view = canvas.scene, canvas.view
    for _ in range(2):
        nodes = chosen(rng, scene)
        if len(nodes) < 2:
            continue
        canvas.controller.select(set(nodes))
        box = scene.nodes[rng.choice(nodes)].box
        view.look(rng.choice([1.0, 0.4]), QPointF(*box.centre))
        start = view.mapFromScene(QPointF(*box.centre))
        press(view, start)
        at = start
        for _ in range(5):
            at = at + QPoint(rng.randint(-120, 120), rng.randint(-120, 120))
            move(view, at)
        if rng.random() < 0.3:
            QTest.keyClick(view, Qt.Key.Key_Escape)
        release(view, at)
        assert not scene.hasty
        in_step(scene)
        as_clear_as_fresh(scene)


def led(monkeypatch: pytest.MonkeyPatch) -> list[Edge]:
    """The wires that are led from now on."""
    found: list[Edge] = []
    lead = Surface.lead

    def note(self: Surface, edge: Edge, *, live: bool = False) -> None:
        found.append(edge)
        lead(self, edge, live=live)

    monkeypatch.setattr(Surface, "lead", note)
    return found


def drag(canvas: Canvas, node: str, by: QPoint) -> None:
    start = canvas.view.mapFromScene(QPointF(*canvas.scene.nodes[node].box.centre))
    press(canvas.view, start)
    move(canvas.view, start + by / 2)
    move(canvas.view, start + by)
    release(canvas.view, start + by)


def test_where_all_blocks_move_no_wire_is_led(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = show(standing("resnet50"))
    canvas.view.look(1.0, QPointF(*canvas.scene.nodes["output"].box.centre))
    before = {edge: item.points for edge, item in canvas.scene.edges.items()}
    canvas.controller.select(set(canvas.scene.nodes))
    found = led(monkeypatch)
    drag(canvas, "output", QPoint(80, -40))
    assert canvas.controller.stack.count() == 1
    canvas.controller.stack.undo()
    assert found == []
    assert {edge: item.points for edge, item in canvas.scene.edges.items()} == before


def test_places_may_be_whole_numbers_as_in_a_file(dressed: QApplication) -> None:
    design = standing("resnet50")
    design.positions[ROOT] = {node: (int(x), int(y)) for node, (x, y) in design.positions[ROOT].items()}
    controller = Controller(design)
    scene = Scene(controller, controller)
    assert controller.apply(Move(positions={node: (x + 8, y) for node, (x, y) in scene.places().items()}), "Move")
    in_step(scene)


def test_only_wires_near_what_stays_behind_are_led(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = show(standing("resnet50"))
    scene = canvas.scene
    low = scene.nodes["conv4_unit1_add"].box.top
    lower = {node for node, item in scene.nodes.items() if item.box.top >= low}
    assert 24 < len(lower) < len(scene.nodes)
    found = led(monkeypatch)
    assert canvas.controller.apply(Move(positions={n: (scene.place(n)[0], scene.place(n)[1] + 400) for n in lower}), "Move")
    inner = {edge for edge in scene.edges if edge.source in lower and edge.target in lower}
    assert len(set(found) & inner) < len(inner) / 4
    assert {edge for edge in scene.edges if (edge.source in lower) != (edge.target in lower)} <= set(found)


def test_a_drag_given_up_leaves_the_wires_as_they_were(show: Show) -> None:
    """Wires that were led in haste on the way are led properly."""
    canvas = show(standing("googlenet"))
    scene = canvas.scene
    before = {edge: item.points for edge, item in scene.edges.items()}
    node = "inception4_a_branch2"
    canvas.view.look(1.0, QPointF(*scene.nodes[node].box.centre))
    canvas.controller.select({node})
    start = canvas.view.mapFromScene(QPointF(*scene.nodes[node].box.centre))
    press(canvas.view, start)
    for k in range(6):
        move(canvas.view, start + QPoint(-60 * k, 50 * k))
    assert scene.hasty
    QTest.keyClick(canvas.view, Qt.Key.Key_Escape)
    release(canvas.view, start)
    assert not scene.hasty
    assert through_blocks(scene) == set()
    incident = {edge for edge in before if node in (edge.source, edge.target)}
    assert all(scene.edges[edge].points == before[edge] for edge in incident)
