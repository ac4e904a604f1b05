"""The rows of the gallery: networks, then examples, narrowed to a family and to what is searched for, in an order of choice."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QRect, Qt
from PySide6.QtGui import QPainter

from designer.app.cards import PresetCard, presets
from designer.ui import numbers, theme, units
from designer.ui.panels.miniature import FRAME, paint_miniature
from designer.ui.panels.rows import HEADING, ITEM, Heading, Index, RowDelegate, draw_text

ORDERS: dict[str, Callable[[PresetCard], Any]] = {
    "year": lambda card: -card.year,
    "params": lambda card: card.params,
    "macs": lambda card: card.macs,
    "top1": lambda card: -(card.top1 or 0),
}
"""How presets can be ordered; those of equal rank stay as the catalogue has them."""

ALL_FAMILIES = "All families"
RECALLED = "recalled"
NARROW = 244  # px of the list under which the top-1 stands below the other figures


def order_names() -> list[str]:
    """What the orders are called, in the unit in use."""
    return ["Newest first", "Fewest params", f"Fewest {units.name()}", "Best top-1"]


def families() -> list[str]:
    """The families of all presets by name, the examples last."""
    found = {card.family: card.example for card in presets()}
    return sorted(found, key=lambda family: (found[family], family.lower()))


def accuracy(card: PresetCard) -> str:
    """The top-1 as the gallery shows it: `71.9 %`, a dash where none is known."""
    return numbers.NOT_APPLICABLE if card.top1 is None else f"{card.top1:.1f} %"


class GalleryModel(QAbstractItemModel):
    """Headings at the top level, presets under them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._family = ALL_FAMILIES
        self._order = next(iter(ORDERS))
        self._words: tuple[str, ...] = ()
        self._sections: list[tuple[str, list[PresetCard]]] = []
        self._fill()

    # -- what is shown -----------------------------------------------------------------------------------------------------

    @property
    def shown(self) -> int:
        """How many presets are shown."""
        return sum(len(cards) for _, cards in self._sections)

    def narrow(self, text: str, family: str, order: str) -> None:
        """Show the presets of a family in which all words of `text` are found, in an order of ORDERS."""
        self.beginResetModel()
        self._words, self._family, self._order = tuple(text.lower().split()), family, order
        self._fill()
        self.endResetModel()

    def _fill(self) -> None:
        wanted = sorted([card for card in presets() if self._wanted(card)], key=ORDERS[self._order])
        sections = (("Networks", [c for c in wanted if not c.example]), ("Examples", [c for c in wanted if c.example]))
        self._sections = [(title, cards) for title, cards in sections if cards]

    def _wanted(self, card: PresetCard) -> bool:
        text = f"{card.title} {card.id} {card.family} {card.year} {card.paper}".lower()
        return self._family in (ALL_FAMILIES, card.family) and all(word in text for word in self._words)

    def find(self, preset_id: str) -> QModelIndex:
        """The row of a preset, invalid where it is not shown."""
        for s, (_, cards) in enumerate(self._sections):
            for k, card in enumerate(cards):
                if card.id == preset_id:
                    return self.index(k, 0, self.index(s, 0))
        return QModelIndex()

    # -- the model's interface ---------------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)  # 0 marks a heading

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        inside = index.internalId() if index.isValid() else 0
        return self.createIndex(int(inside) - 1, 0, 0) if inside else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        if not parent.isValid():
            return len(self._sections)
        return 0 if parent.internalId() else len(self._sections[parent.row()][1])

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 1

    def card(self, index: Index) -> PresetCard | None:
        """The preset of a row, None for headings."""
        if not index.isValid() or not index.internalId():
            return None
        return self._sections[int(index.internalId()) - 1][1][index.row()]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        card = self.card(index)
        if card is None:
            title, cards = self._sections[index.row()]
            if role == HEADING:
                return Heading(title, "", len(cards))
            if role == Qt.ItemDataRole.DisplayRole:
                return title
            return f"{title}, {len(cards)} presets" if role == Qt.ItemDataRole.AccessibleTextRole else None
        if role == ITEM:
            return card
        if role == Qt.ItemDataRole.DisplayRole:
            return card.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(card)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(card)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemNeverHasChildren if index.internalId() else flags


def spoken(card: PresetCard) -> str:
    """What a screen reader says of a row."""
    work = f"{units.short(card.macs)} {units.name()}"
    text = f"{card.title}, {numbers.short(card.params)} params, {work}"
    if card.top1 is not None:
        text += f", top-1 {accuracy(card)}{f', {RECALLED}' if card.recalled else ''}"
    return text


