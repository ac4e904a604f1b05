"""`profile`: a design timed on this machine, the whole and each of its parts."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from os import PathLike
from typing import TYPE_CHECKING, Any, Protocol

from blocks.errors import LightdesignerError
from designer.analysis.measured import (
    ELEMENT_BYTES,
    TIME_LIMIT_S,
    WITHIN,
    MeasureError,
    Profile,
    Roof,
    SweepPoint,
)
from designer.compile.errors import TORCH_ERRORS, torch_said
from designer.graph.design import Design
from designer.measure import machine, scratch
from designer.measure.asked import Asked, asked_of, now
from designer.measure.booking import Book, Piece, Times
from designer.measure.clocks import Clock, clock_of
from designer.measure.memory import Peak, need_of, refuse_too_large
from designer.measure.roof import roof_of
from designer.measure.runs import Limits, Ran, exhaust
from designer.measure.stack import roomy

if TYPE_CHECKING:
    import torch

    from designer.measure.ways import Turns

TOO_MUCH = 0.1
"""Layers that take this much longer than the whole, as a share, were not timed under the same conditions."""

Say = Callable[[str, int, int], None]
"""Hears what a measurement is at: words, the step's number from 1, how many steps there are."""


Timing = Generator[None, bool, tuple[Ran, list[Piece]]]


class Way(Protocol):
    """How a backend runs a design at one batch size."""

    def timing(self, limits: Limits, tell: Callable[[str], None]) -> Timing:
        """Time it, with its parts where the backend has any; as `running` does it."""
        ...

    def whole(self, limits: Limits, tell: Callable[[str], None]) -> Ran:
        """Time the whole alone."""
        ...

    def peak(self) -> Peak:
        """The most memory that a run takes."""
        ...

    def turns(self) -> Turns:
        """Runs in which the parts are timed, without others between them."""
        ...

    @property
    def most_runs(self) -> int | None:
        """How many runs say enough about the parts, None where that depends on their times alone."""
        ...


@roomy
def profile(
    design: Design,
    *,
    device: str = "cpu",
    backend: str = "eager",
    dtype: str = "fp32",
    batch: int = 1,
    threads: int | None = None,
    runs: int | None = None,
    within: float = WITHIN,
    time_limit_s: float = TIME_LIMIT_S,
    sweep: Sequence[int] = (),
    layers: bool = True,
    weights: Mapping[str, torch.Tensor] | str | PathLike[str] | None = None,
    seed: int = 0,
    roof: Roof | None = None,
    say: Say | None = None,
) -> Profile:
    """Time a design here, with random weights (or `weights`) and random inputs.

    Runs warm up until their times are steady and go on until the 95 % interval of the median lies `within` this share of it, or
    for `runs` runs, and for `time_limit_s` seconds at most. The total is timed without anything between the layers; the times of
    layers come from other runs in turns with these, and `layers_overhead` says how much longer those took. `sweep` are further
    batch sizes, of which the whole is timed. `roof` is what an earlier profile brought; without one it is measured first.

    Raises MeasureError where this machine cannot do it or the design does not fit into its memory, CompileError where the design
    cannot be compiled.
    """
    asked = asked_of(
        design,
        device=device,
        backend=backend,
        dtype=dtype,
        batch=batch,
        threads=threads,
        runs=runs,
        within=within,
        time_limit_s=time_limit_s,
        sweep=sweep,
        layers=layers,
        seed=seed,
        weights=weights,
        roof=roof,
    )
    with alone(asked):
        return exhaust(Measurement(asked, say or (lambda text, step, steps: None)).steps_of())


@contextmanager
def alone(asked: Asked) -> Iterator[None]:
    """What holds while anything is measured as asked."""
    from designer.measure.torch_side import forget_compiled, quiet, threads

    if asked.backend == "compile":
        forget_compiled()
    with quiet(), threads(asked.threads if asked.device == "cpu" else None):
        yield


