"""What torch says about a block: the other side of the comparisons in the tests."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch  # noqa: TID253  # imported by tests that compare with torch
from torch import nn  # noqa: TID253
from torch.utils.flop_counter import FlopCounterMode  # noqa: TID253

from blocks.builder import Result
from blocks.spec import TensorSpec
from designer.analysis.flatten import flat_of


class Seen(NamedTuple):
    """What torch made of a block with one input of each port."""

    outputs: tuple[TensorSpec, ...]
    params: int
    buffers: int
    macs: int


class Refused(NamedTuple):
    """torch took it not; its words."""

    words: str


def run_primitive(instance: Any, inputs: Sequence[TensorSpec], device: str = "meta") -> Seen | Refused:
    """Build the torch module of a primitive, whatever its own checks say, and run it on a batch of one."""
    module = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch has advice on even windows with padding="same"
        try:
            with torch.device(device), torch.no_grad():
                module = instance.module(*inputs).eval()
                arguments = [torch.empty(1, *spec) if device == "meta" else torch.zeros(1, *spec) for spec in inputs]
                with FlopCounterMode(display=False) as counter:
                    y = module(*arguments) if arguments else torch.empty(1, *instance.infer())
        except (RuntimeError, ValueError, IndexError, NotImplementedError, OverflowError) as problem:
            return Refused(str(problem))
    flops = counter.get_total_flops()
    assert flops % 2 == 0
    return Seen((TensorSpec(y.shape[1:]),), _params(module), _buffers(module), flops // 2)


def _params(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)


def _buffers(module: nn.Module) -> int:
    return sum(buffer.numel() for name, buffer in module.named_buffers() if not name.endswith("num_batches_tracked"))


def run_drawing(result: Result) -> Seen:
    """Build the torch modules of all primitives of an evaluated block and run them along its wires on torch's meta device."""
    flat = flat_of(result)
    params = buffers = flops = 0
    made: list[torch.Tensor] = []
    with torch.device("meta"), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        given = [torch.empty(1, *spec) for spec in result.inputs]
        for step, refs in zip(flat.steps, flat.inputs, strict=True):
            module = step.instance.module(*step.inputs).eval()
            arguments = [made[ref] if ref >= 0 else given[-1 - ref] for ref in refs]
            if step.block.layer is None:  # the battery over the primitives sees that these have no macs
                made.append(module(*arguments))
            else:
                with FlopCounterMode(display=False) as counter:
                    made.append(module(*arguments))
                flops += counter.get_total_flops()
            params += _params(module)
            buffers += _buffers(module)
    outputs = [made[ref] if ref >= 0 else given[-1 - ref] for ref in flat.outputs]
    return Seen(tuple(TensorSpec(y.shape[1:]) for y in outputs), params, buffers, flops // 2)
