"""Squeeze and excitation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.block import Composite
from blocks.composites.shared import ACTIVATIONS, activate
from blocks.parameters import Choice, Float, Int
from blocks.spec import MAX_CHANNELS, Port

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor


class SqueezeExcite(Composite):
    """Squeeze and excitation: a gate for each channel, from the mean of all channels.

    Same shape: global average -> 1x1 conv to squeeze_channels -> act -> 1x1 conv back -> gate, times x.
    Costs 2 C S + C + S params, S = squeeze_channels, or int(C * se_ratio) when that is none.
    Paper: Hu et al. 2018, section 3 and figure 2. Document: MobileNet V3 (SE).
    """

    id = "squeeze_excite"
    basic = True
    inputs = (Port("x", rank=3),)
    reference = "Hu et al. 2018, section 3"
    document = "MobileNet V3"

    se_ratio = Float(0.0625, minimum=0.001, maximum=4.0, help="Squeezed channels as a share of the input's; the paper's 1/16.")
    squeeze_channels = Int(
        None,
        minimum=1,
        maximum=MAX_CHANNELS,
        unit="channels",
        optional=True,
        help="Squeezed channels as a number; none uses se_ratio.",
    )
    act = Choice("relu", of=ACTIVATIONS, help="Activation between the two 1x1 convolutions.")
    gate = Choice("sigmoid", of=("sigmoid", "hard_sigmoid"), help="Function that makes the gate.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        squeezed = self.squeeze_channels or max(1, int(x.channels * self.se_ratio))
        y = draw.global_avg_pool(x, name="squeeze")
        y = draw.conv2d(y, squeezed, 1, name="reduce")
        y = activate(draw, y, self.act)
        y = draw.conv2d(y, x.channels, 1, name="restore")
        y = activate(draw, y, self.gate, name="gate")
        return draw.multiply(x, y, name="scale")
