"""Draws the cells of the layer table: glyphs, numbers, share bars, stages and the sentence of a row with a problem."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QTableView

from designer.analysis.layers import BLOCK, STAGE, LayerRow
from designer.ui import numbers, theme
from designer.ui.panels.layer_model import COLUMNS, PLACE, LayerModel
from designer.ui.row_table import CellDelegate

PAD = 8
BAR_MOST, BAR_HEIGHT = 160, 8
SHARE_TEXT = 54
SHORTEST = 3  # letters that stay of the last part of a name
LETTER = 7  # px, wider than any of the mono font at 11 px
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_GREY = {"blocked", "incomplete", "unused", "disabled"}


class LayerDelegate(CellDelegate):
    """Paints whole rows in one hand: colours come from the theme when they are drawn."""

    def __init__(self, view: QTableView, model: LayerModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self.hovered = -1

    def draw_cell(self, painter: QPainter, option: QStyleOptionViewItem, row: int, column: int) -> None:
        look = theme.current()
        found = self._model.rows[row]
        rect: QRect = option.rect
        self.draw_ground(painter, option, hovered=row == self.hovered, plain="bg.window" if found.group else "bg.panel")
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, look.color("border.subtle"))
        if column == PLACE["name"] or (column == PLACE["block"] and found.level == STAGE):
            painter.setClipRect(rect)
            self._name(painter, self._name_room(rect, found), found)
            if column != PLACE["name"]:
                return
            self.mark_current(painter, rect, row)
            return
        if self._speaks(found) and column != PLACE["block"]:
            self._sentence(painter, rect, found)
            return
        if COLUMNS[column].id == "share":
            self._share(painter, rect, found)
            return
        text = self._model.text(found, column)
        unknown = text in (numbers.UNKNOWN, numbers.NOT_APPLICABLE)
        painter.setFont(self._font(found, column, unknown=unknown))
        quiet = unknown or found.status in _GREY or text == "0"
        strong = COLUMNS[column].id in ("params", "macs", "ms", "activations")
        painter.setPen(look.color("text.muted" if quiet else "text.primary" if strong else "text.secondary"))
        room = rect.adjusted(PAD, 0, -PAD, 0)
        if LETTER * len(text) > room.width():
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _RIGHT if COLUMNS[column].right else _LEFT, text)

    def _name_room(self, rect: QRect, row: LayerRow) -> QRect:
        """Where a name may stand: a stage's runs on into the cell of the block, which is empty there."""
        view, header = self._view, self._view.horizontalHeader()
        width = view.columnWidth(PLACE["name"])
        if row.level == STAGE and header.visualIndex(PLACE["block"]) == 1:
            width += view.columnWidth(PLACE["block"])  # 0 while it is hidden
        return QRect(view.columnViewportPosition(PLACE["name"]), rect.y(), width, rect.height())

    @staticmethod
    def _speaks(row: LayerRow) -> bool:
        return row.level == BLOCK and bool(row.said) and row.status in ("error", "blocked", "incomplete")

    @staticmethod
    def _font(row: LayerRow, column: int, *, unknown: bool) -> QFont:
        look = theme.current()
        if not COLUMNS[column].mono:
            return look.font("body")
        return look.font(
            "number_small_strong" if row.group and not unknown and COLUMNS[column].id in ("params", "macs") else "number_small"
        )

    def _name(self, painter: QPainter, rect: QRect, row: LayerRow) -> None:
        look = theme.current()
        ratio = painter.device().devicePixelRatio()
        middle = rect.y() + (rect.height() - 16) // 2
        left = rect.x() + PAD
        if row.group:
            arrow = "chevron-right" if self._model.is_closed(row.stage) else "chevron-down"
            painter.drawPixmap(QPointF(left, middle), look.pixmap(arrow, "text.secondary", 16, ratio))
            left += 22
        else:
            error = row.status == "error"
            glyph = "circle-x" if error else "stage" if row.level == STAGE else theme.glyph(row.block, row.category)
            color = (
                look.color("state.error")
                if error
                else look.category(row.category)
                if row.category
                else look.color("text.secondary")
            )
            if row.status in _GREY:
                color = look.color("text.muted")
            indent = 8 if row.stage is not None and row.level != STAGE and self._model.sorted_by[0] < 0 else 0
            painter.drawPixmap(QPointF(left + indent, middle), look.pixmap(glyph, color, 16, ratio))
            left += 24 + indent
        bold = row.group or row.status == "error" or row.level == STAGE
        font = QFont(look.font("strong" if bold else "body"))
        font.setStrikeOut(row.status == "disabled")
        painter.setFont(font)
        painter.setPen(
            look.color("state.error" if row.status == "error" else "text.muted" if row.status in _GREY else "text.primary")
        )
        room = QRect(left, rect.y(), rect.right() - left - 4, rect.height())
        shown = self._model.shown_name(row)
        if 2 * LETTER * len(shown) > room.width():
            shown = cut_name(shown, painter.fontMetrics(), room.width())
        painter.drawText(room, _LEFT, shown)
        if row.group or row.level == STAGE:
            room.setLeft(left + painter.fontMetrics().horizontalAdvance(shown))
            painter.setFont(look.font("body"))
            painter.setPen(look.color("text.muted"))
            painter.drawText(
                room, _LEFT, painter.fontMetrics().elidedText(f" · {row.said}", Qt.TextElideMode.ElideRight, room.width())
            )

    def _sentence(self, painter: QPainter, rect: QRect, row: LayerRow) -> None:
        """The sentence runs through the cells behind the name of the block; each cell draws its part."""
        look = theme.current()
        header = self._view.horizontalHeader()
        after = (
            header.visualIndex(PLACE["block"])
            if not header.isSectionHidden(PLACE["block"])
            else header.visualIndex(PLACE["name"])
        )
        first = next(
            k for k in (header.logicalIndex(v) for v in range(after + 1, header.count())) if not header.isSectionHidden(k)
        )
        left = self._view.columnViewportPosition(first) + PAD
        painter.setClipRect(rect)
        painter.setFont(look.font("body"))
        painter.setPen(look.color("text.primary" if row.status == "error" else "text.muted"))
        wide = self._view.viewport().width() - left - PAD
        shown = painter.fontMetrics().elidedText(row.said, Qt.TextElideMode.ElideRight, max(40, wide))
        painter.drawText(QRect(left, rect.y(), 4000, rect.height()), _LEFT, shown)

    def _share(self, painter: QPainter, rect: QRect, row: LayerRow) -> None:
        look = theme.current()
        text = self._model.share(row)
        width = min(BAR_MOST, rect.width() - SHARE_TEXT - 2 * PAD)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if width > 8 and row.cost is not None:
            bar = QRectF(rect.x() + PAD, rect.y() + (rect.height() - BAR_HEIGHT) / 2, width, BAR_HEIGHT)
            painter.setBrush(look.color("border.subtle"))
            painter.drawRoundedRect(bar, 2, 2)
            part = row.cost.macs / self._model.most if self._model.most else 0.0
            if part:
                painter.setBrush(look.heat_bar(part))
                painter.drawRoundedRect(QRectF(bar.x(), bar.y(), max(2.0, bar.width() * part), BAR_HEIGHT), 2, 2)
        quiet = text == numbers.UNKNOWN or row.status in _GREY or not (row.cost and row.cost.macs)
        painter.setFont(look.font("number_small"))
        painter.setPen(look.color("text.muted" if quiet else "text.secondary"))
        painter.drawText(rect.adjusted(0, 0, -PAD, 0), _RIGHT, text)


def cut_name(name: str, metrics: QFontMetrics, width: int) -> str:
    """A dotted name that fits: the last part loses its end first, then what is before it its middle, so that `ir1.expand` and
    `ir1.project` never look alike."""
    if metrics.horizontalAdvance(name) <= width:
        return name
    head, dot, tail = name.rpartition(".")
    if not head:
        return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width)
    for keep in range(len(tail) - 1, SHORTEST - 1, -1):
        cut = f"{head}{dot}{tail[:keep]}…"
        if metrics.horizontalAdvance(cut) <= width:
            return cut
    end = f"{dot}{tail[:SHORTEST]}…" if len(tail) > SHORTEST else f"{dot}{tail}"
    return metrics.elidedText(head, Qt.TextElideMode.ElideMiddle, max(0, width - metrics.horizontalAdvance(end))) + end
