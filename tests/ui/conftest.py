"""A window as the program opens it, in a home of its own; no test leaves a timer, a thread or a window behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.app.settings import HOME, Settings
from designer.ui import style, theme, units
from designer.ui.application import Application
from designer.ui.main_window import MainWindow
from tests.leaks import no_leaks

__all__ = ["no_leaks"]


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> QApplication:
    """The application with fonts, palette and style sheet."""
    style.start(qapp)
    return qapp


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dressed: QApplication, no_leaks: None) -> Iterator[Path]:
    """Where settings, locks and recovery files of this test lie; theme and unit start as on the first day."""
    folder = tmp_path / "home"
    monkeypatch.setenv(HOME, str(folder))
    units.use(units.MACS)
    if theme.chosen() != theme.DARK:
        theme.choose(theme.DARK)
    yield folder
    for widget in dressed.topLevelWidgets():
        assert not widget.isVisible(), f"{widget} is still open"


Open = Callable[..., MainWindow]


@pytest.fixture
def program(home: Path) -> Iterator[Application]:
    """The program without a window yet; closes what a test opened, dropping what is unsaved."""
    made = Application(Settings())
    yield made
    for window in list(made.windows):
        for controller in window.documents.controllers:
            controller.stack.setClean()
        window.close()
    made.end()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def open_window(program: Application, qtbot: QtBot) -> Open:
    """`open_window("mobilenet_v2")`: a shown and complete window with these designs; without any it shows the start page."""

    def make(*designs: str | Path, width: int = 1280, height: int = 800) -> MainWindow:
        window = program.new_window()
        window.resize(width, height)
        for design in designs:
            window.documents.open(design)
        with qtbot.waitSignal(window.ready, timeout=20_000):
            window.show()
        return window

    return make
