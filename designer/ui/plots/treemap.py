"""How a cost is shared out: a tile for each stage or kind of layer, as large as its share, and in it a tile for each block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from designer.analysis.chart_rows import Share, depth_rows, shares
from designer.analysis.describe import name_of, stage_title
from designer.analysis.engine import Engine
from designer.graph.network import node_path
from designer.ui import numbers, theme, units
from designer.ui.painting import painting
from designer.ui.plots.design_figure import METRICS, Metric, follow
from designer.ui.plots.figure import Figure, Mark, Table
from designer.ui.plots.squarify import Rect, squarify
from designer.ui.theme import Theme

STAGE, KIND = "stage", "kind"
NO_STAGE = "no stage"
HEAD = 18.0  # px for a group's name above its tiles, where there is room
LEAST = (56.0, 44.0)  # px that a group needs to have a name of its own
GAP = 2.0
PAD = 5.0


class _Tile(NamedTuple):
    box: QRectF
    node: str
    name: str
    share: float
    color: QColor
    edge: QColor


class _Group(NamedTuple):
    box: QRectF
    name: str
    share: float
    color: QColor
    named: bool


class Treemap(Figure):
    """Keys are (node id, group)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Share of the cost", parent)
        self.engine: Engine | None = None
        self.measure: Metric = METRICS[1]
        self.by = STAGE
        self.shares: list[Share] = []
        self._tiles: list[_Tile] = []
        self._groups: list[_Group] = []
        self._paths: Mapping[str, str] = {}

    # -- drawing -------------------------------------------------------------------------------------------------------------

    def draw(self, look: Theme) -> None:
        self._tiles, self._groups, self.shares = [], [], []
        self.set_marks(())
        follow(self, self.engine, self._lay_out)
        self.update()

    def _lay_out(self, engine: Engine) -> None:
        look = theme.current()
        rows = depth_rows(engine)
        by_stage = self.by == STAGE
        self.shares = shares(rows, lambda row: (row.stage or NO_STAGE) if by_stage else row.kind, self.measure.value)
        total = sum(share.value for share in self.shares)
        if not total:
            self.message = f"No layer of this design has {self.measure.title}."
            return
        order = {stage: k for k, stage in enumerate(dict.fromkeys(row.stage for row in rows if row.stage))}
        network = engine.design.root
        names = {node.id: name_of(node) for node in network.nodes()}
        self._paths = {node.id: node_path(node) for node in network.nodes()}
        marks = []
        room = (8.0, 6.0, max(0.0, self.width() - 16.0), max(0.0, self.height() - 12.0))
        boxes = squarify([share.value for share in self.shares], room)
        for share, box in zip(self.shares, boxes, strict=True):
            if by_stage:
                hue = look.stage(order[share.name]) if share.name in order else look.color("text.muted")
                title = stage_title(share.name)
            else:
                hue = look.color(f"category.{share.category}" if share.category else "text.muted")
                title = share.name
            group, inside = _group(box, title, share.value / total, hue)
            self._groups.append(group)
            for (node, value), tile in zip(share.parts, squarify([value for _, value in share.parts], inside), strict=True):
                fill = _mixed(hue, look.color("bg.panel"), 0.30)
                name = names[node] if by_stage else self._paths[node]
                made = _Tile(_box(tile, 0.5), node, name, value / total, fill, _mixed(hue, look.color("bg.panel"), 0.65))
                self._tiles.append(made)
                amount = units.work(value) or 0 if self.measure.id == "MACs" else value
                said = [
                    (self.measure.title, self.measure.full(amount)),
                    (f"Share of {self.measure.title}", numbers.share(value / total)),
                    ("Stage" if by_stage else "Kind", title),
                    (f"All of {title}", numbers.share(share.value / total)),
                ]
                centre = made.box.center()
                marks.append(Mark((node, share.name), centre.x(), centre.y(), self._paths[node], tuple(said)))
        self.set_marks(marks)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.refresh()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            if self.message:
                self.paint_message(painter)
            else:
                self._paint(painter)
            self.paint_focus(painter)

    def _paint(self, painter: QPainter) -> None:
        look = theme.current()
        strong, small = QFontMetricsF(look.font("strong")), QFontMetricsF(look.font("number_small"))
        for tile in self._tiles:
            painter.setPen(QPen(tile.edge, 1))
            painter.setBrush(tile.color)
            painter.drawRect(tile.box)
        for group in self._groups:
            if group.named:
                box = QRectF(group.box.left() + PAD, group.box.top(), group.box.width() - 2 * PAD, HEAD)
                _words(painter, look, box, group.name, numbers.share(group.share), "strong", strong, small)
        caption = QFontMetricsF(look.font("caption"))
        for tile in self._tiles:
            box = tile.box.adjusted(PAD, 2, -PAD, -2)
            if box.height() >= 13 and box.width() >= 20:
                line = QRectF(box.left(), box.top(), box.width(), min(16.0, box.height()))
                share = numbers.share(tile.share)
                second = box.height() >= 32
                _words(painter, look, line, tile.name, "" if second else share, "caption", caption, small)
                if second and small.horizontalAdvance(share) <= box.width():
                    painter.setFont(look.font("number_small"))
                    painter.setPen(look.color("text.secondary"))
                    painter.drawText(line.translated(0, 15), Qt.AlignmentFlag.AlignVCenter, share)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for group in self._groups:
            painter.setPen(QPen(group.color, 1.5))
            painter.drawRect(group.box.adjusted(0.75, 0.75, -0.75, -0.75))
        accent = look.color("accent.base")
        read = self.current.key if self.current is not None else None
        for tile, mark in zip(self._tiles, self.marks, strict=True):
            if tile.node in self.highlighted or mark.key == read:
                painter.setPen(QPen(accent, 2))
                painter.drawRect(tile.box.adjusted(1, 1, -1, -1))

    # -- marks -----------------------------------------------------------------------------------------------------------------

    def place(self, mark: Mark) -> QPointF:
        return QPointF(mark.x, mark.y)

    def mark_at(self, at: QPointF) -> Mark | None:
        for tile, mark in zip(self._tiles, self.marks, strict=True):
            if tile.box.contains(at):
                return mark
        return None

    def show_current(self) -> None:
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.point_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self.pick(event.position())
        event.accept()

    def table(self) -> Table:
        column = {"Params": "params", "MACs": "macs", "Activations": "activations"}[self.measure.id]
        rows = [[share.name, self._paths[node], value] for share in self.shares for node, value in share.parts]
        return Table([self.by, "block", column], rows)


