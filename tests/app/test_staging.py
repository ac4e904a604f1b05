"""Stages by hand: what a person writes as a name, and the steps that put blocks into stages, rename them and take them apart."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.analysis.describe import stage_title
from designer.analysis.engine import Engine
from designer.app import staging
from designer.catalogue import load
from designer.graph.design import Design
from designer.graph.edits import Compound, Edit, Move, SetStage
from designer.graph.network import node_path
from designer.graph.rules import StructureError
from tests.designs import chain, state
from tests.random_nets import random_net


def done(design: Design, step: Edit) -> Edit:
    """Apply a step; gives what takes it back."""
    return step.apply(design).inverse


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Stage 3", "stage3"),
        ("stage3", "stage3"),
        ("Conv 4 x", "conv4_x"),
        ("the middle", "the_middle"),
        ("  Down-sampling (2) ", "down_sampling2"),
        ("a__b", "a_b"),
        ("Größer!", "grosser"),
    ],
)
def test_names(written: str, name: str) -> None:
    assert staging.stage_name(written) == name


@pytest.mark.parametrize("written", ["", " ", "42", "class", "forward", "..."])
def test_what_is_no_name_is_refused_in_a_sentence(written: str) -> None:
    with pytest.raises(StructureError, match=r"stage.*\.$"):
        staging.stage_name(written)


@given(st.integers(1, 99), st.sampled_from(["stage", "conv", "block", "mixed"]))
def test_a_title_leads_back_to_its_stage(number: int, word: str) -> None:
    assert staging.stage_name(stage_title(f"{word}{number}")) == f"{word}{number}"


@pytest.mark.parametrize(
    ("stage", "title"),
    [
        ("stage2", "Stage 2"),
        ("conv4_x", "Conv 4 x"),
        ("two_3x3", "Two 3x3"),
        ("v1", "V 1"),
        ("aux1_head", "Aux 1 head"),
        ("b", "B"),
    ],
)
def test_titles_and_leaving_one_as_it_is(stage: str, title: str) -> None:
    assert stage_title(stage) == title
    d = chain(("a", "relu"), ("b", "relu"), ("c", "relu"))
    staging.make(d, ["a"], "other").apply(d)
    SetStage(node="b", stage=stage).apply(d)
    assert not staging.rename(d, stage, f" {title} ").edits
    staging.make(d, ["c"], title).apply(d)  # the others join it
    assert [d.root.node(node).stage for node in "abc"] == ["other", stage, stage]
    with pytest.raises(StructureError, match="already"):
        staging.rename(d, "other", title)


def test_a_selection_becomes_a_stage() -> None:
    d = chain(("a", "relu"), ("b", "relu"), ("c", "relu"))
    assert staging.free_name(d.root) == "stage1"
    before = state(d)
    step = staging.make(d, ["a", "b", "input"], "Head")
    assert step.name == "Put 2 blocks into head"
    back = done(d, step)
    assert [d.root.node(key).stage for key in ("input", "a", "b", "c")] == [None, "head", "head", None]
    assert staging.make(d, ["a"], "head").edits == ()
    done(d, staging.make(d, ["c"], "head"))
    assert d.root.node("c").stage == "head"
    done(d, SetStage(node="c", stage=None))
    done(d, back)
    assert state(d) == before


def test_inputs_and_outputs_stand_in_no_stage() -> None:
    with pytest.raises(StructureError, match="inputs and outputs stand in none"):
        staging.make(chain("relu"), ["input", "output"], "head")


def test_a_name_that_a_block_has_is_refused() -> None:
    d = chain(("a", "relu"), ("b", "relu"))
    before = state(d)
    with pytest.raises(StructureError, match="no stage can be called so"):
        done(d, staging.make(d, ["a"], "b"))
    assert state(d) == before


def test_ids_follow_the_name_of_their_stage() -> None:
    d = load("mobilenet_v2")
    done(d, Move(positions={"stage3_ir1": (8.0, 16.0)}))
    costs = Engine(d).total
    before = state(d)
    step = staging.rename(d, "stage3", "The middle")
    assert step.name == "Rename stage3 to the_middle"
    back = done(d, step)
    assert [node_path(d.root.node(f"the_middle_ir{k}")) for k in (1, 2, 3)] == [f"the_middle.ir{k}" for k in (1, 2, 3)]
    assert not any(node.stage == "stage3" for node in d.root.nodes())
    assert d.positions[""]["the_middle_ir1"] == (8.0, 16.0)
    engine = Engine(d)
    assert engine.total == costs
    assert engine.valid
    done(d, back)
    assert state(d) == before


def test_a_stage_takes_no_name_of_another() -> None:
    d = load("mobilenet_v2")
    with pytest.raises(StructureError, match="There is a stage 'stage4' already"):
        staging.rename(d, "stage3", "Stage 4")
    assert staging.rename(d, "stage3", "Stage 3").edits == ()


def test_taken_apart_the_blocks_stay() -> None:
    d = load("mobilenet_v2")
    before, costs = state(d), Engine(d).total
    back = done(d, staging.take_apart(d, ["stage3", "stage4"]))
    assert len(d.root) == len(load("mobilenet_v2").root)
    assert {node.stage for node in d.root.nodes()} & {"stage3", "stage4"} == set()
    assert Engine(d).total == costs
    done(d, back)
    assert state(d) == before


@given(st.integers(0, 2**32))
def test_costs_stay_and_undo_is_exact(seed: int) -> None:
    rng = Random(seed)
    d = random_net(rng)
    costs = Engine(d).total
    states, backs = [], []
    for _ in range(rng.randint(1, 5)):
        ids = sorted(d.root)
        stages = sorted({node.stage for node in d.root.nodes() if node.stage})
        try:
            step: Compound = rng.choice(
                [
                    lambda: staging.make(d, rng.sample(ids, rng.randint(1, len(ids))), rng.choice(["s", "t", "n1", "s_n2"])),  # noqa: B023
                    lambda: staging.rename(d, rng.choice(stages or ["s"]), rng.choice(["s", "u", "s_t", "n0"])),  # noqa: B023
                    lambda: staging.take_apart(d, rng.sample(stages, min(1, len(stages)))),  # noqa: B023
                ]
            )()
            was = state(d)
            back = done(d, step)
        except StructureError:
            continue
        states.append(was)
        backs.append(back)
        assert Engine(d).total == costs
        assert len({node_path(node) for node in d.root.nodes()}) == len(d.root)
    for was, back in zip(reversed(states), reversed(backs), strict=True):
        done(d, back)
        assert state(d) == was
