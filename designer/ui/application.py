"""The program with a window: its windows, its settings, and the picture it takes when asked for one."""

from __future__ import annotations

import argparse
import os
import re
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEventLoop, QObject, QSize, QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from designer.app.garbage import Collector
from designer.app.settings import COUNT_FLOPS, HOME, REDUCED_MOTION, THEME, WINDOW_GEOMETRY, Settings
from designer.ui import style, theme, units
from designer.ui.compare.actions import CompareActions
from designer.ui.export_actions import ExportActions
from designer.ui.main_window import TITLE, MainWindow
from designer.ui.picture_actions import PictureActions
from designer.ui.profile_actions import Measuring, ProfileActions
from designer.version import __version__

if TYPE_CHECKING:
    from designer.app.recovery import Session
    from designer.app.worker_client import WorkerClient

FINE, NOTHING_DONE, INTERRUPTED = 0, 2, 130
FIRST_SIZE = QSize(1600, 1000)
SIZES = range(200, 16_385)
PATIENCE_MS = 60_000  # for the first complete paint; a picture of what is there by then is better than none


class Application(QObject):
    """All windows of this process."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.windows: list[MainWindow] = []
        self.collector: Collector | None = None  # while the program runs; a picture needs none
        self._session: Session | None = None
        self._worker: WorkerClient | None = None
        self.measuring = Measuring(lambda: self.worker, settings, self)

    @property
    def session(self) -> Session:
        """Where this process keeps unsaved work for recovery."""
        if self._session is None:
            from designer.app.recovery import Session

            self._session = Session()
        return self._session

    @property
    def worker(self) -> WorkerClient:
        """What exports for all windows, in a process of its own."""
        if self._worker is None:
            from designer.app.worker_client import WorkerClient

            self._worker = WorkerClient(self)
            for window in self.windows:
                window.follow_worker(self._worker)
        return self._worker

    def new_window(self) -> MainWindow:
        """Another window, not shown yet."""
        window = MainWindow(self)
        ExportActions(window, lambda: self.worker)
        CompareActions(window, ProfileActions(window, self.measuring))
        PictureActions(window)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.closed.connect(lambda: self.windows.remove(window))
        geometry = self.settings.get(WINDOW_GEOMETRY)
        if self.windows or not geometry or not window.restoreGeometry(QByteArray(geometry)):
            screen = QGuiApplication.primaryScreen()
            window.resize(FIRST_SIZE.boundedTo(screen.availableSize() * 0.9) if screen is not None else FIRST_SIZE)
        self.windows.append(window)
        if self.collector is not None:
            window.document_came.connect(self.collector.came)
            window.document_went.connect(self.collector.went)
        return window

    def quit(self) -> None:
        """Close every window; stops at the first that would rather stay."""
        for window in list(self.windows):
            if not window.close():
                return

    def end(self) -> None:
        """Let go of the worker, and of what this process keeps for recovery, when its work is done."""
        if self._worker is not None:
            self._worker.stop()
        self.measuring.end()
        self.settings.save()
        if self._session is not None:
            self._session.end()


def run(argv: Sequence[str]) -> int:
    """Open the window as `lightdesigner [DESIGN] [--screenshot FILE ...]` asks; gives the exit code."""
    asked = _parser().parse_args(argv)
    picture = Path(asked.screenshot) if asked.screenshot is not None else None
    problem = _problem(picture, asked)
    if problem:
        return _nothing_done(problem)
    if picture is None:
        return _show(asked.design, asked)
    with TemporaryDirectory(
        prefix="lightdesigner-"
    ) as home:  # a picture shows the program as it comes, and leaves nothing behind
        before = os.environ.get(HOME)
        os.environ[HOME] = home
        try:
            return _take(asked.design, asked, picture)
        finally:
            os.environ.pop(HOME)
            if before is not None:
                os.environ[HOME] = before


def _problem(picture: Path | None, asked: argparse.Namespace) -> str:
    """Why what was asked for cannot be done, before a window is made."""
    if picture is None and (asked.size is not None or asked.force):
        return "--size and --force are about a picture: give --screenshot FILE as well."
    if picture is not None and picture.suffix.lower() != ".png":
        return f"{picture} has to end in .png."
    if picture is not None and picture.exists() and not asked.force:
        return f"{picture} exists already. Choose another file, or add --force to write over it."
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in screens):
        if picture is None:
            return "There is no display to open a window on. The commands work without one: see `lightdesigner --help`."
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return ""


def _start(asked: argparse.Namespace) -> tuple[QApplication, Application]:
    there = QApplication.instance()
    qt = there if isinstance(there, QApplication) else QApplication([TITLE])
    qt.setApplicationName(TITLE)
    qt.setApplicationVersion(__version__)
    qt.setDesktopFileName(TITLE)
    program = Application(Settings(qt))
    settings = program.settings
    theme.choose(asked.theme or settings.get(THEME))
    theme.reduce_motion(settings.get(REDUCED_MOTION))
    units.use(units.FLOPS if settings.get(COUNT_FLOPS) else units.MACS)
    style.start(qt)
    return qt, program


def _show(design: str | None, asked: argparse.Namespace) -> int:
    from blocks.errors import LightdesignerError

    qt, program = _start(asked)
    program.collector = Collector(program)
    farewell = _Signals(qt)  # before the first event: an exception in the middle of one would end nothing
    window = program.new_window()
    ask_later = False
    try:
        if design is not None:
            window.documents.open(design)
    except LightdesignerError:
        ask_later = True  # once there is a window to ask in
    window.ready.connect(window.welcome_back)
    window.ready.connect(lambda: _less_motion(program))
    if ask_later and design is not None:
        window.ready.connect(lambda: window.open_text(design))
    window.show()
    QTimer.singleShot(0, farewell, farewell.look)  # the loop can only be left once it runs
    code = qt.exec()
    program.end()
    program.collector.stop()
    farewell.stop()
    return code


def _less_motion(program: Application) -> None:
    """Let nothing move by itself if the person's system, or they themselves, want that."""
    from designer.app import motion

    chosen = program.settings.get(REDUCED_MOTION)
    theme.reduce_motion(chosen or motion.asks_for_less())
    if not chosen:
        motion.ask_gnome(program, lambda less: theme.reduce_motion(less or theme.motion_is_reduced()))


