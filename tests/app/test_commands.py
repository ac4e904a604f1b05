"""What a person does to a design: each command is one exact step of undo, and the analysis follows it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from blocks import registry
from blocks.spec import TensorSpec
from designer.analysis.engine import Engine
from designer.app import commands, deleting, placing, selecting
from designer.app.naming import Names
from designer.app.wiring import End, Ends, fitting, forecast
from designer.catalogue import load
from designer.graph.definition_edits import Define
from designer.graph.design import ROOT, Design
from designer.graph.edits import Compound
from designer.graph.layout import layout
from designer.graph.network import Edge, Node
from designer.graph.own_block import Definition
from designer.graph.rules import StructureError
from tests.designs import chain, design, network, state, wire
from tests.property.test_engine import apply, same_as_fresh


class Bench:
    """A design with its engine; `do` applies a command, looks at undo and redo, and leaves it applied."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.engine = Engine(design)

    def do(self, step: Compound) -> Compound:
        before = state(self.design)
        inverse = apply(self.engine, step)
        assert inverse is not None, "refused"
        same_as_fresh(self.engine, Random(0))
        after = state(self.design)
        again = apply(self.engine, inverse)
        assert again is not None
        assert state(self.design) == before
        same_as_fresh(self.engine, Random(1))
        assert apply(self.engine, again) is not None
        assert state(self.design) == after
        return step

    def wires(self) -> set[Edge]:
        return set(self.design.root.edges())

    def places(self) -> dict[str, tuple[float, float]]:
        return layout(self.design.root, self.design.resolve) | self.design.positions.get(ROOT, {})

    def node(self, node_id: str) -> Node:
        return self.design.root.node(node_id)

    def refused(self, make: Callable[[], Compound]) -> str:
        """The reason why a command is refused, which has changed nothing."""
        before = state(self.design)
        with pytest.raises(StructureError) as problem:
            make().apply(self.design)
        assert state(self.design) == before
        assert str(problem.value).endswith(".")
        return str(problem.value)


CONV = {"out_channels": 8, "padding": 1}


@pytest.fixture
def line() -> Bench:
    return Bench(chain(("conv", "conv2d", CONV), ("act", "relu"), ("last", "conv2d", CONV)))


@pytest.fixture
def residual() -> Bench:
    nodes = [("n0", "input", {"shape": [8, 8, 8]}), ("n1", "conv2d", CONV), ("n2", "relu"), ("n3", "add"), ("n4", "output")]
    return Bench(design(nodes, ["n0 -> n1", "n1 -> n2", "n2 -> n3.a", "n0 -> n3.b", "n3 -> n4"]))


# -- adding ------------------------------------------------------------------------------------------------------------------


def test_a_block_is_put_into_a_wire_with_parameters_that_keep_the_shape(line: Bench) -> None:
    step = line.do(commands.insert(line.design, line.engine, "conv2d", wire("act -> last"), places=line.places()))
    (new,) = commands.added(step)
    assert new == "conv2d"
    assert {wire("act -> conv2d"), wire("conv2d -> last")} <= line.wires()
    assert wire("act -> last") not in line.wires()
    assert line.engine.results["conv2d"].outputs["y"] == (8, 32, 32)
    assert line.engine.valid
    assert step.name == "Insert conv2d before last"


def test_blocks_below_make_room_and_none_overlap(line: Bench) -> None:
    places = line.places()
    assert ROOT not in line.design.positions
    line.do(commands.insert(line.design, line.engine, "relu", wire("conv -> act"), places=places))
    stored = line.design.positions[ROOT]
    assert stored.keys() == set(line.design.root), "what was only laid out is kept too"
    assert stored["conv"] == places["conv"]
    assert stored["act"][1] > places["act"][1]
    rects = [placing.rect(place, line.node(node_id).block) for node_id, place in stored.items()]
    for k, a in enumerate(rects):
        for b in rects[:k]:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])
    assert stored["conv"][1] < stored["relu"][1] < stored["act"][1] < stored["last"][1]


