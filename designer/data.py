"""Where the data files are: the content of resources/, which the wheel carries inside the package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder() -> Path:
    """The folder of icons, fonts, tokens and the catalogue, in a checkout and in an installed wheel."""
    inside = _PACKAGE / "resources"
    return inside if inside.is_dir() else _PACKAGE.parent / "resources"
