"""The list of problems and the fixes of the chosen one."""

from __future__ import annotations

from typing import Any

import shiboken6
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QListView,
    QScrollArea,
    QSplitter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from designer.analysis.engine import Delta
from designer.app.controller import Controller, GraphDelta
from designer.ui import theme, units
from designer.ui.painting import paint_ring, painting, say_once
from designer.ui.panels.problem_card import COLORS, ICONS, ProblemCard
from designer.ui.panels.problem_entries import Entry, count_of, document_of, entries_from
from designer.ui.widgets import label, without_margins

PAUSE = 120  # ms without an edit after which fixes are worked out anew


class _Model(QAbstractListModel):
    """The entries as rows."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def show(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.entries):
            return None
        entry = self.entries[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            said = f"{entry.who}: {entry.sentence}" if entry.who else entry.sentence
            if entry.where and role == Qt.ItemDataRole.AccessibleTextRole:
                said = f"{said} ({entry.where})"
            return (
                said if role == Qt.ItemDataRole.DisplayRole or entry.issue is None else f"{entry.severity.capitalize()}. {said}"
            )
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.issue.sentence() if entry.issue is not None else entry.sentence
        return None


class _Delegate(QStyledItemDelegate):
    """Draws a line of the list."""

    def __init__(self, view: QListView, model: _Model) -> None:
        super().__init__(view)
        self._view = view
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        return QSize(100, theme.current().size("table_row_roomy"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        painter.save()
        try:
            self._paint(painter, option.rect, option.state, self._model.entries[index.row()])
        except Exception:  # noqa: BLE001  # whatever it is, the painter has to be given back as it came
            say_once(type(self).__name__)
        finally:
            painter.restore()

    def _paint(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, entry: Entry) -> None:
        look = theme.current()
        if QStyle.StateFlag.State_Selected in state:
            painter.fillRect(rect, look.color("bg.selected"))
        elif QStyle.StateFlag.State_MouseOver in state:
            painter.fillRect(rect, look.color("bg.hover"))
        if QStyle.StateFlag.State_HasFocus in state:
            painter.fillRect(QRect(rect.x(), rect.y(), 2, rect.height()), look.color("accent.base"))
        quiet = entry.issue is None
        ratio = painter.device().devicePixelRatio()
        color = look.color("text.muted" if quiet else COLORS[entry.severity])
        icon = look.pixmap("corner-down-right" if quiet else ICONS[entry.severity], color, 16, ratio)
        left = rect.x() + (36 if quiet else 12)
        painter.drawPixmap(QPointF(left, rect.y() + (rect.height() - 16) // 2), icon)
        left += 26
        align = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if entry.who:
            painter.setFont(look.font("strong"))
            painter.setPen(look.color("text.primary"))
            room = QRect(left, rect.y(), rect.right() - left - 12, rect.height())
            painter.drawText(room, align, entry.who)
            left += painter.fontMetrics().horizontalAdvance(entry.who) + 12
        painter.setFont(look.font("body"))
        painter.setPen(look.color("text.muted" if quiet else "text.secondary"))
        end = rect.right() - 12
        if entry.where:
            painter.setFont(look.font("caption"))
            wide = min(painter.fontMetrics().horizontalAdvance(entry.where) + 2, rect.width() // 3)
            if end - wide - 12 - left > rect.width() // 3:  # else the sentence needs the room
                painter.setPen(look.color("text.muted"))
                end -= wide
                where = painter.fontMetrics().elidedText(entry.where, Qt.TextElideMode.ElideRight, wide)
                painter.drawText(QRect(end, rect.y(), wide, rect.height()), align, where)
                end -= 12
            painter.setFont(look.font("body"))
            painter.setPen(look.color("text.muted" if quiet else "text.secondary"))
        room = QRect(left, rect.y(), end - left, rect.height())
        shown = painter.fontMetrics().elidedText(entry.sentence, Qt.TextElideMode.ElideRight, max(0, room.width()))
        painter.drawText(room, align, shown)


class _List(QListView):
    """Enter makes the first fix; double-click and Space go to the block."""

    fix_wanted = Signal()
    going = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.fix_wanted.emit()
        elif event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self.going.emit()
        else:
            super().keyPressEvent(event)


class Problems(QWidget):
    """The panel."""

    node_activated = Signal(str)
    place_wanted = Signal(object)  # a way from the design through own blocks: a node's id and names of parts; () is the design
    part_wanted = Signal(object)  # the same, from the network that is edited
    count_changed = Signal(int)  # errors and warnings

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Problems")
        self._controller: Controller | None = None
        self._followed: list[Controller] = []  # it, and the document around what it edits
        self._count = 0
        self._stale = True
        self.model = _Model(self)
        self.view = _List()
        self.view.setModel(self.model)
        self.view.setItemDelegate(_Delegate(self.view, self.model))
        self.view.setAccessibleName("Problems of this design")
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.card = ProblemCard()
        self.side = QScrollArea()
        self.side.setWidgetResizable(True)
        self.side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.side.setMinimumWidth(260)
        around = QWidget()
        margin = without_margins(QVBoxLayout(around))
        margin.setContentsMargins(8, 8, 8, 8)
        margin.addWidget(self.card)
        margin.addStretch(1)
        self.side.setWidget(around)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.view)
        self.split.addWidget(self.side)
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 0)
        self.split.setSizes([560, 380])
        self.split.setChildrenCollapsible(False)
        self.none = QWidget()
        row = without_margins(QHBoxLayout(self.none), 8)
        row.setContentsMargins(16, 12, 16, 12)
        self._fine = label("", "ok")
        self._nothing = label("No problems.", "secondary")
        row.addWidget(self._fine, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._nothing, 1, Qt.AlignmentFlag.AlignTop)
        column = without_margins(QVBoxLayout(self))
        column.addWidget(self.split)
        column.addWidget(self.none)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(PAUSE)
        self._later.timeout.connect(self._show_current)
        self.view.clicked.connect(lambda _: self._go())
        self.view.selectionModel().currentChanged.connect(lambda *_: self._chosen())
        self.view.fix_wanted.connect(self.card.apply_first)
        self.view.going.connect(self._go)
        self.card.inside_wanted.connect(self._inside)
        theme.notifier().changed.connect(self._dressed)
        units.notifier().changed.connect(self._show_current)
        self._draw_mark()

    def _dressed(self) -> None:
        self._draw_mark()
        self._show_current()

    def _draw_mark(self) -> None:
        look = theme.current()
        self._fine.setPixmap(look.pixmap("circle-check", look.color("state.ok"), 16, self.devicePixelRatio()))

    # -- whom it follows ---------------------------------------------------------------------------------------------------

    def set_controller(self, controller: Controller | None) -> None:
        """Follow another document, or none."""
        if controller is self._controller:
            return
        for old in self._followed:
            old.graph_changed.disconnect(self._graph_changed)
            old.analysis_changed.disconnect(self._analysis_changed)
            old.destroyed.disconnect(self._forget)
        self._controller = controller
        self._followed = list(dict.fromkeys((controller, document_of(controller)))) if controller is not None else []
        for one in self._followed:
            one.graph_changed.connect(self._graph_changed)
            one.analysis_changed.connect(self._analysis_changed)
            one.destroyed.connect(self._forget)
        self.card.forget()
        self._follow(at_once=True)

    def _forget(self) -> None:
        """The document is being destroyed: there is nothing to disconnect from any more."""
        for one in self._followed:
            if shiboken6.isValid(one):
                one.graph_changed.disconnect(self._graph_changed)
                one.analysis_changed.disconnect(self._analysis_changed)
                one.destroyed.disconnect(self._forget)
        self._controller, self._followed = None, []
        self._later.stop()
        self.card.forget()

    @property
    def count(self) -> int:
        """Errors and warnings of the design."""
        return self._count

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if self._stale:
            self._follow(at_once=True)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        if self.hasFocus():  # there is no list to hold it
            with painting(self) as painter:
                paint_ring(painter, self.rect())

    def _graph_changed(self, delta: GraphDelta) -> None:
        if delta.everything:
            self._follow(at_once=True)

    def _analysis_changed(self, delta: Delta) -> None:
        self._follow(at_once=False)

    def _follow(self, *, at_once: bool) -> None:
        """Read the issues anew. They are few, and so is the work as long as they stay the same."""
        entries = entries_from(self._controller) if self._controller is not None else []
        count = count_of(self._controller) if self._controller is not None else 0
        if count != self._count:
            self._count = count
            self.count_changed.emit(count)
        self._stale = not self.isVisible()
        if self._stale:
            return
        current = self.view.currentIndex().row()
        old = self.model.entries[current] if 0 <= current < len(self.model.entries) else None
        same = entries == self.model.entries
        if not same:
            self.model.show(entries)
            place = next((k for k, entry in enumerate(entries) if old is not None and _about(entry) == _about(old)), 0)
            if entries:
                self.view.setCurrentIndex(self.model.index(place))
        focused = QApplication.focusWidget()
        if not entries and focused is not None and self.split.isAncestorOf(focused):
            self.setFocus(Qt.FocusReason.TabFocusReason)  # the last one is mended: the keyboard stays in the panel
        self.split.setVisible(bool(entries))
        self.none.setVisible(not entries)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if entries else Qt.FocusPolicy.TabFocus)  # something has to take it
        self._nothing.setText("No problems." if self._controller is not None else "No design is open.")
        self._fine.setVisible(self._controller is not None)
        if entries and (at_once or not same):
            self._later.stop()
            self._show_current()
        elif entries:
            self._later.start()

    # -- the chosen one ----------------------------------------------------------------------------------------------------

    @property
    def current(self) -> Entry | None:
        """The entry that is chosen."""
        row = self.view.currentIndex().row()
        return self.model.entries[row] if 0 <= row < len(self.model.entries) else None

    def next_problem(self) -> None:
        """Go to the problem after the chosen one, around and back to the first."""
        places = [k for k, entry in enumerate(self.model.entries) if entry.issue is not None]
        if places:
            at = self.view.currentIndex().row()
            self.view.setCurrentIndex(self.model.index(next((k for k in places if k > at), places[0])))
            self._go()

    def _chosen(self) -> None:
        self._later.stop()
        self._show_current()

    def _show_current(self) -> None:
        entry, controller = self.current, self._controller
        self.side.setVisible(entry is not None)
        if entry is None or controller is None or not self.isVisible():
            return
        if entry.issue is not None:
            self.card.show_issue(self._home_of(entry, controller), entry.issue)
        else:
            self.card.show_words(f"{entry.sentence}. They follow by themselves once that is solved.")

    @staticmethod
    def _home_of(entry: Entry, controller: Controller) -> Controller:
        """Whose issue it is: that of the network that is edited, or of the design around it."""
        return document_of(controller) if entry.outside else controller

    def _inside(self, way: tuple[str, ...]) -> None:
        """Go to the part that the card names."""
        entry = self.current
        (self.place_wanted if entry is not None and entry.way else self.part_wanted).emit(way)

    def _go(self) -> None:
        """Select what the entry is about and have the canvas go there."""
        entry, controller = self.current, self._controller
        if entry is None or controller is None or not entry.node_id:
            return
        home = self._home_of(entry, controller)
        if entry.way and not entry.waiting:
            self.place_wanted.emit(entry.way)
            return
        if home is not controller:
            self.place_wanted.emit(())
        home.select(frozenset(entry.waiting or (entry.node_id,)))
        if entry.waiting:
            return  # several blocks: selected, but the view stays where the cause is
        self.node_activated.emit(entry.node_id)


def _about(entry: Entry) -> tuple[str, str, str | None]:
    issue = entry.issue
    return (entry.node_id, issue.code, issue.param) if issue is not None else (entry.node_id, "", None)
