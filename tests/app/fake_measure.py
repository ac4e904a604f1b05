"""Answers about a design that nobody measured: figures that follow from its MACs and bytes, the same every time and at once."""

from __future__ import annotations

from typing import Any

import msgspec

from designer import protocol
from designer.analysis.engine import Engine
from designer.analysis.flatten import flatten
from designer.analysis.measured import (
    ELEMENT_BYTES,
    BlockTime,
    Environment,
    Lack,
    LayersMeasured,
    LayerTime,
    Machine,
    Profile,
    Roof,
    SweepPoint,
    Times,
    UnitTime,
)
from designer.analysis.memory import peak_activation_elements
from designer.analysis.roofline import estimate_ms, under_roof
from designer.analysis.units import units_of
from designer.document.format import read

CPU = "Fake CPU 3000"
AT = "2026-11-27T12:00:00Z"
MACHINE = Machine(
    cpu=CPU,
    threads=2,
    max_threads=4,
    memory_bytes=16 * 2**30,
    free_bytes=8 * 2**30,
    device_names={"cpu": CPU},
    lacks=(
        Lack(device="cuda", sentence="This machine has no NVIDIA GPU that torch can use."),
        Lack(device="mps", sentence="Only a Mac with an Apple chip has mps."),
        Lack(backend="compile", sentence="torch.compile needs a C++ compiler, and there is none on this machine."),
        Lack(backend="eager", dtype="int8", sentence="int8 is measured with ONNX Runtime only."),
        Lack(backend="fused", dtype="int8", sentence="int8 is measured with ONNX Runtime only."),
    ),
    versions={"lightdesigner": "9.9", "torch": "2.99", "onnxruntime": "1.99", "python": "3.11"},
    os="FakeOS 1",
)


def roof(device: str = "cpu", dtype: str = "fp32", threads: int = 2) -> Roof:
    return Roof(
        device=device,
        device_name=CPU,
        dtype=dtype,
        threads=threads,
        macs_per_s=100e9,
        bytes_per_s=20e9,
        call_ms=0.005,
        at=AT,
    )


def profile(job: protocol.ProfileDesign) -> Profile:
    """What a fake machine says about a design: each layer takes 1.5 times what the roof allows."""
    design = read(job.design)
    engine = Engine(design)
    units = units_of(engine, job.backend)
    size = ELEMENT_BYTES[job.dtype]
    threads = job.threads or MACHINE.threads
    ceiling = roof(job.device, job.dtype, threads)
    nodes = units.node_of()
    layers, kept = [], []
    of_node: dict[str, list[LayerTime]] = {}
    for unit in units.units:
        macs, moved = unit.macs * job.batch, unit.bytes(size, job.batch)
        ms = 1.5 * estimate_ms(ceiling, macs, moved)
        under = under_roof(ceiling, ms, macs, moved)
        layer = LayerTime(
            path=units.paths[unit.steps[0]],
            op=units.flat.steps[unit.steps[0]].block.id,
            ms=ms,
            share=0.0,
            sort="layer" if len(unit.steps) == 1 else "fused",
            parts=tuple([units.paths[k] for k in unit.steps]),
            key=unit.key,
            macs=macs,
            bytes=moved,
            gmacs_per_s=macs / ms / 1e6 if ms else None,
            macs_per_byte=macs / moved if moved else None,
            bound=under.bound,
            save_ms=under.save_ms,
        )
        layers.append(layer)
        kept.append(UnitTime(key=unit.key, ms=ms, macs=macs, bytes=moved))
        of_node.setdefault(nodes[unit.steps[0]], []).append(layer)
    total = sum(layer.ms for layer in layers)
    layers = [msgspec.structs.replace(layer, share=layer.ms / total) for layer in layers]
    blocks = []
    for node, members in of_node.items():
        ms, macs, moved = (sum(getattr(layer, key) for layer in members) for key in ("ms", "macs", "bytes"))
        under = under_roof(ceiling, ms, macs, moved, len(members))
        blocks.append(
            BlockTime(
                path=engine.results[node].path,
                ms=ms,
                share=ms / total,
                macs=macs,
                gmacs_per_s=macs / ms / 1e6 if ms else None,
                bytes=moved,
                bound=under.bound,
                save_ms=under.save_ms,
                macs_per_byte=macs / moved if moved else None,
                block=engine.results[node].block,
                stage=design.root.node(node).stage,
            )
        )
    cost = engine.total
    assert cost is not None
    peak = size * (cost.params + cost.buffers + job.batch * peak_activation_elements(flatten(engine)))
    return Profile(
        design=design.name,
        environment=Environment(
            device=job.device,
            cpu=CPU,
            threads=threads,
            os=MACHINE.os,
            versions=MACHINE.versions,
            device_name=CPU,
            clock_mhz=3000.0,
            timer="time.perf_counter_ns",
        ),
        dtype=job.dtype,  # type: ignore[arg-type]
        backend=job.backend,  # type: ignore[arg-type]
        batch=job.batch,
        runs=job.runs or 50,
        warmup_runs=10,
        total_ms=times(total),
        throughput_per_s=1e3 * job.batch / total,
        noisy=False,
        peak_bytes_measured=peak + 2**20,
        peak_bytes_predicted=peak,
        blocks=blocks,
        layers=layers,
        units=kept,
        layers_ms=total,
        layers_overhead=0.01,
        stopped="runs" if job.runs else "interval",
        within=job.within,
        time_limit_s=job.time_limit_s,
        seconds=0.1,
        macs=cost.macs * job.batch,
        params=cost.params,
        peak_how="what torch's allocator handed out",
        speed_only=job.dtype == "int8",
        sweep=[
            SweepPoint(batch=batch, total_ms=times(total * batch / job.batch), throughput_per_s=1e3 * job.batch / total, runs=10)
            for batch in job.sweep
        ],
        roof=ceiling,
        at=AT,
    )


def times(median: float) -> Times:
    return Times(median, 0.99 * median, 1.01 * median, 1.05 * median, (0.995 * median, 1.005 * median))


def layers_measured(job: protocol.MeasureLayers) -> LayersMeasured:
    whole = profile(
        protocol.ProfileDesign(
            design=job.design, device=job.device, backend=job.backend, dtype=job.dtype, batch=job.batch, threads=job.threads
        )
    )
    units = [unit for unit in whole.units if unit.key in job.keys]
    return LayersMeasured(device_name=CPU, setup=whole.setup, units=units, at=AT)


def answer(job: protocol.Request) -> protocol.Result:
    """What a worker that measures would say."""

    def raw(record: Any) -> msgspec.Raw:
        return msgspec.Raw(msgspec.json.encode(record))

    if isinstance(job, protocol.AskMachine):
        return protocol.MachineKnown(job=job.job, machine=raw(MACHINE))
    if isinstance(job, protocol.Calibrate):
        return protocol.Calibrated(job=job.job, roof=raw(roof(job.device, job.dtype, job.threads or MACHINE.threads)))
    if isinstance(job, protocol.MeasureLayers):
        return protocol.LayersMeasured(job=job.job, layers=raw(layers_measured(job)))
    if isinstance(job, protocol.ProfileTogether):
        jobs = [job.first, *[msgspec.structs.replace(job.first, design=text) for text in job.others]]
        return protocol.ProfiledTogether(job=job.job, profiles=tuple([raw(profile(one)) for one in jobs]))
    assert isinstance(job, protocol.ProfileDesign)
    return protocol.Profiled(job=job.job, profile=raw(profile(job)))
