"""Folding: a stage, or a run of equal units, seen as one card. A matter of the view: the network itself stays as it is.

Wires that cross the border of a card end at ports made for the view: one for each thing that is read from outside, one for each
output of an inner node that is read outside. What would put a node both before and after a card stays open and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from designer.graph.network import Edge, Network, Node
from designer.graph.topology import execution_order

FOLD = "fold"
"""The block of a card in the network that is seen. No block is called so, hence it resolves to nothing."""

Value = tuple[str, str]
"""What a node gives out: (node, output port)."""

MAX_NAMED = 3  # nodes that a reason names


class Difference(NamedTuple):
    """What one copy of a repeated unit has otherwise than the copies after it: in its node `node`, parameter `param` is `value`
    and not `usual`, both canonical. `copy` counts from 0."""

    copy: int
    node: str
    param: str
    value: Any
    usual: Any


class Fold(NamedTuple):
    """Nodes that can be seen as one card. `members` are in execution order.

    A stage has its name in `stage`. A run of equal units says how many nodes a unit has in `unit`, so that unit k is
    `members[k * unit : (k + 1) * unit]`, and how copies differ.
    """

    id: str
    members: tuple[str, ...]
    stage: str = ""
    unit: int = 0
    differences: tuple[Difference, ...] = ()

    @property
    def copies(self) -> int:
        """How many copies of a unit it holds; 1 for a stage."""
        return len(self.members) // self.unit if self.unit else 1


class Folded(NamedTuple):
    """What is seen as cards. `folds` by id; `card_of` gives the card of a node inside one; `open` says of what was to be folded
    too why it is not; `inputs` and `outputs` are the ports of each card, those of one source or one output in execution order."""

    folds: Mapping[str, Fold]
    card_of: Mapping[str, str]
    open: Mapping[str, str]
    inputs: Mapping[str, tuple[Value, ...]]
    outputs: Mapping[str, tuple[Value, ...]]

    def seen(self, node_id: str) -> str:
        """The card that stands for a node, or the node itself."""
        return self.card_of.get(node_id, node_id)


NOTHING = Folded({}, {}, {}, {}, {})
"""Nothing is folded."""


def stage_id(stage: str) -> str:
    """The id of a stage's card. No node has such an id."""
    return f"stage:{stage}"


def repeat_id(first: str) -> str:
    """The id of the card of a run that begins with this node."""
    return f"repeat:{first}"


def stage_folds(network: Network, resolve: Callable[[str], Any]) -> dict[str, Fold]:
    """Every stage of the network, by name, in execution order."""
    members: dict[str, list[str]] = {}
    order = execution_order(network, resolve)
    for node_id in (*order.order, *order.rest):
        stage = network.node(node_id).stage
        if stage is not None:
            members.setdefault(stage, []).append(node_id)
    return {stage: Fold(stage_id(stage), tuple(ids), stage) for stage, ids in members.items()}


def between(network: Network, members: Iterable[str]) -> list[str]:
    """Nodes outside a set that lie on a way from one of its nodes to another, sorted; a set without any is convex."""
    inside = set(members)
    before: dict[str, list[str]] = {}
    after = _outside(inside, network.successors)
    for node_id in after:  # only there can anything lie
        for reader in network.successors(node_id):
            before.setdefault(reader, []).append(node_id)
    return sorted(after & _outside(inside, lambda node_id: before.get(node_id, ())))


def _outside(inside: set[str], step: Callable[[str], Iterable[str]]) -> set[str]:
    """Nodes outside a set that can be reached from it."""
    found: set[str] = set()
    waiting = list(inside)
    while waiting:
        for node_id in step(waiting.pop()):
            if node_id not in inside and node_id not in found:
                found.add(node_id)
                waiting.append(node_id)
    return found


def fold(network: Network, resolve: Callable[[str], Any], wanted: Iterable[Fold]) -> Folded:
    """The network with these folded, as far as it can be. Of two that share nodes the first counts, the other is not seen."""
    folds: dict[str, Fold] = {}
    taken: set[str] = set()
    for one in wanted:
        if taken.isdisjoint(one.members) and one.members:
            folds[one.id] = one
            taken.update(one.members)
    if not folds:
        return NOTHING
    edges = network.edges()
    open_: dict[str, str] = {}
    if not _acyclic(network, edges, _cards(folds.values())):
        closed: dict[str, Fold] = {}
        for one in folds.values():
            if _acyclic(network, edges, _cards([*closed.values(), one])):
                closed[one.id] = one
            else:
                open_[one.id] = _reason(network, one)
        folds = closed
    card_of = _cards(folds.values())
    inputs, outputs = _ports(network, resolve, edges, folds, card_of)
    return Folded(folds, card_of, open_, inputs, outputs)


