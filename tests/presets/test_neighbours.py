"""The neighbour networks: variants counted from their tables, options, sizes of maps, stages that add up."""

from __future__ import annotations

import pytest

from blocks.cost import Cost
from designer import catalogue
from tests.presets.counting import count

# params, macs and convolution and linear layers of what published.json leaves out, from the definitions in NETWORKS.md
VARIANTS = {
    "se_resnet50:variant=v1_5": (28_088_024, 4_091_699_200, 86),
    "squeezenet1_0:resolution=227": (1_248_424, 832_667_936, 26),
    "shufflenet_v2:width=1.5": (3_503_624, 295_759_392, 57),
    "shufflenet_v2:width=2.0": (7_393_996, 583_253_464, 57),
}


@pytest.mark.parametrize("design", VARIANTS)
def test_variants_that_were_not_published(design: str) -> None:
    assert count(design)[:3] == VARIANTS[design]


def v1_by_hand(groups: int, channels: int) -> tuple[int, int]:
    """ShuffleNet V1 at 224, unit by unit as section 3.2 of the paper has it: params with batch norm, macs."""
    params, macs, cin = 27 * 24 + 2 * 24, 27 * 24 * 112 * 112, 24
    for stage, (units, side) in enumerate(((4, 28), (8, 14), (4, 7))):
        out = channels * 2**stage
        middle = out // 4
        for unit in range(units):
            first = stage == unit == 0
            small, large = side * side, 4 * side * side if unit == 0 else side * side
            branch = out - cin if unit == 0 else out
            reduce, depthwise, restore = cin * middle // (1 if first else groups), 9 * middle, middle * branch // groups
            params += reduce + depthwise + restore + 2 * (middle + middle + branch)
            macs += reduce * large + (depthwise + restore) * small
            cin = out
    return params + 1000 * cin + 1000, macs + 1000 * cin


@pytest.mark.parametrize(("groups", "channels"), [(1, 144), (2, 200), (3, 240), (4, 272), (8, 384)])
def test_shufflenet_v1_with_any_groups(groups: int, channels: int) -> None:
    assert count(f"shufflenet_v1:groups={groups}")[:2] == v1_by_hand(groups, channels)


def v2_by_hand(widths: tuple[int, int, int], last: int) -> tuple[int, int]:
    """ShuffleNet V2 at 224, unit by unit as figure 3 of the paper has it."""
    params, macs, cin = 27 * 24 + 2 * 24, 27 * 24 * 112 * 112, 24
    for out, units, side in zip(widths, (4, 8, 4), (28, 14, 7), strict=True):
        half, small = out // 2, side * side
        for unit in range(units):
            if unit == 0:
                left = 9 * cin + cin * half
                params += left + 2 * (cin + half) + cin * half + 9 * half + half * half + 6 * half
                macs += (left + 9 * half + half * half) * small + cin * half * 4 * small
            else:
                params += 2 * half * half + 9 * half + 6 * half
                macs += (2 * half * half + 9 * half) * small
        cin = out
    return params + cin * last + 2 * last + 1000 * last + 1000, macs + cin * last * 49 + 1000 * last


@pytest.mark.parametrize(
    ("width", "widths", "last"),
    [("0.5", (48, 96, 192), 1024), ("1", (116, 232, 464), 1024), ("1.5", (176, 352, 704), 1024), ("2.0", (244, 488, 976), 2048)],
)
def test_shufflenet_v2_at_any_width(width: str, widths: tuple[int, int, int], last: int) -> None:
    assert count(f"shufflenet_v2:width={width}")[:2] == v2_by_hand(widths, last)


def test_densenet_layer_by_layer() -> None:
    """Section 3 of the paper: 64 channels, 32 more a layer, halved between blocks."""
    found = count("densenet121").stages
    channels = 64
    for number, (layers, side) in enumerate(((6, 56), (12, 28), (24, 14), (16, 7)), start=1):
        params = macs = 0
        for _ in range(layers):
            params += 2 * channels + 128 * channels + 2 * 128 + 9 * 128 * 32
            macs += (128 * channels + 9 * 128 * 32) * side * side
            channels += 32
        if number < 4:
            params += 2 * channels + channels * channels // 2
            macs += channels * channels // 2 * side * side
            channels //= 2
        assert (found[f"block{number}"].params, found[f"block{number}"].macs) == (params, macs)
    assert channels == 1024


# last map of each stage, as the papers' tables have them
MAPS = {
    "squeezenet1_0": {"stem": (96, 54, 54), "stage1": (256, 27, 27), "stage2": (512, 13, 13), "stage3": (512, 13, 13)},
    "squeezenet1_1": {"stem": (64, 55, 55), "stage1": (128, 27, 27), "stage2": (256, 13, 13), "stage3": (512, 13, 13)},
    "shufflenet_v1": {"stem": (24, 56, 56), "stage2": (240, 28, 28), "stage3": (480, 14, 14), "stage4": (960, 7, 7)},
    "shufflenet_v2": {"stem": (24, 56, 56), "stage2": (116, 28, 28), "stage3": (232, 14, 14), "stage4": (464, 7, 7)},
    "mnasnet_a1": {"stem": (32, 112, 112), "stage3": (40, 28, 28), "stage5": (112, 14, 14), "stage7": (320, 7, 7)},
    "mnasnet_b1": {"stem": (32, 112, 112), "stage3": (40, 28, 28), "stage5": (96, 14, 14), "stage7": (320, 7, 7)},
    "efficientnet_b0": {"stem": (32, 112, 112), "stage3": (40, 28, 28), "stage5": (112, 14, 14), "stage7": (320, 7, 7)},
    "ghostnet": {"stem": (16, 112, 112), "stage2": (24, 56, 56), "stage4": (112, 14, 14), "stage5": (160, 7, 7)},
    "densenet121": {"stem": (64, 56, 56), "block1": (128, 28, 28), "block2": (256, 14, 14), "block4": (1024, 7, 7)},
    "resnext50_32x4d": {"conv1": (64, 112, 112), "conv2": (256, 56, 56), "conv5": (2048, 7, 7)},
    "se_resnet50": {"conv1": (64, 112, 112), "conv3": (512, 28, 28), "conv5": (2048, 7, 7)},
    "se_resnext50_32x4d": {"conv2": (256, 56, 56), "conv5": (2048, 7, 7)},
    "se_inception_v2": {"inception3": (576, 14, 14), "inception4": (1056, 7, 7), "inception5": (1024, 7, 7)},
    "se_mobilenet_v1": {"stage2": (128, 56, 56), "stage4": (512, 14, 14), "stage5": (1024, 7, 7)},
}


