"""Params, MACs or activations of every layer, from the first to the last, in strips of their stages."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from blocks.cost import Cost
from designer.analysis.chart_rows import DepthRow, depth_rows
from designer.analysis.engine import Engine
from designer.ui import numbers, theme
from designer.ui.plots.base import Axis, Chart, Key, Mark, Table
from designer.ui.plots.design_figure import METRICS, Metric, axis_of, follow, runs, tint
from designer.ui.plots.readout import Rows
from designer.ui.theme import Theme

NAMES = {
    "conv": "convolution, linear",
    "norm": "normalisation",
    "activation": "activation",
    "pooling": "pooling",
    "merge": "merge, shape",
    "composite": "composite",
    "own": "own block",
}
DIM = 0.45


class OverDepth(Chart):
    """A bar for each layer. Keys are (node id, number of the layer)."""

    zooms = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Cost over depth", Axis(), Axis(), parent)
        self.engine: Engine | None = None
        self.measure: Metric = METRICS[1]
        self.rows: list[DepthRow] = []

    def plot(self, look: Theme) -> None:
        self.rows = []
        follow(self, self.engine, self._plot)

    def _plot(self, engine: Engine) -> None:
        look = theme.current()
        self.rows = depth_rows(engine)
        if not self.rows:
            self.message = "No layer of this design has params or MACs."
            return
        stages = [row.stage for row in self.rows]
        self.x_axis = axis_of(stages, "layer")
        self.y_axis = Axis(f"{self.measure.title} of each layer")
        for run in runs(stages):
            self.band(run.first - 0.5, run.last + 0.5, tint(look, run))
        chosen = [row.node in self.highlighted for row in self.rows]
        dimmed = any(chosen)
        for k, one in enumerate(chosen):
            if one:
                self.band(k - 0.5, k + 0.5, look.color("accent.base", 0.18))
        colors = [
            look.color(f"category.{row.category}" if row.category else "text.muted", 1.0 if one or not dimmed else DIM)
            for row, one in zip(self.rows, chosen, strict=True)
        ]
        heights = [self.measure.shown(row.cost) for row in self.rows]
        self.bars(range(len(self.rows)), heights, colors, width=0.8)
        used = dict.fromkeys(row.category for row, height in zip(self.rows, heights, strict=True) if height)
        self.legend = [Key("square", look.category(one), NAMES[one]) for one in used if one in NAMES] if len(used) > 1 else ()
        total = engine.total
        assert total is not None
        self.set_marks(
            Mark((row.node, k), k, heights[k], row.path, _said(row, self.measure, total)) for k, row in enumerate(self.rows)
        )

    def table(self) -> Table:
        head = ["layer", "kind", "stage", "output", "params", "macs", "activations"]
        return Table(head, [[row.path, row.kind, row.stage, _shape(row), *_figures(row.cost)] for row in self.rows])


def _said(row: DepthRow, metric: Metric, total: Cost) -> Rows:
    whole = metric.value(total)
    said = [(one.title, one.full(one.shown(row.cost))) for one in METRICS]
    if whole:
        said.append((f"Share of {metric.title}", numbers.share(metric.value(row.cost) / whole)))
    if row.output is not None:
        said.append(("Output", numbers.shape(row.output)))
    return (("Kind", row.kind), *said)


def _shape(row: DepthRow) -> str:
    return "x".join(map(str, row.output)) if row.output is not None else ""


def _figures(cost: Cost) -> tuple[int, int, int]:
    return cost.params, cost.macs, cost.activations
