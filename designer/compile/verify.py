"""Every compiled module is held against the analysis before it gets weights: shapes, params, buffers and MACs, layer by layer.

It runs on the meta device, so that a network of any size is checked in milliseconds and without memory, in eval mode and with a
batch of 2, which tells the batch from a channel of 1.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from designer.compile.errors import TORCH_ERRORS, CompileError, VerificationError, torch_said
from designer.compile.plan import Plan

if TYPE_CHECKING:
    import torch
    from torch import fx, nn

BATCH = 2
UNCOUNTED_BUFFER = "num_batches_tracked"


def check(plan: Plan, module: fx.GraphModule) -> None:
    """Run a module that is still on the meta device and compare. Raises VerificationError naming the layer and the figure.

    What a layer does to shapes and how many MACs it has follows from block, values and input shapes alone, so of equal layers
    only the first is run.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    steps = {step.path: step for step in plan.layers}
    seen: dict[Any, tuple[int, ...]] = {}
    counter = FlopCounterMode(display=False)
    counted = macs = 0

    def run(path: str, layer: nn.Module, inputs: list[torch.Tensor]) -> torch.Tensor:
        nonlocal counted, macs
        step = steps.pop(path, None)
        if step is None:
            raise VerificationError(path, "that there is", "no such layer", "one")
        result, cost = step.result, step.result.cost
        _same(path, "input shapes", [(BATCH, *spec) for spec in result.inputs], [tuple(tensor.shape) for tensor in inputs])
        _same(path, "params", cost.params, _params(layer))
        _same(path, "buffers", cost.buffers, _buffers(layer))
        _same(path, "inplace", step.inplace, getattr(layer, "inplace", False))
        key = (result.block, result.values, result.inputs)
        if key not in seen:
            shape = seen[key] = tuple(layer(*inputs).shape)
            _same(path, "output shape", (BATCH, *step.output), shape)
            total = counter.get_total_flops()
            _same(path, "MACs", cost.macs, _halved(total - counted))
            counted = total
        macs += cost.macs
        return torch.empty(seen[key], device="meta")

    tensors = [torch.empty(BATCH, *plan.steps[at].output, device="meta") for _, at in plan.inputs]
    with torch.no_grad(), counter:
        outputs = walk(module, tensors, run)
    if steps:
        raise VerificationError(next(iter(steps)), "that there is", "such a layer", "none")
    wanted = [(name, (BATCH, *plan.steps[at].output)) for name, at in plan.outputs]
    made = outputs if isinstance(outputs, dict) else {plan.outputs[0][0]: outputs}
    _same("", "outputs", wanted, [(name, tuple(tensor.shape)) for name, tensor in made.items()])
    _same("", "MACs", plan.total.macs, macs)


def check_totals(plan: Plan, module: nn.Module) -> None:
    """Compare the weights of a finished module with the analysis."""
    _same("", "params", plan.total.params, _params(module))
    _same("", "buffers", plan.total.buffers, _buffers(module))
    lost = [name for name, tensor in module.state_dict().items() if tensor.is_meta]
    _same("", "tensors without values", [], lost)


Run = Callable[[str, "nn.Module", "list[torch.Tensor]"], "torch.Tensor"]


def walk(module: fx.GraphModule, tensors: list[torch.Tensor], run: Run | None = None) -> Any:
    """Run a compiled module layer by layer, each with `run(path, layer, inputs)`, and return what `forward` would.

    Raises CompileError naming the layer in which torch failed.
    """
    from torch import fx

    given = iter(tensors)
    values: dict[fx.Node, Any] = {}
    waiting = {node: len(node.users) for node in module.graph.nodes}
    for node in module.graph.nodes:
        if node.op == "placeholder":
            values[node] = next(given)
        elif node.op == "output":
            return fx.node.map_arg(node.args[0], values.__getitem__)
        else:
            layer = module.get_submodule(node.target)
            inputs = [values[source] for source in node.args]
            try:
                with warnings.catch_warnings():  # of an even kernel torch says that padding="same" may copy the input: it may
                    warnings.filterwarnings("ignore", message="Using padding='same'")
                    values[node] = layer(*inputs) if run is None else run(node.target, layer, inputs)
            except TORCH_ERRORS as error:
                raise CompileError(f"{node.target}: it cannot run; {torch_said(error)}", node.target) from error
            del inputs
            for source in node.all_input_nodes:
                waiting[source] -= 1
                if not waiting[source]:
                    del values[source]  # as in the generated code: nothing lives longer than its last reader
    raise VerificationError("", "that there is", "an output", "none")


def _params(module: nn.Module) -> int:
    return sum([parameter.numel() for parameter in module.parameters()])


def _buffers(module: nn.Module) -> int:
    return sum([buffer.numel() for name, buffer in module.named_buffers() if not name.endswith(UNCOUNTED_BUFFER)])


def _halved(flops: int) -> float:
    return flops // (2 * BATCH) if flops % (2 * BATCH) == 0 else flops / (2 * BATCH)


def _same(path: str, what: str, analysed: object, compiled: object) -> None:
    if analysed != compiled:
        raise VerificationError(path, what, analysed, compiled)
