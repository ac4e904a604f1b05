"""Unpacking inside an own block: the parts have to be right in every copy, so what differs between copies follows an input, is
one of the block's parameters, or keeps the block packed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from blocks.builder import Drawing, Result, evaluate
from blocks.errors import BlockError
from blocks.parameters import Parameter
from designer.analysis.engine import Engine
from designer.app.commands import short
from designer.app.pack_proposals import Copy, Place, input_channels, outer_bindings, same
from designer.graph.design import Design
from designer.graph.network import Node
from designer.graph.rules import StructureError

PROBE = (3, 5, 7)


def followed(design: Design, engine: Engine, node: Node, place: Place, raw: Any, here: Any, copies: Sequence[Copy]) -> Any:
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
    return same(*_need_relation(node, place, seen, lambda value: value))


def _need_relation(
    node: Node, place: Place, seen: Sequence[tuple[Mapping[str, int], Any]], raw: Callable[[Any], Any], port: str | None = None
) -> tuple[str, int]:
    found = _relation(seen, port)
    if found is None:
        values = " and ".join(dict.fromkeys(str(raw(value)) for _, value in seen))
        raise StructureError(
            "copies_differ",
            f"{short(node)} cannot be unpacked here: {place[0]}.{place[1]} is {values} in different copies, and no "
            "whole multiple of an input's channels.",
        )
    return found


def following(
    design: Design, engine: Engine, node: Node, drawn: Sequence[Node], copies: Sequence[Copy]
) -> tuple[list[Node], dict[Place, str]]:
    """The parts of a composite as they stand in a definition: values that differ between the copies, or that follow an input, are
    written so; and what the block around decides. Raises StructureError where that cannot be said."""
    result = engine.results[node.id].evaluated
    assert result is not None
    assert result.drawing is not None
    drawings = _drawings(node, result, copies)
    bound: dict[Place, str] = {}
    for param in sorted({place[1] for place in outer_bindings(design) if place[0] == node.id}):
        bound |= dict.fromkeys(_deciding(result, param), param)
    probed = _probe(design, engine, node, result)
    here = input_channels(engine)
    nodes: list[Node] = []
    for k, part in enumerate(result.drawing.parts):
        params = dict(drawn[k].params)
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
            found = _need_relation(node, (part.name, name), seen, parameter.raw, follows)
            params[name] = same(*found)
        nodes.append(msgspec.structs.replace(drawn[k], params=params))
    return nodes, bound


def _drawings(node: Node, result: Result, copies: Sequence[Copy]) -> list[tuple[Mapping[str, int], Drawing]]:
    """What a composite is drawn of in every copy, with the channels at the inputs there. Raises where the parts are others."""
    drawings = []
    for copy in copies:
        found_there = copy.parts.get(node.id)
        if found_there is None:
            continue
        drawing = found_there.drawing
        if drawing is None or _structure(drawing) != _structure(result.drawing):
            raise StructureError(
                "copies_differ", f"{short(node)} is drawn of other parts in another copy, so it cannot be unpacked here."
            )
        drawings.append((copy.channels, drawing))
    return drawings


def _structure(drawing: Drawing | None) -> object:
    return [(part.name, part.block, part.inputs) for part in drawing.parts] if drawing is not None else None


def _deciding(result: Result, param: str) -> list[Place]:
    """The parameters of parts that are one of a composite's, found by trying another value; none where the drawing does more with
    it than hand it on."""
    assert result.drawing is not None
    position = list(result.block.parameters).index(param)
    value = result.values[position]
    for other in _others(result.block.parameters[param], value):
        values = (*result.values[:position], other, *result.values[position + 1 :])
        drawing = evaluate(result.block, values, result.inputs).drawing
        if drawing is None or _structure(drawing) != _structure(result.drawing):
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
