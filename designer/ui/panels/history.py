"""The steps of the document in front; a click goes back or forth to one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QUndoGroup
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QUndoView,
    QWidget,
)

from designer.app.controller import Controller
from designer.ui import theme
from designer.ui.painting import say_once

Index = QModelIndex | QPersistentModelIndex
PAD = 8
SAVED = "saved"


class _Delegate(QStyledItemDelegate):
    """A step that was taken back is muted; the one that the file holds says so."""

    def __init__(self, view: History) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(0, theme.current().size("palette_row"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        try:
            self._paint(painter, option, index)
        except Exception:  # noqa: BLE001  # whatever it is, the painter has to be given back as it came
            say_once(type(self).__name__)
        finally:
            painter.restore()

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look, rect = theme.current(), QRect(option.rect)
        selected = QStyle.StateFlag.State_Selected in option.state
        if selected or QStyle.StateFlag.State_MouseOver in option.state:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("bg.selected" if selected else "bg.hover"))
            radius = look.size("radius.field")
            painter.drawRoundedRect(rect, radius, radius)
        if selected and self._view.hasFocus():
            painter.fillRect(QRect(rect.x(), rect.y() + 4, 2, rect.height() - 8), look.color("accent.base"))
        inner = rect.adjusted(PAD, 0, -PAD, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        if self._view.is_saved(index.row()):
            painter.setFont(look.font("caption"))
            painter.setPen(look.color("text.muted"))
            painter.drawText(inner, int(middle | Qt.AlignmentFlag.AlignRight), SAVED)
            inner.setRight(inner.right() - painter.fontMetrics().horizontalAdvance(SAVED) - PAD)
        painter.setFont(look.font("body"))
        painter.setPen(look.color("text.muted" if self._view.is_taken_back(index.row()) else "text.primary"))
        text = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, int(middle | Qt.AlignmentFlag.AlignLeft), text)

    def helpEvent(  # noqa: N802
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """The whole name of a step, where there is not enough room for it."""
        text = str(index.data() or "")
        cut = QFontMetrics(theme.current().font("body")).horizontalAdvance(text) > option.rect.width() - 2 * PAD
        QToolTip.showText(event.globalPos(), text, view) if cut else QToolTip.hideText()
        return True


class History(QUndoView):
    """Qt's list of steps in our look: the step that is shown now is selected, what was taken back stands below it."""

    def __init__(self, group: QUndoGroup, parent: QWidget | None = None) -> None:
        super().__init__(group, parent)
        self.setEmptyLabel("As it was opened")
        self.setAccessibleName("Steps")
        self.setProperty("role", "steps")
        self.setItemDelegate(_Delegate(self))
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        group.indexChanged.connect(self._repaint)
        group.cleanChanged.connect(self._repaint)

    def _repaint(self, _: object) -> None:
        self.viewport().update()

    def is_taken_back(self, row: int) -> bool:
        """Whether the step in a row, of which the first is the design as it was opened, was taken back."""
        stack = self.stack()
        return stack is not None and row > stack.index()

    def is_saved(self, row: int) -> bool:
        """Whether the file holds the design as it was after this step."""
        stack = self.stack()
        if stack is None or stack.cleanIndex() != row:
            return False
        controller = stack.parent()
        return isinstance(controller, Controller) and controller.path is not None
