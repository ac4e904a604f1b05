"""The columns of the layer table: which are shown, in which order and how wide; a person's choice is remembered."""

from __future__ import annotations

import math
from itertools import pairwise

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF
from PySide6.QtWidgets import QMenu

from designer.app.settings import LAYER_COLUMNS, LAYER_WIDTHS, Settings
from designer.ui import theme
from designer.ui.panels.layer_delegate import PAD
from designer.ui.panels.layer_model import COLUMNS, PLACE, LayerModel, heading
from designer.ui.panels.layer_times import SHOWN_WITH_TIMES
from designer.ui.panels.layer_view import LayerView

NAME_AROUND = 45  # px of the name's column beside the name: icon, indent, margins
NAME_MOST = 360  # px that the name's column takes before the others get any


class LayerColumns(QObject):
    """Shows, hides, orders and fits the columns of a view."""

    def __init__(self, view: LayerView, model: LayerModel, settings: Settings | None) -> None:
        super().__init__(view)
        self.view = view
        self.model = model
        self._settings = settings
        self._times_known = False
        self._widths: dict[str, int] = {}  # of the columns that a person gave a width
        self._letters: dict[str, int] = {}  # of the longest number in each column, when widths were last shared
        self._chosen: set[str] = set()  # columns that a person showed or hid
        self._fitting = False
        header = view.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(False)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(48)
        header.setAccessibleName("Columns")
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(lambda at: self.menu().popup(header.mapToGlobal(at)))
        header.sectionResized.connect(self._resized)
        header.sectionMoved.connect(self._moved)
        view.resized.connect(self.fit)
        ids = [one for one in settings.get(LAYER_COLUMNS) if one in PLACE] if settings is not None else []
        self._show_only(ids or [column.id for column in COLUMNS if column.at_first])
        if settings is not None:
            self._widths = {one: width for one, width in settings.get(LAYER_WIDTHS) if one in PLACE}

    # -- which are shown ---------------------------------------------------------------------------------------------------

    def shown(self) -> list[int]:
        """The columns that are shown, from left to right."""
        header = self.view.horizontalHeader()
        places = [header.logicalIndex(visual) for visual in range(header.count())]
        return [place for place in places if not self.view.isColumnHidden(place)]

    def menu(self) -> QMenu:
        """A menu that shows and hides them."""
        menu = QMenu(self.view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for place in range(1, len(COLUMNS)):
            action = menu.addAction(heading(place))
            action.setObjectName(COLUMNS[place].id)
            action.setCheckable(True)
            action.setChecked(not self.view.isColumnHidden(place))
            action.toggled.connect(lambda shown, place=place: self.show(COLUMNS[place].id, shown))
        menu.addSeparator()
        usual = menu.addAction("Usual columns")
        usual.setStatusTip("Show the columns of the first day, in their order and as wide as they fit")
        usual.triggered.connect(self.usual)
        return menu

    def show(self, column_id: str, shown: bool) -> None:
        """Show or hide a column by its id."""
        self._chosen.add(column_id)
        self.view.setColumnHidden(PLACE[column_id], not shown)
        self.fit()
        self._keep()

    def usual(self) -> None:
        """Columns, their order and widths as on the first day."""
        self._widths = {}
        self._chosen.clear()
        self._show_only([column.id for column in COLUMNS if column.at_first])
        if self._settings is not None:
            self._settings.forget(LAYER_COLUMNS)
            self._settings.forget(LAYER_WIDTHS)
        self.show_times(self._times_known)

    def _show_only(self, ids: list[str]) -> None:
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

    def show_times(self, known: bool) -> None:
        """Milliseconds stand beside MACs as soon as they are known, unless a person has chosen the columns."""
        self._times_known = known
        if self._settings is not None and self._settings.get(LAYER_COLUMNS):
            return
        for column_id in SHOWN_WITH_TIMES:
            if column_id not in self._chosen:
                self.view.setColumnHidden(PLACE[column_id], not known)
        self.fit()

    # -- what is remembered ------------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        if self._settings is None:
            return
        self._settings.set(LAYER_COLUMNS, [COLUMNS[place].id for place in self.shown()])
        self._settings.set(LAYER_WIDTHS, [[one, width] for one, width in self._widths.items()])

    def _resized(self, place: int, _: int, width: int) -> None:
        if not self._fitting and width > 0 and not self.view.isColumnHidden(place):
            self._widths[COLUMNS[place].id] = width
            self._keep()

    def _moved(self, *_: int) -> None:
        if not self._fitting:
            self._keep()

    # -- how wide they are -------------------------------------------------------------------------------------------------

    def refit(self) -> None:
        """Fit them anew if a number has become longer or shorter."""
        if self.model.letters() != self._letters:
            self.fit()

    def fit(self) -> None:
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