def _take(design: str | None, asked: argparse.Namespace, picture: Path) -> int:
    """Write what the window shows once it is complete."""
    from blocks.errors import LightdesignerError

    _, program = _start(asked)
    window = program.new_window()
    window.resize(asked.size or QSize(1280, 800))
    try:
        if design is not None:
            window.documents.open(design)
    except LightdesignerError as problem:
        window.close()
        return _nothing_done(str(problem))
    loop = QEventLoop()
    window.ready.connect(loop.quit)
    QTimer.singleShot(PATIENCE_MS, loop, loop.quit)
    window.show()
    loop.exec()
    page = window.page
    if page is not None and page.canvas.arranger.busy:  # a large design is laid out in the background
        page.canvas.arranger.finished.connect(loop.quit)
        loop.exec()
    image = window.grab().toImage()
    window.close()
    program.end()
    part = picture.with_name(f".{picture.name}.part")
    try:
        if not image.save(str(part), "PNG"):  # type: ignore[call-overload]
            raise OSError("the folder does not exist or does not allow it, or the disk is full")
        part.replace(picture)
    except OSError as problem:
        part.unlink(missing_ok=True)
        return _nothing_done(f"{picture} cannot be written: {problem}.")
    return FINE


class _Signals(QObject):
    """Ends the event loop when the process is asked to end. Without it Python's handlers wait until the next event.

    Unsaved work stays in its recovery files, so nobody is asked anything.
    """

    def __init__(self, qt: QApplication) -> None:
        super().__init__(qt)
        self._wanted = False
        self._before = {}
        self._ours, theirs = socket.socketpair()
        self._theirs = theirs
        for one in (self._ours, theirs):
            one.setblocking(False)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(lambda: self._ours.recv(64))  # back in Python, where handlers run
        signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
            if hasattr(signal, name):
                number = getattr(signal, name)
                self._before[number] = signal.signal(number, self._asked)

    def _asked(self, *_: object) -> None:
        self._wanted = True
        self.look()

    def look(self) -> None:
        """End the event loop if the process was asked to end, be it before the loop ran."""
        if self._wanted:
            QApplication.exit(INTERRUPTED)

    def stop(self) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._notifier.setEnabled(False)
        self._ours.close()
        self._theirs.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=TITLE,
        usage=f"{TITLE} [DESIGN] [--screenshot FILE.png] [--size 1280x800] [--theme light|dark] [--force]",
        add_help=False,
        allow_abbrev=False,
    )
    parser.add_argument("design", nargs="?")
    parser.add_argument("--screenshot", metavar="FILE")
    parser.add_argument("--size", type=_size)
    parser.add_argument("--theme", choices=(theme.LIGHT, theme.DARK))
    parser.add_argument("--force", action="store_true")
    return parser


def _size(text: str) -> QSize:
    found = re.fullmatch(r"([0-9]{3,5})x([0-9]{3,5})", text)
    if found is None or int(found[1]) not in SIZES or int(found[2]) not in SIZES:
        needs = f"needs width x height in px, each {SIZES[0]} to {SIZES[-1]}, such as 1280x800"
        raise argparse.ArgumentTypeError(f"{needs}, but got {text[:60]!r}")
    return QSize(int(found[1]), int(found[2]))


def _nothing_done(sentence: str) -> int:
    sys.stderr.write(f"{TITLE}: {sentence}\n")
    return NOTHING_DONE
