"""What a person does with own blocks, as edits: see `commands`. Each is of the whole design; `scope` is a definition's id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from blocks.ids import valid_id
from designer.analysis.engine import Engine
from designer.app import commands
from designer.app.commands import short, step
from designer.app.pack_proposals import Place, same
from designer.app.packing import free_definition, rebound
from designer.graph import rules
from designer.graph.definition_edits import Define, Describe, Undefine
from designer.graph.design import ROOT, Design
from designer.graph.edits import AddNode, Compound, Connect, Disconnect, Edit, RemoveNode, SetParam
from designer.graph.network import Edge
from designer.graph.own_block import OWN, Definition, Exposed
from designer.graph.rules import StructureError


def copies_of(design: Design, definition: str) -> list[Place]:
    """Where copies of an own block stand: (scope, node id), those in the design itself first."""
    name = OWN + definition
    return [
        (scope, node.id)
        for scope in (ROOT, *sorted(design.definitions))
        for node in sorted(design.network(scope).nodes(), key=lambda node: node.id)
        if node.block == name
    ]


def _definition(design: Design, scope: str) -> Definition:
    found = design.definitions.get(scope)
    if found is None:
        raise StructureError("no_definition", f"There is no own block {scope!r}.")
    return found


# -- the block itself --------------------------------------------------------------------------------------------------------


def rename(design: Design, scope: str, name: str) -> Compound:
    """Gives an own block another name. Its id, which stands in files and source, stays."""
    definition = _definition(design, scope)
    wanted = name.strip()
    if not wanted or wanted == definition.name:
        return step("", ())
    if any(other.name == wanted for other in design.definitions.values()):
        raise StructureError("name_taken", f"There is an own block {wanted!r} already. Give this one another name.")
    return step(f"Rename {definition.name} to {wanted}", [Describe(scope=scope, name=wanted)])


def describe(design: Design, scope: str, text: str) -> Compound:
    """Says what an own block is for."""
    definition = _definition(design, scope)
    if text.strip() == definition.help:
        return step("", ())
    return step(f"Describe {definition.name}", [Describe(scope=scope, help=text.strip())])


def free_name(design: Design, name: str) -> str:
    """A name like this one that no own block has: `Unit`, `Unit 2`."""
    taken = {one.name for one in design.definitions.values()}
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name} {number}"
    return found


def duplicated(design: Design, scope: str, nodes: Iterable[Place] = (), name: str = "") -> Compound:
    """Makes a new block with the same content; the copies `nodes`, (scope, node id), become copies of the new one."""
    definition = _definition(design, scope)
    title = free_name(design, name.strip() or definition.name)
    key = free_definition(design, title)
    places, notes = dict(design.positions.get(scope, {})), dict(design.notes.get(scope, {}))
    made = msgspec.structs.replace(definition, id=key, name=title, network=definition.network.copy())
    define = Define(definition=made, positions=places, notes=notes)
    trial = design.copy()
    define.apply(trial)
    edits: list[Edit] = [define]
    for where, node_id in nodes:
        replaced = commands.replace(trial, node_id, OWN + key, where)
        replaced.apply(trial)
        edits.append(replaced)
    return step(f"Duplicate {definition.name} as {title}", edits)


def removed(design: Design, scope: str) -> Compound:
    """Takes an own block out of the design. Raises StructureError while it is used."""
    definition = _definition(design, scope)
    users = sorted({place[0] for place in copies_of(design, scope)})
    if users:
        names = [f"the block {design.definitions[user].name}" if user else "the design" for user in users]
        listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        raise StructureError("in_use", f"{definition.name} is still used in {listed}. Delete or unpack its copies first.")
    return step(f"Delete the block {definition.name}", [Undefine(id=scope)])


# -- its parameters ----------------------------------------------------------------------------------------------------------


def exposed_as(design: Design, scope: str, node_id: str, param: str) -> str:
    """The name under which a definition exposes a parameter of a block inside; "" where it does not."""
    definition = design.definitions.get(scope)
    for name, exposed in definition.exposed.items() if definition is not None else ():
        if (node_id, param) in exposed.bindings:
            return name
    return ""


def free_parameter(design: Design, scope: str, node_id: str, param: str) -> str:
    """A name for a parameter that is going to be exposed: its own where that is free, else with the block's before it."""
    taken = _definition(design, scope).exposed
    wanted = param
    if wanted in taken:
        wanted = f"{node_id}_{param}"
    stem, number = wanted, 1
    while wanted in taken or not valid_id(wanted):
        number += 1
        wanted = f"{stem}_{number}" if valid_id(f"{stem}_{number}") else f"parameter_{number}"
    return wanted


