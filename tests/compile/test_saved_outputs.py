"""What the blocks declare about storage, held against torch: which layers keep their output for backward, which return a view.

The in-place rule stands on these declarations; a wrong one would spoil training without a word, or cost memory for nothing.
"""

from __future__ import annotations

from typing import Any

import pytest

from blocks import registry
from blocks.builder import evaluate
from blocks.spec import TensorSpec

MAP, VECTOR = TensorSpec((32, 8, 8)), TensorSpec((32,))
PRIMITIVES = [block for block in registry.blocks().values() if block.primitive and block.category != "io"]

# Parameters and inputs at which a layer may do nothing, beside its defaults: torch then tends to return its input.
IDLE: dict[str, list[dict[str, Any]]] = {
    "adaptive_avg_pool2d": [{"output_size": 8}],
    "adaptive_max_pool2d": [{"output_size": 8}],
    "avg_pool2d": [{"kernel_size": 1, "stride": 1}],
    "channel_shuffle": [{"groups": 1}, {"groups": 32}, {"groups": 4}],
    "conv2d": [
        {"kernel_size": 1, "out_channels": 32, "groups": 32},
        {"padding": "same"},
        {"padding": 1, "padding_mode": "circular"},
    ],
    "conv_transpose2d": [{"kernel_size": 1, "stride": 1, "out_channels": 32}],
    "crop": [dict.fromkeys(("left", "right", "top", "bottom"), 0)],
    "dropout": [{"p": 0.0}, {"p": 1.0}],
    "leaky_relu": [{"negative_slope": 0.0}, {"negative_slope": 1.0}],
    "local_response_norm": [{"size": 1}],
    "max_pool2d": [{"kernel_size": 1, "stride": 1}],
    "pad": [
        {"left": 0, "right": 0, "top": 0, "bottom": 0, "mode": mode} for mode in ("constant", "reflect", "replicate", "circular")
    ]
    + [{"mode": mode} for mode in ("reflect", "replicate", "circular")],
    "pixel_shuffle": [{"upscale_factor": 1}, {"upscale_factor": 4}],
    "slice_channels": [{"stop": 8}, {"start": 8}],
    "upsample": [{"scale_factor": 1}, {"scale_factor": 1, "mode": "bilinear"}, {"mode": "bilinear"}],
}
SINGLE_PIXEL = TensorSpec((32, 1, 1))


def cases() -> list[Any]:
    found = []
    for block in PRIMITIVES:
        for raw in ({}, *IDLE.get(block.id, [])):
            for spec in (MAP, VECTOR, SINGLE_PIXEL):
                binding = block.bind(raw)
                assert not binding.errors, (block.id, raw)
                result = evaluate(block, binding.values, (spec,) * max(len(block.inputs), 2 if block.inputs[0].variadic else 1))
                if result.problem is None:
                    found.append(pytest.param(result, id=f"{block.id}-{raw or 'defaults'}-{spec}"))
    return found


CASES = cases()


def test_every_primitive_is_tried() -> None:
    assert {case.values[0].block.id for case in CASES} == {block.id for block in PRIMITIVES}


def run(result: Any, *, train: bool, seed: int = 0) -> tuple[Any, list[Any], Any]:
    """(module, leaf inputs, output); the inputs of the layer are copies of the leaves, so that they may be overwritten."""
    import torch

    torch.manual_seed(seed)
    module = result.instance.module(*result.inputs).train(train)
    leaves = [torch.randn(3, *spec, requires_grad=True) for spec in result.inputs]
    inputs = [leaf * 1 for leaf in leaves]
    torch.manual_seed(seed)  # dropout
    return module, leaves, module(*inputs)


def gradients(module: Any, leaves: list[Any], output: Any) -> list[Any]:
    import torch

    return torch.autograd.grad(
        (output * torch.linspace(1, 2, output.numel()).reshape(output.shape)).sum(), [*leaves, *module.parameters()]
    )


def breaks_backward(result: Any) -> bool:
    """Whether overwriting the output in place makes backward fail or differ, in train or in eval mode."""
    import torch

    for train in (True, False):
        module, leaves, output = run(result, train=train)
        right = gradients(module, leaves, output * 3)
        module, leaves, output = run(result, train=train)
        try:
            output.mul_(3)
            got = gradients(module, leaves, output)
        except RuntimeError as error:
            if "modified by an inplace operation" not in str(error):
                raise
            return True
        if not all(torch.allclose(a, b) for a, b in zip(got, right, strict=True)):
            return True
    return False


@pytest.mark.parametrize("result", [case for case in CASES if not case.values[0].block.saves_output])
def test_an_output_not_kept_for_backward_may_be_overwritten(result: Any) -> None:
    assert not breaks_backward(result)


@pytest.mark.parametrize("block", [block for block in PRIMITIVES if block.saves_output], ids=lambda block: block.id)
def test_no_layer_says_in_vain_that_it_keeps_its_output(block: Any) -> None:
    """Activations say so one and all: those that keep their input keep their output once they run in place."""
    if block.inplace_capable:
        return
    assert block.category == "activation" or any(breaks_backward(c.values[0]) for c in CASES if c.values[0].block is block)


@pytest.mark.parametrize("result", CASES)
def test_layers_say_when_they_return_a_view(result: Any) -> None:
    """In train and eval mode. A layer may say so where torch happens to copy, never the other way round."""
    import torch

    block = result.block
    declared = block.makes_no_tensor or (block.may_view and result.instance.shares_storage(*result.inputs))
    for train in (False, True):
        module = result.instance.module(*result.inputs).train(train)
        inputs = [torch.randn(3, *spec) for spec in result.inputs]
        output = module(*inputs)
        shared = any(output.untyped_storage().data_ptr() == x.untyped_storage().data_ptr() for x in inputs)
        assert declared or not shared
        if block.makes_no_tensor and not train:
            assert shared
