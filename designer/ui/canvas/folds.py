"""`Folds`: what one scene shows as cards, and where everything stands because of that. A matter of the view, never of the design.

What a person folded is remembered by the names of stages and the ids of blocks. Which cards that makes is worked out anew after
every edit: a run grows and shrinks with its copies, a stage that is no longer convex opens, and a step taken back folds it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from designer.graph.compaction import Compact, Cuts, compact
from designer.graph.folding import NOTHING, Fold, Folded, fold, stage_folds, stage_id
from designer.graph.network import Edge, Network
from designer.graph.repeats import Repeats
from designer.ui.canvas.fold_item import card_size
from designer.ui.canvas.geometry import Box, Point

Resolve = Callable[[str], Any]


class Wanted(NamedTuple):
    """What a person folded: names of stages, and ids of nodes of runs."""

    stages: frozenset[str] = frozenset()
    nodes: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.stages or self.nodes)


class Folds:
    """The cards of one scene."""

    def __init__(self) -> None:
        self.wanted = Wanted()
        self.folded: Folded = NOTHING
        self.compact = Compact({}, Cuts(), Cuts())
        self.boxes: dict[str, Box] = {}  # of all nodes in the document, while anything is folded
        self._finder = Repeats()

    def __bool__(self) -> bool:
        """Whether anything is to be folded."""
        return bool(self.wanted)

    def runs(self, network: Network, resolve: Resolve) -> list[Fold]:
        """All runs of equal units there are, folded or not."""
        return self._finder.find(network, resolve)

    def derive(self, network: Network, resolve: Resolve) -> bool:
        """Work out the cards of the network as it is now; says whether they are others than before."""
        before = self.folded
        if not self.wanted:
            self.folded = NOTHING
        else:
            stages = stage_folds(network, resolve) if self.wanted.stages else {}
            found = [one for stage, one in stages.items() if stage in self.wanted.stages]
            if self.wanted.nodes:
                found += [one for one in self.runs(network, resolve) if not self.wanted.nodes.isdisjoint(one.members)]
            self.folded = fold(network, resolve, found)
        return before != self.folded

    def arrange(self, boxes: Mapping[str, Box]) -> None:
        """Work out where everything is seen; `boxes` are those of all nodes in the document, while anything is to be folded."""
        self.boxes = dict(boxes)
        cards = self.folded.folds.values()
        self.compact = compact(self.boxes, cards, {one.id: card_size(one) for one in cards})

    def box(self, seen: str) -> Box:
        """The box of a card, or of a block beside cards, where it is seen."""
        if seen in self.folded.folds:
            return self.compact.box_of_card(seen)
        return self.compact.box(self.boxes[seen])

    def hides(self, edge: Edge) -> bool:
        """Whether a wire runs inside a card."""
        card = self.folded.card_of.get(edge.source)
        return card is not None and card == self.folded.card_of.get(edge.target)

    def members(self, seen: Iterable[str]) -> frozenset[str]:
        """Nodes, those of cards in the place of the cards."""
        found: set[str] = set()
        for one in seen:
            card = self.folded.folds.get(one)
            found.update(card.members if card is not None else (one,))
        return frozenset(found)

    def moved(self, places: Mapping[str, Point]) -> dict[str, Point]:
        """The places in the document of what was moved to these places of the view: a card takes its members along."""
        if not self.folded.folds:
            return dict(places)
        found: dict[str, Point] = {}
        for seen, (x, y) in places.items():
            before = self.box(seen)
            cx, cy = before.centre
            here = self.compact.place((cx + x - before.left, cy + y - before.top))
            card = self.folded.folds.get(seen)
            if card is None:
                found[seen] = (here[0] - before.width / 2, here[1] - before.height / 2)
                continue
            was = self.compact.cards[seen].centre
            for node_id in card.members:
                box = self.boxes[node_id]
                found[node_id] = (box.left + here[0] - was[0], box.top + here[1] - was[1])
        return found

    # -- what a person wants -----------------------------------------------------------------------------------------------

    def want(self, folds: Iterable[Fold]) -> None:
        """Fold these too."""
        found = list(folds)
        stages = {one.stage for one in found if one.stage}
        nodes = {node_id for one in found if not one.stage for node_id in one.members}
        self.wanted = Wanted(self.wanted.stages | stages, self.wanted.nodes | nodes)

    def unwant(self, folds: Iterable[Fold]) -> None:
        """Fold these no longer."""
        found = list(folds)
        stages = {one.stage for one in found if one.stage}
        nodes = {node_id for one in found if not one.stage for node_id in one.members}
        self.wanted = Wanted(self.wanted.stages - stages, self.wanted.nodes - nodes)

    def why_open(self, stage: str) -> str:
        """Why a stage that was folded is seen open; "" where it is not, or was not."""
        return self.folded.open.get(stage_id(stage), "")
