"""Mouse gestures on the small widgets of panels."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QSlider, QStyle, QStyleOptionSlider, QWidget


def mouse(widget: QWidget, kind: QEvent.Type, at: QPoint, *, down: bool) -> None:
    """Send a mouse event that carries the pressed button, as pytest-qt's moves do not."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    spot = QPointF(at)
    event = QMouseEvent(
        kind, spot, QPointF(widget.mapToGlobal(at)), button, left if down else none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)


def handle(slider: QSlider) -> QPoint:
    """The middle of a slider's handle."""
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    style = slider.style()
    return style.subControlRect(QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider).center()


def drag_slider(slider: QSlider, *offsets: int) -> None:
    """Press the handle, move it by each of the offsets in px from where it was, and let go."""
    start = handle(slider)
    mouse(slider, QEvent.Type.MouseButtonPress, start, down=True)
    for offset in offsets:
        mouse(slider, QEvent.Type.MouseMove, start + QPoint(offset, 0), down=True)
    mouse(slider, QEvent.Type.MouseButtonRelease, start + QPoint(offsets[-1], 0), down=False)
