"""Stages and runs seen as cards: what is folded, the ports made for it, and what stays open."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.catalogue import load
from designer.graph.design import Design
from designer.graph.edits import SetStage
from designer.graph.folding import Fold, between, fold, seen_network, stage_folds, units
from designer.graph.layout import layout
from designer.graph.network import Edge
from designer.graph.repeats import find_repeats
from designer.graph.rules import StructureError
from presets.preset import presets
from tests.designs import design, state
from tests.random_nets import random_net


def fork() -> Design:
    """Two branches of one input, joined by an addition; `other` lies beside `a` and `c`."""
    return design(
        [
            ("input", "input"),
            ("a", "relu"),
            ("b", "relu"),
            ("c", "relu"),
            ("other", "relu"),
            ("sum", "add"),
            ("output", "output"),
        ],
        ["input -> a", "a -> b", "b -> c", "a -> other", "c -> sum.a", "other -> sum.b", "sum -> output"],
    )


def test_a_card_has_a_port_for_each_source_and_each_output_that_is_read() -> None:
    d = fork()
    folded = fold(d.root, d.resolve, [Fold("card", ("b", "c", "sum"))])
    assert folded.open == {}
    assert folded.card_of == {"b": "card", "c": "card", "sum": "card"}
    assert folded.inputs["card"] == (("a", "y"), ("other", "y"))
    assert folded.outputs["card"] == (("sum", "y"),)
    assert set(seen_network(d.root, folded).edges()) == {
        Edge("input", "y", "a", "x"),
        Edge("a", "y", "other", "x"),
        Edge("a", "y", "card", "x.0"),
        Edge("other", "y", "card", "x.1"),
        Edge("card", "y.0", "output", "x"),
    }


def test_one_source_that_several_members_read_is_one_port_and_one_wire() -> None:
    d = fork()
    folded = fold(d.root, d.resolve, [Fold("card", ("b", "c", "other", "sum"))])
    assert folded.inputs["card"] == (("a", "y"),)
    assert sum(edge.target == "card" for edge in seen_network(d.root, folded).edges()) == 1


def test_what_is_not_convex_stays_open_and_names_the_blocks_between() -> None:
    d = fork()
    folded = fold(d.root, d.resolve, [Fold("card", ("a", "c", "sum"), "stem")])
    assert folded.folds == {}
    assert folded.open == {
        "card": "stem stays open: b, other lie between its blocks. Put them into stem, or leave stem unfolded."
    }
    (reason,) = fold(d.root, d.resolve, [Fold("card", ("a", "c"))]).open.values()
    assert reason == "a to c stays open: b lies between its blocks. Put it into a to c, or leave a to c unfolded."


def test_two_convex_stages_that_wait_for_each_other_are_not_both_folded() -> None:
    d = design(
        [("i", "input"), *((name, "relu") for name in ("a1", "b1", "a2", "b2")), ("p", "output"), ("q", "output")],
        ["i -> a1", "i -> b2", "a1 -> b1", "b2 -> a2", "b1 -> p", "a2 -> q"],
    )
    a, b = Fold("a", ("a1", "a2")), Fold("b", ("b1", "b2"))
    assert between(d.root, a.members) == between(d.root, b.members) == []
    folded = fold(d.root, d.resolve, [a, b])
    assert set(folded.folds) == {"a"}
    assert folded.open == {"b": "b1 to b2 stays open: beside what is folded already its wires would close a circle."}


def test_of_two_that_share_a_block_the_first_is_seen() -> None:
    d = fork()
    folded = fold(d.root, d.resolve, [Fold("one", ("b", "c")), Fold("two", ("c", "sum"))])
    assert set(folded.folds) == {"one"}
    assert folded.open == {}


@pytest.mark.parametrize("name", presets())
def test_all_stages_of_a_preset_can_be_folded_and_laid_out(name: str) -> None:
    d = load(name)
    stages = stage_folds(d.root, d.resolve)
    assert {node_id for one in stages.values() for node_id in one.members} == {
        n.id for n in d.root.nodes() if n.stage is not None
    }
    folded = fold(d.root, d.resolve, stages.values())
    assert folded.open == {}
    seen = seen_network(d.root, folded)
    assert len(seen) == len(d.root) - sum(len(one.members) - 1 for one in stages.values())
    assert set(layout(seen, d.resolve)) == set(seen)


@given(st.integers(0, 2**32))
def test_folding_changes_nothing_and_its_ports_are_the_crossing_wires(seed: int) -> None:
    import networkx

    rng = Random(seed)
    d = random_net(rng)
    ids = sorted(node.id for node in d.root.nodes() if node.block not in ("input", "output"))
    for node_id in ids:
        stage = rng.choice([None, "s0", "s1", "s1"])
        try:
            SetStage(node=node_id, stage=stage).apply(d)
        except StructureError:
            continue
    before = state(d)
    wanted = [*stage_folds(d.root, d.resolve).values(), *find_repeats(d.root, d.resolve)]
    if rng.random() < 0.3:
        wanted.insert(0, Fold("some", tuple(rng.sample(ids, rng.randint(1, len(ids))))))
    folded = fold(d.root, d.resolve, wanted)
    assert state(d) == before

    members = [node_id for one in folded.folds.values() for node_id in one.members]
    assert len(members) == len(set(members)) == len(folded.card_of)
    for one in folded.folds.values():
        assert between(d.root, one.members) == []
        inside = set(one.members)
        crossing_in = {e[:2] for e in d.root.edges() if e.target in inside and e.source not in inside}
        crossing_out = {e[:2] for e in d.root.edges() if e.source in inside and e.target not in inside}
        assert set(folded.inputs[one.id]) == crossing_in
        assert set(folded.outputs[one.id]) == crossing_out
    seen = seen_network(d.root, folded)
    assert networkx.is_directed_acyclic_graph(networkx.DiGraph(seen.graph))
    assert set(layout(seen, d.resolve)) == set(seen)
    for card in folded.open:  # it could indeed not be folded beside the others
        one = next(one for one in wanted if one.id == card)
        quotient = networkx.DiGraph()
        for edge in d.root.edges():
            a, b = (card if end in one.members else folded.seen(end) for end in (edge.source, edge.target))
            if a != b:
                quotient.add_edge(a, b)
        assert not networkx.is_directed_acyclic_graph(quotient)
    everything = set().union(*[one.members for one in wanted]) if wanted else set()
    assert set(members) <= everything


@given(st.integers(0, 2**32))
def test_between_is_what_lies_on_a_way_from_one_to_another(seed: int) -> None:
    import networkx

    rng = Random(seed)
    d = random_net(rng)
    ids = sorted(d.root)
    members = set(rng.sample(ids, rng.randint(1, min(5, len(ids)))))
    after = {node_id: networkx.descendants(d.root.graph, node_id) for node_id in ids}
    wanted = [
        node_id
        for node_id in ids
        if node_id not in members and any(node_id in after[m] for m in members) and after[node_id] & members
    ]
    assert between(d.root, members) == wanted


def test_units_are_the_copies() -> None:
    assert units(Fold("r", ("a", "b", "c", "d"), unit=2)) == [("a", "b"), ("c", "d")]
    assert units(Fold("s", ("a", "b", "c"), stage="s")) == [("a", "b", "c")]
    assert Fold("r", ("a", "b", "c", "d"), unit=2).copies == 2
