"""The miniature of a preset, drawn from the rectangles of `resources/catalogue.json` in the colours of the theme."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from designer.app.cards import Bar
from designer.ui import theme

GRID = (30, 36)
"""Width and height of the grid in which bars are given, in px."""

FRAME = 48
"""Side of the frame around it."""


def paint_miniature(painter: QPainter, x: float, y: float, bars: Iterable[Bar]) -> None:
    """Draw a miniature in its frame of FRAME x FRAME px with the top left corner at (x, y)."""
    look = theme.current()
    painter.setPen(QPen(look.color("border.default"), 1))
    painter.setBrush(look.color("bg.canvas"))
    painter.drawRoundedRect(QRectF(x + 0.5, y + 0.5, FRAME - 1, FRAME - 1), 4, 4)
    painter.setPen(Qt.PenStyle.NoPen)
    left, top = x + (FRAME - GRID[0]) // 2, y + (FRAME - GRID[1]) // 2
    for bar in bars:
        box = QRectF(left + bar.x, top + bar.y, bar.width, bar.height)
        painter.setBrush(look.category(bar.category))
        painter.drawRoundedRect(box, 1, 1)
