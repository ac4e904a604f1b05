"""Two runs of one design beside each other, block by block."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QStyleOptionViewItem

from designer.app.run_history import Compared, Run, compare
from designer.ui import copying, numbers, theme
from designer.ui.panels.layer_times import bare_ms
from designer.ui.profile.card import Card, padded
from designer.ui.profile.plain_head import PlainHead
from designer.ui.profile.row_view import RowView
from designer.ui.row_table import CellDelegate, RowTableModel
from designer.ui.widgets import label, tool_button, without_margins

PAD = 8
BAR = 10
ROOM = 44  # px for a number behind its bar
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
NAME, A, B, CHANGE, RATIO = range(5)


class _Model(RowTableModel):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Compared] = []
        self.heads = ["Block", "", "", "ms more", "difference"]
        self.most = 0.0

    def show_pair(self, a: str, b: str, rows: list[Compared]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.heads = ["Block", f"{a}, ms", f"{b}, ms", "ms more", "difference"]
        self.most = max([max(row.a_ms or 0.0, row.b_ms or 0.0) for row in rows], default=0.0)
        self.endResetModel()

    def text(self, row: Compared, column: int) -> str:
        if column == NAME:
            return row.path
        if column in (A, B):
            return bare_ms(row.a_ms if column == A else row.b_ms)
        if row.change is None:
            return numbers.NOT_APPLICABLE
        if column == CHANGE:
            return signed_ms(row.change)
        return numbers.difference(row.b_ms, row.a_ms)

    def row_total(self) -> int:
        return len(self.rows)

    def column_total(self) -> int:
        return len(self.heads)

    def head(self, column: int) -> str:
        return self.heads[column]

    def stands_right(self, column: int) -> bool:
        return column not in (NAME, B)

    def cell(self, row: int, column: int) -> str:
        return self.text(self.rows[row], column)


def signed_ms(change: float) -> str:
    """A change of a time with its sign, without the unit."""
    if not round(change, 2):
        return "0"
    return f"{'+' if change > 0 else numbers.MINUS}{bare_ms(abs(change))}"


class _Delegate(CellDelegate):
    def __init__(self, view: RowView, model: _Model) -> None:
        super().__init__(view)
        self._view, self._model = view, model

    def draw_cell(self, painter: QPainter, option: QStyleOptionViewItem, row: int, column: int) -> None:
        look = theme.current()
        found, rect = self._model.rows[row], option.rect
        self.draw_ground(painter, option, hovered=row == self._view.hovered)
        if column == NAME:
            painter.setFont(look.font("body"))
            painter.setPen(look.color("text.primary"))
            ratio = painter.device().devicePixelRatio()
            picture = look.pixmap(theme.glyph(found.block), "text.secondary", 16, ratio)
            painter.drawPixmap(QPointF(rect.x() + 2 * PAD, rect.y() + (rect.height() - 16) // 2), picture)
            room = rect.adjusted(2 * PAD + 22, 0, -2, 0)
            painter.drawText(
                room, _LEFT, painter.fontMetrics().elidedText(found.path, Qt.TextElideMode.ElideMiddle, room.width())
            )
        elif column in (A, B):
            self._bar(painter, rect, found, second=column == B)
        else:
            self._change(painter, rect, found, column)

    def _bar(self, painter: QPainter, rect: QRect, row: Compared, *, second: bool) -> None:
        look = theme.current()
        value = row.b_ms if second else row.a_ms
        edge = rect.left() if second else rect.right() + 1
        if second:
            painter.fillRect(QRect(edge, rect.y() + 7, 1, rect.height() - 14), look.color("border.control"))
        length = 0.0
        if value and self._model.most:
            length = max(1.5, (rect.width() - ROOM - 6) * value / self._model.most)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("accent.base" if second else "text.muted"))
            x = edge + 3.0 if second else edge - 3.0 - length
            painter.drawRoundedRect(QRectF(x, rect.y() + (rect.height() - BAR) / 2, length, BAR), 2, 2)
        painter.setFont(look.font("number_small"))
        painter.setPen(look.color("text.muted" if value is None else "text.primary"))
        gap = round(length) + 7
        room = rect.adjusted(gap, 0, 0, 0) if second else rect.adjusted(0, 0, -gap, 0)
        painter.drawText(room, _LEFT if second else _RIGHT, bare_ms(value))

    def _change(self, painter: QPainter, rect: QRect, row: Compared, column: int) -> None:
        look = theme.current()
        change = row.change
        text = self._model.text(row, column)
        same = change is None or not round(change, 2)
        worse = not same and change is not None and change > 0
        color = look.color("text.muted" if same else "state.worse" if worse else "state.better")
        painter.setFont(look.font("number_small"))
        painter.setPen(color)
        painter.drawText(rect.adjusted(0, 0, -PAD if column == CHANGE else -2 * PAD, 0), _RIGHT, text)
        if column == CHANGE and not same:
            wide = painter.fontMetrics().horizontalAdvance(text)
            draw_triangle(painter, QPointF(rect.right() - PAD - wide - 9, rect.center().y() + 0.5), color, up=worse)


def draw_triangle(painter: QPainter, at: QPointF, color: Any, *, up: bool) -> None:
    """Points where a value went: hollow where it became worse, filled where it became better. Here less is better."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(color)
    painter.setBrush(Qt.BrushStyle.NoBrush if up else color)
    tip = -3.5 if up else 3.5
    painter.drawPolygon(
        QPolygonF([QPointF(at.x() - 3.5, at.y() - tip), QPointF(at.x() + 3.5, at.y() - tip), QPointF(at.x(), at.y() + tip)])
    )
    painter.restore()


