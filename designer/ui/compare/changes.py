"""What differs structurally between the baseline and another design, as a list and as a way to both canvases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from designer.analysis.compare_changes import ADDED, CHANGED, REMOVED, Difference, Differences
from designer.analysis.compare_entry import Entry
from designer.graph.design import ROOT
from designer.ui import numbers, theme, units
from designer.ui.compare.grid import PAD, PaintedGrid, width_of, write
from designer.ui.theme import Theme
from designer.ui.wheel import scrolls_past
from designer.ui.widgets import button, label, without_margins

CULPRIT, COUNTERPART = "culprit", "counterpart"
ICONS = {
    ADDED: ("square-plus", "state.better"),
    REMOVED: ("minus", "state.worse"),
    CHANGED: ("pencil", "state.warning"),
    CULPRIT: ("triangle-alert", "state.warning"),
    COUNTERPART: ("scan", "accent.base"),
}
"""Icon and colour of whatever is marked, in the list and on the canvases."""

MOST_SHOWN = 400


class Line(NamedTuple):
    """A block in the list. `old` and `new` are its ids on each side, "" where it is not there, or nowhere on a canvas."""

    sort: str
    path: str
    text: str
    params: int | None
    macs: int | None
    old: str
    new: str


def line_of(one: Difference) -> Line:
    """What the list says of a change."""
    shown = one.scope == ROOT
    text = one.words() if one.sort == CHANGED else f"{one.sort}: {one.words()}"
    return Line(one.sort, one.path, text, one.params, one.macs, one.old if shown else "", one.new if shown else "")


class ChangesGrid(PaintedGrid):
    """A row for each block that differs."""

    row_height = 28
    head_height = 28

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Changes", parent)
        self.found: tuple[Line, ...] = ()

    def show_lines(self, found: tuple[Line, ...]) -> None:
        """Show these."""
        if found != self.found:
            self.found = found
            self.current = -1
            self.show_rows()

    def count(self) -> int:
        return min(len(self.found), MOST_SHOWN)

    def words(self, row: int, x: int) -> str:
        one = self.found[row]
        return f"{one.path}, {one.text}"

    def paint_head(self, painter: QPainter, look: Theme) -> None:
        high = self.head_height
        write(painter, look, "caption", "text.muted", "Block", QRectF(PAD + 24, 0, 160, high))
        write(painter, look, "caption", "text.muted", "What", QRectF(PAD + 24 + self._name_width(), 0, 200, high))
        for text, right in (("Params", self.width() - 12 - 84), (units.name(), self.width() - 12)):
            write(painter, look, "caption", "text.muted", text, QRectF(right - 84, 0, 84, high), right=True)

    def _name_width(self) -> float:
        return max(130.0, min(220.0, self.width() * 0.26))

    def paint_row(self, painter: QPainter, look: Theme, row: int, top: int) -> None:
        one = self.found[row]
        icon, color = ICONS[one.sort]
        high = self.row_height
        painter.drawPixmap(PAD, top + (high - 16) // 2, look.pixmap(icon, color, 16, self.devicePixelRatioF()))
        wide = self._name_width()
        write(painter, look, "body", "text.primary", one.path, QRectF(PAD + 24, top, wide - 8, high), cut=True)
        said = one.text
        room = self.width() - PAD - 24 - wide - 12 - 2 * 84
        role = "number_small" if one.sort == CHANGED and width_of(look, "number_small", said) <= room else "caption"
        write(painter, look, role, "text.secondary", said, QRectF(PAD + 24 + wide, top, room, high), cut=True)
        signed = ""
        if one.macs is not None:
            sign = "" if not one.macs or one.sort == CULPRIT else "+" if one.macs > 0 else numbers.MINUS
            signed = f"{sign}{units.short(abs(one.macs))}"
        for text, right in ((_signed(one.params), self.width() - 12 - 84), (signed or numbers.NOT_APPLICABLE, self.width() - 12)):
            write(painter, look, "number_small", "text.primary", text, QRectF(right - 84, top, 84, high), right=True)


def _signed(count: int | None) -> str:
    return numbers.NOT_APPLICABLE if count is None else numbers.signed(count)


class ChangesList(QWidget):
    """The changes to one of the other designs; which one is chosen above."""

    chosen = Signal(int)  # the number of the design whose changes are to be listed
    shown_on_canvases = Signal(int, str)  # the design, and the id of the first block to look at ("" for all)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = without_margins(QVBoxLayout(self))
        head = without_margins(QHBoxLayout(), 8)
        head.setContentsMargins(16, 8, 12, 8)
        self.which = scrolls_past(QComboBox())
        self.which.setAccessibleName("Changes to")
        self.which.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.which.activated.connect(lambda at: self.chosen.emit(self.which.itemData(at)))
        head.addWidget(self.which)
        self.sentence: QLabel = label("", "secondary", wrap=True)
        head.addWidget(self.sentence, 1)
        self.show_button = button("Show on both canvases", icon="scan", on_click=self._show)
        head.addWidget(self.show_button)
        column.addLayout(head)
        self.grid = ChangesGrid()
        self.grid.row_chosen.connect(self._show_row)
        column.addWidget(self.grid)
        column.addStretch(1)
        self.number = -1
        theme.notifier().changed.connect(self.grid.update)

    def show_changes(self, entries: Sequence[Entry], baseline: int, number: int, found: Differences | None) -> None:
        """Show the changes to design `number`; None where there is nothing to compare."""
        names = [(k, entry.short) for k, entry in enumerate(entries) if k != baseline]
        if [(self.which.itemData(k), self.which.itemText(k)) for k in range(self.which.count())] != names:
            self.which.clear()
            for k, name in names:
                self.which.addItem(name, k)
        self.which.setCurrentIndex(self.which.findData(number))
        self.number = number
        self.which.setVisible(len(names) > 1)
        self.show_button.setEnabled(found is not None)
        if found is None:
            self.sentence.setText("Two designs or more are compared.")
            self.grid.show_lines(())
            return
        said = f"{entries[baseline].short} to {entries[number].short}: {found.sentence()}"
        if not found.related:
            said = f"{said}. These are not versions of one design: few blocks have the same name."
        self.sentence.setText(said)
        self.grid.show_lines(tuple(map(line_of, found.found)))

    def _show(self) -> None:
        self.shown_on_canvases.emit(self.number, "")

    def _show_row(self, row: int) -> None:
        one = self.grid.found[row]
        self.shown_on_canvases.emit(self.number, one.new or one.old)
