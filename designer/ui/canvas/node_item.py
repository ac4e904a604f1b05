"""`NodeItem`: a block on the canvas. It paints itself, its ports and its texts; it has no children and no cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from designer.analysis.describe import name_of, result_line
from designer.analysis.results import NodeResult
from designer.graph.network import Edge, Node
from designer.ui import numbers, theme, units
from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import CLOSE, FAR, SIZES, Box, Point, PortPlace, level
from designer.ui.canvas.heat import MACS, TIME, Heat, Warmth
from designer.ui.canvas.item import CanvasItem

if TYPE_CHECKING:
    from designer.app.measurements import Time
    from designer.ui.canvas.painter import Ink

MARGIN = 12.0  # what is painted outside the body: ring, ports, mark

# x of text and icon, baselines and bar: `node` in the tokens
_look = theme.named(theme.DARK)
TEXT_X: float = _look.size("node.text_x")
PAD_RIGHT: float = _look.size("node.pad_right")
BASELINES: list[float] = _look.size("node.baseline")
ICON: dict[str, float] = _look.size("node.icon")
BAR: dict[str, float] = _look.size("node.share_bar")
MIDDLE_LOOK = _look.size("node.middle")
SECOND_STRIPE: dict[str, float] = _look.size("node.composite_stripe_2")
MARK_AT: list[float] = _look.size("node.mark.centre_from_top_right")
LEAST_NAME = 44.0  # px that a name keeps beside numbers
PAD_MIDDLE: float = MIDDLE_LOOK["pad_right"]


class Scale:
    """The scales of a view. There is one of share bars: bars beside each other can be compared, whatever the level."""

    def __init__(self) -> None:
        self.top = 0  # the largest number of MACs of a block that is drawn
        self.heat = Heat()


class NodeItem(CanvasItem):
    """One block. `look_at` tells it its node and result; texts are made when they are first painted."""

    def __init__(self, node_id: str, scale: Scale) -> None:
        super().__init__()
        self.id = node_id
        self.scale_ = scale
        self.node: Node = Node(node_id, "")
        self.result: NodeResult | None = None
        self.box = Box(0, 0, 0, 0)
        self.size: Point = (0.0, 0.0)  # of the box, to the last digit wherever it stands
        self.inputs: list[PortPlace] = []
        self.outputs: list[PortPlace] = []
        self.category = ""
        self.status = "ok"
        self.macs = 0
        self.time: Time | None = None  # what it takes, while that is known
        self.warmth: Warmth | None = None  # the figure it is coloured by, while heat is on and it is known
        self.selected = False
        self.hovered = False
        self.dimmed = False  # while a wire is dragged that it cannot take
        self.port_states: Mapping[tuple[bool, str], str] = {}  # (is output, port name) -> hover source can snapped refused
        self._texts: tuple[str, str, str, str] | None = None
        self._cut: dict[tuple[str, int], str] = {}
        self._name_width = -1.0
        self.setZValue(2)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)  # hit-testing is our own

    # -- what it shows -----------------------------------------------------------------------------------------------------

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Stand at a place, with this size."""
        if self.size != (width, height):
            self.prepareGeometryChange()
            self.size = (width, height)
            self._bounds = QRectF(-MARGIN, -MARGIN, width + 2 * MARGIN, height + 2 * MARGIN)
            self._cut.clear()
        self.box = Box(x, y, x + width, y + height)
        self.setPos(x, y)

    def look_at(self, node: Node, result: NodeResult | None) -> None:
        """Show this state of the node."""
        if node is self.node and result is self.result:
            return
        self.node = node
        self.result = result
        block = result.block_type if result is not None else None
        self.category = block.category if block is not None else ""
        self.status = result.status if result is not None else "ok"
        self.macs = result.cost.macs if result is not None and self.status in ("ok", "warning") else 0
        self.forget_texts()

    def tell_time(self, time: Time | None) -> None:
        """How long it takes stands beside its MACs."""
        if time != self.time:
            self.time = time
            self.update()

    @property
    def spent(self) -> str:
        """Its time as it is written on the block; "" where nobody knows, and where there is nothing to do."""
        if self.time is None or not self.time.ms or self.quiet or self.status not in ("ok", "warning"):
            return ""
        return f"{'≈ ' if self.time.kind == 'estimated' else ''}{numbers.ms(self.time.ms)}"

    def forget_texts(self) -> None:
        """Texts are made anew when they are next painted, as when the unit of work changes."""
        self._texts = None
        self._name_width = -1.0
        self._cut.clear()
        self.update()

    @property
    def texts(self) -> tuple[str, str, str, str]:
        """Name, work, main parameters, params: as written on the block."""
        if self._texts is None:
            self._texts = self._write()
        return self._texts

    def _write(self) -> tuple[str, str, str, str]:
        result = self.result
        name = name_of(self.node)
        if result is None:
            return name, "", "", ""
        if self.node.disabled:
            return name, "", "bypassed", ""
        if self.status == "blocked":
            return name, "", f"waits for {result.blocked_by}", ""
        if self.status == "incomplete":
            port = next((issue.port for issue in result.issues if issue.port), "")
            return name, "", f'"{port}" has no wire' if port else f"waits for {result.blocked_by}", ""
        line = result_line(self.node, result)
        if self.status == "error":
            return name, "", line, ""
        if self.status == "unused":
            return name, "", "not read", ""
        cost = result.cost
        return name, units.short(cost.macs) if cost.macs else "", line, numbers.short(cost.params) if cost.params else ""

    @property
    def quiet(self) -> bool:
        """Whether it does not count and steps back: blocked, incomplete, unused, bypassed."""
        return self.status in ("blocked", "incomplete", "unused") or self.node.disabled

    @property
    def placeholder(self) -> bool:
        return self.result is not None and self.result.block_type is None

    @property
    def hot(self) -> Warmth | None:
        """The figure that colours the block; None where it looks as without heat."""
        return self.warmth if self.scale_.heat.on and not self.quiet and self.status in ("ok", "warning") else None

    @property
    def fill(self) -> str:
        """Its colour far away, as `Ink.fill` names it."""
        hot = self.hot
        return f"heat.{self.scale_.heat.step(hot)}" if hot is not None else self.category

    def letters(self, kit: Ink) -> draw.Letters:
        """What its texts are written in."""
        hot = self.hot
        return kit.heat(self.scale_.heat.step(hot))[1] if hot is not None else kit.letters

    @property
    def share(self) -> float:
        return self.macs / self.scale_.top if self.scale_.top else 0.0

    def glyph(self) -> str:
        return "placeholder" if self.placeholder else theme.glyph(self.node.block, self.category)

    def port(self, name: str, output: bool) -> PortPlace | None:
        """Where a port is; None when there is none of this name."""
        for place in self.outputs if output else self.inputs:
            if place.name == name:
                return place
        return None

    def way_out(self, edge: Edge) -> PortPlace | None:
        """Where a wire leaves."""
        return self.port(edge.source_port, True)

    def way_in(self, edge: Edge) -> PortPlace | None:
        """Where a wire ends."""
        return self.port(edge.target_port, False)

    # -- drawing -----------------------------------------------------------------------------------------------------------

    def draw(self, painter: QPainter, zoom: float) -> None:
        """Paint the block at the level of this zoom; nothing far away, where the view draws all blocks at once."""
        detail = level(zoom)
        if detail == FAR:
            return
        kit = draw.ink()
        if self.dimmed:
            painter.setOpacity(0.45)
        self._draw_body(painter, kit)
        if detail == CLOSE:
            self._draw_close(painter, kit)
        else:
            self._draw_middle(painter, kit, zoom)
        states = self.port_states
        for place in (*self.inputs, *self.outputs):
            state = states.get((place.output, place.name), "") if states else ""
            if place.more and not state and not self.hovered:
                continue
            draw.draw_port(painter, kit, place.x, place.y, state, place.optional, place.more)
        if detail == CLOSE and len(self.inputs) > 1:
            self._draw_port_names(painter, kit)
        if self.status in ("error", "warning"):
            scale = draw.text_scale(zoom, detail)
            draw.draw_mark(painter, kit, self.size[0] - MARK_AT[0], MARK_AT[1], self.status, scale)

    def _draw_body(self, painter: QPainter, kit: Ink) -> None:
        width, height = self.size
        bypassed = self.node.disabled
        if self.selected:
            ring = kit.theme.size("node.selection_ring")
            reach = ring["gap"] + ring["width"] / 2
            painter.setPen(kit.ring)
            painter.setBrush(draw.NO_BRUSH)
            painter.drawRoundedRect(QRectF(-reach, -reach, width + 2 * reach, height + 2 * reach), ring["radius"], ring["radius"])
        painter.setPen(draw.NO_PEN)
        if bypassed:
            painter.setBrush(kit.body_hover if self.hovered else kit.canvas)
        elif self.quiet:
            painter.setBrush(kit.blocked)
        else:
            painter.setBrush(kit.body_hover if self.hovered else kit.body)
        hot = self.hot
        pen = self._border(kit)
        if hot is not None:
            painter.setBrush(kit.heat(self.scale_.heat.step(hot))[0])
            painter.drawPath(draw.body_path(width, height))
            if pen is not kit.border:
                painter.setBrush(draw.NO_BRUSH)
                painter.setPen(pen)
                painter.drawPath(draw.body_path(width, height, 0.5))
            return
        if pen is kit.border or pen is kit.border_hover:  # filled twice, which costs less than a stroke
            fill = painter.brush()
            painter.setBrush(pen.color())
            painter.drawPath(draw.body_path(width, height))
            painter.setBrush(fill)
            painter.drawPath(draw.body_path(width, height, 1.0))
            pen = draw.NO_PEN
        else:
            painter.drawPath(draw.body_path(width, height))
        painter.setBrush(self._stripe(kit))
        painter.drawPath(draw.stripe_path(width, height))
        if self.category == "composite":
            painter.fillRect(QRectF(SECOND_STRIPE["x"], 1, SECOND_STRIPE["width"], height - 2), painter.brush())
        if pen is not draw.NO_PEN:
            painter.setBrush(draw.NO_BRUSH)
            painter.setPen(pen)
            painter.drawPath(draw.body_path(width, height, 0.5))
        if bypassed and self.inputs and self.outputs:
            painter.setPen(kit.wires[""])
            first, out = self.inputs[0], self.outputs[0]
            painter.drawLine(QPointF(first.x, first.y), QPointF(out.x, out.y))

    def _stripe(self, kit: Ink) -> QBrush:
        """What its kind is told by at its left edge."""
        return kit.fill(self.category, self.quiet and not self.node.disabled)

    def _border(self, kit: Ink) -> QPen:
        if self.status == "error":
            return kit.error_dashed if self.placeholder else kit.error
        if self.status == "warning":
            return kit.warning
        if self.quiet or self.placeholder:
            return kit.border_kept if self.hovered or self.node.disabled else kit.border_dashed
        return kit.border_hover if self.hovered else kit.border

    def _draw_close(self, painter: QPainter, kit: Ink) -> None:
        width, height = self.size
        name, work, line, params = self.texts
        hot, (text, secondary, muted) = self.hot, self.letters(kit)
        if hot is not None:
            line = line if self.scale_.heat.metric == MACS else self.scale_.heat.text(hot)  # those stand above already
            params = self.scale_.heat.share(hot)
        right = width - PAD_RIGHT
        single = height < SIZES.height
        if single and hot is not None:
            work = self.scale_.heat.text(hot)
        baseline = height / 2 + 4.5 if single else BASELINES[0]
        icon_y = (height - ICON["size"]) / 2 if single else ICON["y"]
        quiet = self.quiet
        if quiet:
            painter.setOpacity(painter.opacity() * 0.55)
        draw.draw_icon(painter, kit, self.glyph(), self._hue(kit), ICON["x"], icon_y, ICON["size"])
        if quiet:
            painter.setOpacity(1.0 if not self.dimmed else 0.45)
        room = right - TEXT_X - (len(work) * kit.digit + 8 if work else 0)
        spent = "" if single or (hot is not None and self.scale_.heat.metric == TIME) else self.spent
        if spent and room - len(spent) * kit.digit - 10 >= LEAST_NAME:
            painter.setFont(kit.number_font)
            painter.setPen(muted)
            draw.right_text(painter, spent, TEXT_X + room - 2, baseline, kit.digit)
            room -= len(spent) * kit.digit + 10
        painter.setFont(kit.name_font)
        painter.setPen(muted if quiet else text)
        painter.drawText(QPointF(TEXT_X, baseline), self._fit(name, kit, CLOSE, room))
        painter.setFont(kit.number_font)
        if work:
            draw.right_text(painter, work, right, baseline, kit.digit)
        if single:
            return
        painter.setPen(muted if quiet else secondary)
        count = int((right - TEXT_X - (len(params) * kit.digit + 8 if params else 0)) / kit.digit)
        painter.drawText(QPointF(TEXT_X, BASELINES[1]), line if len(line) <= count else line[: max(0, count - 1)] + "…")
        if params:
            painter.setPen(muted)
            draw.right_text(painter, params, right, BASELINES[1], kit.digit)
        self._draw_bar(painter, kit, TEXT_X, height - BAR["y_from_bottom"], right - TEXT_X, BAR["height"])

    def _hue(self, kit: Ink) -> QColor:
        """The colour of its icon."""
        if self.hot is not None:
            return self.letters(kit).text
        return kit.color(f"category.{self.category}") if self.category else kit.muted

    def _draw_bar(self, painter: QPainter, kit: Ink, x: float, y: float, width: float, height: float) -> None:
        """The share bar: of MACs, or of what colours the block."""
        hot = self.hot
        if hot is None:
            draw.draw_share_bar(painter, kit, x, y, width, height, self.share)
        elif hot.value:
            painter.fillRect(QRectF(x, y, max(1.0, width * self.scale_.heat.fraction(hot)), height), self.letters(kit).muted)

    def _draw_middle(self, painter: QPainter, kit: Ink, zoom: float) -> None:
        """Body, stripe and bar have the zoom; icon and text keep their size on the screen."""
        width, height = self.size[0] * zoom, self.size[1] * zoom
        name, work, _, _ = self.texts
        hot, (text, _, muted) = self.hot, self.letters(kit)
        if hot is not None:
            work = self.scale_.heat.bare(hot)
        size = MIDDLE_LOOK["icon"]
        text_x = min(MIDDLE_LOOK["text_x"], 14 * zoom + size + 6)
        middle = height / 2 - (2.0 if (hot.value if hot is not None else self.share) else 0.0)  # the bar stands below
        quiet = self.quiet
        painter.save()
        painter.scale(1 / zoom, 1 / zoom)
        if quiet:
            painter.setOpacity(painter.opacity() * 0.55)
        right = width - PAD_MIDDLE
        if self._name_width < 0:
            self._name_width = kit.small_name_metrics.horizontalAdvance(name)
        if text_x + self._name_width > right >= PAD_MIDDLE + self._name_width:
            text_x, work = (width - self._name_width) / 2, ""  # a whole name says more than an icon and half of it
        else:
            draw.draw_icon(painter, kit, self.glyph(), self._hue(kit), text_x - size - 6, middle - size / 2, size)
        painter.setPen(muted if quiet else text)
        fits = text_x + self._name_width + 8 + len(work) * kit.small_digit <= right
        if work and fits:
            painter.setFont(kit.small_number_font)
            draw.right_text(painter, work, right, middle + 4, kit.small_digit)
        painter.setFont(kit.small_name_font)
        painter.drawText(
            QPointF(text_x, middle + 4),
            name if self._name_width <= right - text_x else self._fit(name, kit, "middle", right - text_x),
        )
        bar = 2.0
        y = height - max(2.5, BAR["y_from_bottom"] * zoom)
        self._draw_bar(painter, kit, text_x, y, right - text_x, bar)
        painter.restore()

    def _fit(self, name: str, kit: Ink, detail: str, room: float) -> str:
        key = (detail, int(room))
        found = self._cut.get(key)
        if found is None:
            if len(self._cut) > 8:
                self._cut.clear()
            metrics = kit.name_metrics if detail == CLOSE else kit.small_name_metrics
            found = self._cut[key] = draw.elided(name, metrics, max(0.0, room))
        return found

    def _draw_port_names(self, painter: QPainter, kit: Ink) -> None:
        painter.setPen(kit.muted)
        painter.setFont(kit.number_font)
        above = sum(not place.side for place in self.inputs)
        for place in self.inputs:
            if "." in place.name or (above == 1 and not place.side):
                continue  # slots of a variadic port are told apart by their order, and a port alone needs no name
            if place.side:
                painter.drawText(QPointF(place.x + 8, place.y - 6), place.name)
            else:
                draw.right_text(painter, place.name, place.x - 7, place.y - 4, kit.digit)