def _group(box: Rect, name: str, share: float, hue: QColor) -> tuple[_Group, Rect]:
    """A group's place, and the room in it for its tiles."""
    x, y, width, height = box
    inset = GAP / 2
    outer = (x + inset, y + inset, max(0.0, width - GAP), max(0.0, height - GAP))
    named = outer[2] >= LEAST[0] and outer[3] >= LEAST[1]
    head = HEAD if named else 0.0
    inside = (outer[0] + 2, outer[1] + 2 + head, max(0.0, outer[2] - 4), max(0.0, outer[3] - 4 - head))
    return _Group(_box(outer, 0.0), name, share, hue, named), inside


def _box(rect: Rect, inset: float) -> QRectF:
    x, y, width, height = rect
    return QRectF(x + inset, y + inset, max(0.0, width - 2 * inset), max(0.0, height - 2 * inset))


def _words(
    painter: QPainter, look: Theme, box: QRectF, name: str, share: str, role: str, metrics: QFontMetricsF, small: QFontMetricsF
) -> None:
    """A name at the left, and its share at the right where both fit; names are cut, numbers never."""
    wide = small.horizontalAdvance(share)
    if share and metrics.horizontalAdvance(name) + 8 + wide > box.width():
        share = ""
    painter.setFont(look.font(role))
    painter.setPen(look.color("text.primary"))
    text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, box.width())
    if len(text) > 2 or text == name:
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
    if share:
        painter.setFont(look.font("number_small"))
        painter.setPen(look.color("text.secondary"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, share)


def _mixed(over: QColor, under: QColor, part: float) -> QColor:
    rest = 1 - part
    return QColor.fromRgbF(
        over.redF() * part + under.redF() * rest,
        over.greenF() * part + under.greenF() * rest,
        over.blueF() * part + under.blueF() * rest,
    )
