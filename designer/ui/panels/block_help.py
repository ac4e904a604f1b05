"""Short help on a block, below the palette: what it is, what it looks like inside, and what it costs."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from designer.app.cards import BlockCard, Drawing
from designer.ui import theme
from designer.ui.painting import painting
from designer.ui.widgets import label, without_margins

_MERGES = {"add": "add", "concat": "concat", "multiply": "multiply"}
_GAP = 9  # of wire between two pieces, at least
_SQUARE = 38  # pieces grow no wider than this, then the wires do
_LIFT = 11  # how far a bypass runs above the pieces it goes around
_WIDEST = 52  # of a column


class DrawingView(QWidget):
    """What a composite looks like inside, from left to right: a box for each part, higher where it is wider."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Drawing of the block")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.drawing: Drawing | None = None

    def show_drawing(self, drawing: Drawing | None) -> None:
        """Draw this from now on; None leaves no room for it."""
        self.drawing = drawing
        self.setVisible(drawing is not None)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(160, 52 if self.drawing is None or self.drawing.rows <= 1.2 else 84)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            if self.drawing is not None:
                _Drawer(painter, self.drawing, QRectF(self.rect()).adjusted(1, 1, -1, -1)).draw()


class _Drawer:
    def __init__(self, painter: QPainter, drawing: Drawing, room: QRectF) -> None:
        self.painter = painter
        self.drawing = drawing
        self.look = theme.current()
        around = [pair for pair in self._pairs() if self._goes_around(*pair)]
        lift = _LIFT if around else 0
        self.pitch = min(room.width() / drawing.columns, _WIDEST)
        self.left = room.x() + (room.width() - self.pitch * drawing.columns) / 2
        self.top = room.y() + lift
        self.height = room.height() - lift
        self.row = self.height / drawing.rows
        self.gap = max(_GAP, self.pitch - _SQUARE)
        self.width = self.pitch - self.gap

    def _pairs(self) -> list[tuple[int, int]]:
        """All wires; what comes in starts at piece -1, what goes out ends at the number of pieces."""
        end = len(self.drawing.pieces)
        return [*[(max(a, -1), b) for a, b in self.drawing.wires], *[(a, end) for a in self.drawing.outputs]]

    def _place(self, k: int) -> tuple[float, float]:
        """Column and row of a piece, of the input or of the output."""
        pieces = self.drawing.pieces
        if k < 0:
            rows = [pieces[b].row for a, b in self.drawing.wires if a < 0 and pieces[b].column == 0]
            return -1, (sum(rows) / len(rows) if rows else 0)
        if k == len(pieces):
            return self.drawing.columns, pieces[max(self.drawing.outputs[0], 0)].row
        return pieces[k].column, pieces[k].row

    def _goes_around(self, a: int, b: int) -> bool:
        """Whether pieces stand in the way of a straight wire."""
        (start, row_a), (end, row_b) = self._place(a), self._place(b)
        if abs(row_a - row_b) > 0.3:
            return False
        return any(start < piece.column < end and abs(piece.row - row_b) < 0.6 for piece in self.drawing.pieces)

    def _box(self, k: int) -> QRectF:
        piece = self.drawing.pieces[k]
        x = self.left + piece.column * self.pitch + self.gap / 2
        y = self.top + (piece.row + 0.5) * self.row
        if piece.block in _MERGES:
            side = min(16.0, self.row - 2, self.width)
            return QRectF(x + (self.width - side) / 2, y - side / 2, side, side)
        if self.drawing.rows <= 1.2:
            height = max(14.0, (self.height - 2) * (0.28 + 0.72 * max(0.0, piece.size * 2 - 1)))
        else:
            height = min(self.row - 4, 18.0)
        return QRectF(x, y - height / 2, self.width, height)

    def draw(self) -> None:
        boxes = [self._box(k) for k in range(len(self.drawing.pieces))]
        for a, b in self._pairs():
            self._wire(a, b, boxes)
        for k, box in enumerate(boxes):
            self._piece(k, box)

    def _end(self, k: int, boxes: list[QRectF], *, leaving: bool) -> QPointF:
        if 0 <= k < len(boxes):
            return QPointF(boxes[k].right() if leaving else boxes[k].left(), boxes[k].center().y())
        column, row = self._place(k)
        x = self.left if column < 0 else self.left + column * self.pitch
        return QPointF(x, self.top + (row + 0.5) * self.row)

    def _wire(self, a: int, b: int, boxes: list[QRectF]) -> None:
        start, end = self._end(a, boxes, leaving=True), self._end(b, boxes, leaving=False)
        around = self._goes_around(a, b)
        bend = 4.0
        path = QPainterPath(start)
        if around:
            merge = boxes[b] if b < len(boxes) else QRectF(end, end)
            over = min([box.top() for k, box in enumerate(boxes) if self._between(a, k, b)], default=start.y()) - 4
            over = max(1.0, over)
            x = start.x() + self.gap / 2 if a >= 0 else start.x() + 1
            path = QPainterPath(QPointF(x, start.y()))
            target = (
                merge.center().x() if b < len(boxes) and self.drawing.pieces[b].block in _MERGES else merge.left() - self.gap / 2
            )
            stop = merge.top() if b < len(boxes) and self.drawing.pieces[b].block in _MERGES else end.y()
            path.lineTo(x, over + bend)
            path.quadTo(x, over, x + bend, over)
            path.lineTo(target - bend, over)
            path.quadTo(target, over, target, over + bend)
            path.lineTo(target, stop)
        elif abs(start.y() - end.y()) < 1:
            path.lineTo(end)
        else:
            late = (
                a >= 0 and self._place(b)[1] != self._place(a)[1] and b < len(boxes) and self.drawing.pieces[b].block in _MERGES
            )
            x = end.x() - self.gap / 2 if late or a < 0 else start.x() + self.gap / 2
            if a < 0:
                x = start.x() + self.gap / 2 - 1
            path.lineTo(x, start.y())
            path.lineTo(x, end.y())
            path.lineTo(end)
        color = self.look.color("category.merge") if around else self.look.color("node.wire")
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.setPen(QPen(color, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        self.painter.drawPath(path)

    def _between(self, a: int, k: int, b: int) -> bool:
        piece = self.drawing.pieces[k]
        start, row = self._place(a)
        return start < piece.column < self._place(b)[0] and abs(piece.row - row) < 0.6

    def _piece(self, k: int, box: QRectF) -> None:
        piece = self.drawing.pieces[k]
        painter, look = self.painter, self.look
        hue = look.category(piece.category)
        ratio = painter.device().devicePixelRatio()
        if piece.block in _MERGES:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("bg.panel"))
            painter.drawEllipse(box)
            self._glyph(theme.glyph(piece.block), f"category.{piece.category}", box, int(box.width()), ratio)
            return
        painter.setPen(QPen(hue, 1.5))
        painter.setBrush(look.color("node.body"))
        painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 2, 2)
        font = look.font("number_small")
        painter.setFont(font)
        if piece.label and painter.fontMetrics().horizontalAdvance(piece.label) <= box.width() - 5:
            painter.setPen(look.color("text.primary"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, piece.label)
        elif not piece.label and min(box.width(), box.height()) >= 14:
            side = 12 if min(box.width(), box.height()) < 20 else 14
            self._glyph(theme.glyph(piece.block, piece.category), f"category.{piece.category}", box, side, ratio)

    def _glyph(self, name: str, color: str, box: QRectF, side: int, ratio: float) -> None:
        picture: QPixmap = self.look.pixmap(name, color, side, ratio)
        corner = QPointF(box.center().x() - side / 2, box.center().y() - side / 2)
        self.painter.drawPixmap(corner, picture)


class BlockHelp(QWidget):
    """The card below the palette, of one height whatever it says, so that the list above stays where it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("About the block")
        self.setFixedHeight(200)
        column = without_margins(QVBoxLayout(self), 6)
        column.setContentsMargins(16, 10, 16, 10)
        row = without_margins(QHBoxLayout(), 8)
        self._icon = QLabel()
        self._icon.setFixedSize(16, 16)
        self._title = label("", "strong")
        row.addWidget(self._icon)
        row.addWidget(self._title, 1)
        column.addLayout(row)
        self._drawing = DrawingView()
        column.addWidget(self._drawing)
        self._summary = label("", "caption", wrap=True)
        self._formula = label("", "number-muted", wrap=True)
        for text in (self._summary, self._formula):
            text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            column.addWidget(text)
        column.addStretch(1)
        self.card: BlockCard | None = None
        self.show_card(None)

    def show_card(self, card: BlockCard | None) -> None:
        """Explain this block; None says what there is to choose."""
        self.card = card
        self._icon.setVisible(card is not None)
        if card is None:
            self._title.setText("")
            self._summary.setText("Drag a block onto the canvas, or press Enter to insert it.")
            self._formula.setText("")
            self._drawing.show_drawing(None)
            return
        icon = theme.current().icon(theme.glyph(card.id, card.category), f"category.{card.category}")
        self._icon.setPixmap(icon.pixmap(QSize(16, 16), self.devicePixelRatio()))
        self._title.setText(card.id.removeprefix("own."))
        self._drawing.show_drawing(card.drawing)
        self._summary.setText(card.summary)
        self._formula.setText("\n".join(card.formula) or card.shape)
