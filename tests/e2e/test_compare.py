"""The whole way in the real window: open V1 and V2, profile both, compare, export the report, read the CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from designer.__main__ import main
from designer.app.settings import HOME
from designer.app.worker_client import WorkerClient
from designer.catalogue import load
from designer.document import files
from designer.ui import application
from designer.ui.compare import actions as compare_actions
from designer.ui.compare.page import ComparePage
from designer.ui.main_window import MainWindow

FAKE = Path(__file__).parents[1] / "app" / "fake_worker.py"
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def driven(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """`driven(drive, *arguments)`: the program started through `main()`, with `drive(window)` run once its window is complete."""
    monkeypatch.setenv(HOME, str(tmp_path / "home"))
    client = lambda program: WorkerClient(program, worker=[sys.executable, "-P", str(FAKE), "well"])  # noqa: E731
    monkeypatch.setattr(application.Application, "worker", property(lambda self: _once(self, client)))
    failures: list[BaseException] = []

    def run(drive: Callable[[MainWindow], None], *arguments: str) -> int:
        before = application.Application.new_window

        def new_window(program: application.Application) -> MainWindow:
            window = before(program)
            window.ready.connect(lambda: QTimer.singleShot(0, window, lambda: step(program, window)))
            return window

        def step(program: application.Application, window: MainWindow) -> None:
            try:
                drive(window)
            except BaseException as failure:  # noqa: BLE001  # an exception in a slot would be lost
                failures.append(failure)
            finally:
                for controller in window.documents.controllers:
                    controller.stack.setClean()
                program.quit()

        monkeypatch.setattr(application.Application, "new_window", new_window)
        monkeypatch.setattr(sys, "argv", ["lightdesigner", *arguments])
        code = main()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if failures:
            raise failures[0]
        return code

    return run


def _once(program: application.Application, make: Callable[[application.Application], WorkerClient]) -> WorkerClient:
    if program._worker is None:
        program._worker = make(program)
    return program._worker


def press(page: QWidget, text: str, qtbot: QtBot) -> None:
    def shown() -> list[QPushButton]:
        return [one for one in page.findChildren(QPushButton) if one.text() == text and one.isVisible()]

    qtbot.waitUntil(lambda: bool(shown()), timeout=5_000)
    qtbot.mouseClick(shown()[0], Qt.MouseButton.LeftButton)


def test_two_designs_from_opening_to_a_report_and_a_spreadsheet(
    driven: Callable[..., int], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.save(load("mobilenet_v1:resolution=64,width=0.5"), tmp_path / "v1.lightdesign")
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(compare_actions, "choose_file", lambda parent, title, kinds, name: out / f"report{Path(name).suffix}")
    told: dict[str, float] = {}

    def drive(window: MainWindow) -> None:
        window.documents.open("mobilenet_v2:resolution=64,width=0.5")
        qtbot.keyClick(window, Qt.Key.Key_C, CONTROL | SHIFT)
        page = window.tabs.current
        assert isinstance(page, ComparePage)
        qtbot.waitUntil(lambda: page.scatter.chart is not None, timeout=10_000)
        press(page, "Profile both", qtbot)
        qtbot.waitUntil(lambda: not page.busy, timeout=60_000)
        qtbot.waitUntil(lambda: all(entry.measured is not None for entry in page.model.entries), timeout=5_000)
        for entry in page.model.entries:
            assert entry.measured is not None
            told[entry.name] = entry.measured.total_ms
        qtbot.mouseClick(page.bar.outs["html"], Qt.MouseButton.LeftButton)
        qtbot.mouseClick(page.bar.outs["csv"], Qt.MouseButton.LeftButton)

    assert driven(drive, str(tmp_path / "v1.lightdesign")) == 0
    with (out / "report.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["design"] for row in rows] == ["MobileNet V2", "v1"]
    for row in rows:
        assert float(row["measured_ms"]) == pytest.approx(told[row["design"]], abs=1e-3)
        assert int(row["macs"]) == sum(int(value) for key, value in row.items() if key.startswith("macs_") and value)
        assert "Fake CPU 3000" in row["measured_on"]
    report = (out / "report.html").read_text(encoding="utf-8")
    assert report.count("<svg") >= 3
    assert "Time, measured" in report
    assert "Fake CPU 3000" in report
    assert "http" not in report
