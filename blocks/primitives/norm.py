"""Normalisation layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.arithmetic import check_divides
from blocks.block import Primitive, refusing
from blocks.cost import Cost
from blocks.errors import BlockError
from blocks.parameters import Bool, Float, Int
from blocks.spec import MAX_CHANNELS, Port, TensorSpec

if TYPE_CHECKING:
    from torch import nn


def epsilon(default: float) -> Float:
    """The parameter `eps` of a normalisation."""
    return Float(default, minimum=1e-12, maximum=1.0, help="Added to the variance before the root is taken.", inert=True)


class BatchNorm(Primitive):
    """Batch normalisation (torch.nn.BatchNorm2d, BatchNorm1d on vectors). A primitive: running statistics are state of its own.

    Same shape. params = 2 C (gamma and beta), buffers = 2 C (running mean and variance; num_batches_tracked is not counted).
    Per output element at inference: 1 mul, 1 add (scale and shift in one).
    Paper: Ioffe and Szegedy 2015, section 3, algorithm 1. Document: Inception V2.
    """

    id = "batch_norm"
    category = "norm"
    basic = True
    reference = "Ioffe and Szegedy 2015, section 3"
    document = "Inception V2"

    eps = epsilon(1e-5)
    momentum = Float(
        0.1, minimum=0.0, maximum=1.0, help="Share of the new batch in the running statistics (1 - Keras' momentum).", inert=True
    )
    affine = Bool(True, help="Trainable scale and shift per channel.")

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        channels = output[0]
        elements = output.elements
        return Cost(2 * channels if self.affine else 0, 2 * channels, 0, 0, elements, elements)

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        kind = nn.BatchNorm2d if len(x) == 3 else nn.BatchNorm1d
        return kind(x[0], eps=self.eps, momentum=self.momentum, affine=self.affine)


class GroupNorm(Primitive):
    """Group normalisation (torch.nn.GroupNorm). A primitive: it needs statistics over groups, which no other block computes.

    Same shape. params = 2 C. Per element: 3 add (mean, variance, difference), 2 mul; 1 add and 1 mul more where affine.
    Errors: num_groups that does not divide C; groups of a single value, which have no variance.
    Paper: Wu and He 2018, section 3. Document: the list of traits at its beginning.
    """

    id = "group_norm"
    category = "norm"
    reference = "Wu and He 2018, section 3"
    document = "轻量化网络设计"

    num_groups = Int(32, minimum=1, maximum=MAX_CHANNELS, unit="groups", help="Groups of channels that share statistics.")
    eps = epsilon(1e-5)
    affine = Bool(True, help="Trainable scale and shift per channel.")

    def check(self, x: TensorSpec) -> None:
        check_divides("num_groups", self.num_groups, "in_channels", x[0])
        if self.num_groups == x.elements:
            raise BlockError(
                "one_value",
                f"group_norm needs groups of several values, but num_groups={self.num_groups} leaves one of {x} in each.",
                hint="Use fewer groups.",
                param="num_groups",
            )

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        n = output.elements
        return Cost(2 * output[0] if self.affine else 0, add=(4 if self.affine else 3) * n, mul=(3 if self.affine else 2) * n)

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.GroupNorm(self.num_groups, x[0], eps=self.eps, affine=self.affine)


class LayerNorm(Primitive):
    """Layer normalisation over the channels of each position (ConvNeXt's LayerNorm). A primitive: its statistics run along C.

    Same shape. params = 2 C. Per element: 3 add, 2 mul; 1 add and 1 mul more where affine.
    Paper: Ba et al. 2016; over channels of a map: Liu et al. 2022 (ConvNeXt), section 2.6.
    """

    id = "layer_norm"
    category = "norm"
    reference = "Ba et al. 2016; Liu et al. 2022, section 2.6"

    eps = epsilon(1e-6)
    affine = Bool(True, help="Trainable scale and shift per channel.")

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        n = output.elements
        return Cost(2 * output[0] if self.affine else 0, add=(4 if self.affine else 3) * n, mul=(3 if self.affine else 2) * n)

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        if len(x) == 1:
            return nn.LayerNorm(x[0], eps=self.eps, elementwise_affine=self.affine)
        from blocks.modules import ChannelLayerNorm

        return ChannelLayerNorm(x[0], eps=self.eps, affine=self.affine)


class LocalResponseNorm(Primitive):
    """Local response normalisation (torch.nn.LocalResponseNorm). A primitive: it divides by a sum over neighbouring channels.

    Same shape. Per element: size add, 2 mul (square, alpha), 2 div_exp (power, division).
    torch and Caffe divide alpha by size, AlexNet's paper does not: there alpha = 1e-4 is 5e-4 here.
    Paper: Krizhevsky et al. 2012, section 3.3.
    """

    id = "local_response_norm"
    category = "norm"
    reference = "Krizhevsky et al. 2012, section 3.3"
    refuses_more = refusing(wrong_rank="a vector: the sum runs over neighbouring maps")
    inputs = (Port("x", rank=3),)

    size = Int(5, minimum=1, maximum=4096, unit="channels", help="Neighbouring channels in the sum.")
    alpha = Float(1e-4, minimum=0.0, maximum=1e3, help="Weight of the sum; torch divides it by size.", inert=True)
    beta = Float(0.75, minimum=0.0, maximum=100.0, help="Exponent of the divisor.", inert=True)
    k = Float(1.0, minimum=1e-6, maximum=1e3, help="Constant in the divisor.", inert=True)

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        n = output.elements
        return Cost(add=self.size * n, mul=2 * n, div_exp=2 * n)

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.LocalResponseNorm(self.size, alpha=self.alpha, beta=self.beta, k=self.k)
