"""Xception (Chollet 2017)."""

from __future__ import annotations

from blocks.builder import Builder
from presets.preset import ImageNet, Paper


class Xception(ImageNet):
    id = "xception"
    title = "Xception"
    family = "Xception"
    year = 2017
    paper = Paper("Chollet", "Xception: Deep learning with depthwise separable convolutions", "CVPR 2017", "1610.02357")
    description = (
        "Inception taken to its extreme: after the stem each step is a depthwise, then a pointwise convolution. "
        "Shortcuts run around units of two or three."
    )

    @property
    def own_resolution(self) -> int:
        return 299

    def draw(self, draw: Builder) -> None:
        x = self.image(draw)
        with draw.stage("entry"):
            x = draw.conv_norm_act(x, 32, 3, 2, 0, name="conv1")
            x = draw.conv_norm_act(x, 64, 3, 1, 0, name="conv2")
            for name, channels in (("block2", 128), ("block3", 256), ("block4", 728)):
                x = draw.xception_unit(x, channels, 2, stride=2, first_act=name != "block2", name=name)
        with draw.stage("middle"):
            for number in range(5, 13):
                x = draw.xception_unit(x, 728, 3, name=f"block{number}")
        with draw.stage("exit"):
            x = draw.xception_unit(x, 1024, 2, stride=2, grow_first=False, name="block13")
            x = draw.separable_conv(x, 1536, act="relu", name="block14_sep1")
            x = draw.separable_conv(x, 2048, act="relu", name="block14_sep2")
        with draw.stage("head"):
            x = draw.classifier_head(x, self.classes, name="classifier")
        draw.output(x, name="output")
