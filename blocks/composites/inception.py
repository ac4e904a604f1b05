"""The modules of GoogLeNet (Inception V1) and BN-Inception (Inception V2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blocks.composites.shared import ACTIVATIONS, NORMS, Normed
from blocks.parameters import Bool, Choice, Condition, Int
from blocks.spec import MAX_CHANNELS, Port

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor


def width(default: int, what: str, visible_when: Condition | None = None) -> Int:
    """Channels of one convolution of a module."""
    said = f"Channels of the {what}."
    return Int(default, minimum=1, maximum=MAX_CHANNELS, unit="channels", help=said, visible_when=visible_when)


class InceptionV1Naive(Normed):
    """Naive Inception module (a): 1x1, 3x3, 5x5 and pooling of the same input side by side.

    x (C, H, W) -> (ch1x1 + ch3x3 + ch5x5 + C, H, W): pooling passes all channels on, so the width grows from module to module.
    Costs H W C (ch1x1 + 9 ch3x3 + 25 ch5x5) macs. Paper: Szegedy et al. 2015, figure 2a. Document: Inception V1 (a).
    """

    id = "inception_v1_naive"
    inputs = (Port("x", rank=3),)
    reference = "Szegedy et al. 2015, figure 2a"
    document = "Inception V1"

    ch1x1 = width(64, "1x1 branch")
    ch3x3 = width(128, "3x3 branch")
    ch5x5 = width(32, "third branch")
    kernel_size = Choice(5, of=(5, 3), unit="px", help="Window of the third branch; torchvision's GoogLeNet has 3 there.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation after each convolution.")
    norm = Choice(None, of=NORMS, help="Normalisation after each convolution; none, as in the paper, gives them a bias.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        conv = {"act": self.act, **self.norm_options}
        return draw.concat(
            draw.conv_norm_act(x, self.ch1x1, 1, name="branch1", **conv),
            draw.conv_norm_act(x, self.ch3x3, 3, name="branch2", **conv),
            draw.conv_norm_act(x, self.ch5x5, self.kernel_size, name="branch3", **conv),
            draw.max_pool2d(x, 3, 1, 1, name="branch4_pool"),
            name="concat",
        )


class InceptionV1(Normed):
    """Inception module (b): like (a), with 1x1 convolutions that narrow the input of 3x3 and 5x5 and the output of pooling.

    x (C, H, W) -> (ch1x1 + ch3x3 + ch5x5 + pool_proj, H, W).
    Costs H W (C (ch1x1 + ch3x3red + ch5x5red + pool_proj) + 9 ch3x3red ch3x3 + 25 ch5x5red ch5x5) macs.
    Paper: Szegedy et al. 2015, figure 2b and table 1. Document: Inception V1 (b) (the projection after pooling caps the width of
    its branch; its place before or after pooling costs the same, ERRATA 11).
    """

    id = "inception_v1"
    basic = True
    inputs = (Port("x", rank=3),)
    reference = "Szegedy et al. 2015, figure 2b"
    document = "Inception V1"

    ch1x1 = width(64, "1x1 branch")
    ch3x3red = width(96, "1x1 before the 3x3")
    ch3x3 = width(128, "3x3 branch")
    ch5x5red = width(16, "1x1 before the third branch's window")
    ch5x5 = width(32, "third branch")
    pool_proj = width(32, "1x1 after pooling")
    kernel_size = Choice(5, of=(5, 3), unit="px", help="Window of the third branch; torchvision's GoogLeNet has 3 there.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation after each convolution.")
    norm = Choice(None, of=NORMS, help="Normalisation after each convolution; none, as in the paper, gives them a bias.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        conv = {"act": self.act, **self.norm_options}
        branch1 = draw.conv_norm_act(x, self.ch1x1, 1, name="branch1", **conv)
        branch2 = draw.conv_norm_act(x, self.ch3x3red, 1, name="branch2_reduce", **conv)
        branch2 = draw.conv_norm_act(branch2, self.ch3x3, 3, name="branch2", **conv)
        branch3 = draw.conv_norm_act(x, self.ch5x5red, 1, name="branch3_reduce", **conv)
        branch3 = draw.conv_norm_act(branch3, self.ch5x5, self.kernel_size, name="branch3", **conv)
        branch4 = draw.max_pool2d(x, 3, 1, 1, name="branch4_pool")
        branch4 = draw.conv_norm_act(branch4, self.pool_proj, 1, name="branch4", **conv)
        return draw.concat(branch1, branch2, branch3, branch4, name="concat")


class InceptionV2(Normed):
    """BN-Inception module: two 3x3 in place of the 5x5, average or max pooling; with stride 2 the pooling passes through.

    Stride 1: x (C, H, W) -> (ch1x1 + ch3x3 + ch3x3dbl + pool_proj, H, W). Stride 2: no 1x1 branch, the last 3x3 of both other
    branches steps by 2, max pooling has no projection: (ch3x3 + ch3x3dbl + C, H / 2, W / 2).
    Costs H W (C (ch1x1 + ch3x3red + ch3x3dblred + pool_proj) + 9 (ch3x3red ch3x3 + ch3x3dbl (ch3x3dblred + ch3x3dbl))) macs at
    stride 1. Paper: Ioffe and Szegedy 2015, section 4.2 and figure 5. Document: Inception V2 (ERRATA 13 and 14).
    """

    id = "inception_v2"
    size_dependent = True
    inputs = (Port("x", rank=3),)
    reference = "Ioffe and Szegedy 2015, figure 5"
    document = "Inception V2"

    ch1x1 = width(64, "1x1 branch", visible_when={"stride": (1,)})
    ch3x3red = width(64, "1x1 before the 3x3")
    ch3x3 = width(64, "3x3 branch")
    ch3x3dblred = width(64, "1x1 before the two 3x3")
    ch3x3dbl = width(96, "two 3x3")
    pool_proj = width(32, "1x1 after pooling", visible_when={"stride": (1,)})
    pool = Choice("avg", of=("avg", "max"), help="Pooling of the last branch.", visible_when={"stride": (1,)})
    stride = Choice(1, of=(1, 2), unit="px", help="2 halves the map, without the 1x1 branch and the projection.")
    bias = Bool(None, optional=True, help="Bias of the convolutions; none gives one only where no normalisation follows.")
    act = Choice("relu", of=ACTIVATIONS, help="Activation after each convolution.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        conv = {"act": self.act, "bias": self.bias, **self.norm_options}
        branches = []
        if self.stride == 1:
            branches.append(draw.conv_norm_act(x, self.ch1x1, 1, name="branch1", **conv))
        branch2 = draw.conv_norm_act(x, self.ch3x3red, 1, name="branch2_reduce", **conv)
        branches.append(draw.conv_norm_act(branch2, self.ch3x3, 3, self.stride, name="branch2", **conv))
        branch3 = draw.conv_norm_act(x, self.ch3x3dblred, 1, name="branch3_reduce", **conv)
        branch3 = draw.conv_norm_act(branch3, self.ch3x3dbl, 3, name="branch3_first", **conv)
        branches.append(draw.conv_norm_act(branch3, self.ch3x3dbl, 3, self.stride, name="branch3", **conv))
        branches.append(self.pooled(x, draw, conv))
        return draw.concat(*branches, name="concat")

    def pooled(self, x: Tensor, draw: Builder, conv: dict[str, Any]) -> Tensor:
        """The fourth branch."""
        if self.stride == 2:
            # Caffe pools without padding and rounds up; on odd sides that is one short of the convolutions: a border mends it
            return draw.max_pool2d(x, 3, 2, (x.height % 2, x.width % 2), ceil_mode=True, name="branch4_pool")
        pool = draw.max_pool2d if self.pool == "max" else draw.avg_pool2d
        return draw.conv_norm_act(pool(x, 3, 1, 1, name="branch4_pool"), self.pool_proj, 1, name="branch4", **conv)
