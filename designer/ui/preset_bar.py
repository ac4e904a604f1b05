"""Width and resolution in the tool bar, while the design in front equals its preset: the two that people turn most."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from blocks.errors import BlockError
from blocks.parameters import Float, Int, Pair, Parameter
from designer.app.controller import Controller
from designer.app.preset_redraw import PresetRedraw
from designer.ui.panels.fields import NumberField
from designer.ui.widgets import label, without_margins

OPTIONS = ("width", "resolution")
FIELD_WIDTH = (84, 188)  # px of a field in a narrow tool bar, where it does without its slider, and in a wide one


class PresetBar(QWidget):
    """A slider and a field for each of the options that the preset has; hidden where it has none."""

    refused = Signal(str)  # why a value was not taken

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Options of the preset")
        self._redraw = PresetRedraw()
        self._controller: Controller | None = None
        self._row = without_margins(QHBoxLayout(self), 8)
        self.fields: dict[str, NumberField] = {}
        self._preset = ""

    def set_controller(self, controller: Controller | None) -> None:
        """Follow this document."""
        if self._controller is not None:
            self._controller.graph_changed.disconnect(self._follow)
        self._controller = controller
        if controller is not None:
            controller.graph_changed.connect(self._follow)
        else:
            self._redraw.forget()
        self._follow()

    def _follow(self, _: object = None) -> None:
        holds = self._controller is not None and self._redraw.follow(self._controller)
        if holds and self._redraw.kind is not None:
            if self._redraw.kind.id != self._preset:
                self._preset = self._redraw.kind.id
                self._build()
            for name, field in self.fields.items():
                value = self._redraw.values[name]
                sides = value if isinstance(value, tuple) else (value,)
                field.show_value(sides[0], mixed=sides[0] != sides[-1])
                field.set_invalid(False)
        self.setVisible(holds and bool(self.fields))

    def _build(self) -> None:
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.fields = {}
        for name in OPTIONS:
            parameter = _one_number(self._redraw.parameters.get(name))
            if parameter is None:
                continue
            field = NumberField(parameter)
            field.setMinimumWidth(FIELD_WIDTH[0])
            field.setMaximumWidth(FIELD_WIDTH[1])
            field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            field.edited.connect(lambda value, name=name: self._edited(name, value))
            field.released.connect(self._redraw.released)
            if self.fields:
                self._row.addSpacing(8)
            self._row.addWidget(label(name.capitalize(), "secondary"))
            self._row.addWidget(field, 100)
            self.fields[name] = field
        self._row.addStretch(1)

    def _edited(self, name: str, value: Any) -> None:
        problem = str(value) if isinstance(value, BlockError) else None
        if problem is None:
            whole = isinstance(self._redraw.parameters[name], Pair)
            problem = self._redraw.draw(name, (value, value) if whole else value)
        self.fields[name].set_invalid(problem is not None)
        if problem is not None:
            self.refused.emit(problem)


def _one_number(parameter: Parameter[Any] | None) -> Parameter[Any] | None:
    """The parameter if it is a number; of a pair, one side, which stands for both."""
    if isinstance(parameter, Pair):
        default = parameter.default
        one = Int(
            default[0] if isinstance(default, tuple) else 224,
            minimum=parameter.minimum,
            maximum=parameter.maximum,
            unit=parameter.unit,
            help=parameter.help,
        )
        one.name = parameter.name
        return one
    return parameter if isinstance(parameter, (Int, Float)) else None
