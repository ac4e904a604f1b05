"""How a backend runs a design: what is done where something disturbs the runs in which layers are timed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from designer.measure import ways
from designer.measure.asked import asked_of
from designer.measure.clocks import Clock
from designer.measure.runs import Limits, exhaust
from tests.measure.designs import small


@pytest.fixture
def way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(ways, "SPIN_S", 0.0)
    monkeypatch.setattr(ways, "SETTLE_S", 0.0)
    monkeypatch.setattr(ways, "BLOCK_S", 0.0)
    asked = asked_of(small(), device="cpu", backend="onnxruntime", dtype="fp32", batch=1, threads=1)
    return ways.onnx_backend(asked, tmp_path, Clock())(1)


def timed(way: Any, monkeypatch: pytest.MonkeyPatch, layered: list[float], limits: Limits) -> tuple[Any, list[int]]:
    """The whole takes 10 ms, and a block of two runs with a profile what `layered` says, a number for each time that all is
    measured."""
    chosen: list[int] = []
    tries: list[int] = []

    def running(whole: Any, block: Any, limits: Limits, tell: Any, *, share: float) -> Any:
        yield
        runs = block()
        ms = layered[len(tries)]
        tries.append(len(runs))
        times = ways.run(lambda: 10.0, None, Limits(3)).times
        found = ways.run(lambda: 10.0, None, Limits(3))
        other = ways.run(lambda: ms, None, Limits(3)).times
        return found._replace(times=times, layered=other, layered_runs=len(runs), seconds=1.0)

    monkeypatch.setattr(ways, "running", running)
    monkeypatch.setattr(ways.Turns, "turn", lambda self: setattr(self, "count", self.count + 1) or 1.0)
    plain = way.turns

    def turns() -> Any:
        made = plain()
        made.pieces = lambda which: chosen.extend(which) or []
        return made

    monkeypatch.setattr(way, "turns", turns)
    ran, _ = exhaust(way.timing(limits, lambda text: None))
    assert ran.node_overhead >= 0
    return ran.layered.median, chosen


def test_runs_that_were_disturbed_are_made_again_and_the_best_count(way: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    median, chosen = timed(way, monkeypatch, [30.0, 20.0, 25.0], Limits())
    assert median == 20.0
    assert chosen == [4, 5], "the second block of two, each behind a run that does not count"


def test_runs_that_were_not_disturbed_are_enough(way: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert timed(way, monkeypatch, [10.5, 10.0], Limits()) == (10.5, [1, 2])


@pytest.mark.parametrize("limits", [Limits(3), Limits(None, 1.5)], ids=["so many runs were asked for", "no time is left"])
def test_disturbed_runs_are_not_made_again_where(way: Any, monkeypatch: pytest.MonkeyPatch, limits: Limits) -> None:
    assert timed(way, monkeypatch, [30.0, 10.0], limits) == (30.0, [1, 2])
