"""Receptive field and output stride of one node, also while the design has an error elsewhere."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from designer.analysis.engine import Engine
from designer.analysis.flatten import flat_of, flatten
from designer.analysis.receptive_field import Reach, figures
from designer.graph.topology import Order


class _Upstream(NamedTuple):
    """What the flattener reads of an engine, cut down to one node and what feeds it."""

    design: Any
    results: Any
    order: Order


def reach_of(engine: Engine, node_id: str) -> Reach | None:
    """Receptive field and output stride, in input pixels, of a node's first output; None where it has none that is a map or a
    vector made of one."""
    result = engine.results.get(node_id)
    if result is None or not result.outputs or result.evaluated is None:
        return None
    order = engine.order
    upstream = {node_id}
    waiting = [node_id]
    while waiting:
        for source, _ in order.wires[waiting.pop()].values():
            if source not in upstream:
                upstream.add(source)
                waiting.append(source)
    nodes = [found for found in (*order.order, *order.rest) if found in upstream]
    if not all(engine.results[found].outputs for found in nodes):
        return None
    part = Order(nodes, [], {}, [], order.wires)
    flat = flatten(cast(Engine, _Upstream(engine.design, engine.results, part)))
    if not flat.input_nodes:
        return None
    start, end = next((first, last) for found, first, last in flat.spans if found == node_id)
    if start == end:
        return None
    output = flat_of(result.evaluated).outputs[0]
    if output < 0:  # the block hands an input on
        return None
    return figures(flat).reaches[start + output]
