"""Short help on a block, below the palette: what it is, what it looks like inside, and what it costs."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from designer.app.cards import BlockCard, Drawing
from designer.ui import theme
from designer.ui.painting import painting
from designer.ui.widgets import label, without_margins

HEIGHT = 214
NOTHING_CHOSEN = "Drag a block onto the canvas, or choose one and press Enter."
SIDE = 16  # px around
FLAT = 1.2  # rows up to which a drawing has its pieces in one line
_MERGES = {"add", "concat", "multiply"}
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
        return QSize(160, 52 if self.drawing is None or self.drawing.rows <= FLAT else 76)

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
        if self.drawing.rows <= FLAT:
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

    def _is_merge(self, k: int) -> bool:
        return 0 <= k < len(self.drawing.pieces) and self.drawing.pieces[k].block in _MERGES

    def _wire(self, a: int, b: int, boxes: list[QRectF]) -> None:
        start, end = self._end(a, boxes, leaving=True), self._end(b, boxes, leaving=False)
        around = self._goes_around(a, b)
        if around:
            path = self._bypass(a, b, start, end, boxes)
        else:
            path = QPainterPath(start)
            if abs(start.y() - end.y()) >= 1:
                early = a < 0 or not self._is_merge(b)  # branches part behind what they come from and meet before what joins them
                x = start.x() + self.gap / 2 if early else end.x() - self.gap / 2
                path.lineTo(x, start.y())
                path.lineTo(x, end.y())
            path.lineTo(end)
        color = self.look.color("category.merge") if around else self.look.color("node.wire")
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.setPen(QPen(color, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        self.painter.drawPath(path)

    def _bypass(self, a: int, b: int, start: QPointF, end: QPointF, boxes: list[QRectF]) -> QPainterPath:
        """Up, over everything between, and down: into a merge from above, else into the wire before the piece."""
        bend = 4.0
        over = max(1.0, min([box.top() for k, box in enumerate(boxes) if self._between(a, k, b)], default=start.y()) - 4)
        left = start.x() + self.gap / 2 if a >= 0 else start.x() + 1
        merge = self._is_merge(b)
        right, stop = (boxes[b].center().x(), boxes[b].top()) if merge else (end.x() - self.gap / 2, end.y())
        path = QPainterPath(QPointF(left, start.y()))
        path.lineTo(left, over + bend)
        path.quadTo(left, over, left + bend, over)
        path.lineTo(right - bend, over)
        path.quadTo(right, over, right, over + bend)
        path.lineTo(right, stop)
        return path

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
        if piece.label and box.height() >= 14 and painter.fontMetrics().horizontalAdvance(piece.label) <= box.width() - 5:
            painter.setPen(look.color("text.primary"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, piece.label)
        elif not piece.label and min(box.width(), box.height()) >= 14:
            side = 12 if min(box.width(), box.height()) < 20 else 14
            self._glyph(theme.glyph(piece.block, piece.category), f"category.{piece.category}", box, side, ratio)

    def _glyph(self, name: str, color: str, box: QRectF, side: int, ratio: float) -> None:
        picture: QPixmap = self.look.pixmap(name, color, side, ratio)
        corner = QPointF(box.center().x() - side / 2, box.center().y() - side / 2)
        self.painter.drawPixmap(corner, picture)


class Lines(QWidget):
    """A text on a few lines at most; what is too long ends in an ellipsis and stands in the tool tip."""

    def __init__(self, role: str, color: str, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role, self._color, self.most = role, color, most
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        return self._text

    def set_text(self, text: str, most: int) -> None:
        """Show this text on so many lines at most."""
        self._text, self.most = text, most
        self.setAccessibleName(text)
        self._measure()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self._measure()

    @property
    def needed(self) -> int:
        """How many lines it takes for nothing to be cut."""
        return len(self._wrapped()) if self._text else 0

    def lines(self) -> list[str]:
        """The lines as they are drawn."""
        found = self._wrapped()
        if len(found) > self.most:
            found = [*found[: self.most - 1], " ".join(found[self.most - 1 :])] if self.most else []
        metrics = QFontMetricsF(theme.current().font(self._role))
        return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, self.width()) for line in found]

    def _wrapped(self) -> list[str]:
        metrics = QFontMetricsF(theme.current().font(self._role))
        found: list[str] = []
        for paragraph in self._text.split("\n"):
            line = ""
            for word in paragraph.split(" "):
                longer = f"{line} {word}" if line else word
                if line and metrics.horizontalAdvance(longer) > self.width():
                    found.append(line)
                    line = word
                else:
                    line = longer
            found.append(line)
        return found

    def _measure(self) -> None:
        lines = self.lines()
        self.setFixedHeight(len(lines) * theme.current().line(self._role) if self._text else 0)
        self.setToolTip(self._text if len(lines) < self.needed or any(line.endswith("…") for line in lines) else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            look = theme.current()
            painter.setFont(look.font(self._role))
            painter.setPen(look.color(self._color))
            height = look.line(self._role)
            for k, line in enumerate(self.lines() if self._text else ()):
                painter.drawText(QRectF(0, k * height, self.width(), height), Qt.AlignmentFlag.AlignVCenter, line)


class BlockHelp(QWidget):
    """The card below the palette, of one height whatever it says, so that the list above stays where it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("About the block")
        self.setFixedHeight(HEIGHT)
        column = without_margins(QVBoxLayout(self), 6)
        column.setContentsMargins(SIDE, 10, SIDE, 10)
        row = without_margins(QHBoxLayout(), 8)
        self._icon = QToolButton()  # not a label: an icon follows the theme, a pixmap would not
        self._icon.setAccessibleName("Icon of the block")
        self._icon.setProperty("role", "close")
        self._icon.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._icon.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._icon.setIconSize(QSize(16, 16))
        self._icon.setFixedSize(18, 18)
        self._title = label("", "strong")
        row.addWidget(self._icon)
        row.addWidget(self._title, 1)
        column.addLayout(row)
        self.drawing = DrawingView()
        self.summary = Lines("caption", "text.muted", 3)
        self.formula = Lines("number_small", "text.secondary", 3)
        for widget in (self.drawing, self.summary, self.formula):
            column.addWidget(widget)
        column.addStretch(1)
        self.card: BlockCard | None = None
        self.show_card(None)

    def show_card(self, card: BlockCard | None) -> None:
        """Explain this block; None says how blocks are inserted."""
        self.card = card
        self._icon.setVisible(card is not None)
        self._title.setVisible(card is not None)
        self.drawing.show_drawing(card.drawing if card is not None else None)
        if card is None:
            self.summary.set_text(NOTHING_CHOSEN, 3)
            self.formula.set_text("", 0)
            return
        self._icon.setIcon(theme.current().icon(theme.glyph(card.id, card.category), f"category.{card.category}"))
        self._title.setText(card.name)
        self.summary.set_text(card.summary, 3)
        self.formula.set_text("\n".join(card.formula) or card.shape, 3)
        self._share()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        for text in (self.summary, self.formula):
            text.resize(self.width() - 2 * SIDE, text.height())  # before the layout does: both are measured by it
        self._share()

    def _share(self) -> None:
        """The formula has the lines it needs, the words what is left: they are cut, it is not."""
        look, card = theme.current(), self.card
        if card is None:
            return
        room = HEIGHT - 20 - 18 - 2 * 6 - (self.drawing.sizeHint().height() + 6 if card.drawing is not None else 0)
        high = look.line("number_small")
        formula = min(self.formula.needed, room // high)
        words = min(3, (room - formula * high) // look.line("caption"))
        self.formula.set_text(self.formula.text, formula)
        self.summary.set_text(self.summary.text, words)
