"""Cycles of Python objects are collected by the window's thread alone, between events, and never all at once while it works.

Python looks for cycles wherever an allocation happens to be one too many: in a thread that writes a file, where it may take Qt
objects of the window with it, which Qt then finds half gone; and in the middle of a drag, where a design of 10,000 blocks
holds the window up for a third of a second. So threads of ours keep collection off while they run (`thread`), and the window
itself collects by a clock (`Collector`): the young every second, where there are many, and the old only once they have grown
by a lot. What a design that was opened consists of is put aside (`gc.freeze`), for it lives as long as the document.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

LOOK_MS = 1_000
YOUNG = 5_000  # more objects than before, from which looking at the young is worth it
OLD = 200_000  # objects that outlived that, from which all are looked at
SETTLED_MS = 1_500  # after a document came or went: the window has been painted by then

_lock = threading.Lock()
_running = 0
_was_on = False


@contextmanager
def uncollected() -> Iterator[None]:
    """While this lasts no cycle is collected, in any thread, unless somebody asks for it."""
    global _running, _was_on  # noqa: PLW0603  # as the switch itself is one for the process
    with _lock:
        if _running == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _running += 1
    try:
        yield
    finally:
        with _lock:
            _running -= 1
            if _running == 0 and _was_on:
                gc.enable()


def thread(target: Callable[..., object], *args: Any, name: str, daemon: bool = False) -> threading.Thread:
    """A thread, not started yet, in which no cycle is collected: the objects in it may belong to the window's thread."""

    def run() -> None:
        with uncollected():
            target(*args)

    return threading.Thread(target=run, name=name, daemon=daemon)


def let_go(child: QObject) -> None:
    """Delete an object of Qt soon that has a parent, whichever of the two goes first.

    Where the last reference to the parent was one that the child held, the parent goes while the child is being deleted, and
    would delete the child, still one of its own, a second time.
    """
    child.setParent(None)
    child.deleteLater()


class Collector(QObject):
    """Collects by a clock in the thread that made it, until it is stopped."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._old = 0  # objects that outlived being looked at since all were
        self._was_on = gc.isenabled()
        gc.disable()
        self._clock = QTimer(self)
        self._clock.setInterval(LOOK_MS)
        self._clock.timeout.connect(self.look)
        self._clock.start()
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLED_MS)
        self._settling.timeout.connect(self._settle)
        self._gone = False

    def look(self) -> None:
        """Collect what is young, where there is much of it; everything where much of that stayed."""
        young = gc.get_count()[0]
        if young < YOUNG:
            return
        self._old += max(0, young - gc.collect(1))
        dragging = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if self._old >= (5 * OLD if dragging else OLD):
            gc.collect()
            self._put_aside()

    def came(self) -> None:
        """A document was opened: what it consists of need not be looked at again and again."""
        self._settling.start()

    def went(self) -> None:
        """A document was closed: what was put aside may be garbage now."""
        self._gone = True
        self._settling.start()

    def _settle(self) -> None:
        if self._gone:
            self._gone = False
            gc.unfreeze()
            gc.collect()
        self._put_aside()

    def _put_aside(self) -> None:
        gc.freeze()
        self._old = 0

    def stop(self) -> None:
        """Leave collection to Python again."""
        self._clock.stop()
        self._settling.stop()
        gc.unfreeze()
        if self._was_on:
            gc.enable()
