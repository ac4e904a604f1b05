"""Formulas with their numbers filled in: each is held to the cost that the block works out."""

from __future__ import annotations

import pytest

from blocks import registry
from blocks.builder import evaluate
from blocks.spec import TensorSpec
from designer import catalogue
from designer.analysis.engine import Engine
from designer.analysis.formulas import against_standard, factored, formula_of, rows_of, working_layers
from designer.analysis.reach import reach_of
from presets.preset import presets
from tests.designs import design


def result(block: str, shape: tuple[int, ...], **values: object) -> object:
    kind = registry.block(block)
    binding = kind.bind(values)
    assert not binding.errors
    found = evaluate(kind, binding.values, (TensorSpec(shape),))
    assert found.problem is None
    return found


def test_a_grouped_convolution_reads_as_in_the_paper() -> None:
    conv = result("conv2d", (64, 56, 56), out_channels=128, padding=1, groups=4)
    formula = formula_of(conv)
    assert formula is not None
    assert formula.letters("*") == "H*W*K*K*N*M/G"
    assert formula.numbers("*") == "56*56*3*3*64*128/4"
    assert formula.macs == conv.cost.macs == 57_802_752


def test_brief_form_leaves_out_what_says_nothing() -> None:
    depthwise = formula_of(result("conv2d", (144, 56, 56), out_channels=144, padding=1, groups=144))
    pointwise = formula_of(result("conv2d", (24, 56, 56), out_channels=144, kernel_size=1))
    assert depthwise is not None
    assert depthwise.brief().numbers() == "56·56·3·3·144"
    assert pointwise is not None
    assert pointwise.brief().letters() == "H·W·N·M"
    assert pointwise.brief().macs == pointwise.macs


def test_unequal_kernels_have_two_letters() -> None:
    formula = formula_of(result("conv2d", (8, 20, 20), out_channels=4, kernel_size=[1, 7], padding=[0, 3]))
    assert formula is not None
    assert formula.letters() == "H·W·Kh·Kw·N·M/G"
    assert formula.brief().numbers() == "20·20·7·8·4"


def test_an_unknown_kind_of_work_has_no_formula() -> None:
    assert formula_of(result("relu", (8, 4, 4))) is None
    assert rows_of(result("relu", (8, 4, 4))) == []


@pytest.mark.parametrize("preset", ["mobilenet_v2", "inception_v3", "shufflenet_v1", "efficientnet_b0", "resnet50"])
def test_every_formula_of_a_preset_gives_the_cost(preset: str) -> None:
    if preset not in presets():
        preset = next(name for name in presets() if name.startswith(preset[:6]))
    engine = Engine(catalogue.draw(preset))
    checked = 0
    for node in engine.results.values():
        assert node.evaluated is not None
        for layer in working_layers(node.evaluated):
            formula = formula_of(layer)
            assert formula is not None
            assert formula.macs == formula.brief().macs == layer.cost.macs
            checked += 1
        rows = rows_of(node.evaluated)
        assert sum(row.macs for row in rows) == node.cost.macs
    assert checked > 30


def test_transposed_convolution_and_linear() -> None:
    for found in (result("conv_transpose2d", (16, 7, 7), out_channels=8), result("linear", (1280,), out_features=1000)):
        formula = formula_of(found)
        assert formula is not None
        assert formula.macs == found.cost.macs


def test_inverted_residual_adds_up_as_in_the_picture() -> None:
    block = result("inverted_residual", (24, 56, 56), out_channels=24)
    rows = rows_of(block)
    assert [(row.name, row.formula.numbers()) for row in rows if row.formula] == [
        ("expand", "56·56·24·144"),
        ("depthwise", "56·56·3·3·144"),
        ("project", "56·56·144·24"),
    ]
    assert factored(rows) == "56·56·144·(24 + 3·3 + 24)"
    assert [(ratio.name, ratio.macs) for ratio in against_standard(block)] == [
        ("Standard 3 × 3, 24 → 24", 56 * 56 * 9 * 24 * 24),
        ("Full 3 × 3 at width 144", 2 * 10_838_016 + 56 * 56 * 9 * 144 * 144),
    ]


def test_a_depthwise_separable_convolution_saves_what_the_paper_says() -> None:
    block = result("depthwise_separable", (64, 28, 28), out_channels=128)
    standard = against_standard(block)[0].macs
    assert block.cost.macs / standard == pytest.approx(1 / 128 + 1 / 9)


def test_nothing_is_compared_where_it_would_be_unfair() -> None:
    assert against_standard(result("linear", (64,), out_features=10)) == []
    assert against_standard(result("relu", (64, 8, 8))) == []
    assert against_standard(result("conv_transpose2d", (16, 7, 7), out_channels=8)) == []


def test_a_part_of_several_layers_says_how_many() -> None:
    unit = result("xception_unit", (64, 28, 28), out_channels=128)
    assert any(row.formula is None and row.layers == 2 for row in rows_of(unit))
    assert factored(rows_of(unit)) == ""


def test_reach_of_a_block_is_that_of_the_whole_design() -> None:
    engine = Engine(catalogue.draw("mobilenet_v2"))
    reach = reach_of(engine, "stage2_ir2")
    assert reach is not None
    assert (reach.field, reach.stride) == ((19, 19), (4, 4))
    head = reach_of(engine, "head_classifier")
    assert head is not None
    assert head.whole


def test_reach_is_known_before_an_error() -> None:
    made = design(
        [
            ("input", "input", {"shape": [8, 16, 16]}),
            ("a", "conv2d", {"out_channels": 8}),
            ("b", "conv2d", {"groups": 3}),
            ("output", "output"),
        ],
        ["input -> a.x", "a -> b.x", "b -> output.x"],
    )
    engine = Engine(made)
    assert not engine.valid
    reach = reach_of(engine, "a")
    assert reach is not None
    assert reach.field == (3, 3)
    assert reach_of(engine, "b") is None
    assert reach_of(engine, "output") is None
