"""What every test may use: Hypothesis profiles and the command line in a process of its own."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent

# `make test-deep` asks for deep. A failure prints the line that reproduces it.
settings.register_profile("ci", max_examples=200, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("deep", settings.get_profile("ci"), max_examples=10_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# No test opens a window on a person's screen, or reads and writes what the program remembers for them.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_HOME = tempfile.TemporaryDirectory(prefix="lightdesigner-test-")
os.environ["LIGHTDESIGNER_HOME"] = _HOME.name

# A shell starts what it runs in the background deaf to Ctrl+C, and everything that such a process starts is deaf too.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Parallel workers share the cores already; torch reads this when it is imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")


TESTS_RUN = pytest.StashKey[int]()
"""How many tests this process has begun."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """As in the program, no cycle is collected while Qt has objects in its hands: see `designer/app/garbage.py`.

    A window that a test has let go of is painted and deleted once more when the test is over. Python might free it in the
    middle of that, because some line that runs then makes one object too many.
    """
    item.session.stash[TESTS_RUN] = item.session.stash.get(TESTS_RUN, 0) + 1
    if "qapp" not in getattr(item, "fixturenames", ()):
        return (yield)
    before = gc.get_threshold()
    gc.set_threshold(0)
    try:
        return (yield)
    finally:
        gc.set_threshold(*before)


def pytest_unconfigure() -> None:
    """Without a screen the clipboard outlives Python, and what a test copied cannot be freed any more then: the process would
    end with a crash after its last test."""
    gui = sys.modules.get("PySide6.QtGui")
    if gui is not None and gui.QGuiApplication.instance() is not None:
        gui.QGuiApplication.clipboard().clear()


class Finished(NamedTuple):
    """A command that came to its end."""

    rc: int
    stdout: str
    stderr: str


RunCli = Callable[..., Finished]


@pytest.fixture
def run_cli(tmp_path: Path) -> RunCli:
    """`run_cli("cost", "mobilenet_v2")`: the command line as a process of its own, in an empty folder."""

    def run(*args: str | os.PathLike[str], timeout: float = 120, env: dict[str, str] | None = None) -> Finished:
        done = subprocess.run(
            # -P: the folder it runs in is not searched for modules
            [sys.executable, "-P", "-m", "designer", *map(os.fspath, args)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    return run
