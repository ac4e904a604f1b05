"""Tidying up, the flow, lines and gaps: each one step of undo; small designs glide, large ones are laid out in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractAnimation, QCoreApplication, QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from designer.app.placing import rect
from designer.catalogue import load
from designer.document.files import save
from designer.document.format import read, write
from designer.graph import layout as layouts
from designer.graph.design import DOWN, RIGHT, ROOT, Design, Note
from designer.graph.edits import Move, SetParam
from designer.graph.layout import layout
from designer.graph.network import Edge, Network, Node
from designer.ui import theme
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.geometry import Box
from tests.app.test_own_blocks import units
from tests.designs import state
from tests.ui.canvas.conftest import Show, residual
from tests.ui.canvas.helpers import click, crossed, press, release
from tests.unpacking import unpacked


@pytest.fixture
def motion(show: Show) -> Iterator[None]:
    """Things move by themselves."""
    theme.reduce_motion(False)
    yield
    theme.reduce_motion(True)


def do(canvas: Canvas, action: str) -> None:
    assert canvas.why_not(action) == ""
    canvas.handlers[action]()


def boxes(canvas: Canvas) -> dict[str, Box]:
    return {node_id: item.box for node_id, item in canvas.scene.nodes.items()}


def overlaps(canvas: Canvas) -> list[tuple[str, str]]:
    return [(a, b) for (a, x), (b, y) in combinations(boxes(canvas).items(), 2) if x.meets(y)]


def agrees(canvas: Canvas) -> bool:
    """What is shown is what the document says, and every wire ends at its ports."""
    scene = canvas.scene
    standing = all(item.box[:2] == scene.place(node_id) for node_id, item in scene.nodes.items())
    led = all(
        item.points[0] == scene.port_point(edge.source, edge.source_port, True)
        and item.points[-1] == scene.port_point(edge.target, edge.target_port, False)
        for edge, item in scene.edges.items()
    )
    return standing and led and all(scene.node_grid.boxes[node_id] == item.box for node_id, item in scene.nodes.items())


def scattered(canvas: Canvas, ids: Any = None) -> None:
    """Stand blocks where a person would tidy up."""
    places = canvas.scene.places()
    wanted = {node_id: (x + 40.0 * (k % 3), y + 8.0 * (k % 5)) for k, (node_id, (x, y)) in enumerate(sorted(places.items()))}
    assert canvas.controller.apply(Move(positions={key: wanted[key] for key in ids or wanted}), "Scatter")


# -- tidying up ------------------------------------------------------------------------------------------------------------------


def test_tidying_up_is_one_step_and_the_block_in_the_middle_stays(show: Show) -> None:
    canvas = show(unpacked(load("example_resnet_units")))
    scattered(canvas)
    before = state(canvas.controller.design)
    canvas.view.zoom_at(2.0, animate=False)  # not everything is in view, so the view stays
    middle = canvas.arranger._anchor(canvas.scene.nodes)
    stood = canvas.scene.place(middle)
    steps = canvas.controller.stack.count()
    do(canvas, "design.tidy")
    assert canvas.controller.stack.count() == steps + 1
    assert canvas.controller.stack.undoText() == "Tidy up"
    place = canvas.scene.place(middle)
    assert abs(place[0] - stood[0]) <= 4
    assert abs(place[1] - stood[1]) <= 4
    laid = layout(canvas.controller.design.root, canvas.controller.design.resolve)
    moves = {(x - laid[key][0], y - laid[key][1]) for key, (x, y) in canvas.scene.places().items()}
    assert len(moves) == 1  # the layout, moved in whole
    assert agrees(canvas)
    canvas.controller.stack.undo()
    assert state(canvas.controller.design) == before
    assert agrees(canvas)


def test_what_is_tidy_is_no_step(show: Show) -> None:
    canvas = show("mobilenet_v2")
    do(canvas, "design.tidy")
    assert canvas.controller.stack.count() == 0


def test_notes_go_along_with_the_block_they_stand_beside(show: Show) -> None:
    design = residual()
    canvas = show(design)
    scattered(canvas)
    x, y = canvas.scene.place("s1_b")
    design.notes[ROOT] = {"near": Note("near", "why", x + 240, y), "far": Note("far", "elsewhere", x + 4000, y)}
    do(canvas, "design.tidy")
    new_x, new_y = canvas.scene.place("s1_b")
    assert (new_x, new_y) != (x, y)
    near, far = design.notes[ROOT]["near"], design.notes[ROOT]["far"]
    assert (near.x - new_x, near.y - new_y) == (240, 0)
    assert (far.x, far.y) == (x + 4000, y)


def test_only_the_selection_is_tidied_up_and_stands_on_no_other(show: Show) -> None:
    canvas = show(unpacked(load("googlenet")))
    chosen = [node_id for node_id in canvas.scene.nodes if node_id.startswith("inception3_a")]
    assert len(chosen) > 4
    scattered(canvas, chosen)
    before = canvas.scene.places()
    canvas.controller.select(frozenset(chosen))
    do(canvas, "design.tidy_selection")
    after = canvas.scene.places()
    assert {key for key in after if after[key] != before[key]} <= set(chosen)
    assert overlaps(canvas) == []
    assert canvas.controller.stack.undoText() == f"Tidy up {len(chosen)} blocks"
    alone = layout(canvas.controller.design.root, canvas.controller.design.resolve, only=set(chosen))
    assert len({(after[key][0] - alone[key][0], after[key][1] - alone[key][1]) for key in chosen}) == 1
    assert agrees(canvas)


def test_arranging_says_what_it_needs(show: Show) -> None:
    canvas = show(Design())
    assert canvas.why_not("design.tidy") == "The design is empty."
    assert canvas.why_not("design.align_left") == "Select two blocks or more first."
    assert canvas.why_not("design.distribute_down") == "Select three blocks or more first."
    assert canvas.why_not("design.tidy_selection") == "Select two blocks or more first."


# -- the flow --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stored", [False, True])
def test_the_flow_is_one_step_with_ports_on_the_sides(show: Show, stored: bool) -> None:
    canvas = show(residual())
    if stored:
        scattered(canvas)
    before = state(canvas.controller.design)
    steps = canvas.controller.stack.count()
    chosen: list[str] = []
    canvas.flow_chosen.connect(chosen.append)
    do(canvas, "design.flow_right")
    scene = canvas.scene
    assert chosen == [RIGHT]
    assert canvas.controller.stack.count() == steps + 1
    assert canvas.controller.design.flow == RIGHT
    assert canvas.checks["design.flow_right"]()
    assert not canvas.checks["design.flow_down"]()
    for edge, item in scene.edges.items():
        assert scene.nodes[edge.source].box.right == item.points[0][0]
        assert scene.nodes[edge.source].box.right <= scene.nodes[edge.target].box.left
        assert not crossed(item.points, boxes(canvas).values())
    side = scene.nodes["s1_add"].port("b", False)
    assert (side.x, side.y, side.side) == (108, 0, True)  # the bypass comes in from above
    assert overlaps(canvas) == []
    assert agrees(canvas)
    frame = scene.frames["s1"]
    assert frame.label_box.bottom <= min(boxes(canvas)[key].top for key in ("s1_a", "s1_b", "s1_add"))
    canvas.controller.stack.undo()
    assert state(canvas.controller.design) == before
    assert canvas.scene.orientation == DOWN
    assert agrees(canvas)
    canvas.controller.stack.redo()
    assert canvas.scene.orientation == RIGHT
    assert agrees(canvas)


def test_the_drawing_inside_a_block_runs_the_same_way(show: Show) -> None:
    canvas = show("mobilenet_v2")
    assert canvas.inside("stage2_ir2")
    down = {name: item.box for name, item in canvas.view.surface.nodes.items()}
    assert down["expand"].bottom <= down["depthwise"].top
    canvas.back()
    do(canvas, "design.flow_right")
    assert canvas.inside("stage2_ir2")
    across = {name: item.box for name, item in canvas.view.surface.nodes.items()}
    assert across["expand"].right <= across["depthwise"].left
    for item in canvas.view.surface.edges.values():
        assert not crossed(item.points, across.values())


# -- lines and gaps --------------------------------------------------------------------------------------------------------------

EDGES: dict[str, Callable[[Box], float]] = {
    "left": lambda box: box.left,
    "centre": lambda box: box.centre[0],
    "right": lambda box: box.right,
    "top": lambda box: box.top,
    "middle": lambda box: box.centre[1],
    "bottom": lambda box: box.bottom,
}


@pytest.mark.parametrize("how", EDGES)
def test_blocks_in_line(show: Show, how: str) -> None:
    canvas = show(residual())
    scattered(canvas)
    before = state(canvas.controller.design)
    chosen = ["input", "s1_a", "act"]  # of two sizes
    canvas.controller.select(frozenset(chosen))
    outer = [EDGES[how](boxes(canvas)[key]) for key in chosen]
    do(canvas, f"design.align_{how}")
    after = {EDGES[how](boxes(canvas)[key]) for key in chosen}
    assert len(after) == 1
    if how in ("left", "top"):
        assert after == {min(outer)}
    if how in ("right", "bottom"):
        assert after == {max(outer)}
    assert agrees(canvas)
    canvas.controller.stack.undo()
    assert state(canvas.controller.design) == before


@pytest.mark.parametrize(("axis", "low", "high"), [("across", 0, 2), ("down", 1, 3)])
def test_equal_gaps(show: Show, axis: str, low: int, high: int) -> None:
    canvas = show(residual())
    places = {"input": (0.0, 0.0), "s1_a": (300.0, 90.0), "s1_b": (540.0, 400.0), "s1_add": (1200.0, 1000.0)}
    canvas.controller.apply(Move(positions={**canvas.scene.places(), **places}), "Scatter")
    before = state(canvas.controller.design)
    canvas.controller.select(frozenset(places))
    do(canvas, f"design.distribute_{axis}")
    order = sorted((boxes(canvas)[key] for key in places), key=lambda box: box[low])
    gaps = [second[low] - first[high] for first, second in pairwise(order)]
    assert max(gaps) - min(gaps) <= 1
    assert canvas.scene.place("input") == places["input"]
    assert canvas.scene.place("s1_add") == places["s1_add"]
    canvas.controller.stack.undo()
    assert state(canvas.controller.design) == before


# -- motion ----------------------------------------------------------------------------------------------------------------------


def test_blocks_glide_from_where_they_were(show: Show, motion: None, qtbot: QtBot) -> None:
    canvas = show(residual())
    scattered(canvas)
    before, glide = canvas.scene.places(), canvas.arranger.glide
    do(canvas, "design.tidy")
    assert glide.duration() == 240
    glide.pause()
    glide.setCurrentTime(0)
    assert {key: box[:2] for key, box in boxes(canvas).items()} == before  # the document is ahead of the picture
    glide.setCurrentTime(120)
    middle = {key: box[:2] for key, box in boxes(canvas).items()}
    assert middle != before
    assert middle != canvas.scene.places()
    for edge, item in canvas.scene.edges.items():  # wires go along
        assert item.points[-1] == pytest.approx(canvas.scene.port_point(edge.target, edge.target_port, False))
    glide.resume()
    qtbot.waitUntil(lambda: glide.state() == QAbstractAnimation.State.Stopped)
    assert agrees(canvas)


def test_nothing_glides_where_a_person_wants_that(show: Show) -> None:
    canvas = show(residual())
    scattered(canvas)
    do(canvas, "design.tidy")
    assert not canvas.arranger.glide.running
    assert agrees(canvas)


def test_a_press_on_the_way_finds_everything_in_its_place(show: Show, motion: None) -> None:
    canvas = show(residual())
    scattered(canvas)
    do(canvas, "design.tidy")
    assert canvas.arranger.glide.running
    click(canvas.view, QPoint(5, 5))
    assert not canvas.arranger.glide.running
    assert agrees(canvas)


@pytest.mark.parametrize("change", ["undo", "param", "leave"])
def test_a_change_on_the_way_leaves_what_is_true(show: Show, motion: None, change: str) -> None:
    canvas = show(residual())
    scattered(canvas)
    do(canvas, "design.flow_right")
    canvas.arranger.glide.setCurrentTime(100)
    if change == "undo":
        canvas.controller.stack.undo()
    elif change == "param":
        canvas.controller.apply(SetParam(node="s1_a", name="stride", value=2), "Set stride")
    else:
        canvas.inside("s1_a")
        canvas.back()
    assert not canvas.arranger.glide.running
    assert agrees(canvas)


# -- large designs ---------------------------------------------------------------------------------------------------------------


def large() -> Design:
    """More blocks than are laid out at once."""
    nodes = [Node("input", "input", {"shape": [8, 8, 8]}), *[Node(f"n{k}", "relu") for k in range(layouts.MANY)]]
    return Design("large", Network.of(nodes, [Edge(a.id, "y", b.id, "x") for a, b in pairwise(nodes)]))


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Layouts wait until this is set, or until they are cancelled; it is an error to make one in the window's thread."""
    go = threading.Event()
    arrange, here = layouts.arrange, threading.get_ident()

    def wait(made: Any, cancelled: Callable[[], bool]) -> Any:
        assert threading.get_ident() != here
        while not go.wait(0.005):
            if cancelled():
                raise layouts.Cancelled
        return arrange(made, cancelled)

    monkeypatch.setattr("designer.app.layout_job.arrange", wait)
    yield go
    go.set()


