"""The separable convolution of Xception and the unit made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.composites.shared import ACTIVATIONS, Normed, activate, normalise, same
from blocks.parameters import Bool, Choice, Int
from blocks.spec import MAX_CHANNELS, MAX_REPEATS, MAX_WINDOW, Port

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor

ORDERS = ("depthwise_first", "pointwise_first")


class SeparableConv(Normed):
    """Separable convolution of Xception: depthwise and pointwise with nothing between them, then one normalisation.

    x (C, H, W) -> (out_channels, H', W'). Costs H' W' C (K K + out) macs with the depthwise first.
    `pointwise_first` is the extreme Inception module of figure 4; the network's own code runs the depthwise first (ERRATA 40).
    Paper: Chollet 2017, section 1.2. Document: Xception (its ratio 1/k1 holds for the 3x3 term only, ERRATA 31).
    """

    id = "separable_conv"
    inputs = (Port("x", rank=3),)
    reference = "Chollet 2017, section 1.2"
    document = "Xception: Extream Inception"

    out_channels = Int(128, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")
    kernel_size = Int(3, minimum=1, maximum=MAX_WINDOW, unit="px", help="Side of the depthwise window.")
    stride = Choice(1, of=(1, 2), unit="px", help="Step of the depthwise convolution; 2 halves the map.")
    order = Choice("depthwise_first", of=ORDERS, help="Which of the two convolutions comes first.")
    between = Choice(None, of=ACTIVATIONS, help="Activation between the two; the paper finds none to be best.")
    act = Choice(None, of=ACTIVATIONS, help="Activation at the end.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        def depthwise(y: Tensor) -> Tensor:
            k = self.kernel_size
            return draw.conv2d(y, y.channels, k, self.stride, same(k), groups=y.channels, bias=bias, name="depthwise")

        def pointwise(y: Tensor) -> Tensor:
            return draw.conv2d(y, self.out_channels, 1, bias=bias, name="pointwise")

        bias = self.norm is None
        first, second = (depthwise, pointwise) if self.order == "depthwise_first" else (pointwise, depthwise)
        y = second(activate(draw, first(x), self.between, name="between"))
        return activate(draw, normalise(draw, y, self), self.act)


class XceptionUnit(Normed):
    """Xception unit: separable convolutions, each after an activation, and a shortcut around them.

    x (C, H, W) -> (out_channels, H / stride, W / stride); stride 2 is max pooling at the end. The shortcut is the input itself
    where the shape stays, else a 1x1 convolution. Costs repeats H W C (K K + C) macs where the shape stays.
    Paper: Chollet 2017, figure 5. Document: Xception (ERRATA 40 and 41).
    """

    id = "xception_unit"
    inputs = (Port("x", rank=3),)
    reference = "Chollet 2017, figure 5"
    document = "Xception: Extream Inception"

    out_channels = Int(728, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")
    repeats = Int(3, minimum=1, maximum=MAX_REPEATS, unit="convolutions", help="Separable convolutions in the unit.")
    stride = Choice(1, of=(1, 2), unit="px", help="2 halves the map by 3x3 max pooling at the end.")
    kernel_size = Int(3, minimum=1, maximum=MAX_WINDOW, unit="px", help="Side of the depthwise windows.")
    first_act = Bool(True, help="Activation before the first separable convolution too.")
    grow_first = Bool(True, help="The first separable convolution changes the width; otherwise the last does.")
    order = Choice("depthwise_first", of=ORDERS, help="Order of depthwise and pointwise convolution.")
    between = Choice(None, of=ACTIVATIONS, help="Activation between depthwise and pointwise; the paper finds none to be best.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation before each separable convolution.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        norm = self.norm_options
        sep = {"kernel_size": self.kernel_size, "order": self.order, "between": self.between, **norm}
        y = x
        for number in range(1, self.repeats + 1):
            if number > 1 or self.first_act:
                y = activate(draw, y, self.act, name=f"act{number}")
            grown = self.grow_first or number == self.repeats
            y = draw.separable_conv(y, self.out_channels if grown else x.channels, name=f"sep{number}", **sep)
        if self.stride == 2:
            y = draw.max_pool2d(y, 3, 2, 1, name="pool")
        if self.stride == 1 and x.channels == self.out_channels:
            return draw.add(y, x, name="add")
        around = draw.conv_norm_act(x, self.out_channels, 1, self.stride, act=None, name="shortcut", **norm)
        return draw.add(y, around, name="add")
