"""Every composite and every preset compiles, and its module is what the analysis says."""

from __future__ import annotations

from typing import Any

import pytest

from blocks import registry
from designer.compile import torch_module, verify
from designer.compile.plan import plan_of
from designer.compile.torch_module import examples, to_torch
from presets.preset import presets
from tests.compile.designs import design_of, preset_design

COMPOSITES = [block for block in registry.blocks().values() if not block.primitive]


def composite_design(block: Any) -> Any:
    lines: list[Any] = [("input", "input", {"shape": [48, 28, 28]}), ("it", block.id, {}, *["input"] * len(block.inputs))]
    lines += [(f"out{k}", "output", {"order": k}, f"it.{port}") for k, port in enumerate(block.outputs)]
    return design_of(*lines)


@pytest.mark.parametrize("block", COMPOSITES, ids=lambda block: block.id)
def test_every_composite_compiles_and_runs_and_learns(block: Any) -> None:
    import torch

    module = to_torch(composite_design(block)).train()
    outputs = module(*examples(module, 2))
    outputs = list(outputs.values()) if isinstance(outputs, dict) else [outputs]
    facts = module.meta["lightdesigner"]
    assert [list(y.shape[1:]) for y in outputs] == list(facts["outputs"].values())
    torch.stack([y.square().sum() for y in outputs]).sum().backward()
    assert all(parameter.grad is not None for parameter in module.parameters())


@pytest.mark.parametrize("preset", presets())
def test_every_preset_verifies(preset: str) -> None:
    """On the meta device: shapes, params, buffers and MACs of every layer, without the weights."""
    plan = plan_of(preset_design(preset))
    module = torch_module._skeleton(plan)
    verify.check(plan, module)
    assert sum(p.numel() for p in module.parameters()) == plan.total.params
