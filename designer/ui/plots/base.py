"""A chart with axes, drawn by pyqtgraph and dressed by the theme. Everything with an x and a y is a `Chart`.

    class BatchSweep(Chart):
        near = "x"                                              # the mark nearest in x is read out; "point" asks to be close

        def __init__(self, parent=None):
            super().__init__("Batch sweep", Axis("batch", names=[(k, str(size)) for k, size in enumerate(SIZES)]),
                             Axis("images per second"), parent)

        def plot(self, look):                                   # drawn anew with every theme: take all colours from `look`
            self.bars(range(len(SIZES)), self.rates, look.color("text.muted"))
            self.set_marks(Mark(size, k, rate, f"Batch {size}", [("Images per second", f"{rate:.1f}")])
                           for k, (size, rate) in enumerate(zip(SIZES, self.rates)))

        def table(self):
            return Table(["batch", "images_per_second"], list(zip(SIZES, self.rates)))

Call `refresh()` when the numbers have changed; it may be called as often as they do. `picked` and `hovered` carry the keys of the
marks. `x_axis`, `y_axis` and `legend` may be set inside `plot`. On a logarithmic axis everything is still given as it is:
the helpers take the logarithm. Wheel, drag and double click zoom in x where `zooms` is set. `menu_actions()` gives the
actions for copying and saving, for a button beside the chart; the context menu has them already.

pyqtgraph is loaded by the first chart that is made, nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from designer.ui import theme
from designer.ui.painting import painting
from designer.ui.plots.drawing import Drawing, log
from designer.ui.plots.figure import Figure, Mark, Table
from designer.ui.plots.legend import Key, Shape, paint_key
from designer.ui.plots.ticks import Axis, Ticks, bytes_axis, plain, span, ticks
from designer.ui.theme import Theme

HEAD = 22  # px for the title of the y axis and the legend
FOOT = 20  # px for the ticks of the x axis
RIGHT = 14
TICK_GAP = 6  # px between a tick's text and the plot
TICK_ROOM = 34  # px that a tick of the y axis has for itself
CLOSE = 20.0  # px from a point that still mean it
MOST_ZOOM = 200.0


class Chart(Drawing):
    """Axes with numbers on them. A subclass writes `plot` and `table`, see the module."""

    near: ClassVar[Literal["x", "point"]] = "x"
    zooms: ClassVar[bool] = False

    def __init__(self, name: str, x: Axis, y: Axis, parent: QWidget | None = None) -> None:
        super().__init__(name, x, y, parent)
        self.legend: Sequence[Key] = ()
        self._ends = ((0.0, 1.0), (0.0, 1.0))  # of both axes with no zoom, logarithms where the axis is
        self._x_ticks: Ticks = []
        self._y_ticks: Ticks = []
        self._grid: list[Any] = []
        self._pressed: QPointF | None = None
        self._panned = False
        self._pointer: Any = None
        self._readout.raise_()

    # -- for subclasses ------------------------------------------------------------------------------------------------------

    def plot(self, look: Theme) -> None:
        """Draw the data with `bars`, `line`, `dots`, `words`, `rule`, `band`, and give the marks."""
        raise NotImplementedError

    # -- drawing ---------------------------------------------------------------------------------------------------------------

    def draw(self, look: Theme) -> None:
        for item in (*self._items, *self._grid, *([self._pointer] if self._pointer is not None else [])):
            self._box.removeItem(item)
        self._items.clear()
        self._grid.clear()
        self._pointer = None
        self._seen = [], []
        zoomed = self._zoomed()
        self.plot(look)
        self._view.setVisible(not self.message)
        if self.message:
            self.set_marks(())
            self._x_ticks, self._y_ticks, self.legend = [], [], ()
            self.update()
            return
        before = self._ends
        across, up = self._seen
        self._ends = _logs(self.x_axis, span(self.x_axis, across, tight=True)), _logs(self.y_axis, span(self.y_axis, up))
        (x0, x1), (y0, y1) = self._ends
        self._box.setYRange(y0, y1, padding=0)
        if not zoomed or self._ends[0] != before[0]:
            self._box.setXRange(x0, x1, padding=0)
        self._arrange()

    def _zoomed(self) -> bool:
        (low, high), _ = self._box.viewRange()
        return bool(high - low < (self._ends[0][1] - self._ends[0][0]) * (1 - 1e-6))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if not self._stale and not self.message:
            self._arrange()
            if self.current is not None:
                self.read_out(self.current)

    def _arrange(self) -> None:
        """Give the plot its place beside the texts of the ticks, and draw its grid."""
        look = theme.current()
        metrics = QFontMetricsF(look.font("number_small"))
        top = HEAD if self.y_axis.title or self.legend else 8
        height = max(1, self.height() - top - FOOT)
        (x0, x1), (y0, y1) = self._box.viewRange()
        self._y_ticks = ticks(self.y_axis, *self._values(self.y_axis, y0, y1), max(2, height // TICK_ROOM))
        left = math.ceil(max([0.0, *(metrics.horizontalAdvance(text) for _, text in self._y_ticks)])) + TICK_GAP + 2
        width = max(1, self.width() - left - self._right())
        self._view.setGeometry(left, top, width, height)
        low, high = self._values(self.x_axis, x0, x1)
        self._x_ticks = ticks(self.x_axis, low, high, 1000 if self.x_axis.names else max(2, width // 64))
        widest = max([1.0, *(metrics.horizontalAdvance(text) for _, text in self._x_ticks)])
        if not self.x_axis.names and len(self._x_ticks) * (widest + 12) > width:
            self._x_ticks = ticks(self.x_axis, low, high, max(1, int(width // (widest + 12))))
        for item in self._grid:
            self._box.removeItem(item)
        self._grid.clear()
        pen = self._pg.mkPen(look.color("border.subtle"), width=1)
        lines = [(0, self._y(value)) for value, _ in self._y_ticks]
        if self.near == "point":
            lines += [(90, self._x(value)) for value, _ in self._x_ticks]
        for angle, at in lines:
            item = self._pg.InfiniteLine(at, angle=angle, pen=pen)
            item.setZValue(-30)
            self._box.addItem(item, ignoreBounds=True)
            self._grid.append(item)
        self.update()

    def _right(self) -> int:
        """The margin at the right. Names of places need the whole row of ticks, so the title stands behind it."""
        if not self.x_axis.names or not self.x_axis.title:
            return RIGHT
        return RIGHT + 10 + math.ceil(QFontMetricsF(theme.current().font("caption")).horizontalAdvance(self.x_axis.title))

    def _values(self, axis: Axis, low: float, high: float) -> tuple[float, float]:
        return (10.0**low, 10.0**high) if axis.log else (low, high)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            if self.message:
                self.paint_message(painter)
            else:
                self._paint(painter)
            self.paint_focus(painter)

    def _paint(self, painter: QPainter) -> None:
        """The texts around the plot."""
        look = theme.current()
        plot = self._view.geometry()
        metrics = QFontMetricsF(look.font("number_small"))
        painter.setFont(look.font("caption"))
        painter.setPen(look.color("text.secondary"))
        title = QFontMetricsF(look.font("caption"))
        end = self._paint_legend(painter, look, plot)
        room = QRectF(plot.left(), 0, max(0.0, end - plot.left() - 8), HEAD - 2)
        text = title.elidedText(self.y_axis.title, Qt.TextElideMode.ElideRight, room.width())
        painter.setPen(look.color("text.secondary"))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        edge = float(self.width())
        if self.x_axis.title:
            painter.drawText(
                QRectF(plot.left(), plot.bottom() + 1, edge - RIGHT - plot.left(), FOOT - 2),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                self.x_axis.title,
            )
            edge -= RIGHT + title.horizontalAdvance(self.x_axis.title) + 10
        painter.setFont(look.font("number_small"))
        painter.setPen(look.color("text.muted"))
        for value, text in self._y_ticks:
            y = self._spot(0.0, self._y(value)).y()
            box = QRectF(0, y - 8, plot.left() - TICK_GAP, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        taken = 0.0
        for value, text in self._x_ticks:
            x = self._spot(self._x(value), 0.0).x()
            wide = metrics.horizontalAdvance(text)
            first = plot.left() if self.x_axis.names else 0.0  # a name at the corner would stand on the lowest number beside it
            begin = min(max(x - wide / 2, first), self.width() - wide)
            if begin + wide <= edge and begin >= taken:  # a name that would touch the one before is left out
                taken = begin + wide + 8
                box = QRectF(begin, plot.bottom() + 1, wide + 1, FOOT - 2)
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_legend(self, painter: QPainter, look: Theme, plot: Any) -> float:
        """From right to left; gives where it begins."""
        metrics = QFontMetricsF(look.font("caption"))
        x = float(self.width() - RIGHT)
        for key in reversed(self.legend):
            x -= metrics.horizontalAdvance(key.text)
            painter.setFont(look.font("caption"))
            painter.setPen(look.color("text.secondary"))
            painter.drawText(
                QRectF(x, 0, metrics.horizontalAdvance(key.text) + 1, HEAD - 2), Qt.AlignmentFlag.AlignVCenter, key.text
            )
            x -= 14
            paint_key(painter, key, QPointF(x + 4, (HEAD - 2) / 2))
            x -= 12
        return x

    # -- marks -----------------------------------------------------------------------------------------------------------------

    def _spot(self, x: float, y: float) -> QPointF:
        """A place of the view (logarithms where the axis is) in pixels of the chart."""
        (x0, x1), (y0, y1) = self._box.viewRange()
        plot = self._view.geometry()
        across = (x - x0) / ((x1 - x0) or 1.0)
        up = (y - y0) / ((y1 - y0) or 1.0)
        return QPointF(plot.left() + across * plot.width(), plot.top() + (1.0 - up) * plot.height())

    def place(self, mark: Mark) -> QPointF:
        spot = self._spot(self._x(mark.x), self._y(mark.y))
        plot = self._view.geometry()
        return QPointF(min(max(spot.x(), plot.left()), plot.right()), min(max(spot.y(), plot.top()), plot.bottom()))

    def mark_at(self, at: QPointF) -> Mark | None:
        if not self.marks or not self._view.geometry().adjusted(-4, -4, 4, 4).contains(at.toPoint()):
            return None
        if self.near == "x":
            (x0, x1), _ = self._box.viewRange()
            plot = self._view.geometry()
            x = x0 + (at.x() - plot.left()) / max(1, plot.width()) * (x1 - x0)
            return min(self.marks, key=lambda mark: abs(self._x(mark.x) - x))
        best, distance = None, CLOSE
        for mark in self.marks:
            spot = self._spot(self._x(mark.x), self._y(mark.y))
            away = math.hypot(spot.x() - at.x(), spot.y() - at.y())
            if away < distance:
                best, distance = mark, away
        return best

    def show_current(self) -> None:
        if self._pointer is not None:
            self._box.removeItem(self._pointer)
            self._pointer = None
        if self.current is None:
            return
        accent = theme.current().color("accent.base")
        x, y = self._x(self.current.x), self._y(self.current.y)
        if self.near == "x":
            self._pointer = self._pg.InfiniteLine(x, angle=90, pen=self._pg.mkPen(accent, width=1))
            self._pointer.setZValue(15)
        else:
            ring = self._pg.mkPen(accent, width=2)
            self._pointer = self._pg.ScatterPlotItem(x=[x], y=[y], symbol="o", size=16, pen=ring, brush=QColor(0, 0, 0, 0))
            self._pointer.setZValue(25)
        self._box.addItem(self._pointer, ignoreBounds=True)

    # -- the mouse -----------------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = event.position()
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton and self._zoomed():
            moved = at.x() - self._pressed.x()
            if self._panned or abs(moved) > 4:
                self._panned = True
                self._pressed = at
                (low, high), _ = self._box.viewRange()
                self._show(low - moved / max(1, self._view.width()) * (high - low), high - low)
                return
        self.point_at(at)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._panned = event.position(), False
        super().mousePressEvent(event)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton and self._pressed is not None:
            if not self._panned:
                self.pick(event.position())
            self._pressed = None
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.unzoom()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        turned = event.angleDelta().y()
        if not self.zooms or not turned:
            event.ignore()
            return
        (low, high), _ = self._box.viewRange()
        plot = self._view.geometry()
        share = min(max((event.position().x() - plot.left()) / max(1, plot.width()), 0.0), 1.0)
        whole = self._ends[0][1] - self._ends[0][0]
        wide = min(max((high - low) * 0.8 ** (turned / 120), whole / MOST_ZOOM), whole)
        self._show(low + share * (high - low) - share * wide, wide)
        event.accept()

    def unzoom(self) -> None:
        """Show all of the x axis again."""
        self._show(self._ends[0][0], self._ends[0][1] - self._ends[0][0])

    def _show(self, low: float, wide: float) -> None:
        first, last = self._ends[0]
        low = min(max(low, first), last - wide)
        self._box.setXRange(low, low + wide, padding=0)
        self._arrange()
        if self.current is not None:
            self.read_out(self.current)


def _logs(axis: Axis, ends: tuple[float, float]) -> tuple[float, float]:
    return (log(ends[0]), log(ends[1])) if axis.log else ends


__all__ = ["Axis", "Chart", "Figure", "Key", "Mark", "Shape", "Table", "bytes_axis", "paint_key", "plain"]
