"""A small card on the canvas in which a person types and chooses: quick add and replace. It goes with Escape or the focus."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from designer.ui.command_palette import ENTRY, ROW, Entry, EntryDelegate, EntryModel
from designer.ui.widgets import label

WIDTH, ROWS = 340, 9
OURS = (Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Chooser(QFrame):
    """Type, choose with the arrow keys, Enter does it. `before` gets the focus back."""

    def __init__(self, parent: QWidget, name: str, hint: str, entries: Sequence[Entry], before: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "popover")
        self.setAccessibleName(name)
        self._room = parent
        self._before = before
        self._gone = False
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        self.field = QLineEdit()
        self.field.setProperty("role", "search")
        self.field.setPlaceholderText(hint)
        self.field.setAccessibleName(name)
        self.model = EntryModel(list(entries), self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.setProperty("role", "plain")
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(f"{name}: what fits")
        self.list.clicked.connect(self._do)
        self.nothing = label("No block has this name.", "muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing, 1)
        self.field.textChanged.connect(self._narrow)
        self.field.installEventFilter(self)
        self._narrow("")

    def open_at(self, at: QPoint) -> None:
        """Show it with its field at a place of the parent, as far as it fits."""
        parent = self._room
        width = min(WIDTH, parent.width() - 16)
        height = min(ROWS * ROW + 60, parent.height() - 16)
        x = max(8, min(at.x() - 16, parent.width() - width - 8))
        y = max(8, min(at.y() - 20, parent.height() - height - 8))
        self.setGeometry(x, y, width, height)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Go away and give the focus back."""
        if self._gone:
            return
        self._gone = True
        back = self.isAncestorOf(self.window().focusWidget()) if self.window().focusWidget() is not None else False
        if back:
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)  # before it hides: Qt would pass it to some field first
        self.hide()
        self.deleteLater()

    def _narrow(self, text: str) -> None:
        self.model.narrow(text)
        self.list.setVisible(bool(self.model.shown))
        self.nothing.setVisible(not self.model.shown)
        self.list.setCurrentIndex(self.model.index(0))

    def _do(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY)
        if entry is not None and not entry.why_not and not self._gone:
            self.dismiss()
            entry.do()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is not self.field:
            return False
        if event.type() == QEvent.Type.FocusOut:
            self.dismiss()
        elif event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in OURS:
            event.accept()  # ours, whatever shortcut they are
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(Qt.Key(event.key()))
        return False

    def _key(self, key: Qt.Key) -> bool:
        row, count = self.list.currentIndex().row(), self.model.rowCount()
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}
        if key in steps:
            if count:
                self.list.setCurrentIndex(self.model.index((row + steps[key]) % count))
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._do(self.list.currentIndex())
            return True
        if key == Qt.Key.Key_Escape:
            self.dismiss()
            return True
        return False
