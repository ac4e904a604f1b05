"""A design in figures: totals, what it is made of, where its cost is, how deep and how wide it is. As records and as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from blocks.cost import Cost
from designer.analysis import numbers
from designer.analysis.chart_rows import DepthRow, depth_rows
from designer.analysis.engine import Engine
from designer.analysis.flatten import flatten
from designer.analysis.memory import BYTES, peak_activation_elements
from designer.analysis.receptive_field import figures
from designer.graph.network import node_path

LARGEST = 10
DTYPE = "fp32"
NO_STAGE = "no stage"


class Group(NamedTuple):
    """Layers of one kind, or of one stage, together."""

    name: str
    category: str
    layers: int
    params: int
    macs: int
    activations: int


class Block(NamedTuple):
    """A root block: where it is, what it is, and what it costs."""

    node: str
    path: str
    kind: str
    params: int
    macs: int


class Width(NamedTuple):
    """How many channels the layers at one resolution give: the map's sides ("" for vectors), and the fewest and most."""

    sides: str
    layers: int
    narrowest: int
    widest: int
    macs: int


class Statistics(NamedTuple):
    """Everything the statistics page shows. `half_params` and `half_macs` are how many of the `layers` hold half of each."""

    name: str
    total: Cost
    flops: int
    peak_bytes: int
    weights_bytes: int
    depth: int
    field: tuple[float, float] | None
    stride: tuple[float, float] | None
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    blocks: int
    primitives: int
    layers: int
    kinds: tuple[Group, ...]
    stages: tuple[Group, ...]
    block_kinds: tuple[tuple[str, int], ...]
    largest: tuple[Block, ...]
    widths: tuple[Width, ...]
    half_params: int
    half_macs: int
    rows: tuple[DepthRow, ...]


def statistics(engine: Engine) -> Statistics | None:
    """The figures of a design; None while its totals are unknown."""
    total = engine.total
    if total is None:
        return None
    network = engine.design.root
    rows = depth_rows(engine)
    flat = flatten(engine)
    whole = figures(flat)
    counted = [node_id for node_id in engine.order.order if network.node(node_id).block not in ("input", "output")]
    blocks = [
        Block(node_id, node_path(network.node(node_id)), network.node(node_id).block, result.cost.params, result.cost.macs)
        for node_id in counted
        if (result := engine.results[node_id]).cost.params or result.cost.macs
    ]
    kinds = Counter(network.node(node_id).block for node_id in counted)
    ends = {
        kind: tuple(
            numbers.shape(spec)
            for node_id in engine.order.order
            if network.node(node_id).block == kind
            for spec in (engine.results[node_id].outputs or engine.results[node_id].inputs).values()
        )
        for kind in ("input", "output")
    }
    return Statistics(
        name=engine.design.name,
        total=total,
        flops=2 * total.macs,
        peak_bytes=BYTES[DTYPE] * peak_activation_elements(flat),
        weights_bytes=BYTES[DTYPE] * (total.params + total.buffers),
        depth=whole.depth,
        field=whole.field,
        stride=whole.stride,
        inputs=ends["input"],
        outputs=ends["output"],
        blocks=len(counted),
        primitives=sum(step.block.category != "io" for step in flat.steps),
        layers=sum(step.block.layer is not None for step in flat.steps),
        kinds=_groups(rows, lambda row: row.kind),
        stages=tuple(_in_order(rows)),
        block_kinds=tuple(kinds.most_common()),
        largest=tuple(sorted(blocks, key=lambda block: (-block.macs, -block.params, block.path))),
        widths=tuple(_widths(rows)),
        half_params=_half([row.cost.params for row in rows]),
        half_macs=_half([row.cost.macs for row in rows]),
        rows=tuple(rows),
    )


def _groups(rows: Sequence[DepthRow], name: Callable[[DepthRow], str]) -> tuple[Group, ...]:
    """The largest first."""
    return tuple(sorted(_in_order(rows, name), key=lambda group: (-group.macs, -group.params, group.name)))


def _in_order(rows: Sequence[DepthRow], name: Callable[[DepthRow], str] = lambda row: row.stage or NO_STAGE) -> list[Group]:
    found: dict[str, Group] = {}
    for row in rows:
        key, cost = name(row), row.cost
        old = found.get(key) or Group(key, row.category, 0, 0, 0, 0)
        found[key] = Group(
            key,
            old.category,
            old.layers + 1,
            old.params + cost.params,
            old.macs + cost.macs,
            old.activations + cost.activations,
        )
    return list(found.values())


