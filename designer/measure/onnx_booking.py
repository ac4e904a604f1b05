"""Which layers of a design each node of ONNX Runtime's optimised graph does.

The exported nodes are named after the blocks they belong to. The optimiser fuses several into one, which keeps the name of one of
them; splits functions into nodes without names; and inserts nodes that change the layout or the type of data. What is known from
names is carried along the tensors, which both graphs share where the optimiser left them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from designer.measure.onnx_side import Node, nodes_of

MOVES = frozenset(("ReorderInput", "ReorderOutput", "QuantizeLinear", "DequantizeLinear", "Transpose", "Cast", "Reshape"))
"""Operators that only change how data lie in memory; they are such where no exported node has their name."""

HEAVY = frozenset(("Conv", "ConvTranspose", "Gemm", "MatMul"))
ENDINGS = ("_nchwc", "_QuantizeLinear", "_DequantizeLinear", "_quant")


class Booked(NamedTuple):
    """`nodes` are the names of the exported nodes that one of the optimised graph does; `moves` that it only moves data for
    them."""

    nodes: tuple[str, ...]
    moves: bool


def book(exported: Sequence[Any], optimised: Sequence[Any]) -> list[Booked]:
    """What each node of the optimised graph does, in its order."""
    return _Booking(exported, optimised).run()


def match(ran: Iterable[Node], optimised: Sequence[Any]) -> list[int]:
    """Where each node that ran stands in the optimised graph: those of the same name and operator in the same order, -1 for one
    that is not there. A node without a name is called `HardSigmoid_158` in a profile."""
    places: dict[Node, list[int]] = defaultdict(list)
    for at, node in enumerate(nodes_of(optimised)):
        places[node].append(at)
    seen: Counter[Node] = Counter()
    found = []
    for node in ran:
        if node not in places and re.fullmatch(rf"{re.escape(node.op)}_\d+", node.name):
            node = Node("", node.op)
        where = places.get(node, [])
        found.append(where[seen[node]] if seen[node] < len(where) else -1)
        seen[node] += 1
    return found


def _bare(name: str) -> str:
    """A name without what the optimiser appends."""
    before = None
    while before != name:
        before = name
        name = re.sub(r"_token_\d+$", "", name)
        for ending in ENDINGS:
            name = name.removesuffix(ending)
    return name


class _Booking:
    def __init__(self, exported: Sequence[Any], optimised: Sequence[Any]) -> None:
        self.exported = list(exported)
        self.optimised = list(optimised)
        self.by_name = {node.name: k for k, node in enumerate(self.exported)}
        self.maker = {name: k for k, node in enumerate(self.exported) for name in node.output if name}
        self.readers: dict[str, list[int]] = defaultdict(list)
        for k, node in enumerate(self.exported):
            for name in node.input:
                self.readers[name].append(k)
        self.made = {name: k for k, node in enumerate(self.optimised) for name in node.output if name}
        self.read: dict[str, list[int]] = defaultdict(list)
        for k, node in enumerate(self.optimised):
            for name in node.input:
                self.read[name].append(k)
        self.owner: dict[int, int] = {}  # exported node -> optimised node that does it
        self.moves = [False] * len(self.optimised)  # booked on the node that reads it

    def run(self) -> list[Booked]:
        self._by_name()
        self._by_tensor()
        self._split_functions()
        self._absorbed()
        done: dict[int, list[int]] = defaultdict(list)
        for exported, optimised in self.owner.items():
            done[optimised].append(exported)
        found = []
        for k in range(len(self.optimised)):
            at = k if not self.moves[k] else self._for_whom(k)
            own = sorted(done.get(at, ()))
            found.append(Booked(tuple([self.exported[e].name for e in own]), self.moves[k] and self._only_moves(k, own)))
        return found

    def _only_moves(self, k: int, own: list[int]) -> bool:
        """Whether a node that goes where its reader goes does nothing of that itself: a convolution is done once."""
        return self.optimised[k].op_type in MOVES or any(self.exported[e].op_type in HEAVY for e in own)

    def _by_name(self) -> None:
        for k, node in enumerate(self.optimised):
            at = self.by_name.get(node.name)
            if at is None and node.op_type in MOVES:
                self.moves[k] = True
                continue
            if at is None:
                at = self.by_name.get(_bare(node.name), self._longest_start(node.name))
            if at is not None:
                self.owner.setdefault(at, k)

    def _longest_start(self, name: str) -> int | None:
        """The exported node whose name this one begins with: the optimiser appends what it made of it."""
        found = [known for known in self.by_name if known and name.startswith(f"{known}_")]
        return self.by_name[max(found, key=len)] if found else None

    def _by_tensor(self) -> None:
        """Nodes whose output, behind what only moves it, is a tensor of the exported graph do what makes that tensor."""
        for k, node in enumerate(self.optimised):
            if self.moves[k] or not node.output:
                continue
            tensor = self._exported_tensor(node.output[0])
            at = self.maker.get(tensor) if tensor is not None else None
            if at is not None and at not in self.owner:
                self.owner[at] = k

    def _exported_tensor(self, name: str) -> str | None:
        """The tensor of the exported graph that one of the optimised graph is, perhaps in another layout."""
        if name in self.maker:
            return name
        for k in self.read.get(name, ()):
            if not self.moves[k]:
                continue
            for other in (*self.optimised[k].output, _bare(self.optimised[k].name)):
                if other in self.maker:
                    return other
        return None

    def _split_functions(self) -> None:
        """Nodes that do nothing known yet are parts of what the node that reads them does: they go where that goes."""
        busy = set(self.owner.values())
        for k in reversed(range(len(self.optimised))):
            if k not in busy and not self.moves[k]:
                self.moves[k] = True

    def _absorbed(self) -> None:
        """Exported nodes that no node of the optimised graph is named after were fused into a neighbour."""
        for _ in range(len(self.exported)):
            before = len(self.owner)
            for k, node in enumerate(self.exported):
                if k not in self.owner and node.op_type in HEAVY:
                    self._follow(k)
            for k, node in enumerate(self.exported):
                if k not in self.owner and node.op_type not in HEAVY:
                    self._lead(k)
            if len(self.owner) == before:
                break
        for k in reversed(range(len(self.exported))):
            if k not in self.owner:
                self._follow(k)

    def _follow(self, k: int) -> None:
        """A convolution took its reader's name."""
        for name in self.exported[k].output:
            for reader in self.readers.get(name, ()):
                if reader in self.owner:
                    self.owner[k] = self.owner[reader]
                    return

    def _lead(self, k: int) -> None:
        """What follows a convolution was taken into it; a sum into the one that got a further input for it."""
        makers = [self.maker[name] for name in self.exported[k].input if name in self.maker]
        owned = [self.owner[at] for at in makers if at in self.owner]
        if not owned or len(owned) < len(makers):
            return
        with_sum = [at for at in owned if len(self.optimised[at].input) > 3]
        self.owner[k] = max(with_sum or owned)

    def _for_whom(self, k: int) -> int:
        """The node that reads what another only moves, or that made it where nothing does."""
        seen = {k}
        waiting = [k]
        while waiting:
            at = waiting.pop(0)
            for name in self.optimised[at].output:
                for reader in self.read.get(name, ()):
                    if not self.moves[reader]:
                        return reader
                    if reader not in seen:
                        seen.add(reader)
                        waiting.append(reader)
        for name in self.optimised[k].input:
            at = self.made.get(name, -1)
            while at >= 0 and self.moves[at]:
                at = next((self.made[inner] for inner in self.optimised[at].input if inner in self.made), -1)
            if at >= 0:
                return at
        return k
