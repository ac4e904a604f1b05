"""The files that somebody drags over a window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDropEvent


def designs(event: QDropEvent) -> list[Path]:
    """Those of designs."""
    from designer.catalogue import SUFFIX

    return _files(event, SUFFIX)


def own_blocks(event: QDropEvent) -> list[Path]:
    """Those of own blocks."""
    from designer.document.block_file import SUFFIX

    return _files(event, SUFFIX)


def _files(event: QDropEvent, suffix: str) -> list[Path]:
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in paths if path.suffix == suffix]
