"""Closing the gaps that folding leaves: where cards stand, and where everything else moves so that no empty stretch remains.

Places in the document stay as they are. A card stands on one of its members, the one nearest to the middle of them all, so that
it stands on nothing else. Then stretches are cut out in which nothing is seen any more, along both axes; whatever is seen moves
as a whole, so that what stood apart stands apart.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from designer.graph.folding import Fold
from designer.graph.geometry import GAP, Box, Point

GAP_SIDEWAYS = 40.0  # between blocks beside each other
Span = tuple[float, float]


class Cuts:
    """Stretches of one axis that are not seen: `spans` are apart and in order."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._spans = list(spans)
        self._starts = [start for start, _ in self._spans]
        self._before: list[float] = []  # how much is cut before each
        total = 0.0
        for start, end in self._spans:
            self._before.append(total)
            total += end - start
        self._seen = [start - cut for start, cut in zip(self._starts, self._before, strict=True)]

    def seen(self, at: float) -> float:
        """Where a place is seen. All of a stretch that is cut is one place."""
        k = bisect_right(self._starts, at) - 1
        if k < 0:
            return at
        start, end = self._spans[k]
        return max(at - end, 0.0) + start - self._before[k]

    def place(self, seen: float) -> float:
        """The place that is seen there; the beginning of a stretch that is cut."""
        k = bisect_right(self._seen, seen) - 1
        while k >= 0 and self._seen[k] == seen:
            k -= 1
        return seen if k < 0 else seen + self._before[k] + self._spans[k][1] - self._spans[k][0]


class Compact(NamedTuple):
    """Where things are seen. `cards` are the boxes of cards before anything moves."""

    cards: Mapping[str, Box]
    across: Cuts
    along: Cuts

    def seen(self, at: Point) -> Point:
        """Where a place of the document is seen."""
        return self.across.seen(at[0]), self.along.seen(at[1])

    def place(self, seen: Point) -> Point:
        """The place of the document that is seen there."""
        return self.across.place(seen[0]), self.along.place(seen[1])

    def box(self, box: Box) -> Box:
        """A box where it is seen: it keeps its size."""
        x, y = box.centre
        sx, sy = self.seen((x, y))
        return box.moved(sx - x, sy - y)

    def box_of_card(self, card: str) -> Box:
        """Where a card is seen."""
        return self.box(self.cards[card])


def compact(boxes: Mapping[str, Box], folds: Iterable[Fold], sizes: Mapping[str, Point]) -> Compact:
    """Close the gaps. `boxes` are those of all nodes in the document, `sizes` the widths and heights of cards."""
    cards: dict[str, Box] = {}
    around: dict[str, Box] = {}
    hidden: set[str] = set()
    for one in folds:
        members = [boxes[node_id] for node_id in one.members]
        whole = around[one.id] = Box(
            min(box.left for box in members),
            min(box.top for box in members),
            max(box.right for box in members),
            max(box.bottom for box in members),
        )
        cards[one.id] = _stand(members, whole, sizes[one.id])
        hidden.update(one.members)
    if not cards:
        return Compact({}, Cuts(), Cuts())
    seen = {node_id: box for node_id, box in boxes.items() if node_id not in hidden} | cards
    columns = _cuts({key: (box.left, box.right) for key, box in seen.items()}, _spans(around, cards, 0), GAP_SIDEWAYS)
    rows = _cuts({key: (box.top, box.bottom) for key, box in seen.items()}, _spans(around, cards, 1), GAP)
    return Compact(cards, Cuts(columns), Cuts(rows))


def _stand(members: list[Box], whole: Box, size: Point) -> Box:
    """The box of a card: in the middle of the member that is nearest to the middle of all, with its top there."""
    middle = whole.centre[0]
    anchor = min(members, key=lambda box: (abs(box.centre[0] - middle), box.top))
    left = anchor.centre[0] - size[0] / 2
    return Box(left, anchor.top, left + size[0], anchor.top + size[1])


def _spans(around: Mapping[str, Box], cards: Mapping[str, Box], axis: int) -> dict[str, list[Span]]:
    """What each card leaves empty of the room its members had, before and behind it."""
    return {key: [(whole[axis], cards[key][axis]), (cards[key][axis + 2], whole[axis + 2])] for key, whole in around.items()}


def _cuts(seen: Mapping[str, Span], empty: Mapping[str, list[Span]], gap: float) -> list[Span]:
    """What can be cut out: the empty spans without what is seen there and the gap around it."""
    blocked = sorted((start - gap, end + gap, key) for key, (start, end) in seen.items())
    found: list[Span] = []
    for card, spans in empty.items():
        for start, end in spans:
            at = start
            for low, high, key in blocked:
                if low >= end:
                    break
                if key == card:  # the span ends at it already
                    continue
                if low > at:
                    found.append((at, low))
                at = max(at, high)
            if at < end:
                found.append((at, end))
    joined: list[Span] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
