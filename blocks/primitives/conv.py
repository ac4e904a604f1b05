"""Convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blocks.arithmetic import check_divides
from blocks.block import Primitive, Window, refusing
from blocks.cost import Cost
from blocks.errors import BlockError
from blocks.parameters import Bool, Choice, Int, Padding, Pair
from blocks.spec import MAX_CHANNELS, MAX_WINDOW, Port, TensorSpec

if TYPE_CHECKING:
    from torch import nn


def same_padding(kernel: int, dilation: int) -> tuple[int, int]:
    """Padding before and after of torch's "same": the odd pixel goes after."""
    total = dilation * (kernel - 1)
    return total // 2, total - total // 2


def window_does_not_fit(block_id: str, x: TensorSpec, kernel: tuple[int, int], padding: Any) -> BlockError:
    padded = (
        "" if padding in ((0, 0), 0) else f" with padding {padding if isinstance(padding, str) else f'{padding[0]}x{padding[1]}'}"
    )
    return BlockError(
        "empty_output",
        f"{block_id} needs a map at least as large as its {kernel[0]}x{kernel[1]} window, but got {x}{padded}.",
        hint="Use a smaller kernel, more padding, or a larger input.",
        param="kernel_size",
        port="x",
    )


class Conv2d(Primitive):
    """2D convolution (torch.nn.Conv2d). A primitive because no other block multiplies a map with weights.

    x (C, H, W) -> (out_channels, H', W'), H' = (H + 2 padding - dilation (kernel - 1) - 1) // stride + 1.
    params = out K K C / groups (+ out with bias); macs = out H' W' K K C / groups, padded positions included.
    Errors: groups that do not divide C or out_channels; a window larger than the padded map; "same" with a stride.
    Paper: LeCun et al. 1989; groups: Krizhevsky et al. 2012, section 3.5. Document: grouped convolution (H W K K N M / G).
    """

    id = "conv2d"
    category = "conv"
    basic = True
    layer = "conv"
    reference = "Krizhevsky et al. 2012, section 3.5 (groups)"
    document = "分组卷积（Grouped Convolution）"
    inputs = (Port("x", rank=3),)
    refuses_more = refusing(padding_too_wide="circular or reflect padding wider than the map: torch refuses it only when it runs")

    out_channels = Int(
        64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Number of filters, the channels of the output."
    )
    kernel_size = Pair(3, minimum=1, maximum=MAX_WINDOW, unit="px", help="Height and width of the window.")
    stride = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Step of the window; 2 halves the map.")
    padding = Padding(0, minimum=0, maximum=MAX_WINDOW, unit="px", help='Border added on each side, or "same".')
    dilation = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Distance between the points of the window.")
    groups = Int(
        1, minimum=1, maximum=MAX_CHANNELS, unit="groups", help="Independent groups of channels; cost falls by this factor."
    )
    bias = Bool(True, help="Adds one trainable number per output channel.")
    padding_mode = Choice("zeros", of=("zeros", "reflect", "replicate", "circular"), help="What the border is filled with.")

    def check(self, x: TensorSpec) -> None:
        if self.groups != 1:
            check_divides("groups", self.groups, "in_channels", x[0])
            check_divides("groups", self.groups, "out_channels", self.out_channels)
        if self.padding == "same" and self.stride != (1, 1):
            raise BlockError(
                "same_needs_stride_1",
                f'padding="same" needs stride 1, but got stride {self.stride[0]}x{self.stride[1]}.',
                hint="Give the padding as a number.",
                param="padding",
            )
        if self.padding_mode != "zeros":
            self._check_border(x)

    def _check_border(self, x: TensorSpec) -> None:
        for side, pads in zip(x[1:], self._pads(), strict=True):
            widest = max(pads)
            limit = side - 1 if self.padding_mode == "reflect" else side
            if self.padding_mode != "replicate" and widest > limit:
                raise BlockError(
                    "padding_too_wide",
                    f"padding_mode={self.padding_mode} needs padding of at most {limit} on a map of {x}, but got {widest}.",
                    hint="Use less padding, or zeros.",
                    param="padding",
                )

    def _pads(self) -> tuple[tuple[int, int], tuple[int, int]]:
        if self.padding == "same":
            return same_padding(self.kernel_size[0], self.dilation[0]), same_padding(self.kernel_size[1], self.dilation[1])
        return (self.padding[0], self.padding[0]), (self.padding[1], self.padding[1])

    def infer(self, x: TensorSpec) -> TensorSpec:
        (kh, kw), (sh, sw), (dh, dw) = self.kernel_size, self.stride, self.dilation
        if self.padding == "same":
            return TensorSpec((self.out_channels, x[1], x[2]))
        ph, pw = self.padding
        high = (x[1] + 2 * ph - dh * (kh - 1) - 1) // sh + 1
        wide = (x[2] + 2 * pw - dw * (kw - 1) - 1) // sw + 1
        if high < 1 or wide < 1:
            raise window_does_not_fit("conv2d", x, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), self.padding)
        return TensorSpec((self.out_channels, high, wide))

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        weights = self.out_channels * (inputs[0][0] // self.groups) * self.kernel_size[0] * self.kernel_size[1]
        positions = output[1] * output[2]
        params = weights + self.out_channels if self.bias else weights
        return Cost(params, 0, weights * positions, self.out_channels * positions)

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.Conv2d(
            x[0],
            self.out_channels,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
            self.bias,
            self.padding_mode,
        )

    def window(self, x: TensorSpec) -> Window | None:
        (kh, kw), (dh, dw) = self.kernel_size, self.dilation
        if kh == kw == 1 and self.stride == (1, 1):
            return None
        return Window((dh * (kh - 1) + 1, dw * (kw - 1) + 1), self.stride)

    def uncounted_parts(self) -> tuple[str, ...]:
        return ("conv2d.bias",) if self.bias else ()


class ConvTranspose2d(Primitive):
    """Transposed 2D convolution (torch.nn.ConvTranspose2d). A primitive because it spreads each input pixel instead of gathering.

    x (C, H, W) -> (out_channels, H', W'), H' = (H - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.
    params = C K K out / groups (+ out with bias); macs = C H W K K out / groups.
    Errors: groups that do not divide; an empty output; output_padding not below stride or dilation.
    Paper: Zeiler et al. 2010, Deconvolutional networks.
    """

    id = "conv_transpose2d"
    category = "conv"
    layer = "conv"
    reference = "Zeiler et al. 2010, Deconvolutional networks"
    inputs = (Port("x", rank=3),)
    refuses_more = refusing(
        output_padding="output_padding not below stride or dilation: torch's meta device accepts it, its CPU does not",
        empty_output="empty outputs",
    )

    out_channels = Int(64, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the output.")
    kernel_size = Pair(2, minimum=1, maximum=MAX_WINDOW, unit="px", help="Height and width of the window.")
    stride = Pair(2, minimum=1, maximum=MAX_WINDOW, unit="px", help="Distance between spread pixels; 2 doubles the map.")
    padding = Pair(0, minimum=0, maximum=MAX_WINDOW, unit="px", help="Border cut off each side of the output.")
    output_padding = Pair(0, minimum=0, maximum=MAX_WINDOW, unit="px", help="Rows and columns added at the end of the output.")
    dilation = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Distance between the points of the window.")
    groups = Int(1, minimum=1, maximum=MAX_CHANNELS, unit="groups", help="Independent groups of channels.")
    bias = Bool(True, help="Adds one trainable number per output channel.")

    def check(self, x: TensorSpec) -> None:
        check_divides("groups", self.groups, "in_channels", x[0])
        check_divides("groups", self.groups, "out_channels", self.out_channels)
        for extra, stride, dilation in zip(self.output_padding, self.stride, self.dilation, strict=True):
            if extra >= max(stride, dilation):
                raise BlockError(
                    "output_padding",
                    f"output_padding={extra} needs to be below the stride ({stride}) or the dilation ({dilation}).",
                    hint=f"Set output_padding to {max(stride, dilation) - 1} or less.",
                    param="output_padding",
                )

    def infer(self, x: TensorSpec) -> TensorSpec:
        high, wide = (
            (side - 1) * s - 2 * p + d * (k - 1) + extra + 1
            for side, s, p, d, k, extra in zip(
                x[1:], self.stride, self.padding, self.dilation, self.kernel_size, self.output_padding, strict=True
            )
        )
        if high < 1 or wide < 1:
            raise BlockError(
                "empty_output",
                f"padding={self.padding[0]}x{self.padding[1]} cuts the whole output away: {x} would become {high}x{wide}.",
                hint="Use less padding or a larger kernel.",
                param="padding",
                port="x",
            )
        return TensorSpec((self.out_channels, high, wide))

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        x = inputs[0]
        weights = x[0] * (self.out_channels // self.groups) * self.kernel_size[0] * self.kernel_size[1]
        return Cost(weights + (self.out_channels if self.bias else 0), 0, weights * x[1] * x[2], output.elements)

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.ConvTranspose2d(
            x[0],
            self.out_channels,
            self.kernel_size,
            self.stride,
            self.padding,
            self.output_padding,
            self.groups,
            self.bias,
            self.dilation,
        )

    def window(self, x: TensorSpec) -> Window:
        from fractions import Fraction

        (kh, kw), (dh, dw), (sh, sw) = self.kernel_size, self.dilation, self.stride
        seen = (-(-(dh * (kh - 1) + 1) // sh), -(-(dw * (kw - 1) + 1) // sw))
        return Window(seen, (Fraction(1, sh), Fraction(1, sw)))

    def uncounted_parts(self) -> tuple[str, ...]:
        return ("conv_transpose2d.bias",) if self.bias else ()
