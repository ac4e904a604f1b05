"""Breaks a long picture into columns, as a page wants it. A column ends where one wire alone goes on, never inside a stage."""

from __future__ import annotations

from collections.abc import Sequence

from designer.graph.design import DOWN
from designer.graph.geometry import STUB, Box, Point, frame_box
from designer.picture.sheet import Sheet, Wire

ASPECT = 1.4  # height to width that a page takes well
MOST = 6
APART = 112.0  # between columns: the wire that goes on stands there, with its shape


def in_columns(sheet: Sheet, columns: int = 0) -> Sheet:
    """The sheet in so many columns, as far as it can be broken; with 0 in as few as make it no longer than a page."""
    if columns == 1 or len(sheet.cards) < 2 or sheet.flow != DOWN:
        return sheet
    boxes = _boxes(sheet)
    cuts = _cuts(sheet, boxes)
    top, bottom = min([box.top for box in boxes]), max([box.bottom for box in boxes])
    width = max([box.right for box in boxes]) - min([box.left for box in boxes])
    best = sheet
    for count in range(columns or 1, (columns or MOST) + 1):
        chosen = _balanced(cuts, top, bottom, min(count, len(cuts) + 1))
        if chosen:
            best = _broken(sheet, boxes, chosen)
        height = max([b - a for a, b in zip([top, *chosen], [*chosen, bottom], strict=True)])
        if height <= ASPECT * (count * width + (count - 1) * APART) or len(chosen) == len(cuts):
            break
    return best


def _boxes(sheet: Sheet) -> list[Box]:
    return [card.box for card in sheet.cards] + [frame_box(frame.boxes) for frame in sheet.frames]


def _cuts(sheet: Sheet, boxes: Sequence[Box]) -> list[float]:
    """Heights at which a column may end: no block or stage stands there, and what crosses comes from one port."""
    found = []
    edges = sorted({box.top for box in boxes})
    for edge in edges[1:]:
        above = max([box.bottom for box in boxes if box.top < edge])
        if above > edge:
            continue
        at = (above + edge) / 2
        crossing = {wire.start for wire in sheet.wires if wire.start[1] <= at <= wire.end[1]}
        if len(crossing) == 1 and not any(wire.bypass for wire in sheet.wires if wire.start[1] <= at <= wire.end[1]):
            found.append(at)
    return found


def _balanced(cuts: Sequence[float], top: float, bottom: float, count: int) -> list[float]:
    """The `count - 1` cuts that make the longest column shortest."""
    ends = [top, *cuts, bottom]
    # best[k] = (longest, cuts) of what is above ends[k], in as many columns as rounds so far
    best: list[tuple[float, list[float]]] = [(end - top, []) for end in ends]
    for _ in range(count - 1):
        after: list[tuple[float, list[float]]] = [(0.0, []) for _ in ends]
        for k in range(len(ends)):
            options = [(max(best[j][0], ends[k] - ends[j]), [*best[j][1], ends[j]]) for j in range(1, k)]
            after[k] = min(options, default=best[k])
        best = after
    return best[-1][1]


def _broken(sheet: Sheet, boxes: Sequence[Box], cuts: Sequence[float]) -> Sheet:
    """The sheet with what is below each cut moved beside what is above it."""
    starts = [min([box.top for box in boxes]), *cuts]

    def column(y: float) -> int:
        return max([k for k, start in enumerate(starts) if y >= start - 0.01], default=0)

    members: list[list[Box]] = [[] for _ in starts]
    for box in boxes:
        members[column(box.top)].append(box)
    moves: list[Point] = []
    x = 0.0
    for inside in members:
        left, right = min([box.left for box in inside]), max([box.right for box in inside])
        moves.append((x - left, -min([box.top for box in inside])))
        x += right - left + APART

    def moved(box: Box) -> Box:
        return box.moved(*moves[column(box.top)])

    bottoms = [max([box.bottom for box in inside]) + move[1] for inside, move in zip(members, moves, strict=True)]
    lefts = [min([box.left for box in inside]) + move[0] for inside, move in zip(members, moves, strict=True)]
    where = {card.id: column(card.box.top) for card in sheet.cards}
    cards = [card._replace(box=moved(card.box)) for card in sheet.cards]
    frames = [frame._replace(boxes=tuple([moved(box) for box in frame.boxes])) for frame in sheet.frames]
    wires: list[Wire] = []
    for wire in sheet.wires:
        a, b = where[wire.source], where[wire.target]
        start = wire.start[0] + moves[a][0], wire.start[1] + moves[a][1]
        end = wire.end[0] + moves[b][0], wire.end[1] + moves[b][1]
        points = tuple([(x + moves[a][0], y + moves[a][1]) for x, y in wire.points])
        if a != b:
            low, high, between = bottoms[a] + STUB, -STUB - 4.0, lefts[b] - APART / 2
            points = (start, (start[0], low), (between, low), (between, high), (end[0], high), end)
        wires.append(wire._replace(start=start, end=end, points=points))
    return Sheet(cards, frames, wires, [])
