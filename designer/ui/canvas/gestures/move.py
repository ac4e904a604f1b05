"""Move: drag blocks, and notes that are selected with them. They and their wires follow at once; letting go makes it one step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter

from designer.analysis.describe import name_of
from designer.app.commands import step
from designer.graph.design import ROOT, Note
from designer.graph.edits import Edit, SetNote
from designer.graph.edits import Move as MoveEdit
from designer.ui.canvas import carry, guides
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
        self._notes: dict[str, Note] = {}  # where they were
        self._guides: list[guides.Line] = []

    def begun(self) -> None:
        if not self._was_selected:
            self.view.select(self.view.selection | {self.node_id} if self.press.held(ADD) else frozenset({self.node_id}))

    def moved(self, pointer: Pointer) -> None:
        if self.view.read_only:
            return
        if not self._from and not self._notes:
            self.grip()
            self.view.viewport().setCursor(Qt.CursorShape.SizeAllCursor)
        self.show(*self._offset(pointer))

    def grip(self) -> None:
        """Remember where everything was that moves."""
        self._from = {node_id: self.scene.nodes[node_id].box[:2] for node_id in self.view.selection & self.scene.nodes.keys()}
        self._notes = {name: item.note for name, item in self.scene.note_items.items() if item.selected}

    def show(self, dx: float, dy: float) -> None:
        """Let everything stand so far from where it was for now."""
        places = self._places(dx, dy)
        self.scene.place_nodes(places, live=True)
        self.scene.move_frames(places)
        for name, note in self._notes.items():
            if name in self.scene.note_items:
                self.scene.note_items[name].show_note(msgspec.structs.replace(note, x=note.x + dx, y=note.y + dy))
        self.view.viewport().update()

    def released(self, pointer: Pointer, dragged: bool) -> None:
        if not dragged:
            self._clicked()
        elif self._from or self._notes:
            dx, dy = self._offset(pointer)
            moved = self._places(dx, dy) if dx or dy else {}
            notes = {
                name: msgspec.structs.replace(note, x=note.x + dx, y=note.y + dy)
                for name, note in self._notes.items()
                if (dx or dy) and name in self.scene.controller.design.notes.get(ROOT, {})
            }
            if (moved or notes) and drop(self.scene, self.scene.folds.moved(moved), notes=notes):
                self._lead_properly()
            else:
                self.cancelled()

    def cancelled(self) -> None:
        if self._from or self._notes:
            self.show(0.0, 0.0)
            self.scene.settle()

    def _lead_properly(self) -> None:
        """Let wires make way that run past what was dropped, or past where it was."""
        scene = self.scene
        before: dict[str, Box] = {}
        for node_id, (x, y) in self._from.items():
            if node_id in scene.nodes:  # one may be gone
                before[node_id] = Box(x, y, x + scene.nodes[node_id].box.width, y + scene.nodes[node_id].box.height)
        scene.make_way([*before.values(), *(scene.nodes[node_id].box for node_id in before)], carry.along(scene, before))
        scene.settle()

    def _clicked(self) -> None:
        if not self._was_selected:
            return
        self.view.select(self.view.selection - {self.node_id} if self.press.held(ADD) else frozenset({self.node_id}))

    def _grabbed(self) -> tuple[Point, Box] | None:
        """Where the grabbed thing was, and its box now; None when it is gone."""
        item = self.scene.nodes.get(self.node_id)
        return None if item is None else (self._from.get(self.node_id) or item.box[:2], item.box)

    def _neighbours(self, box: Box) -> list[Box]:
        """What the grabbed thing may be in line with: blocks and notes near it that do not move."""
        if not guides.wanted():
            return []
        area = box.grown(guides.NEAR)
        boxes = self.scene.node_grid.boxes
        found = [boxes[node_id] for node_id in self.scene.node_grid.near(area) if node_id not in self._from]
        notes = self.scene.note_items.items()
        return found + [item.box for name, item in notes if name not in self._notes and item.box.meets(area)]

    def _offset(self, pointer: Pointer) -> Point:
        """How far everything moves. The grabbed thing snaps, the others keep their distances to it. With Alt nothing snaps."""
        dx, dy = pointer.x - self.press.x, pointer.y - self.press.y
        self._guides = []
        grabbed = self._grabbed()
        if not pointer.held(Qt.KeyboardModifier.AltModifier) and grabbed is not None:
            (x, y), box = grabbed
            before = Box(x, y, x + box.width, y + box.height)
            there = before.moved(dx, dy)
            neighbours = self._neighbours(there)
            by = guides.snap(there, before, neighbours, guides.reach_at(self.view.zoom))
            dx, dy = dx + by[0], dy + by[1]
            self._guides = guides.lines(before.moved(dx, dy), neighbours)
        return dx, dy

    def _places(self, dx: float, dy: float) -> dict[str, Point]:
        alive = self.scene.nodes
        return {node_id: (x + dx, y + dy) for node_id, (x, y) in self._from.items() if node_id in alive}

    def paint(self, painter: QPainter, zoom: float) -> None:
        guides.paint(painter, self._guides, zoom)


def drop(
    scene: Scene, moved: Mapping[str, Point], text: str = "", merge: str = "", notes: Mapping[str, Note] | None = None
) -> bool:
    """Store places as one step of undo, with those of all blocks that have none in the document yet. `notes` are given where they
    are seen."""
    if not text:
        text = f"Move {_named(scene, moved, notes or {})}"
    edits: list[Edit] = [MoveEdit(positions={**scene.unstored(), **moved})] if moved else []
    for name, note in (notes or {}).items():
        x, y = scene.to_document((note.x, note.y))
        edits.append(SetNote(id=name, note=msgspec.structs.replace(note, x=x, y=y)))
    return scene.controller.apply(edits[0] if len(edits) == 1 else step(text, edits), text, merge=merge)


def _named(scene: Scene, moved: Mapping[str, Point], notes: Mapping[str, Note]) -> str:
    words = []
    if moved:
        root = scene.controller.design.root
        words.append(name_of(root.node(next(iter(moved)))) if len(moved) == 1 else f"{len(moved)} blocks")
    if notes:
        words.append("note" if len(notes) == 1 else f"{len(notes)} notes")
    return " and ".join(words)


def start(view: View, press: Pointer) -> Gesture | None:
    """Left button on a block."""
    from designer.ui.canvas.scene import Scene

    surface = view.surface
    if press.button == Qt.MouseButton.LeftButton and press.hit.kind == "node" and isinstance(surface, Scene):
        return Move(view, press, surface, press.hit.node)
    return None
