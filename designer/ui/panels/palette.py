"""The block palette: every block by category, searched, dragged out or inserted by Enter, with short help below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QKeyEvent, QPainter, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from designer.app.cards import BlockCard
from designer.app.library import PATIENCE, Unreadable, library
from designer.app.own_cards import LIBRARY_SECTION, OWN_SECTION, library_cards, own_cards
from designer.ui import theme
from designer.ui.panels.block_help import BlockHelp
from designer.ui.panels.palette_model import PaletteDelegate, PaletteModel
from designer.ui.panels.rows import RowView, draw_text
from designer.ui.panels.search import SearchField
from designer.ui.widgets import CutLabel, Segments, label, line, without_margins

if TYPE_CHECKING:
    from designer.app.controller import Controller, GraphDelta

KEY_TIP = "On the canvas, Tab adds a block at the pointer."
HELP_FROM = 440  # height of the panel in px; a lower one belongs to the list
FIRST_OPEN = {"conv", "composite", OWN_SECTION, LIBRARY_SECTION}
FIRST_CURRENT = "conv2d"


class BlockList(RowView):
    """The list of blocks; a row can be dragged out of it."""

    left = Signal()  # the pointer went elsewhere

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Blocks", parent)
        self.setDragEnabled(True)
        self.setDragDropMode(RowView.DragDropMode.DragOnly)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        super().leaveEvent(event)
        self.left.emit()

    def startDrag(self, actions: Qt.DropAction) -> None:  # noqa: N802
        model = self.model()
        assert isinstance(model, PaletteModel)
        card = model.card(self.currentIndex())
        if card is None:
            return
        drag = QDrag(self)
        drag.setMimeData(model.mimeData([self.currentIndex()]))
        picture = drag_picture(card, self.devicePixelRatio())
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(20, round(picture.height() / picture.devicePixelRatio() / 2)))
        self.carry(drag)

    def carry(self, drag: QDrag) -> None:
        """Follow the pointer until the block is dropped. Nothing else happens until then."""
        drag.exec(Qt.DropAction.CopyAction)


class Palette(QWidget):
    """The panel. `insert_requested` carries the name of a block as nodes have it, `own.` before own ones."""

    insert_requested = Signal(str)
    menu_wanted = Signal(object, object)  # BlockCard, a place on the screen

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Blocks")
        self._controller: Controller | None = None
        self._open = set(FIRST_OPEN)
        self._current = FIRST_CURRENT
        self._restoring = False
        self.model = PaletteModel(self)
        self.search = SearchField("Block to search for", key="Tab", key_tip=KEY_TIP)
        self.which = Segments(["Basic", "All"], "Blocks shown")
        self.list = BlockList()
        self.list.setModel(self.model)
        self.list.setItemDelegate(PaletteDelegate(self.list))
        self.nothing = label("", "muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self.nothing.setMargin(16)
        self.help = BlockHelp()
        self._arrange()
        self.search.textChanged.connect(self._narrow)
        self.search.installEventFilter(self)
        self.which.chosen.connect(self._narrow)
        self.list.row_chosen.connect(self._insert)
        self.list.menu_wanted.connect(lambda index, at: self.menu_wanted.emit(self.model.card(index), at))
        self.list.expanded.connect(lambda index: self._remember(index, open_=True))
        self.list.collapsed.connect(lambda index: self._remember(index, open_=False))
        self.list.selectionModel().currentChanged.connect(lambda index, _: self._moved(index))
        self.list.entered.connect(self._explain)
        self.list.left.connect(lambda: self._explain(self.list.currentIndex()))
        self.model.modelReset.connect(self._unfold)
        library().changed.connect(self._read_own)
        self._count()
        self._unfold()

    def _arrange(self) -> None:
        column = without_margins(QVBoxLayout(self))
        top = without_margins(QVBoxLayout(), 8)
        top.setContentsMargins(12, 8, 12, 8)
        top.addWidget(self.search)
        row = without_margins(QHBoxLayout())
        self.which.setFixedWidth(116)
        row.addWidget(self.which)
        row.addSpacing(8)
        self.caption = CutLabel("caption")
        self.caption.setText("by category")
        self.caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.caption, 1)
        top.addLayout(row)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing, 1)
        column.addWidget(line("line-default"))
        column.addWidget(self.help)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.help.setVisible(self.height() >= HELP_FROM)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        library().read(PATIENCE)  # files may have come since

    # -- the design in front -------------------------------------------------------------------------------------------------

    def set_controller(self, controller: Controller | None) -> None:
        """Show the own blocks of this document's design; None has none."""
        if self._controller is not None:
            self._controller.graph_changed.disconnect(self._graph_changed)
        self._controller = controller
        if controller is not None:
            controller.graph_changed.connect(self._graph_changed)
        self._read_own()

    def _graph_changed(self, delta: GraphDelta) -> None:
        if delta.definitions or delta.everything:
            self._read_own()

    def _read_own(self) -> None:
        design = self._controller.design if self._controller is not None else None
        cards = own_cards(design) if design is not None else []
        self.model.set_own(cards)
        shelf = library()
        self.model.set_library(library_cards(), [_skipped(one) for one in shelf.unreadable])
        self._count()

    def _count(self) -> None:
        self.search.setPlaceholderText(f"Search {self.model.total} blocks")

    def show_all(self, wanted: bool) -> None:
        """Show all blocks, or the basic ones alone."""
        self.which.choose(int(wanted))
        self._narrow()

    # -- searching -----------------------------------------------------------------------------------------------------------

    def _narrow(self) -> None:
        self.model.narrow(self.search.text(), basic=self.which.index == 0)

    def _unfold(self) -> None:
        """Open the headings again after the rows changed: all of them while something is searched for."""
        searching = bool(self.search.text().strip())
        self._restoring = True
        for row in range(self.model.rowCount()):
            index = self.model.index(row, 0)
            self.list.setExpanded(index, searching or self.model.section_id(index) in self._open)
        self._restoring = False
        found = self.model.best() if searching else self.model.find(self._current)
        if found.isValid() and (searching or self.list.isExpanded(found.parent())):
            self.list.setCurrentIndex(found)
        shown = self.model.rowCount() > 0
        self.list.setVisible(shown)
        self.nothing.setVisible(not shown)
        self.nothing.setText(f"No block has “{self.search.text().strip()}” in its name or description.")
        self.caption.setText("in all blocks" if searching else "by category")

    def _remember(self, index: QModelIndex, *, open_: bool) -> None:
        if not self._restoring and not self.search.text().strip():
            (self._open.add if open_ else self._open.discard)(self.model.section_id(index))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
                self.list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._insert(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    # -- choosing ------------------------------------------------------------------------------------------------------------

    def _insert(self, index: QModelIndex) -> None:
        card = self.model.card(index)
        if card is not None:
            self.insert_requested.emit(card.id)

    def _moved(self, index: QModelIndex) -> None:
        card = self.model.card(index)
        if card is not None:
            self._current = card.id
        self._explain(index)

    def _explain(self, index: QModelIndex) -> None:
        """Help on the block under the pointer, or on the current one; a heading changes nothing."""
        card = self.model.card(index)
        if card is not None:
            self.help.show_card(card)


def _skipped(one: Unreadable) -> str:
    return f"Skipped {one.file.name}: {one.reason.removeprefix(f'{one.file}: ')}"


def drag_picture(card: BlockCard, ratio: float) -> QPixmap:
    """What follows the pointer: the block as it will stand on the canvas, its name only."""
    look = theme.current()
    width, height = 160, 32
    picture = QPixmap(round(width * ratio), round(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.color("accent.base"))
        painter.setBrush(look.color("node.body"))
        box = picture.rect()
        box.setSize(box.size() / ratio)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), look.size("radius.node"), look.size("radius.node"))
        painter.fillRect(1, 6, 4, height - 12, look.category(card.category))
        painter.drawPixmap(14, 8, look.pixmap(theme.glyph(card.id, card.category), f"category.{card.category}", 16, ratio))
        draw_text(painter, box.adjusted(36, 0, -8, 0), card.name, "strong", "text.primary")
    finally:
        painter.end()
    return picture
