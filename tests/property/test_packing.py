"""Packing and unpacking keep costs, outputs with equal weights, and undo exactly."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from blocks import registry
from blocks.block import Composite
from designer.analysis.engine import Engine
from designer.app.controller import Controller
from designer.app.inside import InsideController
from designer.app.pack_plan import NotConvex, Plan, planned
from designer.app.pack_proposals import Candidate, copies_in
from designer.app.packing import Choice, packed
from designer.app.placing import size_of
from designer.app.unpacking import unpacked, unpacked_all
from designer.app.wiring import reached
from designer.catalogue import load
from designer.compile.torch_module import examples, to_torch
from designer.document.format import read, write
from designer.graph.design import DOWN, RIGHT, ROOT, Design
from designer.graph.edits import Compound, Connect, Disconnect
from designer.graph.layout import layout
from designer.graph.network import Node, node_path
from designer.graph.own_block import OWN
from designer.graph.rules import StructureError
from tests.designs import chain, design, state
from tests.property.test_inside import nested
from tests.random_nets import random_net

TEXTS = (
    "mobilenet_v2:resolution=64",
    "googlenet:resolution=96",
    "shufflenet_v2:resolution=64",
    "densenet121:resolution=64",
    "resnet18:resolution=64",
    "squeezenet1_1:resolution=64",
    *("random",) * 6,
)


@cache
def text_of(name: str) -> str:
    return write(load(name))


def opened(name: str) -> Design:
    return read(text_of(name))


def convex(design: Design, rng: Random) -> list[str]:
    """Some blocks with everything that lies between them."""
    network = design.root
    inner = [node.id for node in network.nodes() if node.block not in ("input", "output")]
    start = rng.choice(inner)
    around = {start}
    for _ in range(rng.randint(0, 6)):
        node_id = rng.choice(sorted(around))
        near = [one for one in (*network.successors(node_id), *(s for s, _ in network.sources(node_id).values())) if one in inner]
        around |= {rng.choice(near)} if near else set()
    between = reached(network, around, upstream=False) & reached(network, around, upstream=True)
    return sorted((around | between) & set(inner))


def figures(engine: Engine) -> Any:
    boundary = [one for one in engine.order.order if engine.results[one].block in ("input", "output")]
    shapes = {one: engine.results[one].outputs for one in boundary}
    return engine.total, engine.primitives, shapes, engine.valid


def choose(plan: Plan, rng: Random) -> Choice:
    """Some of what can be exposed, under names that do not clash, and some of the relations."""
    exposed: dict[str, Candidate] = {}
    for candidate in plan.candidates:
        if rng.random() < 0.2:
            exposed.setdefault(candidate.name, candidate)
    relations = [one for one in plan.relations if rng.random() < 0.5]
    return Choice("My unit", exposed=exposed, relations=relations)


@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate], deadline=None)
@given(st.sampled_from(TEXTS), st.integers(0, 2**32))
def test_packing_keeps_costs_and_unpacking_too_and_both_undo_exactly(name: str, seed: int) -> None:
    rng = Random(seed)
    made = random_net(rng) if name == "random" else opened(name)
    engine = Engine(made)
    first, before = figures(engine), state(made)
    try:
        plan = planned(made, engine, convex(made, rng))
    except StructureError as refused:
        event(refused.code)  # blocks that count, and others with wires of their own
        return
    pack = packed(made, engine, plan, choose(plan, rng))
    change = pack.apply(made)
    engine.update(change)
    assert figures(engine) == first, pack.name
    assert read(write(made)).root.edges()
    after = state(made)
    (copy,) = [node for node in made.root.nodes() if node.block.startswith(OWN)]
    unpack = unpacked(made, engine, copy.id)
    back = unpack.apply(made)
    engine.update(back)
    assert figures(engine) == first, unpack.name
    assert len(made.root) == before[1][0].__len__()
    engine.update(back.inverse.apply(made))
    assert state(made) == after
    engine.update(change.inverse.apply(made))
    assert state(made) == before
    assert figures(engine) == first


COMPOSITES = sorted(block.id for block in registry.blocks().values() if issubclass(block, Composite) and len(block.inputs) == 1)


@pytest.mark.parametrize("block", COMPOSITES)
def test_every_composite_can_be_unpacked_at_the_same_cost(block: str) -> None:
    rank = registry.blocks()[block].inputs[0].rank
    for shape in ((32, 16, 16), (64, 32, 32), (96, 7, 7), (3, 64, 64), (64,)):
        if rank is not None and rank != len(shape):
            continue
        made = chain(("it", block, {}), shape=shape)
        engine = Engine(made)
        if engine.valid and not engine.issues():
            break
    else:
        pytest.skip("needs another shape")
    first, before = figures(engine), state(made)
    change = unpacked(made, engine, "it").apply(made)
    engine.update(change)
    assert figures(engine) == first
    assert "it" not in made.root
    engine.update(change.inverse.apply(made))
    assert state(made) == before


def moved(path: str, made: Compound, old: Design, name: str) -> str:
    """Where a weight is after the block `name` was unpacked: a dot became an underscore."""
    prefix = node_path(old.root.node(name))
    return f"{prefix}_{path.removeprefix(f'{prefix}.')}" if path.startswith(f"{prefix}.") else path


def difference(one: Any, other: Any) -> float:
    import torch

    with torch.no_grad():
        a, b = (module.eval()(*examples(module, 2)) for module in (one, other))
    a, b = (next(iter(x.values())) if isinstance(x, dict) else x for x in (a, b))
    return float((a - b).abs().max() / a.std())


def test_outputs_are_the_same_with_the_same_weights() -> None:
    made = chain(
        Node("stage2_ir", "inverted_residual", {"out_channels": 8}, stage="stage2"),
        Node("head", "conv_norm_act", {"out_channels": 12}),
        shape=(8, 12, 12),
    )
    engine = Engine(made)
    old = made.copy()
    name = "stage2_ir"
    module = to_torch(made, calibrate=True)
    weights = module.state_dict()
    step = unpacked(made, engine, name)
    engine.update(step.apply(made))
    there = {moved(path, step, old, name): value for path, value in weights.items()}
    other = to_torch(made)
    assert there.keys() == other.state_dict().keys()
    other.load_state_dict(there)
    assert difference(module, other) == 0.0
    # and packed again with its neighbour: the name of the block stands before
    members = [node.id for node in made.root.nodes() if node.id.startswith(f"{name}_")]
    plan = planned(made, engine, members)
    pack = packed(made, engine, plan, Choice("unit", relations=plan.relations))
    paths = {node_path(made.root.node(one)): plan.inside[one] for one in members}
    engine.update(pack.apply(made))
    (copy,) = [node for node in made.root.nodes() if node.block.startswith(OWN)]

    def packed_path(path: str) -> str:
        for old_path, inside in paths.items():
            if path.startswith(f"{old_path}."):
                return f"{node_path(copy)}.{inside}.{path.removeprefix(f'{old_path}.')}"
        return path

    third = to_torch(made)
    assert {packed_path(path) for path in there} == third.state_dict().keys()
    third.load_state_dict({packed_path(path): value for path, value in there.items()})
    assert difference(module, third) == 0.0


@pytest.mark.parametrize("seed", range(10))
def test_any_network_answers_as_before(seed: int) -> None:
    """Packed, and packed again with what is around, then unpacked: with the weights carried along, the same answers."""
    import torch

    rng = Random(seed)
    made = random_net(rng)
    engine = Engine(made)
    first = to_torch(made, calibrate=True).eval()
    weights = {path: value.clone() for path, value in first.state_dict().items()}
    inputs = examples(first, 2)
    where = {path: path for path in weights}
    for k in range(3):
        chosen = convex(made, rng) if k < 2 else [n.id for n in made.root.nodes() if n.block.startswith(OWN)][:1]
        if not chosen:
            continue
        old = made.copy()
        if k < 2:
            try:
                plan = planned(made, engine, chosen)
            except StructureError:
                continue
            step = packed(made, engine, plan, choose(plan, rng)._replace(name=f"unit {k}"))
            engine.update(step.apply(made))
            (copy,) = set(made.root) - set(old.root)
            prefixes = {node_path(old.root.node(one)): f"{node_path(made.root.node(copy))}.{plan.inside[one]}" for one in chosen}
        else:
            engine.update(unpacked(made, engine, chosen[0]).apply(made))
            prefixes = {node_path(old.root.node(chosen[0])): ""}
        where = {path: _after(at, prefixes) for path, at in where.items()}
    other = to_torch(made).eval()
    assert set(where.values()) == other.state_dict().keys()
    other.load_state_dict({where[path]: value for path, value in weights.items()})
    with torch.no_grad():
        answers = [module(*inputs) for module in (first, other)]
    one, two = (answer if isinstance(answer, dict) else {"": answer} for answer in answers)
    assert one.keys() == two.keys()
    assert all(torch.equal(one[key], two[key]) for key in one)


def _after(path: str, prefixes: Mapping[str, str]) -> str:
    """Where a weight is after a step; an empty prefix is that of a block that was unpacked."""
    for old, new in prefixes.items():
        if path.startswith(f"{old}."):
            return f"{new}.{path.removeprefix(f'{old}.')}" if new else f"{old}_{path.removeprefix(f'{old}.')}"
    return path


def branch() -> Design:
    return design(
        [
            ("image", "input", {"shape": [8, 16, 16]}),
            ("a", "conv2d", {"out_channels": 8, "padding": 1}),
            ("b", "relu"),
            ("c", "conv2d", {"out_channels": 8, "padding": 1}),
            ("d", "add"),
            ("output", "output"),
        ],
        ["image -> a", "a -> b", "b -> c", "c -> d.a", "a -> d.b", "d -> output"],
    )


@pytest.mark.parametrize("flow", [DOWN, RIGHT])
def test_ports_stand_before_and_behind_the_blocks_as_wires_run(flow: str) -> None:
    made = chain("conv2d", "relu", shape=(8, 8, 8))
    made.flow = flow
    places = layout(made.root, made.resolve, flow=flow)
    made.positions = {ROOT: dict(places)}
    plan = planned(made, Engine(made), ["conv2d", "relu"])
    choice = Choice("Pair", ["x"], ["y"], {}, [])
    packed(made, Engine(made), plan, choice, places).apply(made)
    inside = made.positions["pair"]
    along, across = (0, 1) if flow == RIGHT else (1, 0)
    order = [inside[one][along] for one in ("x", "conv2d", "relu", "y")]
    assert order == sorted(order)
    sizes = {one: size_of("input" if one in "xy" else "relu") for one in inside}
    assert len({inside[one][across] + sizes[one][across] / 2 for one in inside}) == 1, "one line"


def test_what_lies_between_is_named() -> None:
    made = branch()
    engine = Engine(made)
    with pytest.raises(NotConvex) as refused:
        planned(made, engine, ["a", "d"])
    assert refused.value.between == ("b", "c")
    assert str(refused.value) == ("These blocks cannot be packed: b and c lie between them. Select them too, or fewer blocks.")
    with pytest.raises(NotConvex, match=r"b lies between them\. Select it too"):
        planned(made, engine, ["a", "c", "d"])
    with pytest.raises(StructureError, match="image cannot be packed"):
        planned(made, engine, ["image", "a"])
    with pytest.raises(StructureError, match="Select the blocks"):
        planned(made, engine, [])
    plan = planned(made, engine, ["b", "c", "d"])
    assert [(one.name, one.source, one.readers) for one in plan.inlets] == [("x", ("a", "y"), (("b", "x"), ("d", "b")))]
    assert [one.name for one in plan.outlets] == ["y"]


def unread() -> Design:
    """A line with a branch that no output reads."""
    return design(
        [
            *(("image", "input", {"shape": [8, 16, 16]}), ("a", "conv2d"), ("b", "conv2d"), ("dead", "conv2d")),
            *(("deader", "relu"), ("output", "output")),
        ],
        ["image -> a", "a -> b", "b -> output", "a -> dead", "dead -> deader"],
    )


def test_what_is_not_counted_stays_uncounted_or_outside() -> None:
    made = unread()
    engine = Engine(made)
    with pytest.raises(StructureError, match=r"dead is not counted, but other selected blocks are") as refused:
        planned(made, engine, ["a", "b", "dead"])
    assert refused.value.code == "not_counted"
    total = engine.total
    plan = planned(made, engine, ["a", "b", "dead", "deader"])
    assert [one.name for one in plan.outlets] == ["y"]
    engine.update(packed(made, engine, plan, Choice("Unit")).apply(made))
    assert engine.total == total
    dead = unread()
    engine = Engine(dead)
    engine.update(packed(dead, engine, planned(dead, engine, ["dead", "deader"]), Choice("Dead")).apply(dead))
    assert engine.total == total


def test_an_output_that_nobody_reads_keeps_a_block_packed() -> None:
    made = branch()
    engine = Engine(made)
    plan = planned(made, engine, ["a", "b", "c"])
    engine.update(packed(made, engine, plan, Choice("Unit")).apply(made))
    (copy,) = [node.id for node in made.root.nodes() if node.block.startswith(OWN)]
    (unused,) = [wire for wire in made.root.readers(copy) if wire.source_port == "c_out"]
    engine.update(Disconnect(target=unused.target, target_port=unused.target_port).apply(made))
    engine.update(Connect(source=copy, source_port="a_out", target="d", target_port=unused.target_port).apply(made))
    assert engine.total is not None
    with pytest.raises(StructureError, match="nothing reads its output c_out") as refused:
        unpacked(made, engine, copy)
    assert refused.value.code == "other_cost"


def test_relations_of_a_depthwise_part_and_of_a_hidden_width_are_proposed_and_hold_at_another_width() -> None:
    made = chain(
        ("expand", "conv_norm_act", {"out_channels": 144, "kernel_size": 1}),
        ("depthwise", "conv_norm_act", {"out_channels": 144, "groups": 144}),
        ("project", "conv_norm_act", {"out_channels": 40, "kernel_size": 1}),
        shape=(24, 16, 16),
    )
    engine = Engine(made)
    plan = planned(made, engine, ["expand", "depthwise", "project"])
    assert {(one.node, one.param, one.port, one.times) for one in plan.relations if one.meant} == {
        ("expand", "out_channels", "x", 6),
        ("depthwise", "out_channels", "x", 6),
        ("depthwise", "groups", "x", 6),
    }
    width = next(one for one in plan.candidates if one.bindings[0] == ("expand", "out_channels"))
    assert width.bindings == (("expand", "out_channels"), ("depthwise", "groups"), ("depthwise", "out_channels"))
    meant = [one for one in plan.relations if one.meant]
    engine.update(packed(made, engine, plan, Choice("Unit", relations=meant)).apply(made))
    assert made.definitions["unit"].network.node("depthwise").params["groups"] == {"same_as": "x.channels", "times": 6}
    from designer.graph.edits import SetParam

    engine.update(SetParam(node="input", name="shape", value=[10, 16, 16]).apply(made))
    assert engine.total is not None
    assert engine.total.macs == 256 * (10 * 60 + 60 * 9 + 60 * 40)


def test_a_residual_keeps_the_width_of_its_input() -> None:
    made = branch()
    engine = Engine(made)
    plan = planned(made, engine, ["a", "b", "c", "d"])
    assert not [one for one in plan.relations if one.meant], "a and c both come from the block's own convolution"
    plan = planned(made, engine, ["b", "c", "d"])
    assert [(one.node, one.times) for one in plan.relations if one.meant] == [("c", 1)]


@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate], deadline=None, max_examples=30)
@given(st.integers(0, 2**32))
def test_inside_a_block_too_for_every_copy(qapp: QApplication, seed: int) -> None:
    """Costs of all copies stay, whatever is packed or unpacked inside; a step that cannot keep them is refused."""
    rng = Random(seed)
    document = Controller(nested())
    two = InsideController(document, "two", rng.choice(["first", "second"]))
    one = InsideController(two, "one", rng.choice(["n1", "n2"]))
    before = state(document.design)
    costs = {node_id: result.cost for node_id, result in document.engine.results.items()}
    refused: list[str] = []
    document.refused.connect(refused.append)
    for _ in range(3):
        at = rng.choice([one, two])
        inner = sorted(node.id for node in at.design.root.nodes() if node.block not in ("input", "output"))
        try:
            if rng.random() < 0.6:
                plan = planned(at.design, at.engine, convex(at.design, rng), copies_in(document.engine, at.scope))
                step = packed(at.design, at.engine, plan, choose(plan, rng))
            else:
                node_id = rng.choice(inner)
                step = unpacked(at.design, at.engine, node_id, copies=copies_in(document.engine, at.scope))
        except StructureError:
            continue
        assert at.apply(step, step.name), refused
        assert {node_id: result.cost for node_id, result in document.engine.results.items()} == costs, step.name
        assert not document.engine.issues()
        if not one.alive:
            break
    while document.stack.canUndo():
        document.stack.undo()
    assert state(document.design) == before


@pytest.mark.parametrize("copy", ["first", "second"])
def test_several_blocks_inside_are_unpacked_at_once(qapp: QApplication, copy: str) -> None:
    document = Controller(nested())
    before = state(document.design)
    costs = {node_id: result.cost for node_id, result in document.engine.results.items()}
    two = InsideController(document, "two", copy)
    step = unpacked_all(two.design, two.engine, ["n1", "n2"], copies=copies_in(document.engine, "two"))
    assert two.apply(step, step.name)
    assert {"n1_conv", "n2_pw"} <= set(document.design.definitions["two"].network)
    assert document.design.definitions["two"].exposed["wide"].bindings == [
        ("n1_conv", "out_channels"), ("n1_dw", "out_channels"), ("n1_dw", "groups")
    ]  # fmt: skip
    assert {node_id: result.cost for node_id, result in document.engine.results.items()} == costs
    assert document.stack.count() == 1
    document.stack.undo()
    assert state(document.design) == before


def test_a_composite_inside_that_follows_its_input_still_does_when_unpacked(qapp: QApplication) -> None:
    from designer.graph.definition_edits import Define
    from designer.graph.own_block import Definition, Exposed
    from tests.designs import network

    made = design(
        [
            *(("image", "input", {"shape": [8, 16, 16]}), ("a", "own.unit"), ("wide", "conv2d", {"out_channels": 12})),
            *(("b", "own.unit", {"out": 20}), ("output", "output")),
        ],
        ["image -> a", "a -> wide", "wide -> b", "b -> output"],
    )
    inside = network([("x", "input"), ("ir", "inverted_residual", {"out_channels": 16}), ("y", "output")], ["x -> ir", "ir -> y"])
    unit = Definition("unit", "Unit", inside, exposed={"out": Exposed([("ir", "out_channels")])})
    Define(definition=unit).apply(made)
    document = Controller(made)
    costs = {node_id: result.cost for node_id, result in document.engine.results.items()}
    inside_a = InsideController(document, "unit", "a")
    step = unpacked(inside_a.design, inside_a.engine, "ir", copies=copies_in(document.engine, "unit"))
    assert inside_a.apply(step, step.name)
    assert {node_id: result.cost for node_id, result in document.engine.results.items()} == costs
    network_now = made.definitions["unit"].network
    assert network_now.node("ir_expand").params["out_channels"] == {"same_as": "x.channels", "times": 6}
    assert made.definitions["unit"].exposed["out"].bindings == [("ir_project", "out_channels")]
