"""The actions of one window: who does them, and why one that nobody can do now is greyed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from designer.ui import theme
from designer.ui.actions import BY_ID, NO_DOCUMENT, SPECS, Spec


class Performer(Protocol):
    """Somebody who can do actions. The canvas is one. `checks` says of those that can be switched whether they are on."""

    handlers: dict[str, Callable[[], object]]
    checks: dict[str, Callable[[], bool]]

    def why_not(self, action_id: str) -> str:
        """Why the action cannot be done now, a short sentence; empty when it can."""
        ...


class Actions(QObject):
    """The actions of one window."""

    changed = Signal()  # what is possible was looked at anew

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._actions: dict[str, QAction] = {}
        self._own: dict[str, tuple[Callable[[], object], Callable[[], str]]] = {}
        self._performer: Performer | None = None
        for spec in SPECS:
            action = QAction(spec.text, window)
            action.setObjectName(spec.id)
            if spec.icon:
                action.setIcon(theme.current().icon(spec.icon))
            action.setShortcuts([QKeySequence(key) for key in spec.keys])
            action.setStatusTip(spec.tip)
            action.setToolTip(_tool_tip(spec))
            action.setCheckable(spec.checkable)
            if spec.canvas:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            else:
                window.addAction(action)  # keys work while the menu bar is hidden, too
            action.triggered.connect(partial(self._triggered, spec.id))
            self._actions[spec.id] = action

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def offer(self, action_id: str, handler: Callable[[], object], why_not: Callable[[], str] = lambda: "") -> None:
        """Let the window itself do this action, whenever `why_not` has nothing to say against it."""
        assert action_id in self._actions, action_id
        self._own[action_id] = handler, why_not

    def set_performer(self, performer: Performer | None, canvas: QWidget | None) -> None:
        """The canvas in front does the actions of documents from now on; `canvas` is the widget whose focus enables its keys."""
        self._performer = performer
        if canvas is not None:
            for spec in SPECS:
                if spec.canvas:
                    canvas.addAction(self._actions[spec.id])
        self.refresh()

    def why_not(self, action_id: str) -> str:
        """Why an action cannot be done now, a short sentence; empty when it can."""
        performer = self._performer
        if action_id in self._own:
            return NO_DOCUMENT if BY_ID[action_id].document and performer is None else self._own[action_id][1]()
        if performer is None:
            return NO_DOCUMENT
        if action_id not in performer.handlers:
            return "Not possible here."
        return performer.why_not(action_id)

    def perform(self, action_id: str) -> None:
        """Do it, by whoever can; nothing happens when nobody can."""
        if self.why_not(action_id):
            return
        if action_id in self._own:
            self._own[action_id][0]()
        elif self._performer is not None:
            self._performer.handlers[action_id]()

    def _triggered(self, action_id: str, checked: bool = False) -> None:
        self.perform(action_id)
        self._show_checks()

    def refresh(self) -> None:
        """Grey what cannot be done now and say why."""
        for spec in SPECS:
            reason = self.why_not(spec.id)
            action = self._actions[spec.id]
            action.setEnabled(not reason)
            action.setStatusTip(reason or spec.tip)
            action.setToolTip(f"{spec.text}: {reason}" if reason else _tool_tip(spec))
        self._show_checks()
        self.changed.emit()

    def _show_checks(self) -> None:
        """Let the switches of the document in front stand as they are; all are off where there is none."""
        performer = self._performer
        for spec in SPECS:
            if spec.checkable and spec.document and spec.id not in self._own:
                check = performer.checks.get(spec.id) if performer is not None else None
                self._actions[spec.id].setChecked(check is not None and check())


def _tool_tip(spec: Spec) -> str:
    keys = f" ({QKeySequence(spec.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)})" if spec.keys else ""
    return f"{spec.tip}{keys}"
