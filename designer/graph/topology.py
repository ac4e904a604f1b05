"""Orders and reachability of a network, defined by the graph alone and never by editing history."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from designer.graph.network import Network, Node, slots


class Order(NamedTuple):
    """`order`: the nodes that count, in execution order. `rest`: all others, each after what feeds it. `incomplete`: nodes with a
    free required input (mapped to the ports) and their followers (mapped to nothing)."""

    order: list[str]
    rest: list[str]
    incomplete: dict[str, tuple[str, ...]]
    outputs: list[str]
    """Output nodes that count, in output order."""


def boundary(network: Network, kind: str) -> list[Node]:
    """Input or output nodes of a network in their order: by `order`, then by id."""
    nodes = [node for node in network.nodes() if node.block == kind]

    def order(node: Node) -> tuple[int, str]:
        number = node.params.get("order", 0)
        return (number if isinstance(number, int) else 0, node.id)

    return sorted(nodes, key=order)


def feeding(network: Network, node_id: str, resolve: Callable[[str], Any]) -> list[tuple[str, str]]:
    """(node, output port) of what a node reads, in port order; only the first input of a disabled node."""
    sources = network.sources(node_id)
    if not sources:
        return []
    node = network.node(node_id)
    block = resolve(node.block)
    if block is None:
        return [sources[port] for port in sorted(sources)]
    found = [sources[slot] for slot in slots(block.inputs, sources) if slot in sources]
    return found[:1] if node.disabled else found


def free_ports(network: Network, node_id: str, resolve: Callable[[str], Any]) -> tuple[str, ...]:
    """Required input ports with no wire."""
    node = network.node(node_id)
    block = resolve(node.block)
    if block is None or not block.inputs:
        return ()
    sources = network.sources(node_id)
    if block.inputs[-1].variadic:
        return () if sources else (block.inputs[-1].name + ".0",)
    ports = block.inputs[:1] if node.disabled else block.inputs
    return tuple([port.name for port in ports if not port.optional and port.name not in sources])


def _depth_first(starts: Iterable[str], feeds: dict[str, list[str]], seen: set[str]) -> list[str]:
    """Post-order: what a node reads, in port order, then the node; one branch ends before the next begins."""
    order: list[str] = []
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, iter(feeds[start]))]
        while stack:
            node_id, inputs = stack[-1]
            for source in inputs:
                if source not in seen:
                    seen.add(source)
                    stack.append((source, iter(feeds[source])))
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
    feeds = {node_id: [source for source, _ in feeding(network, node_id, resolve)] for node_id in network}
    every = _depth_first(sorted(network), feeds, set())
    incomplete: dict[str, tuple[str, ...]] = {}
    for node_id in every:
        free = free_ports(network, node_id, resolve)
        if free:
            incomplete[node_id] = free
        elif any(source in incomplete for source in feeds[node_id]):
            incomplete[node_id] = ()
    outputs = [node.id for node in boundary(network, "output") if node.id not in incomplete]
    seen: set[str] = set()
    counted = _depth_first(outputs, feeds, seen)
    found = Order(counted, [node_id for node_id in every if node_id not in seen], incomplete, outputs)
    network.order_cache = (network.structure, resolve, found)
    return found
