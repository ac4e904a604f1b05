"""Laying out 2,000 blocks against the time it has off the window's thread. The peer is the budget, so a ratio over 1 keeps it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from statistics import median

import pytest

from designer.graph.design import DOWN, RIGHT, Design
from designer.graph.layout import arrange, plan, rough
from designer.graph.network import Edge, Network, Node
from tests.benchmarks.conftest import timed
from tests.benchmarks.test_canvas import ladder

pytestmark = pytest.mark.bench
BLOCKS = 2_000


def tangle(span: int) -> Design:
    """Sums of any two of the blocks before, no further back than `span`."""
    rng = Random(span)
    nodes = [Node("input", "input", {"shape": [8, 32, 32]})]
    edges: list[Edge] = []
    for k in range(BLOCKS - 2):
        edges += [Edge(rng.choice(nodes[-span:]).id, "y", f"n{k}", port) for port in ("a", "b")]
        nodes.append(Node(f"n{k}", "add"))
    nodes.append(Node("output", "output"))
    edges.append(Edge(nodes[-2].id, "y", "output", "x"))
    return Design("tangle", Network.of(nodes, edges))


@pytest.mark.parametrize(
    ("what", "make"),
    [
        ("residual units in stages", lambda: ladder(BLOCKS, False)),
        ("a tangle of short wires", lambda: tangle(5)),
        ("a tangle of long wires", lambda: tangle(100)),
    ],
)
def test_layout(record: Callable[..., float], what: str, make: Callable[[], Design]) -> None:
    design = make()
    for flow in (DOWN, RIGHT):
        times = timed(lambda flow=flow: arrange(plan(design.root, design.resolve, flow=flow)), 5)  # type: ignore[misc]
        record(f"layout of 2,000 blocks, {what}, flow {flow}", median(times), {"budget": 2.0}, "1 x")
    times = timed(lambda: rough(plan(design.root, design.resolve)), 5)
    record(f"rough layout of 2,000 blocks, {what}", median(times), {"budget": 0.1}, "1 x")