def test_every_block_with_an_input_can_be_put_into_a_wire() -> None:
    bench = Bench(chain(("conv", "conv2d", {"out_channels": 24, "padding": 1}), ("act", "relu")))
    unfit: list[str] = []
    for block in registry.blocks():
        if block == "input":
            continue
        step = commands.insert(bench.design, bench.engine, block, wire("conv -> act"))
        change = step.apply(bench.design)
        bench.engine.update(change)
        (new,) = commands.added(step)
        result = bench.engine.results[new]
        if block in ("add", "multiply"):
            assert result.status == "incomplete"
        elif result.status == "error":
            unfit.append(block)
        bench.engine.update(change.inverse.apply(bench.design))
    assert unfit == ["linear"], "a map is no vector; all others work at once"


def test_an_output_dropped_on_a_wire_reads_it_and_leaves_it(line: Bench) -> None:
    line.do(commands.insert(line.design, line.engine, "output", wire("conv -> act"), places=line.places()))
    assert {wire("conv -> act"), wire("conv -> output_2")} <= line.wires()
    assert line.engine.order.outputs == ["output", "output_2"]


def test_an_input_cannot_stand_in_a_wire(line: Bench) -> None:
    assert "no input" in line.refused(lambda: commands.insert(line.design, line.engine, "input", wire("conv -> act")))
    assert "no wire" in line.refused(lambda: commands.insert(line.design, line.engine, "relu", wire("conv -> last")))
    assert "no block" in line.refused(lambda: commands.insert(line.design, line.engine, "nonsense", wire("conv -> act")))


def test_a_block_joins_the_stage_it_is_put_into() -> None:
    nodes = [
        Node("input", "input", {"shape": [3, 8, 8]}),
        Node("stem_conv", "conv2d", CONV, stage="stem"),
        Node("relu", "relu"),
        Node("output", "output"),
    ]
    bench = Bench(design(nodes, ["input -> stem_conv", "stem_conv -> relu", "relu -> output"]))
    for edge, new, stage in (
        (wire("input -> stem_conv"), "stem_relu", "stem"),
        (wire("stem_conv -> relu"), "stem_relu_2", "stem"),
        (wire("relu -> output"), "relu_2", None),
    ):
        step = bench.do(commands.insert(bench.design, bench.engine, "relu", edge))
        assert commands.added(step) == {new}
        assert bench.node(new).stage == stage
    assert bench.engine.results["stem_relu_2"].path == "stem.relu_2"


def test_adding_beside_a_port(line: Bench) -> None:
    step = line.do(commands.add_at_port(line.design, line.engine, "depthwise", End("act", "y", True), places=line.places()))
    assert wire("act -> depthwise") in line.wires()
    assert step.name == "Add depthwise behind act"
    line.do(commands.add(line.design, "add", (500, 500), places=line.places()))
    line.do(commands.add_at_port(line.design, line.engine, "relu", End("add", "b", False), (500, 400), places=line.places()))
    assert wire("relu -> add.b") in line.wires()
    taken = line.refused(lambda: commands.add_at_port(line.design, line.engine, "relu", End("add", "b", False)))
    assert taken == "add.b is taken by another wire."
    assert "no input" in line.refused(lambda: commands.add_at_port(line.design, line.engine, "input", End("act", "y", True)))
    assert "no output" in line.refused(lambda: commands.add_at_port(line.design, line.engine, "output", End("add", "a", False)))


def test_a_block_without_wires_is_put_into_one(line: Bench) -> None:
    line.do(commands.add(line.design, "batch_norm", (900, 0), places=line.places()))
    line.do(commands.put_into(line.design, "batch_norm", wire("conv -> act")))
    assert {wire("conv -> batch_norm"), wire("batch_norm -> act")} <= line.wires()
    assert "wires already" in line.refused(lambda: commands.put_into(line.design, "batch_norm", wire("act -> last")))


def test_a_new_block_stands_on_no_other(line: Bench) -> None:
    for _ in range(5):
        line.do(commands.add(line.design, "relu", (0, 0), places=line.places()))
    rects = [placing.rect(place, "relu") for node_id, place in line.design.positions[ROOT].items() if node_id.startswith("relu")]
    assert len({rect[:2] for rect in rects}) == 5
    assert not any(a != b and a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for a in rects for b in rects)


