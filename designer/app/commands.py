"""What a person does to a design, as edits: each function reads the design and gives one `Compound`, named for the Edit menu.

Nothing here changes a design or knows a widget. What cannot be done raises StructureError with the reason. A compound without
edits says that there is nothing to do. `places` are where the canvas shows the blocks, in scene px; None: as the document says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from blocks.errors import BlockError
from designer.analysis.engine import Engine
from designer.app.naming import Names, said
from designer.app.placing import Places, Point
from designer.app.wiring import End, edge_between, fitting, next_input
from designer.graph import rules
from designer.graph.design import ROOT, Design, Note
from designer.graph.edits import (
    AddNode,
    Compound,
    Connect,
    Disconnect,
    Edit,
    RemoveNode,
    SetDisabled,
    SetLabel,
    SetNote,
    SetStage,
)
from designer.graph.network import Edge, Network, Node, node_path, slots
from designer.graph.own_block import OWN, can_pass_on
from designer.graph.rules import StructureError

MAX_NAME = 40  # characters of a label in the Edit menu
GEOMETRY = ("out_channels", "kernel_size", "stride", "padding", "dilation", "groups")  # decides the shape of what a block gives


def step(name: str, edits: Iterable[Edit], scope: str = ROOT) -> Compound:
    """Edits as one step of undo called `name`."""
    return Compound(scope=scope, edits=tuple(edits), name=name)


def added(edit: Edit) -> frozenset[str]:
    """Ids of the nodes that an edit adds and that were not there before: what a gesture selects afterwards."""
    if isinstance(edit, Compound):
        removed = {inner.id for inner in edit.edits if isinstance(inner, RemoveNode)}
        return frozenset().union(*[added(inner) for inner in edit.edits]) - removed
    return frozenset({edit.node.id}) if isinstance(edit, AddNode) else frozenset()


def short(node: Node) -> str:
    """A node's name in a sentence: its label, cut where it is long, else its path."""
    name = node.label.strip().partition("\n")[0] or node_path(node)
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…"


def named(design: Design, scope: str, ids: Iterable[str]) -> str:
    """Some nodes in a few words: `ir2`, or `3 blocks`."""
    network = design.network(scope)
    known = [node_id for node_id in ids if node_id in network]
    return said(known, [short(network.node(node_id)) for node_id in known[:1]])


def title_of(design: Design, block: str) -> str:
    """A kind of block in a sentence: an own one by its name."""
    definition = design.definitions.get(block.removeprefix(OWN)) if block.startswith(OWN) else None
    return definition.name if definition is not None else block.removeprefix(OWN)


# -- adding ------------------------------------------------------------------------------------------------------------------


def add(
    design: Design,
    block: str,
    at: Point,
    *,
    places: Mapping[str, Point] | None = None,
    params: Mapping[str, Any] | None = None,
    scope: str = ROOT,
) -> Compound:
    """Puts a block with its middle at `at`, connected to nothing."""
    node = _new(design, block, None, dict(params or {}), scope)
    where = Places(design, places, scope)
    return step(f"Add {title_of(design, block)}", [*where.store(), _place(node, where.near(at, block), scope)], scope)


def add_at_port(
    design: Design,
    engine: Engine,
    block: str,
    port: End,
    at: Point | None = None,
    *,
    places: Mapping[str, Point] | None = None,
    scope: str = ROOT,
) -> Compound:
    """Puts a block beside a port and connects it: behind an output, or before a free input."""
    network = design.network(scope)
    beside = rules.need_node(network, port.node)
    kind = _known(design, block)
    if port.output:
        into = next_input(kind, {})
        if into is None:
            raise StructureError("no_port", f"{title_of(design, block)} has no input, so nothing can feed it.")
        params = _fitting(engine, kind, (port.node, port.port), scope)
    else:
        if block == "output" or not kind.outputs:
            raise StructureError("no_port", f"{title_of(design, block)} has no output, so it can feed nothing.")
        if port.port in network.sources(port.node):
            raise StructureError("occupied", f"{port.node}.{port.port} is taken by another wire.")
        params = {}
    stage = beside.stage if block not in ("input", "output") else None
    node = _new(design, block, stage, params, scope)
    other = End(node.id, into if port.output else kind.outputs[0], not port.output)  # type: ignore[arg-type]
    where = Places(design, places, scope)
    place = _beside(where, port, block, at)
    edits = [*where.store(), _place(node, place, scope), connection(edge_between(port, other), scope)]
    return step(f"Add {title_of(design, block)} {'behind' if port.output else 'before'} {short(beside)}", edits, scope)


