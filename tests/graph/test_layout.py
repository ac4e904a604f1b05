"""The automatic layout."""

from __future__ import annotations

import random

import pytest

from blocks.builder import Builder
from designer.catalogue import load, network_of
from designer.graph.design import Design
from designer.graph.layout import Metrics, layout
from designer.graph.network import Network
from presets.preset import presets

METRICS = Metrics()


def sizes(design: Design, node_id: str) -> tuple[float, float]:
    if design.root.node(node_id).block in ("input", "output"):
        return METRICS.io_width, METRICS.io_height
    return METRICS.width, METRICS.height


def overlaps(design: Design, places: dict[str, tuple[float, float]]) -> list[tuple[str, str]]:
    boxes = [(node_id, x, y, x + sizes(design, node_id)[0], y + sizes(design, node_id)[1]) for node_id, (x, y) in places.items()]
    return [
        (a[0], b[0])
        for k, a in enumerate(boxes)
        for b in boxes[k + 1 :]
        if a[1] < b[3] and b[1] < a[3] and a[2] < b[4] and b[2] < a[4]
    ]


@pytest.mark.parametrize("name", presets())
def test_presets_open_without_overlaps(name: str) -> None:
    design = load(name)
    places = layout(design.root, design.resolve)
    assert set(places) == set(design.root)
    assert overlaps(design, places) == []
    for edge in design.root.edges():
        assert places[edge.source][1] < places[edge.target][1], "inputs are above"


def unpacked_residual() -> Design:
    draw = Builder()
    x = draw.input((64, 56, 56), name="input")
    y = draw.conv_norm_act(x, 64, name="first")
    y = draw.conv_norm_act(y, 64, name="second")
    y = draw.add(y, x, name="join")
    draw.output(y, name="output")
    return Design("unit", network_of(draw))


def test_a_bypass_leaves_the_branch_straight() -> None:
    design = unpacked_residual()
    places = layout(design.root, design.resolve)
    centres = {node_id: x + sizes(design, node_id)[0] / 2 for node_id, (x, _) in places.items()}
    assert max(centres.values()) - min(centres.values()) <= 8


def test_branches_stand_side_by_side_in_port_order() -> None:
    draw = Builder()
    x = draw.input((64, 28, 28), name="input")
    branches = [draw.conv_norm_act(x, 32, k, name=f"b{k}") for k in (1, 3, 5)]
    draw.output(draw.concat(*branches, name="join"), name="output")
    design = Design("module", network_of(draw))
    places = layout(design.root, design.resolve)
    assert places["b1"][0] < places["b3"][0] < places["b5"][0]
    assert places["b1"][1] == places["b3"][1] == places["b5"][1]


def test_it_depends_on_the_graph_alone() -> None:
    design = load("example_convolutions")
    places = layout(design.root, design.resolve)
    nodes, edges = design.root.nodes(), design.root.edges()
    random.Random(7).shuffle(nodes)
    random.Random(8).shuffle(edges)
    assert layout(Network.of(nodes, edges), design.resolve) == places


def test_left_to_right_swaps_the_axes() -> None:
    design = load("example_inception")
    places = layout(design.root, design.resolve, flow="right")
    for edge in design.root.edges():
        assert places[edge.source][0] < places[edge.target][0]


def test_an_empty_design_has_no_places() -> None:
    design = Design()
    assert layout(design.root, design.resolve) == {}
