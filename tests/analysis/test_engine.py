"""The live analysis: what it says, to whom, and how far one bad block reaches. Sequences of edits are in tests/property."""

from __future__ import annotations

import itertools

import pytest

from blocks.cost import Cost
from blocks.errors import Issue
from designer.analysis import engine as engine_module
from designer.analysis.engine import Engine
from designer.analysis.flatten import flatten
from designer.graph.definition_edits import Define
from designer.graph.design import Design
from designer.graph.edits import AddNode, Connect, Disconnect, RemoveNode, SetDisabled, SetLabel, SetParam, SetStage
from designer.graph.network import Network, Node
from designer.graph.own_block import OWN, Definition, Exposed
from tests.designs import chain, design, network

SAME = {"out_channels": 64, "padding": 1}


def residual() -> Design:
    """Two branches of which the second halves the map."""
    return design(
        [
            *(("image", "input", {"shape": [64, 56, 56]}), ("main", "conv2d", SAME), ("down_2", "conv2d", {**SAME, "stride": 2})),
            *(("add", "add"), ("relu", "relu"), ("scores", "output"), ("aux", "output", {"order": 1})),
        ],
        ["image -> main", "image -> down_2", "main -> add.a", "down_2 -> add.b", "add -> relu", "relu -> scores", "main -> aux"],
    )


def statuses(engine: Engine) -> dict[str, str]:
    return {node_id: result.status for node_id, result in engine.results.items()}


def test_a_mismatch_names_what_is_needed_what_came_and_from_where() -> None:
    engine = Engine(residual())
    assert engine.issues() == [
        Issue(
            "error",
            "shape_mismatch",
            "add",
            'add: "b" needs (64, 56, 56) like "a", but got (64, 28, 28) from down_2.',
            engine.issues()[0].hint,
            "b",
            None,
        )
    ]
    assert engine.issues()[0].hint.endswith(".")


def test_one_bad_block_never_blanks_the_rest() -> None:
    engine = Engine(residual())
    assert statuses(engine) == {
        **dict.fromkeys(("image", "main", "down_2", "aux"), "ok"),
        "add": "error",
        "relu": "blocked",
        "scores": "blocked",
    }
    assert engine.results["main"].outputs == {"y": (64, 56, 56)}
    assert engine.results["down_2"].cost.macs == 64 * 64 * 9 * 28 * 28
    assert engine.total is None, "a total that leaves something out would be half true"
    assert engine.results["relu"].blocked_by == engine.results["scores"].blocked_by == "add"
    assert engine.results["relu"].issues == ()


def test_mending_the_cause_mends_all_followers() -> None:
    mended = residual()
    engine = Engine(mended)
    delta = engine.update(SetParam(node="down_2", name="stride", value=1).apply(mended))
    assert engine.valid
    assert engine.issues() == []
    assert delta == (frozenset({"down_2", "add", "relu", "scores"}), frozenset(), True)
    assert engine.total == sum((result.cost for result in engine.results.values()), Cost())


def test_a_message_follows_the_path_of_what_it_names() -> None:
    moved = residual()
    engine = Engine(moved)
    engine.update(SetStage(node="down_2", stage="below").apply(moved))
    assert engine.issues()[0].message.endswith("from below.down_2.")
    engine.update(SetStage(node="add", stage="join").apply(moved))
    assert engine.issues()[0].message.startswith("join.add: ")
    assert engine.results["scores"].blocked_by == "join.add"


def test_what_is_incomplete_or_unused_is_listed_and_not_counted() -> None:
    """Dropping a block on the canvas must not blank the totals."""
    edited = chain(("conv", "conv2d", {"out_channels": 8}), "relu")
    engine = Engine(edited)
    total = engine.total
    for node in (Node("free", "relu"), Node("after", "conv2d"), Node("loose", "conv2d", {"groups": 1}), Node("sum2", "add")):
        engine.update(AddNode(node=node).apply(edited))
    engine.update(Connect(source="free", source_port="y", target="after", target_port="x").apply(edited))
    engine.update(Connect(source="conv", source_port="y", target="loose", target_port="x").apply(edited))
    engine.update(Connect(source="loose", source_port="y", target="sum2", target_port="b").apply(edited))
    assert engine.total == total
    assert engine.valid
    assert [(issue.severity, issue.code, issue.message, issue.port) for issue in engine.issues()] == [
        ("info", "incomplete", 'free is not counted: "x" has no wire.', "x"),
        ("info", "unused", "loose is not counted: no output reads it.", None),
        ("info", "incomplete", 'sum2 is not counted: "a" has no wire.', "a"),
    ]
    assert engine.results["after"].blocked_by == "free"
    assert engine.results["loose"].outputs == {"y": (64, 28, 28)}, "what it would cost is shown all the same"


