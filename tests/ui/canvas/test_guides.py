"""Lines at edges and centres of neighbours while a block is dragged, and snapping to them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt

from designer.graph.design import ROOT
from designer.graph.edits import Move
from designer.ui.canvas import guides
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.geometry import Box
from tests.ui.canvas.conftest import Show
from tests.ui.canvas.helpers import move, press, release

ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier
REACH = guides.reach_at(1.0)


def box(x: float, y: float, width: float = 216, height: float = 48) -> Box:
    return Box(x, y, x + width, y + height)


@pytest.mark.parametrize(
    ("there", "by"),
    [
        (box(3, 103), (-3, 1)),  # left edges in line, and with them centres and right edges; down there is only the grid
        (box(300, 5), (4, -5)),  # tops
        (box(212, 203), (4, -3)),  # its left edge with the other's right one
        (box(-214, 203), (-2, -3)),  # its right edge with the other's left one
        (box(35, 203, 152), (-3, -3)),  # centres of two that are not equally wide
        (box(60, 203), (4, -3)),  # nothing near: the grid
        (box(-105, 203), (1, -3)),  # its centre means nothing to the other's edge
    ],
)
def test_it_snaps_to_edges_and_centres_of_neighbours(there: Box, by: tuple[float, float]) -> None:
    assert guides.snap(there, box(999, 999), [box(0, 0)], REACH) == by


def test_without_a_neighbour_it_stays_in_line_with_where_it_was() -> None:
    assert guides.snap(box(13, 100), box(10, 100), [], REACH) == (-3, 0)
    assert guides.snap(box(17, 100), box(10, 100), [], REACH) == (-1, 0)  # further on, the grid


def pairs(a: Box, b: Box, axis: int) -> list[tuple[float, float]]:
    """What may be in line: edges with edges, the centre with the centre."""
    edges = [(x, y) for x in (a[axis], a[axis + 2]) for y in (b[axis], b[axis + 2])]
    return [*edges, (a.centre[axis], b.centre[axis])]


boxes = st.builds(box, st.integers(-300, 300), st.integers(-300, 300), st.sampled_from([152, 216]), st.sampled_from([28, 48]))


@given(boxes, st.lists(boxes, min_size=1, max_size=6))
def test_lines_join_what_is_in_line_and_nothing_else(ours: Box, others: list[Box]) -> None:
    dx, dy = guides.snap(ours, box(5000, 5000), others, REACH)
    there = ours.moved(dx, dy)
    found = guides.lines(there, others)
    for upright, at, start, end in found:
        axis = 0 if upright else 1
        joined = [
            other for other in others if any(at == own and abs(own - mark) < 0.5 for own, mark in pairs(there, other, axis))
        ]
        spans = [(min(there[1 - axis], other[1 - axis]), max(there[3 - axis], other[3 - axis])) for other in joined]
        assert start in [span[0] for span in spans]
        assert end in [span[1] for span in spans]
    for axis in (0, 1):
        near = min(abs(own - mark) for other in others for own, mark in pairs(ours, other, axis))
        assert (near <= REACH) <= any(line.upright == (axis == 0) for line in found)  # what attracted it is shown


def test_of_two_alike_the_centres_are_enough() -> None:
    assert guides.lines(box(0, 200), [box(0, 0)]) == [guides.Line(True, 108, 0, 248)]
    assert [line.at for line in guides.lines(box(0, 200), [box(0, 0, 152)])] == [0]


# -- by mouse ----------------------------------------------------------------------------------------------------


def standing(show: Show) -> tuple[Canvas, QPoint]:
    """Two blocks side by side, at 100 %, and where to grip the right one."""
    canvas = show()
    places = {"a": (0.0, 0.0), "b": (480.0, 160.0), "c": (0.0, 400.0), "input": (-600.0, -600.0), "output": (-600.0, 900.0)}
    canvas.controller.apply(Move(positions=places), "Place")
    canvas.view.look(1.0, QPointF(300, 200))
    return canvas, canvas.view.mapFromScene(QPointF(500, 184))


def drag(canvas: Canvas, grip: QPoint, dx: int, dy: int, modifiers: Any = NONE) -> Any:
    press(canvas.view, grip, modifiers=modifiers)
    move(canvas.view, grip + QPoint(dx // 2, dy // 2), modifiers=modifiers)
    move(canvas.view, grip + QPoint(dx, dy), modifiers=modifiers)
    gesture = canvas.view.gesture
    assert gesture is not None
    return gesture


def test_dragging_shows_guides_and_snaps(show: Show) -> None:
    canvas, grip = standing(show)
    gesture = drag(canvas, grip, 10, -157)
    assert [line.upright for line in gesture._guides] == [False]
    assert gesture._guides[0].at == 24  # the middles of both
    picture = canvas.view.viewport().grab().toImage()
    release(canvas.view, grip + QPoint(10, -157))
    assert canvas.controller.design.positions[ROOT]["b"][1] == 0
    plain = canvas.view.viewport().grab().toImage()
    at = canvas.view.mapFromScene(QPointF(300, 24))  # between the two blocks
    assert picture.pixelColor(at) != plain.pixelColor(at)


def test_alt_drags_without_guides(show: Show) -> None:
    canvas, grip = standing(show)
    gesture = drag(canvas, grip, 10, -157, ALT)
    assert gesture._guides == []
    release(canvas.view, grip + QPoint(10, -157), modifiers=ALT)
    assert canvas.controller.design.positions[ROOT]["b"] == (490, 3)


def test_a_person_may_want_no_guides(show: Show) -> None:
    canvas, grip = standing(show)
    guides.want(False)
    try:
        gesture = drag(canvas, grip, 10, -157)
        assert gesture._guides == []
        release(canvas.view, grip + QPoint(10, -157))
        assert canvas.controller.design.positions[ROOT]["b"] == (488, 0)  # the grid alone
    finally:
        guides.want(True)


def test_the_setting_is_an_action_and_is_remembered(open_window: Any) -> None:
    window = open_window("example_inception")
    action = window.actions_["view.guides"]
    assert action.isChecked()
    assert guides.wanted()
    action.trigger()
    assert not action.isChecked()
    assert not guides.wanted()
    assert window.program.new_window().actions_["view.guides"].isChecked() is False
    action.trigger()
    assert guides.wanted()
