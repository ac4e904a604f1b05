"""Which panels there are, where they stand, and how the keyboard walks through them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QTabBar, QWidget

from designer.app.settings import WINDOW_STATE
from designer.ui import theme
from designer.ui.docks import BOTTOM, LEFT, RIGHT, Dock, Docks

if TYPE_CHECKING:
    from designer.app.controller import Controller
    from designer.ui.main_window import MainWindow

LAYOUT_VERSION = 2
NARROW = 1440  # windows under this width start with slimmer docks
# id: title and side; the first of a side is in front
DOCKS = {
    "blocks": ("Blocks", LEFT),
    "presets": ("Presets", LEFT),
    "inspector": ("Inspector", RIGHT),
    "history": ("History", RIGHT),
    "layers": ("Layers", BOTTOM),
    "charts": ("Charts", BOTTOM),
    "problems": ("Problems", BOTTOM),
}
ICONS = {"layers": "table-2", "charts": "chart-column", "problems": "circle-alert"}
# side: its size in the tokens, and at 1280 x 800
SIZES = {
    LEFT: (Qt.Orientation.Horizontal, "left_dock", 224),
    RIGHT: (Qt.Orientation.Horizontal, "right_dock", 296),
    BOTTOM: (Qt.Orientation.Vertical, "bottom_dock", 208),
}


class Workspace(QObject):
    """The docks of one window: away while there is only the start page, and where they were last time once work begins."""

    changed = Signal()  # a dock came or went

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.docks = Docks(window)
        self.shown = False
        self._panels: list[QWidget] = []

    def show(self) -> None:
        """Put the docks around the documents, where they were the last time."""
        self.shown = True
        if not self.docks.all:
            for dock_id, (title, area) in DOCKS.items():
                dock = self.docks.add(dock_id, title, area, partial(self._make, dock_id))
                dock.visibilityChanged.connect(lambda _: self.changed.emit())
                if dock_id in ICONS:
                    dock.describe(title, ICONS[dock_id])
        for dock in self.docks.all.values():
            dock.show()
        if not self._window.restoreState(QByteArray(self._window.settings.get(WINDOW_STATE)), LAYOUT_VERSION):
            self.reset()
        self.changed.emit()

    def bring_floating(self) -> None:
        """Docks that float came before their window was there: they lie under it and nowhere in particular. Put them where they
        were the last time, above it."""
        floating = [dock for dock in self.docks.all.values() if dock.isFloating() and dock.isVisible()]
        if floating:
            self._window.restoreState(QByteArray(self._window.settings.get(WINDOW_STATE)), LAYOUT_VERSION)
        for dock in floating:
            dock.hide()
            dock.show()
            dock.raise_()

    def hide(self) -> None:
        """Leave the window to the start page."""
        self.save()
        self.shown = False
        for dock in self.docks.all.values():
            dock.hide()

    def save(self) -> None:
        """Remember where the docks stand."""
        if self.shown:
            self._window.settings.set(WINDOW_STATE, bytes(self._window.saveState(LAYOUT_VERSION).data()))

    def reset(self) -> None:
        """Put all docks back in their places, at their first sizes."""
        if not self.shown:
            return
        docks = self.docks.all
        first: dict[Qt.DockWidgetArea, str] = {}
        for dock_id, (_, area) in DOCKS.items():
            dock = docks[dock_id]
            dock.setFloating(False)
            self._window.addDockWidget(area, dock)
            dock.show()
            if area in first:
                self._window.tabifyDockWidget(docks[first[area]], dock)
            else:
                first[area] = dock_id
        narrow = self._window.width() < NARROW
        for area, dock_id in first.items():
            docks[dock_id].raise_()
            orientation, name, slim = SIZES[area]
            self._window.resizeDocks([docks[dock_id]], [slim if narrow else theme.current().size(name)], orientation)

    def toggle(self, dock_id: str) -> None:
        """Show a dock and go there, or hide it when it is in sight."""
        dock = self.docks.all.get(dock_id)
        if dock is None:
            return
        if dock.isHidden() or dock.visibleRegion().isEmpty():
            dock.focus_panel()
        else:
            dock.hide()
        self.changed.emit()

    def focus(self, dock_id: str) -> None:
        """Show a dock and put the keyboard there."""
        if dock_id in self.docks.all:
            self.docks.all[dock_id].focus_panel()

    def is_open(self, dock_id: str) -> bool:
        return dock_id in self.docks.all and not self.docks.all[dock_id].isHidden()

    def is_in_sight(self, widget: QWidget) -> bool:
        """Whether neither the dock nor the tab bar that a widget belongs to lies behind something else."""
        part: QWidget | None = widget
        while (
            part is not None and not isinstance(part, Dock) and not (isinstance(part, QTabBar) and part.parent() is self._window)
        ):
            part = part.parentWidget()
        return part is None or not part.visibleRegion().isEmpty()

    # -- panels --------------------------------------------------------------------------------------------------------------

    def _make(self, dock_id: str) -> QWidget:
        from designer.ui.panels import make

        panel = make(dock_id, self._window)
        if hasattr(panel, "set_controller"):
            self._panels.append(panel)
            panel.set_controller(self._window.edited)
        return panel

    def show_problems(self, count: int) -> None:
        """Write beside the tab of the problems how many there are."""
        if "problems" not in self.docks.all:
            return
        title = DOCKS["problems"][0]
        color = "state.error" if count else "text.secondary"
        self.docks.all["problems"].describe(f"{title} {count}" if count else title, ICONS["problems"], color)

    def set_controller(self, controller: Controller | None) -> None:
        """Let every panel that was built follow this document."""
        for panel in self._panels:
            panel.set_controller(controller)  # type: ignore[attr-defined]

    # -- the keyboard ----------------------------------------------------------------------------------------------------------

    def step_focus(self, by: int, middle: QWidget, in_middle: QWidget) -> None:
        """From the middle of the window (the focus goes to `in_middle`) to the next visible dock, around and back."""
        areas: list[tuple[QWidget, Callable[[], None]]] = [(middle, lambda: in_middle.setFocus(Qt.FocusReason.TabFocusReason))]
        for dock in self.docks.all.values():
            if dock.isVisible() and not dock.visibleRegion().isEmpty():
                areas.append((dock, dock.focus_panel))  # noqa: PERF401  # the list has a first one
        focused = QApplication.focusWidget()
        here = next((k for k, (area, _) in enumerate(areas) if focused is not None and area.isAncestorOf(focused)), 0)
        areas[(here + by) % len(areas)][1]()
