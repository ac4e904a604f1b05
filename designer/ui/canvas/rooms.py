"""Where the canvas is: the design, what is inside an own block (editable), or the drawing of a composite (to be looked at)."""

from __future__ import annotations

from typing import NamedTuple

from designer.app.controller import Controller
from designer.app.garbage import let_go
from designer.app.inside import InsideController
from designer.graph.own_block import OWN, OwnBlock
from designer.ui.canvas.inside import InsideScene, result_at
from designer.ui.canvas.scene import Scene

Trail = tuple[str, ...]


class Look(NamedTuple):
    """Zoom and middle of what was seen before, to come back to, and which way wires ran there."""

    zoom: float
    x: float
    y: float
    flow: str


class Room(NamedTuple):
    """One step inside. `trail` is the way here; `controller` is that of the nearest network around that can be edited."""

    trail: Trail
    surface: Scene | InsideScene
    controller: Controller
    look: Look

    @property
    def editable(self) -> bool:
        return isinstance(self.surface, Scene)

    @property
    def alive(self) -> bool:
        """Whether what is shown is still there."""
        controller = self.controller
        if isinstance(controller, InsideController) and not controller.alive:
            return False
        return isinstance(self.surface, Scene) or self.surface.trail[0] in controller.design.root

    def close(self) -> None:
        """Let go of what was shown."""
        if isinstance(self.surface, Scene):
            self.surface.release()
            if isinstance(self.controller, InsideController):
                self.controller.release()
                let_go(self.controller)
        let_go(self.surface)


def own_scope(controller: Controller, node_id: str) -> str:
    """The definition of the own block that a node is; "" where it is none, or one that is not known here."""
    if node_id not in controller.design.root:
        return ""
    block = controller.design.resolve(controller.design.root.node(node_id).block)
    return block.id.removeprefix(OWN) if isinstance(block, OwnBlock) else ""


def can_enter(controller: Controller, trail: Trail) -> bool:
    """Whether something is drawn at the end of a way that begins in this controller's network."""
    if not trail:
        return False
    return bool(own_scope(controller, trail[0]) and len(trail) == 1) or result_at(controller, trail) is not None
