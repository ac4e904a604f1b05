"""Notes on the canvas: made, written, moved, made wider, copied, deleted, taken back and saved, each as one step of undo."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from designer.document.format import read, write
from designer.graph.design import ROOT, Note
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.editors import NoteEdit
from designer.ui.canvas.gestures.notes import selected_notes
from tests.designs import state
from tests.ui.canvas.conftest import Show, small
from tests.ui.canvas.helpers import CTRL, PLAIN, click, double_click, drag, move, press

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def canvas(show: Show) -> Canvas:
    """A small design with two notes right of it, at 100 %."""
    design = small()
    design.notes[ROOT] = {"n1": Note("n1", "Title\nand what is below it", 400.0, 0.0), "n2": Note("n2", "Second", 400.0, 200.0)}
    made = show(design)
    made.view.look(1.0, QPointF(300, 150))
    return made


def notes_of(canvas: Canvas) -> dict[str, Note]:
    return canvas.controller.design.notes.get(ROOT, {})


def at(canvas: Canvas, name: str, dx: float = 20, dy: float = 12) -> QPoint:
    """A place on a note, from its top left corner."""
    box = canvas.scene.note_items[name].box
    return canvas.view.mapFromScene(QPointF(box.left + dx, box.top + dy))


def edge(canvas: Canvas, name: str) -> QPoint:
    return at(canvas, name, canvas.scene.note_items[name].box.width - 3)


def undone(canvas: Canvas, before: object, text: str) -> None:
    """The last edit was one step of this name, and taking it back leaves what was before."""
    stack = canvas.controller.stack
    assert stack.count() == 1
    assert stack.undoText() == text
    stack.undo()
    assert state(canvas.controller.design) == before
    for name, note in notes_of(canvas).items():
        assert canvas.scene.note_items[name].note == note


def test_a_note_is_made_and_written_at_once(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.handlers["insert.note"]()
    editor = canvas.tools.editor
    assert isinstance(editor, NoteEdit)
    QTest.keyClicks(editor, "Why 24 channels")
    QTest.keyClick(editor, Qt.Key.Key_Return, CTRL)
    assert "Why 24 channels" in [note.text for note in notes_of(canvas).values()]
    stack = canvas.controller.stack
    assert [stack.text(k) for k in range(stack.count())] == ["Add note", "Write note"]


def test_a_double_click_writes_in_a_note_where_it_stands(canvas: Canvas) -> None:
    before = state(canvas.controller.design)
    double_click(canvas.view, at(canvas, "n1"))
    editor = canvas.tools.editor
    assert isinstance(editor, NoteEdit)
    assert editor.toPlainText() == notes_of(canvas)["n1"].text
    box = canvas.scene.note_items["n1"].box
    assert editor.pos() == canvas.view.viewport().mapTo(canvas, canvas.view.mapFromScene(QPointF(box.left, box.top)))
    assert editor.width() >= box.width
    assert editor.height() >= box.height
    QTest.keyClicks(editor, "New")
    QTest.keyClick(editor, Qt.Key.Key_Return, CTRL)
    assert notes_of(canvas)["n1"].text == "New"
    undone(canvas, before, "Write note")


def test_dragging_moves_a_note_and_snaps_to_a_neighbour(canvas: Canvas) -> None:
    before = state(canvas.controller.design)
    start = at(canvas, "n2")
    drag(canvas.view, start, start + QPoint(63, -197))  # its top is 3 px off that of the first note
    note = notes_of(canvas)["n2"]
    assert (note.x, note.y) == (464, 0)
    undone(canvas, before, "Move note")


def test_a_note_goes_exactly_where_alt_drags_it(canvas: Canvas) -> None:
    start = at(canvas, "n2")
    drag(canvas.view, start, start + QPoint(63, -197), modifiers=ALT)
    note = notes_of(canvas)["n2"]
    assert (note.x, note.y) == (463, 3)


def test_escape_leaves_a_note_where_it_was(canvas: Canvas) -> None:
    start = at(canvas, "n1")
    press(canvas.view, start)
    move(canvas.view, start + QPoint(80, 80))
    assert canvas.scene.note_items["n1"].box.left != 400
    QTest.keyClick(canvas.view, Qt.Key.Key_Escape)
    assert canvas.scene.note_items["n1"].box.left == 400
    assert canvas.controller.stack.count() == 0


def test_its_right_edge_makes_a_note_wider(canvas: Canvas) -> None:
    before = state(canvas.controller.design)
    item = canvas.scene.note_items["n1"]
    height = item.box.height
    move(canvas.view, edge(canvas, "n1"), held=Qt.MouseButton.NoButton)
    assert canvas.view.viewport().cursor().shape() == Qt.CursorShape.SizeHorCursor
    drag(canvas.view, edge(canvas, "n1"), edge(canvas, "n1") + QPoint(130, 0))
    assert notes_of(canvas)["n1"].width == 296
    assert item.box.width == 296
    assert item.box.height <= height
    undone(canvas, before, "Resize note")
    drag(canvas.view, edge(canvas, "n1"), edge(canvas, "n1") - QPoint(600, 0))
    assert notes_of(canvas)["n1"].width == 96  # a word still fits
    assert item.box.height > height


def test_a_wide_note_is_saved(canvas: Canvas) -> None:
    drag(canvas.view, edge(canvas, "n1"), edge(canvas, "n1") + QPoint(130, 0))
    text = write(canvas.controller.design)
    assert '"width": 296' in text
    assert text.count('"width"') == 1  # one as wide as all are says nothing
    assert read(text).notes == canvas.controller.design.notes


def test_ctrl_and_the_marquee_select_several(canvas: Canvas) -> None:
    click(canvas.view, at(canvas, "n1"))
    assert selected_notes(canvas.view) == ["n1"]
    click(canvas.view, at(canvas, "n2"), CTRL)
    assert selected_notes(canvas.view) == ["n1", "n2"]
    click(canvas.view, at(canvas, "n1"), CTRL)
    assert selected_notes(canvas.view) == ["n2"]
    click(canvas.view, canvas.view.mapFromScene(QPointF(300, 400)))
    assert selected_notes(canvas.view) == []
    drag(canvas.view, canvas.view.mapFromScene(QPointF(390, -20)), canvas.view.mapFromScene(QPointF(600, 260)))
    assert selected_notes(canvas.view) == ["n1", "n2"]
    assert canvas.controller.selection == frozenset()


def test_notes_and_blocks_that_are_selected_move_together(canvas: Canvas) -> None:
    before = state(canvas.controller.design)
    canvas.handlers["edit.select_all"]()
    assert selected_notes(canvas.view) == ["n1", "n2"]
    places = canvas.scene.places()
    box = canvas.scene.nodes["a"].box
    start = canvas.view.mapFromScene(QPointF(box.left + 30, box.top + 12))
    drag(canvas.view, start, start + QPoint(160, 80), modifiers=ALT)
    assert {key: (x - places[key][0], y - places[key][1]) for key, (x, y) in canvas.scene.places().items()} == dict.fromkeys(
        places, (160, 80)
    )
    assert [(note.x, note.y) for note in notes_of(canvas).values()] == [(560, 80), (560, 280)]
    undone(canvas, before, "Move 5 blocks and 2 notes")


def test_a_selected_note_takes_the_others_along(canvas: Canvas) -> None:
    canvas.controller.select({"a"})
    click(canvas.view, at(canvas, "n1"), CTRL)
    assert canvas.controller.selection == {"a"}
    place = canvas.scene.place("a")
    start = at(canvas, "n1")
    drag(canvas.view, start, start + QPoint(40, 64), modifiers=ALT)
    assert canvas.scene.place("a") == (place[0] + 40, place[1] + 64)
    assert canvas.controller.stack.undoText() == "Move a and note"


def test_arrows_move_notes(canvas: Canvas) -> None:
    before = state(canvas.controller.design)
    click(canvas.view, at(canvas, "n1"))
    for _ in range(3):
        QTest.keyClick(canvas.view, Qt.Key.Key_Right)
    QTest.keyClick(canvas.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert (notes_of(canvas)["n1"].x, notes_of(canvas)["n1"].y) == (424, 32)
    undone(canvas, before, "Move note")


def test_delete_takes_all_selected_notes_away(canvas: Canvas) -> None:
    before = state(canvas.controller.design)
    click(canvas.view, at(canvas, "n1"))
    click(canvas.view, at(canvas, "n2"), CTRL)
    canvas.handlers["edit.delete"]()
    assert notes_of(canvas) == {}
    assert canvas.scene.note_items == {}
    undone(canvas, before, "Delete 2 notes")


def test_an_emptied_note_goes(canvas: Canvas) -> None:
    before = state(canvas.controller.design)
    double_click(canvas.view, at(canvas, "n2"))
    editor = canvas.tools.editor
    assert isinstance(editor, NoteEdit)
    editor.selectAll()
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    click(canvas.view, canvas.view.mapFromScene(QPointF(300, 400)))
    canvas.view.setFocus()
    assert set(notes_of(canvas)) == {"n1"}
    undone(canvas, before, "Delete note")


def test_notes_are_copied_with_blocks_and_alone(canvas: Canvas, qtbot: QtBot) -> None:
    assert canvas.why_not("edit.copy") == "Nothing is selected."
    click(canvas.view, at(canvas, "n1"))
    assert canvas.why_not("edit.copy") == ""
    canvas.handlers["edit.duplicate"]()
    assert canvas.controller.stack.undoText() == "Duplicate note"
    (copy,) = selected_notes(canvas.view)
    first = notes_of(canvas)["n1"]
    assert notes_of(canvas)[copy] == msgspec.structs.replace(first, id=copy, x=first.x + 24, y=first.y + 24)
    canvas.controller.select({"a"})
    canvas.handlers["edit.copy"]()  # the block and the copy of the note
    assert canvas.tools.clipboard.paste()
    assert len(notes_of(canvas)) == 4
    assert len(canvas.controller.design.root) == 6
    canvas.handlers["edit.cut"]()
    assert len(notes_of(canvas)) == 3
    assert len(canvas.controller.design.root) == 5


def test_a_click_on_a_block_lets_notes_go(canvas: Canvas) -> None:
    click(canvas.view, at(canvas, "n1"))
    box = canvas.scene.nodes["a"].box
    click(canvas.view, canvas.view.mapFromScene(QPointF(box.left + 30, box.top + 12)), PLAIN)
    assert selected_notes(canvas.view) == []
    assert canvas.controller.selection == {"a"}
