"""Leads the wires of a picture around its blocks and draws them, each with its shape in a gap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from designer.graph.geometry import Box, Point, bounds, elbows, label_leg
from designer.graph.routing import route
from designer.picture.cards import NUMBER, Look
from designer.picture.scene import MIDDLE, ROUND, Item, Path, Stroke, Text
from designer.picture.sheet import Card, Wire
from designer.picture.truetype import Command, font

ROW = 96.0  # height of the strips by which boxes are found
GAP = 16.0  # in an upright wire, for its shape
LEAST = 20.0  # a leg shorter than this has no shape on it
TALL = 7.0
NAME = 14.0  # the word above the shape of a bypass
BLOCKED = (3.0, 4.0)


class _Strips:
    """Boxes by the strips of the page that they are in."""

    def __init__(self) -> None:
        self._rows: dict[int, list[tuple[Box, int]]] = {}

    def put(self, box: Box, owner: int) -> None:
        for row in range(int(box.top // ROW), int(box.bottom // ROW) + 1):
            self._rows.setdefault(row, []).append((box, owner))

    def near(self, area: Box) -> Iterator[tuple[Box, int]]:
        seen = set()
        for row in range(int(area.top // ROW), int(area.bottom // ROW) + 1):
            for box, owner in self._rows.get(row, ()):
                if (box, owner) not in seen and box.meets(area):
                    seen.add((box, owner))
                    yield box, owner


class Led:
    """A wire with its corners."""

    def __init__(self, wire: Wire, points: list[Point]) -> None:
        self.wire = wire
        self.points = points


def lead(cards: Iterable[Card], wires: Iterable[Wire]) -> list[Led]:
    """Find each wire's way."""
    strips = _Strips()
    for number, card in enumerate(cards):
        strips.put(card.box, number)

    def near(area: Box) -> list[Box]:
        return [box for box, _ in strips.near(area)]

    return [Led(wire, list(wire.points) or route(wire.start, wire.end, near, side=wire.bypass, step=wire.step)) for wire in wires]


def wire_items(cards: Iterable[Card], led: list[Led], look: Look) -> Iterator[Item]:
    """Every wire, then every shape, so that no wire crosses a text."""
    strips = _Strips()
    for card in cards:
        strips.put(card.box, -1)
    for number, one in enumerate(led):
        for ends in pairwise(one.points):
            strips.put(bounds(ends).grown(0.75), number)
    said: list[Item] = []
    for number, one in enumerate(led):
        texts, gap = _label(one, number, strips, look)
        said += texts
        yield Path(tuple(_steps(one.points, gap)), "", _stroke(one.wire, look))
    yield from said


def _stroke(wire: Wire, look: Look) -> Stroke:
    color = look.colors.color
    if wire.status == "error":
        return Stroke(color("state.error"), 2.0)
    if wire.status == "blocked":
        return Stroke(color("node.wire"), 1.5, BLOCKED)
    return Stroke(color("category.merge"), 2.0) if wire.bypass else Stroke(color("node.wire"), 1.5)


def _legs(points: list[Point]) -> list[tuple[Point, Point]]:
    """The straight pieces between the roundings."""
    corners = list(elbows(points))
    starts = [points[0], *[after for _, _, after in corners]]
    ends = [*[before for before, _, _ in corners], points[-1]]
    return list(zip(starts, ends, strict=True))


def _label(one: Led, number: int, strips: _Strips, look: Look) -> tuple[list[Item], tuple[int, Point, Point] | None]:
    """The wire's texts, and the gap that they stand in: on which leg, and from where to where."""
    wire = one.wire
    if not wire.text:
        return [], None
    leg = label_leg(one.points)
    (ax, ay), (bx, by) = _legs(one.points)[leg]
    upright = abs(ax - bx) < 0.5
    length = abs(by - ay) if upright else abs(bx - ax)
    wide = font("number").width(wire.text, NUMBER)
    if length < (LEAST if upright else wide + LEAST):
        return [], None
    x, y = (ax + bx) / 2, (ay + by) / 2
    base = y + 4 if upright else y - 5  # beside a level leg there may be the border of a frame: the text stands on the line
    area = Box(x - wide / 2 - 2, base - 4 - TALL, x + wide / 2 + 2, base - 4 + TALL)
    if any(owner != number for _, owner in strips.near(area)):
        return [], None
    color = look.colors.color
    texts: list[Item] = [Text(x, base, wire.text, color("text.secondary"), "number", NUMBER, MIDDLE)]
    if not upright:
        return texts, None
    named = wire.bypass and length > 4 * LEAST
    above = GAP / 2 + (NAME if named else 0.0)
    if named:
        texts.append(Text(x, y - 11, "bypass", color("category.merge"), "text_strong", NUMBER, MIDDLE))
    down = by > ay
    before, after = (above, GAP / 2) if down else (GAP / 2, above)
    sign = 1.0 if down else -1.0
    return texts, (leg, (ax, y - sign * before), (ax, y + sign * after))


def _steps(points: list[Point], gap: tuple[int, Point, Point] | None) -> Iterator[Command]:
    """Straight pieces with round corners, with the gap in one of them."""
    corners = list(elbows(points))
    yield "M", points[0]
    for number, (_, end) in enumerate(_legs(points)):
        if gap is not None and gap[0] == number:
            yield "L", gap[1]
            yield "M", gap[2]
        yield "L", end
        if number < len(corners):
            before, corner, after = corners[number]
            handles = [a + (c - a) * ROUND for end_ in (before, after) for a, c in zip(end_, corner, strict=True)]
            yield "C", (*handles, *after)
