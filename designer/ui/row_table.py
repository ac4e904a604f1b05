"""What the tables of the window share: a model that is a list of rows, and a delegate that paints its cells."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from designer.ui import theme
from designer.ui.painting import say_once

Index = QModelIndex | QPersistentModelIndex


class RowTableModel(QAbstractTableModel):
    """Texts in rows and columns. What else a cell says, a subclass answers in `said`."""

    def row_total(self) -> int:
        raise NotImplementedError

    def column_total(self) -> int:
        raise NotImplementedError

    def head(self, column: int) -> str:
        """What stands over a column, for those too who do not see it."""
        raise NotImplementedError

    def stands_right(self, column: int) -> bool:
        """Whether the head of a column stands over the ends of its numbers."""
        raise NotImplementedError

    def cell(self, row: int, column: int) -> str:
        """What stands in a cell, as it is shown and copied."""
        raise NotImplementedError

    def said(self, row: int, column: int, role: int) -> Any:
        """What a cell says in any other role."""
        return None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else self.row_total()

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else self.column_total()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if not 0 <= row < self.row_total():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.head(column)}: {self.cell(row, column)}"
        return self.said(row, column, role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.head(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.stands_right(section) else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class CellDelegate(QStyledItemDelegate):
    """Paints cells in `draw_cell`; colours come from the theme when they are drawn."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._table = view

    def draw_cell(self, painter: QPainter, option: QStyleOptionViewItem, row: int, column: int) -> None:
        raise NotImplementedError

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        try:
            self.draw_cell(painter, option, index.row(), index.column())
        except Exception:  # noqa: BLE001  # whatever it is, the painter has to be given back as it came
            say_once(type(self).__name__)
        finally:
            painter.restore()

    @staticmethod
    def draw_ground(painter: QPainter, option: QStyleOptionViewItem, *, hovered: bool, plain: str = "bg.panel") -> None:
        """What lies below everything in a cell."""
        selected = QStyle.StateFlag.State_Selected in option.state
        painter.fillRect(option.rect, theme.current().color("bg.selected" if selected else "bg.hover" if hovered else plain))

    def mark_current(self, painter: QPainter, rect: QRect, row: int) -> None:
        """A line at the left of the row that the keyboard is in."""
        if row == self._table.currentIndex().row() and self._table.hasFocus():
            painter.fillRect(QRect(rect.x(), rect.y(), 2, rect.height()), theme.current().color("accent.base"))
