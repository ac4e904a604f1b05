"""From a design to a picture: blocks, wires and stages as on the canvas, a heading with the totals, and a legend."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from blocks.cost import total_of
from designer.analysis import numbers
from designer.analysis.engine import Engine
from designer.analysis.flatten import flatten
from designer.analysis.memory import BYTES, peak_activation_elements
from designer.graph.design import Design
from designer.graph.folding import Fold
from designer.graph.geometry import Box, Point
from designer.picture.cards import STACK, Look, box_of, card_items, frame_items, glyph_of, note_items
from designer.picture.columns import in_columns
from designer.picture.heat import Heat, warm
from designer.picture.icon import icon
from designer.picture.palette import PAPER, palette
from designer.picture.scene import Group, Item, Path, Picture, Stroke, Text, bounds, rect
from designer.picture.sheet import Card, Sheet, read
from designer.picture.truetype import elided, font
from designer.picture.wires import lead, wire_items

MARGIN = 24.0
HEADING = 52.0
LEGEND_ROW = 20.0
LEAST_WIDTH = 320.0
TITLE, CAPTION = 15.0, 11.0


@dataclass(frozen=True, slots=True)
class Options:
    """How the picture looks. `only` are ids of root nodes, None for all; `places` their places on the canvas.

    `folded` draws all repeats once; `folds` are what the canvas shows as cards, whose places are among `places`. `columns` breaks
    what is long into so many; 0 means as few as make it no longer than a page. Where blocks stand as on the canvas nothing is
    broken.
    """

    theme: str = PAPER
    folded: bool = False
    folds: tuple[Fold, ...] = ()
    heading: bool = True
    legend: bool = True
    only: Collection[str] | None = None
    places: Mapping[str, Point] | None = None
    columns: int = 0
    flops: bool = False
    heat: Heat | None = None
    wires_by_size: bool = False
    title: str = ""


def compose(design: Design, engine: Engine, options: Options | None = None) -> Picture:
    """The picture of a design, with the results of its analysis."""
    asked = options or Options()
    colors = palette(asked.theme)
    sheet = read(design, engine, folded=asked.folded, folds=asked.folds, only=asked.only, places=asked.places)
    lead(sheet)
    if not sheet.placed:
        sheet = in_columns(sheet, asked.columns)
    total = engine.total
    look = Look(
        colors,
        "FLOPs" if asked.flops else "MACs",
        (lambda macs: 2 * macs) if asked.flops else (lambda macs: macs),
        max([card.cost.macs for card in sheet.cards], default=0),
        total.macs if total is not None else None,
        asked.heat,
        warm(sheet.cards, asked.heat),
    )
    drawn, content = _draw(sheet, look, wide=asked.wires_by_size)
    title = asked.title or design.name
    top = MARGIN + (HEADING if asked.heading else 0.0)
    width = max(content.width + 2 * MARGIN, LEAST_WIDTH if asked.heading or asked.legend else 0.0)
    facts = _facts(engine, look) if asked.only is None else _part_facts(sheet, len(design.root), look)
    if asked.heading:
        wanted = max(font("text_strong").width(title, TITLE), font("number").width(facts, CAPTION)) + 2 * MARGIN
        width = max(width, min(wanted, 1.5 * width))
    # centred, so that what is narrower than its heading does not hang at the left
    moved = _moved(drawn, (width - content.width) / 2 - content.left, top - content.top)
    bottom = top + content.height
    items: list[Item] = []
    if asked.heading:
        items += _heading(title, facts, look, width)
    items += moved
    if asked.legend:
        legend, bottom = _legend(sheet, look, width, bottom, by_size=asked.wires_by_size)
        items += legend
    return Picture(width, bottom + MARGIN, colors.page, tuple(items), title, facts)


def _draw(sheet: Sheet, look: Look, *, wide: bool) -> tuple[list[Item], Box]:
    """Everything of the design, from back to front, and the box around it."""
    items: list[Item] = [frame_items(frame, look, sheet.flow) for frame in sheet.frames]
    items += wire_items(sheet, look, wide=wide)
    items += [card_items(card, look) for card in sheet.cards]
    items += [note_items(note, look) for note in sheet.notes]
    boxes = [bounds(item) for item in Picture(0, 0, "", tuple(items)).flat()]
    boxes += [box_of(frame, sheet.flow) for frame in sheet.frames]
    if not boxes:
        return items, Box(0, 0, 0, 0)
    left, top, right, bottom = zip(*boxes, strict=True)
    return items, Box(min(left), min(top), max(right), max(bottom))


def _moved(items: list[Item], x: float, y: float) -> list[Item]:
    found: list[Item] = []
    for item in items:
        if isinstance(item, Group):
            found.append(Group(item.title, tuple(_moved(list(item.items), x, y))))
        elif isinstance(item, Text):
            found.append(Text(item.x + x, item.y + y, item.text, item.color, item.role, item.size, item.anchor))
        else:
            commands = tuple([(op, tuple([v + (y if k % 2 else x) for k, v in enumerate(at)])) for op, at in item.commands])
            found.append(Path(commands, item.fill, item.stroke))
    return found


def _facts(engine: Engine, look: Look) -> str:
    """The totals in one line."""
    total = engine.total
    inputs = [
        numbers.shape(spec)
        for node_id in engine.order.order
        if engine.results[node_id].block == "input"
        for spec in engine.results[node_id].outputs.values()
    ]
    parts = [", ".join(inputs)]
    if total is None:
        parts += ["params unknown", f"{look.unit} unknown"]
    else:
        peak = BYTES["fp32"] * peak_activation_elements(flatten(engine))
        parts += [
            f"{numbers.short(total.params)} params",
            f"{look.short(total.macs)} {look.unit}",
            f"peak {numbers.bytes_(peak)}",
        ]
    return "   ".join([part for part in parts if part])


def _part_facts(sheet: Sheet, whole: int, look: Look) -> str:
    """What a part of a design costs, in one line."""
    blocks = sum([len(card.members) for card in sheet.cards])
    cost = total_of([card.cost for card in sheet.cards])
    return f"{blocks} of {whole} blocks   {numbers.short(cost.params)} params   {look.short(cost.macs)} {look.unit}"


def _heading(title: str, facts: str, look: Look, width: float) -> list[Item]:
    room = width - 2 * MARGIN
    color = look.colors.color
    return [
        Text(MARGIN, MARGIN + 12, elided(title, "text_strong", TITLE, room), color("text.primary"), "text_strong", TITLE),
        Text(MARGIN, MARGIN + 30, elided(facts, "number", CAPTION, room), color("text.secondary"), "number", CAPTION),
    ]


# -- legend ------------------------------------------------------------------------------------------------------------------


def _legend(sheet: Sheet, look: Look, width: float, top: float, *, by_size: bool) -> tuple[list[Item], float]:
    """What the signs mean, in rows as wide as the picture; and where it ends."""
    color = look.colors.color
    entries: list[tuple[list[Item], str]] = []
    kinds: dict[str, Card] = {}
    for card in sheet.cards:
        if card.block not in ("input", "output"):
            kinds.setdefault(card.block, card)
    for block, card in kinds.items():
        hue = look.colors.color("text.secondary") if card.position >= 0 else look.colors.category(card.category)
        name = block.removeprefix("own.") or "unit of several blocks"
        entries.append((list(icon(glyph_of(card), hue, 0, -8, 16)), "folded stage" if card.position >= 0 else name))
    if any(card.copies > 1 for card in sheet.cards):
        entries.append((_stack(look), "repeated"))
    if any(wire.bypass for wire in sheet.wires):
        stroke = Stroke(color("category.merge"), 2.0)
        entries.append(([Path((("M", (0.0, 0.0)), ("L", (16.0, 0.0))), "", stroke)], "bypass"))
    if by_size and sheet.wires:
        thick = rect(0, -2.5, 16, 5, fill=color("node.wire"))
        entries.append(([thick], "as wide as what flows is large"))
    if look.heat is not None:
        steps = 22
        ramp = [rect(3.0 * k, -4, 3.5, 8, fill=look.colors.heat(k / (steps - 1))) for k in range(steps)]
        hottest = max(look.warm.values(), key=lambda one: one.fraction, default=None)
        entries.append((list(ramp), f"{look.heat.title}: 0 to {hottest.text}" if hottest is not None else look.heat.title))
    elif look.top:
        bar = [rect(0, -1, 16, 2, fill=look.colors.bar(1.0))]
        entries.append((list(bar), f"{look.unit} beside the largest block"))
    below = "params"
    if look.heat is not None:
        title = look.heat.title
        below = f"its share of all {title[:1].lower() + title[1:] if title[1:2].islower() else title}"
    figures = f"Right in a block: {look.unit} above, {below} below; for one input."
    items: list[Item] = []
    top += 16
    items.append(rect(MARGIN, top, width - 2 * MARGIN, 1, fill=color("border.subtle")))
    x, y = MARGIN, top + 20
    face = font("text")
    for signs, text in entries:
        signed = max(24.0, max([bounds(sign)[2] for sign in signs if not isinstance(sign, Group)], default=0.0) + 8)
        text = elided(text, "text", CAPTION, width - 2 * MARGIN - signed)
        wide = signed + face.width(text, CAPTION) + 20
        if x > MARGIN and x + wide - 20 > width - MARGIN:
            x, y = MARGIN, y + LEGEND_ROW
        items += _moved(signs, x, y)
        items.append(Text(x + signed, y + 4, text, color("text.secondary"), "text", CAPTION))
        x += wide
    for line in _wrapped(figures, width - 2 * MARGIN):
        y += LEGEND_ROW
        items.append(Text(MARGIN, y + 4, line, color("text.muted"), "text", CAPTION))
    return items, y + 8


def _stack(look: Look) -> list[Item]:
    stroke = Stroke(look.colors.color("node.border"))
    fill = look.colors.color("node.body")
    edges = [(right / 2, down / 2) for right, down in reversed(STACK)]
    return [rect(x, y - 5, 12, 8, fill=fill, stroke=stroke, radius=2) for x, y in (*edges, (0.0, 0.0))]


def _wrapped(text: str, room: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font("text").width(longer, CAPTION) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
