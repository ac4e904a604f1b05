"""The statistics of a design add up and are said right in Markdown."""

from __future__ import annotations

import pytest

from designer.analysis.engine import Engine
from designer.analysis.report import analyse
from designer.analysis.statistics import Statistics, concentration, half_sentence, markdown, statistics
from designer.catalogue import conformance_of, load
from designer.graph.edits import SetParam
from tests.designs import chain


def of(text: str) -> Statistics:
    found = statistics(Engine(load(text)))
    assert found is not None
    return found


@pytest.mark.parametrize("text", ["mobilenet_v2", "googlenet:aux=true", "resnet50", "mobilenet_v3_small", "example_inception"])
def test_every_table_adds_up_to_the_totals(text: str) -> None:
    found, report = of(text), analyse(load(text))
    for groups in (found.kinds, found.stages):
        assert sum(group.params for group in groups) == report.params
        assert sum(group.macs for group in groups) == report.macs
        assert sum(group.activations for group in groups) == report.activations
        assert sum(group.layers for group in groups) == len(found.rows)
    assert sum(block.macs for block in found.largest) == report.macs
    assert sum(width.macs for width in found.widths) == report.macs
    assert sum(count for _, count in found.block_kinds) == found.blocks
    assert (found.peak_bytes, found.weights_bytes, found.depth) == (
        report.peak_activation_bytes,
        report.weights_bytes,
        report.depth,
    )
    assert report.conv_layers is not None
    assert report.linear_layers is not None
    assert found.layers == report.conv_layers + report.linear_layers
    assert list(found.field or ()) == (report.receptive_field or [])
    assert [block.macs for block in found.largest] == sorted((block.macs for block in found.largest), reverse=True)


def test_what_mobilenet_v2_is_made_of() -> None:
    found = of("mobilenet_v2")
    assert dict(found.block_kinds) == {"inverted_residual": 17, "conv_norm_act": 2, "classifier_head": 1}
    kinds = {group.name: group for group in found.kinds}
    assert (kinds["pointwise"].layers, kinds["depthwise"].layers) == (34, 17)
    assert [(width.sides, width.narrowest, width.widest) for width in found.widths][:2] == [
        ("112 × 112", 16, 96),
        ("56 × 56", 24, 144),
    ]
    assert found.widths[-1].sides == ""
    assert found.half_macs == 12
    assert half_sentence(found) == "Half of the MACs are in 12 of 53 layers, half of the params in 3."


def test_concentration_begins_at_nothing_and_ends_at_all() -> None:
    assert concentration([1, 3, 4]) == [0.0, 0.5, 0.875, 1.0]
    assert concentration([]) == [0.0]
    assert concentration([0, 0]) == [0.0, 0.0, 0.0]


def test_markdown_has_every_table_with_units() -> None:
    text = markdown(of("mobilenet_v2"), "MobileNet V2", "As printed.")
    assert text.startswith("# MobileNet V2\n\nAs printed.\n\n| Figure | Value |\n")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## By kind of layer",
        "## By stage",
        "## Largest blocks",
        "## Widths",
    ]
    assert "| Params | 3,504,872 |" in text
    assert "| Peak activation memory (fp32, batch 1) | 9.19 MiB |" in text
    assert "| pointwise | 34 | 2,144,448 | 61.2 % | 267,939,840 | 89.1 % |" in text
    tables = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    assert all(len({line.count("|") for line in table}) == 1 for table in tables)
    flops = markdown(of("mobilenet_v2"), flops=True)
    assert "| pointwise | 34 | 2,144,448 | 61.2 % | 535,879,680 | 89.1 % |" in flops
    plain = statistics(Engine(chain("relu")))
    assert plain is not None
    assert "## By stage" not in markdown(plain)
    assert "No layer has params or MACs." in markdown(plain)


def test_unknown_totals_have_no_statistics() -> None:
    design = load("mobilenet_v2")
    SetParam(node="stage3_ir2", name="stride", value=7).apply(design)
    assert statistics(Engine(design)) is None


def test_conformance_is_said_of_presets_alone() -> None:
    design = load("mobilenet_v2")
    assert "exactly as counted elsewhere" in conformance_of(design, 3_504_872, 300_774_272)
    assert conformance_of(chain("relu"), 0, 0) == ""
