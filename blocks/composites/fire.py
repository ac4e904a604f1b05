"""The block of SqueezeNet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.composites.shared import ACTIVATIONS, NORMS, Normed
from blocks.parameters import Choice, Int
from blocks.spec import MAX_CHANNELS, Port

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor


class Fire(Normed):
    """Fire module: squeeze the channels with 1x1, then widen them with 1x1 and 3x3 side by side.

    x (C, H, W) -> (expand1x1_channels + expand3x3_channels, H, W).
    Costs H W s (C + e1 + 9 e3) macs, s = squeeze_channels, e1 and e3 the two expansions.
    Paper: Iandola et al. 2016, section 3.2 and figure 1.
    """

    id = "fire"
    inputs = (Port("x", rank=3),)
    reference = "Iandola et al. 2016, section 3.2"

    squeeze_channels = Int(16, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels between the two steps.")
    expand1x1_channels = Int(64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the 1x1 branch.")
    expand3x3_channels = Int(64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the 3x3 branch.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation after each convolution.")
    norm = Choice(None, of=NORMS, help="Normalisation after each convolution; without it they get a bias, as in the paper.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        norm = self.norm_options
        y = draw.conv_norm_act(x, self.squeeze_channels, 1, act=self.act, name="squeeze", **norm)
        narrow = draw.conv_norm_act(y, self.expand1x1_channels, 1, act=self.act, name="expand1x1", **norm)
        wide = draw.conv_norm_act(y, self.expand3x3_channels, 3, act=self.act, name="expand3x3", **norm)
        return draw.concat(narrow, wide, name="concat")
