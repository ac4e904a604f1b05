"""`RunMarks`: quiet signs beside runs of equal units that could be folded. The canvas looks for runs when a person pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from designer.graph.folding import Fold
from designer.ui.canvas.fold_item import RunMark
from designer.ui.canvas.geometry import Box

if TYPE_CHECKING:
    from designer.ui.canvas.scene import Scene


class RunMarks:
    """The marks of one scene, by the id of the card that a run would be. They do not keep the scene alive."""

    def __init__(self) -> None:
        self.items: dict[str, RunMark] = {}

    @property
    def toggles(self) -> dict[str, Box]:
        return {card: item.toggle for card, item in self.items.items()}

    @property
    def runs(self) -> list[Fold]:
        """What they are beside."""
        return [item.fold for item in self.items.values()]

    def forget(self) -> None:
        """The scene was emptied."""
        self.items = {}

    def follow(self, scene: Scene) -> None:
        """Blocks may stand elsewhere."""
        for item in self.items.values():
            boxes = [scene.nodes[node_id].box for node_id in item.fold.members if node_id in scene.nodes]
            if boxes:
                left, top = min(box.left for box in boxes), min(box.top for box in boxes)
                item.surround(Box(left, top, max(box.right for box in boxes), max(box.bottom for box in boxes)))

    def look(self, scene: Scene) -> None:
        """Look for runs, and stand beside those that are not folded."""
        design, folded = scene.controller.design, scene.folds.folded
        open_ = {
            one.id: one
            for one in scene.folds.runs(design.root, design.resolve)
            if folded.card_of.keys().isdisjoint(one.members) and all(node_id in scene.nodes for node_id in one.members)
        }
        for card in [card for card in self.items if card not in open_]:
            scene.removeItem(self.items.pop(card))
        for card, one in open_.items():
            item = self.items.get(card)
            if item is None:
                item = self.items[card] = RunMark(one, scene.orientation)
                scene.addItem(item)
            elif item.fold != one:
                item.fold = one
                item.update()
        self.follow(scene)