def test_a_mistake_in_an_unused_block_is_no_mistake_of_the_design() -> None:
    edited = chain("relu")
    engine = Engine(edited)
    engine.update(AddNode(node=Node("loose", "conv2d", {"groups": 2})).apply(edited))
    engine.update(Connect(source="relu", source_port="y", target="loose", target_port="x").apply(edited))
    assert engine.results["loose"].status == "error"
    assert engine.valid
    engine.update(AddNode(node=Node("more", "output")).apply(edited))
    engine.update(Connect(source="loose", source_port="y", target="more", target_port="x").apply(edited))
    assert not engine.valid


def test_an_output_that_nothing_reaches_does_not_count() -> None:
    edited = residual()
    engine = Engine(edited)
    engine.update(Disconnect(target="add", target_port="b").apply(edited))
    assert engine.valid, "the other output is whole"
    assert engine.order.outputs == ["aux"]
    assert engine.total == engine.results["main"].cost


def test_an_empty_design_says_what_to_do() -> None:
    engine = Engine(Design())
    assert (engine.valid, engine.total) == (False, None)
    assert [(i.code, i.sentence()) for i in engine.issues()] == [
        ("no_output", "Nothing complete reaches an output. Connect an input, blocks and an output.")
    ]


def test_all_bad_parameters_of_a_node_are_reported_at_once() -> None:
    engine = Engine(chain(("conv", "conv2d", {"groups": 0, "colour": 1, "stride": "big"}), "relu"))
    assert {(issue.code, issue.param) for issue in engine.issues()} == {
        ("parameter_range", "groups"),
        ("unknown_parameter", "colour"),
        ("parameter_range", "stride"),
    }
    assert all(issue.path == "conv" and issue.message.startswith("conv: ") for issue in engine.issues())
    assert engine.results["relu"].status == "blocked"


def test_an_issue_inside_a_drawing_appears_once_with_the_inner_path_and_the_parameter_to_blame() -> None:
    engine = Engine(design_of_stage())
    assert [(i.code, i.path, i.param) for i in engine.issues()] == [
        ("not_divisible", "stage1.ir1.expand.norm", None),
    ]
    engine = Engine(chain(("cna", "conv_norm_act", {"groups": 2}), shape=(3, 8, 8)))
    assert [(i.path, i.param) for i in engine.issues()] == [("cna.conv", "groups")]
    assert engine.issues()[0].message == "cna.conv: groups=2 does not divide in_channels=3; divisors near 2: 1, 3."


def design_of_stage() -> Design:
    return design(
        [("image", "input"), Node("stage1_ir1", "inverted_residual", {"norm": "group"}, stage="stage1"), ("out", "output")],
        ["image -> stage1_ir1", "stage1_ir1 -> out"],
    )


def test_an_unknown_block_keeps_its_place() -> None:
    engine = Engine(chain(("strange", "from_the_future", {"power": 9000}), "relu"))
    assert statuses(engine) == {"input": "ok", "strange": "error", "relu": "blocked", "output": "blocked"}
    assert engine.issues()[0].message == "strange: There is no block 'from_the_future' in this program."


def test_a_bypassed_block_passes_its_first_input_on_and_costs_nothing() -> None:
    edited = residual()
    engine = Engine(edited)
    engine.update(SetDisabled(node="down_2", disabled=True).apply(edited))
    assert engine.valid
    assert engine.results["down_2"].outputs == {"y": (64, 56, 56)}
    assert engine.total == engine.results["main"].cost + engine.results["add"].cost + engine.results["relu"].cost
    engine.update(SetDisabled(node="add", disabled=True).apply(edited))
    assert engine.results["add"].inputs == {"a": (64, 56, 56)}
    assert engine.results["down_2"].status == "unused", "only the first input of a bypassed block is read"


