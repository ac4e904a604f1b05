"""Designs side by side: each figure of each design, and how far it is from the first one's, the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from designer.analysis.report import Report


class Figure(NamedTuple):
    """A total of a report: its key there, its name, and its unit ("" for plain counts)."""

    key: str
    title: str
    unit: str = ""

    def of(self, report: Report) -> int | None:
        """The figure of one design, None where it is unknown."""
        value: int | None = getattr(report, self.key)
        return value

    @property
    def heading(self) -> str:
        """Name and unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


FIGURES = (
    Figure("params", "Params"),
    Figure("buffers", "Buffers"),
    Figure("macs", "MACs"),
    Figure("flops", "FLOPs"),
    Figure("activations", "Activations", "elements"),
    Figure("peak_activation_bytes", "Peak activation memory", "bytes"),
    Figure("weights_bytes", "Weights", "bytes"),
    Figure("depth", "Depth", "layers"),
    Figure("conv_layers", "Convolutions", "layers"),
    Figure("linear_layers", "Linear", "layers"),
)
"""The totals that are single numbers, in the order of the report."""


class Compared(NamedTuple):
    """One figure of all designs. `differences` are value - baseline, `ratios` that difference as a fraction of the baseline; the
    baseline's own are 0. None where a value is unknown, and as ratio to a baseline of 0."""

    figure: Figure
    values: list[int | None]
    differences: list[int | None]
    ratios: list[float | None]


def compare(reports: Sequence[Report]) -> list[Compared]:
    """Every figure of `reports`, the first of which is the baseline."""
    return [_compared(figure, [figure.of(report) for report in reports]) for figure in FIGURES]


def _compared(figure: Figure, values: list[int | None]) -> Compared:
    base = values[0]
    differences = [None if value is None or base is None else value - base for value in values]
    ratios = [None if difference is None or not base else difference / base for difference in differences]
    return Compared(figure, values, differences, ratios)
