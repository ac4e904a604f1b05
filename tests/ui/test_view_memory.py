"""A file opens as it was looked at the last time; nothing of that is in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from designer.app.settings import VIEWS
from designer.catalogue import load
from designer.document.files import save
from designer.ui.canvas import heat
from designer.ui.canvas.canvas import Canvas
from designer.ui.main_window import MainWindow
from designer.ui.view_memory import MOST, keep, recalled
from tests.ui.conftest import Open


def canvas_of(window: MainWindow) -> Canvas:
    page = window.page
    assert page is not None
    return page.canvas


def test_a_file_opens_as_it_was_looked_at(open_window: Open, tmp_path: Path) -> None:
    file = tmp_path / "net.lightdesign"
    save(load("mobilenet_v2"), file)
    bytes_before = file.read_bytes()
    window = open_window(file)
    canvas = canvas_of(window)
    canvas.staging.toggle("stage:stage3")
    canvas.staging.toggle("repeat:stage5_ir1")
    window.actions_["view.heat_memory"].trigger()
    window.actions_["view.wire_width"].trigger()
    window.close_page(window.tabs.current)  # type: ignore[arg-type]
    assert file.read_bytes() == bytes_before
    window.documents.open(file)
    again = canvas_of(window)
    assert again is not canvas
    assert {"stage:stage3", "repeat:stage5_ir1"} <= set(again.scene.nodes)
    assert again.looks.metric == heat.MEMORY
    assert again.looks.wires_by_size
    assert not again.controller.unsaved
    again.staging.unfold_all()
    again.looks.show_heat(heat.OFF)
    again.looks.show_wires_by_size(False)
    assert window.settings.get(VIEWS) == []


@pytest.mark.parametrize(
    "look",
    [
        {"stages": ["gone", 3], "repeats": "stage3_ir1", "heat": "warm", "wires_by_size": "yes"},
        {"heat": "time"},
        {"stages": None, "more": {}},
    ],
)
def test_what_makes_no_sense_is_left_out(open_window: Open, tmp_path: Path, look: dict[str, object]) -> None:
    file = tmp_path / "net.lightdesign"
    save(load("mobilenet_v2"), file)
    window = open_window()
    keep(window.settings, str(file), look)
    window.documents.open(file)
    canvas = canvas_of(window)
    assert len(canvas.scene.nodes) == 22
    assert canvas.looks.metric == heat.OFF


def test_only_the_last_files_are_remembered(open_window: Open) -> None:
    settings = open_window().settings
    for k in range(MOST + 5):
        keep(settings, f"/file{k}", {"heat": "macs"})
    assert recalled(settings, "/file0") == {}
    assert recalled(settings, f"/file{MOST + 4}") == {"heat": "macs"}
    assert len(settings.get(VIEWS)) == MOST
    settings.set(VIEWS, [["/a"]])
    assert settings.get(VIEWS) == []
