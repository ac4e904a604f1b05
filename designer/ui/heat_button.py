"""The choice of heat in the tool bar: `Heat Off`, with the figures it can show in a menu below."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from designer.ui import theme
from designer.ui.actions import SPECS
from designer.ui.widgets import ToolButton, label, without_margins
from designer.ui.window_actions import Actions

PREFIX = "view.heat_"
OFF = f"{PREFIX}off"
ICONS = {"flame": "text.secondary", "chevron-down": "text.muted"}


class HeatButton(ToolButton):
    """Says which figure colours the blocks of the document in front, and opens the choice."""

    def __init__(self, parent: QWidget, all_actions: Actions) -> None:
        super().__init__(parent)
        self._actions = all_actions
        self.setProperty("role", "choice")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for spec in SPECS:
            if spec.id.startswith(PREFIX):
                menu.addAction(all_actions[spec.id])
        menu.aboutToShow.connect(all_actions.refresh)
        self.setMenu(menu)
        row = without_margins(QHBoxLayout(self), 6)
        row.setContentsMargins(8, 0, 7, 0)
        self._pictures: dict[str, QLabel] = {name: label() for name in ICONS}
        self._name, self.value = label("Heat", "secondary"), label("Off", "strong")
        for widget in (self._pictures["flame"], self._name, self.value, self._pictures["chevron-down"]):
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(widget)
        all_actions.changed.connect(self._follow)
        for action in menu.actions():
            action.toggled.connect(self._follow)
        theme.notifier().changed.connect(self._recolour)
        self._recolour()
        self._follow()

    def sizeHint(self) -> QSize:  # noqa: N802
        layout = self.layout()
        return QSize(layout.sizeHint().width() if layout is not None else 100, 28)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self._hold()

    def _hold(self) -> None:
        """Keep the room for what is said: a tool bar that is too narrow cuts below any hint, and has to take from sliders."""
        self.setMinimumWidth(self.sizeHint().width())

    def _follow(self) -> None:
        shown = next((action for action in self.menu().actions() if action.isChecked()), self._actions[OFF])
        self.value.setText(shown.text())
        self.setEnabled(self._actions[OFF].isEnabled())
        for part in (self._name, self.value):
            part.setEnabled(self.isEnabled())
        self.setAccessibleName(f"Heat: {shown.text()}")
        why = self._actions.why_not(OFF)
        self.setToolTip(f"Heat: {why}" if why else "Colour blocks by what they cost")
        self._hold()

    def _recolour(self) -> None:
        for name, color in ICONS.items():
            self._pictures[name].setPixmap(theme.current().pixmap(name, color, 14, self.devicePixelRatio()))
