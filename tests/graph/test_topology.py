"""The execution order is defined by the graph alone: depth-first from the outputs, inputs in port order."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from designer.graph.design import Design
from designer.graph.edits import AddNode, Connect, RemoveNode, Reorder, SetDisabled, SetParam
from designer.graph.network import Edge, Network, Node
from designer.graph.topology import Order, boundary, execution_order
from tests.designs import chain, copied, design


def order_of(edited: Design) -> Order:
    return execution_order(edited.root, edited.resolve)


def two_branches(first: str = "a", second: str = "b") -> Design:
    return design(
        [
            *(
                ("image", "input"),
                ("left1", "relu"),
                ("left2", "relu"),
                ("left3", "relu"),
                ("right1", "relu"),
                ("right2", "relu"),
            ),
            *(("join", "add"), ("scores", "output")),
        ],
        [
            *("image -> left1", "left1 -> left2", "left2 -> left3", f"left3 -> join.{first}"),
            *("image -> right1", "right1 -> right2", f"right2 -> join.{second}", "join -> scores"),
        ],
    )


def test_one_branch_ends_before_the_next_begins() -> None:
    assert order_of(two_branches()).order == ["image", "left1", "left2", "left3", "right1", "right2", "join", "scores"]


def test_inputs_come_in_port_order() -> None:
    assert order_of(two_branches("b", "a")).order == ["image", "right1", "right2", "left1", "left2", "left3", "join", "scores"]


def test_slots_of_a_variadic_port_come_in_slot_order() -> None:
    nodes = [("image", "input"), ("p", "relu"), ("q", "relu"), ("r", "relu"), ("join", "concat"), ("scores", "output")]
    wires = ["image -> p", "image -> q", "image -> r", "p -> join.x.10", "q -> join.x.9", "r -> join.x.2", "join -> scores"]
    edited = design(nodes, wires)
    assert order_of(edited).order == ["image", "r", "q", "p", "join", "scores"]
    Reorder(node="join", order=(2, 0, 1)).apply(edited)
    assert order_of(edited).order == ["image", "p", "r", "q", "join", "scores"]


def test_outputs_come_by_order_then_name() -> None:
    nodes = [("image", "input"), ("p", "relu"), ("q", "relu"), ("r", "relu")]
    outputs = [("z", "output"), ("a", "output", {"order": 1}), ("k", "output", {"order": -3})]
    edited = design([*nodes, *outputs], ["image -> p", "image -> q", "image -> r", "p -> a", "q -> z", "r -> k"])
    assert order_of(edited).outputs == ["k", "z", "a"]
    assert order_of(edited).order == ["image", "r", "k", "q", "z", "p", "a"]
    SetParam(node="a", name="order", value=-4).apply(edited)
    assert order_of(edited).outputs == ["a", "k", "z"]


def test_an_order_that_is_no_number_counts_as_none() -> None:
    """The analysis reports it; the order has to be defined all the same."""
    network = Network.of([Node("b", "input", {"order": "first"}), Node("a", "input", {"order": None}), Node("c", "input")], [])
    assert [node.id for node in boundary(network, "input")] == ["a", "b", "c"]


def random_design(rng: Random) -> Design:
    """A random acyclic graph of adds, concats and relus, with some ports left free and some nodes bypassed."""
    nodes = [Node("image", "input", {"shape": [4, 8, 8]})]
    edges: list[Edge] = []
    for k in range(rng.randint(1, 14)):
        name = f"n{rng.randint(100, 999)}_{k}"
        block = rng.choice(["relu", "add", "concat", "output", "mystery"])
        ports = {"add": ["a", "b"], "concat": ["x.0", "x.3", "x.11"]}.get(block, ["x"])
        edges += [Edge(rng.choice(nodes).id, "y", name, port) for port in ports if rng.random() < 0.9]
        nodes.append(Node(name, block, disabled=block in ("relu", "add", "concat") and rng.random() < 0.15))
    edges = [edge for edge in edges if next(node for node in nodes if node.id == edge.source).block != "output"]
    return Design("random", Network.of(nodes, edges))


def defined_order(edited: Design) -> tuple[list[str], set[str], set[str]]:
    """The definition written down once more: what counts, in order; all incomplete nodes; those with a free port themselves."""
    network = edited.root
    required = {"relu": 1, "add": 2, "output": 1}

    def port_number(port: str) -> Any:
        return int(port.split(".")[1]) if "." in port else port

    def reads(node_id: str) -> list[str]:
        node = network.node(node_id)
        sources = network.sources(node_id)
        ports = sorted(sources, key=port_number)
        if node.disabled:
            ports = [port for port in ports if node.block == "concat" or port in ("x", "a")][:1]
        return [sources[port][0] for port in ports]

    def free(node_id: str) -> bool:
        node = network.node(node_id)
        if node.block == "concat":
            return not network.sources(node_id)
        return len(reads(node_id)) < (1 if node.disabled else required.get(node.block, 0))

    def incomplete(node_id: str) -> bool:
        return free(node_id) or any(incomplete(source) for source in reads(node_id))

    done: list[str] = []

    def visit(node_id: str) -> None:
        if node_id not in done:
            for source in reads(node_id):
                visit(source)
            done.append(node_id)

    for node_id in sorted(node.id for node in network.nodes() if node.block == "output"):
        if not incomplete(node_id):
            visit(node_id)
    return done, {node_id for node_id in network if incomplete(node_id)}, {node_id for node_id in network if free(node_id)}


@pytest.mark.parametrize("seed", range(150))
def test_the_order_is_the_defined_one_whatever_the_history(seed: int) -> None:
    rng = Random(seed)
    edited = random_design(rng)
    found = order_of(edited)
    counted, incomplete, free = defined_order(edited)
    assert found.order == counted
    assert found.incomplete.keys() == incomplete
    assert {node_id for node_id, ports in found.incomplete.items() if ports} == free
    assert sorted(found.order + found.rest) == sorted(edited.root)
    ranks = {node_id: rank for rank, node_id in enumerate((*found.order, *found.rest))}
    for node_id, wires in found.wires.items():
        assert all(ranks[source] < ranks[node_id] for source, _ in wires.values())
    for _ in range(3):
        assert order_of(copied(edited, rng.shuffle)) == found
    assert order_of(built_by_edits(edited, rng)) == found


def built_by_edits(wanted: Design, rng: Random) -> Design:
    """The same design by single edits in random order, detours included."""
    made = Design("built")
    nodes, edges = wanted.root.nodes(), wanted.root.edges()
    rng.shuffle(nodes)
    rng.shuffle(edges)
    for node in nodes:
        AddNode(node=node).apply(made)
        if rng.random() < 0.3:
            change = RemoveNode(id=node.id).apply(made)
            order_of(made)  # what is remembered must not outlive the next edit
            change.inverse.apply(made)
    for edge in edges:
        change = Connect(source=edge[0], source_port=edge[1], target=edge[2], target_port=edge[3]).apply(made)
        if rng.random() < 0.3:
            order_of(made)
            change.inverse.apply(made).inverse.apply(made)
    for node in nodes:
        if node.disabled and rng.random() < 0.5:
            SetDisabled(node=node.id, disabled=False).apply(made).inverse.apply(made)
    return made


def test_a_long_chain_needs_no_deep_stack() -> None:
    edited = chain(*[(f"n{k}", "relu") for k in range(20_000)])
    found = order_of(edited)
    assert len(found.order) == 20_002
    assert found.order[:3] == ["input", "n0", "n1"]


def test_the_order_is_kept_until_nodes_or_wires_change() -> None:
    edited = two_branches()
    first = order_of(edited)
    SetParam(node="left1", name="anything", value=1).apply(edited)
    assert order_of(edited) is first
    RemoveNode(id="left1").apply(edited)
    assert order_of(edited) is not first