@pytest.mark.parametrize("preset", MAPS)
def test_sizes_of_maps_and_stages_that_add_up(preset: str) -> None:
    counted = count(preset)
    nodes = counted.engine.design.root.nodes()
    last = {node.stage: tuple(counted.engine.results[node.id].outputs["y"]) for node in nodes}
    assert {stage: last[stage] for stage in MAPS[preset]} == MAPS[preset]
    assert [node.id for node in nodes if node.stage is None] == ["input", "output"]
    total = counted.engine.total
    assert sum(counted.stages.values(), start=Cost()) == total


# window and channels of the first convolution, features of the last layer
ENDS = {
    "squeezenet1_0": (7, 96, 512),
    "squeezenet1_1": (3, 64, 512),
    "shufflenet_v1": (3, 24, 960),
    "shufflenet_v2": (3, 24, 1024),
    "mnasnet_a1": (3, 32, 1280),
    "mnasnet_b1": (3, 32, 1280),
    "efficientnet_b0": (3, 32, 1280),
    "ghostnet": (3, 16, 1280),
    "densenet121": (7, 64, 1024),
    "resnext50_32x4d": (7, 64, 2048),
    "se_resnet50": (7, 64, 2048),
    "se_resnext50_32x4d": (7, 64, 2048),
    "se_inception_v2": (7, 64, 1024),
    "se_mobilenet_v1": (3, 32, 1024),
}


@pytest.mark.parametrize("preset", MAPS)
def test_options_every_classifier_has(preset: str) -> None:
    whole = count(preset)
    few = count(f"{preset}:classes=10,in_channels=1,resolution=96x160")
    assert tuple(few.engine.results["input"].outputs["y"]) == (1, 96, 160)
    assert tuple(few.engine.results["output"].outputs["y"]) == (10,)
    window, channels, features = ENDS[preset]
    assert whole.params - few.params == 990 * (features + 1) + 2 * window * window * channels
    assert few.macs < whole.macs


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ("shufflenet_v2:width=0", "width needs one of 0.5, 1.0, 1.5, 2.0, but got '0'"),
        ("shufflenet_v2:width=abc", "width needs one of 0.5, 1.0, 1.5, 2.0, but got 'abc'"),
        ("shufflenet_v1:groups=5", "groups needs one of 1, 2, 3, 4, 8, but got '5'"),
        ("ghostnet:classes=0", "classes needs a whole number from 1 to 1,048,576, but got 0"),
        ("densenet121:in_channels=-1", "in_channels needs a whole number from 1 to 1,048,576, but got -1"),
        ("se_resnet50:variant=v2", "variant needs one of v1, v1_5, but got 'v2'"),
        ("se_mobilenet_v1:width=0", "width needs a number from 0.05 to 8.0, but got 0"),
        ("se_mobilenet_v1:shallow=true", "se_mobilenet_v1 has no option 'shallow'"),
        ("mnasnet_a1:width=0.5", "mnasnet_a1 has no option 'width'"),
        ("squeezenet1_0:resolution=20", "resolution needs at least 21, but got 20, because of stage2.pool"),
        ("squeezenet1_1:resolution=16", "resolution needs at least 17, but got 16, because of stage2.pool"),
        ("densenet121:resolution=28", "resolution needs at least 29, but got 28, because of block3.transition.pool"),
    ],
)
def test_bad_options_name_the_option_and_its_range(design: str, words: str) -> None:
    with pytest.raises(catalogue.CatalogueError) as raised:
        catalogue.load(design)
    assert words in str(raised.value)


def test_se_gates_stand_where_the_paper_puts_them() -> None:
    """After the module or the pointwise convolution, and on the branch before the addition."""
    plain, gated = count("inception_v2:conv_bias=false"), count("se_inception_v2")
    widths = (256, 320, 576, 576, 576, 608, 608, 1056, 1024, 1024)
    assert gated.params - plain.params == sum(2 * c * (c // 16) + c // 16 + c for c in widths)
    plain, gated = count("mobilenet_v1:width=0.5"), count("se_mobilenet_v1:width=0.5")
    assert gated.params - plain.params == sum(
        2 * c * (c // 16) + c // 16 + c for c in (32, 64, 64, 128, 128, *(256,) * 6, 512, 512)
    )
    plain, gated = count("resnet50:variant=v1"), count("se_resnet50")
    assert gated.params - plain.params == 2_514_944 + 16_048
    unit = gated.engine.results["conv2_unit1"].evaluated
    assert unit is not None
    names = [part.name for part in unit.drawing.parts]
    assert names.index("restore") < names.index("se") < names.index("add")