def insert(
    design: Design,
    engine: Engine,
    block: str,
    edge: Edge,
    at: Point | None = None,
    *,
    places: Mapping[str, Point] | None = None,
    scope: str = ROOT,
) -> Compound:
    """Puts a block into a wire: its first input reads what the wire carried, its first output feeds where the wire led.

    Its parameters are chosen so that the shape stays as it is where the block can. An output, which passes nothing on, reads
    what the wire carries and leaves the wire as it is.
    """
    network = design.network(scope)
    _need_edge(network, edge)
    if block == "output":
        return add_at_port(design, engine, block, End(edge.source, edge.source_port, True), at, places=places, scope=scope)
    kind = _known(design, block)
    into = next_input(kind, {})
    if into is None or not kind.outputs:
        raise StructureError("no_port", f"{title_of(design, block)} has no input, so it cannot stand in a wire.")
    params = _fitting(engine, kind, (edge.source, edge.source_port), scope)
    node = _new(design, block, _stage_between(network, edge), params, scope)
    where = Places(design, places, scope)
    place, moved = where.between(edge.source, edge.target, block, at)
    edits: list[Edit] = [Disconnect(scope=scope, target=edge.target, target_port=edge.target_port)]
    edits += where.store(moved) if place is not None else []
    edits.append(_place(node, place, scope))
    edits.append(connection(Edge(edge.source, edge.source_port, node.id, into), scope))
    edits.append(connection(Edge(node.id, kind.outputs[0], edge.target, edge.target_port), scope))
    return step(f"Insert {title_of(design, block)} before {short(network.node(edge.target))}", edits, scope)


def put_into(design: Design, node_id: str, edge: Edge, *, scope: str = ROOT) -> Compound:
    """Puts a block that has no wires yet into a wire, as when it is dragged there."""
    network = design.network(scope)
    _need_edge(network, edge)
    node = rules.need_node(network, node_id)
    kind = _known(design, node.block)
    into = next_input(kind, {})
    if network.sources(node_id) or network.readers(node_id):
        raise StructureError("occupied", f"{short(node)} has wires already.")
    if into is None or not kind.outputs or node.block == "output":
        raise StructureError(
            "no_port", f"{title_of(design, node.block)} cannot stand in a wire: it needs an input and an output."
        )
    edits = [
        Disconnect(scope=scope, target=edge.target, target_port=edge.target_port),
        connection(Edge(edge.source, edge.source_port, node_id, into), scope),
        connection(Edge(node_id, kind.outputs[0], edge.target, edge.target_port), scope),
    ]
    return step(f"Insert {short(node)} before {short(network.node(edge.target))}", edits, scope)


def add_note(design: Design, at: Point, text: str = "Note", scope: str = ROOT) -> Compound:
    """Puts a note on the canvas."""
    taken = design.notes.get(scope, {})
    name = next(name for k in range(1, len(taken) + 2) if (name := f"note{k}") not in taken)
    return step("Add note", [SetNote(scope=scope, id=name, note=Note(name, text, *at))], scope)


def _known(design: Design, block: str) -> Any:
    kind = design.resolve(block)
    if kind is None:
        raise StructureError("unknown_block", f"There is no block {block!r} in this program.")
    return kind


def _new(design: Design, block: str, stage: str | None, params: dict[str, Any], scope: str) -> Node:
    _known(design, block)
    rules.check_recursion(design, scope, block)
    names = Names(design.network(scope))
    stage = names.stage(stage)
    return Node(names.fresh(block, stage), block, params, stage=stage)


def _place(node: Node, place: Point | None, scope: str) -> AddNode:
    return AddNode(scope=scope, node=node, position=place)


def connection(edge: Edge, scope: str = ROOT) -> Connect:
    """The edit that draws a wire."""
    return Connect(scope=scope, source=edge[0], source_port=edge[1], target=edge[2], target_port=edge[3])


