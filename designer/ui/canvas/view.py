"""`View`: zoom, pan and the pointer. What a drag does is a gesture's business; what lies under the pointer is the hit test's."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from designer.graph.network import Edge
from designer.ui.canvas import painter as draw
from designer.ui.canvas.camera import WORLD, Camera
from designer.ui.canvas.geometry import FAR, SIZES, Point, level
from designer.ui.canvas.gestures import STARTERS
from designer.ui.canvas.gestures.base import Gesture, Pointer, Starter
from designer.ui.canvas.ground import Ground
from designer.ui.canvas.hit_test import EDGE, Hit
from designer.ui.canvas.scene import Scene
from designer.ui.canvas.stage_frame import paint_far
from designer.ui.canvas.stage_label import Chip, chips, draw_chips
from designer.ui.canvas.surface import Surface
from designer.ui.painting import KEYBOARD, paint_ring, painting, say_once

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class View(Camera):
    """Shows a surface: the design, or the drawing inside a block."""

    hovered = Signal(object)  # Hit
    edge_selected = Signal()  # another wire, or none
    toggled = Signal(str)  # the sign that folds or unfolds this was clicked
    double_clicked = Signal(object)  # Pointer; connect with a filter on its hit
    _ringed = False  # a key brought the focus here; Qt scrolls before __init__ has come this far

    def __init__(self, surface: Surface, parent: QWidget | None = None) -> None:
        super().__init__(surface, parent)
        self.setAccessibleName("Canvas")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(False)  # QGraphicsView would keep files from the window, which opens them
        self.viewport().setAccessibleName("Canvas")
        self.starters: list[Starter] = list(STARTERS)
        self.overlays: list[Callable[[QPainter, float], None]] = []  # draw above everything, in scene px
        self.gesture: Gesture | None = None
        self.space_held = False
        self.hit = Hit()
        self.selected_edge: Edge | None = None
        self.pointer_at = QPointF()  # scene px
        self.took_back = False  # the last press ended a gesture without effect
        self._dragged = False
        self._ground = Ground()

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

    def select(self, node_ids: Iterable[str]) -> None:
        """Select these blocks of the surface and no others."""
        self.select_edge(None)
        if isinstance(self.surface, Scene):
            self.surface.controller.select(self.surface.folds.members(node_ids))
        else:
            self.surface.mark_selected(frozenset(node_ids))

    def select_edge(self, edge: Edge | None) -> None:
        """Select a wire; None selects none."""
        for one, selected in ((self.selected_edge, False), (edge, True)):
            item = self.surface.edges.get(one) if one is not None else None
            if item is not None:
                item.selected = selected
                item.update()
        changed, self.selected_edge = edge != self.selected_edge, edge
        if changed:
            self.edge_selected.emit()

    def members(self, stage: str) -> frozenset[str]:
        """The blocks of a stage."""
        return self.surface.members(stage) if isinstance(self.surface, Scene) else frozenset()

    # -- painting ----------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        self.surface.window = self.seen()
        if level(self.zoom) != FAR:
            super().paintEvent(event)
        else:
            painter = QPainter(self.viewport())
            try:
                self._paint_far(painter, event)
            except Exception:  # noqa: BLE001  # an exception that leaves a paint aborts the process
                say_once("View")
            finally:
                painter.end()
        if self._ringed:
            with painting(self.viewport()) as painter:
                paint_ring(painter, self.viewport().rect())

    def _paint_far(self, painter: QPainter, event: QPaintEvent) -> None:
        """The scene is not asked: frames, then all bars and lines in one pass."""
        painter.setClipRect(event.rect())
        self._ground.paint(painter, self.viewportTransform(), self.viewport().size(), self.devicePixelRatioF())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setWorldTransform(self.viewportTransform())
        zoom, area = self.zoom, self.seen()
        paint_far(painter, self.surface.frames.values(), zoom, area)
        for item in self.surface.note_items.values():
            if item.box.meets(area):
                painter.save()
                try:
                    painter.translate(item.pos())
                    item.draw(painter, zoom)
                finally:
                    painter.restore()
        self.surface.overview.paint(painter, zoom, area, self.surface.node_grid)
        self._paint_above(painter)

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802
        super().scrollContentsBy(dx, dy)
        if self._ringed or self.surface.frames:
            self.viewport().update()  # the ring stays where it is, and so do labels of stages at the edge

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:  # noqa: N802
        painter.save()
        try:
            painter.resetTransform()
            self._ground.paint(painter, self.viewportTransform(), self.viewport().size(), self.devicePixelRatioF())
        except Exception:  # noqa: BLE001  # see paintEvent
            say_once("View ground")
        finally:
            painter.restore()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:  # noqa: N802
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
        found = self._chips()
        if found:
            look = painter.worldTransform()
            painter.resetTransform()
            draw_chips(painter, draw.ink(), found)
            painter.setWorldTransform(look)
        if self.gesture is not None:
            self.gesture.paint(painter, self.zoom)

    def _chips(self) -> list[Chip]:
        """Names of stages over their blocks."""
        return chips(self.surface.frames.values(), draw.ink(), self.viewportTransform(), self.seen())

    # -- the pointer ---------------------------------------------------------------------------------------------------------

    def pointer(self, at: QPointF, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier, *, hit: bool = False) -> Pointer:
        """The pointer at a place of the view, with what lies under it where asked for."""
        place = self.viewportTransform().inverted()[0].map(at)
        under = self._hit(at, place) if hit else Hit()
        return Pointer(place.x(), place.y(), at.toPoint(), button, modifiers, under)

    def _hit(self, at: QPointF, place: QPointF) -> Hit:
        """What lies at a place of the view: chips lie above all else."""
        chip = next((chip.stage for chip in self._chips() if chip.box.holds(at.x(), at.y())), "")
        return Hit("frame", name=chip) if chip else self.surface.hit(place.x(), place.y(), self.zoom)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        event.accept()
        self._show_ring(False)
        self.took_back = self.gesture is not None
        if self.took_back:
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
        elif self.hit.kind == "note" and self.hit.port == EDGE and not self.read_only:
            self.viewport().setCursor(Qt.CursorShape.SizeHorCursor)
        else:
            self.viewport().unsetCursor()

    def _hover(self, hit: Hit) -> None:
        if hit == self.hit:
            return
        old, self.hit = self.hit, hit
        for one, over in ((old, False), (hit, True)):
            node = self.surface.nodes.get(one.node)
            if node is not None:
                node.port_states = {(one.output, one.port): "hover"} if over and one.port else {}
            item = node if node is not None else self.surface.edges.get(one.edge) if one.edge else None
            if one.kind == "note":
                item = self.surface.note_items.get(one.name)
            if item is not None:
                item.hovered = over
                item.update()
        if self.gesture is None and (old.port == EDGE) != (hit.port == EDGE):
            self._show_cursor()
        self.hovered.emit(hit)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._hover(Hit())
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        event.ignore()  # the canvas makes the menu

    # -- keys -------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # Escape takes a gesture back before it is anyone's shortcut
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._takes(event):
            event.accept()
            return True
        return super().event(event)

    def _takes(self, event: QKeyEvent) -> bool:
        return self.gesture is not None and event.key() == Qt.Key.Key_Escape

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

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # what was open for a while changes nothing
            self._show_ring(event.reason() in KEYBOARD)

    def _show_ring(self, wanted: bool) -> None:
        if wanted != self._ringed:
            self._ringed = wanted
            self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.space_held = False
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._show_ring(False)
            self.cancel_gesture()

    def _arrow(self, direction: tuple[int, int], far: bool) -> None:
        """Arrows move what is selected by one step of the grid (Shift: four), or what is seen where nothing is."""
        from designer.ui.canvas.gestures.move import drop

        dx, dy = direction
        surface = self.surface
        chosen = {name: item.note for name, item in surface.note_items.items() if item.selected}
        if (not self.selection and not chosen) or self.read_only or not isinstance(surface, Scene):
            self.pan(-dx * (160 if far else 48), -dy * (160 if far else 48))
            return
        step = SIZES.snap * (4 if far else 1)
        places: dict[str, Point] = {}
        for node_id in self.selection:
            left, top, _, _ = surface.nodes[node_id].box
            places[node_id] = (left + dx * step, top + dy * step)
        notes = {name: replace(note, x=note.x + dx * step, y=note.y + dy * step) for name, note in chosen.items()}
        drop(surface, surface.folds.moved(places), merge="nudge " + " ".join(sorted([*places, *notes])), notes=notes)

    def at_pointer(self) -> QPoint:
        """Where the pointer is in the view; its middle when the pointer is elsewhere."""
        at = self.viewport().mapFromGlobal(self.cursor().pos())
        return at if self.viewport().rect().contains(at) else self.viewport().rect().center()
