"""Quick add: type the name of a block where it shall stand. Replace asks in the same way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from blocks.errors import LightdesignerError
from designer.app import cards
from designer.app.own_cards import library_cards, own_cards
from designer.graph.design import ROOT, Design
from designer.graph.rules import check_recursion
from designer.ui import theme
from designer.ui.command_palette import Entry


def block_entries(design: Design, do: Callable[[str], object], why_not: Callable[[str], str] = lambda _: "") -> list[Entry]:
    """All blocks that can be put into a design, the basic ones first, then its own; `do` gets the chosen one's name."""
    known = sorted(cards.palette().blocks, key=lambda card: not card.basic)
    found = [_entry(card.id, card.category, card.summary, do, why_not) for card in known]
    for card in (*own_cards(design), *library_cards(design)):
        refusal = why_not(card.id) or _inside_itself(design, card.id)
        found.append(_entry(card.id, "own", card.summary, do, lambda _, refusal=refusal: refusal, card.name))  # type: ignore[misc]
    return found


def _inside_itself(design: Design, block: str) -> str:
    """Why an own block cannot stand in another; "" where it can."""
    try:
        check_recursion(design, ROOT, block)
    except LightdesignerError as problem:
        return str(problem)
    return ""


def _entry(
    block: str, category: str, note: str, do: Callable[[str], object], why_not: Callable[[str], str], title: str = ""
) -> Entry:
    icon, color = theme.glyph(block, category), f"category.{category}"
    return Entry(title or block, partial(do, block), note, icon=icon, color=color, why_not=why_not(block))
