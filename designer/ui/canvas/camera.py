"""`Camera`: what part of a surface a graphics view shows, and how large: zoom at the pointer, pan, fit, go to a block."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QNativeGestureEvent, QPainter, QResizeEvent, QShowEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from designer.graph.design import RIGHT
from designer.ui import theme
from designer.ui.canvas.geometry import FAR, SIZES, Box, level
from designer.ui.canvas.motion import ZoomMotion
from designer.ui.canvas.surface import Surface

MAX_ZOOM, MIN_ZOOM = 4.0, 0.05
STEP = 1.2  # of one notch of the wheel
FIT_MARGIN = 32  # px around what is fitted
WORLD = QRectF(-4e6, -4e6, 8e6, 8e6)  # as far as anyone can pan


class Camera(QGraphicsView):
    """Looks at a surface."""

    zoom_changed = Signal(float)
    missed = Signal(str)  # a block to be shown that this surface does not have
    moved = Signal()  # what part of the surface is seen has changed

    def __init__(self, surface: Surface, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlags(
            QGraphicsView.OptimizationFlag.DontSavePainterState | QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing
        )
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self.surface = surface
        self._motion = ZoomMotion(self)
        self._unshown: Callable[[], None] | None = self.show_beginning  # what to do once there is a size
        self._width = 0  # px that are looked through, 0 before there is a size
        self.covered = 0  # px at the top under something that lies over the view: what is fitted stands below
        self.setScene(surface)
        self.setSceneRect(WORLD)

    @property
    def selection(self) -> frozenset[str]:
        """Ids of the selected blocks of the surface."""
        return self.surface.overview.selected

    @property
    def zoom(self) -> float:
        """How many px of the screen one px of the scene takes; 1 is 100 %."""
        return self.transform().m11()

    def centre(self) -> QPointF:
        """The place of the scene in the middle of the view."""
        middle = QPointF(self.viewport().width() / 2, self.viewport().height() / 2)
        return self.viewportTransform().inverted()[0].map(middle)

    def seen(self) -> Box:
        """The part of the scene that can be seen."""
        area = self.mapToScene(self.viewport().rect()).boundingRect()
        return Box(area.left(), area.top(), area.right(), area.bottom())

    def sees_all(self) -> bool:
        """Whether the whole content is in view."""
        content, seen = self.surface.content(), self.seen()
        return content is None or (seen.holds(content.left, content.top) and seen.holds(content.right, content.bottom))

    @property
    def zooming(self) -> bool:
        """Whether it is on its way to another look."""
        return self._motion.running

    def look(self, zoom: float, scene: QPointF, at: QPointF | None = None) -> None:
        """Show at this zoom, with a place of the scene under a place of the view (its middle)."""
        if at is None:
            at = QPointF(self.viewport().width() / 2, self.viewport().height() / 2)
        changed = abs(zoom - self.zoom) > 1e-9
        if changed:
            self.setTransform(QTransform.fromScale(zoom, zoom))
        self.horizontalScrollBar().setValue(round(scene.x() * zoom - at.x()))
        self.verticalScrollBar().setValue(round(scene.y() * zoom - at.y()))
        if changed:
            self.zoom_changed.emit(zoom)
        self.moved.emit()

    def zoom_at(self, zoom: float, at: QPointF | None = None, *, animate: bool = True) -> None:
        """Zoom so that what is under a place of the view (its middle) stays there."""
        if at is None:
            at = QPointF(self.viewport().width() / 2, self.viewport().height() / 2)
        zoom = min(MAX_ZOOM, max(self._smallest(), zoom))
        place = self.viewportTransform().inverted()[0].map(at)
        self._go(zoom, place, at, animate)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom in or out by a factor of where the running motion leads."""
        self.zoom_at(self._motion.target * factor, at)

    def pan(self, dx: int, dy: int) -> None:
        """Move what is seen by px of the view."""
        self._motion.stop()
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - dx)
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() - dy)
        self.moved.emit()

    def fit(self, *, animate: bool = False) -> None:
        """Show everything, at 100 % at most."""
        self._show(self.surface.content(), 1.0, animate)

    def show_beginning(self) -> None:
        """The first look at a design: all of it where that can be read, otherwise its beginning at a zoom that can."""
        if not self._sized():
            self._unshown = self.show_beginning
            return
        box = self.surface.content()
        across = max(1, self.viewport().width() - 2 * FIT_MARGIN)
        along = max(1, self.viewport().height() - 2 * FIT_MARGIN - self.covered)
        if box is None or min(across / max(box.width, 1), along / max(box.height, 1)) >= SIZES.close_from:
            self.fit()
            return
        if self.surface.orientation == RIGHT:
            zoom = min(1.0, max(SIZES.close_from, along / max(box.height, 1)))
            corner = QPointF(FIT_MARGIN, (self.viewport().height() + self.covered) / 2)
            self._go(zoom, QPointF(box.left, box.centre[1]), corner, False)
            return
        zoom = min(1.0, max(SIZES.close_from, across / max(box.width, 1)))
        corner = QPointF(self.viewport().width() / 2, FIT_MARGIN + self.covered)
        self._go(zoom, QPointF(box.centre[0], box.top), corner, False)

    def zoom_to(self, node_ids: Iterable[str] | None = None) -> None:
        """Show these blocks (the selected ones) as large as they fit, at 200 % at most."""
        self._show(self.surface.content(self.selection if node_ids is None else node_ids), 2.0, True)

    def center_on(self, node_id: str) -> None:
        """Bring a block into the middle, at a zoom at which it can be read."""
        item = self.surface.nodes.get(self.surface.seen(node_id))
        if item is None:
            self.missed.emit(node_id)
            return
        if not self._sized():
            self._unshown = lambda: self.center_on(node_id)
            return
        zoom = self._motion.target if level(self._motion.target) != FAR else 1.0
        self._go(zoom, QPointF(*item.box.centre), None, True)

    def reveal(self, node_id: str) -> None:
        """Bring a block into view where it is not: in the middle then, else nothing moves."""
        item = self.surface.nodes.get(node_id)
        if item is not None and self._sized():
            seen = self.mapToScene(self.viewport().rect()).boundingRect()
            if seen.contains(QPointF(*item.box.centre)):
                return
        self.center_on(node_id)

    def _show(self, box: Box | None, most: float, animate: bool) -> None:
        if not self._sized():
            self._unshown = lambda: self._show(self.surface.content() if most == 1.0 else box, most, False)
            return
        if box is None:
            self._go(1.0, QPointF(0, 0), None, animate)
            return
        width = max(1, self.viewport().width() - 2 * FIT_MARGIN)
        height = max(1, self.viewport().height() - 2 * FIT_MARGIN - self.covered)
        zoom = min(most, width / max(box.width, 1), height / max(box.height, 1))
        middle = QPointF(self.viewport().width() / 2, (self.viewport().height() + self.covered) / 2)
        self._go(zoom, QPointF(*box.centre), middle if self.covered else None, animate)

    def _go(self, zoom: float, scene: QPointF, at: QPointF | None, animate: bool) -> None:
        duration = theme.current().duration("zoom") if animate and self.isVisible() else 0
        self._motion.go(zoom, scene, at, duration)

    def _smallest(self) -> float:
        """Small enough to see everything, whatever its size."""
        box = self.surface.content()
        if box is None:
            return MIN_ZOOM
        whole = min(self.viewport().width() / max(box.width, 1), self.viewport().height() / max(box.height, 1))
        return max(0.0008, min(MIN_ZOOM, whole * 0.7))

    def _sized(self) -> bool:
        return self._unshown is None

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self._first_look()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        before, self._width = self._width, event.size().width()  # an event for what was hidden does not know the old size
        super().resizeEvent(event)
        if self._unshown is None and before:  # the middle stays the middle
            self.pan(self._width // 2 - before // 2, 0)  # halves of each, so that steps there and back add up to none
        self.moved.emit()

    def _first_look(self) -> None:
        then, self._unshown = self._unshown, None
        if then is not None:
            then()

    # -- wheel and touchpad ----------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        event.accept()
        fine, coarse = event.pixelDelta(), event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            step = fine if not fine.isNull() else coarse / 2
            self.pan(step.x() or step.y(), 0)
        elif not fine.isNull():  # a touchpad: it is smooth by itself
            self.zoom_at(self.zoom * 1.0025 ** fine.y(), event.position(), animate=False)
        elif coarse.y():
            self.zoom_by(STEP ** (coarse.y() / 120), event.position())

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_at(self.zoom * (1 + event.value()), event.position(), animate=False)
                return True
            if event.gestureType() == Qt.NativeGestureType.PanNativeGesture:
                self.pan(round(event.delta().x()), round(event.delta().y()))
                return True
        return super().viewportEvent(event)
