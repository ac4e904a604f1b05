"""Writing an exported file: whole and checked in a folder beside the target first, then moved into place in one step.

Whatever goes wrong, an interrupt too, leaves what was there before and nothing else.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from blocks.errors import LightdesignerError


class TargetError(LightdesignerError):
    """A file cannot be written where it was wanted. Nothing was written."""


REASONS = {
    errno.ENOSPC: "the disk is full. Free some space, or choose another place.",
    errno.EDQUOT: "your share of the disk is used up. Free some space, or choose another place.",
    errno.EFBIG: "the file would be larger than this disk or process may write.",
    errno.EROFS: "the disk is read-only. Choose another place.",
    errno.EACCES: "there is no permission to write there. Choose another place.",
    errno.EPERM: "there is no permission to write there. Choose another place.",
    errno.ENAMETOOLONG: "the name is too long.",
    errno.EISDIR: "it is a folder. Name a file in it.",
    errno.ENOTDIR: "the folder it should stand in is a file.",
    errno.ENOENT: "its folder does not exist. Make the folder first.",
}


def cannot_write(path: Path, error: OSError) -> TargetError:
    """The sentence for an error of the operating system."""
    said = REASONS.get(error.errno or 0) or f"the system says: {error.strerror or error}."
    return TargetError(f"{str(path)!r} cannot be written: {said}")


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


def sync(path: Path) -> None:
    """Have the system write a file, or the names in a folder, down to the disk."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        if path.is_dir():  # Windows opens no folders, and needs none opened
            return
        raise
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def publish(staged: Sequence[Path], targets: Sequence[Path], *, overwrite: bool) -> None:
    """Move whole files to their targets: all of them, or none. Raises TargetError or OSError."""
    for path in staged:
        sync(path)
    check_targets(targets, overwrite=overwrite)  # again: exporting took seconds
    if len(staged) == 1:
        staged[0].replace(targets[0])
    else:
        _move_together(staged, targets)
    for folder in {target.parent for target in targets}:
        sync(folder)


def _move_together(staged: Sequence[Path], targets: Sequence[Path]) -> None:
    """No system moves two files in one step, so the old ones are kept until all new ones stand."""
    kept: list[tuple[Path, Path]] = []
    moved: list[Path] = []
    try:
        for source, target in zip(staged, targets, strict=True):
            if target.exists():
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
