"""False savings: a design with fewer MACs than the baseline that is not faster on this machine, and the blocks to blame.

Everything here is read from measurements of both, made in the same way: what a block takes, what it would take at the rate that
the baseline reached, and what its own layers reached beside each other. There is no rule of thumb.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from designer.analysis import numbers
from designer.analysis.compare_entry import Entry, Times
from designer.analysis.compare_facts import DEPTHWISE, GROUPED, Unit, kind_of
from designer.analysis.compare_rows import by_resolution
from designer.analysis.flatten import flat_of, names_of

MOST_BLOCKS = 5
EXPLAINED = 0.75  # of the lost time, after which no further block is named
SLOWER_KERNELS = 0.5  # of the rate of the other layers of the same design: grouped layers below it are called slow
FP32 = 4
UNDECIDED = 0.05
"""Where the intervals of two medians meet, neither is faster; but if the truth may be that one takes this share less time, the
measurement does not know, and says nothing."""


class Culprit(NamedTuple):
    """A block that takes longer than its MACs would at the baseline's rate. `rate` is in MACs a second, `why` a few words."""

    node: str
    path: str
    block: str
    category: str
    macs: int
    ms: float
    rate: float
    why: str


class Saving(NamedTuple):
    """A saving that is none. `title` and `text` are sentences; `layers_*` describe the baseline as a whole, to compare with."""

    entry: int
    baseline: int
    title: str
    text: str
    culprits: tuple[Culprit, ...]
    stride: float | None
    base_macs: int
    base_ms: float
    base_rate: float
    base_intensity: float | None
    conditions: str
    runs: int


def false_savings(entries: Sequence[Entry], baseline: int = 0) -> list[Saving]:
    """The false savings among the designs, each against the baseline."""
    found = []
    for number in range(len(entries)):
        if number != baseline:
            saving = _against(entries, number, baseline)
            if saving is not None:
                found.append(saving)
    return found


def _against(entries: Sequence[Entry], number: int, baseline: int) -> Saving | None:
    entry, base = entries[number], entries[baseline]
    if not entry.comparable(base) or not entry.facts.macs or not base.facts.macs or entry.facts.macs >= base.facts.macs:
        return None
    mine, theirs = entry.measured, base.measured
    assert mine is not None
    assert theirs is not None
    if _is_faster(mine, theirs) or _unknown(mine, theirs):
        return None
    base_ms = theirs.of(base.facts.units)
    my_ms = mine.of(entry.facts.units)
    if not base_ms or my_ms is None:
        return None
    rate = base.facts.macs / base_ms  # MACs in a ms
    lost = my_ms - entry.facts.macs / rate
    stride, text = _worst_place(entries, number, baseline)
    if mine.noisy or theirs.noisy:
        text = f"{text} The machine was noisy: close other programs and measure again.".strip()
    return Saving(
        number,
        baseline,
        _title(entry, base, mine, theirs),
        text,
        _culprits(entry, mine, rate, lost),
        stride,
        base.facts.macs,
        base_ms,
        rate * 1000,
        _intensity(base.facts.units, theirs),
        mine.conditions,
        min(mine.runs, theirs.runs),
    )


def _is_faster(mine: Times, theirs: Times) -> bool:
    """Whether the median is lower, and by more than the measurements leave open."""
    if mine.ci95 is not None and theirs.ci95 is not None:
        return mine.ci95[1] < theirs.ci95[0]
    return mine.total_ms < theirs.total_ms


def _unknown(mine: Times, theirs: Times) -> bool:
    """Whether the intervals meet, and are so wide that there may be a saving worth having all the same."""
    if mine.ci95 is None or theirs.ci95 is None or mine.ci95[0] > theirs.ci95[1]:
        return False
    return not _is_faster(mine, theirs) and mine.ci95[0] < (1 - UNDECIDED) * theirs.ci95[1]


def undecided(entries: Sequence[Entry], baseline: int = 0) -> list[int]:
    """Designs with fewer MACs than the baseline of which the measurements do not tell whether they are faster."""
    base = entries[baseline]
    found = []
    for number, entry in enumerate(entries):
        if number == baseline or not entry.comparable(base) or entry.measured is None or base.measured is None:
            continue
        fewer = entry.facts.macs and base.facts.macs and entry.facts.macs < base.facts.macs
        if fewer and _unknown(entry.measured, base.measured):
            found.append(number)
    return found


def _title(entry: Entry, base: Entry, mine: Times, theirs: Times) -> str:
    assert entry.facts.macs is not None
    assert base.facts.macs is not None
    fewer = numbers.share(1 - entry.facts.macs / base.facts.macs)
    slower = mine.total_ms / theirs.total_ms - 1
    overlaps = (
        mine.ci95 is not None and theirs.ci95 is not None and mine.ci95[0] <= theirs.ci95[1] and theirs.ci95[0] <= mine.ci95[1]
    )
    said = "is no faster here" if slower <= 0 or overlaps else f"is {numbers.share(slower)} slower here"
    return f"False saving: {entry.short} needs {fewer} fewer MACs than {base.short}, but {said}."


