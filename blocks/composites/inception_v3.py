"""The five modules of Inception V3, in the form of torchvision and Keras (A to E)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blocks.composites.inception import width
from blocks.composites.shared import ACTIVATIONS, Normed
from blocks.parameters import Choice
from blocks.spec import Port

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor


class _Module(Normed):
    inputs = (Port("x", rank=3),)
    document = "Inception V3"

    act = Choice("relu", of=ACTIVATIONS, help="Activation after each convolution.")

    @property
    def conv(self) -> dict[str, Any]:
        """What all convolutions of the module share."""
        return {"act": self.act, **self.norm_options}

    def pooled(self, x: Tensor, draw: Builder, channels: int) -> Tensor:
        """The branch that averages 3x3 pixels, then projects."""
        y = draw.avg_pool2d(x, 3, 1, 1, name="branch4_pool")
        return draw.conv_norm_act(y, channels, 1, name="branch4", **self.conv)


class InceptionV3A(_Module):
    """Inception V3 module A, on 35x35 maps: 1x1, 5x5, two 3x3 and average pooling side by side.

    x (C, H, W) -> (ch1x1 + ch5x5 + ch3x3dbl + pool_proj, H, W).
    Costs H W (C (ch1x1 + ch5x5red + ch3x3dblred + pool_proj) + 25 ch5x5red ch5x5 + 9 ch3x3dbl (ch3x3dblred + ch3x3dbl)) macs.
    Paper: Szegedy et al. 2016, figure 5 (torchvision keeps one 5x5). Document: Inception V3.
    """

    id = "inception_v3_a"
    reference = "Szegedy et al. 2016, figure 5"

    ch1x1 = width(64, "1x1 branch")
    ch5x5red = width(48, "1x1 before the 5x5")
    ch5x5 = width(64, "5x5 branch")
    ch3x3dblred = width(64, "1x1 before the two 3x3")
    ch3x3dbl = width(96, "two 3x3")
    pool_proj = width(32, "1x1 after pooling")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        conv = self.conv
        branch1 = draw.conv_norm_act(x, self.ch1x1, 1, name="branch1", **conv)
        branch2 = draw.conv_norm_act(x, self.ch5x5red, 1, name="branch2_reduce", **conv)
        branch2 = draw.conv_norm_act(branch2, self.ch5x5, 5, name="branch2", **conv)
        branch3 = draw.conv_norm_act(x, self.ch3x3dblred, 1, name="branch3_reduce", **conv)
        branch3 = draw.conv_norm_act(branch3, self.ch3x3dbl, 3, name="branch3_first", **conv)
        branch3 = draw.conv_norm_act(branch3, self.ch3x3dbl, 3, name="branch3", **conv)
        return draw.concat(branch1, branch2, branch3, self.pooled(x, draw, self.pool_proj), name="concat")


class InceptionV3B(_Module):
    """Inception V3 module B, from 35x35 to 17x17: 3x3, two 3x3 and max pooling, all ending in a step of 2 without padding.

    x (C, H, W) -> (ch3x3 + ch3x3dbl + C, (H - 3) // 2 + 1, (W - 3) // 2 + 1).
    Paper: Szegedy et al. 2016, section 5 and figure 10. Document: Inception V3.
    """

    id = "inception_v3_b"
    reference = "Szegedy et al. 2016, figure 10"

    ch3x3 = width(384, "3x3 branch")
    ch3x3dblred = width(64, "1x1 before the two 3x3")
    ch3x3dbl = width(96, "two 3x3")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        conv = self.conv
        branch1 = draw.conv_norm_act(x, self.ch3x3, 3, 2, 0, name="branch1", **conv)
        branch2 = draw.conv_norm_act(x, self.ch3x3dblred, 1, name="branch2_reduce", **conv)
        branch2 = draw.conv_norm_act(branch2, self.ch3x3dbl, 3, name="branch2_first", **conv)
        branch2 = draw.conv_norm_act(branch2, self.ch3x3dbl, 3, 2, 0, name="branch2", **conv)
        return draw.concat(branch1, branch2, draw.max_pool2d(x, 3, 2, name="branch3_pool"), name="concat")


class InceptionV3C(_Module):
    """Inception V3 module C, on 17x17 maps: 7x7 as rows and columns, once and twice.

    x (C, H, W) -> (ch1x1 + ch7x7 + ch7x7dbl + pool_proj, H, W). channels_7x7 is the width inside both 7x7 branches.
    Paper: Szegedy et al. 2016, figure 6 (n = 7). Document: Inception V3 (only here, not in the stem, ERRATA 15).
    """

    id = "inception_v3_c"
    reference = "Szegedy et al. 2016, figure 6"

    channels_7x7 = width(128, "inner convolutions of both 7x7 branches")
    ch1x1 = width(192, "1x1 branch")
    ch7x7 = width(192, "branch with one 7x7")
    ch7x7dbl = width(192, "branch with two 7x7")
    pool_proj = width(192, "1x1 after pooling")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        c, conv = self.channels_7x7, self.conv
        branch1 = draw.conv_norm_act(x, self.ch1x1, 1, name="branch1", **conv)
        branch2 = draw.conv_norm_act(x, c, 1, name="branch2_reduce", **conv)
        branch2 = draw.factorised(branch2, self.ch7x7, 7, hidden_channels=c, name="branch2", **conv)
        branch3 = draw.conv_norm_act(x, c, 1, name="branch3_reduce", **conv)
        branch3 = draw.factorised(branch3, c, 7, order="column_first", name="branch3_first", **conv)
        branch3 = draw.factorised(branch3, self.ch7x7dbl, 7, order="column_first", hidden_channels=c, name="branch3", **conv)
        return draw.concat(branch1, branch2, branch3, self.pooled(x, draw, self.pool_proj), name="concat")


class InceptionV3D(_Module):
    """Inception V3 module D, from 17x17 to 8x8: 3x3, a 7x7 as row and column then 3x3, and max pooling, stepping by 2.

    x (C, H, W) -> (ch3x3 + ch7x7x3 + C, (H - 3) // 2 + 1, (W - 3) // 2 + 1).
    Paper: Szegedy et al. 2016, section 5 and figure 10 (the form of the reference code). Document: Inception V3.
    """

    id = "inception_v3_d"
    reference = "Szegedy et al. 2016, figure 10"

    ch3x3red = width(192, "1x1 before the 3x3")
    ch3x3 = width(320, "3x3 branch")
    ch7x7x3 = width(192, "7x7 branch, all four convolutions")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        c, conv = self.ch7x7x3, self.conv
        branch1 = draw.conv_norm_act(x, self.ch3x3red, 1, name="branch1_reduce", **conv)
        branch1 = draw.conv_norm_act(branch1, self.ch3x3, 3, 2, 0, name="branch1", **conv)
        branch2 = draw.conv_norm_act(x, c, 1, name="branch2_reduce", **conv)
        branch2 = draw.factorised(branch2, c, 7, name="branch2_7x7", **conv)
        branch2 = draw.conv_norm_act(branch2, c, 3, 2, 0, name="branch2", **conv)
        return draw.concat(branch1, branch2, draw.max_pool2d(x, 3, 2, name="branch3_pool"), name="concat")


class InceptionV3E(_Module):
    """Inception V3 module E, on 8x8 maps: 3x3 as a row and a column side by side, which widens instead of deepening.

    x (C, H, W) -> (ch1x1 + 2 ch3x3 + 2 ch3x3dbl + pool_proj, H, W).
    Paper: Szegedy et al. 2016, figure 7. Document: Inception V3.
    """

    id = "inception_v3_e"
    reference = "Szegedy et al. 2016, figure 7"

    ch1x1 = width(320, "1x1 branch")
    ch3x3 = width(384, "1x1, the row and the column of the second branch")
    ch3x3dblred = width(448, "1x1 before the third branch's 3x3")
    ch3x3dbl = width(384, "3x3, the row and the column of the third branch")
    pool_proj = width(192, "1x1 after pooling")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        conv = self.conv
        branch1 = draw.conv_norm_act(x, self.ch1x1, 1, name="branch1", **conv)
        branch2 = draw.conv_norm_act(x, self.ch3x3, 1, name="branch2_reduce", **conv)
        row2 = draw.conv_norm_act(branch2, self.ch3x3, (1, 3), name="branch2_row", **conv)
        column2 = draw.conv_norm_act(branch2, self.ch3x3, (3, 1), name="branch2_column", **conv)
        branch3 = draw.conv_norm_act(x, self.ch3x3dblred, 1, name="branch3_reduce", **conv)
        branch3 = draw.conv_norm_act(branch3, self.ch3x3dbl, 3, name="branch3_first", **conv)
        row3 = draw.conv_norm_act(branch3, self.ch3x3dbl, (1, 3), name="branch3_row", **conv)
        column3 = draw.conv_norm_act(branch3, self.ch3x3dbl, (3, 1), name="branch3_column", **conv)
        branch4 = self.pooled(x, draw, self.pool_proj)
        return draw.concat(branch1, row2, column2, row3, column3, branch4, name="concat")
