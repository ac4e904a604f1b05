"""Places on an axis: where the marks stand and what is written beside them. The window's charts and the report draw alike."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import NamedTuple

from designer.analysis.numbers import bytes_, ms, short

KINDS_OF_BYTES = ("peak_bytes", "weights_bytes")
TIMES_MS = ("measured_ms", "estimated_ms")


class Axis(NamedTuple):
    """An axis from `low` to `high`; on a logarithmic one both are above 0. `ticks` are where something is written."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool

    def place(self, value: float) -> float:
        """From 0 at the low end to 1 at the high end; what lies outside goes beyond."""
        if self.log:
            return (log10(max(value, self.low * 1e-3)) - log10(self.low)) / ((log10(self.high) - log10(self.low)) or 1.0)
        return (value - self.low) / ((self.high - self.low) or 1.0)


def linear(high: float, *, ticks: int = 3) -> Axis:
    """An axis from 0 to something round above `high`, with about so many marks."""
    if high <= 0:
        return Axis(0.0, 1.0, (0.0, 1.0), False)
    step = _round_step(high / ticks)
    count = max(1, ceil(high / step - 1e-9))
    return Axis(0.0, count * step, tuple([k * step for k in range(count + 1)]), False)


def span(low: float, high: float, *, ticks: int = 4) -> Axis:
    """An axis around values that do not begin at 0, such as accuracies."""
    if high <= low:
        low, high = low - 1.0, high + 1.0
    step = _round_step((high - low) / ticks)
    first, last = floor(low / step), ceil(high / step)
    return Axis(first * step, last * step, tuple([k * step for k in range(first, last + 1)]), False)


def logarithmic(low: float, high: float) -> Axis:
    """A logarithmic axis that holds both, with marks at 1 and 3 times powers of ten."""
    low, high = max(low, 1e-9), max(high, low * 1.01, 1e-9)
    room = (high / low) ** 0.06
    low, high = low / room, high * room
    marks = []
    for power in range(floor(log10(low)) - 1, ceil(log10(high)) + 1):
        marks += [m * 10.0**power for m in (1, 3) if low <= m * 10.0**power <= high]
    if len(marks) < 2:
        marks = [m * 10.0**p for p in range(floor(log10(low)) - 1, ceil(log10(high)) + 1) for m in (1, 1.5, 2, 3, 4, 5, 6, 8)]
        marks = [mark for mark in marks if low <= mark <= high]
    return Axis(low, high, tuple(marks), True)


def _round_step(rough: float) -> float:
    power = 10.0 ** floor(log10(rough))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)


def written(key: str, value: float) -> str:
    """A mark of an axis in the unit of a figure: `300 M`, `4 MiB`, `8 ms`, `70 %`."""
    if key in KINDS_OF_BYTES:
        return _trimmed(bytes_(value))
    if key in TIMES_MS:
        return _trimmed(ms(value))
    if key == "top1":
        return f"{value:g} %"
    if key == "receptive_field":
        return f"{value:,.0f} px"
    return _trimmed(short(round(value) if abs(value - round(value)) < 1e-6 else value))


def _trimmed(text: str) -> str:
    """Without zeros behind the point: `300 M`, not `300.0 M`."""
    number, space, unit = text.partition(" ")
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return f"{number}{space}{unit}"
