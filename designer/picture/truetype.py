"""Our own fonts as a picture needs them: how wide a text is, what a letter looks like, and a small font with those letters alone.

Reads the tables of TrueType that the bundled fonts have; nothing here guesses about other fonts. Widths are those of the letters
side by side, without kerning, and what is written has no kerning either: so a text is as wide as it was measured, everywhere.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from designer.data import folder

Command = tuple[str, tuple[float, ...]]
"""A step of a path: M, L, Q, C with its points, or Z."""

FILES = {
    "text": "Inter-Regular",
    "text_strong": "Inter-SemiBold",
    "number": "JetBrainsMono-Regular",
    "number_strong": "JetBrainsMono-SemiBold",
}
KEPT_NAMES = (0, 1, 2, 3, 4, 5, 6, 13, 14)  # copyright, names, version, licence

_ON, _X_SHORT, _Y_SHORT, _REPEAT, _X_SAME, _Y_SAME = 1, 2, 4, 8, 16, 32
_WORDS, _OFFSETS, _SCALE, _MORE, _XY_SCALE, _MATRIX, _INSTRUCTIONS = 1, 2, 8, 32, 64, 128, 256


class Glyph(NamedTuple):
    """A letter's outline in font units, y up, and how far the next one stands."""

    advance: int
    path: tuple[Command, ...]


