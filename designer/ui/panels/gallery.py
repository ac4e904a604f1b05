"""The preset gallery: the networks of the literature and the examples with their figures; Enter or double-click opens one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from designer.app.cards import presets
from designer.ui import units
from designer.ui.panels.gallery_model import ALL_FAMILIES, ORDERS, GalleryDelegate, GalleryModel, families, order_names
from designer.ui.panels.rows import RowView
from designer.ui.panels.search import SearchField
from designer.ui.widgets import label, without_margins

if TYPE_CHECKING:
    from designer.app.controller import Controller

NAVIGATION = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)


class Gallery(QWidget):
    """The panel. `open_requested` carries the DESIGN text of a preset: its id, so with its default options."""

    open_requested = Signal(str)
    menu_wanted = Signal(object, object)  # PresetCard, a place on the screen

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Presets")
        self._current = ""
        self._folded: set[str] = set()
        self._restoring = False
        self.model = GalleryModel(self)
        self.search = SearchField("Preset to search for")
        self.search.setPlaceholderText(f"Search {len(presets())} presets")
        self.family = QComboBox()
        self.family.setAccessibleName("Family")
        self.family.addItems([ALL_FAMILIES, *families()])
        self.order = QComboBox()
        self.order.setAccessibleName("Order")
        self.order.addItems(order_names())
        self.list = RowView("Presets")
        self.list.setModel(self.model)
        self._delegate = GalleryDelegate(self.list)
        self._narrow_rows = False
        self.list.setItemDelegate(self._delegate)
        self.nothing = label("", "muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self.nothing.setMargin(16)
        self.caption = label("", "caption")
        self._arrange()
        self.search.textChanged.connect(self._narrow)
        self.search.installEventFilter(self)
        self.list.viewport().installEventFilter(self)
        self.family.currentIndexChanged.connect(self._narrow)
        self.order.currentIndexChanged.connect(self._narrow)
        self.list.row_chosen.connect(self._open)
        self.list.menu_wanted.connect(lambda index, at: self.menu_wanted.emit(self.model.card(index), at))
        self.list.expanded.connect(lambda index: self._remember(index, folded=False))
        self.list.collapsed.connect(lambda index: self._remember(index, folded=True))
        self.list.selectionModel().currentChanged.connect(lambda index, _: self._moved(index))
        units.notifier().changed.connect(self._unit_changed)
        self.model.modelReset.connect(self._unfold)
        self._unfold()

    def _arrange(self) -> None:
        column = without_margins(QVBoxLayout(self))
        top = without_margins(QVBoxLayout(), 8)
        top.setContentsMargins(12, 8, 12, 8)
        top.addWidget(self.search)
        self._choices = row = without_margins(QHBoxLayout(), 8)
        for box in (self.family, self.order):
            box.setMinimumContentsLength(6)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            row.addWidget(box, 1)
        top.addLayout(row)
        row = without_margins(QHBoxLayout())
        row.addWidget(self.caption)
        row.addStretch(1)
        row.addWidget(label("top-1 on ImageNet", "caption"))
        top.addLayout(row)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing, 1)

    def set_controller(self, controller: Controller | None) -> None:
        """The document in front changed: mark the preset it was made from, if it was made from one."""
        origin = controller.design.origin if controller is not None else None
        index = self.model.find(origin.preset) if origin is not None else QModelIndex()
        if index.isValid():
            self.list.setCurrentIndex(index)

    def _fit(self) -> None:
        """The list has another width: rows are higher in a narrow one, and the choices stand above each other."""
        if self._delegate.narrow != self._narrow_rows:
            self._narrow_rows = self._delegate.narrow
            way = QBoxLayout.Direction.TopToBottom if self._narrow_rows else QBoxLayout.Direction.LeftToRight
            self._choices.setDirection(way)
            self.list.scheduleDelayedItemsLayout()

    def _unit_changed(self) -> None:
        for k, name in enumerate(order_names()):
            self.order.setItemText(k, name)
        self.list.viewport().update()

    def _narrow(self) -> None:
        self.model.narrow(self.search.text(), self.family.currentText(), list(ORDERS)[self.order.currentIndex()])

    def _unfold(self) -> None:
        """Open the headings again after the rows changed, and keep the current preset, or take the first found."""
        wanted = self._current
        self._restoring = True
        searching = bool(self.search.text().strip())
        for row in range(self.model.rowCount()):
            index = self.model.index(row, 0)
            self.list.setExpanded(index, searching or index.data() not in self._folded)
        self._restoring = False
        index = self.model.find(wanted)
        if not index.isValid() and searching and self.model.shown:
            index = self.model.index(0, 0, self.model.index(0, 0))
        if index.isValid():
            self.list.setCurrentIndex(index)
        shown = self.model.shown
        self.caption.setText(f"{shown} of {len(presets())}")
        self.list.setVisible(shown > 0)
        self.nothing.setVisible(not shown)
        self.nothing.setText(f"No preset of {self._where()} has “{self.search.text().strip()}” in its name or paper.")

    def _where(self) -> str:
        return "any family" if self.family.currentText() == ALL_FAMILIES else self.family.currentText()

    def _remember(self, index: QModelIndex, *, folded: bool) -> None:
        if not self._restoring and not self.search.text().strip():
            (self._folded.add if folded else self._folded.discard)(str(index.data()))

    def _moved(self, index: QModelIndex) -> None:
        card = self.model.card(index)
        if card is not None:
            self._current = card.id

    def _open(self, index: QModelIndex) -> None:
        card = self.model.card(index)
        if card is not None:
            self.open_requested.emit(card.id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is self.list.viewport() and event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self._fit)  # when the list knows of it
        elif watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in NAVIGATION:
                self.list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._open(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)
