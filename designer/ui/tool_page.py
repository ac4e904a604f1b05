"""A tab beside the documents that edits none: a comparison of designs, a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from designer.ui.widgets import Led

if TYPE_CHECKING:
    from designer.app.controller import Controller


class ToolPage(Led):
    """What a tab shows that belongs to no single canvas. While it is in front the docks are away, so that it has their room.

    `MainWindow.show_tool` puts one into a tab; closing the tab asks `may_close` and then deletes it.
    """

    title_changed = Signal()

    @property
    def title(self) -> str:
        """The text of its tab."""
        raise NotImplementedError

    @property
    def icon(self) -> str:
        """The name of the icon of its tab."""
        raise NotImplementedError

    @property
    def tip(self) -> str:
        """What the tab says when the mouse rests on it."""
        return self.title

    @property
    def controller(self) -> Controller | None:
        """The document it is about, if any: the status bar shows its totals, undo and redo act on it."""
        return None

    @property
    def status(self) -> QWidget | None:
        """What the status bar shows while this is in front, None for the figures of its document."""
        return None

    def may_close(self) -> bool:
        """Called before its tab goes; False keeps it."""
        return True
