"""MobileNet V2 (Sandler et al. 2018)."""

from __future__ import annotations

from blocks.arithmetic import make_divisible
from blocks.builder import Builder
from blocks.parameters import Float
from presets.preset import ImageNet, Paper

# Table 2 of the paper: expansion t, output channels c, repeats n, stride s of the first repeat
STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


class MobileNetV2(ImageNet):
    id = "mobilenet_v2"
    title = "MobileNet V2"
    family = "MobileNet"
    year = 2018
    paper = Paper(
        "Sandler, Howard, Zhu, Zhmoginov, Chen",
        "MobileNetV2: Inverted residuals and linear bottlenecks",
        "CVPR 2018",
        "1801.04381",
    )
    description = (
        "Blocks are thin at their ends and wide in the middle, where a depthwise convolution filters. "
        "The narrow end has no activation, so that it loses nothing."
    )
    difference = "Without the 34,112 scales and shifts of batch norm ours has 3.47M, which TF-slim's description prints too."

    width = Float(1.0, minimum=0.05, maximum=8.0, unit="x", help="Width multiplier: channels of every layer, rounded to 8.")

    def draw(self, draw: Builder) -> None:
        def wide(channels: float) -> int:
            return make_divisible(channels * self.width)

        x = self.image(draw)
        with draw.stage("stem"):
            x = draw.conv_norm_act(x, wide(32), 3, 2, act="relu6", name="conv")
        for number, (t, c, n, s) in enumerate(STAGES, start=1):
            with draw.stage(f"stage{number}"):
                for repeat in range(1, n + 1):
                    stride = s if repeat == 1 else 1
                    x = draw.inverted_residual(x, wide(c), expand_ratio=t, stride=stride, name=f"ir{repeat}")
        with draw.stage("head"):
            x = draw.conv_norm_act(x, make_divisible(1280 * max(1.0, self.width)), 1, act="relu6", name="conv")
            x = draw.classifier_head(x, self.classes, dropout=0.2, name="classifier")
        draw.output(x, name="output")
