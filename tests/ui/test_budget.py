"""A budget is set in a dialog, kept for all designs, and followed at the bottom of the window while one edits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from designer.app.settings import BUDGET
from designer.graph.edits import SetParam
from designer.ui import units
from designer.ui.budget_bar import BudgetBar
from designer.ui.dialogs.budget import NONE, SET, BudgetDialog
from designer.ui.dialogs.question import CANCEL
from designer.ui.main_window import MainWindow
from tests.ui.conftest import Open


@pytest.fixture(autouse=True)
def in_macs() -> Iterator[None]:
    yield
    units.use(units.MACS)


def bar_of(window: MainWindow) -> BudgetBar:
    assert window.status is not None
    return window.status.budget


def asked(window: MainWindow) -> BudgetDialog:
    window.actions_.perform("design.budget")
    [dialog] = [one for one in window.findChildren(BudgetDialog) if one.isVisible()]
    return dialog


def test_what_is_set_is_followed_and_kept(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    window.resize(1600, 900)
    bar = bar_of(window)
    assert bar.isHidden()
    dialog = asked(window)
    qtbot.keyClicks(dialog.fields["macs"], "320M")
    qtbot.keyClicks(dialog.fields["weights_bytes"], "14 MiB")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert window.settings.get(BUDGET) == [["macs", 320_000_000], ["weights_bytes", 14_680_064]]
    assert bar.isVisible()
    assert bar.accessibleName() == "Budget: Weights 13.5 MiB of 14.0 MiB; MACs 300.8 M of 320.0 M"
    controller = window.controller
    assert controller is not None
    controller.apply(SetParam(node="stage2_ir2", name="expand_ratio", value=20.0), "Widen")
    assert "MACs 360.8 M of 320.0 M, 40.8 M over" in bar.toolTip()
    controller.stack.undo()
    assert "over" not in bar.toolTip()
    again = asked(window)
    assert {figure: field.text() for figure, field in again.fields.items() if field.text()} == {
        "macs": "320M",
        "weights_bytes": "14MiB",
    }
    again.give(NONE)
    assert bar.isHidden()
    assert window.settings.get(BUDGET) == []


def test_what_cannot_be_read_is_said_and_not_set(qtbot: QtBot) -> None:
    dialog = BudgetDialog({"params": 4_000_000}, {})
    qtbot.addWidget(dialog)
    dialog.show()
    field = dialog.fields["params"]
    field.selectAll()
    qtbot.keyClicks(field, "4 MB")
    assert dialog.why.text() == "Params needs a number such as 300M; K, M and G are powers of 1000, but got '4 MB'."
    assert not dialog.buttons[SET].isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.answer == CANCEL
    field.clear()
    assert dialog.buttons[SET].isEnabled()
    assert dialog.limits == {}


def test_limits_of_work_are_in_the_unit_in_use(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    window.settings.set(BUDGET, [["macs", 300_774_272]])
    units.use(units.FLOPS)
    assert bar_of(window).accessibleName() == "Budget: FLOPs 601.5 M of 601.5 M"
    dialog = asked(window)
    assert dialog.fields["macs"].text() == "601548.544K"
    dialog.give(SET)
    assert window.settings.get(BUDGET) == [["macs", 300_774_272]]


def test_while_totals_are_unknown_nothing_is_said_to_be_kept(open_window: Open) -> None:
    window = open_window("mobilenet_v2")
    window.settings.set(BUDGET, [["params", 4_000_000]])
    bar = bar_of(window)
    assert not bar._mark.isHidden()
    assert window.controller is not None
    window.controller.apply(SetParam(node="stage2_ir2", name="stride", value=2), "Break")
    window.controller.apply(SetParam(node="head_conv", name="groups", value=7), "Break")
    assert window.controller.engine.total is None
    assert bar.accessibleName() == "Budget: Params unknown of 4.00 M"
    assert bar._mark.isHidden()


def test_a_narrow_window_shows_as_many_as_have_room(open_window: Open) -> None:
    window = open_window("mobilenet_v2")
    window.settings.set(BUDGET, [["params", 4_000_000], ["macs", 320_000_000], ["weights_bytes", 1 << 24]])
    bar = bar_of(window)
    for width, shown in ((1600, 2), (1280, 1), (1024, 0)):
        bar.fit(width)
        assert sum(not item.isHidden() for item in bar._items) == shown
        assert not bar.isHidden()
        assert len(bar.toolTip().splitlines()) == 4


def test_a_broken_setting_is_no_budget(open_window: Open) -> None:
    window = open_window("mobilenet_v2")
    window.settings._store.setValue(BUDGET.key, '[["speed", 3]]')
    assert window.settings.get(BUDGET) == []
