"""What charts draw with: bars, lines, points, texts, rules and strips as items of pyqtgraph, in values of the axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QWidget

from designer.ui import theme
from designer.ui.plots.figure import Figure
from designer.ui.plots.legend import Shape, thin
from designer.ui.plots.ticks import Axis

Colors = QColor | Sequence[QColor]

_SYMBOLS = {"circle": "o", "square": "s", "triangle": "t1", "diamond": "d"}


class Drawing(Figure):
    """A view on values. On a logarithmic axis everything is given as it is: the logarithm is taken here.

    pyqtgraph is loaded by the first one that is made, nowhere else.
    """

    def __init__(self, name: str, x: Axis, y: Axis, parent: QWidget | None = None) -> None:
        import pyqtgraph

        super().__init__(name, parent)
        self._pg: Any = pyqtgraph
        self.x_axis, self.y_axis = x, y
        self._seen: tuple[list[float], list[float]] = [], []
        self._items: list[Any] = []
        self._view: Any = pyqtgraph.GraphicsView(self, useOpenGL=False, background=None)
        self._view.setAntialiasing(True)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # the chart itself looks at the mouse
        self._box: Any = pyqtgraph.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0.0)
        self._box.disableAutoRange()
        self._view.setCentralItem(self._box)

    def bars(
        self,
        places: Iterable[float],
        heights: Iterable[float],
        color: Colors,
        *,
        width: float = 0.75,
        bottoms: Sequence[float] | None = None,
        outlined: bool = False,
    ) -> None:
        """Upright bars; from the low end of the axis or from `bottoms`."""
        xs, tops = list(places), list(heights)
        feet = list(bottoms) if bottoms is not None else [0.0 if not self.y_axis.log else 1e-300] * len(xs)
        self._see(xs, (*tops, *(bottoms or ())))
        low = [self._y(foot) for foot in feet]
        high = [max(self._y(top), foot) for top, foot in zip(tops, low, strict=True)]
        brushes = list(color) if not isinstance(color, QColor) else [color] * len(xs)
        self._see((xs[0] - 0.5, xs[-1] + 0.5) if xs and not self.x_axis.log else (), ())
        pens = [self._pg.mkPen(one, width=1.5) for one in brushes] if outlined else [self._pg.mkPen(None)] * len(xs)
        fills = [thin(one) for one in brushes] if outlined else brushes
        if xs:
            self.add(self._pg.BarGraphItem(x=xs, y0=low, y1=high, width=width, brushes=fills, pens=pens))

    def line(
        self,
        xs: Iterable[float],
        ys: Iterable[float],
        color: QColor,
        *,
        width: float = 1.5,
        dashed: bool = False,
        steps: bool = False,
        fill: QColor | None = None,
    ) -> None:
        """A line through points; with `steps` each value reaches half way to its neighbours. `fill` fills down to 0."""
        across, up = list(xs), list(ys)
        if not across:
            return
        self._see(across, up)
        pen = self._pg.mkPen(color, width=width, style=Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine)
        heights = [self._y(value) for value in up]
        places = [self._x(value) for value in across]
        if steps:
            between = [(a + b) / 2 for a, b in pairwise(places)]
            first, last = places[0] - 0.5, places[-1] + 0.5
            places = [first, *between, last]
            self._see((first, last), ())
        mode = "center" if steps else None
        if fill is not None:  # an item of its own: pyqtgraph's outline of a filled curve goes down its sides
            nothing = self._pg.mkPen(None)
            self.add(self._pg.PlotCurveItem(x=places, y=heights, pen=nothing, stepMode=mode, fillLevel=self._y(0.0), brush=fill))
        self.add(self._pg.PlotCurveItem(x=places, y=heights, pen=pen, stepMode=mode, antialias=True))

    def dots(
        self,
        xs: Iterable[float],
        ys: Iterable[float],
        color: Colors,
        *,
        shape: Shape = "circle",
        size: float = 8,
        hollow: bool = False,
    ) -> None:
        """Points, filled or hollow."""
        across, up = list(xs), list(ys)
        if not across:
            return
        self._see(across, up)
        nothing, clear = self._pg.mkPen(None), QColor(0, 0, 0, 0)
        if isinstance(color, QColor):  # lists cost a pen for each point
            edges: Any = self._pg.mkPen(color, width=1.5)
            fill: Any = color
        else:
            edges, fill = [self._pg.mkPen(one, width=1.5) for one in color], list(color)
        self.add(
            self._pg.ScatterPlotItem(
                x=[self._x(value) for value in across],
                y=[self._y(value) for value in up],
                symbol=_SYMBOLS[shape],
                size=size,
                pen=edges if hollow else nothing,
                brush=clear if hollow else fill,
                antialias=True,
            )
        )

    def words(
        self,
        text: str,
        x: float,
        y: float,
        color: QColor,
        *,
        anchor: tuple[float, float] = (0.0, 0.5),
        role: str = "caption",
        angle: float = 0.0,
    ) -> None:
        """A text at a place. `anchor` is the point of the text that stands there: 0, 0 is its upper left corner."""
        item = self._pg.TextItem(text, color=color, anchor=anchor, angle=angle)
        item.setFont(theme.current().font(role))
        item.setPos(self._x(x), self._y(y))
        self.add(item, z=20)

    def rule(self, color: QColor, *, x: float | None = None, y: float | None = None, dashed: bool = True) -> None:
        """A straight line across the chart at one x or one y; the axis makes room for it."""
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        pen = self._pg.mkPen(color, width=1, style=style)
        if x is not None:
            self._see((x,), ())
            self.add(self._pg.InfiniteLine(self._x(x), angle=90, pen=pen))
        if y is not None:
            self._see((), (y,))
            self.add(self._pg.InfiniteLine(self._y(y), angle=0, pen=pen))

    def band(self, x0: float, x1: float, color: QColor) -> None:
        """A strip of colour behind everything, from top to bottom, between two x."""
        self._see((x0, x1), ())
        low, high = self._x(x0), self._x(x1)
        item = QGraphicsRectItem(QRectF(low, -1e6 if self.y_axis.log else -1e15, high - low, 2e6 if self.y_axis.log else 2e15))
        item.setPen(QPen(Qt.PenStyle.NoPen))
        item.setBrush(color)
        self.add(item, z=-20)

    def include(self, xs: Iterable[float] = (), ys: Iterable[float] = ()) -> None:
        """Let the axes reach so far, whether anything is there or not."""
        self._see(xs, ys)

    def add(self, item: Any, z: float = 0.0) -> None:
        """Put an item of pyqtgraph into the chart, until the next drawing. Its places are those of the view: on a logarithmic
        axis, logarithms to base 10."""
        item.setZValue(z)
        self._box.addItem(item, ignoreBounds=True)
        self._items.append(item)

    def _see(self, xs: Iterable[float], ys: Iterable[float]) -> None:
        self._seen[0].extend(xs)
        self._seen[1].extend(ys)

    def _x(self, value: float) -> float:
        return log(value) if self.x_axis.log else float(value)

    def _y(self, value: float) -> float:
        return log(value) if self.y_axis.log else float(value)


def log(value: float) -> float:
    return math.log10(value) if value > 0 else -300.0
