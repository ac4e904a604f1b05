"""A network of two own blocks, built with the mouse in an empty design: packed, with a parameter of their own, used five times,
changed inside, saved, exported, and compared with torch. Through `main()`, as in `test_window`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPushButton
from pytestqt.qtbot import QtBot

import designer
from designer.app.controller import Controller
from designer.app.inside import InsideController
from designer.document.format import write
from designer.graph.network import Edge
from designer.graph.own_block import OWN
from designer.ui import document_actions
from designer.ui.dialogs.name import NameDialog
from designer.ui.dialogs.pack import PackDialog
from designer.ui.main_window import MainWindow
from designer.ui.panels.inspector import Inspector
from tests.e2e.test_window import CONTROL, LEFT, Hands, no_leaks, run_in_onnx_runtime, run_main
from tests.ui.canvas.helpers import click, double_click, drag

__all__ = ["no_leaks", "run_main"]


class Builder(Hands):
    """Builds from nothing."""

    def put(self, block: str, x: float, y: float) -> str:
        """Drag a block from the palette to a free place; gives its id."""
        before = set(self.edited.design.root)
        self.let_fall(block, x, y)
        (added,) = set(self.edited.design.root) - before
        return added

    @property
    def edited(self) -> Controller:
        found = self.window.edited
        assert found is not None
        return found

    def choose(self, node: str) -> None:
        """Click on a block of what is edited."""
        self.show(node)
        self.view.select(())
        click(self.view, self.middle(node))
        assert self.edited.selection == {node}

    def middle(self, node: str) -> QPoint:
        return self.at(*self.view.surface.nodes[node].box.centre)

    def wire(self, source: str, target: str, port: str = "x") -> None:
        """Draw a wire from an output to an input."""
        self.show(source, target)
        drag(self.view, self.port(source, "y", output=True), self.port(target, port))
        assert self.edited.design.root.sources(target)[port] == (source, "y")

    def lasso(self, *nodes: str) -> None:
        """Draw a rubber band around blocks."""
        self.show(*self.view.surface.nodes)
        box = self.view.surface.content(nodes)
        assert box is not None
        drag(self.view, self.at(box.left - 8, box.top - 8), self.at(box.right + 8, box.bottom + 8))
        assert self.edited.selection == set(nodes)

    def pack(self, name: str, **exposed: tuple[str, str]) -> None:
        """Ctrl+G; in the dialog a name, and parameters by (node, parameter) to expose; the button with the mouse."""
        self.return_to_canvas()
        self.qtbot.waitUntil(self.window.actions_["design.pack"].isEnabled)
        self.key(Qt.Key.Key_G, CONTROL)
        dialog = next(one for one in self.window.findChildren(PackDialog) if one.isVisible())
        dialog.name.setFocus()
        dialog.name.selectAll()
        self.qtbot.keyClicks(dialog.name, name)
        for wanted, place in exposed.items():
            box, field = next((box, field) for one, box, field in dialog.candidates if one.bindings[0] == place)
            self.qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
            assert box.isChecked()
            field.setFocus()
            field.selectAll()
            self.qtbot.keyClicks(field, wanted)
        self.press(dialog.buttons["pack"])
        QApplication.processEvents()

    def set_shape(self, node: str, text: str) -> None:
        """Select an input and type its shape into the inspector."""
        self.choose(node)
        inspector = self.panel("inspector")
        assert isinstance(inspector, Inspector)
        field = inspector.form.rows["shape"].field.findChild(QLineEdit)
        assert field is not None
        field.setFocus()
        field.selectAll()
        self.qtbot.keyClicks(field, text)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)

    def return_to_canvas(self) -> None:
        self.window.activateWindow()  # the offscreen platform leaves that to us when a dialog closes
        self.qtbot.waitUntil(self.window.isActiveWindow)
        self.view.setFocus()
        QApplication.processEvents()

    def press(self, button: QPushButton) -> None:
        assert button.isEnabled(), button.toolTip()
        self.qtbot.mouseClick(button, LEFT)

    def expose(self, node: str, parameter: str, name: str) -> None:
        """From the parameter's row in the inspector: its menu, then a name."""
        self.choose(node)
        inspector = self.panel("inspector")
        assert isinstance(inspector, Inspector)
        menu: QMenu = inspector.exposing.menu(parameter)
        action = next(one for one in menu.actions() if one.text().startswith("Expose"))
        action.trigger()
        menu.close()
        dialog = next(one for one in self.window.findChildren(NameDialog) if one.isVisible())
        dialog.field.selectAll()
        self.qtbot.keyClicks(dialog.field, name)
        self.qtbot.keyClick(dialog, Qt.Key.Key_Return)
        QApplication.processEvents()


