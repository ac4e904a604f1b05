"""Copy and paste as JSON text: what lies on the clipboard is a small document, in the same form as a `.lightdesign` file.

So it goes between documents, windows and programs, a person can read it, and the text of a whole document can be pasted too.
The own blocks that the copied blocks use come along: equal content merges with what is there, different content under the same
name gets a new name.
"""

from __future__ import annotations

import copy as copies
from collections.abc import Iterable, Mapping

import msgspec

from blocks.errors import LightdesignerError
from designer.analysis.engine import Engine
from designer.app.commands import named, short, step
from designer.app.naming import Names
from designer.app.placing import BESIDE, Places, Point, free, rect, snapped
from designer.document.errors import DocumentError
from designer.document.format import read, write
from designer.graph import rules
from designer.graph.definition_edits import Define
from designer.graph.design import ROOT, Design, Note
from designer.graph.edits import AddNode, Compound, Connect, Edit, SetNote
from designer.graph.network import Network, Node
from designer.graph.own_block import OWN, Definition, used_definitions

OFF = 24.0  # px between a note and its copy
FOLLOWED = "followed"
"""Key of a copied node: the values, when it was copied, of parameters that followed an input of the block it stood in."""
MAX_TEXT = 256 * 1024 * 1024  # characters; no design of ours is longer


class ClipboardError(LightdesignerError):
    """What lies on the clipboard cannot be pasted; the sentence says why."""


# -- copying -----------------------------------------------------------------------------------------------------------------


def copied(
    design: Design,
    ids: Iterable[str],
    places: Mapping[str, Point] | None = None,
    scope: str = ROOT,
    *,
    notes: Iterable[str] = (),
    engine: Engine | None = None,
) -> str:
    """The text of some nodes with the wires between them, their places and the own blocks they use, and of some notes. With an
    engine, values that follow an input of a block are written beside it as they are now, for where there is no such input.
    Raises DocumentError where a value cannot be written."""
    network = design.network(scope)
    wanted = {node_id for node_id in ids if node_id in network}
    nodes = [_with_values(design, engine, network.node(node_id)) for node_id in sorted(wanted)]
    made = Design(
        "Copied blocks",
        Network.of(nodes, [edge for edge in network.edges() if edge.source in wanted and edge.target in wanted]),
    )
    made.flow = design.flow
    waiting = sorted(used_definitions(made.root))
    while waiting:
        name = waiting.pop()
        if name in design.definitions and name not in made.definitions:
            made.definitions[name] = design.definitions[name]
            waiting += sorted(used_definitions(design.definitions[name].network))
    where = Places(design, places, scope).at
    made.positions = {ROOT: {node.id: where[node.id] for node in nodes if node.id in where}}
    known = design.notes.get(scope, {})
    written = {name: known[name] for name in notes if name in known}
    if written:
        made.notes[ROOT] = written
    for name in made.definitions:
        if name in design.positions:
            made.positions[name] = design.positions[name]
        if name in design.notes:
            made.notes[name] = design.notes[name]
    return write(made)


def _with_values(design: Design, engine: Engine | None, node: Node) -> Node:
    """A node that carries what its following values are now."""
    following = [name for name, raw in node.params.items() if isinstance(raw, dict)]
    block = design.resolve(node.block)
    if engine is None or block is None or not following:
        return node
    values = engine.values_of(node.id)
    now = {name: block.parameters[name].raw(values[name]) for name in following if name in values}
    return msgspec.structs.replace(node, extra={**node.extra, FOLLOWED: now})


# -- pasting -----------------------------------------------------------------------------------------------------------------


