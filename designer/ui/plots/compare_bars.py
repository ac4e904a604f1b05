"""One figure of all designs, a group of bars for each output resolution."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from designer.analysis.compare_entry import Entry
from designer.analysis.compare_rows import Place, Step
from designer.analysis.compare_scale import written
from designer.analysis.compare_svg import SERIES
from designer.ui import numbers
from designer.ui.plots.base import Axis, Chart, Key, Mark, Table
from designer.ui.plots.compare_scatter import SHAPES
from designer.ui.theme import Theme

Value = Callable[[Place], float | None]
FIGURES: tuple[tuple[str, str, Value], ...] = (
    ("macs", "MACs", lambda place: place.macs),
    ("params", "Params", lambda place: place.params),
    ("activations", "Activations", lambda place: place.activations),
    ("measured_ms", "Time", lambda place: place.ms),
)
"""Key, title and value of what a resolution can be asked for."""


class StageBars(Chart):
    """Grouped bars; time is outlined, as everywhere."""

    near = "x"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Bars by output resolution", Axis(names=()), Axis("MACs"), parent)
        self.entries: Sequence[Entry] = ()
        self.steps: Sequence[Step] = ()
        self.figure = 0
        self.factor = 1

    def show_steps(self, entries: Sequence[Entry], steps: Sequence[Step], factor: int = 1) -> None:
        """Show these designs."""
        self.entries, self.steps, self.factor = entries, steps, factor
        self.refresh()

    def choose(self, figure: int) -> None:
        """Show another figure of `FIGURES`."""
        self.figure = figure
        self.refresh()

    def title(self) -> str:
        key, title, _ = FIGURES[self.figure]
        return "FLOPs" if key == "macs" and self.factor == 2 else title

    def plot(self, look: Theme) -> None:
        key, _, value = FIGURES[self.figure]
        count = max(1, len(self.entries))
        self.x_axis = Axis(names=[(k, step.title) for k, step in enumerate(self.steps)], low=-0.5, high=len(self.steps) - 0.5)
        self.y_axis = Axis(self.title(), lambda number: written(key, number))
        self.legend = [Key(SHAPES[k], look.color(f"series.{SERIES[k]}"), entry.short) for k, entry in enumerate(self.entries)]
        wide = 0.76 / count
        marks = []
        for series, entry in enumerate(self.entries):
            places, heights = [], []
            for k, step in enumerate(self.steps):
                place = step.places[series]
                height = value(place) if place is not None else None
                if place is None or height is None:
                    continue
                height *= self.factor if key == "macs" else 1
                x = k - 0.38 + wide * (series + 0.5)
                places.append(x)
                heights.append(height)
                said = numbers.ms(height) if key == "measured_ms" else numbers.full(round(height))
                marks.append(Mark((series, k), x, height, f"{entry.full} at {step.title}", [(self.title(), said)]))
            color = look.color(f"series.{SERIES[series]}")
            self.bars(places, heights, color, width=wide * 0.86, outlined=key == "measured_ms")
        self.set_marks(sorted(marks, key=lambda mark: mark.x))

    def table(self) -> Table:
        key, _, value = FIGURES[self.figure]
        rows = [
            [entry.full, step.title, step.stride, height]
            for series, entry in enumerate(self.entries)
            for step in self.steps
            if (place := step.places[series]) is not None and (height := value(place)) is not None
        ]
        return Table(["design", "output", "stride", key], rows)