class Font:
    """One of the bundled fonts."""

    def __init__(self, role: str) -> None:
        self.name = FILES[role]
        data = self._data = (folder() / "fonts" / f"{self.name}.ttf").read_bytes()
        self._tables: dict[str, tuple[int, int]] = {}
        for k in range(struct.unpack_from(">H", data, 4)[0]):
            tag, _, at, length = struct.unpack_from(">4sIII", data, 12 + 16 * k)
            self._tables[tag.decode("ascii")] = (at, length)
        head = self.table("head")
        self.units: int = struct.unpack_from(">H", head, 18)[0]
        self.box: tuple[int, int, int, int] = struct.unpack_from(">4h", head, 36)
        self.ascent, self.descent = struct.unpack_from(">2h", self.table("hhea"), 4)
        self.cap_height: int = struct.unpack_from(">h", self.table("OS/2"), 88)[0]
        self.weight: int = struct.unpack_from(">H", self.table("OS/2"), 4)[0]
        self.fixed = bool(struct.unpack_from(">I", self.table("post"), 12)[0])
        self._metrics: int = struct.unpack_from(">H", self.table("hhea"), 34)[0]
        self._long_places = bool(struct.unpack_from(">h", head, 50)[0])
        self._cmap = dict(_characters(self.table("cmap")))
        self._glyphs: dict[int, Glyph] = {}
        self._steps: dict[str, int] = {}

    @property
    def family(self) -> str:
        """The family as a style sheet names it."""
        return "Inter" if self.name.startswith("Inter") else "JetBrains Mono"

    def table(self, tag: str) -> bytes:
        at, length = self._tables[tag]
        return self._data[at : at + length]

    def glyph_of(self, letter: str) -> int:
        """The number of a letter's glyph; 0, an empty box, where the font lacks it."""
        return self._cmap.get(ord(letter), 0)

    def has(self, letter: str) -> bool:
        return ord(letter) in self._cmap

    def advance(self, glyph: int) -> int:
        """How far the letter after this one stands, in font units."""
        at = self._tables["hmtx"][0] + 4 * min(glyph, self._metrics - 1)
        found: int = struct.unpack_from(">H", self._data, at)[0]
        return found

    def step(self, letter: str) -> int:
        """How far the next letter stands from this one. One that the font lacks is as wide as other fonts have it, about."""
        found = self._steps.get(letter)
        if found is None:
            foreign = not self.has(letter) and unicodedata.east_asian_width(letter) in "WF"
            found = self._steps[letter] = self.units if foreign else self.advance(self.glyph_of(letter))
        return found

    def width(self, text: str, size: float) -> float:
        """How wide a text is at this size."""
        return sum([self.step(letter) for letter in text]) * size / self.units

    def glyph(self, number: int) -> Glyph:
        """A letter's outline, with curves of one control point each."""
        found = self._glyphs.get(number)
        if found is None:
            found = self._glyphs[number] = Glyph(self.advance(number), tuple(self._outline(number)))
        return found

    # -- outlines ------------------------------------------------------------------------------------------------------------

    def raw(self, number: int) -> bytes:
        """A glyph as it stands in the file; empty for a space."""
        places = self._tables["loca"][0]
        if self._long_places:
            start, end = struct.unpack_from(">2I", self._data, places + 4 * number)
        else:
            start, end = (2 * half for half in struct.unpack_from(">2H", self._data, places + 2 * number))
        at = self._tables["glyf"][0]
        return self._data[at + start : at + end]

    def _outline(self, number: int) -> Iterator[Command]:
        data = self.raw(number)
        if not data:
            return
        if struct.unpack_from(">h", data, 0)[0] < 0:
            for part, (a, b, c, d, x, y) in _parts(data):
                for op, at in self._outline(part):
                    moved: list[float] = []
                    for px, py in zip(at[::2], at[1::2], strict=True):
                        moved += [a * px + c * py + x, b * px + d * py + y]
                    yield op, tuple(moved)
            return
        for contour in _contours(data):
            yield from _curves(contour)

    # -- a font with a few letters -----------------------------------------------------------------------------------------------

    def subset(self, letters: Iterable[str]) -> tuple[bytes, dict[str, int]]:
        """A font file with these letters alone, and the number that each letter's glyph has in it."""
        wanted = sorted({letter for letter in letters if self.has(letter)})
        old = [0, *dict.fromkeys(self._cmap[ord(letter)] for letter in wanted if self._cmap[ord(letter)])]
        for number in old:  # letters made of others bring those along; the list grows while it is walked
            data = self.raw(number)
            if data and struct.unpack_from(">h", data, 0)[0] < 0:
                old += [part for part, _ in _parts(data) if part not in old]
        new = {number: k for k, number in enumerate(old)}
        glyphs = [_without_instructions(self.raw(number), new) for number in old]
        places = [0]
        for data in glyphs:
            places.append(places[-1] + len(data))
        numbers = {letter: new[self._cmap[ord(letter)]] for letter in wanted}
        head = bytearray(self.table("head"))
        struct.pack_into(">I", head, 8, 0)
        struct.pack_into(">h", head, 50, 1)
        hhea = bytearray(self.table("hhea"))
        struct.pack_into(">H", hhea, 34, len(old))
        maxp = bytearray(self.table("maxp"))
        struct.pack_into(">H", maxp, 4, len(old))
        side = [struct.unpack_from(">h", self.table("hmtx"), self._side(number))[0] for number in old]
        tables = {
            "OS/2": self.table("OS/2"),
            "cmap": _cmap({ord(letter): number for letter, number in numbers.items()}),
            "glyf": b"".join(glyphs),
            "head": bytes(head),
            "hhea": bytes(hhea),
            "hmtx": b"".join(
                [struct.pack(">Hh", self.advance(number), bearing) for number, bearing in zip(old, side, strict=True)]
            ),
            "loca": struct.pack(f">{len(places)}I", *places),
            "maxp": bytes(maxp),
            "name": _names(self.table("name")),
            "post": struct.pack(">I", 0x00030000) + self.table("post")[4:16] + bytes(16),
        }
        return _file(tables), numbers

    def _side(self, number: int) -> int:
        """Where a glyph's left bearing stands in `hmtx`."""
        return 4 * number + 2 if number < self._metrics else 4 * self._metrics + 2 * (number - self._metrics)


@cache
def font(role: str) -> Font:
    """The font of a role: `text`, `text_strong`, `number` or `number_strong`."""
    return Font(role)


def elided(text: str, role: str, size: float, width: float) -> str:
    """The text, cut in the middle where it is too long: names are cut, numbers never."""
    face = font(role)
    if face.width(text, size) <= width:
        return text
    for kept in range(len(text) - 1, 0, -1):
        cut = f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}"
        if face.width(cut, size) <= width:
            return cut
    return "…" if face.width("…", size) <= width else ""


# -- reading -----------------------------------------------------------------------------------------------------------------


