"""Fire, shuffle units, ghost and dense blocks do what their papers' figures draw: compared with torch written out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blocks import registry
from blocks.builder import Builder, Result, evaluate
from blocks.spec import TensorSpec
from designer.catalogue import network_of
from designer.compile.torch_module import to_torch
from designer.graph.design import Design

SHAPE = TensorSpec((8, 6, 6))


def made(block: str, **options: Any) -> Any:
    """One block as a compiled module with statistics that leave nothing at a default; `made.block` is its own part."""
    import torch

    torch.set_num_threads(1)
    draw = Builder()
    x = draw.input(SHAPE, name="input")
    draw.output(getattr(draw, block)(x, name="block", **options), name="output")
    module = to_torch(Design(block, network_of(draw))).double().eval()
    random = torch.Generator().manual_seed(1)
    for layer in module.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            for tensor, low in ((layer.weight, 0.5), (layer.bias, -0.5), (layer.running_mean, -0.5), (layer.running_var, 0.5)):
                torch.nn.init.uniform_(tensor, low, low + 1, generator=random)
    return module


def cna(part: Any, x: Any, act: bool = True) -> Any:
    """conv_norm_act: convolution, batch norm where there is one, relu."""
    y = part.conv(x)
    y = part.norm(y) if hasattr(part, "norm") else y
    return y.relu() if act else y


def nac(part: Any, x: Any) -> Any:
    return part.conv(part.norm(x).relu())


def dealt(x: Any, groups: int) -> Any:
    """Channels 0, n, 2n, ..., 1, n + 1, ... of x, n the channels of a group."""
    n = x.shape[1] // groups
    return x[:, [group * n + k for k in range(n) for group in range(groups)]]


def fire(b: Any, x: Any) -> Any:
    import torch

    y = cna(b.squeeze, x)
    return torch.cat([cna(b.expand1x1, y), cna(b.expand3x3, y)], 1)


def shuffle_unit(b: Any, x: Any, down: bool) -> Any:
    import torch

    y = cna(b.restore, cna(b.depthwise, dealt(cna(b.reduce, x), 2), act=False), act=False)
    if down:
        return torch.cat([torch.nn.functional.avg_pool2d(x, 3, 2, 1), y], 1).relu()
    return (x + y).relu()


def shuffle_v2(b: Any, x: Any) -> Any:
    import torch

    y = cna(b.pointwise2, cna(b.depthwise, cna(b.pointwise1, x[:, 4:]), act=False))
    return dealt(torch.cat([x[:, :4], y], 1), 2)


def shuffle_v2_down(b: Any, x: Any) -> Any:
    import torch

    left = cna(b.left_pointwise, cna(b.left_depthwise, x, act=False))
    right = cna(b.right_pointwise2, cna(b.right_depthwise, cna(b.right_pointwise1, x), act=False))
    return dealt(torch.cat([left, right], 1), 2)


def ghost(b: Any, x: Any, act: bool = True, channels: int | None = None) -> Any:
    import torch

    primary = cna(b.primary, x, act)
    return torch.cat([primary, cna(b.cheap, primary, act)], 1)[:, :channels]


def ghost_bottleneck(b: Any, x: Any, down: bool) -> Any:
    y = ghost(b.expand, x)
    if down:
        y = cna(b.depthwise, y, act=False)
    gate = b.se.restore(b.se.reduce(y.mean((2, 3), keepdim=True)).relu())
    y = ghost(b.project, y * ((gate + 3).clamp(0, 6) / 6), act=False)
    return y + (cna(b.shortcut_pointwise, cna(b.shortcut_depthwise, x, act=False), act=False) if down else x)


def dense_layer(b: Any, x: Any) -> Any:
    import torch

    return torch.cat([x, nac(b.grow, nac(b.bottleneck, x))], 1)


def transition(b: Any, x: Any) -> Any:
    import torch

    return torch.nn.functional.avg_pool2d(nac(b.conv, x), 2)


Case = tuple[str, dict[str, Any], Callable[[Any, Any], Any]]
CASES: dict[str, Case] = {
    "fire": ("fire", {"squeeze_channels": 3, "expand1x1_channels": 4, "expand3x3_channels": 5}, fire),
    "shuffle_unit": ("shuffle_unit", {"groups": 2, "hidden_channels": 4}, lambda b, x: shuffle_unit(b, x, False)),
    "shuffle_unit down": ("shuffle_unit", {"groups": 2, "stride": 2, "out_channels": 16}, lambda b, x: shuffle_unit(b, x, True)),
    "shuffle_v2_unit": ("shuffle_v2_unit", {}, shuffle_v2),
    "shuffle_v2_down_unit": ("shuffle_v2_down_unit", {"out_channels": 12}, shuffle_v2_down),
    "ghost_module": ("ghost_module", {"out_channels": 6}, ghost),
    "ghost_module odd": ("ghost_module", {"out_channels": 7, "ratio": 3}, lambda b, x: ghost(b, x, channels=7)),
    "ghost_bottleneck": (
        "ghost_bottleneck",
        {"out_channels": 8, "hidden_channels": 12, "squeeze_channels": 4},
        lambda b, x: ghost_bottleneck(b, x, False),
    ),
    "ghost_bottleneck down": (
        "ghost_bottleneck",
        {"out_channels": 10, "expand_ratio": 2, "stride": 2, "kernel_size": 5, "squeeze_channels": 4},
        lambda b, x: ghost_bottleneck(b, x, True),
    ),
    "dense_layer": ("dense_layer", {"growth_rate": 4}, dense_layer),
    "dense_transition": ("dense_transition", {}, transition),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_block_answers_as_its_paper_draws_it(case: Case) -> None:
    import torch

    block, options, by_hand = case
    module = made(block, **options)
    x = torch.rand(2, *SHAPE, dtype=torch.float64, generator=torch.Generator().manual_seed(2)) - 0.5
    with torch.no_grad():
        expected, found = by_hand(module.block, x), module(x)
    assert found.shape == expected.shape
    assert found.std() > 0
    assert (found - expected).abs().max() <= 1e-12 * expected.std()


def result(block: str, shape: tuple[int, ...] = SHAPE, **options: Any) -> Result:
    kind = registry.block(block)
    binding = kind.bind(options)
    assert not binding.errors
    return evaluate(kind, binding.values, (TensorSpec(shape),))


@pytest.mark.parametrize(
    ("block", "shape", "options", "out"),
    [
        ("shuffle_unit", (24, 6, 6), {}, (24, 6, 6)),
        ("shuffle_unit", (24, 6, 6), {"stride": 2}, (48, 3, 3)),
        ("shuffle_v2_unit", (8, 6, 6), {}, (8, 6, 6)),
        ("shuffle_v2_down_unit", (8, 7, 7), {}, (16, 4, 4)),
        ("ghost_module", (8, 6, 6), {"out_channels": 1}, (1, 6, 6)),
        ("dense_layer", (8, 6, 6), {"bn_size": None}, (40, 6, 6)),
        ("dense_transition", (9, 7, 7), {}, (4, 3, 3)),
        ("norm_act_conv", (8, 7, 7), {"kernel_size": 5, "stride": 2}, (64, 4, 4)),
        ("fire", (8, 1, 1), {}, (128, 1, 1)),
    ],
)
def test_shapes(block: str, shape: tuple[int, ...], options: dict[str, Any], out: tuple[int, ...]) -> None:
    evaluated = result(block, shape, **options)
    assert evaluated.problem is None
    assert evaluated.outputs == (out,)


@pytest.mark.parametrize(
    ("block", "options", "channels", "macs"),
    [  # the cost formulas of the docstrings, on 6x6
        ("fire", {}, 8, 36 * 16 * (8 + 64 + 9 * 64)),
        ("shuffle_unit", {"groups": 2, "hidden_channels": 4}, 8, 36 * 4 * ((8 + 8) // 2 + 9)),
        ("shuffle_v2_unit", {"kernel_size": 5}, 8, 36 * 4 * (2 * 4 + 25)),
        ("shuffle_v2_down_unit", {"out_channels": 12}, 8, 36 * 8 * 6 + 9 * (6 * 6 + 8 * 6 + 9 * (8 + 6))),
        ("ghost_module", {"out_channels": 10, "kernel_size": 3, "ratio": 4}, 8, 36 * 3 * (9 * 8 + 3 * 9)),
        ("ghost_bottleneck", {"out_channels": 8, "expand_ratio": 3}, 8, 36 * 24 * (8 + 8 + 9) // 2 + 36 * 4 * 9),
        ("dense_layer", {}, 8, 36 * 128 * (8 + 9 * 32)),
        ("dense_transition", {}, 8, 36 * 8 * 4),
    ],
)
def test_costs_are_those_of_the_docstring(block: str, options: dict[str, Any], channels: int, macs: int) -> None:
    assert result(block, (channels, 6, 6), **options).cost.macs == macs


@pytest.mark.parametrize(
    ("block", "shape", "options", "param", "words"),
    [
        ("shuffle_unit", SHAPE, {"out_channels": 16}, "out_channels", "out_channels=16 needs to equal in_channels=8 at stride 1"),
        (
            "shuffle_unit",
            SHAPE,
            {"out_channels": 8, "stride": 2},
            "out_channels",
            "out_channels=8 needs to be above in_channels=8",
        ),
        ("shuffle_unit", SHAPE, {"groups": 3, "hidden_channels": 3}, "groups", "groups=3 does not divide in_channels=8"),
        ("shuffle_v2_unit", (7, 6, 6), {}, None, "needs an even number of channels to split, but got (7, 6, 6)"),
        ("shuffle_v2_down_unit", SHAPE, {"out_channels": 13}, "out_channels", "out_channels=13 needs to be even"),
    ],
)
def test_refusals_name_the_parameter(
    block: str, shape: tuple[int, ...], options: dict[str, Any], param: str | None, words: str
) -> None:
    problem = result(block, shape, **options).problem
    assert problem is not None
    assert words in problem.message
    assert problem.param == param
    assert problem.hint
