"""Inside an own block on the canvas: it is edited there as the design is, with mouse and keys, and all copies follow."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.app.inside import InsideController
from designer.graph.definition_edits import Define
from designer.graph.design import ROOT, Design
from designer.graph.edits import RemoveNode
from designer.graph.own_block import Definition, Exposed
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.inside import InsideScene
from designer.ui.canvas.scene import Scene
from tests.designs import design, network, state
from tests.ui.canvas.conftest import Show
from tests.ui.canvas.helpers import click, double_click, drag


def two_copies() -> Design:
    """A design with two copies of an own block, in which a composite stands; and one that uses it."""
    made = design(
        [("image", "input", {"shape": [8, 16, 16]}), ("a", "own.unit"), ("b", "own.unit", {"width": 16}), ("output", "output")],
        ["image -> a", "a -> b", "b -> output"],
    )
    inside = network(
        [
            ("x", "input", {"shape": [8, 16, 16]}),
            ("conv", "conv2d", {"out_channels": 12, "padding": 1}),
            ("ir", "inverted_residual", {"out_channels": 12}),
            ("y", "output"),
        ],
        ["x -> conv", "conv -> ir", "ir -> y"],
    )
    unit = Definition("unit", "Unit", inside, exposed={"width": Exposed([("conv", "out_channels")])})
    Define(definition=unit).apply(made)
    return made


def middle(canvas: Canvas, node_id: str) -> QPoint:
    return canvas.view.viewportTransform().map(QPointF(*canvas.view.surface.nodes[node_id].box.centre)).toPoint()


def test_double_click_opens_an_own_block_to_edit_and_its_composites_to_look_at(show: Show) -> None:
    canvas = show(two_copies())
    document = canvas.controller
    double_click(canvas.view, middle(canvas, "b"))
    assert canvas.scope == ("b",)
    assert isinstance(canvas.controller, InsideController)
    assert set(canvas.scene.nodes) == {"x", "conv", "ir", "y"}
    assert not canvas.view.read_only
    assert canvas.scene.nodes["conv"].macs == 16 * 12 * 9 * 256, "costs are those of the copy one came from"
    assert not canvas.why_not("edit.select_all")
    double_click(canvas.view, middle(canvas, "ir"))
    assert canvas.scope == ("b", "ir")
    assert isinstance(canvas.view.surface, InsideScene)
    assert canvas.view.read_only
    assert canvas.why_not("edit.duplicate")
    assert [button.text() for button in canvas.trail.buttons] == [document.title, "b", "ir"]
    canvas.trail.buttons[1].click()
    assert canvas.scope == ("b",)
    assert isinstance(canvas.view.surface, Scene)
    canvas.back()
    assert canvas.scope == ()
    assert canvas.controller is document
    assert canvas.scene is canvas.whole


def test_blocks_are_moved_deleted_and_added_inside_and_every_step_is_the_documents(show: Show) -> None:
    canvas = show(two_copies())
    document = canvas.controller
    first = state(document.design)
    canvas.inside("a")
    QApplication.processEvents()
    costs = [document.engine.results[one].cost.macs for one in ("a", "b")]
    at = middle(canvas, "ir")
    drag(canvas.view, at, at + QPoint(96, 16))
    assert "ir" in document.design.positions["unit"]
    assert document.design.positions.get(ROOT) is None
    click(canvas.view, middle(canvas, "ir"))
    assert canvas.controller.selection == {"ir"}
    assert document.selection == frozenset()
    canvas.handlers["edit.delete"]()
    assert set(document.design.definitions["unit"].network) == {"x", "conv", "y"}
    assert set(canvas.scene.nodes) == {"x", "conv", "y"}
    assert document.engine.total is None, "both copies lack their output now"
    assert canvas.tools.insert("relu")
    assert "relu" in document.design.definitions["unit"].network
    canvas.handlers["design.tidy"]()
    while document.stack.canUndo():
        document.stack.undo()
    assert state(document.design) == first
    assert [document.engine.results[one].cost.macs for one in ("a", "b")] == costs
    assert set(canvas.scene.nodes) == {"x", "conv", "ir", "y"}, "the scene inside follows undo too"


def test_what_is_shown_goes_with_its_copy_and_with_its_definition(show: Show) -> None:
    canvas = show(two_copies())
    document = canvas.controller
    canvas.inside("b", "ir")
    assert canvas.scope == ("b", "ir")
    document.apply(RemoveNode(id="b"), "Delete b")
    assert canvas.scope == ()
    assert canvas.controller is document
    document.stack.undo()
    canvas.inside("a")
    document.replace_design(two_copies())
    assert canvas.scope == ()
    assert canvas.open_definition("unit")
    assert isinstance(canvas.controller, InsideController)
    assert not canvas.open_definition("nobody")


def test_copy_inside_paste_outside_find_and_rename_inside(show: Show) -> None:
    canvas = show(two_copies())
    document = canvas.controller
    canvas.inside("a")
    canvas.controller.select({"conv", "ir"})
    assert canvas.tools.clipboard.copy()
    canvas.tools.clipboard.duplicate()
    assert {"conv_2", "ir_2"} <= set(document.design.definitions["unit"].network)
    bar = canvas.tools.find()
    bar.field.setText("conv")
    assert canvas.controller.selection == {"conv", "conv_2"}
    canvas.back()
    assert canvas.tools.find_bar is not bar
    canvas.tools.clipboard.paste()
    assert {"conv", "ir"} <= set(document.design.root)
    canvas.inside("a")
    canvas.controller.select({"conv"})
    editor = canvas.tools.ask_name()
    assert editor is not None
    editor.setText("First")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert document.design.definitions["unit"].network.node("conv").label == "First"
    note = canvas.tools.notes.add()
    assert note is not None
    assert "unit" in document.design.notes
    canvas.tools.close_all()


def test_the_trail_says_what_changes_and_what_it_costs(show: Show) -> None:
    canvas = show(two_copies())
    canvas.inside("b")
    assert canvas.trail.note.text() == "changes all 2 copies"
    total = canvas.controller.engine.total
    assert total is not None
    assert f"{total.params:,} params" in canvas.trail.figures.text()
    assert canvas.document.engine.results["b"].cost == total
    evaluated = canvas.document.engine.results["b"].evaluated
    assert evaluated is not None
    assert f"{evaluated.primitives} primitives" in canvas.trail.figures.text()
    canvas.inside("b", "ir")
    assert canvas.trail.note.text() == "read-only"
