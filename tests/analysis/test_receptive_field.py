"""Receptive field, output stride and depth: published figures, and what a pixel of the input really reaches."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

import pytest

from blocks.builder import Builder, Tensor
from designer.analysis.engine import Engine
from designer.analysis.flatten import FlatDesign, flatten
from designer.analysis.receptive_field import Figures, figures
from designer.catalogue import load, network_of
from designer.graph.design import Design
from tests.designs import chain, design


def flat_of_design(design: Design) -> FlatDesign:
    engine = Engine(design)
    assert engine.valid, engine.issues()
    return flatten(engine)


def figures_of(design: Design) -> Figures:
    return figures(flat_of_design(design))


@pytest.mark.parametrize(
    ("text", "field", "depth"),
    [
        # Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural networks", table of known networks
        ("alexnet", 195, 8),
        ("vgg16", 212, 16),
        ("mobilenet_v1", 315, 28),
        ("inception_v2", 699, 34),
        ("inception_v3", 1311, 48),
        ("resnet50:variant=v1", 483, 50),
        ("resnet101:variant=v1", 1027, 101),
        ("resnet152:variant=v1", 1507, 152),
        # by the same recurrence over the papers' tables
        ("resnet18", 435, 18),
        ("resnet50", 427, 50),  # v1.5: the stride sits in the 3x3 convolution, so each of these looks one stride less far
        ("mobilenet_v2", 491, 53),
        ("mobilenet_v2:width=0.5", 491, 53),
    ],
)
def test_known_figures(text: str, field: int, depth: int) -> None:
    found = figures_of(load(text))
    assert found.field == (field, field)
    assert found.stride == (32, 32)
    assert found.depth == depth


# -- what a pixel really reaches -----------------------------------------------------------------------------------------------


class Reached(NamedTuple):
    """Along one side: how many input positions the middle output position sees, and how much later its neighbour's begin."""

    field: int
    stride: int


def reached(flat: FlatDesign, axis: int) -> Reached | None:
    """Spoil one row (axis 0) or column (axis 1) of the input at a time and see which outputs it spoils; None where the
    middle position looks beyond the border, so that the whole field cannot be seen."""
    import torch

    (height, width) = flat.steps[0].outputs[0][1:]
    side = (height, width)[axis]
    image = torch.zeros(side, 1, height, width, dtype=torch.float64)
    for k in range(side):
        image[k].select(axis + 1, k).fill_(torch.nan)
    made: list[Any] = []
    with torch.no_grad():
        for step, refs in zip(flat.steps, flat.inputs, strict=True):
            module = step.instance.module(*step.inputs).double().eval()
            made.append(module(*[made[ref] for ref in refs]) if refs else image)
    spoiled = made[-1].isnan().any(dim=1).any(dim=2 - axis)  # [input position, output position]
    middle = spoiled.shape[1] // 2
    if middle + 1 >= spoiled.shape[1]:
        return None
    here, there = spoiled[:, middle].nonzero().flatten().tolist(), spoiled[:, middle + 1].nonzero().flatten().tolist()
    if here[0] == 0 or there[-1] == side - 1:
        return None
    return Reached(here[-1] - here[0] + 1, there[0] - here[0])


def random_maps(rng: Random, height: int, width: int) -> Design:
    """Convolutions and poolings one after another, now and then in two branches that lie over each other."""
    draw = Builder()
    x = draw.input((1, height, width), name="image")
    for k in range(rng.randint(1, 5)):
        x = _branches(rng, draw, x, f"n{k}") if rng.random() < 0.3 else _looking(rng, draw, x, f"n{k}")
    draw.output(x, name="out")
    return Design("maps", network_of(draw))


def _looking(rng: Random, draw: Builder, x: Tensor, name: str) -> Tensor:
    def pair(*options: int) -> tuple[int, int]:
        return rng.choice(options), rng.choice(options)

    stride = pair(1, 1, 2)
    match rng.choice(("conv2d", "conv2d", "max_pool2d", "avg_pool2d", "relu", "batch_norm")):
        case "conv2d":
            return draw.conv2d(x, rng.randint(1, 3), pair(1, 2, 3, 4), stride, pair(0, 1), pair(1, 1, 2), name=name)
        case "max_pool2d":
            return draw.max_pool2d(x, pair(2, 3), stride, pair(0, 1), pair(1, 1, 2), ceil_mode=rng.random() < 0.5, name=name)
        case "avg_pool2d":
            return draw.avg_pool2d(x, pair(2, 3), stride, pair(0, 1), ceil_mode=rng.random() < 0.5, name=name)
        case "relu":
            return draw.relu(x, name=name)
        case _:
            return draw.batch_norm(x, name=name)


