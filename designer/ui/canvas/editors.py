"""Writing on the canvas itself: the name of a block in one line, a note in several."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
OURS = (Qt.Key.Key_Escape, *ENTER)


class NameEdit(QLineEdit):
    """Enter and a click elsewhere keep what was written, Escape does not."""

    def __init__(self, parent: QWidget, name: str, text: str, keep: Callable[[str], object], before: QWidget) -> None:
        super().__init__(text, parent)
        self.setAccessibleName(name)
        self._keep = keep
        self._before = before
        self._gone = False
        self.selectAll()

    def dismiss(self, *, keep: bool) -> None:
        """Go away and give the focus back."""
        if self._gone:
            return
        self._gone = True
        if self.hasFocus():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.hide()
        self.deleteLater()
        if keep:
            self._keep(self.text())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in OURS:
            event.accept()  # ours, whatever shortcut it is
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss(keep=False)
        elif event.key() in ENTER:
            self.dismiss(keep=True)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.dismiss(keep=True)


class NoteEdit(QPlainTextEdit):
    """Ctrl+Enter and a click elsewhere keep what was written, Escape does not. The first line is the title."""

    def __init__(self, parent: QWidget, text: str, keep: Callable[[str], object], before: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Note")
        self.setPlainText(text)
        self.setTabChangesFocus(True)
        self._keep = keep
        self._before = before
        self._gone = False
        self.selectAll()

    def dismiss(self, *, keep: bool) -> None:
        """Go away and give the focus back."""
        if self._gone:
            return
        self._gone = True
        if self.hasFocus():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.hide()
        self.deleteLater()
        if keep:
            self._keep(self.toPlainText())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in OURS:
            event.accept()  # ours, whatever shortcut it is
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss(keep=False)
        elif event.key() in ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.dismiss(keep=True)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.dismiss(keep=True)
