"""A form made from parameters: one row each, with what was refused said under the field it stands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractSpinBox, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from blocks.errors import BlockError
from blocks.parameters import Parameter
from designer.ui import theme
from designer.ui.panels.fields import describe, field_for
from designer.ui.panels.spin import words
from designer.ui.widgets import button, label, tool_button, without_margins

FIELD = 178  # px of a row that its field needs, with the way back: the name has what is left
SHORTEST = 72

MIXED = object()
"""Stands for the value of a parameter in which the selected blocks differ."""


class Way(NamedTuple):
    """A button under a refused value: what it does and what that costs."""

    text: str
    price: str
    do: Callable[[], object]


class Refusal(QFrame):
    """Why a value was not taken, what the design still uses, and the ways out."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "problem")
        row = without_margins(QHBoxLayout(self), 8)
        row.setContentsMargins(10, 8, 8, 8)
        self._mark = label()
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        column = without_margins(QVBoxLayout(), 2)
        row.addLayout(column, 1)
        self.sentence = label("", wrap=True)
        self.still = label("", "muted", wrap=True)
        self._ways = without_margins(QHBoxLayout(), 8)
        self._ways.setContentsMargins(0, 6, 0, 0)
        self._ways.addStretch(1)
        column.addWidget(self.sentence)
        column.addWidget(self.still)
        column.addLayout(self._ways)

    def say(self, sentence: str, still: str, ways: Sequence[Way]) -> None:
        look = theme.current()
        self._mark.setPixmap(look.pixmap("circle-x", look.color("state.error"), 16, self.devicePixelRatio()))
        self.sentence.setText(sentence)
        self.still.setText(still)
        self.still.setVisible(bool(still))
        self.setAccessibleName(f"{sentence} {still}".strip())
        while self._ways.count() > 1:
            item = self._ways.takeAt(0)
            gone = item.widget() if item is not None else None
            if gone is not None:
                gone.hide()
                gone.deleteLater()
        for place, way in enumerate(ways):
            text = f"{way.text}  {way.price}" if way.price else way.text
            one = button(text, on_click=way.do)
            one.setProperty("small", True)
            self._ways.insertWidget(place, one)
            one.show()  # at once, not with the next event: the keyboard may be sent there


class FormRow(QWidget):
    """One parameter: name, field with unit, and the way back to the default."""

    edited = Signal(str, object)
    reset = Signal(str)
    released = Signal()

    def __init__(self, parameter: Parameter[Any], label_width: int) -> None:
        super().__init__()
        self.parameter = parameter
        self.refused = False
        self._shown: Any = None
        look = theme.current()
        self._column = without_margins(QVBoxLayout(self))
        row = without_margins(QHBoxLayout(), 4)
        self._column.addLayout(row)
        self._label_width = label_width - 4
        self.name = label(parameter.name, "secondary")
        self.name.setAccessibleName(parameter.name)
        self.name.setFixedWidth(self._label_width)
        self.name.setMinimumHeight(look.size("form_row"))
        self.name.setToolTip(f"{parameter.name}: {describe(parameter)}")
        self.field = field_for(parameter)
        self.field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.name.setBuddy(self.field)
        self.back = tool_button(icon="rotate-ccw", name=f"Set {parameter.name} back to {words(parameter.default)}", small=True)
        policy = self.back.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.back.setSizePolicy(policy)
        self.back.hide()
        row.addWidget(self.name)
        row.addWidget(self.field, 1)
        row.addWidget(self.back)
        self._line = row
        self._beside: QWidget | None = None
        self._refusal: Refusal | None = None
        self.field.edited.connect(lambda value: self.edited.emit(parameter.name, value))
        self.field.released.connect(self.released)
        self.back.clicked.connect(lambda: self.reset.emit(parameter.name))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """In a narrow dock the name gives way, never the number."""
        super().resizeEvent(event)
        taken = self._beside.sizeHint().width() + 4 if self._beside is not None and not self._beside.isHidden() else 0
        width = max(SHORTEST, min(self._label_width, self.width() - FIELD - taken))
        if width != self.name.width():
            self.name.setFixedWidth(width)
        text = self.name.fontMetrics().elidedText(self.parameter.name, Qt.TextElideMode.ElideRight, width)
        if text != self.name.text():
            self.name.setText(text)

    def add_more(self, beside: QWidget, below: QWidget) -> None:
        """Put something at the end of the row, and something under it."""
        self._line.addWidget(beside)
        self._beside = beside
        self._column.insertWidget(1, below)

    @property
    def refusal(self) -> Refusal | None:
        """The sentence under the field, while there is one."""
        return self._refusal if self._refusal is not None and not self._refusal.isHidden() else None

    @property
    def used(self) -> Any:
        """What the design uses, whatever stands in the field; MIXED where blocks differ."""
        return self._shown

    def typed(self) -> str:
        """The text in the field, "" where it has none."""
        spin = self.field.findChild(QAbstractSpinBox)
        return spin.text() if spin is not None else ""

    def show_value(self, value: Any) -> None:
        """Show what the design uses. A refused value stays until that changes."""
        if self.refused and value == self._shown:
            return
        if self.refused:
            self.accept()
        self._shown = value
        mixed = value is MIXED
        self.field.show_value(None if mixed else value, mixed=mixed)
        self.back.setVisible(mixed or value != self.parameter.default)

    def refuse(self, sentence: str, still: str, ways: Sequence[Way] = ()) -> None:
        """Keep the value in the field, red, and say why it is not used."""
        self.refused = True
        self.complain(sentence, still, ways)

    def complain(self, sentence: str, still: str = "", ways: Sequence[Way] = (), *, invalid: bool = True) -> None:
        """Say what is wrong with the value, which the design uses all the same; not `invalid` where it harms only others."""
        if self._refusal is None:
            self._refusal = Refusal()
            self._column.addWidget(self._refusal)
        self._refusal.say(sentence, still, ways)
        self._refusal.show()
        self.field.set_invalid(invalid)

    def accept(self) -> None:
        """Take the sentence away."""
        self.refused = False
        if self._refusal is not None and not self._refusal.isHidden():
            self._refusal.hide()
            self.field.set_invalid(False)

    def put_back(self) -> None:
        """Show what the design uses, whatever stands in the field."""
        self.accept()
        self.show_value(self._shown)


