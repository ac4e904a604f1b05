"""Several designs timed in turns, so that their times compare: what makes a machine faster or slower for a while meets them all.

One after the other, a minute in which the machine did something else too would look like a design that is slower.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from blocks.errors import LightdesignerError
from designer.analysis.measured import TIME_LIMIT_S, WITHIN, MeasureError, Profile, Roof
from designer.graph.design import Design
from designer.measure import machine
from designer.measure.asked import Asked, asked_of
from designer.measure.memory import need_of, said
from designer.measure.profile import Measurement, Say, alone
from designer.measure.roof import roof_of
from designer.measure.stack import roomy
from designer.measure.ways import SPIN_S

TURN_S = 0.3
"""How long one of them has the machine before the next: short beside what drifts, long beside what it takes to warm up again."""

FEWEST_IN_TURN = 2


@roomy
def profile_together(
    designs: Sequence[Design],
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
    seed: int = 0,
    roof: Roof | None = None,
    say: Say | None = None,
) -> list[Profile]:
    """Profiles of all designs, as `profile` makes them, with the runs of one in turns with those of the others.

    `time_limit_s` is that of each. Raises MeasureError where this machine cannot do it or the designs do not fit into its memory
    together, CompileError where one cannot be compiled.
    """
    tell = say or (lambda text, step, steps: None)
    asked = []
    for design in designs:
        with _naming(design):
            asked.append(
                asked_of(
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
                    seed=seed,
                    roof=roof,
                )
            )
    if not asked:
        return []
    _refuse_too_large(asked)
    first = asked[0]
    steps = len(asked) + 1 + (roof is None)
    with alone(first):
        if roof is None:
            tell("Calibrating the roof of this machine", 1, steps)
            roof = roof_of(first.device, first.dtype, first.threads)
        return _Turns([one._replace(roof=roof) for one in asked], tell, steps).run()


@contextmanager
def _naming(design: Design) -> Iterator[None]:
    """Of several designs, say which one it is that cannot be measured."""
    try:
        yield
    except LightdesignerError as problem:
        if not design.name or design.name in str(problem):
            raise
        raise MeasureError(f"{design.name}: {problem}") from problem


def _refuse_too_large(asked: Sequence[Asked]) -> None:
    """All of them are in memory at once."""
    needs = sum([need_of(one.plan, one.dtype, one.batch).total for one in asked])
    free = machine.free_bytes(asked[0].device)
    if free is not None and needs > free:
        raise MeasureError(
            f"The {len(asked)} designs need {said(needs)} together to be measured in turns, but there are {said(free)} free. "
            "Compare fewer at once, or use a smaller batch."
        )


class _Turns:
    def __init__(self, asked: Sequence[Asked], tell: Say, steps: int) -> None:
        self._asked = asked
        self._tell = tell
        self._steps = steps
        self._step = steps - len(asked) - 1
        self._name = ""

    def run(self) -> list[Profile]:
        """All of them to their ends."""
        found: dict[int, Profile] = {}
        waiting = {k: Measurement(one, self._hear).steps_of() for k, one in enumerate(self._asked)}
        try:
            for k, steps in waiting.items():  # up to the first run
                self._begin(k)
                with _naming(self._asked[k].plan.design):
                    next(steps)
            self._step += 1
            while waiting:
                for k in list(waiting):
                    steps = waiting[k]
                    self._name = self._asked[k].plan.design.name
                    others = len(waiting) > 1
                    if others and self._asked[k].backend == "onnxruntime":
                        time.sleep(SPIN_S)
                    try:
                        until = time.monotonic() + TURN_S
                        steps.send(others)
                        done = 1
                        while not others or done < FEWEST_IN_TURN or time.monotonic() < until:
                            steps.send(False)
                            done += 1
                    except StopIteration as end:
                        found[k] = end.value
                        del waiting[k]
        finally:
            for steps in waiting.values():
                with suppress(Exception):
                    steps.close()
        return [found[k] for k in range(len(self._asked))]

    def _begin(self, k: int) -> None:
        self._step += 1
        self._name = self._asked[k].plan.design.name

    def _hear(self, text: str, step: int, steps: int) -> None:
        name = f"{self._name}: " if self._name else ""
        self._tell(f"{name}{text}", self._step, self._steps)
