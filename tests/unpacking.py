"""Designs with their composites drawn out: graphs with the branches and bypasses of real networks, for the layout to lay out."""

from __future__ import annotations

from designer.analysis.engine import Engine
from designer.graph.design import Design
from designer.graph.network import Edge, Network, Node


def unpacked(design: Design, depth: int = 1) -> Design:
    """The same network with each composite replaced by its drawing, `depth` times over."""
    for _ in range(depth):
        design = _once(design)
    return design


def _once(design: Design) -> Design:
    nodes: list[Node] = []
    edges: list[Edge] = []
    results = Engine(design).results
    ends: dict[tuple[str, str], tuple[str, str]] = {}  # output of a composite -> output of a part
    entries: dict[tuple[str, str], list[tuple[str, str]]] = {}  # input of a composite -> inputs of parts
    for node in design.root.nodes():
        result = results[node.id].evaluated
        if result is None or result.drawing is None:
            nodes.append(node)
            continue
        parts = result.drawing.parts
        names = {k: f"{node.id}_{part.name}" for k, part in enumerate(parts)}
        ports = [port.name for port in result.block.inputs]
        for k, part in enumerate(parts):
            values = zip(part.block.parameters.items(), part.values, strict=True)
            params = {name: kind.raw(value) for (name, kind), value in values if value != kind.default}
            nodes.append(Node(names[k], part.block.id, params, "", node.stage))
            into = part.block.inputs
            for slot, (index, out) in enumerate(part.inputs):
                port = f"{into[-1].name}.{slot}" if into and into[-1].variadic else into[slot].name
                if index < 0:
                    entries.setdefault((node.id, ports[-1 - index]), []).append((names[k], port))
                else:
                    edges.append(Edge(names[index], parts[index].block.outputs[out], names[k], port))
        for name, (index, out) in zip(result.block.outputs, result.drawing.outputs, strict=True):
            ends[node.id, name] = (names[index], parts[index].block.outputs[out])
    for edge in design.root.edges():
        source = ends.get((edge.source, edge.source_port), (edge.source, edge.source_port))
        targets = entries.get((edge.target, edge.target_port), [])
        if not targets and results[edge.target].evaluated is not None and results[edge.target].evaluated.drawing is None:
            targets = [(edge.target, edge.target_port)]
        edges += [Edge(*source, *target) for target in targets]
    made = Design(f"{design.name} unpacked", Network.of(nodes, edges))
    made.name = design.name
    return made
