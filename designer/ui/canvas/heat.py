"""Heat: blocks coloured by what they cost. Which figure it is, what it is for a block, and where that stands on the scale.

The scale is linear from 0 to the largest figure that the surface shows, so that twice the colour's way is twice the cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from blocks.cost import Cost
from blocks.spec import TensorSpec
from designer.analysis.results import NodeResult
from designer.ui import numbers, units

if TYPE_CHECKING:
    from designer.app.measurements import Time

OFF, PARAMS, MACS, ACTIVATIONS, MEMORY, TIME = "off", "params", "macs", "activations", "memory", "time"
METRICS = (PARAMS, MACS, ACTIVATIONS, MEMORY, TIME)
STEPS = 64  # colours of the scale
BYTES = 4  # of an element, as everywhere on the canvas: fp32
KNOWN = ("ok", "warning")


class Warmth(NamedTuple):
    """The figure of one block, and whether it is only estimated."""

    value: float
    estimated: bool = False


class Heat:
    """The scale of one surface."""

    def __init__(self) -> None:
        self.metric = OFF
        self.top = 0.0
        self.total: float | None = None  # of the whole design, None while a block's figure is not known
        self.estimated = False

    @property
    def on(self) -> bool:
        return self.metric != OFF

    def measure(self, found: Iterable[Warmth | None], *, whole: bool) -> None:
        """Let the scale reach from 0 to the largest of these figures. `whole` says that they are all there are."""
        known = [one for one in found if one is not None]
        self.top = max([one.value for one in known], default=0.0)
        self.total = sum(one.value for one in known) if whole else None
        self.estimated = any(one.estimated for one in known)

    def step(self, warmth: Warmth) -> int:
        """The colour of a figure, 0 to `STEPS`."""
        return round(self.fraction(warmth) * STEPS)

    def fraction(self, warmth: Warmth) -> float:
        return warmth.value / self.top if self.top else 0.0

    def text(self, warmth: Warmth) -> str:
        """The figure with its unit."""
        return f"{'≈ ' if warmth.estimated else ''}{written(self.metric, warmth.value)}"

    def bare(self, warmth: Warmth) -> str:
        """The figure where there is little room: counts without their unit, which the legend has."""
        if self.metric in (MEMORY, TIME):
            return self.text(warmth)
        return written(self.metric, warmth.value).rpartition(" ")[0]

    def share(self, warmth: Warmth) -> str:
        """The figure's part of the design's; "" while that is not known."""
        return numbers.share(warmth.value / self.total) if self.total else ""


def title(metric: str) -> str:
    """What a scale is called in menus and legends."""
    return {
        OFF: "Off",
        PARAMS: "Params",
        MACS: units.name(),
        ACTIVATIONS: "Activations",
        MEMORY: "Output memory",
        TIME: "Measured time",
    }[metric]


def written(metric: str, value: float) -> str:
    """A figure with its unit."""
    if metric == TIME:
        return numbers.ms(value)
    if metric == MEMORY:
        return numbers.bytes_(round(value))
    if metric == MACS:
        return f"{units.short(round(value))} {units.name()}"
    return f"{numbers.short(round(value))} {'params' if metric == PARAMS else 'elements'}"


def warmth_of(metric: str, result: NodeResult | None, time: Time | None) -> Warmth | None:
    """The figure of a root node; None while it is not known, or does not count."""
    if result is None or result.status not in KNOWN:
        return None
    if metric == TIME:
        return None if time is None else Warmth(time.ms, time.kind == "estimated")
    return Warmth(_counted(metric, result.cost, () if result.block == "output" else result.outputs.values()))


def warmth_of_part(metric: str, cost: Cost, outputs: Iterable[TensorSpec], time: Time | None) -> Warmth | None:
    """The figure of a part inside a block."""
    if metric == TIME:
        return None if time is None else Warmth(time.ms, time.kind == "estimated")
    return Warmth(_counted(metric, cost, outputs))


def together(found: Iterable[Warmth | None]) -> Warmth | None:
    """The figure of several blocks that are seen as one; None while one of them is not known."""
    value, estimated = 0.0, False
    for one in found:
        if one is None:
            return None
        value += one.value
        estimated = estimated or one.estimated
    return Warmth(value, estimated)


def _counted(metric: str, cost: Cost, outputs: Iterable[TensorSpec]) -> float:
    if metric == MEMORY:
        return float(BYTES * sum(spec.elements for spec in outputs))
    return float(cost.params if metric == PARAMS else cost.macs if metric == MACS else cost.activations)
