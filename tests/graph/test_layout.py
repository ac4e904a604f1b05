"""The automatic layout."""

from __future__ import annotations

from itertools import combinations
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.builder import Builder
from designer.catalogue import load, network_of
from designer.graph.design import DOWN, RIGHT, Design
from designer.graph.layout import Cancelled, Metrics, arrange, layout, plan, rough
from designer.graph.network import Edge, Network, Node
from presets.preset import presets
from tests.designs import design
from tests.random_nets import random_net
from tests.unpacking import unpacked

FLOWS = pytest.mark.parametrize("flow", [DOWN, RIGHT])
Places = dict[str, tuple[float, float]]


def sizes(design: Design, node_id: str) -> tuple[float, float]:
    metrics = Metrics()
    if design.root.node(node_id).block in ("input", "output"):
        return metrics.io_width, metrics.io_height
    return metrics.width, metrics.height


def overlaps(design: Design, places: Places) -> list[tuple[str, str]]:
    boxes = [(node_id, x, y, x + sizes(design, node_id)[0], y + sizes(design, node_id)[1]) for node_id, (x, y) in places.items()]
    return [(a[0], b[0]) for a, b in combinations(boxes, 2) if a[1] < b[3] and b[1] < a[3] and a[2] < b[4] and b[2] < a[4]]


def across(design: Design, places: Places, flow: str) -> dict[str, float]:
    """The centres of blocks across the flow."""
    axis = 1 if flow == RIGHT else 0
    return {node_id: place[axis] + sizes(design, node_id)[axis] / 2 for node_id, place in places.items()}


def check(design: Design, places: Places, flow: str) -> None:
    """Everything has a place of its own, behind what feeds it."""
    assert set(places) == set(design.root)
    assert overlaps(design, places) == []
    axis = 0 if flow == RIGHT else 1
    for source, _, target, _ in design.root.edges():
        assert places[source][axis] + sizes(design, source)[axis] < places[target][axis]


@FLOWS
def test_presets_open_without_overlaps(flow: str) -> None:
    for name in presets():
        design = load(name)
        check(design, layout(design.root, design.resolve, flow=flow), flow)


# -- any graph ----------------------------------------------------------------------------------------------------


def shuffled(design: Design, seed: int) -> Network:
    """The same network, made in another order."""
    nodes, edges = design.root.nodes(), design.root.edges()
    Random(seed).shuffle(nodes)
    Random(seed + 1).shuffle(edges)
    return Network.of(nodes, edges)


@FLOWS
@given(seed=st.integers(0, 2**32), size=st.integers(1, 40), drawn_out=st.booleans())
def test_blocks_of_any_graph_have_places_of_their_own(flow: str, seed: int, size: int, drawn_out: bool) -> None:
    design = random_net(Random(seed), size)
    if drawn_out:
        design = unpacked(design)
    places = layout(design.root, design.resolve, flow=flow)
    check(design, places, flow)
    assert layout(shuffled(design, seed), design.resolve, flow=flow) == places  # the graph alone, not how it came about


@given(seed=st.integers(0, 2**32), stages=st.integers(1, 4))
def test_stages_anywhere_change_nothing_of_that(seed: int, stages: int) -> None:
    design = random_net(Random(seed), 24)
    rng = Random(seed)
    nodes = [
        msgspec.structs.replace(node, stage=rng.choice([None, *[f"s{k}" for k in range(stages)]])) for node in design.root.nodes()
    ]
    design = Design("staged", Network.of(nodes, design.root.edges()))
    check(design, layout(design.root, design.resolve), DOWN)


@given(seed=st.integers(0, 2**32))
def test_a_part_of_a_graph_is_laid_out_alone(seed: int) -> None:
    design = random_net(Random(seed), 30)
    only = {node.id for node in design.root.nodes() if Random(f"{seed}{node.id}").random() < 0.5}
    places = layout(design.root, design.resolve, only=only)
    assert set(places) == only
    assert overlaps(design, places) == []


