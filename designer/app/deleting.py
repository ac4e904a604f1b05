"""Taking blocks away, plainly or so that the wires around them join. Edits as in `commands`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from designer.analysis.engine import Engine
from designer.app.commands import connection, cut, named, step
from designer.graph.design import ROOT, Design
from designer.graph.edits import Compound, Edit, RemoveNode, SetNote
from designer.graph.network import Edge, Network, slots
from designer.graph.rules import StructureError, check_ports


def delete(
    design: Design, ids: Iterable[str], wires: Iterable[Edge] = (), notes: Iterable[str] = (), scope: str = ROOT
) -> Compound:
    """Takes blocks away with their wires, and wires and notes beside them."""
    network = design.network(scope)
    gone = sorted({node_id for node_id in ids if node_id in network})
    loose = [wire for wire in wires if wire.source not in gone and wire.target not in gone]
    edits: list[Edit] = list(cut(design, loose, scope).edits)
    edits += [RemoveNode(scope=scope, id=node_id) for node_id in gone]
    known = design.notes.get(scope, {})
    written = [name for name in sorted(notes) if name in known]
    edits += [SetNote(scope=scope, id=name, note=None) for name in written]
    if gone:
        return step(f"Delete {named(design, scope, gone)}", edits, scope)
    if loose:
        return step(cut(design, loose, scope).name, edits, scope)
    return step("Delete note" if len(written) < 2 else f"Delete {len(written)} notes", edits, scope)


def delete_closing(design: Design, engine: Engine, ids: Iterable[str], scope: str = ROOT) -> Compound:
    """Takes blocks away and joins the wires around them, wherever the blocks that follow can read what fed the deleted ones."""
    network = design.network(scope)
    gone = {node_id for node_id in ids if node_id in network}
    plain = delete(design, gone, scope=scope)
    joins: list[Edge] = []
    for node_id in sorted(gone):
        for wire in network.readers(node_id):
            if wire.target not in gone:
                source = _behind(design, engine, network, gone, wire)
                if source is not None:
                    joins.append(Edge(*source, wire.target, wire.target_port))
    joins = [edge for edge in joins if _has_both_ports(design, network, edge)]
    joins = _allowed(design, engine, plain, joins, scope)
    if not joins:
        return plain
    edits = [*plain.edits, *[connection(edge, scope) for edge in joins]]
    return step(f"{plain.name} and close the gap", edits, scope)


def _behind(design: Design, engine: Engine, network: Network, gone: set[str], wire: Edge) -> tuple[str, str] | None:
    """What feeds the deleted blocks from outside, on the way that `wire` ends: where several do, the first of the same shape as
    the wire, else the first."""
    found: list[tuple[str, str]] = []
    waiting, seen = [wire.source], {wire.source}
    while waiting:
        node_id = waiting.pop()
        block = design.resolve(network.node(node_id).block)
        sources = network.sources(node_id)
        order = [port for port in slots(block.inputs, sources) if port in sources] if block is not None else sorted(sources)
        inside = []
        for port in order:
            source = sources[port]
            if source[0] not in gone:
                found.append(source)
            elif source[0] not in seen:
                seen.add(source[0])
                inside.append(source[0])
        waiting += reversed(inside)
    shapes = {source: _shape(engine, source) for source in found}
    wanted = _shape(engine, (wire.source, wire.source_port))
    return next((source for source in found if wanted is not None and shapes[source] == wanted), found[0] if found else None)


def _has_both_ports(design: Design, network: Network, edge: Edge) -> bool:
    """Whether a wire may begin and end there: the wires around what is deleted may hang on ports that an own block has lost."""
    try:
        check_ports(edge, *(design.resolve(network.node(node_id).block) for node_id in (edge.source, edge.target)))
    except StructureError:
        return False
    return True


def _shape(engine: Engine, source: tuple[str, str]) -> Any:
    result = engine.results.get(source[0])
    return result.outputs.get(source[1]) if result is not None else None


def _allowed(design: Design, engine: Engine, plain: Compound, joins: list[Edge], scope: str) -> list[Edge]:
    """The wires that can be drawn without a new error anywhere; tried on a copy, all at once and then one by one."""
    if not joins or scope != ROOT:
        return joins
    before = {node_id for node_id, result in engine.results.items() if result.status == "error"}

    def trial() -> Engine:
        copy = Design(design.name, design.root.copy())
        copy.definitions, copy.resolve = design.definitions, design.resolve
        plain_edits = [edit for edit in plain.edits if not isinstance(edit, SetNote)]
        for edit in plain_edits:
            edit.apply(copy)
        return engine.like(copy)

    def draw(tried: Engine, edges: Iterable[Edge]) -> bool:
        change = step("", [connection(edge, scope) for edge in edges], scope).apply(tried.design)
        tried.update(change)
        if any(result.status == "error" and node_id not in before for node_id, result in tried.results.items()):
            tried.update(change.inverse.apply(tried.design))
            return False
        return True

    tried = trial()
    if draw(tried, joins):
        return joins
    return [edge for edge in joins if draw(tried, [edge])]
