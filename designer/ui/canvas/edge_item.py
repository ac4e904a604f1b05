"""`EdgeItem`: a wire. It rebuilds its path only when an end moves, and carries the shape of what flows in a gap of its line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from designer.graph.design import DOWN, RIGHT
from designer.graph.network import Edge
from designer.ui import theme
from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import FAR, SIZES, Box, Point, bounds, elbows, label_leg, level
from designer.ui.canvas.item import CanvasItem
from designer.ui.canvas.painter import Ink

TALL = 7.0  # half the height that a text keeps free of other wires
END = 8.0  # of the wire on both sides of a shape between neighbours, together
NAME = 14.0  # the word above the shape of a bypass
WIDTHS: list[float] = theme.named(theme.DARK).size("wire.by_size")
ROUND = 0.5523  # how far the handles of a quarter circle's Bezier curve reach


def wire_width(size: int, top: int) -> float:
    """How wide a wire is in which `size` elements flow where the most in any is `top`; 0: as without that.

    By the root, because a network's first maps are hundreds of times larger than its last: linear widths would show two steps.
    """
    if not size or not top:
        return 0.0
    least, most = WIDTHS
    return float(least + (most - least) * math.sqrt(size / top))


class EdgeItem(CanvasItem):
    """One wire, in scene coordinates."""

    def __init__(self, edge: Edge, orientation: str = DOWN) -> None:
        super().__init__()
        self.edge = edge
        self.orientation = orientation
        self.points: list[Point] = []
        self.text = ""
        self.status = ""  # "", error, blocked
        self.bypass = False
        self.width = 0.0  # at least, in scene px
        self._covered: tuple[object, bool] = (None, False)
        self.hovered = False
        self.selected = False
        self._head = QPainterPath()  # up to the leg with the label
        self._leg: tuple[Point, Point] = ((0, 0), (0, 0))
        self._tail = QPainterPath()
        self.setZValue(1)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def lead(self, points: Sequence[Point]) -> None:
        """Run along these corners."""
        if list(points) == self.points:
            return
        self.prepareGeometryChange()
        self.points = list(points)
        self._build()

    def shift(self, points: list[Point], dx: float, dy: float) -> None:
        """Run along these corners, which are so far from those it had."""
        self.prepareGeometryChange()
        self.points = points
        (ax, ay), (bx, by) = self._leg
        self._leg = ((ax + dx, ay + dy), (bx + dx, by + dy))
        if len(points) > 2:
            self._head.translate(dx, dy)
            self._tail.translate(dx, dy)
        self._bounds.translate(dx, dy)

    def say(self, text: str, status: str) -> None:
        """Carry this shape, in this state."""
        if (text, status) == (self.text, self.status):
            return
        if len(text) > len(self.text):
            self.prepareGeometryChange()
            self.text = text
            self._measure()
        self.text, self.status = text, status
        self.update()

    def set_width(self, width: float) -> None:
        """Be at least this wide."""
        if width != self.width:
            self.prepareGeometryChange()
            self.width = width
            if self.points:
                self._measure()
            self.update()

    def _build(self) -> None:
        leg = label_leg(self.points, self.orientation)
        corners = list(elbows(self.points))
        starts = [self.points[0], *[after for _, _, after in corners]]
        ends = [*[before for before, _, _ in corners], self.points[-1]]
        self._leg = (starts[leg], ends[leg])
        self._head = self._run(starts[: leg + 1], corners[:leg], ends[:leg])
        self._tail = self._run(ends[leg:], [*corners[leg:]], starts[leg + 1 :], from_end=True)
        self._measure()

    @staticmethod
    def _run(
        froms: list[Point], corners: list[tuple[Point, Point, Point]], tos: list[Point], *, from_end: bool = False
    ) -> QPainterPath:
        """Straight pieces with rounded corners. The head ends where the label's leg begins, the tail begins where it ends."""
        path = QPainterPath()
        if not corners:
            return path
        path.moveTo(*froms[0])
        for index, (before, corner, after) in enumerate(corners):
            if not from_end:
                path.lineTo(*before)
            path.cubicTo(
                before[0] + (corner[0] - before[0]) * ROUND,
                before[1] + (corner[1] - before[1]) * ROUND,
                after[0] + (corner[0] - after[0]) * ROUND,
                after[1] + (corner[1] - after[1]) * ROUND,
                *after,
            )
            if from_end:
                path.lineTo(*froms[index + 1])
        return path

    def _measure(self) -> None:
        box = bounds(self.points)
        (ax, ay), (bx, by) = self._leg
        reach = max(abs(ax - bx), abs(ay - by), 1.0)
        smallest = max(SIZES.middle_from, min(1.0, SIZES.label_min_gap / reach))  # the zoom at which its text still shows
        half = len(self.text) * 3.4 / smallest + 4.0
        margin = max(3.0, self.width / 2 + 1.0)
        middle = (ax + bx) / 2
        left, right = min(box.left - margin, middle - half), max(box.right + margin, middle + half)
        self._bounds = QRectF(left, box.top - margin, right - left, box.height + 2 * margin)

    # -- drawing -----------------------------------------------------------------------------------------------------------

    def draw(self, painter: QPainter, zoom: float) -> None:
        """Paint the wire; nothing far away, where the view draws all wires at once."""
        detail = level(zoom)
        if detail == FAR or len(self.points) < 2:
            return
        kit = draw.ink()
        state = "selected" if self.selected else "error" if self.status == "error" else "hover" if self.hovered else ""
        state = state or ("blocked" if self.status == "blocked" else "bypass" if self.bypass else "")
        painter.setPen(kit.wide(state, self.width) if self.width else kit.wires[state])
        painter.setBrush(draw.NO_BRUSH)
        if not self._head.isEmpty():
            painter.drawPath(self._head)
        if not self._tail.isEmpty():
            painter.drawPath(self._tail)
        (ax, ay), (bx, by) = self._leg
        gap = self._gap(zoom, detail) if self.text else 0.0
        scale = draw.text_scale(zoom, detail)
        if not gap or self._is_covered(scale):
            painter.drawLine(QPointF(ax, ay), QPointF(bx, by))
            return
        length = max(abs(ax - bx) + abs(ay - by), 1e-6)
        upright = abs(ax - bx) < 0.5
        named = self.bypass and length * zoom > (4 * SIZES.label_min_gap if upright else gap * zoom)
        before = gap / 2 + (NAME * scale if named and upright and by > ay else 0.0)
        after = gap / 2 + (NAME * scale if named and upright and by < ay else 0.0)
        for start, end in ((0.0, 0.5 - before / length), (0.5 + after / length, 1.0)):
            painter.drawLine(
                QPointF(ax + (bx - ax) * start, ay + (by - ay) * start), QPointF(ax + (bx - ax) * end, ay + (by - ay) * end)
            )
        self._draw_text(painter, kit, scale, named)

    def text_box(self, scale: float = 1.0) -> Box:
        """Where the text stands when its size is multiplied with `scale`."""
        (ax, ay), (bx, by) = self._leg
        x, y, half = (ax + bx) / 2, (ay + by) / 2, len(self.text) * 3.35 * scale
        return Box(x - half, y - TALL * scale, x + half, y + TALL * scale)

    @property
    def lane(self) -> Box:
        """The leg that carries the shape, with it: of a wire that runs beside blocks, what a frame around both has to hold."""
        box, text = bounds(self._leg), self.text_box()
        return Box(min(box.left, text.left), min(box.top, text.top), max(box.right, text.right), max(box.bottom, text.bottom))

    def _is_covered(self, scale: float) -> bool:
        """Whether a block or another wire is where the text would stand. Looked at again only when something has moved."""
        surface: Any = self.scene()
        key = (surface.version, scale, len(self.text))
        if self._covered[0] != key:
            self._covered = (key, surface.taken(self.text_box(scale), self.edge))
        return self._covered[1]

    def _gap(self, zoom: float, detail: str) -> float:
        """How long the gap for the text is, 0 where there is no room for it; in scene px."""
        (ax, ay), (bx, by) = self._leg
        scale = draw.text_scale(zoom, detail)
        if abs(ax - bx) < 0.5:
            room = abs(by - ay)
            return draw.wire_label_gap(zoom, detail) if room * zoom >= SIZES.label_min_gap else 0.0
        width = (len(self.text) * draw.ink().digit + 2 * SIZES.label_gap) * scale
        line = END if self.orientation == RIGHT else SIZES.label_min_gap  # what has to be seen of the wire itself
        return width if abs(bx - ax) >= width + line * scale else 0.0

    def _draw_text(self, painter: QPainter, kit: Ink, scale: float, named: bool) -> None:
        (ax, ay), (bx, by) = self._leg
        painter.translate((ax + bx) / 2, (ay + by) / 2)
        painter.scale(scale, scale)
        color = (
            kit.color("state.error") if self.status == "error" else kit.color("accent.base") if self.selected else kit.secondary
        )
        painter.setFont(kit.number_font)
        painter.setPen(color)
        width = len(self.text) * kit.digit
        painter.drawText(QPointF(-width / 2, 4), self.text)
        if named:
            painter.setFont(kit.small_name_font)
            painter.setPen(kit.color("category.merge"))
            painter.drawText(QPointF(-kit.small_name_metrics.horizontalAdvance("bypass") / 2, -11), "bypass")
