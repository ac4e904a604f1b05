"""The roofline: what each block reaches beside what this machine allows at its arithmetic intensity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QWidget

from designer.analysis.measured import Bound, Roof
from designer.analysis.roofline import reachable, ridge
from designer.ui import numbers, theme, units
from designer.ui.plots.base import Axis, Chart, Mark, Shape, Table
from designer.ui.theme import Theme

SHAPES: dict[Bound, Shape] = {"memory": "square", "compute": "circle", "overhead": "diamond"}
COLORS: dict[Bound, str] = {"memory": "category.pooling", "compute": "category.conv", "overhead": "category.merge"}
SIZES: dict[Bound, float] = {"memory": 9.0, "compute": 10.0, "overhead": 11.0}
MOST_NAMES = 6
AWAY = 8.0  # px between a point and its name
ROUND = 5.0  # px that a name keeps from the ends of the plot: its letters are drawn a little apart from its point
OVER_PEAK = 22.0  # px for the words over the roof


class Point(NamedTuple):
    """One block: MACs for each byte it moves, GMACs a second that it reached."""

    key: str
    name: str
    macs_per_byte: float
    gmacs_per_s: float
    bound: Bound
    ms: float
    save_ms: float
    estimated: bool = False


class Roofline(Chart):
    """Blocks under the roof of a machine. `show_points` says what there is; `highlight` rings one and says how far it is."""

    near = "point"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Roofline", Axis("MAC/byte", log=True), Axis("GMAC/s", log=True), parent)
        self.points: Sequence[Point] = ()
        self.roof: Roof | None = None
        self._taken: list[QRectF] = []  # where the roof and its words stand, in pixels of the plot
        self._said: list[QRectF] = []  # its words alone
        units.notifier().changed.connect(self.refresh)

    def show_points(self, points: Sequence[Point], roof: Roof | None) -> None:
        """The blocks that have a place here, and the roof, None before it was measured."""
        self.points, self.roof = points, roof
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.refresh()  # names and the slope of the roof depend on the size

    # -- drawing ---------------------------------------------------------------------------------------------------------------

    def plot(self, look: Theme) -> None:
        self._arrange()  # the size may be another than at the last drawing
        times = 2 if units.name() == units.FLOPS else 1
        work = units.name().removesuffix("s")
        low_x, high_x, low_y, high_y = self._span()
        self.x_axis = Axis(f"{work}/byte", log=True, low=low_x * times, high=high_x * times)
        self.y_axis = Axis(f"G{work}/s", log=True, low=low_y * times, high=high_y * times)
        self._taken, self._said = [], []
        if self.roof is not None:
            self._plot_roof(look, self.roof, times, low_x, high_x)
        chosen = next((point for point in self.points if point.key in self.highlighted), None)
        if chosen is not None and self.roof is not None:
            self._plot_distance(look, chosen, self.roof, times)
        for bound, shape in SHAPES.items():
            mine = [point for point in self.points if point.bound == bound]
            self.dots(
                [point.macs_per_byte * times for point in mine],
                [point.gmacs_per_s * times for point in mine],
                look.color(COLORS[bound]),
                shape=shape,
                size=SIZES[bound],
            )
        for point in self.points:
            if point.key in self.highlighted:
                self._ring(point, times, look)
        legend = self._plot_legend(look)
        self._plot_names(look, times, legend)
        self.set_marks(self._mark(point, times) for point in self.points)

    def _span(self) -> tuple[float, float, float, float]:
        """The ends of both axes in MACs, wide enough for the points and for the bend of the roof."""
        xs = [point.macs_per_byte for point in self.points]
        ys = [point.gmacs_per_s for point in self.points]
        if self.roof is not None:
            bend = ridge(self.roof)
            xs += [bend / 8, bend * 3]
            ys += [self.roof.macs_per_s / 1e9 * 1.1]
        if not xs or not ys:
            return 0.1, 100.0, 1.0, 1000.0
        low_x, high_x = min(xs) / 1.5, max(xs) * 1.5
        low_y, high_y = min(ys) / 1.9, max(ys) * 1.5
        if self.roof is not None:  # over its peak there is room for the words, however many decades lie below
            peak, part = self.roof.macs_per_s / 1e9, min(0.5, OVER_PEAK / self._room().height())
            high_y = max(high_y, peak * (peak / low_y) ** (part / (1 - part)))
        return low_x, high_x, low_y, max(high_y, low_y * 10)

    def _plot_roof(self, look: Theme, roof: Roof, times: int, low: float, high: float) -> None:
        ink = look.color("text.primary")
        bend, peak = ridge(roof), roof.macs_per_s / 1e9
        xs = [low, bend, high]
        self.line([x * times for x in xs], [reachable(roof, x) / 1e9 * times for x in xs], ink, width=2)
        muted, said = look.color("text.muted"), look.color("text.secondary")
        self.line([bend * times] * 2, [self._span()[2] * times, peak * times], muted, width=1, dashed=True)
        room, corner = self._room(), self._pixel(bend, peak)
        self._taken = [QRectF(corner.x(), corner.y() - 1, room.width() - corner.x(), 2)]
        self._taken.append(QRectF(corner.x() - 1, corner.y(), 2, room.height() - corner.y()))
        self._taken += self._along_slope(roof, low, bend)
        self._plot_peak(f"peak {_number(peak * times)} {self.y_axis.title}", peak, times, said)
        number = f" {_number(bend * times)}"
        self.words(number, bend * times, self._span()[2] * times * 1.06, said, anchor=(0.0, 1.0), role="number_small")
        wide = QFontMetricsF(look.font("number_small")).horizontalAdvance(number)
        self._said.append(QRectF(corner.x(), room.height() - 20, wide + 4, 20))
        self._taken.append(self._said[-1])
        across, up = self._decades()
        angle = math.degrees(math.atan2(room.height() / up, room.width() / across))
        middle = self._quiet_place(roof, low, bend)
        along = self._boxes_along(middle, roof, angle, text := f"memory {roof.bytes_per_s / 1e9:.1f} GB/s")
        self._said += along
        self._taken += along
        self.words(
            text,
            middle * times,
            reachable(roof, middle) / 1e9 * times,
            said,
            anchor=(0.5, 1.0),
            role="caption",
            angle=angle,
        )

    def _plot_peak(self, text: str, peak: float, times: int, color: QColor) -> None:
        """The words over the roof, or under it, as far to the right as they cover the fewest blocks."""
        room = self._room()
        wide = QFontMetricsF(theme.current().font("caption")).horizontalAdvance(text) + 4
        bend, y = self._taken[0].left(), self._pixel(1.0, peak).y()
        blocks = [self._box_around(point) for point in self.points]
        ends = [room.width() - step for step in range(0, max(1, int(room.width() - bend - wide)), 12)]
        places = [(QRectF(end - wide, y + 2 if under else y - 17, wide, 15), under) for end in ends for under in (False, True)]
        box, under = min(places, key=lambda place: sum(map(place[0].intersects, blocks)))
        self._taken.append(box)
        self._said.append(box)
        right, _ = self._value(QPointF(box.right(), y))
        self.words(text, right * times, peak * times, color, anchor=(1.0, -0.05 if under else 1.05), role="caption")

    def _along_slope(self, roof: Roof, low: float, bend: float) -> list[QRectF]:
        """Boxes that hold the slope of the roof."""
        first = max(low, self._span()[2] * 1e9 / roof.bytes_per_s)
        spots = [first ** (1 - k / 40) * bend ** (k / 40) for k in range(41)]
        return [QRectF(at.x() - 2, at.y() - 2, 4, 4) for x in spots for at in (self._pixel(x, reachable(roof, x) / 1e9),)]

    def _quiet_place(self, roof: Roof, low: float, bend: float) -> float:
        """Where along the slope its text is farthest from the points."""
        first = max(low, self._span()[2] * 1e9 / roof.bytes_per_s)
        best, away = math.sqrt(first * bend), -1.0
        spots = [self._pixel(point.macs_per_byte, point.gmacs_per_s) for point in self.points]
        for part in (0.5, 0.4, 0.6, 0.3, 0.7):
            x = first ** (1 - part) * bend**part
            at = self._pixel(x, reachable(roof, x) / 1e9)
            near = min([math.hypot(at.x() - spot.x(), at.y() - spot.y()) for spot in spots], default=100.0)
            if min(near, 100.0) > away + 1:
                best, away = x, min(near, 100.0)
        return best

    def _boxes_along(self, x: float, roof: Roof, angle: float, text: str) -> list[QRectF]:
        """The room that a text along the slope takes, above it."""
        wide = QFontMetricsF(theme.current().font("caption")).horizontalAdvance(text)
        at = self._pixel(x, reachable(roof, x) / 1e9)
        turn = math.radians(angle)
        across, up = math.cos(turn), math.sin(turn)
        steps = [(k / 8 - 0.5) * wide for k in range(9)]
        middles = [QPointF(at.x() + step * across - 8 * up, at.y() - step * up - 8 * across) for step in steps]
        return [QRectF(middle.x() - 8, middle.y() - 8, 16, 16) for middle in middles]

    def _plot_distance(self, look: Theme, point: Point, roof: Roof, times: int) -> None:
        """How far a block is under the roof."""
        top = reachable(roof, point.macs_per_byte) / 1e9
        factor = top / point.gmacs_per_s if point.gmacs_per_s else 0.0
        if factor <= 1.05:
            return
        accent = look.color("accent.base")
        x = point.macs_per_byte * times
        gap = self._pixel(point.macs_per_byte, point.gmacs_per_s).y() - self._pixel(point.macs_per_byte, top).y()
        self.line([x, x], [point.gmacs_per_s * times, top * times], accent, dashed=True)
        if gap < 36:
            return
        middle = math.sqrt(point.gmacs_per_s * top) * times
        self.words(f"{factor:.1f} {numbers.TIMES} ", x, middle, look.color("text.link"), anchor=(1.0, 0.5), role="number_small")

    def _ring(self, point: Point, times: int, look: Theme) -> None:
        pen = self._pg.mkPen(look.color("accent.base"), width=2)
        x, y = self._x(point.macs_per_byte * times), self._y(point.gmacs_per_s * times)
        self.add(self._pg.ScatterPlotItem(x=[x], y=[y], symbol="o", size=18, pen=pen, brush=self._pg.mkBrush(None)), z=10)

    def _plot_names(self, look: Theme, times: int, legend: QRectF) -> None:
        """Names of the chosen one, of the largest savings and of the ends, as long as they touch nothing."""
        taken = [self._box_around(point) for point in self.points] + self._taken + [legend]
        metrics = QFontMetricsF(look.font("caption"))
        strong = QFontMetricsF(look.font("strong"))
        room = self._room()
        inside = room.adjusted(ROUND, 0, -ROUND, 0)
        named = 0
        for point in self._worth_a_name():
            chosen = point.key in self.highlighted
            if named >= MOST_NAMES and not chosen:
                continue
            wide = (strong if chosen else metrics).horizontalAdvance(point.name)
            at = self._pixel(point.macs_per_byte, point.gmacs_per_s)
            sides = (-1, 1) if chosen else (1, -1)
            for shift, side in [(shift, side) for shift in (0, -8, 8) for side in sides]:
                left = at.x() + AWAY + 4 * chosen if side > 0 else at.x() - AWAY - 4 * chosen - wide
                box = QRectF(left, at.y() + shift - 7, wide, 14)
                if inside.contains(box) and not any(box.intersects(other) for other in taken):
                    break
            else:
                if not chosen:
                    continue
                side, shift = 1 if at.x() + wide + 16 < room.width() else -1, 0
                box = QRectF(at.x() + 12 if side > 0 else at.x() - 12 - wide, at.y() - 7, wide, 14)
            taken.append(box)
            named += 1
            gap = (AWAY + 4 * chosen) * side
            x, y = self._value(QPointF(at.x() + gap, at.y() + shift))
            color = look.color("text.primary" if chosen else "text.secondary")
            anchor = (0.0, 0.5) if side > 0 else (1.0, 0.5)
            self.words(point.name, x * times, y * times, color, anchor=anchor, role="strong" if chosen else "caption")

    def _worth_a_name(self) -> list[Point]:
        by_save = sorted(self.points, key=lambda point: point.save_ms, reverse=True)
        chosen = [point for point in by_save if point.key in self.highlighted]
        ends = (
            [min(self.points, key=lambda p: p.macs_per_byte), max(self.points, key=lambda p: p.macs_per_byte)] if by_save else []
        )
        found: dict[str, Point] = {}
        for point in (*chosen, *by_save[:2], *ends, *by_save[2:]):
            found.setdefault(point.key, point)
        return list(found.values())

    def _plot_legend(self, look: Theme) -> QRectF:
        """In the corner under the roof, else where it covers no words, the fewest blocks and least of the roof; gives where."""
        room = self._room()
        metrics = QFontMetricsF(look.font("caption"))
        times = 2 if units.name() == units.FLOPS else 1
        bounds = [bound for bound in SHAPES if any(point.bound == bound for point in self.points)]
        wide = max([metrics.horizontalAdvance(f"{bound}-bound") for bound in bounds], default=0.0)
        box = QRectF(room.width() - wide - 36, room.height() - 28 - 17 * len(bounds), wide + 36, 17 * len(bounds) + 8)
        blocks = [self._box_around(point) for point in self.points]
        lefts, tops = (box.left(), (room.width() - box.width()) / 2, 2.0), (box.top(), 4.0, (room.height() - box.height()) / 2)
        places = [QRectF(left, top, box.width(), box.height()) for left in lefts for top in tops]

        def covered(place: QRectF) -> int:
            words = 12 * any(map(place.intersects, self._said))
            return words + 4 * sum(map(place.intersects, blocks)) + min(3, sum(map(place.intersects, self._taken)))

        box = min(places, key=covered)
        for k, bound in enumerate(bounds):
            y = box.top() + 12 + 17 * k
            x, height = self._value(QPointF(box.left() + 10, y))
            self.dots([x * times], [height * times], look.color(COLORS[bound]), shape=SHAPES[bound], size=SIZES[bound])
            x, height = self._value(QPointF(box.left() + 22, y))
            self.words(f"{bound}-bound", x * times, height * times, look.color("text.secondary"))
        return box

    # -- pixels of the plot ------------------------------------------------------------------------------------------------------

    def _room(self) -> QRectF:
        return QRectF(0, 0, max(40, self._view.width()), max(40, self._view.height()))

    def _decades(self) -> tuple[float, float]:
        low_x, high_x, low_y, high_y = self._span()
        return math.log10(high_x / low_x), math.log10(high_y / low_y)

    def _pixel(self, x: float, y: float) -> QPointF:
        low_x, _, low_y, _ = self._span()
        across, up = self._decades()
        room = self._room()
        return QPointF(math.log10(x / low_x) / across * room.width(), room.height() - math.log10(y / low_y) / up * room.height())

    def _value(self, at: QPointF) -> tuple[float, float]:
        low_x, _, low_y, _ = self._span()
        across, up = self._decades()
        room = self._room()
        return low_x * 10 ** (at.x() / room.width() * across), low_y * 10 ** ((room.height() - at.y()) / room.height() * up)

    def _box_around(self, point: Point) -> QRectF:
        at = self._pixel(point.macs_per_byte, point.gmacs_per_s)
        return QRectF(at.x() - 5, at.y() - 5, 10, 10)

    # -- numbers -----------------------------------------------------------------------------------------------------------------

    def _mark(self, point: Point, times: int) -> Mark:
        work = units.name().removesuffix("s")
        rows = [
            ("Reached", f"{_number(point.gmacs_per_s * times)} G{work}/s"),
            ("Intensity", f"{_number(point.macs_per_byte * times)} {work}/byte"),
            ("Time, estimated" if point.estimated else "Time", numbers.ms(point.ms)),
            ("Above the roof", numbers.ms(point.save_ms)),
            ("Bound by", point.bound),
        ]
        return Mark(point.key, point.macs_per_byte * times, point.gmacs_per_s * times, point.name, rows)

    def table(self) -> Table:
        head = ["block", "macs_per_byte", "gmacs_per_s", "bound", "ms", "save_ms"]
        return Table(head, [(p.key, p.macs_per_byte, p.gmacs_per_s, p.bound, p.ms, p.save_ms) for p in self.points])


def _number(value: float) -> str:
    """Three figures or so: `190`, `42.4`, `1.2`."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


__all__ = ["COLORS", "SHAPES", "Point", "Roofline"]
