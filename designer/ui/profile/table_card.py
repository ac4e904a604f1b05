"""The card in the middle: MACs and time of each stage, block or layer side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QMenu, QToolButton, QWidget

from designer.analysis.measured import Profile
from designer.app.profile_figures import ProfileRow
from designer.ui import copying, theme, units
from designer.ui.profile.card import PAD, Card, Marked, padded
from designer.ui.profile.row_view import RowView
from designer.ui.profile.table_delegate import Head, ProfileDelegate, SumRow, Swatch
from designer.ui.profile.table_model import COLUMNS, LEVELS, NATURAL, PLACE, ProfileModel, as_text, heading
from designer.ui.widgets import Segments, label, tool_button, without_margins

NARROW = 700  # px under which these columns give way, if nobody asked for them
GIVE_WAY = ("output", "intensity")
LEAST_NAME = 96
FEW = 10  # runs that are too few to speak of their interval
NAME_PAD = 44  # px beside the longest name: icon and margins


class TableCard(Card):
    """`picked` carries the nodes of the rows that a person selected, `activated` the node to go to on the canvas."""

    level_chosen = Signal(str)
    picked = Signal(object)  # frozenset of root node ids
    activated = Signal(str)

    def __init__(self) -> None:
        super().__init__("MACs and time side by side")
        self.title.setText("Blocks, MACs and time side by side")
        self._syncing = False
        self._chosen: dict[str, bool] = {}  # columns that a person showed or hid
        self.model = ProfileModel()
        self.model.setParent(self)
        self.view = RowView(Head(self.model))
        self._build_view()
        self._build_head()
        self.sum = SumRow(self.view, self.model)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.sum)
        self.remarks = label("", "caption", wrap=True)
        self.remarks.setContentsMargins(PAD, 8, PAD, 0)
        self.remarks.hide()
        self.body.addWidget(self.remarks)
        self.body.addWidget(self._build_foot())
        units.notifier().changed.connect(self._unit_changed)
        theme.notifier().changed.connect(self._repaint)

    # -- building ----------------------------------------------------------------------------------------------------------------

    def _build_head(self) -> None:
        self.note.hide()
        self.levels = Segments(["Stage", "Block", "Layer"], "Rows")
        self.levels.choose(LEVELS.index(self.model.level))
        self.levels.chosen.connect(lambda index: self.level_chosen.emit(LEVELS[index]))
        self.columns = tool_button(icon="columns-3", name="Choose columns", small=True)
        self.columns.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.columns.clicked.connect(lambda: self._pop(self.column_menu(), self.columns))
        self.copying = tool_button(icon="copy", name="Copy the table", small=True)
        self.copying.clicked.connect(lambda: self._pop(self.copy_menu(), self.copying))
        self.levels.setFixedHeight(26)
        for widget in (self.levels, self.columns, self.copying):
            self.head.addWidget(widget)

    def _build_view(self) -> None:
        view = self.view
        view.setModel(self.model)
        view.setAccessibleName("Blocks with their MACs and time")
        view.setItemDelegate(ProfileDelegate(view, self.model))
        header = view.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(lambda at: self.column_menu().popup(header.mapToGlobal(at)))
        header.sectionClicked.connect(self._sort_clicked)
        view.selectionModel().selectionChanged.connect(self._rows_selected)
        view.activated_row.connect(self._activate)
        view.resized.connect(self._fit)
        view.copied.connect(lambda: self.copy(markdown=False))

    def _build_foot(self) -> QWidget:
        foot = QWidget()
        foot.setFixedHeight(36)
        row = without_margins(QHBoxLayout(foot), 10)
        padded(row)
        row.addWidget(Swatch("state.worse"))
        row.addWidget(label("share of time over 1.5 times the share of MACs", "caption-secondary"))
        self.save_note = label("Save: ms above the roofline", "caption")
        row.addSpacing(8)
        row.addWidget(self.save_note)
        row.addStretch(1)
        self.noise = Marked("caption-secondary", wrap=False)
        row.addWidget(self.noise)
        return foot

    # -- what it shows -----------------------------------------------------------------------------------------------------------

    def show_rows(self, rows: Sequence[ProfileRow], whole: ProfileRow | None, level: str) -> None:
        """Show these rows, given in the order of execution, and their sum."""
        current = self.view.currentIndex().row()
        path = self.model.rows[current].path if 0 <= current < len(self.model.rows) else ""
        self.model.show_rows(rows, whole, level)
        self.levels.choose(LEVELS.index(level))
        self.title.setText(f"{('Stages', 'Blocks', 'Layers')[LEVELS.index(level)]}, MACs and time side by side")
        place = self.model.place_of(path) if path else -1
        if place >= 0 and place != self.view.currentIndex().row():
            flag = QItemSelectionModel.SelectionFlag.NoUpdate
            self.view.selectionModel().setCurrentIndex(self.model.index(place, 0), flag)
        self._fit()
        self._repaint()

    def show_noise(self, profile: Profile | None) -> None:
        """Say how quiet the machine was during a run."""
        self.noise.setVisible(profile is not None)
        self.remarks.setText(" ".join(profile.remarks) if profile is not None else "")
        self.remarks.setVisible(bool(self.remarks.text()))
        if profile is None:
            return
        times = profile.total_ms
        spread = (times.p75 - times.p25) / times.median if times.median else 0.0
        said = f"spread {spread * 100:.1f} %"
        if profile.noisy:
            self.noise.say("triangle-alert", "state.warning", f"Noisy machine: {said}")
            self.noise.setToolTip("Other programs were at work. Close them and run again for figures to rely on.")
        elif profile.stopped == "time_limit" and profile.runs < FEW:
            count = f"{profile.runs} {'run' if profile.runs == 1 else 'runs'}"
            self.noise.say("clock", "state.warning", f"Only {count} within the time limit")
            self.noise.setToolTip("So few runs say little. Allow more time, or close other programs.")
        elif profile.stopped == "time_limit":
            self.noise.say("clock", "state.warning", f"Stopped at the time limit: ± {times.within * 100:.1f} %")
            self.noise.setToolTip("The interval of the median is wider than was asked for. Allow more time for a narrower one.")
        else:
            self.noise.say("circle-check", "state.ok", f"Quiet machine: {said}")
            self.noise.setToolTip("The middle half of the runs lies so close together")

    def show_selection(self, node_ids: Iterable[str], *, scroll: bool = False) -> None:
        """Select the rows of these blocks."""
        wanted = frozenset(node_ids)
        chosen = [
            place for place, row in enumerate(self.model.rows) if row.layer.node_ids and wanted.issuperset(row.layer.node_ids)
        ]
        selection = self.view.selectionModel()
        self._syncing = True
        try:
            selection.clearSelection()
            flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
            for place in chosen:
                selection.select(self.model.index(place, 0), flags)
        finally:
            self._syncing = False
        if scroll and chosen:
            self.view.scrollTo(self.model.index(chosen[0], 0), QAbstractItemView.ScrollHint.EnsureVisible)

    # -- what a person does ------------------------------------------------------------------------------------------------------

    def show_column(self, column_id: str, shown: bool) -> None:
        """Show or hide a column, whatever the room."""
        self._chosen[column_id] = shown
        self._fit()

    def copy(self, *, markdown: bool) -> None:
        """Put the rows and columns that are shown on the clipboard."""
        columns = [column for column in range(len(COLUMNS)) if not self.view.isColumnHidden(column)]
        copying.copy(as_text(self.model, columns, markdown=markdown))

    def column_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for place in range(1, len(COLUMNS)):
            action = menu.addAction(heading(place, self.model.level))
            action.setObjectName(COLUMNS[place].id)
            action.setCheckable(True)
            action.setChecked(not self.view.isColumnHidden(place))
            action.toggled.connect(lambda shown, place=place: self.show_column(COLUMNS[place].id, shown))
        return menu

    def copy_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy as CSV").triggered.connect(lambda: self.copy(markdown=False))
        menu.addAction("Copy as Markdown").triggered.connect(lambda: self.copy(markdown=True))
        return menu

    @staticmethod
    def _pop(menu: QMenu, under: QWidget) -> None:
        menu.popup(under.mapToGlobal(QPoint(0, under.height())))

    def _sort_clicked(self, column: int) -> None:
        """Largest first (or A first), then the other way round, then the order of execution again."""
        first = COLUMNS[column].right or COLUMNS[column].id == "time_share"
        if self.model.sorted_by != column:
            wanted, descending = column, first
        elif self.model.descending == first:
            wanted, descending = column, not first
        else:
            wanted, descending = NATURAL, False
        ids = self._selected_ids()
        self.model.sort(wanted, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder)
        self.show_selection(ids)
        self.view.horizontalHeader().viewport().update()

    def _rows_selected(self) -> None:
        if not self._syncing:
            self.picked.emit(self._selected_ids())

    def _selected_ids(self) -> frozenset[str]:
        rows = self.view.selectionModel().selectedRows()
        return frozenset(node_id for index in rows for node_id in self.model.rows[index.row()].layer.node_ids)

    def _activate(self, row: int) -> None:
        ids = self.model.rows[row].layer.node_ids
        if ids:
            self.activated.emit(ids[0])

    # -- room --------------------------------------------------------------------------------------------------------------------

    def _fit(self) -> None:
        """Share the width: the bars take what is left over; where there is little, the shape of the output goes."""
        room = self.view.viewport().width()
        for place, column in enumerate(COLUMNS):
            shown = column.at_first and not (column.id in GIVE_WAY and room < NARROW)
            self.view.setColumnHidden(place, not self._chosen.get(column.id, shown))
        shown_columns = [place for place in range(len(COLUMNS)) if not self.view.isColumnHidden(place)]
        widths = {place: COLUMNS[place].width for place in shown_columns}
        name = PLACE["name"]
        metrics = QFontMetrics(theme.current().font("body"))
        longest = max([metrics.horizontalAdvance(row.path) for row in self.model.rows], default=0) + NAME_PAD
        widths[name] = min(max(widths[name], longest), 240)
        spare = room - sum(widths.values())
        if spare < 0:
            for place, least in ((PLACE["time_share"], 74), (PLACE["mac_share"], 66), (name, LEAST_NAME)):
                less = min(-spare, widths.get(place, 0) - least)
                if less > 0:
                    widths[place] -= less
                    spare += less
        else:
            bars = [PLACE[one] for one in ("mac_share", "time_share") if PLACE[one] in widths]
            for place in bars:
                part = spare * (0.35 if COLUMNS[place].id == "mac_share" else 0.45)
                widths[place] += int(min(part, 60))
            spare = room - sum(widths.values())
            widths[name] += max(0, spare)
        for place, width in widths.items():
            if self.view.columnWidth(place) != width:
                self.view.setColumnWidth(place, width)
        self.save_note.setVisible(room >= NARROW)
        self.sum.update()

    def _unit_changed(self) -> None:
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        self._repaint()

    def _repaint(self) -> None:
        self.view.viewport().update()
        self.view.horizontalHeader().viewport().update()
        self.sum.update()
