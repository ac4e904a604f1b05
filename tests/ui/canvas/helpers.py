"""Real mouse and key events on a view, and checks of what is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from designer.ui.canvas.camera import Camera
from designer.ui.canvas.geometry import Box, Point

LEFT, MIDDLE, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.NoButton
PLAIN, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


def send(
    view: Camera,
    kind: QEvent.Type,
    at: QPoint,
    button: Qt.MouseButton = LEFT,
    held: Qt.MouseButton = LEFT,
    modifiers: Qt.KeyboardModifier = PLAIN,
) -> None:
    """One mouse event with the buttons that are held (qtbot's moves hold none)."""
    place = QPointF(at)
    event = QMouseEvent(kind, place, QPointF(view.viewport().mapToGlobal(at)), button, held, modifiers)
    QApplication.sendEvent(view.viewport(), event)


def press(view: Camera, at: QPoint, button: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
    send(view, QEvent.Type.MouseButtonPress, at, button, button, modifiers)


def move(view: Camera, at: QPoint, held: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
    send(view, QEvent.Type.MouseMove, at, NONE, held, modifiers)


def release(view: Camera, at: QPoint, button: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
    send(view, QEvent.Type.MouseButtonRelease, at, button, NONE, modifiers)


def click(view: Camera, at: QPoint, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
    press(view, at, modifiers=modifiers)
    release(view, at, modifiers=modifiers)


def double_click(view: Camera, at: QPoint) -> None:
    click(view, at)
    send(view, QEvent.Type.MouseButtonDblClick, at)
    release(view, at)


def drag(view: Camera, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
    """Press, three moves, release."""
    press(view, start, button, modifiers)
    for part in (0.3, 0.7, 1.0):
        at = QPointF(start) + (QPointF(end) - QPointF(start)) * part
        move(view, at.toPoint(), button, modifiers)
    release(view, end, button, modifiers)


def wheel(view: Camera, at: QPoint, notches: float, *, pixels: QPoint = QPoint(), modifiers: Qt.KeyboardModifier = PLAIN) -> None:  # noqa: B008
    event = QWheelEvent(
        QPointF(at), QPointF(view.viewport().mapToGlobal(at)), pixels, QPoint(0, round(notches * 120)), NONE, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def crossed(points: Sequence[Point], boxes: Iterable[Box]) -> list[Box]:
    """The boxes through whose inside a wire runs."""
    found = []
    for box in boxes:
        for (ax, ay), (bx, by) in pairwise(points):
            left, right, top, bottom = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
            if (
                left < box.right - 0.5
                and box.left + 0.5 < right + 0.01
                and top < box.bottom - 0.5
                and box.top + 0.5 < bottom + 0.01
            ):
                found.append(box)
                break
    return found
