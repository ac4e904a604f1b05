"""How much the cost is gathered in few layers: what the largest of them have together."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from designer.analysis import numbers
from designer.analysis.chart_rows import DepthRow
from designer.analysis.statistics import concentration
from designer.ui import units
from designer.ui.plots.base import Axis, Chart, Key, Mark, Table
from designer.ui.theme import Theme


class Concentration(Chart):
    """The share of the k largest layers, in params and in MACs. Keys are k."""

    def __init__(self, parent: QWidget | None = None) -> None:
        share = Axis("share of the largest layers", lambda value: numbers.share(value, 0), low=0.0, high=1.04)
        super().__init__("Concentration", Axis("layers, the largest first", whole=True), share, parent)
        self.rows: tuple[DepthRow, ...] = ()

    def show_rows(self, rows: tuple[DepthRow, ...]) -> None:
        """Show these layers."""
        self.rows = rows
        self.refresh()

    def _curves(self) -> tuple[list[float], list[float]]:
        params = concentration([row.cost.params for row in self.rows])
        return params, concentration([row.cost.macs for row in self.rows])

    def plot(self, look: Theme) -> None:
        if not self.rows:
            self.message = "No layer has params or MACs."
            return
        params, macs = self._curves()
        places = range(len(params))
        hues = look.color("category.conv"), look.color("category.merge")
        self.line(places, macs, hues[0], width=2)
        self.line(places, params, hues[1], width=2, dashed=True)
        self.rule(look.color("border.default"), y=0.5)
        self.legend = [Key("line", hues[0], units.name()), Key("dashed", hues[1], "params")]
        self.set_marks(
            Mark(
                k,
                k,
                macs[k],
                f"The {k} largest of {len(self.rows)} layers" if k > 1 else f"The largest of {len(self.rows)} layers",
                ((f"of the {units.name()}", numbers.share(macs[k])), ("of the params, by theirs", numbers.share(params[k]))),
            )
            for k in places
            if k
        )

    def table(self) -> Table:
        params, macs = self._curves() if self.rows else ([], [])
        return Table(
            ["largest_layers", "share_of_params", "share_of_macs"], list(zip(range(len(params)), params, macs, strict=True))
        )
