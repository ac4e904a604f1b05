"""Zoom, pan, selection and moving with real mouse and key events."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.graph.design import ROOT
from designer.graph.edits import SetNote
from designer.graph.network import Edge
from designer.ui import theme
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.geometry import CLOSE, FAR, level
from tests.designs import chain
from tests.ui.canvas.conftest import Show, residual
from tests.ui.canvas.helpers import CTRL, MIDDLE, click, double_click, drag, move, press, release, wheel


def at(canvas: Canvas, node_id: str, dx: float = -40, dy: float = 0) -> QPoint:
    """A place on a block, left of its ports, in px of the view."""
    x, y = canvas.view.surface.nodes[node_id].box.centre
    return canvas.view.mapFromScene(QPointF(x + dx, y + dy))


# -- zoom and pan ------------------------------------------------------------------------------------------------------------


def test_it_opens_with_its_beginning_at_a_zoom_that_can_be_read(show: Show) -> None:
    canvas = show("mobilenet_v2")
    content, seen = canvas.scene.content(), canvas.view.seen()
    assert content is not None
    assert level(canvas.view.zoom) == CLOSE
    assert seen.left < content.left
    assert seen.top < content.top < seen.bottom < content.bottom
    canvas.view.fit()
    assert canvas.view.seen().bottom > content.bottom


def test_a_small_design_opens_whole_and_never_larger_than_life(show: Show) -> None:
    canvas = show()
    assert canvas.view.zoom == 1.0
    content, seen = canvas.scene.content(), canvas.view.seen()
    assert content is not None
    assert seen.top < content.top
    assert content.bottom < seen.bottom


@pytest.mark.parametrize("notches", [1, -1, 3, -4])
def test_the_wheel_zooms_at_the_pointer(show: Show, notches: int) -> None:
    canvas = show()
    here = QPoint(317, 211)
    before = canvas.view.mapToScene(here)
    zoom = canvas.view.zoom
    wheel(canvas.view, here, notches)
    assert canvas.view.zoom == pytest.approx(zoom * 1.2**notches)
    after = canvas.view.mapToScene(here)
    assert abs(after.x() - before.x()) * canvas.view.zoom < 2
    assert abs(after.y() - before.y()) * canvas.view.zoom < 2


def test_a_touchpad_zooms_smoothly_and_shift_pans(show: Show) -> None:
    canvas = show()
    wheel(canvas.view, QPoint(300, 300), 0.1, pixels=QPoint(0, 8))
    assert 1.0 < canvas.view.zoom < 1.05
    zoom, centre = canvas.view.zoom, canvas.view.centre()
    wheel(canvas.view, QPoint(300, 300), 1, modifiers=Qt.KeyboardModifier.ShiftModifier)
    assert canvas.view.zoom == zoom
    assert canvas.view.centre().x() < centre.x()


def test_zoom_has_ends(show: Show) -> None:
    canvas = show()
    for _ in range(40):
        wheel(canvas.view, QPoint(300, 300), 2)
    assert canvas.view.zoom == 4.0
    for _ in range(60):
        wheel(canvas.view, QPoint(300, 300), -2)
    assert canvas.view.zoom == pytest.approx(0.05)
    assert canvas.zoom_bar.figure.text() == "5.0 %"


def test_zoom_moves_in_120_ms_unless_motion_is_reduced(show: Show, qtbot: QtBot) -> None:
    canvas = show()
    theme.reduce_motion(False)
    seen: list[float] = []
    canvas.view.zoom_changed.connect(seen.append)
    canvas.view.zoom_at(2.0)
    assert canvas.view.zoom == 1.0
    qtbot.waitUntil(lambda: canvas.view.zoom == 2.0, timeout=2000)
    assert seen == sorted(seen)
    assert len(seen) > 1
    theme.reduce_motion(True)
    canvas.view.zoom_at(0.5)
    assert canvas.view.zoom == 0.5


@pytest.mark.parametrize("with_space", [False, True])
def test_pan_with_the_middle_button_or_with_space(show: Show, with_space: bool) -> None:
    canvas = show()
    before = canvas.view.mapToScene(QPoint(100, 100))
    if with_space:
        QTest.keyPress(canvas.view, Qt.Key.Key_Space)
        drag(canvas.view, QPoint(100, 100), QPoint(160, 70))
        QTest.keyRelease(canvas.view, Qt.Key.Key_Space)
        assert not canvas.view.space_held
    else:
        drag(canvas.view, QPoint(100, 100), QPoint(160, 70), MIDDLE)
    assert canvas.view.mapToScene(QPoint(160, 70)) == before
    assert not canvas.controller.selection


def test_fit_selection_and_back_to_100(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.view.fit()
    whole = canvas.view.zoom
    canvas.handlers["view.zoom_full"]()
    assert canvas.view.zoom == 1.0
    canvas.controller.select({"stage2_ir1", "stage2_ir2"})
    canvas.handlers["view.zoom_selection"]()
    assert canvas.view.zoom == 2.0
    middle = canvas.view.centre()
    box = canvas.scene.content(canvas.controller.selection)
    assert box is not None
    assert abs(middle.x() - box.centre[0]) < 2
    canvas.handlers["view.fit"]()
    assert canvas.view.zoom == pytest.approx(whole)


def test_going_to_a_block_shows_it_large_enough_to_read(show: Show) -> None:
    canvas = show("mobilenet_v2", height=400)
    canvas.view.zoom_at(0.1)
    canvas.view.center_on("stage5_ir2")
    assert level(canvas.view.zoom) != FAR
    centre, box = canvas.view.centre(), canvas.scene.nodes["stage5_ir2"].box
    assert abs(centre.y() - box.centre[1]) < 2
    canvas.view.center_on("not there")
    assert canvas.view.centre() == centre


def test_arrows_pan_where_nothing_is_selected(show: Show) -> None:
    canvas = show()
    before = canvas.view.centre()
    QTest.keyClick(canvas.view, Qt.Key.Key_Right)
    QTest.keyClick(canvas.view, Qt.Key.Key_Down)
    assert canvas.view.centre() - before == QPointF(48, 48)


def test_the_minimap_leads_there(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.view.zoom_at(1.0)
    QTest.mouseClick(canvas.minimap, Qt.MouseButton.LeftButton, pos=QPoint(72, 30))
    assert canvas.view.centre().y() < 300
    QTest.mouseClick(canvas.minimap, Qt.MouseButton.LeftButton, pos=QPoint(72, 215))
    assert canvas.view.centre().y() > 1200
    assert canvas.minimap.isVisible()
    canvas.handlers["view.minimap"]()
    assert not canvas.minimap.isVisible()


@pytest.mark.parametrize("flow", ["down", "right"])
def test_the_minimap_of_a_very_long_design_is_no_line(flow: str, show: Show, qtbot: QtBot) -> None:
    canvas = show(chain(*[(f"b{k}", "relu") for k in range(400)]))
    if flow == "right":
        canvas.handlers["design.flow_right"]()
        qtbot.waitUntil(lambda: canvas.minimap.width() == 240 and not canvas.arranger.busy)
    canvas.view.zoom_at(1.0)
    canvas.minimap._forget()
    picture = canvas.minimap.grab().toImage()
    middle = canvas.minimap.rect().center()
    beside = middle + (QPoint(7, 0) if flow == "down" else QPoint(0, 5))
    corner = QPoint(14, 14) if flow == "down" else QPoint(120, 6)
    assert picture.pixel(beside) == picture.pixel(middle) != picture.pixel(corner)
    end = QPoint(middle.x(), canvas.minimap.height() - 8) if flow == "down" else QPoint(canvas.minimap.width() - 8, middle.y())
    QTest.mouseClick(canvas.minimap, Qt.MouseButton.LeftButton, pos=end)
    output = canvas.scene.nodes["output"].box.centre
    assert (canvas.view.centre() - QPointF(*output)).manhattanLength() < 600


def test_the_minimap_covers_no_more_than_it_shows(show: Show, qtbot: QtBot) -> None:
    canvas = show("mobilenet_v2")
    assert canvas.minimap.size().toTuple() == (144, 240)
    canvas.handlers["design.flow_right"]()
    qtbot.waitUntil(lambda: canvas.minimap.size().toTuple() == (240, 48))
    assert canvas.minimap.geometry().bottom() < canvas.zoom_bar.geometry().top()
    small = show()
    assert small.minimap.width() == 144
    assert small.minimap.height() < 240


# -- selection ---------------------------------------------------------------------------------------------------------------


def test_click_ctrl_click_and_a_click_on_free_ground(show: Show) -> None:
    canvas = show()
    click(canvas.view, at(canvas, "a"))
    assert canvas.controller.selection == {"a"}
    click(canvas.view, at(canvas, "b"), CTRL)
    assert canvas.controller.selection == {"a", "b"}
    click(canvas.view, at(canvas, "a"), CTRL)
    assert canvas.controller.selection == {"b"}
    click(canvas.view, at(canvas, "c"))
    assert canvas.controller.selection == {"c"}
    click(canvas.view, QPoint(30, 30))
    assert not canvas.controller.selection
    assert not canvas.controller.stack.count()


def test_a_click_on_one_of_several_selects_it_alone(show: Show) -> None:
    canvas = show()
    canvas.controller.select({"a", "b"})
    click(canvas.view, at(canvas, "a"))
    assert canvas.controller.selection == {"a"}


def test_the_marquee_selects_what_it_touches(show: Show) -> None:
    canvas = show()
    first, last = at(canvas, "a", -140, -30), at(canvas, "b", 0, 10)
    drag(canvas.view, first, last)
    assert canvas.controller.selection == {"a", "b"}
    drag(canvas.view, at(canvas, "c", -140, 20), at(canvas, "c"), modifiers=CTRL)
    assert canvas.controller.selection == {"a", "b", "c"}
    drag(canvas.view, QPoint(5, 5), QPoint(60, 60))
    assert not canvas.controller.selection


def test_escape_takes_a_marquee_back(show: Show) -> None:
    canvas = show()
    canvas.controller.select({"c"})
    press(canvas.view, at(canvas, "a", -140, -30))
    move(canvas.view, at(canvas, "b"))
    assert canvas.controller.selection == {"a", "b"}
    QTest.keyClick(canvas.view, Qt.Key.Key_Escape)
    assert canvas.controller.selection == {"c"}
    release(canvas.view, at(canvas, "b"))
    assert canvas.controller.selection == {"c"}


def test_wires_and_labels_of_stages_can_be_selected(show: Show) -> None:
    canvas = show(residual())
    edge = Edge("act", "y", "output", "x")
    (x, top), (_, bottom) = canvas.scene.edges[edge].points
    click(canvas.view, canvas.view.mapFromScene(QPointF(x + 3, (top + bottom) / 2)))
    assert canvas.view.selected_edge == edge
    assert canvas.scene.edges[edge].selected
    box = canvas.scene.frames["s1"].label_box
    click(canvas.view, canvas.view.mapFromScene(QPointF(box.left + 20, box.top + 20)))
    assert canvas.controller.selection == {"s1_a", "s1_b", "s1_add"}
    assert canvas.view.selected_edge is None
    assert not canvas.scene.edges[edge].selected


def test_select_actions(show: Show) -> None:
    canvas = show(residual())
    assert canvas.why_not("edit.select_upstream")
    canvas.controller.select({"s1_b"})
    assert not canvas.why_not("edit.select_upstream")
    canvas.handlers["edit.select_upstream"]()
    assert canvas.controller.selection == {"s1_b", "s1_a", "input"}
    canvas.controller.select({"s1_b"})
    canvas.handlers["edit.select_downstream"]()
    assert canvas.controller.selection == {"s1_b", "s1_add", "act", "output"}
    canvas.controller.select({"s1_b"})
    canvas.handlers["edit.select_kind"]()
    assert canvas.controller.selection == {"s1_a", "s1_b"}
    canvas.handlers["edit.select_all"]()
    assert canvas.controller.selection == set(canvas.controller.design.root)


def test_hovering_lights_one_thing_up(show: Show) -> None:
    canvas = show()
    move(canvas.view, at(canvas, "a"), Qt.MouseButton.NoButton)
    assert canvas.scene.nodes["a"].hovered
    box = canvas.scene.nodes["b"].box
    move(canvas.view, canvas.view.mapFromScene(QPointF(box.centre[0], box.top)), Qt.MouseButton.NoButton)
    assert not canvas.scene.nodes["a"].hovered
    assert canvas.scene.nodes["b"].port_states == {(False, "x"): "hover"}
    move(canvas.view, QPoint(4, 4), Qt.MouseButton.NoButton)
    assert not canvas.scene.nodes["b"].hovered
    assert not canvas.scene.nodes["b"].port_states


def test_the_sentence_of_a_problem_under_the_pointer(show: Show) -> None:
    canvas = show(residual(stride=2))
    said: list[str] = []
    canvas.status_text.connect(said.append)
    move(canvas.view, at(canvas, "s1_add"), Qt.MouseButton.NoButton)
    assert said[-1].startswith('s1.add: "b" needs ')
    move(canvas.view, at(canvas, "act"), Qt.MouseButton.NoButton)
    assert said[-1] == "act waits for s1.add."
    move(canvas.view, at(canvas, "s1_a"), Qt.MouseButton.NoButton)
    assert said[-1] == ""


# -- moving ------------------------------------------------------------------------------------------------------------------


def test_dragging_moves_live_on_the_grid_as_one_step(show: Show) -> None:
    canvas = show()
    before = canvas.scene.places()
    start = at(canvas, "b")
    press(canvas.view, start)
    move(canvas.view, start + QPoint(101, 20))
    item = canvas.scene.nodes["b"]
    assert item.box[:2] == (before["b"][0] + 104, before["b"][1] + 20)
    assert item.box.left % 8 == item.box.top % 8 == 0
    wire = canvas.scene.edges[Edge("a", "y", "b", "x")]
    assert wire.points[-1] == (item.box.left + 108, item.box.top)  # wires follow at once
    assert not canvas.controller.stack.count()  # nothing is changed yet
    release(canvas.view, start + QPoint(101, 20))
    assert canvas.controller.stack.count() == 1
    assert canvas.controller.stack.undoText() == "Move b"
    assert canvas.controller.design.positions[ROOT]["b"] == item.box[:2]
    canvas.controller.stack.undo()
    assert canvas.scene.places() == before
    assert canvas.scene.nodes["b"].box[:2] == before["b"]
    canvas.controller.stack.redo()
    assert canvas.scene.nodes["b"].box.left == before["b"][0] + 104


def test_a_dragged_block_stays_in_line_with_others(show: Show) -> None:
    canvas = show()
    before = canvas.scene.places()
    drag(canvas.view, at(canvas, "b"), at(canvas, "b") + QPoint(203, 3))
    assert canvas.scene.place("b") == (before["b"][0] + 200, before["b"][1])  # its row is no multiple of 8
    drag(canvas.view, at(canvas, "b"), at(canvas, "b") + QPoint(-195, 200))
    assert canvas.scene.place("b")[0] == before["a"][0]
    drag(canvas.view, at(canvas, "b"), at(canvas, "b") + QPoint(13, 3), modifiers=Qt.KeyboardModifier.AltModifier)
    assert canvas.scene.place("b")[0] == before["a"][0] + 13


def test_selected_blocks_move_together(show: Show) -> None:
    canvas = show()
    canvas.controller.select({"a", "b"})
    before = canvas.scene.places()
    drag(canvas.view, at(canvas, "a"), at(canvas, "a") + QPoint(-80, 0))
    after = canvas.scene.places()
    assert {key for key in before if after[key] != before[key]} == {"a", "b"}
    assert after["a"][0] - before["a"][0] == after["b"][0] - before["b"][0] == -80
    assert canvas.controller.stack.undoText() == "Move 2 blocks"


@pytest.mark.parametrize("how", ["escape", "focus", "button"])
def test_a_drag_can_be_taken_back(show: Show, how: str) -> None:
    canvas = show()
    before = canvas.scene.places()
    start = at(canvas, "b")
    press(canvas.view, start)
    move(canvas.view, start + QPoint(200, 0))
    assert canvas.scene.nodes["b"].box[:2] != before["b"]
    if how == "escape":
        QTest.keyClick(canvas.view, Qt.Key.Key_Escape)
    elif how == "focus":
        QApplication.sendEvent(canvas.view, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.OtherFocusReason))
    else:
        press(canvas.view, start, Qt.MouseButton.RightButton)
    assert canvas.scene.nodes["b"].box[:2] == before["b"]
    release(canvas.view, start + QPoint(200, 0))
    assert not canvas.controller.stack.count()
    assert canvas.view.gesture is None


def test_a_hand_that_trembles_moves_nothing(show: Show) -> None:
    canvas = show()
    start = at(canvas, "b")
    drag(canvas.view, start, start + QPoint(2, 1))
    assert not canvas.controller.stack.count()


def test_a_block_dropped_on_a_wire_is_gone_around(show: Show) -> None:
    canvas = show("mobilenet_v2:width=0.5")
    canvas.view.zoom_at(0.5)
    drag(canvas.view, at(canvas, "stage7_ir1"), at(canvas, "stage3_ir1", -40, 42))
    from tests.ui.canvas.helpers import crossed

    for item in canvas.scene.edges.values():
        ends = (item.edge.source, item.edge.target)
        others = [box for key, box in canvas.scene.node_grid.boxes.items() if key not in ends]
        if "stage7_ir1" in ends or canvas.scene.nodes["stage7_ir1"].box.meets(canvas.scene.nodes[ends[1]].box):
            continue  # it stands on these
        assert not crossed(item.points, others)


def test_arrows_move_the_selected_blocks_and_make_one_step(show: Show) -> None:
    canvas = show()
    canvas.controller.select({"b"})
    before = canvas.scene.place("b")
    for _ in range(3):
        QTest.keyClick(canvas.view, Qt.Key.Key_Right)
    QTest.keyClick(canvas.view, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.scene.place("b") == (before[0] + 24, before[1] - 32)
    assert canvas.controller.stack.count() == 1
    canvas.controller.stack.undo()
    assert canvas.scene.place("b") == before


def test_tidy_is_one_step(show: Show) -> None:
    canvas = show()
    tidy = canvas.scene.places()
    drag(canvas.view, at(canvas, "b"), at(canvas, "b") + QPoint(160, 40))
    drag(canvas.view, at(canvas, "c"), at(canvas, "c") + QPoint(-160, 40))
    canvas.handlers["design.tidy"]()
    assert canvas.scene.places() == tidy
    assert canvas.controller.stack.undoText() == "Tidy up"
    count = canvas.controller.stack.count()
    canvas.handlers["design.tidy"]()
    assert canvas.controller.stack.count() == count  # there was nothing to do


# -- inside ------------------------------------------------------------------------------------------------------------------


def test_double_click_looks_inside_and_back_leads_out(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.view.center_on("stage2_ir2")
    zoom, centre = canvas.view.zoom, canvas.view.centre()
    double_click(canvas.view, at(canvas, "stage2_ir2"))
    assert canvas.scope == ("stage2_ir2",)
    assert {"expand", "depthwise", "project", "add"} < set(canvas.view.surface.nodes)
    double_click(canvas.view, at(canvas, "expand"))
    assert canvas.scope == ("stage2_ir2", "expand")
    assert [one.text() for one in canvas.trail.buttons] == ["mobilenet_v2", "ir2", "expand"]
    double_click(canvas.view, at(canvas, "conv"))
    assert canvas.scope == ("stage2_ir2", "expand")  # a primitive has no drawing
    drag(canvas.view, at(canvas, "conv"), at(canvas, "conv") + QPoint(90, 0))
    assert not canvas.controller.stack.count()  # it cannot be changed
    assert canvas.why_not("edit.delete")
    canvas.trail.buttons[0].click()
    assert canvas.scope == ()
    assert canvas.view.surface is canvas.scene
    assert canvas.view.zoom == zoom
    assert abs(canvas.view.centre().y() - centre.y()) < 2
    assert not canvas.trail.isVisible()


def test_going_to_a_block_of_the_design_leaves_the_inside(show: Show) -> None:
    canvas = show("mobilenet_v2")
    assert canvas.inside("stage2_ir2")
    canvas.view.center_on("stage5_ir1")
    assert canvas.scope == ()
    assert not canvas.inside("input")


def test_a_note_is_seen_and_hit(show: Show) -> None:
    from designer.graph.design import Note

    canvas = show()
    canvas.controller.apply(SetNote(id="n1", note=Note("n1", "Look\nhere", 300.0, 0.0)), "note")
    hit = canvas.scene.hit(310, 10, 1.0)
    assert (hit.kind, hit.name) == ("note", "n1")
