"""Fully connected layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.block import WHOLE_INPUT, Primitive, Window, refusing
from blocks.cost import Cost
from blocks.parameters import Bool, Int
from blocks.spec import MAX_CHANNELS, Port, TensorSpec

if TYPE_CHECKING:
    from torch import nn


class Linear(Primitive):
    """Fully connected layer (torch.nn.Linear). A primitive because it multiplies a vector with weights.

    x (F,) -> (out_features,). params = F out (+ out with bias); macs = F out.
    Errors: a map instead of a vector.
    """

    id = "linear"
    category = "conv"
    basic = True
    layer = "linear"
    inputs = (Port("x", rank=1),)
    refuses_more = refusing(wrong_rank="a map: torch would multiply along its width, which no network here means")

    out_features = Int(
        1000, minimum=1, maximum=MAX_CHANNELS, unit="features", help="Length of the output vector; classes at the end."
    )
    bias = Bool(True, help="Adds one trainable number per output feature.")

    def infer(self, x: TensorSpec) -> TensorSpec:
        return TensorSpec((self.out_features,))

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        weights = inputs[0].elements * self.out_features
        return Cost(weights + (self.out_features if self.bias else 0), 0, weights, self.out_features)

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.Linear(x[0], self.out_features, self.bias)

    def window(self, x: TensorSpec) -> Window:
        return WHOLE_INPUT

    def uncounted_parts(self) -> tuple[str, ...]:
        return ("linear.bias",) if self.bias else ()
