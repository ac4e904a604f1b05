"""`NoteItem`: free text on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from designer.graph.design import Note
from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import CLOSE, FAR, Box, level
from designer.ui.canvas.item import CanvasItem

PAD, LINE = 12.0, 16.0


class NoteItem(CanvasItem):
    """One note: its first line in bold behind the icon, the rest below."""

    def __init__(self, note: Note) -> None:
        super().__init__()
        self.note = Note("", "")
        self.box = Box(0, 0, 0, 0)
        self.selected = False
        self.hovered = False
        self.setZValue(3)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.show_note(note)

    def show_note(self, note: Note) -> None:
        """Show this text at its place."""
        if note == self.note:
            return
        self.prepareGeometryChange()
        self.note = note
        metrics = QFontMetricsF(draw.ink().theme.font("body"))
        body = note.text.partition("\n")[2]
        width = note.width
        wrap = metrics.boundingRect(QRectF(0, 0, width - 2 * PAD, 10_000), int(Qt.TextFlag.TextWordWrap), body)
        height = 2 * PAD + LINE + (wrap.height() + 4 if body else 0)
        self.box = Box(note.x, note.y, note.x + width, note.y + height)
        self._bounds = QRectF(-4, -4, width + 8, height + 8)
        self.setPos(note.x, note.y)
        self.update()

    def draw(self, painter: QPainter, zoom: float) -> None:
        """Paint the note; far away it is a plain sheet."""
        kit = draw.ink()
        rect = QRectF(0, 0, self.box.width, self.box.height)
        painter.setPen(kit.ring if self.selected else draw.NO_PEN)
        painter.setBrush(kit.color("node.note"))
        painter.drawRoundedRect(rect, 4, 4)
        if level(zoom) == FAR:
            return
        title, _, body = self.note.text.partition("\n")
        text = kit.color("node.note_text")
        painter.setPen(text)
        painter.setFont(kit.name_font)
        draw.draw_icon(painter, kit, "sticky-note", text, PAD, PAD, 14)
        title = kit.name_metrics.elidedText(title, Qt.TextElideMode.ElideRight, rect.width() - 2 * PAD - 22)
        painter.drawText(QRectF(PAD + 22, PAD, rect.width() - 2 * PAD - 22, LINE), Qt.AlignmentFlag.AlignVCenter, title)
        if body and level(zoom) == CLOSE:
            painter.setFont(kit.theme.font("body"))
            area = QRectF(PAD, PAD + LINE + 4, rect.width() - 2 * PAD, self.box.height - 2 * PAD - LINE)
            painter.drawText(area, int(Qt.TextFlag.TextWordWrap), body)
        if self.hovered or self.selected:  # where it can be made wider
            middle, x = rect.height() / 2, rect.right() - 4.0
            painter.setPen(QPen(kit.color("node.note_text", 0.55), 1.5))
            painter.drawLine(QPointF(x, middle - 6), QPointF(x, middle + 6))
