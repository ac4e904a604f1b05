"""Verification: every compiled module is held against the analysis, and a difference is loud and names the layer."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import pytest

from blocks.cost import Cost
from blocks.primitives.activation import Relu
from blocks.primitives.conv import Conv2d
from blocks.primitives.linear import Linear
from blocks.primitives.norm import BatchNorm
from blocks.spec import TensorSpec
from designer.compile import torch_module, verify
from designer.compile.errors import CompileError, VerificationError
from designer.compile.plan import plan_of
from designer.compile.torch_module import examples, to_torch
from tests.compile.designs import IMAGE, design_of, preset_design, small_net


@pytest.fixture(autouse=True)
def no_memo() -> Any:
    """Blocks are bent below: nothing evaluated before or during a test may be remembered."""
    from blocks.builder import clear_memo

    clear_memo()
    yield
    clear_memo()


def test_params_macs_and_shapes_of_a_preset_equal_the_running_modules() -> None:
    """What `to_torch` verified on the meta device, once more from outside, on the CPU and with the whole forward."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    module = to_torch(preset_design("mobilenet_v2", resolution=[64, 64]))
    facts = module.meta["lightdesigner"]
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        output = module(*examples(module))
    assert counter.get_total_flops() == 2 * facts["macs"]
    assert list(output.shape) == [1, *facts["outputs"]["output"]]
    assert sum(p.numel() for p in module.parameters()) == facts["params"]


def bent(monkeypatch: pytest.MonkeyPatch, block: Any, method: str, change: Any) -> None:
    """Change what one method of a block returns."""
    right = getattr(block, method)
    monkeypatch.setattr(block, method, lambda self, *args: change(right(self, *args)))


@pytest.mark.parametrize(
    ("block", "method", "change", "sentence"),
    [
        (
            Conv2d,
            "cost",
            lambda cost: cost + Cost(params=1),
            "stem.conv: the analysis says params 217, but the compiled module has 216",
        ),
        (
            Conv2d,
            "cost",
            lambda cost: cost + Cost(macs=1),
            "stem.conv: the analysis says MACs 55297, but the compiled module has 55296",
        ),
        (BatchNorm, "cost", lambda cost: cost + Cost(buffers=8), "stem.norm: the analysis says buffers 24"),
        (Linear, "infer", lambda spec: TensorSpec((spec[0] + 1,)), r"fc: the analysis says output shape \(2, 11\)"),
        (Relu, "cost", lambda cost: cost + Cost(macs=5), "stem.act: the analysis says MACs 5, but the compiled module has 0"),
    ],
    ids=["params", "macs", "buffers", "shape", "macs of no layer"],
)
def test_a_wrong_rule_of_a_block_is_found(
    monkeypatch: pytest.MonkeyPatch, block: Any, method: str, change: Any, sentence: str
) -> None:
    bent(monkeypatch, block, method, change)
    with pytest.raises(VerificationError, match=sentence):
        to_torch(small_net())


def test_a_wrong_module_of_a_block_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from torch import nn

    monkeypatch.setattr(Relu, "module", lambda self, x: nn.Flatten())
    with pytest.raises(VerificationError, match=r"stem\.act: .*output shape \(2, 8, 16, 16\).* \(2, 2048\)"):
        to_torch(small_net())


def test_a_module_that_torch_cannot_build_is_a_sentence_that_names_the_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    from torch import nn

    monkeypatch.setattr(Relu, "module", lambda self, x: nn.Conv2d(4, 6, 3, groups=5))
    with pytest.raises(CompileError, match=r"^stem\.act: its torch module cannot be built; torch says: .*divisible by groups\.$"):
        to_torch(small_net())


def test_a_module_that_torch_cannot_run_is_a_sentence_that_names_the_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    from torch import nn

    monkeypatch.setattr(Relu, "module", lambda self, x: nn.Linear(3, 3, bias=False))
    monkeypatch.setattr(Relu, "cost", lambda self, inputs, output: Cost(params=9))
    with pytest.raises(CompileError, match=r"^stem\.act: it cannot run; torch says: "):
        to_torch(small_net())


def test_wrong_wires_are_found() -> None:
    """A layer that reads another's input: every layer is right by itself."""
    plan = plan_of(
        design_of(
            IMAGE,
            ("wide", "conv2d", {"out_channels": 8}, "input"),
            ("narrow", "conv2d", {"out_channels": 4}, "input"),
            ("first", "relu", {}, "wide"),
            ("second", "relu", {}, "narrow"),
            ("cat", "concat", {}, "first", "second"),
            ("output", "output", {}, "cat"),
        )
    )
    module = torch_module._skeleton(plan)
    nodes = {node.target: node for node in module.graph.nodes}
    nodes["second"].args = nodes["first"].args
    with pytest.raises(VerificationError, match="input shapes"):
        verify.check(plan, module)


def test_swapped_and_missing_layers_and_outputs_are_found() -> None:
    plan = plan_of(small_net())
    module = torch_module._skeleton(plan)
    layer = next(node for node in module.graph.nodes if node.target == "act")
    layer.replace_all_uses_with(layer.args[0])
    module.graph.erase_node(layer)
    with pytest.raises(
        VerificationError, match="act: the analysis says that there is such a layer, but the compiled module has none"
    ):
        verify.check(plan, module)

    module = torch_module._skeleton(plan)
    module.act.inplace = False
    with pytest.raises(VerificationError, match="act: the analysis says inplace True"):
        verify.check(plan, module)


def test_a_module_left_without_values_is_found() -> None:
    plan = plan_of(small_net())
    with pytest.raises(VerificationError, match=r"stem\.conv\.weight"):
        verify.check_totals(plan, torch_module._skeleton(plan))


def test_the_sentence_asks_for_a_report() -> None:
    assert "please report it" in str(VerificationError("a.b", "MACs", 1, 2))


def test_verifying_takes_no_memory_for_activations_and_little_time() -> None:
    """A map of 8192 x 8192 pixels: one activation of it would be gigabytes."""
    design = design_of(
        ("input", "input", {"shape": [3, 8192, 8192]}),
        *[(f"c{k}", "conv_norm_act", {"out_channels": 64}, f"c{k - 1}" if k else "input") for k in range(20)],
        ("output", "output", {}, "c19"),
    )
    to_torch(design)  # torch loads parts of itself at first use
    tracemalloc.start()
    start = time.perf_counter()
    to_torch(design)
    seconds = time.perf_counter() - start
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50e6
    assert seconds < 5
