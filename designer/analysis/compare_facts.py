"""What a comparison reads of one design: its totals, its blocks by output resolution, its layers by kind, its MACs over depth.

Everything comes from the live engine, so that a page can follow edits; what equal blocks say is worked out once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from weakref import WeakKeyDictionary

from blocks.builder import Result
from designer.analysis.engine import Engine
from designer.analysis.flatten import FlatDesign, flat_of, flatten
from designer.analysis.layers import kind_of_conv
from designer.analysis.memory import BYTES, peak_activation_elements
from designer.analysis.receptive_field import Reach, figures
from designer.graph.own_block import OWN

STANDARD, POINTWISE, DEPTHWISE, GROUPED, DILATED, TRANSPOSED, LINEAR = (
    "Standard",
    "Pointwise",
    "Depthwise",
    "Grouped",
    "Dilated",
    "Transposed",
    "Linear",
)
KINDS = (STANDARD, POINTWISE, DEPTHWISE, GROUPED, DILATED, TRANSPOSED, LINEAR)
"""Kinds of layers that have MACs, in the order of tables."""

MEANS = {
    STANDARD: "every output channel reads every input channel, in a window",
    POINTWISE: "1 × 1: mixes channels at each place",
    DEPTHWISE: "a window in each channel alone",
    GROUPED: "channels in groups that do not see each other",
    DILATED: "a window with gaps",
    TRANSPOSED: "makes the map larger",
    LINEAR: "every output reads every input",
}

_CONVS = {"pointwise": POINTWISE, "depthwise": DEPTHWISE, "grouped": GROUPED, "dilated": DILATED, "conv2d": STANDARD}

# What a block is called where several of them are counted; others by their id.
_WORDS = {
    "classifier_head": "classifier",
    "conv_norm_act": "conv",
    "conv2d": "conv",
    "norm_act_conv": "conv",
    "depthwise_separable": "separable",
    "separable_conv": "separable",
    "inverted_residual": "inverted",
    "residual_basic": "residual",
    "residual_bottleneck": "bottleneck",
    "dense_layer": "dense",
    "dense_transition": "transition",
    "ghost_bottleneck": "ghost",
    "shuffle_v2_unit": "shuffle",
    "shuffle_v2_down_unit": "shuffle",
    "shuffle_unit": "shuffle",
    "conv_transpose2d": "transposed conv",
    "xception_unit": "separable unit",
}
_UNCOUNTED_WORDS = ("conv", "classifier", "stem", "linear")  # these need no number while there is one of them


class Kind(NamedTuple):
    """All layers of one kind together."""

    layers: int = 0
    params: int = 0
    macs: int = 0
    activations: int = 0


class Unit(NamedTuple):
    """A block as the comparison sees it: a root block, or one inside an own block, booked where its output stands.

    `node` is the root node it belongs to. `stride` counts input pixels between neighbouring places of its output, None once it
    has seen the whole input; `size` is the map's (h, w), None for a vector. `layers` counts convolutions and linear layers;
    `gated` says that it holds a squeeze-and-excite; `result` is its evaluated drawing.
    """

    node: str
    path: str
    block: str
    category: str
    stride: float | None
    size: tuple[int, int] | None
    channels: int
    params: int
    macs: int
    activations: int
    layers: int
    gated: bool
    result: Result

    @property
    def word(self) -> str:
        """What a table calls blocks like this."""
        if self.block.startswith("inception"):
            return "inception"
        return _WORDS.get(self.block) or self.block.removeprefix(OWN).replace("_", " ")


class Facts(NamedTuple):
    """One design. Of an invalid one only `valid` is there, the figures are None and the lists empty.

    `receptive_field` is (h, w) in px, None where there is none; bytes are of `dtype`, batch 1. `curve` are MACs of the first,
    the first two, ... layers in execution order.
    """

    valid: bool
    dtype: str
    input: tuple[int, ...] | None = None
    params: int | None = None
    buffers: int | None = None
    macs: int | None = None
    activations: int | None = None
    peak_bytes: int | None = None
    weights_bytes: int | None = None
    depth: int | None = None
    receptive_field: tuple[float, float] | None = None
    units: tuple[Unit, ...] = ()
    kinds: Mapping[str, Kind] = {}
    curve: tuple[int, ...] = ()


def facts_of(engine: Engine, dtype: str = "fp32") -> Facts:
    """The facts of a design as it is now."""
    total = engine.total
    given = _input(engine)
    if total is None:
        return Facts(False, dtype, given)
    size = BYTES[dtype]
    flat = flatten(engine)
    reach = figures(flat)
    sums: dict[str, list[int]] = {}
    curve: list[int] = []
    macs = 0
    known: dict[int, tuple[list[int], Kind] | None] = {}  # equal layers share one evaluation, which the list keeps alive
    for step in flat.steps:
        if id(step) not in known:
            known[id(step)] = None
            if step.block.layer is not None:
                kind, one = _said(step)
                known[id(step)] = sums.setdefault(kind, [0, 0, 0, 0]), one
        said = known[id(step)]
        if said is not None:
            of_kind, (_, params, its_macs, activations) = said
            of_kind[0] += 1
            of_kind[1] += params
            of_kind[2] += its_macs
            of_kind[3] += activations
            macs += its_macs
            curve.append(macs)
    return Facts(
        True,
        dtype,
        given,
        total.params,
        total.buffers,
        total.macs,
        total.activations,
        peak_activation_elements(flat) * size,
        (total.params + total.buffers) * size,
        reach.depth,
        reach.field,
        tuple(_units(engine, flat, reach.reaches)),
        {kind: Kind(*sums[kind]) for kind in KINDS if kind in sums},
        tuple(curve),
    )


def _input(engine: Engine) -> tuple[int, ...] | None:
    for node_id in engine.order.order:
        result = engine.results[node_id]
        if result.block == "input" and result.outputs:
            return tuple(next(iter(result.outputs.values())))
    return None


# -- layers ----------------------------------------------------------------------------------------------------------------------

_kinds: WeakKeyDictionary[Result, tuple[str, Kind]] = WeakKeyDictionary()


def _said(step: Result) -> tuple[str, Kind]:
    found = _kinds.get(step)
    if found is None:
        cost = step.cost
        found = _kinds[step] = kind_of(step), Kind(1, cost.params, cost.macs, cost.activations)
    return found


def kind_of(step: Result) -> str:
    """The kind of a convolution or linear layer."""
    if step.block.layer == "linear":
        return LINEAR
    if step.block.id != "conv2d":
        return TRANSPOSED
    return _CONVS[kind_of_conv(step)]


# -- blocks ----------------------------------------------------------------------------------------------------------------------


class _Shape(NamedTuple):
    """What equal blocks share."""

    layers: int
    gated: bool


_shapes: WeakKeyDictionary[Result, _Shape] = WeakKeyDictionary()


def _shape(result: Result) -> _Shape:
    found = _shapes.get(result)
    if found is None:
        drawing = result.drawing
        if drawing is None:
            found = _Shape(result.block.layer is not None, False)
        else:
            parts = [part.result for part in drawing.parts]
            gated = any(part.block.id == "squeeze_excite" or _shape(part).gated for part in parts)
            found = _Shape(sum([_shape(part).layers for part in parts]), gated)
        _shapes[result] = found
    return found


def _units(engine: Engine, flat: FlatDesign, reaches: list[Reach]) -> Iterator[Unit]:
    results = engine.results
    for node_id, start, end in flat.spans:
        result = results[node_id]
        if start == end or result.evaluated is None or result.evaluated.block.category == "io":
            continue
        yield from _of(result.evaluated, node_id, result.path, start, flat, reaches)


def _of(result: Result, node: str, path: str, start: int, flat: FlatDesign, reaches: list[Reach]) -> Iterator[Unit]:
    """The units of an evaluated block whose steps begin at `start`: itself, or what an own block is made of."""
    if result.drawing is not None and result.block.category == "own":
        at = start
        for part in result.drawing.parts:
            if part.result.block.category != "io":
                yield from _of(part.result, node, f"{path}.{part.name}", at, flat, reaches)
            at += len(flat_of(part.result).steps)
        return
    inner = flat_of(result)
    if not inner.steps:
        return
    shape = _shape(result)
    ref = inner.outputs[0] if inner.outputs else len(inner.steps) - 1
    reach = reaches[start + (ref if ref >= 0 else len(inner.steps) - 1)]
    output = result.outputs[0]
    cost = result.cost
    is_map = len(output) == 3
    yield Unit(
        node,
        path,
        result.block.id,
        result.block.category,
        None if reach.whole or not is_map else float(max(reach.stride)),
        (output[1], output[2]) if is_map else None,
        output[0],
        cost.params,
        cost.macs,
        cost.activations,
        shape.layers,
        shape.gated,
        result,
    )


def told(units: list[Unit], *, first: bool) -> str:
    """Blocks of one row in words: `stem, 1 inverted`, `7 inverted, 2 SE`. `first` says that the network begins with them."""
    working = [unit for unit in units if unit.layers]
    counts: dict[str, int] = {}
    for number, unit in enumerate(working):
        word = "stem" if first and number == 0 and unit.word == "conv" else unit.word
        counts[word] = counts.get(word, 0) + 1
    words = [word if count == 1 and word in _UNCOUNTED_WORDS else f"{count} {word}" for word, count in counts.items()]
    gated = [unit for unit in working if unit.gated and unit.block != "squeeze_excite"]
    if gated:
        alike = sum(unit.block == gated[0].block for unit in working)
        words.append("SE" if len(gated) == alike else f"{len(gated)} SE")
    if not words and units:
        return "pooling" if any(unit.category == "pooling" for unit in units) else "no layers"
    return ", ".join(words)
