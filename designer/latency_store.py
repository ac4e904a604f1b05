"""The latency tables of this account: one file a device, in the data folder, read and written by the window and the command line.

A file that cannot be read is never written over: it is moved aside under a name that says so.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from designer.analysis.latency import LatencyTable
from designer.analysis.measured import LayersMeasured, MeasureError, Profile, Roof
from designer.whole_files import reason, write_whole

HOME = "LIGHTDESIGNER_HOME"
FOLDER = "latency"
SUFFIX = ".latency.json"
MAX_BYTES = 64 * 2**20
LOCK = "lock"

_threads = threading.Lock()


class Kept(NamedTuple):
    """A table that was found: the device's name, how many entries it has, and its file."""

    device_name: str
    entries: int
    file: Path


def data_folder() -> Path:
    """Where lightdesigner keeps what is no document: the folder that Qt names to the window, without Qt."""
    home = os.environ.get(HOME)
    if home:
        return Path(home).absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "lightdesigner"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "lightdesigner"
    given = os.environ.get("XDG_DATA_HOME", "")
    return (Path(given) if given.startswith("/") else Path.home() / ".local" / "share") / "lightdesigner"


def folder() -> Path:
    return data_folder() / FOLDER


def file_of(device_name: str) -> Path:
    """The file of a device's table."""
    words = re.sub(r"[^a-z0-9]+", "-", device_name.lower()).strip("-")[:60] or "device"
    digest = hashlib.sha256(device_name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return folder() / f"{words}-{digest}{SUFFIX}"


def tables() -> list[Kept]:
    """All tables, those of other devices that were imported too, by name. Files that cannot be read are left out."""
    found = []
    for file in sorted(folder().glob(f"*{SUFFIX}")) if folder().is_dir() else ():
        with suppress(MeasureError):
            table = read(file)
            found.append(Kept(table.device_name, len(table), file))
    return sorted(found)


def load(device_name: str) -> LatencyTable:
    """The table of a device, empty where there is none. Raises MeasureError, naming the file, where it cannot be read."""
    file = file_of(device_name)
    return read(file) if file.exists() else LatencyTable(device_name)


def read(file: Path) -> LatencyTable:
    """A table from any file. Raises MeasureError with the file's name."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise MeasureError(f"There is no file {file}.") from None
    except OSError as problem:
        raise MeasureError(f"{file} cannot be read: {reason(problem)}.") from None
    if len(data) > MAX_BYTES:
        raise MeasureError(f"{file} has more than {MAX_BYTES // 2**20} MiB; no latency table is that large.")
    try:
        return LatencyTable.from_json(data)
    except MeasureError as problem:
        raise MeasureError(f"{file}: {problem}") from None


def write(table: LatencyTable, file: Path) -> None:
    """Write a table to any file, whole or not at all. Raises MeasureError with the file's name."""
    try:
        write_whole(file, table.to_json(), overwrite=True)
    except OSError as problem:
        raise MeasureError(f"{file} cannot be written: {reason(problem)}.") from None


@contextmanager
def _alone() -> Iterator[None]:
    """No other thread or process changes a table meanwhile: each reads a whole file and writes another. Raises MeasureError where
    the folder cannot be made."""
    place = folder()
    with _threads:
        try:
            place.mkdir(parents=True, exist_ok=True)
            lock = (place / LOCK).open("ab")
        except OSError as problem:
            raise MeasureError(f"{place} cannot be written in: {reason(problem)}.") from None
        with lock:
            with suppress(OSError):  # a disk without locks: threads are kept apart all the same
                _lock(lock.fileno())
            yield  # closing the file frees it


def _lock(file: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)


def learn(device_name: str, *found: Profile | LayersMeasured | Roof) -> str:
    """Add what was measured to the device's table; gives a sentence where its old file could not be read and was moved aside, ""
    otherwise. Raises MeasureError where nothing can be written."""
    said = ""
    with _alone():
        try:
            table = load(device_name)
        except MeasureError as problem:
            said = _set_aside(file_of(device_name), problem)
            table = LatencyTable(device_name)
        for one in found:
            if isinstance(one, Roof):
                table.learn_roof(one)
            else:
                table.learn(one)
        write(table, file_of(device_name))
    return said


def take_in(file: Path) -> LatencyTable:
    """Import a table from a file, as from a board: it is merged into the one of that device. Raises MeasureError."""
    table = read(file)
    with _alone():
        whole = load(table.device_name)
        whole.merge(table)
        write(whole, file_of(whole.device_name))
    return whole


def _set_aside(file: Path, problem: MeasureError) -> str:
    number = 1
    while True:
        aside = file.with_name(f"{file.name}.unreadable{number if number > 1 else ''}")
        if not aside.exists():
            break
        number += 1
    try:
        file.replace(aside)
    except OSError:
        raise problem from None
    return f"{problem} It was kept as {aside.name}, and a new table was begun."
