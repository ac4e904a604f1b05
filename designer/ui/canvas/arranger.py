"""`Arranger`: tidying up, the flow, lines and equal gaps: what arranges the blocks of a canvas, each as one step of undo."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from designer.app import arranging
from designer.app.commands import named
from designer.app.garbage import let_go
from designer.app.layout_job import LayoutJob
from designer.app.placing import Point, Rect, rect
from designer.graph.design import DOWN, RIGHT, ROOT
from designer.graph.edits import Compound
from designer.graph.layout import MANY, Plan, arrange, plan
from designer.ui import numbers
from designer.ui.canvas.glide import Glide, Picture
from designer.ui.widgets import button, label, without_margins

if TYPE_CHECKING:
    from designer.ui.canvas.canvas import Canvas
    from designer.ui.canvas.gestures.base import Gesture, Pointer
    from designer.ui.canvas.view import View

WAIT = 300  # ms before a running layout says so

WORDS = {2: "two", 3: "three"}
NAMES = {
    "left": "Align left edges",
    "centre": "Align centres",
    "right": "Align right edges",
    "top": "Align top edges",
    "middle": "Align middles",
    "bottom": "Align bottom edges",
    "across": "Distribute across",
    "down": "Distribute down",
}


class Working(QFrame):
    """Says that a layout is being made, and for how many seconds; can end it."""

    def __init__(self, parent: QWidget, cancel: Callable[[], object]) -> None:
        super().__init__(parent)
        self._canvas = parent
        self.setProperty("role", "popover")
        self.setAccessibleName("Layout")
        row = without_margins(QHBoxLayout(self), 12)
        row.setContentsMargins(12, 4, 4, 4)
        self.text = label("")
        row.addWidget(self.text)
        self.button = button("Cancel", on_click=cancel)
        self.button.setProperty("small", True)
        row.addWidget(self.button)
        self._blocks = 0
        self._seconds = 0
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._tick)
        self.hide()

    def begin(self, blocks: int) -> None:
        """A layout of so many blocks has begun; it says so when it takes its time."""
        self._blocks, self._seconds = blocks, 0
        self._clock.start(WAIT)

    def end(self) -> None:
        self._clock.stop()
        self.hide()

    def _tick(self) -> None:
        if self.isHidden():
            self._clock.start(1_000)
        else:
            self._seconds += 1
        self.text.setText(f"Arranging {numbers.full(self._blocks)} blocks, {self._seconds} s")
        self.adjustSize()
        self.move((self._canvas.width() - self.width()) // 2, self._canvas.height() - self.height() - 24)
        self.show()
        self.raise_()


class Arranger(QObject):
    """Arranges what one canvas shows. Small designs glide to their places; large ones are laid out in a thread of its own."""

    finished = Signal()  # a layout in the background was made, or given up

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.canvas = canvas
        self.glide = Glide(self)
        self.job: LayoutJob | None = None
        self.working = Working(canvas, self.cancel)
        self._then: Callable[[dict[str, Point]], object] | None = None
        canvas.view.starters.insert(0, self._settled)
        canvas.inside_changed.connect(self._left)
        canvas.document.graph_changed.connect(self._changed)

    # -- actions ---------------------------------------------------------------------------------------------------------------

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What it does, by the id of the action."""
        return {
            "design.tidy": self.tidy,
            "design.tidy_selection": self.tidy_selection,
            "design.flow_down": partial(self.set_flow, DOWN),
            "design.flow_right": partial(self.set_flow, RIGHT),
            **{f"design.align_{how}": partial(self.align, how) for how in arranging.ALIGN},
            **{f"design.distribute_{axis}": partial(self.distribute, axis) for axis in arranging.AXES},
        }

    def reasons(self) -> dict[str, Callable[[], str]]:
        """Why one of its actions is not possible now."""
        return {
            "design.tidy": lambda: "" if self.canvas.scene.nodes else "The design is empty.",
            "design.tidy_selection": partial(self._too_few, 2),
            **{f"design.align_{how}": partial(self._too_few, 2) for how in arranging.ALIGN},
            **{f"design.distribute_{axis}": partial(self._too_few, 3) for axis in arranging.AXES},
        }

    def checks(self) -> dict[str, Callable[[], bool]]:
        """Which of its actions are checked."""
        return {
            "design.flow_down": lambda: self.canvas.whole.orientation == DOWN,
            "design.flow_right": lambda: self.canvas.whole.orientation == RIGHT,
        }

    def _too_few(self, least: int) -> str:
        return "" if len(self.canvas.controller.selection) >= least else f"Select {WORDS[least]} blocks or more first."

    def tidy(self) -> None:
        """Arrange all blocks anew; what is in the middle of the view stays there."""
        self._lay_out(None, "Tidy up")

    def tidy_selection(self) -> None:
        """Arrange the selected blocks among themselves, where they are."""
        design, selection = self.canvas.controller.design, self.canvas.controller.selection
        if len(selection) > 1:
            self._lay_out(selection, f"Tidy up {named(design, ROOT, selection)}")

    def set_flow(self, flow: str) -> None:
        """Let wires run down, or to the right, in the whole document."""
        canvas = self.canvas
        if canvas.whole.orientation == flow:
            return
        self.cancel()
        anchor = self._anchor(canvas.whole.nodes) if canvas.scene is canvas.whole else ""
        step = arranging.turned(canvas.document.design, flow, canvas.whole.places(), anchor)
        self._glide(lambda: canvas.document.apply(step, step.name))  # what is seen then is `Turning`'s business
        canvas.flow_chosen.emit(flow)

    def align(self, how: str) -> None:
        """Stand the selected blocks in line."""
        self._move(arranging.aligned(self._boxes(), how), NAMES[how])

    def distribute(self, axis: str) -> None:
        """Leave equal gaps between the selected blocks."""
        self._move(arranging.distributed(self._boxes(), axis), NAMES[axis])

    def _boxes(self) -> dict[str, Rect]:
        scene = self.canvas.scene
        return {seen: tuple(scene.nodes[seen].box) for seen in map(scene.seen, self.canvas.controller.selection)}

    def _move(self, places: dict[str, Point], name: str) -> None:
        scene = self.canvas.scene
        before, there = scene.places(), scene.folds.moved(places)
        self._apply(arranging.rearrange(self.canvas.controller.design, before, there, name, ()))

    # -- laying out ------------------------------------------------------------------------------------------------------------

    def _plan(self, only: Collection[str] | None) -> Plan:
        design = self.canvas.controller.design
        return plan(design.root, design.resolve, flow=self.canvas.scene.orientation, only=only)

    def _lay_out(self, only: Collection[str] | None, name: str) -> None:
        self.cancel()
        made = self._plan(only)
        if len(made.pieces) < MANY:
            self._arranged(only, name, arrange(made))
        else:
            self._begin(made, partial(self._arranged, only, name))

    def complete(self) -> None:
        """Lay out in the background what was too large for that when it was opened. No step of undo: nothing was arranged."""
        if not self.canvas.scene.rough:
            return
        self.cancel()
        self._begin(self._plan(None), self._completed)

    def _begin(self, made: Plan, then: Callable[[dict[str, Point]], object]) -> None:
        self._then = then
        job = self.job = LayoutJob(made, self)
        job.done.connect(self._done, Qt.ConnectionType.QueuedConnection)
        job.failed.connect(self._failed, Qt.ConnectionType.QueuedConnection)
        self.destroyed.connect(job.cancel)
        self.working.begin(len(made.pieces))
        job.start()

    @property
    def busy(self) -> bool:
        """Whether a layout is being made."""
        return self.job is not None

    def cancel(self) -> None:
        """Give up a running layout: everything stays where it is."""
        if self.job is not None:
            self._end()
            self.finished.emit()

    def _end(self) -> None:
        job, self.job, self._then = self.job, None, None
        if job is not None:
            job.cancel()
            let_go(job)
            self.working.end()

    def _done(self, places: dict[str, Point]) -> None:
        then = self._then
        if self.sender() is not self.job or then is None:
            return
        self._end()
        then(places)
        self.finished.emit()

    def _failed(self, sentence: str) -> None:
        if self.sender() is self.job:
            self.cancel()
            self.canvas.status_text.emit(f"The layout failed: {sentence}")

    def _arranged(self, only: Collection[str] | None, name: str, places: dict[str, Point]) -> None:
        scene = self.canvas.scene
        before = scene.places()
        if only is None:
            places = arranging.anchored(places, before, self._anchor(scene.nodes))
        else:
            root = self.canvas.controller.design.root
            places = arranging.in_place(places, before, lambda node_id, at: rect(at, root.node(node_id).block))
        whole = self.canvas.view.sees_all()
        step = arranging.rearrange(self.canvas.controller.design, before, places, name, only)
        self._apply(step, partial(self._look_there, whole, before))

    def _completed(self, places: dict[str, Point]) -> None:
        self.canvas.scene.take_layout(places)
        self.canvas.view.show_beginning()

    def _apply(self, step: Compound, then: Callable[[], object] | None = None) -> None:
        """Make a step; `then` once everything stands in its new place, before it is shown on its way there."""

        def change() -> bool:
            done = self.canvas.controller.apply(step, step.name)
            if done and then is not None:
                then()
            return done

        if step.edits:
            self._glide(change)

    def _glide(self, change: Callable[[], bool]) -> None:
        """Make a change; then show how things get to their new places."""
        scene = self.canvas.scene
        self.glide.settle()
        before = Picture(scene) if len(scene.nodes) < MANY else None
        done = change()
        if done and before is not None and self.canvas.scene is scene and not self.canvas.view.read_only:
            self.glide.go(scene, before)

    # -- what is seen ------------------------------------------------------------------------------------------------------------

    def _anchor(self, nodes: Collection[str]) -> str:
        """The block that stays in its place: the one nearest to the middle of the view."""
        if not nodes or self.canvas.view.surface is not self.canvas.scene:
            return ""
        x, y = self.canvas.view.centre().x(), self.canvas.view.centre().y()
        boxes = self.canvas.scene.node_grid.boxes
        near = [
            ((boxes[node_id].centre[0] - x) ** 2 + (boxes[node_id].centre[1] - y) ** 2, node_id)
            for node_id in nodes
            if node_id in boxes and node_id in self.canvas.scene.controller.design.root
        ]
        return min(near)[1] if near else ""

    def _look_there(self, whole: bool, before: dict[str, Point]) -> None:
        """Whoever saw everything sees everything again; what has left the view altogether is brought back."""
        view, content = self.canvas.view, self.canvas.scene.content()
        if content is None or self.canvas.scene.places() == before:
            return
        if whole:
            view.fit(animate=True)
        elif not content.meets(view.seen()):
            view.look(view.zoom, QPointF(*content.centre))

    # -- what happens meanwhile ------------------------------------------------------------------------------------------------

    def _settled(self, view: View, press: Pointer) -> Gesture | None:
        """Blocks stand still before a gesture begins."""
        self.glide.settle()
        return None

    def _left(self) -> None:
        self.glide.settle()
        self.cancel()

    def _changed(self, delta: object) -> None:
        """An edit on the way: a glide ends where it belongs, a layout of what is gone is not wanted."""
        if self.glide.running:
            self.glide.drop()
        if self.job is not None and getattr(delta, "structural", True):
            self.cancel()
            self.canvas.status_text.emit("The design has changed, so the layout was given up.")
        self.complete()
