"""The layer and the transition of DenseNet, and the pre-activated convolution both are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.composites.shared import ACTIVATIONS, Normed, activate, normalise
from blocks.parameters import Choice, Float, Int, Padding, Pair
from blocks.spec import MAX_CHANNELS, MAX_WINDOW, Port

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor


class NormActConv(Normed):
    """Normalisation, activation, then convolution: the pre-activated unit.

    x (C, H, W) -> (out_channels, H', W'). Padding keeps the size at stride 1 unless it is given. The norm costs 2 C
    params, of the input's channels; the convolution has a bias only without a normalisation.
    Paper: He et al. 2016, Identity mappings in deep residual networks, section 4.1.
    """

    id = "norm_act_conv"
    inputs = (Port("x", rank=3),)
    reference = "He et al. 2016, Identity mappings, section 4.1"

    out_channels = Int(64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")
    kernel_size = Pair(3, minimum=1, maximum=MAX_WINDOW, unit="px", help="Height and width of the window.")
    stride = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Step of the window; 2 halves the map.")
    padding = Padding(None, minimum=0, maximum=MAX_WINDOW, unit="px", optional=True, help="Border on each side; none keeps size.")
    groups = Int(1, minimum=1, maximum=MAX_CHANNELS, unit="groups", help="Independent groups; cost falls by this factor.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation between normalisation and convolution.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        y = activate(draw, normalise(draw, x, self), self.act)
        kernel, padding = self.kernel_size, self.padding
        if padding is None:
            padding = ((kernel[0] - 1) // 2, (kernel[1] - 1) // 2)
        bias = self.norm is None
        return draw.conv2d(y, self.out_channels, kernel, self.stride, padding, groups=self.groups, bias=bias, name="conv")


class DenseLayer(Normed):
    """Dense layer: growth_rate new channels, computed from all before them and put behind these.

    x (C, H, W) -> (C + growth_rate, H, W). Costs H W b (C + 9 growth_rate) macs, b = bn_size * growth_rate.
    Paper: Huang et al. 2017, section 3 (DenseNet-B) and table 1.
    """

    id = "dense_layer"
    inputs = (Port("x", rank=3),)
    reference = "Huang et al. 2017, section 3"

    growth_rate = Int(32, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels that the layer adds.")
    bn_size = Int(
        4, minimum=1, maximum=1024, unit="x", optional=True, help="Width of the 1x1 bottleneck over growth_rate; none draws none."
    )
    dropout = Float(0.0, minimum=0.0, maximum=1.0, help="Share of the new values dropped while training; 0 draws no dropout.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation before each convolution.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        norm = self.norm_options
        y = x
        if self.bn_size is not None:
            y = draw.norm_act_conv(y, self.bn_size * self.growth_rate, 1, act=self.act, name="bottleneck", **norm)
        y = draw.norm_act_conv(y, self.growth_rate, 3, act=self.act, name="grow", **norm)
        if self.dropout:
            y = draw.dropout(y, self.dropout, name="dropout")
        return draw.concat(x, y, name="concat")


class DenseTransition(Normed):
    """Transition between dense blocks: 1x1 to a share of the channels, then 2x2 average pooling.

    x (C, H, W) -> (int(C compression), H / 2, W / 2). Costs H W C C compression macs.
    Paper: Huang et al. 2017, section 3 (DenseNet-C).
    """

    id = "dense_transition"
    inputs = (Port("x", rank=3),)
    reference = "Huang et al. 2017, section 3"

    compression = Float(0.5, minimum=0.001, maximum=1.0, help="Share of the channels that is kept; the paper's theta.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation before the convolution.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        out = max(1, int(x.channels * self.compression))
        y = draw.norm_act_conv(x, out, 1, act=self.act, name="conv", **self.norm_options)
        return draw.avg_pool2d(y, 2, 2, name="pool")