def _need_edge(network: Network, edge: Edge) -> None:
    if edge.target not in network or network.sources(edge.target).get(edge.target_port) != (edge.source, edge.source_port):
        raise StructureError("no_edge", f"There is no wire from {edge.source} to {edge.target}.{edge.target_port}.")


def _stage_between(network: Network, edge: Edge) -> str | None:
    """The stage of a block in this wire: that of what feeds it; behind an input of the design that of what follows."""
    source, target = network.node(edge.source), network.node(edge.target)
    return target.stage if source.block == "input" else source.stage


def _fitting(engine: Engine, kind: Any, source: tuple[str, str], scope: str) -> dict[str, Any]:
    result = engine.results.get(source[0]) if scope == ROOT else None
    if result is None or source[1] not in result.outputs:
        return {}
    return fitting(kind, (result.outputs[source[1]],))


def _beside(where: Places, port: End, block: str, at: Point | None) -> Point | None:
    if at is None:
        at = where.beside(port.node, block, behind=port.output)
    return where.near(at, block) if at is not None else None


# -- wires -------------------------------------------------------------------------------------------------------------------


def connect(design: Design, edge: Edge, scope: str = ROOT) -> Compound:
    """Draws a wire; one that ends at the same input is replaced. Nothing to do where it is there already."""
    network = design.network(scope)
    rules.need_node(network, edge.source)
    target = rules.need_node(network, edge.target)
    standing = network.sources(edge.target).get(edge.target_port)
    if standing == (edge.source, edge.source_port):
        return step("", (), scope)
    edits: list[Edit] = []
    if standing is not None:
        edits.append(Disconnect(scope=scope, target=edge.target, target_port=edge.target_port))
    edits.append(connection(edge, scope))
    verb = "Connect" if standing is None else "Replace the wire from"
    between = short(network.node(edge.source)) if standing is None else standing[0]
    return step(f"{verb} {between} to {short(target)}", edits, scope)


def carry(design: Design, wire: Edge, to: Edge | None, scope: str = ROOT) -> Compound:
    """Takes a wire off and draws it elsewhere; with `to` None it is gone. What stood there already is replaced."""
    network = design.network(scope)
    _need_edge(network, wire)
    if to == wire:
        return step("", (), scope)
    edits: list[Edit] = [Disconnect(scope=scope, target=wire.target, target_port=wire.target_port)]
    if to is None:
        return step(f"Disconnect {short(network.node(wire.source))} from {short(network.node(wire.target))}", edits, scope)
    target = rules.need_node(network, to.target)
    if (to.target, to.target_port) != (wire.target, wire.target_port) and to.target_port in network.sources(to.target):
        edits.append(Disconnect(scope=scope, target=to.target, target_port=to.target_port))
    edits.append(connection(to, scope))
    return step(f"Move the wire to {short(target)}", edits, scope)


def cut(design: Design, wires: Iterable[Edge], scope: str = ROOT) -> Compound:
    """Takes several wires away."""
    network = design.network(scope)
    there = [
        wire
        for wire in sorted(set(wires))
        if wire.target in network and network.sources(wire.target).get(wire.target_port) == (wire.source, wire.source_port)
    ]
    name = f"Cut {len(there)} wires"
    if len(there) == 1:
        name = f"Disconnect {short(network.node(there[0].source))} from {short(network.node(there[0].target))}"
    return step(name, [Disconnect(scope=scope, target=wire.target, target_port=wire.target_port) for wire in there], scope)


# -- changing blocks ---------------------------------------------------------------------------------------------------------


