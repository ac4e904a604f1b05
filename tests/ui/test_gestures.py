"""Every editing gesture with real mouse and key events: what it does, that it is one step, and what it says when it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from designer.app.controller import Controller
from designer.graph.design import ROOT, Design
from designer.graph.edits import RemoveNode
from designer.graph.network import Edge, Node
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.gestures.drop import BLOCK_MIME
from designer.ui.window_actions import Actions
from tests.designs import chain, design, state, wire
from tests.property.test_engine import same_as_fresh
from tests.ui.canvas.helpers import click, double_click, drag, move, press, release

CONV = {"out_channels": 8, "padding": 1}
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
NO_BUTTONS, NO_KEYS = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier


class Board:
    """A canvas in a window with the program's actions, and shorthands for what a test says about it."""

    def __init__(self, qtbot: QtBot, design: Design) -> None:
        self.window = QWidget()
        self.window.resize(1000, 800)
        self.controller = Controller(design)
        self.canvas = Canvas(self.controller)
        QVBoxLayout(self.window).addWidget(self.canvas)
        self.field = QWidget(self.window)  # something else that can have the focus
        self.field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.actions = Actions(self.window)
        self.actions.set_performer(self.canvas, self.canvas.view)
        self.controller.graph_changed.connect(lambda _: self.actions.refresh())
        self.controller.selection_changed.connect(lambda _: self.actions.refresh())
        self.canvas.view.edge_selected.connect(self.actions.refresh)
        self.said: list[str] = []
        self.canvas.status_text.connect(self.said.append)
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        self.view = self.canvas.view
        self.view.look(1.0, QPointF(100, 180))
        self.view.setFocus()
        QApplication.processEvents()
        self.first = state(self.design)

    @property
    def design(self) -> Design:
        return self.controller.design

    def wires(self) -> set[Edge]:
        return set(self.design.root.edges())

    def at(self, x: float, y: float) -> QPoint:
        """A place of the scene in px of the view."""
        return self.view.viewportTransform().map(QPointF(x, y)).toPoint()

    def port(self, text: str, *, output: bool = False) -> QPoint:
        """Where a port is: "conv.x", or "conv.y" with `output`."""
        node, _, port = text.partition(".")
        point = self.canvas.scene.port_point(node, port, output)
        assert point is not None, text
        return self.at(*point)

    def out(self, node: str) -> QPoint:
        return self.port(f"{node}.y", output=True)

    def block(self, node: str) -> QPoint:
        return self.at(*self.canvas.scene.nodes[node].box.centre)

    def middle(self, text: str) -> QPoint:
        """The middle of a wire's longest piece."""
        points = self.canvas.scene.edges[wire(text)].points
        a, b = max(pairwise(points), key=lambda leg: abs(leg[0][0] - leg[1][0]) + abs(leg[0][1] - leg[1][1]))
        return self.at((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
        """Press a key in whatever has the focus."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget(), text)

    def free(self) -> QPoint:
        """A place where nothing is."""
        box = self.canvas.scene.content()
        assert box is not None
        return self.at(box.right + 60, box.top + 40)

    def done(self, text: str) -> None:
        """The last thing done was one step of this name, the analysis followed, and undo and redo are exact."""
        stack = self.controller.stack
        assert stack.count() == stack.index() == 1, [stack.text(k) for k in range(stack.count())]
        assert stack.undoText() == text
        same_as_fresh(self.controller.engine, Random(0))
        after = state(self.design)
        stack.undo()
        assert state(self.design) == self.first
        assert self.shown() == self.real()
        stack.redo()
        assert state(self.design) == after
        assert self.shown() == self.real()
        self.view.cancel_gesture()

    def nothing_done(self) -> None:
        assert self.controller.stack.count() == 0
        assert state(self.design) == self.first

    def shown(self) -> tuple[set[str], set[Edge]]:
        return set(self.canvas.scene.nodes), set(self.canvas.scene.edges)

    def real(self) -> tuple[set[str], set[Edge]]:
        return set(self.design.root), self.wires()

    def picture(self) -> QImage:
        """What the view shows; painting it must not fail (a failure is logged, and a log of an error fails the test)."""
        return self.view.grab().toImage()


MakeBoard = Callable[[Design], Board]


@pytest.fixture
def board(qtbot: QtBot) -> Iterator[MakeBoard]:
    """`board(design)`: a canvas with the keyboard's focus."""
    made: list[Board] = []

    def make(design: Design) -> Board:
        made.append(Board(qtbot, design))
        return made[-1]

    yield make
    QToolTip.hideText()
    for one in made:
        one.window.close()


def line() -> Design:
    return chain(("conv", "conv2d", CONV), ("act", "relu"), ("last", "conv2d", CONV))


def residual() -> Design:
    nodes = [("n0", "input", {"shape": [8, 8, 8]}), ("n1", "conv2d", CONV), ("n2", "relu"), ("n3", "add"), ("n4", "output")]
    return design(nodes, ["n0 -> n1", "n1 -> n2", "n2 -> n3.a", "n0 -> n3.b", "n3 -> n4"])


def loose() -> Design:
    """A line and, beside it, an addition and an activation without wires."""
    made = line()
    made.root.add_node(Node("sum", "add"))
    made.root.add_node(Node("alone", "sigmoid"))
    made.positions = {
        ROOT: {
            "input": (0.0, 0.0),
            "conv": (-32.0, 64.0),
            "act": (-32.0, 160.0),
            "last": (-32.0, 256.0),
            "output": (0.0, 336.0),
            "sum": (240.0, 200.0),
            "alone": (240.0, 64.0),
        }
    }
    return made


# -- drawing wires -----------------------------------------------------------------------------------------------------------


def test_a_wire_is_drawn_from_output_to_input(board: MakeBoard) -> None:
    b = board(loose())
    drag(b.view, b.out("conv"), b.port("sum.a"))
    assert wire("conv -> sum.a") in b.wires()
    b.done("Connect conv to sum")


def test_a_wire_is_drawn_from_input_to_output(board: MakeBoard) -> None:
    b = board(loose())
    drag(b.view, b.port("sum.b"), b.out("act"))
    assert wire("act -> sum.b") in b.wires()
    b.done("Connect act to sum")


def test_a_wire_snaps_to_a_near_port_and_to_the_free_port_of_a_block(board: MakeBoard) -> None:
    b = board(loose())
    drag(b.view, b.out("conv"), b.port("sum.b") + QPoint(12, -12))
    assert wire("conv -> sum.b") in b.wires()
    drag(b.view, b.out("conv"), b.block("sum"))
    assert wire("conv -> sum.a") in b.wires()
    drag(b.view, b.port("alone.x"), b.block("act"))
    assert wire("act -> alone.x") in b.wires()


def test_a_wire_on_a_taken_input_replaces_the_old_one(board: MakeBoard) -> None:
    b = board(loose())
    drag(b.view, b.out("alone"), b.port("act.x"))
    assert wire("alone -> act") in b.wires()
    assert wire("conv -> act") not in b.wires()
    b.done("Replace the wire from conv to act")


def test_ports_that_cannot_take_it_grey_out_and_say_why(board: MakeBoard) -> None:
    b = board(loose())
    press(b.view, b.out("last"))
    move(b.view, b.out("last") + QPoint(30, 30))
    nodes = b.canvas.scene.nodes
    assert nodes["conv"].port_states[False, "x"] == "refused"
    assert nodes["conv"].dimmed
    assert nodes["sum"].port_states[False, "a"] == "can"
    assert not nodes["sum"].dimmed
    assert nodes["last"].port_states[True, "y"] == "source"
    free = b.picture()
    move(b.view, b.port("conv.x"))
    assert b.view.gesture.aim.why_not == "This would close a cycle: conv already feeds last."  # type: ignore[union-attr]
    assert b.picture() != free, "the reason stands at the pointer"
    move(b.view, b.out("alone"))
    assert "is an output too" in b.view.gesture.aim.why_not  # type: ignore[union-attr]
    release(b.view, b.out("alone"))
    assert "is an output too" in b.said[-1]
    assert not any(item.port_states or item.dimmed for item in nodes.values())
    b.nothing_done()


def test_a_mismatch_is_foretold_and_can_be_drawn(board: MakeBoard) -> None:
    b = board(loose())
    drag(b.view, b.out("input"), b.port("sum.a"))
    press(b.view, b.out("conv"))
    move(b.view, b.block("act"))
    move(b.view, b.port("sum.b"))
    aim = b.view.gesture.aim  # type: ignore[union-attr]
    assert aim.kind == "warning"
    assert "(8, 32, 32)" in aim.text
    assert not b.picture().isNull()
    release(b.view, b.port("sum.b"))
    assert b.controller.engine.results["sum"].status == "error"


def test_escape_and_another_button_take_a_wire_back(board: MakeBoard) -> None:
    b = board(loose())
    press(b.view, b.out("conv"))
    move(b.view, b.port("sum.a"))
    b.key(Qt.Key.Key_Escape)
    assert b.view.gesture is None
    release(b.view, b.port("sum.a"))
    press(b.view, b.out("conv"))
    move(b.view, b.port("sum.a"))
    press(b.view, b.port("sum.a"), Qt.MouseButton.RightButton)
    release(b.view, b.port("sum.a"))
    assert not any(item.port_states for item in b.canvas.scene.nodes.values())
    b.nothing_done()


def test_a_click_on_a_port_selects_its_block(board: MakeBoard) -> None:
    b = board(loose())
    click(b.view, b.out("conv"))
    assert b.controller.selection == {"conv"}
    b.nothing_done()


def test_a_wire_let_go_on_free_ground_asks_for_a_block(board: MakeBoard) -> None:
    b = board(loose())
    drag(b.view, b.out("alone"), b.out("alone") + QPoint(60, 60))
    chooser = b.canvas.tools.chooser
    assert chooser is not None
    assert QApplication.focusWidget() is chooser.field
    b.type("depthwise")
    b.key(Qt.Key.Key_Return)
    assert wire("alone -> depthwise") in b.wires()
    b.done("Add depthwise behind alone")


# -- taking wires off --------------------------------------------------------------------------------------------------------


def test_dragging_off_an_input_disconnects(board: MakeBoard) -> None:
    b = board(loose())
    drag(b.view, b.port("act.x"), b.free())
    assert wire("conv -> act") not in b.wires()
    b.done("Disconnect conv from act")


def test_a_wire_is_carried_to_another_input(board: MakeBoard) -> None:
    b = board(loose())
    press(b.view, b.port("act.x"))
    move(b.view, b.port("act.x") + QPoint(40, 20))
    assert b.canvas.scene.edges[wire("conv -> act")].opacity() < 1
    move(b.view, b.port("sum.a"))
    release(b.view, b.port("sum.a"))
    assert wire("conv -> sum.a") in b.wires()
    assert wire("conv -> act") not in b.wires()
    b.done("Move the wire to sum")


def test_a_wire_put_back_changes_nothing(board: MakeBoard) -> None:
    b = board(loose())
    there = b.port("act.x")
    press(b.view, there)
    move(b.view, there + QPoint(40, 20))
    move(b.view, there)
    release(b.view, there)
    assert b.canvas.scene.edges[wire("conv -> act")].opacity() == 1
    b.nothing_done()


def test_shift_drag_cuts_all_wires_it_crosses(board: MakeBoard) -> None:
    b = board(residual())
    top = b.canvas.scene.nodes["n2"].box
    y = top.bottom + 12
    box = b.canvas.scene.content()
    assert box is not None
    start, end = b.at(box.left - 150, y), b.at(box.right + 150, y)
    press(b.view, start, modifiers=SHIFT)
    move(b.view, (start + end) / 2, modifiers=SHIFT)
    move(b.view, end, modifiers=SHIFT)
    assert not b.picture().isNull()
    release(b.view, end, modifiers=SHIFT)
    assert b.wires() == {wire("n0 -> n1"), wire("n1 -> n2"), wire("n3 -> n4")}
    b.done("Cut 2 wires")


def test_a_cut_that_crosses_nothing_does_nothing(board: MakeBoard) -> None:
    b = board(loose())
    drag(b.view, b.free(), b.free() + QPoint(40, 40), modifiers=SHIFT)
    b.nothing_done()


def test_a_selected_wire_is_deleted(board: MakeBoard) -> None:
    b = board(line())
    click(b.view, b.middle("conv -> act"))
    b.key(Qt.Key.Key_Delete)
    assert wire("conv -> act") not in b.wires()
    b.done("Disconnect conv from act")


def test_gestures_bear_that_the_design_changes_under_them(board: MakeBoard) -> None:
    b = board(loose())
    for start, end in ((b.port("act.x"), b.free()), (b.out("act"), b.port("sum.a")), (b.block("act"), b.block("sum"))):
        for late in (True, False):
            press(b.view, start)
            if late:
                move(b.view, start + QPoint(30, 10))
                move(b.view, end)
            assert b.controller.apply(RemoveNode(id="act"), "Behind its back")
            move(b.view, start)
            move(b.view, end)
            assert not b.picture().isNull()
            release(b.view, end)
            assert "act" not in b.design.root
            while b.controller.stack.canUndo():
                b.controller.stack.undo()
            b.canvas.tools.close_all()
            assert state(b.design) == b.first
            assert b.shown() == b.real()
    assert "no node 'act'" in " ".join(b.said) or "no wire" in " ".join(b.said)


# -- dragging blocks in ------------------------------------------------------------------------------------------------------


def block_mime(block: str) -> QMimeData:
    data = QMimeData()
    data.setData(BLOCK_MIME, QByteArray(block.encode()))
    return data


def drop(b: Board, data: QMimeData, at: QPoint, *, let_go: bool = True) -> bool:
    """Real drag events over the view, as from the palette; gives whether the last one was taken."""
    actions, held = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    port = b.view.viewport()
    enter = QDragEnterEvent(at + QPoint(5, 5), actions, data, held, NO_KEYS)
    QApplication.sendEvent(port, enter)
    over = QDragMoveEvent(at, actions, data, held, NO_KEYS)
    QApplication.sendEvent(port, over)
    assert not b.picture().isNull()
    if let_go:
        last = QDropEvent(QPointF(at), actions, data, held, NO_KEYS)
        QApplication.sendEvent(port, last)
        return last.isAccepted()
    QApplication.sendEvent(port, QDragLeaveEvent())
    return over.isAccepted()


def test_a_block_dropped_on_free_ground_stands_there(board: MakeBoard) -> None:
    b = board(line())
    at = b.free()
    assert drop(b, block_mime("conv2d"), at)
    assert b.controller.selection == {"conv2d"}
    assert b.canvas.scene.nodes["conv2d"].box.grown(5).holds(*b.view.mapToScene(at).toTuple())
    assert b.design.root.sources("conv2d") == {}
    b.done("Add conv2d")


def test_a_block_dropped_on_a_wire_is_put_into_it(board: MakeBoard) -> None:
    b = board(line())
    drop(b, block_mime("conv2d"), b.middle("act -> last"))
    assert {wire("act -> conv2d"), wire("conv2d -> last")} <= b.wires()
    assert b.controller.engine.valid
    boxes = [item.box for item in b.canvas.scene.nodes.values()]
    assert not any(x is not y and x.meets(y) for x in boxes for y in boxes)
    b.done("Insert conv2d before last")


def test_a_block_dropped_near_a_free_port_is_connected(board: MakeBoard) -> None:
    b = board(loose())
    drop(b, block_mime("relu"), b.port("sum.a") + QPoint(-10, -8))
    assert wire("relu -> sum.a") in b.wires()
    b.done("Add relu before sum")
    b.controller.stack.undo()
    drop(b, block_mime("relu"), b.out("sum") + QPoint(4, 14))
    assert wire("sum -> relu") in b.wires()
    b.done("Add relu behind sum")


def test_a_drag_that_leaves_does_nothing(board: MakeBoard) -> None:
    b = board(line())
    assert drop(b, block_mime("conv2d"), b.middle("act -> last"), let_go=False)
    b.nothing_done()


def test_what_cannot_be_dropped_says_why(board: MakeBoard) -> None:
    b = board(line())
    drop(b, block_mime("input"), b.middle("act -> last"))
    assert "has no input" in b.said[-1]
    drop(b, block_mime("no_such_block"), b.free())
    assert "There is no block" in b.said[-1]
    drop(b, block_mime("own.gone"), b.free())
    b.nothing_done()


def test_files_go_on_to_the_window(board: MakeBoard) -> None:
    b = board(line())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/a.lightdesign")])
    assert not drop(b, data, b.free())
    b.nothing_done()


def test_a_loose_block_moved_onto_a_wire_is_put_into_it(board: MakeBoard) -> None:
    made = loose()
    made.positions[ROOT] |= {"act": (-32.0, 240.0), "last": (-32.0, 320.0), "output": (0.0, 400.0), "sum": (240.0, 240.0)}
    b = board(made)
    press(b.view, b.block("alone"))
    move(b.view, b.block("alone") - QPoint(40, 0))
    move(b.view, b.middle("conv -> act"))
    assert not b.picture().isNull()
    release(b.view, b.middle("conv -> act"))
    assert {wire("conv -> alone"), wire("alone -> act")} <= b.wires()
    assert wire("conv -> act") not in b.wires()
    b.done("Insert alone before act")


def test_a_block_with_wires_only_moves_over_a_wire(board: MakeBoard) -> None:
    b = board(loose())
    drag(b.view, b.block("last"), b.middle("input -> conv"))
    b.done("Move last")


def test_moving_is_one_step(board: MakeBoard) -> None:
    b = board(line())
    drag(b.view, b.block("act"), b.block("act") + QPoint(120, 0))
    assert b.design.positions[ROOT].keys() == set(b.design.root)
    b.done("Move act")


# -- quick add ---------------------------------------------------------------------------------------------------------------


def test_tab_asks_for_a_block(board: MakeBoard) -> None:
    b = board(line())
    b.key(Qt.Key.Key_Tab)
    chooser = b.canvas.tools.chooser
    assert chooser is not None
    b.type("squeeze")
    b.key(Qt.Key.Key_Return)
    assert "squeeze_excite" in b.design.root
    assert QApplication.focusWidget() is b.view
    assert b.controller.stack.count() == 1


def test_a_double_click_on_free_ground_asks_for_a_block(board: MakeBoard) -> None:
    b = board(line())
    at = b.free()
    double_click(b.view, at)
    b.type("relu6")
    b.key(Qt.Key.Key_Down)
    b.key(Qt.Key.Key_Up)
    b.key(Qt.Key.Key_Enter)
    assert b.canvas.scene.nodes["relu6"].box.holds(*b.view.mapToScene(at).toTuple())
    b.done("Add relu6")


def test_a_double_click_on_a_wire_inserts(board: MakeBoard) -> None:
    b = board(line())
    double_click(b.view, b.middle("conv -> act"))
    b.type("batch_norm")
    b.key(Qt.Key.Key_Return)
    assert {wire("conv -> batch_norm"), wire("batch_norm -> act")} <= b.wires()
    b.done("Insert batch_norm before act")


def test_quick_add_goes_with_escape_and_with_the_focus(board: MakeBoard) -> None:
    b = board(line())
    b.key(Qt.Key.Key_Tab)
    b.type("zzz")
    b.key(Qt.Key.Key_Return)
    assert b.canvas.tools.chooser is not None, "nothing has this name"
    b.key(Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is b.view
    b.key(Qt.Key.Key_Tab)
    b.field.setFocus()
    QApplication.processEvents()
    assert b.canvas.tools.chooser is None or not b.canvas.tools.chooser.isVisible()
    b.nothing_done()


def test_typing_in_quick_add_is_no_shortcut(board: MakeBoard) -> None:
    b = board(line())
    b.controller.select({"act"})
    b.key(Qt.Key.Key_Tab)
    b.type("dnlrm")
    assert b.canvas.tools.chooser is not None
    assert b.canvas.tools.chooser.field.text() == "dnlrm"
    b.key(Qt.Key.Key_Escape)
    b.nothing_done()


def test_insert_from_elsewhere_lands_in_the_middle(board: MakeBoard) -> None:
    b = board(line())
    assert b.canvas.insert("relu6")
    assert b.controller.selection == {"relu6"}
    b.done("Add relu6")
    click(b.view, b.middle("conv -> act"))
    assert b.canvas.insert("batch_norm")
    assert wire("batch_norm -> act") in b.wires(), "into the selected wire"


# -- keys --------------------------------------------------------------------------------------------------------------------


def test_delete_and_backspace(board: MakeBoard) -> None:
    b = board(line())
    click(b.view, b.block("act"))
    b.key(Qt.Key.Key_Delete)
    assert "act" not in b.design.root
    b.done("Delete act")
    b.controller.stack.undo()
    b.controller.select({"act"})
    b.key(Qt.Key.Key_Backspace)
    b.done("Delete act")


def test_ctrl_delete_closes_the_gap(board: MakeBoard) -> None:
    b = board(line())
    click(b.view, b.block("act"))
    b.key(Qt.Key.Key_Delete, CTRL)
    assert wire("conv -> last") in b.wires()
    b.done("Delete act and close the gap")


def test_ctrl_delete_says_when_the_gap_stays(board: MakeBoard) -> None:
    made = residual()
    made.root.replace_node(Node("n0", "input", {"shape": [3, 8, 8]}))
    made.root.remove_edge(wire("n0 -> n3.b"))
    made.root.add_node(Node("n5", "conv2d", CONV))
    made.root.add_edge(wire("n0 -> n5"))
    made.root.add_edge(wire("n5 -> n3.b"))
    b = board(made)
    click(b.view, b.block("n5"))
    b.key(Qt.Key.Key_Delete, CTRL)
    assert "stays open" in b.said[-1]
    b.done("Delete n5")


def test_duplicate(board: MakeBoard) -> None:
    b = board(line())
    b.controller.select({"conv", "act"})
    QGuiApplication.clipboard().setText("mine")
    b.key(Qt.Key.Key_D, CTRL)
    assert b.controller.selection == {"conv_2", "act_2"}
    assert wire("conv_2 -> act_2") in b.wires()
    assert QGuiApplication.clipboard().text() == "mine"
    b.done("Duplicate 2 blocks")


def test_copy_and_paste_between_two_documents(board: MakeBoard) -> None:
    b = board(line())
    b.controller.select({"conv", "act"})
    b.key(Qt.Key.Key_C, CTRL)
    b.nothing_done()
    b.window.hide()
    other = board(chain(("conv", "conv2d", {"out_channels": 3})))
    other.key(Qt.Key.Key_V, CTRL)
    assert other.controller.selection == {"conv_2", "act"}
    assert other.design.root.node("conv_2").params == CONV
    other.done("Paste 2 blocks")


def test_cut_and_paste(board: MakeBoard) -> None:
    b = board(line())
    b.controller.select({"act"})
    b.key(Qt.Key.Key_X, CTRL)
    assert "act" not in b.design.root
    assert b.controller.stack.undoText() == "Cut act"
    b.key(Qt.Key.Key_V, CTRL)
    assert "act" in b.design.root
    assert b.controller.stack.undoText() == "Paste act"


def test_pasting_nonsense_says_so(board: MakeBoard) -> None:
    b = board(line())
    for text in ("", "hello", '{"format": "lightdesign"}'):
        QGuiApplication.clipboard().setText(text)
        b.key(Qt.Key.Key_V, CTRL)
        assert b.said[-1].endswith(".")
    b.nothing_done()


def test_select_all_and_switch_off(board: MakeBoard) -> None:
    b = board(line())
    b.key(Qt.Key.Key_A, CTRL)
    assert b.controller.selection == set(b.design.root)
    click(b.view, b.block("act"))
    b.key(Qt.Key.Key_D)
    assert b.design.root.node("act").disabled
    b.done("Switch off act")
    b.key(Qt.Key.Key_D)
    assert not b.design.root.node("act").disabled
    click(b.view, b.block("input"))
    b.key(Qt.Key.Key_D)
    assert "cannot be bypassed" in b.said[-1]


def test_selecting_along_the_wires(board: MakeBoard) -> None:
    b = board(residual())
    click(b.view, b.block("n2"))
    b.key(Qt.Key.Key_U, SHIFT)
    assert b.controller.selection == {"n0", "n1", "n2"}
    click(b.view, b.block("n2"))
    b.key(Qt.Key.Key_D, SHIFT)
    assert b.controller.selection == {"n2", "n3", "n4"}
    click(b.view, b.block("n2"))
    b.key(Qt.Key.Key_K, SHIFT)
    assert b.controller.selection == {"n2"}


def test_replace_asks_for_a_kind(board: MakeBoard) -> None:
    b = board(line())
    click(b.view, b.block("act"))
    b.key(Qt.Key.Key_R)
    b.type("hard_swish")
    b.key(Qt.Key.Key_Return)
    assert b.design.root.node("act").block == "hard_swish"
    assert b.controller.selection == {"act"}
    assert b.canvas.scene.nodes["act"].node.block == "hard_swish"
    b.done("Replace act by hard_swish")
    b.controller.select({"conv", "last"})
    b.key(Qt.Key.Key_R)
    b.type("conv_norm_act")
    b.key(Qt.Key.Key_Return)
    assert b.controller.stack.undoText() == "Replace 2 blocks by conv_norm_act"
    assert b.controller.engine.valid


def test_single_keys_act_only_while_the_canvas_has_the_focus(board: MakeBoard) -> None:
    b = board(line())
    b.controller.select({"act"})
    b.field.setFocus()
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_D, Qt.Key.Key_R, Qt.Key.Key_N, Qt.Key.Key_L, Qt.Key.Key_Backspace):
        b.key(key)
    b.key(Qt.Key.Key_A, CTRL)
    assert b.controller.selection == {"act"}
    assert b.canvas.tools.chooser is None
    b.nothing_done()


def test_rename(board: MakeBoard) -> None:
    b = board(line())
    click(b.view, b.block("act"))
    b.key(Qt.Key.Key_F2)
    b.type("first act")
    b.key(Qt.Key.Key_Return)
    assert b.design.root.node("act").label == "first act"
    assert QApplication.focusWidget() is b.view
    b.done("Rename act")
    b.key(Qt.Key.Key_F2)
    b.type("never mind")
    b.key(Qt.Key.Key_Escape)
    b.key(Qt.Key.Key_F2)
    b.type("kept")
    b.field.setFocus()
    QApplication.processEvents()
    assert b.design.root.node("act").label == "kept"


def test_notes(board: MakeBoard) -> None:
    b = board(line())
    b.view.setFocus()
    b.key(Qt.Key.Key_N)
    b.type("Try stride 2")
    b.key(Qt.Key.Key_Return, CTRL)
    note = b.design.notes[ROOT]["note1"]
    assert note.text == "Try stride 2"
    item = b.canvas.scene.note_items["note1"]
    b.view.look(1.0, QPointF(*item.box.centre))
    drag(b.view, b.at(*item.box.centre), b.at(*item.box.centre) + QPoint(400, 40))
    moved = b.design.notes[ROOT]["note1"]
    assert abs(moved.x - note.x - 400) <= 8
    assert b.controller.stack.undoText() == "Move note"
    b.view.look(1.0, QPointF(*item.box.centre))
    click(b.view, b.at(*item.box.centre))
    b.key(Qt.Key.Key_Delete)
    assert ROOT not in b.design.notes
    assert b.controller.stack.undoText() == "Delete note"


# -- find --------------------------------------------------------------------------------------------------------------------


def test_find_by_name_kind_and_parameter(board: MakeBoard) -> None:
    b = board(line())
    b.key(Qt.Key.Key_F, CTRL)
    bar = b.canvas.tools.find_bar
    assert bar is not None
    assert QApplication.focusWidget() is bar.field
    b.type("conv2d padding=1")
    assert b.controller.selection == {"conv", "last"}
    assert bar.count.text() == "2"
    b.key(Qt.Key.Key_Return)
    assert bar.count.text() == "1 of 2"
    b.key(Qt.Key.Key_Return, SHIFT)
    assert bar.count.text() == "2 of 2"
    bar.field.setText("stride=7")
    assert bar.count.text() == "none"
    bar.field.setText("relu")
    b.key(Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert b.controller.selection == {"act"}, "what was found stays selected"
    assert QApplication.focusWidget() is b.view
    b.nothing_done()


# -- inside a block ------------------------------------------------------------------------------------------------------------


def test_nothing_changes_inside_a_block(board: MakeBoard) -> None:
    b = board(chain(("unit", "inverted_residual", {"out_channels": 8}), shape=(8, 8, 8)))
    double_click(b.view, b.block("unit"))
    assert b.canvas.scope == ("unit",)
    inside = b.view.surface
    some = next(iter(inside.nodes.values()))
    for place in (*some.inputs, *some.outputs):
        at = b.at(some.box.left + place.x, some.box.top + place.y)
        drag(b.view, at, at + QPoint(50, 50))
        drag(b.view, at, at + QPoint(50, 50), modifiers=SHIFT)
    assert not drop(b, block_mime("relu"), QPoint(60, 400))
    double_click(b.view, QPoint(60, 400))
    assert b.canvas.tools.chooser is None
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_D, Qt.Key.Key_N):
        b.key(key)
    b.nothing_done()
    assert b.canvas.insert("relu"), "the Insert menu goes back to the design"
    assert b.canvas.scope == ()


def test_alt_and_an_arrow_walk_from_block_to_block(board: MakeBoard, qtbot: QtBot) -> None:
    b = board(line())
    order = list(b.controller.engine.order.order)
    ALT = Qt.KeyboardModifier.AltModifier  # noqa: N806
    for wanted in [*order, order[-1]]:
        b.key(Qt.Key.Key_Down, ALT)
        assert b.controller.selection == {wanted}
    for wanted in [*reversed(order[:-1]), order[0]]:
        b.key(Qt.Key.Key_Up, ALT)
        assert b.controller.selection == {wanted}
    b.view.select(set(order))
    b.key(Qt.Key.Key_Up, ALT)
    assert b.controller.selection == {order[0]}
    b.view.look(1.0, QPointF(5_000, 5_000))
    b.key(Qt.Key.Key_Down, ALT)
    qtbot.waitUntil(lambda: b.view.viewport().rect().contains(b.block(order[1])))
    b.nothing_done()


def test_two_nudges_are_one_step_that_comes_back_exactly(board: MakeBoard) -> None:
    """The first stores where all blocks stand, the second only the nudged one: taken back and done again, all of it holds."""
    b = board(line())
    assert not b.design.positions
    b.view.select({"conv"})
    b.key(Qt.Key.Key_Right)
    b.key(Qt.Key.Key_Right)
    b.key(Qt.Key.Key_Down)
    assert set(b.design.positions[ROOT]) == set(b.design.root)
    b.done("Move conv")