def _widths(rows: Sequence[DepthRow]) -> list[Width]:
    """By the sides of the maps, the largest first; vectors last."""
    found: dict[tuple[int, ...], list[DepthRow]] = {}
    for row in rows:
        if row.output is not None and row.cost.macs:
            found.setdefault(tuple(row.output[1:]), []).append(row)
    made = []
    for sides, inside in sorted(found.items(), key=lambda item: -_area(item[0])):
        channels = [row.output[0] for row in inside if row.output is not None]
        text = f" {numbers.TIMES} ".join(map(str, sides))
        made.append(Width(text, len(inside), min(channels), max(channels), sum(row.cost.macs for row in inside)))
    return made


def _area(sides: tuple[int, ...]) -> int:
    area = 1 if sides else 0
    for side in sides:
        area *= side
    return area


def _half(amounts: Sequence[int]) -> int:
    """How many of the largest amounts make half of all."""
    whole, sum_ = sum(amounts), 0
    for count, amount in enumerate(sorted(amounts, reverse=True), 1):
        sum_ += amount
        if 2 * sum_ >= whole:
            return count if whole else 0
    return 0


def concentration(amounts: Sequence[int]) -> list[float]:
    """The share that the k largest amounts have together, for k from 0 on."""
    whole = sum(amounts)
    found = [0.0]
    for amount in sorted(amounts, reverse=True):
        found.append(found[-1] + (amount / whole if whole else 0.0))
    return found


# -- Markdown ------------------------------------------------------------------------------------------------------------------


def pair(sides: tuple[float, float] | None) -> str:
    """Two sides in pixels; a dash where there are none."""
    if sides is None:
        return numbers.NOT_APPLICABLE
    a, b = (f"{side:g}" for side in sides)
    return f"{a} {numbers.TIMES} {b} px"


def markdown(found: Statistics, title: str = "", conformance: str = "", *, flops: bool = False) -> str:
    """All of it as a Markdown document."""
    work, times = ("FLOPs", 2) if flops else ("MACs", 1)
    macs, params = max(1, found.total.macs), max(1, found.total.params)
    facts = [
        ("Input", ", ".join(found.inputs) or numbers.NOT_APPLICABLE),
        ("Output", ", ".join(found.outputs) or numbers.NOT_APPLICABLE),
        ("Params", numbers.full(found.total.params)),
        ("Buffers", numbers.full(found.total.buffers)),
        ("MACs", numbers.full(found.total.macs)),
        ("FLOPs (2 x MACs)", numbers.full(found.flops)),
        ("Activations (elements)", numbers.full(found.total.activations)),
        (f"Peak activation memory ({DTYPE}, batch 1)", numbers.bytes_(found.peak_bytes)),
        (f"Weights ({DTYPE})", numbers.bytes_(found.weights_bytes)),
        ("Depth (layers on the longest path)", str(found.depth)),
        ("Convolutions and linear layers", str(found.layers)),
        ("Blocks", str(found.blocks)),
        ("Primitives", str(found.primitives)),
        ("Receptive field", pair(found.field)),
        ("Output stride", pair(found.stride)),
    ]

    def group_rows(groups: Sequence[Group]) -> list[list[str]]:
        return [
            [
                one.name,
                str(one.layers),
                numbers.full(one.params),
                numbers.share(one.params / params),
                numbers.full(times * one.macs),
                numbers.share(one.macs / macs),
            ]
            for one in groups
        ]

    heads = ["Layers", "Params", "% of params", work, f"% of {work}"]
    parts = [f"# {title or found.name}", conformance, _table(["Figure", "Value"], [list(fact) for fact in facts])]
    parts += ["## By kind of layer", _table(["Kind", *heads], group_rows(found.kinds))]
    if any(group.name != NO_STAGE for group in found.stages):
        parts += ["## By stage", _table(["Stage", *heads], group_rows(found.stages))]
    parts += [
        "## Largest blocks",
        _table(
            ["Block", "Type", "Params", work, f"% of {work}"],
            [
                [
                    block.path,
                    block.kind,
                    numbers.full(block.params),
                    numbers.full(times * block.macs),
                    numbers.share(block.macs / macs),
                ]
                for block in found.largest[:LARGEST]
            ],
        ),
        "## Widths",
        _table(
            ["Output", "Layers", "Narrowest (channels)", "Widest (channels)", work],
            [
                [one.sides or "vector", str(one.layers), str(one.narrowest), str(one.widest), numbers.full(times * one.macs)]
                for one in found.widths
            ],
        ),
        half_sentence(found),
    ]
    return "\n\n".join([part for part in parts if part]) + "\n"


def half_sentence(found: Statistics) -> str:
    """How much the cost is gathered in few layers."""
    count = len(found.rows)
    return (
        f"Half of the MACs are in {found.half_macs} of {count} layers, half of the params in {found.half_params}."
        if count
        else "No layer has params or MACs."
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:" for _ in head[1:]]]
    lines = [head, rule, *rows]
    return "\n".join(["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines])
