"""What a chart says about the mark under the mouse: a small card with a name and its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from designer.ui import theme
from designer.ui.painting import painting

Rows = Sequence[tuple[str, str]]
PAD = 8
GAP = 16  # between a label and its number
AWAY = 14  # from the mark
LONGEST = 360


class Readout(QWidget):
    """Lies over a figure and takes no mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._figure = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.title = ""
        self.rows: Rows = ()
        self.hide()

    def say(self, title: str, rows: Rows, at: QPointF) -> None:
        """Show these lines beside a point of the parent, inside the parent."""
        if (title, rows) != (self.title, self.rows):
            self.title, self.rows = title, rows
            self._fit()
            self.update()
        room = self._figure.rect()
        x = at.x() + AWAY if at.x() + AWAY + self.width() <= room.width() - 4 else at.x() - AWAY - self.width()
        y = min(max(4.0, at.y() - self.height() / 2), max(4.0, room.height() - self.height() - 4.0))
        self.move(round(max(4.0, x)), round(y))
        self.show()
        self.raise_()

    @property
    def text(self) -> str:
        """All of it in one line, for those who hear it."""
        return ", ".join([self.title, *(f"{label} {value}" if label else value for label, value in self.rows)])

    def _fit(self) -> None:
        look = theme.current()
        strong, body, number = (QFontMetricsF(look.font(role)) for role in ("strong", "body", "number_small"))
        wide = max(
            [
                strong.horizontalAdvance(self.title),
                *(
                    (body.horizontalAdvance(label) + GAP if label else 0) + number.horizontalAdvance(value)
                    for label, value in self.rows
                ),
            ]
        )
        self.resize(round(min(wide, LONGEST)) + 2 * PAD + 1, look.line("body") * (1 + len(self.rows)) + 2 * PAD - 2)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        look = theme.current()
        painter.setPen(look.color("border.default"))
        painter.setBrush(look.color("bg.overlay"))
        radius = look.size("radius.field")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        line = look.line("body")
        left, right = float(PAD), float(self.width() - PAD)
        strong = QFontMetricsF(look.font("strong"))
        painter.setFont(look.font("strong"))
        painter.setPen(look.color("text.primary"))
        y = float(PAD - 1)
        painter.drawText(
            QRectF(left, y, right - left, line),
            Qt.AlignmentFlag.AlignVCenter,
            strong.elidedText(self.title, Qt.TextElideMode.ElideMiddle, right - left),
        )
        for label, value in self.rows:
            y += line
            box = QRectF(left, y, right - left, line)
            painter.setFont(look.font("body"))
            painter.setPen(look.color("text.secondary"))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, label)
            painter.setFont(look.font("number_small"))
            painter.setPen(look.color("text.primary"))
            side = Qt.AlignmentFlag.AlignRight if label else Qt.AlignmentFlag.AlignLeft
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | side, value)
