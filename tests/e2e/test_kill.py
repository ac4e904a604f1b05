"""Killed without warning at random moments of editing: at most five seconds of work are lost, and every file stays whole."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from designer.app.documents import Documents
from designer.app.recovery import KEY, Claim, Session
from designer.app.settings import HOME
from designer.catalogue import load
from designer.document import files
from designer.document.format import write
from designer.graph.design import Design

ROOT = Path(__file__).parent.parent.parent
MOST_LOST = 5.0  # seconds


def digest(design: Design) -> str:
    return hashlib.sha256(write(design).encode()).hexdigest()


class Work:
    """A document that is edited by one process after the other, each of which is killed."""

    def __init__(self, place: Path, seed: int) -> None:
        self.file, self.log, self.seed = place / "net.lightdesign", place / "log", seed
        files.save(load("mobilenet_v2"), self.file)
        self.best = digest(files.open_file(self.file))  # the newest state that is safe

    def lines(self) -> list[tuple[float, str]]:
        if not self.log.exists():
            return []
        whole = self.log.read_text().rpartition("\n")[0]
        return [(float(moment), state) for moment, state in (line.split() for line in whole.splitlines())]

    def edit_and_be_killed(self, number: int, seconds: float, *, saves: bool, from_first_edit: bool) -> float:
        """Let a process edit for so long, kill it, look at what is there. Gives the seconds of work that are lost."""
        before = self.lines()
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", str(Path(__file__).with_name("kill_driver.py")), str(self.file), str(self.log)),
                *(f"{self.seed}.{number}", "saves" if saves else "never"),
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
        )
        started = time.monotonic()
        while from_first_edit and len(self.lines()) == len(before):
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() - started < 60
            time.sleep(0.02)
        time.sleep(seconds)
        assert process.poll() is None, process.communicate()[1]
        process.kill()
        killed = time.time()
        complaints = process.communicate()[1]
        assert "Traceback" not in complaints, complaints
        return self._lost(killed, self.lines()[len(before) :])

    def _lost(self, killed: float, done: list[tuple[float, str]]) -> float:
        known = {self.best: -1} | {state: number for number, (_, state) in enumerate(done)}
        safe = [digest(files.open_file(self.file))]  # the saved file is whole ...
        claim = Claim()
        assert len(claim.documents) <= 1
        for left in claim.documents:
            assert left.about.file == self.file
            design = left.design()
            assert KEY not in design.extra
            safe.append(digest(design))  # ... and so is the recovery file,
        claim.release()
        if safe[0] not in known:
            # saved before the process before this one was killed, which left newer work for recovery: no state of this round
            assert len(safe) == 2
            del safe[0]
        assert all(state in known for state in safe), "not a state that ever was"  # ... each of one moment
        self.best = max(safe, key=known.__getitem__)
        following = known[self.best] + 1
        return killed - done[following][0] if following < len(done) else 0.0


@pytest.fixture
def work(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Work:
    monkeypatch.setenv(HOME, str(tmp_path / "home"))
    return Work(tmp_path, request.param)


def kill_often(work: Work, times: int) -> None:
    rng = Random(work.seed)
    # once without saving, for so long that there must be a recovery file
    assert work.edit_and_be_killed(0, 3.0, saves=False, from_first_edit=True) <= MOST_LOST
    claim = Claim()
    assert len(claim.documents) == 1
    claim.release()
    for number in range(1, times):
        early = rng.random() < 0.2  # perhaps while it starts and recovers
        lost = work.edit_and_be_killed(
            number, rng.uniform(0.2, 1.5) if early else rng.uniform(0.0, 5.0), saves=number % 2 == 0, from_first_edit=not early
        )
        assert lost <= MOST_LOST


@pytest.mark.usefixtures("qapp")  # recovering starts timers, which need the application that other tests may have ended
@pytest.mark.parametrize("work", [1], indirect=True)
def test_killed_five_times(work: Work) -> None:
    kill_often(work, 5)
    # the lock of the dead keeps nobody out, and the next start has the work
    documents = Documents(Session(), None)
    claim = Claim()
    for left in claim.documents:
        documents.recover(left)
    claim.release()
    controller = documents.open(work.file)
    assert digest(controller.design) == work.best
    documents.close_all()


@pytest.mark.deep
@pytest.mark.parametrize("work", range(2, 7), indirect=True)
def test_killed_ten_times_each(work: Work) -> None:
    kill_often(work, 10)
