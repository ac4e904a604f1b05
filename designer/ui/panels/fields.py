"""Fields for the kinds of parameter: number with slider, choice, pair, padding, shape, check.

A field knows how its value looks and nothing of designs. What a person does comes out of `edited` as a raw value, or as the
BlockError that says why a text is none; `released` ends a gesture, so that a drag is one step of undo.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QWidget,
)

from blocks.errors import BlockError
from blocks.parameters import Bool, Choice, Float, Int, Padding, Pair, Parameter, Shape
from designer.ui.panels.scales import Scale
from designer.ui.panels.spin import ARROWS, Spin, unit_of, words
from designer.ui.wheel import scrolls_past
from designer.ui.widgets import Segments, label, repolish, tool_button, without_margins

SPIN_WIDTH = 60
SIDE_WIDTH = 48
SHORTEST_SLIDER = 32  # px; one with less room says nothing
LINE_AROUND = 20  # px of a field of text beside its text
NARROW = 155  # px of a field in a slim dock
MAX_SEGMENTS = 4
SEGMENT_LETTERS = 20


class Field(QWidget):
    """What all fields share."""

    edited = Signal(object)  # a raw value, or a BlockError
    released = Signal()

    def __init__(self, parameter: Parameter[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self._row = without_margins(QHBoxLayout(self), 6)

    def show_value(self, value: Any, *, mixed: bool = False) -> None:
        """Show a canonical value, without saying so; `mixed` where several blocks differ."""
        raise NotImplementedError

    def set_invalid(self, invalid: bool) -> None:
        for widget in self.findChildren(QWidget):
            if isinstance(widget, (QLineEdit, QAbstractSpinBox, QComboBox)) and widget.property("invalid") != invalid:
                widget.setProperty("invalid", invalid)
                repolish(widget)

    def focus_first(self) -> None:
        """Put the keyboard into the field."""
        for widget in self.findChildren(QWidget):
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.isHidden():
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def _name(self, widget: QWidget, name: str = "") -> None:
        widget.setAccessibleName(name or self.parameter.name)
        widget.setAccessibleDescription(describe(self.parameter))
        widget.setToolTip(describe(self.parameter))

    def _unit(self) -> QLabel | None:
        if not self.parameter.unit:
            return None
        unit = label(unit_of(self.parameter), "caption")
        self._row.addWidget(unit)
        return unit


def describe(parameter: Parameter[Any]) -> str:
    """Help and range of a parameter, for its tooltip."""
    unit = f" {unit_of(parameter)}" if parameter.unit and parameter.kind in ("int", "float", "pair", "padding") else ""
    none = " or none" if parameter.optional and not isinstance(parameter, Choice) else ""
    return f"{parameter.help}\n{_upper(parameter.allowed())}{unit}{none}. Default {words(parameter.default)}."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


class NumberField(Field):
    """A number from a wide range: field, unit and slider."""

    def __init__(self, parameter: Parameter[Any], parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self.spin = Spin(parameter)
        self._name(self.spin)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setMinimumWidth(20)
        self._name(self.slider, f"{parameter.name} slider")
        self._row.addWidget(self.spin)
        self._said = self._unit()
        self._row.addWidget(self.slider, 1)
        self._dragging = False
        self.spin.lineEdit().textChanged.connect(self._share)
        self._value: Any = None
        self._scale = Scale(parameter, None)
        self._rescale(None)
        scrolls_past(self.slider).installEventFilter(self)
        self.spin.edited.connect(self._typed)
        self.spin.released.connect(self.released)
        self.slider.valueChanged.connect(self._dragged)
        self.slider.sliderPressed.connect(lambda: self._drag(True))
        self.slider.sliderReleased.connect(lambda: self._drag(False))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.FocusOut:
            self.released.emit()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._row.setSpacing(4 if self.width() < NARROW else 6)
        self._share()

    def _share(self) -> None:
        """The number has the room it needs, the slider what is left."""
        self.spin.setFixedWidth(max(SPIN_WIDTH, self.spin.room()))
        said = self._said.sizeHint().width() + self._row.spacing() if self._said is not None else 0
        left = self.width() - self.spin.width() - said - self._row.spacing()
        self.slider.setHidden(0 < left < SHORTEST_SLIDER and not self._dragging)

    def _drag(self, dragging: bool) -> None:
        self._dragging = dragging
        self.released.emit()

    def _dragged(self, position: int) -> None:
        value = self._scale.value(position)
        self.spin.show_value(value)
        self._share()
        self.edited.emit(value)

    def _typed(self, value: Any) -> None:
        if not isinstance(value, BlockError):
            self._place(value)
        self.edited.emit(value)

    def _rescale(self, value: Any) -> None:
        self._scale = Scale(self.parameter, value)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, self._scale.last)
            self.slider.setPageStep(max(1, self._scale.last // 12))

    def _place(self, value: Any) -> None:
        number = value if isinstance(value, (int, float)) else None
        if self._dragging:
            return
        if not self._scale.covers(number):
            self._rescale(number)
        if self._scale.value(self.slider.value()) != number:
            with QSignalBlocker(self.slider):
                self.slider.setValue(self._scale.position(number))

    def show_value(self, value: Any, *, mixed: bool = False) -> None:
        self.spin.show_value(value, mixed=mixed)
        self._place(value)
        self._share()


class SegmentField(Field):
    """A choice of a few, all in view."""

    def __init__(self, parameter: Choice, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self.options = parameter.of
        self.segments = Segments([words(option) for option in self.options], parameter.name)
        self.segments.setToolTip(describe(parameter))
        self.segments.setAccessibleDescription(describe(parameter))
        self.segments.setFixedHeight(24)
        self._row.addWidget(self.segments, 1)
        self._unit()
        self.segments.chosen.connect(self._chosen)

    def _chosen(self, index: int) -> None:
        self.edited.emit(self.options[index])
        self.released.emit()

    def show_value(self, value: Any, *, mixed: bool = False) -> None:
        self.segments.choose(-1 if mixed or value not in self.options else self.options.index(value))


class ComboField(Field):
    """A choice of many."""

    def __init__(self, parameter: Choice, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self.options = parameter.of
        self.combo = scrolls_past(QComboBox())
        self.combo.addItems([words(option) for option in self.options])
        self.combo.setPlaceholderText("mixed")
        self.combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._name(self.combo)
        self._row.addWidget(self.combo, 1)
        self._unit()
        self.combo.activated.connect(self._chosen)

    def _chosen(self, index: int) -> None:
        self.edited.emit(self.options[index])
        self.released.emit()

    def show_value(self, value: Any, *, mixed: bool = False) -> None:
        self.combo.setCurrentIndex(-1 if mixed or value not in self.options else self.options.index(value))


class CheckField(Field):
    """Yes or no; a third state where the block decides."""

    def __init__(self, parameter: Bool, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self.check = QCheckBox()
        self.check.setTristate(parameter.optional)
        self._name(self.check)
        self._state = label("", "caption")
        self._row.addWidget(self.check)
        self._row.addWidget(self._state, 1)
        self.check.clicked.connect(self._clicked)

    def _clicked(self) -> None:
        state = self.check.checkState()
        if state is Qt.CheckState.PartiallyChecked and not self.parameter.optional:
            self.check.setCheckState(state := Qt.CheckState.Checked)
        value = None if state is Qt.CheckState.PartiallyChecked else state is Qt.CheckState.Checked
        self.edited.emit(value)
        self.released.emit()

    def show_value(self, value: Any, *, mixed: bool = False) -> None:
        state = Qt.CheckState
        shown = state.PartiallyChecked if mixed or value is None else state.Checked if value else state.Unchecked
        self.check.setTristate(mixed or self.parameter.optional)
        if self.check.checkState() is not shown:
            self.check.setCheckState(shown)
        self._state.setText("mixed" if mixed else "automatic" if value is None else "")


class _Side(Spin):
    """One side of a pair: reads numbers only."""

    MIXED = "…"  # two words and the link have no room beside each other

    def __init__(self, parameter: Parameter[Any], parent: QWidget | None = None) -> None:
        one = Int(0, minimum=parameter.minimum, maximum=parameter.maximum, optional=parameter.optional)
        one.name = parameter.name
        super().__init__(one, parent)
        self.lineEdit().textChanged.connect(self._share)
        self._share()

    def show_value(self, value: Any, *, mixed: bool = False) -> None:
        super().show_value(value, mixed=mixed)
        self._share()

    def be_slim(self, slim: bool) -> None:
        """Stand without arrows, or with them."""
        if bool(self.property("slim")) != slim:
            self.setProperty("slim", slim)
            repolish(self)
            self._share()

    def _share(self) -> None:
        arrows = not self.property("slim")
        self.setFixedWidth(max(SIDE_WIDTH - (0 if arrows else ARROWS), self.room(arrows=arrows)))


class PairField(Field):
    """Height and width, coupled while they are equal and the link between them is pressed."""

    def __init__(self, parameter: Parameter[Any], parent: QWidget | None = None, *, unit: bool = True) -> None:
        super().__init__(parameter, parent)
        self.high, self.wide = _Side(parameter), _Side(parameter)
        for side in (self.high, self.wide):
            side.lineEdit().textChanged.connect(self._fit)
        self.link = tool_button(icon="link", name=f"Keep both sides of {parameter.name} equal", small=True)
        self.link.setCheckable(True)
        self.link.setChecked(True)
        self._name(self.high, f"{parameter.name} height")
        self._name(self.wide, f"{parameter.name} width")
        self._row.setSpacing(2)
        for widget in (self.high, self.link, self.wide):
            self._row.addWidget(widget)
        said = self._unit() if unit else None
        if said is not None:
            said.setContentsMargins(4, 0, 0, 0)
        self._row.addStretch(1)
        self.high.edited.connect(lambda value: self._typed(0, value))
        self.wide.edited.connect(lambda value: self._typed(1, value))
        self.high.released.connect(self.released)
        self.wide.released.connect(self.released)
        self.link.clicked.connect(self._link_clicked)
        self._sides: Any = None

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """In a slim dock the sides do without arrows before they lie on what is beside them; the keys step them all the same."""
        rest = self._row.sizeHint().width() - self.high.width() - self.wide.width()
        sides = (self.high, self.wide)
        slim = rest + sum(max(SIDE_WIDTH, side.room(arrows=True)) for side in sides) > self.width()
        for side in sides:
            side.be_slim(slim)

    def _typed(self, side: int, value: Any) -> None:
        if isinstance(value, BlockError):
            self.edited.emit(self.parameter.refuse((self.high, self.wide)[side].text()))
            return
        both = list(self._sides) if isinstance(self._sides, tuple) else [value, value]
        both[side] = value
        if self.link.isChecked() or value is None or None in both:
            both = [value, value]
        sides = None if value is None else (both[0], both[1])
        self._sides = sides
        other = (self.wide, self.high)[side]
        other.show_value(None if sides is None else sides[1 - side])
        self.edited.emit(sides)

    def _link_clicked(self, coupled: bool) -> None:
        if coupled and isinstance(self._sides, tuple) and self._sides[0] != self._sides[1]:
            self._typed(0, self._sides[0])
            self.released.emit()

    def show_value(self, value: Any, *, mixed: bool = False) -> None:
        if isinstance(value, tuple) and value[0] != value[1]:
            self.link.setChecked(False)
        elif value != self._sides and not mixed:
            self.link.setChecked(True)
        self._sides = value if isinstance(value, tuple) and not mixed else None
        high, wide = value if isinstance(value, tuple) else (None, None)
        self.high.show_value(high, mixed=mixed)
        self.wide.show_value(wide, mixed=mixed)


class PaddingField(Field):
    """Padding that the block works out, torch's "same", or pixels."""

    KEEP, SAME, PIXELS = "keep size", "same", "pixels"

    def __init__(self, parameter: Padding, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self.modes = [*([self.KEEP] if parameter.optional else []), self.SAME, self.PIXELS]
        self.mode = scrolls_past(QComboBox())
        self.mode.addItems(self.modes)
        self.mode.setPlaceholderText("mixed")
        self._name(self.mode)
        sides = Pair(0, minimum=parameter.minimum, maximum=parameter.maximum, unit=parameter.unit, help=parameter.help)
        sides.name = parameter.name
        self.mode.setMinimumWidth(78)
        self.mode.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.pair = PairField(sides, unit=False)
        self._row.addWidget(self.mode, 1)
        self._row.addWidget(self.pair)
        self._row.setSpacing(4)
        self.mode.activated.connect(self._mode_chosen)
        self.pair.edited.connect(self.edited)
        self.pair.released.connect(self.released)
        self._value: Any = None

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        narrow = self.width() < self.pair.sizeHint().width() + 78
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def _mode_chosen(self, index: int) -> None:
        mode = self.modes[index]
        value: Any = None if mode == self.KEEP else "same" if mode == self.SAME else (0, 0)
        self.pair.setVisible(mode == self.PIXELS)
        self.edited.emit(value)
        self.released.emit()

    def show_value(self, value: Any, *, mixed: bool = False) -> None:
        self._value = value
        mode = self.KEEP if value is None else self.SAME if value == "same" else self.PIXELS
        self.mode.setCurrentIndex(-1 if mixed or mode not in self.modes else self.modes.index(mode))
        pixels = mode == self.PIXELS and not mixed
        self.pair.setVisible(pixels)
        if pixels:
            self.pair.show_value(value)


class ShapeField(Field):
    """The shape of an input as text: `3 × 224 × 224`, or one number for a vector."""

    def __init__(self, parameter: Shape, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self.line = QLineEdit()
        self.line.setProperty("role", "number")
        self._name(self.line)
        self._row.setSpacing(4)
        self._row.addWidget(self.line, 1)
        self._said = self._unit()
        self._value: Any = None
        self.line.textChanged.connect(self._share)
        self.line.textEdited.connect(self._typed)
        self.line.editingFinished.connect(self._finished)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        """A long shape takes the place of the words behind it."""
        if self._said is not None:
            needed = self.line.fontMetrics().horizontalAdvance(self.line.text()) + LINE_AROUND
            self._said.setVisible(needed + self._row.spacing() + self._said.sizeHint().width() <= self.width())

    def _read(self, text: str) -> Any:
        try:
            return self.parameter.from_text(text.replace("×", "x").replace("*", "x").replace(" ", "").replace(",", "x"))
        except BlockError as error:
            return error

    def _typed(self, text: str) -> None:
        value = self._read(text)
        # a map being typed begins as a vector: another number of sides counts when the text is finished
        if isinstance(value, BlockError) or self._value is None or len(value) == len(self._value):
            self._tell(value)

    def _finished(self) -> None:
        value = self._read(self.line.text())
        if not isinstance(value, BlockError) and value != self._value:
            self._tell(value)
        self.released.emit()

    def _tell(self, value: Any) -> None:
        if not isinstance(value, BlockError):
            self._value = value
        self.edited.emit(value if isinstance(value, BlockError) else tuple(value))

    def show_value(self, value: Any, *, mixed: bool = False) -> None:
        self._value = None if mixed else value
        self.line.setPlaceholderText("mixed" if mixed else "")
        text = "" if mixed else words(value)
        if self._read(self.line.text()) != value or (mixed and self.line.text()):
            self.line.setText(text)
            self.line.setCursorPosition(0)


class UnknownField(Field):
    """A value of a kind that has no field: shown, not changed."""

    def __init__(self, parameter: Parameter[Any], parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self._text = QLabel()
        self._row.addWidget(self._text, 1)

    def show_value(self, value: Any, *, mixed: bool = False) -> None:
        self._text.setText("mixed" if mixed else words(value))


def field_for(parameter: Parameter[Any]) -> Field:
    """The field of a parameter's kind."""
    if isinstance(parameter, Choice):
        letters = sum(len(words(option)) for option in parameter.of)
        few = len(parameter.of) <= MAX_SEGMENTS and letters + 3 * len(parameter.of) <= SEGMENT_LETTERS
        return SegmentField(parameter) if few else ComboField(parameter)
    if isinstance(parameter, Bool):
        return CheckField(parameter)
    if isinstance(parameter, Padding):
        return PaddingField(parameter)
    if isinstance(parameter, Pair):
        return PairField(parameter)
    if isinstance(parameter, Shape):
        return ShapeField(parameter)
    if isinstance(parameter, (Int, Float)):
        return NumberField(parameter)
    return UnknownField(parameter)
