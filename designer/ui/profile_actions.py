"""Measuring in one window: the actions of the Measure menu, the profile pages, and the times of every document that is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from designer.app.obstacle import obstacle
from designer.ui.actions import NO_DOCUMENT

if TYPE_CHECKING:
    from designer.app.controller import Controller
    from designer.app.latency_tables import LatencyTables
    from designer.app.machine_facts import MachineFacts
    from designer.app.profiler import Profiler
    from designer.app.run_news import RunNews
    from designer.app.settings import Settings
    from designer.app.worker_client import WorkerClient
    from designer.ui.main_window import MainWindow
    from designer.ui.profile.page import ProfilePage


class Measuring(QObject):
    """What all windows of a process share: the latency tables, and what the worker says about this machine."""

    troubled = Signal(str)  # a sentence: what was measured cannot be kept

    def __init__(self, worker: Callable[[], WorkerClient], settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._worker = worker
        self.settings = settings
        self._tables: LatencyTables | None = None
        self._facts: MachineFacts | None = None
        self._news: RunNews | None = None

    @property
    def worker(self) -> WorkerClient:
        return self._worker()

    @property
    def tables(self) -> LatencyTables:
        if self._tables is None:
            from designer.app.latency_tables import LatencyTables

            self._tables = LatencyTables(self)
            self._tables.troubled.connect(self.troubled)
        return self._tables

    @property
    def facts(self) -> MachineFacts:
        from designer.app.machine_facts import MachineFacts

        if self._facts is None:
            self._facts = MachineFacts(self.worker, self.settings)
        return self._facts

    def profiler(self, controller: Controller) -> Profiler:
        """One for the runs of a design; it goes with its controller."""
        from designer.app.profiler import Profiler
        from designer.app.run_news import RunNews

        if self._news is None:
            self._news = RunNews(self)
        return Profiler(controller, self.worker, self.tables, self.settings, self._news)

    def end(self) -> None:
        """Wait until everything that was measured is on the disk."""
        if self._tables is not None:
            self._tables.finish()


class ProfileActions(QObject):
    """Offers the actions of the Measure menu. A document's profiler is made soon after it was opened."""

    def __init__(self, window: MainWindow, measuring: Measuring) -> None:
        super().__init__(window)
        self._window = window
        self._measuring = measuring
        self._profilers: dict[Controller, Profiler] = {}
        actions = window.actions_
        actions.offer("measure.profile", self.open, self._no_design)
        actions.offer("measure.run", self.run, self._cannot_run)
        actions.offer("measure.cancel", self.cancel, self._nothing_runs)
        actions.offer("measure.missing", self._measure_missing, self._nothing_missing)
        actions.offer("measure.import", self._import, self._no_design)
        actions.offer("measure.export", self._export, self._no_design)
        window.controller_added.connect(self._opened)
        window.controller_dropped.connect(self._closed)
        measuring.troubled.connect(window.say)

    # -- profilers ---------------------------------------------------------------------------------------------------------------

    def profiler_of(self, controller: Controller) -> Profiler:
        """The profiler of a document."""
        found = self._profilers.get(controller)
        if found is None:
            found = self._profilers[controller] = self._measuring.profiler(controller)
            found.state_changed.connect(self._window.actions_.refresh)
        return found

    def profiler_beside(self, controller: Controller) -> Profiler:
        """A profiler of a design that no tab shows, such as a compared one. It goes with its controller."""
        return self._measuring.profiler(controller)

    def page_of(self, controller: Controller) -> ProfilePage | None:
        """The profile page of a document, None while it has none."""
        from designer.ui.profile.page import ProfilePage

        pages = (page for page in self._window.tool_pages if isinstance(page, ProfilePage))
        return next((page for page in pages if page.controller is controller), None)

    def _opened(self, controller: Controller) -> None:
        QTimer.singleShot(0, controller, lambda: self._take_up(controller))  # after the document is seen

    def _take_up(self, controller: Controller) -> None:
        if self._window.page_of(controller) is not None:
            self.profiler_of(controller)

    def _closed(self, controller: Controller) -> None:
        profiler = self._profilers.pop(controller, None)
        if profiler is not None:
            profiler.cancel()

    # -- pages -------------------------------------------------------------------------------------------------------------------

    def open(self) -> ProfilePage | None:
        """Show the profile page of the document in front."""
        from designer.ui.profile.page import ProfilePage

        controller = self._window.controller
        if controller is None:
            return None
        page = self.page_of(controller)
        if page is None:
            page = ProfilePage(self.profiler_of(controller), self._measuring.facts)
            page.node_activated.connect(lambda node_id: self._go_to(controller, node_id))
            page.said.connect(self._window.say)
        self._window.show_tool(page)
        return page

    def _go_to(self, controller: Controller, node_id: str) -> None:
        """From a row to the block on the canvas."""
        document = self._window.page_of(controller)
        if document is not None:
            self._window.tabs.show(document)
            self._window.go_to(node_id)

    # -- actions -----------------------------------------------------------------------------------------------------------------

    def _no_design(self) -> str:
        return "" if self._window.controller is not None else NO_DOCUMENT

    def _runs(self) -> bool:
        controller = self._window.controller
        profiler = self._profilers.get(controller) if controller is not None else None
        return profiler is not None and profiler.running

    def _cannot_run(self) -> str:
        controller = self._window.controller
        if controller is None:
            return NO_DOCUMENT
        return "A run is going on." if self._runs() else obstacle(controller.engine)

    def _nothing_runs(self) -> str:
        return self._no_design() or ("" if self._runs() else "Nothing is being measured.")

    def _nothing_missing(self) -> str:
        if self._no_design():
            return NO_DOCUMENT
        controller = self._window.controller
        page = self.page_of(controller) if controller is not None and self._window.tool_pages else None
        return page.latency.why_not() if page is not None else "Open the profile page of this design first."

    def run(self) -> None:
        """Profile the document in front, on its profile page."""
        page = self.open()
        if page is not None:
            page.run()

    def cancel(self) -> None:
        controller = self._window.controller
        if controller is not None and controller in self._profilers:
            self._profilers[controller].cancel()

    def _measure_missing(self) -> None:
        page = self.open()
        if page is not None:
            page.latency.measure.click()

    def _import(self) -> None:
        page = self.open()
        if page is not None:
            page.latency.importing.click()

    def _export(self) -> None:
        page = self.open()
        if page is not None:
            page.latency.exporting.click()
