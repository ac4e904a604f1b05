"""The 1x1 bottleneck and the residual units of ResNet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.composites.shared import ACTIVATIONS, Normed, activate
from blocks.errors import BlockError
from blocks.parameters import Choice, Float, Int, Pair
from blocks.spec import MAX_CHANNELS, MAX_WINDOW, Port, TensorSpec

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor


class Bottleneck(Normed):
    """Bottleneck: reduce the channels with 1x1, convolve where they are few, restore them with 1x1.

    x (C, H, W) -> (out_channels, H / stride, W / stride). Costs H W h (C + K K h + out) macs at stride 1, h = hidden_channels.
    Paper: Lin et al. 2014, section 3.1; Szegedy et al. 2015, section 4; He et al. 2016, figure 5.
    Document: 瓶颈层 (it did not begin with ResNet, and it is the narrow middle, not the 1x1, ERRATA 36 and 37).
    """

    id = "bottleneck"
    inputs = (Port("x", rank=3),)
    reference = "He et al. 2016, figure 5"
    document = "瓶颈层（Bottleneck Layer）：始于ResNet"

    out_channels = Int(256, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")
    hidden_channels = Int(64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels in the narrow middle.")
    kernel_size = Pair(3, minimum=1, maximum=MAX_WINDOW, unit="px", help="Window of the middle convolution.")
    stride = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Step of the middle convolution; 2 halves the map.")
    groups = Int(1, minimum=1, maximum=MAX_CHANNELS, unit="groups", help="Groups of the middle convolution.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation after each convolution.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        hidden, norm = self.hidden_channels, self.norm_options
        y = draw.conv_norm_act(x, hidden, 1, act=self.act, name="reduce", **norm)
        y = draw.conv_norm_act(y, hidden, self.kernel_size, self.stride, groups=self.groups, act=self.act, name="middle", **norm)
        return draw.conv_norm_act(y, self.out_channels, 1, act=self.act, name="restore", **norm)


class _Residual(Normed):
    inputs = (Port("x", rank=3),)
    document = "瓶颈层（Bottleneck Layer）：始于ResNet"

    out_channels = Int(256, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")
    stride = Choice(1, of=(1, 2), unit="px", help="Step of the unit; 2 halves the map.")
    shortcut = Choice(
        "B",
        of=("B", "A"),
        help="Where the shape changes: B is a 1x1 convolution; A takes every second pixel and adds zeros.",
    )
    se_ratio = Float(
        None,
        minimum=0.001,
        maximum=4.0,
        optional=True,
        help="Squeezed share of an SE gate on the branch; none has no gate.",
    )
    act = Choice("relu", of=ACTIVATIONS, help="Activation inside the unit and after the addition.")

    def check(self, x: TensorSpec) -> None:
        if self.shortcut == "A" and self.out_channels < x.channels:
            raise BlockError(
                "shortcut_narrows",
                f"shortcut=A needs out_channels of at least the {x.channels} of the input, but got {self.out_channels}.",
                hint="Use shortcut B, or more out_channels.",
                param="out_channels",
            )

    def join(self, x: Tensor, y: Tensor, draw: Builder) -> Tensor:
        """The gate, the shortcut around the branch `y`, the addition and what follows it."""
        if self.se_ratio is not None:
            y = draw.squeeze_excite(y, self.se_ratio, name="se")
        if self.stride == 1 and x.channels == self.out_channels:
            around = x
        elif self.shortcut == "B":
            around = draw.conv_norm_act(x, self.out_channels, 1, self.stride, act=None, name="shortcut", **self.norm_options)
        else:
            around = draw.max_pool2d(x, 1, self.stride, name="subsample") if self.stride != 1 else x
            around = draw.pad_channels(around, 0, self.out_channels - x.channels, name="widen")
        return activate(draw, draw.add(y, around, name="add"), self.act)


class ResidualBasic(_Residual):
    """Basic residual unit: two 3x3 convolutions, and the input added before the last activation.

    x (C, H, W) -> (out_channels, H / stride, W / stride). Costs 9 H W out (C + out) macs at stride 1.
    Errors: shortcut A with fewer channels than the input has.
    Paper: He et al. 2016, figure 5 (left) and section 3.3 (shortcuts A and B). Document: 瓶颈层, its comparison of both units.
    """

    id = "residual_basic"
    reference = "He et al. 2016, figure 5 (left)"

    out_channels = Int(64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        norm = self.norm_options
        y = draw.conv_norm_act(x, self.out_channels, 3, self.stride, act=self.act, name="conv1", **norm)
        y = draw.conv_norm_act(y, self.out_channels, 3, act=None, name="conv2", **norm)
        return self.join(x, y, draw)


class ResidualBottleneck(_Residual):
    """Bottleneck residual unit: 1x1 to a quarter of the width, 3x3, 1x1 back, and the input added.

    x (C, H, W) -> (out_channels, H / stride, W / stride). Costs H W h (C + 9 h / groups + out) macs at stride 1, with the inner
    width h = out_channels / 4 * base_width / 64 * groups: a quarter in ResNet, a half in ResNeXt 32x4d.
    Errors: shortcut A with fewer channels than the input has; groups that do not divide the inner width.
    Paper: He et al. 2016, figure 5 (right); groups: Xie et al. 2017, figure 3c; SE: Hu et al. 2018, figure 3. Stride in the 3x3
    (v1.5): Goyal et al. 2017, section 5.1. Document: 瓶颈层 (ERRATA 36 and 37).
    """

    id = "residual_bottleneck"
    basic = True
    reference = "He et al. 2016, figure 5 (right)"

    out_channels = _Residual.out_channels  # the first argument
    variant = Choice("v1_5", of=("v1_5", "v1"), help="Where the stride sits: v1_5 in the 3x3, v1 (the paper) in the first 1x1.")
    groups = Int(1, minimum=1, maximum=MAX_CHANNELS, unit="groups", help="Groups of the 3x3 convolution (ResNeXt: 32).")
    base_width = Int(
        64,
        minimum=1,
        maximum=MAX_CHANNELS,
        unit="channels",
        help="Channels of a group at out_channels=256 (ResNeXt 32x4d: 4).",
    )

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        hidden = max(1, self.out_channels // 4 * self.base_width // 64) * self.groups
        first, second = (self.stride, 1) if self.variant == "v1" else (1, self.stride)
        norm = self.norm_options
        y = draw.conv_norm_act(x, hidden, 1, first, act=self.act, name="reduce", **norm)
        y = draw.conv_norm_act(y, hidden, 3, second, groups=self.groups, act=self.act, name="middle", **norm)
        y = draw.conv_norm_act(y, self.out_channels, 1, act=None, name="restore", **norm)
        return self.join(x, y, draw)
