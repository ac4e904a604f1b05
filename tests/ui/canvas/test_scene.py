"""The scene follows every edit by its delta alone, and shows what a fresh scene would show."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from designer.app.controller import Controller
from designer.catalogue import load
from designer.graph.design import ROOT, Design, Note
from designer.graph.edits import (
    AddNode,
    Compound,
    Connect,
    Disconnect,
    Move,
    RemoveNode,
    SetDisabled,
    SetLabel,
    SetNote,
    SetParam,
    SetStage,
)  # fmt: skip
from designer.graph.network import Edge, Node
from designer.ui.canvas.scene import Scene
from designer.ui.canvas.scene_stages import SceneStages
from tests.designs import design
from tests.property.random_edits import random_edit
from tests.ui.canvas.conftest import residual, small
from tests.ui.canvas.helpers import crossed


def picture(scene: Scene) -> Any:
    """All that a scene shows, but for places that it chose itself and the ways of wires."""
    nodes = {
        key: (
            item.texts,
            item.category,
            item.status,
            item.quiet,
            item.macs,
            item.inputs,
            item.outputs,
            item.box.width,
            item.selected,
        )
        for key, item in scene.nodes.items()
    }
    edges = {key: (item.text, item.status, item.bypass) for key, item in scene.edges.items()}
    frames = {key: (item.facts, item.position) for key, item in scene.frames.items()}
    notes = {key: (item.note, item.box) for key, item in scene.note_items.items()}
    stored = {key: scene.nodes[key].box[:2] for key in scene.stored}
    far = (set(scene.overview._look.items()), dict(scene.overview.marks), set(scene.overview._wires))
    return nodes, edges, frames, notes, stored, scene.scale.top, far, set(scene.node_grid.boxes)


def same_as_fresh(scene: Scene) -> None:
    fresh = Scene(scene.controller)
    try:
        assert picture(scene) == picture(fresh)
        for edge, item in scene.edges.items():
            start = scene.port_point(edge.source, edge.source_port, True)
            end = scene.port_point(edge.target, edge.target_port, False)
            assert start in (item.points[0], None)  # None where an own block has lost the port
            assert end in (item.points[-1], None)
        assert {stage: frame.box for stage, frame in scene.frames.items()} == {
            stage: scene.stages.box_of(stage) for stage in scene.frames
        }
        legs = {(edge, leg) for edge, item in scene.edges.items() for leg in range(len(item.points) - 1)}
        assert set(scene.edge_grid.boxes) == legs
        assert len(scene.items()) == len(scene.nodes) + len(scene.edges) + len(scene.frames) + len(scene.note_items)
    finally:
        fresh.release()


@pytest.fixture
def made(dressed: QApplication) -> Any:
    def make(start: Design) -> tuple[Controller, Scene]:
        controller = Controller(start)
        return controller, Scene(controller, controller)

    return make


def test_a_preset_opens_as_blocks_wires_and_frames(made: Any) -> None:
    controller, scene = made(load("mobilenet_v2"))
    assert set(scene.nodes) == set(controller.design.root)
    assert set(scene.edges) == set(controller.design.root.edges())
    assert scene.nodes["stage2_ir2"].texts == ("ir2", "25.7 M", "t6 s1 24 → 24", "8.83 K")
    assert scene.nodes["stem_conv"].texts == ("conv", "10.8 M", "k3 s2 3 → 32", "928")
    frame = scene.frames["stage2"]
    assert [text for text, _ in frame.lines(5)] == ["Stage 2", "24 × 56 × 56", "14.0 K params", "54.9 M MACs", "18.3 % of MACs"]
    assert [text for text, _ in frame.lines(2)] == ["Stage 2", "54.9 M MACs"]
    stages = sorted(scene.frames, key=lambda name: scene.frames[name].position)
    assert stages == ["stem", *[f"stage{k}" for k in range(1, 8)], "head"]
    assert sorted(frame.position for frame in scene.frames.values()) == list(range(9))
    assert scene.edges[Edge("stage2_ir1", "y", "stage2_ir2", "x")].text == "24 × 56 × 56"


@pytest.mark.parametrize("name", ["inception_v3", "shufflenet_v1", "example_inception"])
def test_no_wire_of_a_preset_crosses_a_block(made: Any, name: str) -> None:
    _, scene = made(load(name))
    for item in scene.edges.values():
        assert not crossed(item.points, scene.node_grid.boxes.values())


def test_only_what_changed_is_touched(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    controller, scene = made(small())
    led: list[Edge] = []
    lead = scene.lead
    monkeypatch.setattr(scene, "lead", lambda edge, **how: (led.append(edge), lead(edge, **how)))
    items = dict(scene.nodes)
    controller.apply(SetParam(node="a", name="out_channels", value=16), "wider")
    assert not led
    assert scene.nodes == items
    assert scene.edges[Edge("a", "y", "b", "x")].text.startswith("16 × ")
    same_as_fresh(scene)
    controller.apply(Move(positions={**scene.unstored(), "b": (400.0, 80.0)}), "move")
    assert set(led) == {Edge("a", "y", "b", "x"), Edge("b", "y", "c", "x")}
    assert scene.nodes["b"].box[:2] == (400, 80)
    same_as_fresh(scene)


def test_a_new_block_without_a_place_stands_below_what_feeds_it(made: Any) -> None:
    controller, scene = made(small())
    before = scene.places()
    add = AddNode(node=Node("late", "relu"))
    controller.apply(Compound(edits=(add, Connect(source="a", source_port="y", target="late", target_port="x"))), "insert")
    place = scene.place("late")
    assert place[1] >= before["a"][1] + 48
    box = scene.nodes["late"].box
    assert not any(other.meets(box) for key, other in scene.node_grid.boxes.items() if key != "late")
    assert {key: scene.place(key) for key in before} == before  # nothing else moved
    controller.stack.undo()
    assert "late" not in scene.nodes
    controller.stack.redo()
    assert scene.place("late") == place
    same_as_fresh(scene)


def test_undoing_the_first_move_puts_blocks_back(made: Any) -> None:
    controller, scene = made(small())
    before = scene.places()
    controller.apply(Move(positions={**scene.unstored(), "b": (800.0, 0.0)}), "move")
    assert scene.places() != before
    controller.stack.undo()
    assert ROOT not in controller.design.positions
    assert scene.places() == before


def test_a_redrawn_preset_is_laid_out_anew(made: Any) -> None:
    from designer.graph.edits import Redraw

    controller, scene = made(load("mobilenet_v1"))
    other = load("resnet18")
    edit = Redraw(nodes=tuple(other.root.nodes()), edges=tuple(other.root.edges()), origin=other.origin, name=other.name)
    controller.apply(edit, "another")
    fresh = Scene(Controller(other))
    assert scene.places() == fresh.places()
    same_as_fresh(scene)
    controller.stack.undo()
    same_as_fresh(scene)


def test_states(made: Any) -> None:
    controller, scene = made(residual(stride=2))
    assert scene.nodes["s1_add"].status == "error"
    assert scene.nodes["act"].texts[2] == "waits for s1.add"
    bypass = scene.edges[Edge("input", "y", "s1_add", "b")]
    assert (bypass.status, bypass.bypass, bypass.text) == ("error", True, "8 × 32 × 32")
    assert scene.edges[Edge("act", "y", "output", "x")].status == "blocked"
    assert [text for text, _ in scene.frames["s1"].lines(3)] == ["S 1", "3 blocks", "MACs unknown"]
    controller.apply(SetParam(node="s1_a", name="stride", value=1), "fix")
    assert scene.nodes["s1_add"].status == "ok"
    assert scene.edges[Edge("input", "y", "s1_add", "b")].status == ""
    same_as_fresh(scene)
    controller.apply(SetDisabled(node="act", disabled=True), "off")
    assert scene.nodes["act"].texts[2] == "bypassed"
    controller.apply(Disconnect(target="output", target_port="x"), "cut")
    assert scene.nodes["output"].texts[2] == '"x" has no wire'
    controller.apply(AddNode(node=Node("ghost", "spatial_gate"), position=(600.0, 0.0)), "unknown")
    assert scene.nodes["ghost"].placeholder
    assert scene.nodes["ghost"].texts[2] == "unknown block, kept"
    same_as_fresh(scene)


def test_the_bypass_moves_to_the_top_when_it_goes_around_nothing(made: Any) -> None:
    controller, scene = made(residual())
    port = scene.nodes["s1_add"].port("b", False)
    assert port is not None
    assert port.side
    controller.apply(Disconnect(target="s1_b", target_port="x"), "cut")
    port = scene.nodes["s1_add"].port("b", False)
    assert port is not None
    assert not port.side
    same_as_fresh(scene)


def test_labels_stages_and_notes(made: Any) -> None:
    controller, scene = made(residual())
    controller.apply(SetLabel(node="act", label="the end"), "rename")
    assert scene.nodes["act"].texts[0] == "the end"
    controller.apply(SetStage(node="act", stage="tail"), "stage")
    assert set(scene.frames) == {"s1", "tail"}
    controller.apply(SetStage(node="act", stage=None), "no stage")
    assert set(scene.frames) == {"s1"}
    controller.apply(SetNote(id="n1", note=Note("n1", "Look\nhere", 500, 40)), "note")
    assert scene.notes["n1"].left == 500
    controller.apply(SetNote(id="n1", note=Note("n1", "Look\nhere\nand there", 520, 40)), "note")
    assert scene.notes["n1"].left == 520
    same_as_fresh(scene)
    controller.apply(SetNote(id="n1", note=None), "no note")
    assert not scene.notes
    same_as_fresh(scene)


def test_selected_blocks_that_go_take_no_item_with_them(made: Any) -> None:
    controller, scene = made(small())
    controller.select({"a", "b"})
    assert scene.nodes["a"].selected
    controller.apply(RemoveNode(id="a"), "delete")
    assert controller.selection == scene.overview.selected == {"b"}
    same_as_fresh(scene)


def test_another_design_in_the_same_document(made: Any) -> None:
    controller, scene = made(small())
    controller.replace_design(residual())
    assert set(scene.nodes) == set(controller.design.root)
    same_as_fresh(scene)


def test_blocks_on_places_of_the_document(made: Any) -> None:
    start = design([("input", "input"), ("a", "relu"), ("output", "output")], ["input -> a", "a -> output"])
    start.positions[ROOT] = {"input": (0.0, 0.0), "a": (-320.0, 96.0), "output": (16.0, 200.0)}
    _, scene = made(start)
    assert scene.places() == start.positions[ROOT]
    assert not scene.unstored()


@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_whatever_is_edited_the_scene_is_as_fresh(seed: int) -> None:
    rng = Random(seed)
    controller = Controller(rng.choice([small, residual, lambda: load("mobilenet_v2:width=0.5")])())
    scene = Scene(controller, controller)
    start = picture(scene)
    for _ in range(rng.randint(1, 12)):
        if rng.random() < 0.2:
            controller.stack.undo() if rng.random() < 0.6 else controller.stack.redo()
        else:
            controller.apply(random_edit(rng, controller.design), "edit")
        if rng.random() < 0.2:
            controller.select(set(rng.sample(sorted(controller.design.root), min(2, len(controller.design.root)))))
    same_as_fresh(scene)
    controller.select(set())
    while controller.stack.canUndo():
        controller.stack.undo()
    assert picture(scene) == start


def test_what_nobody_reads_is_in_no_subtotal_of_a_stage(qapp: QApplication) -> None:
    controller = Controller(load("mobilenet_v2"))
    scene = Scene(controller)
    before = scene.frames["stage2"].facts
    first, new = Edge("stage2_ir1", "y", "stage2_ir2", "x"), Node("stage2_more", "conv2d", {"out_channels": 8}, stage="stage2")
    add = AddNode(node=new), Connect(source=first.source, source_port="y", target=new.id, target_port="x")
    assert controller.apply(Compound(edits=add, name="add"), "Add")
    assert controller.engine.results[new.id].status == "unused"
    after = scene.frames["stage2"].facts
    assert (after.params, after.macs, after.share) == (before.params, before.macs, before.share)


def test_an_edit_reads_only_the_stages_anew_that_it_concerns(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    controller, scene = made(load("mobilenet_v2"))
    read: list[str] = []
    facts = SceneStages.facts

    def note(self: SceneStages, stage: str, members: set[str]) -> Any:
        read.append(stage)
        return facts(self, stage, members)

    monkeypatch.setattr(SceneStages, "facts", note)
    shares = {stage: frame.facts.share for stage, frame in scene.frames.items()}
    assert controller.apply(SetParam(node="stage4_ir2", name="expand_ratio", value=3.0), "Set")
    assert set(read) == {"stage4"}
    assert all(frame.facts.share != shares[stage] for stage, frame in scene.frames.items())  # of other totals
    same_as_fresh(scene)
    read.clear()
    assert controller.apply(AddNode(node=Node("alone", "relu")), "Add")
    assert read == []
    assert controller.apply(SetStage(node="stage3_ir1", stage="stage4"), "Join")  # the frames change places
    assert set(read) == {"stage3", "stage4"}
    same_as_fresh(scene)


def test_a_frame_makes_room_for_a_bypass_that_has_to_go_further(made: Any) -> None:
    """What stands in its way is in no stage, and nothing of the stage was edited."""
    controller, scene = made(residual())
    before = scene.frames["s1"].box
    lane = max(x for x, _ in scene.edges[Edge("input", "y", "s1_add", "b")].points)
    _, y = scene.place("s1_b")
    assert controller.apply(Move(positions=scene.unstored()), "Stand")
    assert controller.apply(Move(positions={"act": (lane - 100, y)}), "Move")
    assert scene.frames["s1"].box.right > before.right
    same_as_fresh(scene)


def test_frames_change_places_where_the_order_does_although_no_stage_was_touched(made: Any) -> None:
    controller, scene = made(residual())
    assert controller.apply(AddNode(node=Node("alone", "relu", stage="tail")), "Add")
    assert controller.apply(Disconnect(target="s1_a", target_port="x"), "Cut")
    assert scene.frames["s1"].position < scene.frames["tail"].position
    assert controller.apply(RemoveNode(id="act"), "Remove")  # now nothing leads from the stage to an output
    assert scene.frames["s1"].position > scene.frames["tail"].position
    same_as_fresh(scene)
