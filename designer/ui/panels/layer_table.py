"""The layer table: every stage, block or layer with its figures, in step with the selection on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from designer.analysis.engine import Delta
from designer.analysis.layers import BLOCK, LAYER, STAGE, LayerRow
from designer.app.controller import Controller, GraphDelta
from designer.app.settings import LAYER_LEVEL, LAYER_SORT, Settings
from designer.graph.design import ROOT
from designer.ui import copying, theme, units
from designer.ui.panels.layer_columns import LayerColumns
from designer.ui.panels.layer_delegate import LayerDelegate
from designer.ui.panels.layer_model import COLUMNS, PLACE, SORT_NATURAL, LayerModel, as_text
from designer.ui.panels.layer_view import LayerView
from designer.ui.widgets import Segments, tool_button, without_margins

LEVELS = (STAGE, BLOCK, LAYER)


class _Filter(QLineEdit):
    """As wide as its example, where there is room for that."""

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(176, super().sizeHint().height())


class LayerTable(QWidget):
    """The panel. Its `header` holds the filter, the level, the choice of columns and copying."""

    node_activated = Signal(str)
    menu_wanted = Signal(object, object)  # ids of the selected blocks, in the order of execution; a place on the screen

    def __init__(self, settings: Settings | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Layers")
        self._controller: Controller | None = None
        self._settings = settings
        self._syncing = False
        self._stale: Delta | None = None
        self.model = LayerModel()
        self.model.setParent(self)
        self.view = LayerView()
        self._build_view()
        self.columns = LayerColumns(self.view, self.model, settings)
        column = without_margins(QVBoxLayout(self))
        column.addWidget(self.view)
        self.header = self._build_header()
        self._remembered()
        self._current: tuple[object, ...] | None = None
        self.model.modelAboutToBeReset.connect(self._note_current)
        self.model.rebuilt.connect(self._rebuilt)
        units.notifier().changed.connect(self.model.unit_changed)
        theme.notifier().changed.connect(self.view.viewport().update)

    # -- building ----------------------------------------------------------------------------------------------------------

    def _build_view(self) -> None:
        view = self.view
        view.setModel(self.model)
        view.setAccessibleName("Layers and what they cost")
        delegate = LayerDelegate(view, self.model)
        view.setItemDelegate(delegate)
        view.hover = delegate
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setTabKeyNavigation(False)
        view.setCornerButtonEnabled(False)
        rows = view.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(16)
        rows.setDefaultSectionSize(theme.current().size("table_row"))
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        view.horizontalHeader().sectionClicked.connect(self._sort_clicked)
        view.selectionModel().selectionChanged.connect(self._rows_selected)
        view.activated_row.connect(self._activate)
        view.toggled_row.connect(self._toggle)
        view.copied.connect(lambda: self.copy(markdown=False))
        view.menu_wanted.connect(self._menu_wanted)

    def _build_header(self) -> QWidget:
        header = QWidget()
        row = without_margins(QHBoxLayout(header), 8)
        self.filter = _Filter()
        self.filter.setPlaceholderText("Filter, e.g. stride=2")
        self.filter.setAccessibleName("Filter the layers")
        self.filter.setToolTip("Words of name, block or stage; values such as stride=2, groups>1, macs>1M, kernel=3")
        self.filter.setClearButtonEnabled(True)
        self.filter.addAction(theme.current().icon("list-filter"), QLineEdit.ActionPosition.LeadingPosition)
        for inner in self.filter.findChildren(QToolButton):
            inner.setProperty("small", True)
        self.filter.setMinimumWidth(56)  # in a small window it gives way, not what is chosen beside it
        self.filter.setMaximumWidth(196)
        self.filter.textChanged.connect(self._filtered)
        self.levels = Segments(["Stage", "Block", "Layer"], "Rows")
        self.levels.choose(LEVELS.index(self.model.level))
        self.levels.chosen.connect(self._level_chosen)
        self.choice = tool_button(icon="columns-3", name="Choose columns", small=True)
        self.choice.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.choice.clicked.connect(lambda: self._pop(self.columns.menu(), self.choice))
        self.copying = tool_button(icon="copy", name="Copy the table", small=True)
        self.copying.clicked.connect(lambda: self._pop(self._copy_menu(), self.copying))
        row.addWidget(self.filter, 1)
        self.levels.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)  # the filter makes room
        row.addWidget(self.levels)
        row.addWidget(self.choice)
        row.addWidget(self.copying)
        header.setFixedHeight(24)
        return header

    @staticmethod
    def _pop(menu: QMenu, under: QWidget) -> None:
        menu.popup(under.mapToGlobal(QPoint(0, under.height())))

    def _copy_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy as CSV").triggered.connect(lambda: self.copy(markdown=False))
        menu.addAction("Copy as Markdown").triggered.connect(lambda: self.copy(markdown=True))
        return menu

    # -- what a person chooses ---------------------------------------------------------------------------------------------

    def _remembered(self) -> None:
        """Rows and sorting as they were the last time."""
        settings = self._settings
        if settings is None:
            return
        self.model.set_level(settings.get(LAYER_LEVEL))
        self.levels.choose(LEVELS.index(self.model.level))
        sort = settings.get(LAYER_SORT)
        if sort and sort[0] in PLACE:
            self._sort(PLACE[sort[0]], descending=bool(sort[1]))

    def copy(self, *, markdown: bool) -> None:
        """Put the rows and columns that are shown on the clipboard."""
        copying.copy(as_text(self.model, self.columns.shown(), markdown=markdown))

    def _filtered(self, text: str) -> None:
        self.model.set_filter(text)

    def _level_chosen(self, index: int) -> None:
        self.model.set_level(LEVELS[index])
        if self._settings is not None:
            self._settings.set(LAYER_LEVEL, LEVELS[index])

    def _sort_clicked(self, column: int) -> None:
        """Largest first (or A first), then the other way round, then the order of execution again."""
        by, descending = self.model.sorted_by
        first = COLUMNS[column].right
        if by != column:
            wanted = (column, first)
        elif descending == first:
            wanted = (column, not first)
        else:
            wanted = (SORT_NATURAL, True)
        self._sort(wanted[0], descending=wanted[1])
        if self._settings is not None:
            self._settings.set(LAYER_SORT, [COLUMNS[wanted[0]].id, wanted[1]] if wanted[0] >= 0 else [])
        self._show_selection()

    def _sort(self, column: int, *, descending: bool) -> None:
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        header = self.view.horizontalHeader()
        header.setSortIndicatorShown(column >= 0)
        if column >= 0:
            header.setSortIndicator(column, order)
        self.model.sort(column, order)

    def _toggle(self, row: int) -> None:
        stage = self.model.rows[row].stage
        if stage is not None:
            self.model.toggle(stage)

    def _menu_wanted(self, at: QPoint) -> None:
        controller = self._controller
        order = [*controller.engine.order.order, *controller.engine.order.rest] if controller is not None else []
        chosen = controller.selection if controller is not None else frozenset()
        self.menu_wanted.emit([node_id for node_id in order if node_id in chosen], at)

    # -- whom it follows ---------------------------------------------------------------------------------------------------

    def set_controller(self, controller: Controller | None) -> None:
        """Follow another document, or none."""
        old = self._controller
        if controller is old:
            return
        if old is not None:
            old.graph_changed.disconnect(self._graph_changed)
            old.analysis_changed.disconnect(self._analysis_changed)
            old.selection_changed.disconnect(self._selection_changed)
            old.measurements.replaced.disconnect(self._times_changed)
            old.destroyed.disconnect(self._forget)
        self._controller = controller
        if controller is not None:
            controller.graph_changed.connect(self._graph_changed)
            controller.analysis_changed.connect(self._analysis_changed)
            controller.selection_changed.connect(self._selection_changed)
            controller.measurements.replaced.connect(self._times_changed)
            controller.destroyed.connect(self._forget)
        self._stale = None
        self.model.set_controller(controller)
        self._show_times()
        self._show_selection()

    def _times_changed(self) -> None:
        """Other times are shown, or the first ones."""
        if self.isVisible():
            self.model.refresh()
            self._show_times()
        else:
            self._stale = self._stale or Delta(frozenset(), frozenset(), False)

    def _show_times(self) -> None:
        self.columns.show_times(self._controller is not None and self._controller.measurements.layers_ms is not None)

    def _forget(self) -> None:
        """The document is being destroyed: there is nothing to disconnect from any more."""
        self._controller = None
        self.model.set_controller(None)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if self._stale is not None:
            delta, self._stale = self._stale, None
            self.model.follow(delta)
        self._show_times()
        self._show_selection()

    def _graph_changed(self, delta: GraphDelta) -> None:
        # where this edit can change a row, `analysis_changed` comes next and brings the list up to date
        if delta.everything:
            self.model.set_controller(self._controller)
        else:
            self.model.forget(node_id for scope, node_id in delta.touched if scope == ROOT)

    def _analysis_changed(self, delta: Delta) -> None:
        if self._stale is not None:
            delta = Delta(delta.changed | self._stale.changed, delta.removed | self._stale.removed, True)
        if self.isVisible():
            self._stale = None
            self.model.follow(delta)
            if delta.totals:
                self.columns.refit()
        else:
            self._stale = delta

    def _selection_changed(self, _: object) -> None:
        if self.isVisible():
            self._show_selection(scroll=True)

    # -- selection ---------------------------------------------------------------------------------------------------------

    def _note_current(self) -> None:
        row = self.view.currentIndex().row()
        self._current = _key(self.model.rows[row]) if 0 <= row < len(self.model.rows) else None

    def _rebuilt(self) -> None:
        """Rows came or went: the keyboard stays on the row it was on."""
        if self._current is not None:
            place = next((k for k, row in enumerate(self.model.rows) if _key(row) == self._current), -1)
            if place >= 0:
                flag = QItemSelectionModel.SelectionFlag.NoUpdate
                self.view.selectionModel().setCurrentIndex(self.model.index(place, 0), flag)
        self.columns.refit()
        self._show_selection()

    def _show_selection(self, *, scroll: bool = False) -> None:
        """Select the rows of the selected blocks."""
        if self._controller is None or self._syncing:
            return
        wanted = self._controller.selection
        chosen = [
            place
            for place, row in enumerate(self.model.rows)
            if (wanted.issuperset(row.node_ids) if row.level == STAGE else row.node_ids[0] in wanted)
        ]
        selection = QItemSelection()
        last = len(COLUMNS) - 1
        for first, end in _runs(chosen):
            selection.append(QItemSelectionRange(self.model.index(first, 0), self.model.index(end, last)))
        self._syncing = True
        try:
            self.view.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        finally:
            self._syncing = False
        if scroll and chosen:
            at = self.model.index(chosen[0], 0)
            if not self.view.viewport().rect().contains(self.view.visualRect(at)):
                self.view.scrollTo(at, QAbstractItemView.ScrollHint.PositionAtCenter)

    def _rows_selected(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        if self._syncing or self._controller is None:
            return
        model = self.view.selectionModel()
        if QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier:
            wanted = (self._controller.selection | self._ids(selected)) - self._ids(deselected)
        else:
            wanted = frozenset(node_id for index in model.selectedRows() for node_id in self.model.rows[index.row()].node_ids)
        self._syncing = True  # the rows stay under the mouse: nothing scrolls
        try:
            self._controller.select(wanted)
        finally:
            self._syncing = False
        self._show_selection()

    def _ids(self, selection: QItemSelection) -> frozenset[str]:
        found: set[str] = set()
        for number in range(selection.count()):
            part = selection.at(number)
            for row in range(part.top(), part.bottom() + 1):
                if row < len(self.model.rows):
                    found.update(self.model.rows[row].node_ids)
        return frozenset(found)

    def _activate(self, row: int) -> None:
        ids = self.model.rows[row].node_ids
        if ids:
            self.node_activated.emit(ids[0])


def _key(row: LayerRow) -> tuple[object, ...]:
    return row.level, row.group, row.name, row.node_ids


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Ascending numbers as ranges, both ends included."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
