"""Single edits: what each changes, its inverse, and what a refused one leaves behind. Sequences are in tests/property."""

from __future__ import annotations

from typing import Any

import pytest

from designer.analysis.engine import Engine
from designer.graph.definition_edits import Define, Undefine
from designer.graph.design import ROOT, Design, Note, Origin
from designer.graph.edits import (
    AddNode,
    Compound,
    Connect,
    Disconnect,
    Edit,
    Move,
    Redraw,
    RemoveNode,
    Reorder,
    SetDisabled,
    SetLabel,
    SetNote,
    SetOrigin,
    SetParam,
    SetStage,
)
from designer.graph.network import Edge, Network, Node
from designer.graph.own_block import OWN, Definition, Exposed
from designer.graph.rules import StructureError
from tests.designs import design, network, network_state, state


def residual() -> Design:
    made = design(
        [
            *(("image", "input", {"shape": [8, 16, 16]}), ("conv", "conv2d", {"out_channels": 8, "padding": 1})),
            *(("join", "add"), ("both", "concat"), ("scores", "output")),
        ],
        ["image -> conv", "conv -> join.a", "image -> join.b", "join -> both.x.0", "conv -> both.x.3", "both -> scores"],
    )
    made.positions[ROOT] = {"conv": (10.0, 20.0)}
    made.definitions["unit"] = unit()
    made.definitions_changed()
    return made


def unit(*extra: tuple[Any, ...]) -> Definition:
    inside = network(
        [("x", "input"), ("conv", "conv2d", {"out_channels": 4}), ("y", "output"), *extra], ["x -> conv", "conv -> y"]
    )
    return Definition("unit", "Unit", inside, exposed={"width": Exposed([("conv", "out_channels")])})


EDITS: list[Edit] = [
    AddNode(node=Node("act", "relu")),
    AddNode(node=Node("act", "relu", stage="stem"), position=(1.0, 2.0)),
    AddNode(node=Node("copy", OWN + "unit", {"width": 16})),
    AddNode(node=Node("strange", "no_such_block", {"anything": [1, {"goes": None}]})),
    AddNode(scope="unit", node=Node("act", "relu"), position=(0.0, 0.0)),
    RemoveNode(id="conv"),
    RemoveNode(id="image"),
    RemoveNode(scope="unit", id="conv"),
    Connect(source="join", source_port="y", target="both", target_port="x.7"),
    Disconnect(target="join", target_port="a"),
    Disconnect(scope="unit", target="y", target_port="x"),
    Reorder(node="both", order=(1, 0)),
    SetParam(node="conv", name="groups", value=3),
    SetParam(node="conv", name="out_channels", reset=True),
    SetParam(node="conv", name="bias", reset=True),
    SetParam(node="conv", name="kernel_size", value="nonsense"),
    SetParam(node="image", name="order", value=4),
    SetParam(scope="unit", node="conv", name="out_channels", value={"same_as": "x.channels"}),
    SetLabel(node="conv", label="first"),
    SetStage(node="conv", stage="stem"),
    SetStage(node="conv", stage="conv"),
    SetDisabled(node="conv", disabled=True),
    SetDisabled(scope="unit", node="conv", disabled=True),
    Move(positions={"conv": None, "join": (3.0, 4.0)}),
    Move(scope="unit", positions={"conv": (3.0, 4.0)}),
    SetNote(id="todo", note=Note("todo", "try stride 2", 5.0, 6.0)),
    SetNote(id="todo", note=None),
    Define(definition=Definition("other", "Other", Network())),
    Define(definition=unit(("more", "relu"))),
    Undefine(id="unit"),
    SetOrigin(origin=Origin("mobilenet_v2", {"width": 0.5})),
    Redraw(nodes=(Node("a", "input"), Node("conv", "relu")), edges=(), origin=None, name="redrawn"),
    Compound(edits=(RemoveNode(id="join"), AddNode(node=Node("join", "relu")), SetLabel(node="join", label="now relu"))),
    Compound(edits=()),
]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: type(edit).__name__)
def test_an_inverse_restores_the_exact_state_and_the_edit_can_be_done_again(edit: Edit) -> None:
    edited = residual()
    engine = Engine(edited)
    before = state(edited)
    change = edit.apply(edited)
    engine.update(change)
    after = state(edited)
    back = change.inverse.apply(edited)
    engine.update(back)
    assert state(edited) == before
    engine.update(back.inverse.apply(edited))
    assert state(edited) == after
    assert engine.results == Engine(edited).results


