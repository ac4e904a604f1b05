"""`StageFrame`: the frame around the blocks of a stage; its label with subtotals stands in the gutter at the left, or above."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from designer.analysis.describe import stage_title
from designer.graph.design import DOWN, RIGHT
from designer.graph.geometry import LABEL_ABOVE
from designer.ui import numbers, units
from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import FAR, SIZES, Box, level
from designer.ui.canvas.item import CanvasItem
from designer.ui.canvas.painter import Ink
from designer.ui.canvas.stage_label import LINE, Label, draw_label, hides

SHORTEST_NAME = 14.0  # px of the screen under which no name of a stage can be read
TOGGLE = 24.0  # the sign that folds a stage is hit in a square of this size


@lru_cache(maxsize=8)
def _corner(radius: float, stripe: float, *, upper: bool = True) -> QPainterPath:
    """The end of the stripe in a round corner; the lower one ends at y = 0."""
    edge = QPainterPath()
    edge.addRect(QRectF(0, 0 if upper else -radius, stripe, radius))
    round_ = QPainterPath()
    round_.addRoundedRect(QRectF(0, 0 if upper else -4 * radius, 4 * radius, 4 * radius), radius, radius)
    return round_.intersected(edge)


class StageFacts(NamedTuple):
    """What a stage adds up to. `macs` and `params` are None while a block in it has an error; `waits` says what all of it waits
    for."""

    blocks: int
    shape: tuple[int, ...] | None
    params: int | None
    macs: int | None
    share: float | None
    waits: str = ""


class StageFrame(CanvasItem):
    """One stage, behind its blocks."""

    def __init__(self, name: str, orientation: str = DOWN) -> None:
        super().__init__()
        self.name = name
        self.orientation = orientation
        self.position = 0
        self.box = Box(0, 0, 0, 0)
        self.facts = StageFacts(0, None, None, None, None)
        self.said: tuple[object, Label | None] = (None, None)  # the label written last, and for what
        self.why_open = ""  # why it is not folded although a person folded it
        self.setZValue(0)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    @property
    def label_box(self) -> Box:
        """The gutter, which can be clicked to select the stage; above the blocks where the flow is to the right."""
        box = self.box
        if self.orientation == RIGHT:
            return Box(box.left, box.top, box.right, box.top + LABEL_ABOVE)
        return Box(box.left, box.top, box.left + SIZES.gutter + SIZES.frame_side / 2, box.bottom)

    @property
    def toggle(self) -> Box:
        """The sign in the upper right corner that folds the stage."""
        return Box(self.box.right - TOGGLE, self.box.top + 2, self.box.right, self.box.top + 2 + TOGGLE)

    def surround(self, box: Box) -> None:
        """Stand around these blocks."""
        if box != self.box:
            self.prepareGeometryChange()
            self.box = box
            self._bounds = QRectF(box.left - 1, box.top - 1, box.width + 2, box.height + 2)

    def tell(self, facts: StageFacts, position: int) -> None:
        """Show these figures, in the tint of this position among the stages."""
        if (facts, position) != (self.facts, self.position):
            self.facts, self.position = facts, position
            self.update()

    def lines(self, count: int) -> list[tuple[str, str]]:
        """What the gutter says in `count` lines, the most telling first: (text, kind), kind one of title, number, caption."""
        facts = self.facts
        said = [("title", stage_title(self.name))]
        if count < 2:
            return [(stage_title(self.name), "title")]
        shape = ("number", numbers.shape(facts.shape)) if facts.shape else None
        blocks = ("caption", f"{facts.blocks} block{'s' if facts.blocks != 1 else ''}")
        if facts.waits:
            rest = [("number", f"waits for {facts.waits}")]
        elif facts.macs is None:
            rest = [("number", f"{units.name()} {numbers.UNKNOWN}")]
            if count > 2:
                rest.insert(0, blocks)
        else:
            macs = ("number", f"{units.short(facts.macs)} {units.name()}")
            params = ("number", f"{numbers.short(facts.params)} params")
            share = ("number", f"{numbers.share(facts.share)} of {units.name()}") if facts.share is not None else None
            wanted: dict[int, list[tuple[str, str] | None]] = {
                1: [],
                2: [macs],
                3: [shape, macs],
                4: [shape, macs, share],
                5: [shape, params, macs, share],
            }
            rest = [line for line in wanted.get(count, [shape, blocks, params, macs, share]) if line is not None]
        return [(text, kind) for kind, text in (*said, *rest)][:count]

    def short_lines(self, title: tuple[str, str], count: int) -> list[tuple[str, str]]:
        """What the gutter says where it is narrow: whole numbers in few characters, or nothing."""
        facts = self.facts
        if facts.waits:
            rest = [f"waits for {facts.waits}"]
        elif facts.macs is None:
            rest = [numbers.UNKNOWN]
        else:
            rest = [units.short(facts.macs)] + ([numbers.share(facts.share)] if facts.share is not None else [])
        return [title, *[(text, "number") for text in rest]][:count]

    # -- drawing -----------------------------------------------------------------------------------------------------------

    def draw(self, painter: QPainter, zoom: float) -> None:
        """Paint the frame at the level of this zoom. Far away only its name: the tints come from `paint_far`, all at once."""
        kit = draw.ink()
        box, detail = self.box, level(zoom)
        rect = QRectF(box.left, box.top, box.width, box.height)
        name = f"stage.{self.position % 8}"
        if detail != FAR:
            self._draw_outline(painter, kit, rect, name)
            draw.draw_toggle(painter, kit, self.toggle, "triangle-alert" if self.why_open else "chevrons-up-down", zoom)
        area: Box = getattr(self.scene(), "window", None) or box
        if not hides(self, zoom, area):
            draw_label(self, painter, kit, zoom, area)

    @staticmethod
    def _draw_outline(painter: QPainter, kit: Ink, rect: QRectF, name: str) -> None:
        """Tint, border and stripe. Frames are large: a path over all of it would cost more than everything else on the canvas,
        so straight parts are plain rectangles and only the corners are round."""
        radius, stripe = kit.theme.size("frame.radius"), kit.theme.size("frame.stripe")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        left, top, right, bottom = rect.left(), rect.top(), rect.right(), rect.bottom()
        cut = radius * 0.3  # the tint keeps within the round corners
        tint = kit.color(name, kit.frame_fill)
        painter.fillRect(QRectF(left, top + cut, right - left, bottom - top - 2 * cut), tint)
        painter.fillRect(QRectF(left + cut, top, right - left - 2 * cut, cut), tint)
        painter.fillRect(QRectF(left + cut, bottom - cut, right - left - 2 * cut, cut), tint)
        painter.setPen(kit.frame_pen(name))
        painter.drawLine(QPointF(left + stripe, top), QPointF(right - radius, top))
        painter.drawLine(QPointF(left + stripe, bottom), QPointF(right - radius, bottom))
        painter.drawLine(QPointF(right, top + radius), QPointF(right, bottom - radius))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(draw.NO_BRUSH)
        size = 2 * radius
        painter.drawArc(QRectF(right - size, top, size, size), 0, 90 * 16)
        painter.drawArc(QRectF(right - size, bottom - size, size, size), 270 * 16, 90 * 16)
        painter.setPen(draw.NO_PEN)
        painter.setBrush(kit.color(name))
        painter.fillRect(QRectF(left, top + radius, stripe, bottom - top - size), kit.color(name))
        painter.drawPath(_corner(radius, stripe).translated(left, top))
        painter.drawPath(_corner(radius, stripe, upper=False).translated(left, bottom))


def paint_far(painter: QPainter, frames: Iterable[StageFrame], zoom: float, area: Box, *, minimap: bool = False) -> None:
    """Tint and stripe of all frames in an area, a colour at a time, then the names of those that are high enough.

    A minimap has no names and no stripes.
    """
    kit = draw.ink()
    seen = [frame for frame in frames if frame.box.meets(area)]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(draw.NO_PEN)
    by_tint: dict[int, list[Box]] = {}
    for frame in seen:
        by_tint.setdefault(frame.position % 8, []).append(frame.box)
    for stage, boxes in by_tint.items():
        painter.setBrush(kit.tint(stage, 0.22 if minimap else kit.frame_fill * 1.6))
        painter.drawRects([QRectF(box.left, box.top, box.width, box.height) for box in boxes])
        if minimap:
            continue
        painter.setBrush(kit.color(f"stage.{stage}"))
        painter.drawRects([QRectF(box.left, box.top, 2 / zoom, box.height) for box in boxes])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    gutter = (SIZES.gutter + SIZES.frame_side) * zoom
    for frame in seen:
        wide = frame.orientation == RIGHT or gutter >= SHORTEST_NAME
        if wide and frame.box.height * zoom >= LINE - 1 and not minimap:
            painter.save()
            try:
                frame.draw(painter, zoom)
            finally:
                painter.restore()