def test_names_are_valid_and_free() -> None:
    net = network([Node("relu", "relu"), Node("s_relu_2", "relu", stage="s"), Node("b", "relu", stage="add")], [])
    names = Names(net)
    assert [names.fresh("relu", None) for _ in range(2)] == ["relu_2", "relu_3"]
    assert [names.fresh("relu", "s") for _ in range(2)] == ["s_relu", "s_relu_3"]
    assert names.fresh("add", None) == "add_2", "add is the name of a stage"
    assert names.fresh("own.größer", None) == "gr_er"
    assert names.fresh("own.type", None) == "block", "torch uses the name type"
    assert names.like("s_relu_2", "s") == "s_relu_4"
    assert names.stage("relu") is None
    assert names.stage("s") == "s"
    assert len(names.fresh("x" * 300, "t" * 15)) <= 100


# -- wires -------------------------------------------------------------------------------------------------------------------


def test_drawing_a_wire_on_a_taken_input_replaces_its_wire(residual: Bench) -> None:
    step = residual.do(commands.connect(residual.design, wire("n1 -> n3.b")))
    assert wire("n1 -> n3.b") in residual.wires()
    assert wire("n0 -> n3.b") not in residual.wires()
    assert step.name == "Replace the wire from n0 to n3"
    assert not commands.connect(residual.design, wire("n1 -> n3.b")).edits
    assert "cycle" in residual.refused(lambda: commands.connect(residual.design, wire("n3 -> n1")))


def test_carrying_a_wire_elsewhere_or_away(residual: Bench) -> None:
    residual.do(commands.carry(residual.design, wire("n0 -> n3.b"), wire("n1 -> n3.b")))
    assert wire("n1 -> n3.b") in residual.wires()
    residual.do(commands.carry(residual.design, wire("n2 -> n3.a"), wire("n2 -> n3.b")))
    assert residual.design.root.sources("n3") == {"b": ("n2", "y")}
    residual.do(commands.carry(residual.design, wire("n2 -> n3.b"), None))
    assert residual.design.root.sources("n3") == {}
    assert "no wire" in residual.refused(lambda: commands.carry(residual.design, wire("n2 -> n3.b"), None))


def test_cutting_several_wires_is_one_step(residual: Bench) -> None:
    step = residual.do(commands.cut(residual.design, [wire("n0 -> n1"), wire("n2 -> n3.a"), wire("gone -> n3.a")]))
    assert len(residual.wires()) == 3
    assert step.name == "Cut 2 wires"


def test_ports_that_cannot_take_a_wire_say_why(residual: Bench) -> None:
    ends = Ends(residual.design, End("n2", "y", True))
    assert ends.why_not(End("n4", "x", False)) == ""
    assert ends.why_not(End("n3", "b", False)) == ""
    assert ends.taken_by(End("n3", "b", False)) == wire("n0 -> n3.b")
    assert ends.taken_by(End("n3", "a", False)) is None
    assert ends.why_not(End("n1", "x", False)) == "This would close a cycle: n1 already feeds n2."
    assert ends.why_not(End("n2", "x", False)) == "A block cannot feed itself."
    assert ends.why_not(End("n0", "y", True)) == "This is an output too: the wire needs an input."
    assert "no input" in ends.why_not(End("n3", "c", False))
    back = Ends(residual.design, End("n1", "x", False))
    assert back.why_not(End("n0", "y", True)) == ""
    assert "cycle" in back.why_not(End("n3", "y", True))
    assert back.why_not(End("n4", "x", False)) == "This is an input too: the wire needs an output."


def test_what_ends_say_is_what_the_graph_does() -> None:
    """Exactly the ports that are not greyed out can be connected."""
    bench = Bench(load("resnet18:resolution=32"))
    root = bench.design.root
    ends_of = {
        node.id: (
            [port.name for port in bench.design.resolve(node.block).inputs],
            list(bench.design.resolve(node.block).outputs),
        )
        for node in root.nodes()
    }
    tried = 0
    for start in list(root)[::4]:
        ends = Ends(bench.design, End(start, "y", True))
        for target, (inputs, _) in ends_of.items():
            for port in inputs:
                tried += 1
                try:
                    change = commands.connect(bench.design, Edge(start, "y", target, port)).apply(bench.design)
                    change.inverse.apply(bench.design)
                    possible = True
                except StructureError:
                    possible = False
                assert possible == (not ends.why_not(End(target, port, False)))
    assert tried > 40


