"""MnasNet-A1 and -B1 (Tan et al. 2019) and EfficientNet-B0 (Tan and Le 2019): found by search, made of one kind of block."""

from __future__ import annotations

from typing import Any, ClassVar

from blocks.builder import Builder
from presets.preset import ImageNet, Paper

Row = tuple[int, int, int, int, int, float | None]


class _Searched(ImageNet):
    """Stem, rows of inverted residuals, 1x1 head: the drawing that the three share."""

    # expansion t, output channels c, repeats n, stride s of the first repeat, kernel k, squeezed channels over the block's input
    rows: ClassVar[tuple[Row, ...]]
    act: ClassVar[str]
    norm: ClassVar[dict[str, Any]]

    def draw(self, draw: Builder) -> None:
        x = self.image(draw)
        with draw.stage("stem"):
            x = draw.conv_norm_act(x, 32, 3, 2, act=self.act, name="conv", **self.norm)
        for number, (t, c, n, s, k, se) in enumerate(self.rows, start=1):
            with draw.stage(f"stage{number}"):
                for repeat in range(1, n + 1):
                    x = draw.inverted_residual(
                        x,
                        c,
                        expand_ratio=t,
                        kernel_size=k,
                        stride=s if repeat == 1 else 1,
                        act=self.act,
                        squeeze_channels=int(x.channels * se) if se else None,
                        se_act=self.act,
                        gate="sigmoid",
                        name=f"ir{repeat}",
                        **self.norm,
                    )
        with draw.stage("head"):
            x = draw.conv_norm_act(x, 1280, 1, act=self.act, name="conv", **self.norm)
            x = draw.classifier_head(x, self.classes, dropout=0.2, name="classifier")
        draw.output(x, name="output")


class _MnasNet(_Searched):
    family = "MnasNet"
    year = 2019
    paper = Paper(
        "Tan, Chen, Pang, Vasudevan, Sandler, Howard, Le",
        "MnasNet: Platform-aware neural architecture search for mobile",
        "CVPR 2019",
        "1807.11626",
    )
    act = "relu"
    norm: ClassVar[dict[str, Any]] = {"momentum": 3e-4}  # torchvision's; 0.9997 in Keras' sense


class MnasNetA1(_MnasNet):
    id = "mnasnet_a1"
    title = "MnasNet-A1"
    description = (
        "A search that measured real phone latency chose kernel, width, repeats and SE of each stage. "
        "A1 is its result with squeeze-and-excitation among the choices."
    )
    rows = (
        (1, 16, 1, 1, 3, None),
        (6, 24, 2, 2, 3, None),
        (3, 40, 3, 2, 5, 0.25),
        (6, 80, 4, 2, 3, None),
        (6, 112, 2, 1, 3, 0.25),
        (6, 160, 3, 2, 5, 0.25),
        (6, 320, 1, 1, 3, None),
    )


class MnasNetB1(_MnasNet):
    id = "mnasnet_b1"
    title = "MnasNet-B1"
    description = (
        "The result of the same latency-aware search without squeeze-and-excitation. "
        "5x5 depthwise windows pay where the maps are small."
    )
    difference = "The 315M was recalled, not seen again; nothing in the definition makes up the 0.6M between."
    rows = (
        (1, 16, 1, 1, 3, None),
        (3, 24, 3, 2, 3, None),
        (3, 40, 3, 2, 5, None),
        (6, 80, 3, 2, 5, None),
        (6, 96, 2, 1, 3, None),
        (6, 192, 4, 2, 5, None),
        (6, 320, 1, 1, 3, None),
    )


class EfficientNetB0(_Searched):
    id = "efficientnet_b0"
    title = "EfficientNet-B0"
    family = "EfficientNet"
    year = 2019
    paper = Paper(
        "Tan, Le", "EfficientNet: Rethinking model scaling for convolutional neural networks", "ICML 2019", "1905.11946"
    )
    description = (
        "Inverted residuals with squeeze-and-excitation and swish throughout, found by search. "
        "It is the smallest of a family scaled in depth, width and resolution together."
    )
    act = "silu"
    norm: ClassVar[dict[str, Any]] = {}  # torchvision's: eps 1e-5, momentum 0.1
    rows = (
        (1, 16, 1, 1, 3, 0.25),
        (6, 24, 2, 2, 3, 0.25),
        (6, 40, 2, 2, 5, 0.25),
        (6, 80, 3, 2, 3, 0.25),
        (6, 112, 3, 1, 5, 0.25),
        (6, 192, 4, 2, 5, 0.25),
        (6, 320, 1, 1, 3, 0.25),
    )
