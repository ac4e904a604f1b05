"""Draws the table of MACs and time: glyphs, numbers, and bars from one line, MACs to the left and time to the right."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QStyleOptionViewItem, QTableView, QWidget

from designer.analysis.layers import STAGE
from designer.analysis.measured import Bound
from designer.app.measurements import ESTIMATED
from designer.app.profile_figures import ProfileRow
from designer.ui import theme
from designer.ui.painting import painting, say_once
from designer.ui.profile.row_view import RowView
from designer.ui.profile.table_model import COLUMNS, NONE, PLACE, ProfileModel
from designer.ui.row_table import CellDelegate
from designer.ui.theme import Theme

PAD = 8
BAR = 10
NUMBER_ROOM = 36  # px for a share behind its bar
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_STRONG = ("macs", "ms", "save")
BOUND_COLORS: dict[Bound, str] = {"memory": "category.pooling", "compute": "category.conv", "overhead": "category.merge"}


class ProfileDelegate(CellDelegate):
    """Paints cells; colours come from the theme when they are drawn."""

    def __init__(self, view: RowView, model: ProfileModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model

    def draw_cell(self, painter: QPainter, option: QStyleOptionViewItem, row: int, column: int) -> None:
        look = theme.current()
        rect: QRect = option.rect
        self.draw_ground(painter, option, hovered=row == self._view.hovered)
        draw_cell(painter, look, rect, self._model.rows[row], column, bar_scale(self._view, self._model))
        if column == 0:
            self.mark_current(painter, rect, row)


def _right_pad(column: int) -> int:
    return 2 * PAD if column == len(COLUMNS) - 1 else PAD


def bar_scale(view: QTableView, model: ProfileModel) -> float:
    """Pixels for the whole of 1, the same for MACs and time, so that bars can be compared over the line between them."""
    macs, time = model.most
    found = []
    for most, column in ((macs, PLACE["mac_share"]), (time, PLACE["time_share"])):
        if most and not view.isColumnHidden(column):
            found.append((view.columnWidth(column) - NUMBER_ROOM) / most)
    return max(0.0, min(found, default=0.0))


def draw_cell(painter: QPainter, look: Theme, rect: QRect, row: ProfileRow, column: int, scale: float) -> None:
    """One cell of a row, of the sum of all too."""
    one = COLUMNS[column]
    quiet = row.layer.status in ("blocked", "incomplete", "unused", "disabled") or row.kind == ESTIMATED
    if one.id == "name":
        _name(painter, look, rect, row)
    elif one.id == "mac_share":
        _bar(painter, look, rect, row, scale, time=False)
    elif one.id == "time_share":
        _bar(painter, look, rect, row, scale, time=True)
    elif one.id == "bound":
        _bound(painter, look, rect, row.bound)
    else:
        text = one.text(row)
        nothing = text in (NONE, "unknown")
        painter.setFont(look.font("body" if one.id == "kind" else "number_small"))
        strong = one.id in _STRONG and not nothing and not (quiet and one.id != "macs")
        painter.setPen(look.color("text.primary" if strong else "text.muted" if nothing or quiet else "text.secondary"))
        room = rect.adjusted(0 if one.right else PAD, 0, -_right_pad(column) if one.right else 0, 0)
        if not one.right:
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _RIGHT if one.right else _LEFT, text)


def _name(painter: QPainter, look: Theme, rect: QRect, row: ProfileRow) -> None:
    left = rect.x() + 2 * PAD
    if not row.path:
        painter.setFont(look.font("strong"))
        painter.setPen(look.color("text.primary"))
        painter.drawText(rect.adjusted(2 * PAD, 0, 0, 0), _LEFT, "All layers")
        return
    layer = row.layer
    glyph = "stage" if layer.level == STAGE else theme.glyph(layer.block, layer.category)
    color = look.category(layer.category) if layer.category else look.color("text.secondary")
    if layer.status == "error":
        glyph, color = "circle-x", look.color("state.error")
    ratio = painter.device().devicePixelRatio()
    painter.drawPixmap(QPointF(left, rect.y() + (rect.height() - 16) // 2), look.pixmap(glyph, color, 16, ratio))
    painter.setFont(look.font("body"))
    painter.setPen(look.color("text.primary"))
    room = rect.adjusted(2 * PAD + 22, 0, -2, 0)
    shown = painter.fontMetrics().elidedText(row.path, Qt.TextElideMode.ElideMiddle, room.width())
    painter.drawText(room, _LEFT, shown)


def _bar(painter: QPainter, look: Theme, rect: QRect, row: ProfileRow, scale: float, *, time: bool) -> None:
    """A bar from the line between the two columns, and its share behind it."""
    fraction = row.time_share if time else row.mac_share
    edge = rect.left() if time else rect.right() + 1
    if not row.path:
        painter.setFont(look.font("number_small"))
        painter.setPen(look.color("text.secondary"))
        text = "100" if fraction else NONE
        painter.drawText(rect.adjusted(4 + 2, 0, -5, 0), _LEFT if time else _RIGHT, text)
        return
    if time:
        painter.fillRect(QRect(edge, rect.y() + 7, 1, rect.height() - 14), look.color("border.control"))
    length = 0.0
    if fraction and scale:
        length = max(1.5, scale * fraction)
        color = "text.muted" if not time else "state.worse" if row.suspicious else "accent.base"
        shade = look.color(color)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color(color, 0.55) if time and row.kind == ESTIMATED else shade)
        top = rect.y() + (rect.height() - BAR) / 2
        x = edge + 3.0 if time else edge - 3.0 - length
        painter.drawRoundedRect(QRectF(x, top, length, BAR), 2, 2)
    painter.setFont(look.font("number_small"))
    nothing = fraction is None
    strong = time and row.suspicious
    painter.setPen(look.color("state.worse" if strong else "text.muted" if nothing else "text.secondary"))
    text = NONE if fraction is None else f"{fraction * 100:.1f}"
    gap = round(length) + 3 + 4
    if time:
        painter.drawText(rect.adjusted(gap, 0, 0, 0), _LEFT, text)
    else:
        painter.drawText(rect.adjusted(0, 0, -gap, 0), _RIGHT, text)


def _bound(painter: QPainter, look: Theme, rect: QRect, bound: Bound | None) -> None:
    painter.setFont(look.font("body"))
    if bound is None:
        painter.setPen(look.color("text.muted"))
        painter.drawText(rect.adjusted(PAD, 0, -PAD, 0), _LEFT, NONE)
        return
    draw_mark(painter, look, QPointF(rect.x() + PAD + 5, rect.center().y() + 0.5), bound)
    painter.setPen(look.color("text.secondary"))
    painter.drawText(rect.adjusted(PAD + 17, 0, 0, 0), _LEFT, bound)


def draw_mark(painter: QPainter, look: Theme, at: QPointF, bound: Bound) -> None:
    """Square memory, circle compute, diamond overhead."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.color(BOUND_COLORS[bound]))
    painter.translate(at)
    if bound == "compute":
        painter.drawEllipse(QPointF(0, 0), 4.5, 4.5)
    else:
        if bound == "overhead":
            painter.rotate(45)
        painter.drawRect(QRectF(-4, -4, 8, 8))
    painter.restore()


