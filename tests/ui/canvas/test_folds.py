"""Stages and runs as cards: folded and unfolded by mouse and keys, close together, and never a change of the design."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.app.controller import Controller
from designer.catalogue import load
from designer.graph.design import ROOT, Note
from designer.graph.edits import AddNode, Compound, Connect, Disconnect, Move, SetLabel, SetNote, SetParam, SetStage
from designer.graph.network import Edge, Node
from designer.ui import theme, units
from designer.ui.canvas import heat
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.fold_item import FoldItem
from designer.ui.canvas.folds import Wanted
from designer.ui.canvas.geometry import Box
from designer.ui.canvas.scene import Scene
from tests.designs import design, state
from tests.property.random_edits import random_edit
from tests.ui.canvas.conftest import Show, residual
from tests.ui.canvas.helpers import click, crossed, double_click, drag
from tests.ui.canvas.test_painting import close, color_at, shot

S3 = ("stage3_ir1", "stage3_ir2", "stage3_ir3")


def at(canvas: Canvas, x: float, y: float) -> Any:
    return canvas.view.viewportTransform().map(QPointF(x, y)).toPoint()


def middle(canvas: Canvas, box: Box) -> Any:
    return at(canvas, *box.centre)


def look_at(canvas: Canvas, node_id: str, zoom: float = 1.0) -> None:
    canvas.view.center_on(node_id)
    canvas.view.look(zoom, canvas.view.centre())


def folded(canvas: Canvas) -> set[str]:
    return {key for key, item in canvas.scene.nodes.items() if isinstance(item, FoldItem)}


def card(canvas: Canvas, key: str) -> FoldItem:
    item = canvas.scene.nodes[key]
    assert isinstance(item, FoldItem)
    return item


def key(canvas: Canvas, action: str) -> None:
    assert canvas.why_not(action) == "", action
    canvas.handlers[action]()


# -- by mouse ------------------------------------------------------------------------------------------------------------------


def test_the_sign_of_a_frame_folds_and_a_double_click_unfolds(show: Show) -> None:
    canvas = show("mobilenet_v2")
    before, places = state(canvas.controller.design), canvas.scene.places()
    total = canvas.controller.engine.total
    look_at(canvas, "stage3_ir2")
    click(canvas.view, middle(canvas, canvas.scene.frames["stage3"].toggle))
    assert folded(canvas) == {"stage:stage3"}
    assert not set(S3) & set(canvas.scene.nodes)
    assert "stage3" not in canvas.scene.frames
    item = card(canvas, "stage:stage3")
    assert item.texts == ("Stage 3", "37.4 M", "3 × inverted", "39.7 K")
    into, out = Edge("stage2_ir2", "y", "stage3_ir1", "x"), Edge("stage3_ir3", "y", "stage4_ir1", "x")
    assert canvas.scene.edges[into].points[-1] == (item.box.centre[0], item.box.top)
    assert canvas.scene.edges[out].points[0] == (item.box.centre[0], item.box.bottom)
    assert canvas.scene.edges[out].text == "32 × 28 × 28"
    assert state(canvas.controller.design) == before  # a matter of the view alone
    assert not canvas.controller.stack.count()
    assert canvas.controller.engine.total == total
    double_click(canvas.view, middle(canvas, item.box))
    assert folded(canvas) == set()
    assert canvas.scene.places() == places
    assert {k: i.box[:2] for k, i in canvas.scene.nodes.items()} == places


def test_the_sign_beside_a_card_shows_when_it_is_hovered_and_unfolds(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.staging.toggle("stage:stage3")
    look_at(canvas, "stage3_ir1")
    item = card(canvas, "stage:stage3")
    QTest.mouseMove(canvas.view.viewport(), middle(canvas, item.box))
    assert item.hovered
    assert "Double-click to unfold" in canvas._sentence(canvas.view.hit)
    click(canvas.view, middle(canvas, item.toggle))
    assert folded(canvas) == set()


def test_a_press_that_slips_off_the_sign_does_nothing(show: Show) -> None:
    canvas = show("mobilenet_v2")
    look_at(canvas, "stage3_ir2")
    start = middle(canvas, canvas.scene.frames["stage3"].toggle)
    drag(canvas.view, start, start + at(canvas, 60, 60) - at(canvas, 0, 0))
    assert folded(canvas) == set()


def test_the_bracket_beside_a_run_folds_it(show: Show) -> None:
    canvas = show("mobilenet_v2")
    QTest.qWait(200)  # it waits for a pause
    marks = canvas.scene.marks.items
    assert {k: m.text for k, m in marks.items()} == {
        "repeat:stage2_ir1": "2×",
        "repeat:stage3_ir1": "3×",
        "repeat:stage4_ir1": "4×",
        "repeat:stage5_ir1": "3×",
        "repeat:stage6_ir1": "3×",
    }
    look_at(canvas, "stage3_ir2")
    click(canvas.view, middle(canvas, marks["repeat:stage3_ir1"].toggle))
    item = card(canvas, "repeat:stage3_ir1")
    assert item.texts == ("ir1 to ir3", "37.4 M", "3 × t6 s1 32", "39.7 K")
    assert item.sentence == "ir1 to ir3: 3 copies, stride 2 in the first. Double-click to unfold."
    assert item.box.height == 64  # a line for how copies differ
    assert canvas.scene.frames["stage3"].box.height == 64 + 20
    QTest.qWait(200)
    assert "repeat:stage3_ir1" not in canvas.scene.marks.items


# -- by keys and actions -------------------------------------------------------------------------------------------------------


def test_x_folds_the_stage_of_the_selected_block_and_opens_it_again(show: Show) -> None:
    canvas = show("mobilenet_v2")
    assert canvas.why_not("view.fold") == "Nothing is selected."
    canvas.controller.select({"stage3_ir2"})
    key(canvas, "view.fold")
    assert folded(canvas) == {"stage:stage3"}
    assert card(canvas, "stage:stage3").selected
    key(canvas, "view.fold")
    assert folded(canvas) == set()
    assert canvas.scene.nodes["stage3_ir2"].selected
    assert not canvas.scene.nodes["stage3_ir1"].selected
    canvas.controller.select({"input"})
    assert canvas.why_not("view.fold").endswith("no neighbour is equal.")


def test_all_at_once(show: Show) -> None:
    canvas = show("mobilenet_v2")
    assert canvas.why_not("view.unfold") == "Nothing is folded."
    key(canvas, "view.fold_stages")
    assert len(folded(canvas)) == 9
    assert set(canvas.scene.nodes) - folded(canvas) == {"input", "output"}
    assert not canvas.scene.frames
    assert canvas.why_not("view.fold_stages") == canvas.why_not("view.fold_repeats") == "All of them are folded."
    key(canvas, "view.unfold")
    assert folded(canvas) == set()
    key(canvas, "view.fold_repeats")
    assert len(folded(canvas)) == 5
    canvas.staging.unfold_all()
    canvas.controller.select({"stage5_ir2"})
    key(canvas, "view.fold_repeats")
    assert folded(canvas) == {"repeat:stage5_ir1"}


def test_what_is_folded_stays_where_it_was_on_the_screen(show: Show) -> None:
    canvas = show("mobilenet_v2")
    look_at(canvas, "stage4_ir1", 0.8)
    before = at(canvas, *canvas.scene.nodes["stage4_ir1"].box[:2])
    canvas.controller.select({"stage4_ir1"})
    key(canvas, "view.fold")
    after = at(canvas, *card(canvas, "stage:stage4").box[:2])
    assert (after - before).manhattanLength() <= 2
    key(canvas, "view.fold_stages")
    assert abs(at(canvas, *card(canvas, "stage:stage4").box[:2]).y() - before.y()) <= 2


def test_inside_a_drawing_nothing_is_folded(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.inside("stage2_ir2")
    assert canvas.why_not("view.fold_stages") == "What is inside a block cannot be folded."


# -- the picture closes up -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["mobilenet_v2", "inception_v3", "shufflenet_v1", "densenet121", "resnet50", "example_inception"]
)
def test_no_gap_no_overlap_no_wire_through_a_card(show: Show, name: str) -> None:
    canvas = show(name)
    whole = canvas.scene.content()
    assert whole is not None
    for action in ("view.fold_repeats", "view.fold_stages"):
        if canvas.why_not(action):
            continue
        key(canvas, action)
        boxes = dict(canvas.scene.node_grid.boxes)
        assert boxes == {k: i.box for k, i in canvas.scene.nodes.items()}
        listed = list(boxes.values())
        assert not any(a.meets(b) for k, a in enumerate(listed) for b in listed[k + 1 :])
        for item in canvas.scene.edges.values():
            assert not crossed(item.points, listed)
    lower = canvas.scene.content()
    assert lower is not None
    if folded(canvas):
        assert lower.height <= whole.height
        assert lower.height + lower.width < whole.height + whole.width
        rows = sorted({(b.top, b.bottom) for b in canvas.scene.node_grid.boxes.values()})
        end = rows[0][1]
        for top, bottom in rows:
            assert top - end <= 80  # nowhere a hole
            end = max(end, bottom)


def test_far_away_and_on_the_minimap_a_stage_has_its_tint(show: Show) -> None:
    canvas = show("mobilenet_v2")
    key(canvas, "view.fold_stages")
    item = card(canvas, "stage:stage3")
    look_at(canvas, "stage3_ir1", 0.3)
    look = theme.current()
    assert close(color_at(canvas, shot(canvas), *item.box.centre), look.stage(item.position))
    look_at(canvas, "stage3_ir1", 1.0)
    image = shot(canvas)
    assert close(color_at(canvas, image, item.box.left + 2, item.box.centre[1]), look.stage(item.position))
    assert close(color_at(canvas, image, item.box.right + 7, item.box.centre[1] + 6), look.color("node.border"))  # stacked
    assert close(color_at(canvas, image, item.box.right + 5.5, item.box.centre[1] + 6), look.color("node.body"))


def test_cards_have_heat_and_shares(show: Show) -> None:
    canvas = show("mobilenet_v2")
    key(canvas, "view.fold_stages")
    results = canvas.controller.engine.results
    sums = {
        k: sum(results[node_id].cost.macs for node_id in item.fold.members)
        for k in folded(canvas)
        if isinstance(item := canvas.scene.nodes[k], FoldItem)
    }
    assert {k: canvas.scene.nodes[k].macs for k in sums} == sums
    assert canvas.scene.scale.top == max(sums.values())
    canvas.looks.show_heat(heat.MACS)
    assert canvas.scene.scale.heat.top == max(sums.values())
    hottest = max(sums, key=lambda k: sums[k])
    look_at(canvas, canvas.scene.nodes[hottest].fold.members[0])
    box = canvas.scene.nodes[hottest].box
    assert close(color_at(canvas, shot(canvas), box.left + 12, box.centre[1]), theme.current().heat(1.0))


# -- selecting, moving, finding ------------------------------------------------------------------------------------------------


def test_a_card_stands_for_its_blocks(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.staging.toggle("stage:stage3")
    look_at(canvas, "stage3_ir2")  # found by a block inside
    item = card(canvas, "stage:stage3")
    assert canvas.view.seen().holds(*item.box.centre)
    click(canvas.view, middle(canvas, item.box))
    assert canvas.controller.selection == set(S3)
    canvas.controller.select({"stage3_ir2"})
    assert item.selected
    assert canvas.view.selection == {"stage:stage3"}
    canvas.handlers["edit.select_all"]()
    assert canvas.controller.selection == set(canvas.controller.design.root)
    canvas.controller.select(set(S3))
    before = state(canvas.controller.design)
    canvas.tools.delete()
    assert folded(canvas) == set()
    assert not set(S3) & set(canvas.controller.design.root)
    canvas.controller.stack.undo()
    assert folded(canvas) == {"stage:stage3"}  # still wanted
    assert state(canvas.controller.design) == before


def test_a_card_is_moved_with_its_blocks(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.staging.toggle("stage:stage3")
    look_at(canvas, "stage3_ir1")
    places = canvas.scene.places()
    item = card(canvas, "stage:stage3")
    start = middle(canvas, item.box)
    drag(canvas.view, start, start + at(canvas, 320, 0) - at(canvas, 0, 0), modifiers=Qt.KeyboardModifier.AltModifier)
    after = canvas.scene.places()
    assert {k: (after[k][0] - places[k][0], after[k][1] - places[k][1]) for k in S3} == dict.fromkeys(S3, (320.0, 0.0))
    assert all(after[k] == places[k] for k in places if k not in S3)
    assert canvas.controller.stack.count() == 1
    assert canvas.controller.stack.undoText() == "Move 3 blocks"
    canvas.controller.stack.undo()
    assert canvas.scene.places() == places
    assert canvas.scene.nodes["stage:stage3"].box[:2] == places["stage3_ir1"]


def test_what_is_moved_below_a_card_lands_below_its_blocks(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.staging.toggle("stage:stage3")
    places = canvas.scene.places()
    look_at(canvas, "stage4_ir1")
    item = canvas.scene.nodes["stage4_ir1"]
    cut = places["stage4_ir1"][1] - item.box.top
    assert cut == 2 * 76  # two blocks are not seen
    start = middle(canvas, item.box)
    drag(canvas.view, start, start + at(canvas, 300, 16) - at(canvas, 0, 0), modifiers=Qt.KeyboardModifier.AltModifier)
    x, y = places["stage4_ir1"]
    assert canvas.scene.places()["stage4_ir1"] == (x + 300, y + 16)
    canvas.controller.select({"stage4_ir1"})
    QTest.keyClick(canvas.view, Qt.Key.Key_Down)
    assert canvas.scene.places()["stage4_ir1"] == (x + 300, y + 24)


def test_blocks_and_notes_put_below_a_card_land_below_its_blocks(show: Show) -> None:
    canvas = show("mobilenet_v2")
    places = canvas.scene.places()
    note_y = places["stage4_ir2"][1]
    canvas.controller.apply(SetNote(id="n", note=Note("n", "Beside", 600.0, note_y)), "note")
    canvas.staging.toggle("stage:stage3")
    note = canvas.scene.note_items["n"]
    assert note.box.top == canvas.scene.nodes["stage4_ir2"].box.top
    look_at(canvas, "stage4_ir2", 0.8)
    start = middle(canvas, note.box)
    drag(canvas.view, start, start + at(canvas, 0, 40) - at(canvas, 0, 0))
    assert canvas.controller.design.notes[ROOT]["n"].y == pytest.approx(note_y + 40, abs=8)
    target = canvas.scene.nodes["stage4_ir3"].box
    assert canvas.tools.dropper.dropped("relu", (target.right + 240, target.top + 24))
    (new,) = canvas.controller.selection
    assert canvas.controller.design.positions[ROOT][new][1] == pytest.approx(places["stage4_ir3"][1], abs=8)
    assert canvas.scene.nodes[new].box.top == pytest.approx(target.top, abs=8)


def test_a_card_takes_no_wires_and_says_so(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.staging.toggle("stage:stage3")
    look_at(canvas, "stage3_ir1")
    item, source = card(canvas, "stage:stage3"), canvas.scene.nodes["stage2_ir2"]
    said: list[str] = []
    canvas.status_text.connect(said.append)
    edges = set(canvas.controller.design.root.edges())
    out = source.outputs[0]
    drag(canvas.view, at(canvas, source.box.left + out.x, source.box.top + out.y), middle(canvas, item.box))
    assert "Unfold Stage 3 to connect to a block in it." in said
    assert set(canvas.controller.design.root.edges()) == edges


# -- following edits -----------------------------------------------------------------------------------------------------------


def test_a_changed_copy_opens_the_run_and_undo_folds_it_again(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.staging.toggle("repeat:stage5_ir1")
    assert folded(canvas) == {"repeat:stage5_ir1"}
    canvas.controller.apply(SetParam(node="stage5_ir2", name="kernel_size", value=5), "kernel")
    assert folded(canvas) == set()
    canvas.controller.stack.undo()
    assert folded(canvas) == {"repeat:stage5_ir1"}
    canvas.controller.apply(SetParam(node="stage5_ir1", name="stride", value=2), "stride")
    assert card(canvas, "repeat:stage5_ir1").sentence.startswith("ir1 to ir3: 3 copies, stride 2 in the first.")


def test_a_card_says_what_is_wrong_inside(show: Show) -> None:
    canvas = show(residual())
    canvas.staging.toggle("stage:s1")
    item = card(canvas, "stage:s1")
    assert (item.status, item.texts[2]) == ("ok", "3 blocks")
    canvas.controller.apply(SetParam(node="s1_a", name="stride", value=2), "stride")
    assert item.status == "error"
    assert item.texts == ("S 1", "", "error in add", "")
    assert "needs (8, 16, 16)" in item.sentence
    assert canvas.scene.overview.marks == {"stage:s1": "error"}
    canvas.controller.stack.undo()
    assert item.status == "ok"


def open_stage() -> Any:
    """A stage with a block between its blocks that is not in it."""
    return design(
        [("input", "input"), Node("a", "relu", stage="s"), ("b", "relu"), Node("c", "relu", stage="s"), ("output", "output")],
        ["input -> a", "a -> b", "b -> c", "c -> output"],
    )


def test_a_stage_that_is_not_convex_stays_open_and_says_why(show: Show) -> None:
    canvas = show(open_stage())
    said: list[str] = []
    canvas.status_text.connect(said.append)
    canvas.staging.toggle("stage:s")
    reason = "s stays open: b lies between its blocks. Put it into s, or leave s unfolded."
    assert said[-1] == reason
    assert folded(canvas) == set()
    assert canvas.scene.frames["s"].why_open == reason
    assert canvas.staging.sentence("stage:s") == reason
    canvas.controller.apply(SetStage(node="b", stage="s"), "stage")
    assert folded(canvas) == {"stage:s"}  # as was asked for
    canvas.controller.stack.undo()
    canvas.staging.toggle("stage:s")  # asked again: no longer wanted
    assert canvas.scene.frames["s"].why_open == ""
    assert not canvas.scene.folds


def test_a_redrawn_preset_keeps_its_folds(show: Show) -> None:
    from designer.graph.edits import Redraw

    canvas = show("mobilenet_v2")
    key(canvas, "view.fold_stages")
    other = load("mobilenet_v2:width=0.5")
    edit = Redraw(nodes=tuple(other.root.nodes()), edges=tuple(other.root.edges()), origin=other.origin, name=other.name)
    canvas.controller.apply(edit, "width")
    assert len(folded(canvas)) == 9
    assert card(canvas, "stage:stage3").texts[0] == "Stage 3"


def shown(scene: Scene) -> Any:
    """All that a scene shows, but for the ways of wires around blocks, and how wide frames are because of them."""
    nodes = {k: (i.texts, i.category, i.status, i.macs, i.box, i.selected, i.inputs, i.fill) for k, i in scene.nodes.items()}
    ports = {k: (i.ways_in, i.ways_out, i.fold, i.sentence) for k, i in scene.nodes.items() if isinstance(i, FoldItem)}
    edges = {k: (i.text, i.status, i.points[0], i.points[-1]) for k, i in scene.edges.items()}
    frames = {k: (i.facts, i.position, i.box.top, i.box.bottom, i.why_open) for k, i in scene.frames.items()}
    notes = {k: i.box for k, i in scene.note_items.items()}
    return nodes, ports, edges, frames, notes, scene.scale.top, set(scene.overview._look.items()), set(scene.node_grid.boxes)


@settings(max_examples=25)
@example(65535)
@example(538905)
@given(st.integers(0, 2**32))
def test_whatever_is_edited_cards_are_as_fresh_and_undo_is_exact(seed: int) -> None:
    rng = Random(seed)
    start = rng.choice([residual, open_stage, lambda: load("mobilenet_v2:width=0.5"), lambda: load("alexnet")])()
    controller = Controller(start)
    scene = Scene(controller, controller)
    if not scene.stored:
        controller.apply(Move(positions=dict(scene.unstored())), "stand")
    before, looked = state(controller.design), None
    total = controller.engine.total
    for _ in range(rng.randint(1, 12)):
        root, resolve = controller.design.root, controller.design.resolve
        what = rng.random()
        if what < 0.3:
            stages = {node.stage for node in root.nodes() if node.stage}
            runs = scene.folds.runs(root, resolve)
            nodes = {node_id for run in runs if rng.random() < 0.6 for node_id in run.members}
            scene.folds.wanted = Wanted(frozenset(s for s in stages if rng.random() < 0.6), frozenset(nodes))
            if seed % 3 and rng.random() < 0.4:  # all of it open again
                scene.folds.wanted = Wanted()
            count = controller.stack.count()
            was, cost = state(controller.design), controller.engine.total
            scene.show_folds()
            assert (state(controller.design), controller.engine.total, controller.stack.count()) == (was, cost, count)
        elif what < 0.45 and controller.stack.index() > 1:
            controller.stack.undo()
        elif what < 0.55:
            controller.stack.redo()
        elif what < 0.65 and len(scene.nodes):
            seen = rng.choice(sorted(scene.nodes))
            x, y, _, _ = scene.nodes[seen].box
            places = scene.folds.moved({seen: (x + 400.0, y)})
            controller.apply(Move(positions={**scene.unstored(), **places}), "move")
        elif what < 0.75:
            stage = rng.choice(["s0", "s1", None])
            controller.apply(SetStage(node=rng.choice(sorted(root) or ["x"]), stage=stage), "stage")
        else:
            controller.apply(random_edit(rng, controller.design), "edit")
        if rng.random() < 0.2:
            controller.select(set(rng.sample(sorted(controller.design.root), min(2, len(controller.design.root)))))
        if set(controller.design.positions.get(ROOT, {})) >= set(controller.design.root):
            fresh = Scene(controller)
            fresh.folds.wanted = scene.folds.wanted
            fresh.rebuild()
            looked = shown(scene)
            for mine, wanted in zip(looked, shown(fresh), strict=True):
                assert mine == wanted
            fresh.release()
    assert looked is None or looked
    while controller.stack.index() > 1:
        controller.stack.undo()
    if controller.stack.index():
        assert state(controller.design) == before
        assert controller.engine.total == total


def led(monkeypatch: pytest.MonkeyPatch) -> list[Edge]:
    """The wires that are led from now on."""
    found: list[Edge] = []
    lead = Scene.lead

    def note(self: Scene, edge: Edge, *, live: bool = False) -> None:
        found.append(edge)
        lead(self, edge, live=live)

    monkeypatch.setattr(Scene, "lead", note)
    return found


def test_unfolding_everything_leads_no_wire_anew(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = show("mobilenet_v2")
    scene = canvas.scene
    before = shown(scene)
    ways = {edge: item.points for edge, item in scene.edges.items()}
    key(canvas, "view.fold_stages")
    key(canvas, "view.unfold")
    found = led(monkeypatch)
    key(canvas, "view.fold_repeats")
    canvas.controller.select({"stage3_ir2"})
    assert canvas.controller.apply(SetParam(node="stage3_ir2", name="expand_ratio", value=3.0), "Set")
    canvas.controller.stack.undo()
    found.clear()
    key(canvas, "view.unfold")
    assert found == []
    assert scene.nodes["stage3_ir2"].selected
    canvas.controller.select(set())
    assert shown(scene) == before
    assert {edge: item.points for edge, item in scene.edges.items()} == ways
    assert set(scene.items()) >= {*scene.nodes.values(), *scene.edges.values(), *scene.frames.values()}


@pytest.mark.parametrize("change", ["param", "move", "wire", "unit", "sizes", "heat"])
def test_what_changed_meanwhile_is_seen_when_all_is_unfolded(show: Show, change: str) -> None:
    canvas = show("mobilenet_v2")
    scene = canvas.scene
    assert canvas.controller.apply(Move(positions=scene.unstored()), "Stand")
    key(canvas, "view.fold_stages")
    if change == "param":
        assert canvas.controller.apply(SetParam(node="stage3_ir1", name="out_channels", value=40), "Set")
    elif change == "move":
        x, y = scene.place("stage3_ir2")
        assert canvas.controller.apply(Move(positions={"stage3_ir2": (x + 300, y)}), "Move")
    elif change == "wire":
        assert canvas.controller.apply(Disconnect(target="stage3_ir2", target_port="x"), "Cut")
    elif change == "unit":
        units.use(units.FLOPS)
    elif change == "sizes":
        scene.show_wires_by_size(True)
    else:
        scene.show_heat(heat.MACS)
    key(canvas, "view.unfold")
    fresh = Scene(canvas.controller)
    if change == "sizes":
        fresh.show_wires_by_size(True)
        assert {e: i.width for e, i in fresh.edges.items()} == {e: i.width for e, i in scene.edges.items()}
    if change == "heat":
        fresh.show_heat(heat.MACS)
    assert shown(scene) == shown(fresh)
    fresh.release()


def test_a_block_without_a_place_stands_below_what_feeds_it_while_something_is_folded(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.staging.toggle("stage:stage3")
    before = canvas.scene.places()
    wire = Edge("stage5_ir1", "y", "stage5_ir2", "x")
    steps = (
        Disconnect(target=wire.target, target_port="x"),
        AddNode(node=Node("late", "relu")),
        Connect(source=wire.source, source_port="y", target="late", target_port="x"),
        Connect(source="late", source_port="y", target=wire.target, target_port="x"),
    )
    canvas.controller.apply(Compound(edits=steps), "insert")
    after = canvas.scene.places()
    assert {k: after[k] for k in before} == before
    assert after["late"][1] >= before["stage5_ir1"][1] + 48
    assert folded(canvas) == {"stage:stage3"}
    canvas.controller.apply(SetLabel(node="late", label="new"), "label")
    assert canvas.scene.nodes["late"].texts[0] == "new"
    QApplication.processEvents()


def test_what_arranges_blocks_takes_cards_as_one(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.staging.toggle("stage:stage3")
    places = canvas.scene.places()
    canvas.controller.select({*S3, "stage4_ir1"})
    moved = canvas.scene.folds.moved({"stage:stage3": (200.0, canvas.scene.nodes["stage:stage3"].box.top)})
    canvas.controller.apply(Move(positions={**canvas.scene.unstored(), **moved}), "away")
    key(canvas, "design.align_left")
    lefts = {canvas.scene.nodes[seen].box.left for seen in ("stage:stage3", "stage4_ir1")}
    assert len(lefts) == 1
    after = canvas.scene.places()
    assert len({after[k][0] for k in S3}) == 1
    assert [after[k][1] for k in S3] == [places[k][1] for k in S3]
    key(canvas, "design.tidy")
    assert folded(canvas) == {"stage:stage3"}
    key(canvas, "design.tidy_selection")
    boxes = [item.box for item in canvas.scene.nodes.values()]
    assert not any(a.meets(b) for k, a in enumerate(boxes) for b in boxes[k + 1 :])


@pytest.mark.parametrize("name", ["mobilenet_v2", "inception_v3"])
def test_cards_in_a_flow_to_the_right(show: Show, name: str) -> None:
    canvas = show(name)
    key(canvas, "design.flow_right")
    whole = canvas.scene.content()
    key(canvas, "view.fold_stages")
    lower = canvas.scene.content()
    assert whole is not None
    assert lower is not None
    assert lower.width < whole.width / 1.5
    boxes = canvas.scene.node_grid.boxes
    for seen in folded(canvas):
        item = card(canvas, seen)
        assert {place.x for place in item.ways_in.values()} <= {0.0}
        assert {place.x for place in item.ways_out.values()} <= {item.box.width}
    for item in canvas.scene.edges.values():
        assert not crossed(item.points, boxes.values())
    listed = list(boxes.values())
    assert not any(a.meets(b) for k, a in enumerate(listed) for b in listed[k + 1 :])
    key(canvas, "view.unfold")
    QTest.qWait(200)
    for mark in canvas.scene.marks.items.values():  # a bracket lies above its blocks
        assert mark.box.bottom == min(canvas.scene.nodes[node_id].box.top for node_id in mark.fold.members)


def test_a_card_has_the_menu_of_several_blocks_and_return_opens_it(show: Show) -> None:
    from designer.ui.canvas.menu_aim import aim_at, aim_at_selection

    canvas = show("mobilenet_v2")
    canvas.staging.toggle("stage:stage3")
    look_at(canvas, "stage3_ir1")
    aim = aim_at(canvas.view, middle(canvas, card(canvas, "stage:stage3").box))
    assert aim.kind == "blocks"
    assert canvas.controller.selection == set(S3)
    assert aim_at_selection(canvas.view).kind == "blocks"
    key(canvas, "view.inside")
    assert folded(canvas) == set()
    assert canvas.scope == ()
    look_at(canvas, "stage3_ir2")
    assert aim_at(canvas.view, middle(canvas, canvas.scene.frames["stage3"].toggle)).kind == "stage"
    assert canvas.controller.selection == set(S3)


def test_what_follows_glides_up_and_a_second_fold_does_not_wait(show: Show) -> None:
    canvas = show("mobilenet_v2")
    look_at(canvas, "stage3_ir1")
    theme.reduce_motion(False)
    try:
        before = canvas.scene.nodes["stage6_ir1"].box.top
        canvas.staging.toggle("stage:stage3")
        assert canvas.arranger.glide.running
        assert canvas.scene.nodes["stage6_ir1"].box.top == before  # it is on its way
        canvas.staging.toggle("stage:stage4")
        QTest.qWait(theme.current().duration("layout") + 120)
        assert not canvas.arranger.glide.running
        assert canvas.scene.nodes["stage6_ir1"].box.top == before - (2 + 3) * 76
        assert {k: i.box[:2] for k, i in canvas.scene.nodes.items()} == canvas.scene.seen_places()
        canvas.staging.unfold_all()
        canvas.controller.apply(SetParam(node="stage5_ir1", name="kernel_size", value=5), "on the way")
        assert {k: i.box[:2] for k, i in canvas.scene.nodes.items()} == canvas.scene.places()
    finally:
        theme.reduce_motion(True)
