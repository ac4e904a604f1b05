"""The search field of a panel: a magnifying glass, what to type, and the key that does the same elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton, QWidget

from designer.ui import theme
from designer.ui.widgets import label


class SearchField(QLineEdit):
    """A field of 28 px. Escape empties it; while it is empty it shows a key."""

    def __init__(self, name: str, *, key: str = "", key_tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setProperty("role", "search")
        self.setFixedHeight(theme.current().size("field_search"))
        self._glass = QToolButton(self)
        self._glass.setIcon(theme.current().icon("search", "text.muted"))
        self._glass.setIconSize(QSize(16, 16))
        self._glass.setEnabled(True)
        self._glass.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._glass.setProperty("role", "close")
        self._glass.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._clear = QToolButton(self)
        self._clear.setIcon(theme.current().icon("x", "text.secondary", 14))
        self._clear.setIconSize(QSize(14, 14))
        self._clear.setProperty("role", "close")
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.setAccessibleName("Clear")
        self._clear.setToolTip("Clear")
        self._clear.clicked.connect(self.clear)
        self._key: QLabel | None = None
        if key:
            self._key = label(key, "key")
            self._key.setParent(self)
            self._key.setToolTip(key_tip)
            self._key.setCursor(Qt.CursorShape.ArrowCursor)
        self.textChanged.connect(self._show_parts)
        self._show_parts()

    def _show_parts(self) -> None:
        self._clear.setVisible(bool(self.text()))
        right = 26
        if self._key is not None:
            self._key.setVisible(not self.text())
            right = max(right, self._key.sizeHint().width() + 8) if not self.text() else right
        self.setTextMargins(22, 0, right, 0)
        self._place()

    def _place(self) -> None:
        middle = self.height() // 2
        self._glass.setGeometry(7, middle - 10, 20, 20)
        self._clear.setGeometry(self.width() - 25, middle - 10, 20, 20)
        if self._key is not None:
            size = self._key.sizeHint()
            self._key.setGeometry(self.width() - size.width() - 5, middle - size.height() // 2, size.width(), size.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
