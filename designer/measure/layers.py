"""Layers measured without a run of the whole design, for a latency table.

A layer alone in a loop finds its input, its weights and its memory where it left them, in the layout that suits it, and is faster
than it will ever be in a network. So layers are measured where they stand: in an excerpt of the design, with their neighbours,
as often in a row as the design has them; and before each run as much memory is read as the weights of the rest take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack

from blocks.errors import LightdesignerError
from designer.analysis.measured import ELEMENT_BYTES, TIME_LIMIT_S, LayersMeasured, MeasureError, Setup, UnitTime
from designer.analysis.units import units_of
from designer.compile.errors import TORCH_ERRORS
from designer.compile.plan import plan_of
from designer.graph.design import Design
from designer.measure import machine, scratch
from designer.measure.asked import Asked, asked_of, now
from designer.measure.booking import Book
from designer.measure.clocks import clock_of
from designer.measure.excerpt import excerpt
from designer.measure.memory import refuse_too_large
from designer.measure.profile import Say
from designer.measure.runs import Limits, run
from designer.measure.stack import roomy

MOST_READ = 2**27
"""Of the weights of the rest of a design: beyond this no cache keeps anything."""

MOST_COPIES = 3
"""What a design has many times finds the memory of the one before it warm: the first is measured, and some of the others."""

FEWEST_SECONDS = 2.0
"""As long as it takes to tell a disturbance from the rest: unlike a profile this has no whole to compare its layers with."""


@roomy
def measure_layers(
    design: Design,
    keys: Sequence[str],
    *,
    device: str = "cpu",
    backend: str = "eager",
    dtype: str = "fp32",
    batch: int = 1,
    threads: int | None = None,
    time_limit_s: float = TIME_LIMIT_S,
    seed: int = 0,
    say: Say | None = None,
) -> LayersMeasured:
    """Measure those units of a design whose keys are `keys`, without running the whole of it.

    Raises MeasureError where this machine cannot do it. Units that cannot be measured are `failed`.
    """
    if backend == "compile":
        raise MeasureError("torch.compile merges layers across blocks: no layer has a time of its own. Choose another backend.")
    asked = asked_of(
        design, device=device, backend=backend, dtype=dtype, batch=batch, threads=threads, time_limit_s=time_limit_s, seed=seed
    )
    tell = say or (lambda text, step, steps: None)
    places: dict[str, list[int]] = {}
    for place, unit in enumerate(asked.units.units):
        places.setdefault(unit.key, []).append(place)
    wanted = {key: places[key] for key in keys if key in places}
    failed = [key for key in keys if key not in places]
    found: list[UnitTime] = []
    if wanted:
        tell(f"Measuring {len(wanted)} {'layer' if len(wanted) == 1 else 'layers'}", 1, 1)
        try:
            found = _measured(asked, wanted, asked.time_limit_s, lambda text: tell(text, 1, 1))
        except (LightdesignerError, *TORCH_ERRORS):
            for number, key in enumerate(wanted, start=1):  # one of them spoils it for all: each by itself
                tell("Measuring one layer after the other", number, len(wanted))
                try:
                    found += _measured(asked, {key: wanted[key]}, asked.time_limit_s / len(wanted), lambda text: None)
                except (LightdesignerError, *TORCH_ERRORS):
                    failed.append(key)
    setup = Setup(device=asked.device, backend=asked.backend, dtype=asked.dtype, threads=asked.threads, batch=asked.batch)
    return LayersMeasured(device_name=machine.device_name(asked.device), setup=setup, units=found, failed=tuple(failed), at=now())


def _measured(asked: Asked, wanted: dict[str, list[int]], limit: float, tell: Callable[[str], None]) -> list[UnitTime]:
    """The times of units, given as all their places under their keys: of each the mean over the middle half of the runs."""
    from designer.measure import ways
    from designer.measure.torch_side import quiet, threads

    part = excerpt(asked.units, [place for places in wanted.values() for place in places[:MOST_COPIES]])
    plan = plan_of(part.design)
    refuse_too_large(plan, asked.dtype, asked.batch, asked.device)
    units = units_of(plan.engine, asked.backend)
    own = asked._replace(plan=plan, units=units, time_limit_s=limit, sweep=(), weights=None)
    clock = clock_of(asked.device)
    with ExitStack() as stack:
        stack.enter_context(quiet())
        stack.enter_context(threads(asked.threads if asked.device == "cpu" else None))
        if asked.backend == "onnxruntime":
            way = ways.onnx_backend(own, stack.enter_context(scratch.folder()), clock)(asked.batch)
        else:
            way = ways.torch_backend(own, clock)(asked.batch)
        others = _reader(asked, part.units)
        turns = way.turns()

        def once() -> float:
            others()
            return turns.turn()

        ran = run(once, None, Limits(asked.runs, limit, FEWEST_SECONDS, most=way.most_runs), tell)
        pieces = turns.pieces(range(turns.count - ran.runs, turns.count))
    size = ELEMENT_BYTES[asked.dtype]
    nodes = units.node_of()
    spent: dict[int, float] = dict.fromkeys(part.units, 0.0)
    for unit, ms in zip(units.units, Book(plan, units, size=size, batch=asked.batch, roof=None).spent(pieces), strict=True):
        step = part.step_of.get(nodes[unit.steps[0]])
        if step is not None:
            spent[asked.units.unit_of[step]] += ms
    found = []
    for key, places in wanted.items():
        unit = asked.units.units[places[0]]
        found.append(
            UnitTime(
                key=key,
                ms=mean([spent[place] for place in places[:MOST_COPIES]], len(places)),
                macs=unit.macs * asked.batch,
                bytes=unit.bytes(size, asked.batch),
                calls=len(places),
            )
        )
    return found


def mean(times: Sequence[float], calls: int) -> float:
    """Of all calls in a design, of which the first few were measured: those that were not are like all but the first."""
    first, *others = times
    return (first + (calls - 1) * sum(others) / len(others)) / calls if others else first


def _reader(asked: Asked, held: Iterable[int]) -> Callable[[], object]:
    """Reads as much memory as the weights of the rest of the design take.

    On the processor with one thread: torch's others would go on looking for work, and keep a core from those of ONNX Runtime.
    """
    own = set(held)
    size = ELEMENT_BYTES[asked.dtype]
    rest = size * sum([unit.weights for place, unit in enumerate(asked.units.units) if place not in own])
    count = min(rest, MOST_READ) // 4
    if not count:
        return lambda: None
    if asked.device == "cpu":
        import numpy

        return numpy.ones(count, numpy.float32).sum
    import torch

    return torch.ones(count, device=asked.device).sum