class Measurement:
    """One profile, step by step; between two runs others may have the machine, as `running` tells."""

    def __init__(self, asked: Asked, say: Say) -> None:
        self.asked = asked
        self.say = say
        self.steps = 3 + len(asked.sweep) + (asked.roof is None)
        self.step = 0
        self.remarks: list[str] = []

    def steps_of(self) -> Generator[None, bool, Profile]:
        started = time.monotonic()
        asked = self.asked
        clock = clock_of(asked.device)
        with ExitStack() as stack:
            self._begin("Building the model")
            backend = self._backend(stack, clock)
            roof = asked.roof
            if roof is None:
                self._begin("Calibrating the roof of this machine")
                roof = roof_of(asked.device, asked.dtype, asked.threads)
            self._begin("Compiling" if asked.backend == "compile" else "Warming up")
            way = self._running(lambda: backend(asked.batch))
            share = 0.5 if asked.sweep else 1.0
            limits = Limits(asked.runs, share * asked.time_limit_s, within=asked.within)
            with self._saying():
                ran, pieces = yield from way.timing(limits, self._tell)
            environment = machine.environment(asked.device, asked.threads, clock.name)
            self._begin("Measuring memory")
            peak = self._running(way.peak)
            sweep = self._sweep(backend)
        times = self._booked(pieces, roof)
        layers_ms = sum(layer.ms for layer in times.layers) if times.layers else None
        self._remark(ran, layers_ms)
        return Profile(
            design=asked.plan.design.name,
            environment=environment,
            dtype=asked.dtype,
            backend=asked.backend,
            batch=asked.batch,
            runs=ran.runs,
            warmup_runs=ran.warmup_runs,
            total_ms=ran.times,
            throughput_per_s=1e3 * asked.batch / ran.times.median,
            noisy=ran.noisy,
            peak_bytes_measured=peak.bytes,
            peak_bytes_predicted=need_of(asked.plan, asked.dtype, asked.batch).total,
            blocks=times.blocks,
            layers=times.layers,
            units=times.units,
            layers_ms=layers_ms,
            layers_overhead=ran.layered.median / ran.times.median - 1 if ran.layered is not None else None,
            node_overhead_ms=ran.node_overhead,
            warmup_stable=ran.warmup_stable,
            stopped=ran.stopped,
            within=asked.within,
            time_limit_s=asked.time_limit_s,
            seconds=time.monotonic() - started,
            macs=asked.plan.total.macs * asked.batch,
            params=asked.plan.total.params,
            peak_how=peak.how,
            speed_only=asked.dtype == "int8",
            per_layer=bool(times.layers),
            sweep=sweep,
            roof=roof,
            remarks=tuple(self.remarks),
            at=now(),
        )

    # -- steps -----------------------------------------------------------------------------------------------------------------

    def _begin(self, text: str) -> None:
        self.step += 1
        self.say(text, self.step, self.steps)

    def _tell(self, text: str) -> None:
        self.say(text, self.step, self.steps)

    def _backend(self, stack: ExitStack, clock: Clock) -> Callable[[int], Way]:
        """What makes the way of running at a batch size."""
        from designer.measure import ways

        asked = self.asked
        if asked.backend == "onnxruntime":
            return ways.onnx_backend(asked, stack.enter_context(scratch.folder()), clock)
        return ways.torch_backend(asked, clock)

    def _running(self, what: Callable[[], Any]) -> Any:
        """Run something of torch's."""
        with self._saying():
            return what()

    @contextmanager
    def _saying(self) -> Iterator[None]:
        """What torch says becomes a sentence."""
        try:
            yield
        except LightdesignerError:
            raise
        except TORCH_ERRORS as error:
            raise MeasureError(f"{self.asked.plan.design.name or 'The design'} cannot run; {torch_said(error)}") from error

    def _sweep(self, backend: Callable[[int], Way]) -> list[SweepPoint]:
        from designer.measure.torch_side import forget_compiled

        asked = self.asked
        found: list[SweepPoint] = []
        for batch in asked.sweep:
            self._begin(f"Batch {batch}")
            need = need_of(asked.plan, asked.dtype, batch).total
            try:
                refuse_too_large(asked.plan, asked.dtype, batch, asked.device)
                if asked.backend == "compile":
                    forget_compiled()
                way = backend(batch)
                limits = Limits(asked.runs, 0.5 * asked.time_limit_s / len(asked.sweep), 0.3, asked.within)
                ran: Ran = self._running(lambda: way.whole(limits, self._tell))  # noqa: B023  # called at once
            except LightdesignerError as problem:
                found.append(SweepPoint(batch=batch, peak_bytes_predicted=need, problem=str(problem)))
                continue
            found.append(
                SweepPoint(
                    batch=batch,
                    total_ms=ran.times,
                    throughput_per_s=1e3 * batch / ran.times.median,
                    runs=ran.runs,
                    noisy=ran.noisy,
                    peak_bytes_predicted=need,
                )
            )
        return found

    def _booked(self, pieces: list[Piece], roof: Roof | None) -> Times:
        asked = self.asked
        book = Book(asked.plan, asked.units, size=ELEMENT_BYTES[asked.dtype], batch=asked.batch, roof=roof)
        return book.times(pieces) if pieces else Times([], [], book.blocks_without_times())

    def _remark(self, ran: Ran, layers_ms: float | None) -> None:
        """Say in sentences what a person has to know beside the figures."""
        within = f"the 95 % interval of the median reaches {100 * ran.times.within:.1f} % of it"
        if ran.stopped == "time_limit":
            self.remarks.append(f"The time limit of {self.asked.time_limit_s:g} s ended the runs after {ran.runs}: {within}.")
        elif ran.stopped == "runs" and ran.times.within > self.asked.within:
            self.remarks.append(f"After the {ran.runs} runs asked for, {within}; {100 * self.asked.within:g} % would be better.")
        if not ran.warmup_stable:
            self.remarks.append(f"The times were not steady yet after {ran.warmup_runs} runs of warm-up.")
        if ran.noisy:
            spread = 100 * (ran.times.p75 - ran.times.p25) / ran.times.median
            self.remarks.append(
                f"This machine was noisy: half of the runs differ by more than {spread:.0f} % of the median. "
                "Close other programs and measure again."
            )
        if layers_ms is not None and layers_ms > (1 + TOO_MUCH) * ran.times.median:
            self.remarks.append(
                f"The layers add up to {100 * layers_ms / ran.times.median:.0f} % of the whole: the runs in which they "
                "were timed were disturbed. Close other programs and measure again."
            )
        if self.asked.dtype == "int8":
            self.remarks.append("Speed only: the weights and the calibration are random, so the answers mean nothing.")
        if self.asked.backend == "compile" and ran.layered is None and self.asked.layers:
            self.remarks.append("What torch.compile made of the layers cannot be told apart here: only the whole was timed.")
