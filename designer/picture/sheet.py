"""What stands where in a picture, and what it says: read from a design once, drawn by `cards` and `wires`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from blocks.cost import ZERO, Cost
from blocks.spec import TensorSpec
from designer.analysis import numbers
from designer.analysis.describe import main_parameters, name_of, result_line, stage_title
from designer.analysis.engine import Engine
from designer.analysis.results import NodeResult
from designer.graph.bypass import Bypasses
from designer.graph.design import DOWN, RIGHT, ROOT, Design, Note
from designer.graph.folding import FOLD, Fold, Folded, fold, seen_network, stage_folds
from designer.graph.geometry import Box, Point, PortPlace, input_places, output_places
from designer.graph.layout import Metrics, layout
from designer.graph.network import Edge, Network, Node
from designer.graph.own_block import OWN
from designer.graph.repeats import find_repeats, in_few_words
from designer.graph.topology import execution_order

LINE = 16.0  # that a fold is higher where it says how copies differ
SHORT = 12  # letters of a kind of block that stand beside figures
METRICS = Metrics()


class Card(NamedTuple):
    """A block, or a fold, at its place. `lines` are what stands below its name; `quiet` that it does not count."""

    id: str
    box: Box
    name: str
    block: str
    category: str
    lines: tuple[str, ...]
    cost: Cost
    copies: int = 1
    stacked: bool = False  # a fold
    position: int = -1  # of a folded stage among the stages
    status: str = "ok"
    quiet: bool = False
    inputs: tuple[PortPlace, ...] = ()
    outputs: tuple[PortPlace, ...] = ()
    members: tuple[str, ...] = ()
    stage: str | None = None


class Frame(NamedTuple):
    """A stage: its blocks' boxes and what they add up to, None where that is not known."""

    stage: str
    position: int
    boxes: tuple[Box, ...]
    blocks: int
    cost: Cost | None
    output: TensorSpec | None
    continued: bool = False  # the stage began in another column


class Wire(NamedTuple):
    """From one port to another, with the shape of what it carries."""

    source: str
    target: str
    start: Point
    end: Point
    text: str
    bypass: bool
    step: int
    early: bool = False
    elements: int = 0  # that flow in it
    status: str = ""
    points: tuple[Point, ...] = ()  # its corners, where they are known already


@dataclass(slots=True)
class Sheet:
    """Everything in the picture, in scene px."""

    cards: list[Card] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    placed: bool = False  # blocks stand where a person put them
    flow: str = DOWN


def read(
    design: Design,
    engine: Engine,
    *,
    folded: bool = False,
    folds: Iterable[Fold] = (),
    only: Collection[str] | None = None,
    places: Mapping[str, Point] | None = None,
) -> Sheet:
    """What is to be drawn: all of a design or the nodes `only`; `folds` as one card each, and all repeats if `folded`.

    Blocks and folds stand at `places` where all of them have one, else they are laid out anew.
    """
    network = design.root if only is None else _part(design.root, set(only))
    wanted = [*folds, *(find_repeats(design.root, design.resolve) if folded else ())]
    found = fold(network, design.resolve, [one for one in wanted if all(member in network for member in one.members)])
    seen = seen_network(network, found)
    sizes = {card: (METRICS.width, METRICS.height + (LINE if one.differences else 0.0)) for card, one in found.folds.items()}
    if places is None or any(node_id not in places for node_id in seen):
        at: Mapping[str, Point] = layout(seen, design.resolve, flow=design.flow, sizes=sizes)
        own = False
    else:
        at, own = places, True
    sheet = Sheet(flow=design.flow)
    order = execution_order(seen, design.resolve)
    bypasses = Bypasses(order.wires)
    stages = {stage: k for k, stage in enumerate(stage_folds(network, design.resolve))}
    for node_id in (*order.order, *order.rest):
        node = seen.node(node_id)
        x, y = at[node_id]
        if node.block == FOLD:
            width, height = sizes[node_id]
            card = _fold_card(design, engine, found.folds[node_id], Box(x, y, x + width, y + height), stages)
        else:
            boundary = node.block in ("input", "output")
            width, height = (METRICS.io_width, METRICS.io_height) if boundary else (METRICS.width, METRICS.height)
            card = _card(node, engine.results[node_id], Box(x, y, x + width, y + height))
        sheet.cards.append(_with_ports(card, seen, design, bypasses))
    sheet.frames = _frames(engine, seen, sheet.cards, stages)
    sheet.wires = _wires(seen, sheet.cards, found, engine, design.flow)
    sheet.placed = own
    if own and only is None:
        sheet.notes = list(design.notes.get(ROOT, {}).values())
    return sheet


def _part(network: Network, wanted: set[str]) -> Network:
    edges = [edge for edge in network.edges() if edge.source in wanted and edge.target in wanted]
    return Network.of([node for node in network.nodes() if node.id in wanted], edges)


# -- blocks ------------------------------------------------------------------------------------------------------------------


def _card(node: Node, result: NodeResult, box: Box) -> Card:
    kind = result.block_type
    category = kind.category if kind is not None else ""
    quiet = result.status in ("blocked", "incomplete", "unused") or node.disabled
    cost = result.cost if result.status in ("ok", "warning") and not node.disabled else ZERO
    if node.disabled:
        line = "bypassed"
    elif result.status == "blocked":
        line = f"waits for {result.blocked_by}"
    elif result.status == "incomplete":
        port = next((issue.port for issue in result.issues if issue.port), "")
        line = f'"{port}" has no wire' if port else f"waits for {result.blocked_by}"
    elif result.status == "unused":
        line = "not read"
    else:
        line = result_line(node, result)
    return Card(
        node.id, box, name_of(node), node.block, category, (line,), cost, status=result.status, quiet=quiet, members=(node.id,)
    )