def test_a_wire_foretells_a_mismatch(residual: Bench) -> None:
    residual.do(commands.add(residual.design, "conv2d", (900, 0)))
    residual.do(commands.connect(residual.design, wire("n0 -> conv2d")))
    said = forecast(residual.design, residual.engine, wire("conv2d -> n3.b"))
    assert said.startswith("n3: ")
    assert "(64, 6, 6)" in said
    assert forecast(residual.design, residual.engine, wire("n1 -> n3.b")) == ""


def test_fitting_keeps_what_is_the_default() -> None:
    assert fitting(registry.block("conv2d"), (TensorSpec((64, 8, 8)),)) == {"padding": [1, 1]}
    assert fitting(registry.block("conv_norm_act"), (TensorSpec((24, 8, 8)),)) == {"out_channels": 24}
    assert fitting(registry.block("group_norm"), (TensorSpec((24, 8, 8)),)) == {"num_groups": 24}
    assert fitting(registry.block("linear"), (TensorSpec((10,)),)) == {"out_features": 10}
    assert fitting(registry.block("relu"), (TensorSpec((24, 8, 8)),)) == {}
    assert fitting(None, (TensorSpec((24, 8, 8)),)) == {}


# -- deleting ----------------------------------------------------------------------------------------------------------------


def test_deleting_takes_wires_along(residual: Bench) -> None:
    step = residual.do(deleting.delete(residual.design, ["n2", "ghost"], [wire("n0 -> n3.b")]))
    assert residual.wires() == {wire("n0 -> n1"), wire("n3 -> n4")}
    assert step.name == "Delete n2"
    assert residual.do(deleting.delete(residual.design, ["n1", "n3"])).name == "Delete 2 blocks"
    assert residual.do(deleting.delete(residual.design, [])).edits == ()


def test_deleting_closes_the_gap(line: Bench) -> None:
    step = line.do(deleting.delete_closing(line.design, line.engine, ["act"]))
    assert wire("conv -> last") in line.wires()
    assert step.name == "Delete act and close the gap"
    line.do(deleting.delete_closing(line.design, line.engine, ["conv", "last"]))
    assert line.wires() == {wire("input -> output")}


def test_a_gap_stays_open_where_the_shape_does_not_fit(residual: Bench) -> None:
    down = residual.do(commands.insert(residual.design, residual.engine, "max_pool2d", wire("n2 -> n3.a")))
    (pool,) = commands.added(down)
    assert residual.engine.results["n3"].status == "error"
    residual.do(deleting.delete_closing(residual.design, residual.engine, [pool]))
    assert residual.engine.valid
    assert wire("n2 -> n3.a") in residual.wires()
    nodes = [
        *(("n0", "input", {"shape": [3, 8, 8]}), ("wide", "conv2d", CONV), ("other", "conv2d", CONV), ("sum", "add")),
        *(("act", "relu"), ("y", "output"), ("z", "output", {"order": 1})),
    ]
    wires = ["n0 -> wide", "n0 -> other", "wide -> sum.a", "other -> sum.b", "wide -> act", "sum -> y", "act -> z"]
    bench = Bench(design(nodes, wires))
    step = bench.do(deleting.delete_closing(bench.design, bench.engine, ["wide"]))
    assert step.name == "Delete wide and close the gap"
    assert wire("n0 -> act") in bench.wires()
    assert bench.design.root.sources("sum") == {"b": ("other", "y")}, "3 channels do not add to 8"


