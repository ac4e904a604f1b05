"""Benchmarks print ratios against peers measured in the same run, beside the ratio we aim for. Nothing here asserts a time."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import pytest


class Row(NamedTuple):
    what: str
    ours_ms: float
    peer: str
    peer_ms: float
    ratio: float
    aim: str


ROWS: list[Row] = []


def timed(function: Callable[[], object], runs: int) -> list[float]:
    """Seconds of each run, after one that warms up; the garbage collector waits, as in `timeit`."""
    function()
    times = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(runs):
            start = time.perf_counter()
            function()
            times.append(time.perf_counter() - start)
    finally:
        gc.enable()
    return times


def paired(first: Callable[[], object], second: Callable[[], object], rounds: int, each: int = 1) -> tuple[float, float]:
    """Median seconds of both, measured in turns, so that what disturbs the machine disturbs both."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        ours += timed(first, each)
        theirs += timed(second, each)
    return median(ours), median(theirs)


@pytest.fixture
def record() -> Callable[..., float]:
    """`record(what, ours_s, {peer: s}, aim)` notes the ratio to the fastest peer and returns it."""

    def note(what: str, ours: float, peers: dict[str, float], aim: str) -> float:
        peer = min(peers, key=peers.__getitem__)
        ratio = peers[peer] / ours
        ROWS.append(Row(what, ours * 1e3, peer, peers[peer] * 1e3, ratio, aim))
        return ratio

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not ROWS:
        return
    terminalreporter.section("ratios, measured in this run")
    width = max(len(row.what) for row in ROWS)
    for row in ROWS:
        ours, peer = f"{row.ours_ms:10.3f} ms", f"{row.peer_ms:10.2f} ms {row.peer:<24}"
        terminalreporter.write_line(f"{row.what:<{width}}  {ours}   {peer} {row.ratio:8.2f} x   (aim: {row.aim})")
