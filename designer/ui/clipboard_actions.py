"""Cut, copy, paste and duplicate on the canvas."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtGui import QGuiApplication

from blocks.errors import LightdesignerError
from designer.app import clipboard, deleting
from designer.ui import copying
from designer.ui.canvas.gestures import notes

if TYPE_CHECKING:
    from designer.ui.canvas_actions import CanvasActions


class ClipboardActions:
    """Blocks and notes on their way to and from the system's clipboard."""

    def __init__(self, tools: CanvasActions) -> None:
        self.tools = tools

    def handlers(self) -> dict[str, Callable[[], object]]:
        """The actions that this does, by id."""
        return {
            "edit.cut": self.cut,
            "edit.copy": self.copy,
            "edit.paste": self.paste,
            "edit.duplicate": self.duplicate,
        }

    def copy(self) -> bool:
        """The selected blocks and notes as text on the system's clipboard."""
        tools = self.tools
        controller, chosen = tools.controller, notes.selected_notes(tools.view)
        if not controller.selection and not chosen:
            return False
        try:
            places = tools.scene.places()
            text = clipboard.copied(controller.design, controller.selection, places, notes=chosen, engine=controller.engine)
        except LightdesignerError as problem:
            tools.say(str(problem))
            return False
        copying.copy(text)
        return True

    def cut(self) -> bool:
        """Copy, then delete."""
        tools = self.tools
        if not self.copy():
            return False
        controller = tools.controller
        step = deleting.delete(controller.design, controller.selection, notes=notes.selected_notes(tools.view))
        return tools.do(msgspec.structs.replace(step, name=step.name.replace("Delete", "Cut", 1)))

    def paste(self) -> bool:
        """What is on the clipboard, at the pointer where it is over the canvas."""
        tools = self.tools
        text = QGuiApplication.clipboard().text()
        pointer, places = tools.pointer(), tools.scene.places()
        at = tools.scene.to_document(pointer) if pointer is not None else None
        before = set(tools.scene.note_items)
        done = tools.attempt(lambda: clipboard.pasted(tools.controller.design, text, at, places=places))
        if done:
            notes.select_notes(tools.view, tools.scene.note_items.keys() - before)
            tools.bring_into_view(tools.controller.selection)
        return done

    def duplicate(self) -> bool:
        """A copy beside the selected blocks and notes; the clipboard stays as it is."""
        tools = self.tools
        controller, places = tools.controller, tools.scene.places()
        chosen, before = notes.selected_notes(tools.view), set(tools.scene.note_items)
        done = tools.attempt(lambda: clipboard.duplicated(controller.design, controller.selection, places, notes=chosen))
        if done:
            notes.select_notes(tools.view, tools.scene.note_items.keys() - before)
        return done
