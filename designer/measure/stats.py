"""What many timings say: the middle, how sure it is, and whether the machine was quiet."""

from __future__ import annotations

import math
from collections.abc import Sequence

from designer.analysis.measured import WITHIN, Times

FEWEST = 30
"""Runs before an interval may be called narrow: fewer say little about its ends."""

WINDOW = 5
"""Runs that are compared with the ones before them to see whether warming up is over."""

STEADY = 0.03
"""Warm-up is over when the middle of a window moves by less than this share."""

NOISE = 0.1
"""Runs that spread more than this share of the median between their quartiles were disturbed."""


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of the ordered ones lies, between neighbours in proportion."""
    at = share * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def times_of(runs: Sequence[float]) -> Times:
    """Median, quartiles and interval of at least one run."""
    ordered = sorted(runs)
    return Times(
        quantile(ordered, 0.5), quantile(ordered, 0.25), quantile(ordered, 0.75), quantile(ordered, 0.95), interval(ordered)
    )


def interval(ordered: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the median, by ranks: whatever the runs are spread like, the median of many more would lie between
    these two in 95 of 100 cases. Of few runs it is all of them."""
    count = len(ordered)
    half = 1.96 * math.sqrt(count) / 2
    low, high = math.floor(count / 2 - half), math.ceil(count / 2 + half)
    return ordered[max(low, 0)], ordered[min(high, count - 1)]


def narrow(runs: Sequence[float], within: float = WITHIN) -> bool:
    """Whether the median is known well enough: its interval lies within this share of it."""
    return len(runs) >= FEWEST and times_of(runs).within <= within


def noisy(times: Times, *, gave_up: bool = False) -> bool:
    """Whether the runs differ more than a quiet machine's do; `gave_up` says that they never came to a narrow interval."""
    return times.p75 - times.p25 > NOISE * times.median or (gave_up and times.within > WITHIN)


def steady(runs: Sequence[float]) -> bool:
    """Whether the last runs took as long as those before them."""
    if len(runs) < 2 * WINDOW:
        return False
    before, now = (quantile(sorted(part), 0.5) for part in (runs[-2 * WINDOW : -WINDOW], runs[-WINDOW:]))
    return abs(now - before) <= STEADY * before


def middle_half(totals: Sequence[float]) -> list[int]:
    """Which runs lie between the quartiles: those that nothing disturbed and nothing favoured. At least one."""
    order = sorted(range(len(totals)), key=totals.__getitem__)
    cut = len(order) // 4
    return order[cut : len(order) - cut]


def layer_means(runs: Sequence[Sequence[float]]) -> list[float]:
    """Each layer's mean over the middle half of the runs in which the layers were timed.

    Means of the same runs add up to the mean of these runs, as medians of each layer by itself would not.
    """
    kept = middle_half([sum(run) for run in runs])
    return [math.fsum(runs[k][layer] for k in kept) / len(kept) for layer in range(len(runs[0]))]