def pasted(
    design: Design,
    text: str,
    at: Point | None = None,
    *,
    places: Mapping[str, Point] | None = None,
    scope: str = ROOT,
    verb: str = "Paste",
) -> Compound:
    """Puts in what `copied` gave, under new ids where they are taken: with its middle at `at`, or beside where it came from.

    Raises ClipboardError where the text is no design, StructureError where it cannot stand here.
    """
    clip = _read(text)
    edits: list[Edit] = []
    renamed = taken_in(design, clip, edits)
    names = Names(design.network(scope))
    new: dict[str, Node] = {}
    for node in sorted(clip.root.nodes(), key=lambda node: node.id):
        block = _renamed(node.block, renamed)
        rules.check_recursion(design, scope, block)
        stage = names.stage(node.stage)
        node = _settled(design, scope, node)
        new[node.id] = msgspec.structs.replace(node, id=names.like(node.id, stage), block=block, stage=stage)
    where = Places(design, places, scope)
    spots = _spots(clip, where, at)
    if spots:
        edits += where.store()
    edits += [AddNode(scope=scope, node=node, position=spots.get(old)) for old, node in new.items()]
    for source, out, target, into in sorted(clip.root.edges()):
        edits.append(
            # `restore`, because a copied wire may end at a port that an own block has lost
            Connect(scope=scope, source=new[source].id, source_port=out, target=new[target].id, target_port=into, restore=True)
        )
    written = _notes(design, clip, spots, at, scope)
    edits += written
    what = short(next(iter(new.values()))) if len(new) == 1 else f"{len(new)} blocks"
    if not new:
        what = "note" if len(written) == 1 else f"{len(written)} notes"
    return step(f"{verb} {what}", edits, scope)


def _settled(design: Design, scope: str, node: Node) -> Node:
    """A node whose values follow inputs that are here; any other keeps what it was when it was copied."""
    extra = dict(node.extra)
    now = extra.pop(FOLLOWED, None)
    inside = design.real_scope(scope) != ROOT
    ports = {one.id for one in design.network(scope).nodes() if one.block == "input"} if inside else set()
    params = dict(node.params)
    for name, raw in node.params.items():
        if isinstance(raw, dict) and str(raw.get("same_as", "")).partition(".")[0] not in ports and isinstance(now, dict):
            params.pop(name)
            if name in now:
                params[name] = now[name]
    return msgspec.structs.replace(node, params=params, extra=extra)


def duplicated(
    design: Design,
    ids: Iterable[str],
    places: Mapping[str, Point] | None = None,
    scope: str = ROOT,
    *,
    notes: Iterable[str] = (),
) -> Compound:
    """Puts a copy of some nodes beside them, with the wires between them, and of some notes."""
    wanted = [node_id for node_id in ids if node_id in design.network(scope)]
    written = [name for name in notes if name in design.notes.get(scope, {})]
    if not wanted and not written:
        return step("", (), scope)
    made = pasted(design, copied(design, wanted, places, scope, notes=written), places=places, scope=scope, verb="Duplicate")
    return msgspec.structs.replace(made, name=f"Duplicate {named(design, scope, wanted)}") if wanted else made


def _read(text: str) -> Design:
    if not text.strip():
        raise ClipboardError("The clipboard holds no text.")
    if len(text) > MAX_TEXT:
        raise ClipboardError(f"The text on the clipboard is too long: {len(text):,} characters.")
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        raise ClipboardError("The clipboard holds text, but no blocks of a design.")
    try:
        clip = read(text)
    except DocumentError as problem:
        raise ClipboardError(f"The clipboard holds no blocks that can be pasted. {problem}") from None
    if not len(clip.root) and not clip.notes.get(ROOT):
        raise ClipboardError("The design on the clipboard is empty.")
    return clip


def _renamed(block: str, names: Mapping[str, str]) -> str:
    inner = block.removeprefix(OWN)
    return OWN + names.get(inner, inner) if block.startswith(OWN) else block


def taken_in(design: Design, clip: Design, edits: list[Edit]) -> dict[str, str]:
    """The ids under which the own blocks of another design go here; those that are not here yet are added to `edits`.

    Equal content merges with what is here; different content under the same id or name gets a new one.
    """
    names: dict[str, str] = {}
    taken = set(design.definitions)
    titles = {one.name for one in design.definitions.values()}
    for own in _inner_first(clip):
        definition = clip.definitions[own]
        nodes = [msgspec.structs.replace(node, block=_renamed(node.block, names)) for node in definition.network.nodes()]
        network = Network.of(nodes, definition.network.edges())
        name, number = own, 1
        while name in taken:
            made = msgspec.structs.replace(definition, id=name, network=network)
            if name in design.definitions and same_content(design.definitions[name], made):
                break
            number += 1
            name = f"{own}_{number}"
        names[own] = name
        if name not in taken:
            taken.add(name)
            made = msgspec.structs.replace(definition, id=name, network=network, name=_free_name(titles, definition.name))
            titles.add(made.name)
            # places of a flow that runs another way would lead all wires back and forth
            positions = clip.positions.get(own, {}) if clip.flow == design.flow else {}
            notes = clip.notes.get(own, {})
            edits.append(Define(definition=made, positions=dict(positions), notes=dict(notes)))
    return names


