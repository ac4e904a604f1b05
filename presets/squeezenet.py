"""SqueezeNet 1.0 and 1.1 (Iandola et al. 2016)."""

from __future__ import annotations

from typing import ClassVar

from blocks.builder import Builder, Tensor
from presets.preset import ImageNet, Paper

# Table 1 of the paper: channels of fire2 to fire9, squeezed and in each of the two expansions
FIRES = {2: (16, 64), 3: (16, 64), 4: (32, 128), 5: (32, 128), 6: (48, 192), 7: (48, 192), 8: (64, 256), 9: (64, 256)}


class _SqueezeNet(ImageNet):
    family = "SqueezeNet"
    year = 2016
    paper = Paper(
        "Iandola, Han, Moskewicz, Ashraf, Dally, Keutzer",
        "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size",
        "arXiv 2016",
        "1602.07360",
    )

    # channels and window of conv1, and the fires of each stage; a pooling stands between two stages
    stem: ClassVar[tuple[int, int]]
    stages: ClassVar[tuple[tuple[int, ...], ...]]

    def draw(self, draw: Builder) -> None:
        def pool(x: Tensor) -> Tensor:
            y: Tensor = draw.max_pool2d(x, 3, 2, ceil_mode=True, name="pool")
            return y

        channels, window = self.stem
        x = self.image(draw)
        with draw.stage("stem"):
            x = draw.conv_norm_act(x, channels, window, 2, 0, norm=None, name="conv1")
            x = pool(x)
        for number, fires in enumerate(self.stages, start=1):
            with draw.stage(f"stage{number}"):
                for fire in fires:
                    squeeze, expand = FIRES[fire]
                    x = draw.fire(x, squeeze, expand, expand, name=f"fire{fire}")
                if number < len(self.stages):
                    x = pool(x)
        with draw.stage("head"):
            x = draw.dropout(x, 0.5, name="dropout")
            x = draw.conv_norm_act(x, self.classes, 1, norm=None, name="conv10")
            x = draw.flatten(draw.global_avg_pool(x, name="pool"), name="flatten")
        draw.output(x, name="output")


class SqueezeNet10(_SqueezeNet):
    id = "squeezenet1_0"
    title = "SqueezeNet 1.0"
    description = (
        "Fire modules squeeze the channels with 1x1 convolutions before any 3x3 sees them, and no linear layer is left. "
        "So AlexNet's accuracy takes 1/49 of its parameters."
    )
    difference = "MobileNet's Table 9 counts two operations for each multiply-add, at the original 227 px: 2 x 832.7M is 1,665M."
    stem = (96, 7)
    stages = ((2, 3, 4), (5, 6, 7, 8), (9,))


class SqueezeNet11(_SqueezeNet):
    id = "squeezenet1_1"
    title = "SqueezeNet 1.1"
    description = (
        "The authors' second version has a smaller stem and pools earlier. "
        "It computes 2.3 times less than 1.0 with slightly fewer parameters."
    )
    stem = (64, 3)
    stages = ((2, 3), (4, 5), (6, 7, 8, 9))