def tool_tip(card: PresetCard) -> str:
    """What a preset is, where it was published, where its accuracy is from, and which options it takes."""
    lines = [f"<b>{escape(card.title)}</b>, {card.year}", escape(card.description), escape(card.paper)]
    if card.top1 is not None:
        source = f"{escape(card.top1_source)}{f', {RECALLED}' if card.recalled else ''}"
        lines.append(f"Top-1 {accuracy(card)} on ImageNet, as in: {source}")
    if card.options:
        lines.append(f"Options: {escape(', '.join(card.options))}")
    return "<qt>" + "".join(f"<p style='margin:0 0 6px 0'>{one}</p>" for one in lines) + "</qt>"


class GalleryDelegate(RowDelegate):
    """A preset: miniature, title, params, work, and top-1 at the right, in a narrow list below. Titles are cut, numbers never."""

    @property
    def narrow(self) -> bool:
        """Whether a title beside the top-1 would be cut to what many networks begin with."""
        return self.view.viewport().width() < NARROW

    def row_height(self, index: Index) -> int:
        card: PresetCard = index.data(ITEM)
        return int(theme.current().size("preset_row")) + (theme.current().line("strong") if card.example or self.narrow else 0)

    def paint_row(self, painter: QPainter, rect: QRect, index: Index, *, active: bool) -> None:
        card: PresetCard = index.data(ITEM)
        paint_miniature(painter, rect.x() + 14, rect.y() + (rect.height() - FRAME) // 2, card.miniature)
        narrow = self.narrow
        left, right = rect.x() + (70 if narrow else 74), rect.right() - (11 if narrow else 15)
        line = theme.current().line("strong")
        top = rect.y() + 8
        if card.example:
            self._paint_title(painter, QRect(left, top, right - left, 2 * line), card.title)
            top += line
        elif narrow:
            draw_text(painter, QRect(left, top, right - left, line), card.title, "strong", "text.primary")
            self._paint_accuracy_below(painter, QRect(left, top + 3 * line, right - left, line), card)
        else:
            width = self._paint_accuracy(painter, QRect(left, top, right - left, 3 * line), card)
            draw_text(painter, QRect(left, top, right - left - width - 8, line), card.title, "strong", "text.primary")
        for k, text in enumerate((f"{numbers.short(card.params)} params", f"{units.short(card.macs)} {units.name()}"), 1):
            draw_text(painter, QRect(left, top + k * line, right - left, line), text, "number_small", "text.secondary")

    def _paint_title(self, painter: QPainter, box: QRect, title: str) -> None:
        """A sentence for a title, on two lines."""
        look = theme.current()
        painter.setFont(look.font("strong"))
        metrics = painter.fontMetrics()
        first, rest = "", title.split()
        while rest and metrics.horizontalAdvance(f"{first} {rest[0]}".strip()) <= box.width():
            first = f"{first} {rest.pop(0)}".strip()
        line = box.height() // 2
        draw_text(painter, QRect(box.x(), box.y(), box.width(), line), first or title, "strong", "text.primary")
        if rest and first:
            draw_text(painter, QRect(box.x(), box.y() + line, box.width(), line), " ".join(rest), "strong", "text.primary")

    def _paint_accuracy_below(self, painter: QPainter, box: QRect, card: PresetCard) -> None:
        """The top-1 on a line of its own, and whether it is only recalled."""
        muted = card.recalled or card.top1 is None
        said = f"{accuracy(card)} top-1"
        width = draw_text(painter, box, said, "number_small", "text.muted" if muted else "text.primary")
        if card.recalled:
            draw_text(painter, box.adjusted(width + 8, 0, 0, 0), RECALLED, "caption", "text.muted")

    def _paint_accuracy(self, painter: QPainter, box: QRect, card: PresetCard) -> int:
        """The top-1 at the right of the first line; a recalled one is muted and says so on the third. Its width."""
        look = theme.current()
        muted = card.recalled or card.top1 is None
        line = box.height() // 3
        corner = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.setFont(look.font("number_small"))
        painter.setPen(look.color("text.muted" if muted else "text.primary"))
        text = accuracy(card)
        width = painter.fontMetrics().horizontalAdvance(text)
        painter.drawText(QRect(box.x(), box.y(), box.width(), line), corner, text)
        if card.recalled:
            painter.setFont(look.font("caption"))
            painter.drawText(QRect(box.x(), box.y() + 2 * line, box.width(), line), corner, RECALLED)
        return width
