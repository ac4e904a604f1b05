"""Generated source as tests use it: written, imported, linted, and compared with the compiled module."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

from designer.compile.python_source import to_python
from designer.compile.torch_module import to_torch
from designer.graph.design import Design

RUFF = (sys.executable, "-m", "ruff")
RULES = ("--isolated", "--no-cache", "--line-length", "120")


def network_class(text: str, folder: Path, name: str = "written") -> Any:
    """The last class of a source text, imported from a file as a person would."""
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [value for value in vars(module).values() if isinstance(value, type) and value.__module__ == name][-1]


def lint(*paths: Path) -> None:
    """ruff's default rules and more have nothing to say, and `ruff format` leaves the files alone."""
    check = [*RUFF, "check", *RULES, "--extend-select", "E,F,I,UP,B,N", *map(str, paths)]
    for command in (check, [*RUFF, "format", "--diff", *RULES, *map(str, paths)]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def assert_equals_compiled(design: Design, folder: Path, **about: str) -> str:
    """Weights go both ways, the same activations run in place, and outputs are equal to the bit. Gives the text."""
    import torch

    text = to_python(design, **about)
    with torch.device("meta"):  # its weights come from the other
        ours = network_class(text, folder)().eval()
    compiled = to_torch(design)
    generator = torch.Generator().manual_seed(0)
    state = compiled.state_dict()
    for key, tensor in state.items():  # statistics of a trained net, not means of 0 and variances of 1
        if key.endswith(("running_mean", "running_var")):
            tensor.uniform_(0.5, 1.5, generator=generator)
    ours.load_state_dict({key: tensor.clone() for key, tensor in state.items()}, strict=True, assign=True)
    compiled.load_state_dict(ours.state_dict(), strict=True)
    assert in_place(ours) == in_place(compiled)
    shapes = compiled.meta["lightdesigner"]["inputs"].values()
    inputs = [torch.randn(2, *shape, generator=generator) for shape in shapes]
    before = [tensor.clone() for tensor in inputs]
    with torch.no_grad():
        wanted, got = compiled(*inputs), ours(*inputs)
    assert all(torch.equal(tensor, kept) for tensor, kept in zip(inputs, before, strict=True))
    if not isinstance(wanted, dict):
        wanted, got = {"": wanted}, {"": got}
    assert list(got) == list(wanted)
    for name, tensor in wanted.items():
        assert torch.equal(got[name], tensor), name
    return text


def in_place(module: Any) -> set[str]:
    """Paths of the layers that overwrite their input."""
    return {path for path, layer in module.named_modules() if getattr(layer, "inplace", False)}
