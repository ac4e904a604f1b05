"""One list of actions: menus, palette and overlay are made from it, keys are unique, and what is greyed says why."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLabel, QMenu
from pytestqt.qtbot import QtBot

from designer.ui.actions import MENUS, SPECS
from designer.ui.command_palette import CommandPalette, match
from tests.ui.conftest import Open


def test_every_action_has_a_name_a_tip_and_a_menu_and_no_key_means_two_things() -> None:
    assert len({spec.id for spec in SPECS}) == len(SPECS)
    keys = Counter(QKeySequence(key).toString() for spec in SPECS for key in spec.keys)
    assert {key for key, count in keys.items() if count > 1 or not key} == set()
    for spec in SPECS:
        assert spec.menu in MENUS
        assert spec.text[0].isupper()
        assert spec.tip[0].isupper()
        assert not spec.tip.endswith(".")
        single = [key for key in spec.keys if len(key) == 1 and key != "?"]
        assert not single or spec.canvas, f"{spec.id}: a single key acts only while the canvas has the focus"


def entries(menu: QMenu) -> list[QAction]:
    found = []
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            found += entries(inner)
        elif not action.isSeparator():
            found.append(action)
    return found


def test_the_menus_hold_every_action_once(open_window: Open) -> None:
    window = open_window()
    found = [action.objectName() for title in MENUS for action in entries(window.menus.menus[title])]
    assert sorted(name for name in found if name) == sorted(spec.id for spec in SPECS)


ABOUT_ONE = {"file.export", *(f"measure.{name}" for name in ("profile", "run", "cancel", "missing", "import", "export"))}
"""What is done to the design in front although no canvas need be: a page about it will do."""


def test_without_a_design_what_needs_one_is_greyed_and_says_so(open_window: Open) -> None:
    window = open_window()
    window.actions_.refresh()
    for spec in SPECS:
        action = window.actions_[spec.id]
        steps = {
            "edit.undo": "There is no step to take back.",
            "edit.redo": "No step was taken back.",
            "file.close_others": "There is no other tab.",
        }
        why_not = "No design is open." if spec.document or spec.id in ABOUT_ONE else steps.get(spec.id, "")
        if spec.id.startswith("measure.compare_") and not spec.document:
            why_not = "Nothing is compared."
        assert action.isEnabled() != bool(why_not), spec.id
        assert action.statusTip() == (why_not or spec.tip)


def test_with_a_design_every_greyed_action_gives_a_sentence(open_window: Open) -> None:
    window = open_window("squeezenet1_1")
    window.actions_.refresh()
    assert window.actions_["file.save"].isEnabled()
    for spec in SPECS:
        action = window.actions_[spec.id]
        if not action.isEnabled():
            assert action.statusTip().endswith("."), spec.id
            assert action.statusTip() not in ("No design is open.", "Not possible here."), spec.id


def test_the_edit_menu_names_the_step(open_window: Open) -> None:
    from designer.graph.edits import SetLabel

    window = open_window("squeezenet1_1")
    undo, redo = window.actions_["edit.undo"], window.actions_["edit.redo"]
    assert (undo.text(), undo.isEnabled(), redo.isEnabled()) == ("Undo", False, False)
    assert window.controller is not None
    node = next(iter(window.controller.design.root.nodes()))
    window.controller.apply(SetLabel(node=node.id, label="first"), "Rename input")
    window.actions_.refresh()
    assert (undo.text(), undo.isEnabled()) == ("Undo rename input", True)
    undo.trigger()
    window.actions_.refresh()
    assert (undo.text(), redo.text(), redo.isEnabled()) == ("Undo", "Redo rename input", True)


def test_the_shortcut_overlay_shows_every_key(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    qtbot.keyClick(window.tabs, Qt.Key.Key_F1)
    overlay = window.popups.open
    assert overlay is not None
    texts = [found.text() for found in overlay.findChildren(QLabel)]
    for spec in SPECS:
        for key in spec.keys:
            assert QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) in texts
    qtbot.keyClick(overlay, Qt.Key.Key_Escape)
    assert window.popups.open is None


def test_the_command_palette_finds_by_a_few_letters_and_does_it(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    palette = window.popups.open
    assert isinstance(palette, CommandPalette)
    assert palette.field.hasFocus()
    qtbot.keyClicks(palette.field, "open squeezenet1_1")
    assert palette.model.shown[0].text == "Open squeezenet1_1"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.controller is not None
    assert window.controller.title == "squeezenet1_1"
    assert window.popups.open is None


def test_the_command_palette_opened_twice_still_does_it_and_gives_the_focus_back(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("squeezenet1_1")
    page = window.page
    assert page is not None
    page.canvas.view.setFocus()
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_P, keys)
        palette = window.popups.open
        assert isinstance(palette, CommandPalette)
        assert palette.field.hasFocus()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # the one before is gone
    qtbot.keyClicks(palette.field, "select all")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.popups.open is None
    assert page.canvas.view.hasFocus()
    assert page.canvas.controller.selection


def test_the_command_palette_walks_with_arrows_and_greys_what_cannot_be(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    window.popups.commands()
    palette = window.popups.open
    assert isinstance(palette, CommandPalette)
    qtbot.keyClicks(palette.field, "save")
    shown = palette.model.shown
    assert shown[0].text == "Save"
    assert shown[0].why_not == "No design is open."
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)  # greyed: nothing happens
    assert window.popups.open is palette
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentIndex().row() == len(shown) - 1
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentIndex().row() == 0
    palette.field.setText("no such thing at all")
    assert palette.nothing.isVisible()
    assert not palette.list.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert window.popups.open is None


def test_matching_prefers_the_start_of_a_name() -> None:
    def best(wanted: str, *names: str) -> list[str]:
        fits = [(score, name) for name in names if (score := match(wanted, name)) is not None]
        return [name for _, name in sorted(fits)]

    assert best("re", "Insert relu", "Redo", "Preset") == ["Redo", "Insert relu", "Preset"]
    assert best("oinc", "Open inception_v3", "Insert concat") == ["Open inception_v3"]
    assert best("zoom fit", "Zoom in", "Zoom to fit") == ["Zoom to fit"]
    assert best("xyz", "Undo") == []


def test_the_insert_menu_holds_every_block_and_inserts_it(open_window: Open) -> None:
    from blocks.registry import blocks

    window = open_window()
    menu = window.menus.menus["Insert"]
    menu.aboutToShow.emit()
    submenus = [action for action in menu.actions() if action.menu() is not None]
    assert not any(action.isEnabled() for action in submenus)
    window.actions_.perform("file.new")
    menu.aboutToShow.emit()
    assert [action for action in menu.actions() if action.menu() is not None] == submenus
    assert all(action.isEnabled() for action in submenus)
    found = {action.text(): action for submenu in submenus for action in submenu.menu().actions() if action.isEnabled()}
    assert set(found) == set(blocks())
    found["conv2d"].trigger()
    assert window.controller is not None
    assert [node.block for node in window.controller.design.root.nodes()] == ["conv2d"]
