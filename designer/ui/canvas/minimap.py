"""The minimap: the whole surface in 144 x 240 px at most, with a frame around what the view shows. Click or drag to go there.

A surface that is many times as long as wide is drawn wider than it is: a line of a pixel would be no map.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QWidget

from designer.graph.design import RIGHT
from designer.ui import theme
from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import Box
from designer.ui.canvas.stage_frame import paint_far
from designer.ui.canvas.surface import Surface
from designer.ui.canvas.view import View
from designer.ui.painting import painting

PAD = 8.0
MOST_ZOOM = 0.25
LEAST_HEIGHT, STEP = 48, 16  # px; in steps, so that it does not follow every move
NOWHERE = Box(0, 0, 1, 1)  # what an empty surface shows
NARROWEST = 24.0  # px of a surface on the map, however long it is
LEAST_SEEN = 4.0  # px of the frame around what is seen
SLOW = 60  # ms between two pictures while things change


class Minimap(QWidget):
    """Keeps a picture of the surface and draws it anew only when the surface has changed."""

    wants_other_size = Signal()

    def __init__(self, view: View, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Minimap")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._view = view
        self._surface: Surface | None = None
        self._picture: QPixmap | None = None
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(SLOW)
        self._late.timeout.connect(self._forget)
        view.moved.connect(self.update)
        self.follow(view.surface)

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as the theme says (as high, where wires run to the right), and no higher than what it shows."""
        width, height = theme.current().size("canvas.minimap")
        if self._view.surface.orientation == RIGHT:
            width, height = height, width
        box = self._view.surface.content() or NOWHERE
        zoom = min((width - 2 * PAD) / max(box.width, 1), MOST_ZOOM)
        needed = math.ceil((box.height * zoom + 2 * PAD) / STEP) * STEP
        return QSize(width, min(height, max(LEAST_HEIGHT, needed)))

    def follow(self, surface: Surface) -> None:
        """Show another surface."""
        if self._surface is not None:
            self._surface.contents_changed.disconnect(self._changed)
        self._surface = surface
        surface.contents_changed.connect(self._changed)
        self._forget()

    def _changed(self) -> None:
        if not self._late.isActive():
            self._late.start()

    def _forget(self) -> None:
        self._picture = None
        self.update()
        if self.sizeHint() != self.size():
            self.wants_other_size.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self._picture = None

    def _scale(self) -> QTransform:
        """From the scene to the map."""
        box = self._view.surface.content() or NOWHERE
        wide, high = max(box.width, 1), max(box.height, 1)
        zoom = min((self.width() - 2 * PAD) / wide, (self.height() - 2 * PAD) / high, MOST_ZOOM)
        across, down = (max(zoom, min(NARROWEST / side, MOST_ZOOM)) for side in (wide, high))
        x, y = box.centre
        return QTransform(across, 0, 0, down, self.width() / 2 - x * across, self.height() / 2 - y * down)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            if self._picture is None or self._picture.devicePixelRatio() != self.devicePixelRatioF():
                self._picture = self._draw()
            painter.drawPixmap(0, 0, self._picture)
            seen = self._view.seen()
            rect = self._scale().mapRect(QRectF(seen.left, seen.top, seen.width, seen.height))
            beside, above = (max(0.0, LEAST_SEEN - side) / 2 for side in (rect.width(), rect.height()))
            rect.adjust(-beside, -above, beside, above)
            inner = QRectF(self.rect()).adjusted(3.5, 3.5, -3.5, -3.5)
            painter.setPen(QPen(theme.current().color("accent.base"), 1.5))
            painter.setBrush(draw.NO_BRUSH)
            painter.drawRoundedRect(rect.intersected(inner), 3, 3)

    def _draw(self) -> QPixmap:
        look, ratio = theme.current(), self.devicePixelRatioF()
        picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        surface = self._view.surface
        whole = surface.content() or NOWHERE
        painter = QPainter(picture)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(look.color("border.default"))
            painter.setBrush(look.color("bg.overlay"))
            radius = look.size("radius.card")
            painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), radius, radius)
            scale = self._scale()
            painter.setTransform(scale)
            kit = draw.ink()
            paint_far(painter, surface.frames.values(), scale.m22(), whole, minimap=True)
            for note in surface.notes.values():
                painter.fillRect(QRectF(note.left, note.top, note.width, note.height), kit.color("node.note"))
            surface.overview.paint_small(painter, scale.m11(), scale.m22(), surface.node_grid.boxes)
        finally:
            painter.end()
        return picture

    # -- going there -------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        event.accept()
        self._view.zoom_by(1.2 ** (event.angleDelta().y() / 120))

    def _go(self, event: QMouseEvent) -> None:
        there, _ = self._scale().inverted()
        self._view.look(self._view.zoom, there.map(event.position()))
