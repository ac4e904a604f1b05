"""Unpacking: a composite or an own block becomes the parts it is drawn of, with the same costs.

The id of a part is that of the block, an underscore and the part's name, so a dot of each weight's path becomes an underscore:
`stage2.ir1.depthwise.conv.weight` is `stage2.ir1_depthwise.conv.weight` afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from blocks.cost import ZERO
from blocks.errors import BlockError
from blocks.parameters import Parameter
from designer.analysis.engine import Engine
from designer.app.commands import connection, short, step
from designer.app.naming import Names
from designer.app.pack_proposals import Copy, Place, outer_bindings
from designer.app.packing import rebound
from designer.app.placing import Places, Point, free, rect, size_of, snapped
from designer.app.unpack_inside import followed, following
from designer.graph import rules
from designer.graph.definition_edits import Describe
from designer.graph.design import ROOT, Design
from designer.graph.edits import AddNode, Compound, Edit, RemoveNode
from designer.graph.layout import layout
from designer.graph.network import Edge, Network, Node
from designer.graph.own_block import Definition, OwnBlock, same_as
from designer.graph.rules import StructureError

MAX_UNPACKED = 2_000  # parts that become blocks of the canvas at once
PROBE = (3, 5, 7)


class Parts(NamedTuple):
    """What a block is drawn of, as nodes with ids of their own inside it; `outputs` maps its outputs to where they come from, an
    input as ("", port)."""

    nodes: list[Node]
    edges: list[Edge]  # those between parts, and from ("", port) of an input
    outputs: dict[str, tuple[str, str]]
    bound: dict[Place, str]  # parameters that the block's own decide, by (part, parameter)


def can_unpack(design: Design, engine: Engine, node_id: str) -> str:
    """Why a block cannot be unpacked, a sentence; empty where it can."""
    node = design.root.node(node_id)
    kind = design.resolve(node.block)
    if kind is None:
        return f"{short(node)} is not known here, so nobody knows its parts."
    if kind.primitive:
        return f"{short(node)} has no parts: {node.block} is no drawing of others."
    if node.disabled:
        return f"{short(node)} is switched off; switch it on to unpack it."
    result = engine.results.get(node_id)
    evaluated = result.evaluated if result is not None else None
    if isinstance(kind, OwnBlock):
        return ""
    if evaluated is None or evaluated.drawing is None:
        return f"{short(node)} has no drawing while its inputs are not known or it has a problem."
    count = len(evaluated.drawing.parts)
    if count > MAX_UNPACKED:
        return f"{short(node)} has {count:,} parts; {MAX_UNPACKED:,} are the most that can be unpacked at once."
    return ""


def unpacked(
    design: Design,
    engine: Engine,
    node_id: str,
    places: Mapping[str, Point] | None = None,
    copies: Sequence[Copy] = (),
) -> Compound:
    """Puts the parts of a block in its place. `copies` are those of `copies_in` where the design is inside a block."""
    node = rules.need_node(design.root, node_id)
    refusal = can_unpack(design, engine, node_id)
    if refusal:
        raise StructureError("not_unpackable", refusal)
    kind = design.resolve(node.block)
    parts = _own_parts(design, engine, node, kind, copies) if isinstance(kind, OwnBlock) else _drawn_parts(engine, node)
    if design.definition is not None and not isinstance(kind, OwnBlock):
        nodes, bound = following(design, engine, node, parts.nodes, copies)
        parts = parts._replace(nodes=nodes, bound=bound)
    _check_cost(design, engine, node, parts)
    names = Names(design.root, [node_id])
    ids = {part.id: names.like(_part_id(node, part.id), node.stage) for part in parts.nodes}
    sources = engine.order.wires[node_id]
    edits: list[Edit] = []
    spots, moved = _spots(design, node, parts, Places(design, places)) if places is not None else ({}, {})
    if places is not None:
        edits += Places(design, places).store(moved, leave_out=[node_id])
    edits.append(RemoveNode(id=node_id))
    edits += [
        AddNode(node=msgspec.structs.replace(part, id=ids[part.id], stage=node.stage), position=spots.get(part.id))
        for part in parts.nodes
    ]

    def origin(source: str, port: str) -> tuple[str, str] | None:
        return (ids[source], port) if source else sources.get(port)

    for edge in parts.edges:
        found = origin(edge.source, edge.source_port)
        if found is not None:
            edits.append(connection(Edge(*found, ids[edge.target], edge.target_port)))
    for wire in sorted(design.root.readers(node_id)):
        came = parts.outputs.get(wire.source_port)
        found = origin(*came) if came is not None else None
        if found is not None:
            edits.append(connection(Edge(*found, wire.target, wire.target_port)))
    edits += _exposures(design, node, parts, ids)
    return step(f"Unpack {short(node)}", edits)


def _check_cost(design: Design, engine: Engine, node: Node, parts: Parts) -> None:
    """Raise where the design would cost something else: what leads only to an unread output would not count any more."""
    result = engine.results[node.id].evaluated
    read = {wire.source_port for wire in design.root.readers(node.id)}
    unread = [name for name in parts.outputs if name not in read]
    if result is None or result.drawing is None or not unread or node.id not in engine.order.order:
        return
    lost = _leading(parts, parts.outputs) - _leading(parts, [name for name in parts.outputs if name in read])
    if any(part.name in lost and part.result.cost != ZERO for part in result.drawing.parts):
        raise StructureError(
            "other_cost",
            f"{short(node)} cannot be unpacked at the same cost: nothing reads its output {unread[0]}, and what leads there "
            "alone would not be counted any more. Connect it first.",
        )


def _leading(parts: Parts, outputs: Iterable[str]) -> set[str]:
    """The parts that some outputs depend on."""
    before: dict[str, list[str]] = {}
    for edge in parts.edges:
        before.setdefault(edge.target, []).append(edge.source)
    waiting = [parts.outputs[name][0] for name in outputs]
    found: set[str] = set()
    while waiting:
        at = waiting.pop()
        if at and at not in found:
            found.add(at)
            waiting += before.get(at, ())
    return found


def unpacked_all(
    design: Design,
    engine: Engine,
    ids: Iterable[str],
    places: Mapping[str, Point] | None = None,
    copies: Sequence[Copy] = (),
) -> Compound:
    """`unpacked` for several blocks, one after the other; those that have no parts stay as they are."""
    wanted = [node_id for node_id in sorted(ids) if node_id in design.root]
    able = [node_id for node_id in wanted if not can_unpack(design, engine, node_id)]
    if not able:
        raise StructureError("not_unpackable", can_unpack(design, engine, wanted[0]) if wanted else "Nothing is selected.")
    if len(able) == 1:
        return unpacked(design, engine, able[0], places, copies)
    trial = design.copy()
    tried = engine.like(trial)
    edits: list[Edit] = []
    standing = dict(places) if places is not None else None
    for node_id in able:
        made = unpacked(trial, tried, node_id, standing, copies)
        tried.update(made.apply(trial))
        edits.append(made)
        if standing is not None:
            standing = {**standing, **trial.positions.get(ROOT, {})}
            standing = {one: place for one, place in standing.items() if one in trial.root}
    return step(f"Unpack {len(able)} blocks", edits)


def _part_id(node: Node, part: str) -> str:
    return f"{node.id}_{part}"


# -- parts -------------------------------------------------------------------------------------------------------------------


def _drawn_parts(engine: Engine, node: Node) -> Parts:
    """The parts of a composite, as its drawing is at these shapes."""
    result = engine.results[node.id].evaluated
    assert result is not None
    drawing = result.drawing
    assert drawing is not None
    ports = list(engine.order.wires[node.id])

    def origin(index: int, out: int) -> tuple[str, str]:
        if index < 0:
            return "", ports[-1 - index]
        part = drawing.parts[index]
        return part.name, part.block.outputs[out]

    nodes = [Node(part.name, part.block.id, raw_values(part.block.parameters, part.values)) for part in drawing.parts]
    edges: list[Edge] = []
    for part in drawing.parts:
        inputs = part.block.inputs
        variadic = bool(inputs) and inputs[-1].variadic
        for k, ref in enumerate(part.inputs):
            port = f"{inputs[-1].name}.{k}" if variadic else inputs[k].name
            edges.append(Edge(*origin(*ref), part.name, port))
    outputs = {name: origin(*ref) for name, ref in zip(result.block.outputs, drawing.outputs, strict=True)}
    return Parts(nodes, edges, outputs, {})


def raw_values(parameters: Mapping[str, Parameter[Any]], values: Sequence[Any]) -> dict[str, Any]:
    """Canonical values as a node holds them: only those that differ from the default."""
    return {
        name: parameter.raw(value)
        for (name, parameter), value in zip(parameters.items(), values, strict=True)
        if value != parameter.default
    }


def _own_parts(design: Design, engine: Engine, node: Node, kind: OwnBlock, copies: Sequence[Copy]) -> Parts:
    """The blocks inside an own block, with the values that this copy gives them."""
    definition = design.definitions[kind.definition.id]
    network = definition.network
    given = _given(design, engine, node, kind, definition)
    specs = dict(engine.results[node.id].inputs)
    ports = {port.name for port in kind.inputs}
    outputs = set(kind.outputs)
    nodes: list[Node] = []
    for inner in network.nodes():
        if inner.id in ports or inner.id in outputs:
            continue
        params = dict(inner.params)
        for name in list(params):
            if isinstance(params[name], dict) and (inner.id, name) not in given:
                try:
                    here = same_as(name, params[name], specs)
                except BlockError as problem:
                    raise StructureError("not_unpackable", f"{short(node)} cannot be unpacked: {inner.id}: {problem}") from None
                params[name] = followed(design, engine, node, (inner.id, name), params[name], here, copies)
        for (target, name), value in given.items():
            if target == inner.id:
                params[name] = value
        nodes.append(msgspec.structs.replace(inner, params=params, stage=None))
    edges: list[Edge] = []
    ends: dict[str, tuple[str, str]] = {}
    for edge in network.edges():
        source = ("", edge.source) if edge.source in ports else (edge.source, edge.source_port)
        if edge.target in outputs:
            ends[edge.target] = source
        else:
            edges.append(Edge(*source, edge.target, edge.target_port))
    bound = {place: name for name in kind.parameters for place in definition.exposed[name].bindings}
    return Parts(nodes, edges, ends, bound)


def _given(design: Design, engine: Engine, node: Node, kind: OwnBlock, definition: Definition) -> dict[Place, Any]:
    """What this copy's parameters are, by the parameters inside that they are bound to."""
    values = engine.values_of(node.id)
    outer = outer_bindings(design)
    found: dict[Place, Any] = {}
    for name, parameter in kind.parameters.items():
        raw = node.params.get(name)
        if (node.id, name) in outer:  # what the block around decides; here stands its default
            value = raw if raw is not None else parameter.raw(parameter.default)
        else:
            value = raw if isinstance(raw, dict) else parameter.raw(values[name])
        for place in definition.exposed[name].bindings:
            if place[0] in definition.network:
                found[place] = value
    return found


