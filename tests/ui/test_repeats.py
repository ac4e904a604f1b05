"""Repeats in the window: what the inspector says of a copy, the menus, and actions that know what is folded."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from designer.graph.edits import SetParam
from designer.graph.folding import Difference, Fold
from designer.ui.main_window import MainWindow
from designer.ui.panels.inspector import Inspector
from designer.ui.panels.repeat_note import RepeatNote, said
from tests.ui.conftest import Open


def note_of(window: MainWindow) -> RepeatNote:
    return cast(Inspector, window.workspace.docks.all["inspector"].panel).repeats


def test_the_inspector_names_the_copy_and_offers_to_fold(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    assert window.page is not None
    canvas, note = window.page.canvas, note_of(window)
    assert note.isHidden()
    canvas.controller.select({"stage3_ir2"})
    qtbot.waitUntil(note.isVisible)
    assert note.text.text() == "Copy 2 of 3, stride 2 in the first"
    assert note.button.text() == "Fold"
    QTest.mouseClick(note.button, Qt.MouseButton.LeftButton)
    assert "repeat:stage3_ir1" in canvas.scene.nodes
    qtbot.waitUntil(lambda: note.button.text() == "Unfold")
    canvas.view.select({"repeat:stage3_ir1"})
    qtbot.waitUntil(lambda: note.text.text() == "3 equal copies, stride 2 in the first")
    QTest.mouseClick(note.button, Qt.MouseButton.LeftButton)
    assert "stage3_ir2" in canvas.scene.nodes
    canvas.controller.select({"stage3_ir2"})
    canvas.controller.apply(SetParam(node="stage3_ir2", name="kernel_size", value=5), "kernel")
    qtbot.waitUntil(note.isHidden)
    canvas.controller.stack.undo()
    qtbot.waitUntil(note.isVisible)
    canvas.controller.select({"stage7_ir1"})
    qtbot.waitUntil(note.isHidden)


def test_what_is_said_of_copies() -> None:
    run = Fold("r", ("a1", "b1", "a2", "b2"), unit=2, differences=(Difference(0, "a1", "stride", (2, 2), (1, 1)),))
    assert said(run, {"b2"}) == "Copy 2 of 2 of 2 blocks, a1: stride 2 in the first"
    assert said(run, {"a1", "b1"}) == "Copy 1 of 2 of 2 blocks, a1: stride 2 in the first"
    assert said(run, {"a1", "a2"}) == "2 equal copies of 2 blocks, a1: stride 2 in the first"


def test_actions_know_what_is_folded(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    fold, unfold = window.actions_["view.fold_stages"], window.actions_["view.unfold"]
    window.actions_.refresh()
    assert fold.isEnabled()
    assert not unfold.isEnabled()
    assert unfold.toolTip() == "Unfold all: Nothing is folded."
    fold.trigger()
    qtbot.waitUntil(unfold.isEnabled)
    assert not fold.isEnabled()
    unfold.trigger()
    qtbot.waitUntil(fold.isEnabled)
