"""Totals side by side: each figure of each design, how far it is from the baseline's, and whether that is better or worse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from designer.analysis import numbers
from designer.analysis.compare_entry import Entry, Times, alike
from designer.analysis.numbers import MINUS, NOT_APPLICABLE, UNKNOWN

BETTER, WORSE, NEITHER = "better", "worse", ""
UP, DOWN, LEVEL = "up", "down", ""


class Metric(NamedTuple):
    """A figure that designs are compared by. `less` says which way is better: True less, False more, None neither."""

    key: str
    title: str
    unit: str
    less: bool | None
    value: Callable[[Entry], float | None]
    write: Callable[[float | None], str]
    change: Callable[[float, float], str]

    @property
    def heading(self) -> str:
        """Name and unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


def _counted(key: str) -> Callable[[Entry], float | None]:
    def value(entry: Entry) -> float | None:
        found: float | None = getattr(entry.facts, key)
        return found

    return value


def _flops(entry: Entry) -> float | None:
    return None if entry.facts.macs is None else 2 * entry.facts.macs


def _field(entry: Entry) -> float | None:
    field = entry.facts.receptive_field
    return None if field is None else max(field)


def _top1(entry: Entry) -> float | None:
    return entry.top1.percent if entry.top1 is not None else None


def _measured(entry: Entry) -> float | None:
    return entry.measured.total_ms if entry.measured is not None else None


def _estimated(entry: Entry) -> float | None:
    return entry.estimated.total_ms if entry.estimated is not None else None


def _signed(text: str, change: float) -> str:
    return "0" if not change else f"{'+' if change > 0 else MINUS}{text}"


def _count_change(new: float, old: float) -> str:
    return numbers.signed(new - old)


def _byte_change(new: float, old: float) -> str:
    return _signed(numbers.bytes_(abs(new - old)), new - old)


def _ms_change(new: float, old: float) -> str:
    return _signed(numbers.ms(abs(new - old)), new - old)


def _point_change(new: float, old: float) -> str:
    return numbers.points(new, old)


def _whole(unit: str) -> Callable[[float | None], str]:
    def write(value: float | None) -> str:
        return NOT_APPLICABLE if value is None else f"{value:,g} {unit}"

    return write


def _percent(value: float | None) -> str:
    return NOT_APPLICABLE if value is None else f"{value:.1f} %"


def _time(value: float | None) -> str:
    return NOT_APPLICABLE if value is None else numbers.ms(value)


METRICS = (
    Metric("params", "Params", "", True, _counted("params"), numbers.short, _count_change),
    Metric("macs", "MACs", "", True, _counted("macs"), numbers.short, _count_change),
    Metric("flops", "FLOPs", "", True, _flops, numbers.short, _count_change),
    Metric("activations", "Activations", "", True, _counted("activations"), numbers.short, _count_change),
    Metric("peak_bytes", "Peak memory", "bytes", True, _counted("peak_bytes"), numbers.bytes_, _byte_change),
    Metric("weights_bytes", "Weights, fp32", "bytes", True, _counted("weights_bytes"), numbers.bytes_, _byte_change),
    Metric("depth", "Depth", "layers", None, _counted("depth"), _whole("layers"), _count_change),
    Metric("receptive_field", "Receptive field", "px", None, _field, _whole("px"), _count_change),
    Metric("top1", "Top-1, published", "%", False, _top1, _percent, _point_change),
    Metric("estimated_ms", "Time, estimated", "ms", True, _estimated, _time, _ms_change),
    Metric("measured_ms", "Time, measured", "ms", True, _measured, _time, _ms_change),
)
"""All figures, in the order of the table."""

BY_KEY = {metric.key: metric for metric in METRICS}


class Cell(NamedTuple):
    """One figure of one design. `change` and `ratio` are the differences to the baseline in words, "" for the baseline's own and
    where one of the two is not known; `verdict` says whether it is better, `way` where the value went. `note` is a sentence on
    what to know about it."""

    value: float | None
    text: str
    change: str = ""
    ratio: str = ""
    verdict: str = NEITHER
    way: str = LEVEL
    note: str = ""


class Row(NamedTuple):
    """One figure of all designs, in their order."""

    metric: Metric
    cells: list[Cell]

    @property
    def title(self) -> str:
        return self.metric.title


def totals(entries: Sequence[Entry], baseline: int = 0) -> list[Row]:
    """Every figure of the designs, with the differences to the one at index `baseline`. Figures that none of them has are left
    out, except the measured time, which a person can get."""
    rows = []
    for metric in METRICS:
        if metric.key in ("top1", "estimated_ms") and all(metric.value(entry) is None for entry in entries):
            continue
        rows.append(Row(metric, [_cell(metric, entry, entries[baseline], k == baseline) for k, entry in enumerate(entries)]))
    return rows


def _cell(metric: Metric, entry: Entry, base: Entry, is_base: bool) -> Cell:
    value = metric.value(entry)
    text = _written(metric, entry, value)
    note = _note(metric, entry)
    if is_base or value is None:
        return Cell(value, text, note=note)
    old = metric.value(base)
    if old is None:
        return Cell(value, text, note=note)
    mine, theirs, how = _times(metric, entry), _times(metric, base), metric.key.removesuffix("_ms").capitalize()
    if mine is not None and theirs is not None and not alike(mine, theirs):
        note = f"{how} on {mine.conditions}, {base.short} on {theirs.conditions}: these times do not compare."
        return Cell(value, text, note=note)
    way = UP if value > old else DOWN if value < old else LEVEL
    verdict = NEITHER
    if metric.less is not None and way:
        verdict = BETTER if (way == DOWN) == metric.less else WORSE
    ratio = numbers.difference(value, old) if value != old else "0.0 %"
    return Cell(value, text, metric.change(value, old), ratio, verdict, way, note)


def _times(metric: Metric, entry: Entry) -> Times | None:
    """The times that a figure is from; None for all other figures."""
    return {"measured_ms": entry.measured, "estimated_ms": entry.estimated}.get(metric.key)


def _written(metric: Metric, entry: Entry, value: float | None) -> str:
    if not entry.facts.valid and metric.key not in ("top1", "measured_ms", "estimated_ms"):
        return UNKNOWN
    field = entry.facts.receptive_field
    if metric.key == "receptive_field" and field is not None and field[0] != field[1]:
        return f"{field[0]:,g} {numbers.TIMES} {field[1]:,g} px"
    return metric.write(value)


def _note(metric: Metric, entry: Entry) -> str:
    if metric.key == "top1" and entry.top1 is not None:
        return f"{entry.top1.source}, recalled" if entry.top1.recalled else entry.top1.source
    if metric.key == "measured_ms" and entry.measured is not None:
        runs = f", {entry.measured.runs:,} runs" if entry.measured.runs else ""
        return f"{entry.measured.conditions}{runs}"
    if metric.key == "estimated_ms" and entry.estimated is not None:
        return ", ".join(filter(None, (entry.estimated.coverage, entry.estimated.conditions)))
    return ""
