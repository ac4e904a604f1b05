"""Wires that go along: where many blocks move the same way, a wire between two of them keeps its way, unless something that stays
behind is near it, or was. To lead thousands of wires anew takes long; to shift them does not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from designer.graph.network import Edge
from designer.graph.routing import BESIDE
from designer.ui.canvas.geometry import CLEAR, LANE, Box, Point, around, bounds

if TYPE_CHECKING:
    from designer.ui.canvas.surface import Surface

FEW = 24  # blocks whose wires are led anew: that takes no time, and ends as if they had always stood there
NEAR = BESIDE + LANE + CLEAR  # px between a wire and a block that may have led it there


def take_along(surface: Surface, before: Mapping[str, Box]) -> set[Edge]:
    """Shift the wires between blocks that have moved the same way from these boxes; gives those that need no other way."""
    group, way = _group(surface, before)
    edges = _between(surface, group)
    _shift(surface, edges, way)
    return edges - _beside(surface, group, edges, way, before)


def along(surface: Surface, before: Mapping[str, Box]) -> set[Edge]:
    """The wires that need no other way although blocks have come, step by step, from these boxes to where they are."""
    group, way = _group(surface, before)
    edges = _between(surface, group)
    return edges - _beside(surface, group, edges, way, before) - surface.hasty


def _group(surface: Surface, before: Mapping[str, Box]) -> tuple[frozenset[str], Point]:
    """Of the blocks that stood there before, most of those that moved the same way, and how far; none where they are few."""
    ways: dict[Point, list[str]] = {}
    for node_id, box in before.items():
        now = surface.nodes[node_id].box
        ways.setdefault((round(now[0] - box[0], 6), round(now[1] - box[1], 6)), []).append(node_id)
    group = max(ways.values(), key=len, default=[])
    if len(group) < FEW:
        return frozenset(), (0.0, 0.0)
    old, now = before[group[0]], surface.nodes[group[0]].box
    return frozenset(group), (now.left - old.left, now.top - old.top)


def _between(surface: Surface, group: frozenset[str]) -> set[Edge]:
    """The wires from one of these blocks to another."""
    incoming = surface.incoming
    found: set[Edge] = set()
    for node_id in group:
        found |= surface.outgoing[node_id]
    if len(group) < len(surface.nodes):
        for node_id in surface.nodes.keys() - group:
            found -= incoming[node_id]
    return found


def _shift(surface: Surface, edges: Iterable[Edge], way: Point) -> None:
    """Let wires whose blocks have moved so far keep their way between them."""
    dx, dy = way
    grid, overview = surface.edge_grid, surface.overview
    exact = _exact(way)
    for edge in edges:
        item = surface.edges[edge]
        old = item.points
        points = [(x + dx, y + dy) for x, y in old]
        if not (exact and _exact(old[0]) and _exact(old[-1])):
            # ends have to be where the ports are to the last digit, and legs have to stay level and upright
            start, end = surface.ends(edge)
            xs, ys = {old[-1][0]: end[0], old[0][0]: start[0]}, {old[-1][1]: end[1], old[0][1]: start[1]}
            points = [start, *[(xs.get(x, x + dx), ys.get(y, y + dy)) for x, y in old[1:-1]], end]
            item.lead(points)
            overview.put_edge(edge, points)
        else:
            item.shift(points, dx, dy)
            overview.shift_edge(edge, dx, dy)
        for leg, legs in enumerate(pairwise(points)):
            grid.put((edge, leg), bounds(legs))
    for edge in edges:
        surface.note_way(edge)
    surface.version += 1


def _exact(place: Point) -> bool:
    """Whether sums of such lengths are exact, as those of whole px and of what a zoom of 2 or 4 makes of them."""
    return place[0] * 64 % 1 == 0 and place[1] * 64 % 1 == 0


def _beside(surface: Surface, group: frozenset[str], edges: Collection[Edge], way: Point, before: Mapping[str, Box]) -> set[Edge]:
    """Of the wires of a group that has moved, those near a block that did not go along: where they are, or where they were."""
    if not edges or len(group) == len(surface.nodes):
        return set()
    boxes = surface.node_grid.boxes
    hull = around([boxes[node_id] for node_id in group])
    if hull is None:
        return set()
    dx, dy = way
    old = hull.moved(-dx, -dy)
    whole = Box(*map(min, hull[:2], old[:2]), *map(max, hull[2:], old[2:])).grown(NEAR)
    found: set[Edge] = set()
    near = [boxes[node_id] for node_id in surface.node_grid.near(whole) if node_id not in group]
    was = [before.get(node_id, boxes[node_id]) for node_id in boxes.keys() - group]
    for box in (*near, *(box.moved(dx, dy) for box in was if box.meets(whole))):
        found |= {edge for edge, _ in surface.edge_grid.near(box.grown(NEAR))}
    return found & set(edges)
