"""Draws blocks, folds, stages and notes of a picture, as the canvas draws them close by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from designer import data
from designer.analysis import numbers
from designer.analysis.describe import stage_title
from designer.graph.design import DOWN, RIGHT, Note
from designer.graph.geometry import FRAME_SIDE, GUTTER, LABEL_ABOVE, Box, frame_box
from designer.picture.heat import Heat, Warm
from designer.picture.icon import icon
from designer.picture.palette import Palette
from designer.picture.scene import END, Group, Item, Path, Stroke, Text, circle, left_edge, rect
from designer.picture.sheet import Card, Frame
from designer.picture.truetype import elided, font

NODE = data.tokens()["node"]
RADIUS: float = NODE["radius"]
TEXT_X: float = NODE["text_x"]
PAD_RIGHT: float = NODE["pad_right"]
BASELINES: list[float] = NODE["baseline"]
STACK: list[list[float]] = NODE["stack_edge"]
NAME, NUMBER = 12.0, 11.0  # px
LINE = 16.0
INDENT = 15.0
WORDS = 100.0  # px that `128 × 112 × 112` is long
NOTE_PAD = 12.0

Work = Callable[[int], int]
"""From MACs to the unit in use."""


class Look:
    """What all of a picture has in common: colours, the unit of work, and the largest block, by which bars are long."""

    def __init__(
        self, colors: Palette, unit: str, work: Work, top: int, total: int | None, heat: Heat | None, warm: Mapping[str, Warm]
    ) -> None:
        self.colors = colors
        self.unit = unit
        self.work = work
        self.top = top
        self.total = total
        self.heat = heat
        self.warm = warm

    def short(self, macs: int) -> str:
        return numbers.short(self.work(macs))


def card_items(card: Card, look: Look) -> Group:
    """A block or a fold with its ports."""
    color = look.colors.color
    box = card.box
    items: list[Item] = []
    body = color("node.blocked" if card.quiet else "node.body")
    border = color("node.border")
    dashes: tuple[float, ...] = (3.0, 3.0) if card.quiet else ()
    width = 1.0
    if card.status == "error":
        border, width = color("state.error"), NODE["border_issue"]
    elif card.status == "warning":
        border, width = color("state.warning"), NODE["border_issue"]
    if card.stacked:
        for right, down in reversed(STACK):
            edge = Stroke(color("node.border"))
            items.append(
                rect(
                    box.left + right + 0.5,
                    box.top + down + 0.5,
                    box.width - 1,
                    box.height - 1,
                    fill=body,
                    stroke=edge,
                    radius=RADIUS,
                )
            )
    hot = look.warm.get(card.id) if not card.quiet and card.status != "error" else None
    if hot is not None:
        items += _hot_body(card, look, hot)
        return Group(_said(card, look), (*items, *_words(card, look, "", hot), *_ports(card, look)))
    items.append(rect(box.left, box.top, box.width, box.height, fill=body, radius=RADIUS))
    hue = look.colors.stage(card.position)[2] if card.position >= 0 else look.colors.category(card.category)
    items.append(left_edge(box.left, box.top, NODE["stripe"], box.height, RADIUS, hue))
    if card.category == "composite":
        second = NODE["composite_stripe_2"]
        items.append(rect(box.left + second["x"], box.top + 1, second["width"], box.height - 2, fill=hue))
    stroke = Stroke(border, width, dashes)
    items.append(rect(box.left + 0.5, box.top + 0.5, box.width - 1, box.height - 1, stroke=stroke, radius=RADIUS - 0.5))
    items += _words(card, look, hue, None)
    items += _ports(card, look)
    if card.status in ("error", "warning"):
        items += _mark(card, look)
    return Group(_said(card, look), tuple(items))


def _hot_body(card: Card, look: Look, hot: Warm) -> Iterator[Item]:
    """A body in the colour of its figure, apart from what is stacked behind it."""
    box = card.box
    if card.stacked:
        yield rect(box.left, box.top, box.width + 1, box.height + 1, fill=look.colors.page, radius=RADIUS)
    yield rect(box.left, box.top, box.width, box.height, fill=look.colors.heat(hot.fraction), radius=RADIUS)


def _words(card: Card, look: Look, hue: str, hot: Warm | None) -> Iterator[Item]:
    """Icon, name, figures and bar; on a hot card all in one colour, with the figure that it is hot by."""
    on = look.colors.text_on(look.colors.heat(hot.fraction)) if hot is not None else ""

    def color(path: str) -> str:
        return on or look.colors.color(path)

    hue = on or hue
    box = card.box
    single = box.height < NODE["height"]
    size = NODE["icon"]["size"]
    top = (box.height - size) / 2 if single else NODE["icon"]["y"]
    yield from icon(glyph_of(card), hue, box.left + NODE["icon"]["x"], box.top + top, size)
    right = box.right - PAD_RIGHT
    left = box.left + TEXT_X
    base = box.top + (box.height / 2 + 4.5 if single else BASELINES[0])
    macs, params = card.cost.macs, card.cost.params
    work = look.short(macs) if macs and not card.quiet else ""
    if single and hot is not None:
        work = hot.text
    times = f"{numbers.TIMES} {card.copies}" if card.copies > 1 else ""
    room = right - left - (font("number").width(work, NUMBER) + 8 if work else 0)
    room -= font("number_strong").width(times, NUMBER) + 8 if times else 0
    name = elided(card.name, "text_strong", NAME, room)
    yield Text(left, base, name, color("text.muted" if card.quiet else "text.primary"), "text_strong", NAME)
    if times:
        at = left + font("text_strong").width(name, NAME) + 8
        yield Text(at, base, times, color("text.primary"), "number_strong", NUMBER)
    if work:
        yield Text(right, base, work, color("text.primary"), "number", NUMBER, END)
    if single:
        return
    written = numbers.short(params) if params and not card.quiet else ""
    lines = card.lines
    if hot is not None:
        written = hot.share
        if look.heat is not None and not look.heat.repeated:
            lines = (hot.text, *lines[1:])
    quiet = color("text.muted" if card.quiet else "text.secondary")
    for number, line in enumerate(lines):
        room = right - left - (font("number").width(written, NUMBER) + 8 if written and number == 0 else 0)
        y = box.top + BASELINES[1] + number * LINE
        yield Text(left, y, _cut(line, room), quiet if number == 0 else color("text.muted"), "number", NUMBER)
    if written:
        yield Text(right, box.top + BASELINES[1], written, color("text.muted"), "number", NUMBER, END)
    share = macs / look.top if look.top and not card.quiet else 0.0
    if hot is not None:
        share = hot.fraction
    if share > 0:
        bar = NODE["share_bar"]
        wide = max(1.0, (right - left) * min(1.0, share))
        yield rect(left, box.bottom - bar["y_from_bottom"], wide, bar["height"], fill=on or look.colors.bar(share))


def glyph_of(card: Card) -> str:
    """The icon of a card."""
    if card.position >= 0:
        return "stage"
    if card.stacked and not card.block:
        return "layers"  # a unit of several blocks
    return data.glyph(card.block, card.category) if card.category else "placeholder"


def _cut(line: str, room: float) -> str:
    """What has no room goes: first a stride of 1, which says least, then the end."""
    count = int(room / font("number").width("0", NUMBER) + 1e-6)
    if len(line) > count:
        line = line.replace(" s1 ", " ", 1)
    return line if len(line) <= count else line[: max(0, count - 1)] + "…"


def _ports(card: Card, look: Look) -> Iterator[Item]:
    color = look.colors.color
    for place in (*card.inputs, *card.outputs):
        dashes = (2.0, 2.0) if place.optional else ()
        yield circle(
            card.box.left + place.x,
            card.box.top + place.y,
            3.25,
            fill=color("node.port_fill"),
            stroke=Stroke(color("node.port_ring"), 1.0 if place.optional else 1.5, dashes),
        )


def _mark(card: Card, look: Look) -> list[Path]:
    """The sign of a problem on the upper right corner."""
    right, down = NODE["mark"]["centre_from_top_right"]
    x, y, size = card.box.right - right, card.box.top + down, NODE["mark"]["size"]
    name = "circle-x" if card.status == "error" else "triangle-alert"
    behind = circle(x, y, NODE["mark"]["knockout"], fill=look.colors.page)
    return [behind, *icon(name, look.colors.color(f"state.{card.status}"), x - size / 2, y - size / 2, size)]


def _said(card: Card, look: Look) -> str:
    """A block in words, for readers that show or read the names of groups."""
    parts = [card.name]
    if card.copies > 1:
        parts.append(f"{card.copies} times")
    if card.block:
        parts.append(card.block)
    parts += [line for line in card.lines if line != card.block]
    if card.cost.macs:
        parts.append(f"{look.short(card.cost.macs)} {look.unit}")
    if card.cost.params:
        parts.append(f"{numbers.short(card.cost.params)} params")
    return ", ".join(parts)


# -- stages ------------------------------------------------------------------------------------------------------------------


def box_of(frame: Frame, flow: str = DOWN) -> Box:
    """The frame around a stage's blocks, with the gutter at its left, or above."""
    return frame_box(frame.boxes, flow)


