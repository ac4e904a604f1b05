"""The charts in the window: what a click selects, what a selection lights up, and that they follow edits only while seen."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from designer.analysis.report import analyse
from designer.document.files import save
from designer.graph.edits import SetDisabled, SetParam
from designer.ui import numbers, theme, units
from designer.ui.main_window import MainWindow
from designer.ui.panels.charts import DEPTH, FIELD, KINDS, MEMORY, STAGES, Charts
from designer.ui.plots.figure import Figure
from designer.ui.plots.memory import MemoryView
from designer.ui.plots.over_depth import OverDepth
from designer.ui.plots.reach import ReachChart
from designer.ui.plots.treemap import Treemap
from tests.app.test_own_blocks import units as units_design
from tests.ui.conftest import Open

ROOT = Path(__file__).parents[2]
START = """
import sys
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from designer.app.settings import Settings
from designer.ui import style
from designer.ui.application import Application

app = QApplication([])
style.start(app)
program = Application(Settings())
window = program.new_window()
window.documents.open("resnet18")
loop = QEventLoop()
window.ready.connect(loop.quit)
QTimer.singleShot(60_000, loop.quit)
window.show()
loop.exec()
assert window.workspace.docks.all["layers"].panel is not None
assert "pyqtgraph" not in sys.modules
window.workspace.focus("charts")
assert "pyqtgraph" in sys.modules
assert "torch" not in sys.modules
for controller in window.documents.controllers:
    controller.stack.setClean()
