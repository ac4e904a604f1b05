"""Quick fixes: each one offered solves its issue, costs what it says, and is taken back exactly."""

from __future__ import annotations

import pytest

from blocks.errors import Issue
from blocks.parameters import Choice, Float, Int, Pair
from designer.analysis.engine import Engine
from designer.analysis.fix_values import nearest
from designer.analysis.fixes import Bench, Fix, fixes_for, node_of
from designer.graph.design import Design
from tests.designs import chain, design, state


def residual(*, stride: int = 2, out: int = 24) -> Design:
    return design(
        [
            ("input", "input", {"shape": [24, 56, 56]}),
            ("expand", "conv_norm_act", {"out_channels": 144, "kernel_size": 1}),
            ("dw", "depthwise", {"stride": stride}),
            ("project", "conv_norm_act", {"out_channels": out, "kernel_size": 1, "act": None}),
            ("add", "add"),
            ("output", "output"),
        ],
        ["input -> expand.x", "expand -> dw.x", "dw -> project.x", "input -> add.a", "project -> add.b", "add -> output.x"],
    )


def the_issue(engine: Engine) -> Issue:
    (issue,) = [issue for issue in engine.issues() if issue.severity == "error" and issue.path]
    return issue


def offered(made: Design) -> list[Fix]:
    engine = Engine(made)
    return fixes_for(made, engine, the_issue(engine))


def check_all(made: Design) -> dict[str, Fix]:
    """Every fix does what it says, alone, and its inverse leads back."""
    engine = Engine(made)
    issue = the_issue(engine)
    node_id = node_of(engine, issue)
    assert node_id is not None
    before = state(made)
    fixes = fixes_for(made, engine, issue)
    assert state(made) == before, "looking for fixes changed the design"
    assert fixes
    for fix in fixes:
        change = fix.edit.apply(made)
        after = Engine(made)
        assert node_id not in after.results or after.results[node_id].outputs
        total = after.total
        assert (fix.macs_after, fix.params_after) == ((total.macs, total.params) if total else (None, None))
        change.inverse.apply(made)
        assert state(made) == before
    return {fix.title: fix for fix in fixes}


def test_a_stride_that_breaks_a_residual() -> None:
    fixes = check_all(residual())
    assert next(iter(fixes)) == "Set stride 1 in dw"
    assert "Project the bypass, 1 × 1 / 2" in fixes
    assert "Remove the bypass" in fixes


def test_channels_that_break_a_residual() -> None:
    fixes = check_all(residual(stride=1, out=32))
    assert next(iter(fixes)) == "Set out_channels 24 in project"
    assert "Project the bypass, 1 × 1" in fixes


def test_groups_that_divide_nothing() -> None:
    fixes = check_all(chain(("c", "conv2d", {"out_channels": 32, "groups": 5}), shape=(16, 8, 8)))
    assert next(iter(fixes)) == "Set groups 4 in c"


def test_a_value_out_of_range_goes_back_to_the_nearest() -> None:
    fixes = check_all(chain(("c", "conv2d", {"out_channels": 0}), shape=(16, 8, 8)))
    assert list(fixes) == ["Set out_channels 1 in c", "Set out_channels 64 in c"]


def test_a_parameter_nobody_knows_is_removed() -> None:
    fixes = check_all(chain(("c", "conv2d", {"colour": 3}), shape=(16, 8, 8)))
    assert next(iter(fixes)) == "Remove colour from c"


def test_two_wrong_values_are_put_right_one_after_the_other() -> None:
    made = chain(("c", "conv2d", {"colour": 3, "out_channels": 0}), shape=(16, 8, 8))
    engine = Engine(made)
    for _ in range(2):
        issue = next(issue for issue in engine.issues() if issue.path == "c")
        fix = fixes_for(made, engine, issue)[0]
        engine.update(fix.edit.apply(made))
    assert engine.valid
    assert made.root.node("c").params == {"out_channels": 1}


def test_a_block_that_no_output_reads_can_be_removed() -> None:
    made = design(
        [("input", "input"), ("a", "relu"), ("b", "relu"), ("output", "output")],
        ["input -> a.x", "input -> b.x", "a -> output.x"],
    )
    engine = Engine(made)
    (issue,) = engine.issues()
    (fix,) = fixes_for(made, engine, issue)
    assert fix.title == "Remove b"
    engine.update(fix.edit.apply(made))
    assert engine.issues() == []


def test_a_window_larger_than_the_map() -> None:
    fixes = check_all(chain(("c", "conv2d", {"kernel_size": 7}), shape=(4, 5, 5)))
    assert "Set kernel_size 5 in c" in fixes


def test_same_padding_with_a_stride() -> None:
    fixes = check_all(chain(("c", "conv2d", {"padding": "same", "stride": 2}), shape=(4, 8, 8)))
    assert "Set padding 1 in c" in fixes
    assert "Set stride 1 in c" in fixes


