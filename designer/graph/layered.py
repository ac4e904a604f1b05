"""The layered layout (Sugiyama et al. 1981), across the flow and along it, whichever way that runs.

Ranks by the longest path; wires that skip ranks get a lane in each rank between; the order within a rank starts from the
execution order and follows barycentres; places across keep chains straight; frames of stages that would cover what does not
belong to them are moved apart. Each step is linear but for sorting.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from designer.graph.frames import part_frames
from designer.graph.pieces import Cancelled, Gaps, Item, Piece, Rows
from designer.graph.spine import place_rows

SWEEPS = 4


def arrange_pieces(pieces: list[Piece], gaps: Gaps, cancelled: Callable[[], bool]) -> dict[str, tuple[float, float]]:
    """Where each block begins, across and along. Pieces come in execution order; raises Cancelled once that is wanted."""
    if not pieces:
        return {}
    rows = _rows(pieces, _ranks(pieces), gaps, cancelled)
    _order_rows(rows, cancelled)
    place_rows(rows, gaps, cancelled)
    if len({piece.stage for piece in pieces}) > 1:
        anchor = rows[0][0]
        at = anchor.x
        part_frames(rows, gaps, cancelled)
        by = at - anchor.x
        for row in rows:
            for item in row:
                item.x += by
    return _positions(rows, gaps)


def rough_pieces(pieces: list[Piece], gaps: Gaps) -> dict[str, tuple[float, float]]:
    """Each rank in its row, in the middle, in execution order."""
    if not pieces:
        return {}
    rank = _ranks(pieces)
    rows: Rows = [[] for _ in range(max(rank.values()) + 1)]
    for position, piece in enumerate(pieces):
        rows[rank[piece.id]].append(Item(piece, rank[piece.id], piece.across, position, side=0, trunk=True))
    for row in rows:
        x = -(sum(item.width for item in row) + gaps.across * (len(row) - 1)) / 2
        for item in row:
            item.x = x + item.width / 2
            x += item.width + gaps.across
    return _positions(rows, gaps)


def _ranks(pieces: list[Piece]) -> dict[str, int]:
    """Longest path from an input; what feeds only later blocks and reads nothing moves down beside what it joins."""
    rank: dict[str, int] = {}
    readers: dict[str, list[str]] = {piece.id: [] for piece in pieces}
    for piece in pieces:
        rank[piece.id] = max([rank[source] + 1 for source, _ in piece.feeds], default=0)
        for source, _ in piece.feeds:
            readers[source].append(piece.id)
    for piece in reversed(pieces):
        if readers[piece.id] and not piece.feeds:
            rank[piece.id] = min([rank[reader] for reader in readers[piece.id]]) - 1
    _bring_loose_ones(pieces, readers, rank)
    return rank


def _bring_loose_ones(pieces: list[Piece], readers: Mapping[str, list[str]], rank: dict[str, int]) -> None:
    """What no wire joins with the trunk begins beside the rest of its stage, whose frame would reach over others otherwise."""
    begins: dict[str, int] = {}
    for piece in pieces:
        if piece.trunk and piece.stage is not None:
            begins[piece.stage] = min(rank[piece.id], begins.get(piece.stage, rank[piece.id]))
    if not begins:
        return
    feeds = {piece.id: [source for source, _ in piece.feeds] for piece in pieces}
    by_id = {piece.id: piece for piece in pieces}
    seen: set[str] = set()
    for start in pieces:
        if start.id in seen:
            continue
        seen.add(start.id)
        together, waiting = [start.id], [start.id]
        while waiting:
            at = waiting.pop()
            for other in (*feeds[at], *readers[at]):
                if other not in seen:
                    seen.add(other)
                    together.append(other)
                    waiting.append(other)
        stages = {by_id[node_id].stage for node_id in together}
        if len(stages) == 1 and not any(by_id[node_id].trunk for node_id in together):
            (stage,) = stages
            if stage in begins:
                first = min([rank[node_id] for node_id in together])
                for node_id in together:
                    rank[node_id] += begins[stage] - first


def _rows(pieces: list[Piece], rank: Mapping[str, int], gaps: Gaps, cancelled: Callable[[], bool]) -> Rows:
    rows: Rows = [[] for _ in range(max(rank.values()) + 1)]
    items: dict[str, Item] = {}
    for position, piece in enumerate(pieces):
        item = Item(piece, rank[piece.id], piece.across, position, side=piece.aside, trunk=piece.trunk)
        items[piece.id] = item
        rows[item.rank].append(item)
    for piece in pieces:
        if cancelled():
            raise Cancelled
        target = items[piece.id]
        for port, (source_id, side) in enumerate(piece.feeds):
            source = items[source_id]
            width, order = gaps.lane, source.order + (port + 1) / 64
            side = side or source.side
            if side:
                width = gaps.bypass_lane
                fork, chain = _way_aside(source, items)
                order = _beside(fork, target, side, items)
                for item in chain:
                    item.order = order
            last = source
            for between in range(source.rank + 1, target.rank):
                lane = Item(None, between, width, order, side=side, trunk=source.trunk and target.trunk)
                lane.stage = target.stage if side else None
                rows[between].append(lane)
                last.below.append(lane)
                lane.above.append(last)
                last = lane
            last.below.append(target)
            target.above.append(last)
    return rows


def _way_aside(end: Item, items: Mapping[str, Item]) -> tuple[Item, list[Item]]:
    """The block that a way aside is forked from, and the blocks on it up to the one it ends with."""
    found: list[Item] = []
    while end.bypass and end.piece is not None and end.piece.feeds:
        found.append(end)
        end = items[end.piece.feeds[0][0]]
    return end, found


def _beside(fork: Item, target: Item, side: int, items: Mapping[str, Item]) -> float:
    """The place in the order of what runs beside a branch: behind all that is drawn for it, or before; the longer way outside."""
    outer = 0.25 - 0.25 / (1 + target.rank - fork.rank)
    if side > 0:
        return target.order + outer
    head = target  # the first block of the branch
    while head.piece is not None and head.rank > fork.rank + 1:
        feeds = [items[source] for source, around in head.piece.feeds if not around] or [fork]
        if feeds[0].rank <= fork.rank:
            break
        head = feeds[0]
    return (fork.order if head is target else head.order - 0.5) - outer


def _order_rows(rows: Rows, cancelled: Callable[[], bool]) -> None:
    """Order within each rank: execution order first (it keeps port order), then, from above, the barycentre of what feeds it."""
    for row in rows:
        row.sort(key=lambda item: item.order)
        for place, item in enumerate(row):
            item.order = float(place)
    for _ in range(SWEEPS):
        for row in rows:
            if cancelled():
                raise Cancelled
            row.sort(key=lambda item: _mean([n.order for n in item.above], item.order))
            for place, item in enumerate(row):
                item.order = float(place)


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


# -- the end ---------------------------------------------------------------------------------------------------------------------


def _positions(rows: Rows, gaps: Gaps) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    step, offset = gaps.grid
    top = 0.0
    stages: set[str | None] = set()
    for row in rows:
        blocks = [(item, item.piece) for item in row if item.piece is not None]
        here = {piece.stage for _, piece in blocks}
        if stages and here and here != stages:
            top += gaps.between_stages
        stages = here or stages
        height = max([piece.along for _, piece in blocks], default=0.0)
        for item, piece in blocks:
            centre = math.floor((item.x - offset) / step + 0.5) * step + offset  # half a step always the same way
            begin = round((top + (height - piece.along) / 2) / (step / 2)) * (step / 2) if gaps.centred else top
            found[piece.id] = (centre - piece.across / 2, begin)
        top += height + gaps.along
    return found


__all__ = ["Cancelled", "Gaps", "Piece", "arrange_pieces", "rough_pieces"]
