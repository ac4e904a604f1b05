"""One export, from the design to the file in its place.

The worker writes into a folder of the job's own beside the target; this window looks at what came of it, moves it to its place
in one step, and takes the folder away, however the job ends.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from PySide6.QtCore import QObject, Signal

from blocks.errors import LightdesignerError
from designer import whole_files
from designer.app.garbage import let_go
from designer.app.worker_client import WorkerClient
from designer.protocol import JOB_FOLDER, Export, Exported, Failed, Phase

if TYPE_CHECKING:
    from designer.graph.design import Design


class Written(NamedTuple):
    """A file that is in its place: what the worker found about it, and the paths, the file asked for first."""

    report: Exported
    files: tuple[Path, ...]


class ExportError(LightdesignerError):
    """An export cannot begin or end as it should. Nothing was written."""


def obstacle(target: Path) -> str:
    """Why a file cannot be written at `target`, a sentence; "" where nothing seems to be in the way."""
    if "\0" in str(target):
        return _cannot(target, ValueError())
    try:
        if target.is_dir():
            return f"{target} is a folder. Name a file in it."
        if not target.parent.is_dir():
            return f"There is no folder {target.parent}. Make it first, or choose another."
        if target.exists() and not target.is_file():
            return f"{target} is no ordinary file. Choose another name."
        if not os.access(target.parent, os.W_OK):
            return f"There is no permission to write in {target.parent}. Choose another folder."
    except OSError as problem:
        return _cannot(target, problem)
    return ""


class ExportJob(QObject):
    """Ends with exactly one of `written`, `failed` and `cancelled`, and is deleted then.

    `in_the_way` names files that stand where the result belongs and that nobody agreed to replace: answer with `publish` or
    `cancel`; until then the result waits.
    """

    progress = Signal(object)  # Phase
    in_the_way = Signal(object)  # tuple[Path, ...]
    written = Signal(object)  # Written
    failed = Signal(object)  # Failed
    cancelled = Signal()

    def __init__(self, client: WorkerClient, target: Path) -> None:
        super().__init__(client)  # lives as long as the worker may write
        self._client = client
        self._target = Path(os.path.realpath(target))
        self._folder: Path | None = None
        self._number = 0
        self._over: set[Path] = set()
        self._result: Exported | None = None
        client.progress.connect(self._progressed)
        client.finished.connect(self._finished)
        client.failed.connect(self._failed)
        client.cancelled.connect(self._cancelled)

    def start(self, design: Design, options: Export, *, over: Iterable[Path] = ()) -> None:
        """Begin. `options` needs neither job, design nor file; `over` are files that may be replaced. Raises LightdesignerError
        where that is not possible; then the job is over."""
        from designer.document.format import write

        self._over = {Path(os.path.realpath(path)) for path in over}
        try:
            problem = obstacle(self._target)
            if problem:
                raise ExportError(problem)
            text = write(design)
            try:
                self._folder = Path(tempfile.mkdtemp(prefix=JOB_FOLDER, dir=self._target.parent))
            except OSError as error:
                raise ExportError(_cannot(self._target, error)) from error
        except LightdesignerError:
            self._end()
            raise
        file = self._folder / self._target.name
        self._number = self._client.submit(msgspec.structs.replace(options, design=text, file=str(file)))

    def cancel(self) -> None:
        """Give it up; `cancelled` follows within half a second."""
        if self._result is not None:
            self._end()
            self.cancelled.emit()
        else:
            self._client.cancel(self._number)

    def publish(self, over: Iterable[Path] = ()) -> None:
        """Move the finished files to their places; `over` may be replaced too."""
        assert self._result is not None, "there is nothing to publish yet"
        assert self._folder is not None
        self._over |= set(over)
        staged = [self._folder / name for name in self._result.files]
        targets = [self._target.with_name(name) for name in self._result.files]
        waiting = tuple(target for target in targets if target.exists() and target not in self._over)
        if waiting:
            self.in_the_way.emit(waiting)
            return
        try:
            whole_files.move_together(staged[::-1], targets[::-1])  # the file asked for last: it needs the others
        except OSError as error:
            self._fail(Failed(job=self._number, sentence=_cannot(self._target, error)))
            return
        result = Written(self._result, tuple(targets))
        self._end()
        self.written.emit(result)

    # -- what the worker says ------------------------------------------------------------------------------------------------

    def _progressed(self, phase: Phase) -> None:
        if phase.job == self._number:
            self.progress.emit(phase)

    def _finished(self, report: Exported) -> None:
        if report.job == self._number:
            self._result = report
            self.publish()

    def _failed(self, failed: Failed) -> None:
        if failed.job == self._number:
            self._fail(failed)

    def _fail(self, failed: Failed) -> None:
        sentence = failed.sentence
        if self._folder is not None:  # a person knows nothing of the folder beside their file
            sentence = sentence.replace(str(self._folder), str(self._target.parent))
        self._end()
        self.failed.emit(msgspec.structs.replace(failed, sentence=sentence))

    def _cancelled(self, number: int) -> None:
        if number == self._number:
            self._end()
            self.cancelled.emit()

    def _end(self) -> None:
        """Leave nothing behind."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None
        self._number = -1
        let_go(self)


def _cannot(target: Path, problem: OSError | ValueError) -> str:
    if isinstance(problem, OSError):
        return str(whole_files.cannot_write(target, problem))
    return f"{str(target)!r} cannot be written: a name holds no zero byte. Choose another name."