def test_branches_of_a_concat_that_differ() -> None:
    made = design(
        [
            ("input", "input", {"shape": [8, 28, 28]}),
            ("a", "conv2d", {"out_channels": 8, "padding": 1}),
            ("b", "conv2d", {"out_channels": 8}),
            ("concat", "concat"),
            ("output", "output"),
        ],
        ["input -> a.x", "input -> b.x", "a -> concat.x.0", "b -> concat.x.1", "concat -> output.x"],
    )
    fixes = check_all(made)
    assert "Pad x.1 to 28 × 28" in fixes
    assert "Crop x.0 to 26 × 26" in fixes
    assert "Pool x.0 to 26 × 26" in fixes
    assert "Remove x.1 from concat" in fixes


def test_a_branch_of_a_concat_is_cropped_around_its_middle() -> None:
    """U-Net's skip: 9 x 8 against 4 x 4; the odd row goes at the bottom. Only the larger branch can be cropped."""
    made = design(
        [
            ("input", "input", {"shape": [8, 9, 8]}),
            ("down", "max_pool2d", {"kernel_size": 2}),
            ("concat", "concat"),
            ("output", "output"),
        ],
        ["input -> down.x", "input -> concat.x.0", "down -> concat.x.1", "concat -> output.x"],
    )
    fixes = check_all(made)
    assert not {"Crop x.1 to 9 × 8", "Pad x.0 to 4 × 4"} & set(fixes)
    fixes["Crop x.0 to 4 × 4"].edit.apply(made)
    assert made.root.node("crop").params == {"left": 2, "right": 2, "top": 2, "bottom": 3}
    assert Engine(made).results["concat"].outputs["y"] == (16, 4, 4)


def test_a_map_where_a_vector_is_wanted() -> None:
    fixes = check_all(chain(("fc", "linear", {"out_features": 10}), shape=(16, 7, 7)))
    assert list(fixes) == ["Insert a global average pool and a flatten", "Insert a flatten"]


def test_new_blocks_keep_the_stage_and_stand_between_their_neighbours() -> None:
    from designer.graph.edits import SetStage

    made = residual()
    SetStage(node="add", stage="body").apply(made)
    SetStage(node="project", stage="body").apply(made)
    made.positions[""] = {"input": (0.0, 0.0), "add": (100.0, 200.0)}
    fix = next(fix for fix in offered(made) if fix.title.startswith("Project the bypass"))
    fix.edit.apply(made)
    node = made.root.node("body_projection")
    assert node.stage == "body"
    assert made.positions[""]["body_projection"] == (50.0, 100.0)


def test_a_fix_is_offered_although_a_block_behind_has_an_error_of_its_own() -> None:
    made = residual()
    from designer.graph.edits import AddNode, Connect, Disconnect
    from designer.graph.network import Node

    Disconnect(target="output", target_port="x").apply(made)
    AddNode(node=Node("g", "conv2d", {"groups": 7})).apply(made)
    Connect(source="add", source_port="y", target="g", target_port="x").apply(made)
    Connect(source="g", source_port="y", target="output", target_port="x").apply(made)
    engine = Engine(made)
    fixes = fixes_for(made, engine, the_issue(engine))
    assert fixes[0].title == "Set stride 1 in dw"
    assert fixes[0].macs_after is None


def test_no_fix_for_the_design_as_a_whole() -> None:
    made = Design("empty")
    engine = Engine(made)
    (issue,) = engine.issues()
    assert fixes_for(made, engine, issue) == []


def test_a_bench_is_not_used_after_the_design_moved() -> None:
    made = residual()
    engine = Engine(made)
    bench = Bench(engine)
    from designer.graph.edits import SetParam

    engine.update(SetParam(node="expand", name="out_channels", value=72).apply(made))
    fix = fixes_for(made, engine, the_issue(engine), bench)[0]
    engine.update(fix.edit.apply(made))
    assert engine.total is not None
    assert fix.macs_after == engine.total.macs


@pytest.mark.parametrize(
    ("parameter", "value", "wanted"),
    [
        (Int(3, minimum=1, maximum=9), 0, 1),
        (Int(3, minimum=1, maximum=9), 40, 9),
        (Int(3, minimum=1, maximum=9), 2.4, 2),
        (Int(3, minimum=1, maximum=9), "x", 3),
        (Float(0.5, minimum=0, maximum=1), 7, 1.0),
        (Pair(3, minimum=1, maximum=9), [0, 5], (1, 5)),
        (Choice("a", of=("a", "b")), "c", "a"),
    ],
)
def test_nearest(parameter: Int, value: object, wanted: object) -> None:
    parameter.__set_name__(object, "p")
    assert nearest(parameter, value) == wanted
