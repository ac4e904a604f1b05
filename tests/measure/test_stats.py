"""What many timings say, and when to stop taking more."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.measure import runs as runs_module
from designer.measure.runs import Limits, run
from designer.measure.stats import interval, layer_means, middle_half, narrow, noisy, steady, times_of

MS = st.floats(0.001, 1e6)


def test_quartiles_of_a_hundred_and_one() -> None:
    times = times_of([float(k) for k in range(101)])
    assert (times.median, times.p25, times.p75, times.p95) == (50, 25, 75, 95)


@given(st.lists(MS, min_size=1, max_size=60))
def test_figures_stand_in_order(runs: list[float]) -> None:
    times = times_of(runs)
    low, high = times.ci95
    assert min(runs) <= low <= times.median <= high <= max(runs)
    assert times.p25 <= times.median <= times.p75 <= times.p95
    assert times.within >= 0


def test_the_interval_holds_the_true_median_in_95_of_100_cases() -> None:
    dice = random.Random(7)
    held = 0
    for _ in range(1_000):
        low, high = interval(sorted(dice.lognormvariate(0, 0.5) for _ in range(40)))
        held += low <= 1.0 <= high
    assert 930 <= held <= 990


def test_of_few_runs_the_interval_is_all_of_them() -> None:
    assert interval([1.0, 2.0, 9.0]) == (1.0, 9.0)


def test_a_median_is_known_well_only_after_enough_runs() -> None:
    assert not narrow([1.0] * 29)
    assert narrow([1.0] * 30)
    assert not narrow([1.0, 2.0] * 20)


def test_noise_is_what_spreads_or_what_the_time_limit_ended() -> None:
    quiet, loud = times_of([1.0, 1.01, 1.02] * 20), times_of([1.0, 1.2, 1.4] * 20)
    assert not noisy(quiet)
    assert noisy(loud)
    few = times_of([1.0, 1.04, 1.05])
    assert noisy(few, gave_up=True)
    assert not noisy(few)


def test_warm_up_is_over_when_times_stay() -> None:
    assert not steady([5.0] * 9)
    assert steady([5.0] * 10)
    assert not steady([9.0] * 5 + [5.0] * 5)


@given(st.integers(1, 9).flatmap(lambda n: st.lists(st.lists(MS, min_size=n, max_size=n), min_size=1, max_size=30)))
def test_layers_add_up_to_the_mean_of_the_runs_that_count(runs: list[list[float]]) -> None:
    totals = [sum(one) for one in runs]
    kept = middle_half(totals)
    assert kept
    assert sum(layer_means(runs)) == pytest.approx(sum(totals[k] for k in kept) / len(kept))


def test_a_disturbed_run_says_nothing_about_layers() -> None:
    assert layer_means([[1.0, 2.0]] * 7 + [[50.0, 2.0]]) == [1.0, 2.0]


class Script:
    """Gives times in order, the last for ever, and counts."""

    def __init__(self, times: Sequence[float]) -> None:
        self.times = list(times)
        self.count = 0

    def __call__(self) -> float:
        self.count += 1
        return self.times[min(self.count, len(self.times)) - 1]


NOW = Limits(None, 60.0, 0.0)


def test_runs_stop_when_the_median_is_known() -> None:
    whole = Script([9.0, 8.0, 7.0, 6.0, 5.0, 1.0])
    ran = run(whole, None, NOW)
    assert ran.stopped == "interval"
    assert ran.runs == 30
    assert ran.times.median == 1.0
    assert ran.warmup_stable
    assert ran.warmup_runs == 13  # the window before the last one is 6, 5, 1, 1, 1
    assert whole.count == ran.warmup_runs + ran.runs
    assert ran.layers == []
    assert ran.layered is None


def test_so_many_runs_as_asked_for() -> None:
    ran = run(Script([1.0, 3.0]), None, Limits(7, 60.0))
    assert (ran.runs, ran.stopped) == (7, "runs")


def test_the_time_limit_ends_times_that_never_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    hours = iter(range(10_000))
    monkeypatch.setattr(runs_module.time, "monotonic", lambda: 0.01 * next(hours))
    told: list[str] = []
    slower = (1.1**k for k in range(10_000))
    ran = run(lambda: next(slower), None, Limits(None, 3.0), told.append)
    assert not ran.warmup_stable
    assert ran.stopped == "time_limit"
    assert ran.noisy
    assert any(said.startswith("Warming up") for said in told)
    timed = [said for said in told if said.startswith("Timing: ") and "within" in said]
    assert timed
    assert not any("e+" in said for said in timed), "milliseconds are written as everywhere"


def test_layers_are_timed_in_turns_with_the_whole() -> None:
    order: list[str] = []

    def whole() -> float:
        order.append("w")
        return 1.0

    def layered() -> list[list[float]]:
        order.append("l")
        return [[0.25, 0.5]]

    ran = run(whole, layered, Limits(4, 60.0))
    assert ran.layers == [0.25, 0.5]
    assert ran.layered is not None
    assert ran.layered.median == 0.75
    assert ran.layered_runs == 4
    assert "".join(order).endswith("wlwlwlwl")


def test_layers_that_are_timed_in_blocks_keep_to_their_share_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(runs_module.time, "monotonic", lambda: clock[0])

    def takes(seconds: float) -> None:
        clock[0] += seconds

    def whole() -> float:
        takes(0.01)
        return 10.0

    def block() -> list[list[float]]:
        takes(0.1)
        return [[4.0, 6.0]] * 5

    ran = run(whole, block, Limits(300, 60.0), share=0.25)
    blocks = ran.layered_runs // 5
    assert 300 * 0.01 / 3 - 0.1 <= blocks * 0.1 <= 300 * 0.01 / 3 + 0.1
    assert ran.layers == [4.0, 6.0]
    assert run(whole, block, Limits(1, 60.0), share=0.01).layered_runs == 5, "however few the runs are, there is one block"


def test_enough_runs_are_enough_however_wide_the_interval_is() -> None:
    times = iter(range(1, 10_000))
    ran = run(lambda: float(next(times)), None, Limits(None, 60.0, 0.0, most=50))
    assert (ran.runs, ran.stopped) == (50, "runs")