class Head(QHeaderView):
    """The row of titles, with an arrow before the title of the column that sorts."""

    def __init__(self, model: ProfileModel, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._rows = model
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setFixedHeight(30)
        self.setAccessibleName("Columns")

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:  # noqa: N802
        painter.save()
        try:
            self._paint_section(painter, rect, section)
        except Exception:  # noqa: BLE001  # the painter has to be given back
            say_once(type(self).__name__)
        finally:
            painter.restore()

    def _paint_section(self, painter: QPainter, rect: QRect, section: int) -> None:
        look = theme.current()
        one = COLUMNS[section]
        painter.fillRect(rect, look.color("bg.panel"))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, look.color("border.subtle"))
        sorts = self._rows.sorted_by == section
        painter.setFont(look.font("strong" if sorts else "caption"))
        painter.setPen(look.color("text.primary" if sorts else "text.muted"))
        text = str(self._rows.headerData(section, Qt.Orientation.Horizontal))
        left = 2 * PAD if section == PLACE["name"] else 6 if one.id == "time_share" else 0 if one.right else PAD
        room = rect.adjusted(left, 0, -(5 if one.id == "mac_share" else _right_pad(section)), 0)
        painter.drawText(room, _RIGHT if one.right else _LEFT, text)
        if sorts:
            wide = painter.fontMetrics().horizontalAdvance(text)
            x = room.right() - wide - 17 if one.right else room.left() + wide + 3
            arrow = "arrow-down" if self._rows.descending else "arrow-up"
            picture = look.pixmap(arrow, "text.primary", 14, painter.device().devicePixelRatio())
            painter.drawPixmap(QPointF(x, rect.center().y() - 6.5), picture)


class SumRow(QWidget):
    """The sum of all rows below the table, in the same columns."""

    def __init__(self, view: QTableView, model: ProfileModel) -> None:
        super().__init__()
        self._view = view
        self._model = model
        self.setFixedHeight(theme.current().size("table_row_roomy"))
        self.setAccessibleName("All layers")
        view.horizontalHeader().sectionResized.connect(lambda *_: self.update())
        view.horizontalScrollBar().valueChanged.connect(lambda _: self.update())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        look = theme.current()
        painter.fillRect(self.rect(), look.color("bg.window"))
        whole = self._model.whole
        if whole is None:
            return
        for column in range(len(COLUMNS)):
            if self._view.isColumnHidden(column) or COLUMNS[column].id in ("kind", "bound", "output"):
                continue
            x = self._view.columnViewportPosition(column)
            rect = QRect(x, 0, self._view.columnWidth(column), self.height())
            draw_cell(painter, look, rect, whole, column, 0.0)


class Swatch(QWidget):
    """A patch of the colour that a line of the legend speaks of."""

    def __init__(self, color: str) -> None:
        super().__init__()
        self._color = color
        self.setFixedSize(18, BAR)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.current().color(self._color))
            painter.drawRoundedRect(QRectF(self.rect()), 2, 2)
