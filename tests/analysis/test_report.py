"""`analyse`: the report equals what the engine and the module's own figures say."""

from __future__ import annotations

import json

import pytest

from blocks.errors import LightdesignerError
from designer.analysis.compare import FIGURES, compare
from designer.analysis.report import analyse, by_block
from designer.catalogue import load
from designer.document.format import read
from designer.graph.design import Design
from designer.graph.edits import SetDisabled
from presets.preset import presets
from tests.cli.designs import chain, conv, copies, document

SUMMED = ("params", "buffers", "macs", "activations")


@pytest.mark.parametrize("name", presets())
def test_layers_and_blocks_of_every_preset_add_up(name: str) -> None:
    design = load(name)
    report = analyse(design)
    assert report.valid
    for rows in (report.layers, by_block(design)):
        for key in SUMMED:
            assert sum(getattr(row, key) for row in rows) == getattr(report, key), key
    assert report.flops == 2 * report.macs
    assert len({layer.path for layer in report.layers}) == len(report.layers)
    assert {layer.block for layer in report.layers} <= set(design.root)
    json.dumps(report.as_json())


def test_a_variadic_port_names_its_slots() -> None:
    report = analyse(load("googlenet"))
    layer = next(layer for layer in report.layers if layer.op == "concat")
    assert list(layer.inputs) == [f"x.{k}" for k in range(4)]
    assert sum(shape[0] for shape in layer.inputs.values()) == layer.outputs["y"][0]


def test_several_inputs_and_outputs_keep_their_order_and_names() -> None:
    nodes = [
        {"id": "b", "block": "input", "params": {"shape": [3, 8, 8], "order": 0}},
        {"id": "a", "block": "input", "params": {"shape": [3, 8, 8], "order": 1}},
        {"id": "sum", "block": "add"},
        {"id": "z", "block": "output", "params": {"order": 0}},
        {"id": "y", "block": "output", "params": {"order": 1}},
        {"id": "act", "block": "relu"},
    ]
    into = ["a", "b"]
    edges = [["a", "y", "sum", into[0]], ["b", "y", "sum", into[1]], ["sum", "y", "z", "x"], ["sum", "y", "act", "x"]]
    report = analyse(read(document(nodes, [*edges, ["act", "y", "y", "x"]])))
    assert report.valid, report.issues
    assert list(report.inputs.items()) == [("b", [3, 8, 8]), ("a", [3, 8, 8])]
    assert list(report.outputs) == ["z", "y"]


def test_a_disabled_block_costs_nothing_and_is_no_layer() -> None:
    design = read(chain(conv(), {"id": "act", "block": "relu"}))
    assert [layer.path for layer in analyse(design).layers] == ["conv", "act"]
    SetDisabled(node="act", disabled=True).apply(design)
    report = analyse(design)
    assert [layer.path for layer in report.layers] == ["conv"]
    assert report.outputs == {"output": [64, 30, 30]}
    assert [row.path for row in by_block(design)] == ["conv", "act"]


def test_the_cause_inside_a_block_is_with_the_row_of_the_block() -> None:
    report = analyse(read(chain({"id": "body", "block": "conv_norm_act", "params": {"groups": 2}})))
    assert not report.valid
    (row,) = report.layers
    assert (row.path, row.op, row.inputs, row.outputs) == ("body", "conv_norm_act", {"x": [3, 32, 32]}, {})
    assert [issue.path for issue in row.issues] == ["body.conv"]
    assert row.issues == report.issues


def test_a_design_that_is_too_large_has_no_layers() -> None:
    nodes = [{"id": f"part{k}", "block": "own.level3"} for k in range(30)]
    inner = json.loads(copies(4, 10))["definitions"]
    top = [{"id": "input", "block": "input"}, *nodes, {"id": "output", "block": "output"}]
    edges = [["input", "y", "part0", "x"], ["part29", "out", "output", "x"]]
    edges += [[f"part{k}", "out", f"part{k + 1}", "x"] for k in range(29)]
    report = analyse(read(document(top, edges, definitions=inner)))
    assert not report.valid
    assert "too_large" in {issue.code for issue in report.issues}
    assert (report.layers, report.params) == ([], None)


def test_a_design_without_maps_has_no_receptive_field() -> None:
    nodes = [
        {"id": "input", "block": "input", "params": {"shape": [10]}},
        {"id": "fc", "block": "linear"},
        {"id": "output", "block": "output"},
    ]
    report = analyse(read(document(nodes, [["input", "y", "fc", "x"], ["fc", "y", "output", "x"]])))
    assert (report.valid, report.receptive_field, report.output_stride) == (True, None, None)
    assert (report.linear_layers, report.depth) == (1, 1)


def test_an_empty_design() -> None:
    report = analyse(Design())
    assert (report.valid, report.inputs, report.outputs, report.layers, report.stages) == (False, {}, {}, [], [])
    assert [issue.code for issue in report.issues] == ["no_output"]
    assert by_block(Design()) == []


def test_an_unknown_dtype_is_a_sentence() -> None:
    with pytest.raises(LightdesignerError, match="dtype needs one of fp32, fp16, int8, but got 'fp64'"):
        analyse(load("alexnet"), dtype="fp64")


def test_differences_are_to_the_first() -> None:
    a, b = analyse(load("mobilenet_v2")), analyse(load("mobilenet_v2:width=0.5"))
    for figure, values, differences, ratios in compare([a, b, a]):
        first, second, again = (getattr(report, figure.key) for report in (a, b, a))
        assert values == [first, second, again]
        assert differences == [0, second - first, 0]
        assert ratios[1] == pytest.approx(second / first - 1)
        assert (ratios[0], ratios[2]) == (0, 0)
    assert len(compare([a])) == len(FIGURES)


def test_a_difference_to_nothing_has_no_ratio() -> None:
    none, some = analyse(read(chain({"id": "act", "block": "relu"}))), analyse(read(chain(conv())))
    params = compare([none, some])[0]
    assert (params.differences, params.ratios) == ([0, 1792], [None, None])
    unknown = compare([analyse(Design()), some])[0]
    assert (unknown.values, unknown.differences, unknown.ratios) == ([None, 1792], [None, None], [None, None])