def replace(design: Design, node_id: str, block: str, scope: str = ROOT) -> Compound:
    """Puts another kind of block in the place of one: it keeps id, label, stage, place, the wires its ports can take and the
    parameters that both kinds know."""
    network = design.network(scope)
    old = rules.need_node(network, node_id)
    if old.block == block:
        return step("", (), scope)
    new_kind = _known(design, block)
    rules.check_recursion(design, scope, block)
    old_kind = design.resolve(old.block)
    params = {name: value for name, value in old.params.items() if _takes(new_kind, name, value)}
    for name in GEOMETRY:  # what was never set would change with the default
        parameter = old_kind.parameters.get(name) if old_kind is not None else None
        other = new_kind.parameters.get(name)
        if name not in old.params and parameter is not None and other is not None and other.default != parameter.default:
            value = parameter.raw(parameter.default)
            if value is not None and _takes(new_kind, name, value):
                params[name] = value
    disabled = old.disabled and can_pass_on(new_kind) and block != "output"
    node = msgspec.structs.replace(old, block=block, params=params, disabled=disabled, version=None, extra={})
    edits: list[Edit] = [RemoveNode(scope=scope, id=node_id), _place(node, design.positions.get(scope, {}).get(node_id), scope)]
    sources = network.sources(node_id)
    order = slots(old_kind.inputs, sources) if old_kind is not None else sorted(sources)
    taken: dict[str, tuple[str, str]] = {}
    names = {port.name for port in new_kind.inputs if not port.variadic}
    for port in order:
        if port in sources:
            into = port if port in names and port not in taken else next_input(new_kind, taken)
            if into is not None:
                taken[into] = sources[port]
    edits += [connection(Edge(*source, node_id, into), scope) for into, source in taken.items()]
    outputs = () if block == "output" else new_kind.outputs
    old_outputs = list(old_kind.outputs) if old_kind is not None else sorted({w.source_port for w in network.readers(node_id)})
    for wire in sorted(network.readers(node_id)):
        index = old_outputs.index(wire.source_port) if wire.source_port in old_outputs else 0
        out = wire.source_port if wire.source_port in outputs else outputs[index] if index < len(outputs) else None
        if out is not None:
            edits.append(connection(Edge(node_id, out, wire.target, wire.target_port), scope))
    return step(f"Replace {short(old)} by {title_of(design, block)}", edits, scope)


def replace_all(design: Design, ids: Iterable[str], block: str, scope: str = ROOT) -> Compound:
    """`replace` for several blocks at once. The wires between them are drawn one after the other."""
    steps: list[Edit] = []
    replaced: list[str] = []
    trial = design.copy()
    for node_id in sorted(set(ids) & set(design.network(scope))):
        made = replace(trial, node_id, block, scope)
        if made.edits:
            made.apply(trial)
            steps.append(made)
            replaced.append(node_id)
    return step(f"Replace {named(design, scope, replaced)} by {title_of(design, block)}", steps, scope)


def _takes(kind: Any, name: str, value: Any) -> bool:
    parameter = kind.parameters.get(name)
    if parameter is None:
        return False
    try:
        parameter.clean(value)
    except BlockError:
        return False
    return True


def switch(design: Design, ids: Iterable[str], scope: str = ROOT) -> Compound:
    """Bypasses blocks, or switches them on again when all of them are bypassed already."""
    network = design.network(scope)
    nodes = [network.node(node_id) for node_id in sorted(set(ids)) if node_id in network]
    problem: StructureError | None = None
    able: list[Node] = []
    for node in nodes:
        try:
            if not node.disabled:
                rules.check_bypass(node, design.resolve(node.block))
            able.append(node)
        except StructureError as refused:
            problem = problem or refused
    if not able:
        if problem is not None:
            raise problem
        return step("", (), scope)
    off = any(not node.disabled for node in able)
    edits = [SetDisabled(scope=scope, node=node.id, disabled=off) for node in able if node.disabled != off]
    return step(f"Switch {'off' if off else 'on'} {named(design, scope, [edit.node for edit in edits])}", edits, scope)


def rename(design: Design, node_id: str, label: str, scope: str = ROOT) -> Compound:
    """Gives a block another label; an empty one lets it go by its id."""
    node = rules.need_node(design.network(scope), node_id)
    if label == node.label:
        return step("", (), scope)
    return step(f"Rename {short(node)}", [SetLabel(scope=scope, node=node_id, label=label)], scope)


def stage(design: Design, ids: Iterable[str], name: str | None, scope: str = ROOT) -> Compound:
    """Puts blocks into a stage, or out of all stages."""
    network = design.network(scope)
    wanted = [node_id for node_id in sorted(set(ids)) if node_id in network and network.node(node_id).stage != name]
    edits = [SetStage(scope=scope, node=node_id, stage=name) for node_id in wanted]
    what = named(design, scope, wanted)
    return step(f"Put {what} into {name}" if name is not None else f"Take {what} out of its stage", edits, scope)
