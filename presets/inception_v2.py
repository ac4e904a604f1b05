"""Inception V2: the batch-normalised Inception of Ioffe and Szegedy 2015."""

from __future__ import annotations

from typing import Any, NamedTuple

from blocks.builder import Builder, Tensor
from blocks.parameters import Bool
from presets.preset import ImageNet, Paper


class Module(NamedTuple):
    """A row of figure 5. Without a 1x1 branch the module halves the map, and its pooling passes through."""

    ch1x1: int | None
    ch3x3red: int
    ch3x3: int
    ch3x3dblred: int
    ch3x3dbl: int
    pool: str
    pool_proj: int | None


MODULES = {
    "inception3": {
        "a": Module(64, 64, 64, 64, 96, "avg", 32),
        "b": Module(64, 64, 96, 64, 96, "avg", 64),
        "c": Module(None, 128, 160, 64, 96, "max", None),
    },
    "inception4": {
        "a": Module(224, 64, 96, 96, 128, "avg", 128),
        "b": Module(192, 96, 128, 96, 128, "avg", 128),
        "c": Module(160, 128, 160, 128, 160, "avg", 128),
        "d": Module(96, 128, 192, 160, 192, "avg", 128),
        "e": Module(None, 128, 192, 192, 256, "max", None),
    },
    "inception5": {
        "a": Module(352, 192, 320, 160, 224, "avg", 128),
        "b": Module(352, 192, 320, 192, 224, "max", 128),
    },
}


class InceptionV2(ImageNet):
    id = "inception_v2"
    title = "Inception V2 (BN-Inception)"
    family = "Inception"
    year = 2015
    paper = Paper(
        "Ioffe, Szegedy",
        "Batch normalization: Accelerating deep network training by reducing internal covariate shift",
        "ICML 2015",
        "1502.03167",
    )
    description = (
        "GoogLeNet with batch norm after every convolution, two 3x3 in place of each 5x5, and wider modules. "
        "Two 3x3 cost less than a 5x5 of the same width, yet the net as a whole is larger than GoogLeNet."
    )
    difference = (
        "No public definition gives the 13.6M of the paper's text, which may count auxiliary classifiers. The pool projections "
        "of 4c and 4d are 128 wide, as the paper prints and Caffe has it."
    )

    conv_bias = Bool(True, help="Biases of the convolutions, as in Caffe's conversions, though batch norm makes them needless.")

    @property
    def conv(self) -> dict[str, Any]:
        """What all convolutions share."""
        return {"bias": self.conv_bias}

    def draw(self, draw: Builder) -> None:
        x = self.image(draw)
        with draw.stage("stem"):
            x = draw.conv_norm_act(x, 64, 7, 2, name="conv1", **self.conv)
            x = draw.max_pool2d(x, 3, 2, ceil_mode=True, name="pool1")
            x = draw.conv_norm_act(x, 64, 1, name="conv2_reduce", **self.conv)
            x = draw.conv_norm_act(x, 192, 3, name="conv2", **self.conv)
            x = draw.max_pool2d(x, 3, 2, ceil_mode=True, name="pool2")
        for stage, modules in MODULES.items():
            with draw.stage(stage):
                for name, module in modules.items():
                    x = self.module(x, module, draw, name)
        with draw.stage("head"):
            x = draw.classifier_head(x, self.classes, name="classifier")
        draw.output(x, name="output")

    def module(self, x: Tensor, module: Module, draw: Builder, name: str) -> Tensor:
        given = {parameter: value for parameter, value in module._asdict().items() if value is not None}
        stride = 2 if module.ch1x1 is None else 1
        return draw.inception_v2(x, stride=stride, name=name, **given, **self.conv)
