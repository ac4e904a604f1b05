"""A card with a title, and what may stand at the right end of it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from designer.ui import theme
from designer.ui.widgets import CutLabel, label, line, without_margins

PAD = 16


class Card(QFrame):
    """A box with a head of its own. What it holds goes into `body`."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName(title)
        column = without_margins(QVBoxLayout(self))
        column.setContentsMargins(1, 1, 1, 1)
        head = QWidget()
        head.setFixedHeight(theme.current().size("panel_header"))
        self.head = without_margins(QHBoxLayout(head), 8)
        self.head.setContentsMargins(PAD - 1, 0, PAD - 1, 0)
        self.title = CutLabel("panel-title")
        self.title.setText(title)
        self.note = label("", "caption")
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self.head.addWidget(self.note)
        column.addWidget(head)
        column.addWidget(line())
        self.body = without_margins(QVBoxLayout())
        column.addLayout(self.body, 1)


def padded(layout: QBoxLayout, top: int = 0, bottom: int = 0) -> None:
    """The margins of what stands in a card."""
    layout.setContentsMargins(PAD - 1, top, PAD - 1, bottom)


class Marked(QWidget):
    """A sentence behind an icon that says the same without colour."""

    def __init__(self, role: str = "", *, wrap: bool = True) -> None:
        super().__init__()
        row = without_margins(QHBoxLayout(self), 8)
        self.mark = QLabel()
        self.mark.setFixedSize(16, 16)
        self.words = label("", role, wrap=wrap)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop if wrap else Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.words, 1)
        self._icon = ("", "")
        theme.notifier().changed.connect(self._recolour)

    @property
    def text(self) -> str:
        return self.words.text()

    def say(self, icon: str, color: str, text: str) -> None:
        self._icon = icon, color
        self.words.setText(text)
        self.setAccessibleName(text)
        self._recolour()

    def _recolour(self) -> None:
        if self._icon[0]:
            icon = theme.current().icon(*self._icon)
            self.mark.setPixmap(icon.pixmap(QSize(16, 16), self.devicePixelRatio()))
