"""Convolution, normalisation, activation: the unit every newer network repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.composites.shared import ACTIVATIONS, Normed, activate, normalise
from blocks.parameters import Bool, Choice, Int, Padding, Pair
from blocks.spec import MAX_CHANNELS, MAX_WINDOW, Port

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor


class ConvNormAct(Normed):
    """Convolution, then normalisation, then activation.

    x (C, H, W) -> (out_channels, H', W'). Padding keeps the size at stride 1 unless it is given.
    Paper: Ioffe and Szegedy 2015, section 3.2 (no bias before batch norm). Document: Inception V2, MobileNet V1.
    """

    id = "conv_norm_act"
    basic = True
    inputs = (Port("x", rank=3),)
    reference = "Ioffe and Szegedy 2015, section 3.2"
    document = "Inception V2"

    out_channels = Int(64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")
    kernel_size = Pair(3, minimum=1, maximum=MAX_WINDOW, unit="px", help="Height and width of the window.")
    stride = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Step of the window; 2 halves the map.")
    padding = Padding(
        None, minimum=0, maximum=MAX_WINDOW, unit="px", optional=True, help="Border on each side; none keeps the size."
    )
    dilation = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Distance between the points of the window.")
    groups = Int(
        1, minimum=1, maximum=MAX_CHANNELS, unit="groups", help="Independent groups of channels; cost falls by this factor."
    )
    bias = Bool(None, optional=True, help="Bias of the convolution; none gives one only where no normalisation follows.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation at the end.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        padding = self.padding
        if padding is None:
            (kh, kw), (dh, dw) = self.kernel_size, self.dilation
            padding = (dh * (kh - 1) // 2, dw * (kw - 1) // 2)
        bias = self.norm is None if self.bias is None else self.bias
        y = draw.conv2d(
            x, self.out_channels, self.kernel_size, self.stride, padding, self.dilation, self.groups, bias, name="conv"
        )
        return activate(draw, normalise(draw, y, self), self.act)
