"""Fold: a click on the sign beside a stage, a run or a card folds or unfolds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from designer.ui.canvas.gestures.base import Gesture, Pointer

if TYPE_CHECKING:
    from designer.ui.canvas.view import View


class Toggle(Gesture):
    """Waits for the button to go up again, so that a slip can be taken back by dragging away."""

    def released(self, pointer: Pointer, dragged: bool) -> None:
        box = self.view.surface.toggles.get(self.press.hit.name)
        if box is not None and box.holds(pointer.x, pointer.y):
            self.view.toggled.emit(self.press.hit.name)


def start(view: View, press: Pointer) -> Gesture | None:
    """Left button on such a sign."""
    return Toggle(view, press) if press.button == Qt.MouseButton.LeftButton and press.hit.kind == "toggle" else None
