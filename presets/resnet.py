"""ResNet (He et al. 2016)."""

from __future__ import annotations

from typing import ClassVar

from blocks.builder import Builder, Tensor
from blocks.parameters import Choice
from presets.preset import ImageNet, Paper


class ResNet(ImageNet):
    """What the family shares: stem, four stages of units, head. Table 1 of the paper is in `units` and `widths`."""

    family = "ResNet"
    year = 2016
    paper = Paper("He, Zhang, Ren, Sun", "Deep residual learning for image recognition", "CVPR 2016", "1512.03385")

    units: ClassVar[tuple[int, ...]] = ()
    widths: ClassVar[tuple[int, ...]] = ()

    def draw(self, draw: Builder) -> None:
        x = self.image(draw)
        with draw.stage("conv1"):
            x = draw.conv_norm_act(x, 64, 7, 2, name="conv")
        for number, (units, channels) in enumerate(zip(self.units, self.widths, strict=True), start=2):
            with draw.stage(f"conv{number}"):
                if number == 2:
                    x = draw.max_pool2d(x, 3, 2, 1, name="pool")
                for unit in range(1, units + 1):
                    x = self.unit(x, channels, 2 if unit == 1 and number > 2 else 1, draw, f"unit{unit}")
        with draw.stage("head"):
            x = draw.classifier_head(x, self.classes, name="classifier")
        draw.output(x, name="output")

    def unit(self, x: Tensor, channels: int, stride: int, draw: Builder, name: str) -> Tensor:
        raise NotImplementedError


class BasicResNet(ResNet):
    """The nets of basic units, two 3x3 convolutions each."""

    widths = (64, 128, 256, 512)
    description = (
        "Units of two 3x3 convolutions add to their input what they compute, so that gradients reach every layer. "
        "Where the map shrinks, a 1x1 convolution brings the shortcut to the new shape."
    )

    variant = Choice("v1_5", of=("v1_5", "v1"), help="Where a bottleneck unit steps; basic units do so in the first 3x3 in both.")
    shortcut = Choice("B", of=("B", "A"), help="Where the shape changes: B is a 1x1 convolution; A subsamples and adds zeros.")

    def unit(self, x: Tensor, channels: int, stride: int, draw: Builder, name: str) -> Tensor:
        return draw.residual_basic(x, channels, stride, self.shortcut, name=name)


class BottleneckResNet(ResNet):
    """The nets of bottleneck units, 1x1, 3x3, 1x1 each."""

    widths = (256, 512, 1024, 2048)
    description = (
        "Units of 1x1, 3x3 and 1x1 convolutions add to their input what they compute; the 3x3 works on a quarter of the width. "
        "That makes them as cheap as two 3x3 on the narrow end."
    )
    difference = (
        "The paper steps in the first 1x1 of a unit (variant=v1), torchvision in the 3x3 (v1_5): as many parameters, but more "
        "Mult-Adds."
    )

    variant = Choice(
        "v1_5", of=("v1_5", "v1"), help="Where a unit steps: v1_5 (torchvision) in the 3x3, v1 (paper) in the first 1x1."
    )

    def unit(self, x: Tensor, channels: int, stride: int, draw: Builder, name: str) -> Tensor:
        return draw.residual_bottleneck(x, channels, variant=self.variant, stride=stride, name=name)


class ResNet18(BasicResNet):
    id = "resnet18"
    title = "ResNet-18"
    units = (2, 2, 2, 2)


class ResNet34(BasicResNet):
    id = "resnet34"
    title = "ResNet-34"
    units = (3, 4, 6, 3)


class ResNet50(BottleneckResNet):
    id = "resnet50"
    title = "ResNet-50"
    units = (3, 4, 6, 3)


class ResNet101(BottleneckResNet):
    id = "resnet101"
    title = "ResNet-101"
    units = (3, 4, 23, 3)


class ResNet152(BottleneckResNet):
    id = "resnet152"
    title = "ResNet-152"
    units = (3, 8, 36, 3)
