"""The start page: an empty design, a file, a recent one, a preset or an example."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from designer.app import cards
from designer.app.cards import PresetCard
from designer.app.settings import Settings
from designer.ui import numbers, theme, units
from designer.ui.painting import say_once
from designer.ui.panels.gallery_model import RECALLED, spoken, tool_tip
from designer.ui.second_click import keep_back_second_click
from designer.ui.widgets import Led, Segments, button, label, line, without_margins
from designer.ui.window_actions import Actions

CARD = QSize(232, 76)
GAP = 12
LEFT_WIDTH = 264
WIDEST = 1240
MOST_RECENT = 8
ROLE = Qt.ItemDataRole.UserRole


class _Cards(QAbstractListModel):
    """Networks, or examples."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.shown: list[PresetCard] = []
        self.show_examples(False)

    def show_examples(self, wanted: bool) -> None:
        self.beginResetModel()
        self.shown = [card for card in cards.presets() if card.example == wanted]
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        card = self.shown[index.row()]
        if role == ROLE:
            return card
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return spoken(card)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(card)
        return None


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        grid = self.parent()
        return grid.cell() if isinstance(grid, _Grid) else CARD

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        painter.save()
        try:
            state = option.state
            _paint_card(
                painter,
                option.rect.adjusted(0, 0, -GAP, -GAP),
                index.data(ROLE),
                hover=bool(state & QStyle.StateFlag.State_MouseOver),
                focus=bool(state & QStyle.StateFlag.State_HasFocus),
            )
        except Exception as error:  # noqa: BLE001  # it must not leave the painter as it is
            say_once("start page card", error)
        finally:
            painter.restore()


