"""The Profile page in the real window: with a worker that has habits, by mouse and keys."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QMouseEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from designer import latency_store
from designer.analysis.layers import BLOCK, LAYER
from designer.analysis.measured import BACKENDS, MOST_BATCH
from designer.app.measurements import signatures
from designer.app.worker_client import WorkerClient
from designer.graph.design import ROOT
from designer.graph.edits import SetParam
from designer.protocol import Phase
from designer.ui import theme, units
from designer.ui.application import Application
from designer.ui.canvas.fold_item import FoldItem
from designer.ui.main_window import MainWindow
from designer.ui.panels.inspector import Inspector
from designer.ui.panels.layer_model import PLACE as LAYER_PLACE
from designer.ui.panels.layer_table import LayerTable
from designer.ui.plots.roofline import Roofline
from designer.ui.profile import latency_card
from designer.ui.profile.page import ProfilePage
from designer.ui.profile.table_model import LEVELS, PLACE
from tests.app import fake_measure
from tests.ui.conftest import Open

FAKE = Path(__file__).parents[1] / "app" / "fake_worker.py"
NET = "squeezenet1_1"
LEFT = Qt.MouseButton.LeftButton
OpenPage = Callable[..., ProfilePage]


@pytest.fixture
def page_with(program: Application, open_window: Open, qtbot: QtBot) -> OpenPage:
    """`page_with("crash")`: Ctrl+P pressed in a window whose worker has that habit."""

    def make(habit: str = "well", design: str | Path = NET, width: int = 1600, height: int = 1000) -> ProfilePage:
        program._worker = WorkerClient(program, worker=[sys.executable, "-P", str(FAKE), habit], patience_ms=5_000)
        window = open_window(design, width=width, height=height)
        window.follow_worker(program._worker)
        qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
        page = window.tabs.current
        assert isinstance(page, ProfilePage)
        return page

    return make


def window_of(page: ProfilePage) -> MainWindow:
    window = page.window()
    assert isinstance(window, MainWindow)
    return window


def known(page: ProfilePage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.settings.machine is not None, timeout=10_000)


def press(widget: QWidget, qtbot: QtBot) -> None:
    assert widget.isEnabled(), widget.toolTip()
    qtbot.mouseClick(widget, LEFT)


def run(page: ProfilePage, qtbot: QtBot) -> None:
    known(page, qtbot)
    count = len(page.profiler.runs)
    press(page.settings.foot.run_button, qtbot)
    qtbot.waitUntil(lambda: len(page.profiler.runs) > count and not page.profiler.running, timeout=20_000)
    page.refresh_now()


def row_of(page: ProfilePage, path: str) -> int:
    place = page.table.model.place_of(path)
    assert place >= 0, path
    return place


def text(page: ProfilePage, path: str, column: str) -> str:
    return str(page.table.model.index(row_of(page, path), PLACE[column]).data())


def click_row(page: ProfilePage, row: int, qtbot: QtBot, *, double: bool = False) -> None:
    view = page.table.view
    view.scrollTo(page.table.model.index(row, 0))
    at = view.visualRect(page.table.model.index(row, 0)).center()
    (qtbot.mouseDClick if double else qtbot.mouseClick)(view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, at)


def test_what_this_machine_lacks_is_greyed_and_says_why(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with("slow_start")
    assert "Asking the worker" in page.settings.foot.memory_words.text, "a placeholder that says so"
    known(page, qtbot)
    settings = page.settings
    assert not settings.devices.button("cuda").isEnabled()
    assert settings.devices.why_not("cuda") == "This machine has no NVIDIA GPU that torch can use."
    assert settings.devices.button("cpu").isEnabled()
    assert not settings.backends.button("compile").isEnabled()
    assert "C++ compiler" in settings.backends.why_not("compile")
    assert settings.foot.memory_words.text.startswith("Needs ")
    assert settings.foot.memory_words.text.endswith("free 8.00 GiB.")
    press(settings.devices.button("cpu"), qtbot)
    qtbot.mouseClick(settings.devices.button("cuda"), LEFT)
    assert page.profiler.options.device == "cpu"


def test_a_type_brings_the_backend_that_can_do_it(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    known(page, qtbot)
    press(page.settings.dtypes.button(3), qtbot)
    assert (page.settings.options.dtype, page.settings.options.backend) == ("int8", "onnxruntime")
    assert page.settings.backends.choice == "onnxruntime"
    assert page.settings.remark.text() == "Speed only: calibrated at random."
    press(page.settings.backends.button("eager"), qtbot)
    assert (page.settings.options.dtype, page.settings.options.backend) == ("fp32", "eager")
    press(page.settings.reset, qtbot)
    assert page.settings.options.backend == "fused"


def test_a_run_fills_every_card(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    known(page, qtbot)
    assert text(page, "stage1.fire2", "ms") == "–"
    assert page.settings.foot.run_button.text() == "Run"
    press(page.settings.sweep, qtbot)
    run(page, qtbot)
    profile = page.profiler.shown.profile
    foot = page.settings.foot
    assert foot.run_button.text() == "Run again"
    assert not foot.progress.isVisible()
    assert page.tiles.whole.number.text() in page.tiles.whole.accessibleName()
    assert page.tiles.layers.below.text() == "layers add up to 100 %"
    assert page.tiles.reached.below.text().endswith("of the 100 peak")
    saves = [row.save_ms for row in page.table.model.rows]
    assert saves == sorted(saves, reverse=True), "what could be saved first"
    assert page.table.noise.text == "Quiet machine: spread 2.0 %"
    block = next(block for block in profile.blocks if block.path == "stage1.fire2")
    assert text(page, "stage1.fire2", "gmacs") == f"{block.gmacs_per_s:.1f}"
    assert text(page, "stage1.fire2", "bound") == block.bound
    assert len(page.roofline.chart.points) == len([row for row in page.table.model.rows if row.macs])
    assert page.roofline.note.text().startswith("calibrated")
    assert [point.batch for point in page.sweep.chart.points] == [1, 2, 4, 8, 16, 32]
    assert page.sweep.note.text().startswith("images per second, best at batch ")
    assert page.runs.kept.text().startswith("Kept with each run: torch 2.99, fp32, 2 threads, 3.0 GHz")
    assert [line.name for line in page.latency.model.lines] == ["CPU, fp32, fused"]
    status = window_of(page).status
    assert status._time.accessibleName() == f"Time {page.tiles.whole.number.text()} ms"
    assert status.worker.text == "50 runs done in 0.1 s"


def test_keys_run_and_the_menu_says_what_is_not_possible(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    known(page, qtbot)
    window = window_of(page)
    actions = window.actions_
    actions.refresh()
    assert not actions["measure.cancel"].isEnabled()
    assert "Nothing is being measured." in actions["measure.cancel"].toolTip()
    qtbot.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: len(page.profiler.runs) == 1, timeout=20_000)
    window.tabs.show(window.document_pages[0])
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert window.tabs.current is page, "the same page comes to the front"
    qtbot.waitUntil(lambda: len(page.profiler.runs) == 2, timeout=20_000)
    assert len(window.tool_pages) == 1
    assert window.tools._ends["file.export"].property("role") == "", "one primary button in a view"
    window.tabs.show(window.document_pages[0])
    assert window.tools._ends["file.export"].property("role") == "primary"


def test_cancel_by_mouse_and_the_window_lives_on(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with("waits")  # it answers no question, either
    page.settings.greet(fake_measure.MACHINE)
    page.refresh_now()
    press(page.settings.foot.run_button, qtbot)
    assert page.settings.foot.progress.isVisible()
    assert not page.settings.foot.run_button.isEnabled()
    assert not page.settings._inner.isEnabled()
    began = time.monotonic()
    press(page.settings.foot.cancel_button, qtbot)
    qtbot.waitUntil(lambda: not page.profiler.running, timeout=5_000)
    assert time.monotonic() - began < 2.0, "half a second by itself; this machine may be busy"
    assert not page.settings.foot.progress.isVisible()
    assert page.settings.foot.run_button.isEnabled()
    assert page.settings.foot.trouble.isHidden()


def test_a_worker_that_crashes_leaves_a_sentence_on_the_page(page_with: OpenPage, home: Path, qtbot: QtBot) -> None:
    home.mkdir(exist_ok=True)
    (home / "marker").write_text("the question about the machine goes through")
    page = page_with("crash_once")
    known(page, qtbot)
    (home / "marker").unlink()
    press(page.settings.foot.run_button, qtbot)
    qtbot.waitUntil(lambda: not page.settings.foot.trouble.isHidden(), timeout=10_000)
    assert "The measurement crashed inside a library" in page.settings.foot.trouble_words.text
    qtbot.waitUntil(page.settings.foot.run_button.isEnabled, timeout=5_000)
    run(page, qtbot)
    assert page.settings.foot.trouble.isHidden()


def test_a_design_that_does_not_fit_is_refused_with_the_figure(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    known(page, qtbot)
    page.settings.batch.setFocus()
    page.settings.batch.selectAll()
    qtbot.keyClicks(page.settings.batch, "65536")
    qtbot.keyClick(page.settings.batch, Qt.Key.Key_Return)
    page.refresh_now()
    assert page.settings.batch.value() == MOST_BATCH, "as many as the command line takes"
    said = page.settings.foot.memory_words.text
    assert said.startswith("Needs ")
    assert "GiB, but only 8.00 GiB are free." in said
    assert not page.settings.foot.run_button.isEnabled()
    assert page.settings.foot.run_button.toolTip() == said


def test_rows_points_and_canvas_share_one_selection(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    run(page, qtbot)
    click_row(page, row_of(page, "stage1.fire2"), qtbot)
    assert page.controller.selection == {"stage1_fire2"}
    chart = page.roofline.chart
    assert isinstance(chart, Roofline)
    assert chart.highlighted == {"stage1.fire2"}
    chart.draw_now()
    mark = next(mark for mark in chart.marks if mark.key == "head.conv10")
    at = chart.place(mark)
    move = QMouseEvent(
        QEvent.Type.MouseMove, at, chart.mapToGlobal(at), Qt.MouseButton.NoButton, LEFT, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(chart, move)
    assert chart.current.title == "head.conv10"
    assert [name for name, _ in chart.current.rows] == ["Reached", "Intensity", "Time", "Above the roof", "Bound by"]
    qtbot.mouseClick(chart, LEFT, Qt.KeyboardModifier.NoModifier, at.toPoint())
    assert page.controller.selection == {"head_conv10"}
    rows = page.table.view.selectionModel().selectedRows()
    assert [page.table.model.rows[index.row()].path for index in rows] == ["head.conv10"]


def test_a_double_click_goes_to_the_block_on_the_canvas(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    run(page, qtbot)
    window = window_of(page)
    click_row(page, row_of(page, "stage2.fire4"), qtbot, double=True)
    assert window.tabs.current is window.document_pages[0]
    assert page.controller.selection == {"stage2_fire4"}
    item = window.document_pages[0].canvas.scene.nodes["stage2_fire4"]
    assert item.spent == f"{item.time.ms:.2f} ms", "ms beside MACs on the block"
    assert page.controller.apply(SetParam(scope=ROOT, node="stage2_fire4", name="squeeze_channels", value=17), "Widen")
    assert item.spent.startswith("≈ ")


def test_the_table_of_layers_shows_times_once_they_are_known(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    window = window_of(page)
    window.tabs.show(window.document_pages[0])
    qtbot.waitUntil(lambda: window.findChild(LayerTable) is not None, timeout=5_000)
    table = window.findChild(LayerTable)
    assert table.view.isColumnHidden(LAYER_PLACE["ms"])
    window.show_tool(page)
    run(page, qtbot)
    window.tabs.show(window.document_pages[0])
    assert not table.view.isColumnHidden(LAYER_PLACE["ms"])
    assert not table.view.isColumnHidden(LAYER_PLACE["time_share"])
    header = table.view.horizontalHeader()
    shown = [k for k in range(header.count()) if not table.view.isColumnHidden(header.logicalIndex(k))]
    order = [header.logicalIndex(k) for k in shown]
    assert order.index(LAYER_PLACE["ms"]) == order.index(LAYER_PLACE["macs"]) + 1, "beside the MACs"
    model = table.model
    row = next(row for row in model.rows if row.name == "fire2.squeeze")
    found = page.controller.measurements.ms_of("stage1.fire2.squeeze")
    assert model.text(row, LAYER_PLACE["ms"]) == f"{found.ms:.2f}"
    assert model.text(row, LAYER_PLACE["bound"]) in ("memory", "compute", "overhead")
    model.sort(LAYER_PLACE["save"], Qt.SortOrder.DescendingOrder)
    saves = [model.times.of(row).save_ms or -1.0 for row in model.rows]
    assert saves == sorted(saves, reverse=True)
    table.columns.show("ms", False)
    page.profiler.show(page.profiler.shown)
    assert table.view.isColumnHidden(LAYER_PLACE["ms"]), "a person has decided"


def test_levels_sorting_columns_and_copies(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    run(page, qtbot)
    table = page.table
    press(table.levels.button(2), qtbot)
    assert table.model.level == LAYER
    assert table.model.place_of("stage1.fire2.squeeze") >= 0
    press(table.levels.button(0), qtbot)
    assert table.model.place_of("stage1") >= 0
    press(table.levels.button(1), qtbot)
    header = table.view.horizontalHeader()
    x = header.sectionViewportPosition(PLACE["ms"]) + 10
    qtbot.mouseClick(header.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(x, 8))
    times = [row.ms for row in table.model.rows]
    assert times == sorted(times, reverse=True)
    menu = table.column_menu()
    next(action for action in menu.actions() if action.objectName() == "moved").trigger()
    menu.close()
    assert not table.view.isColumnHidden(PLACE["moved"])
    table.copy(markdown=False)
    lines = list(csv.reader(QGuiApplication.clipboard().text().splitlines()))
    assert lines[0][0] == "Block"
    assert "ms" in lines[0]
    assert lines[-1][0] == "All"
    assert len(lines) == len(table.model.rows) + 2
    total = page.controller.engine.total
    assert sum(int(line[lines[0].index("MACs")]) for line in lines[1:-1]) == total.macs
    table.copy(markdown=True)
    assert QGuiApplication.clipboard().text().startswith("| Block | ")
    units.use(units.FLOPS)
    assert str(table.model.headerData(PLACE["gmacs"], Qt.Orientation.Horizontal)) == "GFLOP/s"


def test_an_edit_makes_its_row_an_estimate(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    run(page, qtbot)
    assert page.controller.apply(SetParam(scope=ROOT, node="stage1_fire2", name="squeeze_channels", value=17), "Widen")
    page.refresh_now()
    assert page.tiles.whole.name.text() == "Estimated, batch 1"
    assert "layers measured here" in page.tiles.whole.below.text()
    row = page.table.model.rows[row_of(page, "stage1.fire2")]
    assert row.kind == "estimated"
    assert "Estimated" in str(page.table.model.index(row_of(page, "stage1.fire2"), 0).data(Qt.ItemDataRole.ToolTipRole))
    status = window_of(page).status
    assert status._time.unit.text() == "estimated"
    line = page.latency.line
    assert line.missing
    assert page.latency.said.text().startswith(f"{len(line.missing)} different layers missing")
    assert page.latency.measure.sizeHint().width() <= page.latency.measure.width(), "what it would take is said in full"
    assert all(one.accessibleName() and one.toolTip() for one in (page.latency.importing, page.latency.exporting))
    press(page.latency.measure, qtbot)
    qtbot.waitUntil(lambda: not page.profiler.running, timeout=10_000)
    page.refresh_now()
    assert page.latency.measure.text() == "Nothing missing"
    assert not page.latency.measure.isEnabled()


def test_a_table_is_exported_and_one_of_a_board_imported(
    page_with: OpenPage, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_with()
    run(page, qtbot)
    file = tmp_path / "mine.latency.json"
    monkeypatch.setattr(latency_card, "choose_export", lambda *_: file)
    press(page.latency.exporting, qtbot)
    table = latency_store.read(file)
    assert table.device_name == fake_measure.CPU
    data = msgspec.json.decode(file.read_bytes())
    data["device_name"] = "Raspberry Pi 5"
    board = tmp_path / "board.latency.json"
    board.write_bytes(msgspec.json.encode(data))
    monkeypatch.setattr(latency_card, "choose_import", lambda *_: board)
    press(page.latency.importing, qtbot)
    page.refresh_now()
    names = [(line.name, line.against) for line in page.latency.model.lines]
    assert names[1] == ("Raspberry Pi 5, fp32", "imported")
    assert page.latency.note.text().endswith("2 tables")
    board.write_text("{}")
    press(page.latency.importing, qtbot)
    assert "board.latency.json" in page.settings.foot.trouble_words.text
    assert not page.settings.foot.trouble.isHidden()


def test_a_table_that_cannot_be_kept_is_said(page_with: OpenPage, home: Path, qtbot: QtBot) -> None:
    home.mkdir(exist_ok=True)
    (home / latency_store.FOLDER).write_text("a file in the way")
    page = page_with()
    run(page, qtbot)
    status = window_of(page).status
    qtbot.waitUntil(lambda: str(home / latency_store.FOLDER) in status._message.text(), timeout=5_000)
    assert page.profiler.shown is not None


def test_two_checked_runs_are_compared_and_one_is_deleted(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    run(page, qtbot)
    press(page.settings.backends.button("eager"), qtbot)
    run(page, qtbot)
    view = page.runs.view
    assert not page.runs.comparing.isEnabled()
    for row in (0, 1):
        at = view.visualRect(page.runs.model.index(row, 0))
        qtbot.mouseClick(view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(at.x() + 20, at.center().y()))
    press(page.runs.comparing, qtbot)
    assert page.stack.currentWidget() is page.comparison
    assert page.comparison.title.text() == "eager, fp32 against fused, fp32"
    rows = page.comparison.model.rows
    assert all(row.a_ms is not None and row.b_ms is not None for row in rows)
    assert page.comparison.sum.text().startswith("The whole: ")
    press(page.comparison.back, qtbot)
    assert page.stack.currentWidget() is page.table
    eager = page.profiler.shown
    at = view.visualRect(page.runs.model.index(1, 0)).center()
    qtbot.mouseClick(view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, at)
    assert page.profiler.shown.profile.backend == "fused", "a click shows that run"
    menu = page.runs.menu(0)
    next(action for action in menu.actions() if action.text() == "Delete this run").trigger()
    menu.close()
    assert eager.id not in {run.id for run in page.profiler.runs}


def test_a_design_with_an_error_says_so_and_cannot_run(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    run(page, qtbot)
    assert page.controller.apply(SetParam(scope=ROOT, node="stem_conv1", name="kernel_size", value=0), "Break")
    page.refresh_now()
    assert not page.settings.foot.run_button.isEnabled()
    assert page.settings.foot.run_button.toolTip().startswith("stem.conv1")
    assert window_of(page).status._time.isHidden()
    page.controller.stack.undo()
    page.refresh_now()
    assert page.settings.foot.run_button.isEnabled()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1600, 1000)])
def test_nothing_is_cut_off(page_with: OpenPage, qtbot: QtBot, width: int, height: int) -> None:
    page = page_with(width=width, height=height)
    run(page, qtbot)
    view = page.table.view
    shown = [place for place in range(len(PLACE)) if not view.isColumnHidden(place)]
    assert sum(view.columnWidth(place) for place in shown) <= view.viewport().width()
    assert PLACE["ms"] in shown
    assert PLACE["save"] in shown
    tiles = (page.tiles.whole, page.tiles.layers, page.tiles.memory, page.tiles.reached)
    words = [one for tile in tiles for one in (tile.number, tile.below)]
    qtbot.waitUntil(lambda: all(one.width() >= one.sizeHint().width() for one in words), timeout=5_000)
    foot = page.settings.foot
    assert page.settings.rect().contains(foot.run_button.mapTo(page.settings, QPoint(0, foot.run_button.height() - 1)))
    assert page.runs.y() >= page.settings.geometry().bottom()


def test_a_page_that_is_closed_follows_nothing_any_more(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    run(page, qtbot)
    window, controller, profiler = window_of(page), page.controller, page.profiler
    window.close_page(page)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    controller.select({"stage1_fire2"})
    assert controller.apply(SetParam(scope=ROOT, node="stage1_fire2", name="squeeze_channels", value=17), "Widen")
    units.switch()
    profiler.show(None)
    profiler.forget(profiler.runs[0])
    window.program.measuring.tables.changed.emit()  # type: ignore[attr-defined]
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    again = window.tabs.current
    assert isinstance(again, ProfilePage)
    assert again is not page
    assert again.profiler is profiler


@pytest.mark.parametrize("seed", [1, 2])
def test_random_use_leaves_the_page_true(page_with: OpenPage, qtbot: QtBot, seed: int) -> None:
    page = page_with()
    rng = Random(seed)
    run(page, qtbot)
    press(page.settings.backends.button("onnxruntime"), qtbot)
    run(page, qtbot)
    controller, profiler, table = page.controller, page.profiler, page.table
    fires = [node.id for node in controller.design.root.nodes() if node.block == "fire"]

    def edit() -> None:
        value = rng.choice([0, 8, 16, 17])  # 0 is an error
        controller.apply(SetParam(scope=ROOT, node=rng.choice(fires), name="squeeze_channels", value=value), "Set")

    steps = [
        edit,
        edit,
        controller.stack.undo,
        controller.stack.redo,
        lambda: page.show_level(rng.choice(LEVELS)),
        lambda: table._sort_clicked(rng.randrange(len(PLACE))),
        lambda: profiler.show(rng.choice([None, *profiler.runs])),
        lambda: controller.select(frozenset(rng.sample(fires, rng.randint(0, 3)))),
        lambda: page.compare(*profiler.runs),
        page.close_comparison,
        units.switch,
    ]
    for _ in range(40):
        rng.choice(steps)()
        page.refresh_now()
        total = controller.engine.total
        rows = table.model.rows
        if total is not None:
            assert sum(row.macs or 0 for row in rows) == total.macs
            shares = [row.time_share for row in rows if row.time_share is not None and not row.where]
            assert not shares or sum(shares) == pytest.approx(1.0)
        else:
            assert not page.settings.foot.run_button.isEnabled()
        now = signatures(controller.engine)
        for row in rows:
            if row.layer.level == BLOCK and row.kind == "measured":
                assert profiler.shown is not None
                assert profiler.shown.signatures[row.path] == now[row.path], "measured is only what ran as it is"
    assert not table.model.rows or page.table.view.model() is table.model


def test_closing_the_document_ends_its_run_and_its_page(page_with: OpenPage, program: Application, qtbot: QtBot) -> None:
    page = page_with("waits")
    page.settings.greet(fake_measure.MACHINE)
    page.refresh_now()
    press(page.settings.foot.run_button, qtbot)
    window = window_of(page)
    window.document_actions.close(page.controller)
    assert window.tool_pages == []
    qtbot.waitUntil(lambda: not any(type(job).__name__ == "ProfileDesign" for job in [program.worker._current]), timeout=5_000)


def test_the_point_of_a_click_beside_all_points_selects_nothing(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    run(page, qtbot)
    page.controller.select({"stage1_fire2"})
    chart = page.roofline.chart
    chart.draw_now()
    qtbot.mouseClick(chart, LEFT, Qt.KeyboardModifier.NoModifier, QPointF(chart.width() - 20, chart.height() / 2).toPoint())
    assert page.controller.selection == frozenset()


def test_the_inspector_says_what_the_selected_blocks_take(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    window = window_of(page)
    inspector = window.workspace.docks.all["inspector"].build()
    assert isinstance(inspector, Inspector)
    run(page, qtbot)
    window.tabs.show(window.document_pages[0])
    page.controller.select({"stage1_fire2"})
    qtbot.waitUntil(lambda: not inspector.times.isHidden(), timeout=5_000)
    found = page.controller.measurements.ms_of("stage1.fire2")
    assert inspector.times.time.value.text() == f"{found.ms:.2f} ms"
    assert inspector.times.section.note.text() == "measured"
    assert inspector.times.reached.value.text().endswith(" GMAC/s")
    assert inspector.times.bound.text().startswith("Bound by ")
    page.controller.select({"stage1_fire2", "stage1_fire3"})
    both = page.controller.measurements.ms_of("stage1.fire3").ms + found.ms
    assert inspector.times.time.value.text() == f"{both:.2f} ms"
    page.profiler.forget(page.profiler.shown)
    assert inspector.times.isVisibleTo(inspector) == (page.controller.measurements.ms_of("stage1.fire2") is not None)


def test_a_folded_stage_takes_what_its_blocks_take(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    run(page, qtbot)
    window = window_of(page)
    window.tabs.show(window.document_pages[0])
    page.controller.select({"stage1_fire2"})
    window.actions_["view.fold_stages"].trigger()
    cards = [item for item in window.document_pages[0].canvas.scene.nodes.values() if isinstance(item, FoldItem)]
    card = next(item for item in cards if item.fold.stage == "stage1")
    assert card.time == page.controller.measurements.ms_of("stage1")


def test_the_wheel_scrolls_the_settings_and_changes_none_of_them(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with(width=1280, height=800)
    known(page, qtbot)
    settings, bar = page.settings, page.settings._scroll.verticalScrollBar()
    assert bar.maximum() > 0, "there is something to scroll to"
    before = settings.options
    for field in (settings.batch, settings.threads, settings.within, settings.limit):
        assert not turn(field, -1), f"{field.accessibleName()} leaves the wheel to what is around it"
    assert settings.options == before
    settings.within.setFocus()
    assert turn(settings.within, -1)
    assert settings.options.within == 0.05, "a field that has the focus turns"


def turn(field: QWidget, notches: int) -> bool:
    """Turn the wheel over the middle of a field; gives whether it took that."""
    at = QPointF(field.rect().center())
    event = QWheelEvent(
        at,
        field.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(field, event)
    return event.isAccepted()


def test_no_choice_is_cut_by_the_bar_beside_it(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with(width=1280, height=800)
    known(page, qtbot)
    for backend in BACKENDS:
        if page.settings.backends.button(backend).isEnabled():
            press(page.settings.backends.button(backend), qtbot)
            QApplication.sendPostedEvents()
            view = page.settings._scroll.viewport()
            for shown in view.findChildren(QWidget):
                if shown.isVisible() and shown is not page.settings._inner:
                    assert shown.mapTo(view, shown.rect().topRight()).x() < view.width(), (backend, shown)


def test_the_bar_moves_while_one_step_takes_long(page_with: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step is no longer than the limit of time, so the bar says how much of that is gone, and never goes back."""
    page = page_with("hang")
    foot = page.settings.foot
    now = [100.0]
    monkeypatch.setattr("designer.ui.profile.run_foot.time.monotonic", lambda: now[0])
    foot.begin("Giving the design to the worker", 60)
    seen = []
    for seconds, step in ((0, 1), (10, 1), (10, 2), (30, 2), (0, 4), (90, 4)):
        now[0] += seconds
        foot.show_phase(Phase(1, "Timing", step, 4))
        seen.append(foot.bar.value())
    assert seen == [0, 41, 250, 375, 750, 1000]
    foot.show_phase(Phase(1, "Timing", 1, 4))
    assert foot.bar.value() == 1000
    foot.end()


