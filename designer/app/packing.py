"""Packing: the blocks of a plan become an own block.

Blocks keep ids, labels, places and wires among each other, and the design costs what it cost. The dotted path of a weight gets
the name of the new block before it: `conv.weight` becomes `unit.conv.weight`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from blocks.ids import valid_id
from designer.analysis.engine import Engine
from designer.app.commands import connection, step
from designer.app.naming import Names, stem_of
from designer.app.pack_plan import Plan
from designer.app.pack_proposals import Candidate, Inlet, Outlet, Place, Relation, same
from designer.app.placing import Places, Point, centred, size_of, snapped
from designer.graph import rules
from designer.graph.definition_edits import Define, Describe
from designer.graph.design import Design
from designer.graph.edits import AddNode, Compound, Edit, RemoveNode
from designer.graph.layout import SNAP
from designer.graph.network import Edge, Network, Node
from designer.graph.own_block import OWN, Definition, Exposed
from designer.graph.rules import StructureError


class Choice(NamedTuple):
    """What a person decided: names of ports, parameters to expose by their new names, and values that follow."""

    name: str
    inputs: Sequence[str] = ()
    outputs: Sequence[str] = ()
    exposed: Mapping[str, Candidate] = {}
    relations: Sequence[Relation] = ()
    help: str = ""


def packed(design: Design, engine: Engine, plan: Plan, choice: Choice, places: Mapping[str, Point] | None = None) -> Compound:
    """Puts the planned blocks into a new own block, and one copy of it in their place."""
    network = design.root
    key = free_definition(design, choice.name)
    title = choice.name.strip() or key
    inputs, outputs = _names(plan.inlets, choice.inputs), _names(plan.outlets, choice.outputs)
    _check_names(plan, inputs, outputs, choice)
    exposed, given = _exposures(design, plan, choice)
    renamed = dict(zip([one.name for one in plan.inlets], inputs, strict=True))
    follows = {(one.node, one.param): same(renamed[one.port], one.times) for one in choice.relations}
    bound = {place for one in exposed.values() for place in one}
    nodes = [_inner(design, engine, plan, node_id, follows, bound) for node_id in plan.ids]
    for k, (inlet, name) in enumerate(zip(plan.inlets, inputs, strict=True)):
        params: dict[str, Any] = {} if inlet.spec is None else {"shape": list(inlet.spec)}
        nodes.append(Node(name, "input", params | ({"order": k} if k else {})))
    nodes += [Node(name, "output", {"order": k} if k else {}) for k, name in enumerate(outputs)]
    definition = Definition(
        key,
        title,
        Network.of(nodes, _inner_edges(network, plan, inputs, outputs)),
        exposed={name: Exposed([(plan.inside[node], param) for node, param in bindings]) for name, bindings in exposed.items()},
        help=choice.help,
    )
    stages = {network.node(node_id).stage for node_id in plan.ids}
    names = Names(network, plan.ids)
    stage = names.stage(next(iter(stages))) if len(stages) == 1 else None
    copy = Node(names.fresh(OWN + key, stage), OWN + key, given, stage=stage)
    where = Places(design, places)
    edits: list[Edit] = [Define(definition=definition, positions=_inner_places(where, plan, inputs, outputs))]
    edits += where.store(leave_out=plan.ids) if places is not None else []
    edits += [RemoveNode(id=node_id) for node_id in plan.ids]
    edits.append(AddNode(node=copy, position=_middle(where, plan)))
    for inlet, name in zip(plan.inlets, inputs, strict=True):
        if inlet.source is not None:
            edits.append(connection(Edge(*inlet.source, copy.id, name)))
    for outlet, name in zip(plan.outlets, outputs, strict=True):
        edits += [connection(Edge(copy.id, name, wire.target, wire.target_port)) for wire in outlet.readers]
    edits += _bound_anew(design, {place: (copy.id, name) for name, one in exposed.items() for place in one})
    return step(f"Pack {len(plan.ids)} block{'s' if len(plan.ids) > 1 else ''} into {title}", edits)


def free_definition(design: Design, name: str) -> str:
    """An id for a new own block that reads like its name."""
    stem = stem_of(name.strip())
    number, found = 1, stem
    while found in design.definitions:
        number += 1
        found = f"{stem}_{number}"
    return found


def _names(ports: Sequence[Inlet] | Sequence[Outlet], chosen: Sequence[str]) -> list[str]:
    return [name.strip() for name in chosen] if chosen else [one.name for one in ports]


def _check_names(plan: Plan, inputs: Sequence[str], outputs: Sequence[str], choice: Choice) -> None:
    """Raise unless ports and parameters can be called so."""
    if len(inputs) != len(plan.inlets) or len(outputs) != len(plan.outlets):
        raise StructureError("bad_names", "Every port needs a name.")
    taken = set(plan.inside.values())
    for name in (*inputs, *outputs):
        rules.check_id(name)
        if name in taken:
            raise StructureError("duplicate_id", f"Two things inside would be called {name!r}. Give a port another name.")
        taken.add(name)
    for name in choice.exposed:
        if not valid_id(name):
            raise StructureError("bad_id", f"{name!r} cannot be the name of a parameter: it needs the form of a node's id.")


def _exposures(design: Design, plan: Plan, choice: Choice) -> tuple[dict[str, list[Place]], dict[str, Any]]:
    """What the block exposes, with those that a block around it decides; and what its copy is given for them."""
    network = design.root
    exposed: dict[str, list[Place]] = {}
    given: dict[str, Any] = {}
    done: set[Place] = set()
    for name, candidate in choice.exposed.items():
        places = [place for place in candidate.bindings if place not in done]
        if places:
            exposed[name] = places
            done |= set(places)
    for candidate in plan.candidates:
        place = candidate.bindings[0]
        if candidate.forced and place not in done:
            name, number = candidate.name, 1
            while name in exposed:
                number += 1
                name = f"{candidate.name}_{number}"
            exposed[name] = [place]
            done.add(place)
    for name, places in exposed.items():
        raws = [network.node(node_id).params.get(param) for node_id, param in places]
        raw = next((raw for raw in raws if isinstance(raw, dict)), None)
        if raw is not None:  # it follows an input of the block around
            given[name] = raw
    return exposed, given


def _inner(
    design: Design,
    engine: Engine,
    plan: Plan,
    node_id: str,
    follows: Mapping[Place, dict[str, Any]],
    bound: set[Place],
) -> Node:
    """A packed block as it is inside."""
    node = design.root.node(node_id)
    params = dict(node.params)
    values = engine.values_of(node_id) if any(isinstance(raw, dict) for raw in params.values()) else {}
    block = design.resolve(node.block)
    for name, raw in node.params.items():
        if isinstance(raw, dict) and name in values:  # exposed, so the copy is given it; here stands what it is now
            params[name] = block.parameters[name].raw(values[name])
    for (target, name), raw in follows.items():
        if target == node_id and (node_id, name) not in bound:
            params[name] = raw
    return msgspec.structs.replace(node, id=plan.inside[node_id], params=params, stage=None)


def _inner_edges(network: Network, plan: Plan, inputs: Sequence[str], outputs: Sequence[str]) -> list[Edge]:
    members = set(plan.ids)
    edges = [
        Edge(plan.inside[edge.source], edge.source_port, plan.inside[edge.target], edge.target_port)
        for edge in network.edges()
        if edge.source in members and edge.target in members
    ]
    for inlet, name in zip(plan.inlets, inputs, strict=True):
        edges += [Edge(name, "y", plan.inside[node_id], port) for node_id, port in inlet.readers]
    for outlet, name in zip(plan.outlets, outputs, strict=True):
        edges.append(Edge(plan.inside[outlet.source[0]], outlet.source[1], name, "x"))
    return edges


def _inner_places(where: Places, plan: Plan, inputs: Sequence[str], outputs: Sequence[str]) -> dict[str, Point] | None:
    """Where the blocks stand inside: as they stood outside, ports before and behind them. None where one has no place."""
    if any(node_id not in where.stored for node_id in plan.ids):
        return None
    boxes = [box for node_id in plan.ids if (box := where.rect(node_id)) is not None]
    turn = where.turned  # across the flow and along it, whichever way that runs
    starts, ends = [turn(box[:2]) for box in boxes], [turn(box[2:]) for box in boxes]
    middle = (min(across for across, _ in starts) + max(across for across, _ in ends)) / 2
    first, last = min(along for _, along in starts), max(along for _, along in ends)
    width, height = turn(size_of("input"))
    found = {plan.inside[node_id]: where.at[node_id] for node_id in plan.ids}
    for names, along in ((inputs, first - where.gap - height / 2), (outputs, last + where.gap + height / 2)):
        for k, name in enumerate(names):
            across = middle + (k - (len(names) - 1) / 2) * (width + SNAP)  # in one line with the blocks, on the grid or not
            found[name] = turn((across - width / 2, snapped(along - height / 2)))
    return found


def _middle(where: Places, plan: Plan) -> Point | None:
    boxes = [box for node_id in plan.ids if (box := where.rect(node_id)) is not None]
    if not boxes:
        return None
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
    return centred(((left + right) / 2, (top + bottom) / 2), OWN)


def _bound_anew(design: Design, moved: Mapping[Place, Place]) -> list[Edit]:
    """The block around exposes the copy's parameters in the place of those that went inside."""
    definition = design.definition
    if definition is None:
        return []
    exposed = rebound(definition.exposed, moved)
    return [Describe(exposed=exposed)] if exposed != definition.exposed else []


def rebound(exposed: Mapping[str, Exposed], moved: Mapping[Place, Place]) -> dict[str, Exposed]:
    """Exposed parameters with other bindings; two that became one are one."""
    return {
        name: msgspec.structs.replace(one, bindings=list(dict.fromkeys([moved.get(place, place) for place in one.bindings])))
        for name, one in exposed.items()
    }
