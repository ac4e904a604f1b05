"""What a layer costs. The words are those of `CONTEXT.md`: macs are multiply-accumulates of convolutions and linear layers."""

from __future__ import annotations

from typing import NamedTuple


class Cost(NamedTuple):
    """Cost of one input (batch 1). Every field is a plain count; costs add up with `+`.

    params: trainable parameters. buffers: running means and variances. macs: multiply-accumulates of conv and linear layers,
    padded positions included. activations: elements of the outputs of conv and linear layers. add, mul, div_exp, compare:
    operations of all other layers, never mixed into macs.
    """

    params: int = 0
    buffers: int = 0
    macs: int = 0
    activations: int = 0
    add: int = 0
    mul: int = 0
    div_exp: int = 0
    compare: int = 0

    @property
    def flops(self) -> int:
        return 2 * self.macs

    @property
    def other_ops(self) -> dict[str, int]:
        return {"add": self.add, "mul": self.mul, "div_exp": self.div_exp, "compare": self.compare}

    def __add__(self, other: Cost) -> Cost:  # type: ignore[override]  # a cost is a vector, not a sequence
        a, b, c, d, e, f, g, h = self
        i, j, k, m, n, o, p, q = other
        return Cost(a + i, b + j, c + k, d + m, e + n, f + o, g + p, h + q)

    def __sub__(self, other: Cost) -> Cost:
        a, b, c, d, e, f, g, h = self
        i, j, k, m, n, o, p, q = other
        return Cost(a - i, b - j, c - k, d - m, e - n, f - o, g - p, h - q)


ZERO = Cost()
