"""Layered top-down layout: inputs above, branches side by side in port order, a bypass beside the branch it goes around.

Four steps, each linear but for sorting (Sugiyama et al. 1981): ranks by the longest path; wires that skip ranks get a lane in
each rank between; the order within a rank starts from the execution order and is improved by barycentres; x follows the
neighbours, kept apart by an isotonic fit. It depends on the graph alone, so a small edit moves little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from designer.graph.network import Network
from designer.graph.topology import execution_order

LANE = 24.0  # width of a wire that passes a rank
SNAP = 8.0
SWEEPS = 4


class Metrics(NamedTuple):
    """Sizes in scene px: of a block, of an input or output, and the gaps between blocks."""

    width: float = 216.0
    height: float = 48.0
    io_width: float = 152.0
    io_height: float = 28.0
    gap: float = 28.0
    gap_between_stages: float = 36.0
    gap_sideways: float = 40.0


class _Item:
    """A node, or the place where a wire passes a rank."""

    __slots__ = ("above", "below", "bypass", "height", "id", "order", "rank", "width", "x")

    def __init__(self, node_id: str | None, rank: int, width: float, height: float, order: float) -> None:
        self.id = node_id
        self.rank = rank
        self.width = width
        self.height = height
        self.order = order
        self.above: list[_Item] = []
        self.below: list[_Item] = []
        self.bypass = False  # part of a wire that goes around a branch: it never pulls blocks out of line
        self.x = 0.0  # of the centre


def layout(
    network: Network, resolve: Callable[[str], Any], metrics: Metrics | None = None, flow: str = "down"
) -> dict[str, tuple[float, float]]:
    """Top left corners in scene px for every node. `flow` is "down" (inputs above) or "right" (inputs on the left).

    Blocks never overlap. The centre of the first rank's widest part is near x = 0.
    """
    metrics = metrics or Metrics()
    order = execution_order(network, resolve)
    sequence = [*order.order, *order.rest]
    if not sequence:
        return {}
    feeds = {node_id: [source for source, _ in order.wires[node_id].values()] for node_id in sequence}
    rank = _ranks(sequence, feeds)
    rows = _rows(network, sequence, feeds, rank, metrics, flow)
    _order_rows(rows)
    _place_rows(rows, metrics)
    return _positions(network, rows, metrics, flow)


def _ranks(sequence: list[str], feeds: Mapping[str, list[str]]) -> dict[str, int]:
    """Longest path from an input; what feeds only one later node (an input of its own) moves down beside what it joins."""
    rank: dict[str, int] = {}
    for node_id in sequence:
        rank[node_id] = max([rank[source] + 1 for source in feeds[node_id]], default=0)
    readers: dict[str, list[str]] = {node_id: [] for node_id in sequence}
    for node_id, sources in feeds.items():
        for source in sources:
            readers[source].append(node_id)
    for node_id in reversed(sequence):
        if readers[node_id] and not feeds[node_id]:
            rank[node_id] = min([rank[reader] for reader in readers[node_id]]) - 1
    return rank


def _rows(
    network: Network,
    sequence: list[str],
    feeds: Mapping[str, list[str]],
    rank: Mapping[str, int],
    metrics: Metrics,
    flow: str,
) -> list[list[_Item]]:
    items: dict[str, _Item] = {}
    rows: list[list[_Item]] = [[] for _ in range(max(rank.values()) + 1)]
    for position, node_id in enumerate(sequence):
        boundary = network.node(node_id).block in ("input", "output")
        width, height = (metrics.io_width, metrics.io_height) if boundary else (metrics.width, metrics.height)
        if flow == "right":
            width, height = height, width
        item = items[node_id] = _Item(node_id, rank[node_id], width, height, position)
        rows[item.rank].append(item)
    for node_id in sequence:
        target = items[node_id]
        for port, source_id in enumerate(feeds[node_id]):
            source = items[source_id]
            goes_around = target.rank - source.rank > 1 and _goes_around(source_id, node_id, feeds, rank)
            last = source
            for between in range(source.rank + 1, target.rank):
                # right of everything drawn for the branch it goes around, else in port order
                lane = _Item(
                    None, between, LANE, 0.0, target.order + port / 64 if goes_around else source.order + (port + 1) / 64
                )
                lane.bypass = goes_around
                rows[between].append(lane)
                last.below.append(lane)
                lane.above.append(last)
                last = lane
            last.below.append(target)
            target.above.append(last)
    return rows


def _goes_around(source: str, target: str, feeds: Mapping[str, list[str]], rank: Mapping[str, int], limit: int = 400) -> bool:
    """Whether another way leads from `source` to `target`: then the direct wire is a bypass."""
    waiting = [node_id for node_id in feeds[target] if node_id != source]
    seen = set(waiting)
    while waiting and len(seen) < limit:
        node_id = waiting.pop()
        for before in feeds[node_id]:
            if before == source:
                return True
            if before not in seen and rank[before] > rank[source]:
                seen.add(before)
                waiting.append(before)
    return False


def _order_rows(rows: list[list[_Item]]) -> None:
    """Order within each rank: execution order first (it keeps port order), then, from above, the barycentre of what feeds it."""
    for row in rows:
        row.sort(key=lambda item: item.order)
        for place, item in enumerate(row):
            item.order = float(place)
    for _ in range(SWEEPS):
        for row in rows:
            row.sort(key=lambda item: _mean([n.order for n in item.above], item.order))
            for place, item in enumerate(row):
                item.order = float(place)


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _place_rows(rows: list[list[_Item]], metrics: Metrics) -> None:
    """x of every item: near its neighbours, straight where it can be, never overlapping."""
    for row in rows:
        _settle(row, [0.0] * len(row), [1.0] * len(row), metrics)
    for sweep in range(2 * SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            wanted: list[float] = []
            weights: list[float] = []
            for item in row:
                neighbours = item.above if down else item.below
                straight = [n for n in neighbours if not n.bypass] or neighbours
                if item.bypass:
                    straight = [n for n in neighbours if n.bypass] or neighbours
                wanted.append(_mean([n.x for n in straight], item.x))
                weights.append(0.01 if item.bypass else 1.0 if item.id is None else 4.0)
            _settle(row, wanted, weights, metrics)


def _settle(row: list[_Item], wanted: list[float], weights: list[float], metrics: Metrics) -> None:
    """The places nearest to the wanted ones (weighted squares) that keep the order and the distances: pool adjacent violators."""
    offsets = [0.0]
    for left, right in pairwise(row):
        gap = metrics.gap_sideways if left.id is not None and right.id is not None else LANE / 2
        offsets.append(offsets[-1] + (left.width + right.width) / 2 + gap)
    pools: list[list[float]] = []  # [mean, weight, count]
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        pools.append([want - offset, weight, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, heavy, count = pools.pop()
            last = pools[-1]
            last[0] = (last[0] * last[1] + mean * heavy) / (last[1] + heavy)
            last[1] += heavy
            last[2] += count
    at = 0
    for mean, _, count in pools:
        for _ in range(int(count)):
            row[at].x = mean + offsets[at]
            at += 1


def _positions(network: Network, rows: list[list[_Item]], metrics: Metrics, flow: str) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    top = 0.0
    stages: set[str | None] = set()
    for row in rows:
        nodes = [item for item in row if item.id is not None]
        here = {network.node(item.id).stage for item in nodes if item.id is not None}
        if stages and here and here != stages:
            top += metrics.gap_between_stages - metrics.gap
        stages = here or stages
        height = max([item.height for item in nodes], default=0.0)
        for item in nodes:
            assert item.id is not None
            across = round((item.x - item.width / 2) / SNAP) * SNAP
            along = round((top + (height - item.height) / 2) / (SNAP / 2)) * (SNAP / 2)
            found[item.id] = (across, along) if flow == "down" else (along, across)
        top += height + metrics.gap
    return found
