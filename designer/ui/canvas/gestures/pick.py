"""Pick: a press on what cannot be moved selects it: a wire, the label of a stage, a block inside a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from designer.ui.canvas.gestures.base import Gesture, Pointer

if TYPE_CHECKING:
    from designer.ui.canvas.view import View

ADD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Pick(Gesture):
    """Selects at once. A label selects the blocks of its stage; a wire is the one selected wire of the view."""

    def begun(self) -> None:
        hit = self.press.hit
        if hit.kind == "edge" and hit.edge is not None:
            self.view.select(frozenset())
            self.view.select_edge(hit.edge)
        elif hit.kind == "frame":
            members = self.view.members(hit.name)
            self.view.select(self.view.selection | members if self.press.held(ADD) else members)
        elif hit.kind == "node":
            self.view.select(frozenset({hit.node}))


def start(view: View, press: Pointer) -> Gesture | None:
    """Left button on a wire, a stage's label, or a block that nothing else took."""
    if press.button == Qt.MouseButton.LeftButton and press.hit.kind in ("edge", "frame", "node"):
        return Pick(view, press)
    return None
