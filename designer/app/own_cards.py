"""What palette and quick add show of own blocks: those of the design in front, and those of the library that it lacks."""

from __future__ import annotations

from designer.app.cards import BlockCard
from designer.app.library import Kept, equal_blocks, library
from designer.graph.design import Design
from designer.graph.own_block import OWN, Definition, OwnBlock

OWN_SECTION, LIBRARY_SECTION = "own", "library"


def own_cards(design: Design) -> list[BlockCard]:
    """The blocks that a design defines itself, by name."""
    definitions = sorted(design.definitions.values(), key=lambda one: (one.name.lower(), one.id))
    return [_card(design, one, OWN + one.id, OWN_SECTION) for one in definitions]


def library_cards(design: Design | None = None) -> list[BlockCard]:
    """The blocks of the library; those that `design` has already, with the same content, are left out."""
    return [
        _card(kept.design, kept.definition, kept.block, LIBRARY_SECTION)
        for kept in library().blocks
        if design is None or not _held(design, kept)
    ]


def _held(design: Design, kept: Kept) -> bool:
    same_name = [one.id for one in design.definitions.values() if one.name == kept.definition.name]
    return any(equal_blocks(design, scope, kept.design, kept.scope) for scope in same_name)


def _card(design: Design, definition: Definition, block: str, section: str) -> BlockCard:
    kind = design.resolve(OWN + definition.id)
    summary = definition.help or "A block of your own."
    parameters = ", ".join(kind.parameters) if isinstance(kind, OwnBlock) else ""
    lines = (f"Parameters: {parameters}",) if parameters else ()
    return BlockCard(block, section, "own", False, summary, "", lines, "", None, definition.name)
