"""One design in a comparison: how it is called, what the analysis says of it, what is published and what was measured."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import NamedTuple

from designer.analysis.compare_facts import Facts, Unit

MOST = 4
"""Designs side by side: colours and marks are made for so many."""


class Times:
    """Milliseconds of one batch by dotted path; a path has what was booked on it alone, not on its parts.

    `total_ms` is the whole network's, measured without hooks. `conditions` say how it was run (`CPU, 2 threads, fp32, eager`):
    times are compared only where these are equal. `runs` is 0 for an estimate. `ci95` is the interval of the median.
    """

    def __init__(
        self,
        total_ms: float,
        times: Mapping[str, float],
        conditions: str,
        *,
        runs: int = 0,
        ci95: tuple[float, float] | None = None,
        bounds: Mapping[str, str] | None = None,
        traffic: Mapping[str, int] | None = None,
    ) -> None:
        self.total_ms = total_ms
        self.times = dict(times)
        self.conditions = conditions
        self.runs = runs
        self.ci95 = ci95
        self.bounds = dict(bounds or {})  # compute, memory or overhead, where the roofline was measured
        self.traffic = dict(traffic or {})  # bytes moved
        self._paths = sorted(self.times)
        self._below: dict[str, float | None] = {}

    def below(self, path: str) -> float | None:
        """What was booked on a path and its parts; None where it was booked on something around it instead."""
        if path not in self._below:
            self._below[path] = self._sum(path)
        return self._below[path]

    def _sum(self, path: str) -> float | None:
        found = self.times.get(path)
        prefix = f"{path}."
        at = bisect_left(self._paths, prefix)
        while at < len(self._paths) and self._paths[at].startswith(prefix):
            found = (found or 0.0) + self.times[self._paths[at]]
            at += 1
        if found is not None:
            return found
        above = path
        while "." in above:
            above = above.rpartition(".")[0]
            if above in self.times:
                return None
        return 0.0

    def of(self, units: list[Unit]) -> float | None:
        """The time of several blocks together; None where one of them has none of its own."""
        parts = [self.below(unit.path) for unit in units]
        return None if any(part is None for part in parts) else sum([part for part in parts if part is not None])


class Accuracy(NamedTuple):
    """Share of ImageNet's validation images whose first guess is right, in per cent, with its source."""

    percent: float
    source: str
    recalled: bool = False


class Entry(NamedTuple):
    """`name` is the whole name, `short` what charts write, `detail` what tells it from others of its name (`1.0, 224`)."""

    name: str
    short: str
    detail: str
    facts: Facts
    top1: Accuracy | None = None
    measured: Times | None = None
    estimated: Times | None = None

    @property
    def full(self) -> str:
        """Name and detail in one line."""
        return f"{self.name} ({self.detail})" if self.detail else self.name

    def comparable(self, other: Entry) -> bool:
        """Whether both were measured, and in the same way."""
        mine, theirs = self.measured, other.measured
        return mine is not None and theirs is not None and mine.conditions == theirs.conditions
