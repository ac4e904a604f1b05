"""Our reading of the bundled fonts is Qt's, and a font with a few letters still has just those."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QFont, QRawFont

from designer.data import folder
from designer.picture.truetype import FILES, elided, font

LETTERS = "Hello × → – … é ñ 3.50 M Ä ß Ω fi ½"


def raw(data: bytes, size: float) -> QRawFont:
    made = QRawFont()
    made.loadFromData(QByteArray(data), size, QFont.HintingPreference.PreferNoHinting)
    assert made.isValid()
    return made


@pytest.mark.parametrize("role", FILES)
def test_letters_are_as_wide_and_as_shaped_as_qt_reads_them(role: str) -> None:
    ours = font(role)
    theirs = raw((folder() / "fonts" / f"{ours.name}.ttf").read_bytes(), ours.units)
    for letter in dict.fromkeys(LETTERS):
        (number,) = theirs.glyphIndexesForString(letter)
        assert ours.glyph_of(letter) == number, letter
        assert ours.advance(number) == pytest.approx(theirs.advancesForGlyphIndexes([number])[0].x(), abs=0.01)
        box = theirs.pathForGlyph(number).controlPointRect()
        points = [at for op, at in ours.glyph(number).path if op != "Z"]
        if not points:
            assert box.isEmpty()
            continue
        xs = [at[k] for at in points for k in range(0, len(at), 2)]
        ys = [at[k] for at in points for k in range(1, len(at), 2)]
        slack = ours.units / 100  # Qt makes cubic curves of ours, whose handles reach less far
        assert (min(xs), max(xs)) == pytest.approx((box.left(), box.right()), abs=slack)
        assert (-max(ys), -min(ys)) == pytest.approx((box.top(), box.bottom()), abs=slack)


@pytest.mark.parametrize("role", FILES)
def test_a_font_with_a_few_letters_is_small_and_has_just_those(role: str) -> None:
    face = font(role)
    data, numbers = face.subset(LETTERS)
    assert set(numbers) == set(LETTERS)
    assert len(data) < 16_000
    whole = raw((folder() / "fonts" / f"{face.name}.ttf").read_bytes(), 100)
    part = raw(data, 100)
    for letter in dict.fromkeys(LETTERS):
        (number,) = part.glyphIndexesForString(letter)
        (known,) = whole.glyphIndexesForString(letter)
        assert number == numbers[letter]
        assert part.advancesForGlyphIndexes([number]) == whole.advancesForGlyphIndexes([known])
        assert part.pathForGlyph(number) == whole.pathForGlyph(known), letter
    assert not part.supportsCharacter(ord("Q"))
    assert part.familyName().startswith(face.family)


def test_a_letter_that_is_missing_is_said_to_be() -> None:
    assert not font("text").has("深")
    assert font("text").glyph_of("深") == 0
    assert font("text").subset("深")[1] == {}


@settings(max_examples=50)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40), st.floats(0, 200))
def test_a_cut_text_fits_and_keeps_both_ends(text: str, room: float) -> None:
    cut = elided(text, "text", 12, room)
    width = font("text").width
    assert not cut or width(cut, 12) <= room
    if cut != text and cut:
        before, mark, after = cut.partition("…")
        assert mark
        assert text.startswith(before)
        assert text.endswith(after)
    if width(text, 12) <= room:
        assert cut == text