def _branches(rng: Random, draw: Builder, x: Tensor, name: str) -> Tensor:
    """Branches of odd windows with as much padding as keeps the size: the larger covers the smaller."""
    ends = []
    for side in ("left", "right"):
        y = x
        for k in range(rng.randint(0, 2)):
            kernel, dilation = rng.choice((1, 3, 5)), rng.choice((1, 1, 2))
            padding = dilation * (kernel - 1) // 2
            y = draw.conv2d(y, x.channels, kernel, 1, padding, dilation, name=f"{name}_{side}{k}")
        ends.append(y)
    return draw.add(*ends, name=name) if rng.random() < 0.5 else draw.concat(*ends, name=name)


@pytest.mark.parametrize("seed", range(60))
def test_the_recurrence_says_what_a_pixel_reaches(seed: int) -> None:
    small = figures_of(random_maps(Random(seed), 200, 200))
    assert small.field is not None
    assert small.stride is not None
    height, width = (int(2 * field + 6 * stride) for field, stride in zip(small.field, small.stride, strict=True))
    flat = flat_of_design(random_maps(Random(seed), height, width))
    found = figures(flat)
    assert (found.field, found.stride) == (small.field, small.stride), "the size of the input does not matter"
    for axis in (0, 1):
        assert reached(flat, axis) == (small.field[axis], small.stride[axis])


# -- merges, gates, global context, upsampling ---------------------------------------------------------------------------------

CONV = {"out_channels": 4, "padding": 1}
IMAGE = ("image", "input", {"shape": [4, 32, 48]})


def test_a_merge_takes_the_larger() -> None:
    nodes = [IMAGE, ("a", "conv2d", CONV), ("b", "conv2d", CONV), ("add", "add"), ("out", "output")]
    assert figures_of(design(nodes, ["image -> a", "a -> b", "b -> add.a", "image -> add.b", "add -> out"])).field == (5, 5)


def test_a_gate_sees_everything_and_does_not_count() -> None:
    plain = chain(("conv", "conv2d", CONV), shape=(4, 32, 48))
    gated = chain(("conv", "conv2d", CONV), ("se", "squeeze_excite", {"squeeze_channels": 2}), shape=(4, 32, 48))
    assert figures_of(gated).field == figures_of(plain).field == (3, 3)
    flat = flat_of_design(gated)
    reaches = figures(flat).reaches
    assert [reach.whole for reach in reaches] == [False, False, True, True, True, True, True, False, False]


def test_global_pooling_and_linear_make_it_the_whole_input_and_the_figure_is_that_of_the_map_before() -> None:
    head = chain(("conv", "conv2d", {**CONV, "stride": 2}), ("head", "classifier_head", {"classes": 10}), shape=(4, 32, 48))
    found = figures_of(head)
    assert (found.field, found.stride, found.depth) == ((3, 3), (2, 2), 2)
    assert found.reaches[-1].field == (32, 48)
    assert found.reaches[-1].whole
    flat = chain(("conv", "conv2d", CONV), "flatten", ("linear", "linear", {"out_features": 3}), shape=(4, 32, 48))
    assert figures_of(flat).field == (3, 3)
    averaged = chain(("conv", "conv2d", CONV), ("pool", "avg_pool2d", {"kernel_size": [32, 48]}), shape=(4, 32, 48))
    assert figures_of(averaged).field == (3, 3), "an average over the whole map is a global one"


@pytest.mark.parametrize(
    ("block", "params", "field", "stride"),
    [
        ("upsample", {"scale_factor": 2}, (4, 4), (1, 1)),
        ("pixel_shuffle", {"upscale_factor": 2}, (4, 4), (1, 1)),
        ("conv_transpose2d", {"out_channels": 4, "kernel_size": 2, "stride": 2}, (4, 4), (1, 1)),
        ("conv_transpose2d", {"out_channels": 4, "kernel_size": 4, "stride": 2, "padding": 1}, (6, 6), (1, 1)),
        ("upsample", {"scale_factor": 4}, (4, 4), (0.5, 0.5)),
    ],
)
def test_upsampling_divides(block: str, params: dict[str, Any], field: Any, stride: Any) -> None:
    """After a window of 4 at stride 2: the field grows by what the upsampling looks at, and the stride shrinks."""
    down = {"out_channels": 4, "kernel_size": 4, "stride": 2, "padding": 1}
    found = figures_of(chain(("down", "conv2d", down), (block, block, params), shape=(4, 32, 48)))
    assert (found.field, found.stride) == (field, stride)


def test_a_design_of_vectors_has_no_receptive_field() -> None:
    found = figures_of(chain(("fc", "linear", {"out_features": 3}), shape=(10,)))
    assert (found.field, found.stride, found.depth) == (None, None, 1)


def test_depth_is_the_longest_way() -> None:
    nodes = [IMAGE, ("a", "conv2d", CONV), ("b", "conv2d", CONV), ("c", "conv2d", CONV), ("add", "add"), ("out", "output")]
    assert figures_of(design(nodes, ["image -> a", "a -> b", "b -> add.a", "image -> c", "c -> add.b", "add -> out"])).depth == 2
