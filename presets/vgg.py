"""VGG (Simonyan and Zisserman 2015)."""

from __future__ import annotations

from typing import ClassVar

from blocks.builder import Builder
from blocks.parameters import Bool
from presets.preset import ImageNet, Paper

# Table 1 of the paper: (channels, kernel) of the convolutions of each block; max pooling follows every block
A = (
    ((64, 3),),
    ((128, 3),),
    ((256, 3), (256, 3)),
    ((512, 3), (512, 3)),
    ((512, 3), (512, 3)),
)
B = (
    ((64, 3), (64, 3)),
    ((128, 3), (128, 3)),
    ((256, 3), (256, 3)),
    ((512, 3), (512, 3)),
    ((512, 3), (512, 3)),
)
C = (
    ((64, 3), (64, 3)),
    ((128, 3), (128, 3)),
    ((256, 3), (256, 3), (256, 1)),
    ((512, 3), (512, 3), (512, 1)),
    ((512, 3), (512, 3), (512, 1)),
)
D = (
    ((64, 3), (64, 3)),
    ((128, 3), (128, 3)),
    ((256, 3), (256, 3), (256, 3)),
    ((512, 3), (512, 3), (512, 3)),
    ((512, 3), (512, 3), (512, 3)),
)
E = (
    ((64, 3), (64, 3)),
    ((128, 3), (128, 3)),
    ((256, 3), (256, 3), (256, 3), (256, 3)),
    ((512, 3), (512, 3), (512, 3), (512, 3)),
    ((512, 3), (512, 3), (512, 3), (512, 3)),
)


class VGG(ImageNet):
    """What the family shares; `blocks` is the configuration."""

    family = "VGG"
    year = 2015
    paper = Paper(
        "Simonyan, Zisserman", "Very deep convolutional networks for large-scale image recognition", "ICLR 2015", "1409.1556"
    )
    description = (
        "Nothing but 3x3 convolutions, two or three of which see as much as one 5x5 or 7x7 with fewer weights. "
        "Most parameters are in the first fully connected layer, nearly all work is in the convolutions."
    )

    blocks: ClassVar[tuple[tuple[tuple[int, int], ...], ...]] = ()

    batch_norm = Bool(False, help="Batch norm after each convolution, which keeps its bias.")

    def draw(self, draw: Builder) -> None:
        norm = "batch" if self.batch_norm else None
        x = self.image(draw)
        for number, convolutions in enumerate(self.blocks, start=1):
            with draw.stage(f"block{number}"):
                for layer, (channels, kernel_size) in enumerate(convolutions, start=1):
                    x = draw.conv_norm_act(x, channels, kernel_size, bias=True, norm=norm, name=f"conv{layer}")
                x = draw.max_pool2d(x, 2, 2, name="pool")
        with draw.stage("classifier"):
            x = draw.flatten(x, name="flatten")
            for layer in (1, 2):
                x = draw.linear(x, 4096, name=f"fc{layer}")
                x = draw.relu(x, name=f"act{layer}")
                x = draw.dropout(x, 0.5, name=f"dropout{layer}")
            x = draw.linear(x, self.classes, name="fc3")
        draw.output(x, name="output")


class VGG11(VGG):
    id = "vgg11"
    title = "VGG-11 (A)"
    blocks = A


class VGG13(VGG):
    id = "vgg13"
    title = "VGG-13 (B)"
    blocks = B


class VGG16C(VGG):
    id = "vgg16c"
    title = "VGG-16 (C, with 1x1)"
    description = (
        "VGG-13 with a third convolution in each of the last three blocks, a 1x1, which adds a ReLU but sees no more of the "
        "image. It errs less than VGG-13 and more than VGG-16 (D), whose third convolutions are 3x3."
    )
    blocks = C


class VGG16(VGG):
    id = "vgg16"
    title = "VGG-16 (D)"
    difference = "The 15.3G are those of the convolutions; the fully connected layers make 0.12 G more."
    blocks = D


class VGG19(VGG):
    id = "vgg19"
    title = "VGG-19 (E)"
    blocks = E
