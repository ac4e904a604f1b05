"""The steps of the document in front; a click goes back or forth to one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QUndoView, QWidget


class History(QUndoView):
    """Qt's list of steps in our look: the step that is shown now is selected, what was taken back stands below it."""

    def __init__(self, group: QUndoGroup, parent: QWidget | None = None) -> None:
        super().__init__(group, parent)
        self.setEmptyLabel("As it was opened")
        self.setAccessibleName("Steps")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
