"""`InsideScene`: the drawing inside a block, with live shapes and costs. It can be looked at and opened further, not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from blocks.drawing import Drawing, Part, Ref, Result
from blocks.spec import TensorSpec
from designer.analysis.results import NodeResult
from designer.app.controller import Controller
from designer.graph.bypass import Bypasses
from designer.graph.layout import layout, metrics_of
from designer.graph.network import Edge, Network, Node
from designer.graph.topology import execution_order
from designer.ui.canvas.card_item import WIDTH, CardItem, PillItem, card_height
from designer.ui.canvas.geometry import SIZES, input_places, output_places
from designer.ui.canvas.heat import TIME, Warmth, warmth_of_part
from designer.ui.canvas.node_item import NodeItem
from designer.ui.canvas.surface import Surface, known
from designer.ui.numbers import shape

if TYPE_CHECKING:
    from designer.app.measurements import Time

IN, OUT = "input__", "output__"  # prefixes that no part's name can have


class InsideScene(Surface):
    """What is drawn inside one root node, or inside a part of its drawing.

    `trail` is the way there: the id of the root node, then names of parts. `follow` says whether there is still anything there.
    """

    read_only = True

    def __init__(self, controller: Controller, trail: tuple[str, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.controller = controller
        self.trail = trail
        self._result: Result | None = None
        self._structure: object = None
        controller.measurements.replaced.connect(self.tell_times)
        self.follow()

    @property
    def result(self) -> Result | None:
        """What was evaluated at the end of the trail; None where nothing is drawn there now."""
        return result_at(self.controller, self.trail)

    def follow(self) -> bool:
        """Show what is there now. Gives False, and keeps the last picture, while there is nothing."""
        result = self.result
        if result is None:
            return False
        turns = self.orientation != known(self.controller.design.flow)
        if result is self._result and not turns:
            return True
        if turns:
            self.turning.emit()
        self._result = result
        drawing = result.drawing
        assert drawing is not None
        parts = [(part.name, part.block, part.inputs, card_height(part)) for part in drawing.parts]
        structure = parts, drawing.outputs, self.controller.design.flow
        if structure == self._structure:
            self._update(result, drawing)
        else:
            self._structure = structure
            self._draw(result, drawing)
        self.scale.top = max([part.result.cost.macs for part in drawing.parts], default=0)
        self.tell_times()
        self.warm()
        self.widen()
        self.update()
        self.contents_changed.emit()
        if turns:
            self.turned.emit()
        return True

    def warmth(self, node_id: str) -> Warmth | None:
        part = self.part(node_id)
        if part is None:
            return None
        metric = self.scale.heat.metric
        time = self._time_of(part) if metric == TIME else None
        return warmth_of_part(metric, part.result.cost, part.result.outputs, time)

    def tell_times(self) -> None:
        """Write on every part how long it takes: something was measured, or is estimated in another way."""
        for item in self.nodes.values():
            if isinstance(item, CardItem):
                item.tell_time(self._time_of(item.part))

    def _time_of(self, part: Part) -> Time | None:
        """How long a part takes; None where nothing is known, as of one that stands in no copy or was fused with others."""
        above = self.controller.dotted_path(self.trail[0])
        return self.controller.measurements.ms_of(".".join((above, *self.trail[1:], part.name))) if above else None

    def flow(self, edge: Edge) -> int:
        part = self.part(edge.source)
        if part is not None:
            return part.result.outputs[part.block.outputs.index(edge.source_port)].elements
        result = self.result
        if result is None:
            return 0
        return next((spec.elements for pill, _, spec in _pills(result)[0] if pill == edge.source), 0)

    def part(self, name: str) -> Part | None:
        """The part of this name."""
        item = self.nodes.get(name)
        return item.part if isinstance(item, CardItem) else None

    def _draw(self, result: Result, drawing: Drawing) -> None:
        self.forget_all()
        self.orient(self.controller.design.flow)
        network = _network(result, drawing)
        resolve = {part.name: part.block for part in drawing.parts}
        kinds = {f"part_{name}": block for name, block in resolve.items()}
        heights = {part.name: card_height(part) for part in drawing.parts}
        metrics = metrics_of(self.orientation)._replace(width=WIDTH)
        sizes = {name: (WIDTH, height) for name, height in heights.items()}
        places = layout(network, kinds.get, metrics, self.orientation, sizes=sizes)
        for part in drawing.parts:
            item = CardItem(part, self.scale)
            item.place(*places[part.name], WIDTH, heights[part.name])
            self.put_node(item)
        inputs, outputs = _pills(result)
        for node_id, name, spec in (*inputs, *outputs):
            pill = PillItem(node_id, name, self.scale)
            pill.place(*places[node_id], SIZES.io_width, SIZES.io_height)
            pill.show_shape(shape(spec))
            self.put_node(pill)
        bypasses = Bypasses(execution_order(network, kinds.get).wires)
        for node_id, item in self.nodes.items():
            self._set_ports(node_id, item, network, resolve, bypasses.of(node_id).port)
        for edge in network.edges():
            self.put_edge(edge)
        self._say_shapes(drawing)
        self.fit_index()

    def _update(self, result: Result, drawing: Drawing) -> None:
        """The same drawing with other numbers."""
        for part in drawing.parts:
            self.nodes[part.name].show_part(part)
        for node_id, _, spec in (*_pills(result)[0], *_pills(result)[1]):
            self.nodes[node_id].show_shape(shape(spec))
        self._say_shapes(drawing)

    def _say_shapes(self, drawing: Drawing) -> None:
        """Wires carry their shapes, but for those of pills, which say it themselves."""
        specs = {part.name: dict(zip(part.block.outputs, part.result.outputs, strict=True)) for part in drawing.parts}
        for edge, item in self.edges.items():
            if edge.source in specs and not edge.target.startswith(OUT):
                item.say(shape(specs[edge.source][edge.source_port]), "")
            elif item.bypass:
                item.say(self.nodes[edge.source].text, "")

    def _set_ports(self, node_id: str, item: NodeItem, network: Network, blocks: dict[str, object], bypass: str) -> None:
        connected = network.sources(node_id)
        width, height, flow = item.box.width, item.box.height, self.orientation
        block = blocks.get(node_id)
        if block is None:
            item.inputs = input_places(None, connected, width, height, flow=flow)
            item.outputs = output_places(["y"] if network.readers(node_id) else [], width, height, flow)
            return
        item.inputs = [
            place
            for place in input_places(block.inputs, connected, width, height, bypass, flow)  # type: ignore[attr-defined]
            if not place.more
        ]
        item.outputs = output_places(block.outputs, width, height, flow)  # type: ignore[attr-defined]


def result_at(controller: Controller, trail: tuple[str, ...]) -> Result | None:
    """What was evaluated at the end of a trail, None where nothing is drawn."""
    found: NodeResult | None = controller.engine.results.get(trail[0])
    result = found.evaluated if found is not None else None
    for name in trail[1:]:
        if result is None or result.drawing is None:
            return None
        result = next((part.result for part in result.drawing.parts if part.name == name), None)
    return result if result is not None and result.drawing is not None else None


def _pills(result: Result) -> tuple[list[tuple[str, str, TensorSpec]], list[tuple[str, str, TensorSpec]]]:
    """Ids, names and shapes of a drawing's inputs and outputs."""
    ports = result.block.inputs
    names = [port.name for port in ports] if len(ports) == len(result.inputs) else [str(k) for k in range(len(result.inputs))]
    inputs = [(f"{IN}{k}", names[k], spec) for k, spec in enumerate(result.inputs)]
    outputs = [(f"{OUT}{k}", result.block.outputs[k], spec) for k, spec in enumerate(result.outputs)]
    return inputs, outputs


def _network(result: Result, drawing: Drawing) -> Network:
    """The drawing as a network, for the layout: its inputs and outputs are nodes too."""
    inputs, outputs = _pills(result)
    nodes = [Node(node_id, "input") for node_id, _, _ in inputs]
    nodes += [Node(part.name, f"part_{part.name}") for part in drawing.parts]
    nodes += [Node(node_id, "output", {"order": k}) for k, (node_id, _, _) in enumerate(outputs)]

    def origin(ref: Ref) -> tuple[str, str]:
        index, out = ref
        if index < 0:
            return inputs[-1 - index][0], "y"
        return drawing.parts[index].name, drawing.parts[index].block.outputs[out]

    edges: list[Edge] = []
    for part in drawing.parts:
        ports = part.block.inputs
        variadic = bool(ports) and ports[-1].variadic
        for k, ref in enumerate(part.inputs):
            edges.append(Edge(*origin(ref), part.name, f"{ports[-1].name}.{k}" if variadic else ports[k].name))
    edges += [Edge(*origin(ref), node_id, "x") for ref, (node_id, _, _) in zip(drawing.outputs, outputs, strict=True)]
    return Network.of(nodes, edges)
