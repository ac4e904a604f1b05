"""Every preset learns: ten steps on two images lower the loss, and every parameter has a finite gradient."""

from __future__ import annotations

import math
from typing import Any

import pytest

from designer.catalogue import CatalogueError, draw
from designer.compile.torch_module import examples, to_torch
from presets.preset import EXAMPLES, presets
from tests.presets.test_presets import CASES

CLASSES = 10
DEEP = ("vgg11", "vgg13", "vgg16c", "vgg19")  # VGG-16 stands for them


def least_resolution(preset_id: str, options: dict[str, Any]) -> int:
    """The smallest image that leaves something of every map.

    At least 64 px: below, maps of one pixel leave batch norm two values per channel in layer after layer, and its gradient grows
    without end through a hundred of them.
    """

    def works(side: int) -> bool:
        try:
            draw(preset_id, {**options, "resolution": side})
        except CatalogueError:
            return False
        return True

    low, high = 0, 512
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if works(middle) else (middle, high)
    return max(high, 64)


def learn(preset_id: str, options: dict[str, Any]) -> None:
    import torch
    from torch import nn

    if presets()[preset_id].family == EXAMPLES:
        design = draw(preset_id, {**options, "resolution": 8})
    else:
        design = draw(preset_id, {**options, "classes": CLASSES, "resolution": least_resolution(preset_id, options)})
    module = to_torch(design).train()
    for layer in module.modules():
        if isinstance(layer, nn.Dropout):
            layer.eval()
    (images,) = examples(module, 2)
    labels = torch.tensor([3, 7])
    normed = any(isinstance(layer, nn.BatchNorm2d) for layer in module.modules())
    steps = torch.optim.SGD(module.parameters(), lr=1e-2 if normed else 1e-3)  # nothing else bounds the size of a step
    losses = []
    for step in range(11):
        steps.zero_grad()
        answer = module(images)
        answers = answer.values() if isinstance(answer, dict) else [answer]
        answers = [scores.mean((2, 3)) if scores.ndim == 4 else scores for scores in answers]  # examples end in maps
        loss = torch.stack([nn.functional.cross_entropy(scores, labels) for scores in answers]).sum()
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            lost = [
                name
                for name, parameter in module.named_parameters()
                if parameter.grad is None or not parameter.grad.isfinite().all()
            ]
            assert not lost
        steps.step()
    assert math.isfinite(losses[-1])
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    "preset_id",
    [pytest.param(preset.id, marks=pytest.mark.deep if preset.id in DEEP else ()) for preset in presets().values()],
)
def test_ten_steps_lower_the_loss(preset_id: str) -> None:
    learn(preset_id, {})


@pytest.mark.deep
@pytest.mark.parametrize(("preset_id", "options"), [case for case in CASES if case[1]])
def test_ten_steps_lower_the_loss_with_every_option(preset_id: str, options: dict[str, Any]) -> None:
    learn(preset_id, options)
