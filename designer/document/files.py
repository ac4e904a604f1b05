"""Documents on disk: read whole or refused with a sentence, written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from pathlib import Path

from designer.document.errors import DocumentError
from designer.document.format import read_migrating, write
from designer.document.migrations import MIGRATIONS, Migrations
from designer.graph.design import Design

MAX_BYTES = 64 * 2**20  # of a document; one of 10,000 nodes has about 1 MiB

REASONS = {
    errno.ENOENT: "the folder does not exist",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
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


def _reason(problem: OSError) -> str:
    return REASONS.get(problem.errno or 0, problem.strerror or str(problem))


# -- reading -------------------------------------------------------------------------------------------------------------------


def open_file(path: str | Path, *, migrations: Migrations = MIGRATIONS) -> Design:
    """The design in a `.lightdesign` file. Raises DocumentError: no such file, not readable, too large, not a design."""
    file = Path(path)
    data = _content(file)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise DocumentError("not_utf8", f"{file}: This is not a design: line {line} is not UTF-8 text.", line=line) from None
    try:
        design, migrated = read_migrating(text, migrations)
    except DocumentError as problem:
        raise problem.within(str(file)) from None
    if not design.name:
        design.name = file.stem
    if migrated:
        design.migrated_file = os.path.realpath(file)
    return design


def _content(file: Path) -> bytes:
    try:
        about = file.stat()
        if stat.S_ISDIR(about.st_mode):
            raise DocumentError("is_folder", f"{file} is a folder, not a design.")
        if not stat.S_ISREG(about.st_mode):
            raise DocumentError("no_regular_file", f"{file} is no ordinary file.")
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise DocumentError("no_file", f"There is no file {file}.") from None
    except OSError as problem:
        raise DocumentError("unreadable", f"{file} cannot be read: {_reason(problem)}.") from None
    except ValueError:  # a NUL in the name
        raise DocumentError("no_file", f"There is no file {str(file)!r:.80}.") from None
    if len(data) > MAX_BYTES:
        raise DocumentError("too_large", f"{file} has more than {MAX_BYTES // 2**20} MiB; no design is that large.")
    return data


# -- writing -------------------------------------------------------------------------------------------------------------------


def save(design: Design, path: str | Path, *, overwrite: bool = False) -> None:
    """Write `design` to a `.lightdesign` file: to a temporary file beside it, flushed to the disk, then put in its place.

    A link is followed, permissions stay. Where the design was read from this very file in an older version, that file is first
    copied to `<name>.bak`. Raises DocumentError when the file exists and `overwrite` is not given, or cannot be written; then
    nothing has changed and nothing is left behind.
    """
    file = Path(path)
    data = write(design).encode("utf-8")
    try:
        target = Path(os.path.realpath(file))
        mode = _writable_mode(file, target, overwrite)
        backup = _back_up(target) if mode is not None and design.migrated_file == str(target) else None
        try:
            _write_whole(target, data, mode, overwrite)
        except BaseException:
            if backup is not None:
                backup.unlink(missing_ok=True)
            raise
    except FileExistsError:  # since it was looked for
        raise _exists(file) from None
    except OSError as problem:
        raise DocumentError("not_writable", f"{file} cannot be written: {_reason(problem)}.") from None
    except ValueError:  # a NUL in the name
        raise DocumentError("not_writable", f"{str(file)!r:.80} cannot be the name of a file.") from None
    if design.migrated_file == str(target):
        design.migrated_file = None


def _exists(file: Path) -> DocumentError:
    return DocumentError("exists", f"{file} exists already; allow overwriting it (--force), or choose another name.")


def _writable_mode(file: Path, target: Path, overwrite: bool) -> int | None:
    """Permissions of the file that is to be replaced, None where there is none. Raises where it must not be replaced."""
    try:
        about = target.stat()
    except FileNotFoundError:
        if target.parent.exists():
            return None
        raise DocumentError("no_folder", f"{file} cannot be written: there is no folder {target.parent}.") from None
    if stat.S_ISDIR(about.st_mode):
        raise DocumentError("is_folder", f"{file} is a folder; name a file.")
    if not stat.S_ISREG(about.st_mode):
        raise DocumentError("no_regular_file", f"{file} is no ordinary file.")
    if not overwrite:
        raise _exists(file)
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "")
    return stat.S_IMODE(about.st_mode)


def _back_up(target: Path) -> Path:
    """Copy `target` beside itself under the first free of the names `<name>.bak`, `<name>.bak2`, ..."""
    data, mode = target.read_bytes(), stat.S_IMODE(target.stat().st_mode)
    number = 1
    while True:
        backup = target.with_name(f"{target.name}.bak{number if number > 1 else ''}")
        try:
            _write_whole(backup, data, mode, overwrite=False)
        except FileExistsError:
            number += 1
        else:
            return backup


def _write_whole(target: Path, data: bytes, mode: int | None, overwrite: bool) -> None:
    """Put `data` at `target` in one step. Raises OSError, FileExistsError where there is a file and it may not be overwritten."""
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
    _sync_folder(target.parent)


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


def _sync_folder(folder: Path) -> None:
    """Flush the new name to the disk where folders can be flushed; the content is there already."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    except OSError:  # nor does every disk flush them
        pass
    finally:
        os.close(handle)
