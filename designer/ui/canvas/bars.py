"""What lies over the view: the zoom bar, and the way back from inside a block."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from blocks.builder import Result
from designer.ui import numbers, units
from designer.ui.canvas.view import View
from designer.ui.widgets import button, label, tool_button, without_margins


class ZoomBar(QFrame):
    """Smaller, 100 %, larger, fit."""

    def __init__(self, view: View, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "popover")
        self.setAccessibleName("Zoom")
        self._view = view
        row = without_margins(QHBoxLayout(self))
        row.setContentsMargins(1, 1, 1, 1)
        smaller = tool_button(icon="minus", name="Zoom out", small=True)
        smaller.clicked.connect(lambda: view.zoom_by(0.8))
        self.figure = QPushButton("100 %")
        self.figure.setProperty("role", "flat")
        self.figure.setProperty("small", True)
        self.figure.setProperty("number", True)
        self.figure.setAutoDefault(False)
        self.figure.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.figure.setAccessibleName("Zoom to 100 %")
        self.figure.setToolTip("Actual size (Ctrl+0)")
        self.figure.clicked.connect(lambda: view.zoom_at(1.0))
        larger = tool_button(icon="plus", name="Zoom in", small=True)
        larger.clicked.connect(lambda: view.zoom_by(1.25))
        whole = tool_button(icon="maximize", name="Fit to window", small=True)
        whole.clicked.connect(lambda: view.fit(animate=True))
        for widget, stretch in ((smaller, 0), (self.figure, 1), (larger, 0), (whole, 0)):
            row.addWidget(widget, stretch)
        view.zoom_changed.connect(self._say)
        self._say(view.zoom)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(144, 28)

    def _say(self, zoom: float) -> None:
        percent = zoom * 100
        text = f"{percent:.0f} %" if percent >= 9.5 else f"{percent:.1f} %"
        self.figure.setText(text)


class Trail(QFrame):
    """Where we are: the design, the block, the part in it; each a button that leads back. Behind it what the drawing costs."""

    chosen = Signal(int)  # how many steps inside to stay

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "popover")
        self.setAccessibleName("Inside")
        self._row = without_margins(QHBoxLayout(self), 4)
        self._row.setContentsMargins(6, 3, 12, 3)
        self._names: list[str] = []
        self._figures = label("", "number-secondary")
        self.buttons: list[QPushButton] = []

    def show_names(self, names: Sequence[str], result: Result | None) -> None:
        """Show this way, and params and work of what is drawn at its end."""
        if list(names) != self._names:
            self._names = list(names)
            self._rebuild()
        if result is not None:
            cost = result.cost
            parts = f"{result.primitives} primitive{'s' if result.primitives != 1 else ''}"
            self._figures.setText(f"{numbers.full(cost.params)} params   {units.full(cost.macs)} {units.name()}   {parts}")
        self.adjustSize()

    def _rebuild(self) -> None:
        while self._row.count():
            taken = self._row.takeAt(0)
            widget = taken.widget() if taken is not None else None
            if widget is not None and widget is not self._figures:
                widget.hide()
                widget.deleteLater()
        self.buttons = []
        last = len(self._names) - 1
        for depth, name in enumerate(self._names):
            one = button(name, "flat", icon="arrow-left" if depth == 0 else "")
            one.setProperty("small", True)
            one.setAccessibleName(f"Back to {name}" if depth < last else name)
            one.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            one.setEnabled(depth < last)
            one.clicked.connect(lambda _=False, depth=depth: self.chosen.emit(depth))
            self.buttons.append(one)
            self._row.addWidget(one)
            if depth < last:
                self._row.addWidget(label("›", "muted"))
        self._row.addWidget(label("read-only", "caption"))
        self._row.addSpacing(12)
        self._row.addWidget(self._figures)
