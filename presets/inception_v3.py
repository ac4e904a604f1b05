"""Inception V3 (Szegedy et al. 2016), in the form of torchvision and Keras."""

from __future__ import annotations

from typing import Any

from blocks.builder import Builder, Tensor
from blocks.parameters import Bool
from presets.preset import ImageNet, Paper

BN: dict[str, Any] = {"eps": 1e-3}


class InceptionV3(ImageNet):
    id = "inception_v3"
    title = "Inception V3"
    family = "Inception"
    year = 2016
    paper = Paper(
        "Szegedy, Vanhoucke, Ioffe, Shlens, Wojna",
        "Rethinking the Inception architecture for computer vision",
        "CVPR 2016",
        "1512.00567",
    )
    description = (
        "Large windows are taken apart: 7x7 into a row, then a column on the 17x17 maps, 3x3 into both side by side at the end. "
        "Pooling and stepping convolutions run in parallel where the map shrinks."
    )
    difference = (
        "The public implementations have 5.7 G Mult-Adds, which the abstract calls 5 billion. The 23,626,728 that Xception's "
        "paper quotes comes out of none of them; Keras', without the scales of batch norm, has 23,817,352."
    )

    aux = Bool(False, help="Adds the auxiliary classifier as output aux.")

    @property
    def own_resolution(self) -> int:
        return 299

    def draw(self, draw: Builder) -> None:
        x = self.image(draw)
        with draw.stage("stem"):
            x = draw.conv_norm_act(x, 32, 3, 2, 0, name="conv1", **BN)
            x = draw.conv_norm_act(x, 32, 3, 1, 0, name="conv2", **BN)
            x = draw.conv_norm_act(x, 64, 3, name="conv3", **BN)
            x = draw.max_pool2d(x, 3, 2, name="pool1")
            x = draw.conv_norm_act(x, 80, 1, name="conv4", **BN)
            x = draw.conv_norm_act(x, 192, 3, 1, 0, name="conv5", **BN)
            x = draw.max_pool2d(x, 3, 2, name="pool2")
        with draw.stage("mixed5"):
            for name, pool_proj in (("b", 32), ("c", 64), ("d", 64)):
                x = draw.inception_v3_a(x, pool_proj=pool_proj, name=name, **BN)
        with draw.stage("mixed6"):
            x = draw.inception_v3_b(x, name="a", **BN)
            for name, channels in (("b", 128), ("c", 160), ("d", 160), ("e", 192)):
                x = draw.inception_v3_c(x, channels, name=name, **BN)
        middle = x
        with draw.stage("mixed7"):
            x = draw.inception_v3_d(x, name="a", **BN)
            for name in ("b", "c"):
                x = draw.inception_v3_e(x, name=name, **BN)
        with draw.stage("head"):
            x = draw.classifier_head(x, self.classes, dropout=0.5, name="classifier")
        draw.output(x, name="output")
        if self.aux:
            with draw.stage("aux_head"):
                middle = self.head(middle, draw)
            draw.output(middle, 1, name="aux")

    def head(self, x: Tensor, draw: Builder) -> Tensor:
        """The auxiliary classifier."""
        x = draw.avg_pool2d(x, 5, 3, name="pool")
        x = draw.conv_norm_act(x, 128, 1, name="conv1", **BN)
        x = draw.conv_norm_act(x, 768, 5, 1, 0, name="conv2", **BN)
        return draw.classifier_head(x, self.classes, name="classifier")
