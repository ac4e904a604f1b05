"""The program with a window: its windows, its settings, and the picture it takes when asked for one."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from designer.app.settings import COUNT_FLOPS, HOME, REDUCED_MOTION, THEME, Settings
from designer.ui import style, theme, units
from designer.ui.main_window import TITLE, MainWindow
from designer.version import __version__

if TYPE_CHECKING:
    from designer.app.recovery import Session

FINE, NOTHING_DONE = 0, 2
FIRST_SIZE = QSize(1600, 1000)
SIZE_LIMIT = 16_384


class Application:
    """All windows of this process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._session: Session | None = None
        self.windows: list[MainWindow] = []

    @property
    def session(self) -> Session:
        """Where this process keeps unsaved work for recovery."""
        if self._session is None:
            from designer.app.recovery import Session

            self._session = Session()
        return self._session

    def new_window(self) -> MainWindow:
        """Another window, not shown yet."""
        window = MainWindow(self)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.closed.connect(lambda: self.windows.remove(window))
        self.windows.append(window)
        screen = QGuiApplication.primaryScreen()
        window.resize(FIRST_SIZE.boundedTo(screen.availableSize() * 0.9) if screen is not None else FIRST_SIZE)
        return window

    def quit(self) -> None:
        """Close every window; stops at the first that would rather stay."""
        for window in list(self.windows):
            if not window.close():
                return


def run(argv: Sequence[str]) -> int:
    """Open the window as `lightdesigner [DESIGN] [--screenshot FILE ...]` asks; gives the exit code."""
    asked = _parser().parse_args(argv)
    picture = Path(asked.screenshot) if asked.screenshot is not None else None
    if picture is not None and picture.exists() and not asked.force:
        return _nothing_done(f"{picture} exists already. Choose another file, or add --force to write over it.")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        if picture is None:
            return _nothing_done(
                "There is no display to open a window on. See `lightdesigner --help` for what works without one."
            )
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if picture is None:
        return _open(asked, None)
    with TemporaryDirectory() as home:  # a picture shows the program as it comes, and leaves nothing behind
        os.environ[HOME] = home
        return _open(asked, picture)


def _open(asked: argparse.Namespace, picture: Path | None) -> int:
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    qt = QApplication([TITLE])
    qt.setApplicationName(TITLE)
    qt.setApplicationVersion(__version__)
    qt.setDesktopFileName(TITLE)
    settings = Settings(qt)
    program = Application(settings)
    theme.choose(asked.theme or settings.get(THEME))
    theme.reduce_motion(settings.get(REDUCED_MOTION))
    units.use(units.FLOPS if settings.get(COUNT_FLOPS) else units.MACS)
    style.start(qt)
    window = program.new_window()
    if asked.size is not None:
        window.resize(asked.size)
    if asked.design is not None:
        window.open_text(asked.design)
    window.show()
    if picture is not None:
        return _take(window, picture)
    return qt.exec()


def _take(window: MainWindow, picture: Path) -> int:
    """Write what the window shows once it is complete."""
    loop = QEventLoop()
    window.ready.connect(loop.quit)
    QTimer.singleShot(60_000, loop.quit)  # rather an odd picture than none
    loop.exec()
    image = window.grab().toImage()
    written = image.save(str(picture))
    window.close()
    if not written:
        return _nothing_done(f"{picture} cannot be written. Its name has to end in .png, and its folder has to exist.")
    return FINE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=TITLE, add_help=False, allow_abbrev=False)
    parser.add_argument("design", nargs="?")
    parser.add_argument("--screenshot", metavar="FILE")
    parser.add_argument("--size", type=_size)
    parser.add_argument("--theme", choices=(theme.LIGHT, theme.DARK))
    parser.add_argument("--force", action="store_true")
    return parser


def _size(text: str) -> QSize:
    found = re.fullmatch(r"([0-9]{3,5})x([0-9]{3,5})", text)
    if found is None or max(int(found[1]), int(found[2])) > SIZE_LIMIT:
        raise argparse.ArgumentTypeError(f"needs width x height in px such as 1280x800, but got {text[:60]!r}")
    return QSize(int(found[1]), int(found[2]))


def _nothing_done(sentence: str) -> int:
    sys.stderr.write(f"{TITLE}: {sentence}\n")
    return NOTHING_DONE
