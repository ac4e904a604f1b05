"""Lists of rows under headings that fold, as palette and gallery have them: one view and the painting they share.

A model gives its headings `HEADING` (a `Heading`) and everything else its own data; rows are drawn by a delegate made from
`RowDelegate`. Enter and double-click choose a row; a click, Enter, Space and the arrow keys fold a heading.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from designer.ui import theme
from designer.ui.painting import KEYBOARD, say_once

HEADING = Qt.ItemDataRole.UserRole
ITEM = Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex


class Heading(NamedTuple):
    """A heading: its text, the colour path of its mark ("" for none) and how many rows stand under it."""

    title: str
    color: str
    size: int


class RowView(QTreeView):
    """The list. `row_chosen` is emitted with the index of a row that was double-clicked or entered."""

    row_chosen = Signal(QModelIndex)
    menu_wanted = Signal(QModelIndex, QPoint)  # a row that is no heading, a place on the screen

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setExpandsOnDoubleClick(False)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.keyboard = False  # the focus came by a key and is drawn as a ring
        self.doubleClicked.connect(self._choose)

    def _choose(self, index: Index) -> None:
        if index.isValid() and index.data(HEADING) is None:
            self.row_chosen.emit(index)

    def _fold(self, index: Index) -> None:
        if index.isValid() and index.data(HEADING) is not None:
            self.setExpanded(index, not self.isExpanded(index))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        self.keyboard = True
        self.viewport().update()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._fold(self.currentIndex())
            self._choose(self.currentIndex())
        elif event.key() == Qt.Key.Key_Space and self.currentIndex().data(HEADING) is not None:
            self._fold(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.keyboard = False
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._fold(self.indexAt(event.position().toPoint()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.data(HEADING) is not None:
            self.mousePressEvent(event)  # two quick clicks on a heading are two clicks
        else:
            super().mouseDoubleClickEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if keyboard else self.indexAt(event.pos())
        if index.isValid() and index.data(HEADING) is None:
            at = self.viewport().mapToGlobal(self.visualRect(index).center()) if keyboard else event.globalPos()
            self.menu_wanted.emit(index, at)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self.keyboard = event.reason() in KEYBOARD
        super().focusInEvent(event)
        model = self.model()  # a press chooses by itself, and what is under it must not scroll away
        if self.keyboard and not self.currentIndex().isValid() and model is not None and model.rowCount():
            self.setCurrentIndex(model.index(0, 0))


class RowDelegate(QStyledItemDelegate):
    """Draws headings, the ground of rows, and, by `paint_row`, what stands in them."""

    def __init__(self, view: RowView) -> None:
        super().__init__(view)
        self.view = view

    def row_height(self, index: Index) -> int:
        """The height of a row in px."""
        raise NotImplementedError

    def paint_row(self, painter: QPainter, rect: QRect, index: Index, *, active: bool) -> None:
        """Draw what stands in a row. `active`: the pointer is over it, or it is the current one."""
        raise NotImplementedError

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        heading = index.data(HEADING) is not None
        return QSize(100, theme.current().size("palette_group") if heading else self.row_height(index))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint(painter, option, index)
        except Exception:  # noqa: BLE001  # it must not leave the painter as it is
            say_once(type(self).__name__)
        finally:
            painter.restore()

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = theme.current()
        rect: QRect = option.rect
        state = option.state
        heading: Heading | None = index.data(HEADING)
        selected = bool(state & QStyle.StateFlag.State_Selected) and heading is None
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        ground = rect.adjusted(8, 0, -8, 0)
        if selected or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("bg.selected" if selected else "bg.hover"))
            painter.drawRoundedRect(ground, 4, 4)
        if heading is not None:
            self._paint_heading(painter, rect, heading, open_=self.view.isExpanded(index))
        else:
            self.paint_row(painter, rect, index, active=selected or hovered)
        if self.view.keyboard and self.view.hasFocus() and index == self.view.currentIndex():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.color("accent.base"), 2))
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), 4, 4)

    def _paint_heading(self, painter: QPainter, rect: QRect, heading: Heading, *, open_: bool) -> None:
        look = theme.current()
        ratio = painter.device().devicePixelRatio()
        middle = rect.y() + rect.height() // 2
        arrow = look.pixmap("chevron-down" if open_ else "chevron-right", "text.secondary", 14, ratio)
        painter.drawPixmap(rect.x() + 12, middle - 7, arrow)
        left = rect.x() + 34
        if heading.color:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color(heading.color))
            painter.drawRoundedRect(left, middle - 4, 8, 8, 2, 2)
            left += 16
        count = str(heading.size)
        painter.setFont(look.font("number_small"))
        painter.setPen(look.color("text.muted"))
        width = painter.fontMetrics().horizontalAdvance(count)
        right = rect.right() - 15
        painter.drawText(QRect(right - width, rect.y(), width + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter, count)
        draw_text(
            painter, QRect(left, rect.y(), right - width - 8 - left, rect.height()), heading.title, "strong", "text.primary"
        )


def draw_text(painter: QPainter, rect: QRect, text: str, role: str, color: str) -> int:
    """Write one line in the middle of a box, cut where it is too long. The width it took."""
    look = theme.current()
    painter.setFont(look.font(role))
    painter.setPen(look.color(color))
    metrics = painter.fontMetrics()
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    return metrics.horizontalAdvance(text)
