"""What lies over the view: the zoom bar, and the way back from inside a block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from designer.app.inside import InsideController
from designer.app.own_blocks import copies_of
from designer.ui import numbers, units
from designer.ui.canvas.view import View
from designer.ui.widgets import PushButton, button, label, tool_button, without_margins

READ_ONLY = "read-only"


class Figures(NamedTuple):
    """What a drawing costs; None where that is unknown."""

    params: int | None
    macs: int | None
    primitives: int


def figures_of(controller: InsideController) -> Figures:
    """What an own block costs in the copy one came from."""
    total = controller.engine.total
    results, order = controller.engine.results, controller.engine.order.order
    ports = sum(results[node_id].block in ("input", "output") for node_id in order)
    primitives = controller.engine.primitives - ports
    return Figures(total.params if total else None, total.macs if total else None, primitives)


def said_of(controller: InsideController) -> str:
    """That an own block is being changed, and with it how many copies."""
    copies = len(copies_of(controller.document.design, controller.scope))
    if not controller.node_id:
        return "changes every copy" if copies else "not used in this design"
    return f"changes all {copies} copies" if copies > 1 else "its only copy"


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
        self.figure = PushButton("100 %")
        self.figure.setProperty("role", "flat")
        self.figure.setProperty("small", True)
        self.figure.setProperty("number", True)
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
        self.note = label("", "caption")
        self.figures = label("", "number-secondary")
        self.buttons: list[QPushButton] = []

    def show_names(self, names: Sequence[str], note: str, figures: Figures | None) -> None:
        """Show this way, what is to be said of its end, and params and work of what is drawn there."""
        if list(names) != self._names:
            self._names = list(names)
            self._rebuild()
        self.note.setText(note)
        if figures is not None:
            params, macs, count = figures
            work = f"{units.full(macs)} {units.name()}" if macs is not None else f"unknown {units.name()}"
            parts = f"{count} primitive{'s' if count != 1 else ''}"
            self.figures.setText(f"{numbers.full(params) if params is not None else 'unknown'} params   {work}   {parts}")
        self.adjustSize()

    def _rebuild(self) -> None:
        while self._row.count():
            taken = self._row.takeAt(0)
            widget = taken.widget() if taken is not None else None
            if widget is not None and widget not in (self.figures, self.note):
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
        self._row.addWidget(self.note)
        self._row.addSpacing(12)
        self._row.addWidget(self.figures)
        for place in range(self._row.count()):
            item = self._row.itemAt(place)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.show()  # at once, not with the next event: its size counts now
