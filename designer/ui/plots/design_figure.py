"""What the charts of one design share: whose numbers they show, and what they say while these are unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtGui import QColor

from blocks.cost import Cost
from designer.analysis.describe import stage_title
from designer.analysis.engine import Engine
from designer.ui import numbers, units
from designer.ui.plots.figure import Figure
from designer.ui.plots.ticks import Axis
from designer.ui.theme import Theme


class Metric(NamedTuple):
    """One of the costs that can be charted. `value` gives it, `unit` stands behind it where it is read out."""

    id: str
    value: Callable[[Cost], int]
    unit: str = ""

    @property
    def title(self) -> str:
        """As labels write it; MACs may be FLOPs."""
        return units.name() if self.id == "MACs" else self.id

    def shown(self, cost: Cost) -> int:
        """The figure in the unit in use."""
        amount = self.value(cost)
        return units.work(amount) or 0 if self.id == "MACs" else amount

    def full(self, amount: int) -> str:
        """A figure already in the unit in use, with all its digits."""
        return f"{numbers.full(amount)} {self.unit}".rstrip()


METRICS = (
    Metric("Params", lambda cost: cost.params),
    Metric("MACs", lambda cost: cost.macs),
    Metric("Activations", lambda cost: cost.activations, "elements"),
)


def why_nothing(engine: Engine | None) -> str:
    """Why there are no figures to chart; empty where there are."""
    if engine is None:
        return "No design is open."
    if engine.valid:
        return ""
    if not len(engine.design.root):
        return "The design is empty."
    error = next((issue for issue in engine.issues() if issue.severity == "error"), None)
    return f"The totals are unknown. {error.message}" if error is not None else "The totals are unknown."


def follow(figure: Figure, engine: Engine | None, look: Callable[[Engine], object]) -> None:
    """Draw the engine's figures, or say why there are none."""
    figure.message = why_nothing(engine)
    if not figure.message and engine is not None:
        look(engine)


class Run(NamedTuple):
    """Neighbouring places of one stage: from `first` to `last`, and where the stage stands among the others."""

    stage: str
    first: int
    last: int
    position: int


def runs(stages: Sequence[str]) -> list[Run]:
    """Where each stage begins and ends along an axis; what belongs to none is left out."""
    positions: dict[str, int] = {}
    found: list[Run] = []
    for k, stage in enumerate(stages):
        if not stage:
            continue
        position = positions.setdefault(stage, len(positions))
        if found and found[-1].stage == stage and found[-1].last == k - 1:
            found[-1] = found[-1]._replace(last=k)
        else:
            found.append(Run(stage, k, k, position))
    return found


def axis_of(stages: Sequence[str], otherwise: str) -> Axis:
    """An axis that names stages in their middle, or counts where there are none."""
    found = runs(stages)
    if not found:
        return Axis(otherwise, whole=True)
    return Axis(names=[((run.first + run.last) / 2, stage_title(run.stage)) for run in found])


def tint(look: Theme, run: Run) -> QColor:
    """The strip of a stage behind the data; stripes and names carry the meaning, not the tint."""
    return look.color(f"stage.{run.position % 8}", 0.10)
