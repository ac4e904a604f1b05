"""The units of ShuffleNet V1 and V2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.block import refusing
from blocks.composites.shared import ACTIVATIONS, Normed, activate
from blocks.errors import BlockError
from blocks.parameters import Bool, Choice, Int
from blocks.spec import MAX_CHANNELS, Port, TensorSpec

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor


class ShuffleUnit(Normed):
    """ShuffleNet V1 unit: grouped 1x1, channel shuffle, depthwise 3x3, grouped 1x1, beside the input itself.

    Stride 1: (C, H, W) -> the same, by addition. Stride 2: (C, H, W) -> (out_channels, H / 2, W / 2), by concatenation: the
    input, averaged over 3x3, keeps its C channels and the branch makes the others.
    Costs H W h ((C + out) / groups + 9) macs at stride 1, h = hidden_channels.
    Errors: stride 1 with out_channels other than C; stride 2 with out_channels not above C; groups that do not divide.
    Paper: Zhang et al. 2018 (ShuffleNet), section 3.2 and figure 2.
    """

    id = "shuffle_unit"
    inputs = (Port("x", rank=3),)
    reference = "Zhang et al. 2018, section 3.2"

    out_channels = Int(
        None,
        minimum=1,
        maximum=MAX_CHANNELS,
        unit="channels",
        optional=True,
        help="Channels of the output; none is stride * C.",
    )
    groups = Int(3, minimum=1, maximum=MAX_CHANNELS, unit="groups", help="Groups of the two 1x1 convolutions and of the shuffle.")
    stride = Choice(1, of=(1, 2), unit="px", help="Step of the depthwise convolution; 2 halves the map and concatenates.")
    hidden_channels = Int(
        None,
        minimum=1,
        maximum=MAX_CHANNELS,
        unit="channels",
        optional=True,
        help="Width of the middle; none is a quarter of the output.",
    )
    first_grouped = Bool(True, help="Groups in the first 1x1 too; the net's first unit has none, for its input is narrow.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation after the first 1x1 convolution and at the end.")

    def _out(self, channels: int) -> int:
        return self.out_channels or channels * self.stride

    def check(self, x: TensorSpec) -> None:
        channels, out = x[0], self._out(x[0])
        if self.stride == 1 and out != channels:
            raise BlockError(
                "channels_differ",
                f"out_channels={out} needs to equal in_channels={channels} at stride 1, where the input is added.",
                hint=f"Set out_channels to {channels}, or stride to 2.",
                param="out_channels",
            )
        if self.stride == 2 and out <= channels:
            raise BlockError(
                "channels_differ",
                f"out_channels={out} needs to be above in_channels={channels} at stride 2, where the input is concatenated.",
                hint=f"Set out_channels to {2 * channels}.",
                param="out_channels",
            )

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        norm = self.norm_options
        out = self._out(x.channels)
        hidden = self.hidden_channels or max(1, out // 4)
        branch = out if self.stride == 1 else out - x.channels
        first = self.groups if self.first_grouped else 1
        y = draw.conv_norm_act(x, hidden, 1, groups=first, act=self.act, name="reduce", **norm)
        y = draw.channel_shuffle(y, self.groups, name="shuffle")
        y = draw.conv_norm_act(y, hidden, 3, self.stride, groups=hidden, act=None, name="depthwise", **norm)
        y = draw.conv_norm_act(y, branch, 1, groups=self.groups, act=None, name="restore", **norm)
        if self.stride == 1:
            y = draw.add(y, x, name="add")
        else:
            y = draw.concat(draw.avg_pool2d(x, 3, 2, 1, name="shortcut"), y, name="concat")
        return activate(draw, y, self.act)


class ShuffleV2Unit(Normed):
    """ShuffleNet V2 basic unit: half of the channels pass, the other half is filtered, then both are shuffled.

    Same shape. Costs H W h (2 h + K K) macs, h = C / 2. Errors: an odd number of channels.
    Paper: Ma et al. 2018, section 4 and figure 3c.
    """

    id = "shuffle_v2_unit"
    inputs = (Port("x", rank=3),)
    reference = "Ma et al. 2018, figure 3c"
    refuses_more = refusing(not_divisible="an odd number of channels, of which no two halves can be made")

    kernel_size = Choice(3, of=(3, 5, 7), unit="px", help="Window of the depthwise convolution.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation after each 1x1 convolution; the depthwise one has none.")

    def check(self, x: TensorSpec) -> None:
        if x[0] % 2:
            raise BlockError(
                "not_divisible",
                f"shuffle_v2_unit needs an even number of channels to split, but got {x}.",
                hint=f"Give its input {x[0] + 1} channels.",
                port="x",
            )

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        norm = self.norm_options
        half = x.channels // 2
        passed = draw.slice_channels(x, 0, half, name="passed")
        y = draw.slice_channels(x, half, name="filtered")
        y = draw.conv_norm_act(y, half, 1, act=self.act, name="pointwise1", **norm)
        y = draw.conv_norm_act(y, half, self.kernel_size, groups=half, act=None, name="depthwise", **norm)
        y = draw.conv_norm_act(y, half, 1, act=self.act, name="pointwise2", **norm)
        return draw.channel_shuffle(draw.concat(passed, y, name="concat"), 2, name="shuffle")


class ShuffleV2DownUnit(Normed):
    """ShuffleNet V2 unit for downsampling: two filtering branches of the whole input, concatenated and shuffled.

    x (C, H, W) -> (out_channels, H / 2, W / 2). Costs H W (C h + (h h + C h + K K (C + h)) / 4) macs, h = out_channels / 2: the
    first 1x1 of the right branch runs on the large map. Errors: an odd out_channels.
    Paper: Ma et al. 2018, section 4 and figure 3d.
    """

    id = "shuffle_v2_down_unit"
    inputs = (Port("x", rank=3),)
    reference = "Ma et al. 2018, figure 3d"
    refuses_more = refusing(not_divisible="an odd out_channels, of which no two halves can be made")

    out_channels = Int(
        None,
        minimum=2,
        maximum=MAX_CHANNELS,
        unit="channels",
        optional=True,
        help="Channels of the output; none is twice C.",
    )
    kernel_size = Choice(3, of=(3, 5, 7), unit="px", help="Window of the depthwise convolutions.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation after each 1x1 convolution; the depthwise ones have none.")

    def check(self, x: TensorSpec) -> None:
        if (self.out_channels or 0) % 2:
            raise BlockError(
                "not_divisible",
                f"out_channels={self.out_channels} needs to be even, because each branch makes half of the channels.",
                hint=f"Set out_channels to {self.out_channels + 1}.",
                param="out_channels",
            )

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        norm = self.norm_options
        half = x.channels if self.out_channels is None else self.out_channels // 2
        k = self.kernel_size
        left = draw.conv_norm_act(x, x.channels, k, 2, groups=x.channels, act=None, name="left_depthwise", **norm)
        left = draw.conv_norm_act(left, half, 1, act=self.act, name="left_pointwise", **norm)
        right = draw.conv_norm_act(x, half, 1, act=self.act, name="right_pointwise1", **norm)
        right = draw.conv_norm_act(right, half, k, 2, groups=half, act=None, name="right_depthwise", **norm)
        right = draw.conv_norm_act(right, half, 1, act=self.act, name="right_pointwise2", **norm)
        return draw.channel_shuffle(draw.concat(left, right, name="concat"), 2, name="shuffle")
