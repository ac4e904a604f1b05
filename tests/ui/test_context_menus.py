"""The menus at the pointer, opened with real events in the real window: what they are about, and that they do it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from designer.app.settings import ALL_BLOCKS, MINIMAP
from designer.graph.design import ROOT
from designer.graph.edits import SetStage
from designer.ui.actions import BY_ID, SPECS
from designer.ui.canvas.gestures import notes
from designer.ui.canvas.view import View
from designer.ui.context_menus import IF_POSSIBLE, MENUS
from designer.ui.main_window import MainWindow
from designer.ui.panels.gallery import Gallery
from designer.ui.panels.layer_table import LayerTable
from designer.ui.panels.palette import Palette
from tests.designs import chain, wire
from tests.ui.canvas.helpers import move, press
from tests.ui.conftest import Open

CONV = ("conv2d", {"out_channels": 8, "padding": 1})


class Desk:
    """A window with a small design, and where things are in it."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        controller = window.controller
        assert controller is not None
        self.controller = controller
        self.view.look(1.0, QPointF(100, 180))

    @property
    def view(self) -> View:
        assert self.window.page is not None
        return self.window.page.canvas.view

    def at(self, x: float, y: float) -> QPoint:
        return self.view.viewportTransform().map(QPointF(x, y)).toPoint()

    def block(self, node: str) -> QPoint:
        return self.at(*self.view.surface.nodes[node].box.centre)

    def port(self, node: str, port: str, *, output: bool = False) -> QPoint:
        point = self.view.surface.port_point(node, port, output)
        assert point is not None
        return self.at(*point)

    def middle(self, text: str) -> QPoint:
        points = self.view.surface.edges[wire(text)].points
        (ax, ay), (bx, by) = max(pairwise(points), key=lambda leg: abs(leg[0][1] - leg[1][1]))
        return self.at((ax + bx) / 2, (ay + by) / 2)

    def free(self) -> QPoint:
        box = self.view.surface.content()
        assert box is not None
        return self.at(box.right + 40, box.top + 40)

    def right_click(self, at: QPoint, widget: QWidget | None = None) -> QMenu:
        """The menu that a right click opens there."""
        target = widget if widget is not None else self.view.viewport()
        QTest.mouseClick(target, Qt.MouseButton.RightButton, pos=at)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, target.mapToGlobal(at))
        QApplication.sendEvent(target, event)
        return self.menu()

    def menu(self) -> QMenu:
        found = self.window.context_menus.open
        assert found is not None
        assert found.isVisible()
        return found

    def choose(self, action_id: str) -> None:
        """Choose an entry with the keyboard, as after opening the menu with it."""
        menu = self.menu()
        (action,) = [one for one in menu.actions() if one.objectName() == action_id or one.text() == action_id]
        assert action.isEnabled(), action.toolTip()
        menu.setActiveAction(action)
        QTest.keyClick(menu, Qt.Key.Key_Return)
        QApplication.processEvents()

    def close(self) -> None:
        QTest.keyClick(self.menu(), Qt.Key.Key_Escape)
        self.qtbot.waitUntil(lambda: self.window.context_menus.open is None)


@pytest.fixture
def desk(open_window: Open, tmp_path: object, qtbot: QtBot) -> Desk:
    window = open_window()
    window.actions_.perform("file.new")
    assert window.controller is not None
    from designer.app.commands import step
    from designer.graph.edits import AddNode, Connect

    made = chain(("a", *CONV), ("b", "batch_norm"), ("c", "relu"))
    edits = [
        *[AddNode(node=node) for node in made.root.nodes()],
        *[Connect(source=e[0], source_port=e[1], target=e[2], target_port=e[3]) for e in made.root.edges()],
    ]
    for node_id in list(window.controller.design.root):
        from designer.graph.edits import RemoveNode

        window.controller.apply(RemoveNode(id=node_id), "Empty")
    assert window.controller.apply(step("Draw", edits), "Draw")
    window.controller.stack.clear()
    return Desk(window, qtbot)


def names(menu: QMenu) -> list[str]:
    return [action.objectName() for action in menu.actions() if action.objectName()]


