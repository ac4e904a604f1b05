"""What a test must not leave behind: threads that run, timers that tick, child processes."""

from __future__ import annotations

import gc
import multiprocessing
import threading
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QTimer

from tests.conftest import TESTS_RUN


def _kinds(kind: type) -> set[type]:
    return {kind}.union(*map(_kinds, kind.__subclasses__()))


def _ticking() -> dict[int, str]:
    """Every timer that runs, by identity: whose it is and how often it fires.

    It looks at some hundred thousand objects, before and after each test that has Qt: the cheapest question comes first.
    """
    kinds = _kinds(QTimer)
    return {
        id(timer): f"{type(timer.parent()).__name__}, every {timer.interval()} ms"
        for timer in [one for one in gc.get_objects() if type(one) in kinds]
        if shiboken6.isValid(timer) and timer.isActive()
    }


LAST = pytest.StashKey[tuple[int, dict[int, str]]]()
"""The number of the test that looked last, and what ticked when it was over: nothing else can tick when the next one begins."""


@pytest.fixture
def no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails the test that leaves a thread, a timer or a process behind."""
    stash = request.session.stash
    number = stash[TESTS_RUN]
    before, timers = stash.get(LAST, (-1, {}))
    if before != number - 1:
        timers = _ticking()
    threads = set(threading.enumerate())
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [thread.name for thread in threading.enumerate() if thread not in threads and thread.is_alive()]
    assert not left, f"threads still run: {left}"
    after = _ticking()
    if after.keys() - timers.keys():  # perhaps of an object that nobody holds any more: the program has a collector for these
        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        after = _ticking()
    stash[LAST] = number, after
    left = [timer for key, timer in after.items() if key not in timers]
    assert not left, f"timers still tick: {left}"
    assert not multiprocessing.active_children()