class ParameterForm(QWidget):
    """Rows for parameters, rebuilt only when other parameters are shown."""

    edited = Signal(str, object)  # name, raw value or BlockError
    reset = Signal(str)
    released = Signal()

    def __init__(self, parent: QWidget | None = None, *, label_width: int = 0) -> None:
        super().__init__(parent)
        self._label_width = label_width or theme.current().size("form_label")
        self._column = without_margins(QVBoxLayout(self))
        self.rows: dict[str, FormRow] = {}
        self._shown: tuple[Parameter[Any], ...] = ()
        self._kept: dict[tuple[int, ...], tuple[QWidget, dict[str, FormRow], tuple[Parameter[Any], ...]]] = {}
        self._page: QWidget | None = None

    def show_parameters(self, parameters: Mapping[str, Parameter[Any]], values: Mapping[str, Any], *, anew: bool = False) -> None:
        """Show these parameters with canonical values or MIXED. `anew` drops what was refused, as when other blocks are shown."""
        wanted = tuple(parameters.values())
        if len(wanted) != len(self._shown) or any(a is not b for a, b in zip(wanted, self._shown, strict=False)):
            self._turn_to(wanted)
        for name, row in self.rows.items():
            if anew:
                row.accept()
            row.show_value(values[name])
            row.setVisible(_applies(row.parameter, values) or row.refused)

    def _turn_to(self, wanted: tuple[Parameter[Any], ...]) -> None:
        if self._page is not None:
            self._page.hide()
        key = tuple(map(id, wanted))
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= 8:  # forms of the kinds of block looked at last stay for the next time
                page, _, _ = self._kept.pop(next(iter(self._kept)))
                page.deleteLater()
            found = self._kept[key] = self._build(wanted)
        self._page, self.rows, self._shown = found
        self._page.show()

    def _build(self, wanted: tuple[Parameter[Any], ...]) -> tuple[QWidget, dict[str, FormRow], tuple[Parameter[Any], ...]]:
        page = QWidget()
        column = without_margins(QVBoxLayout(page))
        rows: dict[str, FormRow] = {}
        for parameter in wanted:
            row = FormRow(parameter, self._label_width)
            row.edited.connect(self.edited)
            row.reset.connect(self.reset)
            row.released.connect(self.released)
            column.addWidget(row)
            rows[parameter.name] = row
        self._column.addWidget(page)
        return page, rows, wanted

    @property
    def refused(self) -> int:
        """How many fields hold a value that is not used."""
        return sum(row.refused for row in self.rows.values())

    @property
    def changed(self) -> int:
        """How many parameters differ from their defaults."""
        return sum(not row.back.isHidden() for row in self.rows.values())


def _applies(parameter: Parameter[Any], values: Mapping[str, Any]) -> bool:
    return all(values.get(other) is MIXED or values.get(other) in allowed for other, allowed in parameter.visible_when.items())


def reason(value: Any, parameter: Parameter[Any]) -> str | None:
    """Why a raw value cannot be a parameter's, None where it can."""
    if isinstance(value, BlockError):
        return str(value)
    try:
        parameter.clean(value)
    except BlockError as error:
        return str(error)
    return None
