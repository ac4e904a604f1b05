"""MobileNet V3, Large and Small (Howard et al. 2019)."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from blocks.arithmetic import make_divisible
from blocks.builder import Builder, Tensor
from blocks.parameters import Bool, Choice, Float
from presets.preset import ImageNet, Paper


class Row(NamedTuple):
    """A block of the paper's tables 1 and 2. `factor` is the expansion over the block's input, which TensorFlow multiplies."""

    kernel_size: int
    hidden: int
    channels: int
    se: bool
    act: str
    stride: int
    factor: float


RE, HS = "relu", "hard_swish"
LARGE = (
    (Row(3, 16, 16, False, RE, 1, 1),),
    (Row(3, 64, 24, False, RE, 2, 4), Row(3, 72, 24, False, RE, 1, 3)),
    (Row(5, 72, 40, True, RE, 2, 3), Row(5, 120, 40, True, RE, 1, 3), Row(5, 120, 40, True, RE, 1, 3)),
    (
        Row(3, 240, 80, False, HS, 2, 6),
        Row(3, 200, 80, False, HS, 1, 2.5),
        Row(3, 184, 80, False, HS, 1, 2.3),
        Row(3, 184, 80, False, HS, 1, 2.3),
        Row(3, 480, 112, True, HS, 1, 6),
        Row(3, 672, 112, True, HS, 1, 6),
    ),
    (Row(5, 672, 160, True, HS, 2, 6), Row(5, 960, 160, True, HS, 1, 6), Row(5, 960, 160, True, HS, 1, 6)),
)
SMALL = (
    (Row(3, 16, 16, True, RE, 2, 1),),
    (Row(3, 72, 24, False, RE, 2, 72 / 16), Row(3, 88, 24, False, RE, 1, 88 / 24)),
    (
        Row(5, 96, 40, True, HS, 2, 4),
        Row(5, 240, 40, True, HS, 1, 6),
        Row(5, 240, 40, True, HS, 1, 6),
        Row(5, 120, 48, True, HS, 1, 3),
        Row(5, 144, 48, True, HS, 1, 3),
    ),
    (Row(5, 288, 96, True, HS, 2, 6), Row(5, 576, 96, True, HS, 1, 6), Row(5, 576, 96, True, HS, 1, 6)),
)
BN: dict[str, Any] = {"eps": 1e-3, "momentum": 0.01}


class MobileNetV3(ImageNet):
    """What Large and Small share; `stages` is the table, `last` the width of the layer before the classifier."""

    family = "MobileNet"
    year = 2019
    paper = Paper(
        "Howard, Sandler, Chu, Chen, Chen, Tan, Wang, Zhu, Pang, Vasudevan, Le, Adam",
        "Searching for MobileNetV3",
        "ICCV 2019",
        "1905.02244",
    )
    description = (
        "Inverted residuals whose widths a search chose, many with a squeeze-and-excitation gate. "
        "h-swish replaces ReLU in the stem and where maps are small, and the head pools before it widens."
    )

    stages: ClassVar[tuple[tuple[Row, ...], ...]] = ()
    last: ClassVar[int] = 0

    width = Float(1.0, minimum=0.05, maximum=8.0, unit="x", help="Width multiplier: channels of every layer, rounded to 8.")
    width_rule = Choice(
        "tensorflow",
        of=("tensorflow", "torchvision"),
        help="What width scales: block inputs, times the expansion, with a fixed stem; or every listed width.",
    )
    minimalistic = Bool(False, help="3x3 windows, no SE and ReLU everywhere, for hardware that does the others badly.")

    def draw(self, draw: Builder) -> None:
        tensorflow = self.width_rule == "tensorflow"
        x = self.image(draw)
        with draw.stage("stem"):
            x = draw.conv_norm_act(x, 16 if tensorflow else self.wide(16), 3, 2, act=self.act(HS), name="conv", **BN)
        for number, rows in enumerate(self.stages, start=1):
            with draw.stage(f"stage{number}"):
                for repeat, row in enumerate(rows, start=1):
                    hidden = make_divisible(x.channels * row.factor) if tensorflow else self.wide(row.hidden)
                    # TensorFlow's first block alone has no expansion; torchvision leaves it out wherever it widens nothing
                    x = self.block(x, row, hidden, tensorflow and row.factor != 1, draw, f"ir{repeat}")
        with draw.stage("head"):
            last = self.last if tensorflow and self.width <= 1 else self.wide(self.last)
            x = draw.conv_norm_act(x, make_divisible(6 * x.channels), 1, act=self.act(HS), name="conv", **BN)
            x = draw.flatten(draw.global_avg_pool(x, name="pool"), name="flatten")
            x = draw.linear(x, last, name="fc1")
            x = getattr(draw, self.act(HS))(x, name="act")
            x = draw.dropout(x, 0.2, name="dropout")
            x = draw.linear(x, self.classes, name="fc2")
        draw.output(x, name="output")

    def wide(self, channels: int) -> int:
        return make_divisible(channels * self.width)

    def act(self, act: str) -> str:
        return RE if self.minimalistic else act

    def block(self, x: Tensor, row: Row, hidden: int, always_expand: bool, draw: Builder, name: str) -> Tensor:
        options: dict[str, Any] = {"kernel_size": row.kernel_size, "act": self.act(row.act)}
        if self.minimalistic:
            options["kernel_size"] = 3
        elif row.se:
            options["squeeze_channels"] = make_divisible(hidden / 4)
        return draw.inverted_residual(
            x,
            self.wide(row.channels),
            hidden_channels=hidden,
            stride=row.stride,
            always_expand=always_expand,
            name=name,
            **options,
            **BN,
        )


class MobileNetV3Large(MobileNetV3):
    id = "mobilenet_v3_large"
    title = "MobileNet V3 Large"
    difference = "All public definitions come to 217M Mult-Adds, which TF-slim's description prints."
    stages = LARGE
    last = 1280


class MobileNetV3Small(MobileNetV3):
    id = "mobilenet_v3_small"
    title = "MobileNet V3 Small"
    difference = "No public definition comes to the 65M Mult-Adds printed for the minimalistic net."
    stages = SMALL
    last = 1024
