"""torch.compile, torch.export and .pt2 files of compiled modules."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from designer.compile.errors import CompileError
from designer.compile.pt2 import FACTS_FILE, to_pt2
from designer.compile.torch_module import examples, to_torch
from designer.graph.design import Design
from tests.compile.designs import IMAGE, design_of, preset_design, small_net


def two_in_two_out() -> Design:
    """Names that fx renames, several outputs, a gate, in-place activations."""
    return design_of(
        ("input", "input", {"shape": [3, 16, 16], "order": 0}),
        ("input_1", "input", {"shape": [8], "order": 1}),
        ("conv", "conv_norm_act", {"out_channels": 8, "act": "hard_swish"}, "input"),
        ("se", "squeeze_excite", {}, "conv"),
        ("pool", "global_avg_pool", {}, "se"),
        ("flat", "flatten", {}, "pool"),
        ("sum", "add", {}, "flat", "input_1"),
        ("map", "output", {"order": 1}, "se"),
        ("vector", "output", {"order": 0}, "sum"),
    )


def assert_equal(a: Any, b: Any) -> None:
    import torch

    if isinstance(b, dict):
        assert list(a) == list(b)
        for name in b:
            assert torch.allclose(a[name], b[name], atol=1e-5)
    else:
        assert torch.allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("make", [small_net, two_in_two_out])
@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_torch_compile(make: Any, backend: str) -> None:
    """Without a graph break, in eval mode and through a training step."""
    import torch

    module = to_torch(make(), calibrate=True)
    tensors = examples(module, 2)
    compiled = torch.compile(module, backend=backend, fullgraph=True)
    with torch.no_grad():
        assert_equal(compiled(*tensors), module(*tensors))
    compiled.train()
    outputs = compiled(*tensors)
    sum(y.square().sum() for y in (outputs.values() if isinstance(outputs, dict) else [outputs])).backward()
    assert all(parameter.grad is not None for parameter in module.parameters())
    torch.compiler.reset()


@pytest.mark.deep
@pytest.mark.skipif(not shutil.which("g++") and not shutil.which("clang++"), reason="needs a C++ compiler")
def test_torch_compile_with_inductor() -> None:
    import torch

    module = to_torch(preset_design("mobilenet_v2", width=0.25, resolution=[32, 32]), calibrate=True)
    tensors = examples(module, 2)
    compiled = torch.compile(module, fullgraph=True)
    with torch.no_grad():
        wanted = module(*tensors)
        assert torch.allclose(compiled(*tensors), wanted, atol=1e-3 * wanted.std())


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("make", [small_net, two_in_two_out])
def test_pt2_files(tmp_path: Path, make: Any, dynamic: bool) -> None:
    import torch

    module = to_torch(make(), calibrate=True)
    path = tmp_path / "m.pt2"
    to_pt2(module, path, dynamic_batch=dynamic)
    files = {FACTS_FILE: ""}
    program = torch.export.load(path, extra_files=files)
    assert json.loads(files[FACTS_FILE]) == module.meta["lightdesigner"]
    assert set(program.state_dict) == set(module.state_dict())
    assert list(program.graph_signature.user_inputs) == list(module.meta["lightdesigner"]["arguments"].values())
    loaded = program.module()
    for batch in (1, 2, 5) if dynamic else (1,):
        tensors = examples(module, batch, seed=batch)
        with torch.no_grad():
            assert_equal(loaded(*tensors), module(*tensors))
    if not dynamic:
        with pytest.raises(AssertionError):
            loaded(*examples(module, 2))


def test_every_layer_keeps_its_path_in_an_exported_program() -> None:
    import torch

    module = to_torch(small_net())
    program = torch.export.export(module, tuple(examples(module)))
    paths = set()
    for node in program.graph.nodes:
        for path, _ in node.meta.get("nn_module_stack", {}).values():
            paths.add(path)
    assert {layer["path"] for layer in module.meta["lightdesigner"]["layers"]} <= paths


def test_a_pt2_file_that_cannot_be_written(tmp_path: Path) -> None:
    module = to_torch(design_of(IMAGE, ("act", "relu", {}, "input"), ("output", "output", {}, "act")))
    with pytest.raises(CompileError, match=r"m\.pt2' cannot be written: .*\.$"):
        to_pt2(module, tmp_path / "nowhere" / "m.pt2")
