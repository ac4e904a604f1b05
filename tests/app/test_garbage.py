"""No cycle is collected in a thread of ours, nor by the window's in the middle of work; and none stays."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from designer.app import garbage
from designer.app.garbage import Collector, let_go


class Ring:
    """Something that only a collection frees."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    gc.collect()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)
    assert gc.isenabled()


def lost(where: list[str]) -> weakref.ref[Ring]:
    """A ring nobody holds; says in which thread it goes."""
    ring = Ring()
    weakref.finalize(ring, lambda: where.append(threading.current_thread().name)).atexit = False
    return weakref.ref(ring)


def allocate() -> None:
    """What makes Python look for cycles: many objects that stay."""
    gc.set_threshold(700, 10, 10)
    kept = [[] for _ in range(20_000)]
    assert len(kept) == 20_000


@pytest.mark.parametrize("ours", [False, True], ids=["a plain thread", "ours"])
def test_a_thread_of_ours_takes_nothing_of_the_windows_with_it(ours: bool) -> None:
    gc.set_threshold(1_000_000)
    where: list[str] = []
    ring = lost(where)
    thread = garbage.thread(allocate, name="writer") if ours else threading.Thread(target=allocate, name="writer")
    thread.start()
    thread.join()
    assert where == ([] if ours else ["writer"])
    assert (ring() is not None) is ours


def test_collection_is_on_again_after_the_last_of_several() -> None:
    first, second = threading.Event(), threading.Event()
    one, two = garbage.thread(first.wait, 10, name="one"), garbage.thread(second.wait, 10, name="two")
    one.start()
    two.start()
    assert not gc.isenabled()
    first.set()
    one.join()
    assert not gc.isenabled()
    second.set()
    two.join()
    assert gc.isenabled()


def test_what_fails_in_a_thread_leaves_collection_on() -> None:
    with pytest.raises(ZeroDivisionError), garbage.uncollected():
        1 / 0  # noqa: B018
    assert gc.isenabled()


def test_the_window_collects_by_the_clock(qtbot: QtBot) -> None:
    collector = Collector()
    try:
        assert not gc.isenabled()
        where: list[str] = []
        ring = lost(where)
        kept = [[] for _ in range(3 * garbage.YOUNG)]
        assert ring() is not None, "nothing is collected by itself"
        collector._clock.setInterval(1)
        qtbot.waitUntil(lambda: ring() is None, timeout=5_000)
        assert where == ["MainThread"]
        assert kept
    finally:
        collector.stop()
    assert gc.isenabled()


def test_a_document_is_put_aside_when_it_comes_and_looked_at_when_it_goes(qtbot: QtBot) -> None:
    collector = Collector()
    collector._settling.setInterval(1)
    try:
        where: list[str] = []
        document = [Ring() for _ in range(1_000)]
        last = weakref.ref(document[-1])
        weakref.finalize(document[-1], lambda: where.append("gone")).atexit = False
        before = gc.get_freeze_count()
        collector.came()
        qtbot.waitUntil(lambda: gc.get_freeze_count() > before + 1_000, timeout=5_000)
        document.clear()
        gc.collect()
        assert last() is not None, "what is put aside is not looked at"
        collector.went()
        qtbot.waitUntil(lambda: where == ["gone"], timeout=5_000)
    finally:
        collector.stop()
    assert gc.get_freeze_count() == 0


def test_what_grows_old_is_looked_at_in_the_end(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "OLD", 4 * garbage.YOUNG)
    collector = Collector()
    try:
        held = Ring()
        ring = weakref.ref(held)
        kept: list[list[list[object]]] = []
        kept.append([[] for _ in range(2 * garbage.YOUNG)])
        collector.look()  # it has grown old
        del held
        collector.look()
        assert ring() is not None
        for _ in range(3):
            kept.append([[] for _ in range(2 * garbage.YOUNG)])
            collector.look()
        assert ring() is None
    finally:
        collector.stop()


class Holder(QObject):
    """A child that holds the last reference to its parent."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.held = parent


def test_a_child_that_holds_its_parent_goes_once(qapp: QCoreApplication) -> None:
    gone: list[str] = []
    parent = QObject()
    child = Holder(parent)
    parent.destroyed.connect(lambda: gone.append("parent"))
    child.destroyed.connect(lambda: gone.append("child"))
    let_go(child)
    del child, parent
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert sorted(gone) == ["child", "parent"]
