"""Recovery files: what was not saved yet, so that a crash, a kill or a power cut costs seconds of work.

A recovery file is an ordinary document with one key more, which says where it belongs. Each process that has unsaved work keeps
its files in a folder of its own, with a lock that tells the next start whether that process still lives.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from blocks.errors import LightdesignerError
from designer.app import garbage
from designer.app.locks import Lock
from designer.app.settings import data_folder

if TYPE_CHECKING:  # a window without a document needs none of these, and is there sooner without
    from designer.app.controller import Controller
    from designer.graph.design import Design
    from designer.graph.network import Edge, Node

WITHIN_MS = 2_000  # after the first unsaved change, and while changes go on
WAIT_MS = 1_200  # what is left of it is for writing
KEY = "lightdesigner_recovery"
SUFFIX = ".lightdesign"
LOCK = "lock"


class About(NamedTuple):
    """Where unsaved work belongs: the document's file, None before the first save, and the digest of what that file held when it
    was last read or saved, so that a change made by somebody else is noticed after recovery too."""

    file: Path | None
    digest: str | None


def folder() -> Path:
    return data_folder() / "recovery"


# -- while working -------------------------------------------------------------------------------------------------------------


class Session:
    """The recovery files of this process: a folder of its own, made when the first of them is written."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._lock: Lock | None = None
        self._count = 0
        self._making = threading.Lock()

    def new_file(self) -> Path:
        """A name for one more recovery file. Raises OSError where the folder cannot be made."""
        with self._making:
            while self._folder is None:
                place = folder() / f"session-{secrets.token_hex(8)}"
                place.mkdir(parents=True)
                lock = Lock(place / LOCK)
                if lock.take() is None and lock.held:  # else a start that looks for folders of the dead was quicker
                    self._folder, self._lock = place, lock
                elif place.is_dir():  # no lock can be made there, but recovery is worth having without
                    self._folder = place
            self._count += 1
            return self._folder / f"{self._count}{SUFFIX}"

    @property
    def place(self) -> Path | None:
        """The folder, None before anything was written."""
        return self._folder

    def end(self) -> None:
        """Give the folder up; it goes when nothing is left in it."""
        if self._lock is not None:
            self._lock.release()
        if self._folder is not None:
            with suppress(OSError):
                self._folder.rmdir()
        self._folder = self._lock = None


class _Snapshot(NamedTuple):
    """A design at one moment, taken in little time; nodes, wires and notes are never changed in place."""

    networks: list[tuple[str, list[Node], list[Edge]]]
    design: Design  # with everything but its networks

    def whole(self) -> Design:
        import msgspec

        from designer.graph.design import ROOT
        from designer.graph.network import Network

        for scope, nodes, edges in self.networks:
            network = Network.of(nodes, edges)
            if scope == ROOT:
                self.design.root = network
            else:
                definition = self.design.definitions[scope]
                self.design.definitions[scope] = msgspec.structs.replace(definition, network=network)
        return self.design


def _snapshot(design: Design, about: About) -> _Snapshot:
    from designer.graph.design import ROOT, Design

    copy = Design(design.name)
    copy.definitions = dict(design.definitions)
    copy.positions = {scope: dict(places) for scope, places in design.positions.items()}
    copy.notes = {scope: dict(notes) for scope, notes in design.notes.items()}
    copy.flow = design.flow
    copy.origin = design.origin
    belongs = {"file": None if about.file is None else str(about.file), "digest": about.digest}
    copy.extra = {**design.extra, KEY: belongs}
    scopes = (ROOT, *design.definitions)
    networks = [(scope, design.network(scope).nodes(), design.network(scope).edges()) for scope in scopes]
    return _Snapshot(networks, copy)


