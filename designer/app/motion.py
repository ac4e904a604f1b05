"""Whether the person's system asks programs for less motion. Qt does not tell, so each desktop is asked in its own way."""

from __future__ import annotations

import configparser
import os
import plistlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess

SPI_GETCLIENTAREAANIMATION = 0x1042


def asks_for_less(home: Path | None = None) -> bool:
    """What can be known at once: from Windows itself, and from the files of macOS, KDE and GTK below `home`."""
    home = Path.home() if home is None else home
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "darwin":
        return _macos(home)
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    kde = _entry(config / "kdeglobals", "KDE", "AnimationDurationFactor")
    if kde is not None:
        return _number(kde) == 0
    for version in ("gtk-4.0", "gtk-3.0"):
        gtk = _entry(config / version / "settings.ini", "Settings", "gtk-enable-animations")
        if gtk is not None:
            return gtk.strip().lower() in ("0", "false")
    return False


def ask_gnome(parent: QObject, answer: Callable[[bool], None]) -> QProcess | None:
    """GNOME keeps it in a database; its own program is asked without waiting. None where there is no GNOME."""
    if sys.platform in ("win32", "darwin") or "GNOME" not in os.environ.get("XDG_CURRENT_DESKTOP", "").upper():
        return None
    process = QProcess(parent)
    process.finished.connect(lambda *_: answer(bytes(process.readAllStandardOutput().data()).strip() == b"false"))
    process.start("gsettings", ["get", "org.gnome.desktop.interface", "enable-animations"])
    return process


def _entry(file: Path, section: str, key: str) -> str | None:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(file.read_text(encoding="utf-8", errors="replace"))
        return parser.get(section, key, fallback=None)
    except (OSError, configparser.Error):
        return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _macos(home: Path) -> bool:
    try:
        found = plistlib.loads((home / "Library/Preferences/com.apple.universalaccess.plist").read_bytes())
    except (OSError, ValueError, plistlib.InvalidFileException):
        return False
    return isinstance(found, dict) and bool(found.get("reduceMotion", False))


def _windows() -> bool:
    import ctypes

    wanted = ctypes.c_int(1)
    system: Any = getattr(ctypes, "windll", None)  # only there on Windows
    known = system is not None and system.user32.SystemParametersInfoW(SPI_GETCLIENTAREAANIMATION, 0, ctypes.byref(wanted), 0)
    return bool(known) and not wanted.value
