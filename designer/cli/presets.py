"""`lightdesigner presets`: the networks of the literature and their options."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import msgspec

from blocks.cost import Cost
from designer.analysis.engine import Engine
from designer.catalogue import draw
from designer.cli.output import Answer
from designer.cli.tables import Column, Table
from presets.preset import ImageNet, Preset, presets


def run(asked: Namespace, answer: Answer) -> int:
    """Answer `presets`."""
    known = presets()
    if asked.json:
        answer.json([described(preset) for preset in known.values()])
        return 0
    columns = [Column("id", "Preset"), Column("title", "Network"), Column("year", "Year", number=True)]
    columns += [Column("params", "Params", number=True), Column("macs", "MACs", number=True), Column("options", "Options")]
    table = Table(columns)
    for preset in known.values():
        cost = default_cost(preset)
        common = ImageNet.parameters if issubclass(preset, ImageNet) else {}
        own = ", ".join(name for name in preset.parameters if name not in common)
        table.add(preset.id, preset.title, str(preset.year), cost.params, cost.macs, own)
    answer.table(table)
    every = ", ".join(ImageNet.parameters)
    answer.text(f"\nAll networks take {every} too, examples do not. Write preset:option=value,... Ranges and papers: --json.")
    return 0


def described(preset: type[Preset]) -> dict[str, Any]:
    """Everything about a preset as plain data; params and macs are those of its defaults."""
    cost = default_cost(preset)
    return {
        "id": preset.id,
        "title": preset.title,
        "family": preset.family,
        "year": preset.year,
        "paper": msgspec.to_builtins(preset.paper),
        "description": preset.description,
        "options": [parameter.describe() for parameter in preset.parameters.values()],
        "params": cost.params,
        "macs": cost.macs,
    }


def default_cost(preset: type[Preset]) -> Cost:
    """What the preset costs with its defaults."""
    total = Engine(draw(preset.id)).total
    if total is None:
        raise RuntimeError(f"the defaults of {preset.id} are no valid design")
    return total