class Recovery(QObject):
    """Keeps the recovery file of one open document.

    It is written at most two seconds after the first unsaved change and every two seconds while changes go on, off the window's
    thread, and goes as soon as nothing is unsaved. `finish` has to be called before the document is let go of.
    """

    written = Signal()
    failed = Signal(str)  # a sentence, said once until writing works again
    _done = Signal(str)

    def __init__(
        self, controller: Controller, session: Session, about: Callable[[], About], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._session = session
        self._about = about
        self._file: Path | None = None
        self._thread: threading.Thread | None = None
        self._changed = False  # since the last snapshot
        self._failing = False
        self._finished = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._tick)
        self._done.connect(self._wrote)
        controller.graph_changed.connect(self._note)
        controller.title_changed.connect(self._note)  # also says that the undo stack became clean, or stopped being so

    @property
    def file(self) -> Path | None:
        """Where unsaved work of this document is kept, None before the first time."""
        return self._file

    def _note(self) -> None:
        self._changed = True
        if not self._timer.isActive():  # a throttle: changes that go on do not put it off
            self._timer.start()

    def _tick(self) -> None:
        if not self._controller.unsaved:
            self.remove()
        elif self._thread is not None:
            self._timer.start()
        elif self._changed:
            self._changed = False
            snapshot = _snapshot(self._controller.design, self._about())
            self._thread = garbage.thread(self._run, snapshot, name="recovery")
            self._thread.start()

    def _run(self, snapshot: _Snapshot) -> None:
        self._done.emit(self._write(snapshot))

    def _write(self, snapshot: _Snapshot) -> str:
        """Write the file; gives why not, or nothing."""
        from designer.document import files
        from designer.document.errors import DocumentError

        try:
            if self._file is None:
                self._file = self._session.new_file()
            self._file.parent.mkdir(parents=True, exist_ok=True)
            files.save(snapshot.whole(), self._file, overwrite=True)
        except DocumentError as problem:
            return problem.message
        except OSError as problem:
            return f"{folder()} cannot be written: {problem.strerror or problem}."
        return ""

    def _wrote(self, problem: str) -> None:
        self._join()
        if self._finished:
            return
        if problem:
            self._changed = True
            self._timer.start()  # the disk may have room again
            if not self._failing:
                self.failed.emit(f"Unsaved work cannot be kept for recovery. {problem} Save the design soon.")
        else:
            self.written.emit()
        self._failing = bool(problem)

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def write_now(self) -> None:
        """Write before anything else happens. Raises LightdesignerError where that is not possible."""
        self._join()
        self._timer.stop()
        self._changed = False
        problem = self._write(_snapshot(self._controller.design, self._about()))
        if problem:
            self._note()
            raise LightdesignerError(problem)
        self.written.emit()

    def remove(self) -> None:
        """Take the file away: the document is saved, or nobody wants what is not."""
        self._timer.stop()
        self._join()
        self._changed = False
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink(missing_ok=True)

    def finish(self) -> None:
        """Take the file away and stop listening: the document is closed."""
        self._finished = True
        self._controller.graph_changed.disconnect(self._note)
        self._controller.title_changed.disconnect(self._note)
        self.remove()


# -- after a crash -------------------------------------------------------------------------------------------------------------


class LeftBehind:
    """Unsaved work of a process that ended without saving or closing it."""

    def __init__(self, recovery_file: Path) -> None:
        self.recovery_file = recovery_file
        self.written = datetime.fromtimestamp(recovery_file.stat().st_mtime).astimezone()
        head = _head(recovery_file)
        belongs = head.get(KEY)
        belongs = belongs if isinstance(belongs, dict) else {}
        file, digest, name = belongs.get("file"), belongs.get("digest"), head.get("name")
        self.about = About(Path(file) if isinstance(file, str) and file else None, digest if isinstance(digest, str) else None)
        self.title = self.about.file.stem if self.about.file is not None else str(name or "untitled")

    def design(self) -> Design:
        """The unsaved work. Raises DocumentError where the file cannot be read."""
        from designer.document import files

        design = files.open_file(self.recovery_file)
        design.extra.pop(KEY, None)
        design.migrated_file = None
        return design

    def discard(self) -> None:
        with suppress(OSError):
            self.recovery_file.unlink(missing_ok=True)

    def is_saved(self) -> bool:
        """Whether the document's own file holds the same: the process ended between saving and cleaning up."""
        if self.about.file is None:
            return False
        from designer.document import files
        from designer.document.errors import DocumentError
        from designer.document.format import write

        try:
            return write(files.open_file(self.about.file)) == write(self.design())
        except DocumentError:
            return False


def _head(file: Path) -> dict[str, Any]:
    try:
        head = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return head if isinstance(head, dict) else {}


class Claim:
    """All that dead processes left behind, held so that no other start offers it too. `release` when a person has decided."""

    def __init__(self) -> None:
        self.documents: list[LeftBehind] = []
        self._held: list[tuple[Path, Lock]] = []
        try:
            places = sorted(folder().iterdir())
        except OSError:
            return
        for place in places:
            if place.is_dir():
                self._look_into(place)
        self.documents.sort(key=lambda found: found.written, reverse=True)
        self._drop_copies()

    def _drop_copies(self) -> None:
        """A process may have died between taking work over from a dead one and clearing up behind it."""
        known: set[bytes] = set()
        for found in list(self.documents):
            with suppress(OSError):
                content = found.recovery_file.read_bytes()
                if content in known:
                    found.discard()
                    self.documents.remove(found)
                known.add(content)

    def _look_into(self, place: Path) -> None:
        lock = Lock(place / LOCK)
        if lock.take() is not None or not lock.held:  # its process lives
            return
        self._held.append((place, lock))
        for file in sorted(place.iterdir()):
            if file.suffix == SUFFIX:
                with suppress(OSError):
                    found = LeftBehind(file)
                    if found.is_saved():
                        found.discard()
                    else:
                        self.documents.append(found)
            elif file.suffix == ".tmp":  # killed while it wrote
                with suppress(OSError):
                    file.unlink()

    def release(self) -> None:
        """Let go. What was neither recovered nor discarded is offered again at the next start."""
        for place, lock in self._held:
            lock.release()
            with suppress(OSError):
                place.rmdir()  # where nothing is left
        self._held.clear()
