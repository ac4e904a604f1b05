"""What runs together: the layers of a design as a backend sees them, each under the key that latency tables know it by.

Eager runs every primitive alone. The other backends fold a batch norm into the convolution before it, and most of them the
activation after it too; what they do beyond that depends on the machine and is seen only in a run.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from blocks.builder import Result
from designer.analysis.engine import Engine
from designer.analysis.flatten import FlatDesign, flatten
from designer.analysis.memory import storage_of

MATTERS_NOT: dict[str, frozenset[str]] = {
    "batch_norm": frozenset(("eps", "momentum")),
    "dropout": frozenset(("p",)),
    "group_norm": frozenset(("eps",)),
    "layer_norm": frozenset(("eps",)),
    "leaky_relu": frozenset(("negative_slope",)),
    "local_response_norm": frozenset(("alpha", "beta", "k")),
    "pad": frozenset(("value",)),
    "prelu": frozenset(("init",)),
}
"""Parameters that change numbers but not the time they take."""

IN_PLACE = frozenset(("eager", "fused"))
"""Backends in which an activation overwrites its input where the design says that it may."""

TAKES_NORM = frozenset(("conv2d", "conv_transpose2d", "linear"))
TAKES_ACTIVATION = frozenset(("compile", "onnxruntime"))
FUSED_ACTIVATIONS = frozenset(("relu", "relu6", "leaky_relu", "sigmoid", "tanh", "hard_sigmoid", "hard_swish", "silu"))


class Unit(NamedTuple):
    """Layers that run together. `steps` are positions among the flat steps, the first of which does the work."""

    steps: tuple[int, ...]
    key: str
    macs: int
    elements: int
    weights: int

    def bytes(self, size: int, batch: int) -> int:
        """What has to be moved at least: maps read and written for each input of the batch, weights once."""
        return size * (self.elements * batch + self.weights)


class Units(NamedTuple):
    """All units of a design in execution order; `paths` are those of all flat steps, `unit_of[k]` is the unit of step k, -1 for
    inputs and outputs."""

    flat: FlatDesign
    paths: list[str]
    inplace: list[bool]
    units: list[Unit]
    unit_of: list[int]

    def node_of(self) -> list[str]:
        """The root node of each flat step."""
        found = [""] * len(self.flat.steps)
        for node_id, start, end in self.flat.spans:
            for k in range(start, end):
                found[k] = node_id
        return found


_keys: WeakKeyDictionary[Result, tuple[str, str, str]] = WeakKeyDictionary()


def key_of(step: Result, inplace: bool = False) -> str:
    """A primitive's key: block (with a mark where it overwrites its input), parameters that matter, input shapes."""
    name, values, shapes = _key_parts(step)
    return f"{name}{'!' if inplace else ''}{values} {shapes}"


def _key_parts(step: Result) -> tuple[str, str, str]:
    found = _keys.get(step)
    if found is None:
        ignored = MATTERS_NOT.get(step.block.id, frozenset())
        named = zip(step.block.parameters, step.values, strict=True)
        values = ",".join([f"{name}={_written(value)}" for name, value in named if name not in ignored])
        shapes = " ".join(["x".join(map(str, spec)) for spec in step.inputs])
        found = _keys[step] = (step.block.id, f"({values})", shapes)
    return found


def _written(value: Any) -> str:
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def units_of(engine: Engine, backend: str = "eager") -> Units:
    """The units of a design whose totals are known."""
    flat = flatten(engine)
    return _units(flat, flat.paths(engine), backend)


def _units(flat: FlatDesign, paths: list[str], backend: str) -> Units:
    steps, inputs = flat.steps, flat.inputs
    inplace = storage_of(flat).inplace
    readers: list[list[int]] = [[] for _ in steps]
    for k, refs in enumerate(inputs):
        for ref in refs:
            readers[ref].append(k)
    kept = {step for _, step in flat.output_nodes}
    unit_of = [-1] * len(steps)
    units: list[Unit] = []
    for k, step in enumerate(steps):
        if step.block.category == "io" or unit_of[k] >= 0:
            continue
        chain = [k] if backend == "eager" else _chain(k, steps, readers, kept, backend)
        for part in chain:
            unit_of[part] = len(units)
        units.append(_unit(chain, steps, inplace if backend in IN_PLACE else None))
    return Units(flat, paths, inplace, units, unit_of)


def _chain(k: int, steps: list[Result], readers: list[list[int]], kept: set[int], backend: str) -> list[int]:
    """The layers that a backend runs as one with step k: a batch norm and, where it can, an activation that alone read it."""
    chain = [k]
    if steps[k].block.id not in TAKES_NORM:
        return chain

    def follow() -> Result | None:
        at = chain[-1]
        return steps[readers[at][0]] if len(readers[at]) == 1 and at not in kept else None

    after = follow()
    if after is not None and after.block.id == "batch_norm":
        chain.append(readers[chain[-1]][0])
        after = follow()
    if after is not None and backend in TAKES_ACTIVATION and after.block.id in FUSED_ACTIVATIONS:
        chain.append(readers[chain[-1]][0])
    return chain


def _unit(chain: list[int], steps: list[Result], inplace: list[bool] | None) -> Unit:
    first, last = steps[chain[0]], steps[chain[-1]]
    key = key_of(first, inplace is not None and inplace[chain[0]])
    for part in chain[1:]:
        key += " > " + "".join(_key_parts(steps[part])[:2])
    moved = 0 if first.block.makes_no_tensor else sum([spec.elements for spec in first.inputs]) + last.elements
    costs = [steps[part].cost for part in chain]
    return Unit(tuple(chain), key, first.cost.macs, moved, sum([cost.params + cost.buffers for cost in costs]))
