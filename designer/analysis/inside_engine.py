"""The live analysis of what is inside an own block, at the shapes and values of one of its copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from blocks.block import Binding
from blocks.errors import BlockError
from blocks.spec import TensorSpec
from designer.analysis.engine import Delta, Engine
from designer.graph.design import ROOT, Design
from designer.graph.edits import Change, Compound
from designer.graph.network import Node
from designer.graph.own_block import same_as


class Given(NamedTuple):
    """What a copy gives to what is inside it: the shapes at its inputs, as far as they are known, and the values of its
    parameters by the (node, parameter) pairs they are bound to."""

    inputs: Mapping[str, TensorSpec]
    bound: Mapping[tuple[str, str], Any]


NOTHING = Given({}, {})


class InsideEngine(Engine):
    """Results of the nodes of a definition, as they are in the copy that `given` was read from.

    An input whose shape the copy does not know has the shape that stands in the definition. Costs equal those that the copy has
    in the design around it.
    """

    def __init__(self, design: Design, given: Given = NOTHING) -> None:
        self.given = given
        self._specs: dict[str, TensorSpec] = {}
        self._bound: Mapping[tuple[str, str], Any] = {}
        super().__init__(design)

    def like(self, design: Design) -> InsideEngine:
        return InsideEngine(design, self.given)

    def reset(self) -> None:
        self._specs, self._bound = self._input_specs(), self.given.bound
        super().reset()

    def give(self, given: Given) -> Delta | None:
        """Follow the copy; None where nothing changed."""
        if given == self.given:
            return None
        self.given = given
        return self.update(Change(Compound(edits=()), set(), structural=True))

    def update(self, change: Change) -> Delta:
        context = (self._input_specs(), self.given.bound)
        if context != (self._specs, self._bound) or change.definitions:
            self._specs, self._bound = context
            self._bindings = {}
            everything = {(ROOT, node_id) for node_id in self.design.root}
            change = Change(change.inverse, change.touched | everything, True, change.definitions)
        return super().update(change)

    def _input_specs(self) -> dict[str, TensorSpec]:
        """The shape at each input of the block."""
        found: dict[str, TensorSpec] = {}
        for node in self.design.root.nodes():
            if node.block == "input":
                given = self.given.inputs.get(node.id)
                found[node.id] = given if given is not None else _own_shape(self.design, node)
        return found

    def _bind(self, node: Node, block: Any) -> Binding:
        kept = self._bindings.get(node.id)
        if kept is not None and kept[0] is node and kept[1] is block:
            return kept[2]
        binding = self._bound_here(node, block)
        self._bindings[node.id] = (node, block, binding)
        return binding

    def _bound_here(self, node: Node, block: Any) -> Binding:
        raw = dict(node.params)
        for (node_id, name), value in self._bound.items():
            if node_id == node.id:
                raw[name] = value
        if node.block == "input" and node.id in self.given.inputs:
            raw["shape"] = list(self.given.inputs[node.id])
        try:
            raw = {name: same_as(name, value, self._specs) for name, value in raw.items()}
        except BlockError as problem:
            return Binding(block.defaults, (problem,))
        bound: Binding = block.bind(raw)
        return bound


def _own_shape(design: Design, node: Node) -> TensorSpec:
    block = design.resolve(node.block)
    shape: TensorSpec = dict(zip(block.parameters, block.bind(node.params).values, strict=True))["shape"]
    return shape
