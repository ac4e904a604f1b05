"""Which of a merge's inputs is the bypass."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.graph.bypass import NONE, Bypass, Bypasses
from designer.graph.design import Design
from designer.graph.topology import execution_order
from tests.designs import design
from tests.random_nets import random_net

INPUT = ("input", "input", {"shape": [8, 32, 32]})


def bypasses(made: Design) -> Bypasses:
    return Bypasses(execution_order(made.root, made.resolve).wires)


def merge(blocks: list[tuple[str, str]], wires: list[str], kind: str = "add") -> Bypasses:
    return bypasses(design([INPUT, *blocks, ("join", kind), ("output", "output")], [*wires, "join -> output"]))


def test_the_direct_wire_goes_around_the_branch() -> None:
    branch = [("a", "relu"), ("b", "relu")]
    found = merge(branch, ["input -> a", "a -> b", "b -> join.a", "input -> join.b"])
    assert found.of("join") == Bypass("b")
    found = merge(branch, ["input -> a", "a -> b", "b -> join.b", "input -> join.a"])
    assert found.of("join") == Bypass("a")
    assert found.of("a") == NONE
    assert found.of("nowhere") == NONE


@pytest.mark.parametrize("shortcut", [1, 2, 4])
def test_the_shorter_of_two_ways_from_one_fork_is_the_shortcut(shortcut: int) -> None:
    blocks = [(f"s{k}", "relu") for k in range(shortcut)] + [(f"b{k}", "relu") for k in range(shortcut + 1)]
    wires = ["input -> s0", "input -> b0", f"s{shortcut - 1} -> join.b", f"b{shortcut} -> join.a"]
    wires += [f"{name}{k} -> {name}{k + 1}" for name, count in (("s", shortcut), ("b", shortcut + 1)) for k in range(count - 1)]
    assert merge(blocks, wires).of("join") == Bypass("b", tuple(f"s{k}" for k in reversed(range(shortcut))))


def test_two_ways_of_one_length_are_two_branches() -> None:
    wires = ["input -> a", "input -> b", "a -> join.a", "b -> join.b"]
    assert merge([("a", "relu"), ("b", "relu")], wires).of("join") == NONE


def test_the_same_thing_twice_goes_around_nothing() -> None:
    assert merge([], ["input -> join.a", "input -> join.b"]).of("join") == NONE


def test_a_branch_with_branches_of_its_own_is_no_shortcut() -> None:
    """A gate: what it reads is read inside the branch too."""
    blocks = [("a", "relu"), ("b", "relu"), ("inner", "add"), ("c", "relu"), ("short", "relu")]
    wires = [
        "input -> a",
        "a -> b",
        "b -> inner.a",
        "a -> inner.b",
        "inner -> c",
        "c -> join.a",
        "input -> short",
        "short -> join.b",
    ]
    found = merge(blocks, wires)
    assert found.of("join") == Bypass("b", ("short",))
    assert found.of("inner") == Bypass("b")


def test_a_concatenation_keeps_its_ports_and_knows_what_has_passed() -> None:
    blocks = [("a", "relu"), ("b", "relu")]
    found = merge(blocks, ["input -> join.x.0", "input -> a", "a -> b", "a -> join.x.1", "b -> join.x.2"], "concat")
    assert found.of("join") == NONE
    assert found.passed("join") == {"input", "a"}
    assert found.passed("a") == set()


@given(seed=st.integers(0, 2**32))
def test_a_bypass_leads_to_where_the_branch_began(seed: int) -> None:
    made = random_net(Random(seed), 24)
    wires = execution_order(made.root, made.resolve).wires
    found = Bypasses(wires)
    for node_id, feeds in wires.items():
        port, blocks = found.of(node_id)
        if not port:
            continue
        other = next(source for name, (source, _) in feeds.items() if name != port)
        fork = feeds[port][0]
        for block in blocks:
            assert block == fork
            ((fork, _),) = wires[block].values()
        assert found.leads(fork, other)
        assert all(found.depth(source) < found.depth(node_id) for source, _ in feeds.values())