def test_equal_outputs_stop_the_wave(monkeypatch: pytest.MonkeyPatch) -> None:
    edited = chain(*[(f"conv{k}", "conv2d", {"out_channels": 8, "padding": 1}) for k in range(50)])
    engine = Engine(edited)
    evaluated: list[str] = []
    one = Engine._evaluate

    def watched(self: Engine, node_id: str) -> object:
        evaluated.append(node_id)
        return one(self, node_id)

    monkeypatch.setattr(engine_module.Engine, "_evaluate", watched)
    delta = engine.update(SetParam(node="conv20", name="bias", value=False).apply(edited))
    assert delta.changed == {"conv20"}
    assert delta.totals
    assert evaluated == ["conv20", "conv21"] or evaluated == ["conv20"]
    evaluated.clear()
    assert engine.update(SetLabel(node="conv20", label="twentieth").apply(edited)).changed == frozenset()
    assert evaluated == ["conv20"]


def test_unchanged_results_stay_the_same_objects() -> None:
    edited = residual()
    engine = Engine(edited)
    before = dict(engine.results)
    engine.update(RemoveNode(id="scores").apply(edited))
    engine.update(AddNode(node=Node("scores", "output")).apply(edited))
    for node_id in ("image", "main", "aux"):
        assert engine.results[node_id] is before[node_id]


def test_copies_of_an_own_block_follow_its_definition_and_their_own_parameters() -> None:
    inside = network(
        [
            ("x", "input"),
            ("wide", "conv2d", {"out_channels": {"same_as": "x.channels", "times": 2}}),
            ("act", "relu"),
            ("y", "output"),
        ],
        ["x -> wide", "wide -> act", "act -> y"],
    )
    edited = chain(("one", OWN + "grow"), ("two", OWN + "grow", {"kernel": 1}), shape=(3, 32, 32))
    Define(definition=Definition("grow", "Grow", inside, exposed={"kernel": Exposed([("wide", "kernel_size")])})).apply(edited)
    engine = Engine(edited)
    assert engine.results["one"].outputs == {"y": (6, 30, 30)}
    assert engine.results["two"].outputs == {"y": (12, 30, 30)}
    engine.update(SetParam(node="two", name="kernel", value=99).apply(edited))
    assert [(i.path, i.code) for i in engine.issues()] == [("two.wide", "empty_output")]
    engine.update(SetParam(scope="grow", node="wide", name="padding", value=49).apply(edited))
    assert engine.valid
    engine.update(RemoveNode(scope="grow", id="act").apply(edited))
    assert [(i.path, i.code) for i in engine.issues()][:1] == [("one", "incomplete")]


def test_a_relation_inside_a_definition_that_means_nothing_is_reported() -> None:
    inside = network(
        [("x", "input"), ("wide", "conv2d", {"out_channels": {"same_as": "z.channels"}}), ("y", "output")],
        ["x -> wide", "wide -> y"],
    )
    edited = chain(("one", OWN + "grow"))
    Define(definition=Definition("grow", "Grow", inside)).apply(edited)
    (issue,) = Engine(edited).issues()
    assert (issue.code, issue.path) == ("bad_relation", "one.wide")
    assert "same_as" in issue.message


def test_ten_levels_of_ten_copies_are_refused_in_a_moment() -> None:
    edited = chain(("top", OWN + "level0"))
    for level in range(10):
        inner = "relu" if level == 9 else f"{OWN}level{level + 1}"
        nodes = [("x", "input"), *[(f"n{k}", inner) for k in range(10)], ("y", "output")]
        names = [node[0] for node in nodes]
        wires = [f"{a} -> {b}" for a, b in itertools.pairwise(names)]
        Define(definition=Definition(f"level{level}", f"Level {level}", network(nodes, wires))).apply(edited)
    (issue,) = Engine(edited).issues()
    assert issue.code == "too_large"
    assert "200,000" in issue.message


