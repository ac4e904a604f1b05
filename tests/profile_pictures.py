"""Pictures of the Profile page for the README, after real runs on this machine: `python -m tests.profile_pictures FOLDER`.

The page cannot be had by `--screenshot`, which shows a document: a profile has to be measured first.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from os import environ
from pathlib import Path

import msgspec

DESIGN = "mobilenet_v2"
PICTURES = (("light", 1600, 1000), ("dark", 1280, 800))
RUNS = (
    {"backend": "eager"},
    {"backend": "onnxruntime"},
    {"backend": "fused", "sweep": True},
)
SECONDS = 25
THREADS = 1  # whose times say something even while others use the machine
PATIENCE_S = 400.0


def main(folder: Path) -> int:
    with tempfile.TemporaryDirectory() as home:
        environ["LIGHTDESIGNER_HOME"] = home
        return take(folder)


def take(folder: Path) -> int:
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QApplication

    from designer.app.run_options import RunOptions
    from designer.app.settings import Settings
    from designer.ui import style, theme
    from designer.ui.application import Application
    from designer.ui.profile.page import ProfilePage

    app = QApplication(sys.argv[:1])
    style.start(app)

    def wait(until: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not until() and time.monotonic() < end:
            app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
            time.sleep(0.01)
        return until()

    program = Application(Settings())
    window = program.new_window()
    window.resize(*PICTURES[0][1:])
    window.documents.open(DESIGN)
    ready: list[bool] = []
    window.ready.connect(lambda: ready.append(True))
    window.show()
    wait(lambda: bool(ready), 30)
    window.actions_["measure.profile"].trigger()
    page = window.tabs.current
    assert isinstance(page, ProfilePage)
    if not wait(lambda: page.settings.machine is not None, 120):
        sys.stderr.write(f"{page.settings.foot.trouble_words.text}\n")
        return 1
    for number, more in enumerate(RUNS, 1):
        options = msgspec.structs.replace(RunOptions(time_limit_s=SECONDS, threads=THREADS), **more)  # type: ignore[arg-type]
        page.settings.show_options(options)
        page.profiler.choose(options)
        page.run()
        wait(lambda number=number: len(page.profiler.runs) == number, PATIENCE_S)  # type: ignore[misc]
        if len(page.profiler.runs) != number:
            said = page.settings.foot.trouble_words.text
            sys.stderr.write(f"{said or f'{more} took too long'}\n")
            return 1
    for name, width, height in PICTURES:
        theme.choose(name)
        window.resize(width, height)
        wait(lambda: False, 0.6)
        page.table.view.selectRow(0)
        wait(lambda: False, 0.6)
        window.grab().save(str(folder / f"profile-{name}-{width}x{height}.png"))
    for controller in window.documents.controllers:
        controller.stack.setClean()
    window.close()
    program.end()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
