"""What palette and quick add show of own blocks: those of the design in front, and those of the library that it lacks."""

from __future__ import annotations

from designer.app.cards import BlockCard
from designer.app.library import library
from designer.graph.design import Design
from designer.graph.own_block import OWN, Definition, OwnBlock

OWN_SECTION, LIBRARY_SECTION = "own", "library"


def own_cards(design: Design) -> list[BlockCard]:
    """The blocks that a design defines itself, by name."""
    definitions = sorted(design.definitions.values(), key=lambda one: (one.name.lower(), one.id))
    return [_card(design, one, OWN + one.id, OWN_SECTION) for one in definitions]


def library_cards(design: Design | None) -> list[BlockCard]:
    """The blocks of the library, but for those that the design holds already."""
    shelf = library()
    cards = []
    for kept in shelf.blocks:
        names = [one.id for one in design.definitions.values() if one.name == kept.definition.name] if design is not None else []
        if design is None or not any(_same(design, name, kept.block) for name in names):
            cards.append(_card(kept.design, kept.definition, kept.block, LIBRARY_SECTION))
    return cards


def _same(design: Design, scope: str, block: str) -> bool:
    kept = library().get(block)
    return kept is not None and library().holds(design, scope)


def _card(design: Design, definition: Definition, block: str, section: str) -> BlockCard:
    kind = design.resolve(OWN + definition.id)
    summary = definition.help or "A block of your own."
    parameters = ", ".join(kind.parameters) if isinstance(kind, OwnBlock) else ""
    lines = (f"Parameters: {parameters}",) if parameters else ()
    return BlockCard(block, section, "own", False, summary, "", lines, "", None, definition.name)
