"""Structural rules: what a network refuses, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.builder import valid_id
from blocks.errors import LightdesignerError
from blocks.parameters import shown
from designer.graph.network import Edge, Network, Node, node_path
from designer.graph.own_block import OWN

if TYPE_CHECKING:
    from designer.graph.design import Design

MAX_SLOTS = 10_000


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
    if not valid_id(node.id):
        raise StructureError(
            "bad_id",
            f"{shown(node.id)} cannot be a node's id: it needs lower-case letters, digits and single underscores, beginning "
            "with a letter, and no word that Python or torch uses.",
        )
    if node.id in network:
        raise StructureError("duplicate_id", f"There is a node {node.id!r} already.")
    check_stage(network, node)
    check_recursion(design, scope, node.block)


def check_recursion(design: Design, scope: str, block: str) -> None:
    inner = block.removeprefix(OWN)
    if scope and block.startswith(OWN) and (inner == scope or scope in design.uses(inner)):
        raise StructureError("recursion", f"{block} cannot stand inside {OWN}{scope}: a block cannot contain itself.")


def check_stage(network: Network, node: Node) -> None:
    """Raise where the node's dotted path would be another's, or a stage would be called like a node outside all stages."""
    if node.stage is None:
        if any(other.stage == node.id for other in network.nodes()):
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


def check_connect(design: Design, scope: str, edge: Edge) -> None:
    """Raise unless the wire may be added: both ends exist, output to input, input free, no cycle."""
    network = design.network(scope)
    source, target = need_node(network, edge.source), need_node(network, edge.target)
    out_block, in_block = design.resolve(source.block), design.resolve(target.block)
    check_ports(edge, out_block, in_block)
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
