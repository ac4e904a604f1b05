"""Asks for the most that designs may cost. What a figure is now stands beside its limit."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from blocks.errors import LightdesignerError
from designer.analysis.budget import LIMITED, in_bytes, read_count, read_size, written
from designer.ui import numbers, units
from designer.ui.dialogs.question import CANCEL, Choice, Question
from designer.ui.widgets import label, repolish, without_margins

SET, NONE = "set", "none"
NAMES = {
    "params": "Params",
    "macs": units.MACS,
    "peak_activation_bytes": "Peak memory",
    "weights_bytes": "Weights",
}
FIELD = 120  # px


def name_of(figure: str) -> str:
    """What a figure is called, in the unit of work in use."""
    return units.name() if figure == "macs" else NAMES[figure]


def amount(figure: str, value: int | None) -> str:
    """A value of a figure with its unit, short: `300.8 M`, `9.19 MiB`."""
    if figure == "macs":
        return units.short(value)
    return numbers.bytes_(value) if in_bytes(figure) else numbers.short(value)


class BudgetDialog(Question):
    """`limits` holds what was set, by figure; an empty field sets none. `now` are the design's own figures, if there is one."""

    def __init__(self, limits: Mapping[str, int], now: Mapping[str, int | None], parent: QWidget | None = None) -> None:
        choices = (Choice(NONE, "No budget", "away"), Choice(CANCEL, "Cancel"), Choice(SET, "Set", "primary"))
        text = "The most that a design may cost. It holds for all designs; the line at the bottom says how far they are from it."
        super().__init__("Budget", text, choices, icon="scaling", color="text.secondary", parent=parent)
        self.fields: dict[str, QLineEdit] = {}
        grid = without_margins(QGridLayout(), 8)
        grid.setColumnStretch(2, 1)
        for row, figure in enumerate(LIMITED):
            field = self.fields[figure] = QLineEdit(self._text(figure, limits[figure]) if figure in limits else "")
            field.setFixedWidth(FIELD)
            field.setMaxLength(40)
            field.setPlaceholderText("no limit")
            field.setProperty("number", True)
            field.setAccessibleName(f"Most {name_of(figure)}")
            field.textChanged.connect(self._look)
            grid.addWidget(label(name_of(figure)), row, 0)
            grid.addWidget(field, row, 1)
            now_said = f"now {amount(figure, now[figure])}" if figure in now else ""
            unit = "fp32, " if in_bytes(figure) and now_said else ""
            grid.addWidget(label(f"{unit}{now_said}", "number-muted"), row, 2)
        self.body.addLayout(grid)
        self.why = label(" ", "error", wrap=True)
        self.body.addWidget(self.why)
        self.buttons[NONE].setEnabled(bool(limits))
        self.limits: dict[str, int] = {}
        self._look()
        self.fields[LIMITED[0]].setFocus()

    @staticmethod
    def _text(figure: str, limit: int) -> str:
        limit = 2 * limit if figure == "macs" and units.name() == units.FLOPS else limit
        return written(limit, figure)

    def _look(self) -> None:
        """Read all fields, and say of the first that cannot be read why."""
        sentence = ""
        self.limits = {}
        for figure, field in self.fields.items():
            problem = ""
            if field.text().strip():
                try:
                    most = (read_size if in_bytes(figure) else read_count)(field.text())
                    self.limits[figure] = most // 2 if figure == "macs" and units.name() == units.FLOPS else most
                except LightdesignerError as error:
                    problem = f"{name_of(figure)} {error}."
            if field.property("invalid") is not bool(problem):
                field.setProperty("invalid", bool(problem))
                repolish(field)
            sentence = sentence or problem
        self.why.setText(sentence or " ")
        self.buttons[SET].setEnabled(not sentence)
        self.buttons[SET].setToolTip(sentence)
        if self.isVisible():
            self.fit()
