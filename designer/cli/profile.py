"""`lightdesigner profile`: how long a design takes on this machine, block by block."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from designer import latency_store
from designer.analysis.measured import BlockTime, LayerTime, MeasureError, Profile, Roof, Times
from designer.analysis.report import analyse
from designer.catalogue import load
from designer.cli.output import Answer, steady_progress
from designer.cli.tables import Cell, Column, Percent, Rounded, Table, harmless, mebibytes, written
from designer.cli.targets import targets
from designer.graph.design import Design

MEANING = (
    "Sorted by the time that a block takes above the roof of this machine: above what its MACs and bytes need at least, at the "
    "rates of a large convolution and a large copy."
)
BOUND = {"compute": "compute-bound", "memory": "memory-bound", "overhead": "overhead-bound"}


def run(asked: Namespace, answer: Answer) -> int:
    """Answer `profile`; 1 where the design is invalid."""
    design = load(asked.design)
    report = analyse(design)
    if not report.valid:
        answer.text(f"{written(report.design)} is invalid: nothing is measured.")
        answer.complain_of(report.issues)
        return 1
    files = [file for file in (asked.csv, asked.save_table) if file]
    with targets(files, force=asked.force) as staged:
        paths = dict(zip(files, staged, strict=True))
        found = measured(design, asked)
        if asked.csv:
            text = rows(found, by=asked.by, sort=False).csv()
            paths[asked.csv].write_text(text, encoding="utf-8", newline="\n")
        _keep(found, paths.get(asked.save_table), answer, calibrated=asked.calibrate)
    if asked.json:
        answer.json(found.as_json())
    else:
        _show(found, asked.by, answer)
    for remark in found.remarks:
        answer.complain(f"note: {remark}")
    return 0


def measured(design: Design, asked: Namespace) -> Profile:
    """Measure a design as the command line asks, saying on stderr what it is at."""
    from designer.measure.profile import profile

    with steady_progress() as say:
        return profile(
            design,
            device=asked.device,
            backend=asked.backend,
            dtype=asked.dtype,
            batch=asked.batch,
            threads=asked.threads,
            runs=asked.runs,
            time_limit_s=asked.time_limit,
            sweep=asked.sweep,
            seed=asked.seed,
            roof=None if asked.calibrate else known_roof(asked.device, asked.dtype, asked.threads),
            say=lambda text, step, steps: say(f"{text} ({step} of {steps})"),
        )


def known_roof(device: str, dtype: str, threads: int | None) -> Roof | None:
    """The roof that was measured here before, None where there is none or its file cannot be read."""
    import torch

    from designer.measure.machine import device_name

    if device == "cuda" and not torch.cuda.is_available():
        return None
    try:
        table = latency_store.load(device_name(device))
    except MeasureError:
        return None  # `learn` moves such a file aside and says so
    return table.roof(device, dtype, threads or torch.get_num_threads())


def _keep(found: Profile, copy: Path | None, answer: Answer, *, calibrated: bool) -> None:
    """Add the times to the latency table of this device. A table that cannot be kept takes nothing from the answer."""
    name = found.environment.device_name
    try:
        fresh = [found.roof] if calibrated and found.roof is not None else []
        said = latency_store.learn(name, *fresh, found)
    except MeasureError as problem:
        said = f"The latency table was not kept: {problem}"
    if said:
        answer.complain(f"note: {said}")
    if copy is not None:
        table = latency_store.load(name)
        latency_store.write(table, copy)


# -- the answer ------------------------------------------------------------------------------------------------------------------


def _show(found: Profile, by: str, answer: Answer) -> None:
    answer.text(f"{written(found.design)}: {found.setup.said()}\n\n")
    if found.per_layer:
        answer.table(rows(found, by=by, sort=True))
        answer.text(f"\n{MEANING}\n\n")
    answer.table(totals(found))
    if found.sweep:
        answer.text("")
        answer.table(sweep(found))


def rows(found: Profile, *, by: str = "block", sort: bool) -> Table:
    """A row for each block, or for each layer that ran. CSV keeps the order of execution."""
    blocks = by == "block"
    columns = [
        Column("path", "Block" if blocks else "Layer"),
        Column("op", "Op", only_csv=blocks),
        Column("macs", "MACs", number=True),
        Column("ms", "Time", "ms", number=True),
        Column("share_percent", "Share", "%", number=True),
        Column("gmacs_per_s", "GMAC/s", number=True, spare=True),
        Column("macs_per_byte", "MAC/byte", number=True, spare=True),
        Column("bytes", "Bytes", number=True, only_csv=True),
        Column("bound", "Bound"),
        Column("save_ms", "Could save", "ms", number=True),
        Column("what", "What", only_csv=blocks),
        Column("with", "With", only_csv=True),
    ]
    table = Table(columns)
    wanted: list[BlockTime | LayerTime] = [*found.blocks] if blocks else [*found.layers]
    if sort:
        wanted.sort(key=lambda row: (-(row.save_ms or 0.0), -(row.ms or 0.0)))
    for row in wanted:
        layer = isinstance(row, LayerTime)
        others = row.parts if isinstance(row, LayerTime) else row.fused_with
        table.add(
            harmless(row.path),
            row.op if isinstance(row, LayerTime) else row.block,
            row.macs,
            _rounded(row.ms, 3),
            Percent(row.share) if row.share is not None else "",
            _rounded(row.gmacs_per_s, 1),
            _rounded(row.macs_per_byte, 2),
            row.bytes,
            BOUND.get(row.bound or "", ""),
            _rounded(row.save_ms, 3),
            _what(row) if isinstance(row, LayerTime) else "fused" if others else "",
            " ".join(others) if not layer or len(others) > 1 else "",
        )
    whole = found.layers_ms
    table.totals = ["All of them", "", found.macs, _rounded(whole, 3), Percent(1.0), *[""] * 7]
    return table


def _what(layer: LayerTime) -> str:
    """One layer, several at once, or data on the way to one."""
    return f"{len(layer.parts)} layers fused" if layer.sort == "fused" else layer.sort


def totals(found: Profile) -> Table:
    """The whole run, one figure a line."""
    table = Table([Column("figure", "Total"), Column("value", "Value")], heads=False)
    times = found.total_ms
    table.add("Time (ms)", f"{_ms(times.median)} median, 95 % interval {_ms(times.ci95[0])} to {_ms(times.ci95[1])}")
    table.add("Quartiles and p95 (ms)", f"{_ms(times.p25)}, {_ms(times.p75)}, {_ms(times.p95)}")
    table.add("Throughput (1/s)", f"{found.throughput_per_s:,.1f}")
    table.add("Runs", f"{found.runs:,} after {found.warmup_runs:,} of warm-up, {_stopped(found)}")
    if found.layers_ms is not None:
        parts = 100 * (found.layers_ms / times.median - 1)
        overhead = 100 * (found.layers_overhead or 0.0)
        said = f"{_ms(found.layers_ms)} together, {parts:+.1f} % of the whole; timing them took {overhead:+.1f} %"
        table.add("Layers (ms)", said)
    if found.node_overhead_ms is not None:
        table.add("Taken off each node (ms)", f"{found.node_overhead_ms:.4f}, which ONNX Runtime's own profile adds to it")
    peak = found.peak_bytes_measured
    table.add("Peak memory, measured", mebibytes(peak) if peak is not None else f"not known: {found.peak_how}")
    table.add("Peak memory, predicted", mebibytes(found.peak_bytes_predicted))
    if found.roof is not None:
        roof = found.roof
        table.add("Roof of this machine", f"{roof.macs_per_s / 1e9:,.1f} GMAC/s, {roof.bytes_per_s / 1e9:,.1f} GB/s")
    table.add("Machine", harmless(_machine(found)))
    return table


def sweep(found: Profile) -> Table:
    """A row for each batch size."""
    table = Table(
        [
            Column("batch", "Batch", number=True),
            Column("ms", "Time", "ms", number=True),
            Column("throughput", "Throughput", "1/s", number=True),
            Column("runs", "Runs", number=True),
            Column("remark", "Remark"),
        ]
    )
    for point in found.sweep:
        times: Times | None = point.total_ms
        remark = point.problem or ("noisy" if point.noisy else "")
        per_second = _rounded(point.throughput_per_s, 1)
        table.add(point.batch, _rounded(times.median if times else None, 3), per_second, point.runs or "", harmless(remark))
    return table


def _machine(found: Profile) -> str:
    environment = found.environment
    clock = f" at {environment.clock_mhz:,.0f} MHz" if environment.clock_mhz else ""
    versions = ", ".join(f"{name} {version}" for name, version in environment.versions.items())
    return f"{environment.device_name}{clock}, {environment.os}, {versions}"


def _stopped(found: Profile) -> str:
    return {
        "interval": "until the interval was narrow enough",
        "runs": "as many as asked for",
        "time_limit": f"until the time limit of {found.time_limit_s:g} s",
    }[found.stopped]


def _rounded(value: float | None, places: int) -> Cell:
    return Rounded(value, places) if value is not None else ""


def _ms(value: float) -> str:
    return f"{value:,.3f}"
