"""Move: drag blocks. They and their wires follow at once; letting go makes it one step of undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from designer.analysis.describe import name_of
from designer.graph.edits import Move as MoveEdit
from designer.ui.canvas.geometry import SIZES, Box, Point, snapped
from designer.ui.canvas.gestures.base import Gesture, Pointer

if TYPE_CHECKING:
    from designer.ui.canvas.scene import Scene
    from designer.ui.canvas.view import View

CTRL = Qt.KeyboardModifier.ControlModifier
NEAR = 480.0  # how far away a block may stand to be in line with
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

    def begun(self) -> None:
        if not self._was_selected:
            self.view.select(self.view.selection | {self.node_id} if self.press.held(ADD) else frozenset({self.node_id}))

    def moved(self, pointer: Pointer) -> None:
        if self.view.read_only:
            return
        if not self._from:
            self._from = {node_id: self.scene.place(node_id) for node_id in self.view.selection}
            self.view.viewport().setCursor(Qt.CursorShape.SizeAllCursor)
        self.show(self._places(pointer))

    def show(self, places: dict[str, Point]) -> None:
        """Let the blocks stand there for now."""
        self.scene.place_nodes(places, live=True)
        self.scene.move_frames(places)

    def released(self, pointer: Pointer, dragged: bool) -> None:
        if not dragged:
            self._clicked()
        elif self._from:
            places = self._places(pointer)
            moved = {node_id: place for node_id, place in places.items() if place != self._from[node_id]}
            if moved and drop(self.scene, moved):
                size = self.scene.nodes[next(iter(moved))].box  # the grabbed one may be gone
                were = [Box(x, y, x + size.width, y + size.height) for x, y in (self._from[node_id] for node_id in moved)]
                self.scene.make_way([*were, *(self.scene.nodes[node_id].box for node_id in moved)])
            else:
                self.cancelled()

    def cancelled(self) -> None:
        if self._from:
            self.show({node_id: place for node_id, place in self._from.items() if node_id in self.scene.nodes})

    def _clicked(self) -> None:
        if not self._was_selected:
            return
        self.view.select(self.view.selection - {self.node_id} if self.press.held(ADD) else frozenset({self.node_id}))

    def _lines(self, box: Box, *, upright: bool) -> list[float]:
        """Places at which the block would stand in line with one that does not move: centres below each other, or tops."""
        along, across = (0.0, NEAR) if upright else (NEAR, 0.0)
        area = Box(box.left - along, box.top - across, box.right + along, box.bottom + across)
        boxes = self.scene.node_grid.boxes
        others = [boxes[node_id] for node_id in self.scene.node_grid.near(area) if node_id not in self._from]
        return [other.centre[0] - box.width / 2 if upright else other.centre[1] - box.height / 2 for other in others]

    def _places(self, pointer: Pointer) -> dict[str, Point]:
        """The grabbed block snaps; the others keep their distances to it. With Alt nothing snaps."""
        alive = self.scene.nodes
        dx, dy = pointer.x - self.press.x, pointer.y - self.press.y
        if not pointer.held(Qt.KeyboardModifier.AltModifier) and self.node_id in alive:
            x, y = self._from.get(self.node_id) or self.scene.place(self.node_id)
            box: Box = alive[self.node_id].box
            there = Box(x + dx, y + dy, x + dx + box.width, y + dy + box.height)
            dx = _snapped(there.left, x, self._lines(there, upright=True)) - x
            dy = _snapped(there.top, y, self._lines(there, upright=False)) - y
        return {node_id: (px + dx, py + dy) for node_id, (px, py) in self._from.items() if node_id in alive}


def _snapped(value: float, before: float, lines: list[float]) -> float:
    """In line with another block where one is near, else where it was while it has hardly moved, else on the grid."""
    near = min(lines, key=lambda line: abs(line - value), default=None)
    if near is not None and abs(near - value) <= SIZES.snap * 0.75:
        return near
    return before if abs(before - value) <= SIZES.snap / 2 else snapped(value)


def drop(scene: Scene, moved: dict[str, Point], text: str = "", merge: str = "") -> bool:
    """Store places as one step of undo, with those of all blocks that have none in the document yet."""
    if not text:
        text = f"Move {name_of(scene.nodes[next(iter(moved))].node)}" if len(moved) == 1 else f"Move {len(moved)} blocks"
    return scene.controller.apply(MoveEdit(positions={**scene.unstored(), **moved}), text, merge=merge)


def start(view: View, press: Pointer) -> Gesture | None:
    """Left button on a block."""
    from designer.ui.canvas.scene import Scene

    surface = view.surface
    if press.button == Qt.MouseButton.LeftButton and press.hit.kind == "node" and isinstance(surface, Scene):
        return Move(view, press, surface, press.hit.node)
    return None
