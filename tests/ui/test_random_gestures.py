"""Thousands of random gestures on small designs: no exception, undo gives back every state, the analysis equals a fresh one."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

import pytest
from PySide6.QtCore import QByteArray, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from designer.app.controller import Controller
from designer.catalogue import load
from designer.graph.design import ROOT, Design
from designer.graph.edits import SetParam, SetStage
from designer.graph.own_block import Definition
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.editors import NameEdit
from designer.ui.canvas.gestures.drop import BLOCK_MIME
from tests.designs import chain, network, state
from tests.property.random_edits import PARAMS, random_edit
from tests.property.test_engine import same_as_fresh, small_designs
from tests.ui.canvas.helpers import double_click, move, press, release

BLOCKS = [
    *("relu", "conv2d", "conv_norm_act", "add", "concat", "multiply", "output", "input", "global_avg_pool", "linear"),
    *("inverted_residual", "max_pool2d", "mystery", "own.unit"),
]
MODIFIERS = [
    *[Qt.KeyboardModifier.NoModifier] * 6,
    *(Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier),
]
ACTIONS = [
    *("edit.delete", "edit.delete_close", "edit.duplicate", "edit.copy", "edit.cut", "edit.paste", "edit.disable"),
    *("edit.select_all", "edit.select_upstream", "edit.select_downstream", "edit.select_kind", "edit.replace", "edit.rename"),
    *(
        "edit.select_next",
        "edit.select_previous",
        "edit.connect",
        "edit.disconnect",
        "edit.find",
        "insert.quick",
        "insert.note",
        "design.tidy",
        "view.fit",
        "view.inside",
        "view.back",
        "view.zoom_selection",
    ),
]
ARRANGING = [
    *("design.tidy_selection", "design.flow_right", "design.flow_down", "design.align_left", "design.align_middle"),
    *("design.distribute_across", "design.distribute_down"),
]
FOLDING = [
    *("view.fold", "view.fold", "view.fold_stages", "view.fold_repeats", "view.unfold", "design.stage", "design.stage"),
    *("design.rename_stage", "design.remove_stage", "view.heat_macs", "view.heat_memory", "view.heat_off", "view.wire_width"),
    *("design.flow_right", "design.flow_down", "design.align_left"),
]
LARGEST = 14  # blocks; more are deleted, so that each step stays quick


class Player:
    """Plays random gestures on one canvas."""

    designs: Callable[[], list[Design]] = staticmethod(small_designs)

    def __init__(self, qtbot: QtBot, seed: int) -> None:
        self.rng = Random(seed)
        made: Design = self.rng.choice(self.designs())
        inside = network([("x", "input"), ("act", "relu"), ("y", "output")], ["x -> act", "act -> y"])
        made.definitions["unit"] = Definition("unit", "Unit", inside)
        made.definitions_changed()
        self.controller = Controller(made)
        self.canvas = Canvas(self.controller)
        qtbot.addWidget(self.canvas)
        self.canvas.resize(900, 700)
        self.canvas.show()
        self.canvas.activateWindow()
        self.view = self.canvas.view
        self.view.setFocus()
        self.first = state(made)
        self.count: Counter[str] = Counter()
        self.actions = ACTIONS + ARRANGING
        self.moves: list[Callable[[], object]] = [
            *[self.drag_from_port] * 8,
            *[self.drag_block] * 4,
            *[self.drag_anything] * 4,
            *[self.drop_block] * 5,
            *[self.act] * 12,
            *[self.type] * 4,
            self.double_click,
            self.undo,
            self.undo,
            self.redo,
            self.change_parameter,
            self.look_elsewhere,
            self.edit_behind_its_back,
        ]

    def play(self, actions: int) -> None:
        for number in range(actions):
            move_ = self.rng.choice(self.moves)
            self.count[move_.__name__] += 1
            move_()
            assert self.shown() == self.real(), move_.__name__
            if number % 10 == 0:
                same_as_fresh(self.controller.engine, self.rng)
                self.view.grab()
            if len(self.controller.design.root) > LARGEST:
                self.controller.select(frozenset(self.rng.sample(sorted(self.controller.design.root), LARGEST // 2)))
                self.canvas.tools.delete()
        self.finish()

    def finish(self) -> None:
        """Do everything that was taken back, take all of it back, and do it again."""
        self.settle()
        stack = self.controller.stack
        while stack.canRedo():
            stack.redo()
        after = state(self.controller.design)
        while stack.canUndo():
            stack.undo()
        assert state(self.controller.design) == self.first
        assert self.shown() == self.real()
        same_as_fresh(self.controller.engine, self.rng)
        while stack.canRedo():
            stack.redo()
        assert state(self.controller.design) == after
        same_as_fresh(self.controller.engine, self.rng)

    def settle(self) -> None:
        """End what is open."""
        self.view.cancel_gesture()
        if self.canvas.tools.chooser is not None:
            self.canvas.tools.chooser.dismiss()
        if self.canvas.tools.editor is not None:
            self.canvas.tools.editor.dismiss(keep=self.rng.random() < 0.5)
        self.canvas.set_scope(())
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def shown(self) -> object:
        """What the canvas shows of the network it edits: the design's, or that of an own block one is inside. Cards stand for
        their blocks."""
        scene = self.canvas.scene
        return scene.folds.members(scene.nodes), set(scene.edges), set(scene.note_items)

    def real(self) -> object:
        scene, design = self.canvas.scene, self.canvas.controller.design
        edges = {edge for edge in design.root.edges() if not scene.folds.hides(edge)}
        return set(design.root), edges, set(design.notes.get(ROOT, {}))

    # -- where ---------------------------------------------------------------------------------------------------------------

    def anywhere(self) -> QPoint:
        return QPoint(self.rng.randrange(self.view.viewport().width()), self.rng.randrange(self.view.viewport().height()))

    def at(self, x: float, y: float) -> QPoint:
        return self.view.viewportTransform().map(QPointF(x, y)).toPoint()

    def some_port(self) -> QPoint:
        items = list(self.view.surface.nodes.values())
        if not items:
            return self.anywhere()
        item = self.rng.choice(items)
        places = [*item.inputs, *item.outputs]
        if not places:
            return self.anywhere()
        place = self.rng.choice(places)
        return self.at(item.box.left + place.x, item.box.top + place.y)

    def some_block(self) -> QPoint:
        items = list(self.view.surface.nodes.values())
        return self.at(*self.rng.choice(items).box.centre) if items else self.anywhere()

    def some_wire(self) -> QPoint:
        items = list(self.view.surface.edges.values())
        if not items:
            return self.anywhere()
        a, b = self.rng.choice(items).points[:2]
        return self.at((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)

    def somewhere(self) -> QPoint:
        return self.rng.choice([self.anywhere, self.some_port, self.some_block, self.some_wire])()

    # -- what ----------------------------------------------------------------------------------------------------------------

    def _drag(self, start: QPoint, end: QPoint) -> None:
        modifiers = self.rng.choice(MODIFIERS)
        button = Qt.MouseButton.LeftButton if self.rng.random() < 0.95 else Qt.MouseButton.MiddleButton
        press(self.view, start, button, modifiers)
        for _ in range(self.rng.randint(0, 3)):
            move(self.view, self.somewhere(), button, modifiers)
            if self.rng.random() < 0.05:
                self.view.grab()
        if self.rng.random() < 0.04:
            self.rng.choice([self.undo, self.edit_behind_its_back, self.view.cancel_gesture])()
        move(self.view, end, button, modifiers)
        release(self.view, end, button, modifiers)

    def drag_from_port(self) -> None:
        self._drag(self.some_port(), self.some_port() if self.rng.random() < 0.7 else self.somewhere())

    def drag_block(self) -> None:
        self._drag(self.some_block(), self.somewhere())

    def drag_anything(self) -> None:
        self._drag(self.somewhere(), self.somewhere())

    def drop_block(self) -> None:
        data = QMimeData()
        data.setData(BLOCK_MIME, QByteArray(self.rng.choice(BLOCKS).encode()))
        held, keys, actions = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
        port, at = self.view.viewport(), self.somewhere()
        QApplication.sendEvent(port, QDragEnterEvent(self.somewhere(), actions, data, held, keys))
        QApplication.sendEvent(port, QDragMoveEvent(at, actions, data, held, keys))
        if self.rng.random() < 0.9:
            QApplication.sendEvent(port, QDropEvent(QPointF(at), actions, data, held, keys))
        else:
            QApplication.sendEvent(port, QDragLeaveEvent())

    def act(self) -> None:
        action = self.rng.choice(self.actions)
        if self.rng.random() < 0.5 and self.view.surface.nodes:
            self.view.select(self.rng.sample(sorted(self.view.surface.nodes), 1))
        if action == "edit.paste" and self.rng.random() < 0.2:
            QGuiApplication.clipboard().setText(self.rng.choice(["", "nonsense", '{"format": "lightdesign"}']))
        if not self.canvas.why_not(action):
            self.count[action] += 1
            self.canvas.handlers[action]()

    def type(self) -> None:
        """Into quick add, the name of a block or the search bar, whichever is open."""
        tools = self.canvas.tools
        if tools.chooser is not None:
            tools.chooser.field.setText(self.rng.choice(["relu", "conv", "add", "o", "zzz", "unit"]))
            self._key(tools.chooser.field, Qt.Key.Key_Return if self.rng.random() < 0.8 else Qt.Key.Key_Escape)
        elif tools.editor is not None:
            if self.rng.random() < 0.7:
                tools.editor.selectAll()
                QApplication.sendEvent(tools.editor, QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, "größer"))
            tools.editor.dismiss(keep=self.rng.random() < 0.7)
        elif tools.find_bar is not None and not tools.find_bar.isHidden():
            tools.find_bar.field.setText(self.rng.choice(["conv", "stride=2", "kernel_size=3x3", "padding=", "=", ""]))
            self._key(tools.find_bar.field, self.rng.choice([Qt.Key.Key_Return, Qt.Key.Key_Escape]))
        else:
            self._key(self.view, self.rng.choice([Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Escape, Qt.Key.Key_Space]))

    def _key(self, target: object, key: Qt.Key) -> None:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(target, QKeyEvent(kind, key, self.rng.choice(MODIFIERS[:7])))  # type: ignore[arg-type]

    def double_click(self) -> None:
        double_click(self.view, self.somewhere())

    def undo(self) -> None:
        self.controller.stack.undo()

    def redo(self) -> None:
        self.controller.stack.redo()

    def change_parameter(self) -> None:
        """As the inspector does."""
        design = self.controller.design
        if len(design.root):
            node = self.rng.choice(sorted(design.root))
            block = design.resolve(design.root.node(node).block)
            names = [name for name in (block.parameters if block is not None else ()) if name in PARAMS]
            if names:
                name = self.rng.choice(names)
                self.controller.apply(SetParam(node=node, name=name, value=self.rng.choice(PARAMS[name])), f"Set {name}")

    def edit_behind_its_back(self) -> None:
        """Any edit at all, as another panel could make one, also while a gesture runs."""
        self.controller.apply(random_edit(self.rng, self.controller.design), "Any edit")

    def look_elsewhere(self) -> None:
        if self.rng.random() < 0.5:
            self.view.fit()
        else:
            self.view.zoom_at(self.rng.choice([0.1, 0.3, 0.5, 1.0, 2.0]), QPointF(self.somewhere()), animate=False)


def repeating_designs() -> list[Design]:
    """Equal blocks one behind another, alone and in stages."""
    equal = {"out_channels": 8, "padding": 1}
    plain = [(f"c{k}", "conv2d", equal) for k in range(5)]
    made = [chain(*plain, shape=(8, 8, 8)), load("example_resnet_units")]
    staged = chain(*plain, shape=(8, 8, 8))
    for node_id in ("c0", "c1", "c2"):
        SetStage(node=node_id, stage="head").apply(staged)
    return [*made, staged]


class Folder(Player):
    """Plays where stages and runs are folded and unfolded on the way."""

    designs = staticmethod(repeating_designs)

    def __init__(self, qtbot: QtBot, seed: int) -> None:
        super().__init__(qtbot, seed)
        self.actions = [*ACTIONS, *FOLDING * 3]
        self.moves = [*self.moves, *[self.toggle] * 8, *[self.act] * 8, self.pause]

    def act(self) -> None:
        super().act()
        if isinstance(self.canvas.tools.editor, NameEdit) and self.rng.random() < 0.8:
            self.canvas.tools.editor.setText(self.rng.choice(["head", "Stage 1", "tail", "relu", "42"]))
            self.canvas.tools.editor.dismiss(keep=True)

    def toggle(self) -> None:
        """Click a sign that folds or unfolds, at a zoom at which there are such."""
        if self.view.zoom < 0.5:
            self.view.zoom_at(1.0, animate=False)
        toggles = sorted(self.view.surface.toggles.items())
        if toggles:
            _, box = self.rng.choice(toggles)
            self.view.look(1.0, QPointF(*box.centre))
            at = self.at(*box.centre)
            press(self.view, at)
            release(self.view, at)

    def pause(self) -> None:
        """A person pauses, so that runs are looked for."""
        self.canvas.scene.marks.look(self.canvas.scene)

    def settle(self) -> None:
        super().settle()
        self.canvas.staging.unfold_all()
        assert set(self.canvas.scene.nodes) == set(self.controller.design.root)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    yield
    QToolTip.hideText()


def play(qtbot: QtBot, seeds: range, actions: int, kind: type[Player] = Player) -> Counter[str]:
    total: Counter[str] = Counter()
    for seed in seeds:
        player = kind(qtbot, seed)
        try:
            player.play(actions)
        except BaseException as problem:
            problem.add_note(f"seed {seed}")
            raise
        finally:
            player.canvas.close()
        if seed % 10 == 9:
            gc.collect()  # nothing else does while a test runs that has Qt
        total += player.count
        total["steps"] += player.controller.stack.count()
    return total


def test_2000_random_gestures(qtbot: QtBot) -> None:
    count = play(qtbot, range(10), 200)
    assert count["steps"] > 400, count
    assert set(ACTIONS) <= count.keys()
    assert len(set(ARRANGING) & count.keys()) > 2


def test_800_random_gestures_while_things_are_folded(qtbot: QtBot) -> None:
    count = play(qtbot, range(50, 54), 200, Folder)
    assert count["steps"] > 150, count
    assert {
        "view.fold",
        "view.fold_stages",
        "view.fold_repeats",
        "view.unfold",
        "design.stage",
        "design.remove_stage",
    } <= count.keys()


@pytest.mark.deep
@pytest.mark.timeout(7200)
def test_50000_random_gestures_while_things_are_folded(qtbot: QtBot) -> None:
    play(qtbot, range(2000, 2125), 400, Folder)


@pytest.mark.deep
@pytest.mark.timeout(7200)
def test_100000_random_gestures(qtbot: QtBot) -> None:
    count = play(qtbot, range(1000, 1250), 400)
    assert count["steps"] > 20_000, count
