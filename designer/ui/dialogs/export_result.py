"""What became of an export: how far it is, what was written and what its checks found, or why there is nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from designer.app.export_job import Written
from designer.protocol import Failed, Phase
from designer.ui import copying, numbers, theme
from designer.ui.widgets import button, label, line, without_margins


def show_in_folder(file: Path) -> None:
    """Open the folder of a file in the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(file.parent)))


class ProgressCard(QFrame):
    """What the job is at, which step of how many, and for how long."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName("Progress")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(8)
        row = without_margins(QHBoxLayout(), 8)
        self.text = label("", "strong")
        self.figures = label("", "number-secondary")
        row.addWidget(self.text, 1)
        row.addWidget(self.figures)
        column.addLayout(row)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        column.addWidget(self.bar)
        self._started = 0.0
        self._steps = ""
        self._clock = QTimer(self)
        self._clock.setInterval(1_000)
        self._clock.timeout.connect(self._tick)

    def begin(self) -> None:
        """A job was given to the worker, which may still be loading its libraries."""
        self._started = time.monotonic()
        self._steps = ""
        self.text.setText("Loading torch")
        self.bar.setRange(0, 1)
        self.bar.setValue(0)
        self._clock.start()
        self._tick()
        self.show()

    def show_phase(self, phase: Phase) -> None:
        self.text.setText(phase.text)
        self._steps = f"step {phase.step} of {phase.steps}"
        self.bar.setRange(0, phase.steps)
        self.bar.setValue(phase.step - 1)  # this many are done
        self._tick()

    def end(self) -> None:
        self._clock.stop()
        self.hide()

    def _tick(self) -> None:
        parts = (self._steps, f"{time.monotonic() - self._started:.0f} s")
        self.figures.setText(", ".join(filter(None, parts)))
        self.setAccessibleDescription(f"{self.text.text()}, {self.figures.text()}")


def _tile(caption: str, number: str) -> QWidget:
    made = QWidget()
    made.setAccessibleName(f"{caption} {number}")
    column = without_margins(QVBoxLayout(made), 2)
    column.addWidget(label(caption, "caption"))
    column.addWidget(label(number, "number-strong"))
    return made


def _marked(icon: str, color: str, text: str, role: str = "") -> tuple[QHBoxLayout, QLabel]:
    """A sentence beside an icon that says the same without colour."""
    row = without_margins(QHBoxLayout(), 8)
    mark = label()
    mark.setPixmap(theme.current().icon(icon, color).pixmap(QSize(16, 16), mark.devicePixelRatio()))
    mark.setFixedSize(16, 16)
    row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop if role != "strong" else Qt.AlignmentFlag.AlignVCenter)
    words = label(text, role, wrap=True)
    row.addWidget(words, 1)
    return row, words


def verdict(written: Written) -> str:
    """What came of it in a few words."""
    report = written.report
    failed = sum(not check.passed for check in report.checks)
    if failed:
        return f"Written, but {failed} of {len(report.checks)} checks failed"
    if not report.checks:
        return "Written, not checked"
    return "Written and checked"


class ResultCard(QFrame):
    """A file that is in its place, with its figures and what each check found."""

    def __init__(self, written: Written) -> None:
        super().__init__()
        self.written = written
        report, file = written.report, written.files[0]
        self.setProperty("role", "card")
        self.setAccessibleName(f"{verdict(written)}: {file.name}")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(10)
        head = without_margins(QHBoxLayout(), 8)
        icon, color = ("circle-check", "state.ok") if report.ok else ("triangle-alert", "state.warning")
        words, _ = _marked(icon, color, verdict(written), "strong")
        head.addLayout(words, 1)
        self.show_button = button("Show in folder", icon="folder-open", on_click=lambda: show_in_folder(file))
        self.show_button.setProperty("small", True)
        head.addWidget(self.show_button)
        column.addLayout(head)
        self.path = label(_breakable(", ".join(map(str, written.files))), "muted", wrap=True)
        self.path.setAccessibleName(", ".join(map(str, written.files)))
        column.addWidget(self.path)
        tiles = without_margins(QHBoxLayout(), 24)
        self.tiles: dict[str, str] = dict(_figures(written))
        for caption, number in self.tiles.items():
            tiles.addWidget(_tile(caption, number))
        tiles.addStretch(1)
        column.addLayout(tiles)
        sentences = [("circle-check", "state.ok") if check.passed else ("circle-x", "state.error") for check in report.checks]
        if sentences or report.remark:
            column.addWidget(line())
        for (icon, color), check in zip(sentences, report.checks, strict=True):
            words, sentence = _marked(icon, color, check.message, "" if check.passed else "error")
            sentence.setAccessibleName(f"{'Passed' if check.passed else 'Failed'}: {check.message}")
            column.addLayout(words)
        if report.remark:
            words, _ = _marked("info", "text.muted", report.remark, "secondary")
            column.addLayout(words)


def _figures(written: Written) -> Iterable[tuple[str, str]]:
    report = written.report
    yield "Size", numbers.bytes_(report.size_bytes)
    if report.params_file is not None and report.params_file != report.params:
        yield "Params in the file", numbers.full(report.params_file)
    else:
        yield "Params", numbers.full(report.params)
    if report.difference is not None:
        yield "Max difference / std", f"{report.difference:.1e}".replace("-", numbers.MINUS)
    if report.opset is not None:
        yield "Opset", str(report.opset)
    yield "Time", f"{report.seconds:.1f} s"


class FailureCard(QFrame):
    """Why nothing was written. What helps whoever looks into it can be copied, and is not shown."""

    def __init__(self, failed: Failed) -> None:
        super().__init__()
        self.failed = failed
        self.setProperty("role", "problem")
        self.setAccessibleName(failed.sentence)
        row = without_margins(QHBoxLayout(self), 8)
        row.setContentsMargins(12, 8, 8, 8)
        words, self.sentence = _marked("circle-x", "state.error", _breakable(failed.sentence))
        row.addLayout(words, 1)
        if failed.detail:
            self.copy = _small("Copy details", self._copy)
            self.copy.setToolTip("Copy what the libraries said, for a report")
            row.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)

    def _copy(self) -> None:
        copying.copy(f"{self.failed.sentence}\n\n{self.failed.detail}\n")


def _small(text: str, do: Callable[[], object]) -> QWidget:
    made = button(text, on_click=do)
    made.setProperty("small", True)
    return made


def _breakable(text: str) -> str:
    """The text with places to break a line inside of paths, which may be longer than a line."""
    return re.sub(r"([/\\])", "\\1\u200b", text)
