"""With equal weights the compiled presets answer as torch modules written by hand from the papers do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from designer.catalogue import load
from designer.compile.torch_module import to_torch

CASES = {
    "mobilenet_v2": lambda: hand_written("mobilenet_v2", "MobileNetV2"),
    "resnet50": lambda: hand_written("resnet50", "ResNet50"),
    "resnet50:variant=v1": lambda: hand_written("resnet50", "ResNet50", stride_in_3x3=False),
    "googlenet:aux=true": lambda: hand_written("googlenet", "GoogLeNet", bn=False),
    "googlenet:variant=torchvision,aux=true": lambda: hand_written("googlenet", "GoogLeNet", bn=True),
}


def hand_written(module: str, name: str, **options: Any) -> Any:
    """A module of tests/reference in double precision, with weights and statistics that leave nothing at a default."""
    import importlib

    import torch
    from torch import nn

    made = getattr(importlib.import_module(f"tests.reference.{module}"), name)(**options).double().eval()
    random = torch.Generator().manual_seed(1)
    for layer in made.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=random)
            if layer.bias is not None:
                nn.init.uniform_(layer.bias, -0.1, 0.1, generator=random)
        elif isinstance(layer, nn.BatchNorm2d):
            for tensor, low, high in (
                (layer.weight, 0.5, 1.5),
                (layer.bias, -0.2, 0.2),
                (layer.running_mean, -0.2, 0.2),
                (layer.running_var, 0.5, 1.5),
            ):
                nn.init.uniform_(tensor, low, high, generator=random)
    return made


def layers_with_weights(module: Any) -> list[Any]:
    from torch import nn

    return [layer for layer in module.modules() if isinstance(layer, (nn.Conv2d, nn.Linear, nn.BatchNorm2d))]


def give_weights(source: Any, target: Any) -> None:
    """Copy weights layer by layer, in order."""
    theirs, ours = layers_with_weights(source), layers_with_weights(target)
    assert [type(layer) for layer in ours] == [type(layer) for layer in theirs]
    for their, our in zip(theirs, ours, strict=True):
        our.load_state_dict(their.state_dict())


def compare(design: str, resolution: int, reference: Callable[[], Any]) -> None:
    import torch

    theirs = reference()
    ours = to_torch(load(f"{design}{',' if ':' in design else ':'}resolution={resolution}")).double()
    give_weights(theirs, ours)
    x = torch.randn(2, 3, resolution, resolution, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        expected, got = theirs(x), ours(x)
    if not isinstance(expected, dict):
        expected, got = {"output": expected}, {"output": got}
    assert list(got) == list(expected)
    for name, wanted in expected.items():
        assert (wanted[0] - wanted[1]).abs().max() > 1e-3 * wanted.std()  # the net answers to its input
        assert (got[name] - wanted).abs().max() < 1e-6 * wanted.std()


@pytest.mark.parametrize("design", CASES)
def test_answers_as_the_hand_written_net(design: str) -> None:
    # The heads of the paper's GoogLeNet have linear layers after a flatten, so that one has to see its own resolution.
    compare(design, 224 if design == "googlenet:aux=true" else 96, CASES[design])


@pytest.mark.deep
@pytest.mark.parametrize("design", CASES)
def test_answers_as_the_hand_written_net_at_its_own_resolution(design: str) -> None:
    compare(design, 224, CASES[design])
