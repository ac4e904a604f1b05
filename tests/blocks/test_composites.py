"""The composites are drawn as their papers and the document say, with the numbers both give (slips mended)."""

from __future__ import annotations

from typing import Any

import pytest

from blocks import registry
from blocks.block import Block
from blocks.builder import Result, evaluate
from blocks.composites.shared import Normed
from blocks.spec import TensorSpec
from designer.analysis.engine import Engine
from designer.analysis.flatten import flat_of, flatten
from designer.analysis.receptive_field import figures
from designer.compile.torch_module import to_torch
from designer.graph.design import Design
from tests.compile.designs import design_of

COMPOSITES = [block for block in registry.blocks().values() if block.category == "composite"]
NORMED = [block for block in COMPOSITES if issubclass(block, Normed)]
BARE = {"norm": None, "act": None}
C256 = (256, 28, 28)


def drawn(block_id: str, shape: tuple[int, ...] = C256, **params: Any) -> Result:
    """A composite evaluated on one map; it has to work."""
    block = registry.block(block_id)
    binding = block.bind(params)
    assert not binding.errors
    result = evaluate(block, binding.values, (TensorSpec(shape),))
    assert result.problem is None, str(result.problem)
    return result


def refused(block_id: str, shape: tuple[int, ...] = C256, **params: Any) -> str:
    block = registry.block(block_id)
    problem = evaluate(block, block.bind(params).values, (TensorSpec(shape),)).problem
    assert problem is not None
    return f"{problem} {problem.hint}"


def weights(result: Result) -> int:
    """Weights of convolutions, without biases and normalisation."""
    return sum(
        step.cost.params - (step.outputs[0].channels if step.instance.bias else 0)
        for step in flat_of(result).steps
        if step.block.id == "conv2d"
    )


def kinds(result: Result) -> list[str]:
    return [step.block.id for step in flat_of(result).steps]


def parts(result: Result) -> list[str]:
    assert result.drawing is not None
    return [part.name for part in result.drawing.parts]


def single(block_id: str, shape: tuple[int, ...], **params: Any) -> Design:
    return design_of(
        ("input", "input", {"shape": list(shape)}), ("block", block_id, params, "input"), ("output", "output", {}, "block")
    )


def reach(block_id: str, **params: Any) -> int:
    """Side of the receptive field of one block."""
    field = figures(flatten(Engine(single(block_id, (8, 64, 64), **params)))).field
    assert field is not None
    return int(field[0])


# -- convolutions --------------------------------------------------------------------------------------------------------------


def test_grouped_costs_one_gth() -> None:
    plain = drawn("grouped", out_channels=256, groups=1, **BARE)
    for groups in (2, 4, 8):
        result = drawn("grouped", out_channels=256, groups=groups, shuffle=True, **BARE)
        assert result.cost.macs * groups == plain.cost.macs
        assert weights(result) * groups == weights(plain) == 9 * 256 * 256
        assert kinds(result) == ["conv2d", "channel_shuffle"]


def test_grouped_names_divisors() -> None:
    assert "groups=3 does not divide in_channels=64; divisors near 3: 2, 4." in refused("grouped", (64, 8, 8), groups=3)


@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_dilated_sees_further_at_the_same_cost(dilation: int) -> None:
    result = drawn("dilated", dilation=dilation)
    assert result.outputs == ((64, 28, 28),)
    assert result.cost.macs == drawn("conv_norm_act").cost.macs
    assert reach("dilated", dilation=dilation) == 2 * dilation + 1


@pytest.mark.parametrize(("repeats", "per_pair", "side"), [(2, 18, 5), (3, 27, 7)])
def test_stacked_3x3_replace_a_larger_window(repeats: int, per_pair: int, side: int) -> None:
    result = drawn("stacked_3x3", out_channels=256, repeats=repeats, **BARE)
    assert weights(result) == per_pair * 256 * 256 < side * side * 256 * 256
    assert reach("stacked_3x3", repeats=repeats) == reach("conv_norm_act", kernel_size=side) == side
    assert parts(result) == [f"conv{number + 1}" for number in range(repeats)]


def test_stacked_3x3_steps_once() -> None:
    assert drawn("stacked_3x3", repeats=3, stride=2).outputs == ((64, 14, 14),)


