"""The overlay of all keys, made from the list of actions, and the card about the program."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from designer.ui import actions
from designer.ui.overlay import Overlay
from designer.ui.widgets import button, label, line, without_margins
from designer.version import __version__

# What the mouse and held keys do on the canvas stands in no action.
GESTURES = (
    ("Pan", "Space + drag, or middle button"),
    ("Zoom at the cursor", "Wheel"),
    ("Select several", "Drag, or Ctrl + click"),
    ("Connect", "Drag from port to port"),
    ("Cut wires", "Shift + drag"),
    ("Insert on a wire", "Drop a block on it"),
)
WIDE = 1240, 652  # px of the card with all in sight
COLUMNS = (("File", "View"), ("Edit", "Insert"), ("Design", "Measure"), ("Window", "Help", ""))
NARROW = 1040, 712
FEWER_COLUMNS = (("File", "Edit"), ("View", "Insert", "Design"), ("Measure", "Window", "Help", ""))


class Shortcuts(Overlay):
    """All keys at once, in four columns; in a narrow window in three, which scroll."""

    def __init__(self, window: QWidget) -> None:
        wide = window.width() > WIDE[0]
        width, height = WIDE if wide else NARROW
        super().__init__(window, "Keyboard shortcuts", width=width, height=height)
        head = without_margins(QHBoxLayout())
        head.addWidget(label("Keyboard shortcuts", "block-title"))
        head.addStretch(1)
        head.addWidget(label("Keys marked with a dot act while the canvas has the focus.", "caption"))
        self.column.addLayout(head)
        inner = QWidget()
        row = without_margins(QHBoxLayout(inner), 24)
        for menus in COLUMNS if wide else FEWER_COLUMNS:
            column = without_margins(QVBoxLayout(), 4)
            for menu in menus:
                column.addWidget(label(menu or "On the canvas", "strong"))
                column.addWidget(line())
                column.addLayout(_rows(menu))
                column.addSpacing(12)
            column.addStretch(1)
            row.addLayout(column, 1)
        self.area = scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        for part in (inner, scroll.viewport()):
            part.setAutoFillBackground(False)  # the card's colour
        scroll.setAccessibleName("Keyboard shortcuts")
        self.column.addWidget(scroll, 1)

    def open(self) -> None:
        super().open()
        self.area.setFocus(Qt.FocusReason.PopupFocusReason)  # arrows and page keys scroll

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        bar = self.area.verticalScrollBar()
        ends = {Qt.Key.Key_Home: bar.minimum(), Qt.Key.Key_End: bar.maximum()}
        if event.key() in ends:
            bar.setValue(ends[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


def _rows(menu: str) -> QGridLayout:
    grid = without_margins(QGridLayout(), 4)
    grid.setColumnStretch(0, 1)
    if menu:
        entries = [
            (f"{spec.text.removesuffix('…')}{' ·' if spec.canvas else ''}", [_native(key) for key in spec.keys])
            for spec in actions.SPECS
            if spec.menu == menu and spec.keys
        ]
    else:
        entries = [(text, [how]) for text, how in GESTURES]
    for index, (text, keys) in enumerate(entries):
        grid.addWidget(label(text, "secondary"), index, 0)
        row = without_margins(QHBoxLayout(), 4)
        row.addStretch(1)
        for key in keys:
            row.addWidget(label(key, "key" if menu else "muted"))
        grid.addLayout(row, index, 1)
    return grid


def _native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


class About(Overlay):
    """Version and licences."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, "About lightdesigner", width=440)
        self.column.addWidget(label("lightdesigner", "page-title"))
        self.column.addWidget(label(f"Version {__version__}", "secondary"))
        self.column.addWidget(line())
        for text in (
            "Design lightweight convolutional networks: see what every block costs, change it, measure it, export it.",
            "Fonts: Inter and JetBrains Mono, SIL Open Font License 1.1. Icons: Lucide, ISC License.",
            "Window: Qt for Python, LGPL 3. The licences lie beside the files in the folder resources.",
        ):
            self.column.addWidget(label(text, "secondary", wrap=True))
        done = button("Close", on_click=self.dismiss)
        self.column.addWidget(done, 0, Qt.AlignmentFlag.AlignRight)
