"""ShuffleNet V1 (Zhang et al. 2018) and V2 (Ma et al. 2018)."""

from __future__ import annotations

from blocks.builder import Builder
from blocks.parameters import Choice
from presets.preset import ImageNet, Paper

UNITS = (4, 8, 4)  # of stages 2, 3 and 4

# V1, table 1: channels of stage 2 by groups; they double from stage to stage
V1_CHANNELS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}

# V2, table 5: channels of stages 2, 3 and 4 and of conv5 by width
V2_CHANNELS = {
    0.5: (48, 96, 192, 1024),
    1.0: (116, 232, 464, 1024),
    1.5: (176, 352, 704, 1024),
    2.0: (244, 488, 976, 2048),
}


class ShuffleNetV1(ImageNet):
    id = "shufflenet_v1"
    title = "ShuffleNet V1"
    family = "ShuffleNet"
    year = 2018
    paper = Paper(
        "Zhang, Zhou, Lin, Sun",
        "ShuffleNet: An extremely efficient convolutional neural network for mobile devices",
        "CVPR 2018",
        "1707.01083",
    )
    description = (
        "The 1x1 convolutions, dear in every lightweight net, are grouped; a channel shuffle lets the groups see each other. "
        "More groups buy wider maps at equal cost."
    )

    groups = Choice(3, of=tuple(V1_CHANNELS), unit="groups", help="Groups of the 1x1 convolutions; they decide the channels too.")

    def draw(self, draw: Builder) -> None:
        x = self.image(draw)
        with draw.stage("stem"):
            x = draw.conv_norm_act(x, 24, 3, 2, name="conv")
            x = draw.max_pool2d(x, 3, 2, 1, name="pool")
        for number, units in enumerate(UNITS, start=2):
            channels = V1_CHANNELS[self.groups] * 2 ** (number - 2)
            with draw.stage(f"stage{number}"):
                for unit in range(1, units + 1):
                    x = draw.shuffle_unit(
                        x,
                        channels,
                        self.groups,
                        stride=2 if unit == 1 else 1,
                        first_grouped=(number, unit) != (2, 1),  # 24 channels are too few to group
                        name=f"unit{unit}",
                    )
        with draw.stage("head"):
            x = draw.classifier_head(x, self.classes, name="classifier")
        draw.output(x, name="output")


class ShuffleNetV2(ImageNet):
    id = "shufflenet_v2"
    title = "ShuffleNet V2"
    family = "ShuffleNet"
    year = 2018
    paper = Paper(
        "Ma, Zhang, Zheng, Sun",
        "ShuffleNet V2: Practical guidelines for efficient CNN architecture design",
        "ECCV 2018",
        "1807.11164",
    )
    description = (
        "Half of the channels pass each unit untouched and are shuffled with the filtered half. "
        "It follows four rules of real speed: equal widths, no groups, few branches, few element-wise layers."
    )
    difference = (
        "The paper does not say what it counts beside convolutions and the linear layer; these alone make about 1 % less."
    )

    width = Choice(1.0, of=tuple(V2_CHANNELS), unit="x", help="The paper's complexity level; it decides all channels.")

    def draw(self, draw: Builder) -> None:
        *stages, last = V2_CHANNELS[self.width]
        x = self.image(draw)
        with draw.stage("stem"):
            x = draw.conv_norm_act(x, 24, 3, 2, name="conv")
            x = draw.max_pool2d(x, 3, 2, 1, name="pool")
        for number, (units, channels) in enumerate(zip(UNITS, stages, strict=True), start=2):
            with draw.stage(f"stage{number}"):
                x = draw.shuffle_v2_down_unit(x, channels, name="unit1")
                for unit in range(2, units + 1):
                    x = draw.shuffle_v2_unit(x, name=f"unit{unit}")
        with draw.stage("head"):
            x = draw.conv_norm_act(x, last, 1, name="conv5")
            x = draw.classifier_head(x, self.classes, name="classifier")
        draw.output(x, name="output")
