"""Depthwise and pointwise convolution, alone and together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.composites.shared import ACTIVATIONS, Normed
from blocks.parameters import Choice, Int, Padding, Pair
from blocks.spec import MAX_CHANNELS, MAX_WINDOW, Port

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor


class Depthwise(Normed):
    """Depthwise convolution: each channel is filtered on its own, then normalised and activated.

    x (C, H, W) -> (C depth_multiplier, H', W'). Costs H' W' K K C macs at multiplier 1, 1/C of a standard convolution.
    Paper: Sifre 2014, section 6; Howard et al. 2017, section 3.1. Document: 深度卷积 (its cost per kernel is a slip, ERRATA 17).
    """

    id = "depthwise"
    basic = True
    inputs = (Port("x", rank=3),)
    reference = "Howard et al. 2017, section 3.1"
    document = "深度卷积（Depthwise convolution）"

    kernel_size = Pair(3, minimum=1, maximum=MAX_WINDOW, unit="px", help="Height and width of the window.")
    stride = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Step of the window; 2 halves the map.")
    padding = Padding(
        None, minimum=0, maximum=MAX_WINDOW, unit="px", optional=True, help="Border on each side; none keeps the size."
    )
    dilation = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Distance between the points of the window.")
    depth_multiplier = Int(1, minimum=1, maximum=1024, unit="x", help="Filters for each input channel.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation at the end.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        return draw.conv_norm_act(
            x,
            x.channels * self.depth_multiplier,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            groups=x.channels,
            act=self.act,
            name="conv_norm_act",
            **self.norm_options,
        )


class Pointwise(Normed):
    """Pointwise (1x1) convolution: mixes the channels of each pixel, then normalises and activates.

    x (C, H, W) -> (out_channels, H', W'). Costs H' W' C out macs, 1 / K K of a standard convolution.
    Paper: Lin et al. 2014, section 3.1; Howard et al. 2017, section 3.1. Document: 逐点卷积 (its cost lacks H W, ERRATA 23).
    """

    id = "pointwise"
    basic = True
    inputs = (Port("x", rank=3),)
    reference = "Howard et al. 2017, section 3.1"
    document = "逐点卷积（Pointwise Convolution）"

    out_channels = Int(64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")
    stride = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Step of the window; 2 halves the map.")
    groups = Int(1, minimum=1, maximum=MAX_CHANNELS, unit="groups", help="Independent groups of channels.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation at the end.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        return draw.conv_norm_act(
            x, self.out_channels, 1, self.stride, groups=self.groups, act=self.act, name="conv_norm_act", **self.norm_options
        )


class DepthwiseSeparable(Normed):
    """Depthwise convolution, then pointwise convolution, each normalised and activated.

    x (C, H, W) -> (out_channels, H', W'). Costs H' W' (K K C + C out) macs: 1/out + 1/K K of a standard convolution.
    Paper: Howard et al. 2017, section 3.1 and figure 3. Document: 深度可分离卷积 (its ratio is a slip, ERRATA 25).
    """

    id = "depthwise_separable"
    basic = True
    inputs = (Port("x", rank=3),)
    reference = "Howard et al. 2017, figure 3"
    document = "深度可分离卷积（Depthwise Separable Convolution）"

    out_channels = Int(64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")
    kernel_size = Pair(3, minimum=1, maximum=MAX_WINDOW, unit="px", help="Window of the depthwise convolution.")
    stride = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Step of the depthwise convolution; 2 halves the map.")
    padding = Padding(
        None, minimum=0, maximum=MAX_WINDOW, unit="px", optional=True, help="Border on each side; none keeps the size."
    )
    dilation = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Distance between the points of the window.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation after each of the two.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        norm = self.norm_options
        y = draw.conv_norm_act(
            x,
            x.channels,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            groups=x.channels,
            act=self.act,
            name="depthwise",
            **norm,
        )
        return draw.conv_norm_act(y, self.out_channels, 1, act=self.act, name="pointwise", **norm)
