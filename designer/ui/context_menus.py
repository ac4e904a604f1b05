"""The menus at the pointer: on the canvas, the layer table, the tabs, the palette and the gallery.

They hold the actions of the one list, with the same names, keys and reasons; what is said here is only which of them belong to
what. A group of ids is a section; an id with a text of its own behind it is called so here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from designer.ui import copying, theme
from designer.ui.actions import BY_ID
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.menu_aim import Aim
from designer.ui.panels import papers

if TYPE_CHECKING:
    from designer.app.cards import BlockCard, PresetCard
    from designer.ui.main_window import MainWindow

Group = tuple[str | tuple[str, str], ...]

_CLIPBOARD: Group = ("edit.cut", "edit.copy", "edit.duplicate")
_DELETE: Group = ("edit.delete", "edit.delete_close")
_SELECT: Group = ("edit.select_upstream", "edit.select_downstream", "edit.select_kind", "view.zoom_selection")

_OWN: Group = (
    "design.pack",
    "design.unpack",
    "design.rename_own",
    "design.duplicate_own",
    "design.find_copies",
    "design.keep_own",
)
_STAGE: Group = ("view.fold", "design.stage")
IF_POSSIBLE = frozenset(_OWN[1:])  # of blocks that are not own ones nobody expects these

MENUS: dict[str, tuple[Group, ...]] = {
    "block": (
        ("view.inside",),
        ("edit.rename", "edit.replace", "edit.disable"),
        ("edit.connect", "edit.disconnect"),
        _STAGE,
        _OWN,
        _CLIPBOARD,
        _DELETE,
        _SELECT,
    ),
    "blocks": (
        ("edit.replace", "edit.disable", "edit.disconnect"),
        ("design.tidy_selection",),
        _STAGE,
        _OWN,
        _CLIPBOARD,
        _DELETE,
        _SELECT,
    ),
    "port": ((("insert.quick", "Add a block here…"), "edit.connect", "edit.disconnect"),),
    "wire": ((("insert.quick", "Insert a block here…"),), (("edit.delete", "Delete the wire"),)),
    "note": ((("edit.rename", "Write"),), (("edit.delete", "Delete the note"),)),
    "stage": (
        ("view.fold", "design.rename_stage", "design.remove_stage"),
        ("edit.disable",),
        _CLIPBOARD,
        ("edit.delete",),
        _SELECT,
    ),
    "ground": (
        (("insert.quick", "Add a block here…"), ("insert.note", "Put a note here"), ("edit.paste", "Paste here")),
        ("edit.select_all", "edit.find"),
        ("design.tidy", "design.flow_down", "design.flow_right"),
        ("view.fold_stages", "view.fold_repeats", "view.unfold"),
        ("view.fit", "view.zoom_full", "view.minimap"),
    ),
    "part": (("view.inside", "view.back"), ("view.fit", "view.zoom_selection", "view.zoom_full")),
    "tab": (
        ("file.save", "file.save_as", "file.revert", "file.export"),
        ("file.close", "file.close_others"),
        ("file.new_window",),
    ),
    "start": (("file.new", "file.open"), ("file.close", "file.close_others")),
    "layers": (("layers.csv", "layers.markdown"),),
}


class ContextMenus(QObject):
    """Makes the menus of one window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.open: QMenu | None = None  # the one that is shown now

    # -- where they are asked for ------------------------------------------------------------------------------------------

    def on_canvas(self, canvas: Canvas, aim: Aim) -> None:
        """At what the canvas aims at. Until the menu is gone, its actions act there rather than at the pointer."""
        canvas.tools.aim = aim
        menu = self._menu(canvas)
        # an action is done after its menu has gone
        menu.aboutToHide.connect(partial(QTimer.singleShot, 0, canvas.tools, canvas.tools.forget_aim))
        self._fill(menu, MENUS[aim.kind])
        self._show(menu, aim.at)

    def on_tab(self, page: QWidget, at: QPoint) -> None:
        """At a tab, which comes to the front: its actions are those of the design in front."""
        self._window.tabs.show(page)
        self._window.actions_.refresh()
        menu = self._menu(self._window)
        self._fill(menu, MENUS["tab" if self._window.page is not None else "start"])
        self._show(menu, at)

    def on_layers(self, panel: QWidget, nodes: Sequence[str], at: QPoint) -> None:
        """At rows of the layer table, whose blocks are selected."""
        menu = self._menu(panel)
        if nodes:
            self._add(menu, "Show on the canvas", lambda: self._window.go_to(nodes[0]), icon="focus")
            menu.addSeparator()
            self._fill(menu, MENUS["block" if len(nodes) == 1 else "blocks"])
            menu.addSeparator()
        self._fill(menu, MENUS["layers"])
        self._show(menu, at)

    def on_block_kind(self, panel: QWidget, card: BlockCard, at: QPoint) -> None:
        """At a block of the palette."""
        name, window = card.id.removeprefix("own."), self._window
        if card.category == "own" and window.page is not None:
            self._show(window.page.canvas.own_blocks.menu(card.id), at)
            return
        why_not = window.actions_.why_not("insert.quick")
        menu = self._menu(panel)
        self._add(menu, f"Insert {name}", lambda: window.insert_block(card.id), icon="circle-plus", why_not=why_not)
        page = window.page
        replace = (lambda: page.canvas.tools.replace(card.id)) if page is not None else window.setFocus
        why_not = window.actions_.why_not("edit.replace")
        self._add(menu, f"Replace the selected blocks by {name}", replace, icon="replace", why_not=why_not)
        self._paper(menu, card.reference)
        self._show(menu, at)

    def on_preset(self, panel: QWidget, card: PresetCard, at: QPoint) -> None:
        """At a preset of the gallery."""
        window = self._window
        menu = self._menu(panel)
        self._add(menu, f"Open {card.title}", lambda: window.open_text(card.id), icon="folder-open")
        self._add(menu, f"Open {card.title} in a new window", lambda: _open_elsewhere(window, card.id))
        menu.addSeparator()
        self._add(menu, f"Copy its name, {card.id}", lambda: copying.copy(card.id), icon="copy")
        self._show(menu, at)

    # -- making them -------------------------------------------------------------------------------------------------------

    def _menu(self, parent: QWidget) -> QMenu:
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        return menu

    def _fill(self, menu: QMenu, groups: Iterable[Group]) -> None:
        actions = self._window.actions_
        actions.refresh()
        for number, group in enumerate(groups):
            if number:
                menu.addSeparator()
            for item in group:
                if isinstance(item, str):
                    if item not in IF_POSSIBLE or actions[item].isEnabled():
                        menu.addAction(actions[item])
                    continue
                action_id, text = item
                keys = BY_ID[action_id].keys
                shown = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""
                named = self._add(
                    menu,
                    f"{text}\t{shown}" if shown else text,
                    partial(actions.perform, action_id),
                    icon=BY_ID[action_id].icon,
                    why_not=actions.why_not(action_id),
                )
                named.setObjectName(action_id)

    @staticmethod
    def _add(menu: QMenu, text: str, do: Callable[[], object], *, icon: str = "", why_not: str = "") -> QAction:
        action = QAction(text, menu)
        if icon:
            action.setIcon(theme.current().icon(icon))
        action.setEnabled(not why_not)
        action.setToolTip(why_not)
        action.setStatusTip(why_not)
        action.triggered.connect(partial(_do, do))
        menu.addAction(action)
        return action

    def _paper(self, menu: QMenu, reference: str) -> None:
        page = papers.address(reference)
        if page:
            menu.addSeparator()
            self._add(menu, reference, lambda: QDesktopServices.openUrl(QUrl(page)), icon="external-link")

    def _show(self, menu: QMenu, at: QPoint) -> None:
        self.open = menu
        menu.destroyed.connect(partial(self._gone, menu))
        menu.popup(at)

    def _gone(self, menu: QMenu, _: QObject | None = None) -> None:
        if self.open is menu:
            self.open = None


def _do(do: Callable[[], object], _checked: bool = False) -> None:
    do()


def _open_elsewhere(window: MainWindow, design: str) -> None:
    other = window.program.new_window()
    other.show()
    other.open_text(design)
