"""Asks where the picture or the table of a figure goes, and writes it; says so when that fails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from designer.ui.dialogs.question import Choice, Question

if TYPE_CHECKING:
    from designer.ui.plots.figure import Figure

_KINDS = {"picture": ("Save picture", "PNG pictures (*.png)", "png"), "csv": ("Save CSV", "CSV tables (*.csv)", "csv")}


def ask_and_save(figure: Figure, what: str) -> None:
    """`what` is `picture` or `csv`."""
    title, kinds, suffix = _KINDS[what]
    path = choose_file(figure, title, kinds, f"{figure.name.lower().replace(' ', '_')}.{suffix}")
    if path is None:
        return
    try:
        (figure.save_picture if what == "picture" else figure.save_csv)(path)
    except OSError as error:
        reason = error.strerror or str(error)
        question = Question(
            "The file was not written", f"{path}: {reason}", [Choice("ok", "Close", "primary")], parent=figure.window()
        )
        question.exec()
        question.deleteLater()


def choose_file(parent: QWidget, title: str, kinds: str, name: str) -> Path | None:
    """Where to write, None where a person cancels. The dialog asks before it gives a file that exists."""
    dialog = QFileDialog(parent, title, "", kinds)
    try:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(name).suffix[1:])
        dialog.selectFile(name)
        return Path(dialog.selectedFiles()[0]) if dialog.exec() else None
    finally:
        dialog.deleteLater()
