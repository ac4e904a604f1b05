"""What the inspector says of a block that repeats: which copy it is, how copies differ, and the offer to see them as one card."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from designer.app.controller import Controller
from designer.graph.folding import Fold, units
from designer.graph.repeats import Repeats, in_words
from designer.ui.panels.cost_card import PAD
from designer.ui.widgets import button, label, without_margins

PAUSE = 120  # ms without an edit before runs are looked for
FOLD, UNFOLD = "view.fold_repeats", "view.fold"


class RepeatNote(QWidget):
    """One line below the name; hidden where nothing repeats. `perform` does an action of the window, `possible` asks for one."""

    def __init__(self, perform: Callable[[str], object], possible: Callable[[str], bool]) -> None:
        super().__init__()
        self._perform, self._possible = perform, possible
        self._controller: Controller | None = None
        self._ids: Sequence[str] = ()
        self._finder = Repeats()
        row = without_margins(QHBoxLayout(self), 8)
        row.setContentsMargins(PAD, 0, PAD, 8)
        self.text = label("", "muted", wrap=True)
        self.button = button("Fold", on_click=self._clicked)
        self.button.setProperty("small", True)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._look)
        self.hide()

    def show_for(self, controller: Controller | None, ids: Sequence[str]) -> None:
        """Say what there is to say of these blocks, once a person pauses."""
        if (controller, ids) != (self._controller, self._ids):
            self.hide()  # it speaks of others
        self._controller, self._ids = controller, ids
        if controller is not None:
            self._timer.start()
        else:
            self._timer.stop()

    def _look(self) -> None:
        controller = self._controller
        assert controller is not None
        design = controller.design
        chosen = {node_id for node_id in self._ids if node_id in design.root}
        found = [one for one in self._finder.find(design.root, design.resolve) if not chosen.isdisjoint(one.members)]
        self.setVisible(len(found) == 1 and chosen <= set(found[0].members))
        if self.isHidden():
            return
        self.text.setText(said(found[0], chosen))
        folds = self._possible(FOLD)
        self.button.setText("Fold" if folds else "Unfold")
        self.button.setAccessibleName("Fold these copies into one card" if folds else "Show these copies one by one")

    def _clicked(self) -> None:
        self._perform(FOLD if self._possible(FOLD) else UNFOLD)
        self._timer.start()


def said(run: Fold, chosen: set[str]) -> str:
    """`Copy 2 of 4, stride 2 in the first`; `4 copies` where several are chosen."""
    copies = [k for k, unit in enumerate(units(run), 1) if not chosen.isdisjoint(unit)]
    words = f"Copy {copies[0]} of {run.copies}" if len(copies) == 1 else f"{run.copies} equal copies"
    if run.unit > 1:
        words += f" of {run.unit} blocks"
    return ", ".join([words, *in_words(run)])
