"""Memory of a run: what the analysis predicts, refused beforehand where the device has not so much, and what was measured."""

from __future__ import annotations

import ctypes
import gc
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from designer.analysis.flatten import flatten
from designer.analysis.measured import ELEMENT_BYTES, MeasureError
from designer.analysis.memory import peak_activation_elements
from designer.compile.initial import CALIBRATION_BATCH
from designer.compile.plan import Plan
from designer.measure import machine


class Need(NamedTuple):
    """Bytes of weights, and of activations of the whole batch, when a design runs."""

    weights: int
    activations: int

    @property
    def total(self) -> int:
        return self.weights + self.activations


def need_of(plan: Plan, dtype: str, batch: int) -> Need:
    """What a design needs at least while it runs: its weights, and the most activations that are alive at once."""
    size = ELEMENT_BYTES[dtype]
    peak = peak_activation_elements(flatten(plan.engine))
    return Need(size * (plan.total.params + plan.total.buffers), size * batch * peak)


def refuse_too_large(plan: Plan, dtype: str, batch: int, device: str) -> None:
    """Raise MeasureError, with the figures, where the device cannot hold the design."""
    need = need_of(plan, dtype, batch)
    free = machine.free_bytes(device)
    if free is None or need.total <= free:
        return
    where = "this machine" if device == "cpu" else device
    name = plan.design.name or "The design"
    raise MeasureError(
        f"{name} needs {said(need.total)} at batch {batch} in {dtype}: {said(need.activations)} of activations and "
        f"{said(need.weights)} of weights, but {where} has {said(free)} free. Use a smaller batch, resolution or width."
    )


def may_calibrate(plan: Plan) -> bool:
    """Whether there is memory for the batch from which batch norms take their statistics. Without them times are the same, but
    for networks so deep that numbers fade away: processors are slow with the smallest of them."""
    free = machine.free_bytes("cpu")
    return free is None or need_of(plan, "fp32", CALIBRATION_BATCH).total <= free


def said(size: int) -> str:
    """Bytes as a person reads them."""
    for unit, scale in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size >= scale:
            return f"{size / scale:,.1f} {unit}"
    return f"{size:,} bytes"


class Peak(NamedTuple):
    """Most bytes in use during a run, None where that cannot be told; `how` says how it was found, or why not."""

    bytes: int | None
    how: str


def torch_peak(run: Callable[[], object], device: str, held: int) -> Peak:
    """The peak of one run on top of `held` bytes of weights and inputs, from torch's own allocator."""
    import torch

    if device == "cuda":
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        run()
        torch.cuda.synchronize()
        return Peak(torch.cuda.max_memory_allocated(), "what torch's allocator handed out on the GPU")
    if device == "mps":
        return Peak(None, "torch does not tell the peak on mps.")
    os.environ.setdefault("KINETO_LOG_LEVEL", "6")  # it would write lines about itself to standard error
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], profile_memory=True, acc_events=True) as watched:
        run()
    results = watched.profiler.kineto_results if watched.profiler is not None else None
    if results is None:
        return Peak(None, "torch's profiler gave no memory events.")
    alive = most = 0
    for event in results.events():
        if event.name() == "[memory]":
            alive += event.nbytes()
            most = max(most, alive)
    return Peak(held + most, "what torch's allocator handed out, weights and inputs included")


class Resident:
    """Resident memory of this process from here on: for libraries that do not tell what they take."""

    def __init__(self) -> None:
        gc.collect()
        with suppress(OSError, AttributeError):  # give back what earlier runs left, or the peak would hide in it
            ctypes.CDLL(None).malloc_trim(0)
        self._before = self._now("VmRSS")
        self._marked = _mark()

    def peak(self) -> Peak:
        """The most since then, above what there was."""
        most = self._now("VmHWM") if self._marked else None
        if most is None or self._before is None:
            return Peak(None, "This system does not tell the peak memory of a part of a process.")
        return Peak(max(0, most - self._before), "resident memory of the process, above what it held before the model was loaded")

    @staticmethod
    def _now(key: str) -> int | None:
        if sys.platform != "linux":
            return None
        with suppress(OSError):
            found = re.search(rf"^{key}:\s*([0-9]+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
            return 1024 * int(found[1]) if found else None
        return None


def _mark() -> bool:
    """Begin a new peak; whether the system can."""
    if sys.platform != "linux":
        return False
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True
