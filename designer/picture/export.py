"""A picture as a file: which kinds there are, and their bytes."""

from __future__ import annotations

from designer.picture.letters import outline
from designer.picture.scene import Picture, Text
from designer.picture.truetype import font

KINDS = {"svg": "SVG picture", "png": "PNG picture", "pdf": "PDF picture"}
SCALE = 2.0  # pixels of a PNG for each px
SCALES = (0.25, 8.0)


def content(picture: Picture, kind: str, scale: float = SCALE) -> bytes:
    """The bytes of a file of this kind; `scale` is about PNG. Raises LightdesignerError where it cannot be made."""
    if kind == "svg":
        from designer.picture.svg import svg

        return svg(picture).encode("utf-8")
    if kind == "pdf":
        from designer.picture.pdf import pdf

        return pdf(picture)
    from designer.picture.png import png

    return png(picture, scale)


def lacking(picture: Picture) -> str:
    """The letters of the picture that neither its fonts nor the system's have: PNG and PDF show a box for each."""
    foreign = {
        letter for item in picture.flat() if isinstance(item, Text) for letter in item.text if not font(item.role).has(letter)
    }
    return "".join([letter for letter in sorted(foreign) if outline(letter, strong=False) is None])
