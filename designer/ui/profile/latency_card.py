"""The latency tables: how much of the design was measured under each setup, what that lets expect, and how far off that was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QItemSelectionModel, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QStyleOptionViewItem,
    QWidget,
)

from designer.analysis.latency import Estimate
from designer.ui import numbers, theme
from designer.ui.painting import painting
from designer.ui.profile.card import Card, padded
from designer.ui.profile.plain_head import PlainHead
from designer.ui.profile.row_view import RowView
from designer.ui.row_table import CellDelegate, RowTableModel
from designer.ui.widgets import button, label, without_margins

PAD = 15
ROW = 24
HEAD = 28
MOST_ROWS = 4  # further ones are scrolled to
GAUGE = 48
NARROW = 400  # px under which the gauge gives way: the strip below says the same
FILTER = "Latency tables (*.latency.json);;All files (*)"
SECONDS_A_LAYER = 0.35
RUNS = 30  # of each layer, warm-up included, where one takes long
GOOD = 0.10
"""An estimate within this share of the run is as good as promised."""


class TableLine(NamedTuple):
    """One setup of one table. `against` is what the last column says, `error` how far the estimate is off a run, as a share."""

    device_name: str
    name: str
    estimate: Estimate
    local: bool
    against: str
    error: float | None = None
    tip: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        return self.estimate.missing


class _Model(RowTableModel):
    HEADS = ("Table", "Measured", "Estimate", "against run")

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[TableLine] = []

    def show_lines(self, lines: Sequence[TableLine]) -> None:
        self.beginResetModel()
        self.lines = list(lines)
        self.endResetModel()

    def row_total(self) -> int:
        return len(self.lines)

    def column_total(self) -> int:
        return len(self.HEADS)

    def head(self, column: int) -> str:
        return self.HEADS[column]

    def stands_right(self, column: int) -> bool:
        return column >= 2

    def cell(self, row: int, column: int) -> str:
        return self.text(self.lines[row], column)

    def said(self, row: int, column: int, role: int) -> Any:
        if role != Qt.ItemDataRole.ToolTipRole:
            return None
        line = self.lines[row]
        return f"{line.name}: {line.tip or line.estimate.coverage}"  # the name may be cut

    def name(self, row: int, metrics: QFontMetrics, width: int) -> str:
        """What a line is called in so much room: without the device that all have, where the whole name of one would be cut."""
        names = [line.name for line in self.lines]
        device, comma, _ = names[row].partition(", ")
        common = bool(comma) and all(name.startswith(device + comma) for name in names)
        if common and any(metrics.horizontalAdvance(name) > width for name in names):
            return names[row].removeprefix(device + comma)
        return names[row]

    def text(self, line: TableLine, column: int) -> str:
        estimate = line.estimate
        if column == 0:
            return line.name
        if column == 1:
            return f"{estimate.measured:,} of {estimate.layers:,}"
        if column == 2:
            return numbers.ms(estimate.ms) if estimate.ms is not None else numbers.NOT_APPLICABLE
        return line.against


class _Delegate(CellDelegate):
    def __init__(self, view: RowView, model: _Model) -> None:
        super().__init__(view)
        self._view, self._model = view, model

    def draw_cell(self, painter: QPainter, option: QStyleOptionViewItem, row: int, column: int) -> None:
        look = theme.current()
        line = self._model.lines[row]
        rect: QRect = option.rect
        self.draw_ground(painter, option, hovered=row == self._view.hovered)
        text = self._model.text(line, column)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if column == 0:
            painter.setFont(look.font("body"))
            painter.setPen(look.color("text.primary"))
            room = rect.adjusted(PAD, 0, -6, 0)
            metrics = painter.fontMetrics()
            shown = metrics.elidedText(self._model.name(row, metrics, room.width()), Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, left, shown)
            self.mark_current(painter, rect, row)
        elif column == 1:
            wide = self._view.viewport().width() > NARROW
            if wide:
                self._gauge(painter, rect, line)
            painter.setFont(look.font("number_small"))
            painter.setPen(look.color("text.primary"))
            painter.drawText(rect.adjusted(GAUGE + 8 if wide else 0, 0, 0, 0), left, text)
        else:
            painter.setFont(look.font("number_small"))
            color = "text.primary"
            if column == 3:
                color = "text.muted" if line.error is None else "state.ok" if abs(line.error) <= GOOD else "state.worse"
            painter.setPen(look.color(color))
            painter.drawText(rect.adjusted(0, 0, -PAD if column == 3 else -8, 0), right, text)

    @staticmethod
    def _gauge(painter: QPainter, rect: QRect, line: TableLine) -> None:
        look = theme.current()
        estimate = line.estimate
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(rect.x(), rect.center().y() - 3.5, GAUGE, 8)
        painter.setBrush(look.color("border.default"))
        painter.drawRoundedRect(bar, 2, 2)
        part = estimate.measured / estimate.layers if estimate.layers else 0.0
        if part:
            painter.setBrush(look.color("state.ok" if part == 1 else "accent.base"))
            painter.drawRoundedRect(QRectF(bar.x(), bar.y(), max(3.0, bar.width() * part), bar.height()), 2, 2)


class CoverageStrip(QWidget):
    """A mark for each layer in the order of execution: filled where it was measured, dashed where it was not."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(16)
        self._known: Sequence[bool] = ()

    def show_known(self, known: Sequence[bool]) -> None:
        self._known = known
        self.setAccessibleName(f"{sum(known)} of {len(known)} parts measured")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            count = len(self._known)
            if not count:
                return
            look = theme.current()
            step = self.width() / count
            gap = 2.0 if step >= 6 else 1.0 if step >= 3 else 0.0
            for k, known in enumerate(self._known):
                box = QRectF(k * step, 1.0, max(0.5, step - gap), self.height() - 2.0)
                if known:
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(look.color("accent.base"))
                    painter.drawRoundedRect(box, min(2.0, step / 4), min(2.0, step / 4))
                elif step >= 4:
                    pen = QPen(look.color("border.control"), 1, Qt.PenStyle.DashLine)
                    pen.setDashPattern([2, 2])
                    painter.setPen(pen)
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))


