"""Packing: a selection becomes an own block. `planned` says what the block's ports would be, which parameters it can expose and
which values inside could follow an input; `packed` makes it so.

Blocks keep ids, labels, places and wires among each other, and the design costs what it cost. The dotted path of a weight gets
the name of the new block before it: `conv.weight` becomes `unit.conv.weight`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from blocks.builder import Result
from blocks.ids import valid_id
from blocks.parameters import Parameter
from blocks.spec import TensorSpec
from designer.analysis.engine import Engine
from designer.app.commands import connection, short, step
from designer.app.naming import Names, stem_of
from designer.app.placing import Places, Point, centred
from designer.app.wiring import reached
from designer.graph import rules
from designer.graph.design import Design
from designer.graph.edits import AddNode, Compound, Define, Describe, Edit, RemoveNode
from designer.graph.network import Edge, Network, Node, node_path
from designer.graph.own_block import OWN, Definition, Exposed
from designer.graph.rules import StructureError
from designer.graph.topology import free_ports, read_wires

WIDTHS = ("out_channels", "groups", "hidden_channels", "out_features", "num_features", "squeeze_channels", "num_groups")
"""Parameters that count channels, and so may follow those of an input."""
MAIN = ("out_channels", "stride", "kernel_size", "expand_ratio", "act", "out_features", "groups", "dilation", "padding")
"""Parameters that a person exposes most."""
MOST_TIMES = 64
LISTED = 6

Place = tuple[str, str]
"""A parameter of a node inside: (node, parameter)."""


class Inlet(NamedTuple):
    """An input of the block: the outside source of it, None for an input that is still free, and who reads it inside."""

    name: str
    source: tuple[str, str] | None
    readers: tuple[tuple[str, str], ...]
    spec: TensorSpec | None


class Outlet(NamedTuple):
    """An output of the block: whose it is inside, and which wires outside begin there."""

    name: str
    source: tuple[str, str]
    readers: tuple[Edge, ...]
    spec: TensorSpec | None


class Candidate(NamedTuple):
    """A parameter that the block can expose. `bindings` holds it and those that have to follow it, such as the groups of a
    depthwise convolution behind it. `forced`: a block around this one decides it, so it has to be exposed."""

    name: str
    bindings: tuple[Place, ...]
    parameter: Parameter[Any]
    value: Any
    main: bool
    forced: bool = False


class Relation(NamedTuple):
    """A value inside that equals a multiple of an input's channels. `meant`: the drawing would break at other widths without."""

    node: str
    param: str
    port: str
    times: int
    value: int
    meant: bool

    @property
    def is_width(self) -> bool:
        return self.param in ("out_channels", "hidden_channels")


class Plan(NamedTuple):
    """What packing some blocks would make."""

    ids: tuple[str, ...]
    inside: Mapping[str, str]  # the id that each block gets inside
    inlets: tuple[Inlet, ...]
    outlets: tuple[Outlet, ...]
    candidates: tuple[Candidate, ...]
    relations: tuple[Relation, ...]


class Choice(NamedTuple):
    """What a person decided: names of ports, parameters to expose by their new names, and values that follow."""

    name: str
    inputs: Sequence[str] = ()
    outputs: Sequence[str] = ()
    exposed: Mapping[str, Candidate] = {}
    relations: Sequence[Relation] = ()
    help: str = ""


class Copy(NamedTuple):
    """One evaluation of a definition somewhere in a design: the channels at its inputs, and what each block in it gave."""

    channels: Mapping[str, int]
    parts: Mapping[str, Result]


class NotConvex(StructureError):
    """Blocks that are not selected lie between those that are; `between` are their ids."""

    def __init__(self, between: Sequence[str], names: Sequence[str]) -> None:
        listed = names if len(names) <= LISTED else [*names[: LISTED - 1], f"{len(names) - LISTED + 1} more"]
        said = listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
        verb, them = ("lies", "it") if len(between) == 1 else ("lie", "them")
        super().__init__(
            "not_convex", f"These blocks cannot be packed: {said} {verb} between them. Select {them} too, or fewer blocks."
        )
        self.between = tuple(between)


def same(port: str, times: int) -> dict[str, Any]:
    """The value of a parameter that follows an input."""
    return {"same_as": f"{port}.channels"} if times == 1 else {"same_as": f"{port}.channels", "times": times}


# -- planning ----------------------------------------------------------------------------------------------------------------


