"""Writes a picture as a PDF of one page: vectors, and text that can be searched, in fonts that hold the letters used alone.

Written by hand, because what it needs is little, and Qt's writer wants a whole window system for it. The same picture is
always the same bytes: no date, no name of a machine.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from designer.picture.letters import outline
from designer.picture.scene import BOLD, Path, Picture, Text, placed
from designer.picture.truetype import FILES, Command, Font, font

POINT = 0.75  # of a px: 96 of them and 72 points are an inch
ROLES = {role: f"F{k}" for k, role in enumerate(FILES)}


class _File:
    """The objects of a PDF, counted from 1."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []

    def reserve(self) -> int:
        self._objects.append(b"")
        return len(self._objects)

    def put(self, content: str | bytes, at: int = 0) -> int:
        """Adds an object, or fills one that was reserved; gives its number."""
        at = at or self.reserve()
        self._objects[at - 1] = content.encode("ascii") if isinstance(content, str) else content
        return at

    def stream(self, content: bytes, extra: str = "") -> int:
        packed = zlib.compress(content, 9)
        head = f"<< /Length {len(packed)} /Filter /FlateDecode {extra}>>\nstream\n"
        return self.put(head.encode("ascii") + packed + b"\nendstream")

    def whole(self, root: int, info: int) -> bytes:
        made = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        places = []
        for number, content in enumerate(self._objects, 1):
            places.append(len(made))
            made += f"{number} 0 obj\n".encode("ascii") + content + b"\nendobj\n"
        start = len(made)
        made += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode("ascii")
        made += "".join([f"{place:010d} 00000 n \n" for place in places]).encode("ascii")
        made += f"trailer\n<< /Size {len(places) + 1} /Root {root} 0 R /Info {info} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode(
            "ascii"
        )
        return bytes(made)


def pdf(picture: Picture) -> bytes:
    """The bytes of a PDF file."""
    file = _File()
    catalogue, pages, page = file.reserve(), file.reserve(), file.reserve()
    letters: dict[str, set[str]] = {}
    for item in picture.flat():
        if isinstance(item, Text):
            letters.setdefault(item.role, set()).update(item.text)
    fonts: dict[str, int] = {}
    numbers: dict[str, dict[str, int]] = {}
    for role in FILES:
        if role in letters:
            content, numbers[role] = font(role).subset(letters[role])
            fonts[role] = _put_font(file, font(role), content, numbers[role])
    width, height = picture.width * POINT, picture.height * POINT
    drawn = [f"{POINT} 0 0 {-POINT} 0 {_n(height)} cm", f"{_rgb(picture.background)} rg"]
    drawn.append(f"0 0 {_n(picture.width)} {_n(picture.height)} re f")
    drawn += [_text(item, numbers[item.role]) if isinstance(item, Text) else _shape(item) for item in picture.flat()]
    content_at = file.stream("\n".join(drawn).encode("ascii"))
    named = " ".join([f"/{ROLES[role]} {at} 0 R" for role, at in fonts.items()])
    file.put(f"<< /Type /Catalog /Pages {pages} 0 R /ViewerPreferences << /DisplayDocTitle true >> /Lang (en) >>", catalogue)
    file.put(f"<< /Type /Pages /Kids [{page} 0 R] /Count 1 >>", pages)
    file.put(
        f"<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 {_n(width)} {_n(height)}] "
        f"/Resources << /Font << {named} >> >> /Contents {content_at} 0 R >>",
        page,
    )
    info = file.put(f"<< /Title {_string(picture.title)} /Subject {_string(picture.description)} /Creator (lightdesigner) >>")
    return file.whole(catalogue, info)


# -- fonts -------------------------------------------------------------------------------------------------------------------


