"""What measurements are worth: layers against the whole, the whole against torch's own timer, ONNX Runtime's figures against its
session timed directly, and estimates of designs that were never run as a whole against a run."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
import torch
from torch.utils.benchmark import Timer

import designer
from designer.analysis.engine import Engine
from designer.analysis.latency import LatencyTable
from designer.analysis.measured import BackendName, Profile, Roof, Setup
from designer.compile.plan import plan_of
from designer.measure.layers import measure_layers
from designer.measure.onnx_side import Session, export
from designer.measure.roof import roof_of
from designer.measure.torch_side import inputs_of, module_of
from tests.benchmarks.conftest import timed

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]

THREADS = (1, 2)
WITHIN_10, WITHIN_5 = "0.9 to 1.1 x", "0.95 to 1.05 x"
KNOWN = ("mobilenet_v2", "resnet50", "vgg16")
NEVER_RUN = ("googlenet", "mobilenet_v3_large", "resnext50_32x4d")
"""Branches and concats, gates and hard swishes, groups: with none of these was the way of measuring layers worked out."""

ROUNDS = 3

Record = Callable[..., float]


@pytest.fixture(scope="module")
def roofs() -> dict[int, Roof]:
    return {threads: roof_of("cpu", "fp32", threads) for threads in THREADS}


def measured(name: str, threads: int, roofs: dict[int, Roof], backend: str = "eager") -> Profile:
    found = designer.profile(designer.load(name), backend=backend, threads=threads, roof=roofs[threads], time_limit_s=60)
    remarks = " ".join(found.remarks)
    print(f"{name}: {found.setup.said()}: {found.total_ms.median:.2f} ms, {found.runs} runs, {found.stopped}. {remarks}")
    return found


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("name", ["mobilenet_v2", "resnet50"])
@pytest.mark.parametrize("backend", ["eager", "fused", "compile", "onnxruntime"])
def test_layers_add_up_to_the_whole(backend: str, name: str, threads: int, roofs: dict[int, Roof], record: Record) -> None:
    found = measured(name, threads, roofs, backend)
    assert found.layers_ms is not None
    what = f"{name} {backend} {threads} thr.: layers together"
    record(what, found.layers_ms / 1e3, {"the whole": found.total_ms.median / 1e3}, WITHIN_10)


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("name", ["mobilenet_v2", "resnet50"])
def test_the_whole_is_what_torchs_own_timer_says(name: str, threads: int, roofs: dict[int, Roof], record: Record) -> None:
    """In turns: this machine is a little faster now and a little slower then, and that is no difference between the two."""
    plan = plan_of(designer.load(name))
    module = module_of(plan, "eager", "fp32", "cpu", seed=0, weights=None)
    x = inputs_of(module, 1, "fp32", "cpu", 0)
    timer = Timer("module(*x)", globals={"module": module, "x": x}, num_threads=threads)
    ours, peer = [], []
    for _ in range(ROUNDS):
        ours.append(measured(name, threads, roofs).total_ms.median / 1e3)
        with torch.inference_mode():
            peer.append(timer.blocked_autorange(min_run_time=1.5).median)
        print(f"torch.utils.benchmark: {1e3 * peer[-1]:.2f} ms")
    record(f"{name} {threads} thr.: the whole", median(ours), {"torch.utils.benchmark": median(peer)}, WITHIN_5)


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("name", ["mobilenet_v2", "resnet50"])
def test_onnxruntime_is_what_its_session_says(
    name: str, threads: int, roofs: dict[int, Roof], record: Record, tmp_path: Path
) -> None:
    model = export(plan_of(designer.load(name)), tmp_path, dynamic=False, seed=0, weights=None)
    session = Session(model, "fp32", 1, threads, 0).session
    feeds = model.feeds(1, 0)
    ours, peer = [], []
    for _ in range(ROUNDS):
        ours.append(measured(name, threads, roofs, "onnxruntime").total_ms.median / 1e3)
        peer.append(median(timed(lambda: session.run(None, feeds), 20 if name == "resnet50" else 200)))
        print(f"session.run: {1e3 * peer[-1]:.2f} ms")
    record(f"{name} onnxruntime {threads} thr.", median(ours), {"session.run": median(peer)}, WITHIN_5)


@pytest.fixture(scope="module")
def known(roofs: dict[int, Roof]) -> Callable[[str, int], list[Profile]]:
    """The profiles that a table has learned from, measured once for a backend and a number of threads."""
    return functools.cache(lambda backend, threads: [measured(name, threads, roofs, backend) for name in KNOWN])


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("backend", ["eager", "fused", "onnxruntime"])
@pytest.mark.parametrize("name", NEVER_RUN)
def test_estimates_of_designs_that_were_never_run(
    name: str,
    backend: BackendName,
    threads: int,
    roofs: dict[int, Roof],
    known: Callable[[str, int], list[Profile]],
    record: Record,
) -> None:
    """The table knows three other designs and what `measure_layers` found of the missing layers."""
    table = LatencyTable("here")
    for found in known(backend, threads):
        table.learn(found)
    design = designer.load(name)
    engine, setup = Engine(design), Setup(backend=backend, threads=threads)
    before = table.estimate(engine, setup)
    assert before is not None
    table.learn(measure_layers(design, before.missing, backend=backend, threads=threads, time_limit_s=20))
    after = table.estimate(engine, setup)
    assert after is not None
    assert after.ms is not None
    guess = f"{before.ms:.2f} ms" if before.ms is not None else "nothing"
    print(f"{name}: {before.coverage} That says {guess}; then {after.ms:.2f} ms.")
    found = measured(name, threads, roofs, backend)
    what = f"{name} {backend} {threads} thr.: estimate"
    record(what, after.ms / 1e3, {"a run": found.total_ms.median / 1e3}, WITHIN_10)


@pytest.mark.parametrize("name", ["mobilenet_v2", "resnet50"])
def test_peak_memory_is_what_was_predicted(name: str, roofs: dict[int, Roof], record: Record) -> None:
    found = measured(name, 1, roofs)
    assert found.peak_bytes_measured is not None
    ours, peer = found.peak_bytes_predicted / 1e6, found.peak_bytes_measured / 1e6  # in kB, where the others have ms
    record(f"{name}: peak memory predicted (in kB, not ms)", ours, {"measured": peer}, "1 x")
