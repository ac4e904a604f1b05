"""How a person last looked at each file: what was folded, which heat, which wires. A matter of the window, so not in the file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from designer.app.settings import VIEWS, Settings

if TYPE_CHECKING:
    from designer.app.controller import Controller
    from designer.ui.main_window import MainWindow

MOST = 40  # files, the last ones

Look = dict[str, Any]


class ViewMemory(QObject):
    """Gives the documents of one window the look they had when they were closed."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.controller_added.connect(self._opened)
        window.controller_dropped.connect(self._keep)

    def _opened(self, controller: Controller) -> None:
        page = self._window.page_of(controller)
        if page is None:
            return
        if controller.path is not None:
            page.canvas.look_as(recalled(self._window.settings, str(controller.path)))
        page.canvas.looks_changed.connect(partial(self._keep, controller))

    def _keep(self, controller: Controller) -> None:
        page = self._window.page_of(controller)
        if page is not None and controller.path is not None:
            keep(self._window.settings, str(controller.path), page.canvas.look_now())


def recalled(settings: Settings, path: str) -> Look:
    """The look of a file; an empty one where nothing is remembered."""
    return next((look for kept, look in settings.get(VIEWS) if kept == path), {})


def keep(settings: Settings, path: str, look: Look) -> None:
    """Remember the look of a file; the usual one needs no room."""
    others = [entry for entry in settings.get(VIEWS) if entry[0] != path]
    settings.set(VIEWS, ([[path, look]] if look else []) + others[: MOST - 1])
