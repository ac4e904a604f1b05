"""For what opens at the first click and is double-clicked all the same."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication


class _SecondClick(QObject):
    """Takes the next press of a mouse button if that is the second of a double-click, then is gone."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        kind = event.type()
        if kind not in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            return False
        self.deleteLater()
        return kind == QEvent.Type.MouseButtonDblClick


def keep_back_second_click() -> None:
    """Keep the second click of a double-click from what has come to lie under the pointer since the first."""
    application = QApplication.instance()
    assert application is not None
    for before in application.findChildren(_SecondClick):
        application.removeEventFilter(before)
        before.deleteLater()
    application.installEventFilter(_SecondClick(application))
