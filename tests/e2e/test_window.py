"""A person's first hour, through `main()`: from the start page to an ONNX file that runs, with the mouse and the keyboard.

Only the system's own file dialogs are played; everything else is pressed, dragged and typed in the window.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy
import pytest
from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QWidget
from pytestqt.qtbot import QtBot

import designer
from designer.__main__ import main
from designer.app.controller import Controller
from designer.app.settings import HOME
from designer.document.format import write
from designer.graph.network import Edge
from designer.ui import document_actions, theme, units
from designer.ui.canvas.gestures.drop import BLOCK_MIME
from designer.ui.canvas.view import View
from designer.ui.dialogs.export import ExportDialog
from designer.ui.dialogs.export_result import ResultCard
from designer.ui.main_window import MainWindow
from designer.ui.panels.inspector import Inspector
from designer.ui.panels.problems import Problems
from designer.ui.welcome import Welcome
from tests.leaks import no_leaks
from tests.ui.canvas.helpers import click, drag

__all__ = ["no_leaks"]

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def run_main(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, qapp: QApplication, no_leaks: None
) -> Iterator[Callable[..., int]]:
    """`run_main(person)`: the program as `lightdesigner` starts it; `person(window)` acts in it, then all windows close."""
    monkeypatch.setenv(HOME, str(tmp_path / "home"))
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))}

    def run(person: Callable[[MainWindow], None], *args: str) -> int:
        monkeypatch.setattr(sys, "argv", ["lightdesigner", *args])
        problems: list[BaseException] = []
        gc.collect()  # a program starts with nothing of others: what earlier tests left goes now, not in the middle of its loop
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

        def act() -> None:
            try:
                window = next(one for one in qapp.topLevelWidgets() if isinstance(one, MainWindow))
                qtbot.waitUntil(lambda: window.tabs.current is not None and window.isVisible())
                person(window)
            except BaseException as problem:  # noqa: BLE001  # an event loop would swallow it
                problems.append(problem)
            for one in qapp.topLevelWidgets():
                if isinstance(one, MainWindow):
                    for controller in one.documents.controllers:
                        controller.stack.setClean()
                    one.close()

        QTimer.singleShot(0, act)
        code = main()
        if problems:
            raise problems[0]
        return code

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)
    theme.choose(theme.SYSTEM)
    units.use(units.MACS)


class Hands:
    """What a person does in the window with one design in front."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window = window
        self.qtbot = qtbot

    @property
    def controller(self) -> Controller:
        found = self.window.controller
        assert found is not None
        return found

    @property
    def view(self) -> View:
        page = self.window.page
        assert page is not None
        return page.canvas.view

    def panel(self, dock: str) -> QWidget:
        self.window.workspace.focus(dock)
        found = self.window.workspace.docks.all[dock].panel
        assert found is not None
        return found

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)
        QApplication.processEvents()

    def type_into(self, field: QAbstractSpinBox, text: str) -> None:
        field.setFocus()
        field.selectAll()
        self.qtbot.keyClicks(field, text)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)

    def at(self, x: float, y: float) -> QPoint:
        return self.view.viewportTransform().map(QPointF(x, y)).toPoint()

    def show(self, *nodes: str) -> None:
        """Look at these blocks: at 100 %, or as large as they all fit."""
        box = self.view.surface.content(nodes)
        assert box is not None
        room = min(self.view.width() / (box.width + 80), self.view.height() / (box.height + 80))
        self.view.look(min(1.0, room), QPointF(*box.centre))
        QApplication.processEvents()

    def choose(self, node: str) -> None:
        """Click on a block."""
        self.show(node)
        self.view.select(())
        click(self.view, self.at(*self.view.surface.nodes[node].box.centre))
        assert self.controller.selection == {node}

    def set(self, node: str, parameter: str, text: str) -> None:
        """Select a block and type a value into the inspector."""
        self.choose(node)
        inspector = self.panel("inspector")
        assert isinstance(inspector, Inspector)
        field = inspector.form.rows[parameter].field.findChild(QAbstractSpinBox)
        assert field is not None
        self.type_into(field, text)

    def port(self, node: str, port: str, *, output: bool = False) -> QPoint:
        point = self.view.surface.port_point(node, port, output)
        assert point is not None
        return self.at(*point)

    def let_fall(self, block: str, x: float, y: float) -> None:
        """Drag a block from the palette to a place."""
        at, data = self.at(x, y), QMimeData()
        data.setData(BLOCK_MIME, QByteArray(block.encode()))
        actions, port, none = Qt.DropAction.CopyAction, self.view.viewport(), Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(port, QDragEnterEvent(at, actions, data, LEFT, none))
        QApplication.sendEvent(port, QDragMoveEvent(at, actions, data, LEFT, none))
        QApplication.sendEvent(port, QDropEvent(QPointF(at), actions, data, LEFT, none))

    def step_back_and_forth(self, first: str) -> None:
        """Undo everything, which gives the design as it was at first, and do it all again."""
        controller = self.controller
        last = write(controller.design)
        self.view.setFocus()
        while controller.stack.canUndo():
            self.key(Qt.Key.Key_Z, CONTROL)
        assert write(controller.design) == first
        while controller.stack.canRedo():
            self.key(Qt.Key.Key_Z, CONTROL | SHIFT)
        assert write(controller.design) == last

    def drop(self, block: str, edge: Edge) -> str:
        """Drag a block from the palette onto a wire; gives its id."""
        self.show(edge.source, edge.target)
        before = set(self.controller.design.root)
        (ax, ay), (bx, by) = max(
            pairwise(self.view.surface.edges[edge].points),
            key=lambda leg: abs(leg[0][1] - leg[1][1]) + abs(leg[0][0] - leg[1][0]),
        )
        self.let_fall(block, (ax + bx) / 2, (ay + by) / 2)
        (added,) = set(self.controller.design.root) - before
        return added


