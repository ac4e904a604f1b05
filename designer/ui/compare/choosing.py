"""What a comparison can be made of: open documents, earlier states of them, presets, files, and the ready-made ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from blocks.errors import LightdesignerError
from designer.app import cards
from designer.app.comparison import CompareModel
from designer.app.history import moments
from designer.app.ready_made import READY

if TYPE_CHECKING:
    from designer.app.controller import Controller

MOST_STATES = 24


class Choosing:
    """Fills the menus of a comparison when they open. `documents` gives the open ones, `complain` tells a person what cannot be
    read."""

    def __init__(
        self,
        model: CompareModel,
        documents: Callable[[], Sequence[Controller]],
        complain: Callable[[str], object],
        parent: QWidget,
    ) -> None:
        self._model = model
        self._documents = documents
        self._complain = complain
        self._parent = parent
        self.add = QMenu("Add design", parent)
        self.add.setToolTipsVisible(True)
        self.add.aboutToShow.connect(self._fill_add)
        self.ready = QMenu("Ready-made", parent)
        self.ready.setToolTipsVisible(True)
        for one in READY:
            action = QAction(one.title, self.ready)
            action.setToolTip(one.sees)
            action.triggered.connect(partial(self._show_ready, one.id))
            self.ready.addAction(action)

    def _show_ready(self, ready_id: str, _checked: bool = False) -> None:
        from designer.app.ready_made import BY_ID

        self.attempt(lambda: self._model.show_ready(BY_ID[ready_id]))

    def attempt(self, do: Callable[[], object]) -> bool:
        """Do it, or say why not."""
        try:
            do()
        except LightdesignerError as problem:
            self._complain(str(problem))
            return False
        return True

    def _fill_add(self) -> None:
        menu = self.add
        for old in menu.actions():
            menu.removeAction(old)
            inner = old.menu()
            (inner if isinstance(inner, QMenu) else old).deleteLater()
        shown = {one.document for one in self._model.designs if one.document is not None}
        documents = list(self._documents())
        _section(menu, "Open documents")
        for controller in documents:
            reason = "It is compared already." if controller in shown else ""
            self._offer(menu, controller.title, partial(self._model.add_document, controller), reason)
        if not documents:
            self._offer(menu, "None is open", lambda: None, "No design is open.")
        earlier = QMenu("Earlier state", menu)
        for controller in documents:
            self._add_states(earlier, controller)
        earlier.setEnabled(bool(earlier.actions()))
        menu.addMenu(earlier)
        _section(menu, "Others")
        presets = QMenu("Preset", menu)
        families: dict[str, QMenu] = {}
        for card in cards.presets():
            family = families.get(card.family)
            if family is None:
                family = families[card.family] = QMenu(card.family, presets)
                presets.addMenu(family)
            self._offer(family, card.title, partial(self._model.add_text, card.id))
        menu.addMenu(presets)
        self._offer(menu, "File…", self._ask_file)

    def _add_states(self, menu: QMenu, controller: Controller) -> None:
        states = moments(controller)
        if not states:
            return
        inner = QMenu(controller.title, menu)
        for moment in states[:MOST_STATES]:
            text = moment.title if moment.steps == 0 else f"After “{moment.title}”"
            self._offer(inner, text, partial(self._model.add_state, controller, moment.steps))
        if len(states) > MOST_STATES:  # the one everybody asks for is always there
            self._offer(inner, states[-1].title, partial(self._model.add_state, controller, states[-1].steps))
        menu.addMenu(inner)

    def _offer(self, menu: QMenu, text: str, do: Callable[[], object], reason: str = "") -> None:
        action = QAction(text.replace("&", "&&"), menu)
        action.setEnabled(not reason)
        action.setToolTip(reason)
        action.triggered.connect(partial(self._triggered, do))
        menu.addAction(action)

    def _triggered(self, do: Callable[[], object], _checked: bool = False) -> None:
        self.attempt(do)

    def _ask_file(self) -> None:
        file = choose_design(self._parent)
        if file is not None:
            self._model.add_text(file)


def choose_design(parent: QWidget) -> Path | None:
    """Ask for a file to compare; None where a person changed their mind. Tests stand in here."""
    from designer.ui.document_actions import FILTER

    name, _ = QFileDialog.getOpenFileName(parent, "Compare with a file", "", FILTER)
    return Path(name) if name else None


def _section(menu: QMenu, text: str) -> None:
    action = QAction(text, menu)
    action.setEnabled(False)
    action.setObjectName("section")
    menu.addAction(action)
