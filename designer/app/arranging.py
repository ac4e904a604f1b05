"""Arranging blocks that stand there already: layouts that stay where one looks, lines, equal gaps. Pure functions of places."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec

from designer.app.commands import step
from designer.app.placing import Point, Rect, free, size_of, snapped
from designer.graph.design import ROOT, Design
from designer.graph.edits import Compound, Edit, Move, SetFlow, SetNote
from designer.graph.layout import MANY, layout

FAR = 320.0  # px between a note and the block that it goes along with at most
SPREAD = 16.0  # px between places that are tried for a selection that has no room
RINGS = 60

ALIGN = ("left", "centre", "right", "top", "middle", "bottom")
AXES = ("across", "down")


def anchored(places: Mapping[str, Point], before: Mapping[str, Point], anchor: str) -> dict[str, Point]:
    """The same places, moved in whole so that one block stays where it was, as nearly as the grid allows."""
    if anchor not in places or anchor not in before:
        return dict(places)
    dx, dy = (snapped(old - new) for old, new in zip(before[anchor], places[anchor], strict=True))
    return {node_id: (x + dx, y + dy) for node_id, (x, y) in places.items()}


def in_place(places: Mapping[str, Point], before: Mapping[str, Point], boxes: Callable[[str, Point], Rect]) -> dict[str, Point]:
    """Places of a selection that was laid out alone: around the middle it had, or as near to it as they stand on no other block.

    `before` are those of all blocks; `boxes` gives the rectangle of a block at a place.
    """
    if not places:
        return {}
    new = _around([boxes(node_id, place) for node_id, place in places.items()])
    old = _around([boxes(node_id, before[node_id]) for node_id in places])
    dx = snapped((old[0] + old[2]) / 2 - (new[0] + new[2]) / 2)
    dy = snapped((old[1] + old[3]) / 2 - (new[1] + new[3]) / 2)
    wanted = [boxes(node_id, (x + dx, y + dy)) for node_id, (x, y) in places.items()]
    standing = [boxes(node_id, place) for node_id, place in before.items() if node_id not in places]
    more = _nearest_free(wanted, standing)
    return {node_id: (x + dx + more[0], y + dy + more[1]) for node_id, (x, y) in places.items()}


def _nearest_free(wanted: list[Rect], standing: list[Rect]) -> Point:
    """How far rectangles have to move, ring by ring, so that they stand on no other."""
    area = _around(wanted)
    for ring in range(RINGS):
        steps = range(-ring, ring + 1)
        tries = sorted(
            {(x, y) for x in steps for y in steps if max(abs(x), abs(y)) == ring}, key=lambda t: (abs(t[0]) + abs(t[1]), t)
        )
        for x, y in tries:
            dx, dy = x * SPREAD, y * SPREAD
            there = (area[0] + dx - SPREAD, area[1] + dy - SPREAD, area[2] + dx + SPREAD, area[3] + dy + SPREAD)
            near = [box for box in standing if _meet(box, there)]
            if not any(_meet((b[0] + dx, b[1] + dy, b[2] + dx, b[3] + dy), other) for b in wanted for other in near):
                return dx, dy
    return free(wanted, standing, (SPREAD, 0.0))


def _around(boxes: Iterable[Rect]) -> Rect:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _meet(a: Rect, b: Rect) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


# -- steps -------------------------------------------------------------------------------------------------------------------


def rearrange(
    design: Design, before: Mapping[str, Point], places: Mapping[str, Point], name: str, only: Collection[str] | None = None
) -> Compound:
    """The step that stands blocks elsewhere; notes go along with the block they stand beside. Nothing to do gives no edits."""
    stored = design.positions.get(ROOT, {})
    after = {**before, **places}
    if after == before:
        return step(name, ())
    wanted: dict[str, Point | None] = {node_id: place for node_id, place in after.items() if stored.get(node_id) != place}
    return step(name, [Move(positions=wanted), *_notes_along(design, before, after, only)])


def turned(design: Design, flow: str, before: Mapping[str, Point], anchor: str) -> Compound:
    """The step that lets wires run the other way, and lays out anew what has places: the design and what is in own blocks."""
    name = "Flow to the right" if flow == "right" else "Flow downwards"
    edits: list[Edit] = [SetFlow(flow=flow)]
    for scope in sorted(design.positions):
        if scope != ROOT and scope not in design.definitions:
            continue
        network = design.network(scope)
        if len(network) >= MANY:  # its places go, and the canvas lays it out in the background as when it is opened
            edits.append(Move(scope=scope, positions=dict.fromkeys(design.positions[scope])))
            continue
        places = layout(network, design.resolve, flow=flow)
        if scope == ROOT:
            places = anchored(places, before, anchor)
            edits += _notes_along(design, before, places)
        edits.append(Move(scope=scope, positions=dict(places)))
    return step(name, edits)


def _notes_along(
    design: Design, before: Mapping[str, Point], after: Mapping[str, Point], only: Collection[str] | None = None
) -> list[Edit]:
    """Notes move as the nearest block does, where one is near."""
    edits: list[Edit] = []
    sizes = {node.id: size_of(node.block) for node in design.root.nodes()}
    for name, note in design.notes.get(ROOT, {}).items():
        near: tuple[float, str] | None = None
        for node_id, (x, y) in before.items():
            width, height = sizes.get(node_id, (0.0, 0.0))
            far = math.hypot(max(x - note.x - note.width, note.x - x - width, 0.0), max(y - note.y, note.y - y - height, 0.0))
            if far <= FAR and (near is None or (far, node_id) < near):
                near = (far, node_id)
        if near is None or near[1] not in after or (only is not None and near[1] not in only):
            continue
        (x, y), (old_x, old_y) = after[near[1]], before[near[1]]
        if (x, y) != (old_x, old_y):
            moved = msgspec.structs.replace(note, x=note.x + x - old_x, y=note.y + y - old_y)
            edits.append(SetNote(id=name, note=moved))
    return edits


# -- lines -------------------------------------------------------------------------------------------------------------------


def aligned(boxes: Mapping[str, Rect], how: str) -> dict[str, Point]:
    """Where blocks stand that are in line: their left edges, middles (`centre` across, `middle` down), right edges and so on."""
    left, top, right, bottom = _around(boxes.values())
    found: dict[str, Point] = {}
    for node_id, box in boxes.items():
        x, y, width, height = box[0], box[1], box[2] - box[0], box[3] - box[1]
        if how == "left":
            x = left
        elif how == "right":
            x = right - width
        elif how == "centre":
            x = (left + right) / 2 - width / 2
        elif how == "top":
            y = top
        elif how == "bottom":
            y = bottom - height
        else:
            y = (top + bottom) / 2 - height / 2
        found[node_id] = (x, y)
    return found


def distributed(boxes: Mapping[str, Rect], axis: str) -> dict[str, Point]:
    """Where blocks stand with equal gaps between them, `across` or `down`; the first and the last stay."""
    low, high = (0, 2) if axis == "across" else (1, 3)
    order = sorted(boxes, key=lambda node_id: (boxes[node_id][low] + boxes[node_id][high], node_id))
    first, last = boxes[order[0]], boxes[order[-1]]
    taken = sum(boxes[node_id][high] - boxes[node_id][low] for node_id in order)
    gap = (last[high] - first[low] - taken) / (len(order) - 1)
    at = first[low]
    found: dict[str, Point] = {}
    for node_id in order:
        box = boxes[node_id]
        whole = box[low] if node_id in (order[0], order[-1]) else round(at)
        found[node_id] = (whole, box[1]) if axis == "across" else (box[0], whole)
        at += box[high] - box[low] + gap
    return found
