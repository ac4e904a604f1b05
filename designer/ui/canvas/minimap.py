"""The minimap: the whole surface in 144 x 240 px at most, with a frame around what the view shows. Click or drag to go there."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent, QWheelEvent
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

    def _scale(self) -> tuple[float, QPointF]:
        """Zoom of the small map and where scene (0, 0) is on it."""
        box = self._view.surface.content() or NOWHERE
        zoom = min((self.width() - 2 * PAD) / max(box.width, 1), (self.height() - 2 * PAD) / max(box.height, 1), MOST_ZOOM)
        x, y = box.centre
        return zoom, QPointF(self.width() / 2 - x * zoom, self.height() / 2 - y * zoom)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            if self._picture is None or self._picture.devicePixelRatio() != self.devicePixelRatioF():
                self._picture = self._draw()
            painter.drawPixmap(0, 0, self._picture)
            seen = self._view.seen()
            zoom, origin = self._scale()
            rect = QRectF(seen.left * zoom, seen.top * zoom, seen.width * zoom, seen.height * zoom).translated(origin)
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
            zoom, origin = self._scale()
            painter.translate(origin)
            painter.scale(zoom, zoom)
            kit = draw.ink()
            paint_far(painter, surface.frames.values(), zoom, whole, minimap=True)
            for note in surface.notes.values():
                painter.fillRect(QRectF(note.left, note.top, note.width, note.height), kit.color("node.note"))
            surface.overview.paint(painter, zoom, whole, surface.node_grid, minimap=True)
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
        zoom, origin = self._scale()
        self._view.look(self._view.zoom, (event.position() - origin) / zoom)
