"""The command line in this process: quicker than one of its own, and just as whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from designer.cli.main import main


class Told(NamedTuple):
    """What the command line answered."""

    rc: int
    stdout: str
    stderr: str


Tell = Callable[..., Told]


@pytest.fixture
def tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tell:
    """`tell("cost", "mobilenet_v2")` runs `main()` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str | os.PathLike[str]) -> Told:
        capsys.readouterr()
        rc = main([os.fspath(arg) for arg in args])
        said = capsys.readouterr()
        return Told(rc, said.out, said.err)

    return run
