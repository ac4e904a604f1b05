"""Detach: take the wire off an input and draw it elsewhere, or let it go over free ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from designer.app import commands
from designer.app.wiring import End
from designer.graph.network import Edge
from designer.ui.canvas.gestures.base import Gesture, Pointer
from designer.ui.canvas.gestures.connect import Connect
from designer.ui.canvas.gestures.hands import Hands

if TYPE_CHECKING:
    from designer.ui.canvas.view import View


class Detach(Connect):
    """The wire hangs on the output it came from."""

    nowhere = "Let go to disconnect."

    def _draw(self, edge: Edge) -> None:
        self._carry(edge)

    def _on_free_ground(self, pointer: Pointer) -> None:
        self._carry(None)

    def _carry(self, to: Edge | None) -> None:
        wire = self.moving
        assert wire is not None
        self.hands.attempt(lambda: commands.carry(self.hands.controller.design, wire, to), select=False)


def start(hands: Hands, view: View, press: Pointer) -> Gesture | None:
    """Left button on an input that has a wire."""
    hit = press.hit
    if press.button != Qt.MouseButton.LeftButton or hit.kind != "port" or hit.output or view.read_only:
        return None
    network = hands.controller.design.root
    source = network.sources(hit.node).get(hit.port) if hit.node in network else None
    if source is None:
        return None
    return Detach(view, press, hands, End(*source, True), Edge(*source, hit.node, hit.port))