def test_the_gap_behind_a_merge_takes_the_input_of_its_shape() -> None:
    nodes = [
        *(("n0", "input", {"shape": [4, 8, 8]}), ("wide", "conv2d", {"out_channels": 8, "padding": 1}), ("cat", "concat")),
        *(("sum", "add"), ("n4", "output")),
    ]
    wires = ["n0 -> wide", "n0 -> cat.x.0", "wide -> cat.x.1", "cat -> sum.a", "wide -> sum.b", "sum -> n4"]
    bench = Bench(design(nodes, wires))
    assert not bench.engine.valid
    bench.do(deleting.delete_closing(bench.design, bench.engine, ["cat"]))
    assert bench.design.root.sources("sum")["a"][0] in ("n0", "wide")
    halves = Bench(
        design([*nodes[:4], ("n4", "output"), ("mul", "multiply")], [*wires[:2], "wide -> mul.x", "n0 -> mul.gate", "mul -> n4"])
    )
    halves.do(deleting.delete_closing(halves.design, halves.engine, ["mul"]))
    assert wire("wide -> n4") in halves.wires(), "the first input of the same shape"


# -- changing ----------------------------------------------------------------------------------------------------------------


def test_replacing_keeps_wires_and_common_parameters(residual: Bench) -> None:
    residual.design.positions[ROOT] = {"n1": (8.0, 16.0)}
    step = residual.do(commands.replace(residual.design, "n1", "conv_norm_act"))
    assert residual.node("n1").block == "conv_norm_act"
    assert residual.node("n1").params == CONV
    assert residual.design.positions[ROOT] == {"n1": (8.0, 16.0)}
    assert residual.engine.valid
    assert commands.added(step) == frozenset()
    assert step.name == "Replace n1 by conv_norm_act"
    assert len(residual.wires()) == 5
    residual.do(commands.replace(residual.design, "n3", "concat"))
    assert residual.design.root.sources("n3") == {"x.0": ("n2", "y"), "x.1": ("n0", "y")}
    residual.do(commands.replace(residual.design, "n3", "multiply"))
    assert residual.design.root.sources("n3") == {"x": ("n2", "y"), "gate": ("n0", "y")}
    residual.do(commands.replace(residual.design, "n3", "relu"))
    assert residual.design.root.sources("n3") == {"x": ("n2", "y")}
    assert not commands.replace(residual.design, "n3", "relu").edits


def test_replacing_keeps_the_geometry_that_was_never_set() -> None:
    bench = Bench(chain(("pool", "max_pool2d"), ("conv", "conv2d", {"out_channels": 4})))
    bench.do(commands.replace(bench.design, "pool", "conv2d"))
    assert bench.node("pool").params == {"stride": [2, 2]} or bench.node("pool").params == {"stride": 2}
    assert bench.engine.results["pool"].outputs["y"][1:] == (15, 15)


def test_a_placeholder_is_replaced(line: Bench) -> None:
    bench = Bench(chain(("odd", "mystery", {"out_channels": 4, "colour": "red"}), ("act", "relu")))
    bench.do(commands.replace(bench.design, "odd", "conv2d"))
    assert bench.node("odd").params == {"out_channels": 4}
    assert bench.engine.valid


def test_switching_off_and_on(line: Bench) -> None:
    step = line.do(commands.switch(line.design, ["act", "input"]))
    assert line.node("act").disabled
    assert not line.node("input").disabled
    assert step.name == "Switch off act"
    line.do(commands.switch(line.design, ["act", "conv"]))
    assert line.node("conv").disabled, "one of them was on, so all go off"
    line.do(commands.switch(line.design, ["act", "conv"]))
    assert not line.node("conv").disabled
    assert not line.node("act").disabled
    assert "cannot be bypassed" in line.refused(lambda: commands.switch(line.design, ["input"]))


def test_naming_and_stages(line: Bench) -> None:
    line.do(commands.rename(line.design, "act", "non-linearity"))
    assert line.node("act").label == "non-linearity"
    assert not commands.rename(line.design, "act", "non-linearity").edits
    step = line.do(commands.stage(line.design, ["act", "conv"], "stem"))
    assert {line.node(node_id).stage for node_id in ("act", "conv")} == {"stem"}
    assert step.name == "Put 2 blocks into stem"
    assert line.do(commands.stage(line.design, ["conv"], None)).name == "Take stem.conv out of its stage"
    assert "cannot be the name" in line.refused(lambda: commands.stage(line.design, ["conv"], "Not a name"))
    assert "outside all stages" in line.refused(lambda: commands.stage(line.design, ["conv"], "last"))


