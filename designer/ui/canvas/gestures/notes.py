"""Notes: click one to select it, drag it to move it with all that is selected, drag its right edge to make it wider."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt

from designer.app.commands import step
from designer.graph.design import ROOT, Note
from designer.graph.edits import SetNote
from designer.ui.canvas.geometry import Box, Point, snapped
from designer.ui.canvas.gestures.base import Gesture, Pointer
from designer.ui.canvas.gestures.hands import Hands
from designer.ui.canvas.gestures.move import ADD, Move
from designer.ui.canvas.hit_test import EDGE

if TYPE_CHECKING:
    from designer.ui.canvas.view import View

NARROWEST, WIDEST = 96.0, 640.0  # px of a note


class MoveNote(Move):
    """The note follows at once, with all else that is selected; letting go makes it one step of undo."""

    def __init__(self, view: View, press: Pointer, hands: Hands, name: str) -> None:
        super().__init__(view, press, hands.scene, "")
        self.name = name
        self._was_selected = name in selected_notes(view)

    def begun(self) -> None:
        if self._was_selected:
            return
        if self.press.held(ADD):
            select_notes(self.view, [*selected_notes(self.view), self.name])
        else:
            self.view.select(frozenset())
            select_note(self.view, self.name)

    def _clicked(self) -> None:
        if not self._was_selected:
            return
        if self.press.held(ADD):
            select_notes(self.view, [name for name in selected_notes(self.view) if name != self.name])
        else:
            self.view.select(frozenset())
            select_note(self.view, self.name)

    def _grabbed(self) -> tuple[Point, Box] | None:
        item = self.scene.note_items.get(self.name)
        note = self._notes.get(self.name)
        return None if item is None or note is None else ((note.x, note.y), item.box)


class ResizeNote(Gesture):
    """The note gets wider or narrower at once; letting go makes it one step of undo."""

    cursor = Qt.CursorShape.SizeHorCursor

    def __init__(self, view: View, press: Pointer, hands: Hands, name: str) -> None:
        super().__init__(view, press)
        self.hands = hands
        self.name = name
        self.note: Note = view.surface.note_items[name].note  # where it is seen

    def begun(self) -> None:
        self.view.select(frozenset())
        select_note(self.view, self.name)

    def moved(self, pointer: Pointer) -> None:
        self._show(msgspec.structs.replace(self.note, width=self._width(pointer)))

    def released(self, pointer: Pointer, dragged: bool) -> None:
        stored = self.hands.controller.design.notes.get(ROOT, {}).get(self.name)
        width = self._width(pointer)
        if dragged and stored is not None and width != stored.width:
            self.hands.do(step("Resize note", [SetNote(id=self.name, note=msgspec.structs.replace(stored, width=width))]))
        else:
            self.cancelled()

    def cancelled(self) -> None:
        self._show(self.note)

    def _show(self, note: Note) -> None:
        item = self.view.surface.note_items.get(self.name)
        if item is not None:
            item.show_note(note)

    def _width(self, pointer: Pointer) -> float:
        wanted = self.note.width + pointer.x - self.press.x
        exact = pointer.held(Qt.KeyboardModifier.AltModifier)
        return min(WIDEST, max(NARROWEST, round(wanted) if exact else snapped(wanted)))


def select_notes(view: View, names: Iterable[str]) -> None:
    """Select these notes and no others."""
    wanted = set(names)
    for name, item in view.surface.note_items.items():
        if item.selected != (name in wanted):
            item.selected = name in wanted
            item.update()


def select_note(view: View, name: str | None) -> None:
    """Select one note and no other; None selects none."""
    select_notes(view, [] if name is None else [name])


def selected_notes(view: View) -> list[str]:
    """The notes that are selected."""
    return [name for name, item in view.surface.note_items.items() if item.selected]


def selected_note(view: View) -> str | None:
    """The note that is selected; the first where there are several."""
    return next(iter(selected_notes(view)), None)


def start(hands: Hands, view: View, press: Pointer) -> Gesture | None:
    """Left button on a note; a press on anything that is not selected lets notes go."""
    if press.button != Qt.MouseButton.LeftButton or view.read_only:
        return None
    notes = hands.controller.design.notes.get(ROOT, {})
    if press.hit.kind == "note" and press.hit.name in notes:
        kind = ResizeNote if press.hit.port == EDGE else MoveNote
        return kind(view, press, hands, press.hit.name)
    if not press.held(ADD) and not (press.hit.kind == "node" and press.hit.node in view.selection):
        select_note(view, None)
    return None
