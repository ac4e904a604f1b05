"""The window's end of the worker, against workers that crash, hang, talk nonsense and are slow."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from designer.app.worker_client import WorkerClient, command
from designer.protocol import Export, Exported, Failed, Hello, Phase
from tests.conftest import ROOT

FAKE = Path(__file__).with_name("fake_worker.py")
JOB = Export(kind="onnx", design="{}", file="m.onnx")


def wait(until: Callable[[], object], seconds: float = 20) -> None:
    """Let the window live until something is so."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "waited in vain"
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.002)


class Heard:
    """Everything a client says, and its jobs' ends by number."""

    def __init__(self, client: WorkerClient) -> None:
        self.hellos: list[Hello] = []
        self.phases: list[Phase] = []
        self.ends: list[tuple[int, Exported | Failed | None]] = []
        client.ready.connect(self.hellos.append)
        client.progress.connect(self.phases.append)
        client.finished.connect(lambda answer: self.ends.append((answer.job, answer)))
        client.failed.connect(lambda answer: self.ends.append((answer.job, answer)))
        client.cancelled.connect(lambda number: self.ends.append((number, None)))

    def end_of(self, number: int) -> Exported | Failed | None:
        """How a job ended; waits for it, and for a moment more that it does so once."""
        wait(lambda: any(job == number for job, _ in self.ends))
        QApplication.processEvents()
        ends = [end for job, end in self.ends if job == number]
        assert len(ends) == 1, ends
        return ends[0]

    def sentence_of(self, number: int) -> str:
        end = self.end_of(number)
        assert isinstance(end, Failed), end
        assert end.sentence.endswith((".", "?"))
        assert "Traceback" not in end.sentence
        return end.sentence


Start = Callable[..., tuple[WorkerClient, Heard]]


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """`start("crash")`: a client whose worker has that habit; stopped at the end, with no process left."""
    clients: list[WorkerClient] = []

    def make(habit: str, **patience: int) -> tuple[WorkerClient, Heard]:
        client = WorkerClient(worker=[sys.executable, "-P", str(FAKE), habit], **patience)  # type: ignore[arg-type]
        clients.append(client)
        return client, Heard(client)

    yield make
    children = [client.process_id for client in clients]
    for client in clients:
        client.stop()
        client.deleteLater()
    wait(lambda: not any(_alive(pid) for pid in children if pid))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z" if sys.platform == "linux" else True


def test_a_job_is_done_and_the_process_stays_for_the_next(start: Start) -> None:
    client, heard = start("well")
    client.start()
    wait(lambda: client.hello is not None)
    assert heard.hellos[0].opsets == (17, 18)
    process = client.process_id
    first, second = client.submit(JOB), client.submit(JOB)
    assert client.busy
    assert isinstance(heard.end_of(first), Exported)
    assert isinstance(heard.end_of(second), Exported)
    assert [number for number, _ in heard.ends] == [first, second]
    assert [phase.job for phase in heard.phases] == [first, second]
    assert client.process_id == process
    assert not client.busy


def test_a_job_waits_for_a_slow_start(start: Start) -> None:
    client, heard = start("slow_start")
    assert isinstance(heard.end_of(client.submit(JOB)), Exported)
    assert heard.hellos


@pytest.mark.parametrize(
    ("habit", "words"),
    [
        ("crash", "crashed inside a library (SIGSEGV)"),
        ("killed", "memory ran out"),
        ("exits", "ended by itself with code 3"),
        ("garbage", "does not understand"),
        ("endless", "without end"),
        ("half_a_line", "ended by itself with code 0"),
        ("other_version", "updated to 9.9"),
        ("dies_at_once", "ended by itself with code 4"),
    ],
)
def test_a_worker_that_fails_leaves_a_sentence(start: Start, habit: str, words: str) -> None:
    client, heard = start(habit)
    number = client.submit(JOB)
    assert words in heard.sentence_of(number)
    again = client.submit(JOB)
    assert words in heard.sentence_of(again), "the next press gets an answer too"
    assert not client.busy


