"""Designs measured in turns: each as by itself, and what disturbs the machine meets them all."""

from __future__ import annotations

import gc
from typing import Any

import pytest

import designer
from designer.analysis.measured import MeasureError
from designer.compile.plan import plan_of
from designer.measure import machine, profile, together
from designer.measure import runs as runs_module
from designer.measure.runs import Limits, exhaust, running
from designer.measure.together import profile_together
from tests.measure.designs import residual, small
from tests.measure.test_profile import ROOF, whole

QUICK: dict[str, Any] = {"threads": 1, "runs": 5, "roof": ROOF}


@pytest.mark.parametrize("backend", ["eager", "onnxruntime"])
def test_each_is_measured_as_by_itself(backend: str) -> None:
    said: list[tuple[str, int, int]] = []
    found = profile_together([small(), residual()], backend=backend, say=lambda *step: said.append(step), **QUICK)
    for one, design in zip(found, (small(), residual()), strict=True):
        whole(one)
        assert (one.backend, one.environment.threads, one.runs, one.stopped) == (backend, 1, 5, "runs")
        assert one.macs == designer.analyse(design).macs
        assert {part for layer in one.layers for part in layer.parts} == {step.path for step in plan_of(design).layers}
    assert [step for _, step, _ in said] == sorted(step for _, step, _ in said)
    assert {steps for _, _, steps in said} == {3}
    assert gc.isenabled()


def test_the_roof_is_measured_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(together, "roof_of", lambda *args: made.append("roof") or ROOF)
    found = profile_together([small(), small(), small()], threads=1, runs=2)
    assert made == ["roof"]
    assert {one.roof for one in found} == {ROOF}


def test_they_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    class Noted(profile.Measurement):
        def steps_of(self) -> Any:
            inner = super().steps_of()
            sent = None
            while True:
                try:
                    inner.send(sent) if sent is not None else next(inner)
                except StopIteration as end:
                    return end.value
                sent = yield
                order.append(self.asked.plan.design.name)

    monkeypatch.setattr(together, "Measurement", Noted)
    monkeypatch.setattr(together, "TURN_S", 0.0)
    first, second = small(), residual()
    first.name, second.name = "a", "b"
    profile_together([first, second], **QUICK)
    assert "aabbaabb" in "".join(order)


def test_designs_that_do_not_fit_together_are_refused_with_the_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "free_bytes", lambda device: 30_000)
    with pytest.raises(MeasureError, match=r"The 2 designs need .* KiB together .* 29.3 KiB free"):
        profile_together([small(), small()], **QUICK)


def test_a_failure_of_one_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> Any:
        raise MeasureError("No.")

    monkeypatch.setattr(profile, "need_of", broken)
    with pytest.raises(MeasureError, match=r"No\."):
        profile_together([small(), residual()], **QUICK)
    assert gc.isenabled()


def test_the_time_of_others_does_not_count_nor_does_the_run_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(runs_module.time, "monotonic", lambda: clock[0])

    def once() -> float:
        clock[0] += 0.01
        return cold.pop() if cold else 10.0

    cold: list[float] = []
    steps = running(once, None, Limits(20, 1.0))
    next(steps)

    def in_turns() -> Any:
        """Others have the machine for 100 s before every third run."""
        turn = 0
        while True:
            away = turn % 3 == 0
            if away:
                clock[0] += 100.0
                cold.append(99.0)
            try:
                steps.send(away)
            except StopIteration as end:
                return end.value
            turn += 1

    ran = in_turns()
    assert (ran.runs, ran.stopped) == (20, "runs"), "the limit is one second"
    assert ran.times.p95 == 10.0
    assert ran.seconds < 1.0
    assert exhaust(running(once, None, Limits(3, 1.0))).runs == 3
