"""What the small card on the canvas offers: blocks to add or to put in another's place, and ports that a wire may end at."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from blocks.errors import LightdesignerError
from designer.analysis.describe import name_of
from designer.app import cards
from designer.app.controller import Controller
from designer.app.own_cards import library_cards, own_cards
from designer.app.synonyms import also
from designer.app.wiring import End, Ends, free_input
from designer.graph.design import ROOT, Design
from designer.graph.network import slots
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
    return Entry(title or block, partial(do, block), note, icon=icon, color=color, why_not=why_not(block), words=also(block))


def start_of(design: Design, node_id: str) -> End | None:
    """Where a wire drawn from a block begins: at its first output; of an output of the design at its free input."""
    if node_id not in design.root:
        return None
    node = design.root.node(node_id)
    block = design.resolve(node.block)
    if block is None:
        return None
    if block.outputs and node.block != "output":
        return End(node_id, block.outputs[0], True)
    port = free_input(design, node_id)
    return End(node_id, port, False) if port is not None else None


def end_entries(controller: Controller, start: End, do: Callable[[End], object]) -> list[Entry]:
    """Every port on the other side, those of the blocks nearest in execution order first; what cannot take the wire says why."""
    design, root = controller.design, controller.design.root
    ends = Ends(design, start)
    order = [*controller.engine.order.order, *controller.engine.order.rest]
    here = order.index(start.node) if start.node in order else 0
    found: list[Entry] = []
    for place in sorted(range(len(order)), key=lambda k: (abs(k - here), k)):
        node = root.node(order[place])
        block = design.resolve(node.block)
        if node.id == start.node or block is None:
            continue
        if start.output:
            sources = root.sources(node.id)
            free = free_input(design, node.id)
            ports = [*slots(block.inputs, sources), *([free] if free is not None and free not in sources else [])]
        else:
            ports = list(block.outputs) if node.block != "output" else []
        for port in dict.fromkeys(ports):
            end = End(node.id, port, not start.output)
            why_not = ends.why_not(end)
            taken = ends.taken_by(end) if not why_not and start.output else None
            note = f"replaces the wire from {name_of(root.node(taken.source))}" if taken is not None else node.block
            text = name_of(node) if len(set(ports)) == 1 else f"{name_of(node)}, {port}"
            icon, color = theme.glyph(node.block, block.category), f"category.{block.category}"
            found.append(Entry(text, partial(do, end), note, icon=icon, color=color, why_not=why_not))
    return found