def _exposures(design: Design, node: Node, parts: Parts, ids: Mapping[str, str]) -> list[Edit]:
    """What the block around exposed of this one, it exposes of the parts."""
    definition = design.definition
    outer = {place: name for place, name in outer_bindings(design).items() if place[0] == node.id}
    if definition is None or not outer:
        return []
    exposed = dict(definition.exposed)
    for (_, param), name in outer.items():
        inner = [(ids[part], inner_name) for (part, inner_name), own in parts.bound.items() if own == param and part in ids]
        if not inner:
            raise StructureError(
                "exposed",
                f"{short(node)} cannot be unpacked: the block around it exposes its {param} as {name}, and no part takes that "
                "value alone. Stop exposing it first.",
            )
        bindings = [place for place in exposed[name].bindings if place != (node.id, param)]
        exposed[name] = msgspec.structs.replace(exposed[name], bindings=[*bindings, *inner])
    return [Describe(exposed=rebound(exposed, {}))]


# -- places ------------------------------------------------------------------------------------------------------------------


def _spots(design: Design, node: Node, parts: Parts, where: Places) -> tuple[dict[str, Point], dict[str, Point]]:
    """Where the parts stand, laid out below each other in the place of the block, and who moves down to make room."""
    box = where.rect(node.id)
    if box is None or not parts.nodes:
        return {}, {}
    inner = Network.of(parts.nodes, [edge for edge in parts.edges if edge.source])
    laid = layout(inner, design.resolve, flow=where.flow)
    boxes = {part.id: rect(laid[part.id], part.block) for part in parts.nodes}
    left, top = min(one[0] for one in boxes.values()), min(one[1] for one in boxes.values())
    right, bottom = max(one[2] for one in boxes.values()), max(one[3] for one in boxes.values())
    turn = where.turned  # across the flow and along it
    dx = snapped(turn(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))[0] - turn(((left + right) / 2, (top + bottom) / 2))[0])
    dx, dy = turn((dx, snapped(turn(box[:2])[1] - turn((left, top))[1])))
    needed = snapped(turn((right - left, bottom - top))[1] - turn(size_of(node.block))[1])
    behind = [one for one, place in where.at.items() if turn(place)[1] >= turn(box[2:])[1] and needed > 0]
    step = turn((0.0, needed))
    moved = {one: (where.at[one][0] + step[0], where.at[one][1] + step[1]) for one in behind}
    standing = [rect(moved.get(one, place), design.root.node(one).block) for one, place in where.at.items() if one != node.id]
    area = (left + dx, top + dy, right + dx, bottom + dy)
    aside = free([area], standing, turn((64.0, 0.0)))
    return {name: (place[0] + dx + aside[0], place[1] + dy + aside[1]) for name, place in laid.items()}, moved
