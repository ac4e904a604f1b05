"""The roof of a device, measured once: a large convolution, a large copy, and a layer with nothing to do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple, cast

from designer.analysis.measured import DtypeName, MeasureError, Roof
from designer.compile.errors import TORCH_ERRORS, torch_said
from designer.measure import machine, scratch
from designer.measure.asked import checked, now
from designer.measure.clocks import Clock, clock_of
from designer.measure.stack import roomy

SECONDS = 0.4
"""For each of the things that are measured."""

FEWEST = 5
COPY_BYTES = 2**27
CALLS = 50


class Conv(NamedTuple):
    """A convolution of so many channels to as many, on a square map, with a square kernel, padded to the same size."""

    channels: int
    side: int
    kernel: int

    @property
    def macs(self) -> int:
        return self.channels**2 * self.kernel**2 * self.side**2


CONVS = (Conv(256, 56, 3), Conv(512, 56, 1))
"""The faster of them is the peak: libraries differ in which of the two they do best."""


@roomy
def calibrate(device: str, dtype: str, threads: int | None = None) -> Roof:
    """The roof of a device, a type and a number of threads. Raises MeasureError where this machine cannot do it."""
    backend = "onnxruntime" if dtype == "int8" else "eager"
    asked = checked(device=device, backend=backend, dtype=dtype, threads=threads)
    machine.refuse_lacking(device, backend, dtype)
    return roof_of(device, cast("DtypeName", dtype), asked)


def roof_of(device: str, dtype: DtypeName, threads: int) -> Roof:
    """Measure the roof. Raises MeasureError where the device cannot do it."""
    from designer.measure import torch_side

    clock = clock_of(device)
    try:
        with torch_side.quiet(), torch_side.threads(threads if device == "cpu" else None):
            rate = (
                _int8_macs_per_s(threads) if dtype == "int8" else max(_macs_per_s(conv, device, dtype, clock) for conv in CONVS)
            )
            return Roof(
                device=device,
                device_name=machine.device_name(device),
                dtype=dtype,
                threads=threads,
                macs_per_s=rate,
                bytes_per_s=_bytes_per_s(device, clock),
                call_ms=_call_ms(device, "fp32" if dtype == "int8" else dtype, clock),
                at=now(),
            )
    except TORCH_ERRORS as error:
        raise MeasureError(f"The roof of {machine.device_name(device)} cannot be measured; {torch_said(error)}") from error


def _fastest(run: Callable[[], object], clock: Clock) -> float:
    """Milliseconds of the fastest of several runs: a roof is what the device does when nothing disturbs it."""
    run()
    until = time.monotonic() + SECONDS
    times = [clock.time(run)]
    while len(times) < FEWEST or time.monotonic() < until:
        times.append(clock.time(run))
    return min(times)


def _macs_per_s(conv: Conv, device: str, dtype: DtypeName, clock: Clock) -> float:
    import torch
    from torch import nn

    from designer.measure.torch_side import torch_dtype

    kind = torch_dtype(dtype)
    with torch.inference_mode():
        layer = nn.Conv2d(conv.channels, conv.channels, conv.kernel, padding=conv.kernel // 2, device=device, dtype=kind)
        x = torch.randn(1, conv.channels, conv.side, conv.side, device=device).to(kind)
        return 1e3 * conv.macs / _fastest(lambda: layer(x), clock)


def _int8_macs_per_s(threads: int) -> float:
    """Of ONNX Runtime's quantised convolution, the only one that is measured in int8."""
    from designer.compile.plan import plan_of
    from designer.graph.design import Design
    from designer.graph.network import Edge, Network, Node
    from designer.measure.onnx_side import Session, export, quantised

    conv = CONVS[0]
    nodes = [
        Node("input", "input", {"shape": [conv.channels, conv.side, conv.side]}),
        Node("conv", "conv2d", {"out_channels": conv.channels, "kernel_size": conv.kernel, "padding": conv.kernel // 2}),
        Node("output", "output"),
    ]
    design = Design("roof", Network.of(nodes, [Edge("input", "y", "conv", "x"), Edge("conv", "y", "output", "x")]))
    with scratch.folder() as folder:
        model = export(plan_of(design), folder, dynamic=False, seed=0, weights=None)
        session = Session(quantised(model, 1, 0, dynamic=False), "int8", 1, threads, 0)
        return 1e3 * conv.macs / _fastest(session.run, Clock())


def _bytes_per_s(device: str, clock: Clock) -> float:
    """A copy reads and writes; both count."""
    import torch

    free = machine.free_bytes(device) or COPY_BYTES
    size = max(2**20, min(COPY_BYTES, free // 8))
    with torch.inference_mode():
        source = torch.zeros(size // 4, device=device)
        target = torch.empty_like(source)
        return 1e3 * 2 * size / _fastest(lambda: target.copy_(source), clock)


def _call_ms(device: str, dtype: DtypeName, clock: Clock) -> float:
    """The mean over a convolution, a batch norm and an activation of one pixel."""
    import torch
    from torch import nn

    from designer.measure.torch_side import torch_dtype

    kind = torch_dtype(dtype)
    with torch.inference_mode():
        chain = [nn.Conv2d(8, 8, 1), nn.BatchNorm2d(8), nn.ReLU()]
        layers = [layer.eval().to(device=device, dtype=kind) for layer in chain]
        x = torch.ones(1, 8, 1, 1, device=device, dtype=kind)

        def calls() -> None:
            for _ in range(CALLS):
                for layer in layers:
                    layer(x)

        return _fastest(calls, clock) / (CALLS * len(layers))
