"""Find: a bar above the canvas that selects what fits, by name, kind and parameter (`stride=2`), and walks through it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QWidget

from designer.app import selecting
from designer.app.controller import Controller
from designer.ui.widgets import label, tool_button

WIDTH, HEIGHT, MARGIN = 420, 40, 12
OURS = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FindBar(QFrame):
    """Enter goes to the next block found, Shift+Enter to the one before, Escape closes. What fits stays selected."""

    def __init__(self, parent: QWidget, controller: Controller, show: Callable[[str], object], before: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "popover")
        self.setAccessibleName("Find")
        self.controller = controller
        self.found: list[str] = []
        self._room = parent
        self._show = show
        self._before = before
        self._at = -1
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 6, 6)
        row.setSpacing(6)
        self.field = QLineEdit()
        self.field.setProperty("role", "search")
        self.field.setPlaceholderText("Name, kind or parameter, as stride=2")
        self.field.setAccessibleName("Find")
        self.count = label("", "number-muted")
        earlier = tool_button(icon="chevron-up", name="Previous block found", small=True)
        later = tool_button(icon="chevron-down", name="Next block found", small=True)
        close = tool_button(icon="x", name="Close the search", small=True)
        earlier.clicked.connect(lambda: self.step(-1))
        later.clicked.connect(lambda: self.step(1))
        close.clicked.connect(self.dismiss)
        row.addWidget(self.field, 1)
        for widget in (self.count, earlier, later, close):
            row.addWidget(widget)
        self.field.textChanged.connect(self._look)
        controller.graph_changed.connect(self._changed)
        parent.installEventFilter(self)

    def open(self) -> None:
        """Show it at the top of the parent, ready to type."""
        self.place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._look(self.field.text())

    def place(self) -> None:
        """Stand in the upper right corner."""
        width = min(WIDTH, self._room.width() - 2 * MARGIN)
        self.setGeometry(self._room.width() - width - MARGIN, MARGIN, width, HEIGHT)

    def dismiss(self) -> None:
        """Go away; what was found stays selected."""
        self._before.setFocus(Qt.FocusReason.PopupFocusReason)  # before it hides: Qt would pass it to some field first
        self.hide()

    def step(self, by: int) -> None:
        """Go to the next block found, or the one before, around at the end."""
        if self.found:
            self._at = (self._at + by) % len(self.found) if self._at >= 0 else (0 if by > 0 else len(self.found) - 1)
            self._show(self.found[self._at])
            self._tell()

    def _look(self, text: str) -> None:
        self.found = selecting.find(self.controller.design, self.controller.engine, text)
        self._at = -1
        if text.strip():
            self.controller.select(frozenset(self.found))
        self._tell()

    def _changed(self, _: object) -> None:
        if self.isVisible():  # what was found may be gone; the selection is left alone
            self.found = [node_id for node_id in self.found if node_id in self.controller.design.root]
            self._at = min(self._at, len(self.found) - 1)
            self._tell()

    def _tell(self) -> None:
        if not self.field.text().strip():
            self.count.setText("")
        elif not self.found:
            self.count.setText("none")
        else:
            self.count.setText(f"{self._at + 1} of {len(self.found)}" if self._at >= 0 else f"{len(self.found)}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Resize and watched is self._room:
            self.place()
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in OURS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)
