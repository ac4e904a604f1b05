"""Small designs that put one piece of arithmetic on the canvas: each compares branches on one input, a stage each.

N and M are input and output channels, K the side of the window, H x W the output map; costs are at stride 1. Convolutions
stand bare (no bias, no normalisation) wherever the arithmetic speaks of weights alone.
"""

from __future__ import annotations

from blocks.builder import Builder, Tensor
from blocks.parameters import Bool, Choice, Int, Pair
from blocks.spec import MAX_CHANNELS, MAX_SIDE
from presets.preset import EXAMPLES, Paper, Preset

VGG = Paper("Simonyan, Zisserman", "Very deep convolutional networks for large-scale image recognition", "ICLR 2015", "1409.1556")
GOOGLENET = Paper("Szegedy et al.", "Going deeper with convolutions", "CVPR 2015", "1409.4842")
INCEPTION_V3 = Paper("Szegedy et al.", "Rethinking the Inception architecture for computer vision", "CVPR 2016", "1512.00567")
RESNET = Paper("He, Zhang, Ren, Sun", "Deep residual learning for image recognition", "CVPR 2016", "1512.03385")
MOBILENET = Paper(
    "Howard et al.",
    "MobileNets: Efficient convolutional neural networks for mobile vision applications",
    "arXiv 2017",
    "1704.04861",
)
MOBILENET_V2 = Paper("Sandler et al.", "MobileNetV2: Inverted residuals and linear bottlenecks", "CVPR 2018", "1801.04381")


def _channels(default: int, what: str) -> Int:
    return Int(default, minimum=1, maximum=MAX_CHANNELS, unit="channels", help=f"Channels {what}.")


def _side(default: int) -> Pair:
    return Pair(default, minimum=1, maximum=MAX_SIDE, unit="px", help="Side of the map, or height x width.")


