"""Reading the time of a device. A GPU works while Python has gone on, so its own events are read, after it has come to rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from designer.analysis.measured import MeasureError

TICK = time.perf_counter_ns


class Clock:
    """The processor's clock; the classes below read those of GPUs."""

    name = "time.perf_counter_ns"

    def rest(self) -> None:
        """Wait until the device has nothing left to do."""

    def time(self, run: Callable[[], object]) -> float:
        """Milliseconds of one run, from a device at rest to a device at rest."""
        start = TICK()
        run()
        return (TICK() - start) / 1e6

    def stamp(self) -> Callable[[], Any]:
        """What is called between two layers; `between` reads what it gave."""
        return TICK

    def between(self, stamps: tuple[Any, ...]) -> list[float]:
        """Milliseconds from each stamp to the next."""
        return [(after - before) / 1e6 for before, after in pairwise(stamps)]


class EventClock(Clock):
    """Events in the stream of a GPU. `events` is the module of torch that has `Event` and `synchronize`."""

    def __init__(self, events: Any, event: Callable[[], Any], name: str) -> None:
        self._events = events
        self._event = event
        self.name = name

    def rest(self) -> None:
        self._events.synchronize()

    def time(self, run: Callable[[], object]) -> float:
        start, end = self._event(), self._event()
        self.rest()
        start.record()
        run()
        end.record()
        self.rest()
        return float(start.elapsed_time(end))

    def stamp(self) -> Callable[[], Any]:
        event = self._event

        def stamp() -> Any:
            made = event()
            made.record()
            return made

        return stamp

    def between(self, stamps: tuple[Any, ...]) -> list[float]:
        self.rest()
        return [float(before.elapsed_time(after)) for before, after in pairwise(stamps)]


def clock_of(device: str) -> Clock:
    """The clock of a device that is there."""
    import torch

    if device == "cpu":
        return Clock()
    if device == "cuda":
        return EventClock(torch.cuda, lambda: torch.cuda.Event(enable_timing=True), "CUDA events")
    if device == "mps":
        return EventClock(torch.mps, lambda: torch.mps.Event(enable_timing=True), "MPS events")
    raise MeasureError(f"There is no clock for the device {device!r}.")
