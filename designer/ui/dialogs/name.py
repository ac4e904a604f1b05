"""Asks for one name, and says at once why a name cannot be taken."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from designer.ui.dialogs.question import CANCEL, Choice, Question
from designer.ui.widgets import label

TAKE = "take"


class NameDialog(Question):
    """`refusal` gives why a text cannot be taken, "" where it can; `taken` is called with the text that a person gave."""

    def __init__(
        self,
        title: str,
        text: str,
        verb: str,
        start: str,
        refusal: Callable[[str], str],
        taken: Callable[[str], object],
        *,
        icon: str = "pencil",
        parent: QWidget | None = None,
    ) -> None:
        choices = (Choice(CANCEL, "Cancel"), Choice(TAKE, verb, "primary"))
        super().__init__(title, text, choices, icon=icon, color="text.secondary", parent=parent)
        self._refusal = refusal
        self._taken = taken
        self.field = QLineEdit(start)
        self.field.setMaxLength(200)
        self.field.setAccessibleName(title)
        self.field.selectAll()
        self.why = label(" ", "error", wrap=True)
        self.body.addWidget(self.field)
        self.body.addWidget(self.why)
        self.field.textChanged.connect(self._look)
        self.accepted.connect(self._give)
        self._look(start)
        self.field.setFocus()

    def _look(self, text: str) -> None:
        sentence = self._refusal(text)
        self.why.setText(sentence or " ")
        self.buttons[TAKE].setEnabled(not sentence)
        self.buttons[TAKE].setToolTip(sentence)
        if self.isVisible():
            self.fit()

    def _give(self) -> None:
        if self.answer == TAKE:
            self._taken(self.field.text())

    def show_and_go(self) -> None:
        """Open it over its window; it goes for good when it is answered."""
        self.finished.connect(self.deleteLater)
        self.open()
