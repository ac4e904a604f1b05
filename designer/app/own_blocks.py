"""What a person does with own blocks, as edits: see `commands`."""

from __future__ import annotations

from designer.graph.design import ROOT, Design
from designer.graph.own_block import OWN


def copies_of(design: Design, definition: str) -> list[tuple[str, str]]:
    """Where copies of an own block stand: (scope, node id), those in the design itself first."""
    name = OWN + definition
    return [
        (scope, node.id)
        for scope in (ROOT, *sorted(design.definitions))
        for node in sorted(design.network(scope).nodes(), key=lambda node: node.id)
        if node.block == name
    ]