REFUSED: list[tuple[Edit, str, str]] = [
    (AddNode(node=Node("conv", "relu")), "duplicate_id", "There is a node 'conv' already."),
    (
        AddNode(node=Node("Conv 1", "relu")),
        "bad_id",
        (
            "'Conv 1' cannot be a node's id: it needs lower-case letters, digits and single underscores, beginning with a "
            "letter, and no word that Python or torch uses."
        ),
    ),
    (
        AddNode(node=Node("act", "input", disabled=True)),
        "cannot_disable",
        "act cannot be bypassed: it needs an input to pass on and one output.",
    ),
    (
        AddNode(scope="unit", node=Node("me", OWN + "unit")),
        "recursion",
        "own.unit cannot stand inside own.unit: a block cannot contain itself.",
    ),
    (AddNode(scope="nowhere", node=Node("a", "relu")), "no_definition", "There is no own block 'nowhere'."),
    (RemoveNode(id="ghost"), "no_node", "There is no node 'ghost'."),
    (
        Connect(source="both", source_port="y", target="conv", target_port="x"),
        "occupied",
        "conv.x is taken by another wire.",
    ),
    (
        Compound(
            edits=(
                Disconnect(target="conv", target_port="x"),
                Connect(source="both", source_port="y", target="conv", target_port="x"),
            )
        ),
        "cycle",
        "A wire from both to conv would close a cycle: conv already feeds both.",
    ),
    (
        Connect(source="conv", source_port="x", target="both", target_port="x.9"),
        "direction",
        "conv.x is an input; a wire begins at an output.",
    ),
    (
        Connect(source="conv", source_port="y", target="join", target_port="y"),
        "direction",
        "join.y is an output; a wire ends at an input.",
    ),
    (
        Connect(source="conv", source_port="z", target="both", target_port="x.9"),
        "no_port",
        "conv has no output 'z'; its outputs: y.",
    ),
    (
        Connect(source="conv", source_port="y", target="join", target_port="c"),
        "no_port",
        "join has no input 'c'; its inputs: a, b.",
    ),
    (
        Connect(source="conv", source_port="y", target="both", target_port="x.01"),
        "no_port",
        "both has no input 'x.01'; its inputs: x.0, .1, ....",
    ),
    (Disconnect(target="both", target_port="x.1"), "no_edge", "No wire ends at both.x.1."),
    (Reorder(node="both", order=(0, 1, 2)), "bad_order", "both has 2 inputs to reorder, but got [0, 1, 2]."),
    (Reorder(node="join", order=(1, 0)), "bad_order", "join has 0 inputs to reorder, but got [1, 0]."),
    (SetParam(node="ghost", name="groups", value=1), "no_node", "There is no node 'ghost'."),
    (SetStage(node="conv", stage="No"), "bad_id", "'No' cannot be the name of a stage: it needs the form of a node's id."),
    (
        SetStage(node="conv", stage="join"),
        "path_taken",
        "There is a node 'join' outside all stages, so no stage can be called so.",
    ),
    (
        SetDisabled(node="scores", disabled=True),
        "cannot_disable",
        "scores cannot be bypassed: it needs an input to pass on and one output.",
    ),
    (Move(positions={"ghost": (0.0, 0.0)}), "no_node", "There is no node 'ghost'."),
    (
        Define(definition=Definition("unit", "Unit", network([("a", OWN + "unit")], []))),
        "recursion",
        "own.unit stands inside itself: a block cannot contain itself.",
    ),
    (
        Define(definition=Definition("No", "No", Network())),
        "bad_id",
        "'No' cannot be the id of a block: it needs the form of a node's id.",
    ),
    (Undefine(id="ghost"), "no_definition", "There is no own block 'ghost'."),
    (
        Compound(edits=(AddNode(node=Node("copy", OWN + "unit")), Undefine(id="unit"))),
        "in_use",
        "own.unit is still used in the design.",
    ),
    (
        Compound(edits=(SetStage(node="conv", stage="conv"), Move(positions={"conv": None}), RemoveNode(id="ghost"))),
        "no_node",
        "There is no node 'ghost'.",
    ),
]


@pytest.mark.parametrize(("edit", "code", "message"), REFUSED, ids=[f"{type(e).__name__}-{code}" for e, code, _ in REFUSED])
def test_what_the_graph_refuses_it_says_and_has_not_done(edit: Edit, code: str, message: str) -> None:
    edited = residual()
    before = state(edited)
    with pytest.raises(StructureError) as caught:
        edit.apply(edited)
    assert (caught.value.code, str(caught.value)) == (code, message)
    assert state(edited) == before