window.close()
program.end()
"""


def charts_of(window: MainWindow) -> Charts:
    window.workspace.focus("charts")
    panel = window.workspace.docks.all["charts"].panel
    assert isinstance(panel, Charts)
    return panel


def drawn(panel: Charts, qtbot: QtBot, kind: int) -> Figure:
    panel.choose(kind)
    figure = panel.figure
    qtbot.waitUntil(lambda: not figure._stale)
    figure.draw_now()
    return figure


def click(figure: Figure, qtbot: QtBot, number: int) -> None:
    at = figure.place(figure.marks[number])
    qtbot.mouseClick(figure, Qt.MouseButton.LeftButton, pos=QPoint(round(at.x()), round(at.y())))


def nodes_of(figure: Figure) -> set[str]:
    """The root nodes that a figure has marks of."""
    return {mark.key[0] for mark in figure.marks if isinstance(mark.key, tuple)}


def test_the_dock_stands_between_layers_and_problems(open_window: Open) -> None:
    window = open_window("mobilenet_v2")
    bars = [bar for bar in window.workspace.docks._tab_bars() if bar.count() >= 3]
    assert [bars[0].tabText(k) for k in range(3)] == ["Layers", "Charts", "Problems"]
    assert window.workspace.docks.all["charts"].panel is None, "made when it is first seen"
    window.actions_.perform("window.charts")
    assert isinstance(window.workspace.docks.all["charts"].panel, Charts)


def test_where_there_is_little_room_charts_stand_in_a_list(open_window: Open, qtbot: QtBot) -> None:
    panel = charts_of(open_window("resnet18", width=1600))
    header = panel.header
    qtbot.waitUntil(header.isVisible)
    header.resize(header.sizeHint())
    assert not header.kinds.isHidden()
    assert header.list.isHidden()
    header.resize(300, 24)
    assert header.kinds.isHidden()
    header.list.setCurrentIndex(MEMORY)
    header.list.activated.emit(MEMORY)
    assert isinstance(panel._stack.currentWidget(), MemoryView)
    assert header.kinds.index == MEMORY
    assert header.measures.isHidden(), "it shows one figure alone"
    panel.choose(STAGES)
    assert not header.measures.isHidden()


def test_no_chart_no_pyqtgraph(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LIGHTDESIGNER_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-P", "-c", START], env=env, capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_click_selects_the_block_and_a_selection_lights_up(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    controller = window.controller
    assert controller is not None
    panel = charts_of(window)
    for kind in (DEPTH, STAGES, KINDS, MEMORY, FIELD):
        figure = drawn(panel, qtbot, kind)
        number = len(figure.marks) // 2
        key = figure.marks[number].key
        assert isinstance(key, tuple)
        click(figure, qtbot, number)
        assert controller.selection == {key[0]}, panel.header.list.currentText()
        assert figure.highlighted == {key[0]}
        figure.draw_now()
        before = figure.grab().toImage()
        controller.select({"stage1_ir1"})
        figure.draw_now()
        assert figure.highlighted == {"stage1_ir1"}
        assert figure.grab().toImage() != before
    beside = drawn(panel, qtbot, STAGES)
    qtbot.mouseClick(beside, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    assert not controller.selection


def test_the_block_comes_into_view_and_the_keyboard_stays(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    panel = charts_of(window)
    figure = drawn(panel, qtbot, DEPTH)
    page = window.page
    assert page is not None
    view = page.canvas.view
    figure.setFocus()
    qtbot.keyClick(figure, Qt.Key.Key_End)
    qtbot.keyClick(figure, Qt.Key.Key_Return)
    assert window.controller is not None
    (selected,) = window.controller.selection
    assert selected.startswith("head")

    def seen() -> bool:
        box = page.canvas.scene.nodes[selected].box
        return view.mapToScene(view.viewport().rect()).boundingRect().contains(QPointF(*box.centre))

    qtbot.waitUntil(seen)
    assert figure.hasFocus()


def test_hovering_reads_the_numbers_with_units(open_window: Open, qtbot: QtBot) -> None:
    panel = charts_of(open_window("mobilenet_v2"))
    figure = drawn(panel, qtbot, DEPTH)
    mark = next(mark for mark in figure.marks if mark.title == "stage2.ir1.expand")
    figure.point_at(figure.place(mark))
    said = dict(mark.rows)
    assert said["MACs"] == "19,267,584"
    assert said["Activations"] == "1,204,224 elements"
    assert said["Share of MACs"] == "6.4 %"
    assert said["Output"] == "96 × 112 × 112"
    assert "stage2.ir1.expand" in figure.accessibleDescription()
    memory = drawn(panel, qtbot, MEMORY)
    assert dict(memory.rows_of(max(memory.marks, key=lambda one: one.y)))["Alive"] == "9.19 MiB"
    field = drawn(panel, qtbot, FIELD)
    last = next(mark for mark in field.marks if mark.title == "head.conv.conv")
    assert dict(last.rows)["Receptive field"] == "491 × 491 px"
    assert dict(last.rows)["Output stride"] == "32 × 32 px"


def test_the_peak_and_what_is_alive_there(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    panel = charts_of(window)
    drawn(panel, qtbot, MEMORY)
    view = panel._stack.currentWidget()
    assert isinstance(view, MemoryView)
    view.alive.draw_now()
    assert [tensor.path for tensor in view.alive.tensors] == ["stage2.ir1.expand.conv", "stage2.ir1.expand.norm"]
    assert window.status is not None
    assert view.chart.memory is not None
    assert window.status._memory.number.text() == numbers.bytes_(4 * view.chart.memory.lives.peak)
    click(view.alive, qtbot, 0)
    assert window.controller is not None
    assert window.controller.selection == {"stage2_ir1"}
    step = view.chart.memory.paths.index("stage6.ir2.add")
    view.chart.read_out(view.chart.marks[step])
    view.alive.draw_now()
    assert "stage6.ir1.project.norm" in [tensor.path for tensor in view.alive.tensors], "what the bypass keeps"
    view.chart.read_out(None)
    view.alive.draw_now()
    assert view.alive.tensors[0].path == "stage2.ir1.expand.conv", "the peak again"


def test_edits_show_at_once_and_nothing_is_drawn_behind_another_tab(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    controller = window.controller
    assert controller is not None
    panel = charts_of(window)
    figure = drawn(panel, qtbot, DEPTH)
    assert isinstance(figure, OverDepth)
    controller.apply(SetDisabled(node="stage3_ir2", disabled=True), "Switch off")
    qtbot.waitUntil(lambda: all(row.node != "stage3_ir2" for row in figure.rows))
    controller.stack.undo()
    qtbot.waitUntil(lambda: any(row.node == "stage3_ir2" for row in figure.rows))
    window.workspace.focus("layers")
    rows = figure.rows
    controller.apply(SetParam(node="stage7_ir1", name="out_channels", value=256), "Narrow")
    qtbot.wait(120)
    assert figure.rows is rows
    window.workspace.focus("charts")
    qtbot.waitUntil(lambda: figure.rows is not rows)
    assert sum(row.cost.macs for row in figure.rows) == analyse(controller.design).macs


def test_while_totals_are_unknown_the_charts_say_why(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    controller = window.controller
    assert controller is not None
    panel = charts_of(window)
    controller.apply(SetParam(node="stage3_ir2", name="stride", value=7), "Break")
    for kind in (DEPTH, STAGES, KINDS, MEMORY, FIELD):
        figure = drawn(panel, qtbot, kind)
        assert figure.message.startswith("The totals are unknown.")
        assert "stage3.ir2" in figure.message
        assert not figure.marks
        assert len(csv_of(figure)) == 1
    controller.stack.undo()
    assert drawn(panel, qtbot, DEPTH).marks


def csv_of(figure: Figure) -> list[list[str]]:
    return list(csv.reader(io.StringIO(figure.csv())))


def test_every_chart_can_be_copied_as_csv_and_picture(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    panel = charts_of(window)
    report = analyse(window.controller.design)  # type: ignore[union-attr]
    for kind, column, whole in (
        (DEPTH, "macs", report.macs),
        (STAGES, "macs", report.macs),
        (KINDS, "macs", report.macs),
        (MEMORY, "alive_bytes", None),
        (FIELD, "field_h_px", None),
    ):
        figure = drawn(panel, qtbot, kind)
        figure.copy_csv()
        assert QGuiApplication.clipboard().text() == figure.csv()
        head, *rows = csv_of(figure)
        values = [int(row[head.index(column)]) for row in rows]
        if whole is not None:
            assert sum(values) == whole
        elif kind == MEMORY:
            assert max(values) == report.peak_activation_bytes
        figure.copy_picture()
        assert QGuiApplication.clipboard().image().size() == figure.size() * 2
    qtbot.mouseClick(panel.header.copying, Qt.MouseButton.LeftButton)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QMenu)
    assert [action.text() for action in popup.actions()][:2] == ["Copy picture", "Copy CSV"]
    popup.close()


def test_macs_become_flops_and_the_measure_can_be_chosen(open_window: Open, qtbot: QtBot) -> None:
    panel = charts_of(open_window("mobilenet_v2"))
    figure = drawn(panel, qtbot, DEPTH)
    assert isinstance(figure, OverDepth)
    heights = [mark.y for mark in figure.marks]
    units.use(units.FLOPS)
    figure.draw_now()
    assert [mark.y for mark in figure.marks] == [2 * height for height in heights]
    assert figure.y_axis.title.startswith("FLOPs")
    assert panel.header.measures.itemText(1) == "FLOPs"
    panel.header.measures.setCurrentIndex(0)
    panel.header.measures.activated.emit(0)
    figure.draw_now()
    assert [mark.y for mark in figure.marks] == [row.cost.params for row in figure.rows]
    shares = drawn(panel, qtbot, STAGES)
    assert isinstance(shares, Treemap)
    assert [share.name for share in shares.shares][:1] == ["head"], "most params are in the head"
    drawn(panel, qtbot, KINDS)
    assert shares.shares[0].name == "pointwise"


def test_tiles_lie_in_the_chart_and_shares_add_up(open_window: Open, qtbot: QtBot) -> None:
    figure = drawn(charts_of(open_window("googlenet")), qtbot, STAGES)
    assert isinstance(figure, Treemap)
    room = figure.rect()
    assert sum(tile.share for tile in figure._tiles) == pytest.approx(1)
    assert all(room.contains(tile.box.toAlignedRect()) for tile in figure._tiles)
    assert all(figure.mark_at(figure.place(mark)) is mark for mark in figure.marks if _wide(figure, mark))


def _wide(figure: Treemap, mark: object) -> bool:
    box = figure._tiles[list(figure.marks).index(mark)].box  # type: ignore[arg-type]
    return box.width() > 1 and box.height() > 1


def test_another_document_another_chart_and_none_without_one(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2", "resnet18")
    panel = charts_of(window)
    figure = drawn(panel, qtbot, FIELD)
    assert isinstance(figure, ReachChart)
    assert any(row.path.startswith("conv5") for row in figure.rows)
    window.tabs.step(-1)
    figure.draw_now()
    assert any(row.path.startswith("stage7") for row in figure.rows)
    panel.set_controller(None)
    figure.draw_now()
    assert figure.message == "No design is open."


def test_inside_an_own_block_the_charts_are_about_what_is_inside(open_window: Open, tmp_path: Path, qtbot: QtBot) -> None:
    save(units_design(), tmp_path / "units.lightdesign")
    window = open_window(tmp_path / "units.lightdesign")
    assert window.page is not None
    canvas = window.page.canvas
    panel = charts_of(window)
    outer = drawn(panel, qtbot, DEPTH)
    assert nodes_of(outer) == {"a", "b"}
    canvas.inside("a")
    for kind in (DEPTH, STAGES, KINDS, MEMORY, FIELD):
        figure = drawn(panel, qtbot, kind)
        assert "conv" in nodes_of(figure)
        assert nodes_of(figure) <= {"x", "conv", "act", "y"}
    click(figure, qtbot, 0)
    assert canvas.controller.selection == {"conv"}
    canvas.back()
    assert nodes_of(drawn(panel, qtbot, DEPTH)) == {"a", "b"}


def test_light_and_dark(open_window: Open, qtbot: QtBot) -> None:
    figure = drawn(charts_of(open_window("resnet18")), qtbot, STAGES)
    dark = figure.grab().toImage().pixelColor(2, 2)
    theme.choose(theme.LIGHT)
    figure.draw_now()
    assert figure.grab().toImage().pixelColor(2, 2).lightness() > dark.lightness() + 100
