"""The history: every edit by name, a click goes back and forth, what was taken back and what the file holds can be seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from designer.graph.edits import SetParam
from designer.ui import theme
from designer.ui.main_window import MainWindow
from designer.ui.panels.history import SAVED, History
from tests.designs import state
from tests.ui.conftest import Open

Window = tuple[MainWindow, History]


@pytest.fixture
def window(open_window: Open) -> Window:
    made = open_window("mobilenet_v2")
    made.workspace.focus("history")
    panel = made.workspace.docks.all["history"].findChild(History)
    assert panel is not None
    return made, panel


def rows(panel: History) -> list[str]:
    model = panel.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def click(panel: History, row: int) -> None:
    place = panel.visualRect(panel.model().index(row, 0)).center()
    QTest.mouseClick(panel.viewport(), Qt.MouseButton.LeftButton, pos=place)


def text_color(panel: History, row: int) -> QColor:
    """The strongest colour of a row's text."""
    rect = panel.visualRect(panel.model().index(row, 0))
    picture = panel.viewport().grab(QRect(rect.left() + 6, rect.top(), 60, rect.height())).toImage()
    ground = picture.pixelColor(1, 12)
    colors = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())]
    return max(colors, key=lambda color: abs(color.lightness() - ground.lightness()))


def test_every_edit_has_a_name(window: Window, qtbot: QtBot) -> None:
    """Whatever an action does to the design stands in the history in words."""
    made, panel = window
    controller, canvas = made.controller, made.page.canvas  # type: ignore[union-attr]
    assert controller is not None
    controller.select({"stage2_ir1", "stage3_ir1", "stage3_ir2"})
    done = ["edit.duplicate", "edit.delete", "edit.disable", "design.align_left", "design.distribute_across", "design.tidy"]
    done += ["design.flow_right", "insert.note", "edit.cut", "edit.paste", "edit.delete_close"]
    for action in done:
        made.actions_.perform(action)
        canvas.tools.close_all()
        controller.select({node.id for node in list(controller.design.root.nodes())[3:6]})
    names = rows(panel)
    assert names[0] == "As it was opened"
    assert len(names) > 8
    assert names[1:] == [controller.stack.text(k) for k in range(controller.stack.count())]
    assert all(name[:1].isupper() and len(name) > 5 for name in names)
    assert "Flow to the right" in names


def test_a_click_goes_back_and_forth(window: Window) -> None:
    made, panel = window
    controller = made.controller
    assert controller is not None
    states = [state(controller.design)]
    for stride in (2, 1, 2):
        controller.apply(SetParam(node="stage2_ir2", name="stride", value=stride), f"Set stride {stride} in ir2")
        states.append(state(controller.design))
    assert rows(panel) == ["As it was opened", "Set stride 2 in ir2", "Set stride 1 in ir2", "Set stride 2 in ir2"]
    for row in (0, 3, 1, 2, 0):
        click(panel, row)
        assert controller.stack.index() == row
        assert state(controller.design) == states[row]
        assert panel.currentIndex().row() == row
    QTest.keyClick(panel, Qt.Key.Key_Down)  # the keyboard too
    assert controller.stack.index() == 1


def test_what_was_taken_back_is_muted(window: Window) -> None:
    made, panel = window
    controller = made.controller
    assert controller is not None
    for stride in (2, 1):
        controller.apply(SetParam(node="stage2_ir2", name="stride", value=stride), "Set stride")
    click(panel, 1)
    look = theme.current()
    assert [panel.is_taken_back(row) for row in range(3)] == [False, False, True]
    for row, color in ((0, "text.primary"), (2, "text.muted")):  # thin strokes hardly reach their full colour
        assert abs(text_color(panel, row).lightness() - look.color(color).lightness()) < 12


def test_the_step_that_the_file_holds_says_so(window: Window, tmp_path: Path) -> None:
    made, panel = window
    controller = made.controller
    assert controller is not None
    assert not panel.is_saved(0)  # a preset has no file
    controller.apply(SetParam(node="stage2_ir2", name="stride", value=2), "Set stride")
    made.documents.save_as(controller, tmp_path / "mine.lightdesign")
    controller.apply(SetParam(node="stage2_ir2", name="stride", value=1), "Set stride")
    assert [panel.is_saved(row) for row in range(3)] == [False, True, False]
    rect = panel.visualRect(panel.model().index(1, 0))
    width = panel.fontMetrics().horizontalAdvance(SAVED)
    words = [panel.viewport().grab(QRect(rect.right() - width, rect.top(), width, rect.height())).toImage()]
    words.append(panel.viewport().grab(QRect(rect.right() - width, rect.top() - rect.height(), width, rect.height())).toImage())
    assert words[0] != words[1]


def test_each_document_has_its_own(window: Window, qtbot: QtBot) -> None:
    made, panel = window
    assert made.controller is not None
    made.controller.apply(SetParam(node="stage2_ir2", name="stride", value=2), "Set stride")
    made.documents.open("resnet18")
    assert rows(panel) == ["As it was opened"]
    made.tabs.step(-1)
    assert rows(panel) == ["As it was opened", "Set stride"]
    assert panel.indexAt(QPoint(20, 20)).row() == 0
