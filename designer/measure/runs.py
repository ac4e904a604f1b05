"""Running something again and again: warm-up until the times are steady, then until the median is known well."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from designer.analysis import numbers
from designer.analysis.measured import WITHIN, Stop, Times
from designer.measure.stats import FEWEST, STEADY, layer_means, narrow, noisy, steady, times_of

T = TypeVar("T")

Tell = Callable[[str], None]
"""Hears now and then, between two runs, what a measurement is at."""

WARM_UP_SHARE = 0.2
"""At most so much of the time goes into warming up."""

FEWEST_WARM_UPS = 3
EVERY_S = 0.25
LAYERED_RUNS = 40
"""After so many runs in which the layers were timed, only every fourth is one."""


class Limits(NamedTuple):
    """When to stop: after `runs`, where given; else when the median is known well; `seconds` at the latest."""

    runs: int | None = None
    seconds: float = 60.0
    fewest_seconds: float = 1.0
    """Runs that are over in no time go on for so long: what disturbs a machine comes and goes."""
    within: float = WITHIN
    """How near the ends of the 95 % interval have to be to the median, as a share of it."""
    most: int | None = None
    """So many runs are enough however wide the interval is, where nobody asked for a number of runs."""


class Ran(NamedTuple):
    """What the runs gave. `layers` are the milliseconds of each layer, `layered` those of the runs in which they were timed;
    `node_overhead` what was taken off the time of each node because the timing itself took it, None where nothing was."""

    times: Times
    runs: int
    warmup_runs: int
    warmup_stable: bool
    stopped: Stop
    layers: list[float]
    layered: Times | None
    seconds: float
    layered_runs: int = 0
    node_overhead: float | None = None

    @property
    def noisy(self) -> bool:
        return noisy(self.times, gave_up=self.stopped == "time_limit" and self.runs >= FEWEST)


def silent(doing: str) -> None:
    """Tell nobody."""


_undisturbed: list[bool] = []  # one for each measurement under way; the first knows whether the collector was on


@contextmanager
def undisturbed() -> Iterator[None]:
    """Without Python's garbage collector, as `timeit` does it, until the last measurement of several in turns is over."""
    if not _undisturbed:
        gc.collect()
    _undisturbed.append(gc.isenabled() or (bool(_undisturbed) and _undisturbed[0]))
    gc.disable()
    try:
        yield
    finally:
        if _undisturbed.pop() and not _undisturbed:
            gc.enable()


def run(
    whole: Callable[[], float],
    layered: Callable[[], list[list[float]]] | None = None,
    limits: Limits = Limits(),  # noqa: B008  # an immutable record
    tell: Tell = silent,
    *,
    share: float | None = None,
) -> Ran:
    """All of `running` at once."""
    return exhaust(running(whole, layered, limits, tell, share=share))


def exhaust(runs: Generator[None, bool, T]) -> T:
    """Let something that can be interrupted go on to its end."""
    while True:
        try:
            next(runs)
        except StopIteration as end:
            found: T = end.value
            return found


def running(
    whole: Callable[[], float],
    layered: Callable[[], list[list[float]]] | None = None,
    limits: Limits = Limits(),  # noqa: B008  # an immutable record
    tell: Tell = silent,
    *,
    share: float | None = None,
) -> Generator[None, bool, Ran]:
    """Run `whole`, which gives its milliseconds, and in turns with it `layered`, which gives those of each layer, of one run or
    several.

    In turns, so that what disturbs the machine disturbs both: one after the other, or, where `share` is given, so that `layered`
    has that share of the time. The total comes from the runs of `whole` alone.

    Between two runs others may have the machine. Who sends True when it goes on says that they had: the next run, which finds
    nothing of its own in the caches, does not count then, and the time of the others does not count either.
    """
    watch = _Watch()
    with undisturbed():
        warm, stable = yield from _warm_up(whole, layered if share is None else None, watch, limits, tell)
        totals: list[float] = []
        inner: list[list[float]] = []
        stopped: Stop = "interval"
        begun = said = now = watch.now()
        spent = 0.0
        while True:
            if (yield from watch.others()):
                whole()
            totals.append(whole())
            if layered is not None and (
                spent <= share * (now - begun) if share is not None else len(inner) < LAYERED_RUNS or len(totals) % 4 == 0
            ):
                turn = watch.now()
                inner += layered()
                spent += watch.now() - turn
            now = watch.now()
            if limits.runs is not None:
                if len(totals) >= limits.runs:
                    stopped = "runs"
                    break
            elif limits.most is not None and len(totals) >= limits.most:
                stopped = "runs"
                break
            elif now - begun >= limits.fewest_seconds and _worth_a_look(len(totals)) and narrow(totals, limits.within):
                break
            if now >= limits.seconds:
                stopped = "time_limit"
                break
            if now - said >= EVERY_S:
                said = now
                tell(_progress(totals, limits))
    return Ran(
        times=times_of(totals),
        runs=len(totals),
        warmup_runs=warm,
        warmup_stable=stable,
        stopped=stopped,
        layers=layer_means(inner) if inner else [],
        layered=times_of([sum(run) for run in inner]) if inner else None,
        layered_runs=len(inner),
        seconds=watch.now(),
    )


class _Watch:
    """Seconds since it was made, without those in which others had the machine."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def now(self) -> float:
        return time.monotonic() - self._start

    def others(self) -> Generator[None, bool, bool]:
        """Let others have the machine; gives whether they took it."""
        left = time.monotonic()
        taken: bool | None = yield
        if taken:
            self._start += time.monotonic() - left
        return bool(taken)


def _warm_up(
    whole: Callable[[], float], layered: Callable[[], object] | None, watch: _Watch, limits: Limits, tell: Tell
) -> Generator[None, bool, tuple[int, bool]]:
    """Run until the times are steady, or their share of the time is over; gives how many runs that took, and whether they became
    steady.

    Where the number of runs is given, so many are enough: who asks for three runs does not want to wait for thirty.
    """
    times: list[float] = []
    said = watch.now()
    while True:
        yield from watch.others()
        times.append(whole())
        if layered is not None and len(times) <= FEWEST_WARM_UPS:
            layered()
        if steady(times):
            return len(times), True
        now = watch.now()
        over = now >= WARM_UP_SHARE * limits.seconds or (limits.runs is not None and len(times) >= limits.runs)
        if len(times) >= FEWEST_WARM_UPS and over:
            return len(times), len(times) > 1 and abs(times[-1] - times[-2]) <= STEADY * times[-2]
        if now - said >= EVERY_S:
            said = now
            tell(f"Warming up: {len(times)} runs")


def _worth_a_look(count: int) -> bool:
    """Sorting all times after every run would itself disturb: look at every run up to 100, then ever more rarely."""
    return count < 100 or count % (count // 50) == 0


def _progress(totals: list[float], limits: Limits) -> str:
    count = len(totals)
    noun = "run" if count == 1 else "runs"
    if limits.runs is not None:
        return f"Timing: {count} of {limits.runs} {noun}"
    times = times_of(totals)
    return f"Timing: {count} {noun}, median {numbers.ms(times.median)} within {100 * times.within:.1f} %"
