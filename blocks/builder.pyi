# Written by `python -m blocks.reference` from the block definitions and builder.py. Do not edit.
# fmt: off

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from blocks.block import Composite, Primitive, Values
from blocks.drawing import Drawing, DrawProblem, Part, Result, Tensor
from blocks.errors import BlockError
from blocks.spec import TensorSpec

class Builder:
    """Places blocks. One method per registered block (see `builder.pyi`): tensors first, then parameters, then `name`.

    Every part needs a name, unique in its drawing; without one the block's id is used. Names become the dotted paths of modules,
    ONNX nodes and messages.
    """

    _prepared: ClassVar[bool]
    parts: list[Part]
    def __init__(self) -> None: ...
    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Give what is drawn inside the label `name`, by which costs add up. Only at the root of a design."""
    def input(self, shape: tuple[int, ...] = (3, 224, 224), order: int = 0, *, name: str = "input") -> Tensor:
        """An input of the design; its name is the input's name in torch and ONNX."""
    def output(self, x: Tensor, /, order: int = 0, *, name: str = "output") -> Tensor:
        """An output of the design; its name is the output's name in torch and ONNX."""
    def conv2d(
        self,
        x: Tensor,
        /,
        out_channels: int = 64,
        kernel_size: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        name: str = "conv2d",
    ) -> Tensor:
        """2D convolution (torch.nn.Conv2d)."""
    def conv_transpose2d(
        self,
        x: Tensor,
        /,
        out_channels: int = 64,
        kernel_size: int | tuple[int, int] = 2,
        stride: int | tuple[int, int] = 2,
        padding: int | tuple[int, int] = 0,
        output_padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        name: str = "conv_transpose2d",
    ) -> Tensor:
        """Transposed 2D convolution (torch.nn.ConvTranspose2d)."""
    def linear(self, x: Tensor, /, out_features: int = 1000, bias: bool = True, *, name: str = "linear") -> Tensor:
        """Fully connected layer (torch.nn.Linear)."""
    def batch_norm(
        self,
        x: Tensor,
        /,
        eps: float = 1e-05,
        momentum: float = 0.1,
        affine: bool = True,
        *,
        name: str = "batch_norm",
    ) -> Tensor:
        """Batch normalisation (torch.nn.BatchNorm2d, BatchNorm1d on vectors)."""
    def group_norm(
        self,
        x: Tensor,
        /,
        num_groups: int = 32,
        eps: float = 1e-05,
        affine: bool = True,
        *,
        name: str = "group_norm",
    ) -> Tensor:
        """Group normalisation (torch.nn.GroupNorm)."""
    def layer_norm(self, x: Tensor, /, eps: float = 1e-06, affine: bool = True, *, name: str = "layer_norm") -> Tensor:
        """Layer normalisation over the channels of each position (ConvNeXt's LayerNorm)."""
    def local_response_norm(
        self,
        x: Tensor,
        /,
        size: int = 5,
        alpha: float = 0.0001,
        beta: float = 0.75,
        k: float = 1.0,
        *,
        name: str = "local_response_norm",
    ) -> Tensor:
        """Local response normalisation (torch.nn.LocalResponseNorm)."""
    def gelu(self, x: Tensor, /, *, name: str = "gelu") -> Tensor:
        """x * Phi(x) with the error function (torch.nn.GELU)."""
    def hard_sigmoid(self, x: Tensor, /, *, name: str = "hard_sigmoid") -> Tensor:
        """relu6(x + 3) / 6 (torch.nn.Hardsigmoid)."""
    def hard_swish(self, x: Tensor, /, *, name: str = "hard_swish") -> Tensor:
        """x * relu6(x + 3) / 6 (torch.nn.Hardswish)."""
    def leaky_relu(self, x: Tensor, /, negative_slope: float = 0.01, *, name: str = "leaky_relu") -> Tensor:
        """x above 0, negative_slope * x below (torch.nn.LeakyReLU)."""
    def prelu(self, x: Tensor, /, init: float = 0.25, *, name: str = "prelu") -> Tensor:
        """Leaky relu with one trainable slope per channel (torch.nn.PReLU)."""
    def relu(self, x: Tensor, /, *, name: str = "relu") -> Tensor:
        """max(0, x) (torch.nn.ReLU)."""
    def relu6(self, x: Tensor, /, *, name: str = "relu6") -> Tensor:
        """min(6, max(0, x)) (torch.nn.ReLU6)."""
    def sigmoid(self, x: Tensor, /, *, name: str = "sigmoid") -> Tensor:
        """1 / (1 + exp(-x)) (torch.nn.Sigmoid)."""
    def silu(self, x: Tensor, /, *, name: str = "silu") -> Tensor:
        """x * sigmoid(x), also called swish (torch.nn.SiLU)."""
    def softmax(self, x: Tensor, /, *, name: str = "softmax") -> Tensor:
        """exp(x) over its sum along the channels (torch.nn.Softmax, dim=1)."""
    def tanh(self, x: Tensor, /, *, name: str = "tanh") -> Tensor:
        """Hyperbolic tangent (torch.nn.Tanh)."""
    def adaptive_avg_pool2d(
        self,
        x: Tensor,
        /,
        output_size: int | tuple[int, int] = 1,
        *,
        name: str = "adaptive_avg_pool2d",
    ) -> Tensor:
        """Mean over windows fitted to a wanted output size (torch.nn.AdaptiveAvgPool2d)."""
    def adaptive_max_pool2d(
        self,
        x: Tensor,
        /,
        output_size: int | tuple[int, int] = 1,
        *,
        name: str = "adaptive_max_pool2d",
    ) -> Tensor:
        """Largest value over windows fitted to a wanted output size (torch.nn.AdaptiveMaxPool2d)."""
    def avg_pool2d(
        self,
        x: Tensor,
        /,
        kernel_size: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 2,
        padding: int | tuple[int, int] = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        *,
        name: str = "avg_pool2d",
    ) -> Tensor:
        """Mean of each window (torch.nn.AvgPool2d)."""
    def global_avg_pool(self, x: Tensor, /, *, name: str = "global_avg_pool") -> Tensor:
        """Mean of each channel over the whole map (torch.nn.AdaptiveAvgPool2d(1))."""
    def max_pool2d(
        self,
        x: Tensor,
        /,
        kernel_size: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 2,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        ceil_mode: bool = False,
        *,
        name: str = "max_pool2d",
    ) -> Tensor:
        """Largest value of each window (torch.nn.MaxPool2d)."""
    def add(self, a: Tensor, b: Tensor, /, *, name: str = "add") -> Tensor:
        """Sum of two equal shapes."""
    def channel_shuffle(self, x: Tensor, /, groups: int = 2, *, name: str = "channel_shuffle") -> Tensor:
        """Deals the channels of `groups` groups out in turn (torch.nn.ChannelShuffle)."""
    def concat(self, *x: Tensor, name: str = "concat") -> Tensor:
        """Maps (or vectors) one behind the other along the channels."""
    def crop(self, x: Tensor, /, left: int = 1, right: int = 1, top: int = 1, bottom: int = 1, *, name: str = "crop") -> Tensor:
        """Cuts rows and columns off the edges."""
    def dropout(self, x: Tensor, /, p: float = 0.5, *, name: str = "dropout") -> Tensor:
        """Zeroes a random share of the values while training (torch.nn.Dropout)."""
    def flatten(self, x: Tensor, /, *, name: str = "flatten") -> Tensor:
        """Makes a vector of a map (torch.nn.Flatten)."""
    def identity(self, x: Tensor, /, *, name: str = "identity") -> Tensor:
        """Passes its input on (torch.nn.Identity)."""
    def multiply(self, x: Tensor, gate: Tensor, /, *, name: str = "multiply") -> Tensor:
        """Product of x with a gate of the same shape, or of (C, 1, 1)."""
    def pad(
        self,
        x: Tensor,
        /,
        left: int = 0,
        right: int = 1,
        top: int = 0,
        bottom: int = 1,
        mode: str = "constant",
        value: float = 0.0,
        *,
        name: str = "pad",
    ) -> Tensor:
        """Adds a border, different on each side if wanted (torch.nn.functional.pad)."""
    def pad_channels(self, x: Tensor, /, front: int = 0, back: int = 1, *, name: str = "pad_channels") -> Tensor:
        """Adds channels of zeros before and after the others."""
    def pixel_shuffle(self, x: Tensor, /, upscale_factor: int = 2, *, name: str = "pixel_shuffle") -> Tensor:
        """Lays channels out as pixels (torch.nn.PixelShuffle)."""
    def slice_channels(self, x: Tensor, /, start: int = 0, stop: int | None = None, *, name: str = "slice_channels") -> Tensor:
        """Channels `start` to `stop` (not included) of its input."""
    def upsample(self, x: Tensor, /, scale_factor: int = 2, mode: str = "nearest", *, name: str = "upsample") -> Tensor:
        """Repeats or interpolates pixels (torch.nn.Upsample)."""
    def bottleneck(
        self,
        x: Tensor,
        /,
        out_channels: int = 256,
        hidden_channels: int = 64,
        kernel_size: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 1,
        groups: int = 1,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "bottleneck",
    ) -> Tensor:
        """Bottleneck: reduce the channels with 1x1, convolve where they are few, restore them with 1x1."""
    def classifier_head(
        self,
        x: Tensor,
        /,
        classes: int = 1000,
        dropout: float = 0.0,
        bias: bool = True,
        *,
        name: str = "classifier_head",
    ) -> Tensor:
        """Global average pooling, flatten, dropout, linear layer: a map becomes one score per class."""
    def conv_norm_act(
        self,
        x: Tensor,
        /,
        out_channels: int = 64,
        kernel_size: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str | None = None,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool | None = None,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "conv_norm_act",
    ) -> Tensor:
        """Convolution, then normalisation, then activation."""
    def dense_layer(
        self,
        x: Tensor,
        /,
        growth_rate: int = 32,
        bn_size: int | None = 4,
        dropout: float = 0.0,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "dense_layer",
    ) -> Tensor:
        """Dense layer: growth_rate new channels, computed from all before them and put behind these."""
    def dense_transition(
        self,
        x: Tensor,
        /,
        compression: float = 0.5,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "dense_transition",
    ) -> Tensor:
        """Transition between dense blocks: 1x1 to a share of the channels, then 2x2 average pooling."""
    def depthwise(
        self,
        x: Tensor,
        /,
        kernel_size: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str | None = None,
        dilation: int | tuple[int, int] = 1,
        depth_multiplier: int = 1,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "depthwise",
    ) -> Tensor:
        """Depthwise convolution: each channel is filtered on its own, then normalised and activated."""
    def depthwise_separable(
        self,
        x: Tensor,
        /,
        out_channels: int = 64,
        kernel_size: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str | None = None,
        dilation: int | tuple[int, int] = 1,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "depthwise_separable",
    ) -> Tensor:
        """Depthwise convolution, then pointwise convolution, each normalised and activated."""
    def dilated(
        self,
        x: Tensor,
        /,
        out_channels: int = 64,
        kernel_size: int | tuple[int, int] = 3,
        dilation: int | tuple[int, int] = 2,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str | None = None,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "dilated",
    ) -> Tensor:
        """Dilated (atrous) convolution: a window with gaps sees further at the same cost."""
    def factorised(
        self,
        x: Tensor,
        /,
        out_channels: int = 64,
        kernel_size: int = 7,
        stride: int | tuple[int, int] = 1,
        order: str = "row_first",
        hidden_channels: int | None = None,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "factorised",
    ) -> Tensor:
        """Asymmetric factorisation: a row of k (1xk), then a column of k (kx1), in place of a kxk window."""
    def fire(
        self,
        x: Tensor,
        /,
        squeeze_channels: int = 16,
        expand1x1_channels: int = 64,
        expand3x3_channels: int = 64,
        act: str | None = "relu",
        norm: str | None = None,
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "fire",
    ) -> Tensor:
        """Fire module: squeeze the channels with 1x1, then widen them with 1x1 and 3x3 side by side."""
    def ghost_bottleneck(
        self,
        x: Tensor,
        /,
        out_channels: int = 24,
        expand_ratio: float = 3.0,
        kernel_size: int = 3,
        stride: int = 1,
        act: str | None = "relu",
        hidden_channels: int | None = None,
        squeeze_channels: int | None = None,
        se_act: str | None = "relu",
        gate: str = "hard_sigmoid",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "ghost_bottleneck",
    ) -> Tensor:
        """Ghost bottleneck: a ghost module widens, one narrows; where the map shrinks a depthwise convolution stands between them."""
    def ghost_module(
        self,
        x: Tensor,
        /,
        out_channels: int = 64,
        kernel_size: int | tuple[int, int] = 1,
        stride: int | tuple[int, int] = 1,
        ratio: int = 2,
        cheap_kernel_size: int = 3,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "ghost_module",
    ) -> Tensor:
        """Ghost module: an ordinary convolution makes a part of the channels, a cheap depthwise one makes the rest from these."""
    def grouped(
        self,
        x: Tensor,
        /,
        out_channels: int = 64,
        groups: int = 2,
        kernel_size: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str | None = None,
        dilation: int | tuple[int, int] = 1,
        act: str | None = "relu",
        shuffle: bool = False,
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "grouped",
    ) -> Tensor:
        """Grouped convolution: every group of channels is convolved on its own, and may be shuffled with the others."""
    def inception_v1(
        self,
        x: Tensor,
        /,
        ch1x1: int = 64,
        ch3x3red: int = 96,
        ch3x3: int = 128,
        ch5x5red: int = 16,
        ch5x5: int = 32,
        pool_proj: int = 32,
        kernel_size: int = 5,
        act: str | None = "relu",
        norm: str | None = None,
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "inception_v1",
    ) -> Tensor:
        """Inception module (b): like (a), with 1x1 convolutions that narrow the input of 3x3 and 5x5 and the output of pooling."""
    def inception_v1_naive(
        self,
        x: Tensor,
        /,
        ch1x1: int = 64,
        ch3x3: int = 128,
        ch5x5: int = 32,
        kernel_size: int = 5,
        act: str | None = "relu",
        norm: str | None = None,
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "inception_v1_naive",
    ) -> Tensor:
        """Naive Inception module (a): 1x1, 3x3, 5x5 and pooling of the same input side by side."""
    def inception_v2(
        self,
        x: Tensor,
        /,
        ch1x1: int = 64,
        ch3x3red: int = 64,
        ch3x3: int = 64,
        ch3x3dblred: int = 64,
        ch3x3dbl: int = 96,
        pool_proj: int = 32,
        pool: str = "avg",
        stride: int = 1,
        bias: bool | None = None,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "inception_v2",
    ) -> Tensor:
        """BN-Inception module: two 3x3 in place of the 5x5, average or max pooling; with stride 2 the pooling passes through."""
    def inception_v3_a(
        self,
        x: Tensor,
        /,
        ch1x1: int = 64,
        ch5x5red: int = 48,
        ch5x5: int = 64,
        ch3x3dblred: int = 64,
        ch3x3dbl: int = 96,
        pool_proj: int = 32,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "inception_v3_a",
    ) -> Tensor:
        """Inception V3 module A, on 35x35 maps: 1x1, 5x5, two 3x3 and average pooling side by side."""
    def inception_v3_b(
        self,
        x: Tensor,
        /,
        ch3x3: int = 384,
        ch3x3dblred: int = 64,
        ch3x3dbl: int = 96,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "inception_v3_b",
    ) -> Tensor:
        """Inception V3 module B, from 35x35 to 17x17: 3x3, two 3x3 and max pooling, all ending in a step of 2 without padding."""
    def inception_v3_c(
        self,
        x: Tensor,
        /,
        channels_7x7: int = 128,
        ch1x1: int = 192,
        ch7x7: int = 192,
        ch7x7dbl: int = 192,
        pool_proj: int = 192,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "inception_v3_c",
    ) -> Tensor:
        """Inception V3 module C, on 17x17 maps: 7x7 as rows and columns, once and twice."""
    def inception_v3_d(
        self,
        x: Tensor,
        /,
        ch3x3red: int = 192,
        ch3x3: int = 320,
        ch7x7x3: int = 192,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "inception_v3_d",
    ) -> Tensor:
        """Inception V3 module D, from 17x17 to 8x8: 3x3, a 7x7 as row and column then 3x3, and max pooling, stepping by 2."""
    def inception_v3_e(
        self,
        x: Tensor,
        /,
        ch1x1: int = 320,
        ch3x3: int = 384,
        ch3x3dblred: int = 448,
        ch3x3dbl: int = 384,
        pool_proj: int = 192,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "inception_v3_e",
    ) -> Tensor:
        """Inception V3 module E, on 8x8 maps: 3x3 as a row and a column side by side, which widens instead of deepening."""
    def inverted_residual(
        self,
        x: Tensor,
        /,
        out_channels: int = 24,
        expand_ratio: float = 6.0,
        kernel_size: int = 3,
        stride: int = 1,
        act: str | None = "relu6",
        hidden_channels: int | None = None,
        squeeze_channels: int | None = None,
        se_act: str | None = "relu",
        gate: str = "hard_sigmoid",
        always_expand: bool = False,
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "inverted_residual",
    ) -> Tensor:
        """Inverted residual with linear bottleneck: widen with 1x1, filter each channel, narrow without an activation."""
    def norm_act_conv(
        self,
        x: Tensor,
        /,
        out_channels: int = 64,
        kernel_size: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str | None = None,
        groups: int = 1,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "norm_act_conv",
    ) -> Tensor:
        """Normalisation, activation, then convolution: the pre-activated unit."""
    def pointwise(
        self,
        x: Tensor,
        /,
        out_channels: int = 64,
        stride: int | tuple[int, int] = 1,
        groups: int = 1,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "pointwise",
    ) -> Tensor:
        """Pointwise (1x1) convolution: mixes the channels of each pixel, then normalises and activates."""
    def residual_basic(
        self,
        x: Tensor,
        /,
        out_channels: int = 64,
        stride: int = 1,
        shortcut: str = "B",
        se_ratio: float | None = None,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "residual_basic",
    ) -> Tensor:
        """Basic residual unit: two 3x3 convolutions, and the input added before the last activation."""
    def residual_bottleneck(
        self,
        x: Tensor,
        /,
        out_channels: int = 256,
        variant: str = "v1_5",
        groups: int = 1,
        base_width: int = 64,
        stride: int = 1,
        shortcut: str = "B",
        se_ratio: float | None = None,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "residual_bottleneck",
    ) -> Tensor:
        """Bottleneck residual unit: 1x1 to a quarter of the width, 3x3, 1x1 back, and the input added."""
    def separable_conv(
        self,
        x: Tensor,
        /,
        out_channels: int = 128,
        kernel_size: int = 3,
        stride: int = 1,
        order: str = "depthwise_first",
        between: str | None = None,
        act: str | None = None,
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "separable_conv",
    ) -> Tensor:
        """Separable convolution of Xception: depthwise and pointwise with nothing between them, then one normalisation."""
    def shuffle_unit(
        self,
        x: Tensor,
        /,
        out_channels: int | None = None,
        groups: int = 3,
        stride: int = 1,
        hidden_channels: int | None = None,
        first_grouped: bool = True,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "shuffle_unit",
    ) -> Tensor:
        """ShuffleNet V1 unit: grouped 1x1, channel shuffle, depthwise 3x3, grouped 1x1, beside the input itself."""
    def shuffle_v2_down_unit(
        self,
        x: Tensor,
        /,
        out_channels: int | None = None,
        kernel_size: int = 3,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "shuffle_v2_down_unit",
    ) -> Tensor:
        """ShuffleNet V2 unit for downsampling: two filtering branches of the whole input, concatenated and shuffled."""
    def shuffle_v2_unit(
        self,
        x: Tensor,
        /,
        kernel_size: int = 3,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "shuffle_v2_unit",
    ) -> Tensor:
        """ShuffleNet V2 basic unit: half of the channels pass, the other half is filtered, then both are shuffled."""
    def squeeze_excite(
        self,
        x: Tensor,
        /,
        se_ratio: float = 0.0625,
        squeeze_channels: int | None = None,
        act: str | None = "relu",
        gate: str = "sigmoid",
        *,
        name: str = "squeeze_excite",
    ) -> Tensor:
        """Squeeze and excitation: a gate for each channel, from the mean of all channels."""
    def stacked_3x3(
        self,
        x: Tensor,
        /,
        out_channels: int = 64,
        repeats: int = 2,
        stride: int | tuple[int, int] = 1,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "stacked_3x3",
    ) -> Tensor:
        """Several 3x3 convolutions in place of one larger window: two see 5x5, three see 7x7."""
    def xception_unit(
        self,
        x: Tensor,
        /,
        out_channels: int = 728,
        repeats: int = 3,
        stride: int = 1,
        kernel_size: int = 3,
        first_act: bool = True,
        grow_first: bool = True,
        order: str = "depthwise_first",
        between: str | None = None,
        act: str | None = "relu",
        norm: str | None = "batch",
        eps: float = 1e-05,
        momentum: float = 0.1,
        norm_groups: int = 32,
        *,
        name: str = "xception_unit",
    ) -> Tensor:
        """Xception unit: separable convolutions, each after an activation, and a shortcut around them."""
    def place(self, block: Any, values: Values, tensors: tuple[Tensor, ...], name: str) -> Any:
        """Place `block` with canonical `values`. Returns its output, or a tuple where the block has several.

        Raises DrawProblem when the block cannot work there.
        """
    def place_on(self, tensor: Tensor, block: Any, values: Values, name: str) -> Any:
        """`place` on a single input, by far the most frequent case."""
    def check_names(self) -> None:
        """Raise ValueError unless every part's name is valid and unique. Called once, when the drawing is finished."""

def evaluate_again(before: Result, values: Values) -> Result:
    """`evaluate` of the block of `before` on the same inputs with other values, as after an edit.

    Where they differ in inert parameters alone, all that can differ is the drawing: it is made when somebody looks inside.
    """

def evaluate(block: Any, values: Values, inputs: tuple[TensorSpec, ...]) -> Result:
    """Shapes, cost and drawing of `block` with canonical `values` on `inputs`. Never raises for what a person can cause: the
    problem is in the result."""

def check_ports(block: Any, inputs: tuple[TensorSpec, ...]) -> None:
    """Raise where an input is missing or has the wrong number of dimensions."""

def check_size(block_id: str, output: TensorSpec, elements: int) -> None:
    """Raise where a tensor is over the limits."""

def too_large(what: str) -> BlockError: ...

def clear_memo() -> None:
    """Forget all evaluated blocks (for benchmarks)."""

__all__ = [
    "Builder",
    "Composite",
    "DrawProblem",
    "Drawing",
    "Part",
    "Primitive",
    "Result",
    "Tensor",
    "clear_memo",
    "evaluate",
    "evaluate_again",
]
