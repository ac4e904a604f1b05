"""The few torch modules that torch.nn lacks. Imported only inside `Primitive.module`.

Each class needs nothing but torch and has no line over 120 columns, so that the source writer can put its text into a generated
file unchanged; it keeps the arguments of its constructor under their names, as torch's modules do, so that they can be read back.
"""

from __future__ import annotations

import torch  # noqa: TID253  # this module is itself only imported where modules are built
from torch import nn  # noqa: TID253
from torch.nn import functional  # noqa: TID253


class Add(nn.Module):
    """a + b, as a module so that its path reaches torch.export and ONNX."""

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return a + b


class Multiply(nn.Module):
    """x * gate; a gate of shape (N, C, 1, 1) broadcasts."""

    def forward(self, x: torch.Tensor, gate: torch.Tensor) -> torch.Tensor:
        return x * gate


class Concat(nn.Module):
    """Inputs one behind the other along the channels."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        return torch.cat(inputs, dim=1)


class SliceChannels(nn.Module):
    """Channels start to stop (not included)."""

    def __init__(self, start: int, stop: int) -> None:
        super().__init__()
        self.start = start
        self.stop = stop

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, self.start : self.stop]

    def extra_repr(self) -> str:
        return f"{self.start}, {self.stop}"


class ChannelShuffle(nn.Module):
    """Deals the channels of `groups` groups out in turn, with reshape and transpose, which every exporter knows."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n, c, h, w = x.shape
        return x.reshape(n, self.groups, c // self.groups, h, w).transpose(1, 2).reshape(n, c, h, w)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"


class Pad(nn.Module):
    """Adds a border (left, right, top, bottom)."""

    def __init__(self, sides: tuple[int, int, int, int], mode: str = "constant", value: float = 0.0) -> None:
        super().__init__()
        self.sides = sides
        self.mode = mode
        self.value = value

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.mode == "constant":
            return functional.pad(x, self.sides, value=self.value)
        return functional.pad(x, self.sides, mode=self.mode)

    def extra_repr(self) -> str:
        return f"{self.sides}, mode={self.mode!r}, value={self.value}"


class Crop(nn.Module):
    """Cuts columns and rows off the edges of a map."""

    def __init__(self, left: int, right: int, top: int, bottom: int) -> None:
        super().__init__()
        self.left = left
        self.right = right
        self.top = top
        self.bottom = bottom

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :, self.top : x.shape[2] - self.bottom, self.left : x.shape[3] - self.right]

    def extra_repr(self) -> str:
        return f"{self.left}, {self.right}, {self.top}, {self.bottom}"


class PadChannels(nn.Module):
    """Adds channels of zeros before and after the others."""

    def __init__(self, front: int, back: int) -> None:
        super().__init__()
        self.front = front
        self.back = back

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.pad(x, (0, 0, 0, 0, self.front, self.back))

    def extra_repr(self) -> str:
        return f"{self.front}, {self.back}"


class ChannelLayerNorm(nn.Module):
    """Layer normalisation over the channels of each position of a map."""

    def __init__(self, channels: int, eps: float = 1e-6, affine: bool = True) -> None:
        super().__init__()
        self.channels = channels
        self.eps = eps
        self.affine = affine
        self.weight = nn.Parameter(torch.ones(channels)) if affine else None
        self.bias = nn.Parameter(torch.zeros(channels)) if affine else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.permute(0, 2, 3, 1)
        x = functional.layer_norm(x, (self.channels,), self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)

    def extra_repr(self) -> str:
        return f"{self.channels}, eps={self.eps}"
