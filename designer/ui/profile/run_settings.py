"""What a person chooses before a run, and what the machine has to say about it."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from designer.analysis.measured import BACKENDS, DEVICES, DTYPES, MOST_BATCH, Machine
from designer.app.run_options import SWEEP, RunOptions
from designer.ui import theme
from designer.ui.profile.card import Card, padded
from designer.ui.profile.choices import Choices, Offer
from designer.ui.profile.run_foot import RunFoot
from designer.ui.wheel import scrolls_past
from designer.ui.widgets import Segments, label, line, tool_button, without_margins

LABEL = 58
SPIN = 72
WITHIN = (0.01, 0.02, 0.05)
DEVICE_NAMES = {"cpu": "CPU", "cuda": "CUDA", "mps": "MPS"}
BACKEND_NOTES = {"eager": "layer by layer", "fused": "batch norm folded", "compile": "", "onnxruntime": ""}


class RunSettings(Card):
    """The card. `changed` says that a person chose something; the buttons are those of `foot`."""

    changed = Signal(object)  # RunOptions

    def __init__(self, options: RunOptions) -> None:
        super().__init__("Run settings")
        self._machine: Machine | None = None
        self._options = options
        self._showing = False
        self.reset = tool_button(icon="rotate-ccw", name="Back to the first settings", small=True)
        self.reset.clicked.connect(lambda: self._choose(RunOptions()))
        self.head.addWidget(self.reset)
        self._inner = QWidget()
        self._form = QVBoxLayout(self._inner)
        padded(self._form, 8, 4)
        self._form.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setProperty("role", "panel")
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inner.setProperty("role", "panel")
        self._scroll.setWidget(self._inner)
        self.body.addWidget(self._scroll, 1)
        self._build_choices()
        self._build_fields()
        self._form.addStretch(1)
        self.foot = RunFoot()
        self.body.addWidget(self.foot)
        self.foot.state_changed.connect(self._follow_foot)
        self.show_options(options)
        self._greet()

    # -- building ----------------------------------------------------------------------------------------------------------------

    def _build_choices(self) -> None:
        self.devices = Choices("Device", [Offer(device, DEVICE_NAMES[device]) for device in DEVICES])
        self.backends = Choices("Backend", [Offer(backend, backend, BACKEND_NOTES[backend]) for backend in BACKENDS])
        self.devices.chosen.connect(lambda device: self._set(device=device))
        self.backends.chosen.connect(lambda backend: self._set(backend=backend))
        for name, choices in (("Device", self.devices), ("Backend", self.backends)):
            row = without_margins(QHBoxLayout(), 8)
            title = label(name, "secondary")
            title.setFixedSize(LABEL, 24)
            row.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(choices, 1)
            self._form.addLayout(row)
            self._form.addSpacing(8)
            self._form.addWidget(line())
            self._form.addSpacing(8)

    def _build_fields(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.setColumnMinimumWidth(0, LABEL)
        grid.setColumnStretch(1, 1)
        self.dtypes = Segments(list(DTYPES), "Number")
        self.dtypes.setFixedHeight(26)
        self.dtypes.chosen.connect(lambda index: self._set(dtype=DTYPES[index]))
        self.batch = _spin("Batch", 1, MOST_BATCH)
        self.batch.valueChanged.connect(lambda value: self._set(batch=value))
        self.sweep = QCheckBox(f"sweep to {SWEEP[-1]}")
        self.sweep.setAccessibleName(f"Sweep the batch size to {SWEEP[-1]}")
        self.sweep.setToolTip(f"Time the whole at batch {', '.join(map(str, SWEEP))} as well")
        self.sweep.clicked.connect(lambda on: self._set(sweep=on))
        self.threads = _spin("Threads", 1, 1)
        self.threads.valueChanged.connect(lambda value: self._set(threads=value))
        self._of = label("", "secondary")
        self.within = scrolls_past(QComboBox())
        self.within.setAccessibleName("Stop at")
        self.within.setToolTip("Runs go on until the 95 % interval of the median is as narrow as this")
        for share in WITHIN:
            self.within.addItem(f"± {share * 100:g} % at 95 %", share)
        self.within.activated.connect(lambda index: self._set(within=WITHIN[index]))
        self.limit = _spin("Time limit", 1, 3_600)
        self.limit.valueChanged.connect(lambda value: self._set(time_limit_s=value))
        self.remark = label("", "caption", wrap=True)
        self._row(grid, 0, "Number", self.dtypes, stretch=True)
        grid.addWidget(self.remark, 1, 1)
        self._row(grid, 2, "Batch", self.batch, self.sweep)
        self._row(grid, 3, "Threads", self.threads, self._of)
        self._row(grid, 4, "Stop at", self.within, stretch=True)
        self._row(grid, 5, "Time limit", self.limit, label("s", "secondary"))
        self._form.addLayout(grid)

    @staticmethod
    def _row(grid: QGridLayout, place: int, name: str, *widgets: QWidget, stretch: bool = False) -> None:
        grid.setRowMinimumHeight(place, theme.current().size("form_row"))
        grid.addWidget(label(name, "secondary"), place, 0)
        row = without_margins(QHBoxLayout(), 8)
        for widget in widgets:
            row.addWidget(widget, 1 if stretch else 0)
        if not stretch:
            row.addStretch(1)
        grid.addLayout(row, place, 1)

    # -- what is chosen ----------------------------------------------------------------------------------------------------------

    @property
    def options(self) -> RunOptions:
        return self._options

    @property
    def machine(self) -> Machine | None:
        """What this machine has, None while nobody knows."""
        return self._machine

    def show_options(self, options: RunOptions) -> None:
        """Show these without saying so."""
        machine = self._machine
        self._options = options
        self._showing = True
        try:
            self.devices.choose(options.device)
            self.backends.choose(options.backend)
            self.dtypes.choose(DTYPES.index(options.dtype))
            self.batch.setValue(options.batch)
            self.sweep.setChecked(options.sweep)
            threads = options.threads or (machine.threads if machine is not None else 1)
            self.threads.setRange(1, max(threads, machine.max_threads if machine is not None else 1))
            self.threads.setValue(threads)
            self.within.setCurrentIndex(min(range(len(WITHIN)), key=lambda k: abs(WITHIN[k] - options.within)))
            self.limit.setValue(options.time_limit_s)
        finally:
            self._showing = False

    def _set(self, **values: object) -> None:
        self._choose(msgspec.structs.replace(self._options, **values))

    def _choose(self, options: RunOptions) -> None:
        if self._showing:
            return
        if self._machine is not None and options.threads == self._machine.threads:
            options = msgspec.structs.replace(options, threads=None)
        options = self._possible(options)
        self.show_options(options)
        self._greet()
        self.changed.emit(options)

    def _possible(self, options: RunOptions) -> RunOptions:
        """The nearest to what was chosen that this machine can do: what was changed last stays, the others give way."""
        if not self._why(options.device, options.backend, options.dtype):
            return options
        old = self._options
        for backend in (options.backend,) if options.backend != old.backend else (options.backend, *BACKENDS):
            for dtype in (options.dtype,) if options.dtype != old.dtype else (options.dtype, *DTYPES):
                if not self._why(options.device, backend, dtype):
                    return msgspec.structs.replace(options, backend=backend, dtype=dtype)
        return options

    # -- the machine -------------------------------------------------------------------------------------------------------------

    def greet(self, machine: Machine) -> None:
        """Say what this machine has."""
        self._machine = machine
        self._options = self._possible(self._options)
        self.show_options(self._options)
        self._greet()

    def _greet(self) -> None:
        """Grey what is not possible, and say why."""
        machine, options = self._machine, self._options
        names = machine.device_names if machine is not None else {}
        notes = {**names, "cpu": "this computer"}
        self.devices.say(Offer(one, DEVICE_NAMES[one], notes.get(one, ""), self._why(one)) for one in DEVICES)
        if "cpu" in names:
            self.devices.button("cpu").setToolTip(names["cpu"])
        runtime = machine.versions.get("onnxruntime", "") if machine is not None else ""
        said = {**BACKEND_NOTES, "onnxruntime": ".".join(runtime.split(".")[:2])}
        self.backends.say(Offer(one, one, said[one], self._why(options.device, one)) for one in BACKENDS)
        greyed = []
        for index, dtype in enumerate(DTYPES):
            why = self._why(options.device, options.backend, dtype)
            if any(not self._why(options.device, backend, dtype) for backend in BACKENDS):
                why = ""  # another backend can: choosing the type changes the backend
            button = self.dtypes.button(index)
            button.setEnabled(not why)
            button.setToolTip(why)
            button.setAccessibleDescription(why)
            if why and why not in greyed:
                greyed.append(why)
        remarks = [*greyed, *(["Speed only: calibrated at random."] if options.dtype == "int8" else [])]
        self.remark.setText(" ".join(remarks))
        self.remark.setVisible(bool(remarks))
        self._of.setText(f"of {machine.max_threads}" if machine is not None else "")
        self.threads.setEnabled(machine is not None and options.device == "cpu")

    def _why(self, device: str = "", backend: str = "", dtype: str = "") -> str:
        return self._machine.why_not(device=device, backend=backend, dtype=dtype) if self._machine is not None else ""

    def why_not(self) -> str:
        """Why what is chosen cannot be measured here, a sentence; "" where it can."""
        return self._why(self._options.device, self._options.backend, self._options.dtype)

    def _follow_foot(self) -> None:
        self._inner.setEnabled(not self.foot.running)
        self.reset.setEnabled(not self.foot.running)

    def whole_height(self) -> int:
        """How high it is when nothing of it has to be scrolled to."""
        width = self.width() - 2
        inside = max(self._form.totalHeightForWidth(width), self._inner.sizeHint().height())
        return theme.current().size("panel_header") + inside + self.foot.height_for(width) + 6


def _spin(name: str, low: int, high: int) -> QSpinBox:
    made = scrolls_past(QSpinBox())
    made.setAccessibleName(name)
    made.setRange(low, high)
    made.setFixedWidth(SPIN)
    made.setKeyboardTracking(False)
    made.lineEdit().setTextMargins(5, 0, 0, 0)  # the style sheet's padding does not reach inside a spin box
    return made
