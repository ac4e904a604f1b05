"""Latency tables: what layers took on a device, and what a design that was never run will take there.

One table a device, as a file that can be carried from a board to a desk. Its entries are layers under their keys (`units.py`);
the estimate of a design adds them up, and says how much of it was measured and how much is guessed from the nearest shape or
from the roof.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from designer.analysis.engine import Engine
from designer.analysis.measured import ELEMENT_BYTES, LayersMeasured, MeasureError, Profile, Roof, Setup, UnitTime
from designer.analysis.roofline import estimate_ms
from designer.analysis.units import Unit, units_of

FORMAT = "lightdesigner latency table"
SCHEMA = 1
KEPT_RUNS = 8
"""An entry is the mean of at most so many runs: later ones count for more, as the machine is now."""

LEAST_RATIO = 0.8
"""A whole that took less than this share of its layers was not measured under the same conditions: it says nothing about what
lies between layers."""

NEAR = 16.0
"""A layer of the same kind may be this many times as large or small and still say something about another."""

How = Literal["measured", "nearest", "roof", "none"]


class Entry(msgspec.Struct, kw_only=True):
    """One layer's milliseconds, the mean of `runs` measurements, the last of them made `at`."""

    ms: float
    macs: int
    bytes: int
    runs: int = 1
    at: str = ""


class Section(msgspec.Struct, kw_only=True):
    """What was measured under one setup. `whole_over_layers` is how much longer a whole design took than its layers together:
    what a runtime does between them; the mean of `wholes` runs."""

    setup: Setup
    entries: dict[str, Entry] = {}
    whole_over_layers: float = 1.0
    wholes: int = 0


class _Kind(msgspec.Struct):
    format: str = ""


class _File(msgspec.Struct, kw_only=True):
    format: str
    schema: int
    device_name: str
    sections: list[Section] = []
    roofs: list[Roof] = []


class LayerEstimate(NamedTuple):
    """One unit of a design: the paths of its layers, the milliseconds expected, and how they are known."""

    paths: tuple[str, ...]
    key: str
    ms: float | None
    how: How


class Estimate(NamedTuple):
    """What a design will take. `ms` is None where some layer can be neither looked up nor guessed; `low` is what the layers that
    are known take together. `measured` of `layers` primitives were measured here; `missing` are the keys of the others.
    `by_node` are the milliseconds of root nodes all of whose layers are known or guessed."""

    setup: Setup
    ms: float | None
    low: float
    measured: int
    layers: int
    guessed: int
    units: list[LayerEstimate]
    missing: tuple[str, ...]
    by_node: dict[str, float]

    @property
    def coverage(self) -> str:
        """A sentence: how much of the estimate was measured."""
        if not self.layers:
            return "Nothing to measure."
        noun = "layer" if self.layers == 1 else "layers"
        said = f"{self.measured:,} of {self.layers:,} {noun} measured here"
        if self.guessed:
            said += f", {self.guessed:,} estimated from the nearest shape or the roof"
        unknown = self.layers - self.measured - self.guessed
        if unknown:
            said += f", {unknown:,} unknown"
        return f"{said}."

    def error(self, run: Profile) -> float | None:
        """How far the estimate is from a run under the same setup, as a share of the run; None where they cannot be compared."""
        if self.ms is None or run.setup != self.setup or not run.total_ms.median:
            return None
        return self.ms / run.total_ms.median - 1


