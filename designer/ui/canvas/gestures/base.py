"""What a gesture is: a small class that lives from the press of a button to its release and shows what it will do.

A gesture changes nothing until it ends, except what it can take back (live positions): Escape, the loss of the focus or another
button cancel it without a trace. Whatever it does to the design is one step of undo.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainter

from designer.ui.canvas.hit_test import Hit

if TYPE_CHECKING:
    from designer.ui.canvas.view import View


class Pointer(NamedTuple):
    """Where the pointer is and what is held: `x`, `y` in scene px, `at` in px of the view. `hit` is what lies under a press."""

    x: float
    y: float
    at: QPoint
    button: Qt.MouseButton
    modifiers: Qt.KeyboardModifier
    hit: Hit = Hit()

    @property
    def point(self) -> QPointF:
        return QPointF(self.x, self.y)

    def held(self, modifier: Qt.KeyboardModifier) -> bool:
        """Whether Ctrl, Shift or Alt is held."""
        return bool(self.modifiers & modifier)


class Gesture:
    """Base of all gestures. `moved` comes once the pointer has left the place of the press by the system's drag distance."""

    cursor: Qt.CursorShape | None = None

    def __init__(self, view: View, press: Pointer) -> None:
        self.view = view
        self.press = press

    def begun(self) -> None:
        """The button went down."""

    def moved(self, pointer: Pointer) -> None:
        """The pointer is elsewhere."""

    def released(self, pointer: Pointer, dragged: bool) -> None:
        """The button went up; `dragged` says whether `moved` was ever called."""

    def cancelled(self) -> None:
        """It ends without effect."""

    def paint(self, painter: QPainter, zoom: float) -> None:
        """Draw what it shows, in scene px, above everything."""


Starter = Callable[["View", Pointer], Gesture | None]
"""Looks at a press and gives the gesture that it begins, or None: then the next starter is asked."""
