"""The docks around the documents: they move, float, hide, are remembered, and build their panels when first seen.

A dock that stands alone has a title that looks like the tab it would be; docks on top of each other share Qt's tab bar instead.
Controls of a panel (its `header`) stand at the right end of that row, wherever it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLayout,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QTabBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from designer.ui import theme
from designer.ui.painting import painting
from designer.ui.widgets import without_margins

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
SMALLEST = QSize(180, 96)
ROOMY = 600  # px of a tab bar from which its tabs have icons
NEAR = 4  # px between a dock and the tab bar above it


class _Title(QWidget):
    """The title of a dock that stands alone, drawn as a selected tab, with the panel's controls at its right end."""

    def __init__(self, dock: Dock) -> None:
        super().__init__(dock)
        self._dock = dock
        self.setFixedHeight(theme.current().size("dock_tab"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._row = without_margins(QHBoxLayout(self))
        self._row.setContentsMargins(0, 0, 8, 0)
        self._row.addStretch(1)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(SMALLEST.width(), self.maximumHeight())  # Qt asks for this, whatever the layout says

    def hold(self, header: QWidget) -> None:
        if header.parent() is not self:
            self._row.addWidget(header)
        header.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        look = theme.current()
        painter.fillRect(self.rect(), look.color("bg.window"))
        painter.setFont(look.font("strong"))
        text = self._dock.windowTitle()
        icon = self._dock.icon
        left = 12 if icon.isNull() else 36
        width = painter.fontMetrics().horizontalAdvance(text) + left + 12
        tab = self.rect().adjusted(0, 0, width - self.width(), 0)
        painter.fillRect(tab, look.color("bg.panel"))
        painter.fillRect(0, 0, width, 2, look.color("accent.base"))
        painter.fillRect(width, 0, 1, self.height(), look.color("border.subtle"))
        painter.setPen(look.color("text.primary"))
        icon.paint(painter, QRect(12, (self.height() - 16) // 2 + 1, 16, 16))
        painter.drawText(tab.adjusted(left, 2, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


class _Nothing(QWidget):
    """Takes the place of a title that the tab bar shows already."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setFixedHeight(0)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(0, 0)


class Dock(QDockWidget):
    """A dock whose panel is built by `make` when it is first wanted."""

    built = Signal(object)  # the panel

    def __init__(self, id: str, title: str, make: Callable[[], QWidget], parent: QMainWindow) -> None:
        super().__init__(title, parent)
        self.setObjectName(id)
        self.setAccessibleName(title)
        self.panel: QWidget | None = None
        self.icon = QIcon()
        self._make = make
        self._title = _Title(self)
        self._nothing = _Nothing(self)
        self.setTitleBarWidget(self._title)
        self._holder = QWidget()
        self._holder.setProperty("role", "panel")
        self._holder.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._column = without_margins(QVBoxLayout(self._holder))
        self._column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # the person says how wide a dock is, no panel
        self._holder.setMinimumSize(SMALLEST)
        self.setWidget(self._holder)

    def build(self) -> QWidget:
        """The panel, made now if it was not there yet."""
        if self.panel is None:
            self.panel = self._make()
            self._column.addWidget(self.panel)
            self.panel.show()  # a layout shows it later, too late for the focus
            self.built.emit(self.panel)
        return self.panel

    def describe(self, title: str, icon: str = "", color: str = "text.secondary") -> None:
        """Give the dock a title and an icon, here and in the tab bar."""
        self.setWindowTitle(title)
        self.icon = theme.current().icon(icon, color) if icon else QIcon()
        self.built.emit(self.panel)  # whoever arranges the tabs looks again
        self._title.update()

    def focus_panel(self) -> None:
        """Show the panel and put the keyboard into its first widget."""
        self.show()
        self.raise_()
        panel = self.build()
        before = panel.focusWidget()  # it may stand on a page that is shown no more
        takers = [before] if before is not None else []
        takers += [child for child in panel.findChildren(QWidget) if child.focusPolicy() & Qt.FocusPolicy.TabFocus]
        target = next((one for one in takers if one.isVisible() and one.isEnabled()), panel)
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def show_title(self, tab_bar: QTabBar | None) -> None:
        """Have the title in the row of this tab bar, or in a bar of its own."""
        wanted = self._title if tab_bar is None else self._nothing
        if self.titleBarWidget() is not wanted:
            self.setTitleBarWidget(wanted)
            self._title.setVisible(tab_bar is None)
            layout = self.layout()
            if layout is not None:  # Qt keeps the old places as long as the dock keeps its size
                layout.invalidate()
                layout.activate()
        header = getattr(self.panel, "header", None)
        if isinstance(header, QWidget) and tab_bar is None:
            self._title.hold(header)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        if self._title.geometry().contains(event.pos()):
            self.menu(event.globalPos())

    def menu(self, at: QPoint) -> None:
        """What can be done with the dock, at its tab or title."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        floating = QAction("Put back" if self.isFloating() else "Float", menu)
        floating.triggered.connect(lambda: self.setFloating(not self.isFloating()))
        hide = QAction("Hide", menu)
        hide.triggered.connect(self.hide)
        menu.addActions([floating, hide])
        menu.popup(at)


class Docks(QObject):
    """The docks of one window."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.all: dict[str, Dock] = {}
        self._tidy = QTimer(self)
        self._tidy.setSingleShot(True)
        self._tidy.setInterval(0)
        self._tidy.timeout.connect(self._arrange)
        self._building = False
        window.setDockNestingEnabled(True)
        window.setDockOptions(window.dockOptions() | QMainWindow.DockOption.GroupedDragging)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        window.setCorner(Qt.Corner.BottomRightCorner, RIGHT)

    def add(self, id: str, title: str, area: Qt.DockWidgetArea, make: Callable[[], QWidget]) -> Dock:
        dock = Dock(id, title, make, self._window)
        self.all[id] = dock
        self._window.addDockWidget(area, dock)
        dock.visibilityChanged.connect(self._changed)
        dock.topLevelChanged.connect(self._changed)
        dock.dockLocationChanged.connect(self._changed)
        dock.built.connect(self._changed)
        return dock

    def build_visible(self) -> None:
        """From now on panels are built as soon as they are seen. Called after the window's first paint."""
        self._building = True
        self._arrange()

    def _changed(self, *_: object) -> None:
        self._tidy.start()

    def _arrange(self) -> None:
        if self._building:
            for dock in self.all.values():
                if dock.panel is None and dock.isVisible() and not dock.visibleRegion().isEmpty():
                    dock.build()
        bars = [bar for bar in self._tab_bars() if self._in_use(bar)]
        for dock in self.all.values():
            others = [other for other in self._window.tabifiedDockWidgets(dock) if other.isVisible() or not other.isHidden()]
            bar = self._bar_of(dock, bars) if others and not dock.isHidden() else None
            dock.show_title(bar)
            if bar is not None:
                _place_header(dock, bar)

    def _tab_bars(self) -> Iterable[QTabBar]:
        for bar in self._window.findChildren(QTabBar):
            parent = bar.parentWidget()
            if parent is None or (parent is not self._window and parent.metaObject().className() != "QDockWidgetGroupWindow"):
                continue  # not one of docks
            bar.installEventFilter(self)
            bar.setDocumentMode(True)
            bar.setExpanding(False)
            bar.setAccessibleName("Panels")
            bar.setIconSize(QSize(16, 16))
            for index in range(bar.count()):
                dock = next((dock for dock in self.all.values() if dock.windowTitle() == bar.tabText(index)), None)
                if dock is not None:  # a narrow bar has no room for icons beside the controls of a panel
                    bar.setTabIcon(index, dock.icon if bar.width() >= ROOMY else QIcon())
            yield bar

    def _in_use(self, bar: QTabBar) -> bool:
        """Whether the dock of its current tab lies below it. When docks that were hidden together come back, Qt keeps tab bars
        that it needs no more, visible under everything else."""
        if not bar.isVisible() or bar.parentWidget() is not self._window:
            return bar.isVisible()
        title, at = bar.tabText(bar.currentIndex()), bar.geometry()
        places = [dock.geometry() for dock in self.all.values() if dock.windowTitle() == title and dock.isVisible()]
        return any(abs(place.x() - at.x()) <= NEAR and abs(place.y() - at.bottom()) <= NEAR for place in places)

    def _bar_of(self, dock: Dock, bars: list[QTabBar]) -> QTabBar | None:
        for bar in bars:
            if bar.isVisible() and any(bar.tabText(index) == dock.windowTitle() for index in range(bar.count())):
                return bar
        return None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(watched, QTabBar):
            if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide):
                self._tidy.start()
            elif event.type() == QEvent.Type.ContextMenu and isinstance(event, QContextMenuEvent):
                title = watched.tabText(watched.tabAt(event.pos()))
                dock = next((dock for dock in self.all.values() if dock.windowTitle() == title), None)
                if dock is not None:
                    dock.menu(event.globalPos())
                    return True
        return False


def _place_header(dock: Dock, bar: QTabBar) -> None:
    """Put the controls of a panel at the right end of its row of tabs while it is in front, away while it is not."""
    header = getattr(dock.panel, "header", None)
    if not isinstance(header, QWidget):
        return
    if header.parent() is not bar.parent():  # over the bar, not in it: Qt deletes tab bars as it likes
        header.setParent(bar.parentWidget())
    header.setVisible(bar.tabText(bar.currentIndex()) == dock.windowTitle())
    size, at = header.sizeHint(), bar.geometry()
    width = min(size.width(), max(0, at.width() - _tabs_end(bar) - 16))
    header.setGeometry(at.right() - width - 7, at.y() + (at.height() - size.height()) // 2, width, size.height())
    header.raise_()


def _tabs_end(bar: QTabBar) -> int:
    return bar.tabRect(bar.count() - 1).right() if bar.count() else 0
