"""ResNeXt (Xie et al. 2017)."""

from __future__ import annotations

from blocks.builder import Builder, Tensor
from presets.preset import Paper
from presets.resnet import ResNet


class ResNeXt50(ResNet):
    id = "resnext50_32x4d"
    title = "ResNeXt-50 32x4d"
    year = 2017
    paper = Paper(
        "Xie, Girshick, Dollár, Tu, He", "Aggregated residual transformations for deep neural networks", "CVPR 2017", "1611.05431"
    )
    description = (
        "ResNet-50 whose 3x3 convolutions are twice as wide in 32 groups of 4 channels and more. "
        "It has about as many parameters and multiply-adds as ResNet-50, and errs less."
    )

    units = (3, 4, 6, 3)
    widths = (256, 512, 1024, 2048)

    def unit(self, x: Tensor, channels: int, stride: int, draw: Builder, name: str) -> Tensor:
        return draw.residual_bottleneck(x, channels, groups=32, base_width=4, stride=stride, name=name)
