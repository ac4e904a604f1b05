"""What is to be measured: looked at, checked and complete before anything takes time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from designer.analysis.measured import (
    BACKENDS,
    DEVICES,
    DTYPES,
    MOST_BATCH,
    TIME_LIMIT_S,
    WITHIN,
    BackendName,
    DeviceName,
    DtypeName,
    MeasureError,
    Roof,
)
from designer.analysis.units import Units, units_of
from designer.compile.errors import CompileError
from designer.compile.plan import Plan, plan_of
from designer.graph.design import Design
from designer.measure import machine
from designer.measure.memory import refuse_too_large

MOST_THREADS = 1_024


class Asked(NamedTuple):
    """What is to be measured, checked and complete."""

    plan: Plan
    units: Units
    device: DeviceName
    backend: BackendName
    dtype: DtypeName
    batch: int
    threads: int
    runs: int | None
    within: float
    time_limit_s: float
    sweep: tuple[int, ...]
    layers: bool
    seed: int
    weights: Any
    roof: Roof | None


def asked_of(
    design: Design,
    *,
    device: str,
    backend: str,
    dtype: str,
    batch: int,
    threads: int | None,
    runs: int | None = None,
    within: float = WITHIN,
    time_limit_s: float = TIME_LIMIT_S,
    sweep: Sequence[int] = (),
    layers: bool = True,
    seed: int = 0,
    weights: Any = None,
    roof: Roof | None = None,
) -> Asked:
    """Look at everything that a person may have got wrong, before anything takes time. Raises MeasureError and CompileError."""
    if not 0 < within < 1:
        raise MeasureError(f"The interval has to lie within a share of the median between 0 and 1, but got {within:g}.")
    found = checked(
        device=device,
        backend=backend,
        dtype=dtype,
        batches=(batch, *sweep),
        threads=threads,
        runs=runs,
        time_limit_s=time_limit_s,
    )
    plan = plan_of(design)
    if not plan.layers:
        raise CompileError("This design has no layers between its inputs and outputs: there is nothing to measure.")
    machine.refuse_lacking(device, backend, dtype)
    refuse_too_large(plan, dtype, batch, device)
    return Asked(
        plan=plan,
        units=units_of(plan.engine, backend),
        device=cast("DeviceName", device),
        backend=cast("BackendName", backend),
        dtype=cast("DtypeName", dtype),
        batch=batch,
        threads=found,
        runs=runs,
        within=within,
        time_limit_s=time_limit_s,
        sweep=tuple(dict.fromkeys(sweep)),
        layers=layers,
        seed=seed,
        weights=weights,
        roof=roof,
    )


def checked(
    *,
    device: str,
    backend: str,
    dtype: str,
    batches: Sequence[int] = (1,),
    threads: int | None = None,
    runs: int | None = None,
    time_limit_s: float = TIME_LIMIT_S,
) -> int:
    """Refuse names that are not known and numbers that make no sense; gives the number of threads. Raises MeasureError."""
    _one_of("device", device, DEVICES)
    _one_of("backend", backend, BACKENDS)
    _one_of("dtype", dtype, DTYPES)
    for batch in batches:
        if not 1 <= batch <= MOST_BATCH:
            raise MeasureError(f"batch needs a number from 1 to {MOST_BATCH:,}, but got {batch}.")
    if threads is not None and not 1 <= threads <= MOST_THREADS:
        raise MeasureError(f"threads needs a number from 1 to {MOST_THREADS:,}, but got {threads}.")
    if runs is not None and runs < 1:
        raise MeasureError(f"runs needs a number from 1, but got {runs}.")
    if not time_limit_s > 0:
        raise MeasureError(f"The time limit needs more than 0 s, but got {time_limit_s:g}.")
    if threads is not None:
        return threads
    import torch

    return torch.get_num_threads()


def _one_of(what: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise MeasureError(f"The {what} needs one of {', '.join(known)}, but got {given!r:.60}.")


def now() -> str:
    """The time as it stands in records."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
