"""Structural rules: ids, paths and stages, ports, circles; single edits and whole networks are held to the same."""

from __future__ import annotations

from random import Random

import pytest

from designer.graph.design import Design
from designer.graph.edits import AddNode, Connect, SetStage
from designer.graph.network import Edge, Network, Node, node_path
from designer.graph.own_block import OWN
from designer.graph.rules import StructureError, check_network
from tests.designs import chain


@pytest.mark.parametrize(
    ("node", "path"),
    [
        (Node("conv", "conv2d"), "conv"),
        (Node("conv", "conv2d", stage="stem"), "stem.conv"),
        (Node("stage2_ir1", "relu", stage="stage2"), "stage2.ir1"),
        (Node("stage2_ir1", "relu", stage="stage3"), "stage3.stage2_ir1"),
        (Node("stage22_ir1", "relu", stage="stage2"), "stage2.stage22_ir1"),
    ],
)
def test_paths(node: Node, path: str) -> None:
    assert node_path(node) == path


@pytest.mark.parametrize(
    ("standing", "node", "code"),
    [
        ([Node("s_a", "relu", stage="s")], Node("a", "relu", stage="s"), "path_taken"),
        ([Node("a", "relu", stage="s")], Node("s_a", "relu", stage="s"), "path_taken"),
        ([Node("a", "relu", stage="s")], Node("s", "relu"), "path_taken"),
        ([Node("s", "relu")], Node("a", "relu", stage="s"), "path_taken"),
        ([], Node("s_1", "relu", stage="s"), "bad_id"),
        ([], Node("a", "relu", stage="modules"), "bad_id"),
        ([], Node("train", "relu"), "bad_id"),
    ],
)
def test_no_two_things_share_a_path(standing: list[Node], node: Node, code: str) -> None:
    edited = Design("paths", Network.of(standing, []))
    with pytest.raises(StructureError) as caught:
        AddNode(node=node).apply(edited)
    assert caught.value.code == code
    with pytest.raises(StructureError):
        check_network([*standing, node], [])


def test_a_node_may_be_called_like_its_stage_and_leave_it_again() -> None:
    edited = chain("relu")
    SetStage(node="relu", stage="relu").apply(edited)
    assert node_path(edited.root.node("relu")) == "relu.relu"
    SetStage(node="relu", stage=None).apply(edited)
    assert node_path(edited.root.node("relu")) == "relu"


def test_a_placeholder_takes_any_wire() -> None:
    edited = chain("relu")
    AddNode(node=Node("strange", "from_the_future")).apply(edited)
    AddNode(node=Node("lost", OWN + "gone")).apply(edited)
    Connect(source="relu", source_port="y", target="strange", target_port="left").apply(edited)
    Connect(source="strange", source_port="right", target="lost", target_port="anything").apply(edited)
    assert edited.root.sources("lost") == {"anything": ("strange", "right")}


def test_single_wires_and_whole_networks_are_held_to_the_same_rules() -> None:
    """Random wires over random nodes: they can be drawn one by one exactly if they can be read from a file."""
    rng = Random(7)
    agreed = {True: 0, False: 0}
    for _ in range(1500):
        nodes = [
            Node(f"n{k}", rng.choice(["input", "relu", "add", "concat", "output", "mystery"])) for k in range(rng.randint(2, 5))
        ]
        ports = ["x", "a", "b", "y", "x.0", "x.1"]
        edges = [
            Edge(rng.choice(nodes).id, rng.choice(["y", "y", "y", "y", "x"]), rng.choice(nodes).id, rng.choice(ports))
            for _ in range(rng.randint(0, 3))
        ]
        edited = Design("wires", Network.of(nodes, []))
        try:
            for source, out, target, into in edges:
                Connect(source=source, source_port=out, target=target, target_port=into).apply(edited)
            drawn = True
        except StructureError:
            drawn = False
        try:
            check_network(nodes, edges)
            read = True
        except StructureError:
            read = False
        assert drawn == read, (nodes, edges)
        agreed[drawn] += 1
    assert min(agreed.values()) > 200


def test_a_circle_is_named() -> None:
    nodes = [Node("a", "relu"), Node("b", "relu"), Node("c", "relu")]
    with pytest.raises(StructureError) as caught:
        check_network(nodes, [Edge("a", "y", "b", "x"), Edge("b", "y", "c", "x"), Edge("c", "y", "a", "x")])
    assert caught.value.code == "cycle"
    for name in ("a", "b", "c"):
        assert name in str(caught.value)


def test_wires_of_an_unknown_node_are_refused() -> None:
    with pytest.raises(StructureError, match="no node 'ghost'"):
        check_network([Node("a", "relu")], [Edge("ghost", "y", "a", "x")])
