"""The in-place rule: each of its conditions failing alone, and nothing a person can see changed by it.

An activation overwrites its input exactly when a layer of the design made that input, keeps nothing of its output for backward,
nothing else reads it, and it is not an output.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from blocks import registry
from designer.compile.torch_module import examples, to_torch
from designer.graph.design import Design
from tests.compile.designs import IMAGE, design_of, preset_design

CONV = ("conv", "conv2d", {"out_channels": 6, "padding": 1}, "input")
RELU = ("act", "relu", {}, "conv")
OUT = ("output", "output", {}, "act")

HOLDS = {
    "all conditions hold": design_of(IMAGE, CONV, RELU, OUT),
    "behind a sum": design_of(IMAGE, CONV, ("sum", "add", {}, "conv", "conv"), ("act", "relu", {}, "sum"), OUT),
    "behind a concatenation": design_of(IMAGE, CONV, ("cat", "concat", {}, "conv"), ("act", "relu", {}, "cat"), OUT),
    "behind a view that alone reads its layer": design_of(
        IMAGE, CONV, ("flat", "flatten", {}, "conv"), ("act", "relu", {}, "flat"), OUT
    ),
    "behind a dropout": design_of(IMAGE, CONV, ("drop", "dropout", {}, "conv"), ("act", "relu", {}, "drop"), OUT),
    "behind an identity": design_of(IMAGE, CONV, ("same", "identity", {}, "conv"), ("act", "relu", {}, "same"), OUT),
}

FAILS = {
    "the input of the network": design_of(IMAGE, ("act", "relu", {}, "input"), OUT),
    "a view of the input": design_of(IMAGE, ("flat", "flatten", {}, "input"), ("act", "relu", {}, "flat"), OUT),
    "the input behind a dropout": design_of(IMAGE, ("drop", "dropout", {}, "input"), ("act", "relu", {}, "drop"), OUT),
    "the input behind a disabled layer": design_of(IMAGE, (*CONV, {"disabled": True}), RELU, OUT),
    "its maker keeps its output for backward": design_of(
        IMAGE, CONV, ("gate", "sigmoid", {}, "conv"), ("act", "relu", {}, "gate"), OUT
    ),
    "a view of what its maker keeps": design_of(
        IMAGE, CONV, ("gate", "softmax", {}, "conv"), ("flat", "flatten", {}, "gate"), ("act", "relu", {}, "flat"), OUT
    ),
    "read by another layer": design_of(IMAGE, CONV, RELU, ("sum", "add", {}, "act", "conv"), ("output", "output", {}, "sum")),
    "read by a layer before it": design_of(IMAGE, CONV, RELU, ("sum", "add", {}, "conv", "act"), ("output", "output", {}, "sum")),
    "its layer read beside a view": design_of(
        IMAGE,
        CONV,
        ("same", "identity", {}, "conv"),
        ("act", "relu", {}, "same"),
        ("sum", "add", {}, "act", "conv"),
        ("output", "output", {}, "sum"),
    ),
    "a view read twice": design_of(
        IMAGE,
        CONV,
        ("flat", "flatten", {}, "conv"),
        ("act", "relu", {}, "flat"),
        ("sum", "add", {}, "act", "flat"),
        ("output", "output", {}, "sum"),
    ),
    "a slice of what another slice reads": design_of(
        IMAGE,
        CONV,
        ("low", "slice_channels", {"stop": 4}, "conv"),
        ("high", "slice_channels", {"start": 2}, "conv"),
        ("act", "relu", {}, "low"),
        ("sum", "add", {}, "act", "high"),
        ("output", "output", {}, "sum"),
    ),
    "an output": design_of(
        IMAGE, CONV, RELU, ("output", "output", {"order": 0}, "act"), ("early", "output", {"order": 1}, "conv")
    ),
    "a view of an output": design_of(
        IMAGE,
        CONV,
        ("flat", "flatten", {}, "conv"),
        ("act", "relu", {}, "flat"),
        ("output", "output", {"order": 0}, "act"),
        ("early", "output", {"order": 1}, "conv"),
    ),
}


def inplace_paths(module: Any) -> set[str]:
    return {name for name, layer in module.named_modules() if getattr(layer, "inplace", False)}


def reference(module: Any) -> Any:
    """The same module with nothing in place."""
    twin = copy.deepcopy(module)
    for layer in twin.modules():
        if hasattr(layer, "inplace"):
            layer.inplace = False
    return twin


def outputs_and_gradients(module: Any, *, train: bool) -> list[Any]:
    """Outputs and the gradients of all params and inputs; checks that the run left the inputs and outputs alone."""
    import torch

    module.train(train).zero_grad()
    torch.manual_seed(0)  # dropout
    tensors = [x.requires_grad_() for x in examples(module, 2)]
    kept = [x.detach().clone() for x in tensors]
    made = module(*tensors)
    outputs = list(made.values()) if isinstance(made, dict) else [made]
    assert all(torch.equal(x, before) for x, before in zip(tensors, kept, strict=True))
    results = [y.detach().clone() for y in outputs]
    torch.stack([y.square().sum() for y in outputs]).sum().backward()
    assert all(torch.equal(y, before) for y, before in zip(outputs, results, strict=True))
    gradients = [x.grad for x in (*tensors, *module.parameters())]
    assert all(gradient is not None for gradient in gradients)
    return [*results, *gradients]


def assert_same(module: Any) -> None:
    import torch

    twin = reference(module)
    for train in (False, True):
        got, wanted = (outputs_and_gradients(one, train=train) for one in (module, twin))
        for a, b in zip(got, wanted, strict=True):
            # not equal to the bit: in place the memory layout may differ, and with it the order of a sum
            assert torch.allclose(a, b, rtol=1e-4, atol=1e-5 * max(1.0, float(b.abs().max())))


@pytest.mark.parametrize("case", HOLDS)
def test_in_place_where_every_condition_holds(case: str) -> None:
    module = to_torch(HOLDS[case])
    assert inplace_paths(module) == {"act"}
    assert_same(module)


@pytest.mark.parametrize("case", FAILS)
def test_not_in_place_where_one_condition_fails(case: str) -> None:
    module = to_torch(FAILS[case])
    assert inplace_paths(module) == set()
    assert_same(module)


def test_every_activation_that_torch_runs_in_place_is_known() -> None:
    """`inplace_capable` says what the torch module can do."""
    from blocks.spec import TensorSpec

    for block in registry.blocks().values():
        if block.category == "activation":
            module = block.of(block.defaults).module(TensorSpec((4, 3, 3)))
            assert hasattr(module, "inplace") == block.inplace_capable, block.id


@pytest.mark.parametrize("block", [b.id for b in registry.blocks().values() if b.category == "activation"])
def test_every_activation_after_a_convolution(block: str) -> None:
    design = design_of(IMAGE, CONV, ("act", block, {}, "conv"), OUT)
    module = to_torch(design)
    assert inplace_paths(module) == ({"act"} if registry.block(block).inplace_capable else set())
    assert_same(module)


@pytest.mark.parametrize("second", ["relu", "hard_swish", "prelu", "sigmoid"])
@pytest.mark.parametrize("first", ["relu", "relu6", "leaky_relu", "silu", "hard_swish", "hard_sigmoid", "tanh"])
def test_an_activation_of_an_activation(first: str, second: str) -> None:
    """Running in place, an activation keeps its output for backward: nothing may overwrite it."""
    design = design_of(IMAGE, CONV, ("first", first, {}, "conv"), ("act", second, {}, "first"), OUT)
    module = to_torch(design)
    assert "act" not in inplace_paths(module)
    assert_same(module)


def test_presets_run_in_place_and_answer_the_same() -> None:
    design = preset_design("mobilenet_v2", width=0.25, resolution=[32, 32])
    module = to_torch(design)
    activations = {layer["path"] for layer in module.meta["lightdesigner"]["layers"] if layer["block"] == "relu6"}
    assert inplace_paths(module) == activations
    assert len(activations) == 35
    assert_same(module)


SINGLE = {
    "conv": ("conv2d", {"out_channels": 6, "kernel_size": 1}),
    "norm": ("batch_norm", {}),
    "pool": ("max_pool2d", {"kernel_size": 3, "stride": 1, "padding": 1}),
    "lrn": ("local_response_norm", {}),
    "shuffle": ("channel_shuffle", {"groups": 3}),
    "still_shuffle": ("channel_shuffle", {"groups": 6}),
    "no_pad": ("pad", {"right": 0, "bottom": 0}),
    "no_up": ("upsample", {"scale_factor": 1}),
    "pixels": ("pixel_shuffle", {"upscale_factor": 1}),
    "all_channels": ("slice_channels", {}),
    "no_crop": ("crop", dict.fromkeys(("left", "right", "top", "bottom"), 0)),
    "layer": ("layer_norm", {}),
    **{kind: (kind, {}) for kind in ("identity", "dropout", "relu", "relu6", "leaky_relu", "silu", "hard_swish", "hard_sigmoid")},
    **{kind: (kind, {}) for kind in ("sigmoid", "tanh", "softmax", "gelu", "prelu")},
}
INPLACE = [kind for kind in SINGLE if kind in registry.blocks() and getattr(registry.block(kind), "inplace_capable", False)]
PAIRS = {"add": ("add", {}), "multiply": ("multiply", {})}


def random_design(seed: int) -> Design:
    """A net of 12 layers that keep the shape (6, 8, 8), wired at random, with two outputs."""
    import random

    rng = random.Random(seed)
    lines: list[Any] = [("input", "input", {"shape": [6, 8, 8]})]
    made = ["input"]
    for k in range(12):
        name = f"n{k}"
        source = made[-1] if rng.random() < 0.7 else rng.choice(made)
        if rng.random() < 0.2:
            lines.append((name, *PAIRS[rng.choice(list(PAIRS))], source, rng.choice(made)))
        elif rng.random() < 0.1:
            cut = rng.randint(1, 5)
            lines.append((f"{name}_low", "slice_channels", {"stop": cut}, source))
            lines.append((f"{name}_act", "relu", {}, f"{name}_low"))
            lines.append((f"{name}_high", "slice_channels", {"start": cut}, source))
            lines.append((name, "concat", {}, f"{name}_act", f"{name}_high"))
        else:
            kinds = INPLACE if rng.random() < 0.4 else list(SINGLE)
            lines.append((name, *SINGLE[rng.choice(kinds)], source))
        made.append(name)
    lines.append(("first", "output", {}, made[-1]))
    lines.append(("second", "output", {}, rng.choice(made[1:])))
    return design_of(*lines)


def check_random(seeds: range) -> int:
    """Hold random nets against the same without anything in place; gives how many activations ran in place."""
    found = 0
    for seed in seeds:
        module = to_torch(random_design(seed))
        found += len(inplace_paths(module))
        try:
            assert_same(module)
        except Exception as error:
            raise AssertionError(f"random_design({seed})") from error
    return found


def test_random_networks_answer_and_learn_the_same_in_place() -> None:
    assert check_random(range(60)) > 40


@pytest.mark.deep
def test_many_random_networks_answer_and_learn_the_same_in_place() -> None:
    assert check_random(range(1000, 3000)) > 1000