def ids(kind: str) -> list[str]:
    """What a menu holds about blocks that are no own ones."""
    found = [one if isinstance(one, str) else one[0] for group in MENUS[kind] for one in group]
    return [one for one in found if one not in IF_POSSIBLE]


def test_menus_name_actions_of_the_list() -> None:
    for kind in MENUS:
        assert ids(kind) == list(dict.fromkeys(ids(kind)))
        assert set(ids(kind)) <= set(BY_ID), kind


def test_a_block_is_selected_and_its_menu_has_its_actions_with_their_keys(desk: Desk) -> None:
    menu = desk.right_click(desk.block("b"))
    assert desk.controller.selection == {"b"}
    assert names(menu) == ids("block")
    found = {action.objectName(): action for action in menu.actions()}
    assert found["edit.rename"] is desk.window.actions_["edit.rename"]
    assert not found["view.inside"].isEnabled()
    assert "Nothing is drawn inside" in found["view.inside"].toolTip()
    desk.choose("edit.disable")
    assert desk.controller.design.root.node("b").disabled
    assert desk.controller.stack.count() == 1


def test_what_is_selected_stays_selected_under_the_menu(desk: Desk) -> None:
    desk.view.select({"a", "b"})
    menu = desk.right_click(desk.block("a"))
    assert desk.controller.selection == {"a", "b"}
    assert names(menu) == ids("blocks")
    desk.choose("edit.delete_close")
    assert set(desk.controller.design.root) == {"input", "c", "output"}
    assert desk.controller.design.root.sources("c") == {"x": ("input", "y")}


def test_a_wire_takes_a_block_where_the_menu_was_opened_or_goes(desk: Desk) -> None:
    menu = desk.right_click(desk.middle("a.y -> b.x"))
    assert desk.view.selected_edge == wire("a.y -> b.x")
    assert names(menu) == ids("wire")
    QGuiApplication.processEvents()
    desk.choose("insert.quick")
    chooser = desk.window.page.canvas.tools.chooser  # type: ignore[union-attr]
    assert chooser is not None
    QTest.keyClicks(chooser.field, "relu6")
    QTest.keyClick(chooser.field, Qt.Key.Key_Return)
    assert desk.controller.design.root.sources("b") == {"x": ("relu6", "y")}
    desk.right_click(desk.middle("relu6.y -> b.x"))
    desk.choose("edit.delete")
    assert desk.controller.design.root.sources("b") == {}


def test_a_port_takes_a_block_or_a_wire_or_lets_go(desk: Desk) -> None:
    menu = desk.right_click(desk.port("c", "y", output=True))
    assert names(menu) == ids("port")
    desk.choose("insert.quick")
    chooser = desk.window.page.canvas.tools.chooser  # type: ignore[union-attr]
    assert chooser is not None
    assert chooser.field.placeholderText() == "Block to put behind c"
    QTest.keyClick(chooser.field, Qt.Key.Key_Escape)
    desk.right_click(desk.port("b", "x"))
    desk.choose("edit.disconnect")
    assert desk.controller.stack.undoText() == "Disconnect a from b"
    desk.right_click(desk.port("b", "x"))
    desk.choose("edit.connect")
    chooser = desk.window.page.canvas.tools.chooser  # type: ignore[union-attr]
    assert chooser is not None
    QTest.keyClicks(chooser.field, "input")
    QTest.keyClick(chooser.field, Qt.Key.Key_Return)
    assert desk.controller.design.root.sources("b") == {"x": ("input", "y")}


def test_on_free_ground_blocks_and_notes_come_where_the_menu_was_opened(desk: Desk) -> None:
    desk.view.select({"a"})
    at = desk.free()
    menu = desk.right_click(at)
    assert desk.controller.selection == frozenset()
    assert names(menu) == ids("ground")
    desk.choose("insert.note")
    (note,) = desk.controller.design.notes[ROOT].values()
    there = desk.view.viewportTransform().inverted()[0].map(QPointF(at))
    assert abs(note.x - there.x()) < 20
    assert abs(note.y - there.y()) < 20
    canvas = desk.window.page.canvas  # type: ignore[union-attr]
    assert canvas.tools.aim is None
    canvas.tools.close_all()
    desk.right_click(desk.at(note.x + 10, note.y + 10))
    assert notes.selected_note(desk.view) == note.id
    desk.choose("edit.rename")
    assert canvas.tools.editor is not None
    canvas.tools.close_all()
    desk.right_click(desk.at(note.x + 10, note.y + 10))
    desk.choose("edit.delete")
    assert not desk.controller.design.notes.get(ROOT)


