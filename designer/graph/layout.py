"""Where blocks stand: a layered layout, inputs above (or on the left), branches side by side in port order, a bypass beside the
branch it goes around, frames of stages apart from each other.

`plan` reads a network, `arrange` does the work on what it read and nothing else, so that it may run in another thread. The places
depend on the graph alone, so a small edit moves little.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from designer.graph.bypass import Bypasses
from designer.graph.design import DOWN, RIGHT
from designer.graph.layered import Cancelled, Gaps, Piece, arrange_pieces, rough_pieces
from designer.graph.network import Network
from designer.graph.topology import Wires, boundary, execution_order

Point = tuple[float, float]
FLOWS = (DOWN, RIGHT)
SNAP = 8.0
MANY = 500  # blocks from which on a window lays out in the background


class Metrics(NamedTuple):
    """Sizes in scene px: of a block, of an input or output, of the gaps between blocks, of the room beside them.

    `gap` is along the flow, `gap_sideways` across it. `lane` is the room of a wire that passes blocks, `bypass_lane` that of a
    bypass with its shape; `frame` is how far a stage's frame reaches on both sides across the flow, the first with its label.
    """

    width: float = 216.0
    height: float = 48.0
    io_width: float = 152.0
    io_height: float = 28.0
    gap: float = 28.0
    gap_between_stages: float = 36.0
    gap_sideways: float = 40.0
    lane: float = 24.0
    bypass_lane: float = 88.0
    frame: tuple[float, float] = (152.0, 24.0)


# to the right a shape lies along its wire, so blocks are as far apart as `64 x 112 x 112` is long; a label is above its stage
_RIGHT = Metrics(gap=144.0, gap_between_stages=160.0, gap_sideways=32.0, bypass_lane=24.0, frame=(98.0, 10.0))


def metrics_of(flow: str) -> Metrics:
    """The sizes of a flow."""
    return _RIGHT if flow == RIGHT else Metrics()


class Plan(NamedTuple):
    """All that the layout needs to know of a network."""

    pieces: list[Piece]
    metrics: Metrics
    flow: str
    centred: bool


def plan(
    network: Network,
    resolve: Callable[[str], Any],
    metrics: Metrics | None = None,
    flow: str = DOWN,
    *,
    sizes: Mapping[str, Point] | None = None,
    only: Collection[str] | None = None,
) -> Plan:
    """Reads a network for `arrange`. `sizes` are widths and heights of blocks that differ from the metrics'; then those of
    a rank begin together. `only` are the blocks to arrange, all where it is None."""
    metrics = metrics or metrics_of(flow)
    order = execution_order(network, resolve)
    sequence = [node_id for node_id in (*order.order, *order.rest) if only is None or node_id in only]
    chosen = set(sequence)
    bypasses = Bypasses(order.wires)
    beside = -1 if flow == RIGHT else 1  # where the port of a bypass is: above, or on the right
    aside: set[str] = set()
    around: dict[str, str] = {}
    for node_id in sequence:
        port, blocks = bypasses.of(node_id)
        if port:
            around[node_id] = port
            aside.update(blocks)
    trunk = _trunk(network, sequence, order.wires, bypasses)
    pieces = []
    for node_id in sequence:
        node = network.node(node_id)
        width, height = (sizes or {}).get(node_id) or (
            (metrics.io_width, metrics.io_height) if node.block in ("input", "output") else (metrics.width, metrics.height)
        )
        wires = order.wires[node_id]
        passed = bypasses.passed(node_id) if len(wires) > 1 else set()
        feeds = []
        for index, (port, (source, _)) in enumerate(wires.items()):
            side = 0
            if around.get(node_id) == port:
                side = beside
            elif source in passed:  # of a concatenation: on the side where its port is
                side = -1 if 2 * index < len(wires) - 1 else 1
            if source in chosen:
                feeds.append((source, side))
        across, along = (height, width) if flow == RIGHT else (width, height)
        pieces.append(Piece(node_id, across, along, feeds, node.stage, beside if node_id in aside else 0, node_id in trunk))
    return Plan(pieces, metrics, flow, sizes is None)


def _trunk(network: Network, sequence: list[str], wires: Mapping[str, Wires], bypasses: Bypasses) -> set[str]:
    """What the first output reads (or what nothing reads, at the end of the longest way, while there is no output yet): heads of
    other outputs stand beside it and never bend it."""
    ends = [node.id for node in boundary(network, "output") if wires.get(node.id)]
    if not ends and sequence:
        read = {source for feeds in wires.values() for source, _ in feeds.values()}
        ends = sorted([node_id for node_id in sequence if node_id not in read], key=bypasses.depth, reverse=True)
    found = set(ends[:1])
    waiting = ends[:1]
    while waiting:
        for source, _ in wires[waiting.pop()].values():
            if source not in found:
                found.add(source)
                waiting.append(source)
    return found


def arrange(made: Plan, cancelled: Callable[[], bool] = lambda: False) -> dict[str, Point]:
    """Top left corners in scene px of everything in the plan. Raises Cancelled once `cancelled` says so."""
    places = arrange_pieces(made.pieces, _gaps(made), cancelled)
    if made.flow == RIGHT:
        return {node_id: (along, across) for node_id, (across, along) in places.items()}
    return places


def rough(made: Plan) -> dict[str, Point]:
    """Where everything stands until `arrange` has been done: ranks, and no more. Quick for any design; wires may cross."""
    places = rough_pieces(made.pieces, _gaps(made))
    return {node_id: (along, across) for node_id, (across, along) in places.items()} if made.flow == RIGHT else places


def _gaps(made: Plan) -> Gaps:
    metrics = made.metrics
    block = metrics.height if made.flow == RIGHT else metrics.width
    return Gaps(
        metrics.gap,
        metrics.gap_between_stages - metrics.gap,
        metrics.gap_sideways,
        metrics.lane,
        metrics.bypass_lane,
        metrics.frame,
        grid=(SNAP, block / 2 % SNAP),
        centred=made.centred,
    )


def layout(
    network: Network,
    resolve: Callable[[str], Any],
    metrics: Metrics | None = None,
    flow: str = DOWN,
    *,
    sizes: Mapping[str, Point] | None = None,
    only: Collection[str] | None = None,
) -> dict[str, Point]:
    """Top left corners in scene px for every node. `flow` is "down" (inputs above) or "right" (inputs on the left).

    Blocks never overlap. The trunk is near x = 0 (y = 0 where the flow is to the right).
    """
    return arrange(plan(network, resolve, metrics, flow, sizes=sizes, only=only))


__all__ = [
    "DOWN",
    "FLOWS",
    "MANY",
    "RIGHT",
    "SNAP",
    "Cancelled",
    "Metrics",
    "Plan",
    "arrange",
    "layout",
    "metrics_of",
    "plan",
    "rough",
]
