"""What packing some blocks would make: its ports, and what is proposed for it. Whether they can be packed at all is said here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from blocks.ids import valid_id
from designer.analysis.engine import Engine
from designer.app.commands import short
from designer.app.pack_proposals import Candidate, Copy, Inlet, Outlet, Relation, candidates, holds, relations
from designer.app.wiring import reached
from designer.graph.design import Design
from designer.graph.network import Edge, Network, node_path
from designer.graph.rules import StructureError
from designer.graph.topology import free_ports, read_wires

LISTED = 6  # names in a sentence


class Plan(NamedTuple):
    """What packing some blocks would make."""

    ids: tuple[str, ...]
    inside: Mapping[str, str]  # the id that each block gets inside
    inlets: tuple[Inlet, ...]
    outlets: tuple[Outlet, ...]
    candidates: tuple[Candidate, ...]
    relations: tuple[Relation, ...]


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
    proposed = [one for one in relations(design, engine, chosen, inlets) if holds(one, inlets, copies)]
    return Plan(tuple(chosen), inside, tuple(inlets), tuple(outlets), tuple(candidates(design, engine, chosen)), tuple(proposed))


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
