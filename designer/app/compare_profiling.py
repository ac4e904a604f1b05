"""Profiles all compared designs, in turns and all in the same way, so that their times compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from designer.app.comparison import Compared
    from designer.app.profiler import Profiler
    from designer.protocol import Phase

ALL_RUNNING = "Every one of these designs is being profiled already. Wait until that is over, or cancel it on its profile page."


class ProfileAll(QObject):
    """Ends with exactly one of `finished`, `failed` and `cancelled`."""

    progress = Signal(str, int, int)  # what it is at, and which step of how many
    finished = Signal()
    failed = Signal(str)  # a sentence
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._designs: list[Compared] = []
        self._leader: Profiler | None = None  # whose job it is
        self._name = ""

    @property
    def running(self) -> bool:
        return self._leader is not None

    def begin(self, designs: Sequence[Compared]) -> None:
        """Measure these with the options that the first one was given the last time."""
        if self.running:
            return
        able = [(one, one.profiler) for one in designs if one.profiler is not None]
        if not able:
            return
        free = [profiler for _, profiler in able if not profiler.running]
        if not free:
            self.failed.emit(ALL_RUNNING)
            return
        for _, profiler in able[1:]:
            profiler.choose(able[0][1].options)
        self._designs = [one for one, _ in able]
        self._name = self._designs[0].called[0] if len(able) == 1 else ""
        leader = self._leader = free[0]
        for one in self._designs:
            one.destroyed.connect(self._gone)
        leader.progress.connect(self._progressed)
        leader.finished.connect(self._finished)
        leader.failed.connect(self._failed)
        leader.cancelled.connect(self._cancelled)
        self.progress.emit("Waiting for the worker", 1, 1 + len(able))
        others = [profiler for _, profiler in able if profiler is not leader]
        if others:
            leader.begin_together(others)
        else:
            leader.begin()

    def cancel(self) -> None:
        """Give it up; `cancelled` follows within half a second."""
        if self._leader is not None:
            self._leader.cancel()

    def _let_go(self) -> None:
        leader = self._leader
        self._leader = None
        for one in self._designs:
            if shiboken6.isValid(one):
                one.destroyed.disconnect(self._gone)
        self._designs = []
        if leader is not None and shiboken6.isValid(leader):
            leader.progress.disconnect(self._progressed)
            leader.finished.disconnect(self._finished)
            leader.failed.disconnect(self._failed)
            leader.cancelled.disconnect(self._cancelled)

    def _progressed(self, phase: Phase) -> None:
        text = f"{self._name}: {phase.text}" if self._name else phase.text
        self.progress.emit(text, phase.step, phase.steps)

    def _gone(self) -> None:
        """A design that is being measured is compared no longer: so are the others not, then."""
        leader = self._leader
        self._let_go()
        if leader is not None and shiboken6.isValid(leader):
            leader.cancel()
        self.cancelled.emit()

    def _finished(self, _: str) -> None:
        self._let_go()
        self.finished.emit()

    def _failed(self, sentence: str) -> None:
        name = self._name
        self._let_go()
        self.failed.emit(f"{name}: {sentence}" if name else sentence)

    def _cancelled(self) -> None:
        self._let_go()
        self.cancelled.emit()