def test_what_cannot_be_pressed_does_not_look_like_a_link(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    page.runs.comparing.ensurePolished()
    assert not page.runs.comparing.isEnabled()
    shown = page.runs.comparing.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    assert shown == theme.current().color("text.disabled")


def test_figures_of_the_latency_tables_are_never_cut(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with(width=1280, height=800)
    run(page, qtbot)
    card = page.latency
    slow = card.model.lines[0]
    slow = slow._replace(estimate=slow.estimate._replace(ms=1_234_567.8), against="+123,456.7 %")
    card.show_lines([slow], 1, 1)
    letters = QFontMetrics(theme.current().font("number_small"))
    for column in range(1, 4):
        assert card.view.columnWidth(column) > letters.horizontalAdvance(card.model.text(slow, column))
    assert sum(card.view.columnWidth(column) for column in range(4)) <= card.view.viewport().width()


def test_measuring_slow_layers_is_said_to_take_long(page_with: OpenPage, qtbot: QtBot) -> None:
    page = page_with()
    run(page, qtbot)
    edit = SetParam(scope=ROOT, node="stage1_fire2", name="squeeze_channels", value=17)
    assert page.controller.apply(edit, "Set")
    page.refresh_now()
    line = page.latency.line
    assert line is not None
    count = len(line.missing)
    assert page.latency.measure.text() == f"Measure {count} missing, about {round(count * latency_card.SECONDS_A_LAYER)} s"
    units_ = [unit._replace(ms=2_000.0) if unit.how != "measured" else unit for unit in line.estimate.units]
    page.latency.show_lines([line._replace(estimate=line.estimate._replace(units=units_))], 1, 1)
    assert page.latency.measure.text() == f"Measure {count} missing, about {count * 2 * latency_card.RUNS} s"
