"""Copy and paste: the text is a document, ids stay unique, own blocks come along, and bad text is refused with a sentence."""

from __future__ import annotations

import pytest

from designer.analysis.engine import Engine
from designer.app import commands
from designer.app.clipboard import ClipboardError, copied, duplicated, pasted
from designer.catalogue import load
from designer.document.format import read, write
from designer.graph.definition_edits import Define
from designer.graph.design import RIGHT, ROOT, Design, Note
from designer.graph.network import Node
from designer.graph.own_block import Definition, Exposed
from designer.graph.rules import StructureError
from tests.app.test_commands import CONV, Bench
from tests.designs import chain, design, network, state, wire


def with_unit(channels: int = 8, name: str = "unit") -> Design:
    """A design with one copy of an own block, which holds another own block."""
    made = chain(("mine", f"own.{name}"), shape=(8, 8, 8))
    inner = network([("x", "input"), ("act", "relu"), ("y", "output")], ["x -> act", "act -> y"])
    outer = network(
        [("x", "input"), ("conv", "conv2d", {"out_channels": channels}), ("in_it", "own.inner"), ("y", "output")],
        ["x -> conv", "conv -> in_it", "in_it -> y"],
    )
    made.definitions["inner"] = Definition("inner", "Inner", inner)
    made.definitions[name] = Definition(name, "Unit", outer, exposed={"width": Exposed([("conv", "out_channels")])})
    made.definitions_changed()
    made.positions = {name: {"conv": (0.0, 0.0)}}
    made.notes = {name: {"n": Note("n", "why", 1.0, 2.0)}}
    return made


def test_a_copy_is_a_document_of_the_wires_between() -> None:
    line = chain(("conv", "conv2d", CONV), ("act", "relu"), ("last", "conv2d", CONV))
    text = copied(line, ["conv", "act", "ghost"], {"conv": (0.0, 8.0), "act": (0.0, 90.0)})
    back = read(text)
    assert set(back.root) == {"conv", "act"}
    assert back.root.edges() == [wire("conv -> act")]
    assert back.positions == {ROOT: {"conv": (0.0, 8.0), "act": (0.0, 90.0)}}
    assert back.root.node("conv").params == CONV


def test_pasting_gives_new_ids_and_keeps_everything_else() -> None:
    bench = Bench(chain(("conv", "conv2d", CONV), ("act", "relu")))
    text = copied(bench.design, ["conv", "act"], bench.places())
    step = bench.do(pasted(bench.design, text, places=bench.places()))
    assert commands.added(step) == {"conv_2", "act_2"}
    assert wire("conv_2 -> act_2") in bench.wires()
    assert bench.node("conv_2").params == CONV
    assert step.name == "Paste 2 blocks"
    step = bench.do(pasted(bench.design, text, (1000, 1000), places=bench.places()))
    assert commands.added(step) == {"conv_3", "act_3"}
    stored = bench.design.positions[ROOT]
    assert abs(stored["conv_3"][0] + 108 - 1000) < 9
    assert stored["act_3"][1] - stored["conv_3"][1] == bench.places()["act"][1] - bench.places()["conv"][1]


def test_what_a_block_carries_comes_along() -> None:
    nodes = [
        Node("input", "input", {"shape": [8, 8, 8]}),
        Node("stem_act", "relu", {}, "my label", "stem", True, None, {"colour": "red"}),
        Node("odd", "mystery", {"p": [1, {"q": 2}]}, version=7),
    ]
    bench = Bench(design(nodes, ["input -> stem_act", "stem_act -> odd.in"]))
    step = bench.do(duplicated(bench.design, ["stem_act", "odd"]))
    assert step.name == "Duplicate 2 blocks"
    assert commands.added(step) == {"stem_act_2", "odd_2"}
    assert bench.node("stem_act_2") == Node("stem_act_2", "relu", {}, "my label", "stem", True, None, {"colour": "red"})
    assert bench.node("odd_2").params == {"p": [1, {"q": 2}]}
    assert bench.node("odd_2").version == 7
    assert wire("stem_act_2 -> odd_2.in") in bench.wires()


def test_a_copy_stands_on_no_other_block() -> None:
    bench = Bench(chain(("conv", "conv2d", CONV), ("act", "relu")))
    for _ in range(3):
        bench.do(duplicated(bench.design, ["act"], bench.places()))
    boxes = [(x, y, x + 216, y + 48) for x, y in bench.design.positions[ROOT].values()]
    assert not any(a is not b and a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for a in boxes for b in boxes)
    assert duplicated(bench.design, ["ghost"]).edits == ()


def test_a_note_alone_is_pasted_where_the_pointer_is() -> None:
    made = chain(("act", "relu"))
    made.notes = {ROOT: {"n": Note("n", "why", 10.0, 20.0)}}
    bench = Bench(chain(("act", "relu")))
    step = bench.do(pasted(bench.design, copied(made, [], notes=["n"]), (300.0, 400.0)))
    assert step.name == "Paste note"
    (note,) = bench.design.notes[ROOT].values()
    assert (note.x, note.y) != (10.0, 20.0)


def test_own_blocks_come_along_inner_ones_first() -> None:
    text = copied(with_unit(), ["mine"])
    bench = Bench(chain("relu", shape=(8, 8, 8)))
    step = bench.do(pasted(bench.design, text))
    defined = [edit.definition.id for edit in step.edits if isinstance(edit, Define)]
    assert defined == ["inner", "unit"]
    assert bench.node("mine").block == "own.unit"
    assert bench.design.positions["unit"] == {"conv": (0.0, 0.0)}
    assert bench.design.notes["unit"]["n"].text == "why"
    bench.do(commands.connect(bench.design, wire("input -> mine")))
    assert bench.engine.results["mine"].status in ("ok", "unused")


