"""How each backend runs a design: what is built once, what for each batch size, and how its parts are timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from designer.measure.booking import Piece
from designer.measure.clocks import Clock
from designer.measure.memory import Peak, Resident, torch_peak
from designer.measure.runs import Limits, Ran, run, running
from designer.measure.stats import layer_means

LAYERED_SHARE = 0.3
"""Of the time, where the layers are timed in a block of runs now and then."""

BLOCK_S, FEWEST_IN_BLOCK = 0.1, 2
SPIN_S, SETTLE_S = 0.06, 0.01
"""So long the threads of a session that has just run may look for more work, and keep a processor from another; and so long that
other one then runs to find its caches again."""

TRIES, LONGER = 3, 0.1
"""Where runs with a profile take more than this share longer, all is timed again, so often at most."""

FEWEST_PROFILED, MOST_PROFILED = 20, 600
MOST_EVENTS = 200_000
"""Of a profile: it grows with every node that runs, and is read as a whole."""


class Turns:
    """Runs in which the parts are timed, counted from 0; `pieces` gives the times of those that are named."""

    def __init__(self, once: Callable[[], float], pieces: Callable[[Sequence[int]], list[Piece]]) -> None:
        self.count = 0
        self.pieces = pieces
        self._once = once

    def turn(self) -> float:
        """One of them; gives the milliseconds of the whole run."""
        self.count += 1
        return self._once()


if TYPE_CHECKING:
    from torch import fx

    from designer.measure.asked import Asked
    from designer.measure.onnx_side import Model, Session
    from designer.measure.profile import Timing, Way


# -- torch -------------------------------------------------------------------------------------------------------------------


def torch_backend(asked: Asked, clock: Clock) -> Callable[[int], Way]:
    """The module is built once and runs at any batch size."""
    from designer.measure.torch_side import module_of

    module = module_of(asked.plan, asked.backend, asked.dtype, asked.device, seed=asked.seed, weights=asked.weights)
    return lambda batch: _TorchWay(asked, module, batch, clock)


class _TorchWay:
    def __init__(self, asked: Asked, module: fx.GraphModule, batch: int, clock: Clock) -> None:
        from designer.measure.torch_side import inputs_of, runnable

        self._asked = asked
        self._clock = clock
        inputs = inputs_of(module, batch, asked.dtype, asked.device, asked.seed)
        self._way = runnable(module, inputs, asked.backend, clock)

    def timing(self, limits: Limits, tell: Callable[[str], None]) -> Timing:
        layered = self._way.layered
        parts = (lambda: [layered()]) if layered is not None and self._asked.layers else None
        ran = yield from running(self._once, parts, limits, tell)
        return ran, self._pieces(ran.layers)

    def whole(self, limits: Limits, tell: Callable[[str], None]) -> Ran:
        return run(self._once, None, limits, tell)

    def peak(self) -> Peak:
        return torch_peak(self._way.run, self._asked.device, self._way.held)

    @property
    def most_runs(self) -> int | None:
        return None

    def turns(self) -> Turns:
        layered = self._way.layered
        assert layered is not None, "torch.compile has no parts of its own"
        kept: list[list[float]] = []

        def turn() -> float:
            kept.append(layered())
            return sum(kept[-1])

        return Turns(turn, lambda which: self._pieces(layer_means([kept[at] for at in which])))

    def _once(self) -> float:
        return self._clock.time(self._way.run)

    def _pieces(self, times: list[float]) -> list[Piece]:
        """What was timed, on the steps it did. What lies between two stamps is a unit: a primitive, or one that took a batch norm
        in; a compiled kernel says itself what it is."""
        units = self._asked.units
        step_of = {path: k for k, path in enumerate(units.paths)}
        pieces = []
        for part, ms in zip(self._way.parts, times, strict=False):
            steps = tuple(sorted([step_of[path] for path in part.paths]))
            if not part.op:
                steps = units.units[units.unit_of[steps[0]]].steps
            pieces.append(Piece(part.op or units.flat.steps[steps[0]].block.id, ms, steps, part.moves))
        return pieces


def _settle(run: Callable[[], object]) -> None:
    """Let the threads of another session come to rest, and run without looking at the time until everything is as it was."""
    time.sleep(SPIN_S)
    until = time.monotonic() + SETTLE_S
    run()
    while time.monotonic() < until:
        run()


# -- ONNX Runtime --------------------------------------------------------------------------------------------------------------


def onnx_backend(asked: Asked, folder: Path, clock: Clock) -> Callable[[int], Way]:
    """The model is exported once, with a free batch where it is to run at more than one size or another than 1."""
    from designer.measure.onnx_side import export, quantised

    dynamic = asked.batch != 1 or any(size != 1 for size in asked.sweep)
    model = export(asked.plan, folder, dynamic=dynamic, seed=asked.seed, weights=asked.weights)
    if asked.dtype == "int8":
        model = quantised(model, asked.batch, asked.seed, dynamic=dynamic)
    return lambda batch: _OnnxWay(asked, model, batch, clock)


class _OnnxWay:
    def __init__(self, asked: Asked, model: Model, batch: int, clock: Clock) -> None:
        self._asked = asked
        self._model = model
        self._batch = batch
        self._clock = clock
        self._overhead: float | None = None
        before = Resident()
        self._session = self._load()
        self._session.run()
        self._peak = before.peak()

    def _load(self, *, profiled: bool = False) -> Session:
        from designer.measure.onnx_side import Session

        asked = self._asked
        return Session(self._model, asked.dtype, self._batch, asked.threads, asked.seed, profiled=profiled)

    def timing(self, limits: Limits, tell: Callable[[str], None]) -> Timing:
        plain = self._session.timed(self._clock)
        if not self._asked.layers:
            ran = yield from running(plain, None, limits, tell)
            return ran, []
        turns = self.turns()
        used: list[int] = []

        def block() -> list[list[float]]:
            """Some runs with a profile, and none of those in which the threads of the other session may still be busy."""
            if len(used) >= self.most_runs:
                return []
            _settle(turns.turn)
            begun, found = time.monotonic(), 0
            times = []
            while found < FEWEST_IN_BLOCK or (len(used) < self.most_runs and time.monotonic() - begun < BLOCK_S):
                used.append(turns.count)
                times.append([turns.turn()])
                found += 1
            _settle(plain)
            return times

        best: tuple[float, Ran, list[int]] | None = None
        left = limits.seconds
        for again in range(1, TRIES + 1):
            ran = yield from running(plain, block, limits._replace(seconds=left), tell, share=LAYERED_SHARE)
            left -= ran.seconds
            longer = self._longer(ran)
            if best is None or longer < best[0]:
                best = longer, ran, used[-ran.layered_runs :]
            most = 2 * len(used) > self.most_runs
            if longer <= LONGER or again == TRIES or most or limits.runs is not None or left < ran.seconds:
                break
            tell("Timing again: the runs in which layers were timed were disturbed")
        assert best is not None
        _, ran, which = best
        return ran._replace(node_overhead=self._overhead), turns.pieces(which)

    def _longer(self, ran: Ran) -> float:
        """How much longer than the whole runs with a profile took, as a share, beyond what the profile itself takes: that is in
        the times of nodes once, and as much again between them."""
        assert ran.layered is not None
        takes = 2 * (self._overhead or 0.0) * len(self._asked.plan.layers)
        return (ran.layered.median - takes) / ran.times.median - 1

    @property
    def most_runs(self) -> int:
        """With a profile: so many say enough."""
        return max(FEWEST_PROFILED, min(MOST_PROFILED, MOST_EVENTS // len(self._asked.plan.layers)))

    def turns(self) -> Turns:
        from designer.measure.onnx_overhead import node_overhead_ms

        overhead = self._overhead = node_overhead_ms(self._model.file.parent, self._asked.threads)
        profiled = self._load(profiled=True)

        def pieces(which: Sequence[int]) -> list[Piece]:
            from designer.measure.onnx_booking import book, match

            nodes, times = profiled.profile(turns.count)
            graph = profiled.optimised().graph.node
            booked = book(self._model.graph.graph.node, graph)
            found = []
            for node, at, ms in zip(nodes, match(nodes, graph), layer_means([times[k] for k in which]), strict=True):
                names, moves = booked[at] if at >= 0 else ((), False)
                found.append(Piece(node.op, max(0.0, ms - overhead), self._steps(names), moves))
            return found

        turns = Turns(profiled.timed(self._clock), pieces)
        return turns

    def whole(self, limits: Limits, tell: Callable[[str], None]) -> Ran:
        return run(self._session.timed(self._clock), None, limits, tell)

    def peak(self) -> Peak:
        return self._peak

    def _steps(self, names: tuple[str, ...]) -> tuple[int, ...]:
        """The steps that exported nodes came from, with the batch norms that were folded into them."""
        units = self._asked.units
        step_of = {path: k for k, path in enumerate(units.paths)}
        found = {step_of[path] for path in (self._model.layers[name] for name in names) if path in step_of}
        for step in tuple(found):
            unit = units.units[units.unit_of[step]]
            found |= {k for k in unit.steps if units.flat.steps[k].block.id == "batch_norm" and step == unit.steps[0]}
        return tuple(sorted(found))