def test_a_network_of_two_own_blocks(
    run_main: Callable[..., int], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.lightdesign"
    monkeypatch.setattr(document_actions, "choose_save", lambda parent, suggestion: file)
    kept: dict[str, int] = {}

    def person(window: MainWindow) -> None:
        hands = Builder(window, qtbot)
        qtbot.waitUntil(lambda: window.isActiveWindow() and QApplication.focusWidget() is not None)
        hands.key(Qt.Key.Key_N, CONTROL)
        qtbot.waitUntil(lambda: window.page is not None)
        qtbot.waitUntil(lambda: window.workspace.docks.all["inspector"].panel is not None)
        controller, canvas = hands.controller, window.page.canvas  # type: ignore[union-attr]
        engine = controller.engine
        first = write(controller.design)
        hands.view.look(0.6, QPointF(0, 260))

        # a chain: input, a first convolution, a depthwise and a pointwise one, a head
        names = ["input", "conv_norm_act", "conv_norm_act", "conv_norm_act", "classifier_head", "output"]
        ids = [hands.put(block, 0, 110 * k) for k, block in enumerate(names)]
        image, stem, dw, pw, head, out = ids
        for source, target in ((image, stem), (stem, dw), (dw, pw), (pw, head), (head, out)):
            hands.wire(source, target)
        hands.set_shape(image, "3 x 64 x 64")
        assert controller.design.root.node(image).params["shape"] == [3, 64, 64]
        hands.set(stem, "out_channels", "16")
        hands.set(stem, "stride", "2")
        hands.set(dw, "out_channels", "16")
        hands.set(dw, "groups", "16")
        hands.set(pw, "out_channels", "16")
        hands.set(pw, "kernel_size", "1")
        hands.set(head, "classes", "10")
        assert engine.valid, engine.issues()
        loose = engine.total

        # two own blocks
        hands.lasso(dw, pw)
        hands.pack("Separable", width=(pw, "out_channels"))
        hands.lasso(stem)
        hands.pack("Stem")
        assert engine.total == loose, "packing costs nothing"
        assert set(controller.design.definitions) == {"separable", "stem"}
        separable = controller.design.definitions["separable"]
        assert list(separable.exposed) == ["width"]
        inside = {node.id: node for node in separable.network.nodes()}
        assert inside[dw].params["groups"] == {"same_as": "x.channels"}, "proposed, because it is depthwise"
        assert inside[dw].params["out_channels"] == {"same_as": "x.channels"}

        # five copies, two of them wider
        copies = [node.id for node in controller.design.root.nodes() if node.block == OWN + "separable"]
        while len(copies) < 5:
            copies.append(hands.drop(OWN + "separable", Edge(copies[-1], "y", head, "x")))
        hands.set(copies[2], "width", "24")
        hands.set(copies[3], "width", "24")
        assert engine.valid, engine.issues()
        assert [engine.results[one].outputs["y"][0] for one in copies] == [16, 16, 24, 24, 16]
        before = [engine.results[one].cost.macs for one in copies]

        # changed inside one of them: every copy follows, the costs shown are those of this copy
        hands.show(copies[3])
        double_click(hands.view, hands.middle(copies[3]))
        assert canvas.scope == (copies[3],)
        assert isinstance(hands.edited, InsideController)
        assert hands.edited.engine.total == engine.results[copies[3]].cost
        hands.set(dw, "kernel_size", "5")
        hands.expose(dw, "stride", "stride")
        assert list(controller.design.definitions["separable"].exposed) == ["width", "stride"]
        hands.return_to_canvas()
        hands.key(Qt.Key.Key_Escape)
        assert canvas.scope == ()
        after = [engine.results[one].cost.macs for one in copies]
        side = engine.results[copies[0]].outputs["y"][1]
        assert [b - a for a, b in zip(before, after, strict=True)] == [16 * side * side * c for c in (16, 16, 16, 24, 24)]
        hands.set(copies[1], "stride", "2")
        assert engine.valid, engine.issues()
        assert engine.results[copies[4]].outputs["y"] == (16, side // 2, side // 2)

        hands.step_back_and_forth(first)

        hands.key(Qt.Key.Key_S, CONTROL)
        assert not controller.unsaved
        assert engine.total is not None
        kept["macs"] = engine.total.macs

    assert run_main(person) == 0
    design = designer.load(file)
    assert designer.analyse(design).macs == kept["macs"]
    if find_spec("tqdm") is not None:  # torch's exporter makes a thread for a bar where it finds it
        monkeypatch.setattr(import_module("tqdm").tqdm, "monitor_interval", 0)
    report = designer.export_onnx(design, tmp_path / "mine.onnx", seed=0)  # the dialog and its worker: see `test_window`
    assert report.ok, report
    run_in_onnx_runtime(tmp_path / "mine.onnx", designer.to_torch(design, seed=0, calibrate=True), [1, 3, 64, 64], (1, 10))