def _inner_first(clip: Design) -> list[str]:
    """The own blocks in an order in which each comes behind those it uses."""
    order: list[str] = []
    waiting = [(name, False) for name in sorted(clip.definitions, reverse=True)]
    while waiting:
        name, ready = waiting.pop()
        if name in order:
            continue
        if ready:
            order.append(name)
            continue
        waiting.append((name, True))
        inner = used_definitions(clip.definitions[name].network)
        waiting += [(used, False) for used in sorted(inner, reverse=True) if used in clip.definitions]
    return order


def _free_name(taken: Iterable[str], name: str) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name} {number}"
    return found


def same_content(one: Definition, other: Definition) -> bool:
    """Whether two definitions mean the same, whatever they are called here."""
    return _content(msgspec.structs.replace(one, name="")) == _content(msgspec.structs.replace(other, id=one.id, name=""))


def _content(definition: Definition) -> str:
    """What a definition holds, written as documents write it, so that only what means something is compared."""
    alone = Design("")
    alone.definitions = {definition.id: definition}
    return write(alone)


def _spots(clip: Design, where: Places, at: Point | None) -> dict[str, Point]:
    """Where the pasted blocks stand: as they stood to each other, on no other block."""
    spots = clip.positions.get(ROOT, {})
    spots = {node_id: spots[node_id] for node_id in clip.root if node_id in spots}
    if not spots:
        return _in_a_column(clip, where, at) if at is not None and len(clip.root) else {}
    boxes = [rect(place, clip.root.node(node_id).block) for node_id, place in spots.items()]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    standing = where.rects()
    if at is not None:
        dx, dy = snapped(at[0] - (left + right) / 2), snapped(at[1] - (top + bottom) / 2)
    else:
        dx, dy = (snapped(right - left + BESIDE), 0.0) if free(boxes, standing) != (0.0, 0.0) else (0.0, 0.0)
    moved = [(box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy) for box in boxes]
    more = free(moved, standing, (snapped(BESIDE), 0.0))
    return {node_id: (x + dx + more[0], y + dy + more[1]) for node_id, (x, y) in spots.items()}


def _in_a_column(clip: Design, where: Places, at: Point) -> dict[str, Point]:
    from designer.graph.layout import layout

    placed = copies.copy(clip)
    placed.positions = {ROOT: layout(clip.root, clip.resolve, flow=where.flow)}
    return _spots(placed, where, at)


def _notes(design: Design, clip: Design, spots: Mapping[str, Point], at: Point | None, scope: str) -> list[Edit]:
    """Notes that are pasted; they move as the blocks do, and alone to `at`, or off the notes that stand there."""
    old = clip.positions.get(ROOT, {})
    moved = next(((spots[key][0] - old[key][0], spots[key][1] - old[key][1]) for key in spots if key in old), None)
    if moved is None:
        moved = _off_others(list(clip.notes.get(ROOT, {}).values()), design.notes.get(scope, {}).values(), at)
    taken = set(design.notes.get(scope, {}))
    edits: list[Edit] = []
    for note in clip.notes.get(ROOT, {}).values():
        name, number = note.id, 1
        while name in taken:
            number += 1
            name = f"{note.id}_{number}"
        taken.add(name)
        edits.append(
            SetNote(scope=scope, id=name, note=msgspec.structs.replace(note, id=name, x=note.x + moved[0], y=note.y + moved[1]))
        )
    return edits


def _off_others(notes: list[Note], standing: Iterable[Note], at: Point | None) -> Point:
    """How far notes move so that their first one begins at `at`, or so that none lies exactly on another."""
    if not notes:
        return 0.0, 0.0
    if at is not None:
        return snapped(at[0] - min(note.x for note in notes)), snapped(at[1] - min(note.y for note in notes))
    taken = {(note.x, note.y) for note in standing}
    step = next(k for k in range(len(taken) + 1) if not any((note.x + OFF * k, note.y + OFF * k) in taken for note in notes))
    return OFF * step, OFF * step


__all__ = ["ClipboardError", "copied", "duplicated", "pasted"]
