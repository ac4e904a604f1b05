"""What the marks of a chart mean: the lines of its legend."""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

Shape = Literal["circle", "square", "triangle", "diamond", "line", "dashed", "outline"]


class Key(NamedTuple):
    """A line of the legend: a mark and what it means."""

    shape: Shape
    color: QColor
    text: str


def paint_key(painter: QPainter, key: Key, at: QPointF) -> None:
    """The mark of a line of a legend, 8 px around a point."""
    painter.save()
    painter.setPen(QPen(Qt.PenStyle.NoPen))
    painter.setBrush(key.color)
    x, y = at.x(), at.y()
    if key.shape == "circle":
        painter.drawEllipse(at, 4, 4)
    elif key.shape == "square":
        painter.drawRect(QRectF(x - 4, y - 4, 8, 8))
    elif key.shape == "triangle":
        painter.drawPolygon(QPolygonF([QPointF(x - 4.5, y + 4), QPointF(x + 4.5, y + 4), QPointF(x, y - 4)]))
    elif key.shape == "diamond":
        painter.drawPolygon(QPolygonF([QPointF(x - 5, y), QPointF(x, y - 5), QPointF(x + 5, y), QPointF(x, y + 5)]))
    elif key.shape == "outline":
        painter.setPen(QPen(key.color, 1.5))
        painter.setBrush(thin(key.color))
        painter.drawRect(QRectF(x - 4, y - 4, 8, 8))
    else:
        style = Qt.PenStyle.DashLine if key.shape == "dashed" else Qt.PenStyle.SolidLine
        painter.setPen(QPen(key.color, 2, style))
        painter.drawLine(QPointF(x - 6, y), QPointF(x + 5, y))
    painter.restore()


def thin(color: QColor) -> QColor:
    """The same colour, nearly transparent."""
    made = QColor(color)
    made.setAlphaF(0.25)
    return made
