"""What a block says when it cannot work: who needs what, what came, what to do. The wording is part of the product."""

from __future__ import annotations

from typing import Any

import pytest

from blocks import registry
from blocks.builder import evaluate
from blocks.errors import BlockError
from blocks.spec import TensorSpec

MAP = (64, 56, 56)
SMALLER = "Use a smaller kernel, more padding, or a larger input."


def problem_of(block_id: str, params: dict[str, Any], *shapes: tuple[int, ...]) -> BlockError:
    block = registry.block(block_id)
    binding = block.bind(params)
    assert not binding.errors
    problem = evaluate(block, binding.values, tuple(TensorSpec(shape) for shape in shapes)).problem
    assert problem is not None
    return problem


@pytest.mark.parametrize(
    ("block", "params", "shapes", "code", "message", "hint"),
    [
        (
            *("conv2d", {"groups": 3}, (MAP,), "not_divisible"),
            "groups=3 does not divide in_channels=64; divisors near 3: 2, 4.",
            "Set groups to a divisor of 64.",
        ),
        (
            *("conv2d", {"groups": 16, "out_channels": 24}, (MAP,), "not_divisible"),
            "groups=16 does not divide out_channels=24; divisors near 16: 8, 12.",
            "Set groups to a divisor of 24.",
        ),
        (
            *("conv2d", {"padding": "same", "stride": 2}, (MAP,), "same_needs_stride_1"),
            'padding="same" needs stride 1, but got stride 2x2.',
            "Give the padding as a number.",
        ),
        (
            *("conv2d", {"kernel_size": 7}, ((3, 5, 5),), "empty_output"),
            "conv2d needs a map at least as large as its 7x7 window, but got (3, 5, 5).",
            SMALLER,
        ),
        (
            *("conv2d", {"kernel_size": [4, 3], "dilation": 2, "padding": [0, 1]}, ((3, 5, 5),), "empty_output"),
            "conv2d needs a map at least as large as its 7x5 window, but got (3, 5, 5) with padding 0x1.",
            SMALLER,
        ),
        (
            *("conv2d", {"padding_mode": "reflect", "padding": 5}, ((3, 5, 5),), "padding_too_wide"),
            "padding_mode=reflect needs padding of at most 4 on a map of (3, 5, 5), but got 5.",
            "Use less padding, or zeros.",
        ),
        (
            *("conv2d", {}, ((64,),), "wrong_rank"),
            "conv2d needs a map (C, H, W), but got (64,).",
            "Put it before the flatten.",
        ),
        (
            *("conv2d", {"out_channels": 2**20, "kernel_size": 4096, "padding": 2047}, ((2**20, 5, 5),), "too_large"),
            "conv2d would have 18,446,744,073,710,600,192 params; a layer may have 1,125,899,906,842,624 at most.",
            "Use smaller numbers.",
        ),
        (
            *("conv_transpose2d", {"output_padding": 2}, (MAP,), "output_padding"),
            "output_padding=2 needs to be below the stride (2) or the dilation (1).",
            "Set output_padding to 1 or less.",
        ),
        (
            *("conv_transpose2d", {"padding": 2}, ((3, 1, 1),), "empty_output"),
            "padding=2x2 cuts the whole output away: (3, 1, 1) would become -2x-2.",
            "Use less padding or a larger kernel.",
        ),
        (
            *("linear", {}, (MAP,), "wrong_rank"),
            "linear needs a vector (F,), but got (64, 56, 56).",
            "Put a flatten, or a global average and a flatten, before it.",
        ),
        (
            *("add", {}, (MAP, (64, 28, 28)), "shape_mismatch"),
            '"b" needs (64, 56, 56) like "a", but got (64, 28, 28).',
            "Match the strides of both branches.",
        ),
        (
            *("add", {}, (MAP, (32, 56, 56)), "shape_mismatch"),
            '"b" needs (64, 56, 56) like "a", but got (32, 56, 56).',
            "Match the shapes, or add a projection.",
        ),
        (
            *("multiply", {}, (MAP, (32, 1, 1)), "shape_mismatch"),
            '"gate" needs (64, 56, 56) like x, or (64, 1, 1), but got (32, 1, 1).',
            "Give the gate as many channels as x.",
        ),
        (
            *("concat", {}, (MAP, MAP, (3, 28, 28)), "shape_mismatch"),
            '"x.2" needs (C, 56, 56) like "x.0", but got (3, 28, 28).',
            "Match the strides and padding of the branches.",
        ),
        (
            *("concat", {}, (), "no_input"),
            "concat needs at least one input.",
            "",
        ),
        (
            *("group_norm", {"num_groups": 32}, ((24, 3, 3),), "not_divisible"),
            "num_groups=32 does not divide in_channels=24; divisors near 32: 12, 24.",
            "Set num_groups to a divisor of 24.",
        ),
        (
            *("group_norm", {"num_groups": 24}, ((24, 1, 1),), "one_value"),
            "group_norm needs groups of several values, but num_groups=24 leaves one of (24, 1, 1) in each.",
            "Use fewer groups.",
        ),
        (
            *("max_pool2d", {"padding": 2}, (MAP,), "padding_too_wide"),
            "padding=2 needs to be at most half the window of 3.",
            "Set padding to 1 or less.",
        ),
        (
            *("avg_pool2d", {"kernel_size": 4, "padding": 1}, ((3, 1, 1),), "empty_output"),
            "avg_pool2d needs a map at least as large as its 4x4 window, but got (3, 1, 1) with padding 1x1.",
            SMALLER,
        ),
        (
            *("slice_channels", {"start": 64}, (MAP,), "slice_range"),
            "start=64 needs to be below the 64 channels of the input.",
            "Choose start below stop, both within 0 and 64.",
        ),
        (
            *("slice_channels", {"start": 5, "stop": 5}, (MAP,), "slice_range"),
            "start=5 needs to be below stop=5.",
            "Choose start below stop, both within 0 and 64.",
        ),
        (
            *("slice_channels", {"stop": 65}, (MAP,), "slice_range"),
            "stop=65 needs to be at most the 64 channels of the input.",
            "Choose start below stop, both within 0 and 64.",
        ),
        (
            *("pixel_shuffle", {"upscale_factor": 3}, (MAP,), "not_divisible"),
            "upscale_factor=3 needs channels divisible by 9, but got 64.",
            "Give its input 72 channels.",
        ),
        (
            *("pad", {"mode": "reflect", "left": 56}, (MAP,), "padding_too_wide"),
            "mode=reflect needs left of at most 55 on a map of (64, 56, 56), but got 56.",
            "Set left to 55 or less, or use a constant border.",
        ),
        (
            *("crop", {"left": 20, "right": 40}, (MAP,), "empty_output"),
            "left and right need to cut less than 56 px off a map of (64, 56, 56), but got 20 + 40.",
            "Set right to 35 or less.",
        ),
        (
            *("crop", {"top": 70, "bottom": 60}, (MAP,), "empty_output"),
            "top and bottom need to cut less than 56 px off a map of (64, 56, 56), but got 70 + 60.",
            "Set top to 0 and bottom below 56.",
        ),
        (
            *("upsample", {"scale_factor": 64}, ((3, 2048, 2048),), "too_large"),
            "upsample would make a map of (3, 131072, 131072); sides may be 65,536 at most.",
            "Use smaller numbers.",
        ),
        (
            *("flatten", {}, ((64, 224, 224),), "too_large"),
            "flatten would make 3,211,264 features; a tensor may have 1,048,576 at most.",
            "Use smaller numbers.",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isidentifier() else "",
)
def test_messages(
    block: str, params: dict[str, Any], shapes: tuple[tuple[int, ...], ...], code: str, message: str, hint: str
) -> None:
    problem = problem_of(block, params, *shapes)
    assert (problem.code, problem.message, problem.hint) == (code, message, hint)
    assert problem.path == ""


@pytest.mark.parametrize(
    ("block", "params", "shape", "path", "param"),
    [
        ("conv_norm_act", {"groups": 3}, MAP, "conv", "groups"),
        ("inverted_residual", {"norm": "group"}, (17, 7, 7), "expand.norm", None),
        ("depthwise_separable", {"kernel_size": 9, "padding": 0}, (3, 5, 5), "depthwise.conv", "kernel_size"),
        ("residual_bottleneck", {"norm": "group", "norm_groups": 48}, (64, 7, 7), "reduce.norm", None),
    ],
)
def test_a_problem_in_a_drawing_names_the_part_and_the_parameter_that_passed_it_on(
    block: str, params: dict[str, Any], shape: tuple[int, ...], path: str, param: str | None
) -> None:
    problem = problem_of(block, params, shape)
    assert (problem.path, problem.param) == (path, param)
