"""SVG, PDF and PNG: each opens, holds its fonts or needs none, and shows the same."""

from __future__ import annotations

import base64
import re
import zlib
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QFont, QFontDatabase, QImage, QRawFont

from blocks.errors import LightdesignerError
from designer.picture.export import KINDS, content, lacking
from designer.picture.pdf import pdf
from designer.picture.png import image
from designer.picture.scene import Picture, Text
from designer.picture.svg import svg
from designer.picture.truetype import font
from tests.picture.conftest import picture_of

NS = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def picture() -> Picture:
    return picture_of("mobilenet_v2", folded=True)


def texts(picture: Picture) -> list[str]:
    return [item.text for item in picture.flat() if isinstance(item, Text)]


# -- SVG -----------------------------------------------------------------------------------------------------------------------


def test_an_svg_holds_its_texts_and_the_fonts_with_every_letter_of_them(picture: Picture) -> None:
    root = ElementTree.fromstring(svg(picture))
    assert [element.text for element in root.iter(f"{NS}text")] == texts(picture)
    assert root.find(f"{NS}title").text == "mobilenet_v2"  # type: ignore[union-attr]
    style = root.find(f"{NS}style").text or ""  # type: ignore[union-attr]
    faces = re.findall(r'font-family:"([^"]+)";font-weight:(\d+);src:url\(data:font/ttf;base64,([^)]+)\)', style)
    assert [(family, weight) for family, weight, _ in faces] == [
        ("Inter", "400"),
        ("Inter", "600"),
        ("JetBrains Mono", "400"),
        ("JetBrains Mono", "600"),
    ]
    for role, (_, _, data) in zip(("text", "text_strong", "number", "number_strong"), faces, strict=True):
        face = QRawFont()
        face.loadFromData(QByteArray(base64.b64decode(data)), 12, QFont.HintingPreference.PreferNoHinting)
        used = {letter for item in picture.flat() if isinstance(item, Text) and item.role == role for letter in item.text}
        assert used
        assert all(face.supportsCharacter(ord(letter)) for letter in used)
    assert len(svg(picture)) < 120_000


def test_a_name_may_hold_what_xml_cannot() -> None:
    odd = Picture(100, 20, "#FFFFFF", (Text(4, 12, 'a<b> & "c" \x07 深', "#000000"),), "<&>")
    root = ElementTree.fromstring(svg(odd))
    assert [element.text for element in root.iter(f"{NS}text")] == ['a<b> & "c" \N{REPLACEMENT CHARACTER} 深']
    assert "\x07" in lacking(odd)
    assert content(odd, "pdf").startswith(b"%PDF-1.7")


@pytest.fixture
def chinese() -> QRawFont:
    """A font of this system with Chinese letters."""
    for family in QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese):
        made = QRawFont.fromFont(QFont(family), QFontDatabase.WritingSystem.SimplifiedChinese)
        if made.supportsCharacter(ord("深")):
            return made
    pytest.skip("no font of this system has Chinese letters")


def test_letters_that_our_fonts_lack_come_from_the_system(chinese: QRawFont) -> None:
    line = Text(10, 30, "a深b", "#000000", "text", 20)
    picture = Picture(100, 40, "#FFFFFF", (line,))
    assert lacking(picture) == ""
    assert line.width == pytest.approx(font("text").width("ab", 20) + 20), "as wide as high"
    made = image(picture, 4)
    left = 10 + font("text").width("a", 20)
    inside = [made.pixelColor(x, y).red() < 128 for x in range(round(4 * left) + 8, round(4 * left) + 72) for y in range(40, 140)]
    assert 0.1 < sum(inside) / len(inside) < 0.7, "strokes, no empty box"
    streams = [stream(body) for body in objects(pdf(picture)).values() if b"FlateDecode" in body]
    page = next(content for content in streams if b" Tf " in content)
    assert page.count(b" Tj") == 2, "text before and behind it"
    assert b" c" in page


def test_outlines_need_no_font(picture: Picture) -> None:
    drawn = svg(picture, outlines=True)
    assert "<text" not in drawn
    assert "font" not in drawn


# -- PDF -----------------------------------------------------------------------------------------------------------------------