def test_removing_a_node_takes_its_wires_and_position_and_undo_brings_them_back() -> None:
    edited = residual()
    change = RemoveNode(id="conv").apply(edited)
    assert "conv" not in edited.root
    assert edited.positions == {}
    assert set(edited.root.edges()) == {
        Edge("image", "y", "join", "b"),
        Edge("join", "y", "both", "x.0"),
        Edge("both", "y", "scores", "x"),
    }
    assert change.touched == {(ROOT, "conv"), (ROOT, "join"), (ROOT, "both")}
    change.inverse.apply(edited)
    assert state(edited) == state(residual())


def test_a_node_may_feed_both_inputs_of_another() -> None:
    edited = design([("image", "input"), ("twice", "add"), ("out", "output")], ["image -> twice.a", "twice -> out"])
    Connect(source="image", source_port="y", target="twice", target_port="b").apply(edited)
    assert Engine(edited).total is not None
    Disconnect(target="twice", target_port="a").apply(edited)
    assert edited.root.sources("twice") == {"b": ("image", "y")}


def test_reorder_moves_wires_between_the_slots_in_use() -> None:
    edited = residual()
    change = Reorder(node="both", order=(1, 0)).apply(edited)
    assert edited.root.sources("both") == {"x.0": ("conv", "y"), "x.3": ("join", "y")}
    assert change.inverse == Reorder(node="both", order=(1, 0))


def test_applying_an_edit_and_editing_on_leaves_the_record_as_it_was() -> None:
    """The same record may be applied to another document, or again after an undo."""
    edit = Define(definition=unit())
    before = network_state(edit.definition.network)
    first = Design()
    edit.apply(first)
    AddNode(scope="unit", node=Node("act", "relu")).apply(first)
    SetParam(scope="unit", node="conv", name="out_channels", value=64).apply(first)
    assert network_state(edit.definition.network) == before
    second = Design()
    edit.apply(second)
    assert network_state(second.definitions["unit"].network) == before


def test_editing_a_definition_changes_every_copy() -> None:
    edited = design(
        [("image", "input"), ("first", OWN + "unit"), ("second", OWN + "unit", {"width": 6}), ("out", "output")],
        ["image -> first", "first -> second", "second -> out"],
    )
    Define(definition=unit()).apply(edited)
    engine = Engine(edited)
    assert engine.results["first"].outputs["y"] == (4, 222, 222)
    delta = engine.update(SetParam(scope="unit", node="conv", name="padding", value=1).apply(edited))
    assert {"first", "second"} <= delta.changed
    assert engine.results["second"].outputs["y"] == (6, 224, 224)


def test_undo_puts_back_wires_whose_ports_a_definition_has_lost() -> None:
    edited = design([("image", "input"), ("copy", OWN + "unit"), ("out", "output")], ["image -> copy", "copy -> out"])
    Define(definition=unit()).apply(edited)
    engine = Engine(edited)
    engine.update(RemoveNode(scope="unit", id="y").apply(edited))
    assert not engine.valid
    before = state(edited)
    change = Disconnect(target="out", target_port="x").apply(edited)
    engine.update(change)
    engine.update(change.inverse.apply(edited))
    assert state(edited) == before
    with pytest.raises(StructureError, match="copy has no output 'y'; its outputs: none"):
        Connect(source="copy", source_port="y", target="out", target_port="x").apply(design_without_wire(edited))


def design_without_wire(edited: Design) -> Design:
    Disconnect(target="out", target_port="x").apply(edited)
    return edited


def test_a_definition_that_goes_takes_its_canvas_along() -> None:
    edited = residual()
    Move(scope="unit", positions={"conv": (1.0, 2.0)}).apply(edited)
    SetNote(scope="unit", id="n", note=Note("n", "inside")).apply(edited)
    before = state(edited)
    change = Undefine(id="unit").apply(edited)
    assert "unit" not in edited.positions
    assert "unit" not in edited.notes
    change.inverse.apply(edited)
    assert state(edited) == before


def test_numbers_too_long_to_print_stop_nothing() -> None:
    edited = residual()
    AddNode(node=Node("copy", OWN + "unit", {"width": 10**5000})).apply(edited)
    SetParam(scope="unit", node="conv", name="out_channels", value=10**5000).apply(edited)
    SetParam(scope="unit", node="conv", name="kernel_size", value=[3, 10**5000]).apply(edited)
    SetParam(node="conv", name="out_channels", value=-(10**5000)).apply(edited)
    for issue in Engine(edited).issues():
        assert len(issue.sentence()) < 500
