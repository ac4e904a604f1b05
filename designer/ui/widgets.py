"""Small widgets in the look of the program, each with an accessible name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QLayout, QPushButton, QToolButton, QWidget

from designer.ui import theme
from designer.ui.painting import painting

L = TypeVar("L", bound=QLayout)
LEAST_WORDS = 40  # px that a text keeps when it is cut


def set_role(widget: QWidget, role: str) -> None:
    """Say what a widget is; the style sheet looks at it again when that changes."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        repolish(widget)


def repolish(widget: QWidget) -> None:
    """Let the style sheet look at the properties of a widget again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """A text in one of the style sheet's roles; never rich text, whatever a document writes in it."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


class Led(QWidget):
    """A page that hands the focus on to one of its widgets, as Qt's focus proxy would; but Qt takes a page with a proxy for one
    widget, and Tab then steps over everything else in it."""

    _leader: QWidget | None = None

    def lead(self, leader: QWidget) -> None:
        """From now on the focus of the page goes to this widget in it."""
        self._leader = leader

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        if self._leader is not None and self._leader.isEnabled():
            self._leader.setFocus(event.reason())


class CutLabel(QLabel):
    """A text of one line that is cut at its end where it has no room; figures beside it are not."""

    def __init__(self, role: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        hint = super().minimumSizeHint()
        return QSize(min(LEAST_WORDS, hint.width()), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            room = self.contentsRect()
            shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
            flags = int(self.alignment())
            self.style().drawItemText(painter, room, flags, self.palette(), self.isEnabled(), shown, self.foregroundRole())


def is_enter(event: QKeyEvent) -> bool:
    """Whether a key is one of the two that press a button, besides the space bar. Some desktops let them, some do not."""
    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PushButton(QPushButton):
    """A button that Enter presses too while it has the focus, and not only in a dialog."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAutoDefault(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        self.click() if is_enter(event) else super().keyPressEvent(event)


class ToolButton(QToolButton):
    """A tool button that Enter presses too while it has the focus, or whose menu it opens."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if not is_enter(event):
            super().keyPressEvent(event)
        elif self.popupMode() is QToolButton.ToolButtonPopupMode.InstantPopup:
            self.showMenu()
        else:
            self.click()


def button(
    text: str, role: str = "", *, icon: str = "", tip: str = "", on_click: Callable[[], object] | None = None
) -> QPushButton:
    """A button with a verb on it. Roles: primary, flat, link, row, first-fix, or none."""
    made = PushButton(text)
    if role:
        made.setProperty("role", role)
    if icon:
        made.setIcon(theme.current().icon(icon, "text.on_accent" if role == "primary" else "text.secondary"))
        made.setIconSize(QSize(16, 16))
    made.setToolTip(tip)
    made.setAccessibleName(text)
    if on_click is not None:
        made.clicked.connect(partial(_call, on_click))
    return made


def tool_button(action: QAction | None = None, *, icon: str = "", name: str = "", small: bool = False) -> QToolButton:
    """An icon in a button of 28 px (24 when small): of an action, or with a name of its own."""
    made = ToolButton()
    if action is not None:
        made.setDefaultAction(action)
        made.setAccessibleName(action.text())
    else:
        made.setIcon(theme.current().icon(icon))
        made.setAccessibleName(name)
        made.setToolTip(name)
    made.setIconSize(QSize(16, 16))
    made.setProperty("small", small)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def _call(do: Callable[[], object], _checked: bool = False) -> None:
    do()


def line(role: str = "line") -> QFrame:
    """A line of 1 px: `line` inside a card, `line-default` around one, `upright` between fields of a bar."""
    made = QFrame()
    made.setProperty("role", role)
    return made


class Segments(QFrame):
    """A choice of a few, all visible: buttons side by side of which one is pressed."""

    chosen = Signal(int)

    def __init__(self, texts: Sequence[str], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "segments")
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        row = without_margins(QHBoxLayout(self))
        for index, text in enumerate(texts):
            one = PushButton(text)
            one.setCheckable(True)
            one.setProperty("role", "segment")
            one.setProperty("first", index == 0)
            one.setProperty("last", index == len(texts) - 1)
            one.setAccessibleName(f"{name}: {text}")
            self._group.addButton(one, index)
            row.addWidget(one)
        self._group.idClicked.connect(self.chosen)
        if texts:
            self._group.button(0).setChecked(True)

    @property
    def index(self) -> int:
        return self._group.checkedId()

    def button(self, index: int) -> QPushButton:
        """One of the buttons, to grey it where it cannot be chosen."""
        found = self._group.button(index)
        assert isinstance(found, QPushButton)
        return found

    def choose(self, index: int) -> None:
        """Press a button without saying so through `chosen`; -1 lets all go, where several choices are shown at once."""
        if index >= 0:
            self._group.buttons()[index].setChecked(True)
            return
        self._group.setExclusive(False)
        for one in self._group.buttons():
            one.setChecked(False)
        self._group.setExclusive(True)


def without_margins(layout: L, spacing: int = 0) -> L:
    """The layout with no margins around it."""
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    return layout
