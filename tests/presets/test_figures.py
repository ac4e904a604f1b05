"""The presets hit the literature's figures to the unit: every row of published.json, and what NETWORKS and ERRATA derive."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import presets as package
from designer.analysis.engine import Engine
from designer.analysis.flatten import flatten
from designer.catalogue import load
from presets.preset import presets

ROWS = json.loads((Path(package.__file__).parent / "published.json").read_text(encoding="utf-8"))


def figures(design: str) -> tuple[int, int, int]:
    """params, macs, and convolution and linear layers."""
    engine = Engine(load(design))
    assert engine.issues() == []
    assert engine.total is not None
    layers = sum(step.block.layer is not None for step in flatten(engine).steps)
    return engine.total.params, engine.total.macs, layers


def test_every_published_network_is_a_preset() -> None:
    assert {row["design"].partition(":")[0] for row in ROWS} <= presets().keys()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["design"])
def test_published_figures(row: dict[str, Any]) -> None:
    assert figures(row["design"]) == (row["params"], row["macs"], row["conv_and_linear_layers"])
    assert load(row["design"]).root.node("input").params.get("shape", [3, 224, 224]) == row["input"]


# Variants that follow from the definitions and whose figures are known beside published.json
VARIANTS = {
    "alexnet:variant=ungrouped": (62_378_344, 1_135_256_096, 8),
    "vgg13:batch_norm=false": (133_047_848, 11_308_466_176, 13),
    "vgg16c": (133_638_952, 11_770_888_192, 16),
    "vgg16c:batch_norm=true": (133_647_400, 11_770_888_192, 16),
    "resnet18:variant=v1": (11_689_512, 1_814_073_344, 21),
    "resnet18:shortcut=A": (11_515_688, 1_794_805_760, 18),
    "resnet152:variant=v1": (60_192_808, 11_282_415_616, 156),
    "googlenet:aux=true": (13_378_280, 1_591_044_096, 64),
    "googlenet:naive=true": (97_526_008, 12_568_061_056, 31),
    "googlenet:variant=torchvision": (6_624_904, 1_498_376_192, 58),
    "googlenet:variant=torchvision,aux=true": (13_004_888, 1_506_748_416, 64),
    "inception_v2:conv_bias=false": (11_285_224, 2_032_600_064, 70),
    "inception_v3:aux=true": (27_161_264, 5_718_899_296, 98),
    "mobilenet_v1:separable=false": (29_294_088, 4_867_293_184, 15),
    "mobilenet_v1:shallow=true": (2_887_976, 307_323_392, 18),
}


@pytest.mark.parametrize("design", VARIANTS)
def test_figures_of_variants(design: str) -> None:
    assert figures(design) == VARIANTS[design]


# Module by module, as GoogLeNet's table prints them
GOOGLENET = {
    "inception3.a": (163_696, 128_049_152),
    "inception3.b": (388_736, 304_267_264),
    "inception4.a": (376_176, 73_608_192),
    "inception4.b": (449_160, 87_908_352),
    "inception4.c": (510_104, 99_850_240),
    "inception4.d": (605_376, 118_515_712),
    "inception4.e": (868_352, 169_996_288),
    "inception5.a": (1_043_456, 51_079_168),
    "inception5.b": (1_444_080, 70_697_984),
}


def test_googlenet_module_by_module() -> None:
    found = {result.path: (result.cost.params, result.cost.macs) for result in Engine(load("googlenet")).results.values()}
    assert {path: found[path] for path in GOOGLENET} == GOOGLENET


def test_alexnet_layer_by_layer() -> None:
    found = {result.path: result.cost.params for result in Engine(load("alexnet")).results.values() if result.cost.params}
    assert found == {
        "conv1.conv": 34_944,
        "conv2.conv": 307_456,
        "conv3.conv": 885_120,
        "conv4.conv": 663_936,
        "conv5.conv": 442_624,
        "fc6.linear": 37_752_832,
        "fc7.linear": 16_781_312,
        "fc8.linear": 4_097_000,
    }


def output_shapes(design: str) -> dict[str, list[tuple[int, ...]]]:
    """Shapes of every node's output, by stage."""
    loaded = load(design)
    engine = Engine(loaded)
    shapes: dict[str, list[tuple[int, ...]]] = {}
    for node in loaded.root.nodes():
        shapes.setdefault(node.stage or "", []).append(tuple(engine.results[node.id].outputs["y"]))
    return shapes


@pytest.mark.parametrize(
    ("design", "stage", "last"),
    [
        ("resnet18", "conv5", (512, 7, 7)),
        ("resnet50", "conv2", (256, 56, 56)),
        ("resnet50", "conv4", (1024, 14, 14)),
        ("vgg16", "block5", (512, 7, 7)),
        ("inception_v2", "inception3", (576, 14, 14)),
        ("inception_v2", "inception4", (1056, 7, 7)),
        ("inception_v2", "inception5", (1024, 7, 7)),
        ("inception_v3", "stem", (192, 35, 35)),
        ("inception_v3", "mixed5", (288, 35, 35)),
        ("inception_v3", "mixed6", (768, 17, 17)),
        ("inception_v3", "mixed7", (2048, 8, 8)),
        ("xception", "entry", (728, 19, 19)),
        ("xception", "exit", (2048, 10, 10)),
        ("mobilenet_v1", "stage5", (1024, 7, 7)),
        ("mobilenet_v3_large", "stage3", (40, 28, 28)),
        ("mobilenet_v3_small", "stage4", (96, 7, 7)),
    ],
)
def test_maps_have_the_sizes_of_the_tables(design: str, stage: str, last: tuple[int, ...]) -> None:
    assert output_shapes(design)[stage][-1] == last


@pytest.mark.parametrize(("width", "keras"), [(0.25, 475_544), (0.5, 1_342_536), (0.75, 2_601_976), (1.0, 4_253_864)])
def test_mobilenet_v1_rounds_widths_down(width: float, keras: int) -> None:
    """Worked out from table 1, int(c * width) everywhere; Keras' count includes the running statistics of batch norm."""
    widths = [int(c * width) for c in (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)]
    by_hand = 27 * widths[0] + 2 * widths[0] + 1000 * widths[-1] + 1000
    for cin, cout in pairwise(widths):
        by_hand += 9 * cin + 2 * cin + cin * cout + 2 * cout
    total = Engine(load(f"mobilenet_v1:width={width}")).total
    assert total is not None
    assert total.params == by_hand
    assert total.params + total.buffers == keras


def test_mobilenet_v3_multiplier_rules_differ_only_off_width_1() -> None:
    for net in ("mobilenet_v3_large", "mobilenet_v3_small"):
        assert figures(f"{net}:width_rule=torchvision") == figures(net)
    # TF-slim's description prints 155M and 4.0M; torchvision's rule scales the stem and the last layer too
    assert figures("mobilenet_v3_large:width=0.75")[:2] == (3_993_528, 154_560_624)
    assert figures("mobilenet_v3_large:width=0.75,width_rule=torchvision")[:2] == (3_377_576, 140_033_816)