class LatencyTable:
    """What was measured on one device."""

    def __init__(self, device_name: str) -> None:
        self.device_name = device_name
        self._sections: dict[Setup, Section] = {}
        self._roofs: dict[tuple[str, str, int], Roof] = {}
        self._kinds: dict[Setup, dict[str, list[tuple[float, float, Entry]]]] = {}

    def __len__(self) -> int:
        return sum(len(section.entries) for section in self._sections.values())

    def setups(self) -> list[Setup]:
        """Under which anything was measured."""
        return list(self._sections)

    def entry(self, setup: Setup, key: str) -> Entry | None:
        section = self._sections.get(setup)
        return section.entries.get(key) if section is not None else None

    def roof(self, device: str, dtype: str, threads: int) -> Roof | None:
        """The roof measured for these, None where there is none."""
        return self._roofs.get((device, dtype, threads))

    # -- learning ----------------------------------------------------------------------------------------------------------

    def learn(self, found: Profile | LayersMeasured) -> int:
        """Take over what a run or a measurement of layers says; gives how many entries that touched."""
        section = self._section(found.setup)
        for unit in found.units:
            self._learn_unit(section, unit, found.at)
        if isinstance(found, Profile):
            roof = found.roof
            if roof is not None and self.roof(roof.device, roof.dtype, roof.threads) is None:
                self.learn_roof(roof)
            ratio = found.total_ms.median / found.layers_ms if found.layers_ms and found.units else 0.0
            if ratio > LEAST_RATIO and not found.noisy:
                count = min(section.wholes, KEPT_RUNS - 1)
                section.whole_over_layers = (section.whole_over_layers * count + ratio) / (count + 1)
                section.wholes += 1
        self._kinds.pop(found.setup, None)
        return len(found.units)

    def learn_roof(self, roof: Roof) -> None:
        """Take a roof over, in place of an older one."""
        self._roofs[roof.device, roof.dtype, roof.threads] = roof

    def merge(self, other: LatencyTable) -> None:
        """Take over another table of this device, as from a file; where both have an entry, the later one stays."""
        for setup, section in other._sections.items():
            mine = self._section(setup)
            for key, entry in section.entries.items():
                kept = mine.entries.get(key)
                if kept is None or kept.at <= entry.at:
                    mine.entries[key] = entry
            if section.wholes > mine.wholes:
                mine.whole_over_layers, mine.wholes = section.whole_over_layers, section.wholes
            self._kinds.pop(setup, None)
        for which, roof in other._roofs.items():
            if which not in self._roofs or self._roofs[which].at <= roof.at:
                self._roofs[which] = roof

    def _section(self, setup: Setup) -> Section:
        return self._sections.setdefault(setup, Section(setup=setup))

    def _learn_unit(self, section: Section, unit: UnitTime, at: str) -> None:
        old = section.entries.get(unit.key)
        if old is None:
            section.entries[unit.key] = Entry(ms=unit.ms, macs=unit.macs, bytes=unit.bytes, at=at)
            return
        count = min(old.runs, KEPT_RUNS - 1)
        old.ms = (old.ms * count + unit.ms) / (count + 1)
        old.runs += 1
        old.at = max(old.at, at)

    # -- estimating --------------------------------------------------------------------------------------------------------

    def estimate(self, engine: Engine, setup: Setup) -> Estimate | None:
        """What the design will take under a setup; None while its totals are unknown."""
        if not engine.valid:
            return None
        found = units_of(engine, setup.backend)
        size = ELEMENT_BYTES[setup.dtype]
        section = self._sections.get(setup)
        entries = section.entries if section is not None else {}
        scale = section.whole_over_layers if section is not None and section.wholes else 1.0
        roof = self.roof(setup.device, setup.dtype, setup.threads)
        known: dict[str, tuple[float | None, How]] = {}
        missing: dict[str, None] = {}
        rows: list[LayerEstimate] = []
        nodes = found.node_of()
        by_node: dict[str, float] = {}
        blank: set[str] = set()
        low = 0.0
        measured = guessed = layers = 0
        for unit in found.units:
            answer = known.get(unit.key)
            if answer is None:
                entry = entries.get(unit.key)
                answer = (entry.ms, "measured") if entry is not None else self._guess(setup, unit, size, roof)
                known[unit.key] = answer
            ms, how = answer
            count = len(unit.steps)
            layers += count
            if how == "measured":
                measured += count
            else:
                missing[unit.key] = None
                guessed += count if ms is not None else 0
            node = nodes[unit.steps[0]]
            if ms is None:
                blank.add(node)
            else:
                ms *= scale
                low += ms
                by_node[node] = by_node.get(node, 0.0) + ms
            rows.append(LayerEstimate(tuple([found.paths[k] for k in unit.steps]), unit.key, ms, how))
        for node in blank:
            by_node.pop(node, None)
        whole = low if not blank else None
        return Estimate(setup, whole, low, measured, layers, guessed, rows, tuple(missing), by_node)

    def _guess(self, setup: Setup, unit: Unit, size: int, roof: Roof | None) -> tuple[float | None, How]:
        """From the nearest layer of the same kind, scaled by its work, else from the roof."""
        macs, moved = unit.macs * setup.batch, unit.bytes(size, setup.batch)
        near = self._nearest(setup, unit.key, macs, moved)
        if near is not None:
            call = min(roof.call_ms, near.ms) if roof is not None else 0.0
            more = moved / max(near.bytes, 1)
            if macs and near.macs:  # between what arithmetic and what memory traffic would make of it
                more = math.sqrt(more * macs / near.macs)
            return call + (near.ms - call) * more, "nearest"
        if roof is not None:
            return estimate_ms(roof, macs, moved), "roof"
        return None, "none"

    def _nearest(self, setup: Setup, key: str, macs: float, moved: float) -> Entry | None:
        kinds = self._kinds.get(setup)
        if kinds is None:
            kinds = self._kinds[setup] = {}
            section = self._sections.get(setup)
            for name, entry in section.entries.items() if section is not None else ():
                kinds.setdefault(kind_of(name), []).append((_log(entry.macs), _log(entry.bytes), entry))
        best, found = 2 * math.log(NEAR), None
        a, b = _log(macs), _log(moved)
        for c, d, entry in kinds.get(kind_of(key), ()):
            apart = abs(a - c) + abs(b - d)
            if apart < best:
                best, found = apart, entry
        return found

    # -- as a file ---------------------------------------------------------------------------------------------------------

    def to_json(self) -> bytes:
        """The table as a file, sorted, so that two of the same content are the same file."""
        sections = sorted(self._sections.values(), key=lambda section: msgspec.json.encode(section.setup))
        for section in sections:
            section.entries = dict(sorted(section.entries.items()))
        roofs = [self._roofs[key] for key in sorted(self._roofs)]
        file = _File(format=FORMAT, schema=SCHEMA, device_name=self.device_name, sections=sections, roofs=roofs)
        return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"

    @classmethod
    def from_json(cls, data: bytes | str) -> LatencyTable:
        """A table from its file. Raises MeasureError where it is none, or one of a newer lightdesigner."""
        try:
            if not msgspec.json.decode(data, type=_Kind).format:
                raise MeasureError(f'This is no latency table: it does not say "format": "{FORMAT}".')
            file = msgspec.json.decode(data, type=_File)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
            raise MeasureError(f"This is no latency table: {problem}.") from None
        if file.format != FORMAT:
            raise MeasureError(f'This is no latency table: its format is {file.format!r:.60}, not "{FORMAT}".')
        if file.schema > SCHEMA:
            raise MeasureError(
                f"This latency table has version {file.schema}; this lightdesigner knows {SCHEMA}. Update lightdesigner."
            )
        table = cls(file.device_name)
        for section in file.sections:
            _refuse_nonsense(section.entries.values())
            table._sections[section.setup] = section
        for roof in file.roofs:
            if not (roof.macs_per_s > 0 and roof.bytes_per_s > 0 and roof.call_ms >= 0):
                raise MeasureError("This is no latency table: a roof in it is not above zero.")
            table.learn_roof(roof)
        return table