def label_box(frame: Frame, flow: str = DOWN) -> Box:
    """Where the words of a frame are, about: no wire runs through them."""
    box = box_of(frame, flow)
    if flow == RIGHT:
        return Box(box.left, box.top, box.left, box.top)  # above everything: none could
    lines = min(6, int((box.height - 10) / LINE))
    return Box(box.left + INDENT, box.top + 4, box.left + INDENT + WORDS, box.top + 4 + lines * LINE)


def frame_items(frame: Frame, look: Look, flow: str = DOWN) -> Group:
    """A stage: tint, border and stripe, and in the gutter what it adds up to."""
    box = box_of(frame, flow)
    fill, border, hue = look.colors.stage(frame.position)
    radius = data.tokens()["frame"]["radius"]
    items: list[Item] = [
        rect(box.left + 0.5, box.top + 0.5, box.width - 1, box.height - 1, fill=fill, stroke=Stroke(border), radius=radius),
        left_edge(box.left, box.top, data.tokens()["frame"]["stripe"], box.height, radius, hue),
    ]
    above = flow == RIGHT
    room = (box.width if above else GUTTER + FRAME_SIDE) - INDENT - 2
    lines = _frame_lines(frame, look, int((LABEL_ABOVE if above else box.height - 10) / LINE))
    y = box.top + (18.0 if above else min(20.0, (box.height - len(lines) * LINE) / 2 + 12))
    for text, role in lines:
        title = role == "text_strong"
        size, path = (NAME, "text.primary") if title else (NUMBER, "text.secondary" if role == "number" else "text.muted")
        said = elided(text, role, size, room)
        items.append(Text(box.left + INDENT, y, said, look.colors.color(path), role, size))
        y += LINE
    share = None if frame.continued else _share(frame, look)
    if share and not above and box.bottom - y > 4:
        bar = rect(box.left + INDENT, y - 6, (GUTTER - INDENT) * min(1.0, share), 4, fill=look.colors.bar(min(1.0, share)))
        items.append(bar)
    return Group(", ".join([text for text, _ in _frame_lines(frame, look, 6)]), tuple(items))


