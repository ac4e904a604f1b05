"""What all items of the canvas share: where they lie, and that drawing one cannot take the program with it."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from designer.ui.painting import say_once


class CanvasItem(QGraphicsItem):
    """Draws itself in `draw`, inside of `_bounds`."""

    def __init__(self) -> None:
        super().__init__()
        self._bounds = QRectF()

    def draw(self, painter: QPainter, zoom: float) -> None:
        """Paint it at this zoom."""
        raise NotImplementedError

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.save()
        try:
            self.draw(painter, painter.worldTransform().m11())
        except Exception:  # noqa: BLE001  # an exception that leaves a paint aborts the process
            say_once(type(self).__name__)
        finally:
            painter.restore()
