"""The open documents of one window: opened, saved, recovered and closed here, with what each of them has on the disk.

Nothing here asks a person anything. What needs an answer is raised as an error that says what is the matter, and the window asks
(`designer.ui.document_actions`).
"""

from __future__ import annotations

import enum
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from blocks.errors import LightdesignerError
from designer.app.garbage import let_go
from designer.app.settings import FLOW, Settings

if TYPE_CHECKING:
    from designer.app.controller import Controller
    from designer.app.locks import Holder, Lock
    from designer.app.recovery import LeftBehind, Recovery, Session
    from designer.graph.design import Design

UNTITLED = "untitled"


class OpenElsewhere(LightdesignerError):
    """The document is open in another window or program already."""

    def __init__(self, file: Path, holder: Holder) -> None:
        super().__init__(f"{file.name} is open in {holder.words}. If both save it, the last one wins.")
        self.file = file
        self.holder = holder


class ChangedOnDisk(LightdesignerError):
    """Somebody else wrote the document's file since it was read or saved here."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file.name} was changed on the disk since it was opened here.")
        self.file = file


class Disk(enum.Enum):
    """How a document's file compares with what was last read from it or saved in it."""

    SAME = enum.auto()
    CHANGED = enum.auto()
    GONE = enum.auto()


class _Seen(NamedTuple):
    """The file as it was last read or saved: its looks, cheap to compare, and the digest of its content ("" where unknown)."""

    looks: tuple[int, int, int] | None
    digest: str


def _looks(file: Path) -> tuple[int, int, int] | None:
    try:
        about = file.stat()
    except (OSError, ValueError):
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino


def _seen(file: Path) -> _Seen:
    looks = _looks(file)
    try:
        return _Seen(looks, hashlib.sha256(file.read_bytes()).hexdigest())
    except (OSError, ValueError):
        return _Seen(looks, "")


class _Open:
    """What belongs to one open document beside its controller."""

    def __init__(self, lock: Lock | None, seen: _Seen | None) -> None:
        self.lock = lock  # None: never saved, or opened although another window has it
        self.seen = seen
        self.recovery: Recovery | None = None