@given(seed=st.integers(0, 2**32), flow=st.sampled_from([DOWN, RIGHT]))
def test_the_rough_layout_has_places_for_all_too(seed: int, flow: str) -> None:
    design = random_net(Random(seed), 30)
    check(design, rough(plan(design.root, design.resolve, flow=flow)), flow)


def test_a_layout_that_is_not_wanted_ends() -> None:
    design = load("mobilenet_v2")
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 10

    with pytest.raises(Cancelled):
        arrange(plan(design.root, design.resolve), cancelled)
    assert len(asked) == 11


# -- small edits move little ----------------------------------------------------------------------------------------------------


def inserted(design: Design, edge: Edge) -> Network:
    edges = [one for one in design.root.edges() if one != edge]
    edges += [Edge(edge.source, edge.source_port, "new_block", "x"), Edge("new_block", "y", edge.target, edge.target_port)]
    return Network.of([*design.root.nodes(), Node("new_block", "relu")], edges)


def removed(design: Design, node_id: str) -> Network:
    ((source, out),) = design.root.sources(node_id).values()
    edges = [edge for edge in design.root.edges() if node_id not in (edge.source, edge.target)]
    edges += [Edge(source, out, edge.target, edge.target_port) for edge in design.root.readers(node_id)]
    return Network.of([node for node in design.root.nodes() if node.id != node_id], edges)


@FLOWS
@pytest.mark.parametrize("name", ["googlenet:aux=true", "inception_v3", "resnet50", "densenet121", "shufflenet_v2", "ghostnet"])
def test_a_small_edit_moves_little(name: str, flow: str) -> None:
    """Across the flow a module moves at most; along it, what follows moves on by a rank, all alike."""
    design = unpacked(load(name))
    before = layout(design.root, design.resolve, flow=flow)
    centres = across(design, before, flow)
    along = 0 if flow == RIGHT else 1
    rank = (216 + 144, 16) if flow == RIGHT else (48 + 28, 8)  # a block and a gap; as much more where stages begin elsewhere
    random = Random(name)
    for k in range(12):
        plain = [node.id for node in design.root.nodes() if len(design.root.sources(node.id)) == 1 and node.block != "output"]
        network = inserted(design, random.choice(sorted(design.root.edges()))) if k % 2 else removed(design, random.choice(plain))
        places = layout(network, design.resolve, flow=flow)
        stayed = [node_id for node_id in places if node_id in before]
        moved = [node_id for node_id in stayed if across(design, {node_id: places[node_id]}, flow)[node_id] != centres[node_id]]
        assert len(moved) <= 0.1 * len(stayed), (name, k, moved)
        for node_id in stayed:
            step = abs(places[node_id][along] - before[node_id][along])
            assert step <= rank[0] + 4 * rank[1], (name, k, node_id)


# -- what papers draw ----------------------------------------------------------------------------------------------------


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


@FLOWS
def test_a_network_is_one_line_and_modules_stand_around_it(flow: str) -> None:
    design = unpacked(load("googlenet"))
    centres = across(design, layout(design.root, design.resolve, flow=flow), flow)
    line = {centres[node_id] for node_id in centres if "branch" not in node_id}
    assert len(line) == 1
    (middle,) = line
    for module in ("inception3_a", "inception4_e", "inception5_b"):
        branches = [centres[f"{module}_branch{k}"] for k in (1, 2, 3, 4)]
        assert branches == sorted(branches)  # in drawing order
        assert len(set(branches)) == 4
        assert branches[0] - middle == middle - branches[3]
        for reduce, then in (("branch2_reduce", "branch2"), ("branch3_reduce", "branch3"), ("branch4_pool", "branch4")):
            assert centres[f"{module}_{reduce}"] == centres[f"{module}_{then}"]  # a branch is straight


