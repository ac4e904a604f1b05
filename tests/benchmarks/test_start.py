"""From `lightdesigner` typed to the first complete paint of the start page."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.conftest import paired

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parents[2]

# Ours as it is, except that the process ends once the window has said that it is painted completely.
OURS = """
import os, sys
sys.argv = ["lightdesigner"]
from designer.ui.main_window import MainWindow
MainWindow._after_first_paint = lambda window: os._exit(0)
from designer.__main__ import main
main()
"""

BARE = """
import os
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        QTimer.singleShot(0, lambda: os._exit(0))
application = QApplication([])
window = Window()
window.resize(1600, 1000)
window.show()
application.exec()
"""


def run(code: str, home: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LIGHTDESIGNER_HOME": str(home), "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True)


def test_first_paint_of_the_start_page(record: Callable[..., float], tmp_path: Path) -> None:
    ours, torch = paired(lambda: run(OURS, tmp_path), lambda: run("import torch", tmp_path), 7)
    record("first paint of the start page", ours, {"python -c 'import torch'": torch}, "1.7 x or more")
    ours, bare = paired(lambda: run(OURS, tmp_path), lambda: run(BARE, tmp_path), 7)
    record("first paint of the start page", ours, {"bare PySide6 main window": bare}, "0.25 x or more")