def test_factorised_needs_14_of_49_weights() -> None:
    result = drawn("factorised", out_channels=256, kernel_size=7, **BARE)
    assert weights(result) == 14 * 256 * 256
    assert result.outputs == (C256,)
    assert reach("factorised", kernel_size=7) == 7
    assert parts(result) == ["row", "column"]
    assert parts(drawn("factorised", order="column_first")) == ["column", "row"]


def test_factorised_steps_and_hides_channels() -> None:
    result = drawn("factorised", (16, 28, 28), kernel_size=3, hidden_channels=5, out_channels=8, stride=[2, 4], **BARE)
    assert result.outputs == ((8, 14, 7),)
    assert weights(result) == 3 * 16 * 5 + 3 * 5 * 8


def test_separable_convolution_costs_an_eighth() -> None:
    """ERRATA 25: 1/out + 1/k k, where the document has 1/N + 1/(H W)."""
    shape = (512, 14, 14)
    separable = drawn("depthwise_separable", shape, out_channels=512, **BARE).cost.macs
    standard = drawn("conv_norm_act", shape, out_channels=512, **BARE).cost.macs
    assert separable / standard == pytest.approx(1 / 512 + 1 / 9, abs=1e-12)
    assert drawn("pointwise", shape, out_channels=512, **BARE).cost.macs == 51_380_224


# -- residual ------------------------------------------------------------------------------------------------------------------


def test_bottleneck_needs_a_17th_of_two_3x3() -> None:
    result = drawn("bottleneck", **BARE)
    assert weights(result) == 256 * 64 + 9 * 64 * 64 + 64 * 256 == 69_632
    assert result.outputs == (C256,)
    assert weights(drawn("stacked_3x3", out_channels=256, **BARE)) == 1_179_648


def test_residual_units_add_their_input_where_the_shape_stays() -> None:
    assert parts(drawn("residual_bottleneck")) == ["reduce", "middle", "restore", "add", "act"]
    assert parts(drawn("residual_basic", out_channels=256)) == ["conv1", "conv2", "add", "act"]
    assert weights(drawn("residual_bottleneck")) == 69_632
    assert weights(drawn("residual_basic", out_channels=256)) == 1_179_648


