"""The lines of the card of latency tables: the setup in use first, then whatever was measured."""

from __future__ import annotations

from designer.analysis.latency import Estimate, LatencyTable
from designer.analysis.measured import Setup
from designer.app.profiler import Profiler
from designer.app.run_history import Run
from designer.ui import numbers
from designer.ui.profile.latency_card import TableLine

DEVICES = {"cpu": "CPU", "cuda": "CUDA", "mps": "MPS"}


def latency_lines(profiler: Profiler) -> list[TableLine]:
    """What each table says about the design as it is now; none while its totals are unknown."""
    local = profiler.local_devices()
    setup = profiler.options.setup(profiler.threads)
    here = profiler.name_of(setup.device)
    found: list[tuple[str, Estimate]] = []
    known = profiler.estimates()
    mine = next((one for name, one in known if (name, one.setup) == (here, setup)), None)
    if here and mine is None:  # nothing was measured like this: all of it is missing
        mine = (profiler.tables.of(here) or LatencyTable(here)).estimate(profiler.controller.engine, setup)
    if here and mine is not None:
        found.append((here, mine))
    others = [(name, one) for name, one in known if (name, one.setup) != (here, setup)]
    others.sort(key=lambda pair: (pair[0] not in local, -pair[1].measured, pair[0], pair[1].setup.said()))
    found += others
    setups = [(name, estimate.setup) for name, estimate in found]
    return [_line(profiler, name, one, name in local, _name(name, one.setup, setups, name in local)) for name, one in found]


def _name(device_name: str, setup: Setup, all_: list[tuple[str, Setup]], local: bool) -> str:
    """`CPU, fp32, fused`, with threads and batch where there are others too."""
    parts = [DEVICES.get(setup.device, setup.device) if local else device_name, setup.dtype]
    if local or any(name == device_name and other.backend != setup.backend for name, other in all_):
        parts.append(setup.backend)
    alike = [one for name, one in all_ if (name, one.dtype, one.backend) == (device_name, setup.dtype, setup.backend)]
    if any(one.threads != setup.threads for one in alike):
        parts.append(f"{setup.threads} {'thread' if setup.threads == 1 else 'threads'}")
    if any(one.batch != setup.batch for one in alike):
        parts.append(f"batch {setup.batch}")
    return ", ".join(parts)


def _line(profiler: Profiler, device_name: str, estimate: Estimate, local: bool, name: str) -> TableLine:
    if not local:
        return TableLine(device_name, name, estimate, local, "imported")
    run = next((run for run in profiler.runs if run.profile.setup == estimate.setup and profiler.fits(run)), None)
    if run is None:
        return TableLine(device_name, name, estimate, local, "no run yet")
    return _against(device_name, name, estimate, run)


def _against(device_name: str, name: str, estimate: Estimate, run: Run) -> TableLine:
    """The estimate as it was before the run, where there was one: afterwards the table knows the run itself."""
    took = run.profile.total_ms.median
    if run.expected_ms is not None and took:
        error = run.expected_ms / took - 1
        said = _signed(error)
        tip = (
            f"{numbers.ms(run.expected_ms)} were expected before the run, from {run.expected_known:,} of "
            f"{run.expected_layers:,} layers; it took {numbers.ms(took)}."
        )
        return TableLine(device_name, name, estimate, True, said, error, tip)
    tip = "The table learned from this run itself. Edit the design and run again to see how good its estimate is."
    return TableLine(device_name, name, estimate, True, "this run", None, tip)


def _signed(error: float) -> str:
    """How far an estimate was off: `−5.0 %`."""
    text = f"{abs(error) * 100:.1f} %"
    return f"{'' if text == '0.0 %' else '+' if error > 0 else numbers.MINUS}{text}"
