"""The structural difference of two versions of one design: blocks that came, went, or are others now.

Blocks are the same where they have the same id. What is left over on both sides is matched where it is the same kind of block
behind the same block: then it was renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from designer.analysis import numbers
from designer.analysis.engine import Engine
from designer.graph.design import ROOT, Design
from designer.graph.network import Network, Node, node_path
from designer.graph.topology import execution_order

Sort = Literal["added", "removed", "changed"]
ADDED: Literal["added"] = "added"
REMOVED: Literal["removed"] = "removed"
CHANGED: Literal["changed"] = "changed"


class Detail(NamedTuple):
    """One thing about a block that differs: a parameter, or `block`, `stage`, `switched`, or the input it reads."""

    name: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.name} {self.old} → {self.new}"


class Difference(NamedTuple):
    """A block that differs. `old` and `new` are its ids on each side, "" where it is not there. `scope` is "" for the design,
    else the id of an own block. `params` and `macs` say by how much the costs differ; None where a side has none."""

    sort: Sort
    scope: str
    old: str
    new: str
    path: str
    block: str
    details: tuple[Detail, ...] = ()
    params: int | None = None
    macs: int | None = None

    def words(self) -> str:
        """What differs, in one line."""
        if self.sort != CHANGED:
            return self.block
        return ", ".join(map(str, self.details))


class Differences(NamedTuple):
    """All differences in execution order of the new side, with what was removed where it stood. `same` counts equal blocks."""

    found: tuple[Difference, ...]
    same: int

    @property
    def related(self) -> bool:
        """Whether the two are versions of one design: more blocks stayed than came or went, or none is left that could have."""
        stayed = self.same + self.count(CHANGED)
        return stayed >= max(self.count(ADDED), self.count(REMOVED))

    def count(self, sort: Sort) -> int:
        return sum(one.sort == sort for one in self.found)

    def sentence(self) -> str:
        """`2 blocks added, 1 removed, 3 changed`."""
        if not self.found:
            return "No block differs."
        parts = [f"{self.count(sort)} {sort}" for sort in (ADDED, REMOVED, CHANGED) if self.count(sort)]
        first, _, rest = parts[0].partition(" ")
        parts[0] = f"{first} {'block' if first == '1' else 'blocks'} {rest}"
        return ", ".join(parts)


def differences(old: Engine, new: Engine) -> Differences:
    """What differs between two designs, first in the design itself, then in its own blocks."""
    found, same = _scope(old, new, ROOT)
    every = [*found]
    for scope in sorted({*old.design.definitions, *new.design.definitions}):
        if scope in old.design.definitions and scope in new.design.definitions:
            inside, equal = _scope(old, new, scope)
            every += inside
            same += equal
    return Differences(tuple(every), same)


def _scope(old: Engine, new: Engine, scope: str) -> tuple[list[Difference], int]:
    before, after = old.design.network(scope), new.design.network(scope)
    order_before, order_after = _order(old, scope), _order(new, scope)
    partner = _partners(before, after, order_after)  # new id -> old id
    taken = set(partner.values())
    found: list[Difference] = []
    same = 0
    waiting = {node_id: k for k, node_id in enumerate(order_before)}
    gone = [node_id for node_id in order_before if node_id not in taken]
    at = 0
    for node_id in order_after:
        mine = partner.get(node_id)
        if mine is None:
            node = after.node(node_id)
            found.append(_one(ADDED, scope, None, node, old, new))
            continue
        while at < len(gone) and waiting[gone[at]] < waiting[mine]:
            found.append(_one(REMOVED, scope, before.node(gone[at]), None, old, new))
            at += 1
        details = _details(old.design, new.design, before, after, mine, node_id, partner)
        if details:
            found.append(_one(CHANGED, scope, before.node(mine), after.node(node_id), old, new, details))
        else:
            same += 1
    found += [_one(REMOVED, scope, before.node(node_id), None, old, new) for node_id in gone[at:]]
    return found, same


def _order(engine: Engine, scope: str) -> list[str]:
    order = engine.order if scope == ROOT else execution_order(engine.design.network(scope), engine.design.resolve)
    return [*order.order, *order.rest]


def _partners(before: Network, after: Network, order: list[str]) -> dict[str, str]:
    partner = {node_id: node_id for node_id in order if node_id in before}
    free = {node.id for node in before.nodes()} - set(partner)
    if not free:
        return partner
    readers: dict[tuple[str, str], list[str]] = {}  # (block, what it reads first) -> those that are left over
    for node_id in sorted(free):
        source = _first_source(before, node_id)
        if source:
            readers.setdefault((before.node(node_id).block, source), []).append(node_id)
    for node_id in order:
        if node_id in partner:
            continue
        source = partner.get(_first_source(after, node_id), "")
        waiting = readers.get((after.node(node_id).block, source))
        if waiting:
            partner[node_id] = waiting.pop(0)
    return partner


def _first_source(network: Network, node_id: str) -> str:
    sources = network.sources(node_id)
    return sources[min(sources)][0] if sources else ""


def _one(
    sort: Sort, scope: str, before: Node | None, after: Node | None, old: Engine, new: Engine, details: tuple[Detail, ...] = ()
) -> Difference:
    node = after or before
    assert node is not None
    path = node_path(node) if scope == ROOT else f"own.{scope}.{node.id}"
    params, macs = _cost_change(before, after, old, new) if scope == ROOT else (None, None)
    was = before.id if before is not None else ""
    return Difference(sort, scope, was, after.id if after is not None else "", path, node.block, details, params, macs)


def _cost_change(before: Node | None, after: Node | None, old: Engine, new: Engine) -> tuple[int | None, int | None]:
    change = [0, 0]
    for node, engine, sign in ((before, old, -1), (after, new, 1)):
        if node is None:
            continue
        result = engine.results.get(node.id)
        if result is None or (not result.outputs and result.block != "output"):
            return None, None
        change[0] += sign * result.cost.params
        change[1] += sign * result.cost.macs
    return change[0], change[1]


def _details(
    old: Design, new: Design, before: Network, after: Network, was: str, now: str, partner: Mapping[str, str]
) -> tuple[Detail, ...]:
    """What differs between two blocks that stand for each other."""
    a, b = before.node(was), after.node(now)
    found: list[Detail] = []
    if was != now:
        found.append(Detail("id", was, now))
    if a.block != b.block:
        found.append(Detail("block", a.block, b.block))
    elif a.params != b.params or old.resolve(a.block) is not new.resolve(b.block):
        found += _parameters(old.resolve(a.block), new.resolve(b.block), a, b)
    if a.stage != b.stage:
        found.append(Detail("stage", a.stage or "none", b.stage or "none"))
    if a.disabled != b.disabled:
        found.append(Detail("switched", "off" if a.disabled else "on", "off" if b.disabled else "on"))
    reads_a, reads_b = before.sources(was), after.sources(now)
    for port in sorted({*reads_a, *reads_b}):
        source_a, source_b = reads_a.get(port), reads_b.get(port)
        if source_a is None or source_b is None or (partner.get(source_b[0]), source_b[1]) != source_a:
            found.append(Detail(f"input {port}", _said_source(source_a), _said_source(source_b)))
    return tuple(found)


def _said_source(source: tuple[str, str] | None) -> str:
    if source is None:
        return "nothing"
    return source[0] if source[1] == "y" else f"{source[0]}.{source[1]}"


def _parameters(old: Any, new: Any, a: Node, b: Node) -> list[Detail]:
    """Parameters whose values differ."""
    if old is None or new is None:
        before, after = a.params, b.params
    else:
        before, after = _values(old, a), _values(new, b)
    names = [*before, *[name for name in after if name not in before]]
    missing = object()
    return [
        Detail(name, value_text(before.get(name)), value_text(after.get(name)))
        for name in names
        if before.get(name, missing) != after.get(name, missing)
    ]


def _values(block: Any, node: Node) -> dict[str, Any]:
    """The canonical value of every parameter; of one that cannot be what it is, and of an unknown one, what was written."""
    binding = block.bind(node.params)
    found = dict(zip(block.parameters, binding.values, strict=True))
    for error in binding.errors:
        if error.param in node.params:
            found[error.param] = node.params[error.param]
    return found


def value_text(value: Any) -> str:
    """A parameter's value as a person reads it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (tuple, list)):
        return f" {numbers.TIMES} ".join(map(value_text, value))
    return str(value)[:60]
