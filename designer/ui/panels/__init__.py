"""The panels in the docks, each built when it is first seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QUndoView, QWidget

if TYPE_CHECKING:
    from designer.ui.main_window import MainWindow


def make(dock_id: str, window: MainWindow) -> QWidget:
    """The panel of a dock, connected to its window."""
    if dock_id == "history":
        view = QUndoView(window.undo_group)
        view.setEmptyLabel("As it was opened")
        view.setAccessibleName("Steps")
        return view
    return QWidget()
