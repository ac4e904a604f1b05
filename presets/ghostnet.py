"""GhostNet (Han et al. 2020)."""

from __future__ import annotations

from blocks.arithmetic import make_divisible
from blocks.builder import Builder
from presets.preset import ImageNet, Paper

# Table 1 of the paper: kernel k, hidden width, output channels, SE, stride s
STAGES = (
    ((3, 16, 16, False, 1),),
    ((3, 48, 24, False, 2), (3, 72, 24, False, 1)),
    ((5, 72, 40, True, 2), (5, 120, 40, True, 1)),
    (
        (3, 240, 80, False, 2),
        (3, 200, 80, False, 1),
        (3, 184, 80, False, 1),
        (3, 184, 80, False, 1),
        (3, 480, 112, True, 1),
        (3, 672, 112, True, 1),
    ),
    ((5, 672, 160, True, 2), (5, 960, 160, False, 1), (5, 960, 160, True, 1), (5, 960, 160, False, 1), (5, 960, 160, True, 1)),
)


class GhostNet(ImageNet):
    id = "ghostnet"
    title = "GhostNet"
    family = "GhostNet"
    year = 2020
    paper = Paper("Han, Wang, Tian, Guo, Xu, Xu", "GhostNet: More features from cheap operations", "CVPR 2020", "1911.11907")
    description = (
        "In its blocks a 1x1 convolution makes half of the channels, and a depthwise 3x3 makes the other half from these. "
        "The layout follows MobileNet V3-Large, with ReLU throughout."
    )

    def draw(self, draw: Builder) -> None:
        x = self.image(draw)
        with draw.stage("stem"):
            x = draw.conv_norm_act(x, 16, 3, 2, name="conv")
        for number, rows in enumerate(STAGES, start=1):
            with draw.stage(f"stage{number}"):
                for position, (k, hidden, out, se, s) in enumerate(rows, start=1):
                    x = draw.ghost_bottleneck(
                        x,
                        out,
                        hidden_channels=hidden,
                        kernel_size=k,
                        stride=s,
                        squeeze_channels=make_divisible(hidden / 4, 4) if se else None,
                        name=f"ghost{position}",
                    )
        with draw.stage("head"):
            x = draw.conv_norm_act(x, 960, 1, name="conv")
            x = draw.global_avg_pool(x, name="pool")
            x = draw.conv_norm_act(x, 1280, 1, norm=None, name="widen")
            x = draw.flatten(x, name="flatten")
            x = draw.dropout(x, 0.2, name="dropout")
            x = draw.linear(x, self.classes, name="classifier")
        draw.output(x, name="output")