def test_a_stage_is_selected_by_its_label(desk: Desk) -> None:
    for node in ("a", "b"):
        desk.controller.apply(SetStage(node=node, stage="s1"), "Stage")
    box = desk.view.surface.labels["s1"]
    menu = desk.right_click(desk.at(*box.centre))
    assert desk.controller.selection == {"a", "b"}
    assert names(menu)[: len(ids("stage"))] == ids("stage")
    desk.close()


def test_the_menu_key_opens_it_for_what_is_selected(desk: Desk) -> None:
    for selected, kind in ({"a"}, "block"), ({"a", "c"}, "blocks"), (set(), "ground"):
        desk.view.select(selected)
        at = desk.view.viewport().rect().center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, desk.view.viewport().mapToGlobal(at))
        QApplication.sendEvent(desk.view.viewport(), event)
        assert names(desk.menu()) == ids(kind)
        desk.close()


def test_a_right_click_that_ends_a_drag_opens_no_menu(desk: Desk) -> None:
    at = desk.block("a")
    press(desk.view, at)
    move(desk.view, at + QPoint(60, 10))
    assert desk.view.gesture is not None
    QTest.mouseClick(desk.view.viewport(), Qt.MouseButton.RightButton, pos=at)
    QApplication.sendEvent(
        desk.view.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, desk.view.viewport().mapToGlobal(at))
    )
    assert desk.view.gesture is None
    assert desk.window.context_menus.open is None
    assert desk.controller.stack.count() == 0


