"""`View`: zoom, pan and the pointer. What a drag does is a gesture's business; what lies under the pointer is the hit test's."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsView, QWidget

from designer.graph.network import Edge
from designer.ui import theme
from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import FAR, Box, Point, level, snapped
from designer.ui.canvas.gestures import STARTERS
from designer.ui.canvas.gestures.base import Gesture, Pointer, Starter
from designer.ui.canvas.hit_test import Hit
from designer.ui.canvas.motion import ZoomMotion
from designer.ui.canvas.scene import Scene
from designer.ui.canvas.surface import Surface
from designer.ui.painting import say_once

MAX_ZOOM, MIN_ZOOM = 4.0, 0.05
STEP = 1.2  # of one notch of the wheel
FIT_MARGIN = 32  # px around what is fitted
WORLD = QRectF(-4e6, -4e6, 8e6, 8e6)  # as far as anyone can pan
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class View(QGraphicsView):
    """Shows a surface: the design, or the drawing inside a block."""

    zoom_changed = Signal(float)
    moved = Signal()  # what part of the surface is seen has changed
    hovered = Signal(object)  # Hit
    double_clicked = Signal(object)  # Pointer; connect with a filter on its hit

    def __init__(self, surface: Surface, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Canvas")
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
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(False)  # QGraphicsView would keep files from the window, which opens them
        self.setSceneRect(WORLD)
        self.viewport().setAccessibleName("Canvas")
        self.starters: list[Starter] = list(STARTERS)
        self.overlays: list[Callable[[QPainter, float], None]] = []  # draw above everything, in scene px
        self.surface = surface
        self.gesture: Gesture | None = None
        self.space_held = False
        self.hit = Hit()
        self.selected_edge: Edge | None = None
        self.pointer_at = QPointF()  # scene px
        self._dragged = False
        self._ground: tuple[object, QPixmap] | None = None
        self._motion = ZoomMotion(self)
        self._unshown: Callable[[], None] | None = self.fit  # what to do once there is a size
        self.setScene(surface)

    # -- what is shown -----------------------------------------------------------------------------------------------------

    def set_surface(self, surface: Surface) -> None:
        """Show another surface."""
        self.cancel_gesture()
        self._hover(Hit())
        self.select_edge(None)
        self.surface = surface
        self.setScene(surface)
        self.setSceneRect(WORLD)

    @property
    def read_only(self) -> bool:
        return self.surface.read_only

    @property
    def selection(self) -> frozenset[str]:
        """Ids of the selected blocks of the surface."""
        return self.surface.overview.selected

    def select(self, node_ids: Iterable[str]) -> None:
        """Select these blocks of the surface and no others."""
        self.select_edge(None)
        if isinstance(self.surface, Scene):
            self.surface.controller.select(frozenset(node_ids))
        else:
            self.surface.mark_selected(frozenset(node_ids))

    def select_edge(self, edge: Edge | None) -> None:
        """Select a wire; None selects none."""
        for one, selected in ((self.selected_edge, False), (edge, True)):
            item = self.surface.edges.get(one) if one is not None else None
            if item is not None:
                item.selected = selected
                item.update()
        self.selected_edge = edge

    def members(self, stage: str) -> frozenset[str]:
        """The blocks of a stage."""
        return self.surface.members(stage) if isinstance(self.surface, Scene) else frozenset()

    # -- zoom and pan --------------------------------------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """How many px of the screen one px of the scene takes; 1 is 100 %."""
        return self.transform().m11()

    def centre(self) -> QPointF:
        """The place of the scene in the middle of the view."""
        return self.mapToScene(self.viewport().rect().center())

    def seen(self) -> Box:
        """The part of the scene that can be seen."""
        area = self.mapToScene(self.viewport().rect()).boundingRect()
        return Box(area.left(), area.top(), area.right(), area.bottom())

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

    def zoom_to(self, node_ids: Iterable[str] | None = None) -> None:
        """Show these blocks (the selected ones) as large as they fit, at 200 % at most."""
        self._show(self.surface.content(self.selection if node_ids is None else node_ids), 2.0, True)

    def center_on(self, node_id: str) -> None:
        """Bring a block into the middle, at a zoom at which it can be read."""
        item = self.surface.nodes.get(node_id)
        if item is None:
            return
        if not self._sized():
            self._unshown = lambda: self.center_on(node_id)
            return
        zoom = self._motion.target if level(self._motion.target) != FAR else 1.0
        self._go(zoom, QPointF(*item.box.centre), None, True)

    def _show(self, box: Box | None, most: float, animate: bool) -> None:
        if not self._sized():
            self._unshown = lambda: self._show(self.surface.content() if most == 1.0 else box, most, False)
            return
        if box is None:
            self._go(1.0, QPointF(0, 0), None, animate)
            return
        width = max(1, self.viewport().width() - 2 * FIT_MARGIN)
        height = max(1, self.viewport().height() - 2 * FIT_MARGIN)
        zoom = min(most, width / max(box.width, 1), height / max(box.height, 1))
        self._go(zoom, QPointF(*box.centre), None, animate)

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
        before = event.oldSize()
        super().resizeEvent(event)
        if self._unshown is None and before.isValid():  # the middle stays the middle
            self.pan((event.size().width() - before.width()) // 2, 0)
        self._ground = None
        self.moved.emit()

    def _first_look(self) -> None:
        then, self._unshown = self._unshown, None
        if then is not None:
            then()

    # -- painting ----------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if level(self.zoom) != FAR:
            super().paintEvent(event)
            return
        painter = QPainter(self.viewport())
        try:
            self._paint_far(painter, event)
        except Exception:  # noqa: BLE001  # an exception that leaves a paint aborts the process
            say_once("View")
        finally:
            painter.end()

    def _paint_far(self, painter: QPainter, event: QPaintEvent) -> None:
        """The scene is not asked: frames, then all bars and lines in one pass."""
        painter.setClipRect(event.rect())
        self._paint_ground(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setWorldTransform(self.viewportTransform())
        zoom, area = self.zoom, self.seen()
        for item in (*self.surface.frames.values(), *self.surface.note_items.values()):
            if item.box.meets(area):
                painter.save()
                try:
                    painter.translate(item.pos())
                    item.draw(painter, zoom)
                finally:
                    painter.restore()
        self.surface.overview.paint(painter, zoom, area, self.surface.node_grid)
        self._paint_above(painter)

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:  # noqa: N802
        painter.save()
        try:
            painter.resetTransform()
            self._paint_ground(painter)
        except Exception:  # noqa: BLE001  # see paintEvent
            say_once("View ground")
        finally:
            painter.restore()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:  # noqa: N802
        painter.save()
        try:
            self._paint_above(painter)
        except Exception:  # noqa: BLE001  # see paintEvent
            say_once("View foreground")
        finally:
            painter.restore()

    def _paint_above(self, painter: QPainter) -> None:
        for paint in self.overlays:
            paint(painter, self.zoom)
        if self.gesture is not None:
            self.gesture.paint(painter, self.zoom)

    def _paint_ground(self, painter: QPainter) -> None:
        """The canvas colour and a grid of dots, 24 scene px apart, or twice, four times ... as far where that is too dense."""
        look = theme.current()
        spacing = look.size("canvas.grid") * self.zoom
        while spacing < 16:
            spacing *= 2
        ratio = self.devicePixelRatioF()
        size = self.viewport().size()
        key = (look.name, round(spacing, 4), size.width(), size.height(), ratio)
        if self._ground is None or self._ground[0] != key:
            self._ground = (key, self._dots(look, spacing, size.width(), size.height(), ratio))
        origin = self.viewportTransform()
        painter.drawPixmap(QPointF(origin.dx() % spacing - spacing, origin.dy() % spacing - spacing), self._ground[1])

    @staticmethod
    def _dots(look: theme.Theme, spacing: float, width: int, height: int, ratio: float) -> QPixmap:
        columns, rows = math.ceil(width / spacing) + 2, math.ceil(height / spacing) + 2
        picture = QPixmap(math.ceil(columns * spacing * ratio), math.ceil(rows * spacing * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(look.color("bg.canvas"))
        side = look.size("canvas.dot")
        row = QPixmap(picture.width(), math.ceil(side * ratio) + 1)
        row.setDevicePixelRatio(ratio)
        row.fill(look.color("bg.canvas"))
        painter = QPainter(row)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for column in range(columns):
            painter.fillRect(QRectF(column * spacing, 0, side, side), look.color("grid.dot"))
        painter.end()
        painter = QPainter(picture)
        for line in range(rows):
            painter.drawPixmap(QPointF(0, line * spacing), row)
        painter.end()
        return picture

    # -- the pointer ---------------------------------------------------------------------------------------------------------

    def pointer(self, at: QPointF, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier, *, hit: bool = False) -> Pointer:
        """The pointer at a place of the view, with what lies under it where asked for."""
        place = self.viewportTransform().inverted()[0].map(at)
        under = self.surface.hit(place.x(), place.y(), self.zoom) if hit else Hit()
        return Pointer(place.x(), place.y(), at.toPoint(), button, modifiers, under)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        event.accept()
        if self.gesture is not None:
            self.cancel_gesture()
            return
        press = self.pointer(event.position(), event.button(), event.modifiers(), hit=True)
        self.begin(press)

    def begin(self, press: Pointer) -> Gesture | None:
        """Let the first starter that feels meant begin a gesture."""
        self._dragged = False
        for start in self.starters:
            gesture = start(self, press)
            if gesture is not None:
                self.gesture = gesture
                if gesture.cursor is not None:
                    self.viewport().setCursor(gesture.cursor)
                gesture.begun()
                return gesture
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        event.accept()
        gesture = self.gesture
        if gesture is None:
            pointer = self.pointer(event.position(), Qt.MouseButton.NoButton, event.modifiers(), hit=True)
            self.pointer_at = pointer.point
            self._hover(pointer.hit)
            return
        pointer = self.pointer(event.position(), gesture.press.button, event.modifiers())
        self.pointer_at = pointer.point
        far = (pointer.at - gesture.press.at).manhattanLength()
        if self._dragged or far >= min(QApplication.startDragDistance(), 6):
            self._dragged = True
            gesture.moved(pointer)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        event.accept()
        gesture = self.gesture
        if gesture is None or event.button() != gesture.press.button:
            return
        self.gesture = None
        self._show_cursor()
        gesture.released(self.pointer(event.position(), event.button(), event.modifiers()), self._dragged)
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        event.accept()
        self.cancel_gesture()
        if event.button() == Qt.MouseButton.LeftButton and not self.space_held:
            self.double_clicked.emit(self.pointer(event.position(), event.button(), event.modifiers(), hit=True))

    def cancel_gesture(self) -> None:
        """End the running gesture without effect."""
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            self._show_cursor()
            gesture.cancelled()
            self.viewport().update()

    def _show_cursor(self) -> None:
        if self.space_held:
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.viewport().unsetCursor()

    def _hover(self, hit: Hit) -> None:
        if hit == self.hit:
            return
        old, self.hit = self.hit, hit
        for one, over in ((old, False), (hit, True)):
            item = self.surface.nodes.get(one.node) if one.node else self.surface.edges.get(one.edge) if one.edge else None
            if item is None:
                continue
            if one.node:
                item.port_states = {(one.output, one.port): "hover"} if over and one.port else {}
            item.hovered = over
            item.update()
        self.hovered.emit(hit)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._hover(Hit())
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        event.ignore()  # the canvas makes the menu

    # -- wheel, touchpad, keys -------------------------------------------------------------------------------------------------

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

    def event(self, event: QEvent) -> bool:
        # Escape takes a gesture back before it is anyone's shortcut
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and self.gesture is not None:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key = event.key()
        if key == Qt.Key.Key_Escape and self.gesture is not None:
            self.cancel_gesture()
        elif key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.space_held = True
                self._show_cursor()
        elif key in ARROWS:
            self._arrow(ARROWS[Qt.Key(key)], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.space_held = False
            self._show_cursor()
        else:
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.space_held = False
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.cancel_gesture()

    def _arrow(self, direction: tuple[int, int], far: bool) -> None:
        """Arrows move the selected blocks by one step of the grid (Shift: four), or what is seen where none is selected."""
        from designer.ui.canvas.gestures.move import drop

        dx, dy = direction
        surface = self.surface
        if not self.selection or self.read_only or not isinstance(surface, Scene):
            self.pan(-dx * (160 if far else 48), -dy * (160 if far else 48))
            return
        step = snapped(8.0) * (4 if far else 1)
        places: dict[str, Point] = {}
        for node_id in self.selection:
            x, y = surface.place(node_id)
            places[node_id] = (x + dx * step, y + dy * step)
        drop(surface, places, merge="nudge " + " ".join(sorted(places)))

    def at_pointer(self) -> QPoint:
        """Where the pointer is in the view; its middle when the pointer is elsewhere."""
        at = self.viewport().mapFromGlobal(self.cursor().pos())
        return at if self.viewport().rect().contains(at) else self.viewport().rect().center()
