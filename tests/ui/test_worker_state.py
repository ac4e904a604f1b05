"""What the status bar says about the worker."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from designer import protocol
from designer.app.worker_client import WorkerClient
from designer.document.format import write
from designer.ui.worker_state import WorkerState
from tests.designs import chain

FAKE = Path(__file__).parents[1] / "app" / "fake_worker.py"
Follow = Callable[[str], tuple[WorkerState, WorkerClient]]


@pytest.fixture
def follow(qtbot: QtBot) -> Iterator[Follow]:
    clients: list[WorkerClient] = []

    def make(habit: str) -> tuple[WorkerState, WorkerClient]:
        client = WorkerClient(worker=[sys.executable, "-P", str(FAKE), habit], patience_ms=5_000)
        clients.append(client)
        state = WorkerState()
        qtbot.addWidget(state)
        state.follow(client)
        return state, client

    yield make
    for client in clients:
        client.stop()


def design() -> str:
    return write(chain(("conv", "conv2d"), "relu"))


def test_it_says_what_was_done_and_not_what_nobody_asked_for(follow: Follow, qtbot: QtBot) -> None:
    state, client = follow("well")
    assert state.isHidden(), "there is no worker yet"
    client.start()
    qtbot.waitUntil(lambda: state.text == "ready", timeout=10_000)
    client.submit(protocol.ProfileDesign(design=design(), threads=2))
    qtbot.waitUntil(lambda: state.text == "50 runs done in 0.1 s", timeout=10_000)
    client.submit(protocol.AskMachine())
    qtbot.waitUntil(lambda: not client.busy, timeout=10_000)
    assert state.text == "50 runs done in 0.1 s"
    assert state.accessibleName() == "Worker: 50 runs done in 0.1 s"


def test_it_says_what_it_is_at_and_that_it_was_cancelled(follow: Follow, qtbot: QtBot) -> None:
    state, client = follow("hang")
    number = client.submit(protocol.ProfileDesign(design=design()))
    qtbot.waitUntil(lambda: state.text.startswith("starting, "), timeout=10_000)
    client.cancel(number)
    qtbot.waitUntil(lambda: state.text == "cancelled", timeout=5_000)


def test_it_says_why_nothing_came_of_it(follow: Follow, qtbot: QtBot) -> None:
    state, client = follow("killed")
    client.submit(protocol.ProfileDesign(design=design()))
    qtbot.waitUntil(lambda: state.text == "The system ended the measurement", timeout=10_000)
    assert state.toolTip().startswith("The system ended the measurement, "), "its beginning in the bar, all of it in the tip"
    assert "The design is untouched." in state.toolTip()


def test_the_next_job_takes_the_place_of_how_the_last_one_ended(follow: Follow, qtbot: QtBot) -> None:
    state, client = follow("hang")
    number = client.submit(protocol.ProfileDesign(design=design()))
    client.cancel(number)
    qtbot.waitUntil(lambda: state.text == "cancelled", timeout=5_000)
    client.progress.disconnect(state._progressed)  # a worker that has to import torch first says nothing for seconds
    client.submit(protocol.ProfileDesign(design=design()))
    qtbot.waitUntil(lambda: state.text.startswith("starting, "), timeout=5_000)
