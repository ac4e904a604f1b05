"""Parameters and strokes that many drawings share: normalisation, activation, padding that keeps the size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blocks.block import Composite
from blocks.parameters import Choice, Float, Int
from blocks.spec import MAX_CHANNELS

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor

ACTIVATIONS = (
    None, "relu", "relu6", "leaky_relu", "prelu", "sigmoid", "hard_sigmoid", "silu", "hard_swish", "gelu", "tanh",
)  # fmt: skip
NORMS = ("batch", "group", None)
KERNELS = (1, 3, 5, 7, 9, 11)


class Normed(Composite):
    """A composite whose convolutions are followed by a normalisation of choice."""

    norm = Choice("batch", of=NORMS, help="Normalisation after each convolution; without it convolutions get a bias.")
    eps = Float(
        1e-5,
        minimum=1e-12,
        maximum=1.0,
        help="Added to the variance before the root is taken.",
        visible_when={"norm": ("batch", "group")},
        inert=True,
    )
    momentum = Float(
        0.1,
        minimum=0.0,
        maximum=1.0,
        help="Share of the new batch in batch norm's running statistics.",
        visible_when={"norm": ("batch",)},
        inert=True,
    )
    norm_groups = Int(
        32, minimum=1, maximum=MAX_CHANNELS, unit="groups", help="Groups of channels that group norm takes together.",
        visible_when={"norm": ("group",)},
    )  # fmt: skip

    @property
    def norm_options(self) -> dict[str, Any]:
        """What this block passes on to the convolutions in its drawing."""
        return {"norm": self.norm, "eps": self.eps, "momentum": self.momentum, "norm_groups": self.norm_groups}


def same(kernel_size: int, dilation: int = 1) -> int:
    """Padding that keeps the size at stride 1: dilation * (kernel_size - 1) // 2."""
    return dilation * (kernel_size - 1) // 2


def normalise(draw: Builder, x: Tensor, block: Normed, name: str = "norm") -> Tensor:
    """The normalisation that `block` asks for, or nothing."""
    if block.norm == "batch":
        y: Tensor = draw.batch_norm(x, block.eps, block.momentum, name=name)
        return y
    if block.norm == "group":
        y = draw.group_norm(x, block.norm_groups, eps=block.eps, name=name)
        return y
    return x


def activate(draw: Builder, x: Tensor, act: str | None, name: str = "act") -> Tensor:
    """The activation `act`, or nothing."""
    return x if act is None else getattr(draw, act)(x, name=name)
