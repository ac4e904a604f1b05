"""Every preset, in both flows: no block on another, no wire through a block, no frame over what is not of its stage."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtWidgets import QApplication

from designer.app.controller import Controller
from designer.catalogue import load
from designer.graph.design import DOWN, RIGHT, Design
from designer.ui.canvas.inside import InsideScene, result_at
from designer.ui.canvas.scene import Scene
from designer.ui.canvas.surface import Surface
from presets.preset import presets
from tests.ui.canvas.helpers import crossed
from tests.unpacking import unpacked

FLOWS = pytest.mark.parametrize("flow", [DOWN, RIGHT])
WITH_HEADS = ("googlenet:aux=true", "inception_v3:aux=true")
DRAWN_OUT = (
    *WITH_HEADS,
    "inception_v2",
    "squeezenet1_0",
    "resnet18",
    "resnet50",
    "densenet121",
    "xception",
    "se_resnet50",
    "shufflenet_v1",
    "shufflenet_v2",
    "mobilenet_v3_large",
    "efficientnet_b0",
    "ghostnet",
    "example_inception",
    "example_resnet_units",
    "example_mobilenet_blocks",
    "example_stacked_3x3",
)


def faults(surface: Surface) -> list[object]:
    """What stands on something, and wires that run through blocks, against the flow, or not from port to port."""
    boxes = {node_id: item.box for node_id, item in surface.nodes.items()}
    found: list[object] = [(a, b) for (a, x), (b, y) in combinations(boxes.items(), 2) if x.meets(y)]
    for edge, item in surface.edges.items():
        source, target = boxes[edge.source], boxes[edge.target]
        ahead = source.right < target.left if surface.orientation == RIGHT else source.bottom < target.top
        begins = item.points[0] == surface.port_point(edge.source, edge.source_port, True)
        ends = item.points[-1] == surface.port_point(edge.target, edge.target_port, False)
        (x, y), (end_x, end_y) = item.points[-2:]
        beside = (x == end_x and y < end_y) if surface.orientation == RIGHT else (y == end_y and x > end_x)
        enters = beside if item.bypass else True  # a bypass comes in from above, or from the right
        if crossed(item.points, boxes.values()) or not (ahead and begins and ends and enters):
            found.append(edge)
    return found


def bad_frames(scene: Scene) -> list[object]:
    """Frames that do not hold their own blocks, or hold others, or lie on each other."""
    found: list[object] = [(a.name, b.name) for a, b in combinations(scene.frames.values(), 2) if a.box.meets(b.box)]
    for name, frame in scene.frames.items():
        for node_id, item in scene.nodes.items():
            mine = (scene.controller.design.root.node(node_id).stage or "") == name
            corners = [(item.box.left, item.box.top), (item.box.right, item.box.bottom)]
            if item.box.meets(frame.box) != mine or (mine and not all(frame.box.holds(*corner) for corner in corners)):
                found.append((name, node_id))
    return found


def problems(design: Design, flow: str) -> list[object]:
    design.flow = flow
    controller = Controller(design)
    scene = Scene(controller, controller)
    assert scene.orientation == flow
    return [*faults(scene), *bad_frames(scene)]


@FLOWS
def test_presets_open_laid_out(dressed: QApplication, flow: str) -> None:
    found = {name: problems(load(name), flow) for name in (*presets(), *WITH_HEADS)}
    assert {name: bad for name, bad in found.items() if bad} == {}


@FLOWS
@pytest.mark.parametrize("names", [DRAWN_OUT, pytest.param(tuple(presets()), marks=pytest.mark.deep)], ids=["some", "all"])
def test_presets_with_their_blocks_drawn_out_are_laid_out(dressed: QApplication, names: tuple[str, ...], flow: str) -> None:
    """Branches, shortcuts, gates and dense layers, as many as the papers have."""
    found = {name: problems(unpacked(load(name)), flow) for name in names}
    assert {name: bad for name, bad in found.items() if bad} == {}


@FLOWS
def test_the_drawings_inside_all_blocks_of_the_presets_are_laid_out(dressed: QApplication, flow: str) -> None:
    seen: set[object] = set()
    for name in presets():
        design = load(name)
        design.flow = flow
        controller = Controller(design)
        for node in design.root.nodes():
            result = result_at(controller, (node.id,))
            parts = result.drawing.parts if result is not None and result.drawing is not None else ()
            key = (node.block, tuple((part.name, part.block.id, part.inputs) for part in parts))
            if not parts or key in seen:
                continue
            seen.add(key)
            assert faults(InsideScene(controller, (node.id,), controller)) == [], (name, node.id)
    assert len(seen) > 40
