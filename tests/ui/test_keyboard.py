"""The keyboard alone: Tab reaches everything that can be seen and nothing else, and where it is can be seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from designer.graph.edits import SetParam
from designer.ui.command_palette import CommandPalette
from designer.ui.compare.page import ComparePage
from designer.ui.docks import Dock
from designer.ui.heat_button import HeatButton
from designer.ui.main_window import MainWindow
from designer.ui.shortcuts import Shortcuts
from tests.ui.conftest import Open

TAB = Qt.FocusPolicy.TabFocus


def takers(window: MainWindow) -> set[QWidget]:
    """What Tab has to reach: everything enabled that takes it and is in sight."""
    return {
        one
        for one in window.findChildren(QWidget)
        if one.focusPolicy() & TAB
        and one.isVisible()
        and one.isEnabled()
        and one.focusProxy() is None
        and not one.visibleRegion().isEmpty()
    }


def walk(window: MainWindow) -> list[QWidget]:
    """Tab from where the focus is, until it comes back there."""
    begun = window.focusWidget()
    assert begun is not None
    found = [begun]
    while len(found) < 400:
        focused = window.focusWidget()
        assert focused is not None
        focused.focusNextPrevChild(True)
        now = window.focusWidget()
        if now is begun or now is None:
            return found
        assert now not in found, f"Tab turns in a circle at {now}"
        found.append(now)
    raise AssertionError("Tab does not come back")


def start(window: MainWindow) -> None:
    """The start page is in front already."""


def dock(dock_id: str) -> Callable[[MainWindow], None]:
    return lambda window: window.workspace.focus(dock_id)


def action(action_id: str) -> Callable[[MainWindow], None]:
    return lambda window: window.actions_.perform(action_id)


PLACES = {
    "start": ((), start),
    "presets": (("mobilenet_v2",), dock("presets")),
    "history": (("mobilenet_v2",), dock("history")),
    "problems": (("mobilenet_v2",), dock("problems")),
    "statistics": (("mobilenet_v2",), action("design.statistics")),
    "profile": (("mobilenet_v2",), action("measure.profile")),
    "compare": (("mobilenet_v2",), action("measure.compare")),
}


@pytest.mark.parametrize("place", PLACES)
def test_tab_reaches_what_is_in_sight_and_nothing_else(place: str, open_window: Open, qtbot: QtBot) -> None:
    designs, go = PLACES[place]
    window = open_window(*designs)
    go(window)
    qtbot.wait(50)
    reached = walk(window)
    missed = takers(window) - set(reached)
    assert not missed, [f"{type(one).__name__} {one.accessibleName()!r}" for one in missed]
    for one in reached:
        scrolled = any(isinstance(part, QScrollArea) for part in _ancestors(one))
        assert scrolled or not one.visibleRegion().isEmpty(), f"{type(one).__name__} {one.accessibleName()!r} is out of sight"
    behind = {one for one in window.workspace.docks.all.values() if one.isVisible() and one.visibleRegion().isEmpty()}
    assert place not in ("presets", "history") or behind, "no dock lies behind another, so nothing was tried"
    assert not any(isinstance(part, Dock) and part in behind for one in reached for part in _ancestors(one))


def _ancestors(widget: QWidget) -> list[QWidget]:
    found = []
    part: QWidget | None = widget
    while part is not None:
        found.append(part)
        part = part.parentWidget()
    return found


def shown(widget: QWidget) -> QImage:
    window = widget.window()
    return window.grab(QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())).toImage()


def seen_to_have_the_keyboard(widget: QWidget, elsewhere: QWidget, qtbot: QtBot) -> bool:
    """Whether it looks another way while the focus is there."""
    elsewhere.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.wait(10)
    without = shown(widget)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.wait(10)
    assert widget.hasFocus()
    return shown(widget) != without


def test_the_keyboard_is_seen_on_the_canvas_until_the_mouse_comes(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    page = window.page
    assert page is not None
    view = page.canvas.view
    window.workspace.focus("blocks")
    field = window.focusWidget()
    assert field is not None
    for zoom in (1.0, 0.1):
        view.zoom_at(zoom, animate=False)
        assert seen_to_have_the_keyboard(view, field, qtbot), zoom
    ringed = shown(view)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert shown(view) != ringed


def test_the_keyboard_is_seen_in_tables_and_empty_lists(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    assert window.page is not None
    view = window.page.canvas.view
    window.workspace.focus("problems")
    problems = window.focusWidget()
    assert problems is not None
    assert seen_to_have_the_keyboard(problems, view, qtbot)
    window.actions_.perform("measure.compare")
    page = window.tabs.current
    assert isinstance(page, ComparePage)
    qtbot.wait(50)
    for one in (page.totals.grid, page.places.resolution, page.bar.chips[0].close_button):
        assert seen_to_have_the_keyboard(one, page.bar.chips[0].name, qtbot), one


def test_f6_never_lands_on_a_field_that_is_shown_no_more(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    window.workspace.focus("inspector")
    assert window.page is not None
    window.page.canvas.view.setFocus()
    window.page.controller.select({"stage2_ir1"})
    qtbot.wait(50)
    window.workspace.focus("inspector")
    focused = window.focusWidget()
    assert focused is not None
    assert focused.isVisible()
    assert not focused.visibleRegion().isEmpty()


def test_tab_stays_in_the_command_palette(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    window.popups.commands()
    palette = window.popups.open
    assert isinstance(palette, CommandPalette)
    assert palette.list.model().index(0, 0).data().startswith("New design"), "with nothing typed the menus' order holds"
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Tab):
        focused = window.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, key)
        assert palette.isAncestorOf(window.focusWidget())
    focused = window.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, Qt.Key.Key_Escape)
    assert window.popups.open is None


def test_keys_scroll_the_overlay_of_keys(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2", width=900, height=560)
    window.popups.shortcuts()
    overlay = window.popups.open
    assert isinstance(overlay, Shortcuts)
    bar = overlay.area.verticalScrollBar()
    assert bar.maximum() > 0
    places = [bar.value()]
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_End):
        focused = window.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, key)
        places.append(bar.value())
    assert places == sorted(set(places))
    assert places[-1] == bar.maximum()
    focused = window.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, Qt.Key.Key_Home)
    assert bar.value() == 0
    overlay.dismiss()


@pytest.mark.parametrize(("size", "scrolls"), [((1280, 800), False), ((1024, 768), True)])
def test_all_keys_are_in_sight_where_there_is_room_for_them(size: tuple[int, int], scrolls: bool, open_window: Open) -> None:
    window = open_window("mobilenet_v2", width=size[0], height=size[1])
    window.popups.shortcuts()
    overlay = window.popups.open
    assert isinstance(overlay, Shortcuts)
    assert overlay.area.horizontalScrollBar().maximum() == 0
    assert (overlay.area.verticalScrollBar().maximum() > 0) is scrolls
    overlay.dismiss()


def test_what_an_action_does_stands_beside_the_figures(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    assert window.status is not None
    figures = [one for one in window.status.findChildren(QLabel) if one.text() == "300.8 M"]
    assert figures
    window.actions_["insert.quick"].hover()
    window.actions_["insert.quick"].showStatusText(window)
    assert window.status.currentMessage() == "", "Qt's message hides the figures"
    assert any("Type the name of a block" in one.text() for one in window.status.findChildren(QLabel) if one.isVisible())
    assert all(one.isVisible() for one in figures)


def test_delete_is_grey_until_something_can_be_deleted(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    assert window.page is not None
    canvas = window.page.canvas
    delete, disconnect = window.actions_["edit.delete"], window.actions_["edit.disconnect"]
    qtbot.waitUntil(lambda: not delete.isEnabled() and not disconnect.isEnabled())
    assert delete.statusTip() == "Nothing is selected."
    assert disconnect.statusTip() == "Select a wire or a block first."
    canvas.view.select_edge(next(iter(canvas.scene.edges)))
    qtbot.waitUntil(lambda: delete.isEnabled() and disconnect.isEnabled())
    canvas.view.select_edge(None)
    qtbot.waitUntil(lambda: not delete.isEnabled() and not disconnect.isEnabled())
    canvas.view.select(["stage2_ir1"])
    qtbot.waitUntil(lambda: delete.isEnabled() and disconnect.isEnabled())


def test_the_keyboard_stays_with_the_problems_when_the_last_is_mended(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    controller = window.controller
    assert controller is not None
    controller.apply(SetParam(node="stage3_ir2", name="stride", value=7), "Break")
    window.workspace.focus("problems")
    panel = window.workspace.docks.all["problems"].build()
    focused = window.focusWidget()
    assert focused is not None
    assert panel.isAncestorOf(focused)
    controller.stack.undo()
    qtbot.waitUntil(panel.hasFocus)


@pytest.mark.parametrize("way", ["edit.find", "help.commands", "help.shortcuts", "insert.quick"])
def test_what_opens_over_the_canvas_gives_the_focus_straight_back(way: str, open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    assert window.page is not None
    view = window.page.canvas.view
    view.select(["stage2_ir1"])
    view.setFocus(Qt.FocusReason.ShortcutFocusReason)
    ringed = shown(view)
    window.actions_.perform(way)
    assert not view.hasFocus()
    went: list[QWidget] = []
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    follow = app.focusChanged.connect(lambda _, now: went.append(now))
    focused = window.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, Qt.Key.Key_Escape)
    app.focusChanged.disconnect(follow)
    assert [one for one in went if one is not None] == [view]
    qtbot.waitUntil(lambda: shown(view) == ringed)


def test_enter_presses_the_button_with_the_focus(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    new, compare = (
        next(one for one in window.findChildren(QAbstractButton) if one.accessibleName() == name and one.isVisible())
        for name in ("New design", "Compare")
    )
    new.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(new, Qt.Key.Key_Return)
    assert [page.controller.title for page in window.document_pages] == ["mobilenet_v2", "untitled"]
    compare.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(compare, Qt.Key.Key_Enter)
    assert isinstance(window.tabs.current, ComparePage)


def test_enter_opens_the_menu_of_a_button_that_has_one(open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    window = open_window("mobilenet_v2")
    [heat] = window.findChildren(HeatButton)
    opened = []
    monkeypatch.setattr(heat, "showMenu", lambda: opened.append(True))
    heat.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(heat, Qt.Key.Key_Return)
    assert opened == [True]


@pytest.mark.parametrize("what", ["edit.copy", "layers.csv"])
def test_what_is_copied_is_said(what: str, open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    window.activateWindow()
    qtbot.waitActive(window)
    assert window.page is not None
    window.page.canvas.view.select({"stem_conv"})
    window.page.canvas.view.setFocus()
    assert window.status is not None
    assert window.status._message.text() == ""
    window.actions_.perform(what)
    assert window.status._message.text() == "Copied."
