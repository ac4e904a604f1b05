"""The view of the layer table: rows, not cells, are hovered, folded and gone to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QTableView

from designer.ui.panels.layer_delegate import LayerDelegate
from designer.ui.panels.layer_model import LayerModel


class LayerView(QTableView):
    """A table in which rows, not cells, are hovered, folded and gone to."""

    activated_row = Signal(int)
    menu_wanted = Signal(QPoint)  # a place on the screen
    toggled_row = Signal(int)
    resized = Signal()
    copied = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.hover: LayerDelegate | None = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if self.hover is not None and row != self.hover.hovered:
            self.hover.hovered = row
            self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = event.position().toPoint()
        if (
            event.button() == Qt.MouseButton.LeftButton
            and at.x() < self.columnViewportPosition(0) + 28
            and self._is_group(self.rowAt(at.y()))
        ):
            self.toggled_row.emit(self.rowAt(at.y()))
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        row = self.rowAt(event.position().toPoint().y())
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            if self._is_group(row):
                self.toggled_row.emit(row)
            else:
                self.activated_row.emit(row)
            return
        super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        row = self.currentIndex().row()
        key = event.key()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        elif row >= 0 and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated_row.emit(row)
        elif row >= 0 and key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space) and self._is_group(row):
            closed = self._model().is_closed(self._model().rows[row].stage)
            if key == Qt.Key.Key_Space or closed == (key == Qt.Key.Key_Right):
                self.toggled_row.emit(row)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.currentIndex().isValid():
            self.menu_wanted.emit(self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft()))
        else:
            self.menu_wanted.emit(event.globalPos())

    def _model(self) -> LayerModel:
        model = self.model()
        assert isinstance(model, LayerModel)
        return model

    def _is_group(self, row: int) -> bool:
        return 0 <= row < len(self._model().rows) and self._model().rows[row].group

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.resized.emit()
