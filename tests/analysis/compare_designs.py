"""Designs and times for the tests of comparisons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from designer.analysis.compare_entry import Entry, Times
from designer.analysis.compare_facts import Facts, Unit, facts_of
from designer.analysis.engine import Engine
from designer.catalogue import called, load
from designer.graph.design import Design

HERE = "CPU, 2 threads, fp32, eager"


def facts(design: Design | str) -> Facts:
    return _facts(design) if isinstance(design, str) else facts_of(Engine(design))


@cache
def _facts(text: str) -> Facts:
    return facts_of(Engine(load(text)))


def entry(design: Design | str, short: str = "", times: Times | None = None) -> Entry:
    """A compared design; its times are measured ones."""
    made = load(design) if isinstance(design, str) else design
    name, detail = called(made)
    return Entry(name, short or name, detail, facts(design), None, times)


def timed(
    design: str,
    short: str,
    ms: Callable[[Unit], float],
    *,
    conditions: str = HERE,
    layers: Mapping[str, float] | None = None,
    bounds: Mapping[str, str] | None = None,
    interval: float = 0.01,
) -> Entry:
    """A compared design each of whose blocks takes what `ms` says."""
    found = facts(design)
    blocks = {unit.path: ms(unit) for unit in found.units}
    total = sum(blocks.values())
    ci95 = (total * (1 - interval), total * (1 + interval))
    times = Times(total, blocks, conditions, layers=layers, runs=100, ci95=ci95, bounds=bounds)
    return entry(design, short, times)
