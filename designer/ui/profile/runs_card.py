"""The runs of one design: which is shown, and which two are compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QItemSelectionModel, QModelIndex, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QMenu, QStyleOptionViewItem

from designer.app.run_history import Run
from designer.ui import numbers, theme
from designer.ui.profile.card import Card, padded
from designer.ui.profile.row_view import RowView
from designer.ui.row_table import CellDelegate, Index
from designer.ui.widgets import button, label, line, without_margins

PAD = 15
ROW = 32
BOX = 16
CHECK = PAD + BOX + 8  # px from the left in which a click means the box
WHEN = 52
MS = 66


class _Model(QAbstractTableModel):
    """One column; the delegate divides it."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[Run] = []
        self.names: list[str] = []
        self.fitting: list[bool] = []  # whether the design is still what ran
        self.checked: list[str] = []  # ids, the one checked first first

    def show_runs(self, runs: Sequence[Run], names: Sequence[str], fitting: Sequence[bool]) -> None:
        self.beginResetModel()
        self.runs, self.names, self.fitting = list(runs), list(names), list(fitting)
        known = {run.id for run in runs}
        self.checked = [run_id for run_id in self.checked if run_id in known]
        self.endResetModel()

    def check(self, place: int) -> None:
        """Check a run, or take the check back. Two are enough: a third lets the first go."""
        run_id = self.runs[place].id
        if run_id in self.checked:
            self.checked.remove(run_id)
        else:
            self.checked = [*self.checked, run_id][-2:]
        self.dataChanged.emit(self.index(0, 0), self.index(len(self.runs) - 1, 0))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.runs):
            return None
        run = self.runs[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            edited = "" if self.fitting[index.row()] else ", edited since"
            return f"{self.names[index.row()]}{edited}, {when(run.when)}, {numbers.ms(run.profile.total_ms.median)}"
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if run.id in self.checked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole:
            said = f"{run.title}, {run.profile.setup.said()}\n{run.when:%Y-%m-%d %H:%M}, {run.circumstances()}"
            return said if self.fitting[index.row()] else f"{said}\nThe design was edited since."
        return None


def when(moment: datetime) -> str:
    """The time of day for today's, else the day."""
    return f"{moment:%H:%M}" if moment.date() == datetime.now().astimezone().date() else f"{moment:%d %b}"


class _Delegate(CellDelegate):
    def __init__(self, view: RowView, model: _Model) -> None:
        super().__init__(view)
        self._view, self._model = view, model

    def draw_cell(self, painter: QPainter, option: QStyleOptionViewItem, row: int, column: int) -> None:
        look = theme.current()
        run, rect = self._model.runs[row], option.rect
        self.draw_ground(painter, option, hovered=row == self._view.hovered)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._box(painter, QRectF(rect.x() + PAD + 0.5, rect.center().y() - BOX / 2 + 1, BOX - 2, BOX - 2), run)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(look.font("number_small"))
        painter.setPen(look.color("text.primary"))
        painter.drawText(rect.adjusted(0, 0, -PAD, 0), right, numbers.ms(run.profile.total_ms.median))
        painter.setPen(look.color("text.muted"))
        painter.drawText(rect.adjusted(0, 0, -PAD - MS, 0), right, when(run.when))
        painter.setFont(look.font("body"))
        painter.setPen(look.color("text.primary" if self._model.fitting[row] else "text.muted"))
        room = QRect(rect.x() + CHECK + 4, rect.y(), rect.width() - CHECK - PAD - MS - WHEN + 12, rect.height())
        text = painter.fontMetrics().elidedText(self._model.names[row], Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        self.mark_current(painter, rect, row)

    def _box(self, painter: QPainter, box: QRectF, run: Run) -> None:
        look = theme.current()
        checked = run.id in self._model.checked
        painter.setPen(look.color("accent.base" if checked else "border.control"))
        painter.setBrush(look.color("accent.base" if checked else "bg.input"))
        painter.drawRoundedRect(box, 3, 3)
        if checked:
            picture = look.pixmap("check", "text.on_accent", 12, painter.device().devicePixelRatio())
            painter.drawPixmap(box.topLeft(), picture)
            painter.drawPixmap(int(box.x() + 1), int(box.y() + 1), picture)


class _View(RowView):
    checked = Signal(int)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = event.position().toPoint()
        row = self.rowAt(at.y())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0 and at.x() < CHECK:
            self.checked.emit(row)
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        row = self.currentIndex().row()
        if event.key() == Qt.Key.Key_Space and row >= 0:
            self.checked.emit(row)
            return
        super().keyPressEvent(event)


class RunsCard(Card):
    """`shown` carries the run to show, `compare_wanted` the two that are checked, `forgotten` one to delete."""

    shown = Signal(object)  # Run
    compare_wanted = Signal(object)  # (Run, Run), the later one second
    forgotten = Signal(object)  # Run

    def __init__(self) -> None:
        super().__init__("Runs of this design")
        self._syncing = False
        self.note.hide()
        self.comparing = button("Compare 2", "link", icon="git-compare", on_click=self._compare)
        self.head.addWidget(self.comparing)
        self.model = _Model()
        self.model.setParent(self)
        self.view = _View(row_height=ROW)
        view = self.view
        view.setModel(self.model)
        view.setAccessibleName("Runs of this design")
        view.setItemDelegate(_Delegate(view, self.model))
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.horizontalHeader().setStretchLastSection(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._menu_at)
        view.checked.connect(self._check)
        view.selectionModel().currentRowChanged.connect(lambda *_: self._chosen())
        self.empty = label("Every run is kept here, and two can be compared.", "caption", wrap=True)
        self.empty.setContentsMargins(PAD, 10, PAD, 10)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(view, 1)
        self._line = line()
        self.body.addWidget(self._line)
        foot = without_margins(QHBoxLayout())
        padded(foot, 10, 12)
        self.kept = label("", "caption", wrap=True)
        foot.addWidget(self.kept)
        self.body.addLayout(foot)
        self._refresh()
        theme.notifier().changed.connect(view.viewport().update)

    def show_runs(self, runs: Sequence[Run], names: Sequence[str], fitting: Sequence[bool], shown: Run | None) -> None:
        """Show these, the newest first; muted are those of a design that was another then."""
        self._syncing = True
        try:
            self.model.show_runs(runs, names, fitting)
            place = next((k for k, run in enumerate(runs) if shown is not None and run.id == shown.id), -1)
            if place >= 0:
                flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
                self.view.selectionModel().setCurrentIndex(self.model.index(place, 0), flags)
        finally:
            self._syncing = False
        self.empty.setVisible(not runs)
        self.view.setVisible(bool(runs))
        self.kept.setText(f"Kept with each run: {shown.circumstances()}" if shown is not None else "")
        self.kept.setVisible(shown is not None)
        self._line.setVisible(shown is not None)
        self._refresh()

    @property
    def pair(self) -> tuple[Run, Run] | None:
        """The two that are checked, the earlier one first."""
        found = sorted([run for run in self.model.runs if run.id in self.model.checked], key=lambda run: run.id)
        return (found[0], found[1]) if len(found) == 2 else None

    def _check(self, place: int) -> None:
        self.model.check(place)
        self._refresh()

    def _refresh(self) -> None:
        able = self.pair is not None
        count = len(self.model.checked)
        self.comparing.setText(f"Compare {count}" if count else "Compare")
        self.comparing.setAccessibleName("Compare the two checked runs")
        self.comparing.setEnabled(able)
        self.comparing.setToolTip("" if able else "Check two runs first.")

    def _chosen(self) -> None:
        row = self.view.currentIndex().row()
        if not self._syncing and 0 <= row < len(self.model.runs):
            self.shown.emit(self.model.runs[row])

    def _compare(self) -> None:
        if self.pair is not None:
            self.compare_wanted.emit(self.pair)

    def _menu_at(self, at: QPoint) -> None:
        row = self.view.rowAt(at.y())
        if row >= 0:
            self.menu(row).popup(self.view.viewport().mapToGlobal(at))

    def menu(self, row: int) -> QMenu:
        """What can be done with a run."""
        run = self.model.runs[row]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Show this run").triggered.connect(lambda: self.shown.emit(run))
        checked = run.id in self.model.checked
        menu.addAction("Uncheck" if checked else "Check for comparing").triggered.connect(lambda: self._check(row))
        menu.addSeparator()
        menu.addAction("Delete this run").triggered.connect(lambda: self.forgotten.emit(run))
        return menu
