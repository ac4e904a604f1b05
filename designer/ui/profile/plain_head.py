"""The quiet head of a small table: captions on the ground of the card."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView

from designer.ui import theme
from designer.ui.painting import say_once


class PlainHead(QHeaderView):
    """Takes titles and alignment from the model; `pads` are the px at the left of each column and at the right of it."""

    def __init__(self, pads: tuple[tuple[int, int], ...], height: int = 28) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._pads = pads
        self.setFixedHeight(height)
        self.setSectionsClickable(False)
        self.setHighlightSections(False)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:  # noqa: N802
        painter.save()
        try:
            model: QAbstractItemModel = self.model()
            look = theme.current()
            painter.fillRect(rect, look.color("bg.panel"))
            painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, look.color("border.subtle"))
            painter.setFont(look.font("caption"))
            painter.setPen(look.color("text.muted"))
            left, right = self._pads[section]
            flags = model.headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)
            room = rect.adjusted(left, 0, -right, 0)
            text = str(model.headerData(section, Qt.Orientation.Horizontal))
            painter.drawText(
                room,
                int(flags) if flags is not None else int(Qt.AlignmentFlag.AlignVCenter),
                painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width()),
            )
        except Exception:  # noqa: BLE001  # the painter has to be given back
            say_once(type(self).__name__)
        finally:
            painter.restore()
