"""Repeats: runs of equal neighbouring units, each a node or a sequence of nodes, that could be seen as one card.

Units stand one behind another in execution order, so that each run can be folded. They are equal when their blocks, parameters,
bypasses and stages are and when each is wired like the one before. Only what stands at the beginning may differ, in what the
first block of a stage often has otherwise: its stride, and widths inside that follow from the channels that come in. Nothing
outside a run reads a copy other than the last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from designer.graph.folding import Difference, Fold, repeat_id
from designer.graph.network import Network, Node
from designer.graph.topology import execution_order

MAX_UNIT = 32  # nodes of a unit
MOST_LOOKS = 100_000  # that are kept
MAY_DIFFER = frozenset({"stride", "squeeze_channels"})  # in the first copy
DIFFERS_FROM_MANY = frozenset({"hidden_channels", "first_grouped", "pool_proj"})  # in it too where at least two equal ones follow

Wires = tuple[tuple[str, int, str], ...]
"""What a node reads: (input port, place of the source in the order, its output port)."""


class _Look(NamedTuple):
    """What makes two nodes equal, as numbers: equal ones have the same `exact`, those that may stand before an equal one the same
    `loose`, before several the same `looser`. `values` are the parameters by name."""

    exact: int
    loose: int
    looser: int
    values: dict[str, Any]
    heavy: bool  # a layer or a block of several: where a unit begins


class Repeats:
    """Finds the runs of a network. Keeps what it knows of nodes that stay the same, so that asking again costs little."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Node, Any, _Look | None]] = {}
        self._numbers: dict[tuple[Any, ...], int] = {}  # of looks; a handful for each kind of block
        self._last: tuple[tuple[Any, ...], list[Fold]] = ((), [])  # what was looked at, and found: several ask after each edit

    def find(self, network: Network, resolve: Callable[[str], Any]) -> list[Fold]:
        """All runs of at least two units, in execution order; none shares a node with another."""
        order = execution_order(network, resolve)
        ids = order.order
        if len(self._numbers) > MOST_LOOKS:
            self._numbers, self._kept, self._last = {}, {}, ((), [])
        place = {node_id: number for number, node_id in enumerate(ids)}
        kept, self._kept = self._kept, {}
        looks = [self._look(network.node(node_id), resolve, kept) for node_id in ids]
        wires: list[Wires] = [
            tuple((port, place[source], out) for port, (source, out) in order.wires[node_id].items()) for node_id in ids
        ]
        # where each node is read last: behind the next copy, and it is no inner copy of a run
        last_read = [0] * len(ids)
        for at, reads in enumerate(wires):
            for _, source, _ in reads:
                last_read[source] = at
        for node_id in order.rest:  # what does not count comes after everything
            for outside, _ in order.wires[node_id].values():
                if outside in place:
                    last_read[place[outside]] = len(ids)
        runs = _Runs(looks, wires, last_read)
        key = (ids, runs.exact, runs.loose, runs.looser, wires, last_read)
        if self._last[0] == key:
            return list(self._last[1])
        found: list[Fold] = []
        at = 0
        while at < len(ids):
            unit, count, start = runs.best(at)
            if not unit:
                at += 1
                continue
            members = tuple(ids[start : start + unit * count])
            found.append(Fold(repeat_id(members[0]), members, unit=unit, differences=_differences(members, unit, looks, place)))
            at = start + unit * count
        self._last = key, found
        return list(found)

    def _look(
        self, node: Node, resolve: Callable[[str], Any], kept: Mapping[str, tuple[Node, Any, _Look | None]]
    ) -> _Look | None:
        """None for what is never part of a unit: inputs, outputs and unknown blocks."""
        block = resolve(node.block)
        before = kept.get(node.id)
        if before is not None and before[0] is node and before[1] is block:
            self._kept[node.id] = before
            return before[2]
        look: _Look | None = None
        if block is not None and node.block not in ("input", "output"):
            binding = block.bind(node.params)
            # what cannot be bound is equal only to what is written in the same way
            raw = repr(sorted(node.params.items())) if binding.errors else ""
            values = dict(zip(block.parameters, binding.values, strict=True))
            head = (node.block, node.disabled, node.stage, raw)  # of one name there is one block
            exact = self._number((*head, *binding.values))
            kept_values = {name: value for name, value in values.items() if name not in MAY_DIFFER}
            loose = self._number((*head, None, *kept_values.values()))
            looser = self._number((*head, None, None, *[v for n, v in kept_values.items() if n not in DIFFERS_FROM_MANY]))
            look = _Look(exact, loose, looser, values, block.category in ("conv", "composite", "own"))
        self._kept[node.id] = (node, block, look)
        return look

    def _number(self, look: tuple[Any, ...]) -> int:
        return self._numbers.setdefault(look, len(self._numbers))


def find_repeats(network: Network, resolve: Callable[[str], Any]) -> list[Fold]:
    """`Repeats.find` once."""
    return Repeats().find(network, resolve)


