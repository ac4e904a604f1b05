"""What a test must not leave behind: threads that run, timers that tick, child processes."""

from __future__ import annotations

import gc
import multiprocessing
import threading
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QTimer


def _ticking() -> set[int]:
    return {
        id(timer)
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
    assert not _ticking() - timers, "a timer still ticks"
    assert not multiprocessing.active_children()
