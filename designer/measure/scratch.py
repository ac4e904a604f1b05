"""Folders for a while. Their names hold the process they belong to, so that one whose process was killed can be taken away."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "lightdesigner-measure-{}-"


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    tidy()
    with tempfile.TemporaryDirectory(prefix=NAME.format(os.getpid()), ignore_cleanup_errors=True) as place:
        yield Path(place)


def tidy() -> None:
    """Take away what killed measurements left."""
    for place in Path(tempfile.gettempdir()).glob(NAME.format("*") + "*"):
        found = re.match(NAME.format(r"(\d+)"), place.name)
        if found is not None and not _alive(int(found[1])):
            shutil.rmtree(place, ignore_errors=True)


def _alive(process: int) -> bool:
    if os.name != "posix":
        return True  # signals end processes there; what is left is the system's to clean
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True
