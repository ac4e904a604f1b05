"""Painting that cannot take the program with it.

An exception inside a Python `paintEvent` leaves its painter open, and Qt then aborts the process. Every paint override of ours
draws inside `painting`, which notes the first exception of each widget class in the log and ends the painter.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

log = logging.getLogger(__name__)
_said: set[str] = set()


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


def say_once(name: str, error: BaseException | None = None) -> None:
    """Log an exception, the one in flight if none is given, with its traceback, unless this class has had one before."""
    if name not in _said:
        _said.add(name)
        log.error("%s cannot be drawn", name, exc_info=error or sys.exc_info()[1])
