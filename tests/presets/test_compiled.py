"""Every preset with every option is what torch says it is: compiled on the meta device and counted by torch itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import presets as package
from designer.analysis.engine import Engine
from designer.catalogue import canonical, load
from designer.compile import torch_module
from designer.compile.plan import plan_of
from tests.presets.test_presets import CASES, NETWORKS

PUBLISHED = {
    row["design"]: row for row in json.loads((Path(package.__file__).parent / "published.json").read_text(encoding="utf-8"))
}
COMMON = {"classes": 10, "in_channels": 1, "resolution": (331, 363)}  # what all networks take; odd sides, and wider than high
DESIGNS = list(
    dict.fromkeys(
        [
            *PUBLISHED,
            *(canonical(preset, options) for preset, options in CASES),
            *(canonical(preset.id, COMMON) for preset in NETWORKS),
        ]
    )
)


@pytest.mark.parametrize("text", DESIGNS)
def test_torch_counts_what_the_analysis_counts(text: str) -> None:
    import torch
    from torch import nn
    from torch.utils.flop_counter import FlopCounterMode

    design = load(text)
    total = Engine(design).total
    assert total is not None
    module = torch_module._skeleton(plan_of(design))
    called: list[nn.Module] = []
    for layer in module.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(lambda layer, *_: called.append(layer))
    shape = design.root.node("input").params.get("shape", [3, 224, 224])
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        answer: Any = module(torch.empty(1, *shape, device="meta"))
    answers = answer if isinstance(answer, dict) else {"output": answer}
    assert all(output.shape == (1, COMMON["classes"] if "classes=" in text else 1000) for output in answers.values())
    assert sum(parameter.numel() for parameter in module.parameters()) == total.params
    assert counter.get_total_flops() == total.flops
    if text in PUBLISHED:
        row = PUBLISHED[text]
        assert (total.params, total.macs, len(called)) == (row["params"], row["macs"], row["conv_and_linear_layers"])
