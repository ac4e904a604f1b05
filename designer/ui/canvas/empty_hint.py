"""What stands on a canvas while there is nothing on it: how a first block gets there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from designer.ui import actions
from designer.ui.widgets import label, without_margins

# What to do, the id of its action where it has one, and else how it is done.
WAYS = (
    ("Add a block here", "insert.quick", ""),
    ("Drag a block", "", "from the list of blocks"),
    ("Open a design", "file.open", ""),
    ("Find a command", "help.commands", ""),
)


class EmptyHint(QWidget):
    """A few ways to begin. The pointer goes through it to the canvas."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("This design is empty")
        column = without_margins(QVBoxLayout(self), 12)
        column.addWidget(label("This design is empty", "block-title"), 0, Qt.AlignmentFlag.AlignHCenter)
        grid = without_margins(QGridLayout(), 8)
        grid.setHorizontalSpacing(16)
        keys = {spec.id: spec.keys for spec in actions.SPECS}
        for row, (text, action, how) in enumerate(WAYS):
            key = QKeySequence(keys[action][0]).toString(QKeySequence.SequenceFormat.NativeText) if action else ""
            grid.addWidget(label(text, "secondary"), row, 0, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(label(key or how, "key" if key else "muted"), row, 1, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(grid)
        self.adjustSize()