def test_a_large_design_opens_at_once_and_is_laid_out_in_the_background(show: Show, held: threading.Event, qtbot: QtBot) -> None:
    canvas = show(large())
    assert canvas.arranger.busy
    assert len(boxes(canvas)) == layouts.MANY + 1
    qtbot.waitUntil(canvas.arranger.working.isVisible)
    assert canvas.arranger.working.text.text() == "Arranging 501 blocks, 0 s"
    held.set()
    qtbot.waitUntil(lambda: not canvas.arranger.busy)
    design = canvas.controller.design
    assert canvas.scene.places() == layout(design.root, design.resolve)
    assert canvas.controller.stack.count() == 0
    assert ROOT not in design.positions
    assert not canvas.arranger.working.isVisible()
    assert agrees(canvas)


def test_escape_gives_a_large_layout_up(show: Show, held: threading.Event, qtbot: QtBot) -> None:
    canvas = show(large())
    held.set()
    qtbot.waitUntil(lambda: not canvas.arranger.busy)
    held.clear()
    scattered(canvas)
    before = state(canvas.controller.design)
    do(canvas, "design.tidy")
    assert canvas.arranger.busy
    assert canvas.why_not("view.back") == ""
    canvas.handlers["view.back"]()
    assert not canvas.arranger.busy
    assert state(canvas.controller.design) == before
    do(canvas, "design.tidy")
    qtbot.waitUntil(canvas.arranger.working.isVisible)
    QTest.mouseClick(canvas.arranger.working.button, Qt.MouseButton.LeftButton)
    assert not canvas.arranger.busy
    do(canvas, "design.tidy")
    held.set()
    qtbot.waitUntil(lambda: not canvas.arranger.busy)
    assert canvas.controller.stack.undoText() == "Tidy up"
    assert not canvas.arranger.glide.running
    assert agrees(canvas)


