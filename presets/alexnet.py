"""AlexNet (Krizhevsky et al. 2012), and the one-tower net of 2014 that torchvision calls AlexNet."""

from __future__ import annotations

from typing import NamedTuple

from blocks.builder import Builder
from blocks.parameters import Choice
from presets.preset import ImageNet, Paper


class Row(NamedTuple):
    """A convolutional layer with its ReLU, and what follows it."""

    channels: int
    kernel_size: int
    stride: int = 1
    padding: int = 0
    groups: int = 1  # the paper's two GPUs
    norm: bool = False
    pool: bool = False


LAYERS: dict[str, tuple[Row, ...]] = {
    "original": (
        Row(96, 11, 4, 0, 1, norm=True, pool=True),
        Row(256, 5, 1, 2, 2, norm=True, pool=True),
        Row(384, 3, 1, 1, 1),
        Row(384, 3, 1, 1, 2),
        Row(256, 3, 1, 1, 2, pool=True),
    ),
    "one_tower": (
        Row(64, 11, 4, 2, pool=True),
        Row(192, 5, 1, 2, pool=True),
        Row(384, 3, 1, 1),
        Row(256, 3, 1, 1),
        Row(256, 3, 1, 1, pool=True),
    ),
}
LAYERS["ungrouped"] = tuple([row._replace(groups=1) for row in LAYERS["original"]])


class AlexNet(ImageNet):
    id = "alexnet"
    title = "AlexNet"
    family = "AlexNet"
    year = 2012
    paper = Paper("Krizhevsky, Sutskever, Hinton", "ImageNet classification with deep convolutional neural networks", "NIPS 2012")
    description = (
        "Five convolutions and three fully connected layers, which hold nearly all of the weights. "
        "Three of the convolutions are in two groups, because each of two GPUs held one half of the channels."
    )
    difference = "MobileNet's table rounds the Mult-Adds to two digits."

    variant = Choice(
        "original",
        of=("original", "one_tower", "ungrouped"),
        help="The paper's net, torchvision's of 2014 without groups, or the paper's with every convolution in one group.",
    )

    @property
    def own_resolution(self) -> int:
        return 224 if self.variant == "one_tower" else 227

    def draw(self, draw: Builder) -> None:
        x = self.image(draw)
        for number, row in enumerate(LAYERS[self.variant], start=1):
            with draw.stage(f"conv{number}"):
                x = draw.conv2d(x, row.channels, row.kernel_size, row.stride, row.padding, groups=row.groups, name="conv")
                x = draw.relu(x, name="act")
                if row.norm:
                    # alpha is 1e-4 in the paper, which does not divide it by the size as torch does
                    x = draw.local_response_norm(x, 5, alpha=5e-4, beta=0.75, k=2, name="norm")
                if row.pool:
                    x = draw.max_pool2d(x, 3, 2, name="pool")
        for stage in ("fc6", "fc7"):
            with draw.stage(stage):
                if stage == "fc6":
                    x = draw.flatten(x, name="flatten")
                x = draw.dropout(x, 0.5, name="dropout")
                x = draw.linear(x, 4096, name="linear")
                x = draw.relu(x, name="act")
        with draw.stage("fc8"):
            x = draw.linear(x, self.classes, name="linear")
        draw.output(x, name="output")
