"""Files are written whole or not at all: beside their place first, flushed to the disk, then moved there in one step.

Whatever goes wrong, an interrupt too, leaves what was there before and nothing else. Whoever has the bytes calls `write_whole`;
whoever lets a library write files writes into a `staging` folder and calls `publish`, or `move_together` after checks of its own.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from blocks.errors import LightdesignerError

REASONS = {
    errno.ENOENT: "its folder does not exist",
    errno.ENOTDIR: "the folder it should stand in is a file",
    errno.EISDIR: "it is a folder",
    errno.EACCES: "there is no permission",
    errno.EPERM: "there is no permission",
    errno.EROFS: "the disk is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "its links lead in a circle",
    errno.EFBIG: "the disk takes no file so large",
    errno.EIO: "the disk reports an error",
}
MAKE_ROOM, ELSEWHERE = "Free some space, or choose another place.", "Choose another place."
ADVICE = {
    errno.ENOENT: "Make the folder first.",
    errno.ENOTDIR: ELSEWHERE,
    errno.EISDIR: "Name a file in it.",
    errno.EACCES: ELSEWHERE,
    errno.EPERM: ELSEWHERE,
    errno.EROFS: ELSEWHERE,
    errno.ENOSPC: MAKE_ROOM,
    errno.EDQUOT: MAKE_ROOM,
    errno.ENAMETOOLONG: "Choose a shorter one.",
    errno.EFBIG: ELSEWHERE,
    errno.EIO: ELSEWHERE,
}


def reason(problem: OSError) -> str:
    """What the system says, in words a person understands; no sentence yet."""
    return REASONS.get(problem.errno or 0) or f"the system says: {problem.strerror or problem}"


# -- one file ------------------------------------------------------------------------------------------------------------------


def write_whole(target: Path, data: bytes, *, mode: int | None = None, overwrite: bool) -> None:
    """Put `data` at `target` in one step, with these permissions if given. Raises OSError, FileExistsError where there is a file
    and it may not be overwritten."""
    if not overwrite and target.exists():
        raise FileExistsError(errno.EEXIST, "")
    temporary = target.with_name(f".lightdesign-{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, 0o666)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            temporary.chmod(mode)
        if overwrite:
            temporary.replace(target)
        else:
            _place_new(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync(target.parent)


def _place_new(temporary: Path, target: Path) -> None:
    """Give the temporary file its name, which must be free: a link fails where a rename would overwrite."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # a disk without hard links
        if target.exists():
            raise FileExistsError(errno.EEXIST, "") from None
        temporary.replace(target)
    else:
        temporary.unlink()


def sync(path: Path) -> None:
    """Have the system write a file, or the names in a folder, down to the disk."""
    folder = path.is_dir()
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        if folder:  # Windows opens no folders, and needs none opened
            return
        raise
    try:
        os.fsync(handle)
    except OSError:
        if not folder:  # not every disk flushes folders; the content is there already
            raise
    finally:
        os.close(handle)


# -- files that a library writes -----------------------------------------------------------------------------------------------


class TargetError(LightdesignerError):
    """A file cannot be written where it was wanted. Nothing was written."""


def cannot_write(path: Path, error: OSError) -> TargetError:
    """The sentence for an error of the operating system."""
    advice = ADVICE.get(error.errno or 0, "")
    return TargetError(f"{str(path)!r} cannot be written: {reason(error)}. {advice}".rstrip())


def check_targets(paths: Sequence[Path], *, overwrite: bool) -> None:
    """Refuse targets that cannot be written or, without `overwrite`, exist. Raises TargetError naming all that are in the way."""
    for path in paths:
        try:
            if path.is_dir():
                raise cannot_write(path, IsADirectoryError(errno.EISDIR, ""))
            if not path.parent.is_dir():
                raise cannot_write(path, FileNotFoundError(errno.ENOTDIR if path.parent.exists() else errno.ENOENT, ""))
            if path.exists() and not path.is_file():
                raise TargetError(f"{str(path)!r} cannot be written: it is no ordinary file.")
        except OSError as error:  # no permission to look, a name that is too long
            raise cannot_write(path, error) from error
        except ValueError:  # a zero byte in the name
            raise TargetError(f"{str(path)!r} cannot be written: a name holds no zero byte.") from None
    if not overwrite:
        there = [repr(str(path)) for path in paths if path.exists()]
        if there:
            verb = "exists" if len(there) == 1 else "exist"
            raise TargetError(f"{' and '.join(there)} {verb} already. Choose another name, or ask to overwrite.")


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """A new folder beside `target` to write in, gone at the end; errors of the system inside become TargetError."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name[:100]}.", dir=target.parent))
    except OSError as error:
        raise cannot_write(target, error) from error
    try:
        yield folder
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(staged: Sequence[Path], targets: Sequence[Path], *, overwrite: bool) -> None:
    """Move whole files to their targets: all of them, or none. Raises TargetError or OSError."""
    for path in staged:
        sync(path)
    check_targets(targets, overwrite=overwrite)  # again: exporting took seconds
    move_together(staged, targets)
    for folder in {target.parent for target in targets}:
        sync(folder)


def move_together(staged: Sequence[Path], targets: Sequence[Path]) -> None:
    """Put all files in their places, or none. No system moves two in one step: old ones are kept until all new ones stand."""
    kept: list[tuple[Path, Path]] = []
    moved: list[Path] = []
    try:
        for source, target in zip(staged, targets, strict=True):
            if target.exists() and len(staged) > 1:
                old = source.with_name(f"old-{target.name}")
                target.replace(old)
                kept.append((old, target))
            source.replace(target)
            moved.append(target)
    except BaseException:
        for target in moved:
            target.unlink(missing_ok=True)
        for old, target in kept:
            old.replace(target)
        raise