def _put_font(file: _File, face: Font, content: bytes, numbers: dict[str, int]) -> int:
    """A font with the letters used, addressed by the numbers of their glyphs."""
    name = f"{_tag(numbers)}+{face.name}"

    def per_mille(value: float) -> int:
        return round(value * 1000 / face.units)

    program = file.stream(content, f"/Length1 {len(content)} ")
    box = " ".join([str(per_mille(value)) for value in face.box])
    flags = 4 | (1 if face.fixed else 0)
    descriptor = file.put(
        f"<< /Type /FontDescriptor /FontName /{name} /Flags {flags} /FontBBox [{box}] /ItalicAngle 0 "
        f"/Ascent {per_mille(face.ascent)} /Descent {per_mille(face.descent)} /CapHeight {per_mille(face.cap_height)} "
        f"/StemV {80 if face.weight < 500 else 120} /FontFile2 {program} 0 R >>"
    )
    widths = " ".join(
        [
            f"{number} [{_n(face.advance(face.glyph_of(letter)) * 1000 / face.units)}]"
            for letter, number in sorted(numbers.items(), key=lambda pair: pair[1])
        ]
    )
    missing = _n(face.advance(0) * 1000 / face.units)
    descendant = file.put(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} "
        f"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        f"/FontDescriptor {descriptor} 0 R /DW {missing} /W [{widths}] /CIDToGIDMap /Identity >>"
    )
    unicode_at = file.stream(_unicode(numbers))
    return file.put(
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H "
        f"/DescendantFonts [{descendant} 0 R] /ToUnicode {unicode_at} 0 R >>"
    )


def _tag(numbers: dict[str, int]) -> str:
    """Six letters that tell fonts with other letters in them apart."""
    value = zlib.crc32("".join(sorted(numbers)).encode("utf-8"))
    return "".join([chr(ord("A") + (value // 26**k) % 26) for k in range(6)])


def _unicode(numbers: dict[str, int]) -> bytes:
    """What a reader takes each glyph for when text is searched or copied."""
    rows = [f"<{number:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for letter, number in sorted(numbers.items())]
    blocks = []
    for start in range(0, len(rows), 100):
        part = rows[start : start + 100]
        blocks.append("\n".join([f"{len(part)} beginbfchar", *part, "endbfchar"]))
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange <0000> <FFFF> endcodespacerange",
            *blocks,
            "endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    ).encode("ascii")


# -- drawing -----------------------------------------------------------------------------------------------------------------


def _text(item: Text, numbers: dict[str, int]) -> str:
    """Text as text; letters that our fonts lack as outlines between, where some font has them."""
    face = font(item.role)
    parts: list[str] = []
    codes, start, x = "", item.left, item.left

    def put() -> None:
        if codes:
            place = f"1 0 0 -1 {_n(start)} {_n(item.y)} Tm"
            parts.append(f"BT /{ROLES[item.role]} {_n(item.size)} Tf {_rgb(item.color)} rg {place} <{codes}> Tj ET")

    for letter in item.text:
        foreign = None if face.has(letter) else outline(letter, face.weight > BOLD)
        after = x + face.step(letter) * item.size / face.units
        if foreign is None:
            codes += f"{numbers.get(letter, 0):04X}"
        if foreign is not None or not face.has(letter):  # the widths that the file states are those of its own letters
            put()
            codes, start = "", after
        if foreign is not None:
            parts.append(_shape(Path(tuple(placed(foreign, item.size, x, item.y)), item.color)))
        x = after
    put()
    return " ".join(parts)


def _shape(item: Path) -> str:
    paint = {(True, True): "B", (True, False): "f", (False, True): "S", (False, False): "n"}
    parts = []
    stroke = item.stroke
    if item.fill:
        parts.append(f"{_rgb(item.fill)} rg")
    if stroke is not None:
        dashes = " ".join(map(_n, stroke.dashes))
        parts.append(f"{_rgb(stroke.color)} RG {_n(stroke.width)} w [{dashes}] 0 d 1 j {1 if stroke.round else 0} J")
    parts += _steps(item.commands)
    parts.append(paint[bool(item.fill), stroke is not None])
    return " ".join(parts)


def _steps(commands: Iterable[Command]) -> Iterable[str]:
    x = y = 0.0
    for op, at in commands:
        if op == "Z":
            yield "h"
            continue
        if op == "Q":  # PDF has curves of two handles only
            cx, cy, ex, ey = at
            at = (x + (cx - x) * 2 / 3, y + (cy - y) * 2 / 3, ex + (cx - ex) * 2 / 3, ey + (cy - ey) * 2 / 3, ex, ey)
        yield " ".join(map(_n, at)) + {"M": " m", "L": " l", "Q": " c", "C": " c"}[op]
        x, y = at[-2], at[-1]


def _n(value: float) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _rgb(color: str) -> str:
    return " ".join([_n(int(color[k : k + 2], 16) / 255) for k in (1, 3, 5)])


def _string(text: str) -> str:
    """A string of any letters."""
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"
