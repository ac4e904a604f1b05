"""Inside an own block the list of problems is still about the whole design, as the status bar is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.document.files import save
from designer.graph.edits import AddNode, Connect, Disconnect, SetParam
from designer.graph.network import Node
from designer.ui.main_window import MainWindow
from designer.ui.panels.problems import Problems
from tests.app.test_own_blocks import units

Open = Callable[..., MainWindow]


@pytest.fixture
def window(open_window: Open, tmp_path: Path) -> MainWindow:
    """Two copies of a unit, and a problem in the design itself behind them."""
    design = units()
    save(design, tmp_path / "units.lightdesign")
    made = open_window(tmp_path / "units.lightdesign")
    controller = made.controller
    assert controller is not None
    assert controller.apply(Disconnect(target="output", target_port="x"), "Cut")
    assert controller.apply(AddNode(node=Node("last", "conv2d", {"out_channels": 4, "groups": 7})), "Add")
    assert controller.apply(Connect(source="b", source_port="y", target="last", target_port="x"), "Connect")
    assert controller.apply(Connect(source="last", source_port="y", target="output", target_port="x"), "Connect")
    made.workspace.focus("problems")
    QApplication.processEvents()
    return made


def panel_of(window: MainWindow) -> Problems:
    panel = window.workspace.docks.all["problems"].panel
    assert isinstance(panel, Problems)
    return panel


def rows(window: MainWindow) -> list[tuple[str, str, str]]:
    """Who, where, and whether it is an issue, of each row."""
    return [(entry.who, entry.where, entry.severity) for entry in panel_of(window).model.entries]


def press(qtbot: QtBot, window: MainWindow, row: int) -> None:
    panel = panel_of(window)
    at = panel.view.visualRect(panel.model.index(row)).center()
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def agrees(window: MainWindow) -> None:
    """Tab, list and status bar count the same."""
    assert window.status is not None
    panel = panel_of(window)
    counted = sum(e.severity in ("error", "warning") and "not counted" not in e.where for e in panel.model.entries)
    text = "Valid" if not counted else "1 error" if counted == 1 else f"{counted} errors"
    assert window.status._state.text() == text
    assert panel.count == counted
    assert window.workspace.docks.all["problems"].windowTitle() == (f"Problems {counted}" if counted else "Problems")


def test_the_rest_of_the_design_is_listed_below_what_is_wrong_here(window: MainWindow) -> None:
    canvas = window.page.canvas  # type: ignore[union-attr]
    assert rows(window) == [("last", "", "error"), ("", "", "quiet")]
    agrees(window)
    assert canvas.inside("a")
    assert rows(window) == [("last", "in the design", "error"), ("", "in the design", "quiet")]
    agrees(window)
    assert canvas.controller.apply(SetParam(node="conv", name="groups", value=5), "Set groups")
    assert rows(window)[0] == ("conv", "in Unit", "error")  # where it is, seen whole, with what waits for it
    assert rows(window)[1][1:] == ("in Unit", "quiet")
    assert [who for who, _, severity in rows(window) if severity == "error"] == ["conv"]  # `last` waits now
    agrees(window)
    canvas.back()
    assert rows(window)[0] == ("a.conv", "in Unit", "error")
    agrees(window)
    canvas.controller.stack.undo()
    assert rows(window) == [("last", "", "error"), ("", "", "quiet")]
    agrees(window)


def test_in_a_copy_that_waits_for_another_the_problem_is_said_once(window: MainWindow) -> None:
    canvas = window.page.canvas  # type: ignore[union-attr]
    assert canvas.inside("b")
    assert canvas.controller.apply(SetParam(node="conv", name="groups", value=5), "Set groups")
    assert [who for who, _, severity in rows(window) if severity == "error"] == ["conv"]
    agrees(window)


def test_what_no_copy_comes_to_is_listed_but_not_counted(window: MainWindow) -> None:
    canvas = window.page.canvas  # type: ignore[union-attr]
    assert canvas.inside("b")
    apart = Node("apart", "conv2d", {"out_channels": 4, "groups": 9})
    assert canvas.controller.apply(AddNode(node=apart), "Add")
    assert canvas.controller.apply(Connect(source="act", source_port="y", target="apart", target_port="x"), "Connect")
    assert rows(window)[:2] == [("apart", "in Unit, not counted", "error"), ("last", "in the design", "error")]
    agrees(window)
    assert canvas.controller.apply(SetParam(node="conv", name="groups", value=5), "Set groups")
    assert rows(window)[0] == ("conv", "in Unit", "error")
    agrees(window)


def test_a_click_goes_there_out_and_in(window: MainWindow, qtbot: QtBot) -> None:
    canvas = window.page.canvas  # type: ignore[union-attr]
    assert canvas.inside("a")
    press(qtbot, window, 0)
    assert canvas.scope == ()
    assert canvas.controller.selection == {"last"}
    assert canvas.view.hasFocus()
    assert canvas.controller.apply(SetParam(scope="unit", node="conv", name="groups", value=5), "Set groups")
    press(qtbot, window, 0)
    assert canvas.scope == ("a",)
    assert canvas.controller.selection == {"conv"}
    press(qtbot, window, 0)  # here already
    assert canvas.scope == ("a",)
    waiting = next(k for k, row in enumerate(rows(window)) if row == ("", "in the design", "quiet"))
    press(qtbot, window, waiting)
    assert canvas.scope == ()
    assert canvas.controller.selection == {"b", "last", "output"}


def test_fixes_of_the_design_are_made_in_the_design(window: MainWindow, qtbot: QtBot) -> None:
    canvas = window.page.canvas  # type: ignore[union-attr]
    assert canvas.inside("a")
    panel = panel_of(window)
    qtbot.waitUntil(lambda: bool(panel.card.buttons))
    panel.card.apply_first()
    assert canvas.document.engine.valid
    assert canvas.scope == ("a",)
    assert rows(window) == []
    agrees(window)


def test_the_next_problem_leads_out_of_the_block(window: MainWindow) -> None:
    canvas = window.page.canvas  # type: ignore[union-attr]
    assert canvas.inside("a")
    assert window.actions_.why_not("design.next_problem") == ""
    window.actions_.perform("design.next_problem")
    assert canvas.scope == ()
    assert canvas.controller.selection == {"last"}


def test_a_list_that_is_shown_again_inside_is_up_to_date(window: MainWindow) -> None:
    canvas = window.page.canvas  # type: ignore[union-attr]
    assert canvas.inside("a")
    assert canvas.document.apply(SetParam(node="last", name="groups", value=4), "Set groups")
    assert rows(window) == []
    agrees(window)
    canvas.document.stack.undo()
    assert rows(window)[0] == ("last", "in the design", "error")
    panel = panel_of(window)
    assert panel.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole).endswith("(in the design)")
