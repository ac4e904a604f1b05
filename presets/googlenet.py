"""GoogLeNet, also called Inception V1 (Szegedy et al. 2015)."""

from __future__ import annotations

from typing import Any

from blocks.builder import Builder, Tensor
from blocks.parameters import Bool, Choice
from presets.preset import ImageNet, Paper

Widths = tuple[int, int, int, int, int, int]

# Table 1 of the paper: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection
MODULES: dict[str, dict[str, Widths]] = {
    "inception3": {
        "a": (64, 96, 128, 16, 32, 32),
        "b": (128, 128, 192, 32, 96, 64),
    },
    "inception4": {
        "a": (192, 96, 208, 16, 48, 64),
        "b": (160, 112, 224, 24, 64, 64),
        "c": (128, 128, 256, 24, 64, 64),
        "d": (112, 144, 288, 32, 64, 64),
        "e": (256, 160, 320, 32, 128, 128),
    },
    "inception5": {
        "a": (256, 160, 320, 32, 128, 128),
        "b": (384, 192, 384, 48, 128, 128),
    },
}
AUX = {"inception4_a": "aux1", "inception4_d": "aux2"}


class GoogLeNet(ImageNet):
    id = "googlenet"
    title = "GoogLeNet (Inception V1)"
    family = "Inception"
    year = 2015
    paper = Paper(
        "Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke, Rabinovich",
        "Going deeper with convolutions",
        "CVPR 2015",
        "1409.4842",
    )
    description = (
        "Modules look at their input through 1x1, 3x3 and 5x5 windows and a pooling at once, and concatenate what they see. "
        "1x1 convolutions before the larger windows keep that affordable."
    )
    difference = (
        "The paper's table counts in units of 1024 and leaves the biases out; its first row is a separable 7x7, which saves 84M "
        "Mult-Adds and which public implementations have not; rows 4c, 5a and 5b do not follow from their widths."
    )

    variant = Choice(
        "paper",
        of=("paper", "torchvision"),
        help="The paper's net, or torchvision's: batch norm, no LRN, 3x3 instead of 5x5.",
    )
    aux = Bool(False, help="Adds the two auxiliary classifiers as outputs aux1 and aux2.")
    naive = Bool(False, help="Draws all modules without the 1x1 reductions, as in figure 2a.")

    @property
    def conv(self) -> dict[str, Any]:
        """What all convolutions share."""
        return {"norm": None} if self.variant == "paper" else {"norm": "batch", "eps": 1e-3}

    def draw(self, draw: Builder) -> None:
        paper = self.variant == "paper"
        x = self.image(draw)
        with draw.stage("stem"):
            x = draw.conv_norm_act(x, 64, 7, 2, name="conv1", **self.conv)
            x = draw.max_pool2d(x, 3, 2, ceil_mode=True, name="pool1")
            if paper:
                x = draw.local_response_norm(x, 5, alpha=1e-4, beta=0.75, name="norm1")
            x = draw.conv_norm_act(x, 64, 1, name="conv2_reduce", **self.conv)
            x = draw.conv_norm_act(x, 192, 3, name="conv2", **self.conv)
            if paper:
                x = draw.local_response_norm(x, 5, alpha=1e-4, beta=0.75, name="norm2")
        heads = {}
        for stage, modules in MODULES.items():
            with draw.stage(stage):
                window = 2 if stage == "inception5" and not paper else 3
                x = draw.max_pool2d(x, window, 2, ceil_mode=True, name="pool")
                for name, widths in modules.items():
                    x = self.module(x, widths, draw, name)
                    if self.aux and f"{stage}_{name}" in AUX:
                        heads[AUX[f"{stage}_{name}"]] = x
        with draw.stage("head"):
            y = draw.classifier_head(x, self.classes, dropout=0.4 if paper else 0.2, name="classifier")
        draw.output(y, name="output")
        for order, (name, x) in enumerate(heads.items(), start=1):
            with draw.stage(f"{name}_head"):
                y = self.head(x, draw)
            draw.output(y, order, name=name)

    def module(self, x: Tensor, widths: Widths, draw: Builder, name: str) -> Tensor:
        conv = {"kernel_size": 5 if self.variant == "paper" else 3, **self.conv}
        if self.naive:
            ch1x1, _, ch3x3, _, ch5x5, _ = widths
            return draw.inception_v1_naive(x, ch1x1, ch3x3, ch5x5, name=name, **conv)
        return draw.inception_v1(x, *widths, name=name, **conv)

    def head(self, x: Tensor, draw: Builder) -> Tensor:
        """An auxiliary classifier (section 5 of the paper)."""
        if self.variant == "paper":
            x = draw.avg_pool2d(x, 5, 3, name="pool")
        else:
            x = draw.adaptive_avg_pool2d(x, 4, name="pool")
        x = draw.conv_norm_act(x, 128, 1, name="conv", **self.conv)
        x = draw.linear(draw.flatten(x, name="flatten"), 1024, name="fc1")
        x = draw.dropout(draw.relu(x, name="act"), 0.7, name="dropout")
        return draw.linear(x, self.classes, name="fc2")
