"""Who has a document open: lock files in the data folder, one for each document, held while a window shows it.

They lie in the data folder, because a document's own folder may be read-only, shared, or under version control. A lock whose
process is dead is taken over; one held on another machine (a data folder on a network) is believed.
"""

from __future__ import annotations

import hashlib
import os
import platform
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QLockFile

from designer.app.settings import data_folder


class Holder(NamedTuple):
    """The process that holds a lock."""

    pid: int
    host: str

    @property
    def words(self) -> str:
        """Who it is, to go behind "open in"."""
        if self.pid == os.getpid():
            return "another window of this program"
        if self.host and self.host != platform.node():
            return f"lightdesigner on {self.host}"
        return f"another lightdesigner (process {self.pid})" if self.pid else "another lightdesigner"


class Lock:
    """A lock file. Released by `release`, or by the end of the process, however it ends."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = QLockFile(str(file))
        self._lock.setStaleLockTime(0)  # age says nothing: a design may stay open for weeks; only the death of its process counts

    def take(self) -> Holder | None:
        """Take the lock. Gives who holds it, None when we do now, and also where no lock file can be made: being unable to
        warn is no reason to keep a person from working."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return None
        if self._lock.tryLock(0) or self._lock.error() != QLockFile.LockError.LockFailedError:
            return None
        pid, host, _ = self._lock.getLockInfo()
        return Holder(int(pid), str(host))

    @property
    def held(self) -> bool:
        return self._lock.isLocked()

    def release(self) -> None:
        self._lock.unlock()


def document_lock(file: Path) -> Lock:
    """The lock of a document, the same by whatever path or link it is opened."""
    name = os.path.normcase(os.path.realpath(file))
    return Lock(data_folder() / "locks" / f"{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}.lock")