def copies_in(document: Engine, scope: str) -> list[Copy]:
    """Every evaluation of a definition in the whole design."""
    found: list[Copy] = []
    for result in document.results.values():
        if result.evaluated is not None:
            found += _copies(result.evaluated, OWN + scope)
    return found


def _copies(result: Result, block: str) -> Iterator[Copy]:
    if result.drawing is None:
        return
    if result.block.id == block:
        channels = {port.name: spec[0] for port, spec in zip(result.block.inputs, result.inputs, strict=True)}
        yield Copy(channels, {part.name: part.result for part in result.drawing.parts})
        return
    for part in result.drawing.parts:
        if part.block.category == "own":
            yield from _copies(part.result, block)


def input_channels(engine: Engine) -> dict[str, int]:
    """The channels at each input, as the analysis has them."""
    return {name: spec[0] for name, one in engine.results.items() if one.block == "input" for spec in one.outputs.values()}


def planned(design: Design, engine: Engine, ids: Iterable[str], copies: Sequence[Copy] = ()) -> Plan:
    """What packing these blocks would make. Raises StructureError, or NotConvex, where they cannot be packed.

    `copies` are those of `copies_in` where the design is what is inside a block: what is proposed is right in all of them.
    """
    network = design.root
    rank = {node_id: k for k, node_id in enumerate((*engine.order.order, *engine.order.rest))}
    chosen = sorted({node_id for node_id in ids if node_id in network}, key=lambda one: (rank.get(one, 0), one))
    check(network, chosen, rank)
    inside = _inside_ids(network, chosen)
    inlets, outlets = _inlets(design, engine, chosen), _outlets(network, engine, chosen)
    inlets = _counted_alike(engine, network, chosen, inlets, outlets)
    taken = set(inside.values())
    inlets = [one._replace(name=_port_name(one.name, taken)) for one in inlets]
    outlets = [one._replace(name=_port_name(one.name, taken)) for one in outlets]
    candidates = _candidates(design, engine, chosen)
    relations = [one for one in _relations(design, engine, chosen, inlets) if _holds(one, inlets, copies)]
    return Plan(tuple(chosen), inside, tuple(inlets), tuple(outlets), tuple(candidates), tuple(relations))


def check(network: Network, chosen: Sequence[str], rank: Mapping[str, int]) -> None:
    """Raise unless these blocks can be packed."""
    if not chosen:
        raise StructureError("nothing", "Select the blocks to pack first.")
    ends = [node_id for node_id in chosen if network.node(node_id).block in ("input", "output")]
    if ends:
        names = " and ".join(short(network.node(node_id)) for node_id in ends[:2])
        kind = "an input or output" if len(ends) == 1 else "inputs or outputs"
        raise StructureError("boundary", f"{names} cannot be packed: {kind} of the design has to stay outside.")
    between = (reached(network, chosen, upstream=False) & reached(network, chosen, upstream=True)) - set(chosen)
    if between:
        listed = sorted(between, key=lambda one: (rank.get(one, 0), one))
        raise NotConvex(listed, [short(network.node(one)) for one in listed])


def _counted_alike(
    engine: Engine, network: Network, chosen: Sequence[str], inlets: list[Inlet], outlets: Sequence[Outlet]
) -> list[Inlet]:
    """The inputs of the block, so that it counts what its blocks did. As one block all of it is counted or nothing; raises where
    that cannot be kept, because blocks that are not counted have wires of their own to what is around."""
    counted = set(engine.order.order)
    if not any(node_id in counted for node_id in chosen):
        return inlets
    loose = [one.source[0] for one in outlets if one.source[0] not in counted and one.readers]
    loose += [node_id for one in inlets if one.source and one.source[0] not in counted for node_id, _ in one.readers]
    if loose:
        name = short(network.node(loose[0]))
        raise StructureError(
            "not_counted",
            f"{name} is not counted, but other selected blocks are, and as one block all would be. Leave it out, or let an "
            "output read it.",
        )
    return [one for one in inlets if one.source is not None]  # what is incomplete stays so inside


def _inside_ids(network: Network, chosen: Sequence[str]) -> dict[str, str]:
    """Ids without the name of the stage, where that leaves them different."""
    local = {node_id: node_path(network.node(node_id)).rpartition(".")[2] for node_id in chosen}
    once = {name for name in local.values() if list(local.values()).count(name) == 1}
    return {node_id: name if name in once and valid_id(name) else node_id for node_id, name in local.items()}


