"""The ground of the canvas: its colour and a grid of dots, kept as a picture that is drawn anew only when the zoom changes."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPixmap, QTransform

from designer.ui import theme

CLOSEST = 16.0  # px of the screen between two dots at least


class Ground:
    """Dots 24 scene px apart, or twice, four times ... as far where they would stand too close."""

    def __init__(self) -> None:
        self._key: object = None
        self._picture = QPixmap()

    def paint(self, painter: QPainter, transform: QTransform, size: QSize, ratio: float) -> None:
        """Fill a view of this size whose scene is seen through `transform`; the painter is in px of the view."""
        look = theme.current()
        spacing = look.size("canvas.grid") * transform.m11()
        while spacing < CLOSEST:
            spacing *= 2
        key = (look.name, round(spacing, 4), size.width(), size.height(), ratio)
        if self._key != key:
            self._key, self._picture = key, _dots(look, spacing, size, ratio)
        painter.drawPixmap(QPointF(transform.dx() % spacing - spacing, transform.dy() % spacing - spacing), self._picture)


def _dots(look: theme.Theme, spacing: float, size: QSize, ratio: float) -> QPixmap:
    columns, rows = math.ceil(size.width() / spacing) + 2, math.ceil(size.height() / spacing) + 2
    picture = QPixmap(math.ceil(columns * spacing * ratio), math.ceil(rows * spacing * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(look.color("bg.canvas"))
    side = look.size("canvas.dot")
    row = QPixmap(picture.width(), math.ceil(side * ratio) + 1)
    row.setDevicePixelRatio(ratio)
    row.fill(look.color("bg.canvas"))
    painter = QPainter(row)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for column in range(columns):
        painter.fillRect(QRectF(column * spacing, 0, side, side), look.color("grid.dot"))
    painter.end()
    painter = QPainter(picture)
    for line in range(rows):
        painter.drawPixmap(QPointF(0, line * spacing), row)
    painter.end()
    return picture
