"""Own blocks in files of their own: `.lightblock`.

Such a file is a document in the same form as a `.lightdesign` file, with one key more, `own_block`: the id of the block it is
about. Its definitions are that block and those it uses; its network shows one copy between inputs and outputs, so that whatever
reads designs can say what the block costs.
"""

from __future__ import annotations

from pathlib import Path

from designer.document.errors import DocumentError
from designer.document.files import open_file, save
from designer.graph.design import Design
from designer.graph.network import Edge, Network, Node
from designer.graph.own_block import OWN, Definition, used_definitions
from designer.graph.topology import boundary

SUFFIX = ".lightblock"
KEY = "own_block"


def block_design(design: Design, scope: str) -> Design:
    """A design that holds one definition of another and those it uses, and shows a copy of it."""
    definition = design.definitions[scope]
    made = Design(definition.name)
    made.flow = design.flow
    waiting = [scope]
    while waiting:
        name = waiting.pop()
        if name in design.definitions and name not in made.definitions:
            made.definitions[name] = design.definitions[name]
            waiting += sorted(used_definitions(design.definitions[name].network))
            if name in design.positions:
                made.positions[name] = dict(design.positions[name])
            if name in design.notes:
                made.notes[name] = dict(design.notes[name])
    made.definitions_changed()
    made.root = _shown(definition)
    made.extra = {KEY: scope}
    return made


def _shown(definition: Definition) -> Network:
    """One copy, with an input of the design for each of its inputs and an output for each of its outputs."""
    inputs, outputs = boundary(definition.network, "input"), boundary(definition.network, "output")
    taken = {node.id for node in (*inputs, *outputs)}
    copy = (
        definition.id if definition.id not in taken else next(name for k in range(2, 1000) if (name := f"block_{k}") not in taken)
    )
    nodes = [Node(copy, OWN + definition.id)]
    edges: list[Edge] = []
    for k, node in enumerate(inputs):
        nodes.append(Node(node.id, "input", {**_shape(node), **({"order": k} if k else {})}))
        edges.append(Edge(node.id, "y", copy, node.id))
    for k, node in enumerate(outputs):
        name = node.id
        nodes.append(Node(name, "output", {"order": k} if k else {}))
        edges.append(Edge(copy, node.id, name, "x"))
    return Network.of(nodes, edges)


def _shape(node: Node) -> dict[str, object]:
    shape = node.params.get("shape")
    return {} if shape is None else {"shape": shape}


def read_block(path: Path) -> tuple[Design, str]:
    """The design in a block file and the id of the block it is about. Raises DocumentError."""
    design = open_file(path)
    scope = design.extra.get(KEY)
    if scope is None:
        inner = set().union(*[used_definitions(one.network) for one in design.definitions.values()])
        outer = sorted(set(design.definitions) - inner)
        if len(outer) != 1:
            raise DocumentError(
                "no_block", f'{path}: This is not a block: it does not say which own block it is about ("{KEY}").'
            )
        scope = outer[0]
    if not isinstance(scope, str) or scope not in design.definitions:
        raise DocumentError("no_block", f'{path}: This is not a block: "{KEY}" names no own block in it.')
    return design, scope


def save_block(design: Design, scope: str, path: Path, *, overwrite: bool = False) -> None:
    """Write one own block, with those it uses, to a file. Raises DocumentError."""
    save(block_design(design, scope), path, overwrite=overwrite)
