"""Documents on disk: read whole or refused with a sentence, written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from designer.document.errors import DocumentError
from designer.document.format import read_migrating, write
from designer.document.migrations import MIGRATIONS, Migrations
from designer.graph.design import Design
from designer.whole_files import reason, write_whole

MAX_BYTES = 64 * 2**20  # of a document; one of 10,000 nodes has about 1 MiB

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
        raise DocumentError("unreadable", f"{file} cannot be read: {reason(problem)}.") from None
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
            write_whole(target, data, mode=mode, overwrite=overwrite)
        except BaseException:
            if backup is not None:
                backup.unlink(missing_ok=True)
            raise
    except FileExistsError:  # since it was looked for
        raise _exists(file) from None
    except OSError as problem:
        raise DocumentError("not_writable", f"{file} cannot be written: {reason(problem)}.") from None
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
            write_whole(backup, data, mode=mode, overwrite=False)
        except FileExistsError:
            number += 1
        else:
            return backup
