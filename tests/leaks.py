"""What a test must not leave behind: threads that run, timers that tick, child processes."""

from __future__ import annotations

import gc
import multiprocessing
import threading
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QTimer


def _ticking() -> dict[int, str]:
    """Every timer that runs, by identity: whose it is and how often it fires."""
    return {
        id(timer): f"{type(timer.parent()).__name__}, every {timer.interval()} ms"
        for timer in gc.get_objects()
        if issubclass(type(timer), QTimer) and shiboken6.isValid(timer) and timer.isActive()
    }


@pytest.fixture
def no_leaks() -> Iterator[None]:
    """Fails the test that leaves a thread, a timer or a process behind."""
    threads, timers = set(threading.enumerate()), _ticking()
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [thread.name for thread in threading.enumerate() if thread not in threads and thread.is_alive()]
    assert not left, f"threads still run: {left}"
    if (
        _ticking().keys() - timers.keys()
    ):  # perhaps of an object that nobody holds any more: the program has a collector for these
        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [timer for key, timer in _ticking().items() if key not in timers]
    assert not left, f"timers still tick: {left}"
    assert not multiprocessing.active_children()
