"""How a document looks: what stands in it, in which order, and what is kept although nobody here knows it."""

from __future__ import annotations

import gc
import json
import time
from typing import Any

import pytest

from blocks.builder import Builder
from designer.catalogue import load, network_of
from designer.document.errors import DocumentError
from designer.document.format import read, write
from designer.graph.design import Design, Note, Origin
from designer.graph.edits import Move, SetParam
from designer.graph.network import Edge, Network, Node
from designer.graph.own_block import Definition, Exposed

SMALL = """{
  "format": "lightdesign",
  "schema": 1,
  "name": "small",
  "origin": {"preset": "tiny", "options": {"width": 0.1, "resolution": [96, 160]}, "since": "2031"},
  "blocks": {
    "concat": 1,
    "conv2d": 1,
    "input": 1,
    "output": 1
  },
  "nodes": [
    {"id": "all", "block": "concat", "label": "λ \\"both\\"\\n"},
    {"id": "copy", "block": "own.twice", "params": {"width": 8}},
    {"id": "head_conv", "block": "conv2d", "stage": "head", "disabled": true, "params": {"kernel_size": [1, 3]}, "z": 0.1},
    {"id": "input", "block": "input", "params": {"shape": [8, 16, 16]}},
    {"id": "output", "block": "output"}
  ],
  "edges": [
    ["input", "y", "all", "x.2"],
    ["copy", "y", "all", "x.10"],
    ["input", "y", "copy", "x"],
    ["all", "y", "head_conv", "x"],
    ["head_conv", "y", "output", "x"]
  ],
  "definitions": [
    {
      "id": "twice",
      "name": "Twice as wide",
      "version": 3,
      "help": "Doubles the channels.",
      "exposed": [
        {"name": "width", "bindings": [["conv", "out_channels"]], "help": "Channels.", "unit": "none"},
        {"name": "kernel", "bindings": [["conv", "kernel_size"]]}
      ],
      "nodes": [
        {"id": "conv", "block": "conv2d", "params": {"out_channels": {"same_as": "x.channels", "times": 2}}},
        {"id": "x", "block": "input"},
        {"id": "y", "block": "output"}
      ],
      "edges": [
        ["x", "y", "conv", "x"],
        ["conv", "y", "y", "x"]
      ],
      "author": {"name": "?", "born": null}
    }
  ],
  "tool": [1, {"b": 2, "a": []}],
  "notes": {
    "": [
      {"id": "n1", "text": "Why so wide?", "x": -12.5, "y": 0, "ink": "blue"}
    ],
    "twice": [
      {"id": "n1", "text": "", "x": 0, "y": 1e+30}
    ]
  },
  "positions": {
    "": {
      "copy": [0.1, -3],
      "input": [120, 40.25]
    },
    "twice": {
      "conv": [1, 2]
    }
  }
}
"""


def test_a_document_is_written_again_byte_for_byte() -> None:
    assert write(read(SMALL)) == SMALL


def test_what_a_document_says_is_read() -> None:
    design = read(SMALL)
    assert design.name == "small"
    assert design.origin == Origin("tiny", {"width": 0.1, "resolution": [96, 160]}, {"since": "2031"})
    assert design.root.node("head_conv") == Node(
        "head_conv", "conv2d", {"kernel_size": [1, 3]}, "", "head", True, None, {"z": 0.1}
    )
    assert design.root.sources("all") == {"x.2": ("input", "y"), "x.10": ("copy", "y")}
    definition = design.definitions["twice"]
    assert (definition.name, definition.version, definition.help) == ("Twice as wide", 3, "Doubles the channels.")
    assert definition.exposed["width"] == Exposed([("conv", "out_channels")], "Channels.", {"unit": "none"})
    assert list(definition.exposed) == ["width", "kernel"]
    assert design.notes[""] == {"n1": Note("n1", "Why so wide?", -12.5, 0.0, {"ink": "blue"})}
    assert design.positions["twice"] == {"conv": (1.0, 2.0)}
    assert design.extra == {"tool": [1, {"b": 2, "a": []}]}


