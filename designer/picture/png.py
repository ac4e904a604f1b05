"""A picture as pixels. The one place here that needs Qt: it draws the SVG with outlines, so it needs neither font nor screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.errors import LightdesignerError
from designer.picture.scene import Picture
from designer.picture.svg import svg

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

MOST = 30_000  # px of a side: what Qt and those who show pictures can take
MOST_PIXELS = 400_000_000


def image(picture: Picture, scale: float = 2.0) -> QImage:
    """The picture with this many pixels for each px. Raises LightdesignerError where it would be too large."""
    from PySide6.QtCore import QByteArray, QRectF
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    width, height = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    if max(width, height) > MOST or width * height > MOST_PIXELS:
        raise LightdesignerError(
            f"The picture would have {width:,} x {height:,} pixels; {MOST:,} on a side are the most. "
            "Use a smaller scale, fold what repeats, or write SVG or PDF."
        )
    made = QImage(width, height, QImage.Format.Format_RGB32)
    if made.isNull():
        raise LightdesignerError(
            f"There is not enough memory for a picture of {width:,} x {height:,} pixels. Use a smaller scale."
        )
    made.fill(picture.background)
    renderer = QSvgRenderer(QByteArray(svg(picture, outlines=True).encode("utf-8")))
    painter = QPainter(made)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter, QRectF(0, 0, width, height))
    finally:
        painter.end()
    dots = round(scale * 96 / 0.0254)  # for each metre
    made.setDotsPerMeterX(dots)
    made.setDotsPerMeterY(dots)
    return made


def png(picture: Picture, scale: float = 2.0) -> bytes:
    """The bytes of a PNG file. Raises LightdesignerError where the picture is too large, or Qt cannot be loaded."""
    try:
        from PySide6.QtCore import QBuffer, QIODevice
        from PySide6.QtGui import QImageWriter
    except ImportError as problem:  # a library of the system, as on a server
        raise LightdesignerError(f"A PNG needs Qt, which cannot be loaded here: {problem}. Write SVG or PDF.") from problem
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, b"PNG").write(image(picture, scale)):
        raise LightdesignerError("The picture could not be written as PNG.")
    return bytes(buffer.data().data())
