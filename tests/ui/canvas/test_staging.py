"""Naming stages on the canvas, with real keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.editors import NameEdit
from designer.ui.main_window import MainWindow
from tests.designs import chain, state
from tests.ui.canvas.conftest import Show
from tests.ui.canvas.helpers import double_click
from tests.ui.conftest import Open


def canvas_of(window: MainWindow) -> Canvas:
    page = window.page
    assert page is not None
    page.canvas.view.setFocus()
    return page.canvas


def write(canvas: Canvas, text: str) -> None:
    editor = canvas.tools.editor
    assert isinstance(editor, NameEdit)
    assert editor.isVisible()
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)


def test_g_makes_a_stage_of_the_selection(open_window: Open) -> None:
    window = open_window("alexnet")
    canvas = canvas_of(window)
    before = state(canvas.controller.design)
    canvas.controller.select({"conv1_conv", "conv1_act", "conv2_conv"})
    window.actions_.refresh()
    QTest.keyClick(canvas.view, Qt.Key.Key_G)
    write(canvas, "The beginning")
    root = canvas.controller.design.root
    assert {node.id for node in root.nodes() if node.stage == "the_beginning"} == {"conv1_conv", "conv1_act", "conv2_conv"}
    assert [text for text, _ in canvas.scene.frames["the_beginning"].lines(1)] == ["The beginning"]
    assert canvas.controller.stack.count() == 1
    assert canvas.controller.stack.undoText() == "Put 3 blocks into the_beginning"
    window.actions_.refresh()
    QTest.keyClick(canvas.view, Qt.Key.Key_G, Qt.KeyboardModifier.ShiftModifier)
    assert "the_beginning" not in canvas.scene.frames
    window.undo_group.undo()
    window.undo_group.undo()
    assert state(canvas.controller.design) == before


def test_colours_follow_the_place_in_the_network(show: Show) -> None:
    canvas = show(chain(*[(f"n{k}", "relu") for k in range(4)]))
    for name, node in (("late", "n3"), ("early", "n1"), ("middle", "n2")):
        canvas.controller.select({node})
        canvas.staging.ask_stage()
        write(canvas, name)
    assert {name: frame.position for name, frame in canvas.scene.frames.items()} == {"early": 0, "middle": 1, "late": 2}


def test_a_double_click_on_the_label_renames(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.staging.toggle("stage:stage4")
    canvas.view.center_on("stage3_ir2")
    canvas.view.look(1.0, canvas.view.centre())
    box = canvas.scene.frames["stage3"].label_box
    double_click(canvas.view, canvas.view.viewportTransform().map(QPointF(box.left + 40, box.top + 20)).toPoint())
    editor = canvas.tools.editor
    assert isinstance(editor, NameEdit)
    assert editor.text() == "Stage 3"
    write(canvas, "middle")
    assert "middle" in canvas.scene.frames
    assert "middle_ir1" in canvas.scene.nodes
    assert canvas.controller.stack.undoText() == "Rename stage3 to middle"
    canvas.controller.stack.undo()
    assert "stage3" in canvas.scene.frames


def test_a_folded_stage_stays_folded_under_its_new_name(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.staging.toggle("stage:stage3")
    canvas.controller.select(canvas.scene.members("stage3"))
    canvas.staging.ask_rename()
    write(canvas, "middle")
    assert "stage:middle" in canvas.scene.nodes
    canvas.controller.stack.undo()
    assert "stage:stage3" in canvas.scene.nodes


def test_a_bad_name_is_said_and_changes_nothing(show: Show) -> None:
    canvas = show("mobilenet_v2")
    before = state(canvas.controller.design)
    said: list[str] = []
    canvas.status_text.connect(said.append)
    for text, sentence in (
        ("42", "'42' cannot be the name of a stage: begin with a letter, and use no word of Python or torch."),
        ("Stage 4", "There is a stage 'stage4' already. Put the blocks into it instead."),
        ("input", "There is a node 'input' outside all stages, so no stage can be called so."),
    ):
        canvas.staging.ask_rename("stage3")
        write(canvas, text)
        assert said[-1] == sentence
    canvas.staging.ask_rename("stage3")
    editor = canvas.tools.editor
    assert editor is not None
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert state(canvas.controller.design) == before
    assert canvas.why_not("design.stage") == "Nothing is selected."
    canvas.controller.select({"input"})
    assert canvas.why_not("design.stage") == "Inputs and outputs stand in no stage."
    canvas.controller.select({"stage3_ir1", "stage4_ir1"})
    assert canvas.why_not("design.rename_stage") == "Blocks of more than one stage are selected."