def test_blocks_are_connected_and_disconnected_by_keys(desk: Desk) -> None:
    desk.view.select({"input"})
    desk.view.setFocus()
    QApplication.processEvents()
    QTest.keyClick(desk.view, Qt.Key.Key_C)
    chooser = desk.window.page.canvas.tools.chooser  # type: ignore[union-attr]
    assert chooser is not None
    entries = {entry.text: entry for entry in chooser.model.shown}
    assert entries["c"].note == "replaces the wire from b"
    assert next(entry.text for entry in chooser.model.shown) == "a", "the nearest comes first"
    QTest.keyClicks(chooser.field, "c")
    QTest.keyClick(chooser.field, Qt.Key.Key_Return)
    assert desk.controller.design.root.sources("c") == {"x": ("input", "y")}
    desk.view.select({"a"})
    desk.view.setFocus()
    QApplication.processEvents()
    QTest.keyClick(desk.view, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    assert desk.controller.design.root.sources("a") == {}
    assert desk.controller.design.root.sources("b") == {}
    desk.view.select({"b"})
    assert "cycle" not in entries["a"].why_not
    QApplication.processEvents()
    QTest.keyClick(desk.view, Qt.Key.Key_C)
    chooser = desk.window.page.canvas.tools.chooser  # type: ignore[union-attr]
    assert chooser is not None
    assert {entry.text for entry in chooser.model.shown if not entry.why_not} == {"a", "c", "output"}
    QTest.keyClick(chooser.field, Qt.Key.Key_Escape)


def test_rows_of_the_layer_table_have_the_menu_of_their_blocks(desk: Desk) -> None:
    desk.window.workspace.focus("layers")
    panel = desk.window.workspace.docks.all["layers"].panel
    assert isinstance(panel, LayerTable)
    row = next(k for k, one in enumerate(panel.model.rows) if one.node_ids == ("b",))
    menu = desk.right_click(panel.view.visualRect(panel.model.index(row, 0)).center(), panel.view.viewport())
    assert desk.controller.selection == {"b"}
    assert names(menu) == [*ids("block"), *ids("layers")]
    desk.choose("layers.csv")
    assert QGuiApplication.clipboard().text().splitlines()[0].startswith("Layer,Block,")
    desk.right_click(panel.view.visualRect(panel.model.index(row, 0)).center(), panel.view.viewport())
    desk.choose("Show on the canvas")
    assert desk.window.focusWidget() is desk.view


def test_tabs_have_the_actions_of_files(desk: Desk) -> None:
    desk.window.open_text("squeezenet1_1")
    bar = desk.window.tabs.bar
    assert bar.count() == 2
    menu = desk.right_click(bar.tabRect(0).center(), bar)
    assert desk.window.controller is desk.controller, "the tab comes to the front"
    assert names(menu) == ids("tab")
    desk.choose("file.close_others")
    assert desk.window.document_pages == [desk.window.page]
    menu = desk.right_click(bar.tabRect(0).center(), bar)
    (others,) = [action for action in menu.actions() if action.objectName() == "file.close_others"]
    assert others.toolTip().endswith("There is no other tab.")
    desk.close()


def test_a_block_of_the_palette_is_inserted_or_put_in_anothers_place(desk: Desk) -> None:
    desk.window.workspace.focus("blocks")
    palette = desk.window.workspace.docks.all["blocks"].panel
    assert isinstance(palette, Palette)
    palette.search.setText("max_pool2d")
    at = palette.list.visualRect(palette.list.currentIndex()).center()
    menu = desk.right_click(at, palette.list.viewport())
    assert [action.isEnabled() for action in menu.actions() if action.text()] == [True, False, True]
    desk.choose("Insert max_pool2d")
    assert "max_pool2d" in desk.controller.design.root
    desk.view.select({"b"})
    desk.right_click(at, palette.list.viewport())
    desk.choose("Replace the selected blocks by max_pool2d")
    assert desk.controller.design.root.node("b").block == "max_pool2d"


def test_a_preset_is_opened_here_or_in_a_window_of_its_own(desk: Desk) -> None:
    desk.window.workspace.focus("presets")
    gallery = desk.window.workspace.docks.all["presets"].panel
    assert isinstance(gallery, Gallery)
    gallery.search.setText("squeezenet 1.1")
    desk.qtbot.waitUntil(lambda: gallery.list.viewport().width() < 300)
    at = gallery.list.visualRect(gallery.list.currentIndex()).center()
    menu = desk.right_click(at, gallery.list.viewport())
    texts = [action.text() for action in menu.actions() if action.text()]
    desk.choose(texts[2])
    assert QGuiApplication.clipboard().text() == "squeezenet1_1"
    desk.right_click(at, gallery.list.viewport())
    desk.choose(texts[1])
    windows = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()]
    assert len(windows) == 2
    assert {one.controller.title for one in windows if one.controller is not None} == {desk.controller.title, "squeezenet1_1"}


def test_every_entry_shows_its_key(desk: Desk) -> None:
    menu = desk.right_click(desk.free())
    for action in menu.actions():
        spec = BY_ID.get(action.objectName())
        if spec is None or not spec.keys:
            continue
        key = QKeySequence(spec.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
        assert action.text().endswith(f"\t{key}") or _shows(action, key), spec.id
    desk.close()


def _shows(action: QAction, key: str) -> bool:
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText) == key and action.isShortcutVisibleInContextMenu()


def test_what_is_switched_in_a_panel_is_remembered(open_window: Open) -> None:
    window = open_window("squeezenet1_1")
    palette = window.workspace.docks.all["blocks"].build()
    assert isinstance(palette, Palette)
    palette.which._group.buttons()[1].click()
    window.actions_.perform("view.minimap")
    assert (window.settings.get(ALL_BLOCKS), window.settings.get(MINIMAP)) == (True, False)
    other = window.program.new_window()
    other.documents.open("squeezenet1_1")
    again = other.workspace.docks.all["blocks"].build()
    assert isinstance(again, Palette)
    assert again.which.index == 1
    assert again.model.total == palette.model.total
    assert other.page is not None
    assert not other.page.canvas.minimap_shown
    assert len(SPECS) == len(BY_ID)
