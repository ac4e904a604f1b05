"""What is known about the time that each block of one document takes: measured by its last profile, else estimated.

A measured time belongs to a block as it was when it ran. One whose parameters, parts or shapes are others now has no measured
time any more, while all other blocks keep theirs; a step taken back gives it back.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, QTimer, Signal

from blocks.builder import Result
from designer.analysis.engine import Delta, Engine
from designer.analysis.results import NodeResult

if TYPE_CHECKING:
    from designer.analysis.measured import Profile
    from designer.app.controller import Controller
    from designer.app.profile_figures import Source

Kind = Literal["measured", "estimated"]
MEASURED: Kind = "measured"
ESTIMATED: Kind = "estimated"
WHERE_COUNTED = ("ok", "warning")
LARGE = 3_000  # layers beyond which an estimate takes too long for every step of a drag
LATER = 250  # ms without an edit


class Time(NamedTuple):
    """How long something takes for one batch, and how that is known."""

    ms: float
    kind: Kind


class Measured(NamedTuple):
    """What a profile found: milliseconds by dotted path. A path has what was booked on it alone, not on its parts.

    `signatures` are those of the root nodes as they ran, by path. `total_ms` is the whole network's, measured without hooks.
    `blocks` are the times of root blocks where they are more than what their parts add up to, None where they are not known.
    """

    times: Mapping[str, float]
    signatures: Mapping[str, str]
    total_ms: float
    blocks: Mapping[str, float | None] = {}


def measured_in(profile: Profile, signatures: Mapping[str, str]) -> Measured:
    """What a profile says, as times by path; `signatures` are those taken when it began."""
    times: dict[str, float] = {}
    for layer in profile.layers:
        times[layer.path] = times.get(layer.path, 0.0) + layer.ms
    return Measured(times, signatures, profile.total_ms.median, {block.path: block.ms for block in profile.blocks})


class Estimate(NamedTuple):
    """What is to be expected of a design that was not measured: milliseconds by dotted path, as in `Measured`.

    `total_ms` holds what no layer answers for, too. `known` of `layers` layers were measured here, the others are guessed.
    """

    times: Mapping[str, float]
    total_ms: float
    known: int
    layers: int


def together(times: Iterable[Time | None]) -> Time | None:
    """The sum of several times, estimated where any of them is; None where one is not known, and of none."""
    ms, kind, some = 0.0, MEASURED, False
    for time in times:
        if time is None:
            return None
        ms, some = ms + time.ms, True
        if time.kind == ESTIMATED:
            kind = ESTIMATED
    return Time(ms, kind) if some else None


Estimator = Callable[[Engine], Estimate | None]
"""Estimates a design. Called on the thread of the window after each edit, when somebody reads: it has a few milliseconds."""


# -- what a block was when it ran ---------------------------------------------------------------------------------------------

_signatures: WeakKeyDictionary[Result, str] = WeakKeyDictionary()


def signature(result: Result) -> str:
    """A short text that is equal exactly for blocks that do the same work: same layers, values and shapes, wired the same way."""
    found = _signatures.get(result)
    if found is None:
        if result.drawing is None:
            said = repr((result.block.id, result.values, result.inputs))
        else:
            parts = [(signature(part.result), part.inputs) for part in result.drawing.parts]
            said = repr((parts, result.drawing.outputs))
        found = _signatures[result] = hashlib.blake2b(said.encode(), digest_size=9).hexdigest()
    return found


def signature_of(result: NodeResult) -> str:
    """The signature of a root node; "" for one that does no work."""
    counts = result.status in WHERE_COUNTED and not result.disabled and result.evaluated is not None
    return signature(result.evaluated) if counts and result.evaluated is not None else ""


def signatures(engine: Engine) -> dict[str, str]:
    """The signatures of all root nodes that count, by path: taken when a profile begins, kept with what it finds."""
    return {(result := engine.results[node_id]).path: signature_of(result) for node_id in engine.order.order}


class _Sums:
    """Times by path, and the sums below each path."""

    def __init__(self, times: Mapping[str, float]) -> None:
        self._times = times
        self._paths = sorted(times)

    def below(self, path: str) -> float | None:
        """What was booked on a path and its parts; None where it was booked on something around it instead."""
        found = self._times.get(path)
        prefix = f"{path}."
        at = bisect_left(self._paths, prefix)
        while at < len(self._paths) and self._paths[at].startswith(prefix):
            found = (found or 0.0) + self._times[self._paths[at]]
            at += 1
        if found is None:
            above = path
            while "." in above:
                above = above.rpartition(".")[0]
                if above in self._times:
                    return None
            return 0.0
        return found


# -- of one document ----------------------------------------------------------------------------------------------------------


class Measurements(QObject):
    """The times of the blocks of one document; `changed` says that any of them is another now.

    Paths are those of the tables and of the compiler: a stage (`stage2`), a root block (`stage2.ir1`) or any part of one
    (`stage2.ir1.expand.conv`).
    """

    changed = Signal()
    replaced = Signal()  # after `changed`: all times may be others, not only those of blocks that were edited

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._measured: Measured | None = None
        self._sums: _Sums | None = None
        self._estimator: Estimator | None = None
        self._source: Callable[[], Source] | None = None
        self._estimate: Estimate | None = None
        self._estimate_sums: _Sums | None = None
        self._estimated_at: tuple[Engine, int] | None = None
        self._nodes: dict[str, tuple[NodeResult | None, Time | None]] = {}  # root nodes by id, worked out when read
        self._ids: dict[str, str] | None = None  # root nodes by path
        self._current: tuple[Engine, int, bool] | None = None
        self._patient = False  # nothing was edited for a moment
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER)
        self._later.timeout.connect(self._rested)
        controller.analysis_changed.connect(self._follow)

    # -- what is known ---------------------------------------------------------------------------------------------------------

    def ms_of(self, path: str) -> Time | None:
        """The time of a stage, a block or a part of one; None where nothing is known about it."""
        node_id, is_root = self._root_of(path)
        if node_id is None:
            return together(map(self.of_node, self._members(path)))
        if is_root:
            return self.of_node(node_id)
        whole = self.of_node(node_id)
        if whole is None:
            return None
        sums = self._sums if whole.kind == MEASURED else self._estimate_sums
        ms = sums.below(path) if sums is not None else None
        if not ms and sums is not None and whole.ms and not sums.below(self._controller.engine.results[node_id].path):
            return None  # its parts were not told apart
        return Time(ms, whole.kind) if ms is not None else None

    def of_node(self, node_id: str) -> Time | None:
        """The time of a root node, by its id."""
        result = self._controller.engine.results.get(node_id)
        kept = self._nodes.get(node_id)
        if kept is None or kept[0] is not result:  # the analysis may be ahead of its signal
            kept = self._nodes[node_id] = result, self._look_up(node_id)
        return kept[1]

    def share_of(self, path: str) -> float | None:
        """The part of the time of all blocks, 0 to 1, that this one takes. None while any of them is not known."""
        mine, all_ = self.ms_of(path), self.layers_ms
        return mine.ms / all_.ms if mine is not None and all_ is not None and all_.ms > 0 else None

    @property
    def layers_ms(self) -> Time | None:
        """The times of all blocks together, without what no layer answers for."""
        engine = self._controller.engine
        return together(map(self.of_node, engine.order.order)) if engine.total is not None else None

    @property
    def total_ms(self) -> Time | None:
        """The time of the whole network: measured as long as it is the one that ran, else estimated."""
        engine = self._controller.engine
        if engine.total is None:
            return None
        if self._measured is not None and self.is_current:
            return Time(self._measured.total_ms, MEASURED)
        estimate = self.estimate
        return Time(estimate.total_ms, ESTIMATED) if estimate is not None else None

    @property
    def measured(self) -> Measured | None:
        """The last profile, None before the first."""
        return self._measured

    @property
    def is_current(self) -> bool:
        """Whether the design is the one that was measured, block by block."""
        if self._measured is None:
            return False
        engine = self._controller.engine
        if self._current is None or self._current[0] is not engine or self._current[1] != engine.revision:
            self._current = engine, engine.revision, self._measured.signatures == signatures(engine)
        return self._current[2]

    @property
    def estimate(self) -> Estimate | None:
        """The estimate of the design as it is now, None where nothing can be said."""
        engine = self._controller.engine
        at = (engine, engine.revision)
        if self._estimated_at != at:
            if engine.primitives > LARGE and self._estimator is not None and not self._patient:
                self._later.start()
                return None
            self._patient = False
            able = self._estimator is not None and engine.total is not None
            self._estimate = self._estimator(engine) if self._estimator is not None and able else None
            self._estimate_sums = _Sums(self._estimate.times) if self._estimate is not None else None
            self._estimated_at = at
        return self._estimate

    def source(self) -> Source:
        """The pieces that the times are made of, for figures beyond milliseconds."""
        from designer.app.profile_figures import Source

        return self._source() if self._source is not None else Source(None, None, 1)

    def set_source(self, source: Callable[[], Source] | None) -> None:
        """Whoever shows times knows their pieces too."""
        self._source = source

    # -- what comes to be known ------------------------------------------------------------------------------------------------

    def show(self, measured: Measured | None) -> None:
        """From here on these are the measured times; None: there are none."""
        self._measured = measured
        self._sums = _Sums(measured.times) if measured is not None else None
        self._current = None
        self._forget()

    def set_estimator(self, estimator: Estimator | None) -> None:
        """Have what was not measured estimated. Called again when the same estimator knows more than before."""
        self._estimator = estimator
        self._estimated_at = None
        self._estimate = self._estimate_sums = None
        self._forget()

    # -- inside ----------------------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._nodes.clear()
        self.changed.emit()
        self.replaced.emit()

    def _rested(self) -> None:
        """A large design is estimated when a person rests, not at each step of a drag."""
        self._patient = True
        if self.estimate is not None:
            self._forget()

    def _follow(self, delta: object) -> None:
        assert isinstance(delta, Delta)
        self._ids = None
        for node_id in delta.removed:
            self._nodes.pop(node_id, None)
        if (self._measured is not None or self._estimator is not None) and (delta.changed or delta.removed or delta.totals):
            self.changed.emit()

    def _look_up(self, node_id: str) -> Time | None:
        result = self._controller.engine.results.get(node_id)
        if result is None or result.status not in WHERE_COUNTED:
            return None
        if result.disabled:
            return Time(0.0, MEASURED if self._measured is not None else ESTIMATED)
        if self._measured is not None and self._measured.signatures.get(result.path) == signature_of(result):
            assert self._sums is not None
            ms = self._measured.blocks.get(result.path, self._sums.below(result.path) or 0.0)
            return Time(ms, MEASURED) if ms is not None else None
        if self.estimate is None or self._estimate_sums is None:
            return None
        return Time(self._estimate_sums.below(result.path) or 0.0, ESTIMATED)

    def _by_path(self) -> dict[str, str]:
        if self._ids is None:
            self._ids = {result.path: node_id for node_id, result in self._controller.engine.results.items()}
        return self._ids

    def _root_of(self, path: str) -> tuple[str | None, bool]:
        """The root node that a path names or lies in, and whether it names that node itself."""
        ids = self._by_path()
        if path in ids:
            return ids[path], True
        above = path
        while "." in above:
            above = above.rpartition(".")[0]
            if above in ids:
                return ids[above], False
        return None, False

    def _members(self, stage: str) -> list[str]:
        """The root nodes of a stage that count."""
        counted = self._controller.engine.order.order
        results = self._controller.engine.results
        return [node_id for node_id in counted if results[node_id].path.startswith(f"{stage}.")]


__all__ = [
    "ESTIMATED",
    "MEASURED",
    "Estimate",
    "Estimator",
    "Kind",
    "Measured",
    "Measurements",
    "Time",
    "measured_in",
    "signature",
    "signatures",
    "together",
]
