"""Move: drag blocks. They and their wires follow at once; letting go makes it one step of undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter

from designer.analysis.describe import name_of
from designer.graph.edits import Move as MoveEdit
from designer.ui.canvas import guides
from designer.ui.canvas.geometry import Box, Point
from designer.ui.canvas.gestures.base import Gesture, Pointer

if TYPE_CHECKING:
    from designer.ui.canvas.scene import Scene
    from designer.ui.canvas.view import View

CTRL = Qt.KeyboardModifier.ControlModifier
ADD = CTRL | Qt.KeyboardModifier.ShiftModifier


class Move(Gesture):
    """A click on a block selects it (Ctrl or Shift: adds it or takes it away); dragging moves all selected ones."""

    cursor = None

    def __init__(self, view: View, press: Pointer, scene: Scene, node_id: str) -> None:
        super().__init__(view, press)
        self.scene = scene
        self.node_id = node_id
        self._was_selected = node_id in view.selection
        self._from: dict[str, Point] = {}
        self._guides: list[guides.Line] = []

    def begun(self) -> None:
        if not self._was_selected:
            self.view.select(self.view.selection | {self.node_id} if self.press.held(ADD) else frozenset({self.node_id}))

    def moved(self, pointer: Pointer) -> None:
        if self.view.read_only:
            return
        if not self._from:
            self._from = {node_id: self.scene.nodes[node_id].box[:2] for node_id in self.view.selection & self.scene.nodes.keys()}
            self.view.viewport().setCursor(Qt.CursorShape.SizeAllCursor)
        self.show(self._places(pointer))

    def show(self, places: dict[str, Point]) -> None:
        """Let the blocks stand there for now."""
        self.scene.place_nodes(places, live=True)
        self.scene.move_frames(places)
        self.view.viewport().update()

    def released(self, pointer: Pointer, dragged: bool) -> None:
        if not dragged:
            self._clicked()
        elif self._from:
            places = self._places(pointer)
            moved = {node_id: place for node_id, place in places.items() if place != self._from[node_id]}
            if moved and drop(self.scene, self.scene.folds.moved(moved)):
                size = next((self.scene.nodes[n].box for n in moved if n in self.scene.nodes), Box(0, 0, 0, 0))  # one may be gone
                were = [Box(x, y, x + size.width, y + size.height) for x, y in (self._from[node_id] for node_id in moved)]
                self.scene.make_way([*were, *(self.scene.nodes[node_id].box for node_id in moved if node_id in self.scene.nodes)])
            else:
                self.cancelled()

    def cancelled(self) -> None:
        if self._from:
            self.show({node_id: place for node_id, place in self._from.items() if node_id in self.scene.nodes})

    def _clicked(self) -> None:
        if not self._was_selected:
            return
        self.view.select(self.view.selection - {self.node_id} if self.press.held(ADD) else frozenset({self.node_id}))

    def _neighbours(self, box: Box) -> list[Box]:
        """What a block may be in line with: those near it that do not move."""
        if not guides.wanted():
            return []
        boxes = self.scene.node_grid.boxes
        near = self.scene.node_grid.near(box.grown(guides.NEAR))
        return [boxes[node_id] for node_id in near if node_id not in self._from]

    def _places(self, pointer: Pointer) -> dict[str, Point]:
        """The grabbed block snaps; the others keep their distances to it. With Alt nothing snaps."""
        alive = self.scene.nodes
        dx, dy = pointer.x - self.press.x, pointer.y - self.press.y
        self._guides = []
        if not pointer.held(Qt.KeyboardModifier.AltModifier) and self.node_id in alive:
            box: Box = alive[self.node_id].box
            x, y = self._from.get(self.node_id) or box[:2]
            before = Box(x, y, x + box.width, y + box.height)
            there = before.moved(dx, dy)
            neighbours = self._neighbours(there)
            by = guides.snap(there, before, neighbours, guides.reach_at(self.view.zoom))
            dx, dy = dx + by[0], dy + by[1]
            self._guides = guides.lines(before.moved(dx, dy), neighbours)
        return {node_id: (px + dx, py + dy) for node_id, (px, py) in self._from.items() if node_id in alive}

    def paint(self, painter: QPainter, zoom: float) -> None:
        guides.paint(painter, self._guides, zoom)


def drop(scene: Scene, moved: dict[str, Point], text: str = "", merge: str = "") -> bool:
    """Store places as one step of undo, with those of all blocks that have none in the document yet."""
    if not text:
        root = scene.controller.design.root
        text = f"Move {name_of(root.node(next(iter(moved))))}" if len(moved) == 1 else f"Move {len(moved)} blocks"
    return scene.controller.apply(MoveEdit(positions={**scene.unstored(), **moved}), text, merge=merge)


def start(view: View, press: Pointer) -> Gesture | None:
    """Left button on a block."""
    from designer.ui.canvas.scene import Scene

    surface = view.surface
    if press.button == Qt.MouseButton.LeftButton and press.hit.kind == "node" and isinstance(surface, Scene):
        return Move(view, press, surface, press.hit.node)
    return None