def _cards(folds: Iterable[Fold]) -> dict[str, str]:
    return {node_id: one.id for one in folds for node_id in one.members}


def _acyclic(network: Network, edges: Sequence[Edge], card_of: Mapping[str, str]) -> bool:
    """Whether the network has no circle once each card is one node."""
    after: dict[str, list[str]] = {card_of.get(node_id, node_id): [] for node_id in network}
    waits = dict.fromkeys(after, 0)
    for source, _, target, _ in edges:
        a, b = card_of.get(source, source), card_of.get(target, target)
        if a != b:
            after[a].append(b)
            waits[b] += 1
    ready = [seen for seen, count in waits.items() if not count]
    done = 0
    while ready:
        done += 1
        for follower in after[ready.pop()]:
            waits[follower] -= 1
            if not waits[follower]:
                ready.append(follower)
    return done == len(waits)


def _reason(network: Network, one: Fold) -> str:
    """Why it stays open: a sentence that names what lies between its nodes."""
    name = one.stage or f"{one.members[0]} to {one.members[-1]}"
    outside = between(network, one.members)
    if not outside:
        return f"{name} stays open: beside what is folded already its wires would close a circle."
    named = ", ".join(outside[:MAX_NAMED])
    if len(outside) > MAX_NAMED:
        named += f" and {len(outside) - MAX_NAMED} more"
    verb, it = ("lies", "it") if len(outside) == 1 else ("lie", "them")
    return f"{name} stays open: {named} {verb} between its blocks. Put {it} into {name}, or leave {name} unfolded."


def _ports(
    network: Network, resolve: Callable[[str], Any], edges: Iterable[Edge], folds: Iterable[str], card_of: Mapping[str, str]
) -> tuple[dict[str, tuple[Value, ...]], dict[str, tuple[Value, ...]]]:
    order = execution_order(network, resolve)
    rank = {node_id: number for number, node_id in enumerate((*order.order, *order.rest))}
    inputs: dict[str, set[Value]] = {card: set() for card in folds}
    outputs: dict[str, set[Value]] = {card: set() for card in folds}
    for source, out, target, _ in edges:
        a, b = card_of.get(source), card_of.get(target)
        if a != b:
            if a is not None:
                outputs[a].add((source, out))
            if b is not None:
                inputs[b].add((source, out))

    def ordered(ports: set[Value]) -> tuple[Value, ...]:
        return tuple(sorted(ports, key=lambda port: (rank[port[0]], port[1])))

    return {card: ordered(found) for card, found in inputs.items()}, {card: ordered(found) for card, found in outputs.items()}


def seen_network(network: Network, folded: Folded) -> Network:
    """The network as it is seen: a card is one node of the block `FOLD` with the view's ports `x.0`, `x.1`, ... and `y.0`, ...

    It is for layouts and pictures; nothing in it has a cost. Several wires from one output into one card are one.
    """
    if not folded.folds:
        return network
    nodes = [node for node in network.nodes() if node.id not in folded.card_of]
    for card, one in folded.folds.items():
        nodes.append(Node(card, FOLD, stage=network.node(one.members[0]).stage))
    into = {card: {port: f"x.{k}" for k, port in enumerate(ports)} for card, ports in folded.inputs.items()}
    out_of = {card: {port: f"y.{k}" for k, port in enumerate(ports)} for card, ports in folded.outputs.items()}
    edges: dict[Edge, None] = {}
    for source, out, target, port in network.edges():
        a, b = folded.seen(source), folded.seen(target)
        if a == b and a in folded.folds:
            continue
        edges[Edge(a, out_of[a][source, out] if a in out_of else out, b, into[b][source, out] if b in into else port)] = None
    return Network.of(nodes, edges)


def units(one: Fold) -> list[tuple[str, ...]]:
    """The copies in a run of equal units."""
    starts = range(0, len(one.members) + 1, one.unit) if one.unit else (0, len(one.members))
    return [one.members[a:b] for a, b in pairwise(starts)]
