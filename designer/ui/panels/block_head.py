"""The head of the inspector: glyph, name and kind of what is selected."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from designer.ui import theme
from designer.ui.panels.cost_card import PAD
from designer.ui.widgets import label, without_margins


class Head(QWidget):
    """Glyph, name and kind of what is selected."""

    def __init__(self) -> None:
        super().__init__()
        row = without_margins(QHBoxLayout(self), 12)
        row.setContentsMargins(PAD, 12, 12, 12)
        box = QFrame()
        box.setProperty("role", "card")
        box.setFixedSize(34, 34)
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        without_margins(QHBoxLayout(box)).addWidget(self._icon)
        self.name = label("", "block-title")
        self.kind = label("", "caption")
        self.kind.setWordWrap(True)
        column = without_margins(QVBoxLayout(), 0)
        column.addWidget(self.name)
        column.addWidget(self.kind)
        row.addWidget(box, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        self.buttons = without_margins(QHBoxLayout(), 2)
        row.addLayout(self.buttons)
        self._shown: tuple[str, str] = ("", "")

    def show_names(self, name: str, kind: str, glyph: str, category: str) -> None:
        self.name.setText(name)
        self.name.setToolTip(name)
        self.kind.setText(kind)
        self.setAccessibleName(f"{name}, {kind}")
        if (glyph, category) != self._shown:
            self._shown = (glyph, category)
            self.draw_icon()

    def draw_icon(self) -> None:
        glyph, category = self._shown
        if glyph:
            look = theme.current()
            color = look.category(category) if category else look.color("text.secondary")
            self._icon.setPixmap(look.pixmap(glyph, color, 20, self.devicePixelRatio()))
