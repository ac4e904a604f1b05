"""Any two figures of the compared designs against each other, all presets faint behind them, with the Pareto front."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainterPath, QPen, QResizeEvent
from PySide6.QtWidgets import QGraphicsPathItem, QWidget

from designer.analysis.compare_entry import Entry
from designer.analysis.compare_scale import KINDS_OF_BYTES, written
from designer.analysis.compare_svg import SERIES, Dot, Known, Scatter, front_line, scatter
from designer.analysis.compare_totals import BY_KEY, Metric
from designer.ui.plots.base import Axis, Chart, Mark, Shape, Table
from designer.ui.theme import Theme

SHAPES: tuple[Shape, ...] = ("circle", "square", "triangle", "diamond")
KNOWN_SIZE, SERIES_SIZE = 7, 13
SHADE = 0.07


class ScatterChart(Chart):
    """`picked` carries the DESIGN text of a background dot, or the number of a compared design."""

    near = "point"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Scatter of two figures", Axis(), Axis(), parent)
        self.entries: Sequence[Entry] = ()
        self.known: Sequence[Known] = ()
        self.x_key, self.y_key = "macs", "params"
        self.least_top1: float | None = 70.0
        self.found: Scatter | None = None
        self._named_in = QRect()

    def choose(self, x: str, y: str, least_top1: float | None) -> None:
        """Show these two figures; only networks of this top-1 count for the front."""
        self.x_key, self.y_key, self.least_top1 = x, y, least_top1
        self.refresh()

    def show_entries(self, entries: Sequence[Entry], known: Sequence[Known]) -> None:
        """Show these designs before these networks."""
        self.entries, self.known = entries, known
        self.refresh()

    def front_text(self) -> str:
        """What the front is of."""
        if self.least_top1 is None:
            return "Pareto front"
        return f"Pareto front, top-1 of {self.least_top1:g} % and more"

    def draw(self, look: Theme) -> None:
        super().draw(look)
        if self._view.geometry() != self._named_in:  # names were placed for another size
            super().draw(look)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.refresh()

    def plot(self, look: Theme) -> None:
        self._named_in = QRect(self._view.geometry())
        found = self.found = scatter(self.entries, self.known, self.x_key, self.y_key, self.least_top1)
        self.x_axis = _axis(found.x, found.across.low, found.across.high)
        self.y_axis = _axis(found.y, found.along.low, found.along.high)
        self._see((found.across.low, found.across.high), (found.along.low, found.along.high))
        self._plot_front(look, found)
        faint = look.color("text.muted")
        seen = [dot for dot in found.dots if dot.series < 0]
        for hollow in (False, True):
            some = [dot for dot in seen if dot.recalled == hollow]
            self.dots([d.x for d in some], [d.y for d in some], faint, size=KNOWN_SIZE, hollow=hollow)
        for dot in found.dots:
            if dot.series >= 0:
                color = look.color(f"series.{SERIES[dot.series]}")
                self.dots([dot.x], [dot.y], color, shape=SHAPES[dot.series], size=SERIES_SIZE)
        self._name(look, found)
        self.set_marks(self._mark(found, dot) for dot in found.dots)

    def _plot_front(self, look: Theme, found: Scatter) -> None:
        line = front_line(found)
        if not line:
            return
        accent = look.color("accent.base")
        self.line([x for x, _ in line], [y for _, y in line], accent, dashed=True)
        worst_x = found.across.high if found.x.less is not False else found.across.low
        worst_y = found.along.high if found.y.less is not False else found.along.low
        area = QPainterPath()
        points = [QPointF(self._x(x), self._y(y)) for x, y in (*line, (worst_x, worst_y))]
        area.moveTo(points[0])
        for point in points[1:]:
            area.lineTo(point)
        area.closeSubpath()
        item = QGraphicsPathItem(area)
        shade = QColor(accent)
        shade.setAlphaF(SHADE)
        item.setPen(QPen(QColor(0, 0, 0, 0)))
        item.setBrush(shade)
        self.add(item, z=-25)

    def _name(self, look: Theme, found: Scatter) -> None:
        """Names beside dots: of the designs always, of others where there is room."""
        plot = QRectF(self._view.geometry())
        metrics = QFontMetricsF(look.font("caption"))
        taken: list[QRectF] = []
        if found.front:
            taken.append(self._name_front(look, found, plot, metrics))
        spots = [self._pixel(found, dot, plot) for dot in found.dots]
        taken += [QRectF(x - 5, y - 5, 10, 10) for (x, y) in spots]
        on_front = set(found.front)
        order = sorted(range(len(found.dots)), key=lambda k: (found.dots[k].series < 0, k not in on_front))
        for k in order:
            dot = found.dots[k]
            ours = dot.series >= 0
            wide = metrics.horizontalAdvance(dot.name) + (6 if ours else 2)
            for anchor, dx, dy in (((0.0, 0.5), 9, 0), ((1.0, 0.5), -9, 0), ((0.5, 1.0), 0, -6), ((0.5, 0.0), 0, 6)):
                x, y = spots[k][0] + dx, spots[k][1] + dy
                box = QRectF(x - anchor[0] * wide, y - anchor[1] * 16, wide, 16)
                inside = plot.width() < 10 or (
                    box.left() >= 0 and box.right() <= plot.width() and 0 <= box.top() <= plot.height() - 16
                )
                if inside and not any(map(box.intersects, taken)):
                    taken.append(box)
                    color = look.color("text.primary" if ours else "text.muted")
                    place = self._value(found, x, y, plot)
                    self.words(dot.name, *place, color, anchor=anchor, role="strong" if ours else "caption")
                    break

    def _name_front(self, look: Theme, found: Scatter, plot: QRectF, metrics: QFontMetricsF) -> QRectF:
        """What the line is, at its flat end; gives the room that takes."""
        text = self.front_text()
        y = (1 - found.along.place(found.dots[found.front[-1]].y)) * plot.height()
        wide = metrics.horizontalAdvance(text) + 4
        right = found.x.less is not False
        left = plot.width() - wide if right else 0.0
        below = y + 20 < plot.height()
        box = QRectF(left, y + 2 if below else y - 18, wide, 16)
        x = plot.width() - 4 if right else 4.0
        place = self._value(found, x, y + (2 if below else -2), plot)
        anchor = (1.0 if right else 0.0, 0.0 if below else 1.0)
        self.words(text, *place, look.color("text.link"), anchor=anchor)
        return box

    def _pixel(self, found: Scatter, dot: Dot, plot: QRectF) -> tuple[float, float]:
        return found.across.place(dot.x) * plot.width(), (1 - found.along.place(dot.y)) * plot.height()

    def _value(self, found: Scatter, x: float, y: float, plot: QRectF) -> tuple[float, float]:
        return _at(found.across.low, found.across.high, x / max(1.0, plot.width()), found.across.log), _at(
            found.along.low, found.along.high, 1 - y / max(1.0, plot.height()), found.along.log
        )

    def _mark(self, found: Scatter, dot: Dot) -> Mark:
        rows = [(found.y.title, found.y.write(dot.y)), (found.x.title, found.x.write(dot.x))]
        if dot.series >= 0:
            return Mark(dot.series, dot.x, dot.y, self.entries[dot.series].full, rows)
        known = next((one for one in self.known if one.design == dot.design), None)
        if known is not None and known.figures.get("top1") is not None and "top1" not in (self.x_key, self.y_key):
            rows.append(("Top-1", f"{known.figures['top1']:.1f} %{', recalled' if known.recalled else ''}"))
        return Mark(dot.design, dot.x, dot.y, dot.name, rows)

    def table(self) -> Table:
        found = scatter(self.entries, self.known, self.x_key, self.y_key, self.least_top1)
        front = set(found.front)
        rows = [
            [dot.name, "compared" if dot.series >= 0 else "preset", dot.x, dot.y, "true" if k in front else "false"]
            for k, dot in enumerate(found.dots)
        ]
        return Table(["design", "kind", self.x_key, self.y_key, "on_front"], rows)


def _axis(metric: Metric, low: float, high: float) -> Axis:
    """The axis of a figure, from end to end."""
    return Axis(
        metric.title,
        lambda value: written(metric.key, value),
        log=metric.key != "top1",
        binary=metric.key in KINDS_OF_BYTES,
        low=low,
        high=high,
    )


def _at(low: float, high: float, share: float, log: bool) -> float:
    if log:
        return float(low * (high / low) ** share)
    return low + share * (high - low)


CHOICES = tuple(BY_KEY)
"""Figures for the axes. A measured time only the compared designs have: then nothing stands behind them."""
