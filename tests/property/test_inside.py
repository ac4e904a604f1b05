"""What is inside an own block, seen through its controller: after any edits anywhere it equals a fresh look, costs what the copy
costs, and every step is one of the document's."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from designer.analysis.inside_engine import InsideEngine
from designer.app import commands
from designer.app.controller import Controller
from designer.app.inside import InsideController
from designer.graph.definition_edits import Define
from designer.graph.design import ROOT, Design
from designer.graph.inside import rescoped
from designer.graph.own_block import OWN, Definition, Exposed
from designer.graph.rules import StructureError
from tests.designs import copied, design, network, state
from tests.property.random_edits import random_edit

EDITS = 7


def nested() -> Design:
    """A design of two copies of `two`, in which two copies of `one` stand, one with another width."""
    made = design(
        [
            ("image", "input", {"shape": [6, 16, 16]}),
            ("first", "own.two"),
            ("second", "own.two", {"wide": 12}),
            ("output", "output"),
        ],
        ["image -> first", "first -> second", "second -> output"],
    )
    one = network(
        [
            ("x", "input", {"shape": [4, 8, 8]}),
            ("conv", "conv2d", {"out_channels": 8, "padding": 1}),
            ("dw", "conv2d", {"out_channels": 8, "groups": 8}),
            ("pw", "conv2d", {"out_channels": {"same_as": "x.channels", "times": 2}, "kernel_size": 1}),
            ("y", "output"),
        ],
        ["x -> conv", "conv -> dw", "dw -> pw", "pw -> y"],
    )
    width = Exposed([("conv", "out_channels"), ("dw", "out_channels"), ("dw", "groups")])
    two = network(
        [("x", "input"), ("n1", "own.one"), ("n2", "own.one", {"width": 4}), ("y", "output")],
        ["x -> n1", "n1 -> n2", "n2 -> y"],
    )
    Define(definition=Definition("one", "One", one, exposed={"width": width})).apply(made)
    Define(definition=Definition("two", "Two", two, exposed={"wide": Exposed([("n1", "width")])})).apply(made)
    return made


def same_as_fresh(inside: InsideController, rng: Random) -> None:
    fresh = InsideEngine(copied(inside.design.copy(), rng.shuffle), inside._given())
    assert inside.engine.results == fresh.results
    assert inside.engine.order == fresh.order
    assert inside.engine.total == fresh.total
    assert inside.engine.issues() == fresh.issues()


def costs_what_the_copy_costs(inside: InsideController) -> None:
    result = inside.outer.engine.results[inside.node_id]
    results = inside.engine.results.values()
    if any(one.status == "error" and one.block in ("input", "output") for one in results):
        return  # a bad order of a port: the block takes 0 for it, and only a look inside says so
    if not result.outputs:
        return  # there is no output in the definition
    if result.status in ("ok", "unused", "warning") and not result.disabled:
        assert result.evaluated is not None
        assert inside.engine.total == result.cost
        assert inside.engine.primitives == result.evaluated.primitives + sum(
            node.block in ("input", "output") and node.id in inside.engine.order.order for node in inside.design.root.nodes()
        )
        shapes = [inside.engine.results[node_id].outputs["y"] for node_id in inside.engine.order.outputs]
        assert shapes == list(result.outputs.values())


def test_costs_inside_are_those_of_the_copy_one_came_from(qapp: QApplication) -> None:
    document = Controller(nested())
    for copy in ("first", "second"):
        two = InsideController(document, "two", copy)
        costs_what_the_copy_costs(two)
        for inner in ("n1", "n2"):
            costs_what_the_copy_costs(InsideController(two, "one", inner))
    wide = InsideController(InsideController(document, "two", "second"), "one", "n1")
    assert wide.engine.results["conv"].outputs["y"][0] == 12
    assert wide.engine.results["pw"].outputs["y"][0] == 2 * wide.engine.results["x"].outputs["y"][0]
    alone = InsideController(document, "one")
    assert alone.engine.results["x"].outputs["y"] == (4, 8, 8), "without a copy the shapes are those of the definition"
    assert alone.engine.total is not None


@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate], deadline=None)
@given(st.integers(0, 2**32))
def test_any_edits_inside_and_outside(qapp: QApplication, seed: int) -> None:
    rng = Random(seed)
    document = Controller(nested())
    two = InsideController(document, "two", "second")
    one = InsideController(two, "one", "n1")
    alone = InsideController(document, "one")
    before = state(document.design)
    for _ in range(EDITS):
        at = rng.choice([document, two, one])
        edit = random_edit(rng, at.design)
        if at is document or edit.scope == ROOT:
            at.apply(edit, "edit")
        for inside in rng.sample([two, one, alone], 1):
            if inside.alive and (inside is not one or two.alive):
                same_as_fresh(inside, rng)
                if inside.node_id:
                    costs_what_the_copy_costs(inside)
        if rng.random() < 0.2:
            document.stack.undo()
    while document.stack.canUndo():
        document.stack.undo()
    assert state(document.design) == before
    for inside in (two, one, alone):
        assert inside.alive
        same_as_fresh(inside, rng)


def test_an_edit_inside_is_an_edit_of_the_definition() -> None:
    made = nested()
    for seed in range(200):
        edit = random_edit(Random(seed), made)
        moved = rescoped(edit, "one")
        if edit.scope == ROOT and type(edit).__name__ not in ("Define", "Undefine", "SetOrigin", "Redraw"):
            assert moved.scope == "one"
        else:
            assert moved.scope == edit.scope or hasattr(edit, "edits")


def test_a_block_cannot_be_put_into_itself_from_inside(qapp: QApplication) -> None:
    document = Controller(nested())
    one = InsideController(document, "one")
    for name in ("one", "two"):
        with pytest.raises(StructureError) as refused:
            commands.add(one.design, OWN + name, (0, 0))
        assert refused.value.code == "recursion"
