"""The rows of the charts add up to the totals, and name whose they are."""

from __future__ import annotations

from random import Random

import pytest

from designer.analysis.chart_rows import depth_rows, memory, reaches, shares
from designer.analysis.engine import Engine
from designer.analysis.report import analyse
from designer.catalogue import load
from designer.graph.design import Design
from designer.graph.edits import SetDisabled
from tests.designs import chain
from tests.random_nets import random_net

TEXTS = ["mobilenet_v2", "googlenet:aux=true", "resnet18", "densenet121", "mobilenet_v3_small", "example_inception"]


def check(design: Design) -> None:
    engine = Engine(design)
    total, report = engine.total, analyse(design)
    assert total is not None
    rows = depth_rows(engine)
    assert sum(row.cost.params for row in rows) == total.params
    assert sum(row.cost.macs for row in rows) == total.macs
    assert sum(row.cost.activations for row in rows) == total.activations
    for group in (lambda row: row.stage, lambda row: row.kind):
        found = shares(rows, group, lambda cost: cost.macs)
        assert sum(share.value for share in found) == total.macs
        assert all(share.value == sum(value for _, value in share.parts) for share in found)
        assert [share.value for share in found] == sorted((share.value for share in found), reverse=True)
    kept = memory(engine)
    assert 4 * kept.lives.peak == report.peak_activation_bytes
    assert len(kept.nodes) == len(kept.paths) == len(kept.specs) == len(kept.lives.live)
    tensors = kept.alive(kept.at)
    assert sum(tensor.elements for tensor in tensors) == kept.lives.peak
    assert all(tensor.node in design.root for tensor in tensors)
    seen = reaches(engine)
    local = [row.reach.field for row in seen.rows if not row.reach.whole]
    if report.receptive_field is not None and seen.rows and local:
        assert max(float(h) for h, _ in local) >= report.receptive_field[0]


@pytest.mark.parametrize("text", TEXTS)
def test_charts_agree_with_the_totals(text: str) -> None:
    check(load(text))


@pytest.mark.parametrize("seed", range(40))
def test_charts_of_random_networks_agree_with_the_totals(seed: int) -> None:
    check(random_net(Random(seed)))


def test_the_peak_of_mobilenet_v2_is_where_the_second_stage_widens() -> None:
    kept = memory(Engine(load("mobilenet_v2")))
    assert kept.paths[kept.at] == "stage2.ir1.expand.norm"
    assert [(tensor.path, tuple(tensor.spec)) for tensor in kept.alive(kept.at)] == [
        ("stage2.ir1.expand.conv", (96, 112, 112)),
        ("stage2.ir1.expand.norm", (96, 112, 112)),
    ]


def test_a_shortcut_is_among_what_is_alive() -> None:
    kept = memory(Engine(load("resnet18")))
    step = kept.paths.index("conv2.unit2.middle.conv") if "conv2.unit2.middle.conv" in kept.paths else None
    alive = [tensor.path for tensor in kept.alive(step if step is not None else kept.paths.index("conv2.unit2.add"))]
    assert any(path.startswith("conv2.unit1.") for path in alive), "what unit 2 goes around"


def test_layers_over_depth_are_in_execution_order_with_their_kinds() -> None:
    rows = depth_rows(Engine(load("mobilenet_v2")))
    assert [row.path for row in rows[:5]] == [
        "stem.conv",
        "stage1.ir1.depthwise",
        "stage1.ir1.project",
        "stage2.ir1.expand",
        "stage2.ir1.depthwise",
    ]
    assert {"pointwise", "depthwise"} <= {row.kind for row in rows}
    assert rows[0].node == "stem_conv"


def test_what_is_bypassed_costs_nothing_and_what_sees_no_map_has_no_field() -> None:
    design = load("mobilenet_v2")
    before = len(depth_rows(Engine(design)))
    SetDisabled(node="stage3_ir2", disabled=True).apply(design)
    assert len(depth_rows(Engine(design))) == before - 3
    flat = chain(("fc", "linear", {"out_features": 5}), shape=(8,))
    assert reaches(Engine(flat)).sides is None


def test_receptive_fields_grow_as_the_networks_figure_says() -> None:
    engine = Engine(load("mobilenet_v2"))
    seen = reaches(engine)
    assert seen.sides == (224, 224)
    assert max(float(row.reach.field[0]) for row in seen.rows if not row.reach.whole) == 491
    assert [row.covers for row in seen.rows if row.path == "head.conv.conv"] == [491 / 224]
