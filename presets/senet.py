"""Squeeze-and-excitation networks (Hu et al. 2018): known nets with a gate for each channel after each block."""

from __future__ import annotations

from blocks.builder import Builder, Tensor
from blocks.parameters import Bool, Choice
from presets.inception_v2 import InceptionV2, Module
from presets.mobilenet_v1 import MobileNetV1
from presets.preset import Paper
from presets.resnet import ResNet

SE_RATIO = 1 / 16  # the paper's r = 16

PAPER = Paper("Hu, Shen, Albanie, Sun, Wu", "Squeeze-and-excitation networks", "CVPR 2018, TPAMI 2020", "1709.01507")


class SEResNet50(ResNet):
    id = "se_resnet50"
    title = "SE-ResNet-50"
    year = 2018
    paper = PAPER
    description = (
        "ResNet-50 with a squeeze-and-excitation gate on each branch before it is added. "
        "The gates cost hardly any multiply-adds, but a tenth more parameters."
    )
    difference = "With one operation more for each gated element (5.5M; other ops here, not MACs) it would be the 3.87G printed."

    units = (3, 4, 6, 3)
    widths = (256, 512, 1024, 2048)

    variant = Choice(
        "v1", of=("v1", "v1_5"), help="Where a unit steps: v1 (the authors' Caffe net) in the first 1x1, v1_5 in the 3x3."
    )

    def unit(self, x: Tensor, channels: int, stride: int, draw: Builder, name: str) -> Tensor:
        return draw.residual_bottleneck(x, channels, variant=self.variant, stride=stride, se_ratio=SE_RATIO, name=name)


class SEResNeXt50(ResNet):
    id = "se_resnext50_32x4d"
    title = "SE-ResNeXt-50 32x4d"
    year = 2018
    paper = PAPER
    description = (
        "ResNeXt-50 with a squeeze-and-excitation gate on each branch before it is added. "
        "As in ResNeXt, a unit steps in the grouped 3x3 convolution."
    )
    difference = "The table prints 4.24G for ResNeXt-50 itself, 4.23G here: it counts more than convolutions and linear layers."

    units = (3, 4, 6, 3)
    widths = (256, 512, 1024, 2048)

    def unit(self, x: Tensor, channels: int, stride: int, draw: Builder, name: str) -> Tensor:
        return draw.residual_bottleneck(x, channels, groups=32, base_width=4, stride=stride, se_ratio=SE_RATIO, name=name)


class SEInceptionV2(InceptionV2):
    id = "se_inception_v2"
    title = "SE-Inception V2 (SE-BN-Inception)"
    year = 2018
    paper = PAPER
    description = (
        "BN-Inception with a squeeze-and-excitation gate after each module. "
        "Its convolutions have no biases, unlike those of most public BN-Inceptions."
    )
    difference = (
        "With one operation for each element that the gates average and one for each they scale (1.2M each) it would be 2.04G."
    )

    conv_bias = Bool(False, help="Biases of the convolutions; the authors' net has none.")

    def module(self, x: Tensor, module: Module, draw: Builder, name: str) -> Tensor:
        x = super().module(x, module, draw, name)
        return draw.squeeze_excite(x, SE_RATIO, name=f"{name}_se")


class SEMobileNetV1(MobileNetV1):
    id = "se_mobilenet_v1"
    title = "SE-MobileNet V1"
    year = 2018
    paper = PAPER
    description = (
        "MobileNet V1 with a squeeze-and-excitation gate after each pointwise convolution. "
        "The gates cost 11 % more parameters and 0.1 % more multiply-adds."
    )
    difference = "With one operation more for each gated element (2.7M; other ops here, not MACs) it would be the 572M printed."

    separable, shallow = True, False  # no options here

    def block(self, x: Tensor, channels: int, stride: int, draw: Builder, name: str) -> Tensor:
        x = super().block(x, channels, stride, draw, name)
        return draw.squeeze_excite(x, SE_RATIO, name=f"{name}_se")
