"""Profiles every compared design, one after the other and all in the same way, so that their times compare."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from designer.app.comparison import Compared
    from designer.app.profiler import Profiler
    from designer.protocol import Phase


class ProfileAll(QObject):
    """Ends with exactly one of `finished`, `failed` and `cancelled`. What was measured until then stays."""

    progress = Signal(str, int, int)  # what it is at, and which design of how many
    finished = Signal()
    failed = Signal(str)  # a sentence
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[Compared] = deque()
        self._current: Compared | None = None
        self._count = 0

    @property
    def running(self) -> bool:
        return self._current is not None

    def begin(self, designs: Sequence[Compared]) -> None:
        """Measure these with the options that the first one was given the last time."""
        if self.running:
            return
        able = [one for one in designs if one.profiler is not None]
        if not able:
            return
        first = able[0].profiler
        assert first is not None
        for one in able[1:]:
            if one.profiler is not None:
                one.profiler.choose(first.options)
        self._waiting = deque(able)
        self._count = len(able)
        self._next()

    def cancel(self) -> None:
        """Give it up; `cancelled` follows within half a second."""
        if self._current is not None and self._current.profiler is not None:
            self._current.profiler.cancel()

    def _next(self) -> None:
        self._current = self._waiting.popleft()
        self._current.destroyed.connect(self._gone)
        profiler = self._profiler
        profiler.progress.connect(self._progressed)
        profiler.finished.connect(self._finished)
        profiler.failed.connect(self._failed)
        profiler.cancelled.connect(self._cancelled)
        self._say("Waiting for the worker")
        profiler.begin()  # nothing happens where its page has begun a run already: that one is waited for

    @property
    def _profiler(self) -> Profiler:
        assert self._current is not None
        assert self._current.profiler is not None
        return self._current.profiler

    def _let_go(self) -> None:
        profiler = self._profiler
        assert self._current is not None
        self._current.destroyed.disconnect(self._gone)
        profiler.progress.disconnect(self._progressed)
        profiler.finished.disconnect(self._finished)
        profiler.failed.disconnect(self._failed)
        profiler.cancelled.disconnect(self._cancelled)
        self._current = None

    def _say(self, text: str) -> None:
        if self._current is not None:
            self.progress.emit(f"{self._current.called[0]}: {text}", self._count - len(self._waiting), self._count)

    def _progressed(self, phase: Phase) -> None:
        self._say(phase.text)

    def _gone(self) -> None:
        """The design that is being measured is compared no longer."""
        self._current = None
        self._waiting.clear()
        self.cancelled.emit()

    def _finished(self, _: str) -> None:
        self._let_go()
        self._waiting = deque([one for one in self._waiting if shiboken6.isValid(one)])
        if self._waiting:
            self._next()
        else:
            self.finished.emit()

    def _failed(self, sentence: str) -> None:
        name = self._current.called[0] if self._current is not None else ""
        self._let_go()
        self._waiting.clear()
        self.failed.emit(f"{name}: {sentence}")

    def _cancelled(self) -> None:
        self._let_go()
        self._waiting.clear()
        self.cancelled.emit()
