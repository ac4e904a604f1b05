"""Where an axis has its ticks and what stands there: round numbers, few enough that they never touch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from designer.ui import numbers

Ticks = list[tuple[float, str]]


def plain(value: float) -> str:
    """A tick's text for counts: like `numbers.short`, without decimals that say nothing: `5 M`, `2.5 M`, `300`, `0.3`."""
    if not value:
        return "0"
    if abs(value) < 1000:
        return f"{value:.6g}".replace("-", numbers.MINUS)
    power = min(3, int(math.log10(abs(value)) + 1e-9) // 3)
    return f"{value / 1000**power:.6g} {('', 'K', 'M', 'G')[power]}".replace("-", numbers.MINUS)


def plain_bytes(value: float) -> str:
    """A tick's text for bytes: `512 KiB`, `4 MiB`."""
    if not value:
        return "0"
    power = min(3, int(math.log2(abs(value)) + 1e-9) // 10) if abs(value) >= 1 else 0
    return f"{value / 1024**power:.4g} {('B', 'KiB', 'MiB', 'GiB')[power]}"


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: what it measures, in which unit, and how its ticks are written.

    `title` names the quantity with its unit (`MACs`, `MAC/byte`, `KiB`) and stands at the end of the axis. `write` writes a
    tick; the numbers a person reads off a mark are full ones and belong to the mark. `log` wants values over 0; what is 0 or
    less stands at the low end. `binary` takes powers of two as round numbers. `names` puts texts at places instead of numbers.
    `low` and `high` fix an end; otherwise a linear y axis holds 0 and ends above its largest value, and an x axis ends where
    the data does.
    """

    title: str = ""
    write: Callable[[float], str] = plain
    log: bool = False
    binary: bool = False
    whole: bool = False
    names: Sequence[tuple[float, str]] = field(default=())
    low: float | None = None
    high: float | None = None


def bytes_axis(title: str, low: float | None = None, high: float | None = None) -> Axis:
    """An axis of bytes."""
    return Axis(title, plain_bytes, binary=True, low=low, high=high)


def span(axis: Axis, values: Sequence[float], *, tight: bool = False) -> tuple[float, float]:
    """The ends of an axis that holds these values: with 0 in it and some room above the largest, or `tight` around them."""
    known = [value for value in values if math.isfinite(value) and (value > 0 or not axis.log)]
    low, high = axis.low, axis.high
    if axis.log:
        least, most = (min(known), max(known)) if known else (1.0, 10.0)
        low = least / 1.6 if low is None else low
        high = most * 1.6 if high is None else high
        return (low, high) if high > low else (low, low * 10)
    least, most = (min(known), max(known)) if known else (0.0, 1.0)
    if tight:
        low = least if low is None else low
        high = most if high is None else high
    if low is None:
        low = min(0.0, least * 1.08)
    if high is None:
        high = max(low, most + 0.08 * (most - low), 0.0)
    return (low, high) if high > low else (low, low + 1.0)


def ticks(axis: Axis, low: float, high: float, most: int) -> Ticks:
    """At most `most` ticks between two ends (and never fewer than the axis can do with: on a log axis, one)."""
    if axis.names:
        inside = [(at, text) for at, text in axis.names if low <= at <= high]
        step = max(1, -(-len(inside) // max(1, most)))
        return inside[::step]
    places = _log_places(low, high, most) if axis.log else _places(low, high, most, binary=axis.binary, whole=axis.whole)
    return [(place, axis.write(place)) for place in places]


def _places(low: float, high: float, most: int, *, binary: bool, whole: bool) -> list[float]:
    """Multiples of a round step: 1, 2 or 5 times a power of ten, or a power of two."""
    wide = high - low
    if wide <= 0 or most < 1:
        return []
    least = wide / most
    if binary:
        step = 2.0 ** math.ceil(math.log2(least))
    else:
        power = 10.0 ** math.floor(math.log10(least))
        step = next((times * power for times in (1, 2, 5) if times * power >= least * (1 - 1e-9)), 10 * power)
    if whole:
        step = max(1.0, step)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]  # 0.3, not 0.30000000000000004


def _log_places(low: float, high: float, most: int) -> list[float]:
    """1, 3, 10, 30 where they fit, else powers of ten, else every second or third of them."""
    if not 0 < low < high:
        return []
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    powers = range(first, last + 1)
    for times in ((1, 2, 5), (1, 3), (1,)):
        places = [k * 10.0**power for power in powers for k in times if low <= k * 10.0**power <= high]
        if len(places) <= most:
            return places
    for stride in range(2, len(powers) + 2):
        places = [10.0**power for power in powers if power % stride == 0 and low <= 10.0**power <= high]
        if len(places) <= most:
            return places
    return []
