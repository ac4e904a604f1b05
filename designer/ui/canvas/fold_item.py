"""`FoldItem`: a stage or a run of equal units as one card with a stacked edge; `RunMark`: the quiet sign beside a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from designer.analysis.describe import ARROW, name_of, result_line, stage_title
from designer.analysis.results import NodeResult
from designer.graph.design import DOWN, RIGHT
from designer.graph.folding import FOLD, Fold, Value
from designer.graph.network import Edge, Network, Node
from designer.graph.own_block import OWN
from designer.graph.repeats import in_few_words, in_words
from designer.ui import numbers, theme, units
from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import FAR, SIZES, Box, Point, PortPlace, level, output_places, port_offsets
from designer.ui.canvas.item import CanvasItem
from designer.ui.canvas.node_item import BASELINES, PAD_RIGHT, TEXT_X, NodeItem, Scale
from designer.ui.canvas.painter import Ink

STACK: list[list[float]] = theme.named(theme.DARK).size("node.stack_edge")
LINE = 16.0  # that a card is higher where it says how copies differ
TOGGLE = 24.0  # a sign that folds or unfolds is hit in a square of this size
TOGGLE_GAP = 3.0  # right of a card, at its lower end: in a frame the sign of the stage is above
MARK_WIDTH, MARK_HEIGHT = 30.0, 14.0  # of the sign beside a run, or above it
COUNTED = ("ok", "warning")


def card_size(one: Fold) -> tuple[float, float]:
    """Width and height of a card."""
    return SIZES.width, SIZES.height + (LINE if one.differences else 0.0)


def title_of(one: Fold, network: Network) -> str:
    """What a card is called: `Stage 3`, or `ir2 to ir3`."""
    if one.stage:
        return stage_title(one.stage)
    return f"{name_of(network.node(one.members[0]))} to {name_of(network.node(one.members[-1]))}"


class _Sum(NamedTuple):
    """What the members of a card add up to; figures are None where one of them has an error or waits for one."""

    params: int | None
    macs: int | None
    status: str
    said: str  # what is wrong, in a few words


def _sum_up(ids: Sequence[str], results: Mapping[str, NodeResult], network: Network) -> _Sum:
    found = [results[node_id] for node_id in ids if node_id in results]
    bad = [node_id for node_id in ids if node_id in results and results[node_id].status == "error"]
    if bad:
        return _Sum(None, None, "error", f"error in {name_of(network.node(bad[0]))}")
    idle = [result for result in found if result.status not in COUNTED]
    if found and len(idle) == len(found):
        waits = next((result.blocked_by for result in idle if result.blocked_by), "")
        said = f"waits for {waits}" if waits else "not read" if idle[0].status == "unused" else "incomplete"
        return _Sum(None, None, idle[0].status, said)
    if any(result.status == "blocked" for result in found):
        return _Sum(None, None, "blocked", f"waits for {next(r.blocked_by for r in found if r.status == 'blocked')}")
    counted = [result for result in found if result.status in COUNTED]
    warns = any(result.status == "warning" for result in counted)
    params, macs = sum(result.cost.params for result in counted), sum(result.cost.macs for result in counted)
    return _Sum(params, macs, "warning" if warns else "ok", "")


class FoldItem(NodeItem):
    """One card. `tell` gives it what it stands for; its ports are made for the view and take no wires by hand."""

    def __init__(self, one: Fold, scale: Scale) -> None:
        super().__init__(one.id, scale)
        self.fold = one
        self.position = 0  # of its stage among the stages
        self.sum = _Sum(0, 0, "ok", "")
        self._block = ""
        self.line = ""
        self.sentence = ""  # what is said about it where there is room
        self.ways_in: dict[Value, PortPlace] = {}
        self.ways_out: dict[Value, PortPlace] = {}

    def tell(self, one: Fold, network: Network, results: Mapping[str, NodeResult], position: int) -> None:
        """Stand for these nodes as they are now."""
        self.fold, self.position = one, position
        self.node = Node(one.id, FOLD, label=title_of(one, network))
        self._block = network.node(one.members[0]).block
        self.sum = _sum_up(one.members, results, network)
        self.status = self.sum.status
        self.macs = self.sum.macs or 0
        self.category = self._category(results)
        self.line = self.sum.said or self._line(network, results)
        self.sentence = self._sentence(network, results)
        self.forget_texts()

    def connect_to(self, inputs: Sequence[Value], outputs: Sequence[Value], flow: str) -> bool:
        """Have a port for each of these; says whether they are others than before."""
        size = card_size(self.fold)
        into = dict(zip(inputs, _row(inputs, size, flow, output=False), strict=True))
        out = dict(zip(outputs, _row(outputs, size, flow, output=True), strict=True))
        if (into, out) == (self.ways_in, self.ways_out):
            return False
        self.ways_in, self.ways_out = into, out
        self.update()
        return True

    def way_out(self, edge: Edge) -> PortPlace | None:
        return self.ways_out.get((edge.source, edge.source_port))

    def way_in(self, edge: Edge) -> PortPlace | None:
        return self.ways_in.get((edge.source, edge.source_port))

    # -- what it says ------------------------------------------------------------------------------------------------------

    def _category(self, results: Mapping[str, NodeResult]) -> str:
        if self.fold.stage:
            return ""
        result = results.get(self.fold.members[0])
        known = self.fold.unit == 1 and result is not None and result.block_type is not None
        return result.block_type.category if known and result is not None else "composite"

    def _line(self, network: Network, results: Mapping[str, NodeResult]) -> str:
        one = self.fold
        if one.stage:
            kinds = Counter(network.node(node_id).block for node_id in one.members)
            kind, count = kinds.most_common(1)[0]
            return f"{count} {numbers.TIMES} {_short(kind)}" if len(kinds) == 1 and count > 1 else _blocks(len(one.members))
        if one.unit > 1:
            return f"{one.copies} {numbers.TIMES} {_blocks(one.unit)}"
        last = one.members[-1]
        said = result_line(network.node(last), results[last]) if last in results else ""
        before, arrow, after = said.partition(f" {ARROW} ")
        first, _, came = before.rpartition(" ")
        if arrow and came == after:  # `32 → 32` where every copy keeps its channels
            said = f"{first} {after}".strip()
        return f"{one.copies} {numbers.TIMES} {said}"

    def _sentence(self, network: Network, results: Mapping[str, NodeResult]) -> str:
        one = self.fold
        for node_id in one.members:
            if node_id in results and results[node_id].status in ("error", "warning") and results[node_id].issues:
                return results[node_id].issues[0].sentence()
        if self.sum.said:
            return f"{self.node.label} {self.sum.said}."
        if one.stage:
            return f"{self.node.label}: {_blocks(len(one.members))}. Double-click to unfold."
        differ = f", {', '.join(in_words(one))}" if one.differences else ", all equal"
        unit = "" if one.unit == 1 else f" of {_blocks(one.unit)}"
        return f"{self.node.label}: {one.copies} copies{unit}{differ}. Double-click to unfold."

    def _write(self) -> tuple[str, str, str, str]:
        name = self.node.label
        if self.sum.macs is None or self.sum.params is None:
            return name, "", self.line, ""
        work = units.short(self.sum.macs) if self.sum.macs else ""
        return name, work, self.line, numbers.short(self.sum.params) if self.sum.params else ""

    @property
    def placeholder(self) -> bool:
        return False

    @property
    def fill(self) -> str:
        if self.hot is None and self.fold.stage:
            return f"stage.{self.position % 8}"
        return super().fill

    def glyph(self) -> str:
        if self.fold.stage:
            return "stage"
        return theme.glyph(self._block, self.category) if self.fold.unit == 1 else "layers"

    @property
    def toggle(self) -> Box:
        """The sign beside it that unfolds it, in scene px."""
        left, bottom = self.box.right + TOGGLE_GAP, self.box.bottom
        return Box(left, bottom - TOGGLE, left + TOGGLE, bottom)

    # -- painting ----------------------------------------------------------------------------------------------------------

    def place(self, x: float, y: float, width: float, height: float) -> None:
        super().place(x, y, width, height)
        wanted = QRectF(-12.0, -12.0, width + 24 + TOGGLE + TOGGLE_GAP, height + 24)
        if self._bounds != wanted:
            self.prepareGeometryChange()
            self._bounds = wanted

    def _draw_body(self, painter: QPainter, kit: Ink) -> None:
        width, height = self.size
        painter.setPen(draw.NO_PEN)
        for dx, dy in reversed(STACK):
            painter.setBrush((kit.border_hover if self.hovered else kit.border).color())
            painter.drawPath(draw.body_path(width, height).translated(dx, dy))
            painter.setBrush(kit.blocked if self.quiet else kit.body)
            painter.drawPath(draw.body_path(width, height, 1.0).translated(dx, dy))
        if self.hot is not None:  # a line apart from what is stacked behind it
            painter.setBrush(kit.canvas)
            painter.drawPath(draw.body_path(width + 1, height + 1))
        super()._draw_body(painter, kit)

    def _stripe(self, kit: Ink) -> QBrush:
        return kit.fill(f"stage.{self.position % 8}") if self.fold.stage else super()._stripe(kit)

    def _hue(self, kit: Ink) -> QColor:
        return kit.color(f"stage.{self.position % 8}") if self.fold.stage and self.hot is None else super()._hue(kit)

    def _draw_close(self, painter: QPainter, kit: Ink) -> None:
        super()._draw_close(painter, kit)
        if self.fold.differences:
            painter.setFont(kit.body_font)
            painter.setPen(self.letters(kit).muted)
            room = self.size[0] - PAD_RIGHT - TEXT_X
            text = ", ".join(in_words(self.fold))
            if kit.caption_metrics.horizontalAdvance(text) > room:
                text = draw.elided(in_few_words(self.fold), kit.caption_metrics, room)
            painter.drawText(QPointF(TEXT_X, BASELINES[1] + LINE), text)

    def draw(self, painter: QPainter, zoom: float) -> None:
        detail = level(zoom)
        if detail == FAR:
            return
        super().draw(painter, zoom)
        kit = draw.ink()
        painter.setOpacity(0.45 if self.dimmed else 1.0)
        for place in (*self.ways_in.values(), *self.ways_out.values()):
            draw.draw_port(painter, kit, place.x, place.y)
        if self.hovered:
            draw.draw_toggle(painter, kit, self.toggle.moved(-self.box.left, -self.box.top), "chevrons-up-down", zoom)


def _row(values: Sequence[Value], size: Point, flow: str, *, output: bool) -> list[PortPlace]:
    """Ports on the edge where wires leave or come in."""
    if not values:
        return []
    names = [f"{node}.{port}" for node, port in values]
    if output:
        return output_places(names, *size, flow)
    offsets = port_offsets(len(names), size[0] if flow == DOWN else size[1])
    return [PortPlace(name, x, 0.0) if flow == DOWN else PortPlace(name, 0.0, x) for name, x in zip(names, offsets, strict=True)]


def _blocks(count: int) -> str:
    return f"{count} block{'s' if count != 1 else ''}"


def _short(kind: str) -> str:
    """A kind of block in few characters: its first word, where it is long."""
    name = kind.removeprefix(OWN)
    return name if len(name) <= 12 else name.partition("_")[0]


class RunMark(CanvasItem):
    """A bracket beside a run of equal units with their number, left of it or above: a click folds them."""

    def __init__(self, one: Fold, flow: str = DOWN) -> None:
        super().__init__()
        self.fold = one
        self.upright = flow != RIGHT
        self.box = Box(0, 0, 0, 0)
        self.hovered = False
        self.setZValue(0.5)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def surround(self, around: Box) -> None:
        """Stand beside these blocks."""
        if self.upright:
            box = Box(around.left - MARK_WIDTH, around.top, around.left, around.bottom)
        else:
            box = Box(around.left, around.top - MARK_HEIGHT, around.right, around.top)
        if box != self.box:
            self.prepareGeometryChange()
            self.box = box
            self._bounds = QRectF(box.left, box.top, box.width, box.height)

    @property
    def text(self) -> str:
        return f"{self.fold.copies}{numbers.TIMES}"

    @property
    def middle(self) -> Point:
        """Where the number stands."""
        x, y = self.box.centre
        return (x - 3, y) if self.upright else (x, y)

    @property
    def toggle(self) -> Box:
        """Where it can be clicked: the number in the middle."""
        x, y = self.middle
        return Box(x - TOGGLE / 2, y - TOGGLE / 2, x + TOGGLE / 2, y + TOGGLE / 2)

    def draw(self, painter: QPainter, zoom: float) -> None:
        """A thin bracket, broken for the number; nothing far away."""
        detail = level(zoom)
        if detail == FAR:
            return
        kit = draw.ink()
        scale = draw.text_scale(zoom, detail)
        x, y = self.middle
        pen = QPen(kit.border_hover if self.hovered else kit.border)
        pen.setCosmetic(True)
        painter.setPen(pen)
        box = self.box
        start, end, here = (box.top, box.bottom, y) if self.upright else (box.left, box.right, x)
        gap = (9.0 if self.upright else 13.0) * scale
        for outer, inner in ((start + 2, here - gap), (end - 2, here + gap)):
            if (inner - outer) * (here - outer) > 0:
                painter.drawPolyline([self._at(outer, 6), self._at(outer, 0), self._at(inner, 0)])
        painter.translate(x, y)
        painter.scale(scale, scale)
        painter.setFont(kit.number_font)
        painter.setPen(kit.text if self.hovered else kit.muted)
        painter.drawText(QPointF(-len(self.text) * kit.digit / 2, 4), self.text)

    def _at(self, along: float, towards: float) -> QPointF:
        """A place on the bracket, or as far from it towards the blocks."""
        x, y = self.middle
        return QPointF(x + towards, along) if self.upright else QPointF(along, y + towards)
