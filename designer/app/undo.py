"""Undo: one command per gesture, holding edits as records and no object of the scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

from designer.graph.edits import Edit

if TYPE_CHECKING:
    from designer.app.controller import Controller

MERGE_ID = 1


class EditCommand(QUndoCommand):
    """An edit that was applied before it was pushed; undo applies its inverse, redo the edit again."""

    def __init__(self, controller: Controller, edit: Edit, inverse: Edit, text: str, merge: str = "") -> None:
        super().__init__(text)
        self.controller = controller
        self.edit = edit
        self.inverse = inverse
        self.merge_key = merge
        self._applied = True

    def redo(self) -> None:
        if self._applied:  # Qt calls redo when the command is pushed
            self._applied = False
            return
        self.controller.follow(self.edit, self.edit.apply(self.controller.design))

    def undo(self) -> None:
        self.controller.follow(self.inverse, self.inverse.apply(self.controller.design))

    def id(self) -> int:
        return MERGE_ID if self.merge_key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802  # Qt's name
        """Swallow the next step of the same drag: its edit is the latest, our inverse leads back to before the drag."""
        if not isinstance(other, EditCommand) or not self.merge_key or other.merge_key != self.merge_key:
            return False
        self.edit = other.edit
        return True
