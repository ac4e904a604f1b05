"""Designs timed for real, in few runs: what is measured is tested, never how long it took."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

import designer
from designer.analysis.engine import Engine
from designer.analysis.latency import LatencyTable
from designer.analysis.measured import MeasureError, Profile, Roof, read_profile
from designer.compile.errors import CompileError
from designer.graph.design import Design
from designer.measure import machine, memory, scratch
from designer.measure import profile as profile_module
from designer.measure.clocks import EventClock
from designer.measure.layers import measure_layers
from designer.measure.profile import profile
from designer.measure.roof import calibrate
from tests.designs import chain
from tests.measure.designs import residual, small

ROOF = Roof(device="cpu", device_name="x", dtype="fp32", threads=1, macs_per_s=1e11, bytes_per_s=1e10, call_ms=0.005)
QUICK: dict[str, Any] = {"threads": 1, "runs": 3, "roof": ROOF}


def whole(found: Profile) -> None:
    """What is true of every profile with layers."""
    assert found.layers_ms == pytest.approx(sum(layer.ms for layer in found.layers))
    assert found.layers_ms == pytest.approx(sum(block.ms or 0.0 for block in found.blocks))
    assert found.layers_ms == pytest.approx(sum(unit.ms * unit.calls for unit in found.units))
    assert sum(block.share or 0.0 for block in found.blocks) == pytest.approx(1.0)
    assert sum(block.macs for block in found.blocks) == found.macs
    assert all(layer.ms >= 0 for layer in found.layers)
    assert found.layers_overhead is not None
    assert read_profile(msgspec.json.encode(found)) == found


def test_eager_times_every_primitive() -> None:
    said: list[tuple[str, int, int]] = []
    found = profile(small(), say=lambda *step: said.append(step), **QUICK)
    whole(found)
    assert [layer.path for layer in found.layers] == [layer.path for layer in designer.analyse(small()).layers]
    assert (found.runs, found.stopped, found.backend, found.batch) == (3, "runs", "eager", 1)
    assert found.environment.threads == 1
    assert found.environment.versions["torch"]
    assert found.peak_bytes_measured is not None
    assert found.peak_bytes_predicted == 4 * designer.analyse(small()).params + _activations(small()) + 4 * _buffers(small())
    assert found.peak_bytes_measured >= found.peak_bytes_predicted, "and what the library takes for a convolution of its own"
    assert found.throughput_per_s == pytest.approx(1e3 / found.total_ms.median)
    assert [step for _, step, _ in said] == sorted(step for _, step, _ in said)
    assert {steps for _, _, steps in said} == {3}


def _activations(design: Design) -> int:
    peak = designer.analyse(design).peak_activation_bytes
    assert peak is not None
    return peak


def _buffers(design: Design) -> int:
    buffers = designer.analyse(design).buffers
    assert buffers is not None
    return buffers


def test_the_code_for_gpus_measures_on_the_processor_with_events_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """No GPU is needed for it: the events read the processor's clock, everything else is what a GPU would run."""

    class Event:
        def record(self) -> None:
            self.at = time.perf_counter()

        def elapsed_time(self, end: Event) -> float:
            return 1e3 * (end.at - self.at)

    class Stream:
        waits = 0

        def synchronize(self) -> None:
            Stream.waits += 1

    monkeypatch.setattr(profile_module, "clock_of", lambda device: EventClock(Stream(), Event, "events of ours"))
    found = profile(residual(), **QUICK)
    whole(found)
    assert found.environment.timer == "events of ours"
    assert found.layers_ms is not None
    assert found.layers_ms > 0
    runs = found.runs + found.warmup_runs
    assert Stream.waits == 3 * runs, "before and after each run, and after each in which the layers were timed"


def test_a_gpus_memory_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    asked: list[str] = []
    for name in ("synchronize", "reset_peak_memory_stats"):
        monkeypatch.setattr(torch.cuda, name, lambda name=name: asked.append(name))
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: 123)
    peak = memory.torch_peak(lambda: asked.append("run"), "cuda", 7)
    assert peak.bytes == 123
    assert asked == ["synchronize", "reset_peak_memory_stats", "run", "synchronize"]
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (2**20, 2**30))
    with pytest.raises(MeasureError, match=r"but cuda has 1\.0 MiB free"):
        memory.refuse_too_large(designer.compile.plan.plan_of(residual()), "fp32", 100, "cuda")


