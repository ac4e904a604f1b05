"""Initial weights, calibration and files of weights."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from blocks import registry
from designer.compile import initial
from designer.compile.errors import CompileError, WeightsError
from designer.compile.torch_module import examples, to_torch
from designer.compile.weights import load_weights, read_weights, save_weights
from designer.graph.design import Design
from tests.compile.designs import IMAGE, design_of, preset_design, small_net

ROOT = Path(__file__).parent.parent.parent


def two_branches(*, width: int = 8, extra: bool = False) -> Design:
    lines: list[Any] = [
        IMAGE,
        ("left", "conv_norm_act", {"out_channels": 8}, "input"),
        ("right", "conv_norm_act", {"out_channels": width}, "input"),
        ("cat", "concat", {}, "left", "right"),
        ("head", "classifier_head", {"classes": 10}, "cat"),
        ("output", "output", {}, "head"),
    ]
    if extra:
        lines.insert(1, ("first", "conv2d", {"out_channels": 3, "kernel_size": 1}, "input"))
        lines[2] = ("left", "conv_norm_act", {"out_channels": 8}, "first")
    return design_of(*lines)


def equal(a: dict[str, Any], b: dict[str, Any]) -> set[str]:
    """Names whose tensors are equal, of the names that both have."""
    import torch

    return {name for name in a.keys() & b.keys() if a[name].shape == b[name].shape and torch.equal(a[name], b[name])}


def test_weights_depend_on_seed_path_and_shape_alone() -> None:
    base = to_torch(two_branches()).state_dict()
    assert equal(base, to_torch(two_branches()).state_dict()) == set(base)
    random = {name for name in base if name.endswith(".weight") and ".norm." not in name}
    assert not equal(base, to_torch(two_branches(), seed=1).state_dict()) & random
    # an unrelated edit keeps them; a layer of another shape gets its own
    assert random <= equal(base, to_torch(two_branches(extra=True)).state_dict())
    wider = equal(base, to_torch(two_branches(width=16)).state_dict())
    assert {name for name in random if name not in wider} == {"right.conv.weight", "head.linear.weight"}


def test_equal_layers_at_different_paths_differ() -> None:
    state = to_torch(two_branches()).state_dict()
    assert state["left.conv.weight"].shape == state["right.conv.weight"].shape
    assert not (state["left.conv.weight"] == state["right.conv.weight"]).any()


def test_weights_are_the_same_in_another_process() -> None:
    """Python's hash differs from process to process; ours must not."""
    code = (
        "from tests.compile.designs import small_net; from designer.compile.torch_module import to_torch;"
        "print(to_torch(small_net(), seed=5).stem.conv.weight.double().sum().item())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PYTHONHASHSEED": "123"}, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) == to_torch(small_net(), seed=5).stem.conv.weight.double().sum().item()


def test_kaiming_normal_over_the_fan_in() -> None:
    design = design_of(
        ("input", "input", {"shape": [64, 8, 8]}),
        ("conv", "conv2d", {"out_channels": 256, "groups": 2}, "input"),
        ("pool", "global_avg_pool", {}, "conv"),
        ("flat", "flatten", {}, "pool"),
        ("fc", "linear", {"out_features": 500}, "flat"),
        ("output", "output", {}, "fc"),
    )
    module = to_torch(design)
    for layer, fan_in in ((module.conv, 32 * 9), (module.fc, 256)):
        assert layer.weight.std().item() == pytest.approx((2 / fan_in) ** 0.5, rel=0.02)
        assert abs(layer.weight.mean().item()) < 0.02 * layer.weight.std().item()
        assert not layer.bias.any()


