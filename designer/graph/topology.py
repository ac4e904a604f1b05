"""Orders and reachability of a network, defined by the graph alone and never by editing history."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from blocks import registry
from blocks.errors import BlockError
from designer.graph.network import Network, Node, slots

Wires = dict[str, tuple[str, str]]


class Order(NamedTuple):
    """`order`: the nodes that count, in execution order. `rest`: all others, each after what feeds it. `incomplete`: nodes with a
    free required input (mapped to the ports) and their followers (mapped to nothing). `outputs`: output nodes that count, in
    output order. `wires`: what feeds each node, `{port: (node, output port)}` in port order; only the first input of a disabled
    node, and no port that its block lacks."""

    order: list[str]
    rest: list[str]
    incomplete: dict[str, tuple[str, ...]]
    outputs: list[str]
    wires: dict[str, dict[str, tuple[str, str]]]


def boundary(network: Network, kind: str) -> list[Node]:
    """Input or output nodes of a network in their order: by `order` (0 where it is out of range), then by id."""
    nodes = [node for node in network.nodes() if node.block == kind]

    def order(node: Node) -> tuple[int, str]:
        number = 0
        if "order" in node.params:
            with suppress(BlockError):  # the node reports it
                number = registry.block(kind).parameters["order"].clean(node.params["order"])
        return (number, node.id)

    return sorted(nodes, key=order)


def read_wires(block: Any, disabled: bool, sources: Wires) -> Wires:
    """The wires a node reads, in port order: `sources` without what its block does not know."""
    if not sources:
        return sources
    if block is None:
        return {port: sources[port] for port in sorted(sources)}
    if len(sources) == 1 and len(block.inputs) == 1 and block.inputs[0].name in sources:
        return sources
    found = {slot: sources[slot] for slot in slots(block.inputs, sources) if slot in sources}
    if disabled and block.inputs:
        first = next(iter(found), "")
        wanted = block.inputs[0]
        return {first: found[first]} if first and (wanted.variadic or first == wanted.name) else {}
    return found


def free_ports(block: Any, disabled: bool, wires: Wires) -> tuple[str, ...]:
    """Required input ports with no wire."""
    if block is None or not block.inputs:
        return ()
    if block.inputs[-1].variadic:
        return () if wires else (block.inputs[-1].name + ".0",)
    if len(wires) == len(block.inputs):
        return ()
    ports = block.inputs[:1] if disabled else block.inputs
    return tuple([port.name for port in ports if not port.optional and port.name not in wires])


def _depth_first(starts: Iterable[str], wires: dict[str, Wires], seen: set[str]) -> list[str]:
    """Post-order: what a node reads, in port order, then the node; one branch ends before the next begins."""
    order: list[str] = []
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, iter(wires[start].values()))]
        while stack:
            node_id, inputs = stack[-1]
            for source, _ in inputs:
                if source not in seen:
                    seen.add(source)
                    stack.append((source, iter(wires[source].values())))
                    break
            else:
                order.append(node_id)
                stack.pop()
    return order


def execution_order(network: Network, resolve: Callable[[str], Any]) -> Order:
    """Depth-first from the outputs (in output order), inputs in port order; kept until nodes or wires change."""
    cached = network.order_cache
    if cached is not None and cached[0] == network.structure and cached[1] is resolve:
        order: Order = cached[2]
        return order
    wires = network.all_sources()
    blocks: dict[str, Any] = {}
    for node in network.nodes():
        block = blocks[node.id] = resolve(node.block)
        wires[node.id] = read_wires(block, node.disabled, wires[node.id])
    every_output = [node.id for node in boundary(network, "output")]
    seen: set[str] = set()
    reaching = _depth_first(every_output, wires, seen)
    others = _depth_first(sorted(wires.keys() - seen), wires, seen)
    incomplete: dict[str, tuple[str, ...]] = {}
    for node_id in (*reaching, *others):
        free = free_ports(blocks[node_id], network.node(node_id).disabled, wires[node_id])
        if free:
            incomplete[node_id] = free
        elif incomplete and any(source in incomplete for source, _ in wires[node_id].values()):
            incomplete[node_id] = ()
    if incomplete:
        outputs = [node_id for node_id in every_output if node_id not in incomplete]
        seen = set()
        counted = _depth_first(outputs, wires, seen)
        found = Order(counted, [node_id for node_id in (*reaching, *others) if node_id not in seen], incomplete, outputs, wires)
    else:
        found = Order(reaching, others, incomplete, every_output, wires)
    network.order_cache = (network.structure, resolve, found)
    return found
