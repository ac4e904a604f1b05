"""Cost formulas with their numbers filled in, and what a standard convolution would cost in a block's place.

The letters are those of the papers: H, W the output's height and width, K the kernel, N channels in, M channels out, G groups.
The cost itself is worked out by the blocks alone; a test holds every formula here to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import prod
from typing import NamedTuple

from blocks.builder import Part, Result

DOT, STAR = "·", "*"
MAX_TERMS = 6  # of a factored sum; more are no help to a reader


class Factor(NamedTuple):
    """One letter of a formula with its number; `under` where it divides."""

    letter: str
    value: int
    under: bool = False


class Formula(NamedTuple):
    """The multiply-accumulates of one layer as a product."""

    factors: tuple[Factor, ...]

    @property
    def macs(self) -> int:
        return prod(f.value for f in self.factors if not f.under) // prod(f.value for f in self.factors if f.under)

    def letters(self, sign: str = DOT) -> str:
        """`H·W·K·K·N·M/G`."""
        return self._written(lambda factor: factor.letter, sign)

    def numbers(self, sign: str = DOT) -> str:
        """`56·56·3·3·64·128/4`."""
        return self._written(lambda factor: str(factor.value), sign)

    def _written(self, word: Callable[[Factor], str], sign: str) -> str:
        over = sign.join(word(f) for f in self.factors if not f.under)
        return "/".join([over, *[word(f) for f in self.factors if f.under]])

    def brief(self) -> Formula:
        """Without what says nothing: kernels of 1, one group, and N/G of a depthwise layer."""
        kept = list(self.factors)
        groups = next((f for f in kept if f.under), None)
        if groups is not None and groups.value == 1:
            kept.remove(groups)
        elif groups is not None:
            channels = next((f for f in kept if f.letter == "N" and f.value == groups.value), None)
            if channels is not None:
                kept.remove(groups)
                kept.remove(channels)
        long_enough = [f for f in kept if f.value != 1 or not f.letter.startswith("K")]
        return Formula(tuple(long_enough or kept))


class Row(NamedTuple):
    """One line of a sum: a part, its product where it is a single one, and what it comes to."""

    name: str
    formula: Formula | None
    macs: int
    layers: int  # convolutions and linear layers inside


class Ratio(NamedTuple):
    """What the work would be with something else in the block's place."""

    name: str
    macs: int


def formula_of(step: Result) -> Formula | None:
    """The product of one convolution or linear layer; None for every other block, and for one with a problem."""
    if step.problem is not None or getattr(step.block, "layer", None) is None:
        return None
    values = dict(zip(step.block.parameters, step.values, strict=True))
    x, y = step.inputs[0], step.outputs[0]
    if step.block.layer == "linear":
        return Formula((Factor("N", x[0]), Factor("M", y[0])))
    kernel: tuple[int, int] = values["kernel_size"]
    # a transposed convolution works once per input pixel
    at = x if step.block.id == "conv_transpose2d" else y
    names = ("K", "K") if kernel[0] == kernel[1] else ("Kh", "Kw")
    return Formula(
        (
            Factor("H", at[1]),
            Factor("W", at[2]),
            Factor(names[0], kernel[0]),
            Factor(names[1], kernel[1]),
            Factor("N", x[0]),
            Factor("M", y[0]),
            Factor("G", values["groups"], under=True),
        )
    )


def working_layers(result: Result) -> list[Result]:
    """The convolutions and linear layers inside a block, in order."""
    if result.problem is not None:
        return []
    if result.drawing is None:
        return [result] if getattr(result.block, "layer", None) is not None else []
    return [step for part in result.drawing.parts for step in working_layers(part.result)]


def rows_of(result: Result) -> list[Row]:
    """How the MACs of a block add up: one row per part that has any, or one for a layer by itself."""
    if result.drawing is None:
        formula = formula_of(result)
        return [Row(result.block.id, formula, result.cost.macs, 1)] if formula is not None else []
    return [row for part in result.drawing.parts if (row := _row(part)) is not None]


def _row(part: Part) -> Row | None:
    layers = working_layers(part.result)
    if not layers:
        return None
    formula = formula_of(layers[0]) if len(layers) == 1 else None
    return Row(part.name, formula.brief() if formula is not None else None, part.result.cost.macs, len(layers))


def factored(rows: Sequence[Row], sign: str = DOT) -> str:
    """The sum of the rows with what they share taken out, `56·56·144·(24 + 3·3 + 24)`; "" where that says nothing."""
    if not 1 < len(rows) <= MAX_TERMS or any(row.formula is None or _divides(row.formula) for row in rows):
        return ""
    products = [Counter(f.value for f in row.formula.factors) for row in rows if row.formula is not None]
    shared = products[0].copy()
    for product in products[1:]:
        shared &= product
    if not shared:
        return ""
    first = rows[0].formula
    assert first is not None
    outside = sign.join(map(str, _in_order(shared, [f.value for f in first.factors])))
    inside = []
    for row, product in zip(rows, products, strict=True):
        assert row.formula is not None
        inside.append(sign.join(map(str, _in_order(product - shared, [f.value for f in row.formula.factors]))) or "1")
    return f"{outside}{sign}({' + '.join(inside)})"


def _divides(formula: Formula) -> bool:
    return any(f.under for f in formula.factors)


def _in_order(counted: Counter[int], order: Iterable[int]) -> list[int]:
    left = counted.copy()
    found = []
    for value in order:
        if left[value] > 0:
            left[value] -= 1
            found.append(value)
    return found


def against_standard(result: Result) -> list[Ratio]:
    """What standard convolutions would cost in a block's place: one of the block's largest kernel from its input's channels to
    its output's; and, where the block has groups, the block itself without them. Empty where that is no fair question: vectors,
    blocks without convolutions, blocks that make maps larger."""
    layers = [step for step in working_layers(result) if step.block.id == "conv2d"]
    if not layers or not result.cost.macs or not result.inputs or result.block.category == "io":
        return []
    x, y = result.inputs[0], result.outputs[0]
    if len(x) != 3 or len(y) != 3 or y[1] > x[1] or y[2] > x[2]:
        return []
    kernel = max([_kernel(step) for step in layers], key=lambda sides: sides[0] * sides[1])
    window = f"{kernel[0]} × {kernel[1]}"
    found = [Ratio(f"Standard {window}, {x[0]} → {y[0]}", y[1] * y[2] * kernel[0] * kernel[1] * x[0] * y[0])]
    grouped = [step for step in layers if step.instance.groups > 1]
    if grouped:
        without = result.cost.macs + sum(step.cost.macs * (step.instance.groups - 1) for step in grouped)
        if without != found[0].macs:
            one = grouped[0]
            high, wide = _kernel(one)
            name = f"Full {high} × {wide} at width {one.inputs[0][0]}" if len(grouped) == 1 else "Without groups"
            found.append(Ratio(name, without))
    return [ratio for ratio in found if ratio.macs != result.cost.macs or len(layers) > 1 or grouped]


def _kernel(step: Result) -> tuple[int, int]:
    sides: tuple[int, int] = step.instance.kernel_size
    return sides
