"""Notes: drag one to move it, click to select it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt

from designer.app.commands import step
from designer.graph.design import ROOT, Note
from designer.graph.edits import SetNote
from designer.ui.canvas.geometry import snapped
from designer.ui.canvas.gestures.base import Gesture, Pointer
from designer.ui.canvas.gestures.hands import Hands

if TYPE_CHECKING:
    from designer.ui.canvas.view import View


class MoveNote(Gesture):
    """The note follows at once; letting go makes it one step of undo."""

    def __init__(self, view: View, press: Pointer, hands: Hands, name: str) -> None:
        super().__init__(view, press)
        self.hands = hands
        self.name = name
        self.note: Note = view.surface.note_items[name].note  # where it is seen

    def begun(self) -> None:
        self.view.select(frozenset())
        select_note(self.view, self.name)

    def moved(self, pointer: Pointer) -> None:
        item = self.view.surface.note_items.get(self.name)
        if item is not None:
            item.show_note(self._there(pointer))

    def released(self, pointer: Pointer, dragged: bool) -> None:
        there = self._there(pointer)
        alive = self.name in self.hands.controller.design.notes.get(ROOT, {})
        if dragged and alive and there != self.note:
            x, y = self.hands.scene.to_document((there.x, there.y))
            self.hands.do(step("Move note", [SetNote(id=self.name, note=msgspec.structs.replace(there, x=x, y=y))]))

    def cancelled(self) -> None:
        item = self.view.surface.note_items.get(self.name)
        if item is not None:
            item.show_note(self.note)

    def _there(self, pointer: Pointer) -> Note:
        x, y = self.note.x + pointer.x - self.press.x, self.note.y + pointer.y - self.press.y
        return msgspec.structs.replace(self.note, x=snapped(x), y=snapped(y))


def select_note(view: View, name: str | None) -> None:
    """Select one note and no other; None selects none."""
    for key, item in view.surface.note_items.items():
        if item.selected != (key == name):
            item.selected = key == name
            item.update()


def selected_note(view: View) -> str | None:
    """The note that is selected."""
    return next((name for name, item in view.surface.note_items.items() if item.selected), None)


def start(hands: Hands, view: View, press: Pointer) -> Gesture | None:
    """Left button on a note; a press elsewhere lets it go."""
    if press.button != Qt.MouseButton.LeftButton or view.read_only:
        return None
    notes = hands.controller.design.notes.get(ROOT, {})
    if press.hit.kind == "note" and press.hit.name in notes:
        return MoveNote(view, press, hands, press.hit.name)
    select_note(view, None)
    return None
