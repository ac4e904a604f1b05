"""`Turning`: what is seen when wires come to run another way, by a choice, a step taken back, or a click in the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, QPointF

if TYPE_CHECKING:
    from designer.ui.canvas.canvas import Canvas
    from designer.ui.canvas.surface import Surface


class Turning(QObject):
    """Keeps the design in view: whoever saw all of it sees all of it again, else the block in the middle stays there."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._view = canvas.view
        self._watched: Surface | None = None
        self._whole = False
        self._middle = ""
        canvas.inside_changed.connect(self._watch)
        self._watch()

    def _watch(self) -> None:
        """Follow the surface that is shown now."""
        if self._watched is not None and shiboken6.isValid(self._watched):
            self._watched.turning.disconnect(self._remember)
            self._watched.turned.disconnect(self._look)
        self._watched = self._view.surface
        self._watched.turning.connect(self._remember)
        self._watched.turned.connect(self._look)

    def _remember(self) -> None:
        view = self._view
        self._whole = view.sees_all() or (self._whole and view.zooming)  # on the way to all of it, as in the middle of two steps
        x, y = view.centre().x(), view.centre().y()
        boxes = view.surface.node_grid.boxes
        near = [((box.centre[0] - x) ** 2 + (box.centre[1] - y) ** 2, node_id) for node_id, box in boxes.items()]
        self._middle = min(near)[1] if near else ""

    def _look(self) -> None:
        view = self._view
        if self._whole:
            view.fit(animate=True)
        elif self._middle in view.surface.nodes:
            view.look(view.zoom, QPointF(*view.surface.nodes[self._middle].box.centre))
        else:
            view.show_beginning()
