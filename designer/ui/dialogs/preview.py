"""A picture as it will be, in a dialog."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from designer.ui import theme
from designer.ui.painting import painting

PREVIEW = QSize(528, 456)


class Preview(QWidget):
    """The picture as it will be: as wide as there is room, so that it can be read, and as high as that makes it."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Preview")
        self._image: QImage | None = None
        self.message = ""

    def show_image(self, image: QImage | None, message: str = "") -> None:
        self._image, self.message = image, message
        self.setFixedHeight(max(PREVIEW.height(), round(image.deviceIndependentSize().height()) if image is not None else 0))
        self.setAccessibleDescription(message)
        self.update()

    @property
    def image(self) -> QImage | None:
        return self._image

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        look = theme.current()
        painter.fillRect(self.rect(), look.color("bg.canvas"))
        if self._image is not None:
            size = self._image.deviceIndependentSize()
            x = max(0.0, (self.width() - size.width()) / 2)
            y = max(0.0, (self.height() - size.height()) / 2)
            painter.drawImage(QRectF(x, y, size.width(), size.height()), self._image)
        elif self.message:
            painter.setFont(look.font("body"))
            painter.setPen(look.color("text.muted"))
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), Qt.AlignmentFlag.AlignCenter, self.message)