def _worst_place(entries: Sequence[Entry], number: int, baseline: int) -> tuple[float | None, str]:
    """The output resolution at which most time is lost to the baseline, and a sentence on it."""
    entry, base = entries[number], entries[baseline]
    worst = None
    for row in by_resolution([entry, base]):
        mine, theirs = row.places
        if mine is None or mine.ms is None or (theirs is not None and theirs.ms is None):
            continue
        more = mine.ms - (theirs.ms if theirs is not None and theirs.ms is not None else 0.0)
        if worst is None or more > worst[0]:
            worst = more, row, mine, theirs
    if worst is None:
        return None, ""
    _, row, mine, theirs = worst
    where = f"At {row.title}" if row.size is not None or row.stride is None else f"At {row.title},"
    text = f"{where} {entry.short} takes {numbers.ms(mine.ms)} for {numbers.short(mine.macs)} MACs"
    if theirs is not None and theirs.ms is not None:
        text += f", {base.short} {numbers.ms(theirs.ms)} for {numbers.short(theirs.macs)}"
    return row.stride, f"{text}."


def _culprits(entry: Entry, times: Times, rate: float, lost: float) -> tuple[Culprit, ...]:
    """The blocks that lose most against the baseline's rate, until they explain three quarters of what is lost."""
    losses: list[tuple[float, Unit, float]] = []
    for unit in entry.facts.units:
        ms = times.below(unit.path)
        if ms:
            losses.append((ms - unit.macs / rate, unit, ms))
    losses.sort(key=lambda one: -one[0])
    found: list[Culprit] = []
    explained = 0.0
    for loss, unit, ms in losses[:MOST_BLOCKS]:
        if loss <= 0 or (found and explained >= EXPLAINED * lost):
            break
        explained += loss
        why = _why(entry, unit, ms, times)
        found.append(Culprit(unit.node, unit.path, unit.block, unit.category, unit.macs, ms, unit.macs / ms * 1000, why))
    return tuple(found)


# -- why -------------------------------------------------------------------------------------------------------------------------


def _why(entry: Entry, unit: Unit, ms: float, times: Times) -> str:
    """The strongest reason that the measurements give."""
    grouped = _grouped(entry, unit, ms, times)
    if grouped:
        return grouped
    bound = times.bounds.get(unit.path, "")
    steps = flat_of(unit.result).steps
    if bound == "overhead":
        count = times.kernels(unit.path) or len(steps)
        each = ms / count
        if count == 1:
            return f"One kernel of {numbers.ms(each)}: overhead-bound"
        return f"{count} kernels of {numbers.ms(each) if each >= 1 else f'{each * 1000:.0f} µs'} each: overhead-bound"
    intensity = _intensity([unit], times)
    if bound == "compute":
        return f"Compute-bound at {_rate(unit.macs, ms)}" if unit.macs else "Compute-bound"
    if not unit.macs:
        return "Moves data, no MACs"
    if intensity is None:
        return f"Reaches {_rate(unit.macs, ms)}"
    largest = max(step.elements for step in steps) * FP32
    if bound == "memory":
        return f"Memory-bound, {_said(intensity)}"
    return f"Writes a {numbers.bytes_(largest)} map for {_said(intensity)}"


def _grouped(entry: Entry, unit: Unit, ms: float, times: Times) -> str:
    """Says so where the grouped layers of this block take most of its time at far below the rate of the design's other layers."""
    slow_ms = slow_macs = 0.0
    for name, step in zip(names_of(unit.result), flat_of(unit.result).steps, strict=True):
        if step.block.layer == "conv" and kind_of(step) in (DEPTHWISE, GROUPED):
            took = times.parts.get(f"{unit.path}.{name}" if name else unit.path)
            if took:
                slow_ms += took
                slow_macs += step.cost.macs
    if slow_ms < ms / 2:
        return ""
    other = _other_rate(entry, times)
    rate = slow_macs / slow_ms
    if other is None or rate > SLOWER_KERNELS * other:
        return ""
    rates = numbers.gmacs(rate * 1e3), numbers.gmacs(other * 1e3)
    return f"Grouped layers take {numbers.ms(slow_ms)} at {rates[0]} GMAC/s, the others reach {rates[1]}"


def _other_rate(entry: Entry, times: Times) -> float | None:
    """MACs in a ms of the layers that are not grouped, over the whole design."""
    ms = macs = 0.0
    for unit in entry.facts.units:
        for name, step in zip(names_of(unit.result), flat_of(unit.result).steps, strict=True):
            if step.block.layer is not None and kind_of(step) not in (DEPTHWISE, GROUPED):
                took = times.parts.get(f"{unit.path}.{name}" if name else unit.path)
                if took:
                    ms += took
                    macs += step.cost.macs
    return macs / ms if ms else None


def _intensity(units: Sequence[Unit], times: Times) -> float | None:
    """MACs for each byte that the blocks move; what they read and write where the measurement does not say."""
    moved = sum([times.traffic.get(unit.path) or traffic(unit) for unit in units])
    macs = sum([unit.macs for unit in units])
    return macs / moved if moved else None


def traffic(unit: Unit) -> int:
    """Bytes that the convolutions, linear layers, pooling and merges of a block read and write in fp32, and their weights; norms
    and activations are taken to run with them."""
    moved = 0
    for step in flat_of(unit.result).steps:
        if step.block.category in ("conv", "linear", "pooling", "merge") or step.block.layer is not None:
            moved += sum([spec.elements for spec in step.inputs]) + step.elements + step.cost.params
    return moved * FP32


def _said(intensity: float) -> str:
    return f"{intensity:.1f} MACs a byte"


def _rate(macs: int, ms: float) -> str:
    return f"{numbers.gmacs(macs / ms * 1e3)} GMAC/s"
