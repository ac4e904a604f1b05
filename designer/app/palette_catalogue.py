"""Writes `resources/palette.json`, what the palette shows of each block, anew from the block definitions.

    python -m designer.app.palette_catalogue

The palette reads only that file (`designer.app.cards`); a test fails while it is not what this writes.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

from blocks.block import Block
from blocks.registry import blocks
from designer.app.cards import PALETTE
from designer.app.gallery_catalogue import lines
from designer.app.miniatures import drawing_of
from designer.app.resources import folder

SECTIONS = {
    "io": "Input and output",
    "conv": "Convolution and linear",
    "norm": "Normalisation",
    "activation": "Activation",
    "pooling": "Pooling",
    "merge": "Merge and shape",
    "composite": "Composite",
}

CONVOLUTIONS = frozenset({"depthwise", "pointwise", "grouped", "dilated", "factorised"})
"""Composites that a person looks for among the convolutions: one convolution in another form, with its norm and activation."""


def catalogue() -> dict[str, Any]:
    """The content of the file."""
    cards = [card(block) for block in blocks().values()]
    order = list(SECTIONS)
    cards.sort(key=lambda card: (order.index(card["section"]), not card["basic"], card["id"]))
    return {
        "note": "Written by `python -m designer.app.palette_catalogue` (`make docs`) from the block definitions. Do not edit.",
        "sections": [{"id": section, "title": title, "category": section} for section, title in SECTIONS.items()],
        "blocks": cards,
    }


def card(block: type[Block]) -> dict[str, Any]:
    """What is shown of one block: the fields of `designer.app.cards.BlockCard`."""
    text = " ".join((inspect.getdoc(block) or "").split())
    drawing = drawing_of(block)
    return {
        "id": block.id,
        "section": "conv" if block.id in CONVOLUTIONS else block.category,
        "category": block.category,
        "basic": block.basic,
        "summary": summary(block.summary()),
        "shape": shape(text),
        "formula": formula(text),
        "reference": block.reference,
        "drawing": None if drawing is None else drawing._asdict(),
    }


# -- reading docstrings --------------------------------------------------------------------------------------------------------

_SHAPE = re.compile(r"(?:x )?(\([^.]*?\)(?:, \([^.]*?\), \.\.\.)? -> (?:\([^()]*(?:\([^()]*\)[^()]*)*\)))")
_END = r"(?=\.(?:\s|$)|;|, buffers|: \d+ instead|: a quarter)"
_COSTS = re.compile(rf"Costs (?P<terms>.+?) (?P<unit>macs|params|weights)\b(?P<rest>.*?){_END}")
_EQUATION = re.compile(rf"\b(?P<unit>params|macs) = (?P<terms>.+?){_END}")
_ELEMENT = re.compile(r"Per (?:output )?element(?: of x| at inference)?: .+?(?=\.(?:\s|$))")
_OPERATIONS = re.compile(r"Operations: .+?(?=\.(?:\s|$))")


def summary(sentence: str) -> str:
    """A block's first sentence without the torch class, windows written as `3×3`."""
    return re.sub(r"(?<=\b\d)x(?=\d\b)", "×", re.sub(r" \((torch\.nn|ConvNeXt).*\)+(?=\.$)", "", sentence))


def shape(text: str) -> str:
    """What a docstring says of shapes, `(C, H, W) → (C H W,)`; "" where it says nothing."""
    found = _SHAPE.search(text)
    return found[1].replace("->", "→") if found else ""


def formula(text: str) -> list[str]:
    """What a docstring says of costs, a line each: `MACs = H·W·t·C·(C + K² + out)`."""
    found = []
    for match in _EQUATION.finditer(text):
        terms, _, rest = match["terms"].partition(" (")
        terms, comma, remark = terms.partition(", ")
        found.append(f"{_unit(match['unit'])} = {_product(terms)}{comma}{remark}{f' ({rest}' if rest else ''}")
    found += [f"{_product(match['terms'])} {_unit(match['unit'])}{_squares(match['rest'])}" for match in _COSTS.finditer(text)]
    if not found:
        found = [_squares(match[0]) for pattern in (_ELEMENT, _OPERATIONS) for match in pattern.finditer(text)]
    return found


def _unit(word: str) -> str:
    return "MACs" if word == "macs" else word


def _product(terms: str) -> str:
    """Products written with dots and squares: `H W (K K C + C out)` becomes `H·W·(K²·C + C·out)`."""
    dotted = re.sub(r"(?<=[\w')]) (?=[\w(])", "·", terms)
    return re.sub(r"(?<![\w'])(\w)·\1(?![\w'])", r"\1²", dotted)


def _squares(sentence: str) -> str:
    return sentence.replace("K K", "K²")


def text() -> str:
    """The content as it stands in the file: a block a line, so that a change shows where it is."""
    return lines(catalogue())


def file() -> Path:
    return folder() / PALETTE


def main() -> None:
    file().write_text(text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
