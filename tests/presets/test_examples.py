"""The small examples show the arithmetic of the document, right where it slips (numbers in brackets: ERRATA)."""

from __future__ import annotations

import pytest

from designer.analysis.flatten import flatten
from designer.analysis.receptive_field import figures
from presets.preset import EXAMPLES, presets
from tests.presets.counting import Counted, count

IDS = [preset.id for preset in presets().values() if preset.family == EXAMPLES]


def params(counted: Counted) -> dict[str, int]:
    return {stage: cost.params for stage, cost in counted.stages.items()}


def macs(counted: Counted) -> dict[str, int]:
    return {stage: cost.macs for stage, cost in counted.stages.items()}


def fields(counted: Counted) -> dict[str, tuple[int, int]]:
    """Receptive field of each branch at its output."""
    flat = flatten(counted.engine)
    reaches = figures(flat).reaches
    return {node.removesuffix("_out"): tuple(reaches[step].field) for node, step in flat.output_nodes}


def test_all_are_there() -> None:
    assert set(IDS) == {
        "example_convolutions",
        "example_stacked_3x3",
        "example_bottleneck_5x5",
        "example_inception",
        "example_factorised_7x7",
        "example_resnet_units",
        "example_mobilenet_blocks",
    }


@pytest.mark.parametrize("example", IDS)
def test_branches_compare_side_by_side(example: str) -> None:
    """One input, a stage and an output for each branch, outputs in the order of the stages; two sentences that explain it."""
    counted = count(example)
    stages = list(counted.stages)
    nodes = [node.id for node in counted.engine.design.root.nodes() if node.stage is None]
    assert nodes == ["input", *[f"{stage}_out" for stage in stages]]
    assert [node for node, _ in flatten(counted.engine).output_nodes] == nodes[1:]
    assert sum(params(counted).values()) == counted.params
    sizes = {tuple(counted.engine.results[node].outputs["y"][1:]) for node in nodes}
    assert len(sizes) == 1  # same padding, stride 1
    preset = presets()[example]
    assert preset.description.count(". ") == 1
    assert preset.description.endswith(".")


def test_convolutions() -> None:
    """(1, 15 to 25) 3x3 from N = 512 to M = 512 channels on 14x14."""
    counted = count("example_convolutions")
    assert params(counted) == {
        "standard": 9 * 512 * 512,
        "grouped": 9 * 512 * 512 // 4,
        "depthwise": 9 * 512,
        "pointwise": 512 * 512,
        "separable": 9 * 512 + 512 * 512,
    }
    costs = macs(counted)
    assert costs == {stage: 196 * weights for stage, weights in params(counted).items()}
    assert costs["pointwise"] == 51_380_224
    ratio = costs["separable"] / costs["standard"]
    assert ratio == pytest.approx(1 / 512 + 1 / 9)
    assert round(ratio, 4) == 0.1131
    assert round(1 / ratio, 1) == 8.8
    assert "1/8.8" in presets()["example_convolutions"].description


def test_separable_ratio_counts_the_output_channels() -> None:
    """(25) 1/M + 1/(K K) with M the output channels, and the same on every map."""
    for side in (7, 28):
        costs = macs(count(f"example_convolutions:in_channels=64,out_channels=128,resolution={side}"))
        assert round(costs["separable"] / costs["standard"], 4) == 0.1189
        assert costs["depthwise"] * 64 == costs["standard"] // 2  # 1/N of a standard convolution from N to N channels


def test_stacked_3x3() -> None:
    """(2, 3, 4) 18 against 25 and 27 against 49 for each pair of channels, at equal receptive fields."""
    counted = count("example_stacked_3x3")
    pairs = {stage: weights / 64**2 for stage, weights in params(counted).items()}
    assert pairs == {"one_5x5": 25, "two_3x3": 18, "one_7x7": 49, "three_3x3": 27}
    assert fields(counted) == {"one_5x5": (5, 5), "two_3x3": (5, 5), "one_7x7": (7, 7), "three_3x3": (7, 7)}
    assert (round(100 * (1 - 18 / 25)), round(100 * (1 - 27 / 49))) == (28, 45)


def test_bottleneck_5x5() -> None:
    """(7 to 10) weights alone, and with biases, where params are the connections of one position."""
    bare, biased = count("example_bottleneck_5x5"), count("example_bottleneck_5x5:bias=true")
    assert params(bare) == {"direct": 409_600, "bottleneck": 59_392}
    assert params(biased) == {"direct": 409_664, "bottleneck": 59_488}
    assert macs(bare) == macs(biased) == {"direct": 409_600 * 28**2, "bottleneck": 59_392 * 28**2}
    assert round(409_600 / 59_392, 1) == 6.9


def test_inception() -> None:
    """(11, 12) module 3a with biases."""
    counted = count("example_inception")
    assert params(counted) == {"naive": 387_296, "reduced": 163_696}
    assert macs(counted) == {"naive": 303_464_448, "reduced": 128_049_152}
    widths = {stage: counted.engine.results[f"{stage}_out"].outputs["y"][0] for stage in counted.stages}
    assert widths == {"naive": 416, "reduced": 256}


def test_factorised_7x7() -> None:
    """(15) 49 against 14 for each pair of channels."""
    counted = count("example_factorised_7x7")
    assert {stage: weights / 192**2 for stage, weights in params(counted).items()} == {"full": 49, "factorised": 14}
    assert fields(counted) == {"full": (7, 7), "factorised": (7, 7)}


def test_resnet_units() -> None:
    """(36) weights of the convolutions are the macs of one position; the rest is batch norm."""
    counted = count("example_resnet_units")
    weights = {stage: cost // 56**2 for stage, cost in macs(counted).items()}
    assert weights == {"basic": 1_179_648, "bottleneck": 69_632}
    assert {stage: params(counted)[stage] - weights[stage] for stage in weights} == {"basic": 1_024, "bottleneck": 768}
    assert round(1_179_648 / 69_632, 1) == 16.9


def test_mobilenet_blocks() -> None:
    """(32) 24 -> 144 -> 24 at 56x56."""
    counted = count("example_mobilenet_blocks")
    assert macs(counted) == {"v1": 792 * 56**2, "v2": 25_740_288}
    assert params(counted) == {"v1": 792 + 96, "v2": 8_832}
    assert 25_740_288 == 8_208 * 56**2
    blocks = [step.block.id for step in flatten(counted.engine).steps]
    assert blocks.count("relu6") == 4  # two in each block: none after V2's projection
