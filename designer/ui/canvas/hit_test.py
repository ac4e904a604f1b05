"""What lies under the pointer: a pure function of boxes, ports and wires, the same for the mouse and for tests."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol

from designer.graph.network import Edge
from designer.ui.canvas.geometry import FAR, SIZES, Box, Point, PortPlace, distance_to, level
from designer.ui.canvas.grid import Grid

EDGE = "edge"  # the port of a note that is hit where it can be made wider
GRIP = 8.0  # px of the screen from its right edge

Kind = Literal["nothing", "port", "node", "edge", "frame", "note", "toggle"]


class Hit(NamedTuple):
    """What was hit. `node` and `port` name a port (`output` says which side), `node` a block, `edge` a wire, `name` a stage, a
    note, or what a sign folds or unfolds."""

    kind: Kind = "nothing"
    node: str = ""
    port: str = ""
    output: bool = False
    edge: Edge | None = None
    name: str = ""


class Placed(Protocol):
    """A block as the hit test sees it."""

    box: Box
    inputs: list[PortPlace]
    outputs: list[PortPlace]


class Routed(Protocol):
    """A wire as the hit test sees it."""

    points: list[Point]


class Surface(Protocol):
    """What can be hit. `edge_grid` holds a box for each leg of each wire."""

    @property
    def nodes(self) -> Mapping[str, Placed]: ...
    @property
    def edges(self) -> Mapping[Edge, Routed]: ...
    @property
    def node_grid(self) -> Grid[str]: ...
    @property
    def edge_grid(self) -> Grid[tuple[Edge, int]]: ...
    @property
    def labels(self) -> Mapping[str, Box]: ...
    @property
    def toggles(self) -> Mapping[str, Box]: ...
    @property
    def notes(self) -> Mapping[str, Box]: ...


def port_at(surface: Surface, x: float, y: float, within: float, *, output: bool | None = None) -> Hit:
    """The port nearest to a place, no further than `within` scene px; only inputs or outputs where `output` says so."""
    nearest, found = within, Hit()
    for node_id in surface.node_grid.near(Box(x - within, y - within, x + within, y + within)):
        node = surface.nodes[node_id]
        left, top = node.box.left, node.box.top
        for place in (*node.inputs, *node.outputs):
            if output is None or place.output == output:
                far = math.hypot(left + place.x - x, top + place.y - y)
                if far < nearest or (far == nearest and not found.node):
                    nearest, found = far, Hit("port", node_id, place.name, place.output)
    return found


def hit_test(surface: Surface, x: float, y: float, zoom: float) -> Hit:
    """What lies at a place of the scene. Ports first (16 px to hit), then blocks, wires (10 px) and labels of stages; lengths are
    those of the screen where it shows less than 100 %. Far away there are no ports."""
    reach = 1 / min(zoom, 1.0)
    if level(zoom) != FAR:
        port = port_at(surface, x, y, SIZES.port_hit / 2 * reach)
        if port.kind != "nothing":
            inside = surface.nodes[port.node].box
            # a small block stays easy to grip: its ports may not cover it
            if zoom >= SIZES.close_from or not inside.grown(-SIZES.port_hit / 2).holds(x, y):
                return port
    boxes = surface.node_grid.boxes
    here = [node_id for node_id in surface.node_grid.near(Box(x, y, x, y)) if boxes[node_id].holds(x, y)]
    if here:
        return Hit("node", max(here))
    for name, box in surface.notes.items():
        if box.holds(x, y):
            return Hit("note", port=EDGE if x >= box.right - GRIP * reach and level(zoom) != FAR else "", name=name)
    if level(zoom) != FAR:
        for name, box in surface.toggles.items():
            if box.holds(x, y):
                return Hit("toggle", name if name in boxes else "", name=name)
    edge = edge_at(surface, x, y, SIZES.wire_hit / 2 * reach)
    if edge is not None:
        return Hit("edge", edge=edge)
    for name, box in surface.labels.items():
        if box.holds(x, y):
            return Hit("frame", name=name)
    return Hit()


def edge_at(surface: Surface, x: float, y: float, within: float) -> Edge | None:
    """The wire nearest to a place, no further than `within` scene px."""
    nearest: tuple[float, Edge] | None = None
    area = Box(x - within, y - within, x + within, y + within)
    for edge, leg in surface.edge_grid.near(area):
        far = distance_to(surface.edges[edge].points[leg : leg + 2], x, y)
        if far <= within and (nearest is None or (far, edge) < nearest):
            nearest = (far, edge)
    return nearest[1] if nearest is not None else None


def nodes_in(surface: Surface, area: Box) -> set[str]:
    """The blocks that an area touches, as a marquee selects them."""
    return {node_id for node_id in surface.node_grid.near(area) if surface.node_grid.boxes[node_id].meets(area)}


def notes_in(surface: Surface, area: Box) -> set[str]:
    """The notes that an area touches."""
    return {name for name, box in surface.notes.items() if box.meets(area)}


def edges_in(surface: Surface, area: Box) -> set[Edge]:
    """The wires that run through an area."""
    return {edge for edge, _ in surface.edge_grid.near(area)}
