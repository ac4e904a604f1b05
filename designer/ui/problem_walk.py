"""From one block with a problem to the next, with one key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from designer.ui.main_window import MainWindow


class ProblemWalk:
    """Goes through the blocks with issues in execution order, around and back to the first."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def _blocks(self) -> list[str]:
        if self._window.edited is None:
            return []
        engine = self._window.edited.engine
        return [node_id for node_id in (*engine.order.order, *engine.order.rest) if engine.results[node_id].issues]

    def why_not(self) -> str:
        """Why there is nowhere to go; empty when there is."""
        return "" if self._blocks() else "No block has a problem."

    def next(self) -> None:
        """Go to the block after the selected one."""
        found, controller = self._blocks(), self._window.edited
        if controller is not None and found:
            here = next((k for k, node_id in enumerate(found) if node_id in controller.selection), -1)
            self._window.go_to(found[(here + 1) % len(found)])
