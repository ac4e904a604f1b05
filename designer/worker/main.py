"""The worker process: reads jobs, does one after the other, says how far it is, and ends when its window does."""

from __future__ import annotations

import faulthandler
import os
import queue
import shutil
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from designer import protocol
from designer.protocol import Answer, Beat, Export, Hello, Phase, Request
from designer.version import __version__

BEAT_S = 1.0
OOM_SCORE = 800
"""Of 1000: where memory runs out, Linux ends this process before the window."""


def main() -> int:
    """Serve one window until it closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal reaches us too; the window decides
    faulthandler.enable()
    _go_first_when_memory_runs_out()
    requests, answers = _private_pipes()
    worker = Worker(answers)
    threading.Thread(target=worker.read, args=(requests,), name="requests", daemon=True).start()
    threading.Thread(target=worker.beat, name="beats", daemon=True).start()
    worker.send(_hello())
    _warm_up()
    worker.work()
    return 0


class Worker:
    """What the threads of the process share: the jobs that wait, and the pipe to the window."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._sending = threading.Lock()
        self._jobs: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._busy = threading.Event()
        self._waiting = 0
        self._counting = threading.Lock()
        self._folder: Path | None = None

    def send(self, record: Answer) -> None:
        """Say something to the window. Without a window there is nothing left to do."""
        try:
            with self._sending:
                self._answers.write(protocol.line(record))
        except OSError:
            self._leave()

    def read(self, requests: BinaryIO) -> None:
        """Take jobs as they come, while others run. The pipe ends when the window does, whatever became of it."""
        for text in requests:
            _, record = protocol.split(text)
            if record is not None:
                self._count(1)
                self._jobs.put(protocol.request(record))
        self._leave()

    def beat(self) -> None:
        """Show that the process is alive while it has something to do; an idle one stays quiet."""
        while self._busy.wait():
            self.send(Beat())
            threading.Event().wait(BEAT_S)

    def work(self) -> None:
        """Do one job after the other, for as long as the process lives."""
        from designer.worker import jobs

        while True:
            job = self._jobs.get()
            number = job.job
            self._folder = Path(job.file).parent if isinstance(job, Export) else None
            self.send(jobs.done(job, lambda text, step, steps: self.send(Phase(number, text, step, steps))))  # noqa: B023
            self._folder = None
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._counting:
            self._waiting += change
            if self._waiting:
                self._busy.set()
            else:
                self._busy.clear()

    def _leave(self) -> None:
        """End at once, whatever runs. The window, which would have taken the job's folder away, is gone."""
        folder = self._folder
        if folder is not None and folder.name.startswith(protocol.JOB_FOLDER):
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the window, for us alone: whatever a library reads is empty, and what it prints goes to the log."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    if sys.platform == "win32":
        import msvcrt

        for pipe in (requests, answers):
            msvcrt.setmode(pipe.fileno(), os.O_BINARY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return requests, answers


def _go_first_when_memory_runs_out() -> None:
    if sys.platform != "linux":
        return
    score = Path("/proc/self/oom_score_adj")
    with suppress(OSError, ValueError):
        score.write_text(str(max(OOM_SCORE, int(score.read_text()))))


def _hello() -> Hello:
    import onnx

    from designer.compile.onnx_opset import DEFAULT

    opsets = tuple(range(1, onnx.defs.onnx_opset_version() + 1))
    return Hello(protocol=protocol.VERSION, version=__version__, opsets=opsets, default_opset=DEFAULT)


def _warm_up() -> None:
    """Load what takes seconds to load, while a person still makes up their mind."""
    import onnxruntime  # noqa: F401
    import onnxscript  # noqa: F401
    import torch.onnx  # noqa: F401

    import designer.compile.onnx_export
    import designer.compile.pt2
    import designer.compile.python_source  # noqa: F401
    from designer.measure import scratch

    scratch.tidy()  # what a measurement left whose worker was killed to cancel it