class Documents(QObject):
    """The controllers of one window, in the order they were opened, and the one in front.

    Without a `session` no recovery files and no locks are made, and without `settings` nothing is remembered: for pictures.
    """

    opened = Signal(object)  # a Controller that wants a tab; it also becomes the current one
    closed = Signal(object)  # a Controller whose tab has to go
    current_changed = Signal(object)  # the Controller in front, or None
    troubled = Signal(object, str)  # a Controller, and a sentence about it: its work cannot be kept for recovery

    def __init__(self, session: Session | None, settings: Settings | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._open: dict[Controller, _Open] = {}
        self._current: Controller | None = None
        self._untitled = 0

    @property
    def settings(self) -> Settings | None:
        return self._settings

    @property
    def controllers(self) -> tuple[Controller, ...]:
        return tuple(self._open)

    @property
    def current(self) -> Controller | None:
        return self._current

    def set_current(self, controller: Controller | None) -> None:
        """Note which document is in front."""
        if controller is not self._current and (controller is None or controller in self._open):
            self._current = controller
            self.current_changed.emit(controller)

    @property
    def unsaved(self) -> tuple[Controller, ...]:
        return tuple(controller for controller in self._open if controller.unsaved)

    def showing(self, file: Path) -> Controller | None:
        """The controller of a file that is open in this window, by whatever link it is named."""
        wanted = _place(file)
        for controller in self._open:
            if controller.path is not None and _place(controller.path) == wanted:
                return controller
        return None

    # -- opening -------------------------------------------------------------------------------------------------------------

    def new(self) -> Controller:
        """An empty design."""
        from designer.graph.design import Design

        self._untitled += 1
        return self.add(self._flowing(Design(UNTITLED if self._untitled == 1 else f"{UNTITLED} {self._untitled}")))

    def open(self, text_or_path: str | Path, *, although_locked: bool = False) -> Controller:
        """Open what a DESIGN text or a path names; a file that is open in this window comes to the front instead.

        Raises LightdesignerError where it cannot be read, and OpenElsewhere where another window has the file, unless
        `although_locked`.
        """
        from designer.catalogue import is_file, load

        if not is_file(text_or_path):
            return self.add(self._flowing(load(text_or_path)))
        file = Path(text_or_path).absolute()
        shown = self.showing(file)
        if shown is not None:
            self.set_current(shown)
            return shown
        seen = _seen(file)  # before it is read: what changes in between is then found to have changed
        design = load(file)
        lock = self._lock(file, although_locked)
        if self._settings is not None:
            self._settings.add_recent(file)
        return self.add(design, file, lock, seen)

    def _flowing(self, design: Design) -> Design:
        """A design that is new here runs the way a person chose last."""
        if self._settings is not None:
            design.flow = self._settings.get(FLOW)
        return design

    def open_copy(self, file: Path) -> Controller:
        """Open what a file holds as a design that has no file yet. Raises LightdesignerError where it cannot be read."""
        from designer.catalogue import load

        design = load(file)
        design.name, design.migrated_file = f"{file.stem} (copy)", None
        return self.add(design)

    def add(self, design: Design, path: Path | None = None, lock: Lock | None = None, seen: _Seen | None = None) -> Controller:
        """Show a design in a document of its own. Without `path` it has no file yet."""
        from designer.app.controller import Controller

        controller = Controller(design, path)
        held = self._open[controller] = _Open(lock, seen)
        if self._session is not None:
            self._watch(controller, held, self._session)
        self.opened.emit(controller)
        self.set_current(controller)
        return controller

    def _watch(self, controller: Controller, held: _Open, session: Session) -> None:
        from designer.app.recovery import About, Recovery

        def about() -> About:
            return About(controller.path, held.seen.digest if held.seen is not None else None)

        held.recovery = Recovery(controller, session, about, self)
        held.recovery.failed.connect(lambda sentence: self.troubled.emit(controller, sentence))

    def _lock(self, file: Path, although_locked: bool) -> Lock | None:
        if self._session is None:
            return None
        from designer.app.locks import document_lock

        lock = document_lock(file)
        holder = lock.take()
        if holder is None:
            return lock
        if not although_locked:
            raise OpenElsewhere(file, holder)
        return None

    # -- saving --------------------------------------------------------------------------------------------------------------

    def save(self, controller: Controller, *, over_changes: bool = False) -> None:
        """Save a document in its file. Raises ChangedOnDisk where somebody else wrote that file, unless `over_changes`, and
        DocumentError where it cannot be written; then nothing is lost, here or there."""
        from designer.document import files

        assert controller.path is not None, "the first save needs a path"
        if not over_changes and self.disk(controller) is Disk.CHANGED:
            raise ChangedOnDisk(controller.path)
        files.save(controller.design, controller.path, overwrite=True)
        self._saved(controller, controller.path)

    def save_as(self, controller: Controller, file: Path, *, although_locked: bool = False) -> None:
        """Save a document in another file, which it belongs to from then on. A file that is there is written over. Raises
        OpenElsewhere where another window has that file, and DocumentError where it cannot be written."""
        from designer.document import files

        file = file.absolute()
        shown = self.showing(file)
        if shown is controller:
            self.save(controller, over_changes=True)
            return
        if shown is not None:
            raise LightdesignerError(f"{file.name} is open in another tab. Close that tab, or choose another name.")
        lock = self._lock(file, although_locked)
        design, name = controller.design, controller.design.name
        if controller.path is None and name.startswith(UNTITLED):
            design.name = file.stem
        try:
            files.save(design, file, overwrite=True)
        except BaseException:
            design.name = name
            if lock is not None:
                lock.release()
            raise
        held = self._open[controller]
        if held.lock is not None:
            held.lock.release()
        held.lock = lock
        self._saved(controller, file)

    def _saved(self, controller: Controller, file: Path) -> None:
        held = self._open[controller]
        held.seen = _seen(file)
        controller.saved_as(file)
        if held.recovery is not None:
            held.recovery.remove()
        if self._settings is not None:
            self._settings.add_recent(file)

    # -- what others do to the file --------------------------------------------------------------------------------------------

    def disk(self, controller: Controller) -> Disk:
        """Whether somebody else changed or removed the document's file. Cheap while nobody did."""
        held = self._open[controller]
        if controller.path is None or held.seen is None:
            return Disk.SAME
        looks = _looks(controller.path)
        if looks is None:
            return Disk.SAME if held.seen == _Seen(None, "") else Disk.GONE  # said already, and kept
        if looks == held.seen.looks:
            return Disk.SAME
        now = _seen(controller.path)
        if now.digest == held.seen.digest:  # copied, touched or replaced by the same
            held.seen = now
            return Disk.SAME
        return Disk.CHANGED

    def keep_ours(self, controller: Controller) -> None:
        """Go on with what is open here although the file has changed or is gone: it counts as unsaved, and the next save writes
        over what is there now."""
        assert controller.path is not None, "without a file there is nothing to differ from"
        self._open[controller].seen = _seen(controller.path)
        controller.stack.resetClean()

    def revert(self, controller: Controller) -> None:
        """Read the document's file again and drop all steps. Raises DocumentError where it cannot be read."""
        from designer.document import files

        assert controller.path is not None, "there is no file to read again"
        seen = _seen(controller.path)
        design = files.open_file(controller.path)
        held = self._open[controller]
        held.seen = seen
        controller.replace_design(design)
        controller.saved_as(controller.path)
        if held.recovery is not None:
            held.recovery.remove()

    # -- recovering ------------------------------------------------------------------------------------------------------------

    def recover(self, left: LeftBehind) -> Controller:
        """Open what a dead process left behind as unsaved work of its file, and take it over from there. Raises DocumentError
        where it cannot be read.

        Where the file is open here and unsaved, or in another window, the work is opened as a document without a file.
        """
        design = left.design()
        about = left.about
        shown = self.showing(about.file) if about.file is not None else None
        if shown is not None and not shown.unsaved:
            held = self._open[shown]
            shown.replace_design(design)
            self.set_current(shown)
            controller = shown
        else:
            file, lock = (None, None) if shown is not None else self._free(about.file)
            if file is None and about.file is not None:
                design.name = f"{left.title} (recovered)"
            seen = _Seen(None, about.digest or "") if file is not None else None
            controller = self.add(design, file, lock, seen)
            held = self._open[controller]
        if controller.path is not None and about.digest is not None:
            held.seen = _Seen(None, about.digest)
        controller.stack.resetClean()
        try:
            if held.recovery is not None:
                held.recovery.write_now()  # ours is on the disk before theirs goes
        except LightdesignerError as problem:
            self.troubled.emit(
                controller, f"{problem} What was recovered stays in {left.recovery_file} too. Save the design soon."
            )
        else:
            left.discard()
        return controller

    def _free(self, file: Path | None) -> tuple[Path | None, Lock | None]:
        """The file with its lock, or nothing where another window has it."""
        if file is None:
            return None, None
        try:
            return file, self._lock(file, False)
        except OpenElsewhere:
            return None, None

    # -- closing -----------------------------------------------------------------------------------------------------------------

    def close(self, controller: Controller) -> None:
        """Let go of a document; what is not saved in it is lost."""
        held = self._open[controller]
        order = list(self._open)
        index = order.index(controller)
        del self._open[controller]
        if held.recovery is not None:
            held.recovery.finish()
            let_go(held.recovery)
        if held.lock is not None:
            held.lock.release()
        if self._current is controller:
            rest = order[:index] + order[index + 1 :]
            self.set_current(rest[min(index, len(rest) - 1)] if rest else None)
        self.closed.emit(controller)

    def close_all(self) -> None:
        for controller in self.controllers:
            self.close(controller)


def _place(file: Path) -> str:
    return os.path.normcase(os.path.realpath(file))
