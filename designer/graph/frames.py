"""Frames of stages: what a frame would cover although it belongs elsewhere moves out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise

from designer.graph.pieces import Cancelled, Gaps, Item, Rows, apart

SEPARATIONS = 400  # how often frames are moved apart at most
PUSHES = 400  # how many follow one of those
MARGIN = 16.0  # between a frame and what does not belong to it


class _Frame:
    """The blocks of a stage, and the rectangle around them: ranks along, px across."""

    def __init__(self, members: list[Item], gaps: Gaps) -> None:
        self.members = members
        self.first = min([item.rank for item in members])
        self.last = max([item.rank for item in members])
        self._gaps = gaps
        self.measure()

    def measure(self) -> None:
        self.inner = min([item.left for item in self.members])
        self.left = self.inner - self._gaps.frame[0]
        self.right = max([item.right for item in self.members]) + self._gaps.frame[1]


def part_frames(rows: Rows, gaps: Gaps, cancelled: Callable[[], bool]) -> None:
    """Move apart what a frame would cover: what stands right of a frame goes further right, with all that hangs on it there."""
    by_stage: dict[str, list[Item]] = {}
    for row in rows:
        for item in row:
            if item.stage is not None:
                by_stage.setdefault(item.stage, []).append(item)
    frames = {stage: _Frame(members, gaps) for stage, members in by_stage.items()}
    for _ in range(SEPARATIONS):
        if cancelled():
            raise Cancelled
        found = _covered(rows, frames)
        if found is None:
            return
        start, cut, by = found
        _shift(rows, start, cut, by, gaps)
        for frame in frames.values():
            frame.measure()


def _covered(rows: Rows, frames: Mapping[str, _Frame]) -> tuple[list[Item], float, float] | None:
    """The first block that a frame covers although it is not of its stage: who has to move right, from where on, and how far."""
    for stage, frame in frames.items():
        for row in rows[frame.first : frame.last + 1]:
            for item in row:
                if item.piece is None or item.stage == stage:
                    continue
                other = frames[item.stage] if item.stage is not None else None
                left, right = (other.left, other.right) if other is not None else (item.left, item.right)
                if left >= frame.right + MARGIN - 0.5 or right <= frame.left - MARGIN + 0.5:
                    continue
                members = other.members if other is not None else [item]
                centre = sum([one.x for one in members]) / len(members)
                if centre >= sum([one.x for one in frame.members]) / len(frame.members):
                    cut = other.inner if other is not None else item.left
                    by = frame.right + MARGIN - left
                    moving, staying = members, frame.members
                else:
                    cut = frame.inner
                    by = right + MARGIN - frame.left
                    moving, staying = frame.members, members
                if by > 0.5 and all(one.left < cut for one in staying):  # one inside the other cannot be helped
                    return moving, cut, by
    return None


def _shift(rows: Rows, start: Iterable[Item], cut: float, by: float, gaps: Gaps) -> None:
    """Move some items, and all that hangs on them right of the cut, to the right; whoever stands in the way moves likewise."""
    moved: set[Item] = set()
    for _ in range(PUSHES):
        moving = _hanging(start, cut)
        moved |= moving
        for item in moving:
            item.x += by
        pushed = next(_pushed(rows, moved, gaps), None)
        if pushed is None:
            return
        start, cut, by = [pushed[0]], pushed[0].left, pushed[1]
    for row in rows:  # hardly ever: then lines bend
        for left, right in pairwise(row):
            right.x = max(right.x, left.x + apart(left, right, gaps))


def _pushed(rows: Rows, moved: set[Item], gaps: Gaps) -> Iterator[tuple[Item, float]]:
    """Items that something which moved stands too near to, and by how much."""
    for rank in sorted({item.rank for item in moved}):
        for left, right in pairwise(rows[rank]):
            short = left.x + apart(left, right, gaps) - right.x
            if short > 0.01:
                yield right, short


def _hanging(start: Iterable[Item], cut: float) -> set[Item]:
    """Items, and those connected to them that are wholly right of a cut."""
    moving = set(start)
    waiting = list(moving)
    while waiting:
        item = waiting.pop()
        for other in (*item.above, *item.below):
            if other not in moving and other.left >= cut - 0.5:
                moving.add(other)
                waiting.append(other)
    return moving
