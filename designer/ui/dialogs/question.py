"""A question in a window of its own: what is the matter, what each answer does, and one answer that is suggested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from designer.ui import theme
from designer.ui.widgets import button, label, without_margins

WIDTH = 464
INDENT = 32  # of the words behind the mark, and of what stands below them
CANCEL = "cancel"


class Choice(NamedTuple):
    """One answer: its id, the verb on its button, and its role; `primary` is what Enter does, `away` stands apart at the left
    because it gives something up."""

    id: str
    text: str
    role: str = ""


class Question(QDialog):
    """Asks once and gives the id of the answer; Escape and closing the window answer `cancel`."""

    def __init__(
        self,
        title: str,
        text: str,
        choices: Sequence[Choice],
        *,
        hint: str = "",
        icon: str = "triangle-alert",
        color: str = "state.warning",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(" ".join(part for part in (text, hint) if part))
        self.setModal(True)
        self.answer = CANCEL
        self.setFixedWidth(WIDTH)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        head = without_margins(QHBoxLayout(), 12)
        head.addWidget(_mark(icon, color, self.devicePixelRatio()), 0, Qt.AlignmentFlag.AlignTop)
        self.words = without_margins(QVBoxLayout(), 8)
        self.words.addWidget(_wrapping(title, "block-title"))
        if text:
            self.words.addWidget(_wrapping(text, "secondary"))
        if hint:
            self.words.addWidget(_wrapping(hint, "secondary"))
        head.addLayout(self.words, 1)
        column.addLayout(head)
        self.body = without_margins(QVBoxLayout(), 8)
        column.addLayout(self.body)
        row = without_margins(QHBoxLayout(), 8)
        self.buttons: dict[str, QPushButton] = {}
        for choice in choices:
            if choice.role == "away":
                row.addWidget(self._button(choice))
        row.addStretch(1)
        for choice in choices:
            if choice.role != "away":
                row.addWidget(self._button(choice))
        column.addLayout(row)

    def _button(self, choice: Choice) -> QPushButton:
        made = button(choice.text, "" if choice.role == "away" else choice.role, on_click=lambda: self.give(choice.id))
        if choice.role == "primary":
            made.setDefault(True)
        self.buttons[choice.id] = made
        return made

    def give(self, answer: str) -> None:
        """Answer, as its button does."""
        self.answer = answer
        self.accept()

    def ask(self) -> str:
        """Show the question and wait for the answer."""
        self.exec()
        return self.answer

    def fit(self) -> None:
        """Be as high as what is said needs: of wrapped text a size hint knows too little."""
        for layout in (self.words, self.body, self._column):
            layout.invalidate()
        self.setFixedHeight(self._column.totalHeightForWidth(self.width()))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.fit()
        primary = next((one for one in self.buttons.values() if one.isDefault()), None)
        if primary is not None and self.focusWidget() is None:
            primary.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            pressed = (
                focused if isinstance(focused, QPushButton) else next((b for b in self.buttons.values() if b.isDefault()), None)
            )
            if pressed is not None and pressed.isEnabled():
                pressed.click()
            return
        super().keyPressEvent(event)


def _mark(icon: str, color: str, ratio: float) -> QLabel:
    mark = label()
    mark.setPixmap(theme.current().icon(icon, color, size=20).pixmap(QSize(20, 20), ratio))
    mark.setFixedSize(20, 20)
    return mark


def _wrapping(text: str, role: str) -> QLabel:
    made = label(_breakable(text), role, wrap=True)
    made.setAccessibleName(text)
    return made


def _breakable(text: str) -> str:
    """The text with places to break a line inside of paths, which may be longer than a line."""
    return "".join(f"{letter}\u200b" if letter in "/\\" else letter for letter in text)