def test_fused_books_a_folded_batch_norm_on_the_smallest_block() -> None:
    found = profile(small(), backend="fused", batch=2, **QUICK)
    whole(found)
    first, act, conv, *_ = found.layers
    assert (first.path, first.sort, first.parts) == ("stem", "fused", ("stem.conv", "stem.norm"))
    assert act.path == "stem.act"
    assert (conv.path, conv.parts) == ("conv", ("conv", "batch_norm"))
    assert found.blocks[1].fused_with == ("batch_norm",)
    assert found.blocks[2].ms == 0.0


def test_onnxruntime_books_its_own_profile() -> None:
    found = profile(residual(), backend="onnxruntime", batch=2, sweep=(1, 3), **QUICK)
    whole(found)
    assert {layer.sort for layer in found.layers} <= {"layer", "fused", "reorder"}
    parts = {part for layer in found.layers for part in layer.parts}
    assert parts == {step.path for step in designer.compile.plan.plan_of(residual()).layers}
    assert all(layer.path for layer in found.layers)
    assert [(point.batch, point.runs, point.problem) for point in found.sweep] == [(1, 3, ""), (3, 3, "")]
    assert not list(Path(memory.__file__).parent.glob("*.onnx"))


def test_int8_is_quantised_and_says_that_only_its_speed_counts() -> None:
    found = profile(small(), backend="onnxruntime", dtype="int8", **QUICK)
    whole(found)
    assert found.speed_only
    assert any("Speed only" in remark for remark in found.remarks)
    assert any("QLinear" in layer.op for layer in found.layers)


@pytest.mark.deep
@pytest.mark.skipif(machine.cpp_compiler() is None, reason="torch.compile needs a C++ compiler")
def test_compile_times_the_kernels_of_the_program() -> None:
    found = profile(small(), backend="compile", **QUICK)
    whole(found)
    assert any(layer.sort == "fused" for layer in found.layers)
    assert all(layer.path for layer in found.layers)


def test_a_design_with_several_inputs_and_outputs_and_a_sweep_that_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    free = memory.need_of(designer.compile.plan.plan_of(residual()), "fp32", 10).total
    monkeypatch.setattr(machine, "free_bytes", lambda device: free)
    found = profile(residual(), sweep=(4, 64, 4), layers=False, **QUICK)
    assert found.layers == []
    assert [point.batch for point in found.sweep] == [4, 64]
    assert found.sweep[0].throughput_per_s is not None
    assert "needs" in found.sweep[1].problem
    assert found.sweep[1].total_ms is None


def test_statistics_are_left_out_where_their_batch_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = designer.compile.plan.plan_of(small())
    assert memory.may_calibrate(plan)
    monkeypatch.setattr(machine, "free_bytes", lambda device: memory.need_of(plan, "fp32", 2).total)
    assert not memory.may_calibrate(plan)
    found = profile(small(), **QUICK)
    assert found.total_ms.median > 0


def test_what_the_time_limit_ended_says_so() -> None:
    found = profile(small(), threads=1, roof=ROOF, time_limit_s=0.001)
    assert found.stopped == "time_limit"
    assert any("time limit" in remark for remark in found.remarks)


# -- refused beforehand --------------------------------------------------------------------------------------------------------


def test_200_gb_of_activations_are_refused_with_the_figure() -> None:
    huge = chain(("conv", "conv2d", {"out_channels": 800, "kernel_size": 1}), "relu", shape=(1, 8192, 8192))
    with pytest.raises(MeasureError, match=r"200\.\d GiB of activations") as refused:
        profile(huge)
    assert "Use a smaller batch, resolution or width." in str(refused.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"device": "cuda"}, "cuda|CUDA"),
        ({"device": "mps"}, "Mac"),
        ({"device": "tpu"}, "device needs one of cpu, cuda, mps"),
        ({"backend": "tvm"}, "backend needs one of"),
        ({"dtype": "fp8"}, "dtype needs one of"),
        ({"dtype": "int8"}, "onnxruntime"),
        ({"dtype": "fp16", "backend": "onnxruntime"}, "fp32 and int8"),
        ({"batch": 0}, "batch needs a number from 1"),
        ({"sweep": (1, 0)}, "batch needs a number from 1"),
        ({"threads": 0}, "threads needs"),
        ({"runs": 0}, "runs needs"),
        ({"time_limit_s": 0}, "more than 0 s"),
    ],
)
def test_what_cannot_be_measured_is_a_sentence(options: dict[str, Any], said: str) -> None:
    import torch

    if torch.cuda.is_available() and options.get("device") == "cuda":
        pytest.skip("this machine has a GPU")
    if torch.backends.mps.is_available() and options.get("device") == "mps":
        pytest.skip("this machine has an Apple GPU")
    with pytest.raises(MeasureError, match=said) as refused:
        profile(small(), **options)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("backend", ["eager", "compile"])
