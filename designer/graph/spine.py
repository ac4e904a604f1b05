"""The spine: what all ways to the first output pass stands in one line; modules stand around it, everything else beside it.

Each module, and each thing beside the spine, is placed by itself, so that an edit in one moves that one alone, and a network
reads as its paper draws it.
"""

from __future__ import annotations

from collections.abc import Callable

from designer.graph.across import place
from designer.graph.pieces import Gaps, Item, Rows, apart


def place_rows(rows: Rows, gaps: Gaps, cancelled: Callable[[], bool]) -> None:
    """Set x of every item, so that those of a row keep their order and their distances. The spine comes to x = 0."""
    spine = [_alone(row) for row in rows]
    if not any(spine):
        place(rows, gaps, cancelled)
        _begin_at_0(rows)
        return
    for first, last in _modules(spine):
        _place_module(rows, spine, first, last, gaps, cancelled)
    for item in spine:
        if item is not None:
            item.x = 0.0
    for row in rows:
        for position, item in enumerate(row):
            item.place = position
    fixed = [[item.place for item in row if _fixed(item)] for row in rows]
    groups = [(group, _side(fixed, group)) for group in _groups(rows)]
    for group, _ in groups:
        if len(group) > 1:
            ranks = sorted({item.rank for item in group})
            members = set(group)
            place([[item for item in rows[rank] if item in members] for rank in ranks], gaps, cancelled)
    for row in rows:
        for position, item in enumerate(row):
            item.place = position
    for group, side in sorted(groups, key=lambda found: _distance(fixed, found[0])):
        _hug(rows, group, gaps, side)
    for row in rows:
        _keep_apart(row, gaps)


def _begin_at_0(rows: Rows) -> None:
    base = rows[0][len(rows[0]) // 2].x
    for row in rows:
        for item in row:
            item.x -= base


def _fixed(item: Item) -> bool:
    return item.trunk and not item.bypass


def _alone(row: list[Item]) -> Item | None:
    """The one block of the trunk in a rank, when no branch is beside it."""
    found = [item for item in row if _fixed(item)]
    return found[0] if len(found) == 1 and found[0].piece is not None else None


# -- modules -----------------------------------------------------------------------------------------------------------------


def _modules(spine: list[Item | None]) -> list[tuple[int, int]]:
    """First and last rank of each run of ranks in which the trunk has branches."""
    found: list[tuple[int, int]] = []
    for rank, item in enumerate(spine):
        if item is not None:
            continue
        if found and found[-1][1] == rank - 1:
            found[-1] = (found[-1][0], rank)
        else:
            found.append((rank, rank))
    return found


def _place_module(rows: Rows, spine: list[Item | None], first: int, last: int, gaps: Gaps, cancelled: Callable[[], bool]) -> None:
    """Place a module between the blocks of the spine before and behind it, as if there were nothing else."""
    inner = [[item for item in row if _fixed(item)] for row in rows[first : last + 1]]
    inner = [row for row in inner if row]  # ranks that only heads of other outputs reach
    before = spine[first - 1] if first else None
    behind = spine[last + 1] if last + 1 < len(spine) else None
    module = [*([[before]] if before is not None else ()), *inner, *([[behind]] if behind is not None else ())]
    if not inner:
        return
    place(module, gaps, cancelled)
    ends = [end.x for end in (before, behind) if end is not None]
    centre = sum(ends) / len(ends) if ends else 0.0
    for row in inner:
        for item in row:
            item.x -= centre


# -- what is beside ------------------------------------------------------------------------------------------------------------


def _groups(rows: Rows) -> list[list[Item]]:
    """What is not fixed, in parts that hang together and move together."""
    found: list[list[Item]] = []
    seen: set[Item] = set()
    for row in rows:
        for start in row:
            if start in seen or _fixed(start):
                continue
            seen.add(start)
            group, waiting = [start], [start]
            while waiting:
                item = waiting.pop()
                for other in (*item.above, *item.below):
                    if other not in seen and not _fixed(other) and other.trunk == item.trunk:
                        seen.add(other)
                        group.append(other)
                        waiting.append(other)
            found.append(group)
    return found


def _side(fixed: list[list[int]], group: list[Item]) -> int:
    """On which side of the trunk a group stands in most ranks: -1 before it, 1 behind it. `fixed` are the trunk's places."""
    balance = 0
    for item in group:
        if fixed[item.rank]:
            balance += 1 if item.place > fixed[item.rank][0] else -1
    return -1 if balance < 0 else 1


def _distance(fixed: list[list[int]], group: list[Item]) -> tuple[int, int]:
    """How many items stand between a group and the trunk at most: nearer ones are placed first."""
    far = 0
    for item in group:
        far = max(far, min([abs(item.place - position) for position in fixed[item.rank]], default=item.place + 1))
    return far, group[0].rank


def _hug(rows: Rows, group: list[Item], gaps: Gaps, side: int) -> None:
    """Move a group as near to what stands on its inner side as that allows."""
    members = set(group)
    room: list[float] = []
    for item in group:
        row, position = rows[item.rank], item.place - side
        if 0 <= position < len(row) and row[position] not in members:
            other = row[position]
            near = other.x + apart(other, item, gaps) if side > 0 else other.x - apart(item, other, gaps)
            room.append(near - item.x)
    if room:
        by = max(room) if side > 0 else min(room)
        for item in group:
            item.x += by


def _keep_apart(row: list[Item], gaps: Gaps) -> None:
    """Push outwards what stands too near to its neighbour on the inner side; of the trunk only what something stands between."""
    fixed = [item.place for item in row if _fixed(item)]
    first = fixed[0] if fixed else 0
    for position in range(first + 1, len(row)):
        inner, item = row[position - 1], row[position]
        item.x = max(item.x, inner.x + apart(inner, item, gaps))
    for position in range(first - 1, -1, -1):
        item, inner = row[position], row[position + 1]
        item.x = min(item.x, inner.x - apart(item, inner, gaps))