class CompareCard(Card):
    """Takes the place of the table while two runs are compared."""

    closed = Signal()
    activated = Signal(str)  # the path of a block

    def __init__(self) -> None:
        super().__init__("Two runs")
        self.model = _Model()
        self.model.setParent(self)
        self.view = RowView(PlainHead(((2 * PAD, 0), (0, 5), (6, 0), (0, PAD), (0, 2 * PAD)), 30))
        view = self.view
        view.setModel(self.model)
        view.setAccessibleName("Blocks of both runs")
        view.setItemDelegate(_Delegate(view, self.model))
        view.resized.connect(self._fit)
        view.copied.connect(self.copy)
        view.activated_row.connect(lambda row: self.activated.emit(self.model.rows[row].path))
        self.note.hide()
        copying = tool_button(icon="copy", name="Copy the comparison as CSV", small=True)
        copying.clicked.connect(self.copy)
        back = tool_button(icon="x", name="Back to one run", small=True)
        back.clicked.connect(self.closed)
        self.back = back
        self.head.addWidget(copying)
        self.head.addWidget(back)
        self.body.addWidget(view, 1)
        foot = without_margins(QHBoxLayout(), 8)
        padded(foot, 10, 10)
        self.sum = label("", "caption-secondary", wrap=True)
        foot.addWidget(self.sum, 1)
        self.body.addLayout(foot)
        theme.notifier().changed.connect(view.viewport().update)

    def show_pair(self, a: Run, b: Run, names: tuple[str, str]) -> None:
        """Compare `b` with `a`."""
        first, second = names if names[0] != names[1] else (f"{names[0]} (1)", f"{names[1]} (2)")
        self.title.setText(f"{second} against {first}")
        self.setAccessibleName(self.title.text())
        self.model.show_pair(first, second, compare(a.profile, b.profile))
        old, new = a.profile.total_ms, b.profile.total_ms
        said = f"The whole: {numbers.ms(old.median)} and {numbers.ms(new.median)}, {numbers.difference(new.median, old.median)}."
        if max(old.ci95[0], new.ci95[0]) <= min(old.ci95[1], new.ci95[1]):
            said += " Their 95 % intervals overlap: this difference may be chance."
        if a.signatures != b.signatures:
            said += " The design was edited between them: blocks that only one of them has show a dash."
        self.sum.setText(said)
        self._fit()

    def _fit(self) -> None:
        room = self.view.viewport().width()
        name = max(96, min(176, room // 4))
        bars = max(70, (room - name - 168) // 2)
        for column, width in ((A, bars), (B, bars), (CHANGE, 84), (RATIO, 84)):
            self.view.setColumnWidth(column, width)
        self.view.setColumnWidth(NAME, max(name, room - 2 * bars - 168))

    def copy(self) -> None:
        """Put the comparison on the clipboard as CSV."""
        heads = [head.replace(", ms", " (ms)") for head in self.model.heads]
        lines = [heads, *[[self.model.text(row, column) for column in range(5)] for row in self.model.rows]]
        copying.copy("".join(",".join(map(_quoted, one)) + "\n" for one in lines))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text
