"""DenseNet-121 (Huang et al. 2017)."""

from __future__ import annotations

from blocks.builder import Builder
from presets.preset import ImageNet, Paper

LAYERS = (6, 12, 24, 16)  # table 1 of the paper: dense layers in each block


class DenseNet121(ImageNet):
    id = "densenet121"
    title = "DenseNet-121"
    family = "DenseNet"
    year = 2017
    paper = Paper("Huang, Liu, van der Maaten, Weinberger", "Densely connected convolutional networks", "CVPR 2017", "1608.06993")
    description = (
        "Each layer reads the maps of all layers before it in its block and adds 32 of its own. "
        "That needs few parameters, but the concatenated maps cost memory."
    )

    def draw(self, draw: Builder) -> None:
        x = self.image(draw)
        with draw.stage("stem"):
            x = draw.conv_norm_act(x, 64, 7, 2, name="conv")
            x = draw.max_pool2d(x, 3, 2, 1, name="pool")
        for number, layers in enumerate(LAYERS, start=1):
            with draw.stage(f"block{number}"):
                for layer in range(1, layers + 1):
                    x = draw.dense_layer(x, 32, name=f"layer{layer}")
                if number < len(LAYERS):
                    x = draw.dense_transition(x, name="transition")
        with draw.stage("head"):
            x = draw.relu(draw.batch_norm(x, name="norm"), name="act")
            x = draw.classifier_head(x, self.classes, name="classifier")
        draw.output(x, name="output")
