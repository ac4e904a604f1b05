"""`CardItem`: a part of a block's drawing, with every primitive in it on a row of its own. Read-only."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath

from blocks.builder import Part, Result
from designer.analysis.describe import main_parameters
from designer.ui import numbers, theme, units
from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import CLOSE, FAR, SIZES, level
from designer.ui.canvas.heat import TIME
from designer.ui.canvas.node_item import MARGIN, PAD_RIGHT, NodeItem, Scale
from designer.ui.canvas.painter import Ink

WIDTH = 232.0  # a row has to hold `conv2d 3 × 3, g144` and its figure
HEADER, ROW, BOTTOM = 30.0, 22.0, 8.0
HEADER_X, HEADER_BASE = 16.0, 20.0
MOST_ROWS = 12


class Row(NamedTuple):
    """A primitive inside a part."""

    glyph: str
    category: str
    text: str
    figure: str


def card_height(part: Part) -> float:
    """How high a part is drawn: a primitive like a block, a composite with a row for each primitive."""
    if part.result.drawing is None:
        return SIZES.height
    return HEADER + ROW * min(part.result.primitives, MOST_ROWS + 1) + BOTTOM


def rows_of(result: Result, most: int = MOST_ROWS) -> list[Row]:
    """The primitives of a drawing in drawing order, those of inner drawings included; what is too much is one row."""
    found: list[Row] = []
    waiting = [result]
    total = result.primitives
    while waiting and len(found) < most:
        at = waiting.pop()
        if at.drawing is not None:
            waiting.extend(part.result for part in reversed(at.drawing.parts))
        else:
            found.append(_row(at))
    if len(found) < total:
        found.append(Row("", "", f"and {total - len(found)} more", ""))
    return found


def _row(result: Result) -> Row:
    block = result.block
    cost = result.cost
    values = dict(zip(block.parameters, result.values, strict=True))
    text = block.id
    if block.category == "conv" and "kernel_size" in values:
        text += " " + f" {numbers.TIMES} ".join(map(str, values["kernel_size"]))
        if values.get("stride", (1, 1)) != (1, 1):
            text += f" / {values['stride'][0]}"
        if values.get("groups", 1) > 1:
            text += f", g{values['groups']}"
    elif block.category in ("conv", "pooling"):
        said = main_parameters(block.id, block.category, values, result.inputs, result.outputs[0])
        text += "" if said == block.id else f" {said}"
    if cost.macs:
        figure = units.full(cost.macs)
    elif cost.params:
        figure = f"{numbers.full(cost.params)} params"
    else:
        figure = ""
    return Row(theme.glyph(block.id, block.category), block.category, text, figure)


class CardItem(NodeItem):
    """One part: name and kind in a header, its primitives below. A part that is a primitive looks like a block."""

    def __init__(self, part: Part, scale: Scale) -> None:
        super().__init__(part.name, scale)
        self.part = part
        self.show_part(part)

    def show_part(self, part: Part) -> None:
        """Show this state of the part."""
        self.part = part
        self.category = part.block.category
        self.macs = part.result.cost.macs
        self._rows: list[Row] | None = None
        self.forget_texts()

    def forget_texts(self) -> None:
        self._rows = None
        super().forget_texts()

    @property
    def composite(self) -> bool:
        return self.part.result.drawing is not None

    @property
    def placeholder(self) -> bool:
        return False

    def glyph(self) -> str:
        return theme.glyph(self.part.block.id, self.category)

    def _write(self) -> tuple[str, str, str, str]:
        part = self.part
        cost = part.result.cost
        values = dict(zip(part.block.parameters, part.values, strict=True))
        line = main_parameters(part.block.id, self.category, values, part.result.inputs, part.result.outputs[0])
        return (
            part.name,
            units.short(cost.macs) if cost.macs else "",
            line,
            numbers.short(cost.params) if cost.params else "",
        )

    def _draw_close(self, painter: QPainter, kit: Ink) -> None:
        if not self.composite:
            super()._draw_close(painter, kit)
            return
        if self._rows is None:
            self._rows = rows_of(self.part.result)
        right = self.size[0] - PAD_RIGHT
        self._draw_header(painter, kit, right)
        hot, (text, secondary, muted) = self.hot, self.letters(kit)
        for index, row in enumerate(self._rows):
            y = HEADER + ROW * index
            if row.glyph:
                hue = text if hot is not None else kit.color(f"category.{row.category}")
                draw.draw_icon(painter, kit, row.glyph, hue, 14, y + 3, 16)
            painter.setFont(kit.body_font)
            painter.setPen(text if row.glyph else muted)
            room = right - 38 - len(row.figure) * kit.digit - 6
            painter.drawText(QPointF(38, y + 15), draw.elided(row.text, kit.caption_metrics, room))
            painter.setFont(kit.number_font)
            painter.setPen(secondary)
            draw.right_text(painter, row.figure, right, y + 15, kit.digit)

    def _draw_header(self, painter: QPainter, kit: Ink, right: float) -> None:
        """Name, kind and time. The time stands over the figures of the rows; a long name is cut only once the kind has gone."""
        hot, (text, _, muted) = self.hot, self.letters(kit)
        spent = "" if hot is not None and self.scale_.heat.metric == TIME else self.spent
        painter.setPen(muted)
        if spent:
            painter.setFont(kit.number_font)
            draw.right_text(painter, spent, right, HEADER_BASE, kit.digit)
            right -= len(spent) * kit.digit + 10
        kind = self.part.block.id.removeprefix("own.") if hot is None else self.scale_.heat.text(hot)
        width = kit.caption_metrics.horizontalAdvance(kind)
        name = kit.name_metrics.horizontalAdvance(self.part.name)
        if not spent or hot is not None or HEADER_X + name + 8 + width <= right:
            painter.setFont(kit.body_font)
            painter.drawText(QPointF(right - width, HEADER_BASE), kind)
            right -= width + 8
        painter.setFont(kit.name_font)
        painter.setPen(text)
        painter.drawText(QPointF(HEADER_X, HEADER_BASE), self._fit(self.part.name, kit, CLOSE, right - HEADER_X))


class PillItem(NodeItem):
    """An input or output of a drawing: its shape in a pill."""

    def __init__(self, node_id: str, name: str, scale: Scale) -> None:
        super().__init__(node_id, scale)
        self.category = "io"
        self.name = name
        self.text = ""

    def show_shape(self, text: str) -> None:
        self.text = text
        self.update()

    @property
    def placeholder(self) -> bool:
        return False

    def boundingRect(self) -> QRectF:  # noqa: N802
        return QRectF(-MARGIN, -MARGIN, self.box.width + 2 * MARGIN, self.box.height + 2 * MARGIN)

    def draw(self, painter: QPainter, zoom: float) -> None:
        detail = level(zoom)
        if detail == FAR:
            return
        kit = draw.ink()
        rect = QRectF(0.5, 0.5, self.box.width - 1, self.box.height - 1)
        outline = QPainterPath()
        outline.addRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        painter.setPen(kit.border_hover if self.hovered else kit.border)
        painter.setBrush(kit.color("bg.raised"))
        painter.drawPath(outline)
        scale = draw.text_scale(zoom, detail)
        if len(self.text) * kit.digit * scale + 16 <= self.box.width:
            painter.translate(self.box.width / 2, self.box.height / 2)
            painter.scale(scale, scale)
            painter.setFont(kit.number_font)
            painter.setPen(kit.text)
            painter.drawText(QPointF(-len(self.text) * kit.digit / 2, 4), self.text)
