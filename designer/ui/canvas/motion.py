"""Zooming that moves: from one look at the scene to another in 120 ms, at once where a person wants no motion."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QPointF, QVariantAnimation

if TYPE_CHECKING:
    from designer.ui.canvas.camera import Camera


class ZoomMotion(QVariantAnimation):
    """Runs from the present look to a zoom with a place of the scene under a place of the view."""

    def __init__(self, view: Camera) -> None:
        super().__init__(view)
        self._view = view
        self._zooms = (1.0, 1.0)
        self._place = QPointF()
        self._ats = (QPointF(), QPointF())
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.valueChanged.connect(self._step)

    @property
    def target(self) -> float:
        """The zoom that it leads to; the present one when it stands still."""
        return self._zooms[1] if self.running else self._view.zoom

    @property
    def running(self) -> bool:
        """Whether it has not arrived yet."""
        return self.state() == QVariantAnimation.State.Running

    def go(self, zoom: float, place: QPointF, at: QPointF | None, duration: int) -> None:
        """Lead to a zoom where `place` of the scene is under `at` of the view (its middle), in so many ms."""
        self.stop()
        view = self._view
        if at is None:
            at = QPointF(view.viewport().width() / 2, view.viewport().height() / 2)
        if duration <= 0:
            view.look(zoom, place, at)
            return
        self._zooms = (view.zoom, zoom)
        self._place = place
        self._ats = (view.viewportTransform().map(place), at)
        self.setDuration(duration)
        self.start()

    def _step(self, t: float) -> None:
        first, last = self._zooms
        zoom = last if t >= 1 else math.exp(math.log(first) + (math.log(last) - math.log(first)) * t)
        start, end = self._ats
        # the place goes straight on the screen, in step with the zoom
        done = t if abs(last - first) < 1e-9 else (zoom - first) / (last - first)
        self._view.look(zoom, self._place, start + (end - start) * done)
