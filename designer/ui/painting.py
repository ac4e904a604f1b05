"""Painting that cannot take the program with it.

An exception inside a Python `paintEvent` leaves its painter open, and Qt then aborts the process. Every paint override of ours
draws inside `painting`, which notes the first exception of each widget class in the log and ends the painter.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from designer.ui import theme

log = logging.getLogger(__name__)
_said: set[str] = set()

KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
"""Why a widget has the focus when a key brought it there: then the focus is drawn."""


@contextmanager
def painting(widget: QWidget) -> Iterator[QPainter]:
    """A painter on the widget, antialiased, ended whatever happens."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    try:
        yield painter
    except Exception as error:  # noqa: BLE001  # whatever it is, it must not leave the painter open
        say_once(type(widget).__name__, error)
    finally:
        painter.end()


def paint_ring(painter: QPainter, rect: QRect) -> None:
    """The line around a widget that says the keyboard is there."""
    look = theme.current()
    radius = look.size("radius.field")
    painter.setPen(QPen(look.color("accent.base"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), radius, radius)


def say_once(name: str, error: BaseException | None = None) -> None:
    """Log an exception, the one in flight if none is given, with its traceback, unless this class has had one before."""
    if name not in _said:
        _said.add(name)
        log.error("%s cannot be drawn", name, exc_info=error or sys.exc_info()[1])
