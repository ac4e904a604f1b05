"""Where a design begins and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.block import Primitive
from blocks.cost import ZERO, Cost
from blocks.parameters import Int, Shape
from blocks.spec import TensorSpec

if TYPE_CHECKING:
    from torch import nn


class _Boundary(Primitive):
    category = "io"
    basic = True
    uncounted = ""
    makes_no_tensor = True
    order = Int(
        0, minimum=0, maximum=10_000, help="Position among the inputs or outputs of the design; equal numbers go by name."
    )

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        return ZERO

    def module(self, *inputs: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.Identity()


class Input(_Boundary):
    """An input of the design; its name is the input's name in torch and ONNX. A primitive because it owns the shape.

    Shape: `shape`, without the batch. Costs nothing; its elements count for peak memory.
    """

    id = "input"
    inputs = ()
    shape = Shape(
        (3, 224, 224), unit="C, H, W", help="Shape of one input without the batch: channels, height, width; or features."
    )

    def infer(self) -> TensorSpec:
        return self.shape


class Output(_Boundary):
    """An output of the design; its name is the output's name in torch and ONNX. A primitive because it ends the graph.

    Shape: that of its input. Costs nothing.
    """

    id = "output"

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x
