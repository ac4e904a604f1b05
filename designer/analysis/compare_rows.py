"""Designs side by side by output resolution, by kind of layer and over depth.

Blocks stand in the row of their output's stride: that is what lines up a MobileNet with a ResNet, whatever their stages are
called and however large their images are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from designer.analysis import numbers
from designer.analysis.compare_entry import Entry, Times
from designer.analysis.compare_facts import KINDS, Kind, Unit, told


class Place(NamedTuple):
    """The blocks of one design at one output resolution. `channels` are those of the last, `ms` is None where it is not known."""

    units: tuple[Unit, ...]
    words: str
    channels: int
    params: int
    macs: int
    activations: int
    ms: float | None


class Step(NamedTuple):
    """One output resolution. `stride` is None where the whole input has been seen. `size` is (h, w) where all designs that have a
    block here agree, None otherwise. `places` are in the order of the designs, None where one has no block here."""

    stride: float | None
    size: tuple[int, int] | None
    places: list[Place | None]

    @property
    def title(self) -> str:
        """`112 × 112`, or `stride 8` where the designs have maps of other sizes here."""
        if self.stride is None:
            return f"1 {numbers.TIMES} 1"
        return numbers.shape(self.size) if self.size is not None else f"stride {self.stride:g}"

    @property
    def subtitle(self) -> str:
        if self.stride is None:
            return "stride –"
        return f"stride {self.stride:g}" if self.size is not None else "sizes differ"


def by_resolution(entries: Sequence[Entry]) -> list[Step]:
    """The rows, from the finest map to the vector at the end."""
    found: list[dict[float | None, list[Unit]]] = []
    for entry in entries:
        mine: dict[float | None, list[Unit]] = {}
        for unit in entry.facts.units:
            mine.setdefault(unit.stride, []).append(unit)
        found.append(mine)
    strides = sorted({stride for mine in found for stride in mine if stride is not None})
    rows: list[Step] = []
    for stride in (*strides, None):
        places: list[Place | None] = []
        sizes: set[tuple[int, int] | None] = set()
        for entry, mine in zip(entries, found, strict=True):
            units = mine.get(stride)
            if not units:
                places.append(None)
                continue
            first = units[0] is entry.facts.units[0]
            sizes.add(units[-1].size)
            places.append(_place(units, first, time_of(entry)))
        if any(place is not None for place in places):
            rows.append(Step(stride, next(iter(sizes)) if len(sizes) == 1 else None, places))
    return rows


def time_of(entry: Entry) -> Times | None:
    """The measured times, else the estimated ones."""
    return entry.measured or entry.estimated


def _place(units: list[Unit], first: bool, times: Times | None) -> Place:
    return Place(
        tuple(units),
        told(units, first=first),
        units[-1].channels,
        sum([unit.params for unit in units]),
        sum([unit.macs for unit in units]),
        sum([unit.activations for unit in units]),
        times.of(units) if times is not None else None,
    )


class KindRow(NamedTuple):
    """One kind of layer in all designs; `shares` are parts of each design's MACs."""

    kind: str
    kinds: list[Kind]
    shares: list[float | None]


def by_kind(entries: Sequence[Entry]) -> list[KindRow]:
    """The kinds of layers that one of the designs has."""
    rows = []
    for kind in KINDS:
        mine = [entry.facts.kinds.get(kind, Kind()) for entry in entries]
        if any(one.layers for one in mine):
            shares = [one.macs / entry.facts.macs if entry.facts.macs else None for one, entry in zip(mine, entries, strict=True)]
            rows.append(KindRow(kind, mine, shares))
    return rows


class Curve(NamedTuple):
    """What has added up by each place in the network: pairs of (place from 0 to 1, total so far)."""

    points: list[tuple[float, float]]

    @property
    def end(self) -> float:
        return self.points[-1][1] if self.points else 0.0


def macs_over_depth(entry: Entry) -> Curve:
    """MACs of the first layers, layer by layer."""
    curve = entry.facts.curve
    count = max(1, len(curve))
    return Curve([(0.0, 0.0), *[((k + 1) / count, float(macs)) for k, macs in enumerate(curve)]] if curve else [])


def time_over_depth(entry: Entry) -> Curve:
    """Time of the first blocks, block by block; empty where it is not known."""
    times = time_of(entry)
    if times is None:
        return Curve([])
    every = sum([unit.layers for unit in entry.facts.units])
    points = [(0.0, 0.0)]
    layers, ms = 0, 0.0
    for unit in entry.facts.units:
        mine = times.below(unit.path)
        if mine is None:
            return Curve([])
        layers += unit.layers
        ms += mine
        points.append((layers / every if every else 1.0, ms))
    return Curve(points)
