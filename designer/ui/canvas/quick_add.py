"""Quick add: type the name of a block where it shall stand. Replace asks in the same way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from designer.app import cards
from designer.graph.design import Design
from designer.graph.own_block import OWN
from designer.ui import theme
from designer.ui.command_palette import Entry


def block_entries(design: Design, do: Callable[[str], object], why_not: Callable[[str], str] = lambda _: "") -> list[Entry]:
    """All blocks that can be put into a design, the basic ones first, then its own; `do` gets the chosen one's name."""
    known = sorted(cards.palette().blocks, key=lambda card: not card.basic)
    found = [_entry(card.id, card.category, card.summary, do, why_not) for card in known]
    for name in sorted(design.definitions):
        definition = design.definitions[name]
        found.append(_entry(OWN + name, "own", definition.help or definition.name, do, why_not))
    return found


def _entry(block: str, category: str, note: str, do: Callable[[str], object], why_not: Callable[[str], str]) -> Entry:
    icon, color = theme.glyph(block, category), f"category.{category}"
    return Entry(block.removeprefix(OWN), partial(do, block), note, icon=icon, color=color, why_not=why_not(block))
