"""MobileNet V1 (Howard et al. 2017)."""

from __future__ import annotations

from typing import Any

from blocks.builder import Builder, Tensor
from blocks.parameters import Bool, Choice, Float
from presets.preset import ImageNet, Paper

# Table 1 of the paper: output channels and stride of each depthwise separable block, by size of the map
STAGES = (
    ((64, 1),),
    ((128, 2), (128, 1)),
    ((256, 2), (256, 1)),
    ((512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1)),
    ((1024, 2), (1024, 1)),
)


class MobileNetV1(ImageNet):
    id = "mobilenet_v1"
    title = "MobileNet V1"
    family = "MobileNet"
    year = 2017
    paper = Paper(
        "Howard, Zhu, Chen, Kalenichenko, Wang, Weyand, Andreetto, Adam",
        "MobileNets: Efficient convolutional neural networks for mobile vision applications",
        "arXiv 2017",
        "1704.04861",
    )
    description = (
        "Every convolution but the first is split into a depthwise one, which filters each channel, and a 1x1, which mixes them. "
        "Two numbers scale the whole net: width and resolution."
    )

    width = Float(1.0, minimum=0.05, maximum=8.0, unit="x", help="Width multiplier: channels of every layer, rounded down.")
    act = Choice("relu6", of=("relu6", "relu"), help="The public implementations have relu6, the paper draws relu.")
    separable = Bool(True, help="Depthwise separable blocks; false draws the twin with full 3x3 convolutions (table 4).")
    shallow = Bool(False, help="Leaves out the five blocks of 512 channels at stride 1 (table 5).")

    def draw(self, draw: Builder) -> None:
        x = self.image(draw)
        with draw.stage("stem"):
            x = draw.conv_norm_act(x, self.wide(32), 3, 2, name="conv", **self.conv)
        for number, blocks in enumerate(STAGES, start=1):
            with draw.stage(f"stage{number}"):
                for repeat, (channels, stride) in enumerate(blocks, start=1):
                    if not (self.shallow and channels == 512 and stride == 1):
                        x = self.block(x, self.wide(channels), stride, draw, f"block{repeat}")
        with draw.stage("head"):
            x = draw.classifier_head(x, self.classes, dropout=0.001, name="classifier")
        draw.output(x, name="output")

    def wide(self, channels: int) -> int:
        return int(channels * self.width)

    @property
    def conv(self) -> dict[str, Any]:
        """What all convolutions share; the statistics are Keras' momentum 0.99."""
        return {"act": self.act, "eps": 1e-3, "momentum": 0.01}

    def block(self, x: Tensor, channels: int, stride: int, draw: Builder, name: str) -> Tensor:
        if self.separable:
            return draw.depthwise_separable(x, channels, stride=stride, name=name, **self.conv)
        return draw.conv_norm_act(x, channels, 3, stride, name=name, **self.conv)
