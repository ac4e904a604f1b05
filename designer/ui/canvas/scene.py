"""`Scene`: the design on the canvas. It follows the controller's two signals and touches only what they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from PySide6.QtCore import QObject

from designer.analysis.engine import Delta
from designer.app import measurements
from designer.app.controller import Controller, GraphDelta
from designer.graph.bypass import Bypasses
from designer.graph.design import RIGHT, ROOT
from designer.graph.folding import stage_id
from designer.graph.layout import MANY, arrange, metrics_of, plan, rough
from designer.graph.network import Edge, Network
from designer.ui.canvas.aside import Aside, fits, put_back, set_aside
from designer.ui.canvas.fold_item import FoldItem, card_size
from designer.ui.canvas.folds import Folds
from designer.ui.canvas.geometry import SIZES, Box, Point, input_places, node_size, output_places, snapped
from designer.ui.canvas.heat import TIME, Warmth, together, warmth_of
from designer.ui.canvas.node_item import NodeItem
from designer.ui.canvas.note_item import NoteItem
from designer.ui.canvas.run_marks import RunMarks
from designer.ui.canvas.scene_stages import SceneStages
from designer.ui.canvas.surface import Surface, known
from designer.ui.numbers import shape


class Scene(Surface):
    """All root nodes of a controller's design.

    A block stands where the document says (`design.positions`), else where the layout put it when the design was opened, else,
    when it came later, near what feeds it.
    """

    def __init__(self, controller: Controller, parent: QObject | None = None, *, patient: bool = False) -> None:
        super().__init__(parent)
        self.controller = controller
        self._patient = patient  # somebody will call `take_layout` when it says that it is `rough`
        self.rough = False
        self._own: dict[str, Point] = {}  # places of nodes for which the document has none
        self.stages = SceneStages(self)
        self.rank: dict[str, int] = {}  # of each node in the execution order
        self._bypasses = Bypasses({})
        self.folds = Folds()
        self._aside: Aside | None = None  # all blocks and wires, while something is folded
        self.marks = RunMarks()
        controller.graph_changed.connect(self._follow_graph)
        controller.analysis_changed.connect(self._follow_analysis)
        controller.measurements.replaced.connect(self.tell_times)
        controller.selection_changed.connect(self.mark_selected)
        self.contents_changed.connect(self._follow_marks)
        self.rebuild()

    def release(self) -> None:
        """Listen no longer."""
        self.controller.graph_changed.disconnect(self._follow_graph)
        self.controller.analysis_changed.disconnect(self._follow_analysis)
        self.controller.measurements.replaced.disconnect(self.tell_times)
        self.controller.selection_changed.disconnect(self.mark_selected)

    # -- places ------------------------------------------------------------------------------------------------------------

    @property
    def stored(self) -> Mapping[str, Point]:
        """The places that the document holds."""
        return self.controller.design.positions.get(ROOT, {})

    def place(self, node_id: str) -> Point:
        """Where the top left corner of a block is, in scene px."""
        stored = self.stored.get(node_id)
        if stored is not None:
            return stored
        if node_id not in self._own:  # the document has just lost its place: it stays
            self._own[node_id] = (self.folds.boxes.get(node_id) or self.nodes[node_id].box)[:2]
        return self._own[node_id]

    def places(self) -> dict[str, Point]:
        """The places of all blocks."""
        return {node_id: self.place(node_id) for node_id in self._every()}

    def _every(self) -> Iterable[str]:
        """All nodes, those that are folded too."""
        return self.controller.design.root if self.folds else self.nodes

    def seen(self, node_id: str) -> str:
        return self.folds.folded.card_of.get(node_id, node_id)

    def seen_places(self) -> dict[str, Point]:
        """Where blocks and cards have to be seen."""
        if self.folds:
            return {seen: self.folds.box(seen)[:2] for seen in self.nodes}
        return self.places()

    def to_document(self, at: Point) -> Point:
        """The place in the document that is seen there: another one where blocks are folded."""
        return self.folds.compact.place(at)

    def from_document(self, at: Point) -> Point:
        """Where a place of the document is seen."""
        return self.folds.compact.seen(at)

    def unstored(self) -> dict[str, Point]:
        """Places that the document does not hold: whoever moves a block stores these too, or the rest would be laid out anew
        around it when the document is opened again."""
        stored = self.stored
        return {node_id: self.place(node_id) for node_id in self._every() if node_id not in stored}

    def free_place(self, box: Box, leave_out: Iterable[str] = ()) -> Point:
        """The nearest place to the right or below where a block of this size stands on no other."""
        ignored = set(leave_out)
        x, y = snapped(box.left), snapped(box.top)
        for k in range(200):
            for candidate in ((x, y + k * 2 * SIZES.snap), (x + k * 4 * SIZES.snap, y)):
                around = Box(*candidate, candidate[0] + box.width, candidate[1] + box.height).grown(SIZES.snap)
                if all(other in ignored for other in self.node_grid.near(around)):
                    return candidate
        return x, y

    def _place_new(self, node_id: str, network: Network) -> Point:
        """Near what feeds the node, else near what it feeds, else below everything."""
        turn, gap = self._turned, metrics_of(self.orientation).gap  # across the flow and along it
        width, height = turn(node_size(network.node(node_id).block))
        boxes = self.folds.boxes or self.node_grid.boxes
        sources = [boxes[source] for source, _ in network.sources(node_id).values() if source in boxes]
        readers = [boxes[edge.target] for edge in network.readers(node_id) if edge.target in boxes]
        content = self.content()
        if sources:
            centre = sum(turn(box.centre)[0] for box in sources) / len(sources)
            top = max(turn(box[2:])[1] for box in sources) + gap
        elif readers:
            centre, top = turn(readers[0].centre)[0], turn(readers[0][:2])[1] - gap - height
        elif content is not None:
            centre, top = turn(content.centre)[0], turn(content[2:])[1] + gap
        else:
            centre, top = 0.0, 0.0
        left = centre - width / 2
        return self.free_place(Box(*turn((left, top)), *turn((left + width, top + height))), (node_id,))

    def _turned(self, point: Sequence[float]) -> Point:
        """Across and along the flow of what is right and down, or back."""
        return (point[1], point[0]) if self.orientation == RIGHT else (point[0], point[1])

    # -- building ----------------------------------------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Read the whole design anew."""
        self.marks.forget()
        self.forget_all()
        self.orient(self.controller.design.flow)
        self.stages.forget()
        design = self.controller.design
        network = design.root
        stored = self.stored
        missing = [node_id for node_id in network if node_id not in stored]
        if any(node_id not in self._own for node_id in missing) and not (self.folds and self._own):
            self._own = self._laid_out()
        self._rerank()
        if self.folds:
            self._own |= {node_id: self._place_new(node_id, network) for node_id in missing if node_id not in self._own}
        self.folds.derive(network, design.resolve)
        self.folds.arrange(self._document_boxes() if self.folds else {})
        if not self.folds and self._aside is not None and fits(self._aside, self):
            self._put_back(self._aside)
        else:
            self._put_all()
        self._scale_bars()
        self.warm()
        self.widen()
        self.stages.tell(self.stages.names)
        self._follow_notes()
        self.mark_selected(self.controller.selection)
        self.fit_index()
        self.contents_changed.emit()

    def _put_all(self) -> None:
        """Make blocks, cards and wires."""
        network = self.controller.design.root
        for node in network.nodes():
            if node.id in self.folds.folded.card_of:
                self.stages.follow(node.id)
            else:
                self._add(node.id)
        self._put_cards()
        for node_id in self.nodes:
            self._set_ports(node_id)
        for edge in network.edges():
            if not self.folds.hides(edge):
                self._tell_edge(self.put_edge(edge).edge)

    def _put_back(self, aside: Aside) -> None:
        """Show what was set aside, as it has to look now."""
        put_back(aside, self)
        for node_id, item in self.nodes.items():
            self.stages.follow(node_id)
            self._refresh(item)
        for edge in self.edges:
            self._tell_edge(edge)

    def _laid_out(self) -> dict[str, Point]:
        design = self.controller.design
        made = plan(design.root, design.resolve, flow=self.orientation)
        self.rough = self._patient and len(made.pieces) >= MANY
        return rough(made) if self.rough else arrange(made)

    def take_layout(self, places: dict[str, Point]) -> None:
        """Stand blocks that the document has no places for where the layout put them, once it is done."""
        self.rough = False
        stored = self.stored
        network = self.controller.design.root
        self._own = {node_id: place for node_id, place in places.items() if node_id in network and node_id not in stored}
        if self.folds:
            self.rebuild()
            return
        self.place_nodes(self._own)
        for edge in list(self.edges):
            self.lead(edge)  # past blocks that have moved after it was led
        self.stages.tell(self.stages.names)
        self.fit_index()
        self.contents_changed.emit()

    def _add(self, node_id: str) -> None:
        network = self.controller.design.root
        if node_id not in self.stored and node_id not in self._own:
            self._own[node_id] = self._place_new(node_id, network)
        item = NodeItem(node_id, self.scale)
        x, y = self.folds.box(node_id)[:2] if node_id in self.folds.boxes else self.place(node_id)
        item.place(x, y, *node_size(network.node(node_id).block))
        item.look_at(network.node(node_id), self.controller.engine.results.get(node_id))
        item.tell_time(self.controller.time_of(node_id))
        self.put_node(item)
        self.stages.follow(node_id)

    def _refresh(self, item: NodeItem) -> None:
        """Let a block show its node and result as they are now."""
        before = (item.quiet, item.status, item.category)
        item.look_at(self.controller.design.root.node(item.id), self.controller.engine.results.get(item.id))
        item.tell_time(self.controller.time_of(item.id))
        if before != (item.quiet, item.status, item.category):
            self.note_look(item)

    def _set_ports(self, node_id: str) -> bool:
        """Give a block the ports it has now; says whether they are others than before."""
        item: NodeItem = self.nodes[node_id]
        network = self.controller.design.root
        if isinstance(item, FoldItem):
            folded = self.folds.folded
            return item.connect_to(folded.inputs[node_id], folded.outputs[node_id], self.orientation)
        connected = network.sources(node_id)
        block = self.controller.design.resolve(item.node.block)
        (width, height), flow = item.size, self.orientation
        if block is None:
            inputs = input_places(None, connected, width, height, flow=flow)
            outputs = output_places(sorted({edge.source_port for edge in network.readers(node_id)}), width, height, flow)
        else:
            inputs = input_places(block.inputs, connected, width, height, self._bypasses.of(node_id).port, flow)
            outputs = output_places(block.outputs if node_id and item.node.block != "output" else (), width, height, flow)
        if (inputs, outputs) == (item.inputs, item.outputs):
            return False
        item.inputs, item.outputs = inputs, outputs
        item.update()
        return True

    def _rerank(self) -> None:
        order = self.controller.engine.order
        self.rank = {node_id: rank for rank, node_id in enumerate((*order.order, *order.rest))}
        self._bypasses = Bypasses(order.wires)
        self.stages.reorder()

    # -- following the graph -----------------------------------------------------------------------------------------------

    def _follow_graph(self, delta: GraphDelta) -> None:
        design = self.controller.design
        turns = known(design.flow) != self.orientation
        if delta.everything or delta.definitions:
            self._aside = None
        if turns:
            self.turning.emit()
        if delta.everything or turns:
            self._own = {}
            self.rebuild()
            if turns:
                self.turned.emit()
            return
        touched = {node_id for scope, node_id in delta.touched if scope == ROOT}
        if delta.definitions:
            touched |= {node.id for node in design.root.nodes() if node.block.startswith("own.")}
        if not touched:
            self._follow_notes()
            return
        if self.folds:
            self._follow_folded(touched, structural=delta.structural)
            return
        disturbed: list[Box] = []
        along: set[Edge] = set()  # wires that moved with their blocks
        stages = {self.stages.of.get(node_id, "") for node_id in touched}
        ends = self.stages.order.last if delta.structural else {}
        if delta.structural:
            disturbed += self._follow_structure(touched)
        places: dict[str, Point] = {}
        for node_id in touched:
            item = self.nodes.get(node_id)
            if item is None:
                continue
            self._refresh(item)
            place = self.place(node_id)
            if place != (item.box.left, item.box.top):
                disturbed.append(item.box)
                places[node_id] = place
            self.stages.follow(node_id)
        if places:
            along = self.place_nodes(places)
            disturbed += [self.nodes[node_id].box for node_id in places]
        if disturbed:
            self.make_way(disturbed, along)
        stages |= {self.stages.of.get(node_id, "") for node_id in touched}
        if delta.structural:
            stages |= {stage for stage, last in self.stages.order.last.items() if ends.get(stage) != last}
            self.warm()
            self.widen()
        self.stages.tell(stages)
        self._follow_notes()
        self.fit_index([self.nodes[node_id].box for node_id in touched if node_id in self.nodes])
        self.contents_changed.emit()

    def _follow_folded(self, touched: set[str], *, structural: bool) -> None:
        """As `_follow_graph`, while something is folded: what comes, goes or is wired anew may make other cards."""
        design = self.controller.design
        drawn = set(self.folds.boxes) or set(self.nodes)
        if structural and not self.stored and touched.issuperset(design.root) and set(design.root) != drawn:
            self._own = {}  # all of it was drawn anew
        there = {node_id for node_id in touched if node_id in design.root}
        staged = any((design.root.node(node_id).stage or "") != self.stages.of.get(node_id, "") for node_id in there)
        if structural or staged or self.folds.wanted.nodes:  # else nothing says otherwise what can be folded
            if self.folds.derive(design.root, design.resolve) or structural:
                self.rebuild()
                return
            self.folds.arrange(self._document_boxes())
        elif any(self.place(node_id) != self.folds.boxes[node_id][:2] for node_id in there):
            self.folds.arrange(self._document_boxes())
        else:
            self._show_touched(there, {self.stages.of.get(node_id, "") for node_id in there})
            return
        moved = {seen: place for seen, place in self.seen_places().items() if place != self.nodes[seen].box[:2]}
        were = [self.nodes[seen].box for seen in moved]
        along = self.place_nodes(moved)
        self.make_way([*were, *(self.nodes[seen].box for seen in moved)], along)
        for node_id in there:
            self.stages.follow(node_id)
        self._show_touched(there, self.stages.names)

    def _show_touched(self, touched: set[str], stages: set[str]) -> None:
        """Let blocks, cards and frames show what became of these nodes."""
        for node_id in touched:
            if node_id in self.nodes:
                self._refresh(self.nodes[node_id])
        self._tell_cards(touched)
        self.stages.tell(stages)
        self._follow_notes()
        self.fit_index()
        self.contents_changed.emit()

    def _document_boxes(self) -> dict[str, Box]:
        """The boxes of all nodes where the document has them."""
        found: dict[str, Box] = {}
        for node in self.controller.design.root.nodes():
            (x, y), (width, height) = self.place(node.id), node_size(node.block)
            found[node.id] = Box(x, y, x + width, y + height)
        return found

    # -- folding -----------------------------------------------------------------------------------------------------------

    def show_folds(self) -> None:
        """Show what `folds` has come to want."""
        if not self.folds.folded.folds:  # so far all is open
            self._aside = set_aside(self)
        self.rebuild()
        if not self.folds:
            self._aside = None

    def write_anew(self) -> None:
        self._aside = None
        super().write_anew()

    def _follow_marks(self) -> None:
        self.marks.follow(self)

    def _put_cards(self) -> None:
        for card, one in self.folds.folded.folds.items():
            item = FoldItem(one, self.scale)
            item.place(*self.folds.box(card)[:2], *card_size(one))
            self.put_node(item)
        self._tell_cards(self.folds.folded.card_of)

    def _tell_cards(self, touched: Iterable[str]) -> None:
        """Let cards show what became of their members."""
        cards = self.folds.folded.folds
        if not cards:
            return
        changed = {self.seen(node_id) for node_id in touched}
        positions = self.stages.order.positions
        for card, one in cards.items():
            item: FoldItem = self.nodes[card]
            position = positions.get(self.stages.of.get(one.members[0], ""), 0)
            if card in changed:
                item.tell(one, self.controller.design.root, self.controller.engine.results, position)
            elif position != item.position:  # another stage came before it
                item.position = position
                item.update()
            else:
                continue
            item.tell_time(self._time_of(item))
            self.note_look(item)

    @property
    def toggles(self) -> dict[str, Box]:
        found = {stage_id(stage): frame.toggle for stage, frame in self.frames.items()}
        found |= {card: self.nodes[card].toggle for card in self.folds.folded.folds}
        return found | self.marks.toggles

    def _follow_structure(self, touched: set[str]) -> list[Box]:
        """Nodes and wires that came, went or changed; gives the boxes where blocks came or went."""
        network = self.controller.design.root
        disturbed: list[Box] = []
        if not self.stored and touched.issuperset(network) and set(network) != set(self.nodes):
            self._own = self._laid_out()  # all of it was drawn anew
        read = {edge.source for node_id in touched for edge in self.incoming.get(node_id, ())}
        for node_id in touched:
            if node_id in self.nodes and node_id not in network:
                disturbed.append(self.nodes[node_id].box)
                self.stages.leave(node_id)
                self.drop_node(node_id)
        self._rerank()
        order = sorted((node_id for node_id in touched if node_id in network), key=lambda n: self.rank.get(n, 0))
        for node_id in order:
            item = self.nodes.get(node_id)
            if item is not None and item.node.block != network.node(node_id).block:
                item.place(item.box.left, item.box.top, *node_size(network.node(node_id).block))
                self._refresh(item)
            if item is None:
                self._add(node_id)
                disturbed.append(self.nodes[node_id].box)
        # a merge below the edit may have become, or ceased to be, the end of a bypass
        others = {node_id for node_id in self._below(touched | read) if self._other_bypass(node_id)}
        # and a placeholder has the ports that have wires, so it changes with its readers
        others |= {node_id for node_id, item in self.nodes.items() if item.placeholder}
        for node_id in (*order, *sorted(others - set(order))):
            wanted = {Edge(source, out, node_id, port) for port, (source, out) in network.sources(node_id).items()}
            for edge in self.incoming[node_id] - wanted:
                self.drop_edge(edge)
            other_ports = self._set_ports(node_id)
            missing = wanted - self.incoming[node_id]
            if other_ports:
                for edge in (*self.incoming[node_id], *self.outgoing[node_id]):
                    self.lead(edge)
            for edge in sorted(missing):
                self._tell_edge(self.put_edge(edge).edge)
        return disturbed

    def _below(self, touched: set[str]) -> set[str]:
        """The merges of two that can be reached from these nodes, or from what they read."""
        network = self.controller.design.root
        reads = {source for node_id in touched if node_id in network for source, _ in network.sources(node_id).values()}
        found = (touched | reads) & self.outgoing.keys()
        ways = list(found)
        while ways:
            for edge in self.outgoing[ways.pop()]:
                if edge.target not in found:
                    found.add(edge.target)
                    ways.append(edge.target)
        return {node_id for node_id in found if len(self.incoming[node_id]) == 2}

    def _other_bypass(self, node_id: str) -> bool:
        """Whether a merge ends another bypass than its ports show, or none where they show one."""
        shown = next((place.name for place in self.nodes[node_id].inputs if place.side), "")
        return self._bypasses.of(node_id).port != shown

    def _follow_notes(self) -> None:
        notes = self.controller.design.notes.get(ROOT, {})
        for name in [name for name in self.note_items if name not in notes]:
            self.removeItem(self.note_items.pop(name))
        for name, stored in notes.items():
            x, y = self.from_document((stored.x, stored.y))
            note = msgspec.structs.replace(stored, x=x, y=y) if (x, y) != (stored.x, stored.y) else stored
            if name in self.note_items:
                self.note_items[name].show_note(note)
            else:
                item = self.note_items[name] = NoteItem(note)
                self.addItem(item)

    def turns_early(self, edge: Edge) -> bool:
        """Out of a stage before the next one begins: there its shape stands on no frame."""
        return super().turns_early(edge) or self.stages.of.get(edge.source) != self.stages.of.get(edge.target)

    # -- stages ------------------------------------------------------------------------------------------------------------

    def members(self, stage: str) -> frozenset[str]:
        """The nodes of a stage."""
        return self.stages.members(stage)

    def move_frames(self, node_ids: Iterable[str]) -> None:
        """Let the frames follow blocks that are being dragged."""
        self.stages.move(node_ids)

    def note_way(self, edge: Edge) -> None:
        self.stages.note_way(edge)

    # -- following the analysis --------------------------------------------------------------------------------------------

    def _follow_analysis(self, delta: Delta) -> None:
        stages: set[str] = set()
        network = self.controller.design.root
        for node_id in delta.changed:
            seen = self.seen(node_id)
            item = self.nodes.get(seen)
            if item is None or node_id not in network:
                continue
            if seen == node_id:
                self._refresh(item)
            for edge in (*self.outgoing[seen], *self.incoming[seen]):
                self._tell_edge(edge)
            stages.add(self.stages.of.get(node_id, ""))
        self._tell_cards(delta.changed)
        if delta.changed or delta.removed:
            self._scale_bars()
            self.warm(set(map(self.seen, delta.changed)))
            self.widen()
        self.stages.tell(stages, totals=delta.totals)
        if delta.changed:
            self.contents_changed.emit()

    def mark_selected(self, node_ids: frozenset[str]) -> None:
        super().mark_selected(frozenset(map(self.seen, node_ids)))

    def tell_times(self) -> None:
        """Write on every block how long it takes: something was measured, or is estimated in another way."""
        for item in self.nodes.values():
            item.tell_time(self._time_of(item))

    def _time_of(self, item: NodeItem) -> measurements.Time | None:
        """What a block takes, or all blocks that a card stands for."""
        if isinstance(item, FoldItem):
            return measurements.together(map(self.controller.time_of, item.fold.members))
        return self.controller.time_of(item.id)

    def warmth(self, node_id: str) -> Warmth | None:
        card = self.folds.folded.folds.get(node_id)
        if card is not None:
            return together(map(self.warmth, card.members))
        metric = self.scale.heat.metric
        time = self.controller.time_of(node_id) if metric == TIME else None
        return warmth_of(metric, self.controller.engine.results.get(node_id), time)

    @property
    def known(self) -> bool:
        return self.controller.engine.valid

    def flow(self, edge: Edge) -> int:
        result = self.controller.engine.results.get(edge.source)
        spec = result.outputs.get(edge.source_port) if result is not None else None
        return spec.elements if spec is not None else 0

    def _scale_bars(self) -> None:
        top = max([item.macs for item in self.nodes.values()], default=0)
        if top != self.scale.top:
            self.scale.top = top
            self.update()

    def _tell_edge(self, edge: Edge) -> None:
        results = self.controller.engine.results
        source, target = results.get(edge.source), results.get(edge.target)
        spec = source.outputs.get(edge.source_port) if source is not None else None
        status = "" if spec is not None else "blocked"
        if target is not None and any(i.severity == "error" and i.port == edge.target_port for i in target.issues):
            status = "error"
        item = self.edges[edge]
        room = len(item.text)
        item.say(shape(spec) if spec is not None else "", status)
        if len(item.text) != room:
            self.note_way(edge)
