"""Fields in something that scrolls: the wheel goes past them unless they have the focus."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget

W = TypeVar("W", bound=QWidget)


class _PastIt(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()  # what is around scrolls, not the value
            return True
        return False


def scrolls_past(field: W) -> W:
    """Let the wheel scroll what is around a field, instead of changing a value that a person only meant to pass."""
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    field.installEventFilter(_PastIt(field))
    return field