def test_replacing_several(line: Bench) -> None:
    step = line.do(commands.replace_all(line.design, ["conv", "last", "act", "ghost"], "conv_norm_act"))
    assert {line.node(node_id).block for node_id in ("conv", "act", "last")} == {"conv_norm_act"}
    assert step.name == "Replace 3 blocks by conv_norm_act"
    assert commands.added(step) == frozenset()
    assert len(line.wires()) == 4
    assert not commands.replace_all(line.design, ["conv"], "conv_norm_act").edits


def test_notes(line: Bench) -> None:
    line.do(commands.add_note(line.design, (8, 8), "Try stride 2"))
    line.do(commands.add_note(line.design, (8, 80)))
    assert list(line.design.notes[ROOT]) == ["note1", "note2"]
    line.do(deleting.delete(line.design, [], notes=["note1"]))
    assert list(line.design.notes[ROOT]) == ["note2"]


def test_commands_work_inside_a_definition() -> None:
    bench = Bench(chain(("mine", "own.unit"), shape=(8, 8, 8)))
    inside = network([("x", "input"), ("conv", "conv2d", CONV), ("y", "output")], ["x -> conv", "conv -> y"])
    bench.design.definitions["unit"] = Definition("unit", "Unit", inside)
    bench.design.definitions_changed()
    bench.engine.reset()
    step = bench.do(commands.insert(bench.design, bench.engine, "relu", wire("conv -> y"), scope="unit"))
    assert commands.added(step) == {"relu"}
    assert bench.engine.results["mine"].evaluated is not None
    bench.do(deleting.delete_closing(bench.design, bench.engine, ["conv"], "unit"))
    assert wire("x -> relu") in bench.design.definitions["unit"].network.edges()
    again = bench.refused(lambda: commands.add(bench.design, "own.unit", (0, 0), scope="unit"))
    assert "cannot contain itself" in again


# -- selecting ---------------------------------------------------------------------------------------------------------------


def test_selecting_along_the_wires(residual: Bench) -> None:
    assert selecting.upstream(residual.design, ["n2"]) == {"n0", "n1", "n2"}
    assert selecting.downstream(residual.design, ["n2", "ghost"]) == {"n2", "n3", "n4"}
    assert selecting.same_kind(residual.design, ["n2"]) == {"n2"}


def test_finding_by_name_kind_and_parameter() -> None:
    made = load("mobilenet_v2")
    engine = Engine(made)
    found = selecting.find(made, engine, "stride=2")
    assert found
    for node_id in found:
        node = made.root.node(node_id)
        block = made.resolve(node.block)
        assert dict(zip(block.parameters, block.bind(node.params).values, strict=True))["stride"] in (2, (2, 2))
    assert set(found) < set(selecting.find(made, engine, "stride="))
    assert selecting.find(made, engine, "kernel_size=3x3 stride=2") == [
        n for n in found if made.root.node(n).block == "conv_norm_act"
    ]
    assert len(selecting.find(made, engine, "inverted")) == 17
    assert selecting.find(made, engine, "INPUT") == ["input"]
    assert selecting.find(made, engine, "  ") == []
    assert selecting.find(made, engine, "stride=fish") == []
    assert selecting.find(made, engine, "no_such=1") == []
    assert selecting.find(made, engine, "act=none") == []


def test_a_gap_is_not_closed_with_a_port_that_an_own_block_has_lost() -> None:
    made = chain(("mine", "own.unit"), ("act", "relu"), ("last", "relu"), shape=(8, 8, 8))
    before = network([("x", "input"), ("act", "relu"), ("y", "output")], ["x -> act", "act -> y"])
    after = network([("x", "input"), ("act", "relu"), ("z", "output")], ["x -> act", "act -> z"])
    made.definitions["unit"] = Definition("unit", "Unit", before)
    made.definitions_changed()
    bench = Bench(made)
    apply(bench.engine, Define(definition=Definition("unit", "Unit", after)))
    step = bench.do(deleting.delete_closing(bench.design, bench.engine, ["act"]))
    assert step.name == "Delete act"
    assert not bench.design.root.sources("last")
