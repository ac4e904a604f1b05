"""Connect: draw a wire from a port to a port, in either direction.

Ports that cannot take it grey out and say why at the pointer; an occupied input takes it and lets its old wire go. On free
ground the canvas asks for a block to put there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter

from designer.analysis.describe import name_of
from designer.app import commands
from designer.app.wiring import End, Ends, edge_between, forecast, free_input
from designer.graph.network import Edge
from designer.ui.canvas.fold_item import title_of
from designer.ui.canvas.geometry import SIZES, Point
from designer.ui.canvas.gestures import feedback
from designer.ui.canvas.gestures.base import Gesture, Pointer
from designer.ui.canvas.gestures.hands import Hands, end_of
from designer.ui.canvas.hit_test import port_at

if TYPE_CHECKING:
    from designer.ui.canvas.view import View


class Aim(NamedTuple):
    """What the wire would end at: a port, why it cannot, and what is said about it."""

    end: End | None = None
    why_not: str = ""
    text: str = ""
    kind: str = ""


class Connect(Gesture):
    """A wire that hangs on the port `start`. `moving` is the wire that was taken off, if it was one."""

    nowhere = "Let go to add a block here."

    def __init__(self, view: View, press: Pointer, hands: Hands, start: End, moving: Edge | None = None) -> None:
        super().__init__(view, press)
        self.hands = hands
        self.start = start
        self.moving = moving
        self.aim = Aim()
        self._ends: Ends | None = None
        self._at: Point = (press.x, press.y)

    # -- the drag ----------------------------------------------------------------------------------------------------------

    def moved(self, pointer: Pointer) -> None:
        if self._ends is None:
            self._ends = Ends(self.hands.controller.design, self.start, self.moving)
            self._show_ports(self._ends)
            self.view.viewport().setCursor(Qt.CursorShape.CrossCursor)
        self._at = (pointer.x, pointer.y)
        aim = self._aim_at(pointer, self._ends)
        if aim.end != self.aim.end:
            self._snap(self.aim.end, False)
            self._snap(aim.end if not aim.why_not else None, True)
        self.aim = aim
        self.view.viewport().update()

    def released(self, pointer: Pointer, dragged: bool) -> None:
        aim = self.aim
        self._restore()
        if not dragged:
            self.view.select(frozenset({self.press.hit.node}))
        elif aim.why_not:
            self.hands.say(aim.why_not)
        elif aim.end is not None:
            self._draw(edge_between(self.start, aim.end))
        elif self.view.surface.hit(pointer.x, pointer.y, self.view.zoom).kind in ("nothing", "frame"):
            self._on_free_ground(pointer)

    def cancelled(self) -> None:
        self._restore()

    def _draw(self, edge: Edge) -> None:
        # made late: the design may have changed under the gesture
        self.hands.attempt(lambda: commands.connect(self.hands.controller.design, edge), select=False)

    def _on_free_ground(self, pointer: Pointer) -> None:
        self.hands.quick_add((pointer.x, pointer.y), self.start)

    # -- what it would end at ------------------------------------------------------------------------------------------------

    def _aim_at(self, pointer: Pointer, ends: Ends) -> Aim:
        surface, reach = self.view.surface, SIZES.port_snap / min(self.view.zoom, 1.0)
        hit = port_at(surface, pointer.x, pointer.y, reach, output=not self.start.output)
        if hit.kind == "nothing":  # one of the wrong side says why, but only where it is meant
            hit = port_at(surface, pointer.x, pointer.y, reach / 3)
        end = end_of(hit) if hit.kind == "port" else self._port_of_block(pointer, ends)
        if end is None:
            return Aim(text=self.nowhere)
        if end == self.start:
            return Aim()
        card = self.hands.scene.folds.folded.folds.get(end.node)
        reason = f"Unfold {title_of(card, self.hands.controller.design.root)} to connect to a block in it." if card else ""
        reason = reason or ends.why_not(end)
        if reason:
            return Aim(end, reason, reason, "refused")
        controller = self.hands.controller
        problem = forecast(controller.design, controller.engine, edge_between(self.start, end))
        if problem:
            return Aim(end, "", problem, "warning")
        taken = ends.taken_by(end)
        if taken is not None:
            return Aim(end, "", f"Replaces the wire from {name_of(controller.design.root.node(taken.source))}.")
        return Aim(end)

    def _port_of_block(self, pointer: Pointer, ends: Ends) -> End | None:
        """Over the body of a block: its first port that can take the wire; where none can, the first, to say why."""
        hit = self.view.surface.hit(pointer.x, pointer.y, self.view.zoom)
        if hit.kind != "node" or hit.node == self.start.node:
            return None
        item = self.view.surface.nodes[hit.node]
        if hit.node in self.hands.scene.folds.folded.folds:
            return End(hit.node, "", not self.start.output)
        places = item.outputs if not self.start.output else item.inputs
        found = [End(hit.node, place.name, place.output) for place in places]
        if self.start.output:
            port = free_input(self.hands.controller.design, hit.node)
            found.sort(key=lambda end: end.port != port)
        able = [end for end in found if not ends.why_not(end)]
        return next(iter(able or found), None)

    # -- what is shown -----------------------------------------------------------------------------------------------------

    def _show_ports(self, ends: Ends) -> None:
        for node_id, item in self.view.surface.nodes.items():
            states: dict[tuple[bool, str], str] = {}
            for place in (*item.inputs, *item.outputs):
                end = End(node_id, place.name, place.output)
                states[place.output, place.name] = "source" if end == self.start else "refused" if ends.why_not(end) else "can"
            item.port_states = states
            item.dimmed = not {"can", "source"} & set(states.values())
            item.update()
        self._set_moving(0.25)

    def _snap(self, end: End | None, over: bool) -> None:
        item = self.view.surface.nodes.get(end.node) if end is not None else None
        if item is not None and end is not None:
            key = (end.output, end.port)
            if item.port_states.get(key) in ("can", "snapped"):
                item.port_states = {**item.port_states, key: "snapped" if over else "can"}
                item.update()

    def _set_moving(self, opacity: float) -> None:
        item = self.view.surface.edges.get(self.moving) if self.moving is not None else None
        if item is not None:
            item.setOpacity(opacity)

    def _restore(self) -> None:
        self.aim = Aim()
        if self._ends is None:
            return
        self._ends = None
        for item in self.view.surface.nodes.values():
            item.port_states = {}
            item.dimmed = False
            item.update()
        self._set_moving(1.0)
        self.view.viewport().update()

    def paint(self, painter: QPainter, zoom: float) -> None:
        if self._ends is None:
            return
        surface, aim = self.view.surface, self.aim
        start = surface.port_point(*self.start) or (self.press.x, self.press.y)
        end = surface.port_point(*aim.end) if aim.end is not None and not aim.why_not else None
        feedback.loose_wire(painter, start, end or self._at, from_output=self.start.output, flow=surface.orientation)
        feedback.bubble(painter, zoom, self._at, aim.text, aim.kind)


def start(hands: Hands, view: View, press: Pointer) -> Gesture | None:
    """Left button on a port that has no wire to take off."""
    if press.button != Qt.MouseButton.LeftButton or press.hit.kind != "port" or view.read_only:
        return None
    return Connect(view, press, hands, end_of(press.hit))
