"""Making a compiled module ready for torch's ONNX exporter: what is folded, and which layer goes into the file as what."""

from __future__ import annotations

import copy
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from designer.compile.errors import CompileError
from designer.compile.plan import Plan

if TYPE_CHECKING:
    import torch
    from torch import fx, nn


INNER = "._layer."
"""Stands in the names of weights where `onnx_modules` put a layer inside another. No path holds it; the file's names neither."""


class Prepared(NamedTuple):
    """A module for the exporter; its outputs are a tuple in output order.

    `paths` maps the path of every layer it calls to the one its ONNX nodes are booked on: the same, or for a convolution that
    took a batch norm in, the smallest block that holds both. `folded` are the batch norms taken in, `kept` those left.
    """

    module: fx.GraphModule
    paths: dict[str, str]
    folded: int
    kept: int


def smallest_block(*paths: str) -> str:
    """The path of the smallest block that holds all of these; "" where that is the whole design."""
    shared = takewhile(lambda names: len(set(names)) == 1, zip(*[path.split(".") for path in paths], strict=False))
    return ".".join([names[0] for names in shared])


def reference_of(module: Any, plan: Plan) -> fx.GraphModule:
    """The module as the file is to answer: a copy on the CPU, in float32 and in eval mode. Weights are shared where they can be.

    Raises CompileError where the module was not made from this design.
    """
    from torch import fx

    if not isinstance(module, fx.GraphModule):
        kind = type(module).__name__
        raise CompileError(f"A {kind} cannot be exported as {plan.design.name!r}. Give the module that to_torch made.")
    called = [str(node.target) for node in module.graph.nodes if node.op == "call_module"]
    paths = [step.path for step in plan.layers]
    if called != paths or sum(node.op == "placeholder" for node in module.graph.nodes) != len(plan.inputs):
        different = sorted({*called} ^ {*paths})
        example = f" They differ in {different[0]}." if different else ""
        name = plan.design.name
        raise CompileError(f"The module given for {name!r} was not made from this design.{example} Make it with to_torch.")
    for step in plan.layers:
        count = sum(parameter.numel() for parameter in module.get_submodule(step.path).parameters())
        if count != step.result.cost.params:
            raise CompileError(
                f"{step.path}: the module given has {count:,} parameters here, the design {step.result.cost.params:,}. "
                "Make the module with to_torch.",
                step.path,
            )
    return _copy(module)


def prepare(reference: fx.GraphModule, plan: Plan, *, opset: int, keep_batch_norm: bool) -> Prepared:
    """A module to export at `opset`, made from `reference_of`, which stays as it is."""
    from designer.compile.onnx_modules import stand_in

    module = _copy(reference)
    paths = {step.path: step.path for step in plan.layers}
    norms = 0 if keep_batch_norm else fold_batch_norms(module, paths)
    for step in plan.layers:
        if step.path not in paths:
            continue
        layer: Any = module.get_submodule(step.path)
        if getattr(layer, "inplace", False):
            layer.inplace = False  # a file has no in-place operators, and the exporter need not prove it
        other = stand_in(layer, step.result.inputs[0], step.output, opset) if len(step.result.inputs) == 1 else None
        if other is not None:
            module.set_submodule(step.path, other.eval())
    outputs = module.graph.output_node()
    if isinstance(outputs.args[0], dict):
        outputs.args = (tuple([outputs.args[0][name] for name, _ in plan.outputs]),)
    module.recompile()
    kept = sum(step.result.block.id == "batch_norm" for step in plan.layers) - norms
    return Prepared(module, paths, norms, kept)


def _copy(module: fx.GraphModule) -> fx.GraphModule:
    """A copy to change layers of; it shares the tensors with the original where those are float32 on the CPU."""
    import torch

    tensors = [*module.parameters(), *module.buffers()]
    fits = all(t.device.type == "cpu" and t.dtype in (torch.float32, torch.int64) for t in tensors)
    copied: fx.GraphModule = copy.deepcopy(module, {id(t): t for t in tensors} if fits else {})
    return copied.eval() if fits else copied.to("cpu", torch.float32).eval()


def fold_batch_norms(module: fx.GraphModule, paths: dict[str, str]) -> int:
    """Take every batch norm that alone reads a convolution or linear layer into that layer. Returns how many."""
    from torch import nn

    folded = 0
    for node in list(module.graph.nodes):
        if node.op != "call_module" or node.args[0].op != "call_module":
            continue
        norm, layer = module.get_submodule(node.target), module.get_submodule(node.args[0].target)
        if not isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d) or norm.running_mean is None:
            continue
        if not isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear) or len(node.args[0].users) > 1:
            continue
        _fold(norm, layer)
        source = node.args[0]
        paths[source.target] = smallest_block(source.target, paths.pop(node.target))
        node.replace_all_uses_with(source)
        module.graph.erase_node(node)
        module.delete_submodule(node.target)
        folded += 1
    return folded


def _fold(norm: nn.BatchNorm1d | nn.BatchNorm2d, layer: nn.Conv2d | nn.ConvTranspose2d | nn.Linear) -> None:
    """weight' = weight * s and bias' = (bias - mean) * s + beta with s = gamma / sqrt(variance + eps), worked out in float64."""
    import torch
    from torch import nn

    def double(tensor: torch.Tensor | None, otherwise: float) -> torch.Tensor:
        if tensor is None:
            return torch.full_like(variance, otherwise)
        return tensor.detach().double()

    assert norm.running_mean is not None
    assert norm.running_var is not None
    variance = norm.running_var.double()
    scale = double(norm.weight, 1.0) / torch.sqrt(variance + norm.eps)
    bias = (double(layer.bias, 0.0) - norm.running_mean.double()) * scale + double(norm.bias, 0.0)
    weight = layer.weight.detach().double()
    if isinstance(layer, nn.ConvTranspose2d):  # (in, out / groups, h, w): outputs stand in the second dimension, group by group
        grouped = weight.view(layer.groups, -1, *weight.shape[1:])
        weight = (grouped * scale.view(layer.groups, 1, -1, 1, 1)).view_as(weight)
    else:
        weight = weight * scale.view(-1, *[1] * (weight.dim() - 1))
    layer.weight = nn.Parameter(weight.float(), requires_grad=False)
    layer.bias = nn.Parameter(bias.float(), requires_grad=False)
