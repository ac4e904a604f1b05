"""The cards of the Compare page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from designer.analysis.compare_rows import by_resolution, macs_over_depth, time_over_depth
from designer.analysis.compare_saving import Saving
from designer.analysis.compare_svg import Known, known_of
from designer.analysis.compare_totals import BY_KEY
from designer.app import cards
from designer.app.compare_known import KnownTimes
from designer.app.comparison import CompareModel
from designer.ui import theme, units
from designer.ui.compare.changes import ChangesList
from designer.ui.compare.places import KindGrid, ResolutionGrid
from designer.ui.compare.totals import TotalsGrid
from designer.ui.wheel import scrolls_past
from designer.ui.widgets import Segments, label, line, without_margins

if TYPE_CHECKING:
    from designer.app.profiler import Profiler
    from designer.ui.plots.compare_bars import StageBars
    from designer.ui.plots.compare_curves import DepthChart
    from designer.ui.plots.compare_scatter import ScatterChart

RESOLUTION, KINDS, BARS, CHANGES = range(4)
VIEWS = ("Resolution", "Kinds", "Bars", "Changes")
TITLES = ("By output resolution", "By kind of layer", "Bars by output resolution", "Changes from the baseline")
TIME = "estimated_ms"
TOP1: tuple[float | None, ...] = (None, 60.0, 65.0, 70.0, 75.0)
SCATTER_HEIGHT, DEPTH_HEIGHT, BARS_HEIGHT = 332, 160, 300


class Card(QFrame):
    """A surface with a title and, at the right of it, controls."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.column = without_margins(QVBoxLayout(self))
        self.column.setContentsMargins(1, 1, 1, 1)
        head = QWidget()
        head.setFixedHeight(theme.current().size("panel_header"))
        self.head = without_margins(QHBoxLayout(head), 12)
        self.head.setContentsMargins(16, 0, 12, 0)
        self.title = label(title, "panel-title")
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self.column.addWidget(head)
        self.column.addWidget(line())


class TotalsCard(Card):
    """All figures, and the switch between MACs and FLOPs."""

    def __init__(self, model: CompareModel) -> None:
        super().__init__("Totals")
        self._model = model
        self.unit = Segments((units.MACS, units.FLOPS), "Count work in")
        self.unit.setFixedSize(176, 24)
        self.unit.chosen.connect(lambda at: units.use((units.MACS, units.FLOPS)[at]))
        units.notifier().changed.connect(self._show_unit)
        self.head.addWidget(self.unit)
        self.grid = TotalsGrid()
        self.column.addWidget(self.grid)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._show_unit()

    def _show_unit(self) -> None:
        self.unit.choose((units.MACS, units.FLOPS).index(units.name()))

    def refresh(self) -> None:
        self.grid.show_entries(self._model.entries, self._model.baseline)


