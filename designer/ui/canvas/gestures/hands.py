"""What gestures that change the design need of the canvas they act on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from designer.app.controller import Controller
from designer.app.wiring import End
from designer.graph.edits import Compound
from designer.ui.canvas.geometry import Point
from designer.ui.canvas.hit_test import Hit

if TYPE_CHECKING:
    from designer.ui.canvas.scene import Scene


class Hands(Protocol):
    """The canvas's way of doing things: each as one step of undo, with the reason said where it cannot be."""

    @property
    def controller(self) -> Controller: ...
    @property
    def scene(self) -> Scene: ...

    def do(self, step: Compound, *, select: bool = True) -> bool:
        """Apply a step under its name and select what it adds; False when there is nothing to do or the graph refuses it."""
        ...

    def attempt(self, make: Callable[[], Compound], *, select: bool = True) -> bool:
        """`do` what `make` gives; where it cannot be made, say why."""
        ...

    def say(self, sentence: str) -> None:
        """Say why something was not done, where the pointer is."""
        ...

    def quick_add(self, at: Point, port: End | None = None) -> object:
        """Ask for a block to put at a place of the scene, connected to `port`."""
        ...

    def edit_note(self, name: str) -> object:
        """Let a person write in a note."""
        ...


def end_of(hit: Hit) -> End:
    """The port that was hit."""
    return End(hit.node, hit.port, hit.output)