class _Runs:
    """The search in one order of nodes."""

    def __init__(self, looks: Sequence[_Look | None], wires: Sequence[Wires], last_read: Sequence[int]) -> None:
        self.looks = looks
        # what is never part of a unit is equal to nothing, not even to itself
        self.exact = [look.exact if look is not None else -1 - at for at, look in enumerate(looks)]
        self.loose = [look.loose if look is not None else -1 - at for at, look in enumerate(looks)]
        self.looser = [look.looser if look is not None else -1 - at for at, look in enumerate(looks)]
        self.wires = wires
        self.last_read = last_read

    def best(self, at: int) -> tuple[int, int, int]:
        """The run that holds most nodes among those that begin at `at`, or a little later where a unit begins with a layer there
        only: (nodes of a unit, units, where it begins). A unit of 0 nodes: there is none."""
        unit, count = self._longest(at)
        start = at
        look = self.looks[at]
        if unit > 1 and look is not None and not look.heavy:
            for later in range(at + 1, at + unit):
                other = self.looks[later]
                if other is not None and other.heavy:
                    turned, times = self._longest(later)
                    if turned * times >= unit * count:
                        unit, count, start = turned, times, later
                    break
        return unit, count, start

    def _longest(self, at: int) -> tuple[int, int]:
        best = (0, 0)
        loose, looser, first, exact = self.loose, self.looser, self.looser[at], self.exact
        equal: list[tuple[int, int]] = []  # runs found whose copies are all equal: (unit, nodes)
        for unit in range(1, min(MAX_UNIT, (len(loose) - at) // 2) + 1):
            if looser[at + unit] != first:
                continue
            if any(unit % smaller == 0 and unit <= held for smaller, held in equal):
                continue  # several of those units at once say nothing that they do not say
            count = self._count(at, unit)
            if count == 2 and loose[at : at + unit] != loose[at + unit : at + 2 * unit]:
                continue  # of two that differ so much neither is the usual one
            if count > 1 and exact[at : at + unit] == exact[at + unit : at + 2 * unit]:
                equal.append((unit, unit * count))
            if count > 1 and unit * count > best[0] * best[1]:
                best = (unit, count)
        return best

    def _count(self, start: int, unit: int) -> int:
        """How many units of this length there are one behind another."""
        if not self._follows_first(start, unit):
            return 1
        count = 2
        while start + (count + 1) * unit <= len(self.looks) and self._follows(start, start + count * unit, unit):
            count += 1
        return count

    def _kept_to_itself(self, copy: int, unit: int) -> bool:
        """Whether nothing behind the next copy reads a copy."""
        end = copy + 2 * unit
        return all(self.last_read[at] < end for at in range(copy, copy + unit))

    def _follows_first(self, start: int, unit: int) -> bool:
        """Whether the second unit is like the first, which reads from outside what the second reads from the first."""
        second = start + unit
        if not self._kept_to_itself(start, unit):
            return False
        outside: dict[tuple[int, str], tuple[int, str]] = {}
        for at in range(start, second):
            if self.looser[at] != self.looser[at + unit]:
                return False
            reads, like = self.wires[at], self.wires[at + unit]
            if len(reads) != len(like):
                return False
            for (port, source, out), (other_port, other, other_out) in zip(reads, like, strict=True):
                if port != other_port:
                    return False
                if other >= second:  # inside
                    if (source, out) != (other - unit, other_out):
                        return False
                elif other >= start:  # from the copy before: the first has something of its own there
                    if source >= start or outside.setdefault((other, other_out), (source, out)) != (source, out):
                        return False
                elif (source, out) != (other, other_out):
                    return False
        return bool(outside) and len(set(outside.values())) == len(outside)

    def _follows(self, start: int, copy: int, unit: int) -> bool:
        """Whether a unit is like the one before it, which is not the first."""
        if not self._kept_to_itself(copy - unit, unit):
            return False
        for at in range(copy, copy + unit):
            if self.exact[at - unit] != self.exact[at]:
                return False
            before, reads = self.wires[at - unit], self.wires[at]
            if len(reads) != len(before):
                return False
            for (port, source, out), (other_port, other, other_out) in zip(before, reads, strict=True):
                moved = source + unit if source >= start else source
                if (port, moved, out) != (other_port, other, other_out):
                    return False
        return True


def _differences(
    members: Sequence[str], unit: int, looks: Sequence[_Look | None], place: Mapping[str, int]
) -> tuple[Difference, ...]:
    """What the first copy has otherwise than the second."""
    found: list[Difference] = []
    for node_id, like in zip(members[:unit], members[unit : 2 * unit], strict=True):
        one, other = looks[place[node_id]], looks[place[like]]
        assert one is not None
        assert other is not None
        for name, value in one.values.items():
            if value != other.values[name]:
                found.append(Difference(0, node_id, name, value, other.values[name]))
    return tuple(found)


def in_words(run: Fold) -> list[str]:
    """How copies of a run differ, to be put together with commas: `stride 2`, `squeeze_channels 4 in the first`, with the node's
    id before what is said of a node where a unit has several."""
    found: list[str] = []
    for before, one in zip((None, *run.differences), run.differences, strict=False):
        node = f"{one.node}: " if run.unit > 1 and (before is None or before.node != one.node) else ""
        found.append(f"{node}{one.param} {_written(one.value)}")
    return [*found[:-1], f"{found[-1]} in the first"] if found else []


def in_few_words(run: Fold) -> str:
    """How copies of a run differ where there is little room: `first: stride 2, 1 more`."""
    words = in_words(run)
    return f"first: {words[0]}, {len(words) - 1} more" if len(words) > 1 else "".join(words)


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return str(value[0]) if len(set(value)) == 1 else " × ".join(map(str, value))
    return str(value)
