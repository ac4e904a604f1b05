"""The parts of a design in which some of its layers stand, as a design of their own.

What a layer takes depends on its neighbours: on where what it reads lies and in which layout, on what runs as one with it, and on
who reads what it makes. So an excerpt holds, with the layers that are wanted, those that make what they read and those that read
what they make, and wires between them as the design has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from blocks.spec import TensorSpec
from designer.analysis.units import Units
from designer.graph.design import Design
from designer.graph.network import Edge, Network, Node

NEIGHBOURS = 3
"""Layers without MACs are passed over, so many at most, on the way to a neighbour: runtimes take them into what stands around
them."""


class Excerpt(NamedTuple):
    """`step_of` are the flat steps of the whole design by the nodes of the excerpt; `units` are those it holds, by their places
    among all."""

    design: Design
    step_of: dict[str, int]
    units: frozenset[int]


def excerpt(units: Units, wanted: Iterable[int]) -> Excerpt:
    """The excerpt with these units, given by their places."""
    return _Excerpt(units).of(list(wanted))


class _Excerpt:
    def __init__(self, units: Units) -> None:
        self.units = units
        self.flat = units.flat
        self.readers: list[list[int]] = [[] for _ in self.flat.steps]
        for k, refs in enumerate(self.flat.inputs):
            for ref in refs:
                self.readers[ref].append(k)

    def of(self, wanted: list[int]) -> Excerpt:
        held = set(wanted)
        for unit in wanted:
            around = {unit}
            self._after(unit, NEIGHBOURS, around)
            for one in sorted(around):
                self._before(one, NEIGHBOURS, around)
            held |= around
        steps = sorted([k for unit in held for k in self.units.units[unit].steps])
        return Excerpt(self._design(steps), {f"step{k}": k for k in steps}, frozenset(held))

    def _before(self, unit: int, far: int, found: set[int]) -> None:
        """Add what makes what a unit reads."""
        for step in self.units.units[unit].steps:
            self._go(self.flat.inputs[step], unit, far, found, self._before)

    def _after(self, unit: int, far: int, found: set[int]) -> None:
        """Add what reads what a unit makes."""
        for step in self.units.units[unit].steps:
            self._go(self.readers[step], unit, far, found, self._after)

    def _go(self, steps: Iterable[int], unit: int, far: int, found: set[int], on: Any) -> None:
        for step in steps:
            other = self.units.unit_of[step]
            if other in (-1, unit):
                continue
            found.add(other)
            if far > 1 and not self.units.units[other].macs:
                on(other, far - 1, found)

    def _design(self, steps: list[int]) -> Design:
        """The steps as nodes, with inputs where something else made what they read, and outputs where something else reads it."""
        held = set(steps)
        kept = {ref for _, step in self.flat.output_nodes for ref in self.flat.inputs[step]}
        nodes: list[Node] = []
        edges: list[Edge] = []
        given: dict[TensorSpec, str] = {}

        def source(ref: int) -> str:
            """What makes this: maps from elsewhere lie where others lay before, so all of a shape share one input."""
            if ref in held:
                return f"step{ref}"
            spec = self.flat.steps[ref].outputs[0]
            name = given.get(spec)
            if name is None:
                name = given[spec] = f"in{len(given)}"
                nodes.append(Node(name, "input", {"shape": list(spec), "order": len(given)}))
            return name

        for k in steps:
            step = self.flat.steps[k]
            values = dict(zip(step.block.parameters, step.values, strict=True))
            nodes.append(Node(f"step{k}", step.block.id, {name: _plain(value) for name, value in values.items()}))
            ports = step.block.inputs
            variadic = bool(ports) and ports[-1].variadic
            for slot, ref in enumerate(self.flat.inputs[k]):
                port = f"{ports[0].name}.{slot}" if variadic else ports[slot].name
                edges.append(Edge(source(ref), "y", f"step{k}", port))
        for k in steps:
            if k not in kept and self.readers[k] and held.issuperset(self.readers[k]):
                continue
            last = f"step{k}"
            if k not in kept and self.flat.steps[k].outputs[0].is_map:  # somebody reads it, and its memory is free again
                nodes.append(Node(f"reader{k}", "global_avg_pool"))
                edges.append(Edge(last, "y", f"reader{k}", "x"))
                last = f"reader{k}"
            nodes.append(Node(f"out{k}", "output", {"order": k}))
            edges.append(Edge(last, "y", f"out{k}", "x"))
        return Design("layers", Network.of(nodes, edges))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
