"""Which of a merge's two inputs is the bypass: the wire that goes around a branch, or the short way beside the long one.

Pictures of residual networks draw the branch straight and the shortcut beside it. What counts as which is a matter of the graph
alone, so that the layout, which leads the bypass beside the branch, and the canvas, which gives it a port at the side, agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from designer.graph.topology import Wires

SEARCH = 400  # blocks looked at to see whether one way goes around another
MOST = 4_000  # blocks looked at for a merge of any number of inputs
LONGEST = 4  # blocks that a shortcut may hold: a projection, or a pooling and a projection


class Bypass(NamedTuple):
    """The port of a merge at which its bypass ends, and the blocks on the way to it, the last one first; none on a bare wire."""

    port: str = ""
    blocks: tuple[str, ...] = ()


NONE = Bypass()


class Bypasses:
    """The bypasses of a network, looked for when they are asked for. `wires` are those of its execution order."""

    def __init__(self, wires: Mapping[str, Wires]) -> None:
        self.wires = wires
        self._depth: dict[str, int] = {}
        self._readers: dict[str, int] = {}
        for feeds in wires.values():
            for source, _ in feeds.values():
                self._readers[source] = self._readers.get(source, 0) + 1

    def of(self, node_id: str) -> Bypass:
        """The bypass that ends at a merge of two named inputs; `NONE` where neither goes around the other."""
        feeds = self.wires.get(node_id, {})
        if len(feeds) != 2 or any("." in port for port in feeds):
            return NONE
        (a, (from_a, _)), (b, (from_b, _)) = feeds.items()
        if from_a == from_b:
            return NONE
        for port, source, other in ((a, from_a, from_b), (b, from_b, from_a)):
            if self.leads(source, other):
                return Bypass(port)
        chain_a, chain_b = self._chain(from_a), self._chain(from_b)
        short, other, port, long = (chain_b, from_a, b, chain_a)
        if chain_b is None or (chain_a is not None and len(chain_a) < len(chain_b)):
            short, other, port, long = (chain_a, from_b, a, chain_b)
        if short is None or (long is not None and len(long) == len(short)):
            return NONE
        ((fork, _),) = self.wires[short[-1]].values()
        return Bypass(port, short) if self.leads(fork, other) else NONE

    def leads(self, source: str, end: str) -> bool:
        """Whether a way leads from `source` to `end`. Gives up, with no, where the way around is longer than anyone could see."""
        lowest = self.depth(source)
        waiting, seen = [end], {end}
        while waiting and len(seen) < SEARCH:
            for before, _ in self.wires.get(waiting.pop(), {}).values():
                if before == source:
                    return True
                if before not in seen and self.depth(before) > lowest:
                    seen.add(before)
                    waiting.append(before)
        return False

    def passed(self, node_id: str) -> set[str]:
        """What a node reads directly although another of its inputs has passed it too: those wires go around."""
        sources = {source for source, _ in self.wires.get(node_id, {}).values()}
        if len(sources) < 2:
            return set()
        lowest = min([self.depth(source) for source in sources])
        waiting = list(sources)
        seen: set[str] = set()
        while waiting and len(seen) < MOST:
            for before, _ in self.wires.get(waiting.pop(), {}).values():
                if before not in seen and self.depth(before) >= lowest:
                    seen.add(before)
                    waiting.append(before)
        return seen & sources

    def depth(self, node_id: str) -> int:
        """How many blocks the longest way from an input to this one has passed."""
        found = self._depth.get(node_id)
        if found is not None:
            return found
        waiting = [node_id]
        while waiting:
            at = waiting[-1]
            before = [source for source, _ in self.wires.get(at, {}).values()]
            missing = [source for source in before if source not in self._depth]
            if missing:
                waiting.extend(missing)
            else:
                self._depth[at] = max([self._depth[source] + 1 for source in before], default=0)
                waiting.pop()
        return self._depth[node_id]

    def _chain(self, end: str) -> tuple[str, ...] | None:
        """The blocks up from `end` to the fork they come from, when they are a chain of their own and not long."""
        found: list[str] = []
        at = end
        while self._readers.get(at, 0) == 1:
            feeds = self.wires.get(at, {})
            if len(feeds) != 1 or len(found) == LONGEST:
                return None
            found.append(at)
            ((at, _),) = feeds.values()
        return tuple(found) if found else None
