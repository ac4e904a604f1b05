"""Unpacking: a composite or an own block becomes the parts it is drawn of, with the same costs.

The id of a part is that of the block, an underscore and the part's name, so a dot of each weight's path becomes an underscore:
`stage2.ir1.depthwise.conv.weight` is `stage2.ir1_depthwise.conv.weight` afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from blocks.builder import Result, evaluate
from blocks.cost import ZERO
from blocks.errors import BlockError
from blocks.parameters import Parameter
from designer.analysis.engine import Engine
from designer.app.commands import connection, short, step
from designer.app.naming import Names
from designer.app.packing import Copy, Place, input_channels, outer_bindings, rebound, same
from designer.app.placing import Places, Point, free, rect, size_of, snapped
from designer.graph import rules
from designer.graph.design import ROOT, Design
from designer.graph.edits import AddNode, Compound, Describe, Edit, RemoveNode
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
    if design.definition is not None:
        parts = _following(design, engine, node, parts, copies)
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
    if design.definition is not None:
        raise StructureError("one_by_one", "Inside a block, unpack one block at a time.")
    trial = design.copy()
    tried = engine.like(trial)
    edits: list[Edit] = []
    standing = dict(places) if places is not None else None
    for node_id in able:
        made = unpacked(trial, tried, node_id, standing)
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
                params[name] = _followed(design, engine, node, (inner.id, name), params[name], here, copies)
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


def _followed(design: Design, engine: Engine, node: Node, place: Place, raw: Any, here: Any, copies: Sequence[Copy]) -> Any:
    """What a value that follows an input of the unpacked block becomes: it follows the input around it where that feeds the
    block at once, or where it is a multiple of it in every copy; else it is what it is now."""
    port = str(raw.get("same_as", "")).partition(".")[0]
    source = engine.order.wires[node.id].get(port)
    if design.definition is not None and source is not None and design.root.node(source[0]).block == "input":
        return same(source[0], raw.get("times", 1))
    seen: list[tuple[Mapping[str, int], Any]] = [(input_channels(engine), here)]
    for copy in copies:
        drawing = copy.parts[node.id].drawing if node.id in copy.parts else None
        parts = drawing.parts if drawing is not None else ()
        values = [dict(zip(part.block.parameters, part.values, strict=True)) for part in parts if part.name == place[0]]
        seen += [(copy.channels, one[place[1]]) for one in values]
    if all(value == here for _, value in seen):
        return here
    return same(*_need_relation(node, place, seen, str))


def _need_relation(
    node: Node, place: Place, seen: Sequence[tuple[Mapping[str, int], Any]], said: Callable[[Any], str], port: str | None = None
) -> tuple[str, int]:
    found = _relation(seen, port)
    if found is None:
        values = " and ".join(dict.fromkeys(said(value) for _, value in seen))
        raise StructureError(
            "copies_differ",
            f"{short(node)} cannot be unpacked here: {place[0]}.{place[1]} is {values} in different copies, and no "
            "whole multiple of an input's channels.",
        )
    return found


# -- inside a definition -----------------------------------------------------------------------------------------------------


def _following(design: Design, engine: Engine, node: Node, parts: Parts, copies: Sequence[Copy]) -> Parts:
    """Parts of a composite inside a definition: values that differ between the copies, or that follow an input, are written so.
    Raises StructureError where that cannot be said."""
    result = engine.results[node.id].evaluated
    if result is None or isinstance(result.block, OwnBlock):
        return parts
    assert result.drawing is not None
    drawings = []
    for copy in copies:
        found_there = copy.parts.get(node.id)
        if found_there is None:
            continue
        drawing = found_there.drawing
        if drawing is None or [(p.name, p.block, p.inputs) for p in drawing.parts] != [
            (p.name, p.block, p.inputs) for p in result.drawing.parts
        ]:
            raise StructureError(
                "copies_differ", f"{short(node)} is drawn of other parts in another copy, so it cannot be unpacked here."
            )
        drawings.append((copy.channels, drawing))
    bound: dict[Place, str] = {}
    for param in sorted({place[1] for place in outer_bindings(design) if place[0] == node.id}):
        bound |= dict.fromkeys(_deciding(result, param), param)
    probed = _probe(design, engine, node, result)
    here = input_channels(engine)
    nodes: list[Node] = []
    for k, part in enumerate(result.drawing.parts):
        params = dict(parts.nodes[k].params)
        for position, (name, parameter) in enumerate(part.block.parameters.items()):
            seen = [(here, part.values[position]), *[(channels, one.parts[k].values[position]) for channels, one in drawings]]
            follows = probed.get((part.name, name))
            if (part.name, name) in bound:  # the block around decides it; here stands its default
                own = bound[part.name, name]
                kind = result.block.parameters[own]
                params[name] = node.params.get(own, kind.raw(kind.default))
                continue
            if follows is None and all(value == seen[0][1] for _, value in seen):
                continue
            found = _need_relation(node, (part.name, name), seen, lambda value, of=parameter: str(of.raw(value)), follows)  # type: ignore[misc]
            params[name] = same(*found)
        nodes.append(msgspec.structs.replace(parts.nodes[k], params=params))
    return parts._replace(nodes=nodes, bound=bound)


def _deciding(result: Result, param: str) -> list[Place]:
    """The parameters of parts that are one of a composite's, found by trying another value; none where the drawing does more with
    it than hand it on."""
    assert result.drawing is not None
    position = list(result.block.parameters).index(param)
    value = result.values[position]
    for other in _others(result.block.parameters[param], value):
        values = (*result.values[:position], other, *result.values[position + 1 :])
        drawing = evaluate(result.block, values, result.inputs).drawing
        if drawing is None or [(p.name, p.block, p.inputs) for p in drawing.parts] != [
            (p.name, p.block, p.inputs) for p in result.drawing.parts
        ]:
            continue
        changes = [
            (part.name, name, before, after)
            for part, changed in zip(result.drawing.parts, drawing.parts, strict=True)
            for name, before, after in zip(part.block.parameters, part.values, changed.values, strict=True)
            if before != after
        ]
        return [(part, name) for part, name, _, _ in changes] if all(c[2:] == (value, other) for c in changes) else []
    return []


def _others(parameter: Parameter[Any], value: Any) -> list[Any]:
    """Other values of a parameter, to see what they change."""
    wanted: list[Any] = list(getattr(parameter, "of", ()))
    if isinstance(value, bool):
        wanted = [not value]
    elif isinstance(value, int):
        wanted += [value * 2, value + 1, value - 1]
    elif isinstance(value, tuple):
        wanted += [tuple([side + 2 for side in value]), tuple([side + 1 for side in value])]
    elif isinstance(value, float):
        wanted += [value / 2, value * 2]
    found = []
    for one in wanted:
        with suppress(BlockError):
            clean = parameter.clean(parameter.raw(one))
            if clean != value:
                found.append(clean)
    return found


def _relation(seen: Sequence[tuple[Mapping[str, int], Any]], port: str | None) -> tuple[str, int] | None:
    """The input and the factor by which a value is always its channels."""
    first, value = seen[0]
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    for name in [port] if port is not None else sorted(first):
        channels = first.get(name, 0)
        if channels and value % channels == 0:
            times = value // channels
            if times and all(other.get(name, 0) * times == there for other, there in seen):
                return name, times
    return None


def _probe(design: Design, engine: Engine, node: Node, result: Result) -> dict[Place, str]:
    """Which values of the parts follow an input of the block around: those that change when its channels do, where it feeds the
    block at once."""
    assert result.drawing is not None
    found: dict[Place, str] = {}
    for k, (source, _) in enumerate(engine.order.wires[node.id].values()):
        if design.root.node(source).block != "input" or k >= len(result.inputs):
            continue
        for factor in PROBE:
            fed = [
                type(spec)((spec[0] * factor, *spec[1:])) if list(engine.order.wires[node.id].values())[n][0] == source else spec
                for n, spec in enumerate(result.inputs)
            ]
            other = evaluate(result.block, result.values, tuple(fed))
            if other.drawing is None or len(other.drawing.parts) != len(result.drawing.parts):
                continue
            for part, changed in zip(result.drawing.parts, other.drawing.parts, strict=True):
                for name, before, after in zip(part.block.parameters, part.values, changed.values, strict=False):
                    if before != after and part.block is changed.block and after == before * factor:
                        found[part.name, name] = source
            break
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
