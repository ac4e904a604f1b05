"""The block of MobileNet V2 and its descendants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.composites.shared import ACTIVATIONS, Normed
from blocks.parameters import Bool, Choice, Float, Int
from blocks.spec import MAX_CHANNELS, Port

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor


class InvertedResidual(Normed):
    """Inverted residual with linear bottleneck: widen with 1x1, filter each channel, narrow without an activation.

    x (C, H, W) -> (out_channels, H / stride, W / stride). The input is added where stride is 1 and the channels agree.
    Costs H W t C (C + K K + out) macs at stride 1, t = expand_ratio.
    Paper: Sandler et al. 2018, figure 4d and table 1; SE and h-swish: Howard et al. 2019, figure 4.
    Document: MobileNet V2 (Linear Bottleneck, Inverted Residuals), MobileNet V3.
    """

    id = "inverted_residual"
    basic = True
    inputs = (Port("x", rank=3),)
    reference = "Sandler et al. 2018, figure 4d"
    document = "MobileNet V2：使用线性瓶颈（Linear Bottleneck）和反残差（Inverted Residuals）对抗崩坏"

    out_channels = Int(24, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the narrow end.")
    expand_ratio = Float(6.0, minimum=1, maximum=64, unit="x", help="Width of the middle over that of the input.")
    kernel_size = Choice(3, of=(3, 5, 7), unit="px", help="Window of the depthwise convolution.")
    stride = Choice(1, of=(1, 2), unit="px", help="Step of the depthwise convolution; 2 halves the map.")
    act = Choice("relu6", of=ACTIVATIONS, help="Activation after the expansion and the depthwise convolution.")
    hidden_channels = Int(
        None, minimum=1, maximum=MAX_CHANNELS, unit="channels", optional=True, help="Width of the middle; none uses expand_ratio."
    )
    squeeze_channels = Int(
        None,
        minimum=1,
        maximum=MAX_CHANNELS,
        unit="channels",
        optional=True,
        help="Squeezed channels of the SE gate; none has no gate.",
    )
    se_act = Choice("relu", of=ACTIVATIONS, help="Activation inside the SE gate.")
    gate = Choice("hard_sigmoid", of=("sigmoid", "hard_sigmoid"), help="Function that makes the SE gate.")
    always_expand = Bool(False, help="Draw the expansion even where it widens nothing.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        hidden = self.hidden_channels or round(x.channels * self.expand_ratio)
        norm = self.norm_options
        y = x
        if hidden != x.channels or self.always_expand:
            y = draw.conv_norm_act(y, hidden, 1, act=self.act, name="expand", **norm)
        y = draw.conv_norm_act(y, hidden, self.kernel_size, self.stride, groups=hidden, act=self.act, name="depthwise", **norm)
        if self.squeeze_channels is not None:
            y = draw.squeeze_excite(y, squeeze_channels=self.squeeze_channels, act=self.se_act, gate=self.gate, name="se")
        y = draw.conv_norm_act(y, self.out_channels, 1, act=None, name="project", **norm)  # linear: no ReLU on the narrow end
        return draw.add(y, x, name="add") if self.stride == 1 and x.channels == self.out_channels else y
