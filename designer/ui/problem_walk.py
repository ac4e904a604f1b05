"""From one block with a problem to the next, with one key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from designer.app.inside import InsideController

if TYPE_CHECKING:
    from designer.ui.main_window import MainWindow


class ProblemWalk:
    """Goes through the blocks with issues in execution order, around and back to the first; out of an own block once none of its
    blocks is left."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def _blocks(self) -> list[str]:
        if self._window.edited is None:
            return []
        engine = self._window.edited.engine
        return [node_id for node_id in (*engine.order.order, *engine.order.rest) if engine.results[node_id].issues]

    def _around(self) -> list[tuple[str, ...]]:
        """Ways to the blocks with issues outside of the own block that is edited."""
        from designer.ui.panels.problem_entries import around

        edited = self._window.edited
        return [entry.way for entry in around(edited)] if isinstance(edited, InsideController) else []

    def why_not(self) -> str:
        """Why there is nowhere to go; empty when there is."""
        return "" if self._blocks() or self._around() else "No block has a problem."

    def next(self) -> None:
        """Go to the block after the selected one."""
        found, controller = self._blocks(), self._window.edited
        if controller is None:
            return
        here = next((k for k, node_id in enumerate(found) if node_id in controller.selection), -1)
        ways = self._around() if here + 1 == len(found) else []
        if ways:
            self._window.show_place(ways[0])
        elif found:
            self._window.go_to(found[(here + 1) % len(found)])