def test_other_layers_start_as_their_torch_modules_do() -> None:
    design = design_of(
        ("input", "input", {"shape": [32, 8, 8]}),
        ("conv", "conv2d", {"out_channels": 32}, "input"),
        ("norm", "batch_norm", {}, "conv"),
        ("prelu", "prelu", {"init": 0.125}, "norm"),
        ("group", "group_norm", {}, "prelu"),
        ("layer", "layer_norm", {}, "group"),
        ("output", "output", {}, "layer"),
    )
    state = {name: set(tensor.unique().tolist()) for name, tensor in to_torch(design).state_dict().items()}
    assert len(state.pop("conv.weight")) > 100
    assert state == {
        "conv.bias": {0.0},
        "norm.weight": {1.0},
        "norm.bias": {0.0},
        "norm.running_mean": {0.0},
        "norm.running_var": {1.0},
        "norm.num_batches_tracked": {0.0},
        "prelu.weight": {0.125},
        "group.weight": {1.0},
        "group.bias": {0.0},
        "layer.weight": {1.0},
        "layer.bias": {0.0},
    }


@pytest.mark.parametrize("block", [b.id for b in registry.blocks().values() if b.primitive and b.category != "io"])
def test_torch_own_randomness_plays_no_part_and_is_left_alone(block: str) -> None:
    """Every primitive's weights: the same whatever the state of torch's generator, which building and calibrating do not move."""
    import torch

    kind = registry.block(block)
    shape = [32] if kind.inputs[0].rank == 1 else [32, 8, 8]
    design = design_of(
        ("input", "input", {"shape": shape}), ("it", block, {}, *["input"] * len(kind.inputs)), ("output", "output", {}, "it")
    )
    torch.manual_seed(1)
    one = to_torch(design, calibrate=True).state_dict()
    torch.manual_seed(2)
    before = torch.random.get_rng_state()
    other = to_torch(design, calibrate=True).state_dict()
    assert torch.equal(torch.random.get_rng_state(), before)
    assert equal(one, other) == set(one)
    assert not any(tensor.is_meta for tensor in one.values())


# -- calibration -------------------------------------------------------------------------------------------------------


def answer(module: Any) -> float:
    """How much outputs differ between inputs, relative to their spread: 0 is a network that ignores its input."""
    import torch

    with torch.no_grad():
        y = module(*examples(module, 8, seed=11)).double()
    return float((y - y.mean(0)).std() / y.std())


def test_calibration_sets_the_statistics_of_one_batch() -> None:
    import torch

    module = to_torch(small_net(), calibrate=True)
    assert module.meta["lightdesigner"]["calibrated"]
    outputs: list[Any] = []
    for norm in (module.stem.norm, module.body.norm):
        norm.register_forward_hook(lambda layer, inputs, output: outputs.append(output.clone()))  # what follows runs in place
    with torch.no_grad():
        module(*examples(module, 16, seed=7))
    assert len(outputs) == 2
    for output in outputs:
        assert output.mean((0, 2, 3)).abs().max() < 0.2
        assert (output.std((0, 2, 3)) - 1).abs().max() < 0.2
    again = to_torch(small_net(), calibrate=True)
    assert equal(module.state_dict(), again.state_dict()) == set(module.state_dict())
    assert not any(layer.training for layer in module.modules())
    assert module.stem.norm.momentum == 0.1
    assert module.stem.norm.num_batches_tracked == 0


def test_a_calibrated_network_answers_to_its_input() -> None:
    design = preset_design("mobilenet_v2", resolution=[64, 64], width=0.5)
    assert answer(to_torch(design, calibrate=True)) > 0.3


def test_calibration_keeps_what_dropout_and_weights_are() -> None:
    plain, calibrated = to_torch(two_branches()).state_dict(), to_torch(two_branches(), calibrate=True).state_dict()
    assert set(plain) - equal(plain, calibrated) == {
        f"{side}.norm.running_{which}" for side in ("left", "right") for which in ("mean", "var")
    }


# -- files of weights --------------------------------------------------------------------------------------------------


