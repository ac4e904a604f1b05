"""Stamps between layers, the clocks that make them, and what backends do to a module."""

from __future__ import annotations

from typing import Any

import pytest

import designer
from designer.analysis.measured import MeasureError
from designer.compile.plan import plan_of
from designer.measure.clocks import Clock, EventClock, clock_of
from designer.measure.torch_side import inputs_of, module_of, runnable, threads, with_stamps
from tests.measure.designs import residual, small


def test_a_module_with_stamps_answers_as_before_and_has_one_more_stamp_than_layers() -> None:
    import torch

    module = designer.to_torch(small())
    stamped, layers = with_stamps(module, Clock())
    x = torch.randn(2, 3, 16, 16)
    with torch.inference_mode():
        out, stamps = stamped(x)
        assert torch.equal(out, module(x))
    assert layers == [step.path for step in plan_of(small()).layers]
    assert len(stamps) == len(layers) + 1
    assert list(stamps) == sorted(stamps)
    times = Clock().between(stamps)
    assert len(times) == len(layers)
    assert sum(times) == pytest.approx((stamps[-1] - stamps[0]) / 1e6)


class Events:
    """Stands for `torch.cuda`: events of a stream that is always done, on a clock that ticks when one is recorded."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits = 0
        self.unrecorded = 0

    def synchronize(self) -> None:
        self.waits += 1

    def event(self) -> Any:
        events = self

        class Event:
            at: float | None = None

            def record(self) -> None:
                events.now += 1.5
                self.at = events.now

            def elapsed_time(self, end: Any) -> float:
                assert self.at is not None
                assert end.at is not None
                return end.at - self.at

        return Event()


def test_the_code_for_gpus_runs_with_events_in_place_of_the_clock() -> None:
    import torch

    events = Events()
    clock = EventClock(events, events.event, "events")
    module = designer.to_torch(residual())
    x = torch.randn(1, 8, 16, 16)
    stamped, layers = with_stamps(module, clock)
    with torch.inference_mode():
        _, stamps = stamped(x)
    before = events.waits
    assert clock.between(stamps) == [1.5] * len(layers)
    assert events.waits == before + 1, "nothing is read before the device has come to rest"
    assert clock.time(lambda: None) == 1.5
    assert events.waits == before + 3, "at rest before and after"


def test_a_clock_for_each_device_and_a_sentence_for_others() -> None:
    assert clock_of("cpu").name == "time.perf_counter_ns"
    assert clock_of("cuda").name == "CUDA events"
    assert clock_of("mps").name == "MPS events"
    with pytest.raises(MeasureError, match="no clock"):
        clock_of("tpu")


def test_fused_folds_batch_norms_and_answers_the_same() -> None:
    import torch

    plan = plan_of(small())
    eager = module_of(plan, "eager", "fp32", "cpu", seed=0, weights=None)
    fused = module_of(plan, "fused", "fp32", "cpu", seed=0, weights=None)
    norms = [layer for layer in fused.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    assert not norms
    x = inputs_of(eager, 2, "fp32", "cpu", 0)
    with torch.inference_mode():
        a, b = eager(*x), fused(*x)
    assert (a - b).abs().max() < 1e-4 * a.std()
    way = runnable(fused, x, "fused", Clock())
    assert [part.paths for part in way.parts] == [
        (path,) for path in ("stem.conv", "stem.act", "conv", "relu", "pool", "flatten", "fc")
    ]
    assert way.layered is not None
    assert len(way.layered()) == 7


def test_the_number_of_threads_is_given_back() -> None:
    import torch

    before = torch.get_num_threads()
    with threads(before + 1) as count:
        assert count == torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


def test_types_and_inputs() -> None:
    import torch

    module = module_of(plan_of(small()), "eager", "bf16", "cpu", seed=0, weights=None)
    assert {parameter.dtype for parameter in module.parameters()} == {torch.bfloat16}
    (x,) = inputs_of(module, 3, "bf16", "cpu", 0)
    assert (x.shape, x.dtype) == ((3, 3, 16, 16), torch.bfloat16)
