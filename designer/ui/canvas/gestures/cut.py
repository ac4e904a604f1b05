"""Cut: Shift-drag across wires takes all of them away as one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from designer.app import commands
from designer.graph.network import Edge
from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import Point, bounds
from designer.ui.canvas.gestures import feedback
from designer.ui.canvas.gestures.base import Gesture, Pointer
from designer.ui.canvas.gestures.hands import Hands

if TYPE_CHECKING:
    from designer.ui.canvas.surface import Surface
    from designer.ui.canvas.view import View


class Cut(Gesture):
    """A knife: whatever wire its line crosses is cut when the button goes up."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, view: View, press: Pointer, hands: Hands) -> None:
        super().__init__(view, press)
        self.hands = hands
        self.line: list[Point] = [(press.x, press.y)]
        self.crossed: set[Edge] = set()

    def moved(self, pointer: Pointer) -> None:
        at = (pointer.x, pointer.y)
        self.crossed |= crossed(self.view.surface, self.line[-1], at)
        self.line.append(at)
        self.view.viewport().update()

    def released(self, pointer: Pointer, dragged: bool) -> None:
        if dragged and self.crossed:
            self.hands.do(commands.cut(self.hands.controller.design, self.crossed))

    def paint(self, painter: QPainter, zoom: float) -> None:
        surface = self.view.surface
        self.crossed = {edge for edge in self.crossed if edge in surface.edges}
        for edge in self.crossed:
            feedback.marked_wire(painter, surface.edges[edge].points, "state.error")
        if len(self.line) > 1:
            pen = QPen(draw.ink().color("state.error"), 1.5 / zoom, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(draw.NO_BRUSH)
            painter.drawPolyline([QPointF(*point) for point in self.line])
            count = len(self.crossed)
            text = f"Cuts {count} wire{'s' if count != 1 else ''}." if count else "Drag across wires to cut them."
            feedback.bubble(painter, zoom, self.line[-1], text)


def crossed(surface: Surface, a: Point, b: Point) -> set[Edge]:
    """The wires that the line from `a` to `b` crosses."""
    found: set[Edge] = set()
    for edge, leg in surface.edge_grid.near(bounds((a, b))):
        if edge not in found and _cross(a, b, *surface.edges[edge].points[leg : leg + 2]):
            found.add(edge)
    return found


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two pieces of line meet."""

    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    first, second = side(a, b, c), side(a, b, d)
    third, fourth = side(c, d, a), side(c, d, b)
    if first == second == third == fourth == 0:  # along the wire: the boxes met already
        return True
    return first * second <= 0 and third * fourth <= 0


def start(hands: Hands, view: View, press: Pointer) -> Gesture | None:
    """Left button with Shift beside blocks."""
    beside = press.hit.kind in ("nothing", "edge", "frame")
    if press.button != Qt.MouseButton.LeftButton or not beside or view.read_only:
        return None
    return Cut(view, press, hands) if press.held(Qt.KeyboardModifier.ShiftModifier) else None
