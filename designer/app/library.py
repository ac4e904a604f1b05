"""A person's library: own blocks kept as files for all designs, in the folder `blocks` among the program's data.

A file that cannot be read is named with the reason and left as it is: nothing is ever written over it.
"""

from __future__ import annotations

import math
import time
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from blocks.errors import LightdesignerError
from designer.app.clipboard import same_content, taken_in
from designer.app.settings import data_folder
from designer.document.block_file import SUFFIX, block_design, read_block, save_block
from designer.document.errors import DocumentError
from designer.graph.design import Design
from designer.graph.edits import Compound, Edit
from designer.graph.own_block import OWN, Definition
from designer.graph.rules import StructureError

LIBRARY = "library."
"""Prefix of a block of the library where it is dragged or chosen: behind it the name of its file."""
MAX_BYTES = 4 * 2**20  # of a file: it is read while a person waits
MAX_FILES = 2_000
PATIENCE = 0.1  # s


class Kept(NamedTuple):
    """A block of the library."""

    file: Path
    design: Design
    scope: str

    @property
    def block(self) -> str:
        """How it is named where it is dragged or chosen."""
        return LIBRARY + self.file.stem

    @property
    def definition(self) -> Definition:
        return self.design.definitions[self.scope]


class Unreadable(NamedTuple):
    """A file of the library that is skipped, and why."""

    file: Path
    reason: str


class Library(QObject):
    """The blocks of the library and the files in it that cannot be read; `changed` when one came or went."""

    changed = Signal()

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.blocks: list[Kept] = []
        self.unreadable: list[Unreadable] = []
        self._seen: dict[Path, tuple[tuple[int, int], Kept | Unreadable]] = {}

    def read(self, patience: float = math.inf) -> None:
        """Look at the folder again; files that did not change are not read again. After `patience` seconds the rest is left for
        later, so that nobody waits for a long library."""
        end = time.monotonic() + patience
        found: dict[Path, tuple[tuple[int, int], Kept | Unreadable]] = {}
        try:
            files = sorted(file for file in self.folder.glob(f"*{SUFFIX}"))[:MAX_FILES]
        except OSError:
            files = []
        reads = 0
        for count, file in enumerate(files):
            try:
                about = file.stat()
                mark = (about.st_mtime_ns, about.st_size)
            except OSError:
                mark = (0, 0)
            known = self._seen.get(file)
            if known is not None and known[0] == mark:
                found[file] = known
                continue
            if reads and time.monotonic() > end:
                found |= {later: self._seen[later] for later in files[count:] if later in self._seen}
                QTimer.singleShot(0, self, partial(self.read, patience))
                break
            found[file] = (mark, _read(file, mark[1]))
            reads += 1
        changed = found != self._seen
        self._seen = found
        self.blocks = [one for _, one in found.values() if isinstance(one, Kept)]
        self.blocks.sort(key=lambda one: (one.definition.name.lower(), one.file))
        self.unreadable = [one for _, one in found.values() if isinstance(one, Unreadable)]
        if changed:
            self.changed.emit()

    def get(self, block: str) -> Kept | None:
        """The block of this name, `library.<file>`."""
        return next((one for one in self.blocks if one.block == block), None)

    def standing(self, design: Design, scope: str) -> Kept | None:
        """A block of the library that bears the name of one of the design, with whatever content."""
        return next((one for one in self.blocks if one.definition.name == design.definitions[scope].name), None)

    def holds(self, design: Design, scope: str) -> bool:
        """Whether the library has this very block already."""
        standing = self.standing(design, scope)
        return standing is not None and equal_blocks(design, scope, standing.design, standing.scope)

    def save(self, design: Design, scope: str, *, instead_of: Kept | None = None) -> Path:
        """Keep a block of a design; `instead_of` is replaced by it. Gives its file. Raises DocumentError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise DocumentError("no_folder", f"The folder {self.folder} cannot be made: {problem.strerror}.") from None
        file = instead_of.file if instead_of is not None else self._free(scope)
        save_block(design, scope, file, overwrite=instead_of is not None)
        self.read()
        return file

    def _free(self, scope: str) -> Path:
        """A file that is not there yet, readable or not."""
        number, file = 1, self.folder / f"{scope}{SUFFIX}"
        while file.exists() or file.is_symlink():
            number += 1
            file = self.folder / f"{scope}_{number}{SUFFIX}"
        return file

    def remove(self, kept: Kept) -> None:
        """Take a block out of the library: its file gets the ending `.removed`, so that it can be brought back by hand."""
        number, aside = 1, kept.file.with_name(f"{kept.file.name}.removed")
        while aside.exists():
            number += 1
            aside = kept.file.with_name(f"{kept.file.name}.removed{number}")
        try:
            kept.file.rename(aside)
        except OSError as problem:
            raise DocumentError("not_writable", f"{kept.file} cannot be removed: {problem.strerror}.") from None
        self.read()


def _read(file: Path, size: int) -> Kept | Unreadable:
    if size > MAX_BYTES:
        return Unreadable(file, f"{file} has more than {MAX_BYTES // 2**20} MiB; no block is that large.")
    try:
        design, scope = read_block(file)
    except LightdesignerError as problem:
        return Unreadable(file, str(problem))
    return Kept(file, design, scope)


@cache
def _library(folder: Path) -> Library:
    made = Library(folder)
    made.read(PATIENCE)
    return made


def library() -> Library:
    """The library of this person; read when first asked for."""
    return _library(data_folder() / "blocks")


def equal_blocks(one: Design, scope: str, other: Design, other_scope: str) -> bool:
    """Whether two own blocks have the same content, with all that they use."""
    here, there = block_design(one, scope), block_design(other, other_scope)
    if set(here.definitions) - {scope} != set(there.definitions) - {other_scope}:
        return False
    pairs = [(scope, other_scope), *[(name, name) for name in here.definitions if name != scope]]
    return all(same_content(here.definitions[a], there.definitions[b]) for a, b in pairs)


def brought(design: Design, block: str) -> tuple[Design, str, tuple[Edit, ...]]:
    """For a block of the library: the design as it is with that block in it, the block's name there, and the edits that take it
    in. For any other block the design as it is. Raises StructureError where the library has no such block."""
    if not block.startswith(LIBRARY):
        return design, block, ()
    kept = library().get(block)
    if kept is None:
        raise StructureError("unknown_block", f"There is no block {block.removeprefix(LIBRARY)!r} in your library any more.")
    edits: list[Edit] = []
    names = taken_in(design, block_design(kept.design, kept.scope), edits)
    with_it = design
    if edits:
        with_it = design.copy()
        for edit in edits:
            edit.apply(with_it)
    return with_it, OWN + names[kept.scope], tuple(edits)


def behind(before: tuple[Edit, ...], made: Compound) -> Compound:
    """A step that first takes in what it needs."""
    return msgspec.structs.replace(made, edits=(*before, *made.edits)) if before and made.edits else made


def take_in(design: Design, other: Design, scope: str) -> tuple[str, tuple[Edit, ...]]:
    """The id that an own block of another design has here, and the edits that take it in; none where it is here already."""
    edits: list[Edit] = []
    names = taken_in(design, block_design(other, scope), edits)
    return names[scope], tuple(edits)
