"""Pan: drag with the middle button, or with the left one while space is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from designer.ui.canvas.gestures.base import Gesture, Pointer

if TYPE_CHECKING:
    from designer.ui.canvas.view import View


class Pan(Gesture):
    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, view: View, press: Pointer) -> None:
        super().__init__(view, press)
        self._last = press.at

    def moved(self, pointer: Pointer) -> None:
        step = pointer.at - self._last
        self._last = pointer.at
        self.view.pan(step.x(), step.y())


def start(view: View, press: Pointer) -> Gesture | None:
    """Middle button, or left while space is held."""
    middle = press.button == Qt.MouseButton.MiddleButton
    return Pan(view, press) if middle or (view.space_held and press.button == Qt.MouseButton.LeftButton) else None
