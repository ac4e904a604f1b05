"""The line at the bottom: is the design valid, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable

import shiboken6
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStatusBar, QToolButton, QWidget

from designer.analysis.budget import LIMITED, limit_of
from designer.analysis.engine import Engine
from designer.analysis.flatten import flatten
from designer.analysis.memory import BYTES, peak_activation_elements
from designer.app.controller import Controller
from designer.app.measurements import ESTIMATED
from designer.ui import numbers, theme, units
from designer.ui.budget_bar import BudgetBar
from designer.ui.widgets import CutLabel, ToolButton, label, line, set_role, without_margins
from designer.ui.worker_state import WorkerState

MESSAGE_MS = 6000
DTYPE = "fp32"


class _Figure(QWidget):
    """A label and its number."""

    def __init__(self, name: str, unit: str = "") -> None:
        super().__init__()
        row = without_margins(QHBoxLayout(self), 6)
        self.name = CutLabel("secondary")
        self.name.setText(name)
        self.number = label("", "number-strong")
        row.addWidget(self.name)
        row.addWidget(self.number)
        self.unit = label(unit, "muted")
        row.addWidget(self.unit)
        self.unit.setVisible(bool(unit))

    def show_number(self, text: str) -> None:
        self.number.setText(text)
        self.setAccessibleName(f"{self.name.text()} {text}")


class StatusBar(QStatusBar):
    """Follows the document in front. A click on the MACs counts FLOPs everywhere, and back."""

    problems_clicked = Signal()
    problems_counted = Signal(int)  # errors and warnings, whenever that number changes

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setAccessibleName("Status")
        self._controller: Controller | None = None
        self._last_valid: tuple[int, int, int] | None = None
        self._row = QWidget()
        row = without_margins(QHBoxLayout(self._row), 12)
        row.setContentsMargins(12, 0, 12, 0)
        self._state = _state_button()
        self._state.clicked.connect(self.problems_clicked)
        self._params = _Figure("Params")
        self.work = _Work()
        self.work.clicked.connect(units.switch)
        self._memory = _Figure("Peak memory")
        self._weights = _Figure("Weights", DTYPE)
        self._time = _Figure("Time", "measured")
        self._last = CutLabel("muted")
        self._selection = label("", "secondary")
        self._figures = QWidget()
        figures = without_margins(QHBoxLayout(self._figures), 12)
        for widget in (self._state, self._params, self.work, self._memory, self._weights, self._time):
            if widget is not self._state:
                upright = line("upright")
                upright.setFixedHeight(12)
                figures.addWidget(upright)
            figures.addWidget(widget)
        self._time_line = upright
        row.addWidget(self._figures)
        row.addWidget(self._last)
        self._message = CutLabel("secondary")
        row.addWidget(self._message, 1)
        row.addWidget(self._selection)
        self.budget = BudgetBar()
        row.addWidget(self.budget)
        self._limits: list[tuple[str, int]] = []
        self.worker = WorkerState()
        row.addWidget(self.worker)
        self.addWidget(self._row, 1)
        self._clear = QTimer(self)
        self._clear.setSingleShot(True)
        self._clear.timeout.connect(self._show_hint)
        self._hint = ""
        self._row_layout = row
        self._held: QWidget | None = None
        self._held_parent: QWidget | None = None
        self._count = 0
        units.notifier().changed.connect(self.refresh)
        self.set_controller(None)

    def set_controller(self, controller: Controller | None) -> None:
        """Show the figures of this document, or none."""
        if self._controller is not None:
            self._controller.analysis_changed.disconnect(self._analysis_changed)
            self._controller.selection_changed.disconnect(self._selection_changed)
            self._controller.refused.disconnect(self.say)
            self._controller.measurements.changed.disconnect(self._show_time)
        self._controller = controller
        self._last_valid = None
        if controller is not None:
            controller.analysis_changed.connect(self._analysis_changed)
            controller.selection_changed.connect(self._selection_changed)
            controller.refused.connect(self.say)
            controller.measurements.changed.connect(self._show_time)
        self._figures.setVisible(controller is not None)
        self._last.setVisible(False)
        self.refresh()
        self._selection_changed(frozenset())

    def set_budget(self, limits: Iterable[tuple[str, int]]) -> None:
        """Show from now on how a design stands to these limits, by figure."""
        self._limits = list(limits)
        self._show_budget()

    def figures(self) -> dict[str, int | None]:
        """The totals that may be limited, of the document in front; empty without one. None where they are unknown."""
        if self._controller is None:
            return {}
        engine = self._controller.engine
        total = engine.total
        if total is None:
            return dict.fromkeys(LIMITED)
        values = (total.params, total.macs, _peak_bytes(engine), BYTES[DTYPE] * (total.params + total.buffers))
        return dict(zip(LIMITED, values, strict=True))

    def _show_budget(self) -> None:
        values = self.figures() if self._limits else {}
        self.budget.show_limits([limit_of(figure, most, values[figure]) for figure, most in self._limits if figure in values])

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.budget.fit(self.width())

    def hold(self, widget: QWidget | None) -> None:
        """Show what a tool has to say in the place of a document's figures; None shows those again. It stays the tool's own."""
        if self._held is not None and self._held is not widget and shiboken6.isValid(self._held):
            self._row_layout.removeWidget(self._held)
            self._held.hide()
            self._held.setParent(self._held_parent)
        if widget is not None and widget is not self._held:
            self._held_parent = widget.parentWidget()
            self._row_layout.insertWidget(0, widget)
            widget.show()
        self._held = widget
        if widget is not None:
            self._figures.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence for a few seconds."""
        self._message.setText(sentence)
        self._clear.start(MESSAGE_MS)

    @property
    def last_valid(self) -> str:
        """The last totals that were known, while they are not."""
        return self._last.text() if not self._last.isHidden() else ""

    def hint(self, text: str) -> None:
        """Show what lies under the pointer, until something else does."""
        self._hint = text
        if not self._clear.isActive():
            self._show_hint()

    def _show_hint(self) -> None:
        self._message.setText(self._hint)

    def refresh(self) -> None:
        """Write all figures anew."""
        self._show_budget()
        if self._controller is None:
            self._say_count(0)
            return
        engine = self._controller.engine
        total = engine.total
        issues = engine.issues()
        errors = sum(issue.severity == "error" for issue in issues)
        warnings = sum(issue.severity == "warning" for issue in issues)
        self._show_state(engine, errors, warnings)
        self._say_count(errors + warnings if len(engine.design.root) else 0)
        peak = _peak_bytes(engine) if total is not None else None
        weights = BYTES[DTYPE] * (total.params + total.buffers) if total is not None else None
        self._params.show_number(numbers.short(total.params if total else None))
        self.work.show_number(units.name(), units.short(total.macs if total else None))
        self._memory.show_number(numbers.bytes_(peak))
        self._weights.show_number(numbers.bytes_(weights))
        self._show_time()
        if total is not None and peak is not None:
            self._last_valid = (total.params, total.macs, peak)
        self._last.setVisible(total is None and self._last_valid is not None)
        if total is None and self._last_valid is not None:
            params, macs, memory = self._last_valid
            work = f"{units.short(macs)} {units.name()}"
            self._last.setText(f"Last valid {numbers.short(params)} params, {work}, {numbers.bytes_(memory)}")

    def _show_time(self) -> None:
        """What the design takes: as it was measured, else as it is estimated; nothing while nobody can say."""
        times = self._controller.measurements if self._controller is not None else None
        total = times.total_ms if times is not None else None
        self._time.setVisible(total is not None)
        self._time_line.setVisible(total is not None)
        if times is None or total is None:
            return
        estimate = times.estimate if total.kind == ESTIMATED else None
        self._time.unit.setText(total.kind)
        self._time.setToolTip(
            f"{estimate.known:,} of {estimate.layers:,} layers were measured here, the others are guessed"
            if estimate is not None
            else "Median of the last run of this design as it is"
        )
        self._time.show_number(numbers.ms(total.ms))

    def _say_count(self, count: int) -> None:
        if count != self._count:
            self._count = count
            self.problems_counted.emit(count)

    def _show_state(self, engine: Engine, errors: int, warnings: int) -> None:
        if not len(engine.design.root):
            icon, color, text = "square-dashed", "text.muted", "Empty"
        elif errors or not engine.valid:
            icon, color = "circle-x", "state.error"
            text = "1 error" if errors == 1 else f"{errors} errors"
        elif warnings:
            icon, color = "triangle-alert", "state.warning"
            text = "Valid, 1 warning" if warnings == 1 else f"Valid, {warnings} warnings"
        else:
            icon, color, text = "circle-check", "state.ok", "Valid"
        self._state.setIcon(theme.current().icon(icon, color))
        self._state.setText(text)
        self._state.setAccessibleName(text)
        set_role(self._state, f"status-{color.partition('.')[2]}")
        self._state.setMinimumWidth(self._state.sizeHint().width())

    def _analysis_changed(self, _: object) -> None:
        self.refresh()

    def _selection_changed(self, selection: object) -> None:
        count = len(selection) if isinstance(selection, frozenset) else 0
        self._selection.setText(f"{count} blocks selected" if count > 1 else "")


def _peak_bytes(engine: Engine) -> int:
    return BYTES[DTYPE] * peak_activation_elements(flatten(engine))


def _state_button() -> QToolButton:
    made = ToolButton()
    made.setProperty("role", "status")
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    made.setIconSize(QSize(16, 16))
    made.setToolTip("Show the problems")
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


class _Work(ToolButton):
    """`MACs 300.8 M`, which switches to FLOPs when it is clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "status")
        self.setToolTip("Switch between MACs and FLOPs everywhere; one MAC is two FLOPs")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._row = row = without_margins(QHBoxLayout(self), 6)
        row.setContentsMargins(4, 0, 4, 0)
        self._name = label("", "secondary")
        self._number = label("", "number-strong")
        row.addWidget(self._name)
        row.addWidget(self._number)

    def sizeHint(self) -> QSize:  # noqa: N802
        return self._row.sizeHint()

    def show_number(self, unit: str, text: str) -> None:
        self._name.setText(unit)
        self._number.setText(text)
        self.setAccessibleName(f"{unit} {text}")
        self.setMinimumWidth(self.sizeHint().width())  # the style sheet sets one, and then no hint counts
