"""Labels of stages stay in view while a part of their frame is, in both flows and at every zoom."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QPaintEvent, QRegion
from pytestqt.qtbot import QtBot

from designer.analysis.describe import stage_title
from designer.app.controller import Controller
from designer.graph.design import DOWN, RIGHT, Design
from designer.graph.network import Edge, Network, Node
from designer.ui.canvas import painter as draw
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.geometry import FAR, Box, Point, level
from designer.ui.canvas.scene import Scene
from designer.ui.canvas.stage_frame import StageFrame
from designer.ui.canvas.stage_label import Label, chips, hides, label_of, place_of
from designer.ui.canvas.view import View
from tests.ui.canvas.conftest import Show
from tests.ui.canvas.helpers import click


def long_stages(flow: str, blocks: int = 24) -> Design:
    """A chain of three stages, much longer than a window."""
    nodes = [Node("input", "input", {"shape": [8, 32, 32]})]
    nodes += [Node(f"b{k}", "conv_norm_act", {"out_channels": 8}, "", f"stage{k // 8}") for k in range(blocks)]
    nodes.append(Node("output", "output"))
    edges = [Edge(a.id, "y", b.id, "x") for a, b in pairwise(nodes)]
    design = Design("long", Network.of(nodes, edges))
    design.flow = flow
    return design


def stands(canvas: Canvas | View, frame: StageFrame) -> tuple[Label, Point, Box]:
    """What a frame says, where that begins, and the box of its lines in px of the view."""
    view = canvas.view if isinstance(canvas, Canvas) else canvas
    label = label_of(frame, draw.ink(), view.zoom, view.seen())
    assert label is not None
    place = place_of(frame, label, view.zoom, view.seen())
    scale = label.scale * view.zoom
    corner = view.viewportTransform().map(QPointF(*place))
    top = corner.y() + (label.baseline - 9) * scale
    low = corner.y() + (label.baseline + (len(label.rows) - 1) * 16) * scale
    return label, place, Box(corner.x(), top, corner.x() + (label.indent + label.wide) * scale, low)


@pytest.mark.parametrize("flow", [DOWN, RIGHT])
@pytest.mark.parametrize("zoom", [2.0, 1.0, 0.5, 0.3])
def test_wherever_one_looks_each_frame_in_view_says_its_name_there(show: Show, flow: str, zoom: float) -> None:
    canvas = show(long_stages(flow))
    content, view, rng = canvas.scene.content(), canvas.view, random.Random(7)
    assert content is not None
    seen_chips = seen_labels = 0
    least = {2.0: (440.0, 280.0), 1.0: (220.0, 140.0), 0.5: (70.0, 130.0), 0.3: (20.0, 20.0)}[zoom]  # px that all of it needs
    if flow == RIGHT:
        least = (max(least[0], 160.0), 60.0 * min(zoom, 1.0))
    for _ in range(120):
        around = content.grown(300 / zoom)
        x, y = rng.uniform(around.left, around.right), rng.uniform(around.top, around.bottom)
        view.look(zoom, QPointF(x, y))
        area, window = view.seen(), view.viewport().rect()
        said = {chip.stage: chip.box for chip in chips(canvas.scene.frames.values(), draw.ink(), view.viewportTransform(), area)}
        for stage, frame in canvas.scene.frames.items():
            left, top = max(frame.box.left, area.left), max(frame.box.top, area.top)
            width, height = min(frame.box.right, area.right) - left, min(frame.box.bottom, area.bottom) - top
            whole = 100.0 * zoom if flow == RIGHT and frame.box.top > area.top else 0.0  # all lines are there then
            if width * zoom < least[0] or height * zoom < max(least[1], whole):
                continue  # it leaves with the frame
            part = Box(left, top, left + width, top + height)
            shown = QRect(QPoint(0, 0), window.size())
            if hides(frame, zoom, area):
                box = said[stage]
                seen_chips += 1
            else:
                assert stage not in said
                box = stands(canvas, frame)[2]
                seen_labels += 1
            assert shown.adjusted(-1, -1, 1, 1).contains(QRect(*map(round, (box.left, box.top, *box.size))))
            start, end = (view.viewportTransform().inverted()[0].map(QPointF(*at)) for at in (box[:2], box[2:]))
            assert part.grown(1 / zoom).holds(start.x(), start.y())
            assert part.grown(1 / zoom).holds(end.x(), end.y())
    assert seen_labels > 5
    if zoom == 2.0:
        assert seen_chips > 5


@pytest.mark.parametrize("flow", [DOWN, RIGHT])
def test_a_frame_that_begins_in_view_has_its_label_at_its_beginning(show: Show, flow: str) -> None:
    canvas = show(long_stages(flow))
    frame = canvas.scene.frames["stage1"]
    canvas.view.look(1.0, QPointF(frame.box.left + 200, frame.box.top + 200))
    label, place, _ = stands(canvas, frame)
    assert place == frame.box[:2]
    assert len(label.rows) == (6 if flow == DOWN else 5)


@pytest.mark.parametrize("flow", [DOWN, RIGHT])
def test_a_frame_pushes_its_label_out_at_its_end(show: Show, flow: str) -> None:
    canvas = show(long_stages(flow))
    frame = canvas.scene.frames["stage0"]
    places = []
    for beyond in range(600, 0, -10):  # so much of it is still in view
        area = canvas.view.seen()
        size = (area.width / 2, area.height / 2)
        if flow == DOWN:
            canvas.view.look(1.0, QPointF(frame.box.left + size[0], frame.box.bottom - beyond + size[1]))
        else:
            canvas.view.look(1.0, QPointF(frame.box.right - beyond + size[0], frame.box.top + size[1]))
        _, (x, y), box = stands(canvas, frame)
        places.append(y if flow == DOWN else x)
        low = canvas.view.viewportTransform().map(QPointF(*frame.box[2:]))
        assert box.bottom <= low.y()
        assert box.right <= low.x()
    assert places[0] < places[10]  # it goes along
    assert places[-1] == places[-2]  # and stays behind


@pytest.mark.parametrize("flow", [DOWN, RIGHT])
def test_a_click_on_a_chip_selects_its_stage(show: Show, flow: str) -> None:
    canvas = show(long_stages(flow))
    box = canvas.scene.nodes["b12"].box
    away = 260 if flow == DOWN else 0, 0 if flow == DOWN else 220
    canvas.view.look(2.0, QPointF(box.centre[0] + away[0], box.centre[1] + away[1]))
    (chip,) = [one for one in canvas.view._chips() if one.stage == "stage1"]
    at = QPoint(*map(round, chip.box.centre))
    click(canvas.view, at)
    assert canvas.controller.selection == canvas.scene.members("stage1")


@pytest.mark.parametrize("zoom", [1.0, 0.3])
def test_scrolling_paints_labels_anew(show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, zoom: float) -> None:
    """Even where Qt moves what is painted already: a view with nothing over it."""
    painted: list[QRegion] = []
    paint = View.paintEvent

    def note(self: View, event: QPaintEvent) -> None:
        painted.append(event.region())
        paint(self, event)

    monkeypatch.setattr(View, "paintEvent", note)
    controller = Controller(long_stages(DOWN))
    view = View(Scene(controller, controller))
    qtbot.addWidget(view)
    view.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
    view.resize(600, 400)
    view.show()
    qtbot.waitExposed(view)
    frame = view.surface.frames["stage1"]
    view.look(zoom, QPointF(*frame.box.centre))
    QCoreApplication.processEvents()
    painted.clear()
    view.pan(0, -10)
    QCoreApplication.sendPostedEvents(view.window(), QEvent.Type.UpdateRequest)
    assert painted
    covered = QRegion()
    for region in painted:
        covered = covered.united(region)
    _, place, _ = stands(view, frame)
    at = view.mapFromScene(QPointF(*place))
    assert covered.contains(QRect(at + QPoint(1, 1), at + QPoint(20, 12)))
    assert level(zoom) == FAR or place[1] == pytest.approx(view.seen().top)
    controller.deleteLater()


@pytest.mark.parametrize("name", ["A", "S1"])
def test_a_stage_of_a_short_name_has_its_label(name: str, show: Show) -> None:
    design = long_stages(DOWN)
    nodes = [Node(n.id, n.block, n.params, "", name if n.stage == "stage0" else n.stage) for n in design.root.nodes()]
    canvas = show(Design("short", Network.of(nodes, design.root.edges())))
    canvas.view.look(1.0, QPointF(0, 200))
    label = label_of(canvas.scene.frames[name], draw.ink(), 1.0, canvas.view.seen())
    assert label is not None
    assert label.rows[0].text == stage_title(name)
