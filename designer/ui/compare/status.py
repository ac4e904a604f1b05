"""What the status bar says while a comparison is in front."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from designer.analysis.compare_totals import BETTER, DOWN, UP, WORSE
from designer.app.comparison import CompareModel
from designer.ui import theme
from designer.ui.compare.marks import paint_verdict
from designer.ui.painting import painting
from designer.ui.widgets import label, line, set_role, without_margins


class _Sign(QWidget):
    def __init__(self, verdict: str, way: str) -> None:
        super().__init__()
        self._verdict, self._way = verdict, way
        self.setFixedSize(QSize(12, 16))
        theme.notifier().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            paint_verdict(painter, self._verdict, self._way, QPointF(6, 8))


class CompareStatus(QWidget):
    """Are all valid, which is the baseline, how was measured, and what the triangles mean."""

    def __init__(self, model: CompareModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        row = without_margins(QHBoxLayout(self), 12)
        self._mark = label()
        self._valid = label("", "ok")
        first = QWidget()
        inner = without_margins(QHBoxLayout(first), 6)
        inner.addWidget(self._mark)
        inner.addWidget(self._valid)
        row.addWidget(first)
        self._baseline = self._pair(row, "Baseline")
        self._measured = self._pair(row, "Measured on")
        upright = line("upright")
        upright.setFixedHeight(12)
        row.addWidget(upright)
        legend = QWidget()
        inner = without_margins(QHBoxLayout(legend), 4)
        for verdict, way, text in ((BETTER, DOWN, "filled: better"), (WORSE, UP, "hollow: worse")):
            inner.addWidget(_Sign(verdict, way))
            inner.addWidget(label(text, "secondary"))
            inner.addSpacing(4)
        row.addWidget(legend)
        row.addStretch(1)
        self._ready_for: object = None
        theme.notifier().changed.connect(self._recolour)

    def _pair(self, row: QHBoxLayout, text: str) -> QLabel:
        upright = line("upright")
        upright.setFixedHeight(12)
        row.addWidget(upright)
        inside = QWidget()
        inner = without_margins(QHBoxLayout(inside), 6)
        inner.addWidget(label(text, "secondary"))
        value = label()
        inner.addWidget(value)
        row.addWidget(inside)
        return value

    def refresh(self) -> None:
        """Write everything anew."""
        entries = self._model.entries
        invalid = sum(not entry.facts.valid for entry in entries)
        count = len(entries)
        designs = "design" if count == 1 else "designs"
        said = (
            f"{count} valid {designs}"
            if not invalid
            else f"{invalid} of {count} {designs} {'has' if invalid == 1 else 'have'} errors"
        )
        self._valid.setText(said if count else "No design")
        set_role(self._valid, "error" if invalid else "ok")
        icon, color = ("circle-x", "state.error") if invalid else ("circle-check", "state.ok")
        self._mark.setPixmap(theme.current().icon(icon, color).pixmap(QSize(16, 16), self.devicePixelRatio()))
        self._baseline.setText(entries[self._model.baseline].name if entries else "–")
        ways = list(dict.fromkeys(entry.measured.conditions for entry in entries if entry.measured is not None))
        missing = sum(entry.measured is None for entry in entries)
        text = "nothing yet" if not ways else "different machines or ways" if len(ways) > 1 else ways[0]
        self._measured.setText(f"{text}, {missing} not measured" if ways and missing else text)
        self.setAccessibleName(f"{self._valid.text()}, baseline {self._baseline.text()}, measured on {self._measured.text()}")

    def _recolour(self) -> None:
        self.refresh()