def test_the_last_words_of_a_worker_are_kept_for_whoever_looks_into_it(start: Start) -> None:
    client, heard = start("exits")
    end = heard.end_of(client.submit(JOB))
    assert isinstance(end, Failed)
    assert end.fault
    assert "the last words" in end.detail


def test_after_a_crash_the_next_press_works(start: Start, tmp_path: Path) -> None:
    client, heard = start("crash_once")
    job = Export(kind="onnx", design="{}", file=str(tmp_path / "crashed"))
    assert "SIGSEGV" in heard.sentence_of(client.submit(job))
    assert isinstance(heard.end_of(client.submit(job)), Exported)


def test_jobs_in_line_survive_a_crash_of_the_one_before(start: Start, tmp_path: Path) -> None:
    client, heard = start("crash_once")
    job = Export(kind="onnx", design="{}", file=str(tmp_path / "crashed"))
    first, second = client.submit(job), client.submit(job)
    assert "SIGSEGV" in heard.sentence_of(first)
    assert isinstance(heard.end_of(second), Exported)


def test_a_worker_without_a_sign_of_life_is_ended(start: Start) -> None:
    client, heard = start("hang", patience_ms=400)
    client.start()
    wait(lambda: client.hello is not None)
    process = client.process_id
    assert "no sign of life for 0.4 s" in heard.sentence_of(client.submit(JOB))
    wait(lambda: not _alive(process))


def test_a_worker_that_shows_signs_of_life_may_take_its_time(start: Start) -> None:
    client, heard = start("busy", patience_ms=400)
    assert isinstance(heard.end_of(client.submit(JOB)), Exported)


def test_an_idle_worker_is_left_alone(start: Start) -> None:
    client, heard = start("well", patience_ms=200)
    heard.end_of(client.submit(JOB))
    process = client.process_id
    idle = QTimer()
    idle.setSingleShot(True)
    idle.start(600)
    wait(lambda: not idle.isActive())
    assert client.process_id == process


def test_a_worker_that_never_starts_is_given_up(start: Start) -> None:
    client, heard = start("never_starts", start_patience_ms=400)
    assert "did not start within 0.4 s" in heard.sentence_of(client.submit(JOB))
    assert not client.busy


def test_a_worker_that_is_not_there_is_a_sentence(home: Path) -> None:
    client = WorkerClient(worker=["/no/such/python", "-m", "designer.worker"])
    heard = Heard(client)
    sentence = heard.sentence_of(client.submit(JOB))
    assert "cannot start" in sentence
    assert "/no/such/python" in sentence
    assert "cannot start" in heard.sentence_of(client.submit(JOB))
    client.stop()


def test_a_worker_that_dies_idle_is_replaced_at_the_next_press(start: Start) -> None:
    client, heard = start("dies_idle")
    client.start()
    wait(lambda: bool(heard.hellos))
    wait(lambda: client.process_id == 0)
    assert heard.ends == []
    assert "code 0" in heard.sentence_of(client.submit(JOB)), "this one dies again, before it can take the job"


@pytest.mark.parametrize("habit", ["noise", "half_then_rest"])
def test_noise_and_pieces_do_no_harm(start: Start, habit: str) -> None:
    client, heard = start(habit)
    assert isinstance(heard.end_of(client.submit(JOB)), Exported)
    assert [phase.step for phase in heard.phases] == [1, 2]


def test_what_is_said_about_other_jobs_is_not_heard(start: Start) -> None:
    client, heard = start("stale")
    number = client.submit(JOB)
    assert isinstance(heard.end_of(number), Exported)
    assert {job for job, _ in heard.ends} == {number}
    assert {phase.job for phase in heard.phases} == {number}


def test_an_answer_counts_although_the_worker_dies_right_after_it(start: Start) -> None:
    client, heard = start("done_then_crash")
    for _ in range(3):
        assert isinstance(heard.end_of(client.submit(JOB)), Exported)


