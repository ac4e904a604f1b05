"""The command palette: every action, block and preset by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from designer.ui import theme
from designer.ui.overlay import Overlay
from designer.ui.painting import say_once
from designer.ui.widgets import label

ROW = 28
ENTRY = Qt.ItemDataRole.UserRole


class Entry(NamedTuple):
    """Something the palette can do. `note` stands behind the name, `keys` at the right end; `why_not` greys it. By `words` it is
    found too, without that they are shown."""

    text: str
    do: Callable[[], object]
    note: str = ""
    keys: str = ""
    icon: str = ""
    color: str = "text.secondary"
    why_not: str = ""
    words: str = ""


BEFORE = " _.:"
"""What stands before the start of a word in a name."""

NOTED, INSIDE_NOTED, SCATTERED = 8.0, 12.0, 20.0
"""What a word costs that only stands in what is said about an entry, or of which only the letters are found in its name."""


def match(wanted: str, text: str, said: str = "") -> float | None:
    """How well what is typed fits a name, lower is better; None when it does not.

    All words typed have to be found, in whatever order: in the name at the start of a word best, inside a word next; then in what
    else is `said` about it; as scattered letters of the name last. Where nothing is typed all fit alike.
    """
    name = text.lower()
    more = f" {said.lower()}"
    words = wanted.lower().split()
    score = len(name) / 1000 if words else 0.0
    for word in words:
        cost = _in_name(word, name)
        if cost is None and word in more:
            cost = NOTED if f" {word}" in more else INSIDE_NOTED
        if cost is None and _scattered(word, name):
            cost = SCATTERED
        if cost is None:
            return None
        score += cost
    return score


def _in_name(word: str, name: str) -> float | None:
    at = name.find(word)
    if at <= 0:
        return 0.0 if at == 0 else None
    return 1.0 if any(mark + word in name for mark in BEFORE) else 5.0


def _scattered(word: str, name: str) -> bool:
    at = -1
    for letter in word:
        at = name.find(letter, at + 1)
        if at < 0:
            return False
    return True


def _fit(wanted: str, entry: Entry) -> float | None:
    """How well an entry fits: by its name, and by what is said about it."""
    return match(wanted, entry.text, f"{entry.note} {entry.words}")


class EntryModel(QAbstractListModel):
    """Entries, narrowed to those that fit what was typed, the best first."""

    def __init__(self, entries: list[Entry], parent: QObject) -> None:
        super().__init__(parent)
        self._all = entries
        self.shown = entries

    def narrow(self, text: str) -> None:
        self.beginResetModel()
        found = [(score, k) for k, entry in enumerate(self._all) if (score := _fit(text, entry)) is not None]
        self.shown = [
            self._all[k]
            for score, k in sorted(found, key=lambda pair: (pair[0] + bool(self._all[pair[1]].why_not) * 100, pair[1]))
        ]
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.shown[index.row()]
        if role == ENTRY:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return " ".join(part for part in (entry.text, entry.note, entry.keys, entry.why_not) if part)
        return None


class EntryDelegate(QStyledItemDelegate):
    """An entry in a row of 28 px: icon, name, note, keys."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        painter.save()
        try:
            self._paint(painter, option, index.data(ENTRY))
        except Exception as error:  # noqa: BLE001  # it must not leave the painter as it is
            say_once("command palette row", error)
        finally:
            painter.restore()

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry) -> None:
        look = theme.current()
        rect: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("bg.selected"))
            painter.drawRoundedRect(rect, 4, 4)
        if entry.icon:
            ratio = painter.device().devicePixelRatio()
            color = "text.disabled" if entry.why_not else entry.color
            painter.drawPixmap(rect.x() + 8, rect.y() + (ROW - 16) // 2, look.pixmap(entry.icon, color, 16, ratio))
        middle = Qt.AlignmentFlag.AlignVCenter
        right = rect.right() - 8
        if entry.keys:
            painter.setFont(look.font("number_small"))
            painter.setPen(look.color("text.muted"))
            width = painter.fontMetrics().horizontalAdvance(entry.keys)
            painter.drawText(QRect(right - width, rect.y(), width + 2, ROW), middle, entry.keys)
            right -= width + 12
        painter.setFont(look.font("body"))
        painter.setPen(look.color("text.disabled" if entry.why_not else "text.primary"))
        metrics = painter.fontMetrics()
        text = metrics.elidedText(entry.text, Qt.TextElideMode.ElideRight, right - rect.x() - 36)
        width = metrics.horizontalAdvance(text)
        painter.drawText(QRect(rect.x() + 36, rect.y(), width + 2, ROW), middle, text)
        note = entry.why_not or entry.note
        left = rect.x() + 36 + width + 10
        if note and right > left:
            painter.setFont(look.font("caption"))
            painter.setPen(look.color("text.muted"))
            note = painter.fontMetrics().elidedText(note, Qt.TextElideMode.ElideRight, right - left)
            painter.drawText(QRect(left, rect.y(), right - left, ROW), middle, note)


class CommandPalette(Overlay):
    """Type, choose with the arrow keys, Enter does it."""

    def __init__(self, window: QWidget, entries: list[Entry]) -> None:
        super().__init__(window, "Commands", width=560, height=420, top=40)
        self.column.setContentsMargins(8, 8, 8, 8)
        self.field = QLineEdit()
        self.field.setProperty("role", "search")
        self.field.setPlaceholderText("Type the name of a command, block or preset")
        self.field.setAccessibleName("Command")
        self.model = EntryModel(entries, self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.setProperty("role", "plain")
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName("Commands found")
        self.list.clicked.connect(self._do)
        self.nothing = label("Nothing has this name.", "muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.column.addWidget(self.field)
        self.column.addWidget(self.list, 1)
        self.column.addWidget(self.nothing, 1)
        self.field.textChanged.connect(self._narrow)
        self.field.installEventFilter(self)
        self._narrow("")

    def open(self) -> None:
        super().open()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _narrow(self, text: str) -> None:
        self.model.narrow(text)
        self.list.setVisible(bool(self.model.shown))
        self.nothing.setVisible(not self.model.shown)
        self.list.setCurrentIndex(self.model.index(0))

    def _do(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY)
        if entry is not None and not entry.why_not:
            self.dismiss()
            entry.do()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            row, last = self.list.currentIndex().row(), self.model.rowCount() - 1
            page = max(1, self.list.height() // ROW - 1)
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: page, Qt.Key.Key_PageUp: -page}
            if event.key() in steps and last >= 0:
                step = steps[Qt.Key(event.key())]
                row = (row + step) % (last + 1) if abs(step) == 1 else min(max(row + step, 0), last)
                self.list.setCurrentIndex(self.model.index(row))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)
