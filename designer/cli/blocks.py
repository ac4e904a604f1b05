"""`lightdesigner blocks`: what a network can be made of."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from blocks.block import Block
from blocks.registry import blocks
from designer.cli.output import Answer
from designer.cli.tables import Column, Table


def run(asked: Namespace, answer: Answer) -> int:
    """Answer `blocks`."""
    if asked.json:
        answer.json([described(block) for block in blocks().values()])
        return 0
    table = Table([Column("category", "Category"), Column("id", "Block"), Column("summary", "What it is")])
    for block in blocks().values():
        table.add(block.category, block.id, block.summary())
    answer.table(table)
    answer.text("\nParameters with defaults and ranges: --json.")
    return 0


def described(block: type[Block]) -> dict[str, Any]:
    """Everything about a block as plain data."""
    return {
        "id": block.id,
        "category": block.category,
        "kind": "primitive" if block.primitive else "composite",
        "basic": block.basic,
        "version": block.version,
        "summary": block.summary(),
        "reference": block.reference,
        "document": block.document,
        "inputs": [port._asdict() for port in block.inputs],
        "outputs": list(block.outputs),
        "parameters": [parameter.describe() for parameter in block.parameters.values()],
        "refuses_more": dict(block.refuses_more),
    }
