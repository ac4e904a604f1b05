"""Runs of equal units: found where they are, and only there."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.catalogue import load
from designer.graph.design import Design
from designer.graph.edits import SetDisabled, SetLabel, SetParam, SetStage
from designer.graph.folding import Fold, between, units
from designer.graph.network import Edge, Network, Node
from designer.graph.repeats import Repeats, find_repeats, in_few_words, in_words
from designer.graph.topology import execution_order
from tests.designs import chain, design


def said(found: list[Fold]) -> list[tuple[str, str, int, int]]:
    """First and last member, nodes of a unit, copies."""
    return [(one.members[0], one.members[-1], one.unit, one.copies) for one in found]


@pytest.mark.parametrize(
    ("preset", "runs"),
    [
        (
            "mobilenet_v2",
            [
                ("stage2_ir1", "stage2_ir2", 1, 2),
                ("stage3_ir1", "stage3_ir3", 1, 3),
                ("stage4_ir1", "stage4_ir4", 1, 4),
                ("stage5_ir1", "stage5_ir3", 1, 3),
                ("stage6_ir1", "stage6_ir3", 1, 3),
            ],
        ),
        ("xception", [("middle_block5", "middle_block12", 1, 8)]),
        (
            "efficientnet_b0",  # as often as in the rows of its table
            [(f"stage{k}_ir1", f"stage{k}_ir{count}", 1, count) for k, count in enumerate((2, 2, 3, 3, 4), 2)],
        ),
        (
            "mobilenet_v3_large",  # two blocks of its fourth stage have widths of their own
            [
                ("stage3_ir1", "stage3_ir3", 1, 3),
                ("stage4_ir2", "stage4_ir4", 1, 3),
                ("stage5_ir1", "stage5_ir3", 1, 3),
            ],
        ),
        ("googlenet", []),
    ],
)
def test_runs_of_presets(preset: str, runs: list[tuple[str, str, int, int]]) -> None:
    d = load(preset)
    assert said(find_repeats(d.root, d.resolve)) == runs


def test_the_first_may_have_another_stride_and_that_is_said() -> None:
    d = load("mobilenet_v2")
    found = {one.members[0]: one for one in find_repeats(d.root, d.resolve)}
    assert in_words(found["stage3_ir1"]) == ["stride 2 in the first"]
    assert in_words(found["stage5_ir1"]) == []
    (one,) = found["stage3_ir1"].differences
    assert (one.copy, one.node, one.param, one.value, one.usual) == (0, "stage3_ir1", "stride", 2, 1)


def test_widths_that_follow_from_what_comes_in_may_be_others_in_the_first() -> None:
    d = load("efficientnet_b0")
    found = {one.members[0]: one for one in find_repeats(d.root, d.resolve)}
    assert in_words(found["stage2_ir1"]) == ["stride 2", "squeeze_channels 4 in the first"]
    assert in_words(found["stage5_ir1"]) == ["squeeze_channels 20 in the first"]
    d = load("mobilenet_v3_large")
    found = {one.members[0]: one for one in find_repeats(d.root, d.resolve)}
    assert ", ".join(in_words(found["stage5_ir1"])) == "stride 2, hidden_channels 672, squeeze_channels 168 in the first"
    assert in_few_words(found["stage5_ir1"]) == "first: stride 2, 2 more"
    assert in_few_words(found["stage4_ir2"]) == "hidden_channels 200 in the first"
    d = load("inception_v3")
    found = {one.members[0]: one for one in find_repeats(d.root, d.resolve)}
    assert in_words(found["mixed5_b"]) == ["pool_proj 32 in the first"]
    assert found["mixed5_b"].copies == 3


def test_of_two_with_other_widths_inside_neither_is_the_usual_one() -> None:
    widths = (64, 48, 48)
    blocks = [(f"b{k}", "inverted_residual", {"out_channels": 8, "hidden_channels": w}) for k, w in enumerate(widths)]
    assert said(find_repeats((d := chain(*blocks)).root, d.resolve)) == [("b0", "b2", 1, 3)]
    assert said(find_repeats((d := chain(*blocks[:2])).root, d.resolve)) == []
    assert said(find_repeats((d := chain(*reversed(blocks))).root, d.resolve)) == [("b2", "b1", 1, 2)]


def conv(node_id: str, out: int = 8, **params: Any) -> Node:
    return Node(node_id, "conv2d", {"out_channels": out, "kernel_size": 3, "padding": 1, **params})


def test_a_unit_may_be_a_sequence_and_begins_with_its_layer() -> None:
    nodes: list[Any] = []
    for k in range(4):
        nodes += [conv(f"conv{k}", 8 if k else 16), (f"bn{k}", "batch_norm"), (f"relu{k}", "relu")]
    d = chain(*[node if isinstance(node, tuple) else (node.id, node.block, node.params) for node in nodes])
    assert said(find_repeats(d.root, d.resolve)) == [("conv1", "relu3", 3, 3)]
    SetParam(node="conv1", name="stride", value=2).apply(d)
    (one,) = find_repeats(d.root, d.resolve)
    assert in_words(one) == ["conv1: stride 2 in the first"]


def residual(copies: int) -> Design:
    """Units of a convolution and an addition around it."""
    nodes: list[Any] = [("input", "input", {"shape": [8, 8, 8]})]
    wires = []
    last = "input"
    for k in range(copies):
        nodes += [(f"c{k}", "conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}), (f"s{k}", "add")]
        wires += [f"{last} -> c{k}", f"c{k} -> s{k}.a", f"{last} -> s{k}.b"]
        last = f"s{k}"
    return design([*nodes, ("output", "output")], [*wires, f"{last} -> output"])


def test_bypasses_are_part_of_a_unit() -> None:
    d = residual(3)
    assert said(find_repeats(d.root, d.resolve)) == [("c0", "s2", 2, 3)]


def test_a_copy_that_is_read_elsewhere_ends_the_run() -> None:
    d = residual(4)
    tapped = Network.of([*d.root.nodes(), Node("tap", "output")], [*d.root.edges(), Edge("s1", "y", "tap", "x")])
    assert said(find_repeats(tapped, d.resolve)) == [("c0", "s1", 2, 2), ("c2", "s3", 2, 2)]


def test_branches_side_by_side_are_no_run() -> None:
    wide = [conv(name) for name in "abc"]
    d = design(
        [("input", "input"), *wide, ("join", "concat"), ("output", "output")],
        [*(f"input -> {n.id}" for n in wide), *(f"{n.id} -> join.x.{k}" for k, n in enumerate(wide)), "join -> output"],
    )
    assert find_repeats(d.root, d.resolve) == []


def test_what_makes_copies_unequal() -> None:
    three = [(f"c{k}", "conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}) for k in range(3)]
    whole = ("c0", "c2", 1, 3)
    for edit, left in (
        (SetParam(node="c1", name="groups", value=8), []),
        (SetParam(node="c2", name="stride", value=2), [("c0", "c1", 1, 2)]),
        (SetParam(node="c0", name="kernel_size", value=1), [("c1", "c2", 1, 2)]),
        (SetParam(node="c0", name="padding", value=-9), [("c1", "c2", 1, 2)]),
        (SetDisabled(node="c0", disabled=True), [("c1", "c2", 1, 2)]),
        (SetStage(node="c2", stage="tail"), [("c0", "c1", 1, 2)]),
        (SetLabel(node="c1", label="the middle"), [whole]),
        (SetParam(node="c1", name="stride", value=[1, 1]), [whole]),  # the same value in other words
    ):
        d = chain(*three)
        finder = Repeats()
        assert said(finder.find(d.root, d.resolve)) == [whole]
        edit.apply(d)
        assert said(finder.find(d.root, d.resolve)) == left == said(find_repeats(d.root, d.resolve))


@st.composite
def planted(draw: st.DrawFn) -> tuple[Design, list[list[str]]]:
    """A random unit with inner branches, repeated in a chain, with random nodes around; and its copies."""
    rng = Random(draw(st.integers(0, 2**32)))
    length, copies = rng.randint(1, 5), rng.randint(2, 4)
    kinds = [rng.choice(["conv2d", "relu", "batch_norm", "sigmoid"]) for _ in range(length)]
    params = [{"out_channels": rng.choice([4, 8]), "kernel_size": 1} if kind == "conv2d" else {} for kind in kinds]
    around = rng.choice(["tanh", "silu"])
    nodes = [Node("input", "input", {"shape": [8, 8, 8]})]
    edges: list[Edge] = []

    def put(node: Node, *ports: tuple[str, str]) -> str:
        nodes.append(node)
        edges.extend(Edge(source, "y", node.id, port) for source, port in ports)
        return node.id

    last = "input"
    if rng.random() < 0.7:
        last = put(Node("before", around), (last, "x"))
    bypass = rng.random() < 0.5
    found: list[list[str]] = []
    for k in range(copies):
        first = last
        unit: list[str] = []
        for j, kind in enumerate(kinds):
            last = put(Node(f"u{k}_{j}", kind, dict(params[j])), (last, "x"))
            unit.append(last)
        if bypass:
            last = put(Node(f"u{k}_sum", "add"), (last, "a"), (first, "b"))
            unit.append(last)
        found.append(unit)
    if rng.random() < 0.7:
        last = put(Node("after", around), (last, "x"))
    put(Node("output", "output"), (last, "x"))
    rng.shuffle(nodes)
    return Design("planted", Network.of(nodes, edges)), found


@given(planted())
def test_planted_units_are_found(made: tuple[Design, list[list[str]]]) -> None:
    d, copies = made
    found = find_repeats(d.root, d.resolve)
    check(d, found)
    held = {node_id for one in found for node_id in one.members}
    planted_ids = [node_id for unit in copies for node_id in unit]
    # a run may be one of smaller units, or begin elsewhere in it, but it holds as much but for a torn copy
    assert len(held & set(planted_ids)) >= len(planted_ids) - len(copies[0])
    if copies[0][-1].endswith("_sum"):  # where bypasses join, a unit can begin at one place only
        assert any(set(one.members) == set(planted_ids) for one in found)


@given(st.integers(0, 2**32))
def test_found_runs_are_equal_and_convex(seed: int) -> None:
    """On random chains with random taps: whatever is found is what the words say, checked in another way."""
    rng = Random(seed)
    nodes = [Node("input", "input", {"shape": [4, 8, 8]})]
    edges: list[Edge] = []
    for k in range(rng.randint(1, 24)):
        kind = rng.choice(["relu", "relu", "conv2d", "conv2d", "add", "batch_norm"])
        params = {"out_channels": 4, "kernel_size": 1, "stride": rng.choice([1, 1, 1, 2])} if kind == "conv2d" else {}
        stage = rng.choice([None, None, None, "s"])
        node = Node(f"n{k}", kind, params, stage=stage, disabled=kind != "add" and rng.random() < 0.05)
        before = nodes[-1].id
        ports = [(before, "x")] if kind != "add" else [(before, "a"), (rng.choice(nodes[-3:]).id, "b")]
        nodes.append(node)
        edges.extend(Edge(source, "y", node.id, port) for source, port in ports)
    for k in range(rng.choice([1, 1, 2])):
        nodes.append(Node(f"out{k}", "output"))
        edges.append(Edge(nodes[-2 - k].id if not k else rng.choice(nodes[1:-1]).id, "y", f"out{k}", "x"))
    d = Design("random", Network.of(nodes, edges))
    check(d, find_repeats(d.root, d.resolve))


def check(d: Design, found: list[Fold]) -> None:
    order = execution_order(d.root, d.resolve).order
    members = [node_id for one in found for node_id in one.members]
    assert len(members) == len(set(members))
    assert members == sorted(members, key=order.index)
    for one in found:
        assert one.copies >= 2
        assert between(d.root, one.members) == []
        copies = units(one)
        first = order.index(one.members[0])
        assert list(one.members) == order[first : first + len(one.members)]
        differing = {(diff.node, diff.param) for diff in one.differences}
        for k, copy in enumerate(copies):
            for node_id, like in zip(copy, copies[-1], strict=True):
                node, other = d.root.node(node_id), d.root.node(like)
                assert (node.block, node.disabled, node.stage) == (other.block, other.disabled, other.stage)
                assert {key for key in node.params if node.params[key] != other.params[key]} == {
                    param for at, param in differing if at == node_id and k == 0
                }
            if k + 1 == len(copies):
                continue
            following = copies[k + 1]
            renamed = dict(zip(copy, following, strict=True))
            inner = {renamed[e.source]: e for e in d.root.edges() if e.source in renamed and e.target in renamed}
            assert all(inner[source].target in renamed for source in inner)
            wires = {(renamed[e.source], renamed[e.target], e.target_port) for e in d.root.edges() if {*e[::2]} <= {*copy}}
            assert wires == {(e.source, e.target, e.target_port) for e in d.root.edges() if {*e[::2]} <= {*following}}
            readers = {e.target for e in d.root.edges() if e.source in renamed} - set(copy)
            assert readers
            assert readers <= set(following)
