"""The start page: an empty design, a file, a recent one, a preset or an example."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from designer.ui.actions import Actions
from designer.ui.widgets import button, label, without_margins


class Welcome(QWidget):
    """What a person sees first. It needs no block and no network, so that it is there at once."""

    open_requested = Signal(str)  # a DESIGN text

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Start")
        outer = without_margins(QHBoxLayout(self))
        outer.addStretch(1)
        column = without_margins(QVBoxLayout(), 8)
        column.setContentsMargins(32, 48, 32, 32)
        column.addWidget(label("lightdesigner", "page-title"))
        column.addWidget(label("Design lightweight convolutional networks, and see what every block costs.", "secondary"))
        for action_id in ("file.new", "file.open"):
            action = actions[action_id]
            column.addWidget(button(action.text(), "row", icon="file-plus", tip=action.toolTip(), on_click=action.trigger))
        column.addStretch(1)
        outer.addLayout(column)
        outer.addStretch(1)