def _share(frame: Frame, look: Look) -> float | None:
    return frame.cost.macs / look.total if frame.cost is not None and look.total else None


def _frame_lines(frame: Frame, look: Look, count: int) -> list[tuple[str, str]]:
    """What the gutter says in so many lines, the most telling first: (text, font)."""
    title = (stage_title(frame.stage), "text_strong")
    if frame.continued:
        return [title, ("continued", "text")]
    if count < 2:
        return [title]
    blocks = (f"{frame.blocks} block{'s' if frame.blocks != 1 else ''}", "text")
    if frame.cost is None:
        return [title, (f"{look.unit} {numbers.UNKNOWN}", "number"), blocks][:count]
    shape = (numbers.shape(frame.output), "number") if frame.output else None
    work = (f"{look.short(frame.cost.macs)} {look.unit}", "number")
    params = (f"{numbers.short(frame.cost.params)} params", "number")
    share = (f"{numbers.share(_share(frame, look))} of {look.unit}", "number") if look.total else None
    orders: dict[int, list[tuple[str, str] | None]] = {
        2: [work],
        3: [shape, work],
        4: [shape, work, share],
        5: [shape, params, work, share],
    }
    wanted = orders.get(count, [shape, blocks, params, work, share])
    return [title, *[line for line in wanted if line is not None]][:count]


# -- notes -------------------------------------------------------------------------------------------------------------------


def note_items(note: Note, look: Look) -> Group:
    """A note: its first line bold, the rest below, as wide as on the canvas."""
    first, _, rest = note.text.partition("\n")
    x, y = note.x, note.y
    room = note.width - 2 * NOTE_PAD
    lines = list(_wrapped(rest, room))
    height = 2 * NOTE_PAD + LINE * (1 + len(lines)) + (4 if lines else 0)
    ink = look.colors.color("node.note_text")
    items: list[Item] = [rect(x, y, note.width, height, fill=look.colors.color("node.note"), radius=4)]
    items += icon("sticky-note", ink, x + NOTE_PAD, y + NOTE_PAD, 14)
    title = elided(first, "text_strong", NAME, room - 20)
    items.append(Text(x + NOTE_PAD + 20, y + NOTE_PAD + 12, title, ink, "text_strong", NAME))
    for number, line in enumerate(lines):
        items.append(Text(x + NOTE_PAD, y + NOTE_PAD + 16 + LINE * (number + 1), line, ink, "text", NAME))
    return Group(f"Note: {note.text}", tuple(items))


def _wrapped(text: str, room: float) -> Iterable[str]:
    face = font("text")
    for line in text.splitlines():
        words = ""
        for word in line.split():
            longer = f"{words} {word}".strip()
            if words and face.width(longer, NAME) > room:
                yield elided(words, "text", NAME, room)
                words = word
            else:
                words = longer
        yield elided(words, "text", NAME, room)
