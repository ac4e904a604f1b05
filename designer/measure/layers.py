"""Layers measured without the design around them, for a latency table.

A layer alone in a loop finds its input, its weights and its memory where it left them, and is faster than it will ever be in a
network. So each layer here reads what the layer before it has just made, as in the design, and another reads what it made; all of
them take turns, as layers of a network do; and before each turn as much memory is read as the weights of the rest take.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

from blocks.builder import Result
from blocks.errors import LightdesignerError
from blocks.spec import TensorSpec
from designer.analysis.measured import ELEMENT_BYTES, TIME_LIMIT_S, LayersMeasured, MeasureError, Setup, UnitTime
from designer.analysis.units import Unit, Units, units_of
from designer.compile.errors import TORCH_ERRORS
from designer.compile.plan import plan_of
from designer.graph.design import Design
from designer.graph.network import Edge, Network, Node
from designer.measure import machine, scratch
from designer.measure.asked import Asked, asked_of, now
from designer.measure.clocks import clock_of
from designer.measure.memory import refuse_too_large
from designer.measure.profile import Say
from designer.measure.runs import Limits, run

MOST_CHAINS = 64
MOST_BYTES = 2**30
MOST_READ = 2**27
"""Of the weights of the rest of a design: beyond this no cache keeps anything."""


MOST_COPIES = 3


class Chain(NamedTuple):
    """A unit to measure, with the steps that make what it reads, and how often the design has it.

    What a design has many times in a row finds the memory of the one before it warm: so it stands in the train several times.
    """

    unit: Unit
    before: tuple[int, ...]
    calls: int

    @property
    def copies(self) -> int:
        return min(self.calls, MOST_COPIES)

    def mean(self, times: Sequence[float]) -> float:
        """Of all calls in the design, where the first is as cold as the first here and the others as warm as the others here."""
        first, *others = times
        return (first + (self.calls - 1) * sum(others) / len(others)) / self.calls if others else first


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
    chains = _chains(asked.units, set(keys))
    size = ELEMENT_BYTES[asked.dtype]
    trains = list(_trains(chains, asked.units, size * asked.batch))
    found: list[UnitTime] = []
    failed = [key for key in keys if key not in {chain.unit.key for chain in chains}]
    for number, train in enumerate(trains, start=1):
        said = f"Measuring {len(train)} {'layer' if len(train) == 1 else 'layers'}"
        tell(said, number, len(trains))
        limit = asked.time_limit_s / len(trains)
        try:
            found += _measured(asked, train, limit, lambda text: tell(text, number, len(trains)))  # noqa: B023  # called at once
        except (LightdesignerError, *TORCH_ERRORS):
            for chain in train:  # one of them spoils it for all: each by itself
                try:
                    found += _measured(asked, [chain], limit / len(train), lambda text: None)
                except (LightdesignerError, *TORCH_ERRORS):
                    failed.append(chain.unit.key)
    setup = Setup(device=asked.device, backend=asked.backend, dtype=asked.dtype, threads=asked.threads, batch=asked.batch)
    return LayersMeasured(device_name=machine.device_name(asked.device), setup=setup, units=found, failed=tuple(failed), at=now())


def _chains(units: Units, keys: set[str]) -> list[Chain]:
    """The first unit of each key, in execution order."""
    found: dict[str, Chain] = {}
    calls = Counter(unit.key for unit in units.units)
    for unit in units.units:
        if unit.key in keys and unit.key not in found:
            sources = units.flat.inputs[unit.steps[0]]
            found[unit.key] = Chain(unit, tuple(dict.fromkeys(sources)), calls[unit.key])
    return list(found.values())


def _trains(chains: list[Chain], units: Units, size: int) -> Iterator[list[Chain]]:
    """As many chains together as memory and sense allow."""
    train: list[Chain] = []
    held = 0
    for chain in chains:
        needs = size * sum([spec.elements for k in chain.before for spec in units.flat.steps[k].inputs])
        if train and (len(train) >= MOST_CHAINS or held + needs > MOST_BYTES):
            yield train
            train, held = [], 0
        train.append(chain)
        held += needs
    if train:
        yield train


def _design_of(train: list[Chain], units: Units) -> Design:
    """The chains side by side, as a design with an input and an output for each."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    steps = units.flat.steps

    def place(name: str, step: Result, sources: list[str]) -> str:
        values = dict(zip(step.block.parameters, step.values, strict=True))
        nodes.append(Node(name, step.block.id, {key: _plain(value) for key, value in values.items()}))
        variadic = bool(step.block.inputs) and step.block.inputs[-1].variadic
        for k, source in enumerate(sources):
            port = f"{step.block.inputs[0].name}.{k}" if variadic else step.block.inputs[k].name
            edges.append(Edge(source, "y", name, port))
        return name

    def given(spec: TensorSpec) -> str:
        """An input of this shape: the maps of a network lie where others lay before, so all of a shape share one."""
        name = shared.get(spec)
        if name is None:
            name = shared[spec] = f"in{len(shared)}"
            nodes.append(Node(name, "input", {"shape": list(spec), "order": len(shared)}))
        return name

    shared: dict[TensorSpec, str] = {}
    copies = [(f"{at}_{copy}", one) for at, one in enumerate(train) for copy in range(one.copies)]
    for number, chain in copies:
        made: dict[int, str] = {}
        for k in chain.before:
            step = steps[k]
            if step.block.category == "io":
                made[k] = given(step.outputs[0])
            else:
                made[k] = place(f"before{number}_{k}", step, [given(spec) for spec in step.inputs])
        first, *rest = chain.unit.steps
        last = place(f"unit{number}_0", steps[first], [made[ref] for ref in units.flat.inputs[first]])
        for at, k in enumerate(rest, start=1):
            last = place(f"unit{number}_{at}", steps[k], [last])
        if steps[chain.unit.steps[-1]].outputs[0].is_map:  # somebody reads it, and its memory is free again
            nodes.append(Node(f"after{number}", "global_avg_pool"))
            edges.append(Edge(last, "y", f"after{number}", "x"))
            last = f"after{number}"
        nodes.append(Node(f"out{number}", "output", {"order": len(nodes)}))
        edges.append(Edge(last, "y", f"out{number}", "x"))
    return Design("layers", Network.of(nodes, edges))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _measured(asked: Asked, train: list[Chain], limit: float, tell: Callable[[str], None]) -> list[UnitTime]:
    """The times of a train's units: of each the mean over the middle half of the turns."""
    from designer.measure import ways
    from designer.measure.torch_side import quiet, threads

    design = _design_of(train, asked.units)
    plan = plan_of(design)
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
        others = _reader(asked, train)
        turn, finish = way.turns()

        def once() -> float:
            others()
            return turn()

        ran = run(once, None, Limits(asked.runs, limit), tell)
        pieces = finish(ran.runs)
    spent = [[0.0] * chain.copies for chain in train]
    nodes = units.node_of()
    places = {f"unit{at}_{copy}_0": (at, copy) for at, chain in enumerate(train) for copy in range(chain.copies)}
    for piece in pieces:
        if piece.moves or not piece.steps:
            continue  # at the ends of chains data change their layout, as they do nowhere inside the design
        for k in piece.steps:
            place = places.get(nodes[k])
            if place is not None:
                spent[place[0]][place[1]] += piece.ms
                break
    size = ELEMENT_BYTES[asked.dtype]
    return [
        UnitTime(
            key=chain.unit.key,
            ms=chain.mean(times),
            macs=chain.unit.macs * asked.batch,
            bytes=chain.unit.bytes(size, asked.batch),
        )
        for chain, times in zip(train, spent, strict=True)
    ]


def _reader(asked: Asked, train: list[Chain]) -> Callable[[], object]:
    """Reads as much memory as the weights of the rest of the design take."""
    import torch

    size = ELEMENT_BYTES[asked.dtype]
    keys = {chain.unit.key for chain in train}
    rest = size * sum([unit.weights for unit in asked.units.units if unit.key not in keys])
    buffer = torch.zeros(min(rest, MOST_READ) // 4, device=asked.device)

    def read() -> None:
        with torch.inference_mode():
            buffer.sum()

    return read if rest else lambda: None
