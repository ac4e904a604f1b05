"""How documents of older versions become documents of today: pure functions on plain data, one for each step.

A schema step takes the whole parsed document and gives that of the next schema. A block step takes the raw parameters of a node
and gives those of the block's next version; where a default changed, it writes the old value down. Neither changes its argument.
Adding a step is all it takes: the number of the schema follows from the list, and a test asks for every block's steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Params = dict[str, Any]


class Migrations(NamedTuple):
    """`schema[n - 1]` turns schema n into n + 1. `blocks[id, v]` turns parameters of the block's version v into v + 1."""

    schema: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = ()
    blocks: Mapping[tuple[str, int], Callable[[Params], Params]] = {}

    @property
    def current(self) -> int:
        """The schema that documents are written in."""
        return len(self.schema) + 1


MIGRATIONS = Migrations()
"""The steps of all released versions."""


def migrate(data: dict[str, Any], version: int, migrations: Migrations = MIGRATIONS) -> dict[str, Any]:
    """A document of schema `version` (1 to current) as one of the current schema."""
    for step in migrations.schema[version - 1 :]:
        data = step(data)
    return data


def migrate_params(block: str, params: Params, version: int, current: int, migrations: Migrations = MIGRATIONS) -> Params:
    """Parameters of a block's `version` as those of its `current` one."""
    for number in range(version, current):
        params = migrations.blocks[block, number](params)
    return params
