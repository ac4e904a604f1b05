"""What tells compared designs apart, colour and mark, and the triangles that say better or worse without colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from designer.analysis.compare_totals import BETTER, DOWN
from designer.ui import theme
from designer.ui.painting import painting

SERIES = ("a", "b", "c", "d")
SHAPES = ("circle", "square", "triangle", "diamond")
TINT = 0.28  # of the fill of an outlined bar


def color_of(series: int) -> QColor:
    """The colour of a compared design. Never the only sign: the mark repeats it."""
    return theme.current().color(f"series.{SERIES[series]}")


def paint_mark(painter: QPainter, series: int, at: QPointF, size: float = 8.0) -> None:
    """Circle, square, triangle or diamond, `size` px wide."""
    half = size / 2
    x, y = at.x(), at.y()
    painter.save()
    painter.setPen(QPen(Qt.PenStyle.NoPen))
    painter.setBrush(color_of(series))
    shape = SHAPES[series]
    if shape == "circle":
        painter.drawEllipse(at, half, half)
    elif shape == "square":
        painter.drawRect(QRectF(x - half, y - half, size, size))
    elif shape == "triangle":
        painter.drawPolygon(
            QPolygonF([QPointF(x, y - half * 1.15), QPointF(x + half * 1.2, y + half), QPointF(x - half * 1.2, y + half)])
        )
    else:
        reach = half * 1.3
        painter.drawPolygon(
            QPolygonF([QPointF(x, y - reach), QPointF(x + reach, y), QPointF(x, y + reach), QPointF(x - reach, y)])
        )
    painter.restore()


def paint_verdict(painter: QPainter, verdict: str, way: str, at: QPointF) -> None:
    """A triangle that points where the figure went: filled where that is better, hollow where it is worse."""
    if not verdict:
        return
    up = -1.0 if way == DOWN else 1.0
    x, y = at.x(), at.y()
    color = theme.current().color(f"state.{verdict}")
    painter.save()
    if verdict == BETTER:
        painter.setPen(QPen(Qt.PenStyle.NoPen))
        painter.setBrush(color)
        size = 4.0
    else:
        painter.setPen(QPen(color, 1.3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        size = 3.5
    painter.drawPolygon(
        QPolygonF(
            [QPointF(x - size, y + up * size * 0.85), QPointF(x + size, y + up * size * 0.85), QPointF(x, y - up * size * 0.85)]
        )
    )
    painter.restore()


def paint_bar(painter: QPainter, area: QRectF, share: float, series: int, *, outlined: bool = False) -> None:
    """A part of a track: MACs solid, time outlined."""
    look = theme.current()
    painter.save()
    painter.setPen(QPen(Qt.PenStyle.NoPen))
    painter.setBrush(look.color("bg.hover"))
    painter.drawRoundedRect(area, 2, 2)
    if share > 0:
        color = color_of(series)
        filled = QRectF(area.left(), area.top(), max(2.0, area.width() * min(1.0, share)), area.height())
        if outlined:
            painter.setPen(QPen(color, 1))
            painter.setBrush(look.color(f"series.{SERIES[series]}", TINT))
            filled = filled.adjusted(0.5, 0.5, -0.5, -0.5)
        else:
            painter.setBrush(color)
        painter.drawRoundedRect(filled, 2, 2)
    painter.restore()


class MarkWidget(QWidget):
    """The mark alone."""

    def __init__(self, series: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.series = series
        self.setFixedSize(QSize(14, 16))
        theme.notifier().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            paint_mark(painter, self.series, QPointF(7, 8), 10)
