"""One open document: its canvas, and above it what has to be said about its file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, SignalInstance, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from designer.ui import theme
from designer.ui.canvas.canvas import Canvas
from designer.ui.widgets import button, label, tool_button, without_margins

if TYPE_CHECKING:
    from designer.app.controller import Controller


class Notice(QFrame):
    """A sentence above the canvas with what can be done about it. It stays until somebody decides."""

    def __init__(self, sentence: str, choices: dict[str, Callable[[], object]], *, error: bool = False) -> None:
        super().__init__()
        self.setProperty("role", "problem" if error else "notice")
        row = without_margins(QHBoxLayout(self), 8)
        row.setContentsMargins(12, 6, 6, 6)
        mark = label()
        color = "state.error" if error else "state.warning"
        icon = theme.current().icon("circle-x" if error else "triangle-alert", color)
        mark.setPixmap(icon.pixmap(QSize(16, 16), self.devicePixelRatio()))
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        self._sentence = label(wrap=True)
        row.addWidget(self._sentence, 1)
        self._current = lambda: sentence
        self._say(sentence)
        self.buttons: dict[str, QPushButton] = {}
        for text, do in choices.items():
            one = button(text, on_click=partial(self._choose, do))
            one.setProperty("small", True)
            self.buttons[text] = one
            row.addWidget(one, 0, Qt.AlignmentFlag.AlignTop)
        close = tool_button(icon="x", name="Hide this message", small=True)
        close.clicked.connect(self._gone)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)

    def _say(self, sentence: str) -> None:
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)

    def follow(self, changed: SignalInstance, sentence: Callable[[], str]) -> None:
        """Say what `sentence` gives whenever something has changed."""
        self._current = sentence
        changed.connect(self._read_again)

    @Slot()
    def _read_again(self) -> None:
        self._say(self._current())

    def _choose(self, do: Callable[[], object]) -> None:
        self._gone()
        do()

    def _gone(self) -> None:
        self.hide()
        self.deleteLater()


class DocumentPage(QWidget):
    """What a tab shows: the canvas of one controller."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controller = controller
        self.setAccessibleName(controller.title)
        self._column = without_margins(QVBoxLayout(self))
        self.canvas = Canvas(controller, self)
        self._column.addWidget(self.canvas, 1)

    def tell(self, sentence: str, choices: dict[str, Callable[[], object]] | None = None, *, error: bool = False) -> Notice:
        """Say something about this document that must not be overlooked."""
        notice = Notice(sentence, choices or {}, error=error)
        self._column.insertWidget(self._column.count() - 1, notice)
        return notice

    def icon(self) -> str:
        """The glyph of the kind of block this design has most of: what its tab shows."""
        resolve = self.controller.design.resolve
        found: Counter[str] = Counter()
        categories: dict[str, str] = {}
        for node in self.controller.design.root.nodes():
            block = resolve(node.block)
            category = block.category if block is not None else "own"
            if category == "composite":
                found[node.block] += 1
                categories[node.block] = category
        if not found:
            return "file"
        kind = max(found, key=lambda name: (found[name], name))
        return theme.glyph(kind, categories[kind])
