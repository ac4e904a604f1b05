"""Icons as paths look like the SVG they are read from."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from blocks import registry
from designer import data
from designer.picture.icon import icon
from designer.picture.scene import Picture
from designer.picture.svg import svg

NAMES = sorted({data.glyph(block.id, block.category) for block in registry.blocks().values()} | {"triangle-alert", "circle-x"})
SIDE = 48


def pixels(text: str) -> QImage:
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    image.fill("white")
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, SIDE, SIDE))
    painter.end()
    return image


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_looks_like_its_file(name: str) -> None:
    theirs = pixels(data.svg(name).replace("currentColor", "#000000"))
    ours = pixels(svg(Picture(16, 16, "#FFFFFF", tuple(icon(name, "#000000", 0, 0, 16)))))
    far = ink = 0
    for y in range(SIDE):
        for x in range(SIDE):
            a, b = theirs.pixelColor(x, y).red(), ours.pixelColor(x, y).red()
            ink += a < 128
            far += abs(a - b) > 96
    assert ink > 20, "the icon is there"
    assert far <= ink * 0.02
