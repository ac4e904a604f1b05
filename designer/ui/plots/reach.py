"""Receptive field against the size of the input, from the first layer to the last."""

from __future__ import annotations

from itertools import accumulate

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from designer.analysis.chart_rows import ReachRow, reaches
from designer.analysis.engine import Engine
from designer.analysis.receptive_field import plain
from designer.ui import numbers, theme
from designer.ui.plots.base import Axis, Chart, Key, Mark, Table
from designer.ui.plots.design_figure import axis_of, follow, runs, tint
from designer.ui.theme import Theme


class ReachChart(Chart):
    """A dot for each layer that looks at more than one position, or is a convolution; a line for the widest so far. Keys are
    (node id, number)."""

    zooms = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Receptive field over depth", Axis(), Axis("Receptive field, px"), parent)
        self.engine: Engine | None = None
        self.rows: list[ReachRow] = []

    def plot(self, look: Theme) -> None:
        self.rows = []
        follow(self, self.engine, self._plot)

    def _plot(self, engine: Engine) -> None:
        look = theme.current()
        found = reaches(engine)
        self.rows = found.rows
        if found.sides is None or not self.rows:
            self.message = "A receptive field needs an input that is a map, and a layer that looks at it."
            return
        network = engine.design.root
        stages = [network.node(row.node).stage or "" for row in self.rows]
        self.x_axis = axis_of(stages, "layer")
        for run in runs(stages):
            self.band(run.first - 0.5, run.last + 0.5, tint(look, run))
        self.include([-0.5, len(self.rows) - 0.5])
        for k, row in enumerate(self.rows):
            if row.node in self.highlighted:
                self.band(k - 0.5, k + 0.5, look.color("accent.base", 0.18))
        high, wide = found.sides
        square = high == wide and all(row.reach.field[0] == row.reach.field[1] for row in self.rows)
        hues = (look.color("category.conv"), look.color("category.merge"))
        keys = [Key("dashed", look.color("text.secondary"), "input")]
        for side, name in ((0, "field"),) if square else ((0, "height"), (1, "width")):
            self._draw_side(side, hues[side], look)
            keys.insert(side, Key("circle", hues[side], name))
            self.rule(look.color("text.secondary"), y=float((high, wide)[side]))
        if any(row.reach.whole for row in self.rows):
            keys.append(Key("outline", look.color("text.muted"), "global: sees all"))
        self.legend = keys
        self.set_marks(
            Mark((row.node, k), k, self._height(row), row.path, self._said(row, (high, wide))) for k, row in enumerate(self.rows)
        )

    def _draw_side(self, side: int, color: QColor, look: Theme) -> None:
        local = [(k, float(row.reach.field[side])) for k, row in enumerate(self.rows) if not row.reach.whole]
        if local:
            xs, ys = zip(*local, strict=True)
            self.line(xs, accumulate(ys, max), color)
            self.dots(xs, ys, color, size=5)
        beyond = [(k, float(row.reach.field[side])) for k, row in enumerate(self.rows) if row.reach.whole]
        if beyond:
            xs, ys = zip(*beyond, strict=True)
            self.dots(xs, ys, look.color("text.muted"), shape="square", size=6, hollow=True)

    @staticmethod
    def _height(row: ReachRow) -> float:
        return float(max(row.reach.field))

    @staticmethod
    def _said(row: ReachRow, sides: tuple[int, int]) -> tuple[tuple[str, str], ...]:
        stride = plain(row.reach.stride)
        if row.reach.whole:
            said = [("Receptive field", "the whole input")]
        else:
            said = [
                ("Receptive field", f"{_pair(plain(row.reach.field))} px"),
                ("of the input's side", numbers.share(row.covers)),
            ]
        said += [("Output stride", f"{_pair(stride)} px"), ("Output", numbers.shape(row.output))]
        said.append(("Input", f"{sides[0]} {numbers.TIMES} {sides[1]} px"))
        return tuple(said)

    def table(self) -> Table:
        head = ["layer", "field_h_px", "field_w_px", "stride_h_px", "stride_w_px", "global", "output"]
        rows = [
            [row.path, *plain(row.reach.field), *plain(row.reach.stride), row.reach.whole, "x".join(map(str, row.output))]
            for row in self.rows
        ]
        return Table(head, rows)


def _pair(pair: tuple[float, float]) -> str:
    a, b = (f"{value:g}" for value in pair)
    return f"{a} {numbers.TIMES} {b}"
