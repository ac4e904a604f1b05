"""A worker that does what its argument says instead of exporting, to see what becomes of the window.

`python fake_worker.py HABIT`; reads requests and answers as the real one does, but for its habit.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import msgspec

from designer import protocol
from designer.protocol import Answer, Beat, Check, Exported, Failed, Hello, Phase

OUT = sys.stdout.buffer


def say(record: Answer) -> None:
    raw(protocol.line(record))


def raw(data: bytes) -> None:
    OUT.write(data)
    OUT.flush()


def hello(version: int = protocol.VERSION) -> None:
    say(Hello(protocol=version, version="9.9", opsets=(17, 18), default_opset=18))


def done(
    request: protocol.Request, *more: str, checks: tuple[Check, ...] = (Check("onnx_checker", True, "The file is valid."),)
) -> None:
    """Write the file, where there is a folder for it, and say so; of a measurement, say what comes of it."""
    if not isinstance(request, protocol.Export):
        from tests.app import fake_measure  # the design's analysis, which no other habit needs

        say(fake_measure.answer(request))
        return
    file = Path(request.file)
    names = (file.name, *(f"{file.name}{ending}" for ending in more))
    if file.parent.name.startswith(protocol.JOB_FOLDER):
        for name in names:
            file.with_name(name).write_text("new")
    say(Exported(job=request.job, kind=request.kind, files=names, size_bytes=3, params=1, checks=checks))


def main() -> None:
    habit = sys.argv[1]
    if habit == "slow_start":
        time.sleep(1.0)
    if habit == "never_starts":
        time.sleep(3600)
    if habit == "dies_at_once":
        sys.stderr.write("no module named torch\n")
        sys.exit(4)
    if habit == "other_version":
        hello(protocol.VERSION + 1)
    else:
        hello()
    if habit == "dies_idle":
        sys.exit(0)
    for text in sys.stdin.buffer:
        _, body = protocol.split(text)
        if body is not None:
            serve(habit, protocol.request(body))


def serve(habit: str, request: protocol.Request) -> None:
    job = request.job
    # a measurement writes no file: what would stand beside one is looked for in the folder of tests
    marker = request.file if isinstance(request, protocol.Export) else str(Path(os.environ["LIGHTDESIGNER_HOME"]) / "marker")
    say(Phase(job, "Starting", 1, 2))
    if habit == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif habit == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif habit == "exits":
        sys.stderr.write("the last words\n")
        sys.stderr.flush()
        sys.exit(3)
    elif habit == "crash_once" and not Path(marker).exists():
        Path(marker).write_text("crashed")
        os.kill(os.getpid(), signal.SIGSEGV)
    elif habit == "hang":
        time.sleep(3600)
    elif habit == "busy":  # works for long, and shows that it lives
        threading.Thread(target=lambda: [(say(Beat()), time.sleep(0.05)) for _ in range(20)], daemon=True).start()
        time.sleep(1.1)
    elif habit == "garbage":
        raw(protocol.MARK + b"\xff{not json]\n")
        time.sleep(3600)
    elif habit == "endless":
        raw(b"x" * (17 * 2**20))
        time.sleep(3600)
    elif habit == "half_a_line":
        raw(protocol.line(Failed(job=job, sentence="never whole"))[:-9])
        os._exit(0)
    elif habit == "half_then_rest":
        whole = protocol.line(Phase(job, "In pieces", 2, 2))
        raw(whole[:20])
        time.sleep(0.1)
        raw(whole[20:])
    elif habit == "noise":
        raw(b'loading weights\n\n{"type": "failed"}\r\n50 %')
        say(Phase(job, "After noise", 2, 2))
        raw("größer\n".encode("latin-1"))
        sys.stderr.write("a warning of a library\n")
    elif habit == "stale":
        done(msgspec.structs.replace(request, job=job - 1))
        say(Phase(job + 7, "Somebody else's", 1, 1))
        time.sleep(0.2)
    elif habit == "done_then_crash":
        done(request)
        os.kill(os.getpid(), signal.SIGSEGV)
    elif habit == "refuses":
        say(Failed(job=job, sentence=f"conv1: {marker!r} cannot be written."))
        return
    elif habit == "two_files":
        done(request, ".data")
        return
    elif habit == "fails_a_check":
        done(request, checks=(Check("onnx_checker", True, "The file is valid."), Check("answers", False, "It is deaf.")))
        return
    elif habit == "waits":  # for a file beside the job's folder
        while not (
            Path(marker).parent.with_name("go") if isinstance(request, protocol.Export) else Path(marker).with_name("go")
        ).exists():
            time.sleep(0.01)
    done(request)


main()
