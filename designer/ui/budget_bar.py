"""How the design in front stands to the budget: a bar for each limit, the tightest first. A click changes the limits."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from designer.analysis.budget import Limit
from designer.ui import theme
from designer.ui.dialogs.budget import amount, name_of
from designer.ui.painting import painting
from designer.ui.widgets import ToolButton, label, without_margins

BAR = QSize(56, 8)
TWO_FROM, ONE_FROM = 1500, 1200  # px of the window from which so many limits have room; all stand in the tooltip


class BudgetBar(ToolButton):
    """Hidden while no limit is set."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "status")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._row = row = without_margins(QHBoxLayout(self), 6)
        row.setContentsMargins(4, 0, 4, 0)
        self._mark = label()
        self._mark.setFixedSize(16, 16)
        self._title = label("Budget", "muted")
        self._items = [_Item(), _Item()]
        for part in (self._mark, self._title, *self._items):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(part)
        self._limits: list[Limit] = []
        self._room = 0
        theme.notifier().changed.connect(self._write)
        self.hide()

    def sizeHint(self) -> QSize:  # noqa: N802
        return self._row.sizeHint()

    def show_limits(self, limits: Sequence[Limit]) -> None:
        """Show these, or nothing where there are none."""
        self._limits = sorted(limits, key=_used, reverse=True)
        self._write()

    def fit(self, width: int) -> None:
        """Show as many as a window of so many px has room for."""
        room = 2 if width >= TWO_FROM else 1 if width >= ONE_FROM else 0
        if room != self._room:
            self._room = room
            self._write()

    def _write(self) -> None:
        over = [limit for limit in self._limits if limit.over]
        unknown = any(limit.value is None for limit in self._limits)
        icon, color = ("triangle-alert", "state.warning") if over else ("circle-check", "state.ok")
        picture = theme.current().icon(icon, color).pixmap(QSize(16, 16), self.devicePixelRatio())
        self._mark.setPixmap(picture)
        self._mark.setVisible(not unknown)
        for k, item in enumerate(self._items):
            shown = k < min(self._room, len(self._limits))
            item.setVisible(shown)
            if shown:
                item.show_limit(self._limits[k])
        self.setToolTip("\n".join([*map(said, self._limits), "Click to change the budget"]))
        self.setAccessibleName(f"Budget: {'; '.join(map(said, self._limits))}")
        self.setVisible(bool(self._limits))
        self.setMinimumWidth(self.sizeHint().width())  # the style sheet sets one, and then no hint counts


def _used(limit: Limit) -> float:
    if limit.value is None:
        return 0.0
    return limit.value / limit.limit if limit.limit else float(limit.value > 0) * 2


def said(limit: Limit) -> str:
    """`MACs 300.8 M of 320.0 M`, and by how much it is over that."""
    text = f"{name_of(limit.figure)} {amount(limit.figure, limit.value)} of {amount(limit.figure, limit.limit)}"
    return f"{text}, {amount(limit.figure, limit.over)} over" if limit.over else text


class _Item(QWidget):
    """One limit: its name, a bar, and both figures."""

    def __init__(self) -> None:
        super().__init__()
        row = without_margins(QHBoxLayout(self), 6)
        self._name = label("", "secondary")
        self._bar = _Bar()
        self._numbers = label("", "number-strong")
        for part in (self._name, self._bar, self._numbers):
            row.addWidget(part)

    def show_limit(self, limit: Limit) -> None:
        self._name.setText(name_of(limit.figure))
        self._numbers.setText(f"{amount(limit.figure, limit.value)} of {amount(limit.figure, limit.limit)}")
        self._bar.show_share(_used(limit), over=bool(limit.over))


class _Bar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(BAR)
        self._share, self._over = 0.0, False

    def show_share(self, share: float, *, over: bool) -> None:
        self._share, self._over = min(1.0, share), over
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            look = theme.current()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("bg.hover"))
            painter.drawRoundedRect(QRectF(self.rect()), 2, 2)
            painter.setBrush(look.color("state.warning" if self._over else "state.ok"))
            if self._share:
                painter.drawRoundedRect(QRectF(0, 0, max(2.0, self.width() * self._share), self.height()), 2, 2)
