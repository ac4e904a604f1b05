"""Writes a picture as SVG: with its texts as texts in fonts that the file brings along, or as outlines that need no font."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from designer.picture.scene import END, MIDDLE, START, Group, Item, Path, Picture, Text, glyphs
from designer.picture.truetype import FILES, Command, font

_FALLBACK = {"text": "sans-serif", "number": "monospace"}


def svg(picture: Picture, *, outlines: bool = False) -> str:
    """The text of an SVG file."""
    wide, high = number(picture.width), number(picture.height)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" role="img">',
        f"<title>{_text(picture.title)}</title>",
    ]
    if picture.description:
        parts.append(f"<desc>{_text(picture.description)}</desc>")
    if not outlines:
        parts.append(f"<style>{''.join(_styles(picture))}</style>")
    parts.append(
        f'<rect width="{number(picture.width)}" height="{number(picture.height)}" fill="{picture.background}"/>',
    )
    parts += _items(picture.items, outlines=outlines)
    parts.append("</svg>\n")
    return "\n".join(parts)


def _styles(picture: Picture) -> Iterable[str]:
    """A font with just the letters of the picture for each role, and what a text of that role looks like."""
    letters: dict[str, set[str]] = {}
    for item in picture.flat():
        if isinstance(item, Text):
            letters.setdefault(item.role, set()).update(item.text)
    for role in FILES:
        if role not in letters:
            continue
        face = font(role)
        content = base64.b64encode(face.subset(letters[role])[0]).decode("ascii")
        yield (
            f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};'
            f'src:url(data:font/ttf;base64,{content}) format("truetype")}}'
        )
        fallback = _FALLBACK[role.partition("_")[0]]
        yield f'.{role}{{font-family:"{face.family}",{fallback};font-weight:{face.weight}}}'
    # measured without kerning and ligatures, so shown without them
    yield "text{font-kerning:none;font-variant-ligatures:none;white-space:pre}"


def _items(items: Iterable[Item], *, outlines: bool) -> list[str]:
    found: list[str] = []
    for item in items:
        if isinstance(item, Group):
            found.append(f"<g><title>{_text(item.title)}</title>")
            found += _items(item.items, outlines=outlines)
            found.append("</g>")
        elif isinstance(item, Text) and not outlines:
            found.append(_line(item))
        else:
            found.append(_shape(glyphs(item) if isinstance(item, Text) else item))
    return found


def _line(item: Text) -> str:
    anchor = {START: "", MIDDLE: ' text-anchor="middle"', END: ' text-anchor="end"'}[item.anchor]
    return (
        f'<text class="{item.role}" x="{number(item.x)}" y="{number(item.y)}" font-size="{number(item.size)}" '
        f'fill="{item.color}"{anchor}>{_text(item.text)}</text>'
    )


def _shape(item: Path) -> str:
    look = [f'fill="{item.fill or "none"}"']
    stroke = item.stroke
    if stroke is not None:
        look += [f'stroke="{stroke.color}"', f'stroke-width="{number(stroke.width)}"']
        if stroke.dashes:
            look.append(f'stroke-dasharray="{" ".join(map(number, stroke.dashes))}"')
        look.append('stroke-linejoin="round"')
        if stroke.round:
            look.append('stroke-linecap="round"')
    return f"<path d={quoteattr(_steps(item.commands))} {' '.join(look)}/>"


def _steps(commands: Iterable[Command]) -> str:
    return "".join([op + " ".join(map(number, at)) for op, at in commands])


def number(value: float) -> str:
    """A length to a hundredth of a px, as short as it can be."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _text(text: str) -> str:
    """Text for a file of XML: what XML cannot hold becomes the sign for it."""
    clean = "".join([char if char >= " " or char in "\t\n" else "\N{REPLACEMENT CHARACTER}" for char in text])
    return escape(clean.replace("\ufffe", "").replace("\uffff", ""))
