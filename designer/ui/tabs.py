"""The tabs of documents in the middle of the window, with an unsaved mark and a button that closes."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from designer.ui import theme
from designer.ui.painting import painting
from designer.ui.widgets import line, tool_button, without_margins

DOT = 6
MIN_WIDTH = 160


class _End(QWidget):
    """The right end of a tab: a dot while the document is not saved, and the button that closes it."""

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        row = without_margins(QHBoxLayout(self), 4)
        self._dot = _Dot()
        self.close_button = QToolButton()
        self.close_button.setIcon(theme.current().icon("x", size=14))
        self.close_button.setIconSize(QSize(14, 14))
        self.close_button.setProperty("role", "close")
        self.close_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row.addWidget(self._dot)
        row.addWidget(self.close_button)
        self.describe(name, unsaved=False)

    def describe(self, name: str, *, unsaved: bool) -> None:
        self._dot.setVisible(unsaved)
        self.close_button.setAccessibleName(f"Close {name}")
        self.close_button.setToolTip(f"Close {name}" + (", which is not saved" if unsaved else ""))
        self.adjustSize()


class _Dot(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(DOT + 4, DOT)
        self.setAccessibleName("Not saved")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.current().color("text.secondary"))
            painter.drawEllipse(4, 0, DOT, DOT)


class _Bar(QTabBar):
    middle_clicked = Signal(int)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(min(self.sizeHint().width(), MIN_WIDTH), self.sizeHint().height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.MiddleButton and self.tabAt(event.pos()) >= 0:
            self.middle_clicked.emit(self.tabAt(event.pos()))
        super().mouseReleaseEvent(event)


class Tabs(QWidget):
    """A row of tabs above a stack of pages; what a page is, the window knows."""

    current_changed = Signal(object)  # the page in front, or None
    close_wanted = Signal(object)  # a page
    menu_wanted = Signal(object, object)  # a page, a place on the screen
    new_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(320, 200)
        column = without_margins(QVBoxLayout(self))
        self._row = QWidget()
        self._row.setProperty("role", "page")
        self._row.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._row.setFixedHeight(theme.current().size("dock_tab"))
        row = without_margins(QHBoxLayout(self._row))
        self.bar = _Bar()
        self.bar.setProperty("role", "documents")
        self.bar.setAccessibleName("Designs")
        self.bar.setMovable(True)
        self.bar.setExpanding(False)
        self.bar.setDocumentMode(True)
        self.bar.setDrawBase(False)
        self.bar.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.bar.setIconSize(QSize(16, 16))
        self.bar.setUsesScrollButtons(True)
        self.bar.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.plus = tool_button(icon="plus", name="New tab")
        self.plus.clicked.connect(self.new_wanted)
        row.addWidget(self.bar)
        row.addSpacing(2)
        row.addWidget(self.plus)
        row.addStretch(1)
        self.stack = QStackedWidget()
        column.addWidget(self._row)
        column.addWidget(line("line-default"))
        column.addWidget(self.stack, 1)
        self._pages: list[QWidget] = []
        self.bar.currentChanged.connect(self._bar_changed)
        self.bar.tabMoved.connect(self._moved)
        self.bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.bar.customContextMenuRequested.connect(self._menu_at)
        self.bar.middle_clicked.connect(lambda index: self.close_wanted.emit(self._pages[index]))

    # -- pages -------------------------------------------------------------------------------------------------------------

    @property
    def pages(self) -> list[QWidget]:
        """All pages in the order of their tabs."""
        return list(self._pages)

    @property
    def current(self) -> QWidget | None:
        index = self.bar.currentIndex()
        return self._pages[index] if 0 <= index < len(self._pages) else None

    def add(self, page: QWidget, title: str, icon: str = "file", *, instead_of: QWidget | None = None) -> None:
        """Put a page in front, in a tab of its own or in the place of another page, which is closed."""
        index = self._pages.index(instead_of) if instead_of is not None else len(self._pages)
        self._pages.insert(index, page)
        self.stack.addWidget(page)
        blocked = self.bar.blockSignals(True)  # one change of page, not two
        self.bar.insertTab(index, theme.current().icon(icon), title)
        end = _End(self.bar, title)
        end.close_button.clicked.connect(lambda: self.close_wanted.emit(page))
        self.bar.setTabButton(index, QTabBar.ButtonPosition.RightSide, end)
        self.bar.setCurrentIndex(index)
        self.bar.blockSignals(blocked)
        if instead_of is not None:
            self.remove(instead_of)
        self._bar_changed()

    def show(self, page: QWidget) -> None:  # type: ignore[override]
        self.bar.setCurrentIndex(self._pages.index(page))

    def remove(self, page: QWidget) -> None:
        """Take a page out and let go of it."""
        index = self._pages.index(page)
        del self._pages[index]
        blocked = self.bar.blockSignals(True)
        end = self.bar.tabButton(index, QTabBar.ButtonPosition.RightSide)
        self.bar.removeTab(index)
        self.bar.blockSignals(blocked)
        end.deleteLater()
        self._bar_changed()
        self.stack.removeWidget(page)
        page.deleteLater()

    def describe(self, page: QWidget, title: str, icon: str, *, unsaved: bool, tip: str = "") -> None:
        """Write a page's title and whether it holds unsaved work."""
        index = self._pages.index(page)
        end = self.bar.tabButton(index, QTabBar.ButtonPosition.RightSide)
        if isinstance(end, _End):
            end.describe(title, unsaved=unsaved)
        self.bar.setTabIcon(index, theme.current().icon(icon))
        self.bar.setTabToolTip(index, tip)
        self.bar.setAccessibleTabName(index, f"{title}, not saved" if unsaved else title)
        self.bar.setTabText(index, title.replace("&", "&&"))  # last: it measures the tab anew

    def step(self, by: int) -> None:
        """Show the page so many tabs further on, around the end."""
        if self._pages:
            self.bar.setCurrentIndex((self.bar.currentIndex() + by) % len(self._pages))

    def _bar_changed(self, _: int = -1) -> None:
        page = self.current
        if page is not None:
            self.stack.setCurrentWidget(page)
        self.current_changed.emit(page)

    def _menu_at(self, at: QPoint) -> None:
        index = self.bar.tabAt(at)
        if index < 0:
            index = self.bar.currentIndex()  # from the keyboard
        if 0 <= index < len(self._pages):
            self.menu_wanted.emit(self._pages[index], self.bar.mapToGlobal(at))

    def _moved(self, source: int, target: int) -> None:
        self._pages.insert(target, self._pages.pop(source))