def _conv(
    draw: Builder, x: Tensor, channels: int, kernel: int | tuple[int, int], *, groups: int = 1, bias: bool = False, name: str
) -> Tensor:
    """A bare convolution that keeps the size of the map."""
    high, wide = (kernel, kernel) if isinstance(kernel, int) else kernel
    y: Tensor = draw.conv2d(x, channels, kernel, 1, (high // 2, wide // 2), groups=groups, bias=bias, name=name)
    return y


class _Example(Preset):
    family = EXAMPLES

    def map(self, draw: Builder, channels: int, side: tuple[int, int]) -> Tensor:
        """The one input of all branches."""
        x: Tensor = draw.input((channels, *side), name="input")
        return x

    def end(self, draw: Builder, **branches: Tensor) -> None:
        """An output for each branch, in the order given."""
        for order, (stage, y) in enumerate(branches.items()):
            draw.output(y, order, name=f"{stage}_out")


class Convolutions(_Example):
    id = "example_convolutions"
    title = "Standard, grouped, depthwise, pointwise and separable convolution"
    year = 2017
    paper = MOBILENET
    description = (
        "Each output position of a standard convolution takes K K N M multiply-adds; G groups take 1/G of them, a depthwise "
        "convolution K K N, a pointwise one N M. Depthwise and pointwise together take 1/M + 1/(K K) of the standard one, "
        "1/8.8 for 3x3 and 512 channels, whatever the height and width of the map."
    )

    in_channels = _channels(512, "of the input (N)")
    out_channels = _channels(512, "of the output (M)")
    kernel_size = Choice(3, of=(1, 3, 5, 7), unit="px", help="Side of the window (K).")
    groups = Int(4, minimum=1, maximum=MAX_CHANNELS, unit="groups", help="Groups of the grouped convolution (G).")
    resolution = _side(14)

    def draw(self, draw: Builder) -> None:
        n, m, k = self.in_channels, self.out_channels, self.kernel_size
        x = self.map(draw, n, self.resolution)
        with draw.stage("standard"):
            standard = _conv(draw, x, m, k, name="conv")
        with draw.stage("grouped"):
            grouped = _conv(draw, x, m, k, groups=self.groups, name="conv")
        with draw.stage("depthwise"):
            depthwise = _conv(draw, x, n, k, groups=n, name="conv")
        with draw.stage("pointwise"):
            pointwise = _conv(draw, x, m, 1, name="conv")
        with draw.stage("separable"):
            separable = _conv(draw, x, n, k, groups=n, name="depthwise")
            separable = _conv(draw, separable, m, 1, name="pointwise")
        self.end(draw, standard=standard, grouped=grouped, depthwise=depthwise, pointwise=pointwise, separable=separable)


class Stacked3x3(_Example):
    id = "example_stacked_3x3"
    title = "Two 3x3 convolutions for a 5x5, three for a 7x7"
    year = 2015
    paper = VGG
    description = (
        "Two 3x3 convolutions see 5x5 pixels with 18 weights for each pair of channels, where one 5x5 has 25; three see 7x7 with "
        "27, where one 7x7 has 49. That is 28 % and 45 % less, with a ReLU after each of the smaller steps."
    )

    channels = _channels(64, "of every map")
    resolution = _side(56)

    def draw(self, draw: Builder) -> None:
        x = self.map(draw, self.channels, self.resolution)

        def stack(stage: str, *kernels: int) -> Tensor:
            y = x
            with draw.stage(stage):
                for number, kernel in enumerate(kernels, start=1):
                    y = _conv(draw, y, self.channels, kernel, name=f"conv{number}")
                    y = draw.relu(y, name=f"relu{number}")
            return y

        self.end(
            draw,
            one_5x5=stack("one_5x5", 5),
            two_3x3=stack("two_3x3", 3, 3),
            one_7x7=stack("one_7x7", 7),
            three_3x3=stack("three_3x3", 3, 3, 3),
        )


class Bottleneck5x5(_Example):
    id = "example_bottleneck_5x5"
    title = "5x5 convolution with and without a 1x1 bottleneck"
    year = 2015
    paper = GOOGLENET
    description = (
        "From 256 to 64 channels a 5x5 convolution has 409,600 weights; a 1x1 convolution to 32 channels before it leaves 59,392 "
        "in all, 6.9 times fewer. With bias=true every position of the map has one connection more for each output channel, "
        "409,664 against 59,488."
    )

    in_channels = _channels(256, "of the input")
    hidden_channels = _channels(32, "between 1x1 and 5x5")
    out_channels = _channels(64, "of the output")
    bias = Bool(False, help="Adds one trainable number per output channel of each convolution.")
    resolution = _side(28)

    def draw(self, draw: Builder) -> None:
        x = self.map(draw, self.in_channels, self.resolution)
        with draw.stage("direct"):
            direct = _conv(draw, x, self.out_channels, 5, bias=self.bias, name="conv5x5")
        with draw.stage("bottleneck"):
            y = _conv(draw, x, self.hidden_channels, 1, bias=self.bias, name="reduce")
            y = _conv(draw, y, self.out_channels, 5, bias=self.bias, name="conv5x5")
        self.end(draw, direct=direct, bottleneck=y)


class InceptionReduction(_Example):
    id = "example_inception"
    title = "Inception module (a) against (b)"
    year = 2015
    paper = GOOGLENET
    description = (
        "In GoogLeNet's module 3a the 1x1 reductions of (b) leave 163,696 of 387,296 params and 128.0M of 303.5M MACs. "
        "The 1x1 beside the pooling saves by its width alone (256 channels go out, not 416): before or after the pooling it "
        "costs the same."
    )

    in_channels = _channels(192, "of the input")
    resolution = _side(28)

    def draw(self, draw: Builder) -> None:
        x = self.map(draw, self.in_channels, self.resolution)
        with draw.stage("naive"):
            naive = draw.inception_v1_naive(x, 64, 128, 32, name="module")
        with draw.stage("reduced"):
            reduced = draw.inception_v1(x, 64, 96, 128, 16, 32, 32, name="module")
        self.end(draw, naive=naive, reduced=reduced)


class Factorised7x7(_Example):
    id = "example_factorised_7x7"
    title = "7x7 convolution against 1x7 and 7x1"
    year = 2016
    paper = INCEPTION_V3
    description = (
        "A 1x7 and a 7x1 convolution see 7x7 pixels with 14 weights for each pair of channels, where one 7x7 has 49: 3.5 times "
        "fewer. Inception V3 does so on its 17x17 maps only; its 7x7 stem became three 3x3."
    )

    channels = _channels(192, "of every map")
    resolution = _side(17)

    def draw(self, draw: Builder) -> None:
        x = self.map(draw, self.channels, self.resolution)
        with draw.stage("full"):
            full = draw.relu(_conv(draw, x, self.channels, 7, name="conv7x7"), name="relu")
        with draw.stage("factorised"):
            y = draw.relu(_conv(draw, x, self.channels, (1, 7), name="conv1x7"), name="relu1")
            y = draw.relu(_conv(draw, y, self.channels, (7, 1), name="conv7x1"), name="relu2")
        self.end(draw, full=full, factorised=y)


class ResidualUnits(_Example):
    id = "example_resnet_units"
    title = "ResNet unit with and without bottleneck"
    year = 2016
    paper = RESNET
    description = (
        "On 256 channels the convolutions of a bottleneck unit have 69,632 weights, those of a basic unit 1,179,648, 16.9 times "
        "more; batch norm adds 768 and 1,024 params. ResNet made this unit, but narrowing with 1x1 is older: GoogLeNet has it."
    )

    channels = _channels(256, "of input and output")
    resolution = _side(56)

    def draw(self, draw: Builder) -> None:
        x = self.map(draw, self.channels, self.resolution)
        with draw.stage("basic"):
            basic = draw.residual_basic(x, self.channels, name="unit")
        with draw.stage("bottleneck"):
            bottleneck = draw.residual_bottleneck(x, self.channels, name="unit")
        self.end(draw, basic=basic, bottleneck=bottleneck)


class MobileNetBlocks(_Example):
    id = "example_mobilenet_blocks"
    title = "MobileNet V1 block against V2 block"
    year = 2018
    paper = MOBILENET_V2
    description = (
        "The V1 block filters the 24 channels it is given; its convolutions have 792 weights. The V2 block widens them to 144, "
        "filters there and narrows to 24 again, with 8,208 weights (8,832 params with batch norm); only that last step has no "
        "activation."
    )

    channels = _channels(24, "of input and output")
    expand_ratio = Int(6, minimum=1, maximum=64, unit="x", help="Width of the V2 block's middle over that of its ends.")
    resolution = _side(56)

    def draw(self, draw: Builder) -> None:
        x = self.map(draw, self.channels, self.resolution)
        with draw.stage("v1"):
            v1 = draw.depthwise_separable(x, self.channels, act="relu6", name="block")
        with draw.stage("v2"):
            v2 = draw.inverted_residual(x, self.channels, expand_ratio=self.expand_ratio, act="relu6", name="block")
        self.end(draw, v1=v1, v2=v2)
