"""Bad input: every document that is no design is refused with a sentence, at once."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from typing import Any

import pytest

from blocks.spec import MAX_NESTING
from designer.document.errors import DocumentError
from designer.document.format import read


def document(**changes: Any) -> dict[str, Any]:
    """A small design that reads well."""
    return {
        "format": "lightdesign",
        "schema": 1,
        "name": "small",
        "blocks": {"input": 1, "conv2d": 1, "output": 1, "add": 1},
        "nodes": [
            {"id": "input", "block": "input"},
            {"id": "conv", "block": "conv2d", "params": {"out_channels": 8}},
            {"id": "output", "block": "output"},
        ],
        "edges": [["input", "y", "conv", "x"], ["conv", "y", "output", "x"]],
        **changes,
    }


def own(name: str, *uses: str, **changes: Any) -> dict[str, Any]:
    """A definition that holds copies of others one behind the other."""
    chain = ["x", *[f"copy{k}" for k in range(len(uses))], "y"]
    nodes = [{"id": "x", "block": "input"}, {"id": "y", "block": "output"}]
    nodes += [{"id": f"copy{k}", "block": f"own.{used}"} for k, used in enumerate(uses)]
    ports = [("y", "x"), *[("y", "x")] * len(uses)]
    edges = [[a, out, b, into] for (a, b), (out, into) in zip(pairwise(chain), ports, strict=True)]
    return {"id": name, "name": name.title(), "version": 1, "nodes": nodes, "edges": edges, **changes}


def with_node(**node: Any) -> dict[str, Any]:
    made = document()
    made["nodes"].append({"id": "extra", "block": "relu", **node})
    return made


def with_edges(*edges: Any) -> dict[str, Any]:
    made = document()
    made["nodes"] += [{"id": "a", "block": "add"}, {"id": "b", "block": "add"}, {"id": "odd", "block": "mystery"}]
    made["edges"] += edges
    return made


def refused(text: str, seconds: float = 10.0) -> DocumentError:
    """Reading says a sentence, and does not hang over it: seconds of the processor, so that other work does not count."""
    start = time.process_time()
    with pytest.raises(DocumentError) as caught:
        read(text)
    assert time.process_time() - start < seconds
    message = str(caught.value)
    assert message.strip() == message
    assert message.endswith(".")
    assert len(message) < 400
    assert "Traceback" not in message
    return caught.value


GOOD = json.dumps(document(), indent=2)


def test_the_document_that_all_others_here_break_is_good() -> None:
    assert len(read(GOOD).root) == 3


# -- no JSON -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "sentence", "place"),
    [
        ("", "empty", "The file is empty.", (1, 1)),
        ("  \n\t", "empty", "The file is empty.", None),
        ("hello", "bad_json", "This is not valid JSON: at line 1, column 1, a value is missing.", (1, 1)),
        ('{"format" "x"}', "bad_json", "This is not valid JSON: at line 1, column 11, a colon is missing.", (1, 11)),
        (
            '{\n "format": 1\n "schema": 2}',
            "bad_json",
            "This is not valid JSON: at line 3, column 2, a comma or a closing bracket is missing.",
            (3, 2),
        ),
        ("{'a': 1}", "bad_json", "This is not valid JSON: at line 1, column 2, a key in double quotes is missing.", (1, 2)),
        (
            '{"a": 1} x',
            "bad_json",
            "This is not valid JSON: at line 1, column 10, more text follows where the design should end.",
            (1, 10),
        ),
        (
            '{"a": "b\nc"}',
            "bad_json",
            "This is not valid JSON: at line 1, column 9, a line break or another control character stands inside a text.",
            (1, 9),
        ),
        (
            '{"a": "\\q"}',
            "bad_json",
            "This is not valid JSON: at line 1, column 8, a backslash is followed by something that means nothing.",
            (1, 8),
        ),
        ('{"a": NaN}', "not_a_number", "At line 1, column 7, NaN is no number that a design can hold.", (1, 7)),
        ('{"NaN": "NaN",\n"a": NaN}', "not_a_number", "At line 2, column 6, NaN is no number that a design can hold.", (2, 6)),
        ('{"a": -Infinity}', "not_a_number", "At line 1, column 7, -Infinity is no number that a design can hold.", (1, 7)),
        ('{"a": [0, 1e999]}', "number_range", "At line 1, column 11, the number 1e999 is too large.", (1, 11)),
        ('{"a": -1e999}', "number_range", "At line 1, column 7, the number -1e999 is too large.", (1, 7)),
        (
            '{"a": 1, "b": 2,\n "a": 3}',
            "duplicate_key",
            "At line 2, column 2, the key 'a' stands twice in one object.",
            (2, 2),
        ),
    ],
)
def test_a_text_that_is_no_json_is_refused_with_its_place(
    text: str, code: str, sentence: str, place: tuple[int, int] | None
) -> None:
    error = refused(text)
    assert (error.code, str(error)) == (code, sentence)
    if place is not None and code != "empty":
        assert (error.line, error.column) == place


def test_a_whole_number_of_5000_digits_is_refused_with_its_place() -> None:
    error = refused('{\n "a": -' + "7" * 5000 + "}")
    assert (error.code, error.line, error.column) == ("number_range", 2, 7)
    assert str(error) == "At line 2, column 7, a whole number of 5,000 digits is too large."


def test_every_truncation_is_refused() -> None:
    for end in range(len(GOOD.rstrip())):
        error = refused(GOOD[:end])
        assert error.code in ("empty", "truncated"), GOOD[:end]
        if error.code == "truncated":
            assert error.line is not None
            assert "it is cut short" in str(error)


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"format": "lightdesign", "schema": 1, "x": ['])
def test_nesting_100000_deep_is_refused(opening: str) -> None:
    assert refused(opening * 100_000).code == "too_nested"


def test_nesting_that_python_could_follow_is_refused_too() -> None:
    for place in ("extra", "params"):
        deep = "[" * 150 + "]" * 150
        text = GOOD.replace('"format"', f'"more": {deep}, "format"') if place == "extra" else GOOD.replace("8", deep)
        assert str(refused(text)) == "Values are nested more than 100 deep; no design needs that."


def test_half_a_character_is_refused_and_a_whole_one_is_not() -> None:
    assert refused(json.dumps(document(name="\ud83d"))).code == "bad_text"
    assert read(json.dumps(document(name="\U0001f600"))).name == "\U0001f600"
    assert read(json.dumps(document(name="a \\ud83d in words"))).name == "a \\ud83d in words"


# -- JSON, but no design -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code", "sentence"),
    [
        ([], "not_a_design", 'This is not a design: it does not say "format": "lightdesign".'),
        (None, "not_a_design", 'This is not a design: it does not say "format": "lightdesign".'),
        ({"nbformat": 4}, "not_a_design", 'This is not a design: it does not say "format": "lightdesign".'),
        (document(format="other"), "not_a_design", 'This is not a design: it does not say "format": "lightdesign".'),
        (document(schema="1"), "wrong_type", "\"schema\" needs a whole number from 1, but holds '1'."),
        (document(schema=True), "wrong_type", '"schema" needs a whole number from 1, but holds True.'),
        (document(schema=0), "wrong_type", '"schema" needs a whole number from 1, but holds 0.'),
        (document(schema=1.5), "wrong_type", '"schema" needs a whole number from 1, but holds 1.5.'),
        (
            document(schema=7),
            "newer_schema",
            "The document has schema 7, but this program reads schemas up to 1. Open it with a newer lightdesigner.",
        ),
        (
            {"format": "lightdesign", "schema": 2, "everything": "else is different"},
            "newer_schema",
            "The document has schema 2, but this program reads schemas up to 1. Open it with a newer lightdesigner.",
        ),
        ({"format": "lightdesign", "schema": 1}, "wrong_type", 'The document has no "nodes".'),
        ({"format": "lightdesign", "schema": 1, "nodes": []}, "wrong_type", 'The document has no "edges".'),
        (document(nodes={}), "wrong_type", '"nodes" needs a list, but holds an object.'),
        (document(nodes=[7]), "wrong_type", '"nodes[0]" needs an object, but holds a whole number.'),
        (document(nodes=[{"id": "a"}]), "wrong_type", '"nodes[0]" has no "block".'),
        (document(nodes=[{"id": 3, "block": "relu"}]), "wrong_type", '"nodes[0].id" needs a text, but holds a whole number.'),
        (with_node(params=[]), "wrong_type", '"nodes[3].params" needs an object, but holds a list.'),
        (with_node(label=None), "wrong_type", '"nodes[3].label" needs a text, but holds nothing.'),
        (with_node(disabled=1), "wrong_type", '"nodes[3].disabled" needs true or false, but holds a whole number.'),
        (with_node(stage=1), "wrong_type", '"nodes[3].stage" needs a text or nothing, but holds a whole number.'),
        (with_node(version=1.5), "wrong_type", '"nodes[3].version" needs a whole number or nothing, but holds a number.'),
        (with_node(version=0), "bad_version", "relu has no version 0; versions begin at 1."),
        (document(blocks={"conv2d": -3}), "bad_version", "conv2d has no version -3; versions begin at 1."),
        (document(blocks={"conv2d": "1"}), "wrong_type", '"blocks[...]" needs a whole number, but holds a text.'),
        (document(edges=[["a", "b"]]), "wrong_type", '"edges[0]" needs a list of 4 values, but holds 2.'),
        (document(edges=[["a", "b", "c", 4]]), "wrong_type", '"edges[0][3]" needs a text, but holds a whole number.'),
        (document(name=["x"]), "wrong_type", '"name" needs a text, but holds a list.'),
        (document(origin="resnet50"), "wrong_type", '"origin" needs an object or nothing, but holds a text.'),
        (document(flow=1), "wrong_type", '"flow" needs a text, but holds a whole number.'),
        (document(positions={"": {"conv": [1]}}), "wrong_type", '"positions[...][...]" needs a list of 2 values, but holds 1.'),
        (
            document(positions={"": {"conv": ["1", 2]}}),
            "wrong_type",
            '"positions[...][...][0]" needs a number, but holds a text.',
        ),
        (document(notes={"": [{"id": "a"}]}), "wrong_type", '"notes[...][0]" has no "text".'),
        (document(definitions={}), "wrong_type", '"definitions" needs a list, but holds an object.'),
        (document(definitions=[{"id": "a"}]), "wrong_type", '"definitions[0]" has no "name".'),
    ],
)
def test_json_that_is_no_design_is_refused(data: Any, code: str, sentence: str) -> None:
    error = refused(json.dumps(data))
    assert (error.code, str(error)) == (code, sentence)


def test_a_position_too_large_for_a_number_is_refused() -> None:
    assert refused(json.dumps(document(positions={"": {"conv": [10**400, 0]}}))).code == "wrong_type"


# -- a design, but not one that can be a graph ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code", "part"),
    [
        (with_node(id="conv"), "duplicate_id", "The id 'conv' is given to two nodes."),
        (with_node(id="output", block="output"), "duplicate_id", "The id 'output' is given to two nodes."),
        (with_node(id="Conv"), "bad_id", "'Conv' cannot be a node's id"),
        (with_node(id="a__b"), "bad_id", "'a__b' cannot be a node's id"),
        (with_node(id="lambda"), "bad_id", "'lambda' cannot be a node's id"),
        (with_node(id="forward"), "bad_id", "'forward' cannot be a node's id"),
        (with_node(id="../../etc"), "bad_id", "'../../etc' cannot be a node's id"),
        (with_node(id="a" * 101), "bad_id", "cannot be a node's id"),
        (with_node(id=""), "bad_id", "'' cannot be a node's id"),
        (with_node(stage="no stage"), "bad_id", "'no stage' cannot be the name of a stage"),
        (with_node(stage="conv"), "path_taken", "'conv' is the name of a stage and of a node outside all stages."),
        (with_node(id="extra_1", stage="extra"), "bad_id", "'extra_1' leaves no name once the stage's name 'extra' is cut off."),
        (with_node(disabled=True, block="input"), "cannot_disable", "extra cannot be bypassed"),
        (
            with_edges(["conv", "y", "nothing", "x"]),
            "no_node",
            "A wire from 'conv' to 'nothing' ends at nothing: no node 'nothing'.",
        ),
        (with_edges(["nothing", "y", "a", "a"]), "no_node", "A wire from 'nothing' to 'a' ends at nothing: no node 'nothing'."),
        (with_edges(["conv", "z", "a", "a"]), "no_port", "conv has no output 'z'; its outputs: y."),
        (with_edges(["conv", "y", "a", "c"]), "no_port", "a has no input 'c'; its inputs: a, b."),
        (with_edges(["conv", "x", "a", "a"]), "direction", "conv.x is an input; a wire begins at an output."),
        (with_edges(["conv", "y", "a", "y"]), "direction", "a.y is an output; a wire ends at an input."),
        (with_edges(["conv", "y", "conv", "x"]), "occupied", "Two wires end at conv.x; an input takes one."),
        (with_edges(["a", "y", "a", "a"]), "cycle", "The wires close a cycle: a -> a."),
        (with_edges(["a", "y", "b", "a"], ["b", "y", "a", "a"]), "cycle", "The wires close a cycle: a -> b -> a."),
        (with_edges(["odd", "out", "odd", "in"]), "cycle", "The wires close a cycle: odd -> odd."),
        (document(definitions=[own("twin"), own("twin")]), "duplicate_id", "The id 'twin' is given to two own blocks."),
        (document(definitions=[own("Twin")]), "bad_id", "In the own block 'Twin': 'Twin' cannot be the id of a block"),
        (document(definitions=[own("me", "me")]), "recursion", "own.me stands inside itself: a block cannot contain itself."),
        (
            document(definitions=[own("a", "b"), own("b", "c"), own("c", "a")]),
            "recursion",
            "own.a stands inside itself: a block cannot contain itself.",
        ),
        (
            document(definitions=[own("d", edges=[["x", "y", "z", "x"]])]),
            "no_node",
            "In the own block 'd': A wire from 'x' to 'z'",
        ),
        (
            document(definitions=[own("d", exposed=[{"name": "a b", "bindings": []}])]),
            "bad_id",
            "In the own block 'd': 'a b' cannot be the name of a parameter of own.d",
        ),
        (
            document(definitions=[own("d", exposed=[{"name": "w", "bindings": []}, {"name": "w", "bindings": []}])]),
            "duplicate_id",
            "In the own block 'd': The parameter 'w' is exposed twice.",
        ),
        (
            document(notes={"": [{"id": "n", "text": "1"}, {"id": "n", "text": "2"}]}),
            "duplicate_id",
            "The id 'n' is given to two notes.",
        ),
    ],
)
def test_a_design_that_is_no_graph_is_refused(data: Any, code: str, part: str) -> None:
    error = refused(json.dumps(data))
    assert error.code == code
    assert part in str(error)


def test_two_nodes_of_one_path_are_refused() -> None:
    data = document()
    data["nodes"] += [{"id": "s_a", "block": "relu", "stage": "s"}, {"id": "a", "block": "relu", "stage": "s"}]
    assert str(refused(json.dumps(data))) == "'s_a' and 'a' share the path 's.a'."


def chain(depth: int) -> dict[str, Any]:
    """Definitions inside each other, written in an order that helps nobody."""
    inner = [own(f"d{k}", f"d{k + 1}") for k in range(depth - 1)] + [own(f"d{depth - 1}")]
    return document(definitions=inner[::2] + inner[1::2])


def test_definitions_nested_too_deep_are_refused() -> None:
    assert len(read(json.dumps(chain(MAX_NESTING))).definitions) == MAX_NESTING
    for depth in (MAX_NESTING + 1, 1_000):
        error = refused(json.dumps(chain(depth)))
        assert error.code == "too_deep"
        assert "nested 64 deep" in str(error)


def test_more_definitions_than_any_design_may_have_are_refused() -> None:
    error = refused(json.dumps(document(definitions=[own(f"d{k}") for k in range(20_000)])))
    assert str(error) == "A design may have 1,000 own blocks at most, but this has 20,000."


def test_a_cycle_of_10000_nodes_is_named_in_short() -> None:
    nodes = [{"id": f"n{k}", "block": "relu"} for k in range(10_000)]
    edges = [[f"n{k}", "y", f"n{(k + 1) % 10_000}", "x"] for k in range(10_000)]
    error = refused(json.dumps(document(nodes=nodes, edges=edges)), seconds=5)
    assert error.code == "cycle"
    assert "..." in str(error)


def test_more_nodes_than_any_design_may_have_are_refused() -> None:
    nodes = ",".join([f'{{"id":"n{k}","block":"relu"}}' for k in range(200_001)])
    error = refused(f'{{"format":"lightdesign","schema":1,"edges":[],"nodes":[{nodes}]}}', seconds=10)
    assert str(error) == "The document has 200,001 nodes; 200,000 are the most this program takes."
