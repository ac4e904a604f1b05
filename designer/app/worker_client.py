"""The window's end of the worker: one warm process, one job at a time, and a sentence for everything that can become of it.

The worker may crash, hang, talk nonsense or never start. None of that reaches the window: each job ends with exactly one of the
signals `finished`, `failed` and `cancelled`, and the next job finds a worker again.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from PySide6.QtCore import QDir, QObject, QProcess, QProcessEnvironment, QTimer, Signal, Slot

from designer import protocol
from designer.app.garbage import let_go
from designer.protocol import Answer, Beat, Export, Failed, Hello, Phase, ProtocolError, Request

log = logging.getLogger(__name__)

START_PATIENCE_MS = 90_000  # until the first word of a new process: a cold disk has seconds of libraries to read
PATIENCE_MS = 60_000  # without a sign of life during a job; libraries keep Python from beating for seconds at a time
GONE_MS = 400  # until a killed process counts as gone, so that a person has the answer within half a second
LONGEST_LINE = 16 * 2**20
LOG_LINES = 60


class Words(NamedTuple):
    """How a job is spoken of when it comes to nothing: what it is, what became of the person's things, what takes less memory."""

    job: str
    safe: str
    smaller: str


EXPORT = Words("export", "Nothing was written, and the design is untouched.", "resolution or width")
MEASUREMENT = Words("measurement", "The design is untouched.", "batch, resolution or width")


def command() -> list[str]:
    """How the worker is started. -P: a folder `blocks` beside an opened file must not be imported in place of ours."""
    return [sys.executable, "-P", "-m", "designer.worker"]


class _Farewell(QObject):
    """A killed process on its way out. `over` comes once: when it is gone, or when that takes too long to wait for."""

    over = Signal()
    reaped = Signal()

    def __init__(self, process: QProcess, parent: QObject) -> None:
        super().__init__(parent)
        self.process = process
        self.is_over = False
        process.setParent(self)
        self._said = False
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.timeout.connect(self._say)
        self._deadline.start(GONE_MS)
        process.finished.connect(self._gone)

    @Slot()
    def _say(self) -> None:
        if not self._said:
            self._said = True
            self._deadline.stop()
            self.over.emit()

    @Slot()
    def _gone(self) -> None:
        self._say()
        self.is_over = True
        self.reaped.emit()


