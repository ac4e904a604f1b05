"""Every test here has a home of its own for settings, locks and recovery files, and leaves no thread and no timer behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from designer.app.settings import HOME
from tests.leaks import no_leaks

__all__ = ["no_leaks"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication, no_leaks: None) -> Path:
    """Where settings, locks and recovery files of this test lie. The application is pytest-qt's, which keeps it alive."""
    folder = tmp_path / "home"
    monkeypatch.setenv(HOME, str(folder))
    return folder
