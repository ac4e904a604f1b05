"""The classes of the generated source: one for each distinct structure."""

from __future__ import annotations

from typing import Any

from designer.compile.source_arguments import Arguments, PartSlots, Slot
from designer.compile.source_terms import Expression, Number
from designer.compile.source_tree import NETWORK, REQUIRED, STAGE, Call, Scope

SEQUENTIAL_NAMES = frozenset({"append", "extend", "insert", "pop"})
"""Attributes of nn.Sequential that a module lacks: no part of one can be called so."""

PLAIN = frozenset({"add", "multiply", "concat", "identity", "flatten"})
"""Primitives that `forward` writes as an expression: they have no weights, and a person would not make a module of them."""

IF_CONSTANT = frozenset({"slice_channels", "pad", "crop"})
"""These too, where their numbers are the same in all copies."""


class Structure:
    """All scopes with the same parts and wires: one class. `children` are the structures of the parts, None for primitives."""

    def __init__(self, scopes: list[Scope], children: list[Structure | None]) -> None:
        self.scopes = scopes
        self.children = children
        self.name = ""
        self.remarks: list[str] = []
        self.lacks: list[str] = []  # words for what other structures of the block have
        self.arguments: Arguments

    @property
    def scope(self) -> Scope:
        """One copy: what they all share can be read from it."""
        return self.scopes[0]

    @property
    def is_chain(self) -> bool:
        """Whether it is a stage that nn.Sequential says it all about."""
        scope = self.scope
        if not scope.key.startswith(STAGE) or len(scope.inputs) != 1 or scope.refs != [(len(scope.pieces) - 1, 0)]:
            return False
        return all(
            piece.refs == ((k - 1, 0),)
            and piece.name not in SEQUENTIAL_NAMES
            and len(piece.child.outputs) == 1
            and not (isinstance(piece.child, Call) and piece.child.block.id == "concat")
            for k, piece in enumerate(scope.pieces)
        )

    def is_module(self, number: int) -> bool:
        """Whether a part becomes a module rather than an expression in `forward`."""
        child = self.scope.pieces[number].child
        if isinstance(child, Scope) or self.is_chain:
            return True
        if child.block.id in IF_CONSTANT:
            return not all(isinstance(expression, Number) for expression in self.arguments.parts[number].values())
        return child.block.id not in PLAIN

    def work_out(self) -> None:
        """Find the arguments; those of the children are known."""
        parts = [self._slots(number) for number in range(len(self.scope.pieces))]
        is_block = self.scope.key != NETWORK and not self.scope.key.startswith(STAGE)
        self.arguments = Arguments(self.scopes, parts, lift=is_block)
        if self.arguments.left_over:
            self.arguments = Arguments(self.scopes, parts, lift=False)
        self.arguments.settle([number for number in range(len(parts)) if self.is_module(number)])

    def _slots(self, number: int) -> PartSlots:
        piece, structure = self.scope.pieces[number], self.children[number]
        copies = [scope.pieces[number].child for scope in self.scopes]
        outputs: list[Expression | None] = [None]
        if structure is None:
            slots = call_slots([child for child in copies if isinstance(child, Call)])
        else:
            given = [structure.arguments.given(child) for child in copies if isinstance(child, Scope)]
            slots = [
                Slot(symbol.name, tuple([values[symbol.name] for values in given]), symbol.unit, symbol.port, symbol.default)
                for symbol in structure.arguments.symbols
            ]
            outputs = structure.arguments.outputs
        width = [tuple([child.outputs[k][0] for child in copies]) for k in range(len(copies[0].outputs))]
        adds_up = isinstance(piece.child, Call) and piece.child.block.id == "concat"
        return PartSlots(piece.name, piece.refs, slots, outputs, width, adds_up)


def call_slots(calls: list[Call]) -> list[Slot]:
    """The arguments of one primitive in all copies."""
    first = calls[0]
    slots = []
    if first.kind is not None:
        slots.append(Slot("", tuple([call.kind for call in calls]), "kind"))
    for name, default in first.defaults.items():
        values = tuple([call.arguments[name] for call in calls])
        parameter = first.block.parameters.get(name)
        follows = parameter is None and all(type(v) is int and v == c.inputs[0][0] for v, c in zip(values, calls, strict=True))
        feeds = 0 if follows and (default is REQUIRED or len(set(values)) > 1) else None
        slots.append(Slot(name, values, parameter.unit if parameter else "", feeds, default))
    return slots


# -- finding them --------------------------------------------------------------------------------------------------------------


def structures_of(root: Scope) -> list[Structure]:
    """All structures below a scope and its own, each after those it uses."""
    found: dict[Any, Structure] = {}
    of_scope: dict[Scope, Structure] = {}

    def visit(scope: Scope) -> Structure:
        if scope in of_scope:
            return of_scope[scope]
        children = [visit(piece.child) if isinstance(piece.child, Scope) else None for piece in scope.pieces]
        forms = [piece.child.form if isinstance(piece.child, Call) else () for piece in scope.pieces]
        wires = [(piece.name, piece.stage, piece.refs) for piece in scope.pieces]
        key = (scope.key, len(scope.inputs), *zip(wires, forms, map(id, children), strict=True), *scope.refs)
        structure = found.get(key)
        if structure is None:
            structure = found[key] = Structure([], children)
        structure.scopes.append(scope)
        of_scope[scope] = structure
        return structure

    visit(root)
    return list(found.values())
