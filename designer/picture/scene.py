"""What a picture consists of: boxes, paths and texts at places on a page, with colours, from back to front. Knows no design.

Lengths are px, y runs down. Colours are `#RRGGBB` and opaque: what is tinted was mixed with what lies below it, so that every
format shows the same and no printer has to blend.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from designer.picture.letters import outline
from designer.picture.truetype import Command, font

ROUND = 0.5523  # how far the handles of a quarter circle's Bezier curve reach
BOLD = 500  # weight over which a font is strong
START, MIDDLE, END = "start", "middle", "end"


class Stroke(NamedTuple):
    """A line: its colour, width and dashes."""

    color: str
    width: float = 1.0
    dashes: tuple[float, ...] = ()
    round: bool = False  # ends and corners


@dataclass(frozen=True, slots=True)
class Path:
    """A shape of lines and curves, filled, stroked or both."""

    commands: tuple[Command, ...]
    fill: str = ""
    stroke: Stroke | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; `x` is where it starts, its middle, or where it ends, `y` its baseline. `role` names the font."""

    x: float
    y: float
    text: str
    color: str
    role: str = "text"
    size: float = 12.0
    anchor: str = START

    @property
    def width(self) -> float:
        return font(self.role).width(self.text, self.size)

    @property
    def left(self) -> float:
        return self.x - {START: 0.0, MIDDLE: 0.5, END: 1.0}[self.anchor] * self.width


@dataclass(frozen=True, slots=True)
class Group:
    """Items that belong together, such as a block, with a name that readers of the file can see."""

    title: str
    items: tuple[Item, ...]


Item = Path | Text | Group


@dataclass(frozen=True, slots=True)
class Picture:
    """A page. `title` and `description` are told to those who cannot see it."""

    width: float
    height: float
    background: str
    items: tuple[Item, ...]
    title: str = ""
    description: str = ""

    def flat(self) -> Iterable[Path | Text]:
        """All paths and texts, from back to front."""
        waiting: list[Item] = list(reversed(self.items))
        while waiting:
            item = waiting.pop()
            if isinstance(item, Group):
                waiting.extend(reversed(item.items))
            else:
                yield item


# -- shapes ------------------------------------------------------------------------------------------------------------------


def rect(
    x: float, y: float, width: float, height: float, *, fill: str = "", stroke: Stroke | None = None, radius: float = 0.0
) -> Path:
    """A box, with round corners where `radius` is over 0."""
    r = min(radius, width / 2, height / 2)
    right, bottom = x + width, y + height
    if r <= 0:
        return Path((("M", (x, y)), ("L", (right, y)), ("L", (right, bottom)), ("L", (x, bottom)), ("Z", ())), fill, stroke)
    k = r * (1 - ROUND)
    return Path(
        (
            ("M", (x + r, y)),
            ("L", (right - r, y)),
            ("C", (right - k, y, right, y + k, right, y + r)),
            ("L", (right, bottom - r)),
            ("C", (right, bottom - k, right - k, bottom, right - r, bottom)),
            ("L", (x + r, bottom)),
            ("C", (x + k, bottom, x, bottom - k, x, bottom - r)),
            ("L", (x, y + r)),
            ("C", (x, y + k, x + k, y, x + r, y)),
            ("Z", ()),
        ),
        fill,
        stroke,
    )


def left_edge(x: float, y: float, width: float, height: float, radius: float, fill: str) -> Path:
    """The left edge of a box with round corners, as wide as a stripe that is narrower than the corners."""
    cut = radius - math.sqrt(max(0.0, radius**2 - (radius - width) ** 2))  # how far the corner has come down at the stripe's edge
    upper = [(x + px, y + py) for px, py in _corner(radius, width)]
    lower = [(px, 2 * y + height - py) for px, py in upper]
    return Path(
        (
            ("M", (x, y + radius)),
            ("C", (*upper[1], *upper[2], x + width, y + cut)),
            ("L", (x + width, y + height - cut)),
            ("C", (*lower[2], *lower[1], x, y + height - radius)),
            ("Z", ()),
        ),
        fill,
    )


Point = tuple[float, float]


@lru_cache(maxsize=32)
def _corner(radius: float, width: float) -> list[Point]:
    """The upper left corner of a round box up to `width`: its Bezier curve, halved where it gets there."""
    k = radius * (1 - ROUND)
    return _part(((0.0, radius), (0.0, k), (k, 0.0), (radius, 0.0)), width)


def _part(curve: Sequence[Point], x: float) -> list[Point]:
    """The beginning of a Bezier curve that runs to the right, up to this x."""
    low, high = 0.0, 1.0
    for _ in range(40):
        t = (low + high) / 2
        if _split(curve, t)[3][0] < x:
            low = t
        else:
            high = t
    return _split(curve, low)


def _split(curve: Sequence[Point], t: float) -> list[Point]:
    a, b, c, d = curve
    ab, bc, cd = _mix(a, b, t), _mix(b, c, t), _mix(c, d, t)
    abc, bcd = _mix(ab, bc, t), _mix(bc, cd, t)
    return [a, ab, abc, _mix(abc, bcd, t)]


def _mix(a: Point, b: Point, t: float) -> Point:
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t


def circle(x: float, y: float, radius: float, *, fill: str = "", stroke: Stroke | None = None) -> Path:
    """A circle around a point."""
    return rect(x - radius, y - radius, 2 * radius, 2 * radius, fill=fill, stroke=stroke, radius=radius)


def line(points: Sequence[Point], stroke: Stroke) -> Path:
    """Straight lines from point to point."""
    return Path(tuple([("M" if k == 0 else "L", point) for k, point in enumerate(points)]), "", stroke)


def transformed(path: Path, scale: float, x: float, y: float) -> Path:
    """The path, larger and elsewhere; a stroke grows too."""
    commands = tuple(
        [(op, tuple([(y if k % 2 else x) + value * scale for k, value in enumerate(at)])) for op, at in path.commands]
    )
    stroke = path.stroke
    if stroke is not None:
        stroke = stroke._replace(width=stroke.width * scale, dashes=tuple([dash * scale for dash in stroke.dashes]))
    return Path(commands, path.fill, stroke)


def glyphs(text: Text) -> Path:
    """A text as the outlines of its letters."""
    face = font(text.role)
    scale = text.size / face.units
    x = text.left
    commands: list[Command] = []
    for letter in text.text:
        foreign = None if face.has(letter) else outline(letter, face.weight > BOLD)
        if foreign is not None:
            commands += placed(foreign, text.size, x, text.y)
        else:
            commands += placed(face.glyph(face.glyph_of(letter)).path, scale, x, text.y, up=True)
        x += face.step(letter) * scale
    return Path(tuple(commands), text.color)


def placed(path: Iterable[Command], scale: float, x: float, y: float, *, up: bool = False) -> list[Command]:
    """A path at a place and in a size; `up` where its y runs up."""
    sign = -scale if up else scale
    return [(op, tuple([y + value * sign if k % 2 else x + value * scale for k, value in enumerate(at)])) for op, at in path]


def bounds(item: Path | Text) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of an item; of a curve, those of its control points."""
    if isinstance(item, Text):
        face = font(item.role)
        scale = item.size / face.units
        return item.left, item.y - face.cap_height * scale, item.left + item.width, item.y - face.descent * scale
    xs = [value for _, at in item.commands for value in at[::2]]
    ys = [value for _, at in item.commands for value in at[1::2]]
    half = item.stroke.width / 2 if item.stroke is not None else 0.0
    return min(xs) - half, min(ys) - half, max(xs) + half, max(ys) + half
