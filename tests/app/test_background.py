"""Work in a thread: the latest counts, failures are sentences, and nothing is told after it was given up."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from blocks.errors import LightdesignerError
from designer.app.background import Background
from tests.leaks import no_leaks

__all__ = ["no_leaks"]


@pytest.fixture
def told(no_leaks: None, qtbot: QtBot) -> Iterator[tuple[Background, list[object]]]:
    work = Background("test")
    heard: list[object] = []
    work.done.connect(lambda key, result: heard.append((key, result)))
    work.failed.connect(lambda key, problem: heard.append((key, problem)))
    yield work, heard
    work.give_up()
    work.deleteLater()


def test_the_latest_of_what_waits_takes_its_place(told: tuple[Background, list[object]], qtbot: QtBot) -> None:
    work, heard = told
    go = threading.Event()
    work.begin(1, lambda: go.wait(10) and "one")
    work.begin(2, lambda: "two")
    work.begin(3, lambda: "three")
    assert work.busy
    go.set()
    qtbot.waitUntil(lambda: not work.busy)
    assert heard == [(1, "one"), (3, "three")]


def test_the_same_again_is_told_once(told: tuple[Background, list[object]], qtbot: QtBot) -> None:
    work, heard = told
    go = threading.Event()
    work.begin("a", lambda: go.wait(10) and "old")
    work.begin("a", lambda: "new")
    go.set()
    qtbot.waitUntil(lambda: not work.busy)
    assert heard == [("a", "new")]


def test_what_goes_wrong_is_a_sentence(told: tuple[Background, list[object]], qtbot: QtBot) -> None:
    work, heard = told

    def refuse() -> None:
        raise LightdesignerError("It is too large.")

    work.begin(1, refuse)
    qtbot.waitUntil(lambda: not work.busy)
    work.begin(2, lambda: 1 // 0)
    qtbot.waitUntil(lambda: not work.busy)
    assert heard == [(1, "It is too large."), (2, "ZeroDivisionError: integer division or modulo by zero")]


def test_after_giving_up_nothing_is_told(told: tuple[Background, list[object]], qtbot: QtBot) -> None:
    work, heard = told
    go = threading.Event()
    threading.Timer(0.05, go.set).start()
    work.begin(1, lambda: go.wait(10) and "late")
    work.give_up()
    assert go.is_set(), "it has ended"
    qtbot.wait(50)
    assert heard == []
    work.begin(2, lambda: "again")
    qtbot.waitUntil(lambda: heard == [(2, "again")])
