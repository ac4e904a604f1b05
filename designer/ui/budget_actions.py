"""The budget of a window: asked for in a dialog, kept for all designs, shown in the line at the bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from designer.app.settings import BUDGET, Settings
from designer.ui.window_actions import Actions

if TYPE_CHECKING:
    from designer.ui.status_bar import StatusBar


class BudgetActions(QObject):
    """Offers `design.budget`."""

    def __init__(self, window: QWidget, actions: Actions, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._status: StatusBar | None = None
        actions.offer("design.budget", self.ask)
        settings.changed.connect(self._setting_changed)

    def show_in(self, status: StatusBar) -> None:
        """Show how designs stand to it there."""
        self._status = status
        status.budget.clicked.connect(self.ask)
        self._setting_changed(BUDGET.key)

    def ask(self) -> None:
        """Ask for the most that designs may cost."""
        from designer.ui.dialogs.budget import SET, BudgetDialog
        from designer.ui.dialogs.question import CANCEL

        now = self._status.figures() if self._status is not None else {}
        dialog = BudgetDialog(dict(self._settings.get(BUDGET)), now, self._window)

        def answered() -> None:
            if dialog.answer != CANCEL:
                self._settings.set(BUDGET, [list(one) for one in dialog.limits.items()] if dialog.answer == SET else [])
            dialog.deleteLater()

        dialog.finished.connect(answered)
        dialog.open()

    def _setting_changed(self, key: str) -> None:
        if key == BUDGET.key and self._status is not None:
            self._status.set_budget(self._settings.get(BUDGET))