def expose(
    design: Design, scope: str, node_id: str, param: str, name: str, *, value: Any = None, further: Iterable[Place] = ()
) -> Compound:
    """Makes a parameter inside one of the block's own; where the block has one called `name` already, both become one.

    `value` is what the parameter is now, for one that followed an input until now. `further` are others to be told with it.
    """
    definition = _definition(design, scope)
    node = rules.need_node(definition.network, node_id)
    wanted = name.strip()
    _check_name(wanted)
    if node.block in ("input", "output"):
        raise StructureError("port", f"{short(node)} is a port of the block: its shape is that of what is connected to it.")
    if exposed_as(design, scope, node_id, param):
        raise StructureError("exposed", f"{short(node)} has its {param} exposed already.")
    known = definition.exposed.get(wanted)
    if known is not None:
        _check_alike(design, definition, known, node_id, param)
    places: list[Place] = [(node_id, param), *further]
    exposed = {
        **definition.exposed,
        wanted: msgspec.structs.replace(known, bindings=[*known.bindings, *places]) if known else Exposed(places),
    }
    edits: list[Edit] = []
    if isinstance(node.params.get(param), dict):
        edits.append(SetParam(scope=scope, node=node_id, name=param, value=value, reset=value is None))
    edits.append(Describe(scope=scope, exposed=exposed))
    return step(f"Expose {param} of {short(node)} as {wanted}", edits, scope)


def _check_name(name: str) -> None:
    if not valid_id(name):
        raise StructureError(
            "bad_id",
            f"{name!r} cannot be the name of a parameter: it needs lower-case letters, digits and single underscores, beginning "
            "with a letter, and no word that Python or torch uses.",
        )


def _check_alike(design: Design, definition: Definition, known: Exposed, node_id: str, param: str) -> None:
    """Raise where two parameters cannot be told the same."""
    kinds = []
    for other, inner in (*known.bindings, (node_id, param)):
        if other in definition.network:
            block = design.resolve(definition.network.node(other).block)
            if block is not None and inner in block.parameters:
                kinds.append(block.parameters[inner])
    if len({kind.kind for kind in kinds}) > 1:
        raise StructureError(
            "other_kind", f"The block has a parameter of this name, of another kind: {kinds[0].kind}, not {kinds[-1].kind}."
        )


def unexpose(design: Design, scope: str, name: str, place: Place | None = None) -> Compound:
    """Takes a parameter away from a block, or only one parameter inside from it. Copies go back to what stands inside."""
    definition = _definition(design, scope)
    known = definition.exposed.get(name)
    if known is None:
        raise StructureError("not_exposed", f"{definition.name} has no parameter {name!r}.")
    left = [one for one in known.bindings if place is not None and one != place]
    exposed = dict(definition.exposed)
    edits: list[Edit] = []
    if left:
        exposed[name] = msgspec.structs.replace(known, bindings=left)
    else:
        del exposed[name]
        edits += _forget(design, scope, name)
    edits.append(Describe(scope=scope, exposed=exposed))
    return step(f"Stop exposing {name} of {definition.name}", edits)


def _forget(design: Design, scope: str, name: str) -> list[Edit]:
    """No copy has a value of its own for a parameter any more, and no block around exposes it."""
    edits: list[Edit] = []
    for where, node_id in copies_of(design, scope):
        if name in design.network(where).node(node_id).params:
            edits.append(SetParam(scope=where, node=node_id, name=name, reset=True))
        outer = exposed_as(design, where, node_id, name) if where != ROOT else ""
        if outer:
            edits += unexpose(design, where, outer, (node_id, name)).edits
    return edits


