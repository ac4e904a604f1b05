"""Notes on the canvas: put there, and written in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from designer.app import commands
from designer.graph.design import ROOT
from designer.graph.edits import SetNote
from designer.ui.canvas.editors import NoteEdit
from designer.ui.canvas.gestures import notes

if TYPE_CHECKING:
    from designer.ui.canvas_actions import CanvasActions


class NoteActions:
    """Each text that is written is one step of undo; a note left empty goes."""

    def __init__(self, tools: CanvasActions) -> None:
        self.tools = tools

    def handlers(self) -> dict[str, Callable[[], object]]:
        """The actions that this does, by id."""
        return {"insert.note": self.add}

    def add(self) -> NoteEdit | None:
        """Put a note where the pointer is, ready to write."""
        tools = self.tools
        at = tools.scene.to_document(tools.pointer() or tools.centre())
        step = commands.add_note(tools.controller.design, at)
        if not tools.do(step):
            return None
        (edit,) = step.edits
        assert isinstance(edit, SetNote)
        notes.select_note(tools.view, edit.id)
        return self.edit(edit.id)

    def edit(self, name: str) -> NoteEdit | None:
        """Let a person write in a note."""
        tools = self.tools
        note = tools.controller.design.notes.get(ROOT, {}).get(name)
        if note is None:
            return None
        tools.close_all()
        editor = tools.editor = NoteEdit(tools.canvas, note.text, partial(self._write, name), tools.view)
        at = tools.on_canvas(tools.scene.from_document((note.x, note.y)))
        box = tools.scene.note_items[name].box  # as large as the note is seen, and larger where that is too small to write in
        zoom = tools.view.zoom
        editor.setGeometry(at.x(), at.y(), max(180, round(box.width * zoom)), max(96, round(box.height * zoom) + 24))
        editor.show()
        editor.setFocus()
        return editor

    def _write(self, name: str, text: str) -> None:
        tools = self.tools
        tools.editor = None
        note = tools.controller.design.notes.get(ROOT, {}).get(name)
        if note is not None and note.text != text:
            new = msgspec.structs.replace(note, text=text) if text.strip() else None
            tools.do(commands.step("Write note" if new else "Delete note", [SetNote(id=name, note=new)]))
