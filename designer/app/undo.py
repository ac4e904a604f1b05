"""Undo: one command per gesture, holding edits as records and no object of the scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

from designer.graph.edits import Compound, Edit, Move

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
        self.edit = one_after_the_other(self.edit, other.edit)
        self.inverse = one_after_the_other(other.inverse, self.inverse)
        return True


def one_after_the_other(first: Edit, second: Edit) -> Edit:
    """What two steps of one drag come to. The second says anew all that the first said, but for places: the first may have stored
    those of blocks that were not dragged, which nobody stores twice."""
    moved = {part.scope: part for part in _parts(first) if isinstance(part, Move)}
    if not moved:
        return second
    edits: list[Edit] = []
    for part in _parts(second):
        before = moved.pop(part.scope, None) if isinstance(part, Move) else None
        if isinstance(part, Move) and before is not None:
            part = Move(scope=part.scope, positions={**before.positions, **part.positions})
        edits.append(part)
    edits = [*moved.values(), *edits]
    if len(edits) == 1 and not isinstance(second, Compound):
        return edits[0]
    return Compound(scope=second.scope, edits=tuple(edits), name=second.name if isinstance(second, Compound) else "")


def _parts(edit: Edit) -> tuple[Edit, ...]:
    return edit.edits if isinstance(edit, Compound) else (edit,)
