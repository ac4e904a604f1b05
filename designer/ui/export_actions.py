"""Exporting from one window: the action, the dialog, and where its files go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from designer.app.obstacle import obstacle
from designer.ui.actions import NO_DOCUMENT

if TYPE_CHECKING:
    from designer.app.export_job import Written
    from designer.app.worker_client import WorkerClient
    from designer.ui.dialogs.export import ExportDialog
    from designer.ui.main_window import MainWindow


class ExportActions(QObject):
    """Offers `file.export`. `worker` is asked for when somebody exports."""

    def __init__(self, window: MainWindow, worker: Callable[[], WorkerClient]) -> None:
        super().__init__(window)
        self._window = window
        self._worker = worker
        self.dialog: ExportDialog | None = None
        window.actions_.offer("file.export", self.open, self.why_not)

    def why_not(self) -> str:
        """Why the design in front cannot be exported, in a short sentence; empty when it can."""
        controller = self._window.controller
        return obstacle(controller.engine) if controller is not None else NO_DOCUMENT

    def open(self) -> None:
        """Show the dialog for the document in front."""
        from designer.ui.dialogs.export import ExportDialog

        controller = self._window.controller
        if controller is None or self.dialog is not None:
            return
        folder = controller.path.parent if controller.path is not None else self._folder()
        dialog = self.dialog = ExportDialog(controller, self._worker(), folder, self._window)
        dialog.exported.connect(self._exported)
        dialog.finished.connect(self._closed)
        self._window.closed.connect(dialog.give_up)
        dialog.open()

    def _folder(self) -> Path:
        return self._window.settings.last_folder()

    def _exported(self, written: Written) -> None:
        self._window.say(f"Exported {written.files[0].name}.")

    def _closed(self, _: int) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
