"""One design of two on canvases side by side: its name above, and signs on what differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from designer.app.comparison import Compared
from designer.ui import numbers, theme, units
from designer.ui.canvas.geometry import FAR, level
from designer.ui.canvas.scene import Scene
from designer.ui.canvas.view import View
from designer.ui.compare.changes import ICONS
from designer.ui.compare.marks import MarkWidget
from designer.ui.theme import Theme
from designer.ui.widgets import label, line, without_margins

RING = 4.0  # px around a marked block


class Sign(NamedTuple):
    """What is marked on a block: one of `ICONS`; `text` stands beside it."""

    sort: str
    text: str = ""


class ReadOnlyScene(Scene):
    """A design that is looked at, not edited, wherever else it is edited."""

    read_only = True


class Side(QWidget):
    """One design with its name above its canvas."""

    def __init__(self, one: Compared, series: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.one = one
        column = without_margins(QVBoxLayout(self))
        head = QWidget()
        head.setProperty("role", "panel")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        head.setFixedHeight(theme.current().size("panel_header"))
        row = without_margins(QHBoxLayout(head), 8)
        row.setContentsMargins(16, 0, 12, 0)
        row.addWidget(MarkWidget(series))
        self.name = label("", "panel-title")
        self.detail = label("", "number-muted")
        self.figures = label("", "number-secondary")
        row.addWidget(self.name)
        row.addWidget(self.detail)
        row.addStretch(1)
        row.addWidget(self.figures)
        column.addWidget(head)
        column.addWidget(line("line-default"))
        self.scene = ReadOnlyScene(one.controller, self)
        self.view = View(self.scene, self)
        self.view.overlays.append(self._paint_signs)
        column.addWidget(self.view, 1)
        self.signs: dict[str, Sign] = {}
        self.describe()

    def describe(self) -> None:
        """Write name and totals anew."""
        name, detail = self.one.called
        self.name.setText(name)
        self.detail.setText(detail)
        facts = self.one.facts
        self.figures.setText(f"{units.short(facts.macs)} {units.name()}, {numbers.short(facts.params)} params")
        self.view.setAccessibleName(f"Canvas of {name}")

    def show_signs(self, signs: Mapping[str, Sign]) -> None:
        """Mark these blocks; the others stand back."""
        self.signs = dict(signs)
        for node_id, item in self.scene.nodes.items():
            item.dimmed = bool(signs) and node_id not in signs
        self.scene.update()
        self.view.viewport().update()

    def _paint_signs(self, painter: QPainter, zoom: float) -> None:
        look = theme.current()
        seen = self.view.seen()
        for node_id, sign in self.signs.items():
            item = self.scene.nodes.get(node_id)
            if item is None or not item.box.meets(seen):
                continue
            icon, color = ICONS[sign.sort]
            shade = look.color(color)
            box = QRectF(item.box.left, item.box.top, item.box.width, item.box.height)
            reach = RING / zoom if level(zoom) == FAR else RING
            painter.setPen(QPen(shade, 2 / zoom))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-reach, -reach, reach, reach), 8, 8)
            if level(zoom) == FAR:
                continue
            painter.save()
            painter.translate(box.right() + reach, box.top() - reach)
            painter.scale(1 / zoom, 1 / zoom)
            painter.setPen(QPen(look.color("bg.canvas"), 1.5))
            painter.setBrush(look.color("bg.canvas"))
            painter.drawEllipse(QPointF(0, 0), 10, 10)
            painter.drawPixmap(QPointF(-8, -8), look.pixmap(icon, color, 16, self.devicePixelRatioF()))
            if sign.text:
                self._paint_text(painter, look, sign.text, color, box.right() + reach, zoom)
            painter.restore()

    def _paint_text(self, painter: QPainter, look: Theme, text: str, color: str, right: float, zoom: float) -> None:
        """Beside the sign, or as far to the left as the view makes it; the painter stands on the sign, in px of the screen."""
        font = look.font("number_small")
        wide = QFontMetricsF(font).horizontalAdvance(text) + 12
        room = self.view.viewport().width() - self.view.mapFromScene(QPointF(right, 0)).x() - 12
        left = min(14.0, room - wide)
        pill = QRectF(left, -9, wide, 18)
        painter.setPen(QPen(look.color("border.default"), 1))
        painter.setBrush(look.color("bg.overlay"))
        painter.drawRoundedRect(pill, 4, 4)
        painter.setFont(font)
        painter.setPen(look.color(color))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
