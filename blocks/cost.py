"""What a layer costs. The words are those of `CONTEXT.md`: macs are multiply-accumulates of convolutions and linear layers."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Cost(msgspec.Struct, frozen=True, gc=False):
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

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.params + other.params,
            self.buffers + other.buffers,
            self.macs + other.macs,
            self.activations + other.activations,
            self.add + other.add,
            self.mul + other.mul,
            self.div_exp + other.div_exp,
            self.compare + other.compare,
        )

    def __sub__(self, other: Cost) -> Cost:
        return Cost(
            self.params - other.params,
            self.buffers - other.buffers,
            self.macs - other.macs,
            self.activations - other.activations,
            self.add - other.add,
            self.mul - other.mul,
            self.div_exp - other.div_exp,
            self.compare - other.compare,
        )


def total_of(costs: Iterable[Cost]) -> Cost:
    """The sum of costs."""
    params = buffers = macs = activations = add = mul = div_exp = compare = 0
    for cost in costs:
        params += cost.params
        buffers += cost.buffers
        macs += cost.macs
        activations += cost.activations
        add += cost.add
        mul += cost.mul
        div_exp += cost.div_exp
        compare += cost.compare
    return Cost(params, buffers, macs, activations, add, mul, div_exp, compare)


ZERO = Cost()
