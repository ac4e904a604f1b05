"""Small designs for tests, copies of designs, and pictures of their whole state."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from designer.graph.design import Design
from designer.graph.network import Edge, Network, Node

Wire = tuple[str, str] | str


def network(nodes: Sequence[Node | tuple[Any, ...]], wires: Iterable[str]) -> Network:
    """A network of nodes `(id, block)` or `(id, block, params)` and wires "a -> b.port" or "a.out -> b.port" (`y` and `x` where
    no port is given)."""
    made = [node if isinstance(node, Node) else Node(*node) for node in nodes]
    return Network.of(made, [wire(text) for text in wires])


def wire(text: str) -> Edge:
    """ "a.y -> b.x.0" as an edge."""
    source, target = text.split(" -> ")
    source, _, out = source.partition(".")
    target, _, into = target.partition(".")
    return Edge(source, out or "y", target, into or "x")


def design(nodes: Sequence[Node | tuple[Any, ...]], wires: Iterable[str], name: str = "test") -> Design:
    """A design of such a network."""
    return Design(name, network(nodes, wires))


def chain(*blocks: Node | tuple[Any, ...] | str, shape: Sequence[int] = (3, 32, 32)) -> Design:
    """A design in which each block reads the one before: `(id, block, params)`, or the name of a block."""
    middle = [
        Node(block, block) if isinstance(block, str) else block if isinstance(block, Node) else Node(*block) for block in blocks
    ]
    nodes = [Node("input", "input", {"shape": list(shape)}), *middle, Node("output", "output")]
    return Design("chain", Network.of(nodes, [Edge(a.id, "y", b.id, "x") for a, b in pairwise(nodes)]))


def state(design: Design) -> Any:
    """All that a design holds, as plain data that can be compared; the order of nodes and wires is no part of it."""
    definitions = {
        key: (d.id, d.name, d.version, dict(d.exposed), d.help, copy.deepcopy(d.extra), network_state(d.network))
        for key, d in design.definitions.items()
    }
    return (
        design.name,
        network_state(design.root),
        definitions,
        copy.deepcopy(design.positions),
        copy.deepcopy(design.notes),
        design.flow,
        design.origin,
        copy.deepcopy(design.extra),
    )


def network_state(network: Network) -> Any:
    return {node.id: copy.deepcopy(node) for node in network.nodes()}, frozenset(network.edges())


def copied(original: Design, shuffle: Callable[[list[Any]], None] = lambda items: None) -> Design:
    """The same design built anew, its nodes and wires added in another order."""

    def rebuilt(network: Network) -> Network:
        nodes, edges = network.nodes(), network.edges()
        shuffle(nodes)
        shuffle(edges)
        return Network.of(nodes, edges)

    made = Design(original.name, rebuilt(original.root))
    for key, definition in original.definitions.items():
        made.definitions[key] = msgspec.structs.replace(definition, network=rebuilt(definition.network))
    made.definitions_changed()
    made.positions = copy.deepcopy(original.positions)
    made.notes = copy.deepcopy(original.notes)
    made.flow = original.flow
    made.origin, made.extra = original.origin, copy.deepcopy(original.extra)
    return made
