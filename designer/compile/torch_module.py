"""From a design to a `torch.fx.GraphModule`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from designer.compile import initial, verify
from designer.compile.errors import TORCH_ERRORS, CompileError, torch_said
from designer.compile.plan import Plan, plan_of
from designer.graph.design import Design

if TYPE_CHECKING:
    import torch
    from torch import fx, nn

META = "lightdesigner"
"""Where the facts of a compiled module stand: `module.meta["lightdesigner"]`."""


def to_torch(
    design: Design,
    *,
    seed: int = 0,
    calibrate: bool = False,
    weights: Mapping[str, torch.Tensor] | str | PathLike[str] | None = None,
) -> fx.GraphModule:
    """The torch module of a design: in eval mode, on the CPU, in torch's default precision (float32 unless changed).

    Takes one tensor (N, C, H, W) or (N, F) per input of the design, in input order and under the inputs' names. Returns a tensor
    where the design has one output, otherwise a dict by output name, in output order. Every primitive is a submodule at its
    dotted path, `forward` is plain Python in execution order, and `module.meta["lightdesigner"]` holds the facts of `facts_of`.

    Weights depend only on `seed`, dotted path and shape (see `initial.fill`), so a layer keeps its weights when the design around
    it changes. `weights`, a state dict or a safetensors file, replaces those of the same name and shape. `calibrate` sets the
    batch norm statistics that `weights` does not bring from one random batch: without it an untrained network in eval mode
    hardly answers to its input.

    Raises CompileError, naming the node, where the design has errors, has no output, or torch cannot build it; WeightsError for
    a file that cannot be read. Every module is verified against the analysis before it gets weights (VerificationError).
    """
    plan = plan_of(design)
    module = _skeleton(plan)
    verify.check(plan, module)
    given = _given(weights)
    initial.fill(plan, module, seed, given)
    verify.check_totals(plan, module)
    if calibrate:
        initial.calibrate(plan, module, seed, given)
    module.meta[META] = facts_of(plan, seed=seed, calibrated=calibrate)
    return module


def facts_of(plan: Plan, *, seed: int, calibrated: bool) -> dict[str, Any]:
    """What a compiled module knows about itself, as plain data.

    `inputs` and `outputs` map names to shapes without the batch, `arguments` the inputs' names to those of forward's arguments;
    `layers` are the modules in execution order with `path, block, inputs, output, params, buffers, macs, inplace`.
    """
    design = plan.design
    names = [name for name, _ in plan.inputs]
    return {
        "design": design.name,
        "origin": {"preset": design.origin.preset, "options": dict(design.origin.options)} if design.origin else None,
        "seed": seed,
        "calibrated": calibrated,
        "inputs": {name: list(plan.steps[at].output) for name, at in plan.inputs},
        "arguments": dict(zip(names, argument_names(names), strict=True)),
        "outputs": {name: list(plan.steps[at].output) for name, at in plan.outputs},
        "params": plan.total.params,
        "buffers": plan.total.buffers,
        "macs": plan.total.macs,
        "layers": [
            {
                "path": step.path,
                "block": step.result.block.id,
                "inputs": [list(spec) for spec in step.result.inputs],
                "output": list(step.output),
                "params": step.result.cost.params,
                "buffers": step.result.cost.buffers,
                "macs": step.result.cost.macs,
                "inplace": step.inplace,
            }
            for step in plan.layers
        ],
    }


def examples(module: fx.GraphModule, batch: int = 1, *, seed: int = 0) -> list[torch.Tensor]:
    """One batch of normal noise for each argument of a compiled module, on the device and in the precision of its weights."""
    import torch

    like = next(module.parameters(), torch.empty(0))
    generator = torch.Generator("cpu").manual_seed(seed)
    shapes = module.meta[META]["inputs"].values()
    return [torch.randn(batch, *shape, generator=generator, device="cpu").to(like) for shape in shapes]


def _skeleton(plan: Plan) -> fx.GraphModule:
    """The module on the meta device: no weights yet, so nothing is initialised twice and verifying costs no memory."""
    import torch
    from torch import fx, nn

    root = nn.Module()
    graph = fx.Graph()
    names = argument_names([name for name, _ in plan.inputs])
    values = {at: graph.placeholder(name) for name, (_, at) in zip(names, plan.inputs, strict=True)}
    with torch.device("meta"):
        for at, step in enumerate(plan.steps):
            if step.result.block.category == "io":
                continue
            try:
                module = step.module()
            except TORCH_ERRORS as error:
                raise CompileError(f"{step.path}: its torch module cannot be built; {torch_said(error)}", step.path) from error
            _put(root, step.path, module)
            values[at] = graph.call_module(step.path, tuple([values[ref] for ref in step.inputs]))
    results = {name: values[at] for name, at in plan.outputs}
    graph.output(next(iter(results.values())) if len(results) == 1 else results)
    return fx.GraphModule(root, graph).eval()


def _put(root: nn.Module, path: str, module: nn.Module) -> None:
    """Hang a module at its dotted path, below plain containers."""
    from torch import nn

    *containers, name = path.split(".")
    for container in containers:
        inner = root._modules.get(container)
        if inner is None:
            inner = nn.Module()
            root.add_module(container, inner)
        root = inner
    root.add_module(name, module)


def argument_names(names: Sequence[str]) -> list[str]:
    """Names of forward's arguments for inputs of these names: the same, but for `self`, which forward has already, and for a name
    that hides a builtin beside a numbered one.

    fx calls an argument `input` `input_1` inside the function, with no eye for an argument of that name; its generated code and
    torch.export's guards would mix the two up. So `input` beside `input_1` becomes `input_`.
    """
    from torch import fx

    found = []
    for name in names:
        clashes = name == "self"
        if fx.Graph().placeholder(name).name != name:
            clashes |= any(other.rpartition("_")[0] == name and other.rpartition("_")[2].isdigit() for other in names)
        argument = name
        while clashes and argument in names:
            argument += "_"
        found.append(argument)
    return found


def _given(weights: Mapping[str, torch.Tensor] | str | PathLike[str] | None) -> Mapping[str, torch.Tensor]:
    if weights is None:
        return {}
    if isinstance(weights, Mapping):
        return weights
    from designer.compile.weights import read_weights

    return read_weights(weights)
