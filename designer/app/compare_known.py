"""What the latency table of this device lets expect of every network of the literature: the background of a chart over time.

Each network has to be drawn and analysed for it, some 20 ms, so they are done one by one between other events.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from designer.analysis.engine import Engine

if TYPE_CHECKING:
    from designer.app.profiler import Profiler


class KnownTimes(QObject):
    """Estimates by DESIGN text, in ms. `profiler` names the device and the setup; None where nobody measures."""

    changed = Signal()  # more is known, or something else

    def __init__(self, designs: Iterable[str], profiler: Callable[[], Profiler | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.times: dict[str, float] = {}
        self._designs = tuple(designs)
        self._profiler = profiler
        self._waiting: deque[str] = deque()
        self._key: object = None
        self._step_timer = QTimer(self)
        self._step_timer.setInterval(0)
        self._step_timer.timeout.connect(self._step)

    def want(self) -> None:
        """Work them out, unless that was done for this device, setup and table already."""
        profiler = self._profiler()
        name = profiler.device_name if profiler is not None else ""
        table = profiler.tables.of(name) if profiler is not None and name else None
        if profiler is None or table is None:
            return
        key = name, profiler.setup, len(table)
        if key != self._key:
            self._key = key
            self.times = {}
            self._waiting = deque(self._designs)
            self._step_timer.start()

    def _step(self) -> None:
        from designer.catalogue import load

        profiler = self._profiler()
        if not self._waiting or profiler is None:
            self._step_timer.stop()
            return
        design = self._waiting.popleft()
        estimate = profiler.tables.estimate(Engine(load(design)), profiler.device_name, profiler.setup)
        if estimate is not None:
            self.times[design] = estimate.total_ms
            self.changed.emit()
