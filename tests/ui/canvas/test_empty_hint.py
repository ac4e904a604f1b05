"""What stands on an empty canvas: there while nothing else is, and in nobody's way."""

from __future__ import annotations

from designer.graph.design import Design
from designer.ui.canvas.canvas import Canvas
from tests.ui.canvas.conftest import Show


def test_it_stands_there_while_there_is_nothing_else(show: Show) -> None:
    canvas = show(Design("nothing"))
    assert canvas.empty_hint.isVisible()
    assert canvas.insert("relu")
    assert not canvas.empty_hint.isVisible()
    canvas.controller.stack.undo()
    assert canvas.empty_hint.isVisible()


def test_a_note_is_something(show: Show) -> None:
    canvas = show(Design("nothing"))
    canvas.handlers["insert.note"]()
    assert canvas.scene.note_items
    assert not canvas.empty_hint.isVisible()
    canvas.controller.stack.undo()
    assert canvas.empty_hint.isVisible()


def test_a_design_with_blocks_shows_none(show: Show) -> None:
    canvas = show()
    assert not canvas.empty_hint.isVisible()
    canvas.view.select(canvas.scene.nodes)
    canvas.handlers["edit.delete"]()
    assert canvas.empty_hint.isVisible()


def test_the_pointer_goes_through_it(show: Show) -> None:
    canvas = show(Design("nothing"))
    middle = canvas.empty_hint.geometry().center()
    assert canvas.childAt(middle) is canvas.view.viewport()
    _is_in_the_middle(canvas)
    canvas.resize(700, 500)
    _is_in_the_middle(canvas)


def _is_in_the_middle(canvas: Canvas) -> None:
    off = canvas.empty_hint.geometry().center() - canvas.rect().center()
    assert abs(off.x()) <= 1
    assert abs(off.y()) <= 1
