"""Torch modules that stand in for layers while a design becomes an ONNX file: the same function, in operators every runtime has.

torch's exporter takes some layers apart into many small nodes, or does not know them. Each class below says the layer in the
one or two ONNX operators made for it. Imported only where a file is exported.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch  # noqa: TID253  # this module is itself only imported where a file is exported
from torch import nn  # noqa: TID253
from torch.nn import functional  # noqa: TID253

from blocks.spec import TensorSpec


class Operator(nn.Module):
    """One ONNX operator with these attributes; `output` is the shape it gives, without the batch."""

    def __init__(self, name: str, output: Sequence[int], **attributes: Any) -> None:
        super().__init__()
        self.name = name
        self.output = tuple(output)
        self.attributes = attributes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shape = (x.shape[0], *self.output)
        made: torch.Tensor = torch.onnx.ops.symbolic(self.name, (x,), attrs=self.attributes, dtype=x.dtype, shape=shape)
        return made


class BorderFirst(nn.Module):
    """A border, then the layer: what the operator's own padding cannot say."""

    def __init__(self, sides: Sequence[int], value: float, layer: nn.Module) -> None:
        super().__init__()
        self.sides = tuple(sides)
        self.value = value
        self._layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self._layer(functional.pad(x, self.sides, value=self.value))


class Circular(nn.Module):
    """A circular border in slices and concatenations, for opsets whose Pad knows no "wrap"; then the layer, if there is one."""

    def __init__(self, sides: Sequence[int], layer: nn.Module | None = None) -> None:
        super().__init__()
        self.sides = tuple(sides)
        self._layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        left, right, top, bottom = self.sides
        for dim, before, after in ((3, left, right), (2, top, bottom)):
            size = x.shape[dim]
            parts = [x.narrow(dim, size - before, before)] if before else []
            parts += [x, *([x.narrow(dim, 0, after)] if after else [])]
            x = torch.cat(parts, dim) if len(parts) > 1 else x
        return x if self._layer is None else self._layer(x)


class UnevenMean(nn.Module):
    """Adaptive average pooling whose windows differ in size: a mean of rows, then of columns, each a product with a matrix."""

    rows: torch.Tensor
    columns: torch.Tensor

    def __init__(self, size: tuple[int, int], output: tuple[int, int]) -> None:
        super().__init__()
        self.register_buffer("rows", _means(size[0], output[0]))
        self.register_buffer("columns", _means(size[1], output[1]).T.contiguous())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.matmul(torch.matmul(self.rows, x), self.columns)


class UnevenMax(nn.Module):
    """Adaptive max pooling whose windows differ in size: shorter windows repeat their last position, which changes no maximum."""

    rows: torch.Tensor
    columns: torch.Tensor

    def __init__(self, size: tuple[int, int], output: tuple[int, int]) -> None:
        super().__init__()
        (self.high, rows), (self.wide, columns) = _positions(size[0], output[0]), _positions(size[1], output[1])
        self.register_buffer("rows", rows)
        self.register_buffer("columns", columns)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.index_select(torch.index_select(x, 2, self.rows), 3, self.columns)
        return functional.max_pool2d(x, (self.high, self.wide))


def _windows(side: int, out: int) -> list[tuple[int, int]]:
    """Start and end of torch's adaptive windows."""
    return [(i * side // out, -(-(i + 1) * side // out)) for i in range(out)]


def _means(side: int, out: int) -> torch.Tensor:
    matrix = torch.zeros(out, side)
    for row, (start, end) in zip(matrix, _windows(side, out), strict=True):
        row[start:end] = 1 / (end - start)
    return matrix


def _positions(side: int, out: int) -> tuple[int, torch.Tensor]:
    windows = _windows(side, out)
    longest = max(end - start for start, end in windows)
    return longest, torch.tensor([min(start + k, end - 1) for start, end in windows for k in range(longest)])


def stand_in(layer: nn.Module, x: TensorSpec, y: TensorSpec, opset: int) -> nn.Module | None:
    """What to export instead of a layer that maps x to y, None where the layer itself exports well."""
    if isinstance(layer, nn.Flatten) and layer.start_dim == 1 and layer.end_dim == -1:
        return Operator("Flatten", y, axis=1)
    if isinstance(layer, nn.LocalResponseNorm) and layer.size % 2:  # ONNX centres even windows one channel off torch's
        return Operator("LRN", y, size=layer.size, alpha=float(layer.alpha), beta=float(layer.beta), bias=float(layer.k))
    if isinstance(layer, nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d):
        mean = isinstance(layer, nn.AdaptiveAvgPool2d)
        if y[1:] == (1, 1):
            return Operator("GlobalAveragePool" if mean else "GlobalMaxPool", y)
        if x[1] % y[1] or x[2] % y[2]:
            return (UnevenMean if mean else UnevenMax)((x[1], x[2]), (y[1], y[2]))
        return None
    if isinstance(layer, nn.MaxPool2d | nn.AvgPool2d) and layer.ceil_mode:
        return _without_ceil_mode(layer, x, y)
    return _without_wrap(layer) if opset < 19 else None


def _without_ceil_mode(layer: nn.MaxPool2d | nn.AvgPool2d, x: TensorSpec, y: TensorSpec) -> nn.Module:
    """The pool with its rounding up said as padding at the end, which runtimes and onnx's shape inference all agree on.

    In ceil mode onnx never drops a last window that starts in the padding; torch and ONNX Runtime do.
    """
    kernel, stride, padding = _pair(layer.kernel_size), _pair(layer.stride), _pair(layer.padding)
    dilation = _pair(layer.dilation) if isinstance(layer, nn.MaxPool2d) else (1, 1)
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    ends = [(out - 1) * s + r - side - p for out, s, r, side, p in zip(y[1:], stride, reach, x[1:], padding, strict=True)]
    ends = [max(end, 0) for end in ends]  # what floor mode leaves unread at the end needs no padding taken away
    shape = {"kernel_shape": list(kernel), "strides": list(stride)}
    if isinstance(layer, nn.MaxPool2d):
        shape["dilations"] = list(dilation)
        if all(side < k for side, k in zip((*padding, *ends), kernel * 2, strict=True)):
            return Operator("MaxPool", y, pads=[*padding, *ends], **shape)
        border = (padding[1], ends[1], padding[0], ends[0])  # a dilated window may reach further than ONNX Runtime lets pads go
        return BorderFirst(border, float("-inf"), Operator("MaxPool", y, **shape))
    if layer.count_include_pad and any(padding):
        # torch counts padded zeros but nothing beyond them, so the zeros have to become part of the map
        beyond = [max(end - p, 0) for end, p in zip(ends, padding, strict=True)]
        pool = Operator("AveragePool", y, pads=[0, 0, *beyond], count_include_pad=0, **shape)
        return BorderFirst((padding[1], padding[1], padding[0], padding[0]), 0.0, pool)
    return Operator("AveragePool", y, pads=[*padding, *ends], count_include_pad=0, **shape)


def _without_wrap(layer: nn.Module) -> nn.Module | None:
    from blocks.modules import Pad

    if isinstance(layer, Pad) and layer.mode == "circular":
        return Circular(layer.sides)
    if isinstance(layer, nn.Conv2d) and layer.padding_mode == "circular":
        sides = list(layer._reversed_padding_repeated_twice)
        layer.padding_mode, layer.padding = "zeros", (0, 0)
        return Circular(sides, layer)
    return None


def _pair(value: int | tuple[int, ...]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])
