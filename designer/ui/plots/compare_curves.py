"""What has added up by each place in the networks: MACs, or time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from designer.analysis.compare_entry import Entry
from designer.analysis.compare_rows import Curve
from designer.analysis.compare_scale import written
from designer.analysis.compare_svg import SERIES, thinned
from designer.ui.plots.base import Axis, Chart, Mark, Table
from designer.ui.plots.compare_scatter import SHAPES
from designer.ui.theme import Theme

PLACES = ((0.0, "first"), (0.5, "half way"), (1.0, "last layer"))
MARKS = 48  # of a curve that can be read out


class DepthChart(Chart):
    """A curve for each design, with its mark at the end. `key` is `macs` or `measured_ms`."""

    near = "point"

    def __init__(self, title: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(
            title, Axis(names=PLACES, low=0.0, high=1.03), Axis(title, lambda value: written(self.key, value)), parent
        )
        self.key = key
        self.factor = 1  # 2 while FLOPs are counted
        self.entries: Sequence[Entry] = ()
        self.curves: Sequence[Curve] = ()

    def show_curves(self, entries: Sequence[Entry], curves: Sequence[Curve], title: str, factor: int = 1) -> None:
        """Show these; empty curves are left out."""
        self.entries, self.curves, self.factor = entries, curves, factor
        self.y_axis = Axis(title, lambda value: written(self.key, value))
        self.refresh()

    def plot(self, look: Theme) -> None:
        marks = []
        for series, curve in enumerate(self.curves):
            points = [(x, y * self.factor) for x, y in thinned(curve.points)]
            if not points:
                continue
            color = look.color(f"series.{SERIES[series]}")
            self.line([x for x, _ in points], [y for _, y in points], color, width=2)
            self.dots([points[-1][0]], [points[-1][1]], color, shape=SHAPES[series], size=11)
            some = thinned(points, MARKS)
            entry = self.entries[series]
            marks += [
                Mark((series, k), x, y, entry.full, [(f"{x * 100:.0f} % of the layers", _full(self.key, y))])
                for k, (x, y) in enumerate(some)
                if k
            ]
        self.set_marks(marks)

    def table(self) -> Table:
        rows = [
            [entry.full, x, y * self.factor]
            for entry, curve in zip(self.entries, self.curves, strict=True)
            for x, y in curve.points
        ]
        return Table(["design", "place", "ms" if self.key != "macs" else "macs" if self.factor == 1 else "flops"], rows)


def _full(key: str, value: float) -> str:
    from designer.ui import numbers

    return numbers.short(round(value)) if key == "macs" else numbers.ms(value)
