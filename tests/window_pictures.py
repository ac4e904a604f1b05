"""The real window for pictures of pages on which something has to be measured first, which `--screenshot` cannot show."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from designer.ui.main_window import MainWindow

Size = tuple[str, int, int]  # theme, width, height


class Shown(NamedTuple):
    """A window on the screen."""

    app: QApplication
    window: MainWindow

    def wait(self, until: Callable[[], bool], seconds: float) -> bool:
        """Let the window live until something is so, or the time is over; gives whether it is so."""
        from PySide6.QtCore import QEventLoop

        end = time.monotonic() + seconds
        while not until() and time.monotonic() < end:
            self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
            time.sleep(0.01)
        return until()

    def rest(self, seconds: float = 0.8) -> None:
        """Let the window live for a while."""
        self.wait(lambda: False, seconds)

    def take(self, folder: Path, name: str, sizes: tuple[Size, ...], prepare: Callable[[], None] = lambda: None) -> None:
        """A picture in each theme and size, after `prepare` in each."""
        from designer.ui import theme

        for look, width, height in sizes:
            theme.choose(look)
            self.window.resize(width, height)
            self.rest()
            prepare()
            self.rest()
            self.window.grab().save(str(folder / f"{name}-{look}-{width}x{height}.png"))


@contextmanager
def shown(*designs: str) -> Iterator[Shown]:
    """A window with these designs, which remembers nothing and leaves nothing behind."""
    from PySide6.QtWidgets import QApplication

    from designer.app.settings import Settings
    from designer.ui import style
    from designer.ui.application import Application

    with tempfile.TemporaryDirectory() as home:
        environ["LIGHTDESIGNER_HOME"] = home
        app = QApplication.instance() or QApplication(sys.argv[:1])
        assert isinstance(app, QApplication)
        style.start(app)
        program = Application(Settings())
        window = program.new_window()
        window.resize(1600, 1000)
        for design in designs:
            window.documents.open(design)
        ready: list[bool] = []
        window.ready.connect(lambda: ready.append(True))
        window.show()
        here = Shown(app, window)
        here.wait(lambda: bool(ready), 30)
        try:
            yield here
        finally:
            for controller in window.documents.controllers:
                controller.stack.setClean()
            window.close()
            program.end()
