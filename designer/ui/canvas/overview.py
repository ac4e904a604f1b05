"""The far level: all blocks as bars by colour and all wires as lines of 1 px, in one pass over lists that edits keep current.

No item is asked: ten thousand empty paints in Python alone take longer than a frame may.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from designer.graph.network import Edge
from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import SIZES, Box, Point
from designer.ui.canvas.grid import Grid

Look = tuple[str, bool]  # what `Ink.fill` makes a brush of, dim
BAR = 8.0  # screen px a block is high at most
MARK = 10.0


class Overview:
    """Bars and lines of everything on a surface."""

    def __init__(self) -> None:
        self._bars: dict[Look, dict[str, QRectF]] = {}
        self._look: dict[str, Look] = {}
        self._wires: dict[Edge, list[QLineF]] = {}
        self._lines: list[QLineF] | None = None
        self._fed: set[str] = set()
        self._read: set[str] = set()
        self.joined = True  # whether wires end above and below blocks, so that far away they have to go on to the bars
        self.marks: dict[str, str] = {}  # node -> error or warning
        self.selected: frozenset[str] = frozenset()

    def clear(self) -> None:
        self.__init__()  # type: ignore[misc]

    def put_node(self, node_id: str, box: Box, fill: str, dim: bool, status: str) -> None:
        """Add a block, or change it. `fill` names its colour as `Ink.fill` does."""
        look = (fill, dim)
        old = self._look.get(node_id)
        if old is not None and old != look:
            del self._bars[old][node_id]
        self._look[node_id] = look
        self._bars.setdefault(look, {})[node_id] = QRectF(box.left, box.top, box.width, box.height)
        if status in ("error", "warning"):
            self.marks[node_id] = status
        else:
            self.marks.pop(node_id, None)

    def drop_node(self, node_id: str) -> None:
        look = self._look.pop(node_id, None)
        if look is not None:
            del self._bars[look][node_id]
        self.marks.pop(node_id, None)

    def put_edge(self, edge: Edge, points: list[Point]) -> None:
        """Add a wire, or lead it elsewhere."""
        ends = [QPointF(*point) for point in points]
        self._wires[edge] = [QLineF(a, b) for a, b in pairwise(ends)]
        self._lines = None

    def shift_edge(self, edge: Edge, dx: float, dy: float) -> None:
        """Let a wire be so far from where it was."""
        for line in self._wires[edge]:
            line.translate(dx, dy)

    def drop_edge(self, edge: Edge) -> None:
        if self._wires.pop(edge, None) is not None:
            self._lines = None

    def paint(self, painter: QPainter, zoom: float, area: Box, grid: Grid[str]) -> None:
        """Draw it all in scene coordinates; `area` is what can be seen."""
        kit = draw.ink()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(draw.NO_BRUSH)
        if self._lines is None:
            self._lines = [line for lines in self._wires.values() for line in lines]
            self._fed = {edge.target for edge in self._wires}
            self._read = {edge.source for edge in self._wires}
        painter.setPen(_hair(kit.color("node.wire")))
        if self._lines:
            painter.drawLines(self._lines)
        lowered = SIZES.height * zoom > BAR + 0.5
        bars = self._lowered(zoom, area, grid) if lowered else self._whole()
        if lowered and self.joined:  # the wires go on to the bars
            painter.drawLines(self._joints(area, grid))
        self._paint_bars(painter, bars)
        self._paint_marks(painter, zoom, zoom, grid.boxes, min(SIZES.height, BAR / zoom), MARK)

    def paint_small(self, painter: QPainter, across: float, down: float, boxes: Mapping[str, Box]) -> None:
        """Draw the blocks for a map of the whole, in scene coordinates; it has a zoom of its own in each direction."""
        finer = min(SIZES.height * down, SIZES.width * across) < 1  # than a pixel: shades instead of some blocks of many
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, finer)
        self._paint_bars(painter, self._whole())
        self._paint_marks(painter, across, down, boxes, SIZES.height, MARK * 0.7)

    def _whole(self) -> dict[Look, list[QRectF]]:
        """All bars, as high as their blocks."""
        return {look: list(found.values()) for look, found in self._bars.items()}

    @staticmethod
    def _paint_bars(painter: QPainter, bars: Mapping[Look, list[QRectF]]) -> None:
        kit = draw.ink()
        painter.setPen(Qt.PenStyle.NoPen)
        for (fill, dim), rects in bars.items():
            if rects:
                painter.setBrush(kit.fill(fill, dim))
                painter.drawRects(rects)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _lowered(self, zoom: float, area: Box, grid: Grid[str]) -> dict[Look, list[QRectF]]:
        """Bars of 8 px on the screen of the blocks that can be seen, where blocks are higher than that."""
        found: dict[Look, list[QRectF]] = {}
        height = BAR / zoom
        for node_id in grid.near(area):
            box = grid.boxes[node_id]
            bar = QRectF(box[0], (box[1] + box[3] - height) / 2, box[2] - box[0], height)
            found.setdefault(self._look[node_id], []).append(bar)
        return found

    def _joints(self, area: Box, grid: Grid[str]) -> list[QLineF]:
        found: list[QLineF] = []
        for node_id in grid.near(area):
            left, top, right, bottom = grid.boxes[node_id]
            x, middle = (left + right) / 2, (top + bottom) / 2
            if node_id in self._fed:
                found.append(QLineF(x, top, x, middle))
            if node_id in self._read:
                found.append(QLineF(x, middle, x, bottom))
        return found

    def _paint_marks(
        self, painter: QPainter, across: float, down: float, boxes: Mapping[str, Box], height: float, mark: float
    ) -> None:
        kit = draw.ink()
        if self.selected:
            painter.setBrush(draw.NO_BRUSH)
            painter.setPen(_hair(kit.color("accent.base"), 2.0))
            beside, above = 3 / across, 3 / down
            for node_id in self.selected:
                box = boxes.get(node_id)
                if box is not None:
                    bar = QRectF(box[0], (box[1] + box[3] - height) / 2, box[2] - box[0], height)
                    painter.drawRect(bar.adjusted(-beside, -above, beside, above))
        painter.setPen(Qt.PenStyle.NoPen)
        wide, high = mark / 2 / across, mark / 2 / down
        for node_id, status in self.marks.items():
            box = boxes[node_id]
            painter.setBrush(kit.color(f"state.{status}"))
            painter.drawEllipse(QPointF(box.right + wide, (box.top + box.bottom) / 2), wide, high)


def _hair(color: object, width: float = 1.0) -> QPen:
    pen = QPen(color, width)  # type: ignore[call-overload]
    pen.setCosmetic(True)
    return pen
