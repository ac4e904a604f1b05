"""The tables by output resolution and by kind of layer: a bar for MACs, an outlined one for time."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from designer.analysis.compare_entry import Entry
from designer.analysis.compare_facts import MEANS, Kind
from designer.analysis.compare_rows import KindRow, Place, Step, by_kind, by_resolution
from designer.analysis.compare_saving import Saving
from designer.ui import numbers, units
from designer.ui.compare.grid import PAD, PaintedGrid, upright, width_of, write
from designer.ui.compare.marks import paint_bar, paint_mark
from designer.ui.theme import Theme

FIRST = 100  # px of the first column
LEAST = 178  # of a design
NUMBER = 66


class _Bars(PaintedGrid):
    """Two lines of words with two bars for each design."""

    row_height = 50

    def __init__(self, name: str, first: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._first = first
        self._entries: tuple[Entry, ...] = ()
        self._has_time = False
        units.notifier().changed.connect(self.update)

    def least_width(self) -> int:
        return FIRST + PAD + max(1, len(self._entries)) * LEAST

    def _column(self, number: int) -> tuple[float, float]:
        begin = PAD + FIRST
        wide = (self.width() - begin) / max(1, len(self._entries))
        return begin + number * wide, begin + (number + 1) * wide

    def design_at(self, x: int) -> int | None:
        """The design under a place, None in the first column."""
        for number in range(len(self._entries)):
            left, right = self._column(number)
            if left <= x < right:
                return number
        return None

    def paint_head(self, painter: QPainter, look: Theme) -> None:
        high = self.head_height
        write(painter, look, "caption", "text.muted", self._first, QRectF(PAD, 0, FIRST, high))
        work = units.name()
        for number, entry in enumerate(self._entries):
            left, right = self._column(number)
            upright(painter, look, left, 0, self.height())
            paint_mark(painter, number, QPointF(left + 17, high / 2), 10)
            x = right - 12
            needed = width_of(look, "strong", entry.short) + 28 + (128 if self._has_time else 76)
            legend = (("ms", True), (work, False)) if number == 0 or needed <= right - left else ()
            for text, outlined in legend:
                if outlined and not self._has_time:
                    continue
                wide = width_of(look, "caption", text)
                write(painter, look, "caption", "text.muted", text, QRectF(x - wide, 0, wide + 1, high))
                paint_bar(painter, QRectF(x - wide - 22, high / 2 - 3, 16, 6), 1.0, number, outlined=outlined)
                x -= wide + 32
            alone = sum(other.name == entry.name for other in self._entries) == 1
            name = entry.name if alone and width_of(look, "strong", entry.name) < x - left - 40 else entry.short
            write(painter, look, "strong", "text.primary", name, QRectF(left + 28, 0, x - left - 28, high), cut=True)

    def _paint_place(
        self,
        painter: QPainter,
        look: Theme,
        number: int,
        top: int,
        words: tuple[str, str],
        macs: tuple[float, str],
        ms: tuple[float, str] | None,
    ) -> None:
        """Two lines: words, bar and number each."""
        left, right = self._column(number)
        room = right - left - 12 - 12 - NUMBER
        bar = max(32.0, min(96.0, room * 0.3 if room < 140 else room * 0.38))
        at = right - 12 - NUMBER - bar
        for line, (text, role, shade) in enumerate(
            ((words[0], "caption", "text.secondary"), (words[1], "number_small", "text.muted"))
        ):
            y = top + 7 + line * 18
            write(painter, look, role, shade, text, QRectF(left + 12, y, at - left - 20, 18), cut=True)
        pairs = [(macs, False)] if ms is None else [(macs, False), (ms, True)]
        for line, ((share, text), outlined) in enumerate(pairs):
            y = top + 7 + line * 18
            paint_bar(painter, QRectF(at, y + 5.5, bar, 7), share, number, outlined=outlined)
            write(painter, look, "number_small", "text.primary", text, QRectF(at + bar, y, right - 12 - at - bar, 18), right=True)


class ResolutionGrid(_Bars):
    """A row for each output resolution."""

    place_chosen = Signal(int, object)  # a design, and the Place that was double clicked or chosen by Enter

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("By output resolution", "Output", parent)
        self._steps: list[Step] = []
        self._hot: set[tuple[int, float | None]] = set()
        self.most_macs = 0
        self.most_ms = 0.0
        self.row_chosen.connect(self._choose)
        self._design = 0

    def show_entries(self, entries: tuple[Entry, ...], savings: tuple[Saving, ...]) -> None:
        """Show these designs; the places where a saving is none are tinted."""
        before = (len(self._entries), len(self._steps))
        self._entries = entries
        self._steps = by_resolution(entries)
        self._hot = {(saving.entry, saving.stride) for saving in savings}
        places = [place for step in self._steps for place in step.places if place is not None]
        self.most_macs = max([place.macs for place in places], default=0)
        self.most_ms = max([place.ms for place in places if place.ms is not None], default=0.0)
        self._has_time = self.most_ms > 0
        if before != (len(entries), len(self._steps)):
            self.show_rows()
        else:
            self._describe()
            self.update()

    def scale_text(self) -> str:
        """What the longest bars stand for."""
        work = f"{units.short(self.most_macs)} {units.name()}"
        return f"one scale per metric: {work}, {numbers.ms(self.most_ms)}" if self._has_time else f"one scale: {work}"

    def count(self) -> int:
        return len(self._steps)

    def words(self, row: int, x: int) -> str:
        step = self._steps[row]
        numbers_ = range(len(self._entries)) if x < 0 else [n for n in (self.design_at(x),) if n is not None]
        parts = []
        for number in numbers_:
            place = step.places[number]
            parts.append(
                f"{self._entries[number].short}: {_said(place)}" if place else f"{self._entries[number].short}: no block"
            )
        said = "; ".join(parts)
        return f"{step.title}, {step.subtitle}: {said}" if x < 0 else said

    def _choose(self, row: int) -> None:
        place = self._steps[row].places[self._design]
        if place is not None:
            self.place_chosen.emit(self._design, place)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._design = self.design_at(event.position().toPoint().x()) or 0
        super().mousePressEvent(event)

    def paint_row(self, painter: QPainter, look: Theme, row: int, top: int) -> None:
        step = self._steps[row]
        write(painter, look, "number", "text.primary", step.title, QRectF(PAD, top + 7, FIRST, 18))
        write(painter, look, "number_small", "text.muted", step.subtitle, QRectF(PAD, top + 25, FIRST, 18))
        for number, place in enumerate(step.places):
            left, right = self._column(number)
            if place is None:
                write(painter, look, "caption", "text.muted", numbers.NOT_APPLICABLE, QRectF(left + 12, top + 7, 40, 18))
                continue
            if (number, step.stride) in self._hot:
                painter.fillRect(
                    QRect(round(left) + 1, top, round(right - left) - 1, self.row_height), look.color("state.warning_soft")
                )
            size = step.size is None and place.units[-1].size is not None
            wide = f"{place.channels:,} wide" + (f", {numbers.shape(place.units[-1].size)}" if size else "")
            macs = (place.macs / self.most_macs if self.most_macs else 0.0, units.short(place.macs))
            ms = (place.ms / self.most_ms, numbers.ms(place.ms)) if place.ms is not None and self.most_ms else None
            self._paint_place(painter, look, number, top, (place.words, wide), macs, ms)


def _said(place: Place) -> str:
    time = f", {numbers.ms(place.ms)}" if place.ms is not None else ""
    paths = ", ".join(unit.path for unit in place.units[:8])
    rest = f" and {len(place.units) - 8} more" if len(place.units) > 8 else ""
    counts = f"{units.short(place.macs)} {units.name()}, {numbers.short(place.params)} params"
    return f"{place.words}, {place.channels:,} wide; {counts}{time} ({paths}{rest})"


class KindGrid(_Bars):
    """A row for each kind of layer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("By kind of layer", "Kind", parent)
        self._rows: list[KindRow] = []

    def show_entries(self, entries: tuple[Entry, ...]) -> None:
        """Show these designs."""
        before = (len(self._entries), len(self._rows))
        self._entries = entries
        self._rows = by_kind(entries)
        if before != (len(entries), len(self._rows)):
            self.show_rows()
        else:
            self._describe()
            self.update()

    def scale_text(self) -> str:
        return f"bars are shares of a design's {units.name()}"

    def count(self) -> int:
        return len(self._rows)

    def words(self, row: int, x: int) -> str:
        line = self._rows[row]
        wanted = range(len(self._entries)) if x < 0 else [n for n in (self.design_at(x),) if n is not None]
        parts = [
            f"{self._entries[n].short}: {_layers(line.kinds[n])}, {units.full(line.kinds[n].macs)} {units.name()}, "
            f"{numbers.full(line.kinds[n].params)} params"
            for n in wanted
        ]
        return f"{line.kind}, {MEANS[line.kind]}" + ("; " if parts else "") + "; ".join(parts)

    def paint_row(self, painter: QPainter, look: Theme, row: int, top: int) -> None:
        line = self._rows[row]
        write(painter, look, "body", "text.primary", line.kind, QRectF(PAD, top + 7, FIRST, 18))
        for number, (kind, share) in enumerate(zip(line.kinds, line.shares, strict=True)):
            left, _ = self._column(number)
            if not kind.layers:
                write(painter, look, "caption", "text.muted", numbers.NOT_APPLICABLE, QRectF(left + 12, top + 7, 40, 18))
                continue
            words = (_layers(kind), f"{numbers.short(kind.params)} params")
            self._paint_place(painter, look, number, top, words, (share or 0.0, units.short(kind.macs)), None)
            _, right = self._column(number)
            write(
                painter,
                look,
                "number_small",
                "text.muted",
                numbers.share(share),
                QRectF(right - 12 - NUMBER, top + 25, NUMBER, 18),
                right=True,
            )


def _layers(kind: Kind) -> str:
    return f"{kind.layers:,} {'layer' if kind.layers == 1 else 'layers'}"
