"""A tiny design is profiled by the real worker from the real window, and the time is seen wherever it belongs."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from designer import latency_store
from designer.document import files
from designer.ui.profile.page import ProfilePage
from tests.designs import chain
from tests.leaks import no_leaks
from tests.ui.conftest import Open, dressed, home, open_window, program

__all__ = ["dressed", "home", "no_leaks", "open_window", "program"]


def test_a_tiny_design_is_profiled(open_window: Open, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "tiny.lightdesign"
    files.save(chain(("conv1", "conv_norm_act", {"out_channels": 8}), ("conv2", "conv2d", {"out_channels": 4})), file)
    window = open_window(file)
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    page = window.tabs.current
    assert isinstance(page, ProfilePage)
    qtbot.waitUntil(lambda: page.settings.machine is not None, timeout=120_000)
    page.settings.changed.emit(options := msgspec.structs.replace(page.settings.options, time_limit_s=1, within=0.05))
    page.settings.show_options(options)
    qtbot.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: bool(page.profiler.runs) or not page.settings.foot.trouble.isHidden(), timeout=120_000)
    assert page.settings.foot.trouble.isHidden(), page.settings.foot.trouble_words.text
    profile = page.profiler.runs[0].profile
    assert profile.backend == "fused"
    assert profile.runs > 0
    assert {"conv1", "conv2"} <= {block.path for block in profile.blocks}
    page.refresh_now()
    times = page.controller.measurements
    assert times.total_ms == (profile.total_ms.median, "measured")
    assert times.of_node("conv1").ms > 0
    assert page.roofline.chart is not None
    assert {point.key for point in page.roofline.chart.points} >= {"conv1", "conv2"}
    assert window.document_pages[0].canvas.scene.nodes["conv1"].spent.endswith(" ms")
    window.program.measuring.end()  # type: ignore[attr-defined]
    assert len(latency_store.load(profile.environment.device_name)) > 0