def test_a_refusal_of_the_worker_is_its_own_sentence(start: Start) -> None:
    client, heard = start("refuses")
    process = None
    for _ in range(2):
        assert heard.sentence_of(client.submit(JOB)) == "conv1: 'm.onnx' cannot be written."
        assert process in (None, client.process_id), "a refusal costs no process"
        process = client.process_id


def test_cancel_answers_within_half_a_second_and_the_next_job_runs(start: Start) -> None:
    client, heard = start("hang")
    number = client.submit(JOB)
    wait(lambda: bool(heard.phases))
    process = client.process_id
    started = time.monotonic()
    client.cancel(number)
    assert heard.end_of(number) is None
    assert time.monotonic() - started < 0.5
    wait(lambda: not _alive(process))
    wait(lambda: client.hello is not None)
    assert client.process_id not in (0, process), "a fresh one is warm again"


def test_a_job_that_waits_is_cancelled_without_a_kill(start: Start) -> None:
    client, heard = start("busy")
    first, second = client.submit(JOB), client.submit(JOB)
    wait(lambda: bool(heard.phases))
    process = client.process_id
    client.cancel(second)
    assert heard.end_of(second) is None
    assert isinstance(heard.end_of(first), Exported)
    assert client.process_id == process


def test_cancelling_what_is_over_does_nothing(start: Start) -> None:
    client, heard = start("well")
    number = client.submit(JOB)
    heard.end_of(number)
    process = client.process_id
    client.cancel(number)
    client.cancel(99)
    assert heard.end_of(number) is not None
    assert client.process_id == process


def test_killing_the_worker_of_a_running_job_leaves_a_sentence_and_the_next_press_works(start: Start) -> None:
    client, heard = start("busy")
    number = client.submit(JOB)
    wait(lambda: bool(heard.phases))
    os.kill(client.process_id, signal.SIGKILL)
    assert "memory ran out" in heard.sentence_of(number)
    assert isinstance(heard.end_of(client.submit(JOB)), Exported)


def test_stopping_ends_the_process_in_the_middle_of_a_job(start: Start) -> None:
    client, heard = start("hang")
    first, second = client.submit(JOB), client.submit(JOB)
    wait(lambda: bool(heard.phases))
    process = client.process_id
    client.stop()
    assert not _alive(process)
    assert heard.ends == [(first, None), (second, None)]
    assert not client.busy


def test_the_worker_finds_the_program_from_any_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real worker starts without PYTHONPATH, as of a checkout that is not installed."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert command()[1] == "-P"
    client = WorkerClient()
    heard = Heard(client)
    client.start()
    wait(lambda: bool(heard.hellos), seconds=60)
    client.stop()
    assert heard.hellos[0].default_opset in heard.hellos[0].opsets
    assert str(ROOT) not in os.environ.get("PYTHONPATH", "")


def test_measurements_go_through_the_same_client(start: Start) -> None:
    from designer import protocol
    from designer.analysis.measured import Machine, read_profile
    from designer.document.format import write
    from tests.designs import chain

    client, heard = start("well")
    asked = client.submit(protocol.AskMachine())
    profiled = client.submit(protocol.ProfileDesign(design=write(chain(("conv", "conv2d"), "relu")), threads=2, sweep=(1, 4)))
    known = heard.end_of(asked)
    assert isinstance(known, protocol.MachineKnown)
    assert msgspec.json.decode(known.machine, type=Machine).why_not(device="cuda")
    answer = heard.end_of(profiled)
    assert isinstance(answer, protocol.Profiled)
    profile = read_profile(bytes(answer.profile))
    assert profile.blocks
    assert [point.batch for point in profile.sweep] == [1, 4]


@pytest.mark.parametrize("habit", ["killed", "exits", "garbage"])
def test_a_measurement_is_called_one_when_it_dies(habit: str, start: Start) -> None:
    from designer.protocol import ProfileDesign

    client, heard = start(habit)
    said = heard.sentence_of(client.submit(ProfileDesign(design="{}")))
    assert "measurement" in said
    assert "export" not in said
    assert "The design is untouched." in said
