"""`.pt2` files: the exported program of a compiled module, which torch runs without this program and without Python source."""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from designer.compile.errors import EXPORT_ERRORS, CompileError, torch_said
from designer.compile.torch_module import META, examples

if TYPE_CHECKING:
    from torch import fx

FACTS_FILE = "lightdesigner.json"
"""Name under which the facts of the module stand in the file (torch's `extra_files`)."""


def to_pt2(module: fx.GraphModule, path: str | PathLike[str], *, dynamic_batch: bool = False) -> None:
    """Export a module that `to_torch` made and write it to `path`, which is overwritten.

    The program takes batches of 1, or with `dynamic_batch` of any size, on the device and in the mode (eval or train) that the
    module is in. It keeps the names of inputs and outputs; the facts in `module.meta` go with it. Read it with
    `torch.export.load(path).module()`. Raises CompileError where torch cannot export or write it.
    """
    import torch

    # torch takes a batch of 1 in an example for a constant
    tensors = examples(module, 2 if dynamic_batch else 1)
    names = module.meta[META]["arguments"].values()
    batch = torch.export.Dim("batch", min=1)
    shapes = {name: {0: batch} for name in names} if dynamic_batch else None
    try:
        program = torch.export.export(module, tuple(tensors), dynamic_shapes=shapes)
    except EXPORT_ERRORS as error:
        raise CompileError(f"The module cannot be exported; {torch_said(error)}") from error
    facts = json.dumps(module.meta[META])
    try:
        # an open file: of a path torch expects the ending .pt2, which a temporary file may not have
        with Path(path).open("wb") as file:
            torch.export.save(program, file, extra_files={FACTS_FILE: facts})
    except OSError as error:
        raise CompileError(f"{str(path)!r} cannot be written: {error.strerror or error}.") from error
    except EXPORT_ERRORS as error:
        raise CompileError(f"{str(path)!r} cannot be written; {torch_said(error)}") from error
