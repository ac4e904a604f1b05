"""What is said beside the pointer stays in sight."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from designer.ui import theme
from designer.ui.canvas.gestures.feedback import bubble


@pytest.mark.parametrize("at", [(30.0, 30.0), (390.0, 100.0), (100.0, 290.0), (395.0, 295.0)])
def test_a_bubble_keeps_off_the_edges_of_the_view(dressed: QApplication, at: tuple[float, float]) -> None:
    image = QImage(QSize(400, 300), QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    bubble(painter, 1.0, at, "This would close a cycle: conv already feeds it.", "refused")
    painter.end()
    frame = theme.current().color("state.error").rgb()
    seen = [(x, y) for x in range(400) for y in range(300) if image.pixel(x, y) == frame]
    left, right = min(x for x, _ in seen), max(x for x, _ in seen)
    top, bottom = min(y for _, y in seen), max(y for _, y in seen)
    assert 0 < left < right < 399
    assert 0 < top < bottom < 299
    assert right - left > 150, "the whole card"
