"""What is seen when wires come to run another way: by the action, by steps taken back and again, by a click in the history."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QAbstractAnimation, QPointF
from pytestqt.qtbot import QtBot

from designer.graph.design import DOWN, RIGHT
from designer.graph.edits import Move
from designer.ui import theme
from designer.ui.canvas.canvas import Canvas
from tests.app.test_own_blocks import units
from tests.ui.canvas.conftest import Show


@pytest.fixture
def motion(show: Show) -> Iterator[None]:
    """Things move by themselves."""
    theme.reduce_motion(False)
    yield
    theme.reduce_motion(True)


def changes(canvas: Canvas) -> list[Callable[[], object]]:
    """Ways in which the flow changes; each turns it."""
    stack = canvas.controller.stack
    return [canvas.handlers["design.flow_right"], stack.undo, stack.redo, lambda: stack.setIndex(0), stack.redo]


def fitted(canvas: Canvas) -> bool:
    """Whether the view looks as after `fit`."""
    view = canvas.view
    seen = (view.zoom, view.centre())
    view.fit()
    return abs(view.zoom - seen[0]) < 1e-6 and (view.centre() - seen[1]).manhattanLength() * view.zoom <= 2


def in_middle(canvas: Canvas, node_id: str) -> bool:
    """Whether a block is in the middle of the view, to the px of the screen."""
    away = QPointF(*canvas.view.surface.nodes[node_id].box.centre) - canvas.view.centre()
    return away.manhattanLength() * canvas.view.zoom <= 2


@pytest.mark.parametrize("stored", [False, True])
def test_who_saw_everything_sees_everything(show: Show, stored: bool) -> None:
    canvas = show("mobilenet_v2")
    if stored:
        assert canvas.controller.apply(Move(positions=canvas.scene.unstored()), "Stand")
    canvas.view.fit()
    start = canvas.controller.stack.index()
    turns = changes(canvas)[:3] if stored else changes(canvas)
    for change in turns:
        before = canvas.scene.orientation
        change()
        assert canvas.scene.orientation != before
        assert fitted(canvas)
    assert canvas.controller.stack.index() == start + 1


def test_the_block_in_the_middle_stays_there(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.view.look(1.0, QPointF(*canvas.scene.nodes["stage4_ir2"].box.centre))
    for change in changes(canvas):
        before = canvas.scene.orientation
        change()
        assert canvas.scene.orientation != before
        assert in_middle(canvas, "stage4_ir2")
        assert canvas.view.zoom == 1.0


def test_a_card_in_the_middle_stays_there(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.handlers["view.fold_stages"]()
    canvas.view.look(1.5, QPointF(*canvas.scene.nodes["stage:stage4"].box.centre))
    for change in changes(canvas):
        change()
        assert in_middle(canvas, "stage:stage4")


def test_inside_a_drawing_as_well_and_on_the_way_back_the_beginning_is_seen(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.view.look(1.0, QPointF(*canvas.scene.nodes["stage6_ir2"].box.centre))
    canvas.handlers["design.flow_right"]()
    assert canvas.inside("stage6_ir2")
    canvas.view.look(1.5, QPointF(*canvas.view.surface.nodes["project"].box.centre))
    canvas.controller.stack.undo()
    assert canvas.view.surface.orientation == DOWN
    assert in_middle(canvas, "project")
    canvas.back()  # what was looked at lies elsewhere now
    assert canvas.view.seen().meets(canvas.scene.nodes["input"].box)
    assert canvas.inside("stage6_ir2")
    canvas.view.fit()
    canvas.controller.stack.redo()
    assert canvas.view.surface.orientation == RIGHT
    assert fitted(canvas)


def test_inside_an_own_block_as_well_and_back_again_what_was_seen_before(show: Show) -> None:
    design = units()
    canvas = show(design)
    (copy, *_) = [node.id for node in design.root.nodes() if node.block.startswith("own.")]
    canvas.view.look(1.5, QPointF(*canvas.scene.nodes[copy].box.centre))
    assert canvas.inside(copy)
    canvas.view.fit()
    canvas.handlers["design.flow_right"]()
    assert fitted(canvas)
    canvas.document.stack.undo()
    assert fitted(canvas)
    canvas.back()  # the way it was left
    assert canvas.view.zoom == 1.5
    assert in_middle(canvas, copy)


@pytest.mark.parametrize("action", ["design.flow_right", "design.tidy"])
def test_what_glides_to_its_place_ends_in_view(show: Show, motion: None, qtbot: QtBot, action: str) -> None:
    canvas = show("mobilenet_v2")
    places = canvas.scene.places()
    far = {node_id: (x + 4000.0 * (k % 2), y) for k, (node_id, (x, y)) in enumerate(sorted(places.items()))}
    assert canvas.controller.apply(Move(positions=far), "Scatter")
    canvas.view.fit()
    canvas.handlers[action]()
    assert canvas.arranger.glide.running
    qtbot.waitUntil(lambda: canvas.arranger.glide.state() == QAbstractAnimation.State.Stopped and not canvas.view.zooming)
    assert fitted(canvas)


def test_two_turns_at_once_end_with_everything_in_view(show: Show, motion: None, qtbot: QtBot) -> None:
    canvas = show("mobilenet_v2")
    canvas.view.fit()
    canvas.handlers["design.flow_right"]()
    canvas.controller.stack.undo()  # while the view is on its way
    canvas.controller.stack.redo()
    qtbot.waitUntil(lambda: not canvas.view.zooming)
    assert fitted(canvas)
