"""`Surface`: a graphics scene of blocks and wires with what the hit test, the router and the far level need, kept in step.

The design's scene and the drawing inside a block are both surfaces; the view and the gestures know no more than this.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtWidgets import QGraphicsScene

from designer.graph.design import DOWN, RIGHT
from designer.graph.network import Edge
from designer.graph.routing import route
from designer.ui.canvas import carry
from designer.ui.canvas.edge_item import EdgeItem, wire_width
from designer.ui.canvas.geometry import CLEAR, LANE, Box, Point, PortPlace, around, bounds, input_places, output_places
from designer.ui.canvas.grid import Grid
from designer.ui.canvas.heat import TIME, Warmth
from designer.ui.canvas.hit_test import Hit, hit_test
from designer.ui.canvas.node_item import NodeItem, Scale
from designer.ui.canvas.overview import Overview
from designer.ui.canvas.stage_frame import StageFrame

ROOM = 2048.0  # around the content, so that moving a block seldom means a new index


def known(flow: str) -> str:
    """The flow that is drawn: what a newer program may have written counts as the usual one."""
    return RIGHT if flow == RIGHT else DOWN


class Surface(QGraphicsScene):
    """Blocks and wires by id. Items are put in and taken out through it alone."""

    contents_changed = Signal()  # something came, went, moved or looks different: for the minimap
    heat_changed = Signal()  # another figure colours the blocks, or its scale is another
    turning = Signal()  # wires are about to run another way: everything is still where it was
    turned = Signal()  # they do, and everything stands where it belongs

    read_only = False

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.nodes: dict[str, Any] = {}  # NodeItem, or what looks like one
        self.edges: dict[Edge, EdgeItem] = {}
        self.incoming: dict[str, set[Edge]] = {}
        self.outgoing: dict[str, set[Edge]] = {}
        self.frames: dict[str, StageFrame] = {}
        self.note_items: dict[str, Any] = {}
        self.node_grid: Grid[str] = Grid()
        self.edge_grid: Grid[tuple[Edge, int]] = Grid()
        self.overview = Overview()
        self.scale = Scale()
        self.wires_by_size = False
        self._warm = False
        self._blocks: tuple[int, Box | None] = (-1, None)  # around all blocks, at a version of their grid
        self._indexed: Box | None = None
        self.hasty: set[Edge] = set()  # wires led while blocks were dragged
        self.version = 0  # counts wires led elsewhere
        self.orientation = DOWN  # which way wires run
        self.window: Box | None = None  # what a view shows of it: labels of stages stay in there

    def orient(self, flow: str) -> None:
        """Let wires run this way. Blocks and wires that are there already have to be put in anew."""
        self.orientation = known(flow)
        self.overview.joined = self.orientation == DOWN

    def mark_selected(self, node_ids: frozenset[str]) -> None:
        """Show these blocks as selected, and no others."""
        for node_id in self.overview.selected ^ node_ids:
            item = self.nodes.get(node_id)
            if item is not None:
                item.selected = node_id in node_ids
                item.setZValue(3 if item.selected else 2)
                item.update()
        self.overview.selected = node_ids
        self.contents_changed.emit()

    def write_anew(self) -> None:
        """Make all texts anew, as when MACs become FLOPs."""
        for item in self.nodes.values():
            item.forget_texts()
        self.update()

    def seen(self, node_id: str) -> str:
        """What stands for a block on this surface: the card it is folded into, or itself."""
        return node_id

    @property
    def toggles(self) -> dict[str, Box]:
        """Signs that fold or unfold, by the id of what they fold."""
        return {}

    # -- looks that a person chooses ---------------------------------------------------------------------------------------

    def show_heat(self, metric: str) -> None:
        """Colour blocks by one of `heat.METRICS`, or by their category again."""
        self.scale.heat.metric = metric
        self.warm()

    def warm(self, changed: Collection[str] | None = None) -> None:
        """Read the figures that colour the blocks anew: of these, or of all. Nothing happens while heat is off and was."""
        heat = self.scale.heat
        if not heat.on and not self._warm:
            return
        once = self._warm and heat.on and heat.metric != TIME and changed is not None
        self._warm = heat.on
        for node_id in changed if once and changed is not None else self.nodes:
            item = self.nodes.get(node_id)
            if item is not None:
                item.warmth = self.warmth(node_id) if heat.on else None
        top = heat.top
        heat.measure([item.warmth for item in self.nodes.values()], whole=self.known)
        again = changed if once and changed is not None and top == heat.top else self.nodes
        for node_id in again:  # their colours may be others
            if node_id in self.nodes:
                self.note_look(self.nodes[node_id])
        self.update()
        self.contents_changed.emit()
        self.heat_changed.emit()

    def warmth(self, node_id: str) -> Warmth | None:
        """The figure that colours a block."""
        return None

    @property
    def known(self) -> bool:
        """Whether the figures of all blocks are known, so that each has a share of them."""
        return True

    def show_wires_by_size(self, wanted: bool) -> None:
        """Draw wires as wide as what flows in them is large, or all alike."""
        self.wires_by_size = wanted
        if not wanted:
            for item in self.edges.values():
                item.set_width(0.0)
        self.widen()

    def widen(self) -> None:
        """Read anew how much flows in each wire. Nothing happens while all are alike."""
        if not self.wires_by_size:
            return
        sizes = {edge: self.flow(edge) for edge in self.edges}
        top = max(sizes.values(), default=0)
        for edge, size in sizes.items():
            self.edges[edge].set_width(wire_width(size, top))

    def flow(self, edge: Edge) -> int:
        """How many elements flow in a wire; 0 where that is not known."""
        return 0

    # -- what the hit test reads -------------------------------------------------------------------------------------------

    @property
    def labels(self) -> dict[str, Box]:
        return {name: frame.label_box for name, frame in self.frames.items()}

    @property
    def notes(self) -> dict[str, Box]:
        return {name: item.box for name, item in self.note_items.items()}

    def hit(self, x: float, y: float, zoom: float) -> Hit:
        """What lies at a place of the scene at this zoom."""
        return hit_test(self, x, y, zoom)

    def port_point(self, node_id: str, port: str, output: bool) -> Point | None:
        """The centre of a port in scene px."""
        item = self.nodes.get(node_id)
        place = item.port(port, output) if item is not None else None
        return None if item is None or place is None else (item.box.left + place.x, item.box.top + place.y)

    def content(self, node_ids: Iterable[str] | None = None) -> Box | None:
        """The box around some blocks, or around everything; None when there is nothing."""
        if node_ids is not None:
            wanted = {self.seen(node_id) for node_id in node_ids}
            return around([self.nodes[node_id].box for node_id in wanted if node_id in self.nodes])
        boxes = self.node_grid
        if self._blocks[0] != boxes.version:
            self._blocks = (boxes.version, around(boxes.boxes.values()))
        others = [*[frame.box for frame in self.frames.values()], *self.notes.values()]
        return around([*([self._blocks[1]] if self._blocks[1] is not None else ()), *others])

    # -- putting in and taking out ---------------------------------------------------------------------------------------------

    def put_node(self, item: NodeItem) -> None:
        self.nodes[item.id] = item
        self.incoming.setdefault(item.id, set())
        self.outgoing.setdefault(item.id, set())
        self.node_grid.put(item.id, item.box)
        self.note_look(item)
        self.addItem(item)

    def note_look(self, item: NodeItem) -> None:
        """Tell the far level how a block looks now."""
        self.overview.put_node(item.id, item.box, item.fill, item.quiet, item.status)

    def drop_node(self, node_id: str) -> None:
        """Take a block out with its wires."""
        for edge in [*self.incoming.get(node_id, ()), *self.outgoing.get(node_id, ())]:
            self.drop_edge(edge)
        self.incoming.pop(node_id, None)
        self.outgoing.pop(node_id, None)
        item = self.nodes.pop(node_id)
        self.node_grid.drop(node_id)
        self.overview.drop_node(node_id)
        self.removeItem(item)

    def put_edge(self, edge: Edge) -> EdgeItem:
        """Add a wire between blocks that are there, and lead it."""
        item = EdgeItem(edge, self.orientation)
        self.edges[edge] = item
        self.incoming[self.seen(edge.target)].add(edge)
        self.outgoing[self.seen(edge.source)].add(edge)
        self.lead(edge)
        self.addItem(item)
        return item

    def drop_edge(self, edge: Edge) -> None:
        item = self.edges.pop(edge, None)
        if item is None:
            return
        self.incoming[self.seen(edge.target)].discard(edge)
        self.outgoing[self.seen(edge.source)].discard(edge)
        for leg in range(len(item.points) - 1):
            self.edge_grid.drop((edge, leg))
        self.overview.drop_edge(edge)
        self.hasty.discard(edge)
        self.version += 1
        self.removeItem(item)

    def forget_all(self) -> None:
        """Take everything out."""
        self.clear()
        self.nodes, self.edges, self.incoming, self.outgoing, self.frames, self.note_items = {}, {}, {}, {}, {}, {}
        self.node_grid, self.edge_grid = Grid(), Grid()
        self.hasty = set()
        self.overview = Overview()
        self.overview.joined = self.orientation == DOWN
        self._blocks = (-1, None)
        self._indexed = None

    # -- moving ------------------------------------------------------------------------------------------------------------

    def place_nodes(self, places: dict[str, Point], *, live: bool = False) -> set[Edge]:
        """Stand blocks at other places; their wires follow, no others. `live` while they are dragged: then a wire for which there
        is no easy way takes the plainest, until the blocks are let go. Gives the wires that went along as they were."""
        before: dict[str, Box] = {}
        for node_id, (x, y) in places.items():
            item = self.nodes[node_id]
            box: Box = item.box
            if (box.left, box.top) == (x, y):
                continue
            item.place(x, y, *item.size)
            self.node_grid.put(node_id, item.box)
            self.note_look(item)
            before[node_id] = box
        along = carry.take_along(self, before)
        moved: set[Edge] = set()
        for node_id in before:
            moved |= self.incoming[node_id]
            moved |= self.outgoing[node_id]
        for edge in moved - along:
            self.lead(edge, live=live)
        if places:
            self.contents_changed.emit()
        return along - self.hasty

    def settle(self) -> None:
        """Lead the wires properly that were led in haste."""
        for edge in list(self.hasty):
            self.lead(edge)

    def show_moment(self, places: dict[str, Point], wires: dict[Edge, list[Point]]) -> None:
        """Show blocks and wires on their way to new places. What they will be at the end is known already: wires are not led."""
        for node_id, (x, y) in places.items():
            item = self.nodes.get(node_id)
            if item is not None:
                item.place(x, y, *item.size)
                self.node_grid.put(node_id, item.box)
                self.note_look(item)
        for edge, points in wires.items():
            wire = self.edges.get(edge)
            if wire is not None:
                wire.lead(points)
                self.overview.put_edge(edge, points)
        self.version += 1
        self.contents_changed.emit()

    def make_way(self, boxes: Collection[Box], along: Collection[Edge] = ()) -> None:
        """Lead the wires anew that run past these boxes, where blocks came, went or were dropped; not those that went along."""
        near: set[Edge] = set()
        if len(self.edges) - len(along) <= len(boxes):
            near.update(self.edges)
        else:
            for box in boxes:
                near |= {edge for edge, _ in self.edge_grid.near(box.grown(CLEAR + 2 * LANE))}
        for edge in near.difference(along):
            self.lead(edge)

    def lead(self, edge: Edge, *, live: bool = False) -> None:
        """Find the wire's way between its ports, around blocks."""
        item = self.edges[edge]
        if live:
            self.hasty.add(edge)
        else:
            self.hasty.discard(edge)
        target, into = self.nodes[self.seen(edge.target)], self._port_in(edge)
        start, end = self.ends(edge)
        step = 0
        across = 1 if self.orientation == RIGHT else 0
        if len(target.inputs) > 1 and start[across] != end[across] and into in target.inputs:
            places = [place for place in target.inputs if not place.side and not place.more]
            if into in places:
                index = places.index(into)
                step = min(2, index if start[across] < end[across] else len(places) - 1 - index)
        points = route(
            start,
            end,
            self._boxes_near,
            side=into.side,
            step=step,
            quick=live,
            early=len(target.inputs) == 1 and self.turns_early(edge),
            flow=self.orientation,
        )
        if points == item.points:
            return
        for leg in range(len(points) - 1, len(item.points) - 1):
            self.edge_grid.drop((edge, leg))
        item.bypass = into.side
        item.lead(points)
        for leg, ends in enumerate(pairwise(points)):
            self.edge_grid.put((edge, leg), bounds(ends))
        self.overview.put_edge(edge, points)
        self.version += 1
        self.note_way(edge)

    def ends(self, edge: Edge) -> tuple[Point, Point]:
        """Where a wire begins and where it ends."""
        source, target = self.nodes[self.seen(edge.source)].box, self.nodes[self.seen(edge.target)].box
        out = self.nodes[self.seen(edge.source)].way_out(edge) or self._lost_port(edge.source_port, source, output=True)
        into = self._port_in(edge)
        return (source.left + out.x, source.top + out.y), (target.left + into.x, target.top + into.y)

    def _port_in(self, edge: Edge) -> PortPlace:
        target = self.nodes[self.seen(edge.target)]
        place: PortPlace | None = target.way_in(edge)
        return place or self._lost_port(edge.target_port, target.box, output=False)

    def note_way(self, edge: Edge) -> None:
        """A wire runs elsewhere now, or needs more room or less."""

    def turns_early(self, edge: Edge) -> bool:
        """Whether a wire turns off close to where it comes from: to the right, so that each branch of a fork shows its shape."""
        return self.orientation == RIGHT

    def _lost_port(self, name: str, box: Box, *, output: bool) -> PortPlace:
        """Where a wire ends whose port the block has lost."""
        places = (
            output_places([name], *box.size, self.orientation)
            if output
            else input_places(None, [name], *box.size, flow=self.orientation)
        )
        return places[0]

    def taken(self, area: Box, edge: Edge) -> bool:
        """Whether a block, or a wire other than this one, is in an area."""
        return bool(self.node_grid.near(area)) or any(other != edge for other, _ in self.edge_grid.near(area))

    def _boxes_near(self, area: Box) -> list[Box]:
        boxes = self.node_grid.boxes
        return [boxes[node_id] for node_id in self.node_grid.near(area)]

    def fit_index(self, boxes: Iterable[Box] | None = None) -> None:
        """Make the scene's index large enough for these boxes, or for everything."""
        content = self.content() if boxes is None else around(boxes)
        if content is None:
            return
        inner = self._indexed
        if inner is not None and inner.holds(content.left, content.top) and inner.holds(content.right, content.bottom):
            return
        content = self.content() or content
        self._indexed = content.grown(ROOM)
        wanted = QRectF(content.left, content.top, content.width, content.height)
        self.setSceneRect(wanted.adjusted(-ROOM, -ROOM, ROOM, ROOM))