def test_a_layer_that_torch_lacks_in_a_dtype_says_what_to_choose(backend: str) -> None:
    normed = chain(("norm", "local_response_norm"), shape=(8, 8, 8))
    said = r"^norm: it cannot run; torch says: .*BFloat16.* Choose another dtype, such as fp32\.$"
    with pytest.raises(CompileError, match=said):
        profile(normed, backend=backend, dtype="bf16", runs=1)


def test_a_design_that_cannot_be_compiled_names_the_node() -> None:
    with pytest.raises(CompileError, match="conv"):
        profile(chain(("conv", "conv2d", {"kernel_size": 99})))
    with pytest.raises(CompileError, match="no layers"):
        profile(chain())


def test_without_a_compiler_compile_is_greyed_with_that_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    known = machine.survey()
    assert "C++ compiler" in known.why_not(device="cpu", backend="compile", dtype="fp32")
    assert "C++ compiler" in known.why_not(backend="compile", device="cpu")
    assert known.why_not(device="cpu", backend="eager", dtype="fp32") == ""
    assert known.why_not(device="cpu") == ""
    assert known.device_names["cpu"] == known.cpu
    assert all(lack.sentence.endswith(".") for lack in known.lacks)
    with pytest.raises(MeasureError, match="compiler"):
        profile(small(), backend="compile")


# -- roof, layers, folders -----------------------------------------------------------------------------------------------------


def test_the_roof_is_above_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    from designer.measure import roof

    monkeypatch.setattr(roof, "SECONDS", 0.0)
    monkeypatch.setattr(roof, "CONVS", (roof.Conv(16, 14, 3),))
    monkeypatch.setattr(roof, "COPY_BYTES", 2**20)
    for dtype in ("fp32", "int8"):
        found = calibrate("cpu", dtype, 1)
        assert found.macs_per_s > 0
        assert found.bytes_per_s > 0
        assert found.call_ms > 0
        assert (found.dtype, found.threads, found.device_name) == (dtype, 1, machine.cpu_name())


@pytest.mark.parametrize("backend", ["eager", "fused", "onnxruntime"])
def test_missing_layers_are_measured_without_the_design(backend: str) -> None:
    table = LatencyTable("here")
    setup = profile(small(), backend=backend, layers=False, **QUICK).setup
    estimate = table.estimate(Engine(residual()), setup)
    assert estimate is not None
    assert estimate.measured == 0
    found = measure_layers(residual(), (*estimate.missing, "no such key"), backend=backend, threads=1, time_limit_s=0.2)
    assert found.failed == ("no such key",)
    assert {unit.key for unit in found.units} == set(estimate.missing)
    table.learn(found)
    again = table.estimate(Engine(residual()), setup)
    assert again is not None
    assert again.missing == ()
    assert again.coverage == f"{again.layers} of {again.layers} layers measured here."
    assert again.ms is not None
    assert again.ms > 0


def test_compile_has_no_layers_to_measure() -> None:
    with pytest.raises(MeasureError, match="merges"):
        measure_layers(small(), (), backend="compile")


def test_folders_of_killed_processes_go_and_those_of_living_ones_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path))
    dead, alive = tmp_path / "lightdesigner-measure-99999999-x", tmp_path / f"lightdesigner-measure-{os.getppid()}-x"
    dead.mkdir()
    alive.mkdir()
    (dead / "model.onnx").write_text("half")
    with scratch.folder() as mine:
        assert mine.parent == tmp_path
        assert not dead.exists()
        assert alive.exists()
    assert not mine.exists()
