"""What gestures draw at the pointer: a sentence in a bubble, the wire being drawn, a wire that will change, a block to come."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from designer.graph.design import DOWN, RIGHT
from designer.ui import theme
from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import STUB, Point, elbows, node_size

WIDEST = 300.0  # px of a sentence before it wraps
PAD = 8.0


def bubble(painter: QPainter, zoom: float, at: Point, text: str, kind: str = "") -> None:
    """A sentence beside the pointer, in px of the screen. Kinds: refused, warning, or nothing."""
    if not text:
        return
    kit = draw.ink()
    font = kit.theme.font("caption")
    metrics = QFontMetricsF(font)
    flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft)
    room = metrics.boundingRect(QRectF(0, 0, WIDEST, 1000), flags, text)
    icon = {"refused": "circle-x", "warning": "triangle-alert"}.get(kind, "")
    indent = 20.0 if icon else 0.0
    painter.save()
    painter.translate(at[0], at[1])
    painter.scale(1 / zoom, 1 / zoom)
    painter.translate(16, 18)
    card = QRectF(0, 0, math.ceil(room.width()) + indent + 2 * PAD + 1, math.ceil(room.height()) + 2 * PAD - 4)
    corner, edge = painter.worldTransform().map(QPointF(0, 0)), painter.window()  # the card keeps off the edges of the view
    left = min(0.0, edge.right() - 4 - corner.x() - card.width())
    painter.translate(left, -card.height() - 30 if corner.y() + card.height() > edge.bottom() - 4 else 0.0)
    color = {"refused": "state.error", "warning": "state.warning"}.get(kind, "border.default")
    painter.setPen(QPen(kit.color(color), 1))
    painter.setBrush(kit.color("bg.overlay"))
    painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    if icon:
        draw.draw_icon(painter, kit, icon, kit.color(color), PAD - 1, (card.height() - 14) / 2, 14)
    painter.setFont(font)
    painter.setPen(kit.color("text.primary"))
    painter.drawText(card.adjusted(PAD + indent, PAD - 2, -PAD + 2, 0), flags, text)
    painter.restore()


def loose_wire(painter: QPainter, start: Point, end: Point, *, from_output: bool, flow: str = DOWN) -> None:
    """The wire between a port and the pointer: out of the output downwards, into the input from above; or to the right."""
    kit = draw.ink()
    (sx, sy), (tx, ty) = (start, end) if from_output else (end, start)
    if flow == RIGHT:
        (sx, sy), (tx, ty) = (sy, sx), (ty, tx)
    if ty - sy >= 2 * STUB:
        middle = (sy + ty) / 2
        points = [(sx, sy), (sx, middle), (tx, middle), (tx, ty)]
    else:
        middle = (sx + tx) / 2
        points = [(sx, sy), (sx, sy + STUB), (middle, sy + STUB), (middle, ty - STUB), (tx, ty - STUB), (tx, ty)]
    if flow == RIGHT:
        points = [(y, x) for x, y in points]
    path = QPainterPath(QPointF(*points[0]))
    for before, corner, after in elbows(points):
        path.lineTo(*before)
        path.quadTo(QPointF(*corner), QPointF(*after))
    path.lineTo(*points[-1])
    painter.setPen(kit.wires["drag"])
    painter.setBrush(draw.NO_BRUSH)
    painter.drawPath(path)


def marked_wire(painter: QPainter, points: Sequence[Point], color: str) -> None:
    """A wire in another colour, over itself."""
    kit = draw.ink()
    pen = QPen(kit.color(color), kit.theme.size("wire.selected") + 1)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(draw.NO_BRUSH)
    painter.drawPolyline([QPointF(*point) for point in points])


def ghost(painter: QPainter, place: Point, block: str, category: str) -> None:
    """Where a block will stand."""
    kit = draw.ink()
    width, height = node_size(block)
    painter.save()
    painter.translate(*place)
    painter.setOpacity(0.75)
    painter.setPen(QPen(kit.color("accent.base"), 1.5, Qt.PenStyle.DashLine))
    painter.setBrush(kit.body)
    radius = kit.theme.size("node.radius")
    painter.drawRoundedRect(QRectF(0, 0, width, height), radius, radius)
    hue = kit.color(f"category.{category}") if category else kit.muted
    size = 16.0
    draw.draw_icon(painter, kit, theme.glyph(block, category), hue, 14, (height - size) / 2, size)
    painter.setFont(kit.name_font)
    painter.setPen(kit.text)
    name = draw.elided(block.removeprefix("own."), kit.name_metrics, width - 48)
    painter.drawText(QRectF(36, 0, width - 48, height), int(Qt.AlignmentFlag.AlignVCenter), name)
    painter.restore()


def port_halo(painter: QPainter, at: Point) -> None:
    """The port that will take the wire."""
    draw.draw_port(painter, draw.ink(), at[0], at[1], "snapped")