@pytest.mark.parametrize(("block", "stride", "channels"), [("residual_basic", 2, 256), ("residual_bottleneck", 1, 512)])
def test_residual_units_project_where_the_shape_changes(block: str, stride: int, channels: int) -> None:
    b = drawn(block, out_channels=channels, stride=stride)
    a = drawn(block, out_channels=channels, stride=stride, shortcut="A")
    assert a.outputs == b.outputs == ((channels, 28 // stride, 28 // stride),)
    assert b.cost.params - a.cost.params == 256 * channels + 2 * channels
    assert b.cost.macs - a.cost.macs == 256 * channels * (28 // stride) ** 2
    assert "shortcut" in parts(b)


def test_shortcut_a_takes_every_second_pixel_and_adds_zeros() -> None:
    import torch

    module = to_torch(single("residual_basic", (4, 7, 8), out_channels=6, stride=2, shortcut="A")).double()
    for parameter in module.parameters():
        torch.nn.init.zeros_(parameter)  # the branch vanishes
    x = torch.rand(2, 4, 7, 8, dtype=torch.float64)
    y = module(x)
    assert torch.equal(y[:, :4], x[:, :, ::2, ::2])
    assert not y[:, 4:].any()


def test_shortcut_a_cannot_narrow() -> None:
    said = refused("residual_basic", out_channels=128, shortcut="A")
    assert (
        said
        == "shortcut=A needs out_channels of at least the 256 of the input, but got 128. Use shortcut B, or more out_channels."
    )


def test_variants_of_the_bottleneck_unit_differ_in_macs_only() -> None:
    v1 = drawn("residual_bottleneck", (256, 56, 56), out_channels=512, stride=2, variant="v1")
    v1_5 = drawn("residual_bottleneck", (256, 56, 56), out_channels=512, stride=2)
    assert v1.outputs == v1_5.outputs == ((512, 28, 28),)
    assert v1.cost.params == v1_5.cost.params
    assert v1_5.cost.macs - v1.cost.macs == 3 * 28 * 28 * 256 * 128  # the first 1x1 runs on the large map


def test_resnext_is_twice_as_wide_in_32_groups() -> None:
    result = drawn("residual_bottleneck", groups=32, base_width=4)
    assert weights(result) == 256 * 128 + 9 * 128 * 128 // 32 + 128 * 256


def test_se_in_a_residual_unit_costs_what_its_paper_says() -> None:
    plain, gated = drawn("residual_bottleneck"), drawn("residual_bottleneck", se_ratio=1 / 16)
    assert gated.cost.params - plain.cost.params == 2 * 256 * 16 + 16 + 256
    assert parts(gated) == ["reduce", "middle", "restore", "se", "add", "act"]


def test_inverted_residual_of_the_document() -> None:
    """24 -> 144 -> 24 on 56x56 (ERRATA 32)."""
    result = drawn("inverted_residual", (24, 56, 56))
    assert weights(result) == 8_208
    assert result.cost.params == 8_832
    assert result.cost.macs == 25_740_288


# -- Inception -----------------------------------------------------------------------------------------------------------------

INPUT_3A = (192, 28, 28)


def test_inception_b_is_cheaper_than_a() -> None:
    """Module 3a of GoogLeNet (ERRATA 11 and 12)."""
    naive, reduced = drawn("inception_v1_naive", INPUT_3A), drawn("inception_v1", INPUT_3A)
    assert (naive.cost.params, reduced.cost.params) == (387_296, 163_696)
    assert reduced.cost.macs == 128_049_152
    assert round(naive.cost.macs / 1e5) == 3035
    assert naive.outputs == ((416, 28, 28),)
    assert reduced.outputs == ((256, 28, 28),)


def test_inception_v1_with_the_narrower_third_branch() -> None:
    paper, torchvision = drawn("inception_v1", INPUT_3A), drawn("inception_v1", INPUT_3A, kernel_size=3)
    assert paper.cost.params - torchvision.cost.params == (25 - 9) * 16 * 32
    assert "batch_norm" not in kinds(paper)
    assert kinds(drawn("inception_v1", INPUT_3A, norm="batch")).count("batch_norm") == 6


def test_inception_v2_passes_pooling_through_at_stride_2() -> None:
    result = drawn("inception_v2", (320, 28, 28), stride=2, ch3x3red=128, ch3x3=160)
    assert result.outputs == ((160 + 96 + 320, 14, 14),)
    assert parts(result) == ["branch2_reduce", "branch2", "branch3_reduce", "branch3_first", "branch3", "branch4_pool", "concat"]
    assert "branch1" in parts(drawn("inception_v2", (320, 28, 28)))
    assert drawn("inception_v2", (320, 27, 14), stride=2).outputs == ((64 + 96 + 320, 14, 7),)


def test_inception_v2_has_biases_on_demand() -> None:
    with_bias, without = drawn("inception_v2", INPUT_3A, bias=True), drawn("inception_v2", INPUT_3A)
    assert with_bias.cost.params - without.cost.params == 64 + 64 + 64 + 64 + 96 + 96 + 32


@pytest.mark.parametrize(
    ("module", "shape", "params", "output"),
    [
        ("a", (192, 35, 35), {"pool_proj": 32}, (256, 35, 35)),
        ("a", (288, 35, 35), {"pool_proj": 64}, (288, 35, 35)),
        ("b", (288, 35, 35), {}, (768, 17, 17)),
        ("c", (768, 17, 17), {"channels_7x7": 160}, (768, 17, 17)),
        ("d", (768, 17, 17), {}, (1280, 8, 8)),
        ("e", (1280, 8, 8), {}, (2048, 8, 8)),
    ],
)
def test_inception_v3_modules(module: str, shape: tuple[int, ...], params: dict[str, int], output: tuple[int, ...]) -> None:
    assert drawn(f"inception_v3_{module}", shape, **params).outputs == (output,)


def test_inception_v3_c_alternates_rows_and_columns() -> None:
    windows = [
        step.instance.kernel_size for step in flat_of(drawn("inception_v3_c", (768, 17, 17))).steps if step.block.id == "conv2d"
    ]
    assert windows == [(1, 1), (1, 1), (1, 7), (7, 1), (1, 1), (7, 1), (1, 7), (7, 1), (1, 7), (1, 1)]


# -- Xception ------------------------------------------------------------------------------------------------------------------


def test_nothing_stands_between_depthwise_and_pointwise() -> None:
    assert kinds(drawn("separable_conv")) == ["conv2d", "conv2d", "batch_norm"]
    assert kinds(drawn("separable_conv", between="relu", act="relu")) == ["conv2d", "relu", "conv2d", "batch_norm", "relu"]


def test_order_of_a_separable_convolution() -> None:
    first, second = drawn("separable_conv", out_channels=512), drawn("separable_conv", out_channels=512, order="pointwise_first")
    assert parts(first)[:2] == ["depthwise", "pointwise"]
    assert parts(second)[:2] == ["pointwise", "depthwise"]
    assert weights(first) == 256 * 9 + 256 * 512
    assert weights(second) == 256 * 512 + 512 * 9  # m k + 9 k of the document


def test_xception_units_of_the_paper() -> None:
    middle = drawn("xception_unit", (728, 19, 19))
    assert parts(middle) == ["act1", "sep1", "act2", "sep2", "act3", "sep3", "add"]
    entry = drawn("xception_unit", (64, 147, 147), out_channels=128, repeats=2, stride=2, first_act=False)
    assert parts(entry) == ["sep1", "act2", "sep2", "pool", "shortcut", "add"]
    assert entry.outputs == ((128, 74, 74),)
    last = drawn("xception_unit", (728, 19, 19), out_channels=1024, repeats=2, stride=2, grow_first=False)
    assert weights(last) == 2 * 9 * 728 + 728 * 728 + 728 * 1024 + 728 * 1024
    assert last.outputs == ((1024, 10, 10),)


def test_xception_unit_answers_as_written_by_hand() -> None:
    """The shortcut sees the input before the first activation."""
    import torch
    from torch.nn import functional

    module = to_torch(single("xception_unit", (4, 9, 9), out_channels=6, repeats=2, stride=2)).double()
    conv = {name.removesuffix(".weight"): value for name, value in module.state_dict().items() if value.dim() == 4}
    scale = 1 / (1 + 1e-5) ** 0.5  # an untrained batch norm
    x = torch.randn(2, 4, 9, 9, dtype=torch.float64)
    y = x
    for sep in ("block.sep1", "block.sep2"):
        depthwise, pointwise = conv[f"{sep}.depthwise"], conv[f"{sep}.pointwise"]
        y = functional.conv2d(functional.relu(y), depthwise, padding=1, groups=len(depthwise))
        y = functional.conv2d(y, pointwise) * scale
    y = functional.max_pool2d(y, 3, 2, 1) + functional.conv2d(x, conv["block.shortcut.conv"], stride=2) * scale
    assert torch.allclose(module(x), y, rtol=1e-9)


# -- what all share ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", COMPOSITES, ids=lambda block: block.id)
def test_every_composite_names_its_paper(block: type[Block]) -> None:
    assert "Paper:" in (block.__doc__ or "")
    assert block.reference
    assert "->" in (block.__doc__ or "") or "Same shape" in (block.__doc__ or "")
    assert ("Document:" in (block.__doc__ or "")) == bool(block.document)


@pytest.mark.parametrize("block", NORMED, ids=lambda block: block.id)
def test_norm_is_a_choice(block: type[Block]) -> None:
    shape = (64, 28, 28)
    fitting = {"out_channels": 64, "groups": 4} if block.id == "shuffle_unit" else {}
    counts = {norm: kinds(drawn(block.id, shape, norm=norm, norm_groups=1, **fitting)) for norm in ("batch", "group", None)}
    assert counts["batch"].count("batch_norm") == counts["group"].count("group_norm") > 0
    assert not {"batch_norm", "group_norm"} & set(counts[None])


@pytest.mark.parametrize("block", NORMED, ids=lambda block: block.id)
def test_convolutions_have_a_bias_where_no_norm_follows(block: type[Block]) -> None:
    fitting = {"out_channels": 64, "groups": 4} if block.id == "shuffle_unit" else {}
    for norm in ("batch", None):
        steps = flat_of(drawn(block.id, (64, 28, 28), norm=norm, **fitting)).steps
        biased = [step.instance.bias for step in steps if step.block.id == "conv2d"]
        assert biased
        if norm is None:
            assert all(biased)
        else:
            assert not any(biased)


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("kernel_size", [1, 3, 5, 7])
@pytest.mark.parametrize("block_id", ["conv_norm_act", "grouped", "dilated", "depthwise", "depthwise_separable"])
def test_default_padding_keeps_the_size(block_id: str, kernel_size: int, dilation: int) -> None:
    result = drawn(block_id, (64, 17, 12), kernel_size=kernel_size, dilation=dilation)
    assert result.outputs[0][1:] == (17, 12)
