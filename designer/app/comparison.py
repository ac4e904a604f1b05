"""Designs side by side, as the window follows them: open documents live, presets, files and earlier states as they were taken in.

Each compared design has a controller: the document's own, or one of ours. Facts are worked out when somebody reads them, and only
for the design that changed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from blocks.errors import LightdesignerError
from designer.analysis.compare_changes import Differences, differences
from designer.analysis.compare_entry import MOST, Accuracy, Entry, Times, conditions_under, shorts, times_of
from designer.analysis.compare_facts import Facts, facts_of
from designer.analysis.compare_saving import false_savings
from designer.analysis.compare_tables import Comparison
from designer.app.controller import Controller
from designer.app.garbage import let_go
from designer.app.history import design_at, moments

if TYPE_CHECKING:
    from designer.app.profiler import Profiler
    from designer.app.ready_made import Ready
    from designer.graph.design import Design

DTYPE = "fp32"

Profilers = Callable[[Controller, bool], "Profiler"]
"""Gives the runs of a design; the second argument says whether it is an open document."""


class Compared(QObject):
    """One of the designs. `document` is the open document it follows, None for one that was taken in as it was."""

    changed = Signal()

    def __init__(
        self,
        controller: Controller,
        *,
        document: bool,
        label: str = "",
        said: str = "",
        file: str = "",
        profilers: Profilers | None = None,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.controller = controller
        self.label = label  # what charts call it; "" for what tells it apart
        self.said = said  # of an earlier state: after which step
        self.file = file  # of an earlier state: of which file, "" where its document was never saved
        self._document = document
        self._facts: Facts | None = None
        self._facts_of: tuple[object, int] = (None, -1)
        self._times: tuple[object, Times | None] = (None, None)
        if not document:
            controller.setParent(self)
        self.profiler = profilers(controller, document) if profilers is not None else None
        """Its runs; None where nobody measures."""
        controller.analysis_changed.connect(self._follow)
        controller.title_changed.connect(self._follow)
        controller.measurements.changed.connect(self._follow)

    @property
    def document(self) -> Controller | None:
        return self.controller if self._document else None

    def _follow(self, _: object = None) -> None:
        self.changed.emit()

    def release(self) -> None:
        """Follow no longer."""
        if self.profiler is not None and not self._document:
            self.profiler.cancel()
        self.controller.analysis_changed.disconnect(self._follow)
        self.controller.title_changed.disconnect(self._follow)
        self.controller.measurements.changed.disconnect(self._follow)
        let_go(self)

    # -- what it is called -------------------------------------------------------------------------------------------------------

    @property
    def called(self) -> tuple[str, str]:
        """Name and detail."""
        from designer.catalogue import called, equals_origin

        name, detail = called(self.controller.design)
        if self.controller.path is not None or (self._document and not detail):
            name = self.controller.title  # a file is called as it is called
        if self.said:
            known = not self.file and equals_origin(self.controller.design)  # a preset is called by what it was then
            name = name if known else self.file or self.controller.design.name
            detail = f"{detail}, {self.said}" if known else self.said
        elif not detail:
            given = self.facts.input
            detail = " x ".join(map(str, given[1:] if len(given) == 3 else given)) if given else "no input"
        return name, detail

    @property
    def text(self) -> str:
        """The DESIGN text of an unchanged preset, "" for anything else: what opens it in a tab."""
        from designer.catalogue import canonical, equals_origin

        origin = self.controller.design.origin
        if origin is None or not equals_origin(self.controller.design):
            return ""
        return canonical(origin.preset, origin.options)

    # -- figures -----------------------------------------------------------------------------------------------------------------

    @property
    def facts(self) -> Facts:
        """What the analysis says now."""
        engine = self.controller.engine
        at = (engine, engine.revision)
        if self._facts is None or self._facts_of != at:
            self._facts, self._facts_of = facts_of(engine, DTYPE), at
        return self._facts

    @property
    def measured(self) -> Times | None:
        """The times of the run that is shown, as long as the design is the one that ran."""
        run = self.profiler.shown if self.profiler is not None else None
        engine = self.controller.engine
        at = (run, engine, engine.revision)
        if run is None or self.profiler is None:
            return None
        if self._times[0] != at:
            self._times = at, times_of(run.profile) if self.profiler.fits(run) else None
        return self._times[1]

    @property
    def estimated(self) -> Times | None:
        """What the latency table lets expect."""
        estimate = self.controller.measurements.estimate
        if estimate is None or self.profiler is None or not self.facts.valid:
            return None
        conditions = conditions_under(self.profiler.setup, self.profiler.device_name)
        coverage = f"{estimate.known} of {estimate.layers} layers measured here"
        return Times(estimate.total_ms, {}, conditions, layers=estimate.times, coverage=coverage)

    def entry(self, short: str) -> Entry:
        """The design as the analysis of comparisons reads it."""
        from designer.catalogue import top1_of

        name, detail = self.called
        top1 = top1_of(self.controller.design)
        return Entry(
            name,
            self.label or short,
            detail,
            self.facts,
            Accuracy(top1.percent, top1.source, top1.recalled) if top1 is not None else None,
            self.measured,
            self.estimated,
        )


class CompareModel(QObject):
    """Two to four designs, one of them the baseline. `changed` says that a figure is another now; `listed` that designs came,
    went, or are called otherwise."""

    changed = Signal()
    listed = Signal()

    def __init__(self, parent: QObject | None = None, profilers: Profilers | None = None) -> None:
        super().__init__(parent)
        self._profilers = profilers
        self.designs: list[Compared] = []
        self.baseline = 0
        self.ready: Ready | None = None  # the ready-made comparison that is shown, as long as it is that
        self._entries: tuple[Entry, ...] | None = None
        self._differences: dict[int, tuple[tuple[object, ...], Differences]] = {}

    # -- which -----------------------------------------------------------------------------------------------------------------

    def why_not_add(self) -> str:
        """Why no further design can be added, "" where one can."""
        return f"{MOST} designs are the most that can be compared." if len(self.designs) >= MOST else ""

    def add_document(self, controller: Controller) -> Compared:
        """Compare an open document, and follow its edits."""
        for one in self.designs:
            if one.document is controller:
                return one
        return self._add(Compared(controller, document=True, profilers=self._profilers, parent=self))

    def add_text(self, text: str | Path, label: str = "") -> Compared:
        """Compare what a DESIGN text or a path names. Raises LightdesignerError where it cannot be read."""
        from designer.catalogue import is_file, load

        return self.add_design(load(text), label=label, path=Path(text).absolute() if is_file(text) else None)

    def add_state(self, controller: Controller, steps: int) -> Compared:
        """Compare a document as it was after so many steps."""
        moment = next((one for one in moments(controller) if one.steps == steps), None)
        said = "as opened" if steps == 0 else f"after “{moment.title if moment is not None else 'an earlier step'}”"
        design = design_at(controller, steps)
        design.name = controller.title
        file = controller.title if controller.path is not None else ""
        return self._add(self._taken_in(Controller(design), said=said, file=file))

    def add_design(self, design: Design, *, label: str = "", path: Path | None = None) -> Compared:
        """Compare a design that nobody edits."""
        return self._add(self._taken_in(Controller(design, path), label=label))

    def _taken_in(self, controller: Controller, *, label: str = "", said: str = "", file: str = "") -> Compared:
        return Compared(controller, document=False, label=label, said=said, file=file, profilers=self._profilers, parent=self)

    def _add(self, one: Compared) -> Compared:
        if len(self.designs) >= MOST:
            one.release()
            raise LightdesignerError(f"{self.why_not_add()} Remove one first.")
        self.designs.append(one)
        one.changed.connect(self._design_changed)
        self.ready = None
        self._relist()
        return one

    def show_ready(self, ready: Ready) -> None:
        """Put a ready-made comparison in the place of what is compared. Raises LightdesignerError where it cannot be drawn."""
        from designer.catalogue import load

        drawn = [(load(text), label) for text, label in ready.designs]
        self.clear()
        for design, label in drawn:
            self.add_design(design, label=label)
        self.ready = ready
        self._relist()

    def remove(self, one: Compared) -> None:
        """Compare it no longer."""
        index = self.designs.index(one)
        self.designs.remove(one)
        if index < self.baseline or self.baseline >= len(self.designs):
            self.baseline = max(0, self.baseline - 1)
        one.release()
        self.ready = None
        self._relist()

    def clear(self) -> None:
        for one in self.designs:
            one.release()
        self.designs = []
        self.baseline = 0
        self.ready = None
        self._relist()

    def document_closed(self, controller: Controller) -> None:
        """An open document is about to go: keep what it was."""
        for index, one in enumerate(self.designs):
            if one.document is controller:
                design = controller.design.copy()
                design.name = controller.title
                kept = self._taken_in(Controller(design, controller.path), label=one.label)
                if one.profiler is not None and one.profiler.shown is not None and kept.profiler is not None:
                    kept.profiler.show(one.profiler.shown)
                self.designs[index] = kept
                kept.changed.connect(self._design_changed)
                one.release()
                self._relist()

    def set_baseline(self, index: int) -> None:
        """Compare with this one from now on."""
        if index != self.baseline and 0 <= index < len(self.designs):
            self.baseline = index
            self._relist()

    def _relist(self) -> None:
        self._entries = None
        self.listed.emit()
        self.changed.emit()

    def _design_changed(self) -> None:
        self._entries = None
        if self.ready is not None and any(one.document is not None for one in self.designs):
            self.ready = None
        self.changed.emit()

    # -- what to read ------------------------------------------------------------------------------------------------------------

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The designs as they are now."""
        if self._entries is None:
            named = shorts([one.called for one in self.designs])
            self._entries = tuple([one.entry(short) for one, short in zip(self.designs, named, strict=True)])
        return self._entries

    @property
    def title(self) -> str:
        """`V1, V2, V3-Large`."""
        return ", ".join(entry.short for entry in self.entries) or "Compare"

    @property
    def sees(self) -> str:
        return self.ready.sees if self.ready is not None else ""

    def differences_of(self, index: int) -> Differences:
        """What differs structurally between the baseline and another design."""
        base, other = self.designs[self.baseline].controller, self.designs[index].controller
        at = (base.engine, base.engine.revision, other.engine, other.engine.revision)
        known = self._differences.get(index)
        if known is None or known[0] != at:
            known = self._differences[index] = at, differences(base.engine, other.engine)
        return known[1]

    def comparison(self, *, changes: bool = True) -> Comparison:
        """Everything a report says. `changes` are listed for designs that are versions of the baseline."""
        entries = self.entries
        found = []
        if changes:
            for index in range(len(self.designs)):
                if index != self.baseline:
                    one = self.differences_of(index)
                    if one.related and one.found:
                        found.append((index, one))
        savings = tuple(false_savings(entries, self.baseline)) if entries else ()
        return Comparison(self.title, entries, self.baseline, self.sees, savings, tuple(found))
