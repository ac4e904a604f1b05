"""Letters that the bundled fonts lack, as outlines from whatever fonts the system has: Chinese labels, for one.

Asks Qt, and only when such a letter is met. Where Qt or a font for it is missing there is no outline, and a box is drawn.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

from designer.picture.truetype import Command

SIZE = 100.0  # px at which outlines are taken

_lock = threading.Lock()
_application: Any = None


@cache
def outline(letter: str, strong: bool) -> tuple[Command, ...] | None:
    """A letter's outline for a size of 1 px, its baseline at 0, y down; None where no font has it."""
    with _lock:
        try:
            return _outline(letter, strong)
        except ImportError:  # a library of the system that Qt needs, as on a server
            return None


def _outline(letter: str, strong: bool) -> tuple[Command, ...] | None:
    from PySide6.QtGui import QFont, QPainterPath, QTextLayout

    _need_application()
    font = QFont(["Inter", "sans-serif"])
    font.setPixelSize(round(SIZE))
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    layout = QTextLayout(letter, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    found: list[Command] = []
    for run in layout.glyphRuns():
        for index, at in zip(run.glyphIndexes(), run.positions(), strict=True):
            if not index:
                return None
            path: QPainterPath = run.rawFont().pathForGlyph(index)
            x = at.x() - run.positions()[0].x()
            found += _commands(path, x)
    return tuple(found) or None


def _commands(path: Any, x: float) -> list[Command]:
    """A path of Qt's, whose curves come as three elements."""
    found: list[Command] = []
    k = 0
    while k < path.elementCount():
        element = path.elementAt(k)
        if element.isCurveTo():
            handles = [path.elementAt(k + step) for step in range(3)]
            found.append(("C", tuple([v for one in handles for v in ((one.x + x) / SIZE, one.y / SIZE)])))
            k += 3
            continue
        found.append(("M" if element.isMoveTo() else "L", ((element.x + x) / SIZE, element.y / SIZE)))
        k += 1
    return found


def _need_application() -> None:
    """Qt looks for fonts only where there is an application; without a window it gets one that needs no screen."""
    global _application  # noqa: PLW0603  # Qt ends it when nobody holds it
    from PySide6.QtGui import QGuiApplication

    if QGuiApplication.instance() is None:
        _application = QGuiApplication(["lightdesigner", "-platform", "offscreen"])
