"""The totals of all designs with their differences to the baseline."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from designer.analysis.compare_entry import Entry
from designer.analysis.compare_tables import difference_text
from designer.analysis.compare_totals import Cell, Row, totals
from designer.ui.compare.grid import PAD, PaintedGrid, upright, width_of, write
from designer.ui.compare.marks import paint_mark, paint_verdict
from designer.ui.theme import Theme

TITLE = 112
NUMBER, CHANGE, RATIO = 80, 72, 84  # px that the texts take at most


class TotalsGrid(PaintedGrid):
    """A row for each figure; one column for each design, two more for what differs from the baseline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Totals", parent)
        self._rows: list[Row] = []
        self._entries: tuple[Entry, ...] = ()
        self._baseline = 0

    def show_entries(self, entries: tuple[Entry, ...], baseline: int) -> None:
        """Show these designs."""
        same = len(entries) == len(self._entries) and self.count()
        self._entries, self._baseline = entries, baseline
        count = len(self._rows)
        self._rows = totals(entries, baseline) if entries else []
        if same and count == len(self._rows):
            self._describe()
            self.update()
        else:
            self.show_rows()

    def count(self) -> int:
        return len(self._rows)

    def least_width(self) -> int:
        count = max(1, len(self._entries))
        return TITLE + count * NUMBER + (count - 1) * (CHANGE + RATIO) + 2 * PAD

    def words(self, row: int, x: int) -> str:
        line = self._rows[row]
        if x >= 0:
            number = self._design_at(x)
            if number is None:
                return ""
            cell = line.cells[number]
            return f"{self._entries[number].full}: {cell.note}" if cell.note else ""
        parts = []
        for number, (entry, cell) in enumerate(zip(self._entries, line.cells, strict=True)):
            change = f", {difference_text(cell)}" if number != self._baseline and cell.ratio else ""
            parts.append(f"{entry.short} {cell.text}{change}")
        return f"{line.title}: " + "; ".join(parts)

    # -- columns -----------------------------------------------------------------------------------------------------------------

    def _columns(self) -> list[tuple[float, float]]:
        """Where each design begins and ends. Room that is left goes to all alike."""
        count = max(1, len(self._entries))
        spare = max(0.0, self.width() - self.least_width())
        title = TITLE + min(40.0, spare * 0.2)
        spare = max(0.0, self.width() - title - 2 * PAD - (self.least_width() - TITLE - 2 * PAD))
        each = spare / (count + 2 * (count - 1))
        found = []
        x = PAD + title
        for number in range(len(self._entries)):
            wide = NUMBER + each if number == self._baseline else NUMBER + CHANGE + RATIO + 3 * each
            found.append((x, x + wide))
            x += wide
        return found

    def _design_at(self, x: int) -> int | None:
        return next((number for number, (left, right) in enumerate(self._columns()) if left <= x < right), None)

    def paint_head(self, painter: QPainter, look: Theme) -> None:
        middle = self.head_height / 2
        for number, ((left, right), entry) in enumerate(zip(self._columns(), self._entries, strict=True)):
            edge = right - 10 if number == self._baseline else left + (right - left) * NUMBER / (NUMBER + CHANGE + RATIO) - 10
            room = (edge if number == self._baseline else edge + (right - edge) * 0.4) - left - 30
            wide = min(width_of(look, "strong", entry.short), room)
            begin = max(left + 26, edge - wide)
            box = QRectF(begin, 0, wide + 1, self.head_height)
            write(painter, look, "strong", "text.primary", entry.short, box, cut=True)
            paint_mark(painter, number, QPointF(begin - 11, middle), 10)
            if number != self._baseline:
                against = f"against {self._entries[self._baseline].short}"
                start = max(edge, begin + wide) + 8
                box = QRectF(start, 0, right - 10 - start, self.head_height)
                write(painter, look, "caption", "text.muted", against, box, right=True, cut=True)
            if number:
                upright(painter, look, left, 0, self.height())

    def paint_row(self, painter: QPainter, look: Theme, row: int, top: int) -> None:
        line = self._rows[row]
        high = self.row_height
        role = "strong" if line.metric.key == "measured_ms" else "body"
        color = "text.primary" if role == "strong" else "text.secondary"
        write(painter, look, role, color, line.title, QRectF(PAD, top, TITLE + 32, high), cut=True)
        for number, ((left, right), cell) in enumerate(zip(self._columns(), line.cells, strict=True)):
            is_base = number == self._baseline
            edge = right - 10 if is_base else left + (right - left) * NUMBER / (NUMBER + CHANGE + RATIO) - 10
            known = cell.value is not None
            entry = self._entries[number]
            recalled = line.metric.key == "top1" and entry.top1 is not None and entry.top1.recalled
            shade = "text.primary" if known and not recalled else "text.muted"
            write(painter, look, "number_small", shade, cell.text, QRectF(left, top, edge - left, high), right=True)
            if not is_base:
                self._paint_change(painter, look, cell, edge, right - 10, top)

    def _paint_change(self, painter: QPainter, look: Theme, cell: Cell, left: float, right: float, top: int) -> None:
        if not cell.ratio:
            return
        high = self.row_height
        ratio = width_of(look, "number_small", cell.ratio)
        color = f"state.{cell.verdict}" if cell.verdict else "text.secondary"
        write(painter, look, "number_small", color, cell.ratio, QRectF(left, top, right - left, high), right=True)
        paint_verdict(painter, cell.verdict, cell.way, QPointF(right - ratio - 11, top + high / 2))
        room = QRectF(left, top, (right - left) * CHANGE / (CHANGE + RATIO), high)
        write(painter, look, "number_small", "text.muted", cell.change, room, right=True)