class PlacesCard(Card):
    """By output resolution, by kind of layer, as bars, or what changed."""

    def __init__(self, model: CompareModel) -> None:
        super().__init__(TITLES[0])
        self._model = model
        self._savings: tuple[Saving, ...] = ()
        self.scale_text = label("", "caption")
        self.head.addWidget(self.scale_text)
        self.figure = scrolls_past(QComboBox())
        self.figure.setAccessibleName("Figure of the bars")
        self.figure.hide()
        self.figure.activated.connect(self._choose_figure)
        self.head.addWidget(self.figure)
        self.views = Segments(VIEWS, "Show")
        self.views.setFixedHeight(24)
        self.views.chosen.connect(self.show_view)
        self.head.addWidget(self.views)
        self.resolution = ResolutionGrid()
        self.kinds = KindGrid()
        self.changes = ChangesList()
        self.changes.chosen.connect(self._choose_other)
        self.bars: StageBars | None = None
        self._bars_room = QWidget()
        without_margins(QVBoxLayout(self._bars_room)).setContentsMargins(12, 8, 12, 8)
        self._parts: list[QWidget] = [self.resolution, self.kinds, self._bars_room, self.changes]
        for part in self._parts:
            self.column.addWidget(part)
            part.hide()
        self.resolution.show()
        self.view = RESOLUTION
        self.other = -1
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        units.notifier().changed.connect(self.refresh)

    def show_view(self, view: int) -> None:
        """Show another table, or the bars."""
        self.views.choose(view)
        self.view = view
        self.title.setText(TITLES[view])
        if view == BARS and self.bars is None:
            from designer.ui.plots.compare_bars import FIGURES, StageBars

            self.bars = StageBars()
            self.bars.setFixedHeight(BARS_HEIGHT)
            layout = self._bars_room.layout()
            assert layout is not None
            layout.addWidget(self.bars)
            for _, title, _ in FIGURES:
                self.figure.addItem(title)
        for number, part in enumerate(self._parts):
            part.setVisible(number == view)
        self.figure.setVisible(view == BARS)
        self.refresh()

    def _choose_figure(self, at: int) -> None:
        if self.bars is not None:
            self.bars.choose(at)

    def _choose_other(self, number: int) -> None:
        self.other = number
        self.refresh()

    def show_savings(self, savings: tuple[Saving, ...]) -> None:
        """Tint the places where a saving is none."""
        self._savings = savings
        self.refresh()

    def refresh(self) -> None:
        """Show what is in front anew."""
        entries = self._model.entries
        factor = 2 if units.name() == units.FLOPS else 1
        if self.view == RESOLUTION:
            self.resolution.show_entries(entries, self._savings)
            self.scale_text.setText(self.resolution.scale_text() if entries else "")
        elif self.view == KINDS:
            self.kinds.show_entries(entries)
            self.scale_text.setText(self.kinds.scale_text())
        elif self.view == BARS and self.bars is not None:
            self.bars.show_steps(entries, by_resolution(entries), factor)
            self.figure.setItemText(0, units.name())
            self.scale_text.setText("")
        elif self.view == CHANGES:
            self.scale_text.setText("")
            others = [k for k in range(len(entries)) if k != self._model.baseline]
            if self.other not in others:
                self.other = others[0] if others else -1
            found = self._model.differences_of(self.other) if others else None
            self.changes.show_changes(entries, self._model.baseline, self.other, found)


class ScatterCard(Card):
    """Any two figures against each other. The chart is made when it is first seen."""

    opened = Signal(str)  # the DESIGN text of a network in the background
    picked = Signal(int)  # a compared design

    def __init__(self, model: CompareModel) -> None:
        super().__init__("Params against MACs")
        self._model = model
        self.chart: ScatterChart | None = None
        self.x_choice = _choice("x")
        self.y_choice = _choice("y")
        self.least = scrolls_past(QComboBox())
        self.least.setAccessibleName("Which networks count for the Pareto front")
        for percent in TOP1:
            self.least.addItem("any top-1" if percent is None else f"top-1 from {percent:g} %", percent)
        self.least.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.least.setCurrentIndex(TOP1.index(70.0))
        self.least.setToolTip("Only these count for the Pareto front")
        for one in (self.x_choice, self.y_choice, self.least):
            one.activated.connect(self._choose)
            self.head.addWidget(one)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._known: list[Known] | None = None
        self._times: KnownTimes | None = None

    def build(self) -> None:
        """Load the chart."""
        if self.chart is not None:
            return
        from designer.ui.plots.compare_scatter import CHOICES, ScatterChart

        for combo, first in ((self.x_choice, "macs"), (self.y_choice, "params")):
            for key in CHOICES:
                combo.addItem(f"{combo.objectName()}  {BY_KEY[key].title}", key)
            combo.setCurrentIndex(combo.findData(first))
            _fit(combo)
        self.chart = ScatterChart()
        self.chart.setFixedHeight(SCATTER_HEIGHT)
        self.chart.picked.connect(self._pick)
        inside = QWidget()
        without_margins(QVBoxLayout(inside)).addWidget(self.chart)
        inside.setContentsMargins(8, 4, 8, 6)
        self.column.addWidget(inside, 1)
        self._known = known_networks()
        self._times = KnownTimes([one.design for one in self._known], self._any_profiler, self)
        self._times.changed.connect(self.refresh)
        self.refresh()

    @property
    def chosen(self) -> tuple[str, str, float | None]:
        """The figures on both axes, and the least top-1 that counts for the front."""
        if self.chart is None:
            return "macs", "params", 70.0
        return self.chart.x_key, self.chart.y_key, self.chart.least_top1

    def _choose(self, _: int) -> None:
        for combo in (self.x_choice, self.y_choice):
            _fit(combo)
        if self.chart is not None:
            self.chart.choose(self.x_choice.currentData(), self.y_choice.currentData(), self.least.currentData())
            self.refresh()
            self.title.setText(f"{BY_KEY[self.y_choice.currentData()].title} against {BY_KEY[self.x_choice.currentData()].title}")

    def _pick(self, key: object) -> None:
        if isinstance(key, str):
            self.opened.emit(key)
        elif isinstance(key, int):
            self.picked.emit(key)

    def refresh(self) -> None:
        if self.chart is None or self._known is None or self._times is None:
            return
        known = others(self._known, self._model)
        if TIME in (self.chart.x_key, self.chart.y_key):
            self._times.want()
            times = self._times.times
            known = [one._replace(figures={**one.figures, TIME: times[one.design]}) for one in known if one.design in times]
        self.chart.show_entries(self._model.entries, known)

    def _any_profiler(self) -> Profiler | None:
        return next((one.profiler for one in self._model.designs if one.profiler is not None), None)