def _fold_card(design: Design, engine: Engine, one: Fold, box: Box, stages: Mapping[str, int]) -> Card:
    """A stage, or a run of equal units: named from first to last, with the first copy's parameters and how it differs."""
    network = design.root
    first, last = network.node(one.members[0]), network.node(one.members[-1])
    results = [engine.results[member] for member in one.members]
    cost = sum([result.cost for result in results if result.status in ("ok", "warning")], ZERO)
    status = next((result.status for result in results if result.status in ("error", "blocked")), "ok")
    quiet = status == "blocked"
    if one.stage:
        kinds = Counter(network.node(member).block for member in one.members)
        ((kind, count),) = kinds.most_common(1)
        same = len(kinds) == 1 and count > 1
        short = kind.removeprefix(OWN)
        short = short if len(short) <= SHORT else short.partition("_")[0]
        line = f"{count} {numbers.TIMES} {short}" if same else _blocks(len(one.members))
        made = Card(one.id, box, stage_title(one.stage), "stage", "", (line,), cost, status=status, quiet=quiet)
        return made._replace(stacked=True, position=stages.get(one.stage, 0), members=one.members)
    block = results[0].block_type
    line = f"{_blocks(one.unit)} each"
    if one.unit == 1 and block is not None and results[0].evaluated is not None:
        values = dict(zip(block.parameters, results[0].evaluated.values, strict=True))
        out = next(iter(results[-1].outputs.values()), None)
        line = main_parameters(first.block, block.category, values, list(results[0].inputs.values()), out)
    lines = (line, in_few_words(one)) if one.differences else (line,)
    name = f"{name_of(first)} to {name_of(last)}"
    category = block.category if block is not None and one.unit == 1 else "composite"
    made = Card(one.id, box, name, first.block if one.unit == 1 else "", category, lines, cost, status=status, quiet=quiet)
    return made._replace(stacked=True, copies=one.copies, members=one.members)


def _blocks(count: int) -> str:
    return f"{count} block{'s' if count != 1 else ''}"


def _with_ports(card: Card, seen: Network, design: Design, bypasses: Bypasses) -> Card:
    width, height, flow = card.box.width, card.box.height, design.flow
    connected = seen.sources(card.id)
    node = seen.node(card.id)
    block = design.resolve(node.block)
    bypass = bypasses.of(card.id).port
    if block is None:
        inputs = input_places(None, connected, width, height, bypass, flow)
        outputs = output_places(sorted({edge.source_port for edge in seen.readers(card.id)}), width, height, flow)
    else:
        inputs = input_places(block.inputs, connected, width, height, bypass, flow)
        outputs = output_places(block.outputs if node.block != "output" else (), width, height, flow)
    shown = tuple([place for place in inputs if not place.more])
    return card._replace(inputs=shown, outputs=tuple(outputs), stage=node.stage)


# -- stages ------------------------------------------------------------------------------------------------------------------


def _frames(engine: Engine, seen: Network, cards: list[Card], stages: Mapping[str, int]) -> list[Frame]:
    boxes: dict[str, list[Box]] = {}
    members: dict[str, list[str]] = {}
    for card in cards:
        stage = seen.node(card.id).stage
        if stage is not None and card.position < 0:  # a folded stage has no frame
            boxes.setdefault(stage, []).append(card.box)
            members.setdefault(stage, []).extend(card.members)
    found = []
    for stage, ids in members.items():
        results = [engine.results[node_id] for node_id in ids]
        known = all(result.outputs for result in results)
        counted = [result.cost for result in results if result.status != "unused"]
        output = next(iter(results[-1].outputs.values()), None)
        cost = sum(counted, ZERO) if known else None
        found.append(Frame(stage, stages[stage], tuple(boxes[stage]), len(ids), cost, output))
    return found


# -- wires -------------------------------------------------------------------------------------------------------------------


def _wires(seen: Network, cards: list[Card], folds: Folded, engine: Engine, flow: str) -> list[Wire]:
    by_id = {card.id: card for card in cards}
    across = 1 if flow == RIGHT else 0
    found = []
    for edge in sorted(seen.edges()):
        source, target = by_id[edge.source], by_id[edge.target]
        out = next((place for place in source.outputs if place.name == edge.source_port), None)
        into = next((place for place in target.inputs if place.name == edge.target_port), None)
        out = out or output_places([edge.source_port], *source.box.size, flow)[0]
        into = into or input_places(None, [edge.target_port], *target.box.size, flow=flow)[0]
        start = source.box.left + out.x, source.box.top + out.y
        end = target.box.left + into.x, target.box.top + into.y
        step = 0
        above = [place for place in target.inputs if not place.side]
        if into in above and len(target.inputs) > 1 and start[across] != end[across]:
            index = above.index(into)
            step = min(2, index if start[across] < end[across] else len(above) - 1 - index)
        spec = _carried(edge, folds, engine)
        status = "blocked" if target.status == "blocked" else "error" if target.status == "error" else ""
        early = flow == RIGHT and len(target.inputs) == 1
        text = numbers.shape(spec) if spec else ""
        elements = spec.elements if spec is not None else 0
        found.append(Wire(edge.source, edge.target, start, end, text, into.side, step, early, elements, status))
    return found


def _carried(edge: Edge, folds: Folded, engine: Engine) -> TensorSpec | None:
    if edge.source in folds.folds:
        node_id, port = folds.outputs[edge.source][int(edge.source_port.rpartition(".")[2])]
    else:
        node_id, port = edge.source, edge.source_port
    return engine.results[node_id].outputs.get(port)