class WorkerClient(QObject):
    """Starts the worker when it is first needed, and again whenever it is gone.

    Jobs wait in line. `progress` comes any number of times, then exactly one of the other three; none of them is emitted from
    within `submit`. `ready` says that a process has started, with what it knows about this installation.
    """

    ready = Signal(object)  # Hello
    submitted = Signal(int)  # the job's number: it is in line
    progress = Signal(object)  # Phase
    finished = Signal(object)  # protocol.Result: Exported, Profiled, ...
    failed = Signal(object)  # Failed
    cancelled = Signal(int)  # the job's number

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        worker: Sequence[str] | None = None,
        start_patience_ms: int = START_PATIENCE_MS,
        patience_ms: int = PATIENCE_MS,
    ) -> None:
        super().__init__(parent)
        self._command = list(worker) if worker is not None else command()
        self._start_patience = start_patience_ms
        self._patience = patience_ms
        self._process: QProcess | None = None
        self._farewells: list[_Farewell] = []
        self._hello: Hello | None = None
        self._unread = bytearray()
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        self._waiting: deque[Request] = deque()
        self._current: Request | None = None
        self._last_number = 0
        self._watch = QTimer(self)
        self._watch.setSingleShot(True)
        self._watch.timeout.connect(self._lost_patience)

    # -- what the window asks for ----------------------------------------------------------------------------------------------

    @property
    def hello(self) -> Hello | None:
        """What the running worker said about itself, None while there is none."""
        return self._hello

    @property
    def busy(self) -> bool:
        """Whether any job is not done yet."""
        return self._current is not None or bool(self._waiting)

    @property
    def process_id(self) -> int:
        """The running worker's, 0 while there is none."""
        return self._process.processId() if self._process is not None else 0

    def start(self) -> None:
        """Have the worker ready, so that the first job need not wait for its libraries. Returns at once."""
        if self._process is not None:
            return
        self._hello = None
        self._unread = bytearray()
        self._log.clear()
        process = self._process = QProcess(self)
        process.setProcessEnvironment(_environment())
        process.setWorkingDirectory(QDir.tempPath())
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_log)
        process.finished.connect(self._process_ended)
        process.errorOccurred.connect(self._process_failed)
        self._watch.start(self._start_patience)
        process.start(self._command[0], self._command[1:])

    def submit(self, job: Request) -> int:
        """Put a job in line; gives the number under which it will be spoken of."""
        self._last_number += 1
        self._waiting.append(msgspec.structs.replace(job, job=self._last_number))
        self.start()
        QTimer.singleShot(0, self, self._next)
        self.submitted.emit(self._last_number)
        return self._last_number

    def cancel(self, number: int) -> None:
        """Give a job up. A running one is killed with its process, and a fresh worker starts; `cancelled` follows at once."""
        for job in self._waiting:
            if job.job == number:
                self._waiting.remove(job)
                QTimer.singleShot(0, self, lambda: self.cancelled.emit(number))
                return
        if self._current is not None and self._current.job == number:
            self._current = None
            self._end(lambda: self.cancelled.emit(number))
            self.start()

    def stop(self) -> None:
        """End the worker, as before the program ends, and wait until it is gone. What it had to do counts as cancelled."""
        given_up = [job.job for job in (self._current, *self._waiting) if job is not None]
        self._waiting.clear()
        self._current = None
        self._end(lambda: None)
        for farewell in list(self._farewells):
            farewell.process.waitForFinished(5_000)
        for number in given_up:
            self.cancelled.emit(number)

    # -- jobs --------------------------------------------------------------------------------------------------------------------

    def _next(self) -> None:
        """Give the worker the next job, if it is there and has none."""
        if self._current is not None or not self._waiting:
            return
        self.start()
        if self._hello is None or self._process is None:
            return
        self._current = self._waiting.popleft()
        self._process.write(protocol.line(self._current))
        self._watch.start(self._patience)

    @Slot()
    def _read(self) -> None:
        if self._process is None:
            return
        heard = bytes(self._process.readAllStandardOutput().data())
        whole, end, rest = heard.rpartition(b"\n")
        self._unread += whole if end else rest
        if end:
            lines, self._unread = self._unread.split(b"\n"), bytearray(rest)
        else:
            lines = []
        for text in lines:
            noise, record = protocol.split(bytes(text))
            self._note(noise)
            if record is None:
                continue
            try:
                answer = protocol.answer(record)
            except ProtocolError as problem:
                log.info("the worker is not understood: %s", problem)
                self._give_up(
                    f"The {self._words.job} said something that this window does not understand. {self._words.safe} Try again."
                )
                return
            self._take(answer)
        if len(self._unread) > LONGEST_LINE:
            self._give_up(f"The {self._words.job} said something without end. {self._words.safe} Try again.")

    def _take(self, answer: Answer) -> None:
        if isinstance(answer, Hello):
            if answer.protocol != protocol.VERSION:
                self._give_up(
                    f"lightdesigner was updated to {answer.version} while this window was open. {self._words.safe} "
                    "Save the design and start the program again."
                )
                return
            self._hello = answer
            self._watch.stop()
            self.ready.emit(answer)
            self._next()
            return
        if self._current is None:
            return
        self._watch.start(self._patience)
        if isinstance(answer, Beat) or answer.job != self._current.job:
            return
        if isinstance(answer, Phase):
            self.progress.emit(answer)
            return
        self._current = None
        self._watch.stop()
        (self.failed if isinstance(answer, Failed) else self.finished).emit(answer)
        self._next()

    @property
    def _words(self) -> Words:
        """How to speak of the job at hand."""
        job = self._current or next(iter(self._waiting), None)
        return EXPORT if job is None or isinstance(job, Export) else MEASUREMENT

    # -- the end of a process ------------------------------------------------------------------------------------------------

    def _process_ended(self, code: int, status: QProcess.ExitStatus) -> None:
        """It ended by itself, or somebody ended it."""
        self._read()  # its last words
        self._read_log()
        if status == QProcess.ExitStatus.CrashExit:
            sentence = _crashed(code, self._words)
        else:
            sentence = f"The {self._words.job} ended by itself with code {code}. {self._words.safe} Try again."
        self._fail(sentence)

    def _process_failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            said = self._process.errorString().rstrip(".")
            self._fail(f"The {self._words.job} cannot start: {said}. Is {self._command[0]} still there?")

    @Slot()
    def _lost_patience(self) -> None:
        if self._hello is None:
            seconds = self._start_patience / 1000
            self._give_up(
                f"The {self._words.job} did not start within {seconds:g} s and was ended. {self._words.safe} Try again."
            )
        else:
            seconds = self._patience / 1000
            self._give_up(
                f"The {self._words.job} gave no sign of life for {seconds:g} s and was ended. {self._words.safe} Try again."
            )

    def _give_up(self, sentence: str) -> None:
        """The process is there but of no use."""
        log.info("%s", sentence)
        self._fail(sentence)

    def _fail(self, sentence: str) -> None:
        """The process is gone, or has to go, and what it was doing with it."""
        spoke = self._hello is not None
        if self._current is None and not spoke and self._waiting:
            job: Request | None = self._waiting.popleft()  # it never came to it, and the next process would not either
        else:
            job, self._current = self._current, None
        said = "\n".join(self._log)
        if job is None:
            self._end(self._next)
            return
        failed = Failed(job=job.job, sentence=sentence, fault=True, detail=said)
        self._end(lambda: self._failed(failed))
        if spoke:
            self.start()  # warm again for the next press

    def _failed(self, failed: Failed) -> None:
        self.failed.emit(failed)
        self._next()

    def _end(self, then: Callable[[], None]) -> None:
        """Let go of the process, dead or alive, and go on once it is gone, or soon."""
        process, self._process = self._process, None
        self._hello = None
        self._watch.stop()
        if process is None or process.state() == QProcess.ProcessState.NotRunning:
            if process is not None:
                let_go(process)
            QTimer.singleShot(0, self, then)
            return
        process.readyReadStandardOutput.disconnect(self._read)
        process.readyReadStandardError.disconnect(self._read_log)
        process.finished.disconnect(self._process_ended)
        process.errorOccurred.disconnect(self._process_failed)
        farewell = _Farewell(process, self)
        farewell.over.connect(then)
        self._farewells.append(farewell)
        farewell.reaped.connect(self._forget)
        process.kill()

    @Slot()
    def _forget(self) -> None:
        over = [farewell for farewell in self._farewells if farewell.is_over]
        self._farewells = [farewell for farewell in self._farewells if not farewell.is_over]
        for farewell in over:
            let_go(farewell)

    # -- log --------------------------------------------------------------------------------------------------------------

    @Slot()
    def _read_log(self) -> None:
        if self._process is not None:
            for text in bytes(self._process.readAllStandardError().data()).splitlines():
                self._note(text)

    def _note(self, text: bytes) -> None:
        words = text.decode("utf-8", "replace").rstrip()
        if words:
            self._log.append(words[:2_000])
            log.debug("worker: %s", words)


def _crashed(code: int, words: Words) -> str:
    """The sentence for a process that was ended; `code` is the signal, or what Windows gives."""
    if os.name == "posix" and code == signal.SIGKILL:
        return (
            f"The system ended the {words.job}, most often because memory ran out. "
            f"{words.safe} Use a smaller {words.smaller}, or close other programs, and try again."
        )
    try:
        name = f" ({signal.Signals(code).name})" if os.name == "posix" else f" (0x{code & 0xFFFFFFFF:X})"
    except ValueError:
        name = ""
    return (
        f"The {words.job} crashed inside a library{name}. {words.safe} "
        "Try again, or change what was edited last; if it happens again, report it with the design's file."
    )


def _environment() -> QProcessEnvironment:
    """Ours, and where this program lies when it is not among the installed packages."""
    environment = QProcessEnvironment.systemEnvironment()
    root = Path(__file__).resolve().parents[2]
    if root.name not in ("site-packages", "dist-packages"):
        paths = [str(root), *filter(None, environment.value("PYTHONPATH").split(os.pathsep))]
        environment.insert("PYTHONPATH", os.pathsep.join(paths))
    return environment
