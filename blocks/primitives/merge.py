"""Layers with several inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.block import Primitive, refusing
from blocks.cost import ZERO, Cost
from blocks.errors import BlockError
from blocks.spec import Port, TensorSpec

if TYPE_CHECKING:
    from torch import nn


class Add(Primitive):
    """Sum of two equal shapes. A primitive: the residual connection. Per element: 1 add.

    Errors: shapes that differ. Paper: He et al. 2016, equation 1. Document: ResNet bottleneck, linear bottleneck.
    """

    id = "add"
    category = "merge"
    basic = True
    inputs = (Port("a"), Port("b"))
    reference = "He et al. 2016, equation 1"
    document = "瓶颈层（Bottleneck Layer）"
    refuses_more = refusing(shape_mismatch="broadcasting: a sum of different shapes is hardly ever meant")

    def check(self, a: TensorSpec, b: TensorSpec) -> None:
        if a != b:
            same_channels = a[0] == b[0] and len(a) == len(b)
            raise BlockError(
                "shape_mismatch",
                f'"b" needs {a} like "a", but got {b}.',
                hint="Match the strides of both branches." if same_channels else "Match the shapes, or add a projection.",
                port="b",
            )

    def infer(self, a: TensorSpec, b: TensorSpec) -> TensorSpec:
        return a

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        return Cost(add=output.elements)

    def module(self, a: TensorSpec, b: TensorSpec) -> nn.Module:
        from blocks.modules import Add

        return Add()


class Multiply(Primitive):
    """Product of x with a gate of the same shape, or of (C, 1, 1). A primitive: the gate of SE. Per element of x: 1 mul.

    Errors: a gate of another shape. The gate does not count for the receptive field (an SE gate sees everything).
    Paper: Hu et al. 2018, equation 4. Document: MobileNet V3 (SE).
    """

    id = "multiply"
    category = "merge"
    inputs = (Port("x"), Port("gate"))
    reference = "Hu et al. 2018, equation 4"
    document = "MobileNet V3"
    ignored_for_reach = (1,)
    refuses_more = refusing(shape_mismatch="broadcasting other than that of a (C, 1, 1) gate")

    def check(self, x: TensorSpec, gate: TensorSpec) -> None:
        if gate != x and gate != (x[0], 1, 1)[: len(x)]:
            both = f"{x} like x" if len(x) == 1 else f"{x} like x, or ({x[0]}, 1, 1)"
            raise BlockError(
                "shape_mismatch",
                f'"gate" needs {both}, but got {gate}.',
                hint="Give the gate as many channels as x.",
                port="gate",
            )

    def infer(self, x: TensorSpec, gate: TensorSpec) -> TensorSpec:
        return x

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        return Cost(mul=output.elements)

    def module(self, x: TensorSpec, gate: TensorSpec) -> nn.Module:
        from blocks.modules import Multiply

        return Multiply()


class Concat(Primitive):
    """Maps (or vectors) one behind the other along the channels. A primitive: Inception's merge. Nothing is computed.

    (C1, H, W), (C2, H, W), ... -> (C1 + C2 + ..., H, W). Errors: maps of different sizes.
    Paper: Szegedy et al. 2015, section 4. Document: Inception V1.
    """

    id = "concat"
    category = "merge"
    basic = True
    inputs = (Port("x", variadic=True),)
    reference = "Szegedy et al. 2015, section 4"
    document = "Inception V1"
    uncounted = "moves data only"

    def check(self, *inputs: TensorSpec) -> None:
        first = inputs[0]
        for k, spec in enumerate(inputs):
            if spec[1:] != first[1:] or len(spec) != len(first):
                wanted = f"(C, {first[1]}, {first[2]})" if len(first) == 3 else "(F,)"
                raise BlockError(
                    "shape_mismatch",
                    f'"x.{k}" needs {wanted} like "x.0", but got {spec}.',
                    hint="Match the strides and padding of the branches.",
                    port=f"x.{k}",
                )

    def infer(self, *inputs: TensorSpec) -> TensorSpec:
        return TensorSpec((sum([spec[0] for spec in inputs]), *inputs[0][1:]))

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        return ZERO

    def module(self, *inputs: TensorSpec) -> nn.Module:
        from blocks.modules import Concat

        return Concat()
