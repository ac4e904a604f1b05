"""What the worker is at, in a few words at the end of the status bar."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from designer import protocol
from designer.ui import theme
from designer.ui.widgets import CutLabel, label, without_margins

if TYPE_CHECKING:
    from designer.app.worker_client import WorkerClient

LONGEST, SHORT = 60, 24  # letters: of what is said here, and of what is never cut
PATIENCE_MS = 400


class _Brief(msgspec.Struct):
    """What is said of a profile."""

    runs: int = 0
    seconds: float = 0.0


class WorkerState(QWidget):
    """Follows the worker's process from when there is one."""

    def __init__(self) -> None:
        super().__init__()
        row = without_margins(QHBoxLayout(self), 6)
        self.mark = QLabel()
        self.mark.setFixedSize(16, 16)
        self.words = CutLabel("secondary")
        row.addWidget(label("Worker", "muted"))
        row.addWidget(self.mark)
        row.addWidget(self.words)
        self._client: WorkerClient | None = None
        self._look = ("", "")
        self._settled = ("", "", "", "")  # how the last job ended that somebody asked for
        self._phase = ""
        self._started = 0.0
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._tick)
        theme.notifier().changed.connect(self._recolour)
        self.hide()

    def follow(self, client: WorkerClient) -> None:
        """Say from here on what this worker is at."""
        if client is self._client:
            return
        self._client = client
        client.ready.connect(self._ready)
        client.submitted.connect(self._submitted)
        client.progress.connect(self._progressed)
        client.finished.connect(self._finished)
        client.failed.connect(self._failed)
        client.cancelled.connect(self._cancelled)

    @property
    def text(self) -> str:
        return self.words.text()

    def _ready(self, _: object) -> None:
        if self._client is not None and not self._client.busy:
            self._say("circle-check", "state.ok", "ready")

    def _submitted(self, _: int) -> None:
        """A job is in line: how the last one ended is no longer what the worker is at."""
        if not self._clock.isActive():
            self._phase = "starting"
            self._begin()

    def _begin(self) -> None:
        if not self._clock.isActive():
            self._started = time.monotonic()
            self._clock.start(PATIENCE_MS)  # what is over sooner need not be said

    def _progressed(self, phase: protocol.Phase) -> None:
        self._begin()
        self._phase = phase.text[:1].lower() + phase.text[1:]
        if self._clock.interval() > PATIENCE_MS:
            self._tick()

    def _tick(self) -> None:
        if self._client is None or not self._client.busy:
            self._clock.stop()
            return
        self._clock.setInterval(1_000)
        self._say("loader-circle", "text.secondary", f"{self._phase}, {time.monotonic() - self._started:.0f} s")

    def _finished(self, result: object) -> None:
        if isinstance(result, protocol.MachineKnown) and self._settled[0]:  # nobody asked for that one
            self._settle(*self._settled)
        else:
            self._settle("circle-check", "state.ok", _done(result))

    def _failed(self, failed: protocol.Failed) -> None:
        self._settle("circle-x", "state.error", failed.sentence, re.split(r"[,.;:](?:\s|$)", failed.sentence)[0])

    def _cancelled(self, _: int) -> None:
        self._settle("ban", "text.muted", "cancelled")

    def _settle(self, icon: str, color: str, text: str, brief: str = "") -> None:
        """A job is over. `brief` is how its sentence begins, where that is enough beside the figures."""
        self._clock.stop()
        self._settled = icon, color, text, brief
        self._say(icon, color, text, brief)

    def _say(self, icon: str, color: str, text: str, brief: str = "") -> None:
        self._look = icon, color
        words = brief or text
        self.words.setText(words if len(words) <= LONGEST else words[: LONGEST - 1] + "…")
        self.setToolTip(text if len(text) > SHORT else "")
        self.setAccessibleName(f"Worker: {text}")
        self._recolour()
        self.show()

    def _recolour(self) -> None:
        if self._look[0]:
            icon = theme.current().icon(*self._look)
            self.mark.setPixmap(icon.pixmap(QSize(16, 16), self.devicePixelRatio()))


def _done(result: object) -> str:
    if isinstance(result, protocol.Profiled):
        brief = msgspec.json.decode(result.profile, type=_Brief)
        return f"{brief.runs:,} {'run' if brief.runs == 1 else 'runs'} done in {brief.seconds:.1f} s"
    if isinstance(result, protocol.LayersMeasured):
        return "layers measured"
    if isinstance(result, protocol.Exported):
        return f"exported in {result.seconds:.1f} s"
    return "ready"
