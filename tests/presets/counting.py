"""Figures of a design, for the tests of presets."""

from __future__ import annotations

from typing import NamedTuple

from blocks.cost import ZERO, Cost
from designer import catalogue
from designer.analysis.engine import Engine
from designer.analysis.flatten import flatten


class Counted(NamedTuple):
    """`layers` are the convolutions and linear layers; `stages` adds up the root nodes of each stage, in drawing order."""

    params: int
    macs: int
    layers: int
    stages: dict[str, Cost]
    engine: Engine


def count(design: str) -> Counted:
    """Draw and analyse a DESIGN text."""
    made = catalogue.load(design)
    engine = Engine(made)
    total = engine.total
    assert total is not None, [issue.sentence() for issue in engine.issues()]
    stages: dict[str, Cost] = {}
    for node in made.root.nodes():
        if node.stage is not None:
            stages[node.stage] = stages.get(node.stage, ZERO) + engine.results[node.id].cost
    layers = sum(step.block.layer is not None for step in flatten(engine).steps)
    return Counted(total.params, total.macs, layers, stages, engine)