def test_weights_round_trip(tmp_path: Path) -> None:
    module = to_torch(small_net(), seed=4, calibrate=True)
    save_weights(module, tmp_path / "w.safetensors")
    other = to_torch(small_net(), seed=5)
    report = load_weights(other, tmp_path / "w.safetensors")
    assert (report.unused, report.missing) == ([], [])
    assert equal(module.state_dict(), other.state_dict()) == set(module.state_dict()) == set(report.loaded)
    straight = to_torch(small_net(), weights=tmp_path / "w.safetensors").state_dict()
    assert equal(module.state_dict(), straight) == set(straight)


def test_weights_are_kept_by_path_and_shape_across_an_edit(tmp_path: Path) -> None:
    module = to_torch(two_branches(), seed=4, calibrate=True)
    save_weights(module, tmp_path / "w.safetensors")
    edited = to_torch(two_branches(width=16), weights=read_weights(tmp_path / "w.safetensors"))
    kept = equal(module.state_dict(), edited.state_dict())
    assert {name for name in kept if name.startswith("left.")} == {n for n in module.state_dict() if n.startswith("left.")}
    report = load_weights(edited, tmp_path / "w.safetensors")
    lost = ["head.linear.weight", "right.conv.weight"] + [
        f"right.norm.{name}" for name in ("bias", "running_mean", "running_var", "weight")
    ]
    assert report.unused == report.missing == lost


def test_calibration_leaves_loaded_statistics_alone(tmp_path: Path) -> None:
    trained = to_torch(two_branches(), seed=4)
    for norm in (trained.left.norm, trained.right.norm):
        norm.running_mean.fill_(5.0)
    given = {name: tensor for name, tensor in trained.state_dict().items() if name.startswith("left.")}
    module = to_torch(two_branches(), calibrate=True, weights=given)
    assert (module.left.norm.running_mean == 5.0).all()
    assert not (module.right.norm.running_mean == 0.0).any()


@pytest.mark.parametrize("content", [None, b"", b"not weights at all", b"\xff" * 100], ids=["none", "empty", "text", "bytes"])
def test_bad_files_of_weights(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "w.safetensors"
    if content is not None:
        path.write_bytes(content)
    module = to_torch(small_net())
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    with pytest.raises(WeightsError, match=r"w\.safetensors.*\.$"):
        load_weights(module, path)
    assert equal(before, module.state_dict()) == set(before)
    with pytest.raises(WeightsError):
        to_torch(small_net(), weights=path)


def test_a_truncated_file_and_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_weights(to_torch(small_net()), path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WeightsError, match="not a whole safetensors file"):
        read_weights(path)
    with pytest.raises(WeightsError, match="cannot be read"):
        read_weights(tmp_path)
    with pytest.raises(WeightsError, match="cannot be written"):
        save_weights(to_torch(small_net()), tmp_path / "nowhere" / "w.safetensors")


# -- memory ------------------------------------------------------------------------------------------------------------


def test_weights_larger_than_the_machine_are_refused_before_anything_is_allocated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(initial, "_memory", lambda: 8 * 2**30)
    design = design_of(
        ("input", "input", {"shape": [1_000_000]}),
        ("huge", "linear", {"out_features": 1_000_000}, "input"),
        ("output", "output", {}, "huge"),
    )
    with pytest.raises(
        CompileError, match=r"^The weights need 3,725\.3 GiB, 3,725\.3 GiB of them in huge, but this machine has 8\.0 GiB"
    ):
        to_torch(design)


def test_memory_that_torch_cannot_get_is_a_sentence_that_names_the_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(initial, "_memory", lambda: None)
    design = design_of(
        ("input", "input", {"shape": [1_000_000]}),
        ("huge", "linear", {"out_features": 1_000_000}, "input"),
        ("output", "output", {}, "huge"),
    )
    with pytest.raises(CompileError, match=r"^huge: its weights cannot be made; there is not enough memory for it\."):
        to_torch(design)
