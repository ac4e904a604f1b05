"""What the charts show, as rows of numbers in execution order: costs over depth, memory over time, receptive field over depth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from blocks.cost import Cost
from blocks.spec import TensorSpec
from designer.analysis.engine import Engine
from designer.analysis.flatten import FlatDesign, flatten
from designer.analysis.layers import LAYER, rows_of_node
from designer.analysis.memory import Lives, lives_of
from designer.analysis.receptive_field import Reach, figures


class DepthRow(NamedTuple):
    """A layer as a person counts them, or a block without any: where it is and what it costs. `node` is the root node's id."""

    node: str
    path: str
    stage: str
    kind: str
    category: str
    output: TensorSpec | None
    cost: Cost


def depth_rows(engine: Engine) -> list[DepthRow]:
    """Everything that counts and costs params, MACs or activations; it adds up to the totals."""
    found: list[DepthRow] = []
    network = engine.design.root
    for node_id in engine.order.order:
        node = network.node(node_id)
        for row in rows_of_node(node, engine.results[node_id], LAYER):
            cost = row.cost
            if cost is not None and (cost.params or cost.macs or cost.activations):
                path = f"{row.stage}.{row.name}" if row.stage else row.name
                found.append(DepthRow(node_id, path, row.stage or "", row.block, row.category, row.output, cost))
    return found


class Share(NamedTuple):
    """A group of layers (a stage, or a kind of layer), and inside it what each root node has of it; the largest first."""

    name: str
    category: str
    value: int
    parts: tuple[tuple[str, int], ...]


def shares(rows: Iterable[DepthRow], group: Callable[[DepthRow], str], value: Callable[[Cost], int]) -> list[Share]:
    """How a figure is shared out among groups of layers, the largest first. What has none of it is left out."""
    parts: dict[str, dict[str, int]] = {}
    categories: dict[str, str] = {}
    for row in rows:
        amount = value(row.cost)
        if amount:
            name = group(row)
            categories.setdefault(name, row.category)
            inside = parts.setdefault(name, {})
            inside[row.node] = inside.get(row.node, 0) + amount
    found = [
        Share(name, categories[name], sum(inside.values()), tuple(sorted(inside.items(), key=lambda item: -item[1])))
        for name, inside in parts.items()
    ]
    return sorted(found, key=lambda share: -share.value)


class Tensor(NamedTuple):
    """A tensor that is alive: which step made it, where that is, and how large it is."""

    node: str
    path: str
    spec: TensorSpec
    elements: int


class Memory(NamedTuple):
    """Elements alive while each primitive works, in execution order. `nodes` and `paths` say whose step it is."""

    lives: Lives
    nodes: list[str]
    paths: list[str]
    specs: list[TensorSpec]

    @property
    def at(self) -> int:
        """The first step at which most is alive."""
        return self.lives.live.index(self.lives.peak)

    def alive(self, step: int) -> list[Tensor]:
        """The tensors alive while a step works, the largest first."""
        return [Tensor(self.nodes[k], self.paths[k], self.specs[k], self.lives.sizes[k]) for k in self.lives.alive(step)]


def memory(engine: Engine) -> Memory:
    """Peak memory step by step. The engine's totals must be known."""
    flat = flatten(engine)
    return Memory(lives_of(flat), _nodes(flat), flat.paths(engine), [step.outputs[0] for step in flat.steps])


class ReachRow(NamedTuple):
    """What one layer sees of the input, in input pixels: `reach`. `output` is its map, `covers` the share of the input's shorter
    side, over 1 where it sees more than there is."""

    node: str
    path: str
    reach: Reach
    output: TensorSpec
    covers: float


class Reaches(NamedTuple):
    """Layers that look at more than one position, or are convolutions, in execution order; and the sides of the largest input."""

    rows: list[ReachRow]
    sides: tuple[int, int] | None


def reaches(engine: Engine) -> Reaches:
    """Receptive field over depth. The engine's totals must be known."""
    flat = flatten(engine)
    maps = [spec for _, step in flat.input_nodes if len(spec := flat.steps[step].outputs[0]) == 3]
    if not maps:
        return Reaches([], None)
    sides = max([spec[1] for spec in maps]), max([spec[2] for spec in maps])
    nodes, paths = _nodes(flat), flat.paths(engine)
    rows = []
    for k, (step, reach) in enumerate(zip(flat.steps, figures(flat).reaches, strict=True)):
        if step.block.layer is None and not step.block.looks:
            continue
        covers = min(float(reach.field[0]) / sides[0], float(reach.field[1]) / sides[1])
        rows.append(ReachRow(nodes[k], paths[k], reach, step.outputs[0], covers))
    return Reaches(rows, sides)


def _nodes(flat: FlatDesign) -> list[str]:
    """The root node of every step."""
    found: list[str] = []
    for node_id, start, end in flat.spans:
        found += [node_id] * (end - start)
    return found
