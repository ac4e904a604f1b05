"""The two cards with charts. pyqtgraph loads when the first of them is seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from designer.analysis.measured import Profile, Roof
from designer.app.measurements import ESTIMATED
from designer.app.profile_figures import ProfileRow
from designer.ui.profile.card import Card, padded
from designer.ui.widgets import label, without_margins

if TYPE_CHECKING:
    from designer.ui.plots.batch_sweep import BatchSweep
    from designer.ui.plots.roofline import Roofline

QWIDGETSIZE_MAX = 2**24 - 1
SWEPT, EMPTY = 130, 96  # px: the least height of a sweep, and the height of the card without one


class _ChartCard(Card):
    """A card whose chart is made when it is first seen; until it has data it says what it is for."""

    def __init__(self, title: str, purpose: str) -> None:
        super().__init__(title)
        self.purpose = label(purpose, "caption", wrap=True)
        self.purpose.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._row = without_margins(QHBoxLayout())
        padded(self._row, 10, 8)
        self._row.addWidget(self.purpose, 1)
        self.body.addLayout(self._row, 1)

    def make(self) -> QWidget:
        raise NotImplementedError

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.make()


class RooflineCard(_ChartCard):
    """`picked` carries the path of a point that was clicked, None beside the points."""

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__("Roofline", "A run shows here how near each block comes to what this machine can do.")
        self.chart: Roofline | None = None
        self._rows: Sequence[ProfileRow] = ()
        self._roof: Roof | None = None
        self._keys: frozenset[object] = frozenset()

    def make(self) -> QWidget:
        if self.chart is None:
            from designer.ui.plots.roofline import Roofline

            self.chart = Roofline()
            self.chart.picked.connect(self.picked)
            self._row.addWidget(self.chart, 1)
            self._show()
        return self.chart

    def show_rows(self, rows: Sequence[ProfileRow], roof: Roof | None) -> None:
        """Show those that have MACs, bytes and a time."""
        self._rows, self._roof = rows, roof
        self.note.setText(calibrated(roof))
        self._show()

    def highlight(self, paths: Iterable[str]) -> None:
        """Ring the points of these rows."""
        self._keys = frozenset(paths)
        if self.chart is not None:
            self.chart.highlight(self._keys)

    def _show(self) -> None:
        rows = [row for row in self._rows if row.ms and row.gmacs_per_s and row.macs_per_byte and row.bound is not None]
        self.purpose.setVisible(not rows)
        if self.chart is None:
            return
        from designer.ui.plots.roofline import Point

        self.chart.setVisible(bool(rows))
        points = [
            Point(
                row.path,
                row.path,
                row.macs_per_byte or 0.0,
                row.gmacs_per_s or 0.0,
                row.bound or "overhead",
                row.ms or 0.0,
                row.save_ms or 0.0,
                row.kind == ESTIMATED,
            )
            for row in rows
        ]
        self.chart.show_points(points, self._roof)
        self.chart.highlight(self._keys)


class SweepCard(_ChartCard):
    """How many inputs a second go through at each size of batch."""

    def __init__(self) -> None:
        super().__init__("Batch sweep", "A run with the sweep switched on shows here at which batch most images go through.")
        self.chart: BatchSweep | None = None
        self._profile: Profile | None = None

    def make(self) -> QWidget:
        if self.chart is None:
            from designer.ui.plots.batch_sweep import BatchSweep

            self.chart = BatchSweep()
            self._row.addWidget(self.chart, 1)
            self._show()
        return self.chart

    def show_points(self, profile: Profile | None) -> None:
        """Show the sweep of a run."""
        self._profile = profile
        self._show()

    def _show(self) -> None:
        sweep = self._profile.sweep if self._profile is not None else []
        self.purpose.setVisible(not sweep)
        self.setMinimumHeight(SWEPT if sweep else EMPTY)
        self.setMaximumHeight(QWIDGETSIZE_MAX if sweep else EMPTY)  # a sentence leaves its room to the roofline
        if self.chart is None:
            return
        from designer.ui.plots.batch_sweep import Swept

        self.chart.setVisible(bool(sweep))
        self.chart.show_points(
            [
                Swept(p.batch, p.throughput_per_s, p.total_ms.median if p.total_ms is not None else None, p.problem, p.noisy)
                for p in sweep
            ]
        )
        best = self.chart.best
        self.note.setText(f"images per second, best at batch {best.batch}" if best is not None else "")


def calibrated(roof: Roof | None) -> str:
    """When the roof was measured, in a few words."""
    if roof is None:
        return "calibrated with the first run"
    try:
        moment = datetime.fromisoformat(roof.at.replace("Z", "+00:00")).astimezone()
    except ValueError:
        return "calibrated"
    today = moment.date() == datetime.now().astimezone().date()
    return f"calibrated today, {moment:%H:%M}" if today else f"calibrated {moment:%d %b %Y}"