def _port_name(wanted: str, taken: set[str]) -> str:
    stem, number = wanted, 1
    while wanted in taken or not valid_id(wanted):
        number += 1
        wanted = f"{stem}_{number}" if valid_id(f"{stem}_{number}") else f"port_{number}"
    taken.add(wanted)
    return wanted


def _inlets(design: Design, engine: Engine, chosen: Sequence[str]) -> list[Inlet]:
    network, members = design.root, set(chosen)
    fed: dict[tuple[str, str], list[tuple[str, str]]] = {}
    free: list[tuple[str, str]] = []
    for node_id in chosen:
        node = network.node(node_id)
        block = design.resolve(node.block)
        sources = network.sources(node_id)
        wires = read_wires(block, False, sources)
        for port, source in [*wires.items(), *[item for item in sources.items() if item[0] not in wires]]:
            if source[0] not in members:
                fed.setdefault(source, []).append((node_id, port))
        free += [(node_id, port) for port in free_ports(block, False, wires)]
    count = len(fed) + len(free)
    found = []
    for source, readers in fed.items():
        result = engine.results.get(source[0])
        spec = result.outputs.get(source[1]) if result is not None else None
        found.append(Inlet("x" if count == 1 else _inlet_name(source), source, tuple(readers), spec))
    for node_id, port in free:
        name = "x" if count == 1 else f"{node_id}_{port.partition('.')[0]}"
        found.append(Inlet(name, None, ((node_id, port),), None))
    return found


def _inlet_name(source: tuple[str, str]) -> str:
    return source[0] if source[1] == "y" else f"{source[0]}_{source[1]}"


def _outlets(network: Network, engine: Engine, chosen: Sequence[str]) -> list[Outlet]:
    members = set(chosen)
    outgoing: dict[tuple[str, str], list[Edge]] = {}
    for node_id in chosen:
        for wire in sorted(network.readers(node_id)):
            if wire.target not in members:
                outgoing.setdefault((node_id, wire.source_port), []).append(wire)
    if not outgoing:  # nothing reads them yet: the ends are what the block is for
        for node_id in chosen:
            if not network.readers(node_id):
                result = engine.results.get(node_id)
                kind = result.block_type if result is not None else None
                for port in kind.outputs if kind is not None else ():
                    outgoing[node_id, port] = []
    found = []
    for (node_id, port), wires in outgoing.items():
        result = engine.results.get(node_id)
        name = "y" if len(outgoing) == 1 else f"{node_id}_out" if port == "y" else f"{node_id}_{port}"
        found.append(Outlet(name, (node_id, port), tuple(wires), result.outputs.get(port) if result is not None else None))
    return found


def _candidates(design: Design, engine: Engine, chosen: Sequence[str]) -> list[Candidate]:
    """Every parameter of the blocks, those of most use first."""
    network = design.root
    found: list[Candidate] = []
    for node_id in chosen:
        node = network.node(node_id)
        block = design.resolve(node.block)
        if block is None:
            continue
        values = engine.values_of(node_id)
        for name, parameter in block.parameters.items():
            bindings = ((node_id, name), *_followers(design, engine, chosen, node_id, name, values[name]))
            found.append(Candidate(name, bindings, parameter, values[name], name in MAIN))
    names = [one.name for one in found]
    found = [
        one if names.count(one.name) == 1 else one._replace(name=f"{_local(network, one.bindings[0][0])}_{one.name}")
        for one in found
    ]
    outer = outer_bindings(design)
    return [
        one._replace(forced=True)
        if any(place in outer or isinstance(network.node(place[0]).params.get(place[1]), dict) for place in one.bindings[:1])
        else one
        for one in found
    ]


def _local(network: Network, node_id: str) -> str:
    return node_path(network.node(node_id)).rpartition(".")[2]


def outer_bindings(design: Design) -> dict[Place, str]:
    """Parameters of nodes here that the block around exposes, and as what."""
    definition = design.definition
    if definition is None:
        return {}
    return {place: name for name, exposed in definition.exposed.items() for place in exposed.bindings}