def _paint_card(painter: QPainter, rect: QRect, card: PresetCard, *, hover: bool, focus: bool) -> None:
    look = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = 2.0 if focus else 1.0
    painter.setPen(QPen(look.color("accent.base" if focus else "border.default"), width))
    painter.setBrush(look.color("bg.hover" if hover else "bg.panel"))
    inset = width / 2
    painter.drawRoundedRect(rect.toRectF().adjusted(inset, inset, -inset, -inset), 8, 8)
    frame = QRect(rect.x() + 12, rect.y() + 12, 44, rect.height() - 24)
    painter.setPen(QPen(look.color("border.default"), 1))
    painter.setBrush(look.color("bg.canvas"))
    painter.drawRoundedRect(frame.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    corner = QRect(frame.x() + (frame.width() - 30) // 2, frame.y() + (frame.height() - 36) // 2, 30, 36)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for bar in card.miniature:
        painter.fillRect(corner.x() + bar.x, corner.y() + bar.y, bar.width, bar.height, look.category(bar.category))
    left, right = frame.right() + 13, rect.right() - 11
    top = rect.y() + 10
    middle = Qt.AlignmentFlag.AlignVCenter
    if card.top1 is not None:
        painter.setFont(look.font("number_small"))
        painter.setPen(look.color("text.muted" if card.recalled else "text.secondary"))
        text = f"{card.top1:.1f} %"
        span = painter.fontMetrics().horizontalAdvance(text)
        painter.drawText(QRect(right - span, top, span + 2, 20), middle, text)
        right_of_title = right - span - 8
    else:
        right_of_title = right
    painter.setFont(look.font("strong"))
    painter.setPen(look.color("text.primary"))
    title = painter.fontMetrics().elidedText(card.title, Qt.TextElideMode.ElideRight, right_of_title - left)
    painter.drawText(QRect(left, top, right_of_title - left, 20), middle, title)
    if card.recalled:
        painter.setFont(look.font("caption"))
        painter.setPen(look.color("text.muted"))
        painter.drawText(QRect(left, top + 21, right - left, 17), middle | Qt.AlignmentFlag.AlignRight, RECALLED)
    painter.setFont(look.font("number_small"))
    painter.setPen(look.color("text.secondary"))
    for row, text in enumerate((f"{numbers.short(card.params)} params", f"{units.short(card.macs)} {units.name()}")):
        painter.drawText(QRect(left, top + 21 + row * 17, right - left, 17), middle, text)


class _Grid(QListView):
    chosen = Signal(str)  # a DESIGN text

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards = _Cards(self)
        self.setModel(self.cards)
        self.setItemDelegate(_Delegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSpacing(0)
        self.setMouseTracking(True)
        self.setProperty("role", "plain")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(24)
        self.setAccessibleName("Presets and examples")
        self.clicked.connect(self._choose)
        units.notifier().changed.connect(self.viewport().update)

    def cell(self) -> QSize:
        """A card with the gap beside and below it: as many as fit into a row share its width."""
        width = self.viewport().width()
        columns = max(1, width // (CARD.width() + GAP))
        return QSize((width - 4) // columns, CARD.height() + GAP)  # Qt wants a little room at the end of a row

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.setGridSize(self.cell())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(ROLE).id)


class Welcome(Led):
    """What a person sees first. It loads no block and no network, so that it is there at once."""

    open_requested = Signal(str)  # a DESIGN text or the path of a file

    def __init__(self, actions: Actions, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Start")
        self._settings = settings
        outer = without_margins(QHBoxLayout(self))
        outer.addStretch(1)
        inside = QWidget()
        inside.setMaximumWidth(WIDEST)
        row = without_margins(QHBoxLayout(inside), 32)
        row.setContentsMargins(32, 40, 20, 0)
        left = QWidget()
        left.setFixedWidth(LEFT_WIDTH)
        left.setLayout(self._left(actions))
        row.addWidget(left)
        row.addLayout(self._right(), 1)
        outer.addWidget(inside, 1000)
        outer.addStretch(1)
        settings.changed.connect(self._settings_changed)
        self.open_requested.connect(keep_back_second_click)
        self.lead(self.grid)

    def _left(self, actions: Actions) -> QVBoxLayout:
        column = without_margins(QVBoxLayout(), 4)
        column.addWidget(label("lightdesigner", "page-title"))
        column.addWidget(
            label("Design lightweight convolutional networks, and see at once what every block costs.", "secondary", wrap=True)
        )
        column.addSpacing(20)
        column.addWidget(label("Start", "strong"))
        column.addWidget(line())
        for action_id, icon in (("file.new", "file-plus"), ("file.open", "folder-open"), ("measure.compare", "git-compare")):
            action = actions[action_id]
            one = button(action.text(), "row", icon=icon, on_click=action.trigger)
            one.setToolTip(action.toolTip())
            column.addWidget(one)
        column.addSpacing(20)
        column.addWidget(label("Recent", "strong"))
        column.addWidget(line())
        self._recent = without_margins(QVBoxLayout(), 0)
        column.addLayout(self._recent)
        self._list_recent()
        column.addStretch(1)
        for action_id in ("help.commands", "help.shortcuts"):
            hint = without_margins(QHBoxLayout(), 8)
            hint.addWidget(label(actions[action_id].shortcut().toString(), "key"))
            hint.addWidget(label(actions[action_id].text().removesuffix("…"), "muted"))
            hint.addStretch(1)
            column.addLayout(hint)
        column.addSpacing(24)
        return column

    def _right(self) -> QVBoxLayout:
        column = without_margins(QVBoxLayout(), 12)
        head = without_margins(QHBoxLayout(), 12)
        self.kinds = Segments(("Networks", "Examples"), "What to show")
        self.kinds.setFixedWidth(208)
        head.addWidget(self.kinds)
        self._about = label("", "caption")
        head.addWidget(self._about)
        head.addStretch(1)
        column.addLayout(head)
        self.grid = _Grid()
        self.grid.chosen.connect(self.open_requested)
        self.kinds.chosen.connect(self._show_kind)
        column.addWidget(self.grid, 1)
        self._show_kind(0)
        return column

    def _show_kind(self, kind: int) -> None:
        self.grid.cards.show_examples(kind == 1)
        count = len(self.grid.cards.shown)
        about = ("of the literature; top-1 as torchvision or its paper gives it", "that each show one piece of arithmetic")[kind]
        self._about.setText(f"{count} {about}")

    def _settings_changed(self, key: str) -> None:
        if key == "documents/recent":
            self._list_recent()

    def _list_recent(self) -> None:
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        files = self._settings.recent()[:MOST_RECENT]
        if not files:
            self._recent.addWidget(label("Files you save or open stand here.", "muted"))
        for file in files:
            self._recent.addWidget(self._file_button(file))

    def _file_button(self, file: Path) -> QPushButton:
        one = button("", "row", icon="file", on_click=lambda: self.open_requested.emit(str(file)))
        metrics = one.fontMetrics()
        one.setText(metrics.elidedText(file.stem, Qt.TextElideMode.ElideMiddle, LEFT_WIDTH - 56))
        one.setToolTip(str(file))
        one.setAccessibleName(f"Open {file.name} in {file.parent}")
        return one
