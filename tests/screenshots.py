"""The pictures that people look at: the main states of the window, light and dark, in two sizes.

`python -m tests.screenshots [FOLDER] [STATE...]`; `make screenshots` writes all of them to docs/pictures, of which the README
shows three. Each state is a function that brings a window there by its actions; what stands beside the window (a dialog, a
menu) is laid over its picture where it stood. QT_SCALE_FACTOR=2 gives the pictures of a high-DPI screen.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QPoint, QRectF, QTimer
from PySide6.QtGui import QContextMenuEvent, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from designer.app import commands
from designer.app.settings import HOME, LAST_FOLDER, WINDOW_STATE, Settings
from designer.graph.network import Edge
from designer.ui import style, theme
from designer.ui.application import Application
from designer.ui.main_window import MainWindow
from designer.ui.panels.charts import MEMORY, STAGES, Charts

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
SIZES = ((1280, 800), (2560, 1440))
THEMES = (theme.DARK, theme.LIGHT)
PATIENCE_MS = 60_000

State = Callable[[MainWindow], None]
STATES: dict[str, tuple[str | None, State]] = {}
"""name: the design that is open, and what is done with it."""


def state(design: str | None) -> Callable[[State], State]:
    """Make a function a state; its name is that of the pictures."""

    def add(bring: State) -> State:
        STATES[bring.__name__] = design, bring
        return bring

    return add


# -- the states ----------------------------------------------------------------------------------------------------------------


@state(None)
def welcome(window: MainWindow) -> None:
    """The start page."""


@state("mobilenet_v2")
def editor(window: MainWindow) -> None:
    """A preset as it opens, at the close level."""


@state("googlenet")
def branches(window: MainWindow) -> None:
    """Another, with composites that branch."""


@state("mobilenet_v2")
def selected(window: MainWindow) -> None:
    """A block with its parameters, its card and its rows."""
    window.go_to("stage2_ir2")


@state("mobilenet_v2")
def middle(window: MainWindow) -> None:
    """Half the size: names and one figure."""
    _look(window, 0.6)


@state("inception_v3")
def far(window: MainWindow) -> None:
    """A whole design in view: bars."""
    _look(window, 0.3)


@state("mobilenet_v2")
def error(window: MainWindow) -> None:
    """Shapes that do not fit: the cause marked, the followers quiet, the problem with its priced fixes."""
    controller = window.controller
    assert controller is not None
    design, engine = controller.design, controller.engine
    assert window.page is not None
    places = window.page.canvas.scene.places()
    edge = Edge("stage3_ir1", "y", "stage3_ir2", "x")
    controller.apply(step := commands.insert(design, engine, "add", edge, places=places), step.name)
    (merge,) = commands.added(step)
    free = next(port for port in ("a", "b") if port not in design.root.sources(merge))
    controller.apply(step := commands.connect(design, Edge("stage2_ir2", "y", merge, free)), step.name)
    window.go_to(merge)
    window.workspace.focus("problems")


@state("mobilenet_v2")
def inside(window: MainWindow) -> None:
    """The drawing of a composite."""
    assert window.page is not None
    window.page.canvas.inside("stage2_ir2")


@state("mobilenet_v2")
def menu(window: MainWindow) -> None:
    """The context menu of a block."""
    window.go_to("stage2_ir2")
    assert window.page is not None
    view = window.page.canvas.view
    at = view.viewportTransform().map(QRectF(*view.surface.nodes["stage2_ir2"].box[:2], 1, 1).center()).toPoint() + QPoint(80, 20)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.viewport().mapToGlobal(at))
    QApplication.sendEvent(view.viewport(), event)


@state("mobilenet_v2")
def export(window: MainWindow) -> None:
    """What is asked before a design is written to a model."""
    window.actions_.perform("file.export")


@state("mobilenet_v2")
def charts(window: MainWindow) -> None:
    """Memory over time, with what is alive at the peak."""
    window.go_to("stage2_ir1")
    window.workspace.focus("charts")
    panel = window.workspace.docks.all["charts"].panel
    assert isinstance(panel, Charts)
    panel.choose(MEMORY)


@state("resnet50")
def shares(window: MainWindow) -> None:
    """How the MACs are shared out among stages."""
    window.workspace.focus("charts")
    panel = window.workspace.docks.all["charts"].panel
    assert isinstance(panel, Charts)
    panel.choose(STAGES)


@state("mobilenet_v2")
def statistics(window: MainWindow) -> None:
    """A design in figures."""
    window.actions_.perform("design.statistics")


@state("mobilenet_v2")
def picture(window: MainWindow) -> None:
    """What is asked before a picture is written, with its preview."""
    window.actions_.perform("file.picture")


@state("mobilenet_v2")
def command_palette(window: MainWindow) -> None:
    """Every command by its name."""
    window.actions_.perform("help.commands")


@state("mobilenet_v2")
def shortcuts(window: MainWindow) -> None:
    """All keys at once."""
    window.actions_.perform("help.shortcuts")


def _look(window: MainWindow, zoom: float) -> None:
    assert window.page is not None
    view = window.page.canvas.view
    view.fit()
    centre = view.centre()
    view.look(max(view.zoom, zoom) if zoom >= 0.35 else min(view.zoom, zoom), centre)


# -- taking them ---------------------------------------------------------------------------------------------------------------


def wait(milliseconds: int = 120) -> None:
    """Let the window settle: panels are laid out and painted, fixes are worked out."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def take(program: Application, name: str, size: tuple[int, int], folder: Path) -> Path:
    """Open a window, bring it to a state and write its picture."""
    design, bring = STATES[name]
    window = program.new_window()
    window.resize(*size)
    if design is not None:
        window.documents.open(design)
    loop = QEventLoop()
    window.ready.connect(loop.quit)
    QTimer.singleShot(PATIENCE_MS, loop, loop.quit)
    window.show()
    loop.exec()
    bring(window)
    wait(400)
    file = folder / f"{name}-{theme.chosen()}-{size[0]}x{size[1]}.png"
    if not _whole(window).save(str(file)):
        raise OSError(f"{file} cannot be written")
    for controller in window.documents.controllers:
        controller.stack.setClean()
    for popup in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
        if popup is not None:
            popup.close()
    window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return file


def _whole(window: MainWindow) -> QPixmap:
    """The window with what stands over it."""
    picture = window.grab()
    painter = QPainter(picture)
    for other in QApplication.topLevelWidgets():
        if other is not window and other.isVisible() and other.isWindow():
            at = other.mapToGlobal(QPoint(0, 0)) - window.mapToGlobal(QPoint(0, 0))
            room = window.rect().center() - other.rect().center()  # without a window manager a dialog stands anywhere
            painter.drawPixmap(room if window.isAncestorOf(other) and other.isModal() else at, other.grab())
    painter.end()
    return picture


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]) if arguments else FOLDER
    names = arguments[1:] or list(STATES)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="lightdesigner-") as home:
        os.environ[HOME] = home
        app = QApplication(["lightdesigner"])
        app.setQuitOnLastWindowClosed(False)
        program = Application(Settings())
        program.settings.set(LAST_FOLDER, home)
        theme.reduce_motion(True)
        style.start(app)
        for chosen in THEMES:
            theme.choose(chosen)
            for size in SIZES:
                for name in names:
                    sys.stdout.write(f"{take(program, name, size, folder)}\n")
                    sys.stdout.flush()
                    program.settings.forget(WINDOW_STATE)  # each begins as on the first day
        program.end()


if __name__ == "__main__":
    main(sys.argv[1:])
