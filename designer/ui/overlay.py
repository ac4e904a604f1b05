"""A card above the window that goes with Escape or a click beside it; command palette, shortcuts and the about card are such."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from designer.ui import theme
from designer.ui.painting import painting


class Overlay(QWidget):
    """Covers its window, dims it, and holds one card. Gives the focus back to who had it."""

    def __init__(self, window: QWidget, name: str, *, width: int, height: int | None = None, top: int | None = None) -> None:
        super().__init__(window)
        self._window = window
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._before: QWidget | None = None
        self._size = width, height, top
        self.card = QFrame(self)
        self.card.setProperty("role", "popover")
        self.card.setAccessibleName(name)
        self.column = QVBoxLayout(self.card)
        self.column.setContentsMargins(16, 16, 16, 16)
        self.column.setSpacing(8)
        window.installEventFilter(self)

    def open(self) -> None:
        """Show it in front of everything in the window."""
        self._before = self._window.focusWidget()  # not earlier: another overlay may just have given the focus back
        self._place()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Go away and give the focus back."""
        self._window.removeEventFilter(self)
        before, self._before = self._before, None
        if before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)  # before it hides: Qt would pass it to some field first
        self.hide()
        self.deleteLater()

    def _place(self) -> None:
        window = self._window
        self.setGeometry(window.rect())
        width, height, top = self._size
        width = min(width, window.width() - 32)
        wanted = height if height is not None else max(self.card.heightForWidth(width), self.card.sizeHint().height())
        height = min(wanted, window.height() - 32 - (top or 0))
        self.card.setGeometry(
            (window.width() - width) // 2, (window.height() - height) // 2 if top is None else top, width, height
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Resize and watched is self._window:
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # ours, not the canvas's
            return True
        return super().event(event)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: N802
        """Tab stays on the card while it covers the window."""
        takers = [
            one
            for one in self.card.findChildren(QWidget)
            if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isVisible() and one.isEnabled()
        ]
        if takers:
            focused = QApplication.focusWidget()
            at = takers.index(focused) if focused in takers else (-1 if next else 0)
            takers[(at + (1 if next else -1)) % len(takers)].setFocus(
                Qt.FocusReason.TabFocusReason if next else Qt.FocusReason.BacktabFocusReason
            )
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if not self.card.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            painter.fillRect(self.rect(), theme.current().color("bg.canvas", 0.55))
