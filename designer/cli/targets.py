"""Files that a command writes: looked at before any work, written beside their place, and put there together at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from blocks.errors import LightdesignerError
from designer.compile.onnx_files import check_targets, publish, staging


@contextmanager
def targets(files: Sequence[str], *, force: bool) -> Iterator[list[Path]]:
    """Paths to write at, one for each of `files` and under its name. Whatever stands beside them when the block ends well (a
    model's data file) comes along. When the block or the last step fails, nothing has changed and nothing is left behind.

    Raises LightdesignerError where a file exists and `force` is not given, two are the same, or one cannot be written.
    """
    wanted = [Path(os.path.realpath(file)) for file in files]
    for number, (file, path) in enumerate(zip(files, wanted, strict=True)):
        if not file or path in wanted[:number]:
            raise LightdesignerError(f"Two files cannot be written at {file!r}." if file else "The name of a file is empty.")
    _refuse_existing(wanted, force)
    check_targets(wanted, overwrite=True)
    with ExitStack() as stack:
        folders = [stack.enter_context(staging(path)) for path in wanted]
        staged = [folder / path.name for folder, path in zip(folders, wanted, strict=True)]
        try:
            yield staged
            made = [
                (path, target.parent / path.name) for folder, target in zip(folders, wanted, strict=True) for path in _in(folder)
            ]
            _refuse_existing([target for _, target in made], force)
            publish([path for path, _ in made], [target for _, target in made], overwrite=force)
        except LightdesignerError as error:
            text = str(error)
            for path, file in zip(staged, files, strict=True):
                text = text.replace(str(path), file)  # the person knows nothing of the folder beside it
            raise LightdesignerError(text) from error


def write_text(file: str, text: str, *, force: bool) -> None:
    """Write one text file in UTF-8, whole or not at all."""
    with targets([file], force=force) as (path,):
        path.write_text(text, encoding="utf-8", newline="\n")


def _in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def _refuse_existing(paths: Sequence[Path], force: bool) -> None:
    if force:
        return
    for path in paths:
        if os.path.lexists(path) and not path.is_dir():
            raise LightdesignerError(f"{str(path)!r} exists already. Give --force to write over it, or choose another name.")
