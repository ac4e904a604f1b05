"""Names of the classes of generated source. Structures of one block are told apart by what they lack, as in
InvertedResidualNoExpand."""

from __future__ import annotations

import re

from designer.compile.source_classes import Structure
from designer.compile.source_layout import LONGEST_NAME, Names, camel
from designer.compile.source_tree import NETWORK, STAGE, Call, Scope


def name_structures(structures: list[Structure], network: str, taken: set[str]) -> None:
    """Give each structure a name that none of `taken` has, and a remark where its block has several structures.

    A block with one structure gives the class its name; among several the fullest keeps it.
    """
    names = Names(taken)
    families: dict[str, list[Structure]] = {}
    for structure in structures:
        families.setdefault(structure.scope.key, []).append(structure)
    families.pop(NETWORK)[0].name = names.new(network)
    done: set[str] = set()

    def visit(key: str) -> None:
        if key in done:
            return
        done.add(key)
        for structure in families[key]:  # a structure may be told apart by the names of its parts
            for child in structure.children:
                if child is not None:
                    visit(child.scope.key)
        base = families[key][0].scope.base or "Block"
        if key.startswith(STAGE):
            families[key][0].name = names.new(base, f"{base}Stage")
        else:
            _name_family(base, families[key], names)

    for key in families:
        visit(key)


def _name_family(base: str, family: list[Structure], names: Names) -> None:
    union = _union([[piece.name for piece in structure.scope.pieces] for structure in family])
    together = _together(union, family)
    words = re.findall(r"[A-Z][a-z0-9]*", base)
    by_parts = bool(union) and {camel(name) for name in union} <= set(words)  # ConvNormAct without act is ConvNorm
    twins: dict[str, list[Structure]] = {}
    for structure in family:
        own = {piece.name for piece in structure.scope.pieces}
        structure.lacks = [word for word, parts in together.items() if not own & set(parts)]
        missing = [name for name in union if name not in own]
        if missing:
            structure.remarks.append(f"Without {_listed(missing)}.")
        if by_parts:
            name = "".join([word for word in words if word in {camel(name) for name in own}]) or base
        else:
            name = base + "".join([f"No{word}" for word in structure.lacks])
        twins.setdefault(name if len(name) <= LONGEST_NAME else base, []).append(structure)
    for name, group in twins.items():
        group.sort(key=_size, reverse=True)
        for k, structure in enumerate(group):
            suffix, remark = _difference(structure, group[:k]) if k else ("", "")
            if remark:
                structure.remarks.append(remark)
            wanted = f"{name}{suffix}" if len(name + suffix) <= LONGEST_NAME else name
            structure.name = names.new(wanted, f"{wanted}Block")


def _union(orders: list[list[str]]) -> list[str]:
    """All part names, each behind the one it follows in its structure."""
    longest, *others = sorted(orders, key=len, reverse=True)
    union = list(longest)
    for order in others:
        at = 0
        for name in order:
            if name not in union:
                union.insert(at, name)
            at = union.index(name) + 1
    return union


def _together(union: list[str], family: list[Structure]) -> dict[str, list[str]]:
    """Parts that not all structures have, by the word that stands for those that come and go together: what their names begin
    with, else the first that is no primitive."""
    groups: dict[tuple[bool, ...], list[str]] = {}
    for name in union:
        has = tuple([any(piece.name == name for piece in structure.scope.pieces) for structure in family])
        if not all(has):
            groups.setdefault(has, []).append(name)
    blocks = {piece.name for structure in family for piece in structure.scope.pieces if isinstance(piece.child, Scope)}
    found = {}
    for names in groups.values():
        starts = {name.partition("_")[0] for name in names}
        named = starts.pop() if len(starts) == 1 else next((name for name in names if name in blocks), names[0])
        found[camel(named)] = names
    return found


def _size(structure: Structure) -> int:
    return sum([1 if child is None else _size(child) for child in structure.children])


def _difference(structure: Structure, others: list[Structure]) -> tuple[str, str]:
    """What tells a structure from others with the same parts: a suffix for its name and a sentence. Both are empty where only
    wires differ."""
    for number, piece in enumerate(structure.scope.pieces):
        theirs = [_part(other, piece.name) for other in others]
        mine = _part(structure, piece.name)
        if mine in theirs:
            continue
        child = structure.children[number]
        if child is not None:
            suffix = "".join([f"No{word}" for word in child.lacks]) or mine
        else:
            suffix = mine.removesuffix("2d")
        return suffix, f"Its {piece.name} is a {mine}."
    first = structure.scope.pieces[0].name
    if all(other.scope.pieces[0].name != first for other in others):
        return f"{camel(first)}First", f"Its {first} comes first."
    return "", ""


def _part(structure: Structure, name: str) -> str:
    """The class of a part, "" where there is no such part."""
    for number, (piece, child) in enumerate(zip(structure.scope.pieces, structure.children, strict=True)):
        if piece.name == name:
            if child is not None:
                return child.name or child.scope.base
            assert isinstance(piece.child, Call)
            makers = [scope.pieces[number].child for scope in structure.scopes]
            used = {child.maker for child in makers if isinstance(child, Call)}
            return used.pop().removeprefix("nn.") if len(used) == 1 else f"Any{camel('_'.join(piece.child.form))}"
    return ""


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
