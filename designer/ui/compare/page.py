"""The Compare page: totals, rows by output resolution, a scatter, false savings and curves over depth of two to four designs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QVBoxLayout, QWidget

from designer.analysis.compare_saving import Saving, false_savings
from designer.app.comparison import CompareModel, Profilers
from designer.ui.compare.bar import CompareBar
from designer.ui.compare.cards import CHANGES, DepthCard, PlacesCard, ScatterCard, SeesCard, TotalsCard
from designer.ui.compare.choosing import Choosing
from designer.ui.compare.saving_card import SavingCard
from designer.ui.compare.status import CompareStatus
from designer.ui.tool_page import ToolPage
from designer.ui.widgets import without_margins

if TYPE_CHECKING:
    from designer.app.controller import Controller

GAP = 12
MARGIN = 16
LEFT_SHARE = 0.58
SEEN_MS = 30  # until the tables are painted


class ComparePage(ToolPage):
    """Follows its model: an edit of a compared document shows after the next turn of the event loop."""

    opened = Signal(str)  # a DESIGN text that is to be opened in a tab
    document_shown = Signal(object)  # a Compared that is to be shown in a tab
    canvases_wanted = Signal(int, object)  # a design beside the baseline, and ids of blocks to show there (a Saving or an id)
    profile_wanted = Signal()
    profile_opened = Signal(object)  # a Compared whose profile is to be shown
    cancel_wanted = Signal()
    refreshed = Signal()

    def __init__(
        self,
        documents: Callable[[], Sequence[Controller]],
        complain: Callable[[str], object],
        profilers: Profilers | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model = CompareModel(self, profilers)
        self.setProperty("role", "canvas-page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Compare")
        column = without_margins(QVBoxLayout(self), 0)
        self.bar = CompareBar(self.model)
        head = QWidget()
        without_margins(QVBoxLayout(head)).addWidget(self.bar)
        head.setContentsMargins(MARGIN, 12, MARGIN, 0)
        column.addWidget(head)
        self.totals = TotalsCard(self.model)
        self.places = PlacesCard(self.model)
        self.sees = SeesCard()
        self.scatter = ScatterCard(self.model)
        self.saving = SavingCard()
        self.over_depth = DepthCard(self.model)
        left, right = [self.totals, self.places, self.sees], [self.scatter, self.saving, self.over_depth]
        self._body = _Columns(left, right, self.sees, self.totals.grid.least_width)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._body)
        area.viewport().setProperty("role", "canvas-page")
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area = area
        column.addWidget(area, 1)
        self.status_line = CompareStatus(self.model, self)
        self.status_line.hide()
        self.choosing = Choosing(self.model, documents, complain, self)
        self.copy_menu = QMenu("Copy", self)
        self.bar.set_menus(self.choosing.add, self.choosing.ready, self.copy_menu)
        self.bar.opened.connect(self.document_shown)
        self.scatter.opened.connect(self.opened)
        self.scatter.picked.connect(lambda number: self.document_shown.emit(self.model.designs[number]))
        self.saving.profile_wanted.connect(self.profile_wanted)
        self.saving.cancel_wanted.connect(self.cancel_wanted)
        self.saving.profile_opened.connect(lambda number: self.profile_opened.emit(self.model.designs[number]))
        self.saving.shown_on_canvases.connect(lambda saving: self.canvases_wanted.emit(saving.entry, saving))
        self.places.changes.shown_on_canvases.connect(self.canvases_wanted.emit)
        self.places.resolution.place_chosen.connect(self._show_place)
        self.savings: tuple[Saving, ...] = ()
        self.busy = False
        self._seen = QTimer(self)  # a child, not `singleShot`, whose timer would outlive a page that closes at once
        self._seen.setSingleShot(True)
        self._seen.setInterval(SEEN_MS)
        self._seen.timeout.connect(self._build)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        self.model.changed.connect(self._later)
        self.model.listed.connect(self._relisted)
        self._title = ""
        self.lead(self.totals.grid)
        self.refresh()

    # -- as a tab ----------------------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        return self.model.title

    @property
    def icon(self) -> str:
        return "git-compare"

    @property
    def tip(self) -> str:
        return "Compares " + ", ".join(entry.full for entry in self.model.entries) if self.model.designs else "Compares designs"

    @property
    def status(self) -> QWidget:
        return self.status_line

    def may_close(self) -> bool:
        self.cancel_wanted.emit()
        return True

    # -- following ---------------------------------------------------------------------------------------------------------------

    def _later(self) -> None:
        if self.isVisible():
            self._soon.start()

    def _relisted(self) -> None:
        self.title_changed.emit()
        self._later()

    def refresh(self) -> None:
        """Show everything as it is now."""
        model = self.model
        entries = model.entries
        self.savings = tuple(false_savings(entries, model.baseline)) if entries else ()
        self.totals.refresh()
        self.places.show_savings(self.savings)
        ready = model.ready
        self.sees.show_text(model.sees, ready.source if ready is not None else "")
        self.scatter.refresh()
        self.over_depth.refresh()
        if not self.busy:
            self.saving.show_result(entries, self.savings, model.baseline)
        self.status_line.refresh()
        self._body.arrange()
        if model.title != self._title:
            self._title = model.title
            self.title_changed.emit()
        self.refreshed.emit()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.refresh()
        if self.scatter.chart is None:
            self._seen.start()

    def _build(self) -> None:
        """The charts load once the page has been seen: their library takes longer than everything else here."""
        self.scatter.build()
        self.over_depth.build()
        self.refresh()

    def show_changes(self, number: int = -1) -> None:
        """List what differs from the baseline."""
        if number >= 0:
            self.places.other = number
        self.places.show_view(CHANGES)

    def _show_place(self, number: int, place: object) -> None:
        self.canvases_wanted.emit(number, place)


class _Columns(QWidget):
    """Two columns of cards side by side, or one below the other where the window is too narrow for the totals. `guide`, the last
    card of the left one, comes first where a person would have to scroll to it."""

    def __init__(self, left: Sequence[QWidget], right: Sequence[QWidget], guide: QWidget, least: Callable[[], int]) -> None:
        super().__init__()
        self._guide, self._last = guide, len(left) - 1
        self.setProperty("role", "canvas-page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._least = least
        self._sides = (QWidget(self), QWidget(self))
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(0)
        self._again.timeout.connect(self.arrange)
        for side, parts in zip(self._sides, (left, right), strict=True):
            column = without_margins(QVBoxLayout(side), GAP)
            for part in parts:
                column.addWidget(part)
            side.installEventFilter(self)
        for side in self._sides:
            layout = side.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.addStretch(1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.LayoutRequest:  # a card needs another height, and says so when it is asked next
            self._again.start()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Place both columns, and be as high as they need."""
        left, right = self._sides
        inside = self.width() - 2 * MARGIN
        wide = round((inside - GAP) * LEFT_SHARE)
        stacked = wide < self._least()
        top = GAP
        around = self.parentWidget()
        seen = around.height() if around is not None else 0
        self._put_guide(top + self._height(left, inside if stacked else wide) + MARGIN <= seen)
        if stacked:
            first = self._height(left, inside)
            second = self._height(right, inside)
            left.setGeometry(MARGIN, top, inside, first)
            right.setGeometry(MARGIN, top + first + GAP, inside, second)
            wanted = top + first + GAP + second + MARGIN
        else:
            narrow = inside - GAP - wide
            first, second = self._height(left, wide), self._height(right, narrow)
            least = max(first, second)
            high = max(least, seen - top - MARGIN)
            left.setGeometry(MARGIN, top, wide, high)
            right.setGeometry(MARGIN + wide + GAP, top, narrow, high)
            wanted = top + least + MARGIN
        if self.minimumHeight() != wanted:
            self.setMinimumHeight(wanted)

    def _put_guide(self, seen: bool) -> None:
        """Put it last, where it is seen there, else first."""
        column = self._sides[0].layout()
        assert isinstance(column, QVBoxLayout)
        place = self._last if seen else 0
        if column.indexOf(self._guide) != place:
            column.removeWidget(self._guide)
            column.insertWidget(place, self._guide)

    def _height(self, side: QWidget, width: int) -> int:
        layout = side.layout()
        assert layout is not None
        return layout.heightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
