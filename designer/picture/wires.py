"""Leads the wires of a picture around its blocks and draws them, each with its shape in a gap."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from designer import data
from designer.graph.design import RIGHT
from designer.graph.geometry import Box, Point, bounds, elbows, label_leg
from designer.graph.routing import Near, route
from designer.picture.cards import NUMBER, Look, label_box
from designer.picture.scene import MIDDLE, ROUND, Item, Path, Stroke, Text
from designer.picture.sheet import Sheet, Wire
from designer.picture.truetype import Command, font

ROW = 96.0  # height of the strips by which boxes are found
GAP = 16.0  # in an upright wire, for its shape
SIDE = 6.0  # between a text and the wire that it lies in
END = 8.0  # of the wire on both sides of it, together
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


def index(boxes: Sequence[Box]) -> Near:
    """The boxes that meet an area, found in less than all of them."""
    strips = _Strips()
    for number, box in enumerate(boxes):
        strips.put(box, number)
    return lambda area: [box for box, _ in strips.near(area)]


def lead(sheet: Sheet) -> None:
    """Find each wire's way, and let the frames of stages hold the ways that run beside their blocks."""
    near = index([*[card.box for card in sheet.cards], *[label_box(frame, sheet.flow) for frame in sheet.frames]])
    stages = {card.id: card.stage for card in sheet.cards}
    lanes: dict[str, list[Box]] = {}
    for number, wire in enumerate(sheet.wires):
        way = route(wire.start, wire.end, near, side=wire.bypass, step=wire.step, early=wire.early, flow=sheet.flow)
        sheet.wires[number] = wire._replace(points=tuple(way))
        stage = stages[wire.source]
        if wire.bypass and stage is not None and stage == stages[wire.target]:
            (ax, ay), (bx, by) = _legs(way)[label_leg(way, sheet.flow)]
            half = font("number").width(wire.text, NUMBER) / 2 if abs(ax - bx) < 0.5 else 0.0
            lanes.setdefault(stage, []).append(
                bounds([(ax, ay), (bx, by)]).grown(0)._replace(left=min(ax, bx) - half, right=max(ax, bx) + half)
            )
    sheet.frames = [frame._replace(boxes=(*frame.boxes, *lanes.get(frame.stage, ()))) for frame in sheet.frames]


def wire_items(sheet: Sheet, look: Look, *, wide: bool = False) -> Iterator[Item]:
    """Every wire, then every shape, so that no wire crosses a text. `wide`: a wire is as wide as what flows in it is large."""
    top = max([wire.elements for wire in sheet.wires], default=0)
    strips = _Strips()
    for card in sheet.cards:
        strips.put(card.box, -1)
    for frame in sheet.frames:
        strips.put(label_box(frame, sheet.flow), -1)
    for number, wire in enumerate(sheet.wires):
        for ends in pairwise(wire.points):
            strips.put(bounds(ends).grown(0.75), number)
    said: dict[Item, None] = {}  # wires of one source run together for a while: what is said there is said once
    twins: dict[tuple[Point, tuple[Point, Point]], set[int]] = {}
    legs = [_legs(wire.points)[label_leg(wire.points, sheet.flow)] for wire in sheet.wires]
    for number, (wire, leg) in enumerate(zip(sheet.wires, legs, strict=True)):
        twins.setdefault((wire.start, leg), set()).add(number)
    for wire, leg in zip(sheet.wires, legs, strict=True):
        texts, gap = _label(wire, twins[wire.start, leg], strips, look, sheet.flow)
        said.update(dict.fromkeys(texts))
        stroke = _stroke(wire, look)
        if wide and wire.elements:
            stroke = stroke._replace(width=max(stroke.width, _width(wire.elements / top)))
        yield Path(tuple(_steps(wire.points, gap)), "", stroke)
    yield from said


def _stroke(wire: Wire, look: Look) -> Stroke:
    color = look.colors.color
    if wire.status == "error":
        return Stroke(color("state.error"), 2.0)
    if wire.status == "blocked":
        return Stroke(color("node.wire"), 1.5, BLOCKED)
    return Stroke(color("category.merge"), 2.0) if wire.bypass else Stroke(color("node.wire"), 1.5)


def _width(part: float) -> float:
    """By the root, because a network's first maps are hundreds of times larger than its last."""
    least, most = data.tokens()["wire"]["by_size"]
    return float(least + (most - least) * math.sqrt(part))


def _legs(points: Sequence[Point]) -> list[tuple[Point, Point]]:
    """The straight pieces between the roundings."""
    corners = list(elbows(points))
    starts = [points[0], *[after for _, _, after in corners]]
    ends = [*[before for before, _, _ in corners], points[-1]]
    return list(zip(starts, ends, strict=True))


def _label(
    wire: Wire, same: set[int], strips: _Strips, look: Look, flow: str
) -> tuple[list[Item], tuple[int, Point, Point] | None]:
    """The wire's texts, and the gap that they stand in: on which leg, and from where to where. `same` are the wires of its
    source that run there too, itself among them."""
    if not wire.text:
        return [], None
    leg = label_leg(wire.points, flow)
    (ax, ay), (bx, by) = _legs(wire.points)[leg]
    upright = abs(ax - bx) < 0.5
    length = abs(by - ay) if upright else abs(bx - ax)
    wide = font("number").width(wire.text, NUMBER)
    along = not upright and flow == RIGHT  # the text lies in the wire
    if length < (LEAST if upright else wide + 2 * SIDE + (END if along else LEAST)):
        return [], None
    x, y = (ax + bx) / 2, (ay + by) / 2
    base = y + 4 if upright or along else y - 5  # beside a level leg there may be the border of a frame: it stands on the line
    area = Box(x - wide / 2 - 2, base - 4 - TALL, x + wide / 2 + 2, base - 4 + TALL)
    if any(owner not in same for _, owner in strips.near(area)):
        return [], None
    color = look.colors.color
    texts: list[Item] = [Text(x, base, wire.text, color("text.secondary"), "number", NUMBER, MIDDLE)]
    if not upright and not along:
        return texts, None
    named = wire.bypass and length > (wide if along else 4 * LEAST)
    above = GAP / 2 + (NAME if named else 0.0)
    if named:
        texts.append(Text(x, y - 11, "bypass", color("category.merge"), "text_strong", NUMBER, MIDDLE))
    if along:
        half = (wide / 2 + SIDE) * (1.0 if bx > ax else -1.0)
        return texts, (leg, (x - half, ay), (x + half, ay))
    down = by > ay
    before, after = (above, GAP / 2) if down else (GAP / 2, above)
    sign = 1.0 if down else -1.0
    return texts, (leg, (ax, y - sign * before), (ax, y + sign * after))


def _steps(points: Sequence[Point], gap: tuple[int, Point, Point] | None) -> Iterator[Command]:
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
