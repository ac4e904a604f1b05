"""Marquee: drag over free ground to select blocks and notes that the rubber band touches; Ctrl adds, Shift adds too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import Box
from designer.ui.canvas.gestures.base import Gesture, Pointer
from designer.ui.canvas.gestures.notes import select_notes, selected_notes
from designer.ui.canvas.hit_test import nodes_in, notes_in

if TYPE_CHECKING:
    from designer.ui.canvas.view import View

ADD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Marquee(Gesture):
    """Selects while it is drawn, so that a person sees what they get; cancelling gives the old selection back."""

    def __init__(self, view: View, press: Pointer) -> None:
        super().__init__(view, press)
        self._before = view.selection
        self._keep = self._before if press.held(ADD) else frozenset()
        self._notes_before = selected_notes(view)
        self._keep_notes = self._notes_before if press.held(ADD) else []
        self._corner: QPointF | None = None

    def moved(self, pointer: Pointer) -> None:
        self._corner = pointer.point
        area = self._box(pointer)
        self.view.select(self._keep | nodes_in(self.view.surface, area))
        select_notes(self.view, [*self._keep_notes, *notes_in(self.view.surface, area)])
        self.view.viewport().update()

    def released(self, pointer: Pointer, dragged: bool) -> None:
        if not dragged and not self.press.held(ADD):
            self.view.select(frozenset())
        self._corner = None
        self.view.viewport().update()

    def cancelled(self) -> None:
        self.view.select(self._before)
        select_notes(self.view, self._notes_before)
        self._corner = None
        self.view.viewport().update()

    def paint(self, painter: QPainter, zoom: float) -> None:
        if self._corner is None:
            return
        kit = draw.ink()
        pen = QPen(kit.color("accent.base"), 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(kit.color("accent.base", 0.12))
        painter.drawRect(QRectF(self.press.point, self._corner).normalized())

    def _box(self, pointer: Pointer) -> Box:
        xs, ys = sorted((self.press.x, pointer.x)), sorted((self.press.y, pointer.y))
        return Box(xs[0], ys[0], xs[1], ys[1])


def start(view: View, press: Pointer) -> Gesture | None:
    """Left button on free ground (a frame's tint is free ground, its label is not)."""
    free = press.button == Qt.MouseButton.LeftButton and press.hit.kind == "nothing"
    return Marquee(view, press) if free else None
