"""The Profile page of one document: settings and runs at the left, MACs beside time in the middle, charts at the right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from designer.analysis.layers import BLOCK
from designer.analysis.measured import MeasureError, Roof
from designer.app.controller import GraphDelta
from designer.app.machine_facts import MachineFacts
from designer.app.measurements import ESTIMATED, LARGE, LATER, signatures
from designer.app.obstacle import obstacle
from designer.app.profile_figures import Rows, figures, whole_of
from designer.app.profiler import Profiler
from designer.app.run_options import RunOptions, needed_bytes
from designer.ui import units
from designer.ui.profile.compare_card import CompareCard
from designer.ui.profile.latency_card import LatencyCard, TableLine
from designer.ui.profile.latency_lines import latency_lines
from designer.ui.profile.plot_cards import RooflineCard, SweepCard
from designer.ui.profile.run_settings import RunSettings
from designer.ui.profile.runs_card import RunsCard
from designer.ui.profile.table_card import TableCard
from designer.ui.profile.tiles import Tiles
from designer.ui.tool_page import ToolPage
from designer.ui.widgets import without_margins

if TYPE_CHECKING:
    from designer.app.controller import Controller
    from designer.app.run_history import Run
    from designer.protocol import Phase

GAP, MARGIN = 12, 16
SOON = 40  # ms between two looks at a design that is being edited
LEFT, LEFT_NARROW = 288, 276
RIGHT, RIGHT_NARROW = 464, 352
NARROW = 1_440
LEAST_RUNS, LEAST_SETTINGS = 160, 260


class _LeftColumn(QWidget):
    """The settings are as high as they need where there is room for that; below them the runs take the rest."""

    def __init__(self, settings: RunSettings, runs: RunsCard) -> None:
        super().__init__()
        self._settings, self._runs = settings, runs
        settings.setParent(self)
        runs.setParent(self)
        settings.foot.state_changed.connect(self.arrange)

    def arrange(self) -> None:
        wide, high = self.width(), self.height()
        self._settings.resize(wide, self._settings.height())
        wanted = min(self._settings.whole_height(), high - GAP - LEAST_RUNS)
        upper = max(LEAST_SETTINGS, wanted)
        self._settings.setGeometry(0, 0, wide, upper)
        self._runs.setGeometry(0, upper + GAP, wide, max(LEAST_RUNS, high - GAP - upper))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.arrange()


class ProfilePage(ToolPage):
    """`node_activated` carries a block to go to on the canvas, `said` a sentence for the status bar."""

    node_activated = Signal(str)
    said = Signal(str)

    def __init__(self, profiler: Profiler, facts: MachineFacts) -> None:
        super().__init__()
        self.profiler = profiler
        self._facts = facts
        self._controller = profiler.controller
        self._rows = Rows(self._controller)
        self._level = BLOCK
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.title)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON)
        self._soon.timeout.connect(self.refresh_now)
        self._rested = QTimer(self)  # what every table says about a large design can wait for a pause
        self._rested.setSingleShot(True)
        self._rested.setInterval(LATER)
        self._rested.timeout.connect(self._show_tables)
        self._stale = True
        self.settings = RunSettings(profiler.options)
        self.runs = RunsCard()
        self.tiles = Tiles()
        self.table = TableCard()
        self.comparison = CompareCard()
        self.roofline = RooflineCard()
        self.latency = LatencyCard()
        self.sweep = SweepCard()
        self._arrange()
        self._connect()
        if facts.machine is not None:
            self.settings.greet(facts.machine)

    # -- building ----------------------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        row.setSpacing(GAP)
        self._left = _LeftColumn(self.settings, self.runs)
        middle = without_margins(QVBoxLayout(), GAP)
        middle.addWidget(self.tiles)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.comparison)
        middle.addWidget(self.stack, 1)
        self._right = QWidget()
        right = without_margins(QVBoxLayout(self._right), GAP)
        self.roofline.setMinimumHeight(200)
        self.latency.setMinimumHeight(196)
        for card, share in ((self.roofline, 38), (self.latency, 24), (self.sweep, 20)):
            right.addWidget(card, share)
        self.lead(self.settings.foot.run_button)
        row.addWidget(self._left)
        row.addLayout(middle, 1)
        row.addWidget(self._right)

    def _connect(self) -> None:
        controller, profiler = self._controller, self.profiler
        controller.analysis_changed.connect(self._analysis_changed)
        controller.graph_changed.connect(self._graph_changed)
        controller.selection_changed.connect(self._selection_changed)
        controller.title_changed.connect(self._retitle)
        controller.measurements.changed.connect(self.refresh)
        units.notifier().changed.connect(self.refresh)
        self._facts.known.connect(self._know_machine)
        self._facts.failed.connect(self.settings.foot.tell)
        profiler.runs_changed.connect(self.refresh)
        profiler.shown_changed.connect(self.refresh)
        profiler.state_changed.connect(self._state_changed)
        profiler.progress.connect(self._progressed)
        profiler.finished.connect(self._finished)
        profiler.failed.connect(self.settings.foot.tell)
        profiler.tables.changed.connect(self.refresh)
        foot = self.settings.foot
        self.settings.changed.connect(self._options_changed)
        foot.run_wanted.connect(self.run)
        foot.cancel_wanted.connect(profiler.cancel)
        self.table.level_chosen.connect(self.show_level)
        self.table.picked.connect(self._picked)
        self.table.activated.connect(self.node_activated)
        self.comparison.closed.connect(self.close_comparison)
        self.comparison.activated.connect(self._go_to_path)
        self.roofline.picked.connect(self._point_picked)
        self.runs.shown.connect(profiler.show)
        self.runs.compare_wanted.connect(lambda pair: self.compare(*pair))
        self.runs.forgotten.connect(profiler.forget)
        self.latency.measure_wanted.connect(self._measure_missing)
        self.latency.import_wanted.connect(self.import_table)
        self.latency.export_wanted.connect(lambda wanted: self.export_table(*wanted))

    # -- the tab -----------------------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        return f"Profile of {self._controller.title}"

    @property
    def icon(self) -> str:
        return "gauge"

    @property
    def controller(self) -> Controller:
        return self._controller

    def _retitle(self) -> None:
        self.setAccessibleName(self.title)
        self.title_changed.emit()

    # -- jobs --------------------------------------------------------------------------------------------------------------------

    def why_not_run(self) -> str:
        """Why no run can begin now, a sentence; "" where it can."""
        return self.settings.foot.why_not

    def run(self) -> None:
        """Profile the design under the chosen settings."""
        self.refresh_now()
        if not self.why_not_run():
            self.profiler.choose(self.settings.options)
            self.profiler.begin()

    def _measure_missing(self, line: TableLine) -> None:
        self.profiler.measure_missing(line.estimate.setup, line.missing)

    def _state_changed(self) -> None:
        foot = self.settings.foot
        if self.profiler.running and not foot.running:
            foot.begin("Giving the design to the worker", self.profiler.options.time_limit_s)
        elif not self.profiler.running and foot.running:
            foot.end()
            self._facts.ask()  # what is free has changed
        self.latency.set_busy(self.profiler.running)

    def _progressed(self, phase: Phase) -> None:
        self.settings.foot.show_phase(phase)

    def _finished(self, said: str) -> None:
        if said:
            self.said.emit(said)

    def _know_machine(self) -> None:
        if self._facts.machine is not None:
            self.settings.greet(self._facts.machine)
            self.profiler.choose(self.settings.options)
            self._show_need()
            self.refresh()

    def _options_changed(self, options: RunOptions) -> None:
        self.profiler.choose(options)
        self._show_need()
        self.refresh()

    # -- tables ------------------------------------------------------------------------------------------------------------------

    def import_table(self, file: Path) -> None:
        """Add a latency table from a file."""
        try:
            table = self.profiler.tables.take_in(file)
        except MeasureError as problem:
            self.settings.foot.tell(str(problem))
            return
        self.settings.foot.tell("")
        self.said.emit(f"Imported the table of {table.device_name}, {len(table):,} entries.")

    def export_table(self, device_name: str, file: Path) -> None:
        """Write the table of a device to a file."""
        try:
            self.profiler.tables.give_out(device_name, file)
        except MeasureError as problem:
            self.settings.foot.tell(str(problem))
            return
        self.settings.foot.tell("")
        self.said.emit(f"Exported {file.name}.")

    # -- following ---------------------------------------------------------------------------------------------------------------

    def _graph_changed(self, delta: object) -> None:
        assert isinstance(delta, GraphDelta)
        self._rows.forget(node_id for _, node_id in delta.touched)

    def _analysis_changed(self, _: object) -> None:
        self.refresh()

    def _selection_changed(self, _: object) -> None:
        self._show_selection(scroll=True)

    def refresh(self) -> None:
        """Look at the design, soon and once, however often this is called; not before somebody sees it."""
        self._stale = True
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def refresh_now(self) -> None:
        """Look at the design at once."""
        self._soon.stop()
        self._stale = False
        self._show_need()
        self._show_rows()
        self._show_runs()
        if self._controller.engine.primitives > LARGE:
            self._rested.start()
        else:
            self._show_tables()
        self._show_selection()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if self._facts.machine is None:
            self._facts.ask()
        if self._stale:
            self.refresh_now()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        self._left.setFixedWidth(LEFT_NARROW if narrow else LEFT)
        self._right.setFixedWidth(RIGHT_NARROW if narrow else RIGHT)
        self.tiles.be_compact(narrow)

    # -- what is shown -----------------------------------------------------------------------------------------------------------

    def _show_need(self) -> None:
        engine, options, foot = self._controller.engine, self.settings.options, self.settings.foot
        problem = obstacle(engine) or self.settings.why_not()
        needed = needed_bytes(engine, options.dtype, options.batch)
        foot.show_need(needed, self._facts.machine, options.device, problem)
        foot.has_run(bool(self.profiler.runs))
        self._left.arrange()

    def _show_rows(self) -> None:
        source = self.profiler.source()
        rows = figures(self._rows.layers(self._level), self._controller, source)
        whole = whole_of(rows, source.batch) if rows else None
        self.table.show_rows(rows, whole, self._level)
        roof = self.profiler.roof()
        self._show_tiles(roof)
        self.roofline.show_rows(rows, roof)
        shown = self.profiler.shown
        current = shown is not None and self._controller.measurements.is_current
        self.table.show_noise(shown.profile if shown is not None and current else None)
        self.sweep.show_points(shown.profile if shown is not None else None)

    def _show_tiles(self, roof: Roof | None) -> None:
        shown, times, engine = self.profiler.shown, self._controller.measurements, self._controller.engine
        options = self.settings.options
        if shown is not None and times.is_current:
            self.tiles.show_run(shown.profile, roof)
            return
        setup = self.profiler.setup
        predicted = needed_bytes(engine, setup.dtype, setup.batch) if shown is not None else None
        if predicted is None:
            predicted = needed_bytes(engine, options.dtype, options.batch)
        total, cost = times.total_ms, engine.total
        if total is not None and total.kind == ESTIMATED and cost is not None and times.estimate is not None:
            said = f"{times.estimate.known:,} of {times.estimate.layers:,} layers measured here"
            self.tiles.show_estimate(total.ms, said, predicted, cost.macs, setup.batch, roof)
        else:
            self.tiles.show_nothing(predicted)

    def _show_runs(self) -> None:
        origin = self._controller.design.origin
        options = dict(origin.options) if origin is not None else None
        runs, now = self.profiler.runs, signatures(self._controller.engine)
        names = [run.said(options) for run in runs]
        self.runs.show_runs(runs, names, [run.signatures == now for run in runs], self.profiler.shown)

    def _show_tables(self) -> None:
        tables = self.profiler.tables.tables
        entries = sum(len(table) for table in tables.values())
        self.latency.show_lines(latency_lines(self.profiler), entries, len(tables))

    def _show_selection(self, *, scroll: bool = False) -> None:
        selection = self._controller.selection
        self.table.show_selection(selection, scroll=scroll)
        self.roofline.highlight(
            row.path for row in self.table.model.rows if row.layer.node_ids and selection.issuperset(row.layer.node_ids)
        )

    # -- what a person does ------------------------------------------------------------------------------------------------------

    def show_level(self, level: str) -> None:
        """Show stages, blocks or layers."""
        self._level = level
        self.refresh_now()

    def compare(self, a: Run, b: Run) -> None:
        """Show two runs beside each other in place of the table."""
        names = (a.said(b.options if b.preset else None), b.said(a.options if a.preset else None))
        self.comparison.show_pair(a, b, names)
        self.stack.setCurrentWidget(self.comparison)
        self.comparison.view.setFocus()

    def close_comparison(self) -> None:
        self.stack.setCurrentWidget(self.table)
        self.table.view.setFocus()

    def _picked(self, node_ids: frozenset[str]) -> None:
        self._controller.select(node_ids)

    def _point_picked(self, path: object) -> None:
        row = next((row for row in self.table.model.rows if row.path == path), None)
        self._controller.select(frozenset(row.layer.node_ids) if row is not None else frozenset())

    def _go_to_path(self, path: str) -> None:
        results = self._controller.engine.results
        node_id = next((node_id for node_id, result in results.items() if result.path == path), None)
        if node_id is not None:
            self.node_activated.emit(node_id)