def test_a_design_of_too_many_layers_is_refused_as_a_whole() -> None:
    inside = chain(*[(f"n{k}", "relu") for k in range(15_000)]).root
    nodes = [Node("x" if node.id == "input" else "y" if node.id == "output" else node.id, node.block) for node in inside.nodes()]
    renamed = {"input": "x", "output": "y"}
    edges = [
        edge._replace(source=renamed.get(edge.source, edge.source), target=renamed.get(edge.target, edge.target))
        for edge in inside.edges()
    ]
    edited = chain(*[(f"n{k}", OWN + "long") for k in range(14)])
    Define(definition=Definition("long", "Long", Network.of(nodes, edges))).apply(edited)
    engine = Engine(edited)
    assert not engine.valid
    assert [(i.code, i.path) for i in engine.issues()] == [("too_large", "")]
    engine.update(SetDisabled(node="n3", disabled=True).apply(edited))
    assert engine.valid


def test_followers_of_a_placeholder_learn_for_whom_they_wait() -> None:
    """A placeholder's own result is the same whether its inputs are complete or not; what its readers wait for is not."""
    placed = design(
        [("image", "input"), ("n1", "conv2d"), ("n2", "relu"), ("n3", "global_avg_pool"), ("scores", "output")],
        ["image -> n1", "n1 -> n2", "n2 -> n3", "n3 -> scores"],
    )
    engine = Engine(placed)
    for edit in (
        Disconnect(target="n2", target_port="x"),
        AddNode(node=Node("join", "concat")),
        AddNode(node=Node("lost", "own.nowhere")),
        Connect(source="lost", source_port="y", target="join", target_port="x.0"),
        Connect(source="n3", source_port="y", target="join", target_port="x.1"),
        Connect(source="n2", source_port="y", target="lost", target_port="x"),
    ):
        engine.update(edit.apply(placed))
    assert engine.results["join"].blocked_by == "lost"
    assert engine.results == Engine(placed).results


def test_an_edit_that_only_a_drawing_hands_on_reaches_the_layers_inside() -> None:
    """Totals are known without drawing the block anew; who looks inside finds the new value there."""
    engine = Engine(chain(("unit", "inverted_residual", {"out_channels": 16}), shape=(16, 8, 8)))
    before = engine.results["unit"]
    delta = engine.update(SetParam(node="unit", name="eps", value=0.002).apply(engine.design))
    after = engine.results["unit"]
    assert (delta.changed, delta.totals) == ({"unit"}, False)
    assert after.cost is before.cost
    norms = [step for step in flatten(engine).steps if step.block.id == "batch_norm"]
    assert [step.instance.eps for step in norms] == [0.002] * 3
    assert engine.results == Engine(engine.design).results


def test_an_own_blocks_parameter_is_inert_where_all_that_it_sets_is_and_takes_the_same_values() -> None:
    nodes = [
        *(("x", "input"), ("a", "batch_norm"), ("b", "conv_norm_act", {"out_channels": 8}), ("c", "batch_norm")),
        *(("act", "leaky_relu"), ("y", "output")),
    ]
    inside = network(nodes, ["x -> a", "a -> b", "b -> c", "c -> act", "act -> y"])
    exposed = {
        "eps": Exposed([("a", "eps"), ("b", "eps")]),
        "mixed": Exposed([("a", "momentum"), ("act", "negative_slope"), ("c", "eps")]),
        "width": Exposed([("b", "out_channels")]),
    }
    made = chain(("one", OWN + "unit"), shape=(8, 6, 6))
    Define(definition=Definition("unit", "Unit", inside, exposed=exposed)).apply(made)
    block = made.resolve(OWN + "unit")
    assert [name for name, parameter in block.parameters.items() if parameter.inert] == ["eps"]
    engine = Engine(made)
    before = engine.results["one"]
    engine.update(SetParam(node="one", name="eps", value=0.25).apply(made))
    assert engine.results["one"].cost is before.cost
    assert [step.instance.eps for step in flatten(engine).steps if step.block.id == "batch_norm"][:2] == [0.25, 0.25]
    engine.update(SetParam(node="one", name="mixed", value=0.0).apply(made))
    assert engine.results["one"].status == "error", "momentum may be 0, eps may not"
    assert engine.total is None