def rename_parameter(design: Design, scope: str, name: str, wanted: str) -> Compound:
    """Gives an exposed parameter another name; its copies keep their values."""
    definition = _definition(design, scope)
    wanted = wanted.strip()
    if wanted == name:
        return step("", ())
    _check_name(wanted)
    if wanted in definition.exposed:
        raise StructureError("name_taken", f"{definition.name} has a parameter {wanted!r} already.")
    exposed = {wanted if one == name else one: value for one, value in definition.exposed.items()}
    edits: list[Edit] = []
    moved: dict[str, dict[Place, Place]] = {}
    for where, node_id in copies_of(design, scope):
        params = design.network(where).node(node_id).params
        if name in params:
            edits.append(SetParam(scope=where, node=node_id, name=name, reset=True))
            edits.append(SetParam(scope=where, node=node_id, name=wanted, value=params[name]))
        if where != ROOT:
            moved.setdefault(where, {})[node_id, name] = (node_id, wanted)
    edits.append(Describe(scope=scope, exposed=exposed))
    for where, places in moved.items():
        outer = design.definitions[where].exposed
        if rebound(outer, places) != outer:
            edits.append(Describe(scope=where, exposed=rebound(outer, places)))
    return step(f"Rename {name} of {definition.name} to {wanted}", edits)


def rename_port(design: Design, scope: str, port: str, wanted: str) -> Compound:
    """Gives an input or output of a block another name: in the block, in what follows it, and at the wires of all copies."""
    definition = _definition(design, scope)
    node = rules.need_node(definition.network, port)
    wanted = wanted.strip()
    if wanted == port:
        return step("", ())
    if node.block not in ("input", "output"):
        raise StructureError("no_port", f"{short(node)} is no port of {definition.name}.")
    rules.check_id(wanted)
    if wanted in definition.network:
        raise StructureError("duplicate_id", f"There is something called {wanted!r} in {definition.name} already.")
    off: list[Edit] = []
    on: list[Edit] = []
    for where, copy in copies_of(design, scope):
        network = design.network(where)
        if node.block == "input":
            wires = [(Edge(*source, copy, into), into) for into, source in network.sources(copy).items() if into == port]
            new = [Edge(*edge[:3], wanted) for edge, _ in wires]
        else:
            wires = [(edge, edge.target_port) for edge in network.readers(copy) if edge.source_port == port]
            new = [Edge(copy, wanted, edge.target, edge.target_port) for edge, _ in wires]
        off += [Disconnect(scope=where, target=edge.target, target_port=into) for edge, into in wires]
        on += [commands.connection(edge, where) for edge in new]
    network = definition.network
    inside: list[Edit] = [
        RemoveNode(scope=scope, id=port),
        AddNode(scope=scope, node=msgspec.structs.replace(node, id=wanted), position=design.positions.get(scope, {}).get(port)),
    ]
    for into, source in network.sources(port).items():
        inside.append(Connect.again(scope, Edge(*source, wanted, into)))
    inside += [Connect.again(scope, Edge(wanted, *edge[1:])) for edge in network.readers(port)]
    for other in network.nodes():
        for name, value in other.params.items():
            if isinstance(value, dict) and str(value.get("same_as", "")).partition(".")[0] == port:
                followed = {**value, "same_as": f"{wanted}.channels"}
                inside.append(SetParam(scope=scope, node=other.id, name=name, value=followed))
    return step(f"Rename {port} of {definition.name} to {wanted}", [*off, *inside, *on])


def follow_input(design: Design, scope: str, node_id: str, param: str, port: str, times: int) -> Compound:
    """Lets a value inside be a whole multiple of the channels of an input."""
    node = rules.need_node(_definition(design, scope).network, node_id)
    said = f"{times} × {port}.channels" if times != 1 else f"{port}.channels"
    edit = SetParam(scope=scope, node=node_id, name=param, value=same(port, times))
    return step(f"Let {param} of {short(node)} be {said}", [edit], scope)


def settle(design: Design, scope: str, node_id: str, param: str, value: Any) -> Compound:
    """Gives a value that followed an input a fixed one."""
    network = _definition(design, scope).network
    node = rules.need_node(network, node_id)
    parameter = design.resolve(node.block).parameters[param]
    edit = SetParam(scope=scope, node=node_id, name=param, value=parameter.raw(value), reset=value == parameter.default)
    return step(f"Set {param} of {short(node)}", [edit], scope)


def multiples(engine: Engine, node_id: str, param: str) -> list[tuple[str, int]]:
    """The inputs whose channels the present value of a parameter is a multiple of, with the factor."""
    value = engine.values_of(node_id).get(param)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        return []
    found = []
    for name, result in engine.results.items():
        if result.block == "input":
            channels = next((spec[0] for spec in result.outputs.values()), 0)
            if channels and value % channels == 0:
                found.append((name, value // channels))
    return found
