"""A choice of one among a few, in which what this machine lacks is greyed and says why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from designer.ui.widgets import CutLabel, label, set_role, without_margins

INDENT = 24  # px from the left of a button to its text


class Offer(NamedTuple):
    """One choice: its text, a note behind it, and why it cannot be chosen, "" where it can."""

    id: str
    text: str
    note: str = ""
    why_not: str = ""


class _Line(QWidget):
    def __init__(self, offer: Offer) -> None:
        super().__init__()
        column = without_margins(QVBoxLayout(self))
        row = without_margins(QHBoxLayout(), 4)
        self.button = QRadioButton(offer.text)
        self.button.setProperty("role", "choice")
        self.note = CutLabel("secondary")  # what it says is never wider than the card
        row.addWidget(self.button)
        row.addWidget(self.note, 1)
        column.addLayout(row)
        self.reason = label("", "caption", wrap=True)
        self.reason.setContentsMargins(INDENT, 0, 0, 2)
        column.addWidget(self.reason)
        self.say(offer)
        self.button.toggled.connect(lambda on: set_role(self.button, "choice-on" if on else "choice"))

    def say(self, offer: Offer) -> None:
        """Show whether it can be chosen."""
        why = offer.why_not
        self.button.setText(offer.text)
        self.button.setEnabled(not why)
        self.button.setAccessibleDescription(why or offer.note)
        self.button.setToolTip(why)
        self.note.setText("" if why else offer.note)
        self.reason.setText(why)
        self.reason.setVisible(bool(why))


class Choices(QWidget):
    """Radio buttons below each other. `chosen` comes when a person chooses, not when `choose` is called."""

    chosen = Signal(str)

    def __init__(self, name: str, offers: Iterable[Offer]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._lines: dict[str, _Line] = {}
        self._group = QButtonGroup(self)
        column = without_margins(QVBoxLayout(self))
        for offer in offers:
            one = self._lines[offer.id] = _Line(offer)
            one.button.setAccessibleName(f"{name}: {offer.text}")
            self._group.addButton(one.button)
            one.button.clicked.connect(lambda _, choice=offer.id: self.chosen.emit(choice))
            column.addWidget(one, 0, Qt.AlignmentFlag.AlignTop)

    def button(self, choice: str) -> QRadioButton:
        return self._lines[choice].button

    @property
    def choice(self) -> str:
        return next((choice for choice, one in self._lines.items() if one.button.isChecked()), "")

    def choose(self, choice: str) -> None:
        self._lines[choice].button.setChecked(True)

    def why_not(self, choice: str) -> str:
        """Why something cannot be chosen, as it is written below it."""
        return self._lines[choice].reason.text()

    def say(self, offers: Iterable[Offer]) -> None:
        """Show anew what can be chosen."""
        for offer in offers:
            self._lines[offer.id].say(offer)
