"""Breaks a long picture into columns, as a page wants it. A column ends where one wire alone goes on, seldom in a stage."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from itertools import pairwise

from designer.graph.design import DOWN
from designer.graph.geometry import CLEAR, STUB, Box, Point, frame_box
from designer.graph.routing import route, without_needless
from designer.picture.cards import label_box
from designer.picture.sheet import Frame, Sheet, Wire
from designer.picture.wires import index

ASPECT = 1.4  # height to width that a page takes well
MOST = 6
WORTH = 0.9
ABOVE = CLEAR + 8.0  # over the blocks of a column, for what comes from the one before
APART = 112.0  # between columns: the wire that goes on stands there, with its shape


def in_columns(sheet: Sheet, columns: int = 0) -> Sheet:
    """The sheet in so many columns, as far as it can be broken; with 0 in as few as make it no longer than a page. A stage is
    broken only where the sheet would be too long otherwise."""
    if columns == 1 or len(sheet.cards) < 2 or sheet.flow != DOWN:
        return sheet
    cards, frames = [card.box for card in sheet.cards], [frame_box(frame.boxes) for frame in sheet.frames]
    boxes = [*cards, *frames]
    top, bottom = min([box.top for box in boxes]), max([box.bottom for box in boxes])
    width = max([box.right for box in boxes]) - min([box.left for box in boxes])
    best, longest, broken = sheet, bottom - top, 0
    for cuts in (_cuts(sheet, boxes), _cuts(sheet, cards)):
        for count in range(columns or 1, (columns or MOST) + 1):
            chosen = balanced(cuts, top, bottom, min(count, len(cuts) + 1))
            height = max([b - a for a, b in zip([top, *chosen], [*chosen, bottom], strict=True)])
            if chosen and height < WORTH * longest:  # a column more has to make the longest one shorter
                best, longest, broken = _broken(sheet, chosen), height, len(chosen)
            if broken + 1 == columns or (not columns and longest <= ASPECT * ((broken + 1) * width + broken * APART)):
                return best
            if len(chosen) == len(cuts):
                break
    return best


def _cuts(sheet: Sheet, boxes: Sequence[Box]) -> list[float]:
    """Heights at which a column may end: no box stands there, and what crosses comes from one port and is no bypass."""
    gaps: list[float] = []
    lowest = -math.inf
    for box in sorted(boxes, key=lambda one: one.top):
        if lowest <= box.top and lowest > -math.inf:
            gaps.append((lowest + box.top) / 2)
        lowest = max(lowest, box.bottom)
    wires = sorted(sheet.wires, key=lambda wire: wire.start[1])
    crossing: list[tuple[float, int]] = []  # a heap of where wires end
    found, begun = [], 0
    for gap in gaps:
        while begun < len(wires) and wires[begun].start[1] <= gap:
            heapq.heappush(crossing, (wires[begun].end[1], begun))
            begun += 1
        while crossing and crossing[0][0] < gap:
            heapq.heappop(crossing)
        here = [wires[number] for _, number in crossing]
        if len({wire.start for wire in here}) == 1 and not any(wire.bypass for wire in here):
            found.append(gap)
    return found


def balanced(cuts: Sequence[float], top: float, bottom: float, count: int) -> list[float]:
    """The `count - 1` cuts that make the longest column shortest."""
    low, high = (bottom - top) / count, bottom - top
    best: list[float] = []
    for _ in range(40):
        middle = (low + high) / 2
        chosen = _within(cuts, top, bottom, middle)
        if chosen is not None and len(chosen) < count:
            best, high = chosen, middle
        else:
            low = middle
    return best


def _within(cuts: Sequence[float], top: float, bottom: float, most: float) -> list[float] | None:
    """As few cuts as make no column longer than `most`; None where that cannot be."""
    chosen: list[float] = []
    start = top
    for cut, after in pairwise([*cuts, bottom]):
        if after - start > most:
            if cut - start > most:
                return None
            chosen.append(cut)
            start = cut
    return chosen if bottom - start <= most else None


def _split(frame: Frame, cuts: Sequence[float]) -> list[Frame]:
    """A stage in two or more columns: the first part has the words, the others say that they go on."""
    parts: dict[int, list[Box]] = {}
    for box in frame.boxes:
        parts.setdefault(sum(box.top >= cut for cut in cuts), []).append(box)
    return [frame._replace(boxes=tuple(inside), continued=number > 0) for number, (_, inside) in enumerate(sorted(parts.items()))]


def _broken(sheet: Sheet, cuts: Sequence[float]) -> Sheet:
    """The sheet with what is below each cut moved beside what is above it."""
    split = [part for frame in sheet.frames for part in _split(frame, cuts)]
    boxes = [*[card.box for card in sheet.cards], *[frame_box(frame.boxes) for frame in split]]
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
    frames = [frame._replace(boxes=tuple([moved(box) for box in frame.boxes])) for frame in split]
    near = index([*[card.box for card in cards], *[label_box(frame, sheet.flow) for frame in frames]])
    tops = [min([card.box.top for card in cards if where[card.id] == k]) for k in range(len(starts))]
    heads = [min([(card.box.top, card.box.centre[0]) for card in cards if where[card.id] == k])[1] for k in range(len(starts))]
    wires: list[Wire] = []
    for wire in sheet.wires:
        a, b = where[wire.source], where[wire.target]
        start = wire.start[0] + moves[a][0], wire.start[1] + moves[a][1]
        end = wire.end[0] + moves[b][0], wire.end[1] + moves[b][1]
        points = tuple([(x + moves[a][0], y + moves[a][1]) for x, y in wire.points])
        if a != b:
            low, high, between = bottoms[a] + STUB, -STUB - ABOVE, lefts[b] - APART / 2
            into = [(end[0], high), end]
            if end[1] > tops[b] + 1:  # not the first block there: over the top, and down beside the others
                into = route((heads[b], high), end, near, side=wire.bypass, step=wire.step)
            points = tuple(without_needless([start, (start[0], low), (between, low), (between, high), *into]))
        wires.append(wire._replace(start=start, end=end, points=points))
    return Sheet(cards, frames, wires, [])
