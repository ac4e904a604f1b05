"""The module and the bottleneck of GhostNet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.composites.shared import ACTIVATIONS, Normed
from blocks.parameters import Choice, Float, Int, Pair
from blocks.spec import MAX_CHANNELS, MAX_WINDOW, Port

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor


class GhostModule(Normed):
    """Ghost module: an ordinary convolution makes a part of the channels, a cheap depthwise one makes the rest from these.

    x (C, H, W) -> (out_channels, H / stride, W / stride). Costs H' W' m (K K C + (ratio - 1) D D) macs with
    m = out_channels / ratio rounded up, K = kernel_size, D = cheap_kernel_size; surplus channels are cut off.
    Paper: Han et al. 2020, section 3.1 and figure 1b.
    """

    id = "ghost_module"
    inputs = (Port("x", rank=3),)
    reference = "Han et al. 2020, section 3.1"

    out_channels = Int(64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")
    kernel_size = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Window of the ordinary convolution.")
    stride = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Step of the ordinary convolution; 2 halves the map.")
    ratio = Int(2, minimum=2, maximum=1024, unit="x", help="Channels of the output for each that the ordinary convolution makes.")
    cheap_kernel_size = Choice(3, of=(1, 3, 5, 7), unit="px", help="Window of the depthwise convolution.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation after each of the two.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        norm = self.norm_options
        made = -(-self.out_channels // self.ratio)
        primary = draw.conv_norm_act(x, made, self.kernel_size, self.stride, act=self.act, name="primary", **norm)
        cheap = draw.conv_norm_act(
            primary, made * (self.ratio - 1), self.cheap_kernel_size, groups=made, act=self.act, name="cheap", **norm
        )
        y = draw.concat(primary, cheap, name="concat")
        return y if y.channels == self.out_channels else draw.slice_channels(y, 0, self.out_channels, name="cut")


class GhostBottleneck(Normed):
    """Ghost bottleneck: a ghost module widens, one narrows; where the map shrinks a depthwise convolution stands between them.

    x (C, H, W) -> (out_channels, H / stride, W / stride). The input is added; where shapes differ, after a depthwise and a 1x1
    convolution. Costs H W (t (C + out + 9) + 9 out) / 2 macs at stride 1 and equal channels without SE, t the hidden width.
    Paper: Han et al. 2020, section 3.2, figure 3 and table 1.
    """

    id = "ghost_bottleneck"
    inputs = (Port("x", rank=3),)
    reference = "Han et al. 2020, section 3.2"

    out_channels = Int(24, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")
    expand_ratio = Float(3.0, minimum=1, maximum=64, unit="x", help="Width of the middle over that of the input.")
    kernel_size = Choice(3, of=(3, 5, 7), unit="px", help="Window of the depthwise convolutions at stride 2 and in the shortcut.")
    stride = Choice(1, of=(1, 2), unit="px", help="Step of the depthwise convolution; 2 halves the map.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation in the first ghost module; the second has none.")
    hidden_channels = Int(
        None, minimum=1, maximum=MAX_CHANNELS, unit="channels", optional=True, help="Width of the middle; none uses expand_ratio."
    )
    squeeze_channels = Int(
        None,
        minimum=1,
        maximum=MAX_CHANNELS,
        unit="channels",
        optional=True,
        help="Squeezed channels of SE; none has no gate.",
    )
    se_act = Choice("relu", of=ACTIVATIONS, help="Activation inside the SE gate.")
    gate = Choice("hard_sigmoid", of=("sigmoid", "hard_sigmoid"), help="Function that makes the SE gate.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        norm = self.norm_options
        hidden = self.hidden_channels or round(x.channels * self.expand_ratio)
        y = draw.ghost_module(x, hidden, act=self.act, name="expand", **norm)
        if self.stride == 2:
            y = draw.conv_norm_act(y, hidden, self.kernel_size, 2, groups=hidden, act=None, name="depthwise", **norm)
        if self.squeeze_channels is not None:
            y = draw.squeeze_excite(y, squeeze_channels=self.squeeze_channels, act=self.se_act, gate=self.gate, name="se")
        y = draw.ghost_module(y, self.out_channels, act=None, name="project", **norm)  # linear: no activation on the narrow end
        shortcut = x
        if self.stride == 2 or x.channels != self.out_channels:
            k = self.kernel_size
            shortcut = draw.conv_norm_act(
                x, x.channels, k, self.stride, groups=x.channels, act=None, name="shortcut_depthwise", **norm
            )
            shortcut = draw.conv_norm_act(shortcut, self.out_channels, 1, act=None, name="shortcut_pointwise", **norm)
        return draw.add(y, shortcut, name="add")
