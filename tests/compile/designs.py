"""Small designs for the compiler's tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from blocks.builder import Builder
from designer.graph.design import Design
from designer.graph.network import Edge, Network, Node, slots
from designer.graph.own_block import Definition, Exposed
from presets.preset import presets

Line = tuple[Any, ...]
"""`(id, block, params, *sources)`; a source is a node's id or `id.port`. A further dict gives fields of `Node`."""


def network(*lines: Line, definitions: Iterable[Definition] = ()) -> Network:
    """A network from lines in any order; the ports of sources are taken in order."""
    design = Design()
    design.definitions.update({definition.id: definition for definition in definitions})
    nodes, edges = [], []
    for node_id, block_id, params, *rest in lines:
        fields = rest.pop() if rest and isinstance(rest[-1], dict) else {}
        nodes.append(Node(node_id, block_id, params, **fields))
        block = design.resolve(block_id)
        ports = [port.name for port in block.inputs]
        if ports and block.inputs[-1].variadic:
            ports = [f"{ports[-1]}.{k}" for k in range(len(rest))]
        for source, port in zip(rest, ports, strict=True):
            if source is None:
                continue
            name, _, out = source.partition(".")
            edges.append(Edge(name, out or "y", node_id, port))
    return Network.of(nodes, edges)


def design_of(*lines: Line, definitions: Iterable[Definition] = (), name: str = "test") -> Design:
    """A design from lines like `("conv", "conv2d", {"out_channels": 8}, "input")`."""
    definitions = list(definitions)
    made = Design(name, network(*lines, definitions=definitions))
    made.definitions.update({definition.id: definition for definition in definitions})
    made.definitions_changed()
    return made


def definition_of(definition_id: str, *lines: Line, exposed: dict[str, list[tuple[str, str]]] | None = None) -> Definition:
    """An own block whose input and output nodes are its ports."""
    return Definition(
        definition_id,
        definition_id,
        network(*lines),
        exposed={name: Exposed(bindings) for name, bindings in (exposed or {}).items()},
    )


def preset_design(preset_id: str, **options: Any) -> Design:
    """A preset as a design, drawn straight onto nodes and wires."""
    preset = presets()[preset_id]
    binding = preset.bind(options)
    assert not binding.errors
    draw = Builder()
    preset.of(binding.values).draw(draw)
    nodes, edges = [], []
    for part in draw.parts:
        params = {
            name: parameter.raw(value)
            for (name, parameter), value, default in zip(
                part.block.parameters.items(), part.values, part.block.defaults, strict=True
            )
            if value != default
        }
        nodes.append(Node(part.name, part.block.id, params, stage=part.stage))
        ports = slots(part.block.inputs, {f"{port.name}.{k}" for port in part.block.inputs for k in range(len(part.inputs))})
        for (at, out), port in zip(part.inputs, ports, strict=True):
            source = draw.parts[at]
            edges.append(Edge(source.name, source.block.outputs[out], part.name, port))
    return Design(preset_id, Network.of(nodes, edges))


IMAGE = ("input", "input", {"shape": [3, 16, 16]})


def small_net() -> Design:
    """Two conv-norm-act units, a residual sum, a head: everything a classifier has, in a few thousand weights."""
    return design_of(
        IMAGE,
        ("stem", "conv_norm_act", {"out_channels": 8, "kernel_size": 3}, "input"),
        ("body", "conv_norm_act", {"out_channels": 8, "kernel_size": 3, "act": None}, "stem"),
        ("sum", "add", {}, "body", "stem"),
        ("act", "relu", {}, "sum"),
        ("pool", "global_avg_pool", {}, "act"),
        ("flat", "flatten", {}, "pool"),
        ("fc", "linear", {"out_features": 10}, "flat"),
        ("output", "output", {}, "fc"),
        name="small",
    )
