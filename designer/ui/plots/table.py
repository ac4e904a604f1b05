"""A table of figures with bars in it: rows can be hovered, walked through by keyboard and picked, and copied as any figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from designer.ui import theme
from designer.ui.painting import painting
from designer.ui.plots.figure import Figure, Mark, Table
from designer.ui.theme import Theme

PAD = 16.0
GAP = 12.0
BAR = 64.0  # px of a bar column


class Column(NamedTuple):
    """Words at the left, figures at the right, or a bar. Words without a `width` share what the others leave."""

    title: str
    kind: str = "number"  # text, number, bar
    key: str = ""  # of the column in a file; "" for bars


class Row(NamedTuple):
    """Texts by column, the value of each cell for files, and for bars a share of the longest."""

    key: object
    cells: Sequence[str]
    values: Sequence[object]
    bars: Mapping[int, float] = {}
    icon: str = ""
    color: str = ""  # of the icon, a path in the tokens


class TableFigure(Figure):
    """As high as its rows. Keys are those of the rows; None cannot be picked."""

    def __init__(self, name: str, columns: Sequence[Column], parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.columns = tuple(columns)
        self.rows: Sequence[Row] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._fit()

    def show_rows(self, rows: Sequence[Row], columns: Sequence[Column] | None = None) -> None:
        """Show other rows, perhaps under other heads."""
        self.rows = tuple(rows)
        self.columns = tuple(columns) if columns is not None else self.columns
        self._fit()
        self.refresh()

    def _fit(self) -> None:
        self.setFixedHeight(round(self._line * (len(self.rows) + 1)) + 8)

    @property
    def _line(self) -> float:
        return float(theme.current().size("table_row"))

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(360, self.minimumHeight())

    # -- drawing -------------------------------------------------------------------------------------------------------------

    def draw(self, look: Theme) -> None:
        self.set_marks(
            Mark(row.key, 0.0, self._line * (k + 1.5), row.cells[0], self._said(row)) for k, row in enumerate(self.rows)
        )
        self.update()

    def _said(self, row: Row) -> tuple[tuple[str, str], ...]:
        pairs = zip(self.columns[1:], row.cells[1:], strict=True)
        return tuple([(column.title, cell) for column, cell in pairs if column.kind != "bar"])

    def read_out(self, mark: Mark | None) -> None:
        """The row says it already: no card over it."""
        super().read_out(mark)
        self._readout.hide()

    def show_current(self) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            self._paint(painter)
            self.paint_focus(painter)

    def _places(self, digits: QFontMetricsF, body: QFontMetricsF) -> list[tuple[float, float]]:
        """Left and right of each column."""
        widths = []
        for k, column in enumerate(self.columns):
            if column.kind == "bar":
                widths.append(BAR)
            elif column.kind == "number":
                longest = max(
                    [body.horizontalAdvance(column.title), *(digits.horizontalAdvance(row.cells[k]) for row in self.rows)]
                )
                widths.append(longest)
            else:
                widths.append(0.0)
        words = [k for k, column in enumerate(self.columns) if column.kind == "text"]
        rest = self.width() - 2 * PAD - sum(widths) - GAP * (len(self.columns) - 1)
        for number, k in enumerate(words):  # the first one takes most
            widths[k] = max(
                24.0, rest * (0.6 if number == 0 and len(words) > 1 else 1.0 if len(words) == 1 else 0.4 / (len(words) - 1))
            )
        places, x = [], PAD
        for width in widths:
            places.append((x, x + width))
            x += width + GAP
        return places

    def _paint(self, painter: QPainter) -> None:
        look = theme.current()
        caption, body = QFontMetricsF(look.font("caption")), QFontMetricsF(look.font("body"))
        digits = QFontMetricsF(look.font("number_small"))
        places = self._places(digits, caption)
        line = self._line
        painter.setFont(look.font("caption"))
        painter.setPen(look.color("text.muted"))
        for (left, right), column in zip(places, self.columns, strict=True):
            side = Qt.AlignmentFlag.AlignRight if column.kind == "number" else Qt.AlignmentFlag.AlignLeft
            painter.drawText(QRectF(left, 0, right - left, line), Qt.AlignmentFlag.AlignVCenter | side, column.title)
        for k, row in enumerate(self.rows):
            top = line * (k + 1)
            if row.key is not None and row.key in self.highlighted:
                painter.fillRect(QRectF(1, top, self.width() - 2, line), look.color("bg.selected"))
            elif self.current is not None and self.current.y == line * (k + 1.5):
                painter.fillRect(QRectF(1, top, self.width() - 2, line), look.color("bg.hover"))
            for column_at, ((left, right), column) in enumerate(zip(places, self.columns, strict=True)):
                box = QRectF(left, top, right - left, line)
                if column.kind == "bar":
                    part = row.bars.get(column_at, 0.0)
                    painter.fillRect(QRectF(left, top + line / 2 - 4, right - left, 8), look.color("border.subtle"))
                    if part > 0:
                        wide = max(1.0, (right - left) * min(1.0, part))
                        painter.fillRect(QRectF(left, top + line / 2 - 4, wide, 8), look.heat_bar(part))
                elif column.kind == "number":
                    painter.setFont(look.font("number_small"))
                    painter.setPen(look.color("text.primary"))
                    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, row.cells[column_at])
                else:
                    if column_at == 0 and row.icon:
                        picture = look.pixmap(row.icon, row.color or "text.secondary", 16, painter.device().devicePixelRatio())
                        painter.drawPixmap(QPointF(left, top + (line - 16) / 2), picture)
                        box = box.adjusted(24, 0, 0, 0)
                    painter.setFont(look.font("body"))
                    painter.setPen(look.color("text.primary" if column_at == 0 else "text.secondary"))
                    text = body.elidedText(row.cells[column_at], Qt.TextElideMode.ElideMiddle, box.width())
                    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)

    # -- marks -----------------------------------------------------------------------------------------------------------------

    def place(self, mark: Mark) -> QPointF:
        return QPointF(PAD, mark.y)

    def mark_at(self, at: QPointF) -> Mark | None:
        number = int(at.y() // self._line) - 1
        return self.marks[number] if 0 <= number < len(self.marks) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.point_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self.pick(event.position())
        event.accept()

    def table(self) -> Table:
        kept = [k for k, column in enumerate(self.columns) if column.kind != "bar"]
        return Table(
            [self.columns[k].key or self.columns[k].title for k in kept], [[row.values[k] for k in kept] for row in self.rows]
        )
