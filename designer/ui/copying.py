"""Everything that is put on the clipboard goes through here, so that the window can say so."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage


class _Notifier(QObject):
    copied = Signal()


@cache
def notifier() -> _Notifier:
    """Emits `copied` whenever something was put on the clipboard."""
    return _Notifier()


def copy(what: str | QImage | QMimeData) -> None:
    """Put a text, a picture, or one thing in several formats on the clipboard."""
    clipboard = QGuiApplication.clipboard()
    if isinstance(what, str):
        clipboard.setText(what)
    elif isinstance(what, QImage):
        clipboard.setImage(what)
    else:
        clipboard.setMimeData(what)
    notifier().copied.emit()
