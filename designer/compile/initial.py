"""Weights of a network that has none: the same for the same seed, path and shape, whatever stands around them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from designer.compile.errors import TORCH_ERRORS, CompileError, torch_said
from designer.compile.plan import Plan
from designer.compile.verify import walk

if TYPE_CHECKING:
    import torch
    from torch import fx, nn

CALIBRATION_BATCH = 4
BYTES = 4  # of one weight


def fill(plan: Plan, module: fx.GraphModule, seed: int, given: Mapping[str, torch.Tensor]) -> None:
    """Give a module on the meta device its weights: those of `given` where name and shape fit, otherwise initial ones.

    Convolutions and linear layers: kaiming normal over the fan-in, zero biases. Everything else starts as its torch module does
    (batch norm: weight 1, bias 0, running mean 0, running variance 1; prelu: its `init`).
    """
    import torch

    _check_memory(plan)
    for step in plan.layers:
        if not step.result.cost.params and not step.result.cost.buffers:
            continue
        try:
            layer = module.get_submodule(step.path)
            if step.result.block.layer is not None:
                _fill_layer(layer, step.path, seed, given)
            else:
                with torch.device("cpu"):
                    fresh = step.module()  # small, and only its own constructor knows how it starts
                _replace_values(layer, fresh)
            _take(layer, step.path, given)
        except TORCH_ERRORS as error:
            raise CompileError(f"{step.path}: its weights cannot be made; {torch_said(error)}", step.path) from error


def _check_memory(plan: Plan) -> None:
    """Refuse weights that cannot fit: some systems hand out memory that they do not have and end the process when it is used."""
    have = _memory()
    need = BYTES * (plan.total.params + plan.total.buffers)
    if have is not None and need > have:
        largest = max(plan.layers, key=lambda step: step.result.cost.params)
        raise CompileError(
            f"The weights need {_gib(need)}, {_gib(BYTES * largest.result.cost.params)} of them in {largest.path}, "
            f"but this machine has {_gib(have)} of memory. Make that layer smaller.",
            largest.path,
        )


def _gib(size: int) -> str:
    return f"{size / 2**30:,.1f} GiB"


def _memory() -> int | None:
    """Bytes of memory of this machine, None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return None


def _fill_layer(layer: nn.Module, path: str, seed: int, given: Mapping[str, torch.Tensor]) -> None:
    import torch
    from torch import nn

    layer.to_empty(device="cpu")
    for name, parameter in layer.named_parameters():
        if _fits(given.get(f"{path}.{name}"), parameter):
            continue
        if parameter.dim() > 1:
            nn.init.kaiming_normal_(
                parameter, mode="fan_in", nonlinearity="relu", generator=generator(seed, f"{path}.{name}", parameter)
            )
        else:
            with torch.no_grad():
                parameter.zero_()


def _replace_values(layer: nn.Module, fresh: nn.Module) -> None:
    layer._parameters.update(fresh._parameters)
    layer._buffers.update(fresh._buffers)


def _take(layer: nn.Module, path: str, given: Mapping[str, torch.Tensor]) -> None:
    import torch

    for name, tensor in layer.state_dict(keep_vars=True).items():
        source = given.get(f"{path}.{name}")
        if _fits(source, tensor):
            with torch.no_grad():
                tensor.copy_(source)


def _fits(source: torch.Tensor | None, tensor: torch.Tensor | None) -> bool:
    return source is not None and tensor is not None and source.shape == tensor.shape


def generator(seed: int, name: str, tensor: torch.Tensor) -> torch.Generator:
    """A random generator that depends on seed, name and shape alone (Python's own hash differs from process to process)."""
    import torch

    digest = hashlib.sha256(f"{seed}\n{name}\n{tuple(tensor.shape)}".encode()).digest()
    made = torch.Generator("cpu")
    made.manual_seed(int.from_bytes(digest[:8], "big") >> 1)
    return made


def calibrate(plan: Plan, module: fx.GraphModule, seed: int, given: Mapping[str, torch.Tensor]) -> None:
    """Set the running statistics of batch norms from one batch of normal noise, all other layers in eval mode.

    Statistics that `given` brought stay as they are.
    """
    import torch
    from torch import nn

    norms = [
        layer
        for name, layer in module.named_modules()
        if isinstance(layer, nn.modules.batchnorm._BatchNorm) and not _fits(given.get(f"{name}.running_mean"), layer.running_mean)
    ]
    if not norms:
        return
    tensors = []
    for name, at in plan.inputs:
        noise = torch.empty(CALIBRATION_BATCH, *plan.steps[at].output, device="cpu")
        tensors.append(noise.normal_(generator=generator(seed, name, noise)))
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0  # the statistics of this batch alone
        norm.train()
    try:
        with torch.no_grad():
            walk(module, tensors)
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
            norm.eval()
            if norm.num_batches_tracked is not None:
                norm.num_batches_tracked.zero_()
