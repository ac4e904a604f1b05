"""The drawing inside a block follows the design, and shows what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage

from blocks import registry
from designer.app.controller import Controller
from designer.app.measurements import Measured, signatures
from designer.catalogue import load
from designer.graph.edits import RemoveNode, SetParam
from designer.graph.network import Edge
from designer.ui import units
from designer.ui.canvas.card_item import MOST_ROWS, CardItem, rows_of
from designer.ui.canvas.inside import InsideScene
from tests.designs import chain
from tests.ui.canvas.conftest import Show, residual
from tests.ui.canvas.helpers import crossed
from tests.ui.canvas.test_painting import close, color_at, shot


def times_of(scene: InsideScene) -> dict[str, str]:
    """What stands on each part about its time."""
    return {name: item.spent for name, item in scene.nodes.items() if isinstance(item, CardItem)}


@pytest.fixture
def look(dressed: Any) -> Any:
    def make(what: Any, *trail: str) -> tuple[Controller, InsideScene]:
        controller = Controller(load(what) if isinstance(what, str) else what)
        return controller, InsideScene(controller, trail, controller)

    return make


def rows(scene: InsideScene, part: str) -> list[tuple[str, str]]:
    card = scene.nodes[part]
    assert isinstance(card, CardItem)
    return [(row.text, row.figure) for row in rows_of(card.part.result)]


def test_every_primitive_with_its_cost(look: Any) -> None:
    _, scene = look("mobilenet_v2", "stage2_ir2")
    assert rows(scene, "expand") == [("conv2d 1 × 1", "10,838,016"), ("batch_norm", "288 params"), ("relu6", "")]
    assert rows(scene, "depthwise")[0] == ("conv2d 3 × 3, g144", "4,064,256")
    assert rows(scene, "project") == [("conv2d 1 × 1", "10,838,016"), ("batch_norm", "48 params")]
    assert scene.edges[Edge("expand", "y", "depthwise", "x")].text == "144 × 56 × 56"
    bypass = scene.edges[Edge("input__0", "y", "add", "b")]
    assert (bypass.bypass, bypass.text) == (True, "24 × 56 × 56")
    assert scene.nodes["input__0"].text == scene.nodes["output__0"].text == "24 × 56 × 56"


def test_figures_follow_the_unit(look: Any) -> None:
    _, scene = look("mobilenet_v2", "stage2_ir2")
    units.use(units.FLOPS)
    assert rows(scene, "depthwise")[0][1] == "8,128,512"


def test_many_primitives_are_cut_with_their_number_said(look: Any) -> None:
    _, scene = look(chain(("it", "inception_v3_e"), shape=(48, 32, 32)), "it")
    result = scene.result
    assert result is not None
    found = rows_of(result)
    total = result.primitives
    assert total > MOST_ROWS
    assert len(found) == MOST_ROWS + 1
    assert found[-1].text == f"and {total - MOST_ROWS} more"
    assert len(rows_of(result, total)) == total


def test_a_change_of_shapes_keeps_the_items(look: Any) -> None:
    controller, scene = look("mobilenet_v2", "stage2_ir2")
    items = dict(scene.nodes)
    controller.apply(SetParam(node="input", name="shape", value=[3, 192, 192]), "smaller")
    assert scene.follow()
    assert scene.nodes == items
    assert scene.nodes["input__0"].text == "24 × 48 × 48"
    assert scene.edges[Edge("expand", "y", "depthwise", "x")].text == "144 × 48 × 48"
    assert rows(scene, "expand")[0] == ("conv2d 1 × 1", "7,962,624")


def test_another_drawing_is_drawn_anew(look: Any) -> None:
    controller, scene = look("mobilenet_v2", "stage2_ir2")
    controller.apply(SetParam(node="stage2_ir2", name="stride", value=2), "stride")
    assert scene.follow()
    assert "add" not in scene.nodes
    controller.stack.undo()
    assert scene.follow()
    assert "add" in scene.nodes


def test_while_the_block_has_an_error_the_last_drawing_stays(show: Show) -> None:
    canvas = show("mobilenet_v2")
    assert canvas.inside("stage2_ir2")
    shown = set(canvas.view.surface.nodes)
    canvas.controller.apply(SetParam(node="stage2_ir2", name="expand_ratio", value=0.5), "bad")
    assert canvas.scope == ("stage2_ir2",)
    assert set(canvas.view.surface.nodes) == shown
    assert not canvas.trail.isEnabled()
    canvas.controller.stack.undo()
    assert canvas.trail.isEnabled()


def test_when_the_block_goes_the_design_is_shown(show: Show) -> None:
    canvas = show(residual())
    assert canvas.inside("s1_b")
    canvas.controller.apply(RemoveNode(id="s1_b"), "delete")
    assert canvas.scope == ()
    assert canvas.view.surface is canvas.scene


def test_a_change_is_seen_at_once_and_at_every_depth(show: Show) -> None:
    canvas = show("mobilenet_v2")
    assert canvas.inside("stage2_ir2")
    assert canvas.inside("stage2_ir2", "expand")
    canvas.controller.apply(SetParam(node="stage2_ir2", name="expand_ratio", value=4), "narrower")
    assert canvas.view.surface.nodes["output__0"].text == "96 × 56 × 56"
    canvas.back()
    assert canvas.view.surface.nodes["expand"].part.result.outputs[0] == (96, 56, 56)
    canvas.set_scope(("stage2_ir2", "project"))
    assert canvas.scope == ("stage2_ir2", "project")
    canvas.set_scope(())
    assert canvas.scope == ()


DRAWN = [name for name, block in registry.blocks().items() if block.category == "composite" and len(block.inputs) == 1]


@pytest.mark.parametrize("name", DRAWN)
def test_every_composite_can_be_looked_into(look: Any, name: str) -> None:
    controller, scene = look(chain(("it", name), shape=(48, 32, 32)), "it")
    result = controller.engine.results["it"].evaluated
    if result is None or result.drawing is None:
        assert not scene.nodes  # it does not take this shape
        return
    assert {part.name for part in result.drawing.parts} < set(scene.nodes)
    boxes = list(scene.node_grid.boxes.values())
    assert not any(a.meets(b) for i, a in enumerate(boxes) for b in boxes[:i])
    for item in scene.edges.values():
        assert not crossed(item.points, boxes)


def test_the_way_back_is_written_as_soon_as_one_is_inside(show: Show) -> None:
    """Before any event: what stands in it counts for its size at once, and the drawing begins below it."""
    canvas = show("mobilenet_v2")
    assert canvas.inside("stage2_ir2")
    trail = canvas.trail
    assert trail.width() >= trail.sizeHint().width() > 200
    assert trail.figures.isVisibleTo(trail)
    first = canvas.view.surface.content()
    assert first is not None
    top = canvas.view.mapFromScene(QPointF(first.left, first.top)).y()
    assert top >= trail.geometry().bottom()


def test_parts_say_how_long_they_take_beside_their_macs(show: Show) -> None:
    canvas = show("mobilenet_v2")
    assert canvas.inside("stage2_ir2")
    scene = canvas.view.surface
    assert set(times_of(scene).values()) == {""}
    here, measurements = "stage2.ir2", canvas.controller.measurements
    times = {f"{here}.expand.conv": 0.5, f"{here}.expand.act": 0.25, f"{here}.depthwise.conv": 1.5, f"{here}.add": 0.11}
    measurements.show(Measured(times, signatures(canvas.controller.engine), 3.0))
    assert times_of(scene) == {"expand": "0.75 ms", "depthwise": "1.50 ms", "project": "", "add": "0.11 ms"}
    assert canvas.inside("stage2_ir2", "expand")
    inner = canvas.view.surface
    assert times_of(inner) == {"conv": "0.50 ms", "norm": "", "act": "0.25 ms"}
    measurements.show(None)
    assert set(times_of(scene).values()) == set(times_of(inner).values()) == {""}


def test_a_part_that_is_another_now_has_no_measured_time(show: Show) -> None:
    canvas = show("mobilenet_v2")
    assert canvas.inside("stage2_ir2")
    scene = canvas.view.surface
    engine = canvas.controller.engine
    canvas.controller.measurements.show(Measured({"stage2.ir2.expand.conv": 0.5}, signatures(engine), 3.0))
    assert times_of(scene)["expand"] == "0.50 ms"
    canvas.controller.apply(SetParam(node="stage2_ir2", name="expand_ratio", value=4), "narrower")
    assert times_of(scene)["expand"] == ""
    canvas.controller.stack.undo()
    assert times_of(scene)["expand"] == "0.50 ms"


def test_the_header_of_a_part_has_room_for_its_time(show: Show) -> None:
    """Name, kind and time side by side; where they do not fit the kind goes, and the time is never drawn over anything."""
    canvas = show("mobilenet_v2")
    assert canvas.inside("stage2_ir2")
    canvas.view.look(1.0, canvas.view.centre())
    before = shot(canvas)
    engine = canvas.controller.engine
    times = {f"stage2.ir2.{part}.conv": 1234.5 for part in ("expand", "depthwise", "project")}
    canvas.controller.measurements.show(Measured(times, signatures(engine), 3.0))
    after = shot(canvas)
    card = canvas.view.surface.nodes["depthwise"].box

    def inked(image: QImage, left: float, right: float) -> int:
        """Pixels of the header between two places of the card that are not its ground."""
        ground = color_at(canvas, image, card.left + 120, card.top + 4)
        places = [(card.left + x, card.top + y) for x in range(round(left), round(right)) for y in range(11, 22)]
        return sum(not close(color_at(canvas, image, *place), ground, 8) for place in places)

    assert inked(before, 100, 120) == 0, "between name and kind"
    assert inked(after, 165, 220) > 40, "the time, at the right end"
    assert inked(after, 84, 160) == 0, "the kind went, and nothing is drawn between name and time"
