"""Placeholders: nodes whose block this program does not know, or knows only in an older version.

A placeholder is an ordinary `Node` whose block resolves to nothing. It keeps its parameters, version, unknown keys and wires
untouched, the analysis reports it, and it is written back as it was read. A block that is newer than ours goes by
`<block>@<version>`, so that nothing takes its parameters for those of the version we have.
"""

from __future__ import annotations

from designer.graph.network import Node
from designer.graph.own_block import NEWER


def newer_name(block: str, version: int) -> str:
    """The name under which a node of a too new block stands in a network."""
    return f"{block}{NEWER}{version}"


def block_of(node: Node) -> str:
    """The name of a node's block as documents write it."""
    if node.version is None:
        return node.block
    return node.block.removesuffix(f"{NEWER}{node.version}")