def _characters(cmap: bytes) -> Iterator[tuple[int, int]]:
    """(character, glyph) of the widest table there is: format 12, else 4."""
    best: tuple[int, int] | None = None
    for k in range(struct.unpack_from(">H", cmap, 2)[0]):
        platform, _, at = struct.unpack_from(">HHI", cmap, 4 + 8 * k)
        kind = struct.unpack_from(">H", cmap, at)[0]
        if platform in (0, 3) and kind in (4, 12) and (best is None or kind > best[0]):
            best = (kind, at)
    assert best is not None
    kind, at = best
    if kind == 12:
        for k in range(struct.unpack_from(">I", cmap, at + 12)[0]):
            first, last, glyph = struct.unpack_from(">3I", cmap, at + 16 + 12 * k)
            yield from zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True)
        return
    count = struct.unpack_from(">H", cmap, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", cmap, at + 14)
    starts = struct.unpack_from(f">{count}H", cmap, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}h", cmap, at + 16 + 4 * count)
    offsets_at = at + 16 + 6 * count
    for k in range(count):
        offset = struct.unpack_from(">H", cmap, offsets_at + 2 * k)[0]
        for letter in range(starts[k], min(ends[k], 0xFFFE) + 1):
            glyph = letter
            if offset:
                glyph = struct.unpack_from(">H", cmap, offsets_at + 2 * k + offset + 2 * (letter - starts[k]))[0]
            glyph = (glyph + deltas[k]) & 0xFFFF if glyph or not offset else 0
            if glyph:
                yield letter, glyph


Matrix = tuple[float, float, float, float, float, float]


def _parts(data: bytes) -> Iterator[tuple[int, Matrix]]:
    """The glyphs that a glyph is put together from, each with where it stands."""
    at, more = 10, True
    while more:
        flags, number = struct.unpack_from(">2H", data, at)
        at += 4
        x, y = struct.unpack_from(">2h" if flags & _WORDS else ">2b", data, at)
        assert flags & _OFFSETS, "a part placed by points"
        at += 4 if flags & _WORDS else 2
        a, b, c, d = 1.0, 0.0, 0.0, 1.0
        if flags & _SCALE:
            a = d = struct.unpack_from(">h", data, at)[0] / 16384
            at += 2
        elif flags & _XY_SCALE:
            a, d = (value / 16384 for value in struct.unpack_from(">2h", data, at))
            at += 4
        elif flags & _MATRIX:
            a, b, c, d = (value / 16384 for value in struct.unpack_from(">4h", data, at))
            at += 8
        yield number, (a, b, c, d, float(x), float(y))
        more = bool(flags & _MORE)


class _Point(NamedTuple):
    x: float
    y: float
    on: bool


def _contours(data: bytes) -> Iterator[list[_Point]]:
    """The points of each contour of a simple glyph."""
    count = struct.unpack_from(">h", data, 0)[0]
    ends = struct.unpack_from(f">{count}H", data, 10)
    at = 10 + 2 * count
    at += 2 + struct.unpack_from(">H", data, at)[0]
    flags: list[int] = []
    total = ends[-1] + 1 if ends else 0
    while len(flags) < total:
        flag = data[at]
        at += 1
        flags.append(flag)
        if flag & _REPEAT:
            flags += [flag] * data[at]
            at += 1
    columns: list[list[int]] = []
    for short, same in ((_X_SHORT, _X_SAME), (_Y_SHORT, _Y_SAME)):
        value, found = 0, []
        for flag in flags:
            if flag & short:
                value += data[at] if flag & same else -data[at]
                at += 1
            elif not flag & same:
                value += struct.unpack_from(">h", data, at)[0]
                at += 2
            found.append(value)
        columns.append(found)
    start = 0
    for end in ends:
        yield [_Point(columns[0][k], columns[1][k], bool(flags[k] & _ON)) for k in range(start, end + 1)]
        start = end + 1


def _curves(points: list[_Point]) -> Iterator[Command]:
    """A contour as lines and quadratic curves; between two control points there is a point half way."""
    if len(points) < 2:
        return
    whole: list[_Point] = []
    for one, after in pairwise([*points, points[0]]):
        whole.append(one)
        if not one.on and not after.on:
            whole.append(_Point((one.x + after.x) / 2, (one.y + after.y) / 2, True))
    first = next(k for k, one in enumerate(whole) if one.on)
    whole = [*whole[first:], *whole[: first + 1]]
    yield "M", (whole[0].x, whole[0].y)
    k = 1
    while k < len(whole):
        one = whole[k]
        if one.on:
            yield "L", (one.x, one.y)
            k += 1
        else:
            yield "Q", (one.x, one.y, whole[k + 1].x, whole[k + 1].y)
            k += 2
    yield "Z", ()


# -- writing -----------------------------------------------------------------------------------------------------------------


def _without_instructions(data: bytes, new: dict[int, int]) -> bytes:
    """A glyph without its program, which needs tables that are left out; parts by their new numbers. Padded to four bytes."""
    if not data:
        return b""
    count = struct.unpack_from(">h", data, 0)[0]
    if count >= 0:
        at = 10 + 2 * count
        length = struct.unpack_from(">H", data, at)[0]
        made = data[:at] + b"\0\0" + data[at + 2 + length :]
    else:
        whole = bytearray(data)
        at, more = 10, True
        while more:
            flags, number = struct.unpack_from(">2H", whole, at)
            struct.pack_into(">2H", whole, at, flags & ~_INSTRUCTIONS, new[number])
            at += 4 + (4 if flags & _WORDS else 2)
            at += 2 if flags & _SCALE else 4 if flags & _XY_SCALE else 8 if flags & _MATRIX else 0
            more = bool(flags & _MORE)
        made = bytes(whole[:at])
    return made + bytes(-len(made) % 4)


def _cmap(glyphs: dict[int, int]) -> bytes:
    """A table of characters, one segment each, in format 12; and one in format 4 for those who read no other."""
    letters = sorted(glyphs)
    wide = struct.pack(">HHIII", 12, 0, 16 + 12 * len(letters), 0, len(letters))
    wide += b"".join([struct.pack(">3I", letter, letter, glyphs[letter]) for letter in letters])
    small = [letter for letter in letters if letter < 0xFFFF]
    count = len(small) + 1
    power = 1 << (count.bit_length() - 1)
    narrow = struct.pack(">7H", 4, 16 + 8 * count, 0, 2 * count, 2 * power, power.bit_length() - 1, 2 * count - 2 * power)
    narrow += struct.pack(f">{count}H", *small, 0xFFFF) + bytes(2) + struct.pack(f">{count}H", *small, 0xFFFF)
    narrow += struct.pack(f">{count}H", *[(glyphs[letter] - letter) & 0xFFFF for letter in small], 1) + bytes(2 * count)
    head = struct.pack(">HH", 0, 2) + struct.pack(">HHI", 3, 1, 20) + struct.pack(">HHI", 3, 10, 20 + len(narrow))
    return head + narrow + wide


def _names(table: bytes) -> bytes:
    """The names and the licence, in English."""
    count, strings = struct.unpack_from(">HH", table, 2)
    kept: list[tuple[int, ...]] = []
    text = b""
    for k in range(count):
        platform, encoding, language, name, length, at = struct.unpack_from(">6H", table, 6 + 12 * k)
        if platform == 3 and language == 0x409 and name in KEPT_NAMES:
            kept.append((platform, encoding, language, name, length, len(text)))
            text += table[strings + at : strings + at + length]
    return struct.pack(">3H", 0, len(kept), 6 + 12 * len(kept)) + b"".join([struct.pack(">6H", *row) for row in kept]) + text


def _sum(data: bytes) -> int:
    return sum(struct.unpack(f">{len(data) // 4}I", data)) & 0xFFFFFFFF


def _file(tables: dict[str, bytes]) -> bytes:
    """The tables as a font file, with its check sums."""
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(">I4H", 0x00010000, count, 16 * power, power.bit_length() - 1, 16 * (count - power))
    at = 12 + 16 * count
    body = b""
    place = 0
    for tag, data in sorted(tables.items()):
        padded = data + bytes(-len(data) % 4)
        if tag == "head":
            place = at + len(body) + 8
        head += struct.pack(">4sIII", tag.encode("ascii"), _sum(padded), at + len(body), len(data))
        body += padded
    whole = bytearray(head + body)
    struct.pack_into(">I", whole, place, (0xB1B0AFBA - _sum(bytes(whole))) & 0xFFFFFFFF)
    return bytes(whole)