def test_keys_and_layout_of_a_document_from_elsewhere_do_not_matter() -> None:
    data = json.loads(SMALL)
    data["nodes"].reverse()
    data["edges"].reverse()
    shuffled = json.dumps(dict(reversed(data.items())), ensure_ascii=True)
    assert write(read(shuffled)) == SMALL


def test_moving_blocks_changes_only_the_positions() -> None:
    design = load("mobilenet_v2")
    before = write(design).splitlines()
    Move(positions={node_id: (float(k), 1 / 3) for k, node_id in enumerate(sorted(design.root))}).apply(design)
    after = write(design).splitlines()
    start = after.index('  "positions": {')
    assert [line.rstrip(",") for line in after[:start]] == [line.rstrip(",") for line in before[:-1]]
    assert '      "head_conv": [1, 0.3333333333333333],' in after


def test_one_parameter_is_one_line_of_a_diff() -> None:
    design = load("mobilenet_v2")
    before = set(write(design).splitlines())
    SetParam(node="stage3_ir2", name="expand_ratio", value=4).apply(design)
    changed = set(write(design).splitlines()) - before
    assert len(changed) == 1
    assert '"expand_ratio": 4' in changed.pop()


def test_parameters_are_written_in_one_form_and_defaults_not_at_all() -> None:
    def written(**params: Any) -> Any:
        design = Design("one", Network.of([Node("conv", "conv2d", params)], []))
        return json.loads(write(design))["nodes"][0].get("params", {})

    assert written(kernel_size=[5, 5]) == written(kernel_size=5) == written(kernel_size=(5, 5)) == {"kernel_size": 5}
    assert written(kernel_size=5.0) == {"kernel_size": 5}
    assert written(groups=1, dilation=[1, 1], padding_mode="zeros") == {}
    assert written(padding="same", stride=[2, 1]) == {"padding": "same", "stride": [2, 1]}
    assert written(groups=0, stride=[1], unheard_of=1) == {"groups": 0, "stride": [1], "unheard_of": 1}


def test_own_blocks_keep_parameters_that_equal_the_default_of_today() -> None:
    """The default follows the definition, so what was said explicitly must not begin to follow it."""
    design = read(SMALL)
    SetParam(node="copy", name="kernel", value=3).apply(design)
    assert '"params": {"kernel": 3, "width": 8}' in write(design)


def test_floats_are_the_shortest_that_read_back_equal() -> None:
    numbers = [0.1, 1 / 3, 1e-7, 5e-324, 1.7976931348623157e308, 2**53 + 1.0, 0.30000000000000004, -0.0]
    design = Design("numbers", Network.of([Node("odd", "mystery", {"numbers": numbers})], []))
    text = write(design)
    assert (
        "[0.1, 0.3333333333333333, 1e-07, 5e-324, 1.7976931348623157e+308, 9007199254740992.0, 0.30000000000000004, -0.0]" in text
    )
    assert str(read(text).root.node("odd").params["numbers"]) == str(numbers)


def test_texts_of_all_kinds_are_read_back() -> None:
    label = 'quotes " \\ / \b\f\n\r\t \x00 \x1f \x7f \x85 \u2028 \u2029 \ufeff \uffff é 漢 \U0001f600'
    design = Design(label, Network.of([Node("act", "relu", {}, label)], []))
    text = write(design)
    assert (read(text).name, read(text).root.node("act").label) == (label, label)
    assert len(text.splitlines()) > 5
    assert text.encode("utf-8").decode("utf-8") == text


def test_half_a_character_in_a_label_does_not_stop_a_save() -> None:
    design = Design("half", Network.of([Node("act", "relu", {}, "a\ud83db")], []))
    assert read(write(design)).root.node("act").label == "a\ufffdb"


