"""The statistics page in the window."""

from __future__ import annotations

import csv
import io

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from designer.analysis.report import analyse
from designer.graph.edits import SetParam
from designer.ui import theme, units
from designer.ui.main_window import MainWindow
from designer.ui.statistics_page import StatisticsPage
from tests.ui.conftest import Open


def page_of(window: MainWindow) -> StatisticsPage:
    window.actions_.perform("design.statistics")
    page = window.tabs.current
    assert isinstance(page, StatisticsPage)
    return page


def test_it_opens_once_in_a_tab_of_its_own_and_goes_with_its_document(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    page = page_of(window)
    assert page.title == "Statistics of mobilenet_v2"
    assert window.controller is page.controller
    document = window.document_pages[0]
    window.tabs.show(document)
    assert page_of(window) is page
    page.controller.stack.setClean()
    window.tabs.show(document)
    window.actions_.perform("file.close")
    assert page not in window.tabs.pages
    assert window.actions_.why_not("design.statistics") == "No design is open."


def test_it_says_the_totals_the_preset_and_the_largest(open_window: Open, qtbot: QtBot) -> None:
    page = page_of(open_window("mobilenet_v2"))
    assert page.name.text() == "MobileNet V2"
    assert "exactly as counted elsewhere" in page.about.text()
    said = {tile.name.text(): tile.number.text() for tile in page.tiles}
    assert said == {
        "Params": "3.50 M",
        "MACs": "300.8 M",
        "Activations": "6.68 M",
        "Peak memory": "9.19 MiB",
        "Weights": "13.5 MiB",
        "Depth": "53",
        "Receptive field": "491 × 491 px",
        "Output stride": "32 × 32 px",
    }
    assert [row.cells[0] for row in page.kinds.rows] == ["pointwise", "depthwise", "conv2d", "classifier_head"]
    assert page.largest.rows[0].cells[0] == "stage2.ir1"
    page.by.chosen.emit(1)
    page.by.choose(1)
    page._show_largest()
    assert page.largest.rows[0].cells[0] == "head.classifier"
    head, *rows = csv.reader(io.StringIO(page.stages.csv()))
    assert head == ["stage", "layers", "params", "macs", "share_of_macs"]
    assert sum(int(row[3]) for row in rows) == 300_774_272


def test_it_follows_edits_and_undo(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    page = page_of(window)
    controller = page.controller
    controller.apply(SetParam(node="stage3_ir2", name="expand_ratio", value=3.0), "Set expand_ratio")
    macs = analyse(controller.design).macs
    qtbot.waitUntil(lambda: page.found is not None and page.found.total.macs == macs)
    assert "Not as any preset" in page.about.text() or page.conformance
    controller.apply(SetParam(node="stage3_ir2", name="stride", value=7), "Break")
    qtbot.waitUntil(lambda: page.found is None)
    assert page.about.text().startswith("The totals are unknown.")
    assert all(tile.number.text() == "unknown" for tile in page.tiles)
    assert not page.copying.isEnabled()
    controller.stack.undo()
    qtbot.waitUntil(lambda: page.found is not None)
    assert page.copying.isEnabled()


def test_a_block_is_shown_where_it_stands(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    page = page_of(window)
    page.largest.draw_now()
    at = page.largest.place(page.largest.marks[2])
    qtbot.mouseClick(page.largest, Qt.MouseButton.LeftButton, pos=QPoint(round(at.x()) + 30, round(at.y())))
    assert window.page is not None
    assert window.page.controller.selection == {"stage7_ir1"}
    assert page.largest.highlighted == {"stage7_ir1"}


def test_the_keyboard_walks_through_a_table(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    page = page_of(window)
    page.largest.draw_now()
    page.largest.setFocus()
    qtbot.keyClick(page.largest, Qt.Key.Key_Down)
    qtbot.keyClick(page.largest, Qt.Key.Key_Down)
    assert "stage2.ir2" in page.largest.accessibleDescription()
    qtbot.keyClick(page.largest, Qt.Key.Key_Return)
    assert window.page is not None
    assert window.page.controller.selection == {"stage2_ir2"}


def test_copied_as_markdown_in_the_unit_in_use(open_window: Open, qtbot: QtBot) -> None:
    page = page_of(open_window("mobilenet_v2"))
    qtbot.mouseClick(page.copying, Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    assert text.startswith("# MobileNet V2\n")
    assert "| pointwise | 34 | 2,144,448 | 61.2 % | 267,939,840 | 89.1 % |" in text
    units.use(units.FLOPS)
    qtbot.waitUntil(lambda: page.tiles[1].name.text() == "FLOPs")
    qtbot.mouseClick(page.copying, Qt.MouseButton.LeftButton)
    assert "535,879,680" in QGuiApplication.clipboard().text()


def test_narrow_windows_have_two_rows_of_tiles(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2", width=1280)
    page = page_of(window)
    qtbot.waitUntil(lambda: len({tile.y() for tile in page.tiles}) == 1)
    window.resize(900, 700)
    qtbot.waitUntil(lambda: len({tile.y() for tile in page.tiles}) == 2)
    theme.choose(theme.LIGHT)
    assert not page.grab().isNull()
