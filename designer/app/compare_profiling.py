"""Profiles every compared design, one after the other and all in the same way, so that their times compare."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal

from designer import protocol
from designer.analysis.measured import Profile
from designer.app.measurements import signatures

if TYPE_CHECKING:
    from designer.app.comparison import Compared
    from designer.app.worker_client import WorkerClient


class ProfileAll(QObject):
    """Ends with exactly one of `finished`, `failed` and `cancelled`. What was measured until then stays."""

    progress = Signal(str, int, int)  # what it is at, and which design of how many
    finished = Signal()
    failed = Signal(str)  # a sentence
    cancelled = Signal()

    def __init__(self, client: WorkerClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._waiting: deque[Compared] = deque()
        self._current: tuple[Compared, dict[str, str]] | None = None
        self._count = 0
        self._number = 0
        self._how = protocol.ProfileDesign(design="")
        client.progress.connect(self._progressed)
        client.finished.connect(self._finished)
        client.failed.connect(self._failed)
        client.cancelled.connect(self._cancelled)

    @property
    def running(self) -> bool:
        return self._number != 0

    def begin(self, designs: Sequence[Compared], how: protocol.ProfileDesign) -> None:
        """Measure these; `how` needs no design. The roof that the first one measures serves the others."""
        if self.running or not designs:
            return
        self._waiting = deque(designs)
        self._count = len(designs)
        self._how = how
        self._next()

    def cancel(self) -> None:
        """Give it up; `cancelled` follows within half a second."""
        if self._number:
            self._client.cancel(self._number)

    def _next(self) -> None:
        from designer.document.format import write

        one = self._waiting.popleft()
        self._current = one, signatures(one.controller.engine)
        job = msgspec.structs.replace(self._how, design=write(one.controller.design))
        self._number = self._client.submit(job)
        self._say("Waiting for the worker")

    def _say(self, text: str) -> None:
        if self._current is not None:
            done = self._count - len(self._waiting)
            self.progress.emit(f"{self._current[0].called[0]}: {text}", done, self._count)

    def _progressed(self, phase: protocol.Phase) -> None:
        if self._number and phase.job == self._number:
            self._say(phase.text)

    def _finished(self, result: object) -> None:
        if not isinstance(result, protocol.Profiled) or result.job != self._number or self._current is None:
            return
        one, ran = self._current
        try:
            profile = msgspec.json.decode(result.profile, type=Profile)
        except msgspec.MsgspecError as problem:
            self._end()
            self.failed.emit(f"The measurement came back in a form that this window does not understand: {problem}.")
            return
        if profile.roof is not None:
            self._how = msgspec.structs.replace(self._how, roof=msgspec.Raw(msgspec.json.encode(profile.roof)))
        one.profiled(profile, ran)
        if self._waiting:
            self._next()
        else:
            self._end()
            self.finished.emit()

    def _failed(self, failed: protocol.Failed) -> None:
        if self._number and failed.job == self._number:
            name = self._current[0].called[0] if self._current is not None else ""
            self._end()
            self.failed.emit(f"{name}: {failed.sentence}")

    def _cancelled(self, number: int) -> None:
        if self._number and number == self._number:
            self._end()
            self.cancelled.emit()

    def _end(self) -> None:
        self._number = 0
        self._current = None
        self._waiting.clear()
