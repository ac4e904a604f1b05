"""Text of Python source as `ruff format` would leave it: how calls break over lines, docstrings, literals."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

WIDTH = 120
INDENT = 4


class Nest(NamedTuple):
    """A bracket with items, such as a call. `head` ends with the opening bracket, `tail` begins with the closing one.

    A `call` may put all items on one indented line; other brackets that break have one item on each. A `table` always breaks.
    """

    head: str
    items: tuple[Doc, ...]
    tail: str = ")"
    call: bool = True
    table: bool = False


Doc = str | Nest


def call(function: str, *items: Doc) -> Nest:
    return Nest(f"{function}(", items)


def flat(doc: Doc) -> str | None:
    """The text on one line, None where it holds a table."""
    if isinstance(doc, str):
        return doc
    if doc.table:
        return None
    items = [flat(item) for item in doc.items]
    return None if None in items else f"{doc.head}{', '.join(filter(None, items))}{doc.tail}"


def laid_out(doc: Doc, indent: int, before: str = "", after: str = "") -> list[str]:
    """The lines of `before` + doc + `after`, indented by `indent` spaces."""
    text = flat(doc)
    if isinstance(doc, str) or (text is not None and fits(f"{before}{text}{after}", indent)):
        return [f"{' ' * indent}{before}{text}{after}"]
    inner = indent + INDENT
    if before.endswith(" = ") and not fits(f"{before}{doc.head}", indent):
        return [f"{' ' * indent}{before}(", *laid_out(doc, inner), f"{' ' * indent}){after}"]
    lines = [f"{' ' * indent}{before}{doc.head}"]
    items = [flat(item) for item in doc.items]
    together = None if None in items or not doc.call or doc.table else ", ".join(filter(None, items))
    if together is not None and fits(together, inner):
        lines.append(f"{' ' * inner}{together}")
    else:
        alone = doc.call and len(items) == 1 and isinstance(doc.items[0], Nest)
        for item in doc.items:
            lines += laid_out(item, inner, after="" if alone else ",")
    lines.append(f"{' ' * indent}{doc.tail}{after}")
    return lines


def fits(text: str, indent: int) -> bool:
    return indent + columns(text) <= WIDTH


def columns(text: str) -> int:
    """How wide a text is: East Asian characters take two columns."""
    return len(text) if text.isascii() else sum([2 if unicodedata.east_asian_width(c) in "FW" else 1 for c in text])


def literal(value: object) -> str:
    """A number, text, truth value or tuple as Python source."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        inner = ", ".join([literal(item) for item in value])
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, float):
        return re.sub(r"e([+-])0*(\d)", r"e\1\2", repr(value)).replace("e+", "e")
    return repr(value)


# -- docstrings ----------------------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """Free text as it may stand in a docstring: one line, nothing invisible, nothing that would end or escape it."""
    text = "".join([" " if unicodedata.category(c)[0] in "CZ" else c for c in text])
    return " ".join(text.split()).replace("\\", "/").replace('"""', "'''").strip('" ')


def wrapped(text: str, room: int) -> list[str]:
    """Words filled into lines of at most `room` columns; a longer word is cut."""
    lines = [""]
    for word in text.split():
        while columns(word) > room:
            cut = next(k for k in range(len(word), 0, -1) if columns(word[:k]) <= room)
            lines += [word[:cut], ""]
            word = word[cut:]
        joined = f"{lines[-1]} {word}".strip()
        if columns(joined) <= room:
            lines[-1] = joined
        elif word:
            lines.append(word)
    return [line for line in lines if line]


def docstring(summary: str, indent: int, *paragraphs: str) -> list[str]:
    """A docstring: its first line, then paragraphs, each after an empty line. One that begins with spaces is kept as it is."""
    room = WIDTH - indent
    text = clean(summary)
    alone = not paragraphs and columns(text) + 6 <= room
    first, *rest = [text] if alone else wrapped(text, room - 6) or [""]
    lines = [f'"""{first}', *rest]
    for paragraph in paragraphs:
        kept = paragraph.startswith(" ")
        lines += ["", *(paragraph.splitlines() if kept else wrapped(clean(paragraph), room))]
    if alone:
        lines[0] += '"""'
    else:
        lines.append('"""')
    return [" " * indent + line if line else "" for line in lines]


# -- names ---------------------------------------------------------------------------------------------------------------------

LONGEST_NAME = 60


def camel(text: str) -> str:
    """A class name from ids or free text: `inverted_residual` and `inverted residual` become InvertedResidual. "" where no letter
    or digit is in it."""
    words = re.findall(r"[A-Za-z0-9]+", unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode())
    name = "".join([word[0].upper() + word[1:] for word in words])[:LONGEST_NAME]
    return f"Net{name}" if name[:1].isdigit() else name


class Names:
    """Hands out names that are all different."""

    def __init__(self, taken: set[str] | frozenset[str] = frozenset()) -> None:
        self.taken = set(taken)

    def new(self, wanted: str, otherwise: str = "") -> str:
        """`wanted` if it is free, else `otherwise` if that is, else `wanted` with a number."""
        name, number = wanted, 1
        if name in self.taken and otherwise:
            name = otherwise
        while name in self.taken:
            number += 1
            name = f"{wanted}{number}"
        self.taken.add(name)
        return name