def test_places_inside_are_left_out_where_wires_run_another_way() -> None:
    text = copied(with_unit(), ["mine"])
    bench = Bench(chain("relu", shape=(8, 8, 8)))
    bench.design.flow = RIGHT
    bench.do(pasted(bench.design, text))
    assert "unit" not in bench.design.positions, "the canvas lays it out as wires run here"
    assert bench.design.notes["unit"]["n"].text == "why"
    back = Bench(chain("relu", shape=(8, 8, 8)))
    back.design.flow = RIGHT
    made = with_unit()
    made.flow = RIGHT
    back.do(pasted(back.design, copied(made, ["mine"])))
    assert back.design.positions["unit"] == {"conv": (0.0, 0.0)}


def test_equal_own_blocks_merge() -> None:
    bench = Bench(with_unit())
    step = bench.do(pasted(bench.design, copied(with_unit(), ["mine"])))
    assert not any(isinstance(edit, Define) for edit in step.edits)
    assert bench.node("mine_2").block == "own.unit"
    equal = with_unit()
    equal.definitions["unit"].network.replace_node(Node("conv", "conv2d", {"out_channels": 8, "stride": 1}))
    step = bench.do(pasted(bench.design, copied(equal, ["mine"])))
    assert not any(isinstance(edit, Define) for edit in step.edits), "a default that is written out changes nothing"


def test_different_own_blocks_get_a_new_name() -> None:
    bench = Bench(with_unit(8))
    bench.do(pasted(bench.design, copied(with_unit(16), ["mine"])))
    assert bench.node("mine_2").block == "own.unit_2"
    assert sorted(bench.design.definitions) == ["inner", "unit", "unit_2"]
    assert bench.design.definitions["unit"].network.node("conv").params == {"out_channels": 8}
    again = bench.do(pasted(bench.design, copied(with_unit(16), ["mine"])))
    assert bench.node("mine_3").block == "own.unit_2", "the one with the new name is equal now"
    assert not any(isinstance(edit, Define) for edit in again.edits)
    other = with_unit(8)
    other.definitions["inner"].network.replace_node(Node("act", "relu6"))
    bench.do(pasted(bench.design, copied(other, ["mine"])))
    assert bench.node("mine_4").block == "own.unit_3", "what it holds is another"
    assert bench.design.definitions["unit_3"].network.node("in_it").block == "own.inner_2"


def test_a_block_is_not_pasted_into_itself() -> None:
    bench = Bench(with_unit())
    text = copied(bench.design, ["mine"])
    assert "cannot contain itself" in bench.refused(lambda: pasted(bench.design, text, scope="unit"))
    assert "cannot contain itself" in bench.refused(lambda: pasted(bench.design, text, scope="inner"))
    bench.do(pasted(bench.design, copied(bench.design, ["conv", "in_it"], scope="unit"), scope="unit"))
    assert "conv_2" in bench.design.definitions["unit"].network


def test_a_whole_document_can_be_pasted() -> None:
    source = load("mobilenet_v2")
    source.notes = {ROOT: {"n": Note("n", "from the paper", 10.0, 20.0)}}
    bench = Bench(Design("empty"))
    bench.do(pasted(bench.design, write(source), (0.0, 0.0)))
    assert bench.engine.total == Engine(source).total
    assert bench.design.notes[ROOT]["n"].text == "from the paper"
    step = bench.do(pasted(bench.design, write(source), (0.0, 0.0)))
    assert len(commands.added(step)) == len(source.root)
    assert {edit.id for edit in step.edits if hasattr(edit, "note")} == {"n_2"}


def test_stages_that_cannot_be_here_are_left_out() -> None:
    nodes = [Node("a", "input"), Node("s_act", "relu", stage="s")]
    text = copied(design(nodes, []), ["s_act"])
    bench = Bench(design([Node("s", "relu")], []))
    bench.do(pasted(bench.design, text))
    assert bench.node("s_act").stage is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no text"),
        (" \n", "no text"),
        ("hello", "no blocks"),
        ("[1, 2]", "no blocks"),
        ('{"a": 1}', "not a design"),
        ("{", "cut short"),
        ('{"format": "lightdesign", "schema": 999, "nodes": [], "edges": []}', "newer lightdesigner"),
        ('{"format": "lightdesign", "schema": 1, "nodes": [], "edges": []}', "empty"),
        ('{"format": "lightdesign", "schema": 1, "nodes": [{"id": "a"}], "edges": []}', "block"),
        ('{"format": "lightdesign", "schema": 1, "nodes": [{"id": "A", "block": "relu"}], "edges": []}', "id"),
        ('{"format": "lightdesign", "schema": 1, "nodes": [], "edges": [["a", "y", "b", "x"]]}', "ends at nothing"),
        ("{" * 5000, "no blocks"),
    ],
)
def test_bad_text_is_refused_with_a_sentence(text: str, says: str) -> None:
    target = chain("relu")
    before = state(target)
    with pytest.raises(ClipboardError) as problem:
        pasted(target, text)
    assert says in str(problem.value)
    assert str(problem.value).endswith(".")
    assert state(target) == before


def test_any_prefix_of_a_copy_is_refused_or_pasted() -> None:
    text = copied(with_unit(), ["mine"])
    target = chain("relu")
    for end in range(0, len(text) - 2, 7):
        with pytest.raises((ClipboardError, StructureError)):
            pasted(target, text[:end])


def test_the_text_of_copies_does_not_depend_on_order() -> None:
    made = load("resnet18")
    ids = list(made.root)
    assert copied(made, ids) == copied(made, reversed(ids))