def choose_import(parent: QWidget) -> Path | None:
    """Which file to read, None where a person cancels."""
    text, _ = QFileDialog.getOpenFileName(parent, "Import a latency table", "", FILTER)
    return Path(text) if text else None


def choose_export(parent: QWidget, suggestion: str) -> Path | None:
    """Where to write a table, None where a person cancels."""
    text, _ = QFileDialog.getSaveFileName(parent, "Export the latency table", suggestion, FILTER)
    return Path(text) if text else None


class LatencyCard(Card):
    """`measure_wanted` carries the line whose missing layers are to be measured."""

    measure_wanted = Signal(object)  # TableLine
    import_wanted = Signal(object)  # Path
    export_wanted = Signal(object)  # (device name, Path)

    def __init__(self) -> None:
        super().__init__("Latency tables")
        self.model = _Model()
        self.model.setParent(self)
        self.view = RowView(PlainHead(((PAD, 0), (0, 0), (0, 8), (0, PAD))), row_height=ROW)
        self._key: tuple[str, str] | None = None
        self._busy = False
        self._build_view()
        self.body.addWidget(self.view)
        below = QWidget()
        column = without_margins(QHBoxLayout(below))
        padded(column, 8, 0)
        self.strip = CoverageStrip()
        column.addWidget(self.strip)
        self.body.addWidget(below)
        words = without_margins(QHBoxLayout())
        padded(words, 6, 0)
        self.said = label("", "caption-secondary", wrap=True)
        words.addWidget(self.said)
        self.body.addLayout(words)
        row = without_margins(QHBoxLayout(), 8)
        padded(row, 10, 14)
        self.measure = button("Measure missing", icon="timer", on_click=self._measure)
        self.importing = button("Import", icon="upload", on_click=self._import)
        self.exporting = button("Export", icon="download", on_click=self._export)
        for one in (self.measure, self.importing, self.exporting):
            one.setProperty("small", True)
        self.importing.setToolTip("Add a table that was measured elsewhere, as on a board")
        row.addWidget(self.measure)
        row.addStretch(1)
        row.addWidget(self.importing)
        row.addWidget(self.exporting)
        self.body.addLayout(row)
        self.body.addStretch(1)
        theme.notifier().changed.connect(self._repaint)
        self._show_line()

    def _build_view(self) -> None:
        view = self.view
        view.setModel(self.model)
        view.setAccessibleName("Latency tables")
        view.setItemDelegate(_Delegate(view, self.model))
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.resized.connect(self._fit)
        view.selectionModel().currentRowChanged.connect(lambda *_: self._chosen())

    def _fit(self) -> None:
        room = self.view.viewport().width()
        gauge = GAUGE + 8 if room > NARROW else 0
        widths = [0, gauge + 74, 70, 86] if room > NARROW else [0, 74, 66, 80]
        letters = QFontMetrics(theme.current().font("number_small"))
        for column, around in ((1, gauge + 8), (2, 16), (3, PAD + 8)):  # a name is cut, a number never
            texts = [self.model.text(line, column) for line in self.model.lines]
            wanted = max([letters.horizontalAdvance(text) for text in texts], default=0) + around
            widths[column] = max(widths[column], wanted)
            self.view.setColumnWidth(column, widths[column])
        self.view.setColumnWidth(0, max(64, room - sum(widths)))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit_buttons()

    def _fit_buttons(self) -> None:
        """Import and Export are icons alone where their words would cut what is missing."""
        for one in (self.importing, self.exporting):
            one.setText(one.accessibleName())
        wanted = sum(one.sizeHint().width() for one in (self.measure, self.importing, self.exporting)) + 2 * 8
        if wanted > self.width() - 2 * PAD:
            for one in (self.importing, self.exporting):
                one.setText("")

    # -- what it shows -----------------------------------------------------------------------------------------------------------

    def show_lines(self, lines: Sequence[TableLine], entries: int, tables: int) -> None:
        """Show these; the line that was chosen stays chosen."""
        self.note.setText(f"{entries:,} {_plural('entry', 'entries', entries)}, {tables} {_plural('table', 'tables', tables)}")
        self.model.show_lines(lines)
        keys = [(line.device_name, line.name) for line in lines]
        place = keys.index(self._key) if self._key in keys else 0
        if lines:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.view.selectionModel().setCurrentIndex(self.model.index(place, 0), flags)
        self.view.setFixedHeight(HEAD + ROW * min(MOST_ROWS, max(1, len(lines))))
        self._fit()
        self._show_line()

    def set_busy(self, busy: bool) -> None:
        """While a job runs there can be no other."""
        self._busy = busy
        self._show_line()

    @property
    def line(self) -> TableLine | None:
        """The line that is chosen."""
        row = self.view.currentIndex().row()
        return self.model.lines[row] if 0 <= row < len(self.model.lines) else None

    def _chosen(self) -> None:
        line = self.line
        if line is not None:
            self._key = line.device_name, line.name
        self._show_line()

    def _show_line(self) -> None:
        line = self.line
        missing = len(line.missing) if line is not None else 0
        self.strip.show_known([unit.how == "measured" for unit in line.estimate.units] if line is not None else [])
        self.said.setText(_sentence(line))
        seconds = _seconds(line) if line is not None else 0
        self.measure.setText(f"Measure {missing} missing, about {seconds} s" if missing else "Nothing missing")
        self.measure.setAccessibleName(self.measure.text())
        why = self.why_not()
        self.measure.setEnabled(not why)
        self.measure.setToolTip(why)
        able = line is not None and line.estimate.measured > 0
        self.exporting.setEnabled(able)
        self.exporting.setToolTip("Write this table to a file" if able else "There is nothing in this table yet.")
        self._fit_buttons()

    def why_not(self) -> str:
        """Why nothing can be measured for the chosen line, a sentence; "" where it can."""
        line = self.line
        if line is None:
            return "There is no table yet."
        if not line.missing:
            return "Every layer of this design was measured under this setup."
        if not line.local:
            return "This table was measured on another machine. Measure there, and import it again."
        return "Something is being measured already." if self._busy else ""

    # -- what a person does ------------------------------------------------------------------------------------------------------

    def _measure(self) -> None:
        if self.line is not None:
            self.measure_wanted.emit(self.line)

    def _import(self) -> None:
        file = choose_import(self)
        if file is not None:
            self.import_wanted.emit(file)

    def _export(self) -> None:
        line = self.line
        if line is None:
            return
        words = re.sub(r"[^a-z0-9]+", "-", line.device_name.lower()).strip("-") or "device"
        file = choose_export(self, f"{words}.latency.json")
        if file is not None:
            self.export_wanted.emit((line.device_name, file))

    def _repaint(self) -> None:
        self.view.viewport().update()
        self.strip.update()


def _seconds(line: TableLine) -> int:
    """How long measuring what is missing will take: some time for each layer, or more where they are slow."""
    expected = {unit.key: unit.ms or 0.0 for unit in line.estimate.units if unit.how != "measured"}
    return max(1, round(max(len(line.missing) * SECONDS_A_LAYER, sum(expected.values()) * RUNS / 1e3)))


def _sentence(line: TableLine | None) -> str:
    if line is None:
        return "Layers that were measured here are kept, and say what a design that was not run yet will take."
    estimate = line.estimate
    missing = len(line.missing)  # each once, however often the design has it
    unknown = len({unit.key for unit in estimate.units if unit.how == "none"})
    if not missing:
        return "Every layer was measured here." if line.local else "Every layer was measured there."
    noun = _plural("layer", "different layers", missing)
    if unknown == missing:
        return f"{missing} {noun} missing, without anything to guess from."
    if unknown:
        return f"{missing} {noun} missing, {unknown} of them without anything to guess from."
    whose = "its" if missing == 1 else "their"
    return f"{missing} {noun} missing, {whose} time is taken from the nearest shape or the roofline."


def _plural(one: str, many: str, count: int) -> str:
    return one if count == 1 else many
