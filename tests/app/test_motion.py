"""Desktops say in files of their own that they want less motion; whatever stands in those files, nothing breaks."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QProcess
from pytestqt.qtbot import QtBot

from designer.app.motion import ask_gnome, asks_for_less

linux = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="other systems say it otherwise")


@linux
@pytest.mark.parametrize(
    ("file", "text", "less"),
    [
        ("kdeglobals", "[KDE]\nAnimationDurationFactor=0\n", True),
        ("kdeglobals", "[KDE]\nAnimationDurationFactor=0.5\n", False),
        ("kdeglobals", "[KDE]\nAnimationDurationFactor=none\n", False),
        ("kdeglobals", "[General]\nName=%breeze%\n", False),
        ("kdeglobals", "no section\n\x00", False),
        ("gtk-3.0/settings.ini", "[Settings]\ngtk-enable-animations=0\n", True),
        ("gtk-4.0/settings.ini", "[Settings]\ngtk-enable-animations = false\n", True),
        ("gtk-4.0/settings.ini", "[Settings]\ngtk-enable-animations=1\n", False),
    ],
)
def test_files_of_desktops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str, less: bool) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert not asks_for_less(tmp_path)
    place = tmp_path / ".config" / file
    place.parent.mkdir(parents=True)
    place.write_text(text, encoding="utf-8")
    assert asks_for_less(tmp_path) is less


@linux
@pytest.mark.parametrize("answer", ["false", "true"])
def test_gnome_is_asked_without_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, answer: str) -> None:
    program = tmp_path / "gsettings"
    program.write_text(f"#!/bin/sh\necho {answer}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "ubuntu:GNOME")
    told: list[bool] = []
    asked = ask_gnome(parent := QObject(), told.append)
    assert asked is not None
    qtbot.waitUntil(lambda: bool(told))
    assert told == [answer == "false"]
    assert asked.state() == QProcess.ProcessState.NotRunning
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "KDE")
    assert ask_gnome(parent, told.append) is None
