"""Pictures of the Compare page for the README, after real runs on this machine: `python -m tests.compare_pictures FOLDER`.

As with profiles, what makes the page worth looking at has to be measured first.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from os import environ
from pathlib import Path

READY = "v1_v2_v3"
PAGE = (("dark", 1600, 1000), ("light", 1280, 800))
CANVASES = (("dark", 1280, 800),)
SECONDS = 30
PATIENCE_S = 600.0


def main(folder: Path) -> int:
    with tempfile.TemporaryDirectory() as home:
        environ["LIGHTDESIGNER_HOME"] = home
        return take(folder)


def take(folder: Path) -> int:
    import msgspec
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QApplication

    from designer.app.ready_made import BY_ID
    from designer.app.settings import Settings
    from designer.ui import style, theme
    from designer.ui.application import Application
    from designer.ui.compare.page import ComparePage

    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    style.start(app)

    def wait(until: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not until() and time.monotonic() < end:
            app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
            time.sleep(0.01)
        return until()

    program = Application(Settings())
    window = program.new_window()
    window.resize(*PAGE[0][1:])
    window.documents.open("mobilenet_v2")
    window.documents.open("resnet50")
    ready: list[bool] = []
    window.ready.connect(lambda: ready.append(True))
    window.show()
    wait(lambda: bool(ready), 30)
    window.actions_["measure.compare"].trigger()
    page = window.tabs.current
    assert isinstance(page, ComparePage)
    page.model.show_ready(BY_ID[READY])
    for one in page.model.designs:
        assert one.profiler is not None
        one.profiler.choose(msgspec.structs.replace(one.profiler.options, time_limit_s=SECONDS))
    wait(lambda: page.scatter.chart is not None, 30)
    page.profile_wanted.emit()
    wait(lambda: not page.busy, PATIENCE_S)
    if any(entry.measured is None for entry in page.model.entries):
        sys.stderr.write("Not every design was measured.\n")
        return 1
    for name, width, height in PAGE:
        theme.choose(name)
        window.resize(width, height)
        wait(lambda: False, 0.8)
        window.grab().save(str(folder / f"compare-{name}-{width}x{height}.png"))
    page.model.show_ready(BY_ID["width"])
    window.actions_["measure.compare_canvases"].trigger()
    for name, width, height in CANVASES:
        theme.choose(name)
        window.resize(width, height)
        wait(lambda: False, 0.8)
        window.grab().save(str(folder / f"compare-canvases-{name}-{width}x{height}.png"))
    for controller in window.documents.controllers:
        controller.stack.setClean()
    window.close()
    program.end()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
