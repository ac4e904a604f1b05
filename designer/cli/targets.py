"""Files that a command writes: looked at before any work, written beside their place, and put there together at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from blocks.errors import LightdesignerError
from designer.whole_files import check_targets, publish, staging


@contextmanager
def targets(files: Sequence[str], *, force: bool) -> Iterator[list[Path]]:
    """Paths to write at, one for each of `files` and under its name. Whatever stands beside them when the block ends well (a
    model's data file) comes along. When the block or the last step fails, nothing has changed and nothing is left behind.

    Raises LightdesignerError where a file exists and `force` is not given, two are the same, or one cannot be written.
    """
    wanted = [_place(file) for file in files]
    for number, (file, path) in enumerate(zip(files, wanted, strict=True)):
        if path in wanted[:number]:
            raise LightdesignerError(f"Two files cannot be written at {file!r}. Give each a name of its own.")
    _refuse_existing(dict(zip(wanted, files, strict=True)), force)
    check_targets(wanted, overwrite=True)
    with ExitStack() as stack:
        folders = [stack.enter_context(staging(path)) for path in wanted]
        staged = [folder / path.name for folder, path in zip(folders, wanted, strict=True)]
        try:
            yield staged
            made = {
                path: target.parent / path.name for folder, target in zip(folders, wanted, strict=True) for path in _in(folder)
            }
            _refuse_existing({target: str(target) for target in made.values()}, force)
            publish(list(made), list(made.values()), overwrite=force)
        except LightdesignerError as error:
            text = str(error)
            for path, file in zip(staged, files, strict=True):
                text = text.replace(str(path), file)  # the person knows nothing of the folder beside it
            raise LightdesignerError(text) from error


def write_text(file: str, text: str, *, force: bool) -> None:
    """Write one text file in UTF-8, whole or not at all."""
    with targets([file], force=force) as (path,):
        path.write_text(text, encoding="utf-8", newline="\n")


def _place(file: str) -> Path:
    """Where the file really stands: links are followed."""
    if not file or "\0" in file:
        raise LightdesignerError(f"{file!r} cannot be the name of a file.")
    return Path(os.path.realpath(file))


def _in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def _refuse_existing(paths: Mapping[Path, str], force: bool) -> None:
    """Raise where there is a file at one of the paths, and no `force`; a folder there is another matter."""
    there = [repr(name) for path, name in paths.items() if not force and path.exists() and not path.is_dir()]
    if there:
        what, them = ("exists", "it") if len(there) == 1 else ("exist", "them")
        raise LightdesignerError(
            f"{' and '.join(there)} {what} already. Give --force to write over {them}, or choose another name."
        )
