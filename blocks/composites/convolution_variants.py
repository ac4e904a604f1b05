"""Convolutions made cheaper or wider-sighted: grouped, dilated, stacked, factorised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.composites.shared import ACTIVATIONS, Normed
from blocks.parameters import Bool, Choice, Int, Padding, Pair
from blocks.spec import MAX_CHANNELS, MAX_REPEATS, MAX_WINDOW, Port

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor


class Grouped(Normed):
    """Grouped convolution: every group of channels is convolved on its own, and may be shuffled with the others.

    x (C, H, W) -> (out_channels, H', W'). Costs H' W' K K C out / groups macs, 1 / groups of a standard convolution, and as many
    times fewer weights. Errors: groups that do not divide C and out_channels.
    Paper: Krizhevsky et al. 2012, section 3.5; the shuffle: Zhang et al. 2018, section 3.1.
    Document: 分组卷积 (not the whole of AlexNet is in two groups, ERRATA 35).
    """

    id = "grouped"
    inputs = (Port("x", rank=3),)
    reference = "Krizhevsky et al. 2012, section 3.5"
    document = "分组卷积（Grouped Convolution）:始于AlexNet"

    out_channels = Int(64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")
    groups = Int(2, minimum=1, maximum=MAX_CHANNELS, unit="groups", help="Independent groups; cost falls by this factor.")
    kernel_size = Pair(3, minimum=1, maximum=MAX_WINDOW, unit="px", help="Height and width of the window.")
    stride = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Step of the window; 2 halves the map.")
    padding = Padding(None, minimum=0, maximum=MAX_WINDOW, unit="px", optional=True, help="Border on each side; none keeps size.")
    dilation = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Distance between the points of the window.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation at the end.")
    shuffle = Bool(False, help="Deals the channels of the groups out in turn, so that the next grouped convolution mixes them.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        y = draw.conv_norm_act(
            x,
            self.out_channels,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
            act=self.act,
            name="conv_norm_act",
            **self.norm_options,
        )
        return draw.channel_shuffle(y, self.groups, name="shuffle") if self.shuffle else y


class Dilated(Normed):
    """Dilated (atrous) convolution: a window with gaps sees further at the same cost.

    x (C, H, W) -> (out_channels, H', W'). Costs H' W' K K C out macs whatever the dilation; sees dilation (K - 1) + 1 pixels.
    Paper: Yu and Koltun 2016, section 2. Document: 空洞卷积 in the list of traits (no network it describes has one, ERRATA 47).
    """

    id = "dilated"
    inputs = (Port("x", rank=3),)
    reference = "Yu and Koltun 2016, section 2"
    document = "轻量化网络设计"

    out_channels = Int(64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")
    kernel_size = Pair(3, minimum=1, maximum=MAX_WINDOW, unit="px", help="Height and width of the window.")
    dilation = Pair(2, minimum=1, maximum=MAX_WINDOW, unit="px", help="Distance between the points of the window.")
    stride = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Step of the window; 2 halves the map.")
    padding = Padding(None, minimum=0, maximum=MAX_WINDOW, unit="px", optional=True, help="Border on each side; none keeps size.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation at the end.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        return draw.conv_norm_act(
            x,
            self.out_channels,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            act=self.act,
            name="conv_norm_act",
            **self.norm_options,
        )


class Stacked3x3(Normed):
    """Several 3x3 convolutions in place of one larger window: two see 5x5, three see 7x7.

    x (C, H, W) -> (out_channels, H / stride, W / stride). Costs 18 weights per pair of channels for two (5x5: 25), 27 for three
    (7x7: 49). Paper: Simonyan and Zisserman 2015, section 2.3. Document: VGG (two 3x3 are 18, not 9, ERRATA 2).
    """

    id = "stacked_3x3"
    inputs = (Port("x", rank=3),)
    reference = "Simonyan and Zisserman 2015, section 2.3"
    document = "VGG：使用3×3代替5×5"

    out_channels = Int(64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of every one of the convolutions.")
    repeats = Int(2, minimum=1, maximum=MAX_REPEATS, unit="convolutions", help="How many; n of them see 2 n + 1 pixels.")
    stride = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Step of the first window; 2 halves the map.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation after each convolution.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        for number in range(1, self.repeats + 1):
            stride = self.stride if number == 1 else 1
            x = draw.conv_norm_act(x, self.out_channels, 3, stride, act=self.act, name=f"conv{number}", **self.norm_options)
        return x


class Factorised(Normed):
    """Asymmetric factorisation: a row of k (1xk), then a column of k (kx1), in place of a kxk window.

    x (C, H, W) -> (out_channels, H', W'). Costs k (C h + h out) weights, h = hidden_channels, against k k C out: 14 instead of 49
    per pair of channels for 7x7. Paper: Szegedy et al. 2016, section 3.2 and figure 3. Document: Inception V3 (ERRATA 15).
    """

    id = "factorised"
    inputs = (Port("x", rank=3),)
    reference = "Szegedy et al. 2016, section 3.2"
    document = "Inception V3"

    out_channels = Int(64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")
    kernel_size = Int(7, minimum=1, maximum=MAX_WINDOW, unit="px", help="Length k of the row and the column.")
    stride = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Step of the windows; 2 halves the map.")
    order = Choice("row_first", of=("row_first", "column_first"), help="Whether 1xk or kx1 comes first.")
    hidden_channels = Int(
        None,
        minimum=1,
        maximum=MAX_CHANNELS,
        unit="channels",
        optional=True,
        help="Channels between both; none is out_channels.",
    )
    act = Choice("relu", of=ACTIVATIONS, help="Activation after each of the two.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        row = ("row", (1, self.kernel_size), (1, self.stride[1]))
        column = ("column", (self.kernel_size, 1), (self.stride[0], 1))
        first, second = (row, column) if self.order == "row_first" else (column, row)
        hidden = self.hidden_channels or self.out_channels
        for (name, kernel_size, stride), channels in ((first, hidden), (second, self.out_channels)):
            x = draw.conv_norm_act(x, channels, kernel_size, stride, act=self.act, name=name, **self.norm_options)
        return x
