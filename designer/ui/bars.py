"""Menu bar and tool bar, both made from the list of actions."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QMenuBar,
    QPushButton,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from designer.ui import actions, theme
from designer.ui.actions import BY_ID
from designer.ui.heat_button import HeatButton
from designer.ui.painting import painting
from designer.ui.widgets import button, is_enter, label, set_role, without_margins
from designer.ui.window_actions import Actions

SEARCH_WIDTH = 360
TOOLS = (
    "file.new file.open file.save",
    "edit.undo edit.redo",
    "insert.quick insert.note",
    "design.tidy view.fit view.zoom_selection",
)
ENDS = (("measure.compare", "Compare"), ("measure.profile", "Profile"), ("file.export", "Export"))
PRIMARY = "file.export"
WORDS_FROM = 1120  # px of a tool bar that has room for them


class _Logo(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(44, theme.current().size("menu_bar"))
        self.setAccessibleName("lightdesigner")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            picture = theme.current().pixmap("logo", "accent.base", 18, self.devicePixelRatio())
            painter.drawPixmap(14, (self.height() - 18) // 2, picture)


class _Search(QToolButton):
    """Looks like a field, opens the command palette."""

    def __init__(self, parent: QWidget, actions: Actions) -> None:
        super().__init__(parent)
        action = actions["help.commands"]
        self.setProperty("role", "search")
        self.setAccessibleName("Search blocks and commands")
        self.setToolTip(action.toolTip())
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(24)
        self.clicked.connect(action.trigger)
        row = without_margins(QHBoxLayout(self), 8)
        row.setContentsMargins(8, 0, 8, 0)
        glass = label()
        glass.setPixmap(theme.current().pixmap("search", "text.muted", 14, self.devicePixelRatio()))
        self._glass = glass
        row.addWidget(glass)
        row.addWidget(label("Search blocks and commands", "muted"))
        row.addStretch(1)
        row.addWidget(label(action.shortcut().toString(), "number-muted"))
        theme.notifier().changed.connect(self._recolour)

    def _recolour(self) -> None:
        self._glass.setPixmap(theme.current().pixmap("search", "text.muted", 14, self.devicePixelRatio()))


class MenuBar(QMenuBar):
    """The menus, with the name of the program at the left and the search in the middle."""

    def __init__(self, window: QMainWindow, all_actions: Actions) -> None:
        super().__init__(window)
        self.setNativeMenuBar(False)
        self.setAccessibleName("Menu")
        self.setFixedHeight(theme.current().size("menu_bar"))
        _Logo(self)  # the style sheet leaves room for it
        self.menus: dict[str, QMenu] = {}
        for title in actions.MENUS:
            menu = self.addMenu(title)
            menu.setToolTipsVisible(True)
            self.menus[title] = menu
            _fill(menu, title, all_actions)
            menu.aboutToShow.connect(all_actions.refresh)
            # Alt and the first letter, without the underlines that Fusion would always draw
            key = QShortcut(QKeySequence(f"Alt+{title[0]}"), window)
            key.activated.connect(partial(self._pull_down, menu))
        self.recent = QMenu("Open recent", self.menus["File"])
        self.recent.setToolTipsVisible(True)
        self.menus["File"].insertMenu(all_actions["file.new_window"], self.recent)
        self._search = _Search(self, all_actions)

    def _pull_down(self, menu: QMenu) -> None:
        self.setActiveAction(menu.menuAction())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        last = self.actionGeometry(self.actions()[-1]).right() + 24
        left = max(last, (self.width() - SEARCH_WIDTH) // 2)
        self._search.setGeometry(left, 2, min(SEARCH_WIDTH, self.width() - left - 16), 24)
        self._search.setVisible(self.width() - left > 160)


def _fill(menu: QMenu, title: str, all_actions: Actions) -> None:
    group = None
    inner: dict[str, QMenu] = {}
    for spec in actions.SPECS:
        if spec.menu != title:
            continue
        if group is not None and spec.group != group:
            menu.addSeparator()
        group = spec.group
        all_actions[spec.id].setIconVisibleInMenu(not spec.checkable)  # the check mark stands there
        if spec.submenu and spec.submenu not in inner:
            inner[spec.submenu] = menu.addMenu(spec.submenu)
            inner[spec.submenu].setToolTipsVisible(True)
        inner.get(spec.submenu, menu).addAction(all_actions[spec.id])


class ToolBar(QToolBar):
    """What is needed often, with room in the middle for controls of the document in front."""

    def __init__(self, window: QMainWindow, all_actions: Actions) -> None:
        super().__init__("Tools", window)
        self.setObjectName("tools")
        self.setAccessibleName("Tools")
        self.setMovable(False)
        self.setFixedHeight(theme.current().size("tool_bar"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setIconSize(QSize(16, 16))
        for group in TOOLS:
            for action_id in group.split():
                self.addAction(all_actions[action_id])
                tool = self.widgetForAction(all_actions[action_id])
                tool.setAccessibleName(all_actions[action_id].text())
                tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.addSeparator()
        self.heat = HeatButton(self, all_actions)
        self.addWidget(self.heat)
        middle = QWidget()
        middle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        options = without_margins(QHBoxLayout(middle))
        options.setContentsMargins(4, 0, 8, 0)
        self._held = QWidget()
        options.addWidget(self._held, 100)
        options.addStretch(1)
        self.addWidget(middle)
        self._ends: dict[str, QPushButton] = {}
        for action_id, text in ENDS:
            self._add_end(all_actions[action_id], text)

    def hold(self, options: QWidget) -> None:
        """Show the document's own controls behind the tools."""
        without_margins(QHBoxLayout(self._held)).addWidget(options)

    def _add_end(self, action: QAction, text: str) -> None:
        """A button with a word on it at the right end."""
        action_id = action.objectName()
        role = "primary" if action_id == PRIMARY else ""
        made = self._ends[action_id] = button(text, role, icon=BY_ID[action_id].icon, on_click=action.trigger)
        self.addWidget(made)

        def follow() -> None:
            made.setEnabled(action.isEnabled())
            made.setToolTip(action.toolTip())

        action.changed.connect(follow)
        follow()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter presses the tool with the focus; the tools are made by Qt, and leave that key to us."""
        tool = self.focusWidget()
        if is_enter(event) and isinstance(tool, QToolButton) and tool.hasFocus():
            tool.click()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Where all has no room, the document's own controls go (the inspector has them, too) and icons do without words."""
        super().resizeEvent(event)
        wide = self.width() >= WORDS_FROM
        self._held.setVisible(wide)
        for made in self._ends.values():
            made.setText(made.accessibleName() if wide else "")

    def step_back(self, back: bool) -> None:
        """Leave the one primary button of the view to the page in front, or take it."""
        made = self._ends[PRIMARY]
        set_role(made, "" if back else "primary")
        made.setIcon(theme.current().icon(BY_ID[PRIMARY].icon, "text.secondary" if back else "text.on_accent"))
