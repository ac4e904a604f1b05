"""The canvas against the time it has: whole designs in view, moving, building, and from an edit to the repainted screen.

Software rendering without a screen (QT_QPA_PLATFORM=offscreen). The peer is the budget, so a ratio over 1 keeps it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count, cycle, pairwise
from statistics import median

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF
from PySide6.QtWidgets import QApplication

from designer.app.controller import Controller
from designer.catalogue import load
from designer.graph.design import ROOT, Design
from designer.graph.edits import Move, SetParam
from designer.graph.network import Edge, Network, Node
from designer.ui import style, theme
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.scene import Scene
from tests.benchmarks.conftest import timed
from tests.ui.canvas.helpers import move, press, release

pytestmark = pytest.mark.bench
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
Record = Callable[..., float]


def ladder(blocks: int, columns: bool) -> Design:
    """So many blocks with a bypass around every third, 20 to a stage: one under the other, or in columns as on a wide board."""
    nodes = [Node("input", "input", {"shape": [8, 32, 32]})]
    edges: list[Edge] = []
    for k in range(blocks - 2):
        stage = f"s{k // 20}"
        before = nodes[-1].id
        if k % 3 == 2:
            nodes.append(Node(f"{stage}_b{k}", "add", stage=stage))
            edges.append(Edge(before, "y", nodes[-1].id, "a"))
            edges.append(Edge(nodes[-4].id, "y", nodes[-1].id, "b"))
        else:
            nodes.append(Node(f"{stage}_b{k}", "conv_norm_act", {"out_channels": 8}, stage=stage))
            edges.append(Edge(before, "y", nodes[-1].id, "x"))
    nodes.append(Node("output", "output"))
    edges.append(Edge(nodes[-2].id, "y", "output", "x"))
    design = Design("ladder", Network.of(nodes, edges))
    if columns:
        rows = round(blocks**0.5 * 2)
        design.positions[ROOT] = {node.id: (k // rows * 480.0, k % rows * 76.0) for k, node in enumerate(nodes)}
    return design


@pytest.fixture(scope="module")
def app() -> Iterator[QApplication]:
    found = QApplication.instance()
    made = found if isinstance(found, QApplication) else QApplication([])
    style.start(made)
    theme.choose(theme.DARK)
    theme.reduce_motion(True)
    yield made
    theme.reduce_motion(False)


@pytest.fixture
def shown(app: QApplication) -> Iterator[Callable[[Design], Canvas]]:
    made: list[Canvas] = []

    def show(design: Design) -> Canvas:
        controller = Controller(design)
        canvas = Canvas(controller)
        controller.setParent(canvas)
        made.append(canvas)
        canvas.resize(1280, 800)
        canvas.show()
        app.processEvents()
        return canvas

    yield show
    for canvas in made:
        canvas.close()
        canvas.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.parametrize("columns", [False, True], ids=["a line", "columns"])
@pytest.mark.parametrize(("blocks", "budget"), [(2_000, 0.016), (10_000, 0.033)])
def test_frame(shown: Callable[[Design], Canvas], record: Record, blocks: int, budget: float, columns: bool) -> None:
    canvas = shown(ladder(blocks, columns))
    canvas.view.fit()
    canvas.view.viewport().repaint()
    times = timed(canvas.view.viewport().repaint, 21)
    shape = "columns" if columns else "a line"
    record(f"frame, {blocks:,} blocks in {shape}, all in view", median(times), {"budget": budget}, "1 x")


@pytest.mark.parametrize("zoom", [1.0, 0.5, 0.34])
def test_frame_among_many(shown: Callable[[Design], Canvas], record: Record, zoom: float) -> None:
    canvas = shown(ladder(2_000, True))
    canvas.view.look(zoom, QPointF(*canvas.scene.nodes["s50_b1001"].box.centre))
    times = timed(canvas.view.viewport().repaint, 21)
    record(f"frame, 2,000 blocks, zoom {zoom:.0%}", median(times), {"budget": 0.033}, "1 x")


@pytest.mark.parametrize("zoom", [1.0, 0.0])
def test_move(shown: Callable[[Design], Canvas], record: Record, zoom: float) -> None:
    """One step of a drag with the mouse, and letting go, each to the repainted screen."""
    canvas = shown(ladder(2_000, True))
    item = canvas.scene.nodes["s50_b1001"]
    if zoom:
        canvas.view.look(zoom, QPointF(*item.box.centre))
    else:
        canvas.view.fit()
    QApplication.processEvents()
    start = canvas.view.mapFromScene(QPointF(item.box.left + 40, item.box.centre[1]))
    where = "close" if zoom else "all in view"
    press(canvas.view, start)
    ways = cycle([QPoint(40, 0), QPoint(80, 8), QPoint(120, 16)])
    steps = timed(lambda: move(canvas.view, start + next(ways)), 30)
    release(canvas.view, start + QPoint(40, 0))
    record(f"a step of moving one of 2,000, {where}", median(steps), {"budget": 0.005}, "1 x")
    x, y = canvas.scene.place(item.id)
    places = cycle([(x + 40, y), (x + 80, y + 8), (x + 120, y + 16)])
    edit = lambda: canvas.controller.apply(Move(positions={item.id: next(places)}), "Move")  # noqa: E731
    record(f"a Move edit of one of 2,000, {where}", median(timed(edit, 30)), {"budget": 0.005}, "1 x")


@pytest.mark.parametrize("columns", [True, False], ids=["stored places", "laid out"])
def test_building(app: QApplication, record: Record, columns: bool) -> None:
    controller = Controller(ladder(2_000, columns))
    made: list[Scene] = []
    times = timed(lambda: made.append(Scene(controller, controller)), 3)
    record(
        f"building the scene of 2,000 blocks, {'stored places' if columns else 'laid out'}", median(times), {"budget": 1.0}, "1 x"
    )


@pytest.mark.parametrize(("design", "budget"), [("inception_v3", 0.033), ("2,000 blocks", 0.100)])
@pytest.mark.parametrize("whole", [True, False], ids=["all in view", "close"])
def test_edit_to_repainted_canvas(
    shown: Callable[[Design], Canvas], record: Record, design: str, budget: float, whole: bool
) -> None:
    """A parameter of the first convolution: all shapes follow."""
    canvas = shown(ladder(2_000, True) if " " in design else load(design))
    first = next(node.id for node in canvas.controller.design.root.nodes() if node.block == "conv_norm_act")
    if whole:
        canvas.view.fit()
    else:
        canvas.view.look(1.0, QPointF(*canvas.scene.nodes[first].box.centre))
    QApplication.processEvents()
    values = count(33)

    def change() -> None:
        assert canvas.controller.apply(SetParam(node=first, name="out_channels", value=next(values)), "change")
        canvas.view.viewport().repaint()

    where = "all in view" if whole else "close"
    record(f"{design}: first convolution to repainted canvas, {where}", median(timed(change, 21)), {"budget": budget}, "1 x")


def test_wheel(shown: Callable[[Design], Canvas], record: Record) -> None:
    """Zooming through all levels of detail: the slowest frame counts."""
    canvas = shown(ladder(2_000, True))
    zooms = [0.05 * 1.2**k for k in range(22)]
    slowest = 0.0
    for zoom, _ in pairwise(zooms):
        canvas.view.look(zoom, QPointF(*canvas.scene.nodes["s50_b1001"].box.centre))
        slowest = max(slowest, median(timed(canvas.view.viewport().repaint, 3)))
    record("slowest frame on the way from 5 % to 200 %, 2,000 blocks", slowest, {"budget": 0.033}, "1 x")
