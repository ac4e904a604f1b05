"""Receptive field, output stride and depth: the usual recurrences over the flattened design."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import msgspec

from blocks.block import WHOLE_INPUT, Window
from designer.analysis.flatten import FlatDesign

Pair = tuple[Any, Any]


class Reach(msgspec.Struct, frozen=True):
    """Receptive field and output stride of one tensor along (h, w), in input pixels; `whole` where it sees the whole input."""

    field: Pair
    stride: Pair
    whole: bool = False


class Figures(NamedTuple):
    """`reaches` of every step; `field` and `stride` of the network (None where no input is a map); `depth` of the network."""

    reaches: list[Reach]
    field: tuple[float, float] | None
    stride: tuple[float, float] | None
    depth: int


def plain(pair: Pair) -> tuple[float, float]:
    """Whole numbers where they are whole."""
    a, b = pair
    return (_plain(a), _plain(b))


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    return value


def figures(flat: FlatDesign) -> Figures:
    """Receptive field and stride of every step and of the network, and the network's depth.

    The network's receptive field is that of the last map before the first global pooling (or linear layer) on the way to an
    output; the way through the gate of a multiply does not count.
    """
    reaches: list[Reach] = []
    depths: list[int] = []
    whole = _whole_input(flat)
    gated = False
    for result, refs in zip(flat.steps, flat.inputs, strict=True):
        block = result.block
        if len(refs) == 1:  # by far the most
            (source,) = refs
            reach, depth = reaches[source], depths[source]
        elif refs:
            ignored = block.ignored_for_reach
            gated = gated or bool(ignored)
            reach = _larger([reaches[ref] for i, ref in enumerate(refs) if i not in ignored])
            depth = max([depths[ref] for ref in refs])
        else:
            reach = Reach((1, 1), (1, 1)) if len(result.outputs[0]) == 3 else Reach(whole, (1, 1), True)
            depth = 0
        if block.looks:
            window = result.instance.window(*result.inputs)
            if window is not None:
                reach = _through(reach, window, whole)
        if block.layer is not None:
            depth += 1
        reaches.append(reach)
        depths.append(depth)
    depth = max([depths[step] for _, step in flat.output_nodes], default=0)
    at = _last_map(flat, reaches, _trunk(flat) if gated else None)
    if at is None:
        return Figures(reaches, None, None, depth)
    return Figures(reaches, plain(reaches[at].field), plain(reaches[at].stride), depth)


def _whole_input(flat: FlatDesign) -> Pair:
    high = wide = 1
    for _, step in flat.input_nodes:
        shape = flat.steps[step].outputs[0]
        if len(shape) == 3:
            high, wide = max(high, shape[1]), max(wide, shape[2])
    return (high, wide)


def _larger(reaches: list[Reach]) -> Reach:
    first = reaches[0]
    (high, wide), (down, across), whole = first.field, first.stride, first.whole
    for other in reaches[1:]:
        (h, w), (d, a) = other.field, other.stride
        if h > high:
            high = h
        if w > wide:
            wide = w
        if d > down:
            down = d
        if a > across:
            across = a
        whole = whole or other.whole
    return Reach((high, wide), (down, across), whole)


def _through(reach: Reach, window: Window, whole: Pair) -> Reach:
    if window is WHOLE_INPUT:
        return Reach(whole, reach.stride, True)
    (eh, ew), (sh, sw) = window.extent, window.step
    jh, jw = reach.stride
    if reach.whole:
        return Reach(reach.field, (jh * sh, jw * sw), True)
    fh, fw = reach.field
    return Reach((fh + (eh - 1) * jh, fw + (ew - 1) * jw), (jh * sh, jw * sw))


def _last_map(flat: FlatDesign, reaches: list[Reach], trunk: list[bool] | None) -> int | None:
    """The step whose map ends the network's receptive field: the last before the first step that sees the whole input."""
    steps, inputs = flat.steps, flat.inputs
    for k, reach in enumerate(reaches):
        if reach.whole and inputs[k] and (trunk is None or trunk[k]):
            before = inputs[k][0]
            while len(steps[before].outputs[0]) != 3 and inputs[before]:
                before = inputs[before][0]
            return before if len(steps[before].outputs[0]) == 3 else None
    for k in range(len(steps) - 1, -1, -1):
        if len(steps[k].outputs[0]) == 3 and (trunk is None or trunk[k]):
            return k
    return None


def _trunk(flat: FlatDesign) -> list[bool]:
    """Which steps reach an output other than through the gate of a multiply."""
    steps, inputs = flat.steps, flat.inputs
    trunk = [False] * len(steps)
    for _, step in flat.output_nodes:
        trunk[step] = True
    for k in range(len(steps) - 1, -1, -1):
        if trunk[k]:
            ignored = steps[k].block.ignored_for_reach
            for i, ref in enumerate(inputs[k]):
                if i not in ignored:
                    trunk[ref] = True
    return trunk