def test_a_large_design_that_was_arranged_runs_the_other_way_once_that_is_laid_out(
    show: Show, held: threading.Event, qtbot: QtBot
) -> None:
    held.set()
    canvas = show(large())
    qtbot.waitUntil(lambda: not canvas.arranger.busy)
    scattered(canvas)
    before = state(canvas.controller.design)
    held.clear()
    do(canvas, "design.flow_right")
    assert canvas.scene.orientation == RIGHT
    assert canvas.arranger.busy
    held.set()
    qtbot.waitUntil(lambda: not canvas.arranger.busy)
    design = canvas.controller.design
    assert canvas.scene.places() == layout(design.root, design.resolve, flow=RIGHT)
    assert canvas.controller.stack.undoText() == "Flow to the right"
    canvas.controller.stack.undo()
    assert state(design) == before
    assert agrees(canvas)


def test_a_layout_that_fails_is_said_and_leaves_everything_where_it_is(
    show: Show, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def broken(made: Any, cancelled: Callable[[], bool]) -> Any:
        raise MemoryError("too much")

    monkeypatch.setattr("designer.app.layout_job.arrange", broken)
    canvas = show(large())
    said: list[str] = []
    canvas.status_text.connect(said.append)
    places = canvas.scene.places()
    qtbot.waitUntil(lambda: not canvas.arranger.busy)
    assert said == ["The layout failed: MemoryError: too much"]
    assert canvas.scene.places() == places
    assert not canvas.arranger.working.isVisible()


def test_a_design_that_changes_meanwhile_is_not_arranged(show: Show, held: threading.Event, qtbot: QtBot) -> None:
    canvas = show(large())
    held.set()
    qtbot.waitUntil(lambda: not canvas.arranger.busy)
    held.clear()
    scattered(canvas)
    said: list[str] = []
    canvas.status_text.connect(said.append)
    do(canvas, "design.tidy")
    canvas.controller.select({"n7"})
    canvas.tools.delete()
    assert not canvas.arranger.busy
    assert said == ["The design has changed, so the layout was given up."]


def test_dragging_goes_on_while_a_layout_is_made(show: Show, held: threading.Event, qtbot: QtBot) -> None:
    canvas = show(large())
    press(canvas.view, QPoint(400, 300))
    release(canvas.view, QPoint(400, 300))
    assert canvas.arranger.busy
    held.set()
    qtbot.waitUntil(lambda: not canvas.arranger.busy)
    assert [rect(canvas.scene.place("n0"), "relu")] == [tuple(canvas.scene.nodes["n0"].box)]


# -- what is remembered ------------------------------------------------------------------------------------------------------


def test_the_flow_chosen_last_is_that_of_new_designs_and_of_its_document(open_window: Any, tmp_path: Path) -> None:
    window = open_window("resnet18")
    window.actions_.perform("design.flow_right")
    window.documents.open("mobilenet_v2")
    assert window.page.canvas.scene.orientation == RIGHT
    assert window.controller.stack.count() == 0
    window.actions_.perform("file.new")
    assert window.controller.design.flow == RIGHT
    window.documents.set_current(window.documents.controllers[0])
    window.documents.save_as(window.documents.controllers[0], tmp_path / "right.lightdesign")
    text = (tmp_path / "right.lightdesign").read_text(encoding="utf-8")
    assert '"flow": "right"' in text
    assert '"positions"' not in text  # nothing was arranged by hand
    window.actions_.perform("design.flow_down")
    window.documents.open("alexnet")
    assert window.page.canvas.scene.orientation == DOWN
    design = read(text)  # the document's own flow stays
    assert design.flow == RIGHT
    assert "flow" not in write(load("alexnet"))


def test_a_flow_of_another_program_is_kept_and_shown_as_the_usual_one(show: Show) -> None:
    design = residual()
    design.flow = "left"
    canvas = show(design)
    assert canvas.scene.orientation == DOWN
    assert read(write(canvas.controller.design)).flow == "left"


@pytest.mark.parametrize("action", ["design.tidy", "design.tidy_selection", "design.align_left", "design.flow_right"])
def test_what_is_inside_an_own_block_is_arranged_there(show: Show, action: str) -> None:
    design = units()
    canvas = show(design)
    (copy, *_) = [node.id for node in design.root.nodes() if node.block.startswith("own.")]
    assert canvas.inside(copy)
    scattered(canvas)
    before = state(design)
    canvas.controller.select(set(canvas.controller.design.root))
    do(canvas, action)
    scope = canvas.controller.scope  # type: ignore[attr-defined]
    assert ROOT not in design.positions  # the design around it was not arranged
    assert set(design.positions[scope]) == set(design.definitions[scope].network)
    assert agrees(canvas)
    if action != "design.align_left":
        assert overlaps(canvas) == []
    assert canvas.scene.orientation == (RIGHT if action == "design.flow_right" else DOWN)
    canvas.document.stack.undo()
    assert state(design) == before
    assert agrees(canvas)


def test_a_document_that_is_closed_takes_its_layout_with_it(open_window: Any, held: threading.Event, tmp_path: Path) -> None:
    """The thread ends with the document: the leak check of every test would find it."""
    save(large(), tmp_path / "large.lightdesign")
    window = open_window(tmp_path / "large.lightdesign")
    assert window.page.canvas.arranger.busy
    assert any(thread.name == "layout" for thread in threading.enumerate())
    window.close_page(window.page)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not any(thread.name == "layout" and thread.is_alive() for thread in threading.enumerate())


def drawn(canvas: Canvas, node_id: str) -> QImage:
    """A block as it is painted at 100 %, without its edges."""
    canvas.view.look(1.0, QPointF(*canvas.scene.nodes[node_id].box.centre))
    middle = canvas.view.mapFromScene(QPointF(*canvas.scene.nodes[node_id].box.centre))
    return canvas.view.viewport().grab(QRect(middle.x() - 90, middle.y() - 20, 180, 36)).toImage()


def test_blocks_look_the_same_wherever_they_glide(show: Show, motion: None) -> None:
    """One that became lower by the last digit of a number was drawn as a block of a single line."""
    canvas = show("mobilenet_v2")
    nodes = ["stage1_ir1", "stage2_ir1", "stage3_ir2", "stage5_ir3", "stage6_ir2"]
    before = [drawn(canvas, node_id) for node_id in nodes]
    for action in ("design.flow_right", "design.flow_down", "design.flow_right", "design.flow_down"):
        do(canvas, action)
        glide = canvas.arranger.glide
        assert glide.running
        for at in range(7, 240, 11):
            glide.setCurrentTime(at)
        glide.settle()
        assert [drawn(canvas, node_id) for node_id in nodes] == before
