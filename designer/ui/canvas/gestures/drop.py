"""Drop: a block dragged out of the palette. On a wire it is put in between, near a port it is connected, else it just stands."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter

from blocks.errors import LightdesignerError
from designer.app import commands
from designer.app.library import behind, brought
from designer.app.placing import Places, Point
from designer.app.wiring import End
from designer.graph.edits import AddNode, Compound, Connect
from designer.graph.network import Edge
from designer.graph.own_block import OWN
from designer.ui.canvas.geometry import FAR, SIZES, Box, level
from designer.ui.canvas.gestures import feedback
from designer.ui.canvas.gestures.base import Gesture, Pointer
from designer.ui.canvas.gestures.hands import Hands
from designer.ui.canvas.gestures.move import Move
from designer.ui.canvas.hit_test import edge_at, nodes_in
from designer.ui.panels.palette_model import BLOCK_MIME

if TYPE_CHECKING:
    from designer.ui.canvas.scene import Scene
    from designer.ui.canvas.view import View

LONGEST = 1_000  # bytes of a block's name


class Landing(NamedTuple):
    """What letting go here would do: the step, or why there is none, and what to show of it."""

    step: Compound | None
    why_not: str = ""
    edge: Edge | None = None
    port: End | None = None


def landing(hands: Hands, view: View, block: str, at: Point) -> Landing:
    """What dropping a block at a place of the scene does: near a free port it is connected, on a wire it is put in between."""
    engine, scene = hands.controller.engine, hands.scene
    places, there = scene.places(), scene.to_document(at)
    port: End | None = None
    edge: Edge | None = None
    try:
        design, block, before = brought(hands.controller.design, block)
        port, edge = _near(hands, view, design.resolve(block), block, at) if level(view.zoom) != FAR else (None, None)
        if port is not None:
            return Landing(behind(before, commands.add_at_port(design, engine, block, port, places=places)), port=port)
        if edge is not None:
            return Landing(behind(before, commands.insert(design, engine, block, edge, there, places=places)), edge=edge)
        return Landing(behind(before, commands.add(design, block, there, places=places)))
    except LightdesignerError as problem:
        return Landing(None, str(problem), edge=edge, port=port)


def _near(hands: Hands, view: View, kind: Any, block: str, at: Point) -> tuple[End | None, Edge | None]:
    """The free port or the wire that a drop means: a port right here, else a wire, else a port not far."""
    reach = 1 / min(view.zoom, 1.0)
    port = _port_near(hands, kind, block, at, SIZES.port_hit * reach)
    edge = edge_at(hands.scene, *at, SIZES.wire_hit * reach) if port is None else None
    if port is None and edge is None:
        port = _port_near(hands, kind, block, at, SIZES.port_snap * reach)
    return port, edge


def _port_near(hands: Hands, kind: Any, block: str, at: Point, reach: float) -> End | None:
    """The nearest port that waits for a wire and could be connected to such a block."""
    design, scene = hands.controller.design, hands.scene
    if kind is None:
        return None
    x, y = at
    found: list[tuple[float, End]] = []
    for node_id in scene.node_grid.near(Box(x - reach, y - reach, x + reach, y + reach)):
        item = scene.nodes[node_id]
        if node_id not in design.root:
            continue  # a card: it takes no wires
        taken = design.root.sources(node_id)
        places = [place for place in item.inputs if place.name not in taken] if block != "output" else []
        if kind.inputs and not scene.outgoing[node_id]:
            places += item.outputs
        for place in places:
            far = math.hypot(item.box.left + place.x - x, item.box.top + place.y - y)
            if far <= reach:
                found.append((far, End(node_id, place.name, place.output)))
    return min(found)[1] if found else None


def block_in(data: QMimeData) -> str | None:
    """The block that is being dragged; None where it is something else."""
    if not data.hasFormat(BLOCK_MIME):
        return None
    return bytes(data.data(BLOCK_MIME).data())[:LONGEST].decode("utf-8", "replace")


class Dropper(QObject):
    """Takes the drags of the palette that come over a view. Everything else, files above all, goes on to the window."""

    def __init__(self, view: View, hands: Hands) -> None:
        super().__init__(view)
        self.view = view
        self.hands = hands
        self._block = ""
        self._at: Point = (0.0, 0.0)
        self._landing: Landing | None = None
        view.viewport().setAcceptDrops(True)
        view.viewport().installEventFilter(self)
        view.overlays.append(self.paint)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        kind = event.type()
        if kind == QEvent.Type.DragLeave:
            self._forget()
            return True  # the view, which got no enter, would complain
        elif isinstance(event, QDropEvent) and kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop):
            self._dragged(event)
            return True
        return False

    def _dragged(self, event: QDragEnterEvent | QDragMoveEvent | QDropEvent) -> None:
        block = block_in(event.mimeData())
        if block is None or self.view.read_only:
            event.ignore()
            return
        at = self._scene_point(event.position())
        if event.type() == QEvent.Type.Drop:
            self._forget()
            self.dropped(block, at)
        elif (block, at) != (self._block, self._at) or self._landing is None:
            self._block, self._at = block, at
            self._landing = landing(self.hands, self.view, block, at)
            self.view.viewport().update()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dropped(self, block: str, at: Point) -> bool:
        """Put the block there."""
        found = landing(self.hands, self.view, block, at)
        self.view.setFocus(Qt.FocusReason.MouseFocusReason)
        if found.step is None:
            self.hands.say(found.why_not)
            return False
        return self.hands.do(found.step)

    def _scene_point(self, at: QPointF) -> Point:
        place = self.view.viewportTransform().inverted()[0].map(at)
        return place.x(), place.y()

    def _forget(self) -> None:
        if self._landing is not None:
            self._landing = None
            self.view.viewport().update()

    def paint(self, painter: QPainter, zoom: float) -> None:
        """Show where the block will stand and what it will be connected to."""
        found, scene = self._landing, self.hands.scene
        if found is None:
            return
        if found.edge is not None and found.edge in scene.edges:
            feedback.marked_wire(painter, scene.edges[found.edge].points, "accent.base" if found.step else "state.error")
        if found.port is not None:
            point = scene.port_point(*found.port)
            if point is not None:
                feedback.port_halo(painter, point)
        if found.step is None:
            feedback.bubble(painter, zoom, self._at, found.why_not, "refused")
            return
        added = next((edit for edit in found.step.edits if isinstance(edit, AddNode)), None)
        if added is not None and added.position is not None:
            block = added.node.block
            kind: Any = self.hands.controller.design.resolve(block)
            category = kind.category if kind is not None else "own" if block.startswith(OWN) else ""
            feedback.ghost(painter, scene.from_document(added.position), block, category)
        if any(isinstance(edit, Connect) for edit in found.step.edits):
            feedback.bubble(painter, zoom, self._at, f"{found.step.name}.")


class MoveInto(Move):
    """Moves blocks; a single one without wires that is let go over a wire is put into it."""

    def __init__(self, view: View, press: Pointer, scene: Scene, node_id: str, hands: Hands) -> None:
        super().__init__(view, press, scene, node_id)
        self.hands = hands
        self._over: Edge | None = None

    def moved(self, pointer: Pointer) -> None:
        super().moved(pointer)
        self._over = self._wire_below()
        self.view.viewport().update()

    def released(self, pointer: Pointer, dragged: bool) -> None:
        edge, self._over = self._over, None
        if dragged and edge is not None and self._from:
            moved = self.scene.folds.moved(self._places(*self._offset(pointer)))
            design = self.hands.controller.design
            try:
                into = commands.put_into(design, self.node_id, edge)
            except LightdesignerError:
                super().released(pointer, dragged)
                return
            stored = Places(design, self.scene.places()).store(moved)
            if self.hands.do(commands.step(into.name, [*stored, *into.edits]), select=False):
                return
            self.cancelled()
            return
        super().released(pointer, dragged)

    def _wire_below(self) -> Edge | None:
        network = self.hands.controller.design.root
        if self._from.keys() != {self.node_id} or self.node_id not in network:
            return None
        if network.sources(self.node_id) or network.readers(self.node_id):
            return None
        box: Box = self.scene.nodes[self.node_id].box
        if nodes_in(self.scene, box) != {self.node_id}:
            return None
        x, y = box.centre
        return edge_at(self.scene, x, y, box.height / 2)

    def paint(self, painter: QPainter, zoom: float) -> None:
        super().paint(painter, zoom)
        if self._over is not None and self._over in self.scene.edges:
            feedback.marked_wire(painter, self.scene.edges[self._over].points, "accent.base")


def start(hands: Hands, view: View, press: Pointer) -> Gesture | None:
    """Left button on a block of the design."""
    if press.button == Qt.MouseButton.LeftButton and press.hit.kind == "node" and view.surface is hands.scene:
        return MoveInto(view, press, hands.scene, press.hit.node, hands)
    return None