@FLOWS
def test_a_projection_stands_beside_the_branch(flow: str) -> None:
    design = unpacked(load("resnet50"))
    centres = across(design, layout(design.root, design.resolve, flow=flow), flow)
    shortcuts = [node_id for node_id in centres if node_id.endswith("shortcut")]
    assert len(shortcuts) == 4
    assert len({centres[node_id] for node_id in centres if node_id not in shortcuts}) == 1
    beside = [centres[node_id] - centres["input"] for node_id in shortcuts]
    assert all(step < -48 if flow == RIGHT else step > 216 for step in beside)  # above where the flow is to the right


@FLOWS
def test_heads_of_other_outputs_never_bend_the_network(flow: str) -> None:
    design = load("googlenet:aux=true")
    centres = across(design, layout(design.root, design.resolve, flow=flow), flow)
    trunk = {centres[node_id] for node_id in centres if not node_id.startswith("aux")}
    heads = [{centres[node_id] for node_id in centres if node_id.startswith(f"aux{k}")} for k in (1, 2)]
    assert len(trunk) == len(heads[0]) == len(heads[1]) == 1
    assert min(*heads[0], *heads[1]) > max(trunk)


@pytest.mark.parametrize("lost", ["output", "inception5_b_concat"])
def test_a_network_in_the_making_is_one_line_too(lost: str) -> None:
    """Without its output, or with a gap before it, the way through the network is the same."""
    made = unpacked(load("googlenet"))
    edges = [edge for edge in made.root.edges() if lost not in (edge.source, edge.target)]
    nodes = [node for node in made.root.nodes() if node.id != lost]
    made = Design("in the making", Network.of(nodes, edges))
    centres = across(made, layout(made.root, made.resolve), DOWN)
    assert len({centres[node_id] for node_id in centres if node_id.startswith("stem") or node_id.endswith("a_concat")}) == 1


def test_what_begins_elsewhere_stands_beside_what_it_joins() -> None:
    made = design(
        [
            ("image", "input", {"shape": [8, 32, 32]}),
            ("a", "relu"),
            ("b", "relu"),
            ("mask", "input", {"shape": [8, 32, 32], "order": 1}),
            ("join", "multiply"),
            ("output", "output"),
        ],
        ["image -> a", "a -> b", "b -> join.x", "mask -> join.gate", "join -> output"],
    )
    places = layout(made.root, made.resolve)
    assert places["b"][1] <= places["mask"][1] < places["join"][1]


def test_loose_blocks_of_a_stage_stand_beside_it() -> None:
    made = load("mobilenet_v2")
    loose = [
        Node("stage3_ir1_2", "inverted_residual", {}, "", "stage3"),
        Node("stage3_ir2_2", "inverted_residual", {}, "", "stage3"),
    ]
    edges = [*made.root.edges(), Edge("stage3_ir1_2", "y", "stage3_ir2_2", "x")]
    made = Design("copied", Network.of([*made.root.nodes(), *loose], edges))
    places = layout(made.root, made.resolve)
    assert places["stage3_ir1_2"][1] == places["stage3_ir1"][1]
    assert places["stage3_ir2_2"][1] == places["stage3_ir2"][1]
    assert places["stage3_ir1_2"][0] > places["stage3_ir1"][0]
    check(made, places, DOWN)


def test_blocks_of_other_sizes_begin_together() -> None:
    made = design(
        [("input", "input", {"shape": [8, 32, 32]}), ("low", "relu"), ("high", "relu"), ("join", "add"), ("output", "output")],
        ["input -> low", "input -> high", "low -> join.a", "high -> join.b", "join -> output"],
    )
    places = layout(made.root, made.resolve, sizes={"low": (232, 48), "high": (232, 200)})
    assert places["low"][1] == places["high"][1]
    assert places["join"][1] == places["high"][1] + 200 + Metrics().gap
    assert abs(places["low"][0] - places["high"][0]) >= 232


def test_an_empty_design_has_no_places() -> None:
    design = Design()
    assert layout(design.root, design.resolve) == {}
