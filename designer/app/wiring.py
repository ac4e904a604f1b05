"""What a wire that is being drawn may end at, and why not. Pure functions of the design; nothing here changes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from blocks.builder import evaluate
from blocks.parameters import Pair
from blocks.spec import TensorSpec
from designer.analysis.engine import Engine
from designer.graph import rules
from designer.graph.design import ROOT, Design
from designer.graph.network import Edge, Network, slots
from designer.graph.rules import StructureError
from designer.graph.topology import read_wires


class End(NamedTuple):
    """One port of one node; `output` says on which side."""

    node: str
    port: str
    output: bool


def edge_between(a: End, b: End) -> Edge:
    """The wire between two ports, in whichever direction it was drawn."""
    source, target = (a, b) if a.output else (b, a)
    return Edge(source.node, source.port, target.node, target.port)


class Ends:
    """The ports that a wire from `start` can take. `moving` is the wire whose end is being carried: it counts as gone."""

    def __init__(self, design: Design, start: End, moving: Edge | None = None, scope: str = ROOT) -> None:
        self.design = design
        self.start = start
        self.moving = moving
        self.scope = scope
        network = design.network(scope)
        self._beyond = reached(network, [start.node], upstream=start.output, without=moving)

    def why_not(self, end: End) -> str:
        """Why the wire cannot end there, a sentence; empty where it can. An occupied input can: its wire is replaced."""
        start = self.start
        if end.output == start.output:
            other = "output" if start.output else "input"
            kind = "an input" if start.output else "an output"
            return f"This is an {other} too: the wire needs {kind}."
        if end.node == start.node:
            return "A block cannot feed itself."
        edge = edge_between(start, end)
        network = self.design.network(self.scope)
        if edge.source not in network or edge.target not in network:
            return "This block is gone."
        try:
            rules.check_ports(
                edge,
                self.design.resolve(network.node(edge.source).block),
                self.design.resolve(network.node(edge.target).block),
            )
        except StructureError as problem:
            return str(problem)
        if end.node in self._beyond:
            return f"This would close a cycle: {edge.target} already feeds {edge.source}."
        return ""

    def taken_by(self, end: End) -> Edge | None:
        """The wire that drawing to `end` would replace."""
        edge = edge_between(self.start, end)
        network = self.design.network(self.scope)
        source = network.sources(edge.target).get(edge.target_port) if edge.target in network else None
        standing = Edge(*source, edge.target, edge.target_port) if source is not None else None
        return standing if standing not in (None, edge, self.moving) else None


def reached(network: Network, start: Iterable[str], *, upstream: bool, without: Edge | None = None) -> set[str]:
    """The nodes that feed some nodes (or that these feed), themselves included, as if the wire `without` were gone."""
    seen = {node_id for node_id in start if node_id in network}
    waiting = list(seen)
    while waiting:
        node_id = waiting.pop()
        if upstream:
            wires = [Edge(*source, node_id, port) for port, source in network.sources(node_id).items()]
            found = [wire.source for wire in wires if wire != without]
        else:
            found = [wire.target for wire in network.readers(node_id) if wire != without]
        for other in found:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


def free_input(design: Design, node_id: str, scope: str = ROOT) -> str | None:
    """The first free input port of a node (of a variadic one the next slot), required ones first; None where all are taken."""
    network = design.network(scope)
    return next_input(design.resolve(network.node(node_id).block), network.sources(node_id))


def next_input(block: Any, sources: dict[str, tuple[str, str]]) -> str | None:
    """`free_input` of a block whose connected ports are `sources`."""
    if block is None or not block.inputs:
        return None
    if block.inputs[-1].variadic:
        known = slots(block.inputs, sources)
        stem = block.inputs[-1].name
        return f"{stem}.{int(known[-1].rpartition('.')[2]) + 1 if known else 0}"
    for port in sorted(block.inputs, key=lambda port: port.optional):
        if port.name not in sources:
            return str(port.name)
    return None


def forecast(design: Design, engine: Engine, edge: Edge) -> str:
    """What the block at the end of a wire would say about the shapes it gets, a sentence; empty where it fits or is not known
    yet. The wire may be drawn all the same: a mismatch is reported, not refused."""
    network = design.root
    if edge.source not in network or edge.target not in network:
        return ""
    node = network.node(edge.target)
    block = design.resolve(node.block)
    fed = engine.results.get(edge.source)
    if block is None or node.disabled or fed is None or edge.source_port not in fed.outputs:
        return ""
    sources = {**network.sources(edge.target), edge.target_port: (edge.source, edge.source_port)}
    specs: list[TensorSpec] = []
    for source, out in read_wires(block, False, sources).values():
        result = engine.results.get(source)
        if result is None or out not in result.outputs:
            return ""
        specs.append(result.outputs[out])
    if not specs or (not block.inputs[-1].variadic and len(specs) < sum(not port.optional for port in block.inputs)):
        return ""
    binding = block.bind(node.params)
    if binding.errors:
        return ""
    problem = evaluate(block, binding.values, tuple(specs)).problem
    return f"{edge.target}: {problem.message}" if problem is not None else ""


def fitting(block: Any, specs: tuple[TensorSpec, ...]) -> dict[str, Any]:
    """Raw parameters with which a block that is put behind tensors of these shapes keeps their shape where it can: as many
    channels out as in, padding for the kernel, a number of groups that divides. {} where nothing is known, or nothing fits."""
    if block is None or not specs or not block.parameters or not block.outputs:
        return {}
    if not block.inputs[-1].variadic and len(specs) < len(block.inputs):
        return {}  # what its other inputs bring decides too
    channels = specs[0].channels
    wanted: dict[str, Any] = {}
    for name in ("out_channels", "out_features"):
        parameter = block.parameters.get(name)
        if parameter is not None and parameter.default is not None and (name == "out_channels" or len(specs[0]) == 1):
            wanted[name] = channels
    if "num_groups" in block.parameters:
        wanted["num_groups"] = _divisor(channels, block.parameters["num_groups"].default)
    kernel = block.parameters.get("kernel_size")
    padded = {}
    if block.category == "conv" and isinstance(kernel, Pair) and "padding" in block.parameters:
        padded = {"padding": [side // 2 for side in kernel.default]}
    valid: list[dict[str, Any]] = []
    for params in ({**wanted, **padded}, wanted, padded, {}):
        binding = block.bind(params)
        result = evaluate(block, binding.values, specs) if not binding.errors else None
        if result is None or result.problem is not None:
            continue
        given = {name: value for name, value in params.items() if block.parameters[name].clean(value) != _default(block, name)}
        if result.outputs[0] == specs[0]:
            return given
        valid.append(given)
    return valid[0] if valid else {}


def _default(block: Any, name: str) -> Any:
    return block.parameters[name].default


def _divisor(number: int, most: int) -> int:
    return max(k for k in range(1, min(number, most) + 1) if number % k == 0)