def _followers(design: Design, engine: Engine, chosen: Sequence[str], node_id: str, name: str, value: Any) -> list[Place]:
    """Parameters that have to change with a number of channels: what depthwise convolutions behind it are told."""
    if name not in ("out_channels", "hidden_channels") or not isinstance(value, int):
        return []
    found: list[Place] = []
    members = set(chosen)
    waiting, seen = [node_id], {node_id}
    while waiting:
        for wire in sorted(design.root.readers(waiting.pop())):
            target = wire.target
            result = engine.results.get(target)
            if target in seen or target not in members or result is None or result.block_type is None:
                continue
            seen.add(target)
            first = next(iter(result.inputs.values()), None)
            if first is None or first[0] != value:
                continue
            values = engine.values_of(target)
            if values.get("groups") == value and values.get("out_channels") == value:
                found += [(target, "groups"), (target, "out_channels")]
                waiting.append(target)
            elif "out_channels" not in values and "out_features" not in values:
                waiting.append(target)  # it passes the channels on
    return found


def _relations(design: Design, engine: Engine, chosen: Sequence[str], inlets: Sequence[Inlet]) -> list[Relation]:
    """Values that are whole multiples of an input's channels, those that are meant so first."""
    found: list[Relation] = []
    ports = [(one.name, one.spec[0]) for one in inlets if one.spec is not None]
    residual = _joined_with_input(design, chosen, inlets)
    for node_id in chosen:
        block = design.resolve(design.root.node(node_id).block)
        result = engine.results.get(node_id)
        if block is None or result is None or not result.inputs:
            continue
        values = engine.values_of(node_id)
        came = next(iter(result.inputs.values()))[0]
        depthwise = values.get("groups", 1) == came > 1
        for name in WIDTHS:
            value = values.get(name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 2:
                continue
            for port, channels in ports:
                if value % channels == 0 and value // channels <= MOST_TIMES:
                    meant = (depthwise and name in ("groups", "out_channels")) or (node_id in residual and value == channels)
                    found.append(Relation(node_id, name, port, value // channels, value, meant))
                    break
    widths = {(one.port, one.times) for one in found if one.meant}
    found = [one._replace(meant=one.meant or (one.is_width and (one.port, one.times) in widths)) for one in found]
    return sorted(found, key=lambda one: not one.meant)


def _holds(relation: Relation, inlets: Sequence[Inlet], copies: Sequence[Copy]) -> bool:
    """Whether a value is this multiple of the input in every copy."""
    source = next(one.source for one in inlets if one.name == relation.port)
    for copy in copies:
        part = copy.parts.get(relation.node)
        if part is None or source is None:
            continue
        if source[0] in copy.channels:
            channels = copy.channels[source[0]]
        elif source[0] in copy.parts:
            fed = copy.parts[source[0]]
            channels = fed.outputs[list(fed.block.outputs).index(source[1])][0]
        else:
            return False
        if dict(zip(part.block.parameters, part.values, strict=True))[relation.param] != channels * relation.times:
            return False
    return True


def _joined_with_input(design: Design, chosen: Sequence[str], inlets: Sequence[Inlet]) -> set[str]:
    """Blocks whose output is added to an input of the selection: their width has to be the input's."""
    network, members = design.root, set(chosen)
    entering = {reader for inlet in inlets for reader in inlet.readers}
    found: set[str] = set()
    for node_id in chosen:
        ports = network.sources(node_id)
        if network.node(node_id).block != "add" or not any((node_id, port) in entering for port in ports):
            continue
        waiting = [source for source, _ in ports.values() if source in members]
        while waiting:
            at = waiting.pop()
            if at in found:
                continue
            found.add(at)
            block = design.resolve(network.node(at).block)
            if block is not None and "out_channels" not in block.parameters:
                waiting += [source for source, _ in network.sources(at).values() if source in members]
    return found


# -- packing -----------------------------------------------------------------------------------------------------------------


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
    """Where the blocks stand inside: as they stood outside, ports above and below. None where one has no place."""
    if any(node_id not in where.stored for node_id in plan.ids):
        return None
    boxes = [box for node_id in plan.ids if (box := where.rect(node_id)) is not None]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    middle, bottom = (left + max(box[2] for box in boxes)) / 2, max(box[3] for box in boxes)
    found = {plan.inside[node_id]: where.at[node_id] for node_id in plan.ids}
    for names, y in ((inputs, top - 52), (outputs, bottom + 52)):
        for k, name in enumerate(names):
            found[name] = centred((middle + (k - (len(names) - 1) / 2) * 160, y), "input")
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
