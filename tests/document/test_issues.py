"""What reads, and is then reported by the analysis: a document with something odd in it is still a person's work."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from typing import Any

import pytest

from blocks.errors import Issue
from designer.analysis.engine import Engine
from designer.document.format import read, write

Raw = dict[str, Any]


def line_of(*middle: Raw, ports: dict[str, tuple[str, str]] | None = None, **rest: Any) -> str:
    """A document with nodes one behind the other, an input before and an output behind them."""
    nodes = [{"id": "input", "block": "input", "params": {"shape": [8, 16, 16]}}, *middle, {"id": "output", "block": "output"}]
    edges = []
    for before, after in pairwise(nodes):
        into = (ports or {}).get(after["id"], ("x", "y"))[0]
        out = (ports or {}).get(before["id"], ("x", "y"))[1]
        edges.append([before["id"], out, after["id"], into])
    return json.dumps({"format": "lightdesign", "schema": 1, "nodes": nodes, "edges": edges, **rest})


def issues(text: str) -> list[Issue]:
    """What a fresh analysis says after the document was read; writing and reading it again changes nothing of it."""
    design = read(text)
    engine = Engine(design)
    again = read(write(design))
    assert write(again) == write(design)
    assert Engine(again).issues() == engine.issues()
    assert engine.total is None
    return engine.issues()


def conv(**params: Any) -> Raw:
    return {"id": "conv", "block": "conv2d", "params": {"out_channels": 8, **params}}


@pytest.mark.parametrize(
    ("node", "code", "param"),
    [
        ({"id": "odd", "block": "mystery", "params": {"depth": [1, {"a": None}]}}, "unknown_block", None),
        ({"id": "odd", "block": "own.nowhere"}, "unknown_block", None),
        ({"id": "odd", "block": ""}, "unknown_block", None),
        ({"id": "odd", "block": "conv2d", "version": 9}, "newer_block", None),
        (conv(colour="red"), "unknown_parameter", "colour"),
        (conv(kernel_size=10**9), "parameter_range", "kernel_size"),
        (conv(out_channels=10**12), "parameter_range", "out_channels"),
        (conv(out_channels=10**400), "parameter_range", "out_channels"),
        (conv(out_channels=-8), "parameter_range", "out_channels"),
        (conv(out_channels=1e300), "parameter_range", "out_channels"),
        (conv(out_channels=8.5), "parameter_range", "out_channels"),
        (conv(kernel_size=[3, 3, 3]), "parameter_range", "kernel_size"),
        (conv(kernel_size=[3, "3"]), "parameter_range", "kernel_size"),
        (conv(kernel_size={"height": 3}), "parameter_range", "kernel_size"),
        (conv(kernel_size=None), "parameter_range", "kernel_size"),
        (conv(kernel_size=True), "parameter_range", "kernel_size"),
        (conv(bias="yes"), "parameter_range", "bias"),
        (conv(bias=1), "parameter_range", "bias"),
        (conv(padding_mode=["zeros"]), "parameter_range", "padding_mode"),
        (conv(out_channels={"same_as": "input.channels"}), "parameter_range", "out_channels"),
        (conv(groups=3), "not_divisible", "groups"),
        (conv(kernel_size=99), None, None),
    ],
    ids=str,
)
def test_an_odd_node_is_read_and_reported(node: Raw, code: str | None, param: str | None) -> None:
    found = [issue for issue in issues(line_of(node)) if issue.severity == "error"]
    assert len(found) == 1
    assert found[0].path == node["id"]
    assert len(found[0].sentence()) < 500
    if code is not None:
        assert (found[0].code, found[0].param) == (code, param)


def test_an_input_of_negative_size_is_reported() -> None:
    text = line_of().replace("[8, 16, 16]", "[8, -16, 16]")
    (issue,) = issues(text)
    assert (issue.code, issue.param) == ("parameter_range", "shape")


def test_a_shape_that_does_not_fit_is_reported() -> None:
    data = json.loads(line_of(conv(stride=2)))
    data["nodes"].append({"id": "sum", "block": "add"})
    data["edges"] = [
        ["input", "y", "conv", "x"],
        ["input", "y", "sum", "a"],
        ["conv", "y", "sum", "b"],
        ["sum", "y", "output", "x"],
    ]
    (issue,) = issues(json.dumps(data))
    assert issue.code == "shape_mismatch"
    assert "from conv" in issue.message


def test_a_newer_block_names_both_versions_and_keeps_what_it_has() -> None:
    text = line_of({"id": "odd", "block": "conv2d", "params": {"out_channels": 8, "shape": "round"}}, blocks={"conv2d": 3})
    (issue,) = issues(text)
    assert "version 3 of conv2d" in issue.message
    assert "has version 1" in issue.message
    written = json.loads(write(read(text)))
    assert written["blocks"]["conv2d"] == 3
    assert {"id": "odd", "block": "conv2d", "params": {"out_channels": 8, "shape": "round"}} in written["nodes"]


def test_an_unknown_block_keeps_its_data_and_wires() -> None:
    odd = {
        "id": "odd",
        "block": "mystery",
        "label": "?",
        "params": {"b": 1.5, "a": {"z": [1, None, "x"], "y": False}},
        "colour": "red",
    }
    text = line_of(odd, ports={"odd": ("in.7", "out")}, blocks={"mystery": 4})
    design = read(text)
    assert design.root.sources("odd") == {"in.7": ("input", "y")}
    written = json.loads(write(design))
    assert odd in written["nodes"]
    assert ["input", "y", "odd", "in.7"] in written["edges"]
    assert ["odd", "out", "output", "x"] in written["edges"]
    assert written["blocks"] == {"input": 1, "mystery": 4, "output": 1}
    assert list(next(node for node in written["nodes"] if node["id"] == "odd")["params"]["a"]) == ["z", "y"]


def test_nodes_of_one_unknown_block_keep_different_versions() -> None:
    middle = [{"id": f"odd{k}", "block": "mystery", "version": version} for k, version in enumerate([2, 5, None])]
    written = json.loads(write(read(line_of(*middle))))
    assert written["blocks"]["mystery"] == 5
    by_id = {node["id"]: node for node in written["nodes"]}
    assert by_id["odd0"]["version"] == 2
    assert "version" not in by_id["odd1"]
    assert by_id["odd2"]["version"] is None


# -- own blocks ----------------------------------------------------------------------------------------------------------------


def own(name: str, middle: list[Raw], **rest: Any) -> Raw:
    nodes = [{"id": "x", "block": "input"}, *middle, {"id": "y", "block": "output"}]
    edges = [[a["id"], "y", b["id"], "x"] for a, b in pairwise(nodes)]
    return {"id": name, "name": name, "nodes": nodes, "edges": edges, **rest}


def test_a_relation_inside_a_definition_is_kept_and_followed() -> None:
    relation = {"same_as": "x.channels", "times": 6}
    wide = {"id": "wide", "block": "conv2d", "params": {"out_channels": relation, "kernel_size": 1}}
    text = line_of({"id": "copy", "block": "own.widen"}, definitions=[own("widen", [wide])])
    design = read(text)
    engine = Engine(design)
    assert engine.valid
    assert engine.results["output"].outputs == {"y": (48, 16, 16)}
    (definition,) = json.loads(write(design))["definitions"]
    assert relation in [node.get("params", {}).get("out_channels") for node in definition["nodes"]]


@pytest.mark.parametrize(
    "relation",
    [{"same_as": "z.channels"}, {"same_as": 7}, {"same_as": "x.channels", "times": 1e9}, {"times": 2}, {"same_as": "x.height"}],
)
def test_a_relation_that_leads_nowhere_is_reported(relation: Raw) -> None:
    wide = {"id": "wide", "block": "conv2d", "params": {"out_channels": relation}}
    found = issues(line_of({"id": "copy", "block": "own.widen"}, definitions=[own("widen", [wide])]))
    assert [(issue.code, issue.path) for issue in found] == [("bad_relation", "copy.wide")]


def test_an_unknown_block_inside_a_definition_is_reported_with_its_path() -> None:
    inner = [{"id": "odd", "block": "mystery", "params": {"width": 3}}]
    exposed = [{"name": "width", "bindings": [["odd", "width"]]}, {"name": "gone", "bindings": [["nobody", "width"]]}]
    found = issues(line_of({"id": "copy", "block": "own.strange"}, definitions=[own("strange", inner, exposed=exposed)]))
    assert [(issue.code, issue.path) for issue in found] == [("unknown_block", "copy.odd")]


def test_a_wire_to_a_port_that_an_own_block_has_lost_is_reported() -> None:
    definition = own("plain", [{"id": "act", "block": "relu"}])
    found = issues(line_of({"id": "copy", "block": "own.plain"}, ports={"copy": ("lost", "y")}, definitions=[definition]))
    assert found
    found = issues(line_of({"id": "copy", "block": "own.plain"}, ports={"copy": ("x", "lost")}, definitions=[definition]))
    assert found


@pytest.mark.parametrize(
    "nodes", [[], [{"id": "x", "block": "input"}], [{"id": "y", "block": "output"}]], ids=["empty", "in", "out"]
)
@pytest.mark.parametrize("disabled", [False, True])
def test_an_own_block_without_ports_stops_nothing(nodes: list[Raw], disabled: bool) -> None:
    definition = {"id": "hollow", "name": "Hollow", "nodes": nodes, "edges": []}
    copy = {"id": "copy", "block": "own.hollow", "disabled": disabled}
    assert issues(line_of(copy, ports={"copy": ("x", "y")}, definitions=[definition]))


def test_ten_levels_of_ten_copies_are_answered_at_once() -> None:
    start = time.perf_counter()
    levels = [own("level0", [{"id": "act", "block": "relu"}])]
    for level in range(1, 11):
        copies = [{"id": f"copy{k}", "block": f"own.level{level - 1}"} for k in range(10)]
        levels.append(own(f"level{level}", copies))
    found = issues(line_of({"id": "top", "block": "own.level10"}, definitions=levels))
    assert [issue.code for issue in found] == ["too_large"]
    assert time.perf_counter() - start < 2


def test_a_design_of_too_many_layers_is_refused_by_the_analysis() -> None:
    levels = [own("level0", [{"id": f"act{k}", "block": "relu"} for k in range(100)])]
    levels.append(own("level1", [{"id": f"copy{k}", "block": "own.level0"} for k in range(100)]))
    copies = [{"id": f"copy{k}", "block": "own.level1"} for k in range(30)]
    found = issues(line_of(*copies, definitions=levels))
    assert [issue.code for issue in found] == ["too_large"]
