"""Which stages can be modules with a `forward` of their own, and in which order the network then calls them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any, NamedTuple

Value = tuple[str, int]
"""What a node gives out: (node, number of the output)."""


class Unit(NamedTuple):
    """One node of the root, or a whole stage: what it reads and what it gives out."""

    id: str
    name: str
    stage: str | None
    child: Any
    reads: tuple[Value, ...]
    writes: tuple[Value, ...]


def entries(units: list[Unit]) -> list[tuple[str | None, list[Unit]]]:
    """Units in an order in which they can run: (None, [unit]), or (stage, its units) where these can run in one go.

    A stage is taken as a whole unless something outside would have to run both after and before parts of it (it is not convex).
    The order is that of the given units wherever the wires allow it.
    """
    group = list(range(len(units)))  # of each unit: the number of the first that runs in one go with it
    maker = {value: k for k, unit in enumerate(units) for value in unit.writes}
    wires = [(maker[value], k) for k, unit in enumerate(units) for value in unit.reads if value in maker]
    stages: dict[str, list[int]] = {}
    for k, unit in enumerate(units):
        if unit.stage is not None:
            stages.setdefault(unit.stage, []).append(k)
    whole: dict[int, list[int]] = {}
    for members in stages.values():
        merged = group.copy()
        for k in members:
            merged[k] = members[0]
        if _order(merged, wires) is not None:
            group = merged
            whole[members[0]] = members
    order = _order(group, wires)
    assert order is not None  # the given order is one
    return [
        (units[first].stage, [units[k] for k in whole[first]]) if first in whole else (None, [units[first]]) for first in order
    ]


def _order(group: list[int], wires: Iterable[tuple[int, int]]) -> list[int] | None:
    """Groups in an order in which each comes after what it reads, the earliest first; None where there is none."""
    after: dict[int, set[int]] = {number: set() for number in group}
    waiting = dict.fromkeys(after, 0)
    for source, target in wires:
        a, b = group[source], group[target]
        if a != b and b not in after[a]:
            after[a].add(b)
            waiting[b] += 1
    ready = [number for number, count in waiting.items() if not count]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        number = heapq.heappop(ready)
        order.append(number)
        for follower in after[number]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(ready, follower)
    return order if len(order) == len(waiting) else None


def ports_of(members: list[Unit], units: list[Unit], outputs: list[Value]) -> tuple[list[Value], list[Value]]:
    """What a set of units reads from outside, in the order of reading, and what is read of it outside, in the order made."""
    own = {value for unit in members for value in unit.writes}
    inside = {unit.id for unit in members}
    reads = dict.fromkeys([value for unit in members for value in unit.reads if value not in own])
    wanted = {value for unit in units if unit.id not in inside for value in unit.reads} | set(outputs)
    return list(reads), [value for unit in members for value in unit.writes if value in wanted]
