"""The structural difference of two versions of a design."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.errors import LightdesignerError
from designer.analysis.compare_changes import ADDED, CHANGED, REMOVED, differences
from designer.analysis.engine import Engine
from designer.catalogue import load
from designer.graph.design import Design
from designer.graph.edits import AddNode, Connect, Edit, RemoveNode, SetDisabled, SetParam, SetStage
from designer.graph.network import Node
from tests.designs import chain, copied


def after(design: Design, *edits: Edit) -> Design:
    made = design.copy()
    for edit in edits:
        edit.apply(made)
    return made


def told(old: Design, new: Design) -> list[tuple[str, str, str]]:
    return [
        (one.sort, one.new or one.old, ", ".join(map(str, one.details))) for one in differences(Engine(old), Engine(new)).found
    ]


@pytest.fixture
def net() -> Design:
    return chain(("a", "conv_norm_act", {"out_channels": 8}), ("b", "conv_norm_act", {"out_channels": 16}), "relu")


def test_equal_designs_do_not_differ(net: Design) -> None:
    found = differences(Engine(net), Engine(copied(net)))
    assert (found.found, found.same, found.related, found.sentence()) == ((), 5, True, "No block differs.")


def test_a_changed_parameter_says_both_values_and_what_it_costs(net: Design) -> None:
    new = after(net, SetParam(node="a", name="out_channels", value=12), SetParam(node="a", name="kernel_size", value=5))
    (one,) = [one for one in differences(Engine(net), Engine(new)).found if one.new == "a"]
    assert (one.sort, one.words()) == (CHANGED, "out_channels 8 → 12, kernel_size 3 × 3 → 5 × 5")
    engines = Engine(net), Engine(new)
    assert one.macs == engines[1].results["a"].cost.macs - engines[0].results["a"].cost.macs
    assert one.params == engines[1].results["a"].cost.params - engines[0].results["a"].cost.params


def test_writing_a_default_out_is_no_change(net: Design) -> None:
    assert told(net, after(net, SetParam(node="a", name="kernel_size", value=[3, 3]))) == []


def test_blocks_that_came_and_went_stand_where_they_belong(net: Design) -> None:
    new = after(
        net,
        RemoveNode(id="b"),
        AddNode(node=Node("new", "max_pool2d")),
        Connect(source="a", source_port="y", target="new", target_port="x"),
        Connect(source="new", source_port="y", target="relu", target_port="x"),
    )
    found = differences(Engine(net), Engine(new))
    assert [(one.sort, one.new or one.old) for one in found.found] == [(ADDED, "new"), (REMOVED, "b"), (CHANGED, "relu")]
    assert found.found[2].words() == "input x b → new"
    assert found.sentence() == "1 block added, 1 removed, 1 changed"
    assert found.related


def test_a_renamed_block_is_known_by_what_it_stands_behind(net: Design) -> None:
    renamed = chain(("a", "conv_norm_act", {"out_channels": 8}), ("c", "conv_norm_act", {"out_channels": 16}), "relu")
    assert told(net, renamed) == [(CHANGED, "c", "id b → c")]


def test_stage_and_switch_and_kind(net: Design) -> None:
    assert told(net, after(net, SetStage(node="a", stage="stem"))) == [(CHANGED, "a", "stage none → stem")]
    assert told(net, after(net, SetDisabled(node="relu", disabled=True))) == [(CHANGED, "relu", "switched on → off")]
    other = chain(("a", "conv_norm_act", {"out_channels": 8}), ("b", "conv2d", {"out_channels": 16}), "relu")
    assert told(net, other) == [(CHANGED, "b", "block conv_norm_act → conv2d")]


def test_two_networks_are_no_versions_of_one() -> None:
    found = differences(Engine(load("mobilenet_v1")), Engine(load("mobilenet_v2")))
    assert not found.related
    assert differences(Engine(load("mobilenet_v2")), Engine(load("mobilenet_v2:width=0.5"))).related


def test_a_block_with_an_error_has_no_cost_to_differ_by(net: Design) -> None:
    new = after(net, SetParam(node="a", name="kernel_size", value=-1))
    (one,) = [one for one in differences(Engine(net), Engine(new)).found if one.new == "a"]
    assert (one.macs, one.params) == (None, None)


def test_own_blocks_are_compared_inside() -> None:
    from designer.graph.definition_edits import Define
    from designer.graph.own_block import Definition
    from tests.designs import design, network

    def with_channels(count: int) -> Design:
        inside = network(
            [("input", "input"), ("conv", "conv2d", {"out_channels": count}), ("output", "output")],
            ["input -> conv", "conv -> output"],
        )
        net = design([("input", "input", {"shape": [3, 8, 8]}), ("output", "output")], [])
        Define(definition=Definition("mine", "Mine", inside)).apply(net)
        AddNode(node=Node("block", "own.mine")).apply(net)
        Connect(source="input", source_port="y", target="block", target_port="input").apply(net)
        Connect(source="block", source_port="output", target="output", target_port="x").apply(net)
        return net

    found = differences(Engine(with_channels(4)), Engine(with_channels(6))).found
    assert [(one.scope, one.path, one.words()) for one in found if one.scope] == [("mine", "own.mine.conv", "out_channels 4 → 6")]


@given(st.integers(0, 2**32 - 1))
def test_differences_turn_around_with_the_sides(seed: int) -> None:
    from tests.property.random_edits import random_edit

    rng = random.Random(seed)
    old = load("squeezenet1_1:resolution=64")
    new = old.copy()
    for _ in range(rng.randrange(1, 8)):
        with suppress(LightdesignerError):
            random_edit(rng, new).apply(new)
    there = differences(Engine(old), Engine(new))
    back = differences(Engine(new), Engine(old))
    turned = {ADDED: REMOVED, REMOVED: ADDED, CHANGED: CHANGED}
    assert there.same == back.same
    assert sorted((one.sort, one.scope) for one in there.found) == sorted((turned[one.sort], one.scope) for one in back.found)
    ids_there = {(one.old, one.new) for one in there.found if one.sort != CHANGED}
    assert ids_there == {(one.new, one.old) for one in back.found if one.sort != CHANGED}
