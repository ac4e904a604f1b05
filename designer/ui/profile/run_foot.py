"""The foot of the run settings: what a run needs, how far it is, why nothing came of it, and the buttons."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from designer.analysis.measured import Machine
from designer.ui import numbers
from designer.ui.profile.card import PAD, Marked, padded
from designer.ui.widgets import button, label, set_role, without_margins

if TYPE_CHECKING:
    from designer.protocol import Phase

FINE = 1_000  # parts of the bar
LOADING = "Asking the worker what this machine has."


class RunFoot(QWidget):
    """`run_wanted` and `cancel_wanted` say which button was pressed, `state_changed` that there is something else to show."""

    run_wanted = Signal()
    cancel_wanted = Signal()
    state_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.running = False
        self._why = ""
        self._been = False
        self._started = self._stepped = 0.0
        self._limit = 1.0  # seconds
        self._step, self._steps = 1, 1
        self._column = column = QVBoxLayout(self)
        padded(column, 8, PAD - 1)
        column.setSpacing(12)
        self.memory, self.memory_words = _box("fits")
        column.addWidget(self.memory)
        self.progress = QWidget()
        progress = without_margins(QVBoxLayout(self.progress), 6)
        words = without_margins(QHBoxLayout(), 8)
        self.phase = label("", wrap=True)
        self.seconds = label("", "number-muted")
        words.addWidget(self.phase, 1)
        words.addWidget(self.seconds)
        progress.addLayout(words)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the run")
        progress.addWidget(self.bar)
        column.addWidget(self.progress)
        self.trouble, self.trouble_words = _box("problem")
        column.addWidget(self.trouble)
        row = without_margins(QHBoxLayout(), 8)
        self.run_button = button("Run", "primary", icon="play", on_click=self.run_wanted.emit)
        self.cancel_button = button("Cancel", on_click=self.cancel_wanted.emit)
        row.addWidget(self.run_button, 1)
        row.addWidget(self.cancel_button)
        column.addLayout(row)
        self._clock = QTimer(self)
        self._clock.setInterval(250)
        self._clock.timeout.connect(self._tick)
        self.progress.hide()
        self.trouble.hide()
        self._refresh()

    # -- whether it can run ------------------------------------------------------------------------------------------------------

    def show_need(self, needed: int | None, machine: Machine | None, device: str, problem: str) -> None:
        """What a run needs, what there is, and why there can be none, "" where there can. `needed` is None for a design whose
        size is not known."""
        free = machine.free_bytes if machine is not None and device == "cpu" else None
        role, icon, color = "fits", "memory-stick", "state.ok"
        self._why = problem
        if needed is None:
            icon, color, said = "info", "text.muted", "Nothing to run yet."
        elif machine is None:
            icon, color, said = "loader-circle", "text.muted", f"Needs {numbers.bytes_(needed)}. {LOADING}"
        elif free is None:
            said = f"Needs {numbers.bytes_(needed)}."
        elif needed > free:  # as the worker itself would say
            role, icon, color = "problem", "circle-x", "state.error"
            said = f"Needs {numbers.bytes_(needed)}, but only {numbers.bytes_(free)} are free. "
            said += "Use a smaller batch, resolution or width."
            self._why = problem or said
        else:
            said = f"Needs {numbers.bytes_(needed)}, free {numbers.bytes_(free)}."
        set_role(self.memory, role)
        self.memory_words.say(icon, color, said)
        self._refresh()

    @property
    def why_not(self) -> str:
        """Why there can be no run now, a sentence; "" where there can."""
        return "A run is going on." if self.running else self._why

    def has_run(self, been: bool) -> None:
        """Whether there is a run already: then the button says so."""
        self._been = been
        self._refresh()

    def _refresh(self) -> None:
        self.run_button.setText("Run again" if self._been else "Run")
        self.run_button.setAccessibleName(self.run_button.text())
        self.run_button.setEnabled(not self.why_not)
        self.run_button.setToolTip(self.why_not)
        self.cancel_button.setEnabled(self.running)

    # -- a run -------------------------------------------------------------------------------------------------------------------

    def begin(self, text: str, limit_s: float) -> None:
        """A job was given to the worker. None of its steps that take runs goes on for longer than `limit_s`."""
        self.running = True
        self.trouble.hide()
        self.phase.setText(text)
        self.bar.setRange(0, FINE)
        self.bar.setValue(0)
        self._limit = limit_s
        self._step, self._steps = 1, 1
        self._started = self._stepped = time.monotonic()
        self.progress.show()
        self._clock.start()
        self._tick()
        self._refresh()
        self.state_changed.emit()

    def show_phase(self, phase: Phase) -> None:
        """How far it is: so many steps are done, and so much of the time is gone that the one it is at may take."""
        self.phase.setText(phase.text)
        if (phase.step, phase.steps) != (self._step, self._steps):
            self._step, self._steps = phase.step, max(1, phase.steps)
            self._stepped = time.monotonic()
        self._tick()

    def end(self) -> None:
        """It is over."""
        self.running = False
        self._clock.stop()
        self.progress.hide()
        self._refresh()
        self.state_changed.emit()

    def tell(self, trouble: str) -> None:
        """Say what went wrong; "" takes it back."""
        if trouble:
            self.trouble_words.say("circle-x", "state.error", trouble)
        self.trouble.setVisible(bool(trouble))
        self.state_changed.emit()

    def height_for(self, width: int) -> int:
        """How high it is at a width, whatever it says."""
        return self._column.totalHeightForWidth(width)

    def _tick(self) -> None:
        now = time.monotonic()
        part = min(1.0, (now - self._stepped) / self._limit)
        self.bar.setValue(max(self.bar.value(), int(FINE * (self._step - 1 + part) / self._steps)))
        self.seconds.setText(f"{now - self._started:.0f} s")
        self.bar.setAccessibleDescription(f"{self.phase.text()}, {self.seconds.text()}")


def _box(role: str) -> tuple[QFrame, Marked]:
    frame = QFrame()
    frame.setProperty("role", role)
    row = without_margins(QHBoxLayout(frame))
    row.setContentsMargins(10, 8, 10, 8)
    words = Marked()
    row.addWidget(words)
    return frame, words
