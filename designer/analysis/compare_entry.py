"""One design in a comparison: how it is called, what the analysis says of it, what is published and what was measured."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from designer.analysis.compare_facts import Facts, Unit
from designer.analysis.measured import Profile, Setup

MOST = 4
"""Designs side by side: colours and marks are made for so many."""


class Times:
    """Milliseconds of one batch: `blocks` by the path of root nodes, `layers` by that of whatever was booked somewhere.

    `parts` are by primitive: what took its time, together with whatever a backend fused into it. `total_ms` is the whole
    network's, measured without hooks. `conditions` say how it was run (`CPU, 2 threads, fp32, eager`), or would be: times are
    compared only where these are equal. `runs` is 0 for an estimate, of which `coverage` says how much was measured. `ci95` is
    the interval of the median. `bounds` say what holds a block back, where the roof of the machine is known, and `traffic` what
    it moves, in bytes. `noisy` says that other work disturbed the runs.
    """

    def __init__(
        self,
        total_ms: float,
        blocks: Mapping[str, float],
        conditions: str,
        *,
        layers: Mapping[str, float] | None = None,
        parts: Mapping[str, float] | None = None,
        kernels: Mapping[str, int] | None = None,
        runs: int = 0,
        ci95: tuple[float, float] | None = None,
        bounds: Mapping[str, str] | None = None,
        traffic: Mapping[str, int] | None = None,
        noisy: bool = False,
        coverage: str = "",
    ) -> None:
        self.total_ms = total_ms
        self.blocks = dict(blocks)
        self.layers = dict(layers or {})
        self.parts = dict(parts if parts is not None else self.layers)
        self._kernels = dict(kernels or {})
        self.conditions = conditions
        self.runs = runs
        self.ci95 = ci95
        self.bounds = dict(bounds or {})
        self.traffic = dict(traffic or {})
        self.noisy = noisy
        self.coverage = coverage
        self._paths = sorted(self.layers)
        self._below: dict[str, float | None] = {}

    def below(self, path: str) -> float | None:
        """The time of a block, or of all that was booked inside it; None where it is not known, or booked around it."""
        known = self.blocks.get(path)
        if known is not None:
            return known
        if path not in self._below:
            self._below[path] = self._sum(path)
        return self._below[path]

    def _sum(self, path: str) -> float | None:
        found = self.layers.get(path)
        prefix = f"{path}."
        at = bisect_left(self._paths, prefix)
        while at < len(self._paths) and self._paths[at].startswith(prefix):
            found = (found or 0.0) + self.layers[self._paths[at]]
            at += 1
        return found

    def kernels(self, path: str) -> int:
        """How many things ran at a path and inside of it; 0 where the run does not say."""
        prefix = f"{path}."
        return sum([count for place, count in self._kernels.items() if place == path or place.startswith(prefix)])

    def of(self, units: Sequence[Unit]) -> float | None:
        """The time of several blocks together; None where one of them has none of its own."""
        total = 0.0
        for unit in units:
            part = self.below(unit.path)
            if part is None:
                return None
            total += part
        return total


def times_of(profile: Profile) -> Times:
    """What a comparison reads of a profile. A block whose layers ran inside another's takes no time of its own."""
    inside = {path for block in profile.blocks for path in block.fused_with}
    blocks = {
        block.path: block.ms if block.ms is not None else 0.0
        for block in profile.blocks
        if block.ms is not None or block.path in inside
    }
    layers: dict[str, float] = {}
    parts: dict[str, float] = {}
    kernels: dict[str, int] = {}
    for layer in profile.layers:
        layers[layer.path] = layers.get(layer.path, 0.0) + layer.ms
        kernels[layer.path] = kernels.get(layer.path, 0) + 1
        for part in layer.parts or (layer.path,):
            parts[part] = parts.get(part, 0.0) + layer.ms
    return Times(
        profile.total_ms.median,
        blocks,
        conditions_of(profile),
        layers=layers,
        parts=parts,
        kernels=kernels,
        runs=profile.runs,
        ci95=profile.total_ms.ci95,
        bounds={block.path: block.bound for block in profile.blocks if block.bound is not None},
        traffic={block.path: block.bytes for block in profile.blocks},
        noisy=profile.noisy,
    )


def conditions_of(profile: Profile) -> str:
    """Under what it was measured."""
    return conditions_under(profile.setup, profile.environment.device_name)


def conditions_under(setup: Setup, device_name: str) -> str:
    """Device, threads, type, backend and, where it is not 1, the batch."""
    parts = [device_name or setup.device.upper()]
    if setup.device == "cpu":
        parts.append(f"{setup.threads} {'thread' if setup.threads == 1 else 'threads'}")
    parts += [setup.dtype, setup.backend]
    if setup.batch != 1:
        parts.append(f"batch {setup.batch}")
    return ", ".join(parts)


def alike(mine: Times | None, theirs: Times | None) -> bool:
    """Whether both are known, and under the same conditions."""
    return mine is not None and theirs is not None and mine.conditions == theirs.conditions


class Accuracy(NamedTuple):
    """Share of ImageNet's validation images whose first guess is right, in per cent, with its source."""

    percent: float
    source: str
    recalled: bool = False


class Entry(NamedTuple):
    """`name` is the whole name, `short` what charts write, `detail` what tells it from others of its name (`1.0, 224`)."""

    name: str
    short: str
    detail: str
    facts: Facts
    top1: Accuracy | None = None
    measured: Times | None = None
    estimated: Times | None = None

    @property
    def full(self) -> str:
        """Name and detail in one line."""
        return f"{self.name} ({self.detail})" if self.detail else self.name

    def comparable(self, other: Entry) -> bool:
        """Whether both were measured, and in the same way."""
        return alike(self.measured, other.measured)


def shorts(named: Sequence[tuple[str, str]]) -> list[str]:
    """What charts call designs of these names and details: as short as tells them apart, and never twice the same."""
    names = [name.partition(" (")[0] or name for name, _ in named]
    if len(set(names)) == 1 and len(named) > 1:
        found = _apart([detail for _, detail in named])
        if len(set(found)) == 1:
            found = [names[0]] * len(names)
    else:
        words = [name.split() for name in names]
        same = 0
        while all(len(one) > same + 1 for one in words) and len({one[same] for one in words}) == 1:
            same += 1
        found = [" ".join(one[same:]) for one in words]
        for name in {one for one in found if found.count(one) > 1}:
            at = [k for k, one in enumerate(found) if one == name]
            for k, apart in zip(at, _apart([named[k][1] for k in at]), strict=True):
                found[k] = f"{name} {apart}".strip()
    seen: dict[str, int] = {}
    result = []
    for name in found:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def _apart(details: Sequence[str]) -> list[str]:
    """The parts of details that are not the same in all of them."""
    parts = [detail.split(", ") for detail in details]
    shared = set.intersection(*map(set, parts)) if parts else set()
    return [", ".join(part for part in mine if part not in shared) or details[k] for k, mine in enumerate(parts)]
