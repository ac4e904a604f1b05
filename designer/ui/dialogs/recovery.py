"""After a crash: what was not saved then, one row for each document, with the time it was last kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from designer.ui.dialogs.question import CANCEL, Choice, Question
from designer.ui.widgets import Segments, label, without_margins

GO = "go"
RECOVER, DISCARD = 0, 1
ROW = 64
VISIBLE = 4


class Row(NamedTuple):
    """A document that can be recovered."""

    title: str
    file: Path | None
    written: datetime


class RecoveryDialog(Question):
    """Lets a person recover or discard each document. `recovered` and `discarded` are positions in the rows."""

    def __init__(self, rows: Sequence[Row], now: datetime, parent: QWidget | None = None) -> None:
        super().__init__(
            "Recover unsaved work?",
            "lightdesigner ended before this was saved.",
            (Choice(CANCEL, "Decide later", "away"), Choice(GO, "Recover", "primary")),
            icon="history",
            color="accent.base",
            parent=parent,
        )
        self.setFixedWidth(560)
        self._choices: list[Segments] = []
        inside = QWidget()
        inside.setProperty("role", "panel")
        column = without_margins(QVBoxLayout(inside), 8)
        for row in rows:
            column.addWidget(self._row(row, now))
        column.addStretch(1)
        area = QScrollArea()
        area.setProperty("role", "panel")
        area.setAccessibleName("Unsaved work")
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.setFixedHeight(min(len(rows), VISIBLE) * (ROW + 8) - 8)
        self.body.addWidget(area)
        self._count()

    def _row(self, row: Row, now: datetime) -> QWidget:
        card = QFrame()
        card.setProperty("role", "card")
        card.setFixedHeight(ROW)
        line = without_margins(QHBoxLayout(card), 12)
        line.setContentsMargins(12, 8, 12, 8)
        words = without_margins(QVBoxLayout(), 2)
        head = without_margins(QHBoxLayout(), 8)
        head.addWidget(label(_cut(row.title, 30), "strong"))
        head.addWidget(label(when(row.written, now), "number-muted"), 1)
        words.addLayout(head)
        where = label(_cut(str(row.file), 56) if row.file is not None else "Never saved in a file", "caption")
        where.setToolTip(str(row.file) if row.file is not None else "")
        words.addWidget(where)
        line.addLayout(words, 1)
        choice = Segments(("Recover", "Discard"), f"{row.title}, {when(row.written, now)}")
        choice.chosen.connect(self._count)
        self._choices.append(choice)
        line.addWidget(choice, 0, Qt.AlignmentFlag.AlignVCenter)
        return card

    def choose(self, position: int, choice: int) -> None:
        """Press RECOVER or DISCARD in a row."""
        self._choices[position].choose(choice)
        self._count()

    def _count(self) -> None:
        go, lost = len(self.recovered), len(self.discarded)
        text = f"Recover {go}, discard {lost}" if go and lost else f"Recover {go}" if go > 1 else "Recover" if go else "Discard"
        self.buttons[GO].setText(text)
        self.buttons[GO].setAccessibleName(text)

    @property
    def recovered(self) -> list[int]:
        return [position for position, choice in enumerate(self._choices) if choice.index == RECOVER]

    @property
    def discarded(self) -> list[int]:
        return [position for position, choice in enumerate(self._choices) if choice.index == DISCARD]


def when(moment: datetime, now: datetime) -> str:
    """A time as people say it: `today 14:32`, `yesterday 09:05`, `2026-03-01 14:32`."""
    clock = f"{moment:%H:%M}"
    days = (now.date() - moment.date()).days
    if days == 0:
        return f"today {clock}"
    return f"yesterday {clock}" if days == 1 else f"{moment:%Y-%m-%d} {clock}"


def _cut(text: str, most: int) -> str:
    """The text with its middle left out where it is too long: of a path, both ends say something."""
    if len(text) <= most:
        return text
    end = most * 2 // 3
    return f"{text[: most - end - 1]}…{text[-end:]}"
