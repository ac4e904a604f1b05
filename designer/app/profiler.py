"""Profiles of one document: what is run, what is shown, and what was run before.

The worker does the work. Here a job is begun, followed and cancelled; what it brings goes into the history of the document and
into the latency tables, and is shown through the document's `measurements`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import shiboken6
from PySide6.QtCore import QObject, Signal

from blocks.errors import LightdesignerError
from designer import protocol
from designer.analysis.engine import Engine
from designer.analysis.latency import Estimate as TableEstimate
from designer.analysis.measured import LayersMeasured, Profile, Roof, Setup
from designer.app import run_history
from designer.app.machine_facts import remembered_devices
from designer.app.measurements import Estimate, measured_in, signatures
from designer.app.profile_figures import Pieces, Source, held_in, pieces_expected, pieces_of_run
from designer.app.run_history import Run
from designer.app.run_news import RunNews
from designer.app.run_options import SWEEP, RunOptions, options_in
from designer.app.settings import PROFILE_OPTIONS, Settings

if TYPE_CHECKING:
    from designer.app.controller import Controller
    from designer.app.latency_tables import LatencyTables
    from designer.app.worker_client import WorkerClient


class _Before(NamedTuple):
    """What is known of a run before it has run."""

    signatures: dict[str, str]
    preset: str
    options: dict[str, Any]
    title: str
    expected: Estimate | None


class Profiler(QObject):
    """The runs of one document. `begin` and `measure_missing` end with exactly one of `finished`, `failed` and `cancelled`."""

    runs_changed = Signal()
    shown_changed = Signal()  # another run is shown, or none
    state_changed = Signal()  # a job began or ended
    progress = Signal(object)  # protocol.Phase
    finished = Signal(str)  # what has to be said about it, a sentence; "" where it went as it should
    failed = Signal(str)  # why not, a sentence
    cancelled = Signal()

    def __init__(
        self,
        controller: Controller,
        client: WorkerClient,
        tables: LatencyTables,
        settings: Settings | None,
        news: RunNews | None = None,
    ) -> None:
        super().__init__(controller)
        self.controller = controller
        self.tables = tables
        self._client = client
        self._settings = settings
        self.options = options_in(settings)
        self.runs: list[Run] = []
        self._ours: set[str] = set()  # ids of runs made since the document was opened
        self.shown: Run | None = None
        self._number = 0
        self._began: _Before | None = None  # what is known of a run before it has run
        self._others: list[tuple[Profiler, _Before]] = []  # whose designs run in turns with ours
        self._key = run_history.key_of(controller)
        self._ran: tuple[str, Pieces] | None = None
        self._estimates: tuple[tuple[Engine, int, int], list[tuple[str, TableEstimate]]] | None = None
        self._expected: tuple[Estimate, Pieces] | None = None
        controller.measurements.set_source(self.source)
        client.progress.connect(self._progressed)
        client.finished.connect(self._finished)
        client.failed.connect(self._failed)
        client.cancelled.connect(self._cancelled)
        controller.title_changed.connect(self._follow_file)
        tables.changed.connect(self._estimate_anew)
        self._news = news if news is not None else RunNews(self)
        self._news.kept.connect(self._hear)
        self._news.forgotten.connect(self._drop)
        if self._key:
            self._take_up(run_history.read(self._key))
        self._estimate_anew()

    # -- options -----------------------------------------------------------------------------------------------------------------

    def choose(self, options: RunOptions) -> None:
        """Use these from now on, in this document and in those opened later."""
        if options == self.options:
            return
        self.options = options
        if self._settings is not None:
            self._settings.set(PROFILE_OPTIONS, msgspec.json.encode(options).decode())
        if self.shown is None:
            self._estimate_anew()

    @property
    def setup(self) -> Setup:
        """Under what the shown times were measured, or would be."""
        return self.shown.profile.setup if self.shown is not None else self.options.setup(self._machine()[1])

    @property
    def device_name(self) -> str:
        """What the device of `setup` is called."""
        if self.shown is not None and self.shown.profile.environment.device_name:
            return self.shown.profile.environment.device_name
        return self._machine()[0].get(self.setup.device, "")

    def _machine(self) -> tuple[dict[str, str], int]:
        return remembered_devices(self._settings)

    # -- jobs --------------------------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        return self._number != 0

    def begin(self) -> None:
        """Profile the design as it is now."""
        self._submit(self._job())

    def begin_together(self, others: Sequence[Profiler]) -> None:
        """Profile the design and those of others, in turns and in the way that is chosen here; each keeps its own run."""
        job = protocol.ProfileTogether(first=self._job(), others=tuple([one.text() for one in others]))
        self._submit(job, [(one, one.before(job.first)) for one in others])

    def _job(self) -> protocol.ProfileDesign:
        options = self.options
        threads = options.threads or self._machine()[1]
        return protocol.ProfileDesign(
            design=self.text(),
            device=options.device,
            backend=options.backend,
            dtype=options.dtype,
            batch=options.batch,
            threads=options.threads,
            within=options.within,
            time_limit_s=float(options.time_limit_s),
            sweep=SWEEP if options.sweep else (),
            roof=self._known_roof(options, threads),
        )

    def measure_missing(self, setup: Setup, keys: tuple[str, ...]) -> None:
        """Measure layers that the table of this device lacks."""
        self._submit(
            protocol.MeasureLayers(
                design=self.text(),
                keys=keys,
                device=setup.device,
                backend=setup.backend,
                dtype=setup.dtype,
                batch=setup.batch,
                threads=setup.threads,
                time_limit_s=float(self.options.time_limit_s),
            )
        )

    def cancel(self) -> None:
        """Give the job up; `cancelled` follows within half a second."""
        if self._number:
            self._client.cancel(self._number)

    def _submit(
        self,
        job: protocol.ProfileDesign | protocol.ProfileTogether | protocol.MeasureLayers,
        others: Sequence[tuple[Profiler, _Before]] = (),
    ) -> None:
        if self._number:
            return
        first = job.first if isinstance(job, protocol.ProfileTogether) else job
        self._began = self.before(first) if isinstance(first, protocol.ProfileDesign) else None
        self._others = list(others)
        self._number = self._client.submit(job)
        self.state_changed.emit()

    def before(self, job: protocol.ProfileDesign) -> _Before:
        """What a run will be kept with: the design as it is now, and what its layers let expect."""
        engine, origin = self.controller.engine, self.controller.design.origin
        setup = self.options.setup(job.threads or self._machine()[1])
        expected = self.tables.estimate(engine, self._machine()[0].get(setup.device, ""), setup)
        return _Before(
            signatures(engine),
            origin.preset if origin is not None else "",
            dict(origin.options) if origin is not None else {},
            self.controller.title,
            expected,
        )

    def text(self) -> str:
        """The design as the worker reads it."""
        from designer.document.format import write

        return write(self.controller.design)

    def _known_roof(self, options: RunOptions, threads: int) -> msgspec.Raw:
        table = self.tables.of(self._machine()[0].get(options.device, ""))
        roof = table.roof(options.device, options.dtype, threads) if table is not None else None
        return protocol.NOTHING if roof is None else msgspec.Raw(msgspec.json.encode(roof))

    def _progressed(self, phase: protocol.Phase) -> None:
        if phase.job == self._number:
            self.progress.emit(phase)

    def _finished(self, result: object) -> None:
        known = protocol.Profiled | protocol.ProfiledTogether | protocol.LayersMeasured
        if not isinstance(result, known) or result.job != self._number:
            return
        self._number = 0
        try:
            if isinstance(result, protocol.Profiled):
                said = self._take(msgspec.json.decode(result.profile, type=Profile))
            elif isinstance(result, protocol.ProfiledTogether):
                said = self._take_all([msgspec.json.decode(one, type=Profile) for one in result.profiles])
            else:
                said = self._learn(msgspec.json.decode(result.layers, type=LayersMeasured))
        except (msgspec.MsgspecError, LightdesignerError) as problem:
            self.state_changed.emit()
            self.failed.emit(f"The measurement came back in a form that this window does not understand: {problem}.")
            return
        self.state_changed.emit()
        self.finished.emit(said)

    def _failed(self, failed: protocol.Failed) -> None:
        if self._number and failed.job == self._number:
            self._number = 0
            self.state_changed.emit()
            self.failed.emit(failed.sentence)

    def _cancelled(self, number: int) -> None:
        if self._number and number == self._number:
            self._number = 0
            self.state_changed.emit()
            self.cancelled.emit()

    # -- what a job brings -------------------------------------------------------------------------------------------------------

    def _take(self, profile: Profile) -> str:
        assert self._began is not None
        return self.keep(profile, self._began)

    def _take_all(self, profiles: list[Profile]) -> str:
        """Each its own; a document that was closed meanwhile needs none."""
        mine, *theirs = profiles
        trouble = [self._take(mine)]
        for (other, before), profile in zip(self._others, theirs, strict=True):
            if shiboken6.isValid(other):
                trouble.append(other.keep(profile, before))
        self._others = []
        return next(filter(None, trouble), "")

    def keep(self, profile: Profile, before: _Before) -> str:
        """Take a run over; gives a sentence where it cannot be kept on the disk."""
        expected = before.expected
        run = Run(
            id=run_history.new_id(),
            at=profile.at or run_history.now(),
            profile=profile,
            signatures=before.signatures,
            preset=before.preset,
            options=before.options,
            title=before.title,
            expected_ms=expected.total_ms if expected is not None else None,
            expected_known=expected.known if expected is not None else 0,
            expected_layers=expected.layers if expected is not None else 0,
        )
        self.runs.insert(0, run)
        self._ours.add(run.id)
        del self.runs[run_history.MOST :]
        trouble = run_history.write(self._key, run) if self._key else ""
        self.show(run)
        self.runs_changed.emit()
        if self._key:
            self._news.kept.emit(self._key, run)
        if profile.environment.device_name:
            self.tables.learn(profile.environment.device_name, profile)
        return trouble

    def _learn(self, found: LayersMeasured) -> str:
        self.tables.learn(found.device_name, found)
        count = len(found.failed)
        return f"{count} {'layer' if count == 1 else 'layers'} could not be measured." if count else ""

    # -- runs --------------------------------------------------------------------------------------------------------------------

    def show(self, run: Run | None) -> None:
        """Show the times of this run in the whole window."""
        self.shown = run
        self.controller.measurements.show(measured_in(run.profile, run.signatures) if run is not None else None)
        self._estimate_anew()
        self.shown_changed.emit()

    def forget(self, run: Run) -> None:
        """Take a run out of the history."""
        if self._key:
            run_history.remove(self._key, run.id)
        self._news.forgotten.emit(self._key, run.id)

    def _hear(self, key: str, run: Run) -> None:
        """A run was made that is kept where ours are. It is shown as if it were our own, unless an older one was picked."""
        if key != self._key or any(one.id == run.id for one in self.runs):
            return
        newest = next((one for one in self.runs if self.fits(one)), None)
        shows = self.fits(run) and (self.shown is None or newest is None or self.shown.id == newest.id)
        self.runs = sorted([run, *self.runs], key=lambda one: one.id, reverse=True)[: run_history.MOST]
        if shows:
            self.show(run)
        self.runs_changed.emit()

    def _drop(self, key: str, run_id: str) -> None:
        """A run was taken out of a history; we may have it too."""
        if key != self._key or all(one.id != run_id for one in self.runs):
            return
        self.runs = [one for one in self.runs if one.id != run_id]
        if self.shown is not None and self.shown.id == run_id:
            self.show(self.runs[0] if self.runs else None)
        self.runs_changed.emit()

    def fits(self, run: Run) -> bool:
        """Whether the design is still what ran."""
        return run.signatures == signatures(self.controller.engine)

    def _take_up(self, runs: list[Run]) -> None:
        known = {run.id for run in self.runs}
        self.runs = sorted([*self.runs, *[run for run in runs if run.id not in known]], key=lambda run: run.id, reverse=True)
        if self.shown is None and self.runs:
            self.show(next((run for run in self.runs if self.fits(run)), self.runs[0]))

    def _follow_file(self) -> None:
        """A document that gets a file keeps its runs there, beside those the file has already."""
        key = run_history.key_of(self.controller)
        if key == self._key or not key:
            return
        old, self._key = self._key, key
        before = run_history.read(key)
        if not old or self.controller.path is not None:
            known = {run.id for run in before}
            for run in self.runs:  # those of other sessions stay with the preset, unless they are of just this design
                if run.id not in known and (run.id in self._ours or self.fits(run)):
                    run_history.write(key, run)
        self._take_up(before)
        self.runs_changed.emit()

    # -- estimates ---------------------------------------------------------------------------------------------------------------

    def _estimate_anew(self) -> None:
        """What was not measured is estimated from the table of the same device and setup."""
        name, setup = self.device_name, self.setup
        if not name:
            self.controller.measurements.set_estimator(None)
            return

        def estimator(engine: Engine) -> Estimate | None:
            return self.tables.estimate(engine, name, setup)

        self.controller.measurements.set_estimator(estimator)

    def source(self) -> Source:
        """The pieces of the run that is shown, and of what is expected of what changed since; worked out once each."""
        shown, times, setup = self.shown, self.controller.measurements, self.setup
        if shown is None:
            self._ran = None
        elif self._ran is None or self._ran[0] != shown.id:
            self._ran = shown.id, pieces_of_run(shown.profile)
        estimate = times.estimate if not times.is_current else None
        if estimate is None:
            self._expected = None
        elif self._expected is None or self._expected[0] is not estimate:
            self._expected = estimate, pieces_expected(self.controller.engine, setup, estimate.times, self.roof())
        ran, expected = self._ran, self._expected
        held = held_in(shown.profile) if shown is not None else {}
        return Source(ran[1] if ran is not None else None, expected[1] if expected is not None else None, setup.batch, held)

    def roof(self) -> Roof | None:
        """The roof under which the shown blocks stand."""
        if self.shown is not None and self.shown.profile.roof is not None:
            return self.shown.profile.roof
        table, setup = self.tables.of(self.device_name), self.setup
        return table.roof(setup.device, setup.dtype, setup.threads) if table is not None else None

    def estimates(self) -> list[tuple[str, TableEstimate]]:
        """What each table says about the design, by device: every setup under which anything was measured."""
        engine = self.controller.engine
        at = (engine, engine.revision, self.tables.revision)
        if self._estimates is None or self._estimates[0] != at:
            found = []
            for name, table in self.tables.tables.items():
                for setup in table.setups():
                    estimate = table.estimate(engine, setup)
                    if estimate is not None:
                        found.append((name, estimate))
            self._estimates = at, found
        return self._estimates[1]

    @property
    def threads(self) -> int:
        """How many threads are used where nobody says."""
        return self._machine()[1]

    def name_of(self, device: str) -> str:
        """What a device of this machine is called, "" while nobody knows."""
        return self._machine()[0].get(device, "")

    def local_devices(self) -> set[str]:
        """The names of this machine's devices."""
        return set(self._machine()[0].values())
