"""A field for one number, and how values are written in fields."""

from __future__ import annotations

from math import floor, log10
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QSizePolicy, QWidget

from blocks.errors import BlockError
from blocks.parameters import Float, Parameter
from designer.analysis.numbers import TIMES
from designer.ui.wheel import scrolls_past

AROUND, ARROWS = 26, 12  # px of a field beside its number: margins and arrows; of these, the arrows


def words(value: Any) -> str:
    """A value as a field shows it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, (tuple, list)):
        return " × ".join(map(str, value))
    return str(value)


def unit_of(parameter: Parameter[Any]) -> str:
    """The unit of a parameter as it stands beside its number: `px`, `×`."""
    return TIMES if parameter.unit == "x" else parameter.unit


def _written(parameter: Parameter[Any], value: Any) -> str:
    """A value as its own field shows it: a multiplier, which changes nothing at 1.00, with two decimals if they are enough."""
    if isinstance(parameter, Float) and unit_of(parameter) == TIMES and parameter.default == 1 and isinstance(value, float):
        text = f"{value:.2f}"
        if float(text) == value:
            return text
    return words(value)


class Spin(QAbstractSpinBox):
    """A number with arrows that keeps whatever is typed, right or wrong."""

    edited = Signal(object)
    released = Signal()
    MIXED = "mixed"  # what stands in the field where several blocks differ

    def __init__(self, parameter: Parameter[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self._value: Any = None
        self._mixed = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        scrolls_past(self)
        self.lineEdit().setTextMargins(5, 0, 0, 0)  # the style sheet's padding does not reach inside a spin box
        self.lineEdit().textEdited.connect(self._typed)
        self.editingFinished.connect(self.released)

    def validate(self, text: str, position: int) -> Any:
        return QValidator.State.Acceptable, text, position  # what is wrong is said beside the field

    def show_value(self, value: Any, *, mixed: bool = False) -> None:
        self._value, self._mixed = value, mixed
        text = "" if mixed else _written(self.parameter, value)
        self.lineEdit().setPlaceholderText(self.MIXED if mixed else "")
        if self._read(self.text()) != value or (mixed and self.text()) or isinstance(self._read(self.text()), BlockError):
            with QSignalBlocker(self.lineEdit()):
                self.lineEdit().setText(text)
                self.lineEdit().setCursorPosition(len(text))
        self.update()

    def room(self, *, arrows: bool = True) -> int:
        """How wide the field has to be for its number not to be cut."""
        text = self.lineEdit().text() or self.lineEdit().placeholderText()
        return self.lineEdit().fontMetrics().horizontalAdvance(text) + AROUND - (0 if arrows else ARROWS)

    def _read(self, text: str) -> Any:
        try:
            return self.parameter.from_text(text.strip().replace(",", "").replace(" ", ""))
        except BlockError as error:
            return error

    def _typed(self, text: str) -> None:
        if text.strip():
            self._tell(self._read(text))
        elif not self._mixed:
            self._tell(self.parameter.refuse("nothing"))

    def _tell(self, value: Any) -> None:
        if not isinstance(value, BlockError):
            self._value, self._mixed = value, False
        self.edited.emit(value)

    def stepBy(self, steps: int) -> None:  # noqa: N802
        read = self._read(self.text())
        held = self._value if isinstance(read, BlockError) else read
        low, high = self.parameter.minimum, self.parameter.maximum
        if not isinstance(held, (int, float)):
            number: Any = low if low is not None else 0
        elif isinstance(self.parameter, Float):
            number = round(held + steps * _step(held), 12)
        else:
            number = int(held) + steps
        if low is not None:
            number = max(number, low)
        if high is not None:
            number = min(number, high)
        try:
            value = self.parameter.clean(number)
        except BlockError as error:
            self.edited.emit(error)
            return
        with QSignalBlocker(self.lineEdit()):
            self.lineEdit().setText(_written(self.parameter, value))
        self._tell(value)

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:  # noqa: N802
        up, down = QAbstractSpinBox.StepEnabledFlag.StepUpEnabled, QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        low, high, value = self.parameter.minimum, self.parameter.maximum, self._value
        if not isinstance(value, (int, float)):
            return up | down
        found = QAbstractSpinBox.StepEnabledFlag.StepNone
        if high is None or value < high:
            found |= up
        if low is None or value > low:
            found |= down
        return found

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.released.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.released.emit()


def _step(value: float) -> float:
    """How far one click moves a float: a tenth of small numbers, 0.05 near one, 0.5 above four."""
    size = abs(value)
    if size < 0.02:
        return float(10.0 ** (floor(log10(size)) - 1)) if size else 0.001
    return 0.5 if size >= 4 else 0.25 if size >= 2 else 0.05
