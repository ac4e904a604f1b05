"""The layer table: every stage, block or layer with its figures, in step with the selection on the canvas."""

from __future__ import annotations

import math
from itertools import pairwise

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QItemSelectionRange, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from designer.analysis.engine import Delta
from designer.analysis.layers import BLOCK, LAYER, STAGE, LayerRow
from designer.app.controller import Controller, GraphDelta
from designer.app.settings import LAYER_COLUMNS, LAYER_LEVEL, LAYER_SORT, LAYER_WIDTHS, Settings
from designer.graph.design import ROOT
from designer.ui import copying, theme, units
from designer.ui.panels.layer_delegate import PAD, LayerDelegate
from designer.ui.panels.layer_model import COLUMNS, PLACE, SORT_NATURAL, LayerModel, as_text, heading
from designer.ui.panels.layer_times import SHOWN_WITH_TIMES
from designer.ui.widgets import Segments, tool_button, without_margins

LEVELS = (STAGE, BLOCK, LAYER)
NAME_AROUND = 45  # px of the name's column beside the name: icon, indent, margins
NAME_MOST = 360  # px that the name's column takes before the others get any


class _View(QTableView):
    """A table in which rows, not cells, are hovered, folded and gone to."""

    activated_row = Signal(int)
    menu_wanted = Signal(QPoint)  # a place on the screen
    toggled_row = Signal(int)
    resized = Signal()
    copied = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.hover: LayerDelegate | None = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if self.hover is not None and row != self.hover.hovered:
            self.hover.hovered = row
            self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = event.position().toPoint()
        if (
            event.button() == Qt.MouseButton.LeftButton
            and at.x() < self.columnViewportPosition(0) + 28
            and self._is_group(self.rowAt(at.y()))
        ):
            self.toggled_row.emit(self.rowAt(at.y()))
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        row = self.rowAt(event.position().toPoint().y())
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            if self._is_group(row):
                self.toggled_row.emit(row)
            else:
                self.activated_row.emit(row)
            return
        super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        row = self.currentIndex().row()
        key = event.key()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        elif row >= 0 and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated_row.emit(row)
        elif row >= 0 and key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space) and self._is_group(row):
            closed = self._model().is_closed(self._model().rows[row].stage)
            if key == Qt.Key.Key_Space or closed == (key == Qt.Key.Key_Right):
                self.toggled_row.emit(row)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.currentIndex().isValid():
            self.menu_wanted.emit(self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft()))
        else:
            self.menu_wanted.emit(event.globalPos())

    def _model(self) -> LayerModel:
        model = self.model()
        assert isinstance(model, LayerModel)
        return model

    def _is_group(self, row: int) -> bool:
        return 0 <= row < len(self._model().rows) and self._model().rows[row].group

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.resized.emit()


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
        self._widths: dict[str, int] = {}  # of the columns that a person gave a width
        self._letters: dict[str, int] = {}  # of the longest number in each column, when widths were last shared
        self._fitting = False
        self._syncing = False
        self._stale: Delta | None = None
        self._chosen: set[str] = set()  # columns that a person showed or hid
        self.model = LayerModel()
        self.model.setParent(self)
        self.view = _View()
        self._build_view()
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
        header = view.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(False)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(48)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(lambda at: self._column_menu().popup(header.mapToGlobal(at)))
        header.sectionClicked.connect(self._sort_clicked)
        header.setAccessibleName("Columns")
        header.sectionResized.connect(self._resized)
        header.sectionMoved.connect(self._moved)
        view.selectionModel().selectionChanged.connect(self._rows_selected)
        view.activated_row.connect(self._activate)
        view.toggled_row.connect(self._toggle)
        view.resized.connect(self._fit)
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
        self.columns = tool_button(icon="columns-3", name="Choose columns", small=True)
        self.columns.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.columns.clicked.connect(lambda: self._pop(self._column_menu(), self.columns))
        self.copying = tool_button(icon="copy", name="Copy the table", small=True)
        self.copying.clicked.connect(lambda: self._pop(self._copy_menu(), self.copying))
        row.addWidget(self.filter, 1)
        self.levels.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)  # the filter makes room
        row.addWidget(self.levels)
        row.addWidget(self.columns)
        row.addWidget(self.copying)
        header.setFixedHeight(24)
        return header

    @staticmethod
    def _pop(menu: QMenu, under: QWidget) -> None:
        menu.popup(under.mapToGlobal(QPoint(0, under.height())))

    def _column_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for place in range(1, len(COLUMNS)):
            action = menu.addAction(heading(place))
            action.setObjectName(COLUMNS[place].id)
            action.setCheckable(True)
            action.setChecked(not self.view.isColumnHidden(place))
            action.toggled.connect(lambda shown, place=place: self.show_column(COLUMNS[place].id, shown))
        menu.addSeparator()
        usual = menu.addAction("Usual columns")
        usual.setStatusTip("Show the columns of the first day, in their order and as wide as they fit")
        usual.triggered.connect(self.usual_columns)
        return menu

    def _copy_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy as CSV").triggered.connect(lambda: self.copy(markdown=False))
        menu.addAction("Copy as Markdown").triggered.connect(lambda: self.copy(markdown=True))
        return menu

    # -- what a person chooses ---------------------------------------------------------------------------------------------

    def show_column(self, column_id: str, shown: bool) -> None:
        """Show or hide a column by its id."""
        self._chosen.add(column_id)
        self.view.setColumnHidden(PLACE[column_id], not shown)
        self._fit()
        self._keep_columns()

    def usual_columns(self) -> None:
        """Columns, their order and widths as on the first day."""
        self._widths = {}
        self._chosen.clear()
        self._show_columns([column.id for column in COLUMNS if column.at_first])
        if self._settings is not None:
            self._settings.forget(LAYER_COLUMNS)
            self._settings.forget(LAYER_WIDTHS)
        self._show_times()

    def _show_columns(self, ids: list[str]) -> None:
        """Show these columns in this order, the name first, and no others."""
        header = self.view.horizontalHeader()
        self._fitting = True
        try:
            wanted = ["name", *[one for one in ids if one != "name"]]
            for place, column in enumerate(COLUMNS):
                self.view.setColumnHidden(place, column.id not in wanted)
            order = list(wanted)
            for before, column in pairwise(COLUMNS):  # one that is hidden comes back beside its neighbour
                if column.id not in wanted:
                    order.insert(order.index(before.id) + 1, column.id)
            for visual, column_id in enumerate(order):
                header.moveSection(header.visualIndex(PLACE[column_id]), visual)
        finally:
            self._fitting = False

    # -- what is remembered ------------------------------------------------------------------------------------------------

    def _remembered(self) -> None:
        """Columns, widths, rows and sorting as they were the last time."""
        settings = self._settings
        ids = [one for one in settings.get(LAYER_COLUMNS) if one in PLACE] if settings is not None else []
        self._show_columns(ids or [column.id for column in COLUMNS if column.at_first])
        if settings is None:
            return
        self._widths = {one: width for one, width in settings.get(LAYER_WIDTHS) if one in PLACE}
        self.model.set_level(settings.get(LAYER_LEVEL))
        self.levels.choose(LEVELS.index(self.model.level))
        sort = settings.get(LAYER_SORT)
        if sort and sort[0] in PLACE:
            self._sort(PLACE[sort[0]], descending=bool(sort[1]))

    def _keep_columns(self) -> None:
        if self._settings is None:
            return
        header = self.view.horizontalHeader()
        shown = [header.logicalIndex(visual) for visual in range(header.count())]
        self._settings.set(LAYER_COLUMNS, [COLUMNS[place].id for place in shown if not self.view.isColumnHidden(place)])
        self._settings.set(LAYER_WIDTHS, [[one, width] for one, width in self._widths.items()])

    def _resized(self, place: int, _: int, width: int) -> None:
        if not self._fitting and width > 0 and not self.view.isColumnHidden(place):
            self._widths[COLUMNS[place].id] = width
            self._keep_columns()

    def _moved(self, *_: int) -> None:
        if not self._fitting:
            self._keep_columns()

    def copy(self, *, markdown: bool) -> None:
        """Put the rows and columns that are shown on the clipboard."""
        header = self.view.horizontalHeader()
        shown = [header.logicalIndex(place) for place in range(header.count())]
        columns = [column for column in shown if not self.view.isColumnHidden(column)]
        copying.copy(as_text(self.model, columns, markdown=markdown))

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

    def _fit(self) -> None:
        """Share the room: a column that a person gave a width keeps it, the others shrink as far as numbers allow, and what is
        left over goes to the name first, then to all alike."""
        shown = [place for place in range(len(COLUMNS)) if not self.view.isColumnHidden(place)]
        self._letters = self.model.letters()
        letter = QFontMetricsF(theme.current().font("number_small")).horizontalAdvance("0")
        least = {
            place: max(COLUMNS[place].least, math.ceil(letter * self._letters.get(COLUMNS[place].id, 0)) + 2 * PAD)
            for place in shown
        }
        if 0 in shown and 0 not in self._given():
            self._keep_names_whole(least)
        widths = {place: self._widths.get(COLUMNS[place].id, max(COLUMNS[place].width, least[place])) for place in shown}
        free = [place for place in shown if COLUMNS[place].id not in self._widths]
        spare = self.view.viewport().width() - sum(widths.values())
        if spare < 0:
            slack = sum(widths[place] - least[place] for place in free)
            part = min(1.0, -spare / slack) if slack else 0.0
            for place in free:
                widths[place] -= math.ceil((widths[place] - least[place]) * part)
        elif free:
            name = min(spare, NAME_MOST - COLUMNS[0].width) if 0 in free else 0
            each, rest = divmod(spare - name, len(free))
            for place in free:
                widths[place] += each
            widths[free[0]] += name + rest
        self._fitting = True
        try:
            for place, width in widths.items():
                self.view.setColumnWidth(place, width)
        finally:
            self._fitting = False

    def _given(self) -> set[int]:
        """The columns that a person gave a width."""
        return {PLACE[one] for one in self._widths if one in PLACE}

    def _keep_names_whole(self, least: dict[int, int]) -> None:
        """What is left when all other columns are as narrow as they may be goes to the names, as far as these need it."""
        metrics = QFontMetrics(theme.current().font("body"))
        name = max(map(metrics.horizontalAdvance, self.model.longest_names()), default=0)
        room = self.view.viewport().width() - sum(least.values())
        least[0] += max(0, min(room, NAME_MOST - least[0], name + NAME_AROUND - least[0]))

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
        """Milliseconds stand beside MACs as soon as they are known, unless a person has chosen the columns."""
        if self._settings is not None and self._settings.get(LAYER_COLUMNS):
            return
        known = self._controller is not None and self._controller.measurements.layers_ms is not None
        for column_id in SHOWN_WITH_TIMES:
            if column_id not in self._chosen:
                self.view.setColumnHidden(PLACE[column_id], not known)
        self._fit()

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
            if delta.totals and self.model.letters() != self._letters:
                self._fit()
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
        if self.model.letters() != self._letters:
            self._fit()
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