@pytest.mark.parametrize(
    "value", [float("inf"), 10**5000, {1: 2}, {"a": [object()]}, b"bytes"], ids=["inf", "digits", "key", "object", "bytes"]
)
def test_a_value_that_could_not_be_read_back_is_not_written(value: Any) -> None:
    design = Design("odd", Network.of([Node("odd", "mystery", {"value": value})], []))
    with pytest.raises(DocumentError, match=r"^odd: value is .*, which a document cannot hold\. Change it\.$"):
        write(design)


def test_values_nested_too_deep_are_not_written_and_those_that_are_can_be_read() -> None:
    def nested(depth: int) -> Design:
        value: Any = 1
        for _ in range(depth):
            value = [value]
        definition = Definition("d", "D", Network.of([Node("odd", "mystery", {"value": value})], []))
        design = Design("deep")
        design.definitions["d"] = definition
        return design

    text = write(nested(90))
    assert write(read(text)) == text
    with pytest.raises(DocumentError):
        write(nested(91))


def test_positions_that_are_nowhere_or_of_nothing_are_left_out() -> None:
    design = Design("places", Network.of([Node("a", "relu"), Node("b", "relu")], []))
    design.positions[""] = {"a": (float("nan"), 3.0), "gone": (1.0, 1.0), "b": (float("inf"), -0.0)}
    assert json.loads(write(design))["positions"] == {"": {"a": [0, 3], "b": [0, 0]}}
    data = json.loads(write(design))
    data["positions"] = {"": {"gone": [1, 2]}, "no_definition": {"a": [1, 2]}}
    assert read(json.dumps(data)).positions == {}


def test_an_empty_design_is_a_document() -> None:
    text = write(Design())
    assert text == '{\n  "format": "lightdesign",\n  "schema": 1,\n  "name": "untitled",\n  "nodes": [],\n  "edges": []\n}\n'
    assert write(read(text)) == text
    assert read('{"format": "lightdesign", "schema": 1, "nodes": [], "edges": []}').name == "untitled"


def test_an_id_twice_in_different_scopes_is_no_duplicate() -> None:
    assert "conv" not in read(SMALL).root
    data = json.loads(SMALL)
    data["nodes"].append({"id": "conv", "block": "conv2d"})
    assert "conv" in read(json.dumps(data)).root


def test_large_documents_are_read_in_linear_time() -> None:
    def document(count: int) -> str:
        draw = Builder()
        x = draw.input((8, 16, 16), name="input")
        for number in range(count):
            x = draw.conv2d(x, 8, 3, padding=1, name=f"conv{number}")
        draw.output(x, name="output")
        design = Design("large", network_of(draw))
        design.positions[""] = dict.fromkeys(design.root, (1.5, 2.0))
        return write(design)

    def seconds(text: str) -> float:
        def once() -> float:
            gc.collect()
            gc.disable()  # its full collections look at everything else that these tests hold
            start = time.process_time()
            read(text)
            spent = time.process_time() - start
            gc.enable()
            return spent

        return min(once() for _ in range(3))

    small, large = seconds(document(2_000)), seconds(document(10_000))
    assert small < 0.3
    assert large < 12 * small


def test_a_wide_merge_keeps_the_order_of_its_slots() -> None:
    edges = [Edge("input", "y", "all", f"x.{slot}") for slot in range(12)]
    design = Design("wide", Network.of([Node("input", "input"), Node("all", "concat")], edges))
    assert [edge[3] for edge in json.loads(write(design))["edges"]] == [f"x.{slot}" for slot in range(12)]


def test_ports_may_have_any_names() -> None:
    """networkx once took the key ("y1", "x1") of a wire for a dictionary."""
    for source_port, target_port in (("y1", "x1"), ("y", "x"), ("out", "in"), ("", ""), ("ab", "x"), ("y", "ab")):
        nodes = [Node("before", "mystery"), Node("behind", "mystery")]
        design = Design("ports", Network.of(nodes, [Edge("before", source_port, "behind", target_port)]))
        assert read(write(design)).root.edges() == [Edge("before", source_port, "behind", target_port)]
