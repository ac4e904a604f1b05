"""Own blocks as a person handles them: parameters exposed, names, duplicates, and a block inside itself at every door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from designer.analysis.engine import Engine
from designer.app import clipboard, commands, own_blocks
from designer.app.controller import Controller
from designer.app.inside import InsideController
from designer.document.errors import DocumentError
from designer.document.format import read, write
from designer.graph.definition_edits import Define
from designer.graph.design import Design
from designer.graph.edits import AddNode, Compound, Connect
from designer.graph.network import Edge, Network, Node
from designer.graph.own_block import OWN, Definition, Exposed
from designer.graph.rules import StructureError
from tests.designs import design, network, state
from tests.property.test_inside import nested


def units() -> Design:
    """Two copies of a unit whose width is exposed, one with a value of its own."""
    made = design(
        [
            *(("image", "input", {"shape": [8, 12, 12]}), ("a", "own.unit"), ("b", "own.unit", {"width": 12})),
            ("output", "output"),
        ],
        ["image -> a", "a -> b", "b -> output"],
    )
    inside = network(
        [
            ("x", "input", {"shape": [8, 12, 12]}),
            ("conv", "conv2d", {"out_channels": 16, "padding": 1}),
            ("act", "relu"),
            ("y", "output"),
        ],
        ["x -> conv", "conv -> act", "act -> y"],
    )
    Define(definition=Definition("unit", "Unit", inside, exposed={"width": Exposed([("conv", "out_channels")])})).apply(made)
    return made


def done(made: Design, step: Compound) -> Engine:
    """Apply a step; undoing it has to be exact."""
    before = state(made)
    change = step.apply(made)
    after = state(made)
    back = change.inverse.apply(made)
    assert state(made) == before
    back.inverse.apply(made)
    assert state(made) == after
    return Engine(made)


def outputs(engine: Engine, *ids: str) -> list[int]:
    return [engine.results[one].outputs["y"][0] for one in ids]


def test_a_parameter_is_exposed_set_at_one_copy_renamed_and_taken_back() -> None:
    made = units()
    engine = done(made, own_blocks.expose(made, "unit", "conv", "stride", "step"))
    assert list(made.definitions["unit"].exposed) == ["width", "step"]
    assert own_blocks.exposed_as(made, "unit", "conv", "stride") == "step"
    made.root.replace_node(Node("b", "own.unit", {"width": 12, "step": 2}))
    engine = Engine(made)
    assert engine.results["b"].outputs["y"] == (12, 6, 6)
    done(made, own_blocks.rename_parameter(made, "unit", "step", "stride"))
    assert made.root.node("b").params == {"width": 12, "stride": 2}
    engine = done(made, own_blocks.unexpose(made, "unit", "stride"))
    assert made.root.node("b").params == {"width": 12}
    assert engine.results["b"].outputs["y"] == (12, 12, 12)
    assert not engine.issues()


@pytest.mark.parametrize(
    ("node", "param", "name", "code"),
    [
        ("conv", "stride", "bad name", "bad_id"),
        ("conv", "stride", "class", "bad_id"),
        ("conv", "out_channels", "again", "exposed"),
        ("conv", "bias", "width", "other_kind"),
        ("nobody", "bias", "bias", "no_node"),
        ("x", "shape", "shape", "port"),
    ],
)
def test_what_cannot_be_exposed(node: str, param: str, name: str, code: str) -> None:
    with pytest.raises(StructureError) as refused:
        own_blocks.expose(units(), "unit", node, param, name)
    assert refused.value.code == code


def test_two_parameters_of_one_name_are_told_the_same() -> None:
    made = units()
    engine = done(made, own_blocks.expose(made, "unit", "conv", "groups", "width"))
    assert made.definitions["unit"].exposed["width"].bindings == [("conv", "out_channels"), ("conv", "groups")]
    assert engine.results["a"].status == "error", "16 groups do not divide 8 channels: both are told 16"


def test_a_value_that_followed_an_input_is_fixed_when_it_is_exposed_or_settled() -> None:
    made = units()
    done(made, own_blocks.unexpose(made, "unit", "width"))
    engine = done(made, own_blocks.follow_input(made, "unit", "conv", "out_channels", "x", 2))
    assert outputs(engine, "a", "b") == [16, 32]
    engine = done(made, own_blocks.settle(made, "unit", "conv", "out_channels", 16))
    assert outputs(engine, "a", "b") == [16, 16]
    done(made, own_blocks.follow_input(made, "unit", "conv", "out_channels", "x", 2))
    engine = done(made, own_blocks.expose(made, "unit", "conv", "out_channels", "width", value=16))
    assert outputs(engine, "a", "b") == [16, 16]


def test_multiples_of_inputs_are_found_at_the_copy_one_came_from(qapp: QApplication) -> None:
    document = Controller(units())
    assert own_blocks.multiples(InsideController(document, "unit", "a").engine, "conv", "out_channels") == [("x", 2)]
    assert own_blocks.multiples(InsideController(document, "unit", "b").engine, "conv", "out_channels") == []


def test_renaming_keeps_ids_and_a_name_is_given_once() -> None:
    made = units()
    done(made, own_blocks.rename(made, "unit", "  Fire "))
    assert (made.definitions["unit"].name, made.root.node("a").block) == ("Fire", "own.unit")
    done(made, own_blocks.duplicated(made, "unit"))
    assert made.definitions["fire_2"].name == "Fire 2"
    with pytest.raises(StructureError, match="Fire 2"):
        own_blocks.rename(made, "unit", "Fire 2")
    assert not own_blocks.rename(made, "unit", "Fire").edits


def test_a_duplicate_takes_the_chosen_copies_with_it() -> None:
    made = units()
    before = Engine(made).total
    engine = done(made, own_blocks.duplicated(made, "unit", [("", "b")]))
    assert (made.root.node("a").block, made.root.node("b").block) == ("own.unit", "own.unit_2")
    assert made.root.node("b").params == {"width": 12}
    assert engine.total == before
    done(made, own_blocks.follow_input(made, "unit_2", "conv", "groups", "x", 1))
    assert "groups" not in made.definitions["unit"].network.node("conv").params


def test_a_block_in_use_cannot_be_deleted_and_where_is_said() -> None:
    made = nested()
    with pytest.raises(StructureError, match="One is still used in the block Two"):
        own_blocks.removed(made, "one")
    with pytest.raises(StructureError, match="Two is still used in the design"):
        own_blocks.removed(made, "two")
    done(made, own_blocks.duplicated(made, "one"))
    done(made, own_blocks.removed(made, "one_2"))
    assert own_blocks.copies_of(made, "one") == [("two", "n1"), ("two", "n2")]


def test_taking_a_parameter_back_reaches_the_blocks_around() -> None:
    made = nested()
    engine = done(made, own_blocks.unexpose(made, "one", "width"))
    assert made.definitions["two"].exposed == {}, "two exposed it of one"
    assert made.root.node("second").params == {}
    assert not engine.issues()


def test_renaming_a_parameter_reaches_the_blocks_around() -> None:
    made = nested()
    before = Engine(made).total
    engine = done(made, own_blocks.rename_parameter(made, "one", "width", "channels"))
    assert made.definitions["two"].exposed["wide"].bindings == [("n1", "channels")]
    assert made.definitions["two"].network.node("n2").params == {"channels": 4}
    assert engine.total == before


def test_ports_are_renamed_with_what_follows_them_and_the_wires_of_all_copies() -> None:
    made = nested()
    before = Engine(made).total
    engine = done(made, own_blocks.rename_port(made, "one", "x", "map"))
    engine = done(made, own_blocks.rename_port(made, "one", "y", "result"))
    assert engine.total == before
    assert made.definitions["one"].network.node("pw").params["out_channels"] == {"same_as": "map.channels", "times": 2}
    assert made.definitions["two"].network.sources("n2") == {"map": ("n1", "result")}
    engine = done(made, own_blocks.rename_port(made, "two", "y", "out"))
    assert made.root.sources("second") == {"x": ("first", "out")}
    assert engine.total == before
    for name, wanted, code in (("conv", "z", "no_port"), ("map", "conv", "duplicate_id"), ("map", "not good", "bad_id")):
        with pytest.raises(StructureError) as refused:
            own_blocks.rename_port(made, "one", name, wanted)
        assert refused.value.code == code


def test_a_value_that_follows_an_input_is_what_it_was_where_there_is_no_such_input(qapp: QApplication) -> None:
    made = nested()
    document = Controller(made)
    inside = InsideController(InsideController(document, "two", "second"), "one", "n1")
    channels = inside.engine.values_of("pw")["out_channels"]
    text = clipboard.copied(inside.design, ["dw", "pw"], engine=inside.engine)
    for at, wanted in ((document, channels), (inside, {"same_as": "x.channels", "times": 2})):
        step = clipboard.pasted(at.design, text)
        nodes = {edit.node.block: edit.node for edit in step.edits if isinstance(edit, AddNode) and edit.node.id.startswith("pw")}
        assert nodes["conv2d"].params["out_channels"] == wanted
        assert nodes["conv2d"].extra == {}
        assert at.apply(step, step.name)


# -- a block inside itself, at every door --------------------------------------------------------------------------------------


WIRE = Edge("x", "y", "conv", "x")


def refused_as_recursion(call: object) -> None:
    with pytest.raises(StructureError) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == "recursion"
    assert "a block cannot contain itself" in str(refused.value)


def test_a_block_inside_itself_is_refused_at_every_door(qapp: QApplication, tmp_path: Path) -> None:
    made = nested()
    document = Controller(made)
    before = state(made)
    inside = InsideController(document, "one")
    said: list[str] = []
    inside.refused.connect(said.append)
    for own in ("one", "two"):
        block = OWN + own
        # drop and quick add: free, into a wire, behind a port
        refused_as_recursion(lambda block=block: commands.add(inside.design, block, (0, 0)))
        refused_as_recursion(lambda block=block: commands.insert(inside.design, inside.engine, block, WIRE))
        # replace
        refused_as_recursion(lambda block=block: commands.replace(inside.design, "conv", block))
        refused_as_recursion(lambda block=block: commands.replace_all(inside.design, ["conv", "dw"], block))
        # paste
        text = clipboard.copied(made, ["first"] if own == "two" else ["n1"], scope="" if own == "two" else "two")
        refused_as_recursion(lambda text=text: clipboard.pasted(inside.design, text))
        # the edit itself, whoever makes it
        assert not inside.apply(AddNode(node=Node("again", block)), "Add")
        # define
        circle = Definition("one", "One", Network.of([Node("again", block)], []))
        refused_as_recursion(lambda circle=circle: Define(definition=circle).apply(made))
    assert len(said) == 2
    # connect: a wire can only end at what stands there, so a circle of wires is what is left to refuse
    assert not inside.apply(Connect(source="pw", source_port="y", target="conv", target_port="x"), "Connect")
    assert state(made) == before
    # load
    raw = json.loads(write(made))
    raw["definitions"][0]["nodes"].append({"id": "again", "block": "own.two"})
    with pytest.raises(DocumentError, match="a block cannot contain itself") as loaded:
        read(json.dumps(raw))
    assert loaded.value.code == "recursion"