def test_from_the_start_page_to_a_model_that_runs(
    run_main: Callable[..., int], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.lightdesign"
    monkeypatch.setattr(document_actions, "choose_save", lambda parent, suggestion: file)
    monkeypatch.setattr(document_actions, "choose_open", lambda parent, folder: [file])
    kept: dict[str, int] = {}

    def person(window: MainWindow) -> None:
        hands = Hands(window, qtbot)
        open_the_preset(window, hands)
        controller = hands.controller
        stack, engine = controller.stack, controller.engine
        first = write(controller.design)

        bar = window.preset_bar
        assert bar is not None
        hands.type_into(bar.fields["resolution"].spin, "64")
        hands.type_into(bar.fields["width"].spin, "0.5")
        assert engine.total is not None
        assert (stack.count(), engine.results["input"].outputs["y"]) == (2, (3, 64, 64))
        assert engine.total.params == 1_968_680  # as timm counts mobilenetv2_050

        hands.set("stage2_ir2", "expand_ratio", "3")
        assert controller.design.root.node("stage2_ir2").params["expand_ratio"] == 3
        assert engine.total.params < 1_968_680

        new = hands.drop("conv_norm_act", Edge("stage3_ir1", "y", "stage3_ir2", "x"))
        root = controller.design.root
        assert root.sources(new) == {"x": ("stage3_ir1", "y")}
        assert root.sources("stage3_ir2") == {"x": (new, "y")}
        assert engine.valid

        break_and_mend(hands, new)
        last, steps = write(controller.design), stack.count()
        assert steps == stack.index() == 7, [stack.text(k) for k in range(steps)]

        hands.step_back_and_forth(first)

        hands.key(Qt.Key.Key_S, CONTROL)
        assert not controller.unsaved
        hands.key(Qt.Key.Key_W, CONTROL)
        assert isinstance(window.tabs.current, Welcome)
        hands.key(Qt.Key.Key_O, CONTROL)
        again = hands.controller
        assert again is not controller
        assert (again.path, again.unsaved, again.title) == (file, False, "mine")
        assert write(again.design).replace('"mine"', '"mobilenet_v2"') == last.replace('"mine"', '"mobilenet_v2"')
        assert again.engine.valid

        assert again.engine.total is not None
        kept["macs"] = again.engine.total.macs
        export(window, hands)

    assert run_main(person) == 0
    design = designer.load(file)
    assert designer.analyse(design).macs == kept["macs"]
    run_in_onnx_runtime(tmp_path / "mine.onnx", designer.to_torch(design, seed=0, calibrate=True), [1, 3, 64, 64], (1, 1000))


def open_the_preset(window: MainWindow, hands: Hands) -> None:
    """Click on MobileNet V2 on the start page."""
    start = window.tabs.current
    assert isinstance(start, Welcome)
    grid = start.grid
    row = next(k for k, card in enumerate(grid.cards.shown) if card.id == "mobilenet_v2")
    grid.scrollTo(grid.cards.index(row))
    at = grid.visualRect(grid.cards.index(row)).center()
    hands.qtbot.mouseClick(grid.viewport(), LEFT, pos=at)
    hands.qtbot.waitUntil(lambda: window.page is not None)
    hands.qtbot.waitUntil(lambda: window.workspace.docks.all["inspector"].panel is not None)
    assert hands.controller.title == "mobilenet_v2"


def break_and_mend(hands: Hands, new: str) -> None:
    """Lead the stage's input around its first two blocks into an add: its maps are larger, so the shapes do not fit. Two steps;
    the first fix of the problem is the third."""
    controller = hands.controller
    engine = controller.engine
    merge = hands.drop("add", Edge(new, "y", "stage3_ir2", "x"))
    hands.show("stage2_ir2", merge)
    free = "b" if "a" in controller.design.root.sources(merge) else "a"
    drag(hands.view, hands.port("stage2_ir2", "y", output=True), hands.port(merge, free))
    result = engine.results[merge]
    assert result.status == "error"
    (issue,) = result.issues
    assert (issue.code, engine.total) == ("shape_mismatch", None)
    assert hands.window.status is not None
    problems = hands.panel("problems")
    assert isinstance(problems, Problems)
    hands.qtbot.waitUntil(lambda: bool(problems.card.buttons))
    fix = problems.card.buttons[0]
    price = fix.fix.macs_after
    hands.qtbot.mouseClick(fix, LEFT)
    assert engine.valid
    assert engine.total is not None
    assert engine.total.macs == price


def export(window: MainWindow, hands: Hands) -> None:
    """Ctrl+E, Enter; the worker writes and checks the file."""
    hands.key(Qt.Key.Key_E, CONTROL)
    dialog = next(one for one in window.findChildren(ExportDialog) if one.isVisible())
    hands.qtbot.keyClick(dialog, Qt.Key.Key_Return)
    hands.qtbot.waitUntil(lambda: dialog.outcome is not None and not dialog.running, timeout=120_000)
    assert isinstance(dialog.outcome, ResultCard), dialog.outcome.accessibleName() if dialog.outcome else ""
    hands.qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def run_in_onnx_runtime(file: Path, module: object, takes: list[int], gives: tuple[int, ...]) -> None:
    """The file answers as the module does that this process compiles for itself."""
    import onnxruntime
    import torch

    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    (taken,) = session.get_inputs()
    assert taken.shape == takes
    x = numpy.random.default_rng(0).standard_normal(takes, dtype=numpy.float32)
    (answer,) = session.run(None, {taken.name: x})
    with torch.no_grad():
        wanted = module.eval()(torch.from_numpy(x)).numpy()  # type: ignore[attr-defined]
    assert answer.shape == wanted.shape == gives
    assert numpy.abs(answer - wanted).max() / wanted.std() < 1e-3
