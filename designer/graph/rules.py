"""Structural rules: what a network refuses, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from blocks import registry
from blocks.errors import LightdesignerError
from blocks.ids import valid_id
from blocks.parameters import shown
from blocks.spec import MAX_NESTING
from designer.graph.network import Edge, Network, Node, node_path
from designer.graph.own_block import OWN, Definition, can_pass_on, used_definitions

if TYPE_CHECKING:
    from designer.graph.design import Design

MAX_SLOTS = 10_000
MAX_DEFINITIONS = 1_000  # of one design


class StructureError(LightdesignerError):
    """A change the graph cannot take. `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def need_node(network: Network, node_id: str) -> Node:
    if node_id not in network:
        raise StructureError("no_node", f"There is no node {shown(node_id)}.")
    return network.node(node_id)


def check_node(design: Design, scope: str, node: Node) -> None:
    """Raise unless `node` may be added to the scope: a valid, free id, a path of its own, no block inside itself."""
    network = design.network(scope)
    check_id(node.id)
    if node.id in network:
        raise StructureError("duplicate_id", f"There is a node {node.id!r} already.")
    check_stage(network, node)
    check_recursion(design, scope, node.block)
    block = registry.blocks().get(node.block)  # what an own block can or cannot, the analysis reports
    if node.disabled and block is not None:
        check_bypass(node, block)


def check_id(node_id: str) -> None:
    if not valid_id(node_id):
        raise StructureError(
            "bad_id",
            f"{shown(node_id)} cannot be a node's id: it needs lower-case letters, digits and single underscores, beginning "
            "with a letter, and no word that Python or torch uses.",
        )


def check_recursion(design: Design, scope: str, block: str) -> None:
    scope = design.real_scope(scope)
    inner = block.removeprefix(OWN)
    if scope and block.startswith(OWN) and (inner == scope or scope in design.uses(inner)):
        raise StructureError("recursion", f"{block} cannot stand inside {OWN}{scope}: a block cannot contain itself.")
    if scope and block.startswith(OWN) and inner in design.definitions:
        uses = {name: used_definitions(definition.network) for name, definition in design.definitions.items()}
        check_definitions({**uses, scope: uses[scope] | {inner}})


def check_definition(definition: Definition) -> None:
    """Raise unless the definition's id and the names of its parameters can be names in source."""
    for name in (definition.id, *definition.exposed):
        if not valid_id(name):
            what = "the id of a block" if name == definition.id else f"the name of a parameter of {OWN}{definition.id}"
            raise StructureError("bad_id", f"{shown(name)} cannot be {what}: it needs the form of a node's id.")


def check_definitions(uses: Mapping[str, Iterable[str]]) -> None:
    """Raise where a definition stands inside itself, or there are too many, in all or inside each other. `uses` maps ids to the
    ids used inside."""
    if len(uses) > MAX_DEFINITIONS:
        raise StructureError(
            "too_large", f"A design may have {MAX_DEFINITIONS:,} own blocks at most, but this has {len(uses):,}."
        )
    height: dict[str, int] = {}
    for start in uses:
        path: dict[str, Iterator[str]] = {}  # from the start down to where we are
        waiting: list[str] = [] if start in height else [start]
        while waiting:
            name = waiting[-1]
            if name not in path:
                path[name] = iter(sorted([used for used in uses[name] if used in uses]))
            for used in path[name]:
                if used in path:
                    raise StructureError("recursion", f"{OWN}{used} stands inside itself: a block cannot contain itself.")
                if used not in height:
                    waiting.append(used)
                    break
            else:
                height[name] = 1 + max((height[used] for used in uses[name] if used in uses), default=0)
                if height[name] > MAX_NESTING:
                    raise StructureError("too_deep", f"Blocks may be nested {MAX_NESTING} deep at most. Unpack some of them.")
                del path[name]
                waiting.pop()


def check_stage(network: Network, node: Node) -> None:
    """Raise where the node's dotted path would be another's, or a stage would be called like a node outside all stages."""
    if node.stage is None:
        if any(other.stage == node.id != other.id for other in network.nodes()):
            raise StructureError("path_taken", f"{node.id!r} is the name of a stage, so no node outside it can be called so.")
        return
    if not valid_id(node.stage):
        raise StructureError("bad_id", f"{shown(node.stage)} cannot be the name of a stage: it needs the form of a node's id.")
    if node.stage in network and network.node(node.stage).stage is None and node.stage != node.id:
        raise StructureError("path_taken", f"There is a node {node.stage!r} outside all stages, so no stage can be called so.")
    path = node_path(node)
    if not valid_id(path.rpartition(".")[2]):
        raise StructureError("bad_id", f"{node.id!r} leaves no name once the stage's name {node.stage!r} is cut off.")
    for other_id in (f"{node.stage}_{node.id}", node.id.removeprefix(node.stage + "_")):
        if other_id != node.id and other_id in network and node_path(network.node(other_id)) == path:
            raise StructureError("path_taken", f"{node.id!r} and {other_id!r} would share the path {path!r}.")


def check_bypass(node: Node, block: Any) -> None:
    """Raise unless the node can pass its first input on. `block` is its type, None where that is unknown."""
    if block is None or not can_pass_on(block) or node.block == "output":
        raise StructureError("cannot_disable", f"{node.id} cannot be bypassed: it needs an input to pass on and one output.")


def check_connect(design: Design, scope: str, edge: Edge, *, ports: bool = True) -> None:
    """Raise unless the wire may be added: both ends exist, output to input (unless `ports` is false), input free, no cycle."""
    network = design.network(scope)
    source, target = need_node(network, edge.source), need_node(network, edge.target)
    if ports:
        check_ports(edge, design.resolve(source.block), design.resolve(target.block))
    if edge.target_port in network.sources(edge.target):
        raise StructureError("occupied", f"{edge.target}.{edge.target_port} is taken by another wire.")
    if reaches(network, edge.target, edge.source):
        raise StructureError(
            "cycle", f"A wire from {edge.source} to {edge.target} would close a cycle: {edge.target} already feeds {edge.source}."
        )


def check_ports(edge: Edge, out_block: object, in_block: object) -> None:
    """Raise unless the named ports exist. A placeholder (None) takes any port."""
    if out_block is not None and edge.source_port not in out_block.outputs:  # type: ignore[attr-defined]
        ports = ", ".join(out_block.outputs) or "none"  # type: ignore[attr-defined]
        if any(port.name == edge.source_port for port in out_block.inputs):  # type: ignore[attr-defined]
            raise StructureError("direction", f"{edge.source}.{edge.source_port} is an input; a wire begins at an output.")
        raise StructureError("no_port", f"{edge.source} has no output {shown(edge.source_port)}; its outputs: {ports}.")
    if in_block is None:
        return
    for port in in_block.inputs:  # type: ignore[attr-defined]
        if port.variadic:
            prefix, _, number = edge.target_port.rpartition(".")
            if (
                prefix == port.name
                and number.isascii()
                and number.isdigit()
                and number == str(int(number[:9]))
                and int(number) < MAX_SLOTS
            ):
                return
        elif port.name == edge.target_port:
            return
    if edge.target_port in in_block.outputs:  # type: ignore[attr-defined]
        raise StructureError("direction", f"{edge.target}.{edge.target_port} is an output; a wire ends at an input.")
    ports = ", ".join(port.name + (".0, .1, ..." if port.variadic else "") for port in in_block.inputs) or "none"  # type: ignore[attr-defined]
    raise StructureError("no_port", f"{edge.target} has no input {shown(edge.target_port)}; its inputs: {ports}.")


def reaches(network: Network, start: str, goal: str) -> bool:
    """Whether `goal` can be reached from `start` along the wires."""
    if start == goal:
        return True
    seen = {start}
    waiting = [start]
    while waiting:
        for successor in network.successors(waiting.pop()):
            if successor == goal:
                return True
            if successor not in seen:
                seen.add(successor)
                waiting.append(successor)
    return False


def check_network(nodes: Sequence[Node], edges: Sequence[Edge]) -> None:
    """Raise unless nodes and wires can be a network: what the checks of single edits say, for all at once in linear time.

    An own block's ports are not looked at: they may have gone since its wires were drawn, which the analysis reports.
    """
    by_id: dict[str, Node] = {}
    for node in nodes:
        check_id(node.id)
        if node.id in by_id:
            raise StructureError("duplicate_id", f"The id {node.id!r} is given to two nodes.")
        by_id[node.id] = node
    _check_stages(nodes, by_id)
    known = registry.blocks()
    for node in nodes:
        if node.disabled and node.block in known:
            check_bypass(node, known[node.block])
    fed: set[tuple[str, str]] = set()
    for edge in edges:
        for end in (edge.source, edge.target):
            if end not in by_id:
                raise StructureError(
                    "no_node", f"A wire from {shown(edge.source)} to {shown(edge.target)} ends at nothing: no node {shown(end)}."
                )
        check_ports(edge, known.get(by_id[edge.source].block), known.get(by_id[edge.target].block))
        into = (edge.target, edge.target_port)
        if into in fed:
            raise StructureError("occupied", f"Two wires end at {edge.target}.{edge.target_port}; an input takes one.")
        fed.add(into)
    _check_acyclic(by_id, edges)


def _check_stages(nodes: Sequence[Node], by_id: Mapping[str, Node]) -> None:
    paths: dict[str, str] = {}
    for node in nodes:
        stage = node.stage
        if stage is None:
            continue
        if not valid_id(stage):
            raise StructureError("bad_id", f"{shown(stage)} cannot be the name of a stage: it needs the form of a node's id.")
        if stage in by_id and by_id[stage].stage is None:
            raise StructureError("path_taken", f"{stage!r} is the name of a stage and of a node outside all stages.")
        path = node_path(node)
        if not valid_id(path.rpartition(".")[2]):
            raise StructureError("bad_id", f"{node.id!r} leaves no name once the stage's name {stage!r} is cut off.")
        other = paths.setdefault(path, node.id)
        if other != node.id:
            raise StructureError("path_taken", f"{other!r} and {node.id!r} share the path {path!r}.")


def _check_acyclic(by_id: Mapping[str, Node], edges: Sequence[Edge]) -> None:
    after: dict[str, list[str]] = {node_id: [] for node_id in by_id}
    waits = dict.fromkeys(by_id, 0)
    for source, _, target, _ in edges:
        after[source].append(target)
        waits[target] += 1
    ready = [node_id for node_id, count in waits.items() if not count]
    while ready:
        node_id = ready.pop()
        del waits[node_id]
        for target in after[node_id]:
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    if not waits:
        return
    before = {target: source for source, _, target, _ in edges if source in waits and target in waits}
    at = next(iter(waits))  # whatever waits is fed by something that waits: walking back closes the circle
    walked: dict[str, int] = {}
    while at not in walked:
        walked[at] = len(walked)
        at = before[at]
    circle = [at, *reversed([node_id for node_id in walked if walked[node_id] > walked[at]]), at]
    if len(circle) > 8:
        circle[4:-3] = ["..."]
    raise StructureError("cycle", f"The wires close a cycle: {' -> '.join(circle)}.")