SHAPES_KERNEL = frozenset(("kernel_size", "stride", "dilation", "mode"))
"""Parameters that call for another kernel, where channels only make it work longer."""


def kind_of(key: str) -> str:
    """What a key has in common with those of other shapes: the blocks in it, and the parameters that call for another kernel.

    Of groups it counts only whether there are any, and whether each channel has its own.
    """
    head, *followers = key.split(" > ")
    name, _, rest = head.partition("(")
    values, _, shapes = rest.partition(") ")
    parameters = dict([pair.partition("=")[::2] for pair in values.split(",") if pair])
    groups = parameters.get("groups", "1") if "kernel_size" in parameters else "1"
    sort = "" if groups == "1" else "each" if groups == shapes.partition("x")[0] else "grouped"
    settings = [f"{name}={value}" for name, value in parameters.items() if name in SHAPES_KERNEL]
    return " ".join([name, *settings, sort, *[part.partition("(")[0] for part in followers]])


def _log(value: float) -> float:
    return math.log(max(value, 1.0))


def _refuse_nonsense(entries: Iterable[Entry]) -> None:
    for entry in entries:
        if not (math.isfinite(entry.ms) and entry.ms >= 0 and entry.bytes >= 0 and entry.macs >= 0):
            raise MeasureError("This is no latency table: an entry in it is not a time.")
