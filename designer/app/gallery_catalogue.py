"""Writes `resources/catalogue.json`, what the gallery and the start page show of each preset, anew from the presets.

    python -m designer.app.gallery_catalogue

The window reads only that file (`designer.app.cards`); a test fails while it is not what this writes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from designer.analysis.compare_facts import facts_of
from designer.analysis.engine import Engine
from designer.app.cards import GALLERY
from designer.app.miniatures import miniature
from designer.app.resources import folder
from designer.catalogue import draw
from presets.preset import EXAMPLES, ImageNet, Paper, Preset, presets
from presets.published import row_of


def catalogue() -> dict[str, Any]:
    """The content of the file."""
    return {
        "note": "Written by `python -m designer.app.gallery_catalogue` (`make docs`) from the presets. Do not edit.",
        "presets": [card(preset) for preset in presets().values()],
    }


def card(preset: type[Preset]) -> dict[str, Any]:
    """What is shown of one preset with its defaults: the fields of `designer.app.cards.PresetCard`."""
    design = draw(preset.id)
    facts = facts_of(Engine(design))
    if not facts.valid:
        raise RuntimeError(f"the defaults of {preset.id} are no valid design")
    row = row_of(preset, preset.defaults)
    top1 = None if row is None else row.top1
    common = ImageNet.parameters if issubclass(preset, ImageNet) else {}
    own = [name for name in preset.parameters if name not in common]
    return {
        "id": preset.id,
        "title": preset.title,
        "family": preset.family,
        "example": preset.family == EXAMPLES,
        "year": preset.year,
        "params": facts.params,
        "macs": facts.macs,
        "activations": facts.activations,
        "peak_bytes": facts.peak_bytes,
        "weights_bytes": facts.weights_bytes,
        "depth": facts.depth,
        "receptive_field": max(facts.receptive_field) if facts.receptive_field is not None else None,
        "top1": None if top1 is None else top1.percent,
        "top1_source": "" if top1 is None else top1.source,
        "recalled": top1 is not None and top1.recalled,
        "description": preset.description,
        "paper": cited(preset.paper),
        "options": [*own, *common],
        "miniature": miniature(design),
    }


def cited(paper: Paper) -> str:
    """A paper in one line: `Sandler et al.: MobileNetV2, ... CVPR 2018, arXiv:1801.04381`."""
    names = paper.authors.split(", ")
    authors = paper.authors if len(names) < 3 else f"{names[0]} et al."
    where = ", ".join(part for part in (paper.venue, f"arXiv:{paper.arxiv}" if paper.arxiv else "") if part)
    return f"{authors}: {paper.title}. {where}"


def text() -> str:
    """The content as it stands in the file: a preset a line, so that a change shows where it is."""
    return lines(catalogue())


def lines(content: dict[str, Any]) -> str:
    """Plain data as JSON with each entry of its lists on a line of its own."""
    parts = []
    for key, value in content.items():
        if isinstance(value, list):
            entries = ",\n".join(f"  {_compact(entry)}" for entry in value)
            parts.append(f" {json.dumps(key)}: [\n{entries}\n ]")
        else:
            parts.append(f" {json.dumps(key)}: {_compact(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)


def file() -> Path:
    return folder() / GALLERY


def main() -> None:
    file().write_text(text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
