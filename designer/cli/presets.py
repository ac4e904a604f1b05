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
from presets.conformance import conformance
from presets.preset import ImageNet, Preset, presets
from presets.published import row_of


def run(asked: Namespace, answer: Answer) -> int:
    """Answer `presets`."""
    known = presets()
    if asked.json:
        answer.json([described(preset) for preset in known.values()])
        return 0
    columns = [Column("id", "Preset"), Column("title", "Network"), Column("year", "Year", number=True)]
    columns += [Column("params", "Params", number=True), Column("macs", "MACs", number=True)]
    columns += [Column("top1", "Top-1 (%)", number=True), Column("source", "Top-1 from"), Column("options", "Options")]
    table = Table(columns)
    for preset in known.values():
        cost = default_cost(preset)
        common = ImageNet.parameters if issubclass(preset, ImageNet) else {}
        own = ", ".join(name for name in preset.parameters if name not in common)
        top1, source = accuracy(preset)
        table.add(preset.id, preset.title, str(preset.year), cost.params, cost.macs, top1, source, own)
    answer.table(table)
    every = ", ".join(ImageNet.parameters)
    answer.text(f"\nAll networks take {every} too, examples do not. Write preset:option=value,... Ranges and papers: --json.")
    return 0


def described(preset: type[Preset]) -> dict[str, Any]:
    """Everything about a preset as plain data; params, macs and what was published are those of its defaults."""
    cost = default_cost(preset)
    row = row_of(preset, preset.defaults)
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
        "top1": None if row is None else msgspec.to_builtins(row.top1),
        "published": None if row is None else {**msgspec.to_builtins(row.published), "recalled": sorted(row.recalled)},
        "conformance": conformance(preset, preset.defaults, cost.params, cost.macs),
    }


def accuracy(preset: type[Preset]) -> tuple[str, str]:
    """The preset's top-1 in per cent and whether torchvision or its paper says so; empty where none is kept."""
    row = row_of(preset, preset.defaults)
    top1 = None if row is None else row.top1
    if top1 is None:
        return "", ""
    source = top1.source if top1.source == "torchvision" else "paper"
    return f"{top1.percent:.1f}", f"{source}, recalled" if top1.recalled else source


def default_cost(preset: type[Preset]) -> Cost:
    """What the preset costs with its defaults."""
    total = Engine(draw(preset.id)).total
    if total is None:
        raise RuntimeError(f"the defaults of {preset.id} are no valid design")
    return total
