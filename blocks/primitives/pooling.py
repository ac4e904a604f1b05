"""Pooling layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.arithmetic import window_out
from blocks.block import WHOLE_INPUT, Primitive, Window, refusing
from blocks.cost import Cost
from blocks.errors import BlockError
from blocks.parameters import Bool, Pair
from blocks.primitives.conv import window_does_not_fit
from blocks.spec import MAX_SIDE, MAX_WINDOW, Port, TensorSpec

if TYPE_CHECKING:
    from torch import nn


class _Pool(Primitive):
    category = "pooling"
    inputs = (Port("x", rank=3),)

    kernel_size = Pair(3, minimum=1, maximum=MAX_WINDOW, unit="px", help="Height and width of the window.")
    stride = Pair(2, minimum=1, maximum=MAX_WINDOW, unit="px", help="Step of the window; 2 halves the map.")
    padding = Pair(0, minimum=0, maximum=MAX_WINDOW, unit="px", help="Border added on each side; at most half the window.")
    ceil_mode = Bool(False, help="Rounds the size up instead of down; a last window that would start beyond the map is dropped.")

    def _dilation(self) -> tuple[int, int]:
        return (1, 1)

    def check(self, x: TensorSpec) -> None:
        for pad, kernel in zip(self.padding, self.kernel_size, strict=True):
            if pad > kernel // 2:
                raise BlockError(
                    "padding_too_wide",
                    f"padding={pad} needs to be at most half the window of {kernel}.",
                    hint=f"Set padding to {kernel // 2} or less.",
                    param="padding",
                )

    def infer(self, x: TensorSpec) -> TensorSpec:
        (kh, kw), (sh, sw), (ph, pw), (dh, dw) = self.kernel_size, self.stride, self.padding, self._dilation()
        high = window_out(x[1], kh, sh, ph, ph, dh, self.ceil_mode)
        wide = window_out(x[2], kw, sw, pw, pw, dw, self.ceil_mode)
        if high < 1 or wide < 1:
            raise window_does_not_fit(self.id, x, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), self.padding)
        return TensorSpec((x[0], high, wide))

    def ceil_matters(self, x: TensorSpec) -> bool:
        """Whether rounding up changes this layer's size: only then is torch told so (onnx's checker errs on the rest)."""
        if not self.ceil_mode:
            return False
        rounded_down = tuple([False if name == "ceil_mode" else getattr(self, name) for name in self.parameters])
        try:
            return bool(type(self).of(rounded_down).infer(x) != self.infer(x))
        except BlockError:  # only rounding up leaves anything
            return True

    def window(self, x: TensorSpec) -> Window:
        (kh, kw), (dh, dw) = self.kernel_size, self._dilation()
        return Window((dh * (kh - 1) + 1, dw * (kw - 1) + 1), self.stride)


class MaxPool2d(_Pool):
    """Largest value of each window (torch.nn.MaxPool2d). A primitive: no other block compares neighbours.

    x (C, H, W) -> (C, H', W'). Per output element: K K - 1 compare. Errors: padding over half the window; an empty output.
    Paper: Krizhevsky et al. 2012, section 3.4.
    """

    id = "max_pool2d"
    basic = True
    reference = "Krizhevsky et al. 2012, section 3.4"
    refuses_more = refusing(empty_output="empty outputs")

    kernel_size, stride, padding = _Pool.kernel_size, _Pool.stride, _Pool.padding  # torch's order of arguments
    dilation = Pair(1, minimum=1, maximum=MAX_WINDOW, unit="px", help="Distance between the points of the window.")

    def _dilation(self) -> tuple[int, int]:
        return self.dilation

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        return Cost(compare=(self.kernel_size[0] * self.kernel_size[1] - 1) * output.elements)

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.MaxPool2d(self.kernel_size, self.stride, self.padding, self.dilation, ceil_mode=self.ceil_matters(x))


class AvgPool2d(_Pool):
    """Mean of each window (torch.nn.AvgPool2d). A primitive: a depthwise convolution would count its constant weights.

    x (C, H, W) -> (C, H', W'). Per output element: K K - 1 add, 1 mul. Errors: padding over half the window; an empty output.
    Paper: Lin et al. 2014, Network in network, section 3.2.
    """

    id = "avg_pool2d"
    reference = "Lin et al. 2014, section 3.2"
    refuses_more = refusing(empty_output="empty outputs")

    # torch's order of arguments
    kernel_size, stride, padding, ceil_mode = _Pool.kernel_size, _Pool.stride, _Pool.padding, _Pool.ceil_mode
    count_include_pad = Bool(True, help="Whether padded zeros count in the mean (torch: yes, TensorFlow: no).")

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        n = output.elements
        return Cost(add=(self.kernel_size[0] * self.kernel_size[1] - 1) * n, mul=n)

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.AvgPool2d(
            self.kernel_size,
            self.stride,
            self.padding,
            ceil_mode=self.ceil_matters(x),
            count_include_pad=self.count_include_pad,
        )

    def window(self, x: TensorSpec) -> Window:
        if self.kernel_size == (x[1], x[2]) and self.padding == (0, 0):
            return WHOLE_INPUT
        return super().window(x)


class _AdaptivePool(Primitive):
    category = "pooling"
    inputs = (Port("x", rank=3),)

    output_size = Pair(
        1, minimum=1, maximum=MAX_SIDE, unit="px", help="Height and width of the output; windows are fitted to it."
    )

    def infer(self, x: TensorSpec) -> TensorSpec:
        return TensorSpec((x[0], *self.output_size))

    def _window_elements(self, x: TensorSpec) -> int:
        """Elements of all windows of one channel (torch: from floor(i H / n) to ceil((i + 1) H / n))."""
        total = 1
        for side, out in zip(x[1:], self.output_size, strict=True):
            total *= sum(-(-(i + 1) * side // out) - i * side // out for i in range(out))
        return total

    def window(self, x: TensorSpec) -> Window:
        from fractions import Fraction

        if self.output_size == (1, 1):
            return WHOLE_INPUT
        extents = tuple(-(-side // out) + (1 if side % out else 0) for side, out in zip(x[1:], self.output_size, strict=True))
        steps = tuple(Fraction(side, out) for side, out in zip(x[1:], self.output_size, strict=True))
        return Window((extents[0], extents[1]), (steps[0], steps[1]))


class AdaptiveAvgPool2d(_AdaptivePool):
    """Mean over windows fitted to a wanted output size (torch.nn.AdaptiveAvgPool2d). A primitive: its windows overlap unevenly.

    x (C, H, W) -> (C, *output_size). Operations: one add per element of each window but its first, 1 mul per output element.
    """

    id = "adaptive_avg_pool2d"

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        n = output.elements
        return Cost(add=output[0] * self._window_elements(inputs[0]) - n, mul=n)

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.AdaptiveAvgPool2d(self.output_size)


class AdaptiveMaxPool2d(_AdaptivePool):
    """Largest value over windows fitted to a wanted output size (torch.nn.AdaptiveMaxPool2d). A primitive.

    x (C, H, W) -> (C, *output_size). Operations: one compare per element of each window but its first.
    """

    id = "adaptive_max_pool2d"

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        return Cost(compare=output[0] * self._window_elements(inputs[0]) - output.elements)

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.AdaptiveMaxPool2d(self.output_size)


class GlobalAvgPool(Primitive):
    """Mean of each channel over the whole map (torch.nn.AdaptiveAvgPool2d(1)). A primitive beside the adaptive pool because it is
    the field's own word for what ends nearly every network.

    x (C, H, W) -> (C, 1, 1). Operations: H W - 1 add and 1 mul per channel. Paper: Lin et al. 2014, section 3.2.
    """

    id = "global_avg_pool"
    refuses_more = refusing(wrong_rank="a vector: torch would take the mean over it and the batch")
    category = "pooling"
    basic = True
    reference = "Lin et al. 2014, section 3.2"
    inputs = (Port("x", rank=3),)

    def infer(self, x: TensorSpec) -> TensorSpec:
        return TensorSpec((x[0], 1, 1))

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        return Cost(add=inputs[0].elements - output[0], mul=output[0])

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.AdaptiveAvgPool2d(1)

    def window(self, x: TensorSpec) -> Window:
        return WHOLE_INPUT
