"""Places across the flow: chains stay straight, what branches stands in the middle of its branches (Brandes and Koepf 2001).

Four placements are made, each pushed into another corner, and the middle of them is taken. What an item wants to be in line with
is chosen so that pictures look as papers draw them: the trunk ignores side heads, a branch ignores the bypass around it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from designer.graph.pieces import Cancelled, Gaps, Item, Rows, apart

Blocks = dict[Item, list[Item]]
"""Items in line with each other, from the first rank on, by the first of them."""


def place(rows: Rows, gaps: Gaps, cancelled: Callable[[], bool]) -> None:
    """Set x of the items in these rows, so that those of a row keep their order and their distances. Wires that lead elsewhere do
    not count."""
    _number(rows)
    here = {item for row in rows for item in row}
    pulling = {
        item: tuple([_pulling(item, [n for n in side if n in here]) for side in (item.above, item.below)]) for item in here
    }
    wires = [
        {item: [n for n in pulls[side] if item in pulling[n][1 - side]] for item, pulls in pulling.items()} for side in (0, 1)
    ]
    crossed = _crossed(rows)
    found: list[dict[Item, float]] = []
    for downwards in (True, False):
        for leftmost in (True, False):
            if cancelled():
                raise Cancelled
            view = [row if leftmost else row[::-1] for row in (rows if downwards else rows[::-1])]
            _number(view)
            blocks = _aligned(view, wires[0 if downwards else 1], crossed, downwards)
            places = _compacted(view, blocks, gaps)
            found.append(places if leftmost else {item: -x for item, x in places.items()})
    _number(rows)
    _take_middle(rows, found)


def _number(rows: Rows) -> None:
    for row in rows:
        for place, item in enumerate(row):
            item.place = place


def _pulling(item: Item, neighbours: list[Item]) -> list[Item]:
    """The neighbours that an item wants to be in line with: a bypass with its own kind, the trunk with the trunk."""
    if item.bypass:
        return [n for n in neighbours if n.bypass] or neighbours
    straight = [n for n in neighbours if not n.bypass] or neighbours
    if item.trunk:
        straight = [n for n in straight if n.trunk] or straight
    return straight


def _crossed(rows: Rows) -> set[tuple[Item, Item]]:
    """Wires that cross a wire which passes both ranks: the long ones stay straight."""
    marked: set[tuple[Item, Item]] = set()
    for upper, lower in pairwise(rows):
        begin, done = 0, 0
        upper_ones = set(upper)
        for place, item in enumerate(lower):
            inner = item.above[0] if _passes(item, upper_ones) else None
            if inner is None and place < len(lower) - 1:
                continue
            end = inner.place if inner is not None else len(upper) - 1
            for other in lower[done : place + 1]:
                for source in other.above:
                    if source in upper_ones and not begin <= source.place <= end:
                        marked.add((source, other))
            done, begin = place + 1, end
    return marked


def _passes(item: Item, before: set[Item]) -> bool:
    """Whether a wire passes this rank and the one before."""
    return item.piece is None and bool(item.above) and item.above[0].piece is None and item.above[0] in before


def _aligned(view: Rows, wires: dict[Item, list[Item]], crossed: set[tuple[Item, Item]], downwards: bool) -> Blocks:
    """Each item in line with the middle one of those before it, where no other line is in the way."""
    root: dict[Item, Item] = {}
    blocks: Blocks = {}
    for row in view:
        last = -1
        taken: set[Item] = set()
        for item in row:
            root[item] = item
            before = sorted(wires[item], key=_place)
            middle = len(before) - 1
            for index in dict.fromkeys((middle // 2, (middle + 1) // 2)) if before else ():
                other = before[index]
                wire = (other, item) if downwards else (item, other)
                if root[item] is item and other.place > last and other not in taken and wire not in crossed:
                    root[item] = root[other]
                    blocks[root[other]].append(item)
                    taken.add(other)
                    last = other.place
            if root[item] is item:
                blocks[item] = [item]
    return blocks


def _place(item: Item) -> int:
    return item.place


def _compacted(view: Rows, blocks: Blocks, gaps: Gaps) -> dict[Item, float]:
    """The blocks pushed to the left as far as they go, and then to the right where that closes a gap."""
    root = {item: first for first, items in blocks.items() for item in items}
    left: dict[Item, dict[Item, float]] = {first: {} for first in blocks}
    right: dict[Item, dict[Item, float]] = {first: {} for first in blocks}
    for row in view:
        for a, b in pairwise(row):
            first, second, distance = root[a], root[b], apart(a, b, gaps)
            if distance > left[second].get(first, 0.0):
                left[second][first] = right[first][second] = distance
    order = _sorted(blocks, left)
    x: dict[Item, float] = {}
    for first in order:
        x[first] = max([x[other] + distance for other, distance in left[first].items()], default=0.0)
    for first in reversed(order):
        if right[first]:
            x[first] = max(x[first], min([x[other] - distance for other, distance in right[first].items()]))
    return {item: x[first] for item, first in root.items()}


def _sorted(blocks: Blocks, left: dict[Item, dict[Item, float]]) -> list[Item]:
    """Blocks, each behind those on its left. Lines never cross, so there is such an order."""
    order: list[Item] = []
    seen: set[Item] = set()
    for start in blocks:
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, iter(left[start]))]
        while stack:
            at, before = stack[-1]
            for other in before:
                if other not in seen:
                    seen.add(other)
                    stack.append((other, iter(left[other])))
                    break
            else:
                order.append(at)
                stack.pop()
    return order


def _take_middle(rows: Rows, found: list[dict[Item, float]]) -> None:
    """The mean of the two middle ones of four placements, after all have been laid over the narrowest."""
    spans = [(min(places.values()), max(places.values())) for places in found]
    narrow = min(range(len(found)), key=lambda k: (spans[k][1] - spans[k][0], k))
    moved = []
    for k, places in enumerate(found):
        leftmost = k % 2 == 0
        by = spans[narrow][0] - spans[k][0] if leftmost else spans[narrow][1] - spans[k][1]
        moved.append((places, by))
    for row in rows:
        for item in row:
            four = sorted([places[item] + by for places, by in moved])
            item.x = (four[1] + four[2]) / 2
