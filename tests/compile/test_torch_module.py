"""The compiled module: names, wires, arguments and outputs, and what torch expects of any module."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from designer.compile.errors import CompileError
from designer.compile.torch_module import examples, to_torch
from designer.graph.design import Design
from tests.compile.designs import IMAGE, definition_of, design_of, preset_design, small_net


def run(module: Any, batch: int = 2) -> Any:
    import torch

    with torch.no_grad():
        return module(*examples(module, batch))


def test_every_primitive_is_a_submodule_at_its_dotted_path() -> None:
    design = design_of(
        IMAGE,
        ("stem_unit", "conv_norm_act", {"out_channels": 8}, "input", {"stage": "stem"}),
        ("skip", "conv2d", {"out_channels": 8, "kernel_size": 1}, "input"),
        ("sum", "add", {}, "stem_unit", "skip"),
        ("both", "concat", {}, "sum", "skip"),
        ("output", "output", {}, "both"),
    )
    module = to_torch(design)
    leaves = {name: type(layer).__name__ for name, layer in module.named_modules() if not list(layer.children())}
    assert leaves == {
        "stem.unit.conv": "Conv2d",
        "stem.unit.norm": "BatchNorm2d",
        "stem.unit.act": "ReLU",
        "skip": "Conv2d",
        "sum": "Add",
        "both": "Concat",
    }
    assert {node.op for node in module.graph.nodes} == {"placeholder", "call_module", "output"}
    assert next(iter(module.state_dict())) == "stem.unit.conv.weight"
    assert run(module).shape == (2, 16, 16, 16)


def test_forward_runs_in_execution_order_and_frees_what_is_read() -> None:
    module = to_torch(small_net())
    called = [node.target for node in module.graph.nodes if node.op == "call_module"]
    assert called == [layer["path"] for layer in module.meta["lightdesigner"]["layers"]]
    assert called[0] == "stem.conv"
    assert called[-1] == "fc"
    assert "stem_conv = None" in module.code


@pytest.mark.parametrize(
    ("names", "arguments"),
    [
        (("image", "mask"), ("image", "mask")),
        (("input", "x"), ("input", "x")),
        (("input", "input_1"), ("input_", "input_1")),
        (("input_1", "input"), ("input_1", "input_")),
        (("id", "id_7"), ("id_", "id_7")),
        (("self", "self_"), ("self__", "self_")),
        (("torch", "device"), ("torch", "device")),
    ],
)
def test_inputs_keep_their_order_and_as_far_as_possible_their_names(names: tuple[str, str], arguments: tuple[str, str]) -> None:
    """Names that fx renames, also beside the name they get: forward must not mix the two up."""
    import torch

    first, second = names
    design = design_of(
        (first, "input", {"shape": [4], "order": 0}),
        (second, "input", {"shape": [4], "order": 1}),
        ("act", "relu", {}, second),
        ("difference", "concat", {}, first, "act"),
        ("output", "output", {}, "difference"),
    )
    module = to_torch(design)
    a, b = torch.full((1, 4), 2.0), torch.full((1, 4), 3.0)
    assert module(a, b).tolist() == [[2.0] * 4 + [3.0] * 4]
    assert module.meta["lightdesigner"]["arguments"] == dict(zip(names, arguments, strict=True))
    assert torch.equal(module(**dict(zip(arguments, (a, b), strict=True))), module(a, b))


def test_inputs_are_ordered_by_their_order_not_by_their_place_in_the_file() -> None:
    design = design_of(
        ("output", "output", {}, "cat"),
        ("cat", "concat", {}, "b", "a"),
        ("b", "input", {"shape": [5], "order": 2}),
        ("a", "input", {"shape": [3], "order": 7}),
    )
    module = to_torch(design)
    assert [node.target for node in module.graph.nodes if node.op == "placeholder"] == ["b", "a"]
    assert module.meta["lightdesigner"]["inputs"] == {"b": [5], "a": [3]}


def test_several_outputs_are_a_dict_by_name_in_output_order() -> None:
    design = design_of(
        IMAGE,
        ("conv", "conv2d", {"out_channels": 4}, "input"),
        ("pool", "global_avg_pool", {}, "conv"),
        ("alpha", "output", {"order": 2}, "pool"),
        ("zulu", "output", {"order": 1}, "conv"),
    )
    outputs = run(to_torch(design))
    assert list(outputs) == ["zulu", "alpha"]
    assert outputs["zulu"].shape == (2, 4, 14, 14)
    assert outputs["alpha"].shape == (2, 4, 1, 1)


def test_two_outputs_of_one_tensor() -> None:
    design = design_of(
        IMAGE, ("conv", "conv2d", {"out_channels": 4}, "input"), ("a", "output", {}, "conv"), ("b", "output", {}, "conv")
    )
    outputs = run(to_torch(design))
    assert outputs["a"] is outputs["b"]


def test_an_input_that_is_an_output_is_returned_unchanged() -> None:
    import torch

    module = to_torch(design_of(IMAGE, ("output", "output", {}, "input")))
    x = torch.randn(1, 3, 16, 16)
    assert module(x) is x
    assert list(module.parameters()) == []


def test_adding_a_tensor_to_itself() -> None:
    import torch

    module = to_torch(
        design_of(("x", "input", {"shape": [4]}), ("twice", "add", {}, "x", "x"), ("output", "output", {}, "twice"))
    )
    assert module(torch.full((1, 4), 3.0)).tolist() == [[6.0] * 4]


def test_disabled_nodes_are_left_out() -> None:
    design = design_of(
        IMAGE,
        ("conv", "conv2d", {"out_channels": 4}, "input"),
        ("heavy", "conv_norm_act", {"out_channels": 64}, "conv", {"disabled": True}),
        ("act", "relu", {}, "heavy"),
        ("output", "output", {}, "act"),
    )
    module = to_torch(design)
    assert [layer["path"] for layer in module.meta["lightdesigner"]["layers"]] == ["conv", "act"]
    assert run(module).shape == (2, 4, 14, 14)
    assert module.act.inplace  # conv's output is read by the relu alone: the disabled node is not there


def test_nodes_that_do_not_count_are_left_out() -> None:
    design = design_of(
        IMAGE,
        ("conv", "conv2d", {"out_channels": 4}, "input"),
        ("output", "output", {}, "conv"),
        ("unread", "conv2d", {"out_channels": 999}, "conv"),
        ("unwired", "add", {}, "conv", None),
        ("nowhere", "output", {}, "unwired"),
        ("broken", "conv2d", {"groups": 7}, "input"),
        ("other", "input", {"shape": [7]}),
    )
    module = to_torch(design)
    assert [name for name, _ in module.named_children()] == ["conv"]
    assert [node.target for node in module.graph.nodes if node.op == "placeholder"] == ["input"]


def test_composites_with_several_outputs_and_own_blocks() -> None:
    split = definition_of(
        "split",
        ("x", "input", {}),
        ("low", "slice_channels", {"start": 0, "stop": 2}, "x"),
        ("high", "slice_channels", {"start": 2}, "x"),
        ("first", "output", {"order": 0}, "low"),
        ("rest", "output", {"order": 1}, "high"),
    )
    unit = definition_of(
        "unit",
        ("x", "input", {}),
        ("conv", "conv2d", {"out_channels": {"same_as": "x.channels"}, "padding": 1, "bias": False}, "x"),
        ("sum", "add", {}, "conv", "x"),
        ("y", "output", {}, "sum"),
        exposed={"bias": [("conv", "bias")]},
    )
    design = design_of(
        ("input", "input", {"shape": [6, 8, 8]}),
        ("parts", "own.split", {}, "input"),
        ("one", "own.unit", {}, "parts.first"),
        ("two", "own.unit", {"bias": True}, "parts.rest"),
        ("cat", "concat", {}, "two", "one"),
        ("output", "output", {}, "cat"),
        definitions=[split, unit],
    )
    module = to_torch(design)
    assert list(module.state_dict()) == ["two.conv.weight", "two.conv.bias", "one.conv.weight"]
    import torch

    x = torch.randn(2, 6, 8, 8)
    low, high = x[:, :2], x[:, 2:]
    with torch.no_grad():
        expected = torch.cat([module.two.conv(high) + high, module.one.conv(low) + low], dim=1)
        assert torch.equal(module(x), expected)


def test_vectors_go_through_batch_norm_and_linear() -> None:
    design = design_of(
        ("x", "input", {"shape": [12]}),
        ("fc", "linear", {"out_features": 5}, "x"),
        ("norm", "batch_norm", {}, "fc"),
        ("act", "relu", {}, "norm"),
        ("output", "output", {}, "act"),
    )
    module = to_torch(design)
    assert type(module.norm).__name__ == "BatchNorm1d"
    assert run(module, 1).shape == (1, 5)


# -- facts -------------------------------------------------------------------------------------------------------------


def test_facts_are_plain_data_and_survive_deepcopy() -> None:
    import json

    module = to_torch(preset_design("mobilenet_v2", width=0.25, resolution=[32, 32]), seed=3)
    facts = copy.deepcopy(module).meta["lightdesigner"]
    assert facts == module.meta["lightdesigner"]
    assert json.loads(json.dumps(facts)) == facts
    assert facts["design"] == "mobilenet_v2"
    assert facts["seed"] == 3
    assert facts["inputs"] == {"input": [3, 32, 32]}
    assert facts["outputs"] == {"output": [1000]}
    assert facts["params"] == sum(p.numel() for p in module.parameters())
    assert facts["macs"] == sum(layer["macs"] for layer in facts["layers"])
    assert {layer["path"] for layer in facts["layers"]} == {
        node.target for node in module.graph.nodes if node.op == "call_module"
    }


# -- what torch expects of a module ------------------------------------------------------------------------------------


def test_train_and_eval_mode() -> None:
    import torch

    module = to_torch(small_net())
    assert not any(layer.training for layer in module.modules())
    x = torch.randn(4, 3, 16, 16)
    before = module.stem.norm.running_mean.clone()
    with torch.no_grad():
        still = module(x)
        assert torch.equal(module.stem.norm.running_mean, before)
        module.train()
        assert all(layer.training for layer in module.modules())
        assert not torch.allclose(module(x), still)
    assert not torch.equal(module.stem.norm.running_mean, before)


def test_state_dict_round_trip() -> None:
    import torch

    one, other = to_torch(small_net(), seed=1), to_torch(small_net(), seed=2)
    x = torch.randn(2, 3, 16, 16)
    with torch.no_grad():
        assert not torch.allclose(one(x), other(x))
        other.load_state_dict(one.state_dict(), strict=True)
        assert torch.equal(one(x), other(x))


def test_a_deepcopy_is_a_module_of_its_own() -> None:
    import torch

    module = to_torch(small_net())
    twin = copy.deepcopy(module)
    x = torch.randn(2, 3, 16, 16)
    with torch.no_grad():
        expected = module(x)
        assert torch.equal(twin(x), expected)
        for parameter in twin.parameters():
            parameter.zero_()
        assert torch.equal(module(x), expected)
        assert not torch.equal(twin(x), expected)
    assert not twin.training
    assert twin.graph is not module.graph


def test_training_reaches_every_parameter() -> None:
    import torch

    module = to_torch(preset_design("mobilenet_v2", width=0.25, resolution=[32, 32])).train()
    module(torch.randn(2, 3, 32, 32)).square().sum().backward()
    assert [name for name, parameter in module.named_parameters() if parameter.grad is None] == []


def test_equals_the_same_network_written_by_hand() -> None:
    import torch
    from torch.nn import functional

    module = to_torch(small_net(), calibrate=True)
    x = torch.randn(3, 3, 16, 16)

    def unit(y: Any, part: Any) -> Any:
        y = functional.conv2d(y, part.conv.weight, padding=1)
        norm = part.norm
        return functional.batch_norm(y, norm.running_mean, norm.running_var, norm.weight, norm.bias)

    with torch.no_grad():
        stem = unit(x, module.stem).relu()
        y = (unit(stem, module.body) + stem).relu().mean((2, 3))
        y = y @ module.fc.weight.T + module.fc.bias
        assert torch.allclose(module(x), y, atol=1e-5)


def test_torch_defaults_that_a_program_has_set() -> None:
    """Another default device does not leave half the weights there; the default precision is taken over."""
    import torch

    wanted = to_torch(small_net(), calibrate=True).state_dict()
    with torch.device("meta"):
        module = to_torch(small_net(), calibrate=True)
        tensors = examples(module)
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in module.state_dict().items())
    assert tensors[0].device.type == "cpu"
    torch.set_default_dtype(torch.float64)
    try:
        assert run(to_torch(small_net(), calibrate=True)).dtype == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


# -- errors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("design", "path", "sentence"),
    [
        (
            design_of(IMAGE, ("conv", "conv2d", {"groups": 2}, "input"), ("output", "output", {}, "conv")),
            "conv",
            "conv: groups=2 does not divide in_channels=3",
        ),
        (
            design_of(
                IMAGE,
                ("small", "max_pool2d", {}, "input"),
                ("sum", "add", {}, "input", "small"),
                ("output", "output", {}, "sum"),
            ),
            "sum",
            '"b" needs (3, 16, 16) like "a", but got (3, 7, 7) from small',
        ),
        (design_of(IMAGE, ("conv", "conv2d", {}, "input")), "", "Nothing complete reaches an output"),
        (Design("empty"), "", "Nothing complete reaches an output"),
    ],
    ids=["parameter", "shapes", "no output", "empty"],
)
def test_a_design_with_errors_is_refused_with_its_first_issue(design: Design, path: str, sentence: str) -> None:
    with pytest.raises(CompileError) as caught:
        to_torch(design)
    assert caught.value.path == path
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")
