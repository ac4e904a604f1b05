"""Locks: one holder, whatever the path is called; those of the dead are taken over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from designer.app.locks import Holder, Lock, document_lock

ROOT = Path(__file__).parent.parent.parent

HOLD = """
import sys
from pathlib import Path
from designer.app.locks import document_lock
lock = document_lock(Path(sys.argv[1]))
assert lock.take() is None
print("held", flush=True)
sys.stdin.read()
"""


def other_process(file: Path) -> subprocess.Popen[str]:
    """A process that holds the lock of a document until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", HOLD, str(file)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_window_is_told_who_has_the_document(tmp_path: Path) -> None:
    file = tmp_path / "a.lightdesign"
    first, second = document_lock(file), document_lock(file)
    assert first.take() is None
    assert first.held
    holder = second.take()
    assert holder is not None
    assert holder.pid == os.getpid()
    assert holder.words == "another window of this program"
    assert not second.held
    first.release()
    assert second.take() is None
    second.release()


def test_links_and_dots_lead_to_the_same_lock(tmp_path: Path) -> None:
    file = tmp_path / "a.lightdesign"
    file.touch()
    link = tmp_path / "link.lightdesign"
    link.symlink_to(file)
    (tmp_path / "inside").mkdir()
    first = document_lock(file)
    assert first.take() is None
    for other in (link, tmp_path / "inside" / ".." / "a.lightdesign"):
        assert document_lock(other).take() is not None
    free = document_lock(tmp_path / "b.lightdesign")
    assert free.take() is None
    first.release()
    free.release()


def test_another_process_is_named_and_its_lock_taken_over_once_it_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "a.lightdesign"
    process = other_process(file)
    try:
        lock = document_lock(file)
        holder = lock.take()
        assert holder is not None
        assert holder.pid == process.pid
        assert str(process.pid) in holder.words
    finally:
        process.kill()
        process.communicate()
    assert lock.take() is None
    assert lock.held
    lock.release()


def test_a_lock_of_another_machine_is_believed(tmp_path: Path) -> None:
    assert Holder(12, "elsewhere").words == "lightdesigner on elsewhere"


@pytest.mark.skipif(os.name != "posix", reason="permissions of folders")
def test_where_no_lock_can_be_made_nobody_is_kept_from_working(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    lock = Lock(tmp_path / "file" / "below" / "a.lock")
    assert lock.take() is None
    assert not lock.held
