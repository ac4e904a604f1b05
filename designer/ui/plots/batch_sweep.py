"""How many inputs a second go through at each size of batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from designer.ui import numbers
from designer.ui.plots.base import Axis, Chart, Mark, Table
from designer.ui.theme import Theme

LABEL = 20  # px above a bar for its number


class Swept(NamedTuple):
    """One batch size; `per_s` is None where it was not measured, and `problem` says why."""

    batch: int
    per_s: float | None
    ms: float | None
    problem: str = ""
    noisy: bool = False


class BatchSweep(Chart):
    """A bar for each batch size, the best one in the accent."""

    near = "x"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Batch sweep", Axis(), Axis(low=0.0), parent)
        self.points: Sequence[Swept] = ()

    def show_points(self, points: Sequence[Swept]) -> None:
        self.points = points
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.refresh()  # the room for the numbers depends on the size

    @property
    def best(self) -> Swept | None:
        """The size with the most inputs a second."""
        known = [point for point in self.points if point.per_s is not None]
        return max(known, key=lambda point: point.per_s or 0.0) if known else None

    def plot(self, look: Theme) -> None:
        self.x_axis = Axis(names=[(k, str(point.batch)) for k, point in enumerate(self.points)])
        self._arrange()  # the size may be another than at the last drawing
        heights = [point.per_s or 0.0 for point in self.points]
        room = max(40, self._view.height())
        self.y_axis = Axis(low=0.0, high=max(heights, default=1.0) * room / (room - LABEL) or 1.0)
        best = self.best
        colors = [look.color("accent.base" if point is best else "text.muted") for point in self.points]
        self.bars(range(len(heights)), heights, colors, width=0.46)
        for k, point in enumerate(self.points):
            role = "number_small_strong" if point is best else "number_small"
            color = look.color("text.primary" if point.per_s is not None else "text.muted")
            self.words(_rate(point.per_s), k, heights[k], color, anchor=(0.5, 1.0), role=role)
        self.set_marks(
            Mark(point.batch, k, heights[k], f"Batch {point.batch}", _rows(point)) for k, point in enumerate(self.points)
        )

    def table(self) -> Table:
        return Table(["batch", "images_per_second", "ms"], [(p.batch, p.per_s, p.ms) for p in self.points])


def _rows(point: Swept) -> list[tuple[str, str]]:
    if point.per_s is None:
        return [("", point.problem or "Not measured.")]
    rows = [("Images per second", _rate(point.per_s)), ("Median of a batch", numbers.ms(point.ms))]
    if point.noisy:
        rows.append(("", "The machine was noisy."))
    return rows


def _rate(per_s: float | None) -> str:
    if per_s is None:
        return numbers.NOT_APPLICABLE
    return f"{per_s:,.0f}" if per_s >= 10 else f"{per_s:.1f}"
