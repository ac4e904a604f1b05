"""The whole window against the time it has: from a key to the repainted canvas, table and totals, and opening a large file.

The peer is the budget, so a ratio over 1 keeps it. The garbage collector works as it does in the program.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication

from designer.app.garbage import Collector
from designer.app.settings import HOME, Settings
from designer.document import files
from designer.ui.application import Application
from designer.ui.main_window import MainWindow
from designer.ui.panels.inspector import Inspector
from designer.ui.panels.layer_table import LayerTable
from tests.benchmarks.test_canvas import app, ladder

__all__ = ["app"]

pytestmark = pytest.mark.bench
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
Record = Callable[..., float]
Open = Callable[[str | Path], MainWindow]


@pytest.fixture
def opened(app: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """A complete window with a design in it."""
    monkeypatch.setenv(HOME, str(tmp_path / "home"))
    program = Application(Settings())
    program.collector = Collector(program)

    def open_(design: str | Path) -> MainWindow:
        window = program.new_window()
        window.resize(1600, 1000)
        window.documents.open(design)
        loop = QEventLoop()
        window.ready.connect(loop.quit)
        QTimer.singleShot(60_000, loop, loop.quit)
        window.show()
        loop.exec()
        return window

    yield open_
    for window in list(program.windows):
        for controller in window.documents.controllers:
            controller.stack.setClean()
        window.close()
    program.end()
    program.collector.stop()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of 2,000 blocks."""
    file = tmp_path / "large.lightdesign"
    files.save(ladder(2_000, True), file)
    return file


@pytest.mark.parametrize(("design", "budget"), [("inception_v3", 0.033), ("2,000 blocks", 0.100)])
def test_key_to_repainted_window(opened: Open, record: Record, large: Path, design: str, budget: float) -> None:
    """An arrow key in the first convolution's field: all shapes, the table and the totals follow."""
    window = opened(large if " " in design else design)
    controller = window.controller
    assert controller is not None
    first = next(node.id for node in controller.design.root.nodes() if node.block == "conv_norm_act")
    window.go_to(first)
    table = window.workspace.docks.all["layers"].build()
    inspector = window.workspace.docks.all["inspector"].build()
    assert isinstance(table, LayerTable)
    assert table.isVisible()
    assert isinstance(inspector, Inspector)
    field = inspector.form.rows["out_channels"].field.findChild(QAbstractSpinBox)
    assert field is not None
    field.setFocus()
    QApplication.processEvents()
    times = []
    for _ in range(31):
        QTest.qWait(1)
        start = time.perf_counter()
        QTest.keyClick(field, Qt.Key.Key_Up)
        QApplication.processEvents()
        times.append(time.perf_counter() - start)
    assert controller.design.root.node(first).params["out_channels"] == 32 + 31 if design == "inception_v3" else True
    record(f"{design}: key to repainted canvas, table and totals", median(times), {"budget": budget}, "1 x")
    record(f"{design}: the slowest of {len(times)} keys", max(times), {"budget": budget}, "1 x")


def test_opening_a_large_file(opened: Open, record: Record, large: Path) -> None:
    """From the open dialog's answer to the painted tab, in a window that is there already."""
    window = opened("squeezenet1_1")
    start = time.perf_counter()
    window.open_text(large)
    QApplication.processEvents()
    record("opening a file of 2,000 blocks to its painted tab", time.perf_counter() - start, {"budget": 1.0}, "1 x")
