"""The rows of the palette: sections of blocks, narrowed to what is searched for, and what is dragged out of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QAbstractItemModel, QByteArray, QMimeData, QModelIndex, QObject, QRect, Qt
from PySide6.QtGui import QPainter

from designer.app.cards import BlockCard, palette
from designer.app.own_cards import LIBRARY_SECTION, OWN_SECTION
from designer.app.synonyms import also
from designer.ui import theme
from designer.ui.panels.rows import HEADING, ITEM, Heading, Index, RowDelegate, draw_text

BLOCK_MIME = "application/x-lightdesigner-block"
"""What is dragged out of the palette: the name of a block as a node has it (`conv2d`, `own.stem`), in UTF-8."""

NO_OWN_BLOCKS = "This design has no blocks of its own yet."
NO_LIBRARY = "Your library is empty: keep a block of your own in it."


class _Section(NamedTuple):
    id: str
    title: str
    color: str
    cards: tuple[BlockCard, ...]
    sentences: tuple[str, ...] = ()  # below the cards; they cannot be chosen


class PaletteModel(QAbstractItemModel):
    """Sections at the top level, blocks under them. Rows without a card are sentences and cannot be chosen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._own: tuple[BlockCard, ...] = ()
        self._kept: tuple[BlockCard, ...] = ()
        self._skipped: tuple[str, ...] = ()
        self._basic = True
        self._words: tuple[str, ...] = ()
        self._sections: list[_Section] = []
        self._fill()

    # -- what is shown -----------------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """How many blocks there are, shown or not."""
        return len(palette().blocks) + len(self._own) + len(self._kept)

    def narrow(self, text: str, *, basic: bool) -> None:
        """Show what all words of `text` are found in; without any, the basic blocks or all of them."""
        self._words = tuple(text.lower().split())
        self._basic = basic
        self._refill()

    def set_own(self, cards: Sequence[BlockCard]) -> None:
        """The blocks that the design in front defines itself."""
        if tuple(cards) != self._own:
            self._own = tuple(cards)
            self._refill()

    def set_library(self, cards: Sequence[BlockCard], skipped: Sequence[str]) -> None:
        """The blocks of the library that the design lacks, and what is to be said of files that cannot be read."""
        if (tuple(cards), tuple(skipped)) != (self._kept, self._skipped):
            self._kept, self._skipped = tuple(cards), tuple(skipped)
            self._refill()

    def _refill(self) -> None:
        self.beginResetModel()
        self._fill()
        self.endResetModel()

    def _fill(self) -> None:
        shown = palette()
        self._sections = []
        for section in shown.sections:
            cards = [card for card in shown.blocks if card.section == section.id and self._wanted(card)]
            if self._words:
                cards.sort(key=self._rank)
            if cards:
                self._sections.append(_Section(section.id, section.title, f"category.{section.category}", tuple(cards)))
        own = tuple([card for card in self._own if self._wanted(card)])
        if own or not self._words:
            none = () if own else (NO_OWN_BLOCKS,)
            self._sections.append(_Section(OWN_SECTION, "Blocks of this design", "category.own", own, none))
        kept = tuple([card for card in self._kept if self._wanted(card)])
        if kept or not self._words:
            said = () if self._words else self._skipped or (() if kept else (NO_LIBRARY,))
            self._sections.append(_Section(LIBRARY_SECTION, "My blocks", "category.own", kept, said))

    def _wanted(self, card: BlockCard) -> bool:
        if self._words:
            return all(word in card.id.replace("_", " ") or word in card.id or word in _words_of(card) for word in self._words)
        return card.basic or not self._basic or card.section in (OWN_SECTION, LIBRARY_SECTION)

    def _rank(self, card: BlockCard) -> int:
        """How well a block fits what is searched for: the name itself, names that begin with it or hold it, the rest."""
        name, text = card.name.lower(), "_".join(self._words)
        return 0 if name == text else 1 if name.startswith(text) else 2 if text in name else 3

    def best(self) -> QModelIndex:
        """The row that fits the search best; invalid where nothing is searched for or found."""
        if not self._words or not self._sections:
            return QModelIndex()
        ranks = [self._rank(section.cards[0]) if section.cards else 9 for section in self._sections]  # the best stands first
        return self.index(0, 0, self.index(ranks.index(min(ranks)), 0))

    def find(self, block_id: str) -> QModelIndex:
        """The row of a block, invalid where it is not shown."""
        for s, section in enumerate(self._sections):
            for k, card in enumerate(section.cards):
                if card.id == block_id:
                    return self.index(k, 0, self.index(s, 0))
        return QModelIndex()

    def section_id(self, index: Index) -> str:
        """The id of a heading's section."""
        return self._sections[index.row()].id

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
        if parent.internalId():
            return 0
        section = self._sections[parent.row()]
        return len(section.cards) + len(section.sentences)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 1

    def card(self, index: Index) -> BlockCard | None:
        """The block of a row, None for headings and sentences."""
        if not index.isValid() or not index.internalId():
            return None
        cards = self._sections[int(index.internalId()) - 1].cards
        return cards[index.row()] if index.row() < len(cards) else None

    def _sentence(self, index: Index) -> str:
        section = self._sections[int(index.internalId()) - 1]
        return section.sentences[index.row() - len(section.cards)]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        card = self.card(index)
        heading = None
        if not index.internalId():
            section = self._sections[index.row()]
            heading = Heading(section.title, section.color, len(section.cards))
        if role == HEADING:
            return heading
        if role == ITEM:
            return card
        if role == Qt.ItemDataRole.DisplayRole:
            return heading.title if heading else card.name if card else self._sentence(index)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if heading is not None:
                return f"{heading.title}, {heading.size} blocks"
            return f"{card.name}: {card.summary}" if card else self._sentence(index)
        if role == Qt.ItemDataRole.ToolTipRole and card is None and heading is None:
            return self._sentence(index)
        if role == Qt.ItemDataRole.ToolTipRole and card is not None:
            return "\n".join(part for part in (card.shape, *card.formula, card.reference) if part) or None
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if not index.internalId():
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self.card(index) is None:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        return flags | Qt.ItemFlag.ItemNeverHasChildren

    def mimeTypes(self) -> list[str]:  # noqa: N802
        return [BLOCK_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:  # noqa: N802
        data = QMimeData()
        cards = [card for index in indexes if (card := self.card(index)) is not None]
        if cards:
            data.setData(BLOCK_MIME, QByteArray(cards[0].id.encode()))
        return data


def _words_of(card: BlockCard) -> str:
    return f"{card.title} {card.summary} {card.reference} {also(card.id)}".lower()


class PaletteDelegate(RowDelegate):
    """A block in the palette: its glyph in the hue of its category and its name; a grip where it can be taken."""

    def row_height(self, index: Index) -> int:
        return int(theme.current().size("palette_row"))

    def paint_row(self, painter: QPainter, rect: QRect, index: Index, *, active: bool) -> None:
        look = theme.current()
        card: BlockCard | None = index.data(ITEM)
        if card is None:
            draw_text(painter, rect.adjusted(34, 0, -16, 0), index.data(), "body", "text.muted")
            return
        ratio = painter.device().devicePixelRatio()
        top = rect.y() + (rect.height() - 16) // 2
        picture = look.pixmap(theme.glyph(card.id, card.category), f"category.{card.category}", 16, ratio)
        painter.drawPixmap(rect.x() + 40, top, picture)
        if active:
            painter.drawPixmap(rect.right() - 29, top + 1, look.pixmap("grip-vertical", "text.muted", 14, ratio))
        box = rect.adjusted(64, 0, -32 if active else -16, 0)
        draw_text(painter, box, index.data(), "body", "text.primary")
