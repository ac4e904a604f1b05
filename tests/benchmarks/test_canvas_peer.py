"""The canvas beside that of NodeGraphQt, a package for node editors: the same blocks at the same places, software rendering.

Where it does not work the rows are skipped and say why: it needs Qt.py, and from Python 3.12 on the `distutils` that
setuptools brings.
"""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Iterator
from itertools import cycle
from statistics import median
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from designer.app.controller import Controller
from designer.graph.design import ROOT, Design
from designer.graph.edits import Move
from designer.ui.canvas.canvas import Canvas
from tests.benchmarks.conftest import timed
from tests.benchmarks.test_canvas import app, ladder

__all__ = ["app"]

pytestmark = pytest.mark.bench
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
BLOCKS = 1_000
Record = Callable[..., float]


@pytest.fixture(scope="module")
def package() -> Any:
    """NodeGraphQt, where it can be loaded."""
    os.environ.setdefault("QT_PREFERRED_BINDING", "PySide6")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of distutils
            import NodeGraphQt
    except Exception as problem:  # noqa: BLE001  # whatever another package fails with
        pytest.skip(f"NodeGraphQt does not work here: {type(problem).__name__}: {problem}")
    return NodeGraphQt


class Theirs:
    """Our design as a graph of NodeGraphQt's."""

    def __init__(self, package: Any, design: Design) -> None:
        class Block(package.BaseNode):  # type: ignore[misc, name-defined]
            __identifier__ = "bench"
            NODE_NAME = "Block"

            def __init__(self) -> None:
                super().__init__()
                for name in ("x", "a", "b"):
                    self.add_input(name)
                self.add_output("y")

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of distutils, asked again for versions
            self.graph = package.NodeGraph()
        self.graph.register_node(Block)
        places = design.positions[ROOT]
        self.nodes = {
            node.id: self.graph.create_node("bench.Block", name=node.id, pos=places[node.id], selected=False, push_undo=False)
            for node in design.root.nodes()
        }
        for edge in design.root.edges():
            source, target = self.nodes[edge.source].outputs()["y"], self.nodes[edge.target].inputs()[edge.target_port]
            source.connect_to(target, push_undo=False)
        self.view = self.graph.viewer()
        self.graph.widget.resize(1280, 800)
        self.graph.widget.show()
        QApplication.processEvents()

    def close(self) -> None:
        self.graph.widget.close()
        self.graph.widget.deleteLater()


@pytest.fixture(scope="module")
def both(app: QApplication, package: Any) -> Iterator[tuple[Canvas, Theirs, float, float]]:
    """Both with the same blocks, all in view, and the seconds it took to build them."""
    design = ladder(BLOCKS, True)
    controller = Controller(design)
    start = time.perf_counter()
    canvas = Canvas(controller)
    controller.setParent(canvas)
    canvas.resize(1280, 800)
    canvas.show()
    app.processEvents()
    ours = time.perf_counter() - start
    start = time.perf_counter()
    theirs = Theirs(package, design)
    seconds = time.perf_counter() - start
    canvas.view.fit()
    theirs.view.zoom_to_nodes([node.view for node in theirs.nodes.values()])
    app.processEvents()
    yield canvas, theirs, ours, seconds
    theirs.close()
    canvas.close()
    canvas.deleteLater()


def test_building_beside(both: tuple[Canvas, Theirs, float, float], record: Record) -> None:
    record(f"building and showing {BLOCKS:,} blocks", both[2], {"NodeGraphQt": both[3]}, "1 x")


def test_frame_beside(both: tuple[Canvas, Theirs, float, float], record: Record) -> None:
    canvas, theirs, _, _ = both
    ours, peer = median(timed(canvas.view.viewport().repaint, 9)), median(timed(theirs.view.viewport().repaint, 9))
    record(f"frame, {BLOCKS:,} blocks in columns, all in view", ours, {"NodeGraphQt": peer}, "1 x")


def test_move_beside(both: tuple[Canvas, Theirs, float, float], record: Record) -> None:
    """One block, with its step of undo, to the repainted screen."""
    canvas, theirs, _, _ = both
    name = next(iter(theirs.nodes))
    x, y = canvas.scene.place(name)
    places = cycle([(x + 40, y), (x + 80, y + 8), (x + 120, y + 16)])

    def move() -> None:
        canvas.controller.apply(Move(positions={name: next(places)}), "Move")
        canvas.view.viewport().repaint()

    def their_move() -> None:
        theirs.nodes[name].set_pos(*next(places))
        theirs.view.viewport().repaint()

    ours, peer = median(timed(move, 9)), median(timed(their_move, 9))
    record(f"moving one of {BLOCKS:,} to the repainted screen", ours, {"NodeGraphQt": peer}, "1 x")
