"""The list of problems and the quick fixes, with the mouse and the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from designer import catalogue
from designer.app.controller import Controller
from designer.graph.design import Design
from designer.graph.edits import SetParam
from designer.ui import units
from designer.ui.panels.problems import Problems
from tests.analysis.test_fixes import residual
from tests.designs import chain, state

Show = Callable[..., Problems]


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    made: list[Problems] = []

    def open_(design: Design) -> Problems:
        panel = Problems()
        qtbot.addWidget(panel)
        panel.test_controller = Controller(design)  # type: ignore[attr-defined]
        panel.set_controller(controller_of(panel))
        panel.resize(1016, 260)
        panel.show()
        qtbot.waitExposed(panel)
        made.append(panel)
        return panel

    yield open_
    for panel in made:
        panel.hide()
        panel.set_controller(None)


def controller_of(panel: Problems) -> Controller:
    return panel.test_controller  # type: ignore[attr-defined, no-any-return]


def lines(panel: Problems) -> list[str]:
    return [str(panel.model.index(k).data()) for k in range(panel.model.rowCount())]


def press(qtbot: QtBot, panel: Problems, row: int) -> None:
    at = panel.view.visualRect(panel.model.index(row)).center()
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_the_cause_speaks_and_followers_are_quiet(show: Show) -> None:
    panel = show(chain(("a", "conv2d", {"groups": 7}), ("b", "relu"), ("c", "relu"), shape=(3, 16, 16)))
    assert lines(panel)[0].startswith("a: groups=7 does not divide in_channels=3")
    assert lines(panel)[1] == "b, c, output wait for a"
    assert panel.count == 1
    assert not panel.split.isHidden()
    assert panel.none.isHidden()


def test_a_fix_says_its_price_and_is_one_step(show: Show, qtbot: QtBot) -> None:
    panel = show(residual())
    controller = controller_of(panel)
    before = state(controller.design)
    texts = [button.accessibleName() for button in panel.card.buttons]
    assert texts[0].startswith("Set stride 1 in dw: 25.7 M MACs")
    assert any(text.startswith("Project the bypass, 1 × 1 / 2: ") for text in texts)
    with qtbot.waitSignal(panel.count_changed) as counted:
        qtbot.mouseClick(panel.card.buttons[0], Qt.MouseButton.LeftButton)
    assert counted.args == [0]
    assert controller.engine.total is not None
    assert units.short(controller.engine.total.macs) == "25.7 M"
    assert controller.stack.count() == 1
    assert controller.stack.undoText() == "Set stride 1 in dw"
    assert not panel.none.isHidden()
    controller.stack.undo()
    assert state(controller.design) == before
    assert panel.count == 1
    assert panel.card.buttons


def test_enter_makes_the_first_fix(show: Show, qtbot: QtBot) -> None:
    panel = show(residual())
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert controller_of(panel).engine.valid
    assert controller_of(panel).stack.undoText() == "Set stride 1 in dw"


def test_a_fix_can_be_reached_and_pressed_by_key(show: Show, qtbot: QtBot) -> None:
    panel = show(residual())
    panel.view.setFocus()
    for _ in range(10):
        if panel.focusWidget() is panel.card.buttons[1]:
            break
        qtbot.keyClick(panel.focusWidget() or panel.view, Qt.Key.Key_Tab)
    assert panel.focusWidget() is panel.card.buttons[1]
    qtbot.keyClick(panel.card.buttons[1], Qt.Key.Key_Return)
    assert controller_of(panel).stack.undoText() == "Project the bypass, 1 × 1 / 2"


def test_a_click_goes_to_the_block(show: Show, qtbot: QtBot) -> None:
    panel = show(chain(("a", "conv2d", {"groups": 7}), ("b", "relu"), ("c", "relu"), shape=(3, 16, 16)))
    with qtbot.waitSignal(panel.node_activated) as gone:
        press(qtbot, panel, 0)
    assert gone.args == ["a"]
    assert controller_of(panel).selection == {"a"}
    press(qtbot, panel, 1)
    assert controller_of(panel).selection == {"b", "c", "output"}
    assert panel.card.buttons == []


def test_the_next_problem_goes_around(show: Show, qtbot: QtBot) -> None:
    made = chain(("a", "conv2d", {"out_channels": 0}), ("b", "conv2d", {"out_channels": 0}), shape=(3, 16, 16))
    panel = show(made)
    controller_of(panel).apply(SetParam(node="a", name="out_channels", value=4), "x")
    assert lines(panel)[0].startswith("b: ")
    panel.next_problem()
    assert controller_of(panel).selection == {"b"}


def test_the_list_follows_edits_and_keeps_its_place(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    assert panel.count == 0
    assert not panel.none.isHidden()
    controller = controller_of(panel)
    with qtbot.waitSignal(panel.count_changed) as counted:
        controller.apply(SetParam(node="stage2_ir2", name="expand_ratio", value=0.5), "x")
    assert counted.args == [1]
    assert "waits for" not in lines(panel)[0]
    controller.stack.undo()
    assert panel.count == 0


def test_counting_goes_on_while_the_panel_is_hidden(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    panel.hide()
    with qtbot.waitSignal(panel.count_changed):
        controller_of(panel).apply(SetParam(node="stage2_ir2", name="expand_ratio", value=0.5), "x")
    panel.show()
    assert len(lines(panel)) == 2
    assert panel.card.buttons[0].accessibleName().startswith("Set expand_ratio 1 in stage2.ir2")


def test_prices_follow_the_design(show: Show, qtbot: QtBot) -> None:
    panel = show(residual())
    first = panel.card.buttons[0].accessibleName()
    controller_of(panel).apply(SetParam(node="expand", name="out_channels", value=72), "x")
    qtbot.waitUntil(lambda: panel.card.buttons[0].accessibleName() != first, timeout=2_000)
    assert panel.card.buttons[0].accessibleName().startswith("Set stride 1 in dw: 12.9 M")


def test_an_empty_design_says_what_is_missing(show: Show) -> None:
    panel = show(Design("empty"))
    assert lines(panel) == ["design: Nothing complete reaches an output. Connect an input, blocks and an output."]
    assert panel.card.buttons == []
    assert panel.card.none.text().startswith("No quick fix")
