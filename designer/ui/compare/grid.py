"""A table that paints itself: rows under a head, walked through by keyboard and read out row by row."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from designer.ui import theme
from designer.ui.painting import KEYBOARD, painting
from designer.ui.theme import Theme

PAD = 16
HEAD = 32


class PaintedGrid(QWidget):
    """What totals, resolutions and kinds have in common. A subclass says how many rows there are, paints head and rows, and puts
    a row into words for the tool tip and for screen readers."""

    row_chosen = Signal(int)  # Enter, or a double click

    row_height = 24
    head_height = HEAD

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.current = -1
        self.hovered = -1
        theme.notifier().changed.connect(self.update)

    # -- for subclasses --------------------------------------------------------------------------------------------------------

    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def least_width(self) -> int:
        """What the columns need at least."""
        return 320

    def words(self, row: int, x: int) -> str:
        """A row in a sentence; `x` is where the mouse is, -1 for the whole row."""
        raise NotImplementedError

    def paint_head(self, painter: QPainter, look: Theme) -> None:
        raise NotImplementedError

    def paint_row(self, painter: QPainter, look: Theme, row: int, top: int) -> None:
        raise NotImplementedError

    # -- size and painting -------------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(max(480, self.least_width()), self.head_height + self.count() * self.row_height + 1)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(self.least_width(), self.sizeHint().height())

    def show_rows(self) -> None:
        """The rows are others now."""
        self.current = min(self.current, self.count() - 1)
        self._describe()
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            look = theme.current()
            self.paint_head(painter, look)
            painter.setPen(QPen(look.color("border.default"), 1))
            painter.drawLine(QPointF(0, self.head_height - 0.5), QPointF(self.width(), self.head_height - 0.5))
            for row in range(self.count()):
                top = self.head_height + row * self.row_height
                if row == self.hovered or (row == self.current and self.hasFocus()):
                    painter.fillRect(QRect(0, top, self.width(), self.row_height), look.color("bg.hover"))
                painter.save()
                self.paint_row(painter, look, row, top)
                painter.restore()
                if row == self.current and self.hasFocus():
                    painter.fillRect(QRect(0, top, 2, self.row_height), look.color("accent.base"))

    # -- mouse and keyboard ------------------------------------------------------------------------------------------------------

    def row_at(self, at: QPoint) -> int:
        """The row under a point, -1 where there is none."""
        row = (at.y() - self.head_height) // self.row_height
        return row if at.y() >= self.head_height and row < self.count() else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        row = self.row_at(event.position().toPoint())
        if row != self.hovered:
            self.hovered = row
            self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.hovered = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        row = self.row_at(event.position().toPoint())
        if row >= 0:
            self._go(row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        row = self.row_at(event.position().toPoint())
        if row >= 0:
            self.row_chosen.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        last = self.count() - 1
        steps = {Qt.Key.Key_Up: max(0, self.current - 1), Qt.Key.Key_Down: min(last, self.current + 1)}
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        key = Qt.Key(event.key())
        if last >= 0 and key in steps:
            self._go(steps[key])
        elif last >= 0 and key in ends:
            self._go(ends[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.row_chosen.emit(self.current)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        if self.current < 0 and self.count() and event.reason() in KEYBOARD:
            self._go(0)  # else nobody sees where the keyboard is

    def _go(self, row: int) -> None:
        self.current = row
        self._describe()
        self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(self.words(self.current, -1) if 0 <= self.current < self.count() else "")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self.row_at(event.pos())
            text = self.words(row, event.pos().x()) if row >= 0 else ""
            QToolTip.showText(event.globalPos(), text, self) if text else QToolTip.hideText()
            return True
        return super().event(event)


# -- texts ---------------------------------------------------------------------------------------------------------------------


def write(
    painter: QPainter,
    look: Theme,
    role: str,
    color: str | QColor,
    text: str,
    box: QRectF,
    *,
    right: bool = False,
    cut: bool = False,
) -> None:
    """A text in a box, vertically in its middle; `cut` shortens words that do not fit. Numbers are never cut."""
    painter.setFont(look.font(role))
    painter.setPen(look.color(color) if isinstance(color, str) else color)
    if cut:
        text = QFontMetricsF(look.font(role)).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, text)


def width_of(look: Theme, role: str, text: str) -> float:
    """How wide a text is."""
    return QFontMetricsF(look.font(role)).horizontalAdvance(text)


def upright(painter: QPainter, look: Theme, x: float, top: float, bottom: float) -> None:
    """The line between two designs."""
    painter.setPen(QPen(look.color("border.subtle"), 1))
    painter.drawLine(QPointF(x + 0.5, top), QPointF(x + 0.5, bottom))
