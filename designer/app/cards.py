"""What palette and gallery show, read from `resources/`: no block, preset or network is loaded for it.

`palette_catalogue` and `gallery_catalogue` write the two files from the definitions; tests keep them fresh.
"""

from __future__ import annotations

import json
from functools import cache
from typing import NamedTuple

from designer.app.resources import folder

PALETTE = "palette.json"
GALLERY = "catalogue.json"


class Piece(NamedTuple):
    """A part of a drawing. Columns count from the input, rows are places across, with fractions; `size` is 0 to 1, how many
    channels it makes beside the other parts. `label` is its window (`3×3`), "" where its glyph says more."""

    column: int
    row: float
    block: str
    category: str
    label: str
    size: float


class Drawing(NamedTuple):
    """What a composite looks like inside: pieces, wires as (from, to), and how many columns and rows it takes.

    Piece -1 - k is input k of the block, and `outputs` are the pieces that its outputs come from.
    """

    columns: int
    rows: float
    pieces: tuple[Piece, ...]
    wires: tuple[tuple[int, int], ...]
    outputs: tuple[int, ...]


class BlockCard(NamedTuple):
    """A block in the palette. `formula` holds what it costs, a line each; `drawing` is None for a primitive."""

    id: str
    section: str
    category: str
    basic: bool
    summary: str
    shape: str
    formula: tuple[str, ...]
    reference: str
    drawing: Drawing | None
    title: str = ""

    @property
    def name(self) -> str:
        """What it is called: an own block has a title, every other goes by its id."""
        return self.title or self.id


class Section(NamedTuple):
    """A heading of the palette; `category` gives its colour."""

    id: str
    title: str
    category: str


class Palette(NamedTuple):
    """All of `palette.json`."""

    sections: tuple[Section, ...]
    blocks: tuple[BlockCard, ...]


class Bar(NamedTuple):
    """A rectangle of a miniature, in px of its grid, in the colour of a category."""

    x: int
    y: int
    width: int
    height: int
    category: str


class PresetCard(NamedTuple):
    """A preset in the gallery, with its defaults. `top1` is in per cent, None where nothing is known; `recalled` says that it was
    written down from memory. Opening `id` as a DESIGN text gives the network. Bytes are of fp32, `receptive_field` is in px."""

    id: str
    title: str
    family: str
    example: bool
    year: int
    params: int
    macs: int
    activations: int
    peak_bytes: int
    weights_bytes: int
    depth: int
    receptive_field: float | None
    top1: float | None
    top1_source: str
    recalled: bool
    description: str
    paper: str
    options: tuple[str, ...]
    miniature: tuple[Bar, ...]


@cache
def palette() -> Palette:
    """The sections and blocks of the palette, in the order they stand there."""
    data = json.loads((folder() / PALETTE).read_text(encoding="utf-8"))
    blocks = []
    for block in data["blocks"]:
        drawing = block["drawing"]
        if drawing is not None:
            drawing["pieces"] = tuple([Piece(*piece) for piece in drawing["pieces"]])
            drawing["wires"] = tuple([(start, end) for start, end in drawing["wires"]])
            drawing["outputs"] = tuple(drawing["outputs"])
            block["drawing"] = Drawing(**drawing)
        blocks.append(BlockCard(**{**block, "formula": tuple(block["formula"])}))
    return Palette(tuple([Section(**section) for section in data["sections"]]), tuple(blocks))


@cache
def presets() -> tuple[PresetCard, ...]:
    """Every preset, by years and families, the examples last."""
    data = json.loads((folder() / GALLERY).read_text(encoding="utf-8"))
    return tuple(
        [
            PresetCard(
                **{
                    **preset,
                    "options": tuple(preset["options"]),
                    "miniature": tuple([Bar(*bar) for bar in preset["miniature"]]),
                }
            )
            for preset in data["presets"]
        ]
    )