def objects(data: bytes) -> dict[int, bytes]:
    """The objects of a PDF by the places that its table names."""
    start = int(data.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    table = data[start:].split(b"trailer")[0].splitlines()[2:]
    found = {}
    for number, row in enumerate(table):
        place, _, kind = row.split()
        if kind == b"n":
            body = data[int(place) :]
            assert body.startswith(b"%d 0 obj\n" % number)
            found[number] = body[: body.index(b"\nendobj")].split(b"\n", 1)[1]
    return found


def stream(content: bytes) -> bytes:
    return zlib.decompress(content.split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0])


def reference(content: bytes, key: bytes) -> int:
    found = re.search(rb"/" + key + rb" \[?(\d+) 0 R", content)
    assert found, key
    return int(found[1])


def test_a_pdf_has_one_page_with_text_as_text_in_fonts_that_it_holds(picture: Picture) -> None:
    data = pdf(picture)
    assert data == pdf(picture), "always the same bytes"
    parts = objects(data)
    root = next(body for body in parts.values() if b"/Type /Catalog" in body)
    pages = parts[reference(root, b"Pages")]
    assert b"/Count 1 " in pages
    page = parts[reference(pages, b"Kids")]
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", page)
    assert box
    assert (float(box[1]), float(box[2])) == pytest.approx((picture.width * 0.75, picture.height * 0.75))
    drawn = stream(parts[reference(page, b"Contents")]).decode("ascii")
    assert " Do" not in drawn, "no picture in pixels"
    letters: dict[str, dict[str, str]] = {}
    for name, number in re.findall(rb"/(F\d) (\d+) 0 R", page):
        face = parts[int(number)]
        assert b"+Inter-" in face or b"+JetBrainsMono-" in face
        cmap = stream(parts[reference(face, b"ToUnicode")]).decode("ascii")
        pairs = re.findall(r"^<([0-9A-F]{4})> <([0-9A-F]+)>$", cmap, re.MULTILINE)
        letters[name.decode()] = {code: bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}
        descendant = parts[reference(face, b"DescendantFonts")]
        program = stream(parts[reference(parts[reference(descendant, b"FontDescriptor")], b"FontFile2")])
        made = QRawFont()
        made.loadFromData(QByteArray(program), 12, QFont.HintingPreference.PreferNoHinting)
        assert made.isValid()
    written = [
        "".join([letters[name][codes[k : k + 4]] for k in range(0, len(codes), 4)])
        for name, codes in re.findall(r"/(F\d) [\d.]+ Tf .*? <([0-9A-F]*)> Tj", drawn)
    ]
    assert written == texts(picture)


# -- PNG -----------------------------------------------------------------------------------------------------------------------


def test_a_png_has_the_size_and_the_colours_of_the_picture(picture: Picture) -> None:
    made = QImage.fromData(content(picture, "png", 1.5))
    assert (made.width(), made.height()) == (round(picture.width * 1.5), round(picture.height * 1.5))
    assert made.pixelColor(2, 2).name() == "#ffffff"
    colors = {made.pixelColor(x, y).name() for x in range(0, made.width(), 3) for y in range(0, made.height(), 3)}
    assert len(colors) > 50
    dark = sum(made.pixelColor(x, y).lightness() < 100 for x in range(made.width()) for y in range(30, 90))
    assert dark > 300, "the heading is there"


def test_letters_stand_where_they_were_measured() -> None:
    line = Text(10, 20, "Hil", "#000000", "number", 16)
    made = image(Picture(80, 30, "#FFFFFF", (line,)), 4)
    columns = [x for x in range(made.width()) if any(made.pixelColor(x, y).red() < 128 for y in range(made.height()))]
    assert 40 <= columns[0] <= 40 + 4 * 3
    assert 4 * line.width - 4 * 4 <= columns[-1] - 40 <= 4 * line.width


def test_a_picture_that_is_too_large_is_refused_with_what_to_do() -> None:
    with pytest.raises(LightdesignerError, match=r"80,000 x 80 pixels.*smaller scale"):
        content(Picture(40_000, 40, "#FFFFFF", ()), "png")
    assert set(KINDS) == {"svg", "png", "pdf"}