class DepthCard(Card):
    """What has added up by each place in the networks."""

    def __init__(self, model: CompareModel) -> None:
        super().__init__("Over depth")
        self._model = model
        self.head.addWidget(label("sum of layers", "caption"))
        self.macs: DepthChart | None = None
        self.times: DepthChart | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        units.notifier().changed.connect(self.refresh)

    def build(self) -> None:
        """Load the charts."""
        if self.macs is not None:
            return
        from designer.ui.plots.compare_curves import DepthChart

        inside = QWidget()
        row = without_margins(QHBoxLayout(inside), 8)
        inside.setContentsMargins(8, 6, 8, 6)
        self.macs = DepthChart("MACs so far", "macs")
        self.times = DepthChart("Time so far", "measured_ms")
        for chart in (self.macs, self.times):
            chart.setFixedHeight(DEPTH_HEIGHT)
            row.addWidget(chart, 1)
        self.column.addWidget(inside)
        self.refresh()

    def refresh(self) -> None:
        if self.macs is None or self.times is None:
            return
        entries = self._model.entries
        factor = 2 if units.name() == units.FLOPS else 1
        self.macs.show_curves(entries, [macs_over_depth(entry) for entry in entries], f"{units.name()} so far", factor)
        times = [time_over_depth(entry) for entry in entries]
        self.times.show_curves(entries, times, "Time so far")
        known = any(curve.points for curve in times)
        if known == self.times.isHidden():
            self.times.setVisible(known)


class SeesCard(QFrame):
    """One sentence on what to see in a ready-made comparison."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        column = without_margins(QVBoxLayout(self), 4)
        column.setContentsMargins(16, 10, 16, 12)
        column.addWidget(label("What to see", "panel-title"))
        self.text = label("", "secondary", wrap=True)
        self.source = label("", "caption")
        column.addWidget(self.text)
        column.addWidget(self.source)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_text(self, text: str, source: str) -> None:
        self.text.setText(text)
        self.source.setText(source)
        self.setVisible(bool(text))


def _choice(name: str) -> QComboBox:
    made = scrolls_past(QComboBox())
    made.setObjectName(name)
    made.setAccessibleName(f"Figure on the {name} axis")
    return made


def _fit(combo: QComboBox) -> None:
    """As wide as what is chosen, so that two of them find room beside a title; the list is as wide as it needs."""
    combo.setFixedWidth(combo.fontMetrics().horizontalAdvance(combo.currentText()) + 40)
    combo.view().setMinimumWidth(max(combo.fontMetrics().horizontalAdvance(combo.itemText(k)) for k in range(combo.count())) + 40)


def others(known: list[Known], model: CompareModel) -> list[Known]:
    """The networks that are not compared themselves."""
    shown = {one.text for one in model.designs}
    return [one for one in known if one.design not in shown]


def known_networks() -> list[Known]:
    """Every network of the literature, as the background of the scatter."""
    return [known_of(card._asdict()) for card in cards.presets() if not card.example]
