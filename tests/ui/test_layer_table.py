"""The layer table, with the mouse and the keyboard."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from designer import catalogue
from designer.analysis.report import analyse
from designer.app.controller import Controller
from designer.app.settings import LAYER_COLUMNS, LAYER_SORT, LAYER_WIDTHS, Settings
from designer.graph.design import Design
from designer.graph.edits import AddNode, RemoveNode, SetDisabled, SetParam, SetStage
from designer.graph.network import Node
from designer.ui import numbers, theme, units
from designer.ui.panels.layer_columns import NAME_AROUND
from designer.ui.panels.layer_delegate import cut_name
from designer.ui.panels.layer_model import COLUMNS, PLACE
from designer.ui.panels.layer_table import LayerTable
from presets.preset import presets
from tests.designs import chain
from tests.ui.conftest import Open

Show = Callable[..., LayerTable]


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    made: list[LayerTable] = []

    def open_(design: Design) -> LayerTable:
        panel = LayerTable()
        qtbot.addWidget(panel)
        qtbot.addWidget(panel.header)
        panel.test_controller = Controller(design)  # type: ignore[attr-defined]
        panel.set_controller(controller_of(panel))
        panel.resize(1016, 400)
        panel.header.show()
        panel.show()
        qtbot.waitExposed(panel)
        made.append(panel)
        return panel

    yield open_
    for panel in made:
        same = LayerTable()
        same.model.set_level(panel.model.level)
        same.model.set_controller(controller_of(panel))
        if not panel.model._terms and panel.model.sorted_by[0] < 0 and not panel.model._closed:
            assert panel.model.rows == same.model.rows, "what was followed equals what is built anew"
        same.deleteLater()
        panel.hide()
        panel.header.hide()
        panel.set_controller(None)


def controller_of(panel: LayerTable) -> Controller:
    return panel.test_controller  # type: ignore[attr-defined, no-any-return]


def names(panel: LayerTable) -> list[str]:
    return [row.name for row in panel.model.rows]


def text(panel: LayerTable, name: str, column: str) -> str:
    place = names(panel).index(name)
    return str(panel.model.index(place, PLACE[column]).data())


def selected(panel: LayerTable) -> list[str]:
    return sorted(panel.model.rows[index.row()].name for index in panel.view.selectionModel().selectedRows())


def press(
    qtbot: QtBot, panel: LayerTable, name: str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, *, x: int = 80
) -> None:
    index = panel.model.index(names(panel).index(name), 0)
    panel.view.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
    at = panel.view.visualRect(index)
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, modifier, QPoint(at.x() + x, at.center().y()))


def click_header(qtbot: QtBot, panel: LayerTable, column: str) -> None:
    header = panel.view.horizontalHeader()
    x = header.sectionViewportPosition(PLACE[column]) + 20
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 8))


def level(qtbot: QtBot, panel: LayerTable, name: str) -> None:
    button = next(one for one in panel.levels.findChildren(QPushButton) if one.text() == name)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_layers_stand_under_their_stages(show: Show) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    rows = panel.model.rows
    stage = next(row for row in rows if row.group and row.name == "stage2")
    assert stage.said == "2 blocks, 7 layers"
    at = rows.index(stage)
    assert [row.name for row in rows[at + 1 : at + 8]] == [
        "ir1.expand", "ir1.depthwise", "ir1.project", "ir2.expand", "ir2.depthwise", "ir2.project", "ir2.add",
    ]  # fmt: skip
    place = at + 2
    cells = {column.id: str(panel.model.index(place, k).data()) for k, column in enumerate(COLUMNS)}
    assert (cells["block"], cells["kernel"], cells["output"]) == ("depthwise", "3 × 3 / 2", "96 × 56 × 56")
    assert (cells["params"], cells["macs"], cells["share"], cells["activations"]) == ("1,056", "2,709,504", "0.9 %", "301,056")
    assert (cells["stride"], cells["groups"]) == ("2", "96")


@pytest.mark.parametrize("preset", ["mobilenet_v2", "inception_v3", "xception", "shufflenet_v2", "ghostnet"])
def test_every_level_adds_up_to_the_totals(show: Show, qtbot: QtBot, preset: str) -> None:
    preset = next(name for name in presets() if name.startswith(preset))
    panel = show(catalogue.draw(preset))
    total = controller_of(panel).engine.total
    for name in ("Stage", "Block", "Layer"):
        level(qtbot, panel, name)
        rows = [row for row in panel.model.rows if not row.group]
        for field in ("params", "buffers", "macs", "activations", "add", "mul"):
            assert sum(getattr(row.cost, field) for row in rows) == getattr(total, field)


def test_the_filter_finds_words_and_values(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    qtbot.keyClicks(panel.filter, "stride=2")
    found = [row for row in panel.model.rows if not row.group]
    assert [f"{row.stage}.{row.name}" for row in found] == [
        "stem.conv", "stage2.ir1.depthwise", "stage3.ir1.depthwise", "stage4.ir1.depthwise", "stage6.ir1.depthwise",
    ]  # fmt: skip
    panel.filter.clear()
    qtbot.keyClicks(panel.filter, "pointwise macs>15M")
    found = [row for row in panel.model.rows if not row.group]
    assert found
    assert all(row.block == "pointwise" and row.cost is not None and row.cost.macs > 15e6 for row in found)
    panel.filter.clear()
    qtbot.keyClicks(panel.filter, "nonsense")
    assert panel.model.rows == []


def test_sorting_goes_down_up_and_back(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    natural = names(panel)
    click_header(qtbot, panel, "params")
    params = [row.cost.params for row in panel.model.rows if row.cost is not None]
    assert params == sorted(params, reverse=True)
    assert not any(row.group for row in panel.model.rows)
    called = [panel.model.shown_name(row) for row in panel.model.rows]
    assert len(set(called)) == len(called), "no two rows look alike, though each stage has an ir1"
    click_header(qtbot, panel, "params")
    params = [row.cost.params for row in panel.model.rows if row.cost is not None]
    assert params == sorted(params)
    click_header(qtbot, panel, "params")
    assert names(panel) == natural
    click_header(qtbot, panel, "block")
    assert [row.block for row in panel.model.rows] == sorted(row.block for row in panel.model.rows)


@pytest.mark.parametrize("column", [column.id for column in COLUMNS])
def test_every_column_can_be_sorted_by_while_figures_are_unknown(show: Show, column: str) -> None:
    panel = show(chain(("a", "conv2d", {"out_channels": 0}), ("b", "relu"), ("c", "conv_norm_act"), shape=(3, 8, 8)))
    panel.model.sort(PLACE[column], Qt.SortOrder.AscendingOrder)
    assert len(panel.model.rows) == 3


def test_selection_follows_the_canvas_and_leads_it(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    controller = controller_of(panel)
    controller.select({"stage2_ir2"})
    assert selected(panel) == ["ir2.add", "ir2.depthwise", "ir2.expand", "ir2.project"]
    press(qtbot, panel, "stem")
    assert controller.selection == {"stem_conv"}
    level(qtbot, panel, "Block")
    assert selected(panel) == ["conv", "stem"], "the rows of another level too"
    press(qtbot, panel, "ir3")
    assert controller.selection == {"stage3_ir3"}
    press(qtbot, panel, "ir4", Qt.KeyboardModifier.ControlModifier)
    assert controller.selection == {"stage3_ir3", "stage4_ir4"}
    press(qtbot, panel, "ir4", Qt.KeyboardModifier.ControlModifier)
    assert controller.selection == {"stage3_ir3"}
    press(qtbot, panel, "stage2")
    assert controller.selection == {"stage2_ir1", "stage2_ir2"}


def test_ctrl_click_on_one_layer_lets_go_of_its_block(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    controller = controller_of(panel)
    controller.select({"stage2_ir2", "stem_conv"})
    press(qtbot, panel, "ir2.add", Qt.KeyboardModifier.ControlModifier)
    assert len(controller.selection) == 1 or "stage2_ir2" not in controller.selection


def test_keys_walk_through_the_rows_and_go_to_the_block(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    level(qtbot, panel, "Block")
    press(qtbot, panel, "stage2")
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    assert controller_of(panel).selection == {"stage2_ir1"}
    with qtbot.waitSignal(panel.node_activated) as gone:
        qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert gone.args == ["stage2_ir1"]
    index = panel.view.currentIndex()
    with qtbot.waitSignal(panel.node_activated):
        qtbot.mouseDClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=panel.view.visualRect(index).center())


def test_a_stage_folds_by_mouse_and_by_key(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    before = len(panel.model.rows)
    press(qtbot, panel, "stage2", x=12)
    assert len(panel.model.rows) == before - 7
    assert controller_of(panel).selection == frozenset(), "folding selects nothing"
    press(qtbot, panel, "stage2")
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_Right)
    assert len(panel.model.rows) == before
    qtbot.keyClick(panel.view, Qt.Key.Key_Left)
    assert len(panel.model.rows) == before - 7


def test_rows_follow_edits_undo_and_structure(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    controller = controller_of(panel)
    resets: list[int] = []
    panel.model.modelReset.connect(lambda: resets.append(1))
    controller.apply(SetParam(node="stage2_ir2", name="kernel_size", value=5), "x")
    at = names(panel).index("stage2") + 5
    assert panel.model.rows[at].name == "ir2.depthwise"
    assert panel.model.rows[at].kernel == "5 × 5"
    assert resets == [], "the rows are the same: nothing but numbers changed"
    controller.apply(SetParam(node="stage2_ir2", name="expand_ratio", value=1), "x")
    assert "ir2.expand" not in names(panel)[at - 3 : at + 3]
    assert resets
    controller.stack.undo()
    controller.apply(RemoveNode(id="stage7_ir1"), "x")
    assert "stage7" not in names(panel)
    controller.stack.undo()
    controller.apply(SetStage(node="stage7_ir1", stage="tail"), "x")
    assert "tail" in names(panel)


def test_problems_speak_in_their_row(show: Show) -> None:
    panel = show(chain(("a", "conv2d", {"out_channels": 8}), ("b", "conv2d", {"groups": 3}), ("c", "relu"), shape=(3, 16, 16)))
    rows = {row.name: row for row in panel.model.rows}
    assert rows["b"].said.startswith("groups=3 does not divide in_channels=8")
    assert rows["c"].said == "waits for b"
    assert text(panel, "b", "macs") == "unknown"
    assert text(panel, "a", "share") == "unknown", "the totals are unknown"
    assert text(panel, "a", "macs") == "42,336"


def test_a_block_switched_off_costs_nothing(show: Show) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    controller_of(panel).apply(SetDisabled(node="stage2_ir2", disabled=True), "x")
    assert text(panel, "ir2", "macs") == "0"
    assert next(row for row in panel.model.rows if row.name == "ir2").status == "disabled"


def test_columns_are_chosen_in_the_menu(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    assert panel.view.isColumnHidden(PLACE["groups"])
    qtbot.mouseClick(panel.choice, Qt.MouseButton.LeftButton)
    menu = next(menu for menu in panel.findChildren(QMenu) if menu.isVisible())
    action = next(action for action in menu.actions() if action.objectName() == "groups")
    assert not action.isChecked()
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    assert not panel.view.isColumnHidden(PLACE["groups"])
    qtbot.waitUntil(lambda: not any(menu.isVisible() for menu in panel.findChildren(QMenu)))


def test_csv_has_what_the_report_has(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    level(qtbot, panel, "Block")
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    table = list(csv.DictReader(io.StringIO(QGuiApplication.clipboard().text())))
    total = analyse(controller_of(panel).design)
    assert sum(int(line["Params"]) for line in table) == total.params
    assert sum(int(line["MACs"]) for line in table) == total.macs
    assert table[0]["Layer"] == "stem.conv"
    assert table[0]["Output"] == "32 × 112 × 112"
    assert list(table[0]) == ["Layer", "Block", "Kernel", "Output", "Params", "MACs", "Share of MACs", "Activations"]


def test_markdown_is_a_table(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    qtbot.mouseClick(panel.copying, Qt.MouseButton.LeftButton)
    menu = next(menu for menu in panel.findChildren(QMenu) if menu.isVisible())
    action = menu.actions()[1]
    assert action.text() == "Copy as Markdown"
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "| Layer | Block | Kernel | Output | Params | MACs | Share of MACs | Activations |"
    assert lines[1].count("---:") == 4
    assert lines[2].startswith("| stem.conv | conv2d | 3 × 3 / 2 | 32 × 112 × 112 | 928 | 10,838,016 | 3.6 % |")
    qtbot.waitUntil(lambda: not any(menu.isVisible() for menu in panel.findChildren(QMenu)))


def test_flops_are_shown_and_copied_as_such(show: Show) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    units.switch()
    assert panel.model.headerData(PLACE["macs"], Qt.Orientation.Horizontal) == "FLOPs"
    assert text(panel, "stage2", "macs") == numbers.full(2 * 54_942_720)


def test_a_hidden_table_catches_up(show: Show) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    panel.hide()
    controller_of(panel).apply(SetParam(node="stage2_ir2", name="kernel_size", value=5), "x")
    controller_of(panel).apply(RemoveNode(id="stage7_ir1"), "x")
    panel.show()
    assert "stage7" not in names(panel)
    assert "5 × 5" in {row.kernel for row in panel.model.rows}


def test_another_document(show: Show) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    other = Controller(catalogue.draw("resnet50"))
    panel.set_controller(other)
    assert "stage7" not in names(panel)
    panel.set_controller(controller_of(panel))
    assert "stage7" in names(panel)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_it_paints_in_the_theme(show: Show, name: str) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    theme.choose(name)
    controller_of(panel).select({"stage2_ir2"})
    picture = panel.view.viewport().grab().toImage()
    colors = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3)}
    look = theme.current()
    for path in ("bg.panel", "bg.window", "bg.selected", "border.subtle"):
        assert look.color(path).name() in colors


@pytest.mark.parametrize(
    ("preset", "width"), [("mobilenet_v2", 749), ("inception_v3", 749), ("vgg16", 749), ("mobilenet_v2", 1976)]
)
def test_names_are_cut_but_no_number_is(show: Show, preset: str, width: int) -> None:
    panel = show(catalogue.draw(preset))
    panel.resize(width, 400)
    QApplication.processEvents()
    small, strong = (QFontMetricsF(theme.current().font(role)) for role in ("number_small", "number_small_strong"))
    for place, column in enumerate(COLUMNS):
        if panel.view.isColumnHidden(place) or not column.mono or column.id == "share":
            continue
        room = panel.view.columnWidth(place) - 16
        for row in panel.model.rows:
            metrics = strong if row.group and column.id in ("params", "macs") else small
            assert metrics.horizontalAdvance(panel.model.text(row, place)) <= room + 0.5, (column.id, row.name)
    shown = [place for place in range(len(COLUMNS)) if not panel.view.isColumnHidden(place)]
    assert sum(panel.view.columnWidth(place) for place in shown) <= max(panel.view.viewport().width(), 780)


def test_columns_widths_rows_and_sorting_are_remembered(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Settings()

    def opened() -> LayerTable:
        panel = LayerTable(store)
        qtbot.addWidget(panel)
        qtbot.addWidget(panel.header)
        panel.resize(1016, 400)
        panel.show()
        return panel

    def columns(panel: LayerTable) -> list[str]:
        header = panel.view.horizontalHeader()
        places = [header.logicalIndex(k) for k in range(header.count())]
        return [COLUMNS[place].id for place in places if not panel.view.isColumnHidden(place)]

    panel = opened()
    usual = columns(panel)
    assert usual[:3] == ["name", "block", "kernel"]
    panel.columns.show("groups", True)
    panel.columns.show("kernel", False)
    header = panel.view.horizontalHeader()
    header.moveSection(header.visualIndex(PLACE["macs"]), 1)
    header.resizeSection(PLACE["output"], 201)
    level(qtbot, panel, "Block")
    click_header(qtbot, panel, "params")
    again = opened()
    assert columns(again) == columns(panel)
    assert columns(again)[:2] == ["name", "macs"]
    assert again.view.columnWidth(PLACE["output"]) == 201
    assert again.model.level == "block"
    assert again.levels.index == 1
    assert again.model.sorted_by == (PLACE["params"], True)
    assert again.view.horizontalHeader().sortIndicatorSection() == PLACE["params"]
    again.resize(1400, 400)
    QApplication.processEvents()
    assert again.view.columnWidth(PLACE["output"]) == 201, "a width that a person gave stays"
    again.columns.usual()
    assert columns(opened()) == usual
    for one in (panel, again):
        one.hide()


def test_what_was_remembered_by_hand_or_by_a_newer_program_does_no_harm(qtbot: QtBot) -> None:
    store = Settings()
    store.set(LAYER_COLUMNS, ["later", "macs"])
    store.set(LAYER_WIDTHS, [["later", 100], ["macs", 90]])
    store.set(LAYER_SORT, ["later", True])
    panel = LayerTable(store)
    qtbot.addWidget(panel)
    qtbot.addWidget(panel.header)
    assert not panel.view.isColumnHidden(PLACE["name"])
    assert not panel.view.isColumnHidden(PLACE["macs"])
    assert panel.view.isColumnHidden(PLACE["params"])
    assert panel.model.sorted_by[0] == -1


def test_names_of_layers_are_whole_in_a_window_of_1280_and_stay_apart_in_narrower_ones(open_window: Open, qtbot: QtBot) -> None:
    metrics = QFontMetrics(theme.current().font("body"))
    for width, least in ((1280, 0), (1024, 1)):
        window = open_window("mobilenet_v2", width=width, height=700 if least else 800)
        table = window.workspace.docks.all["layers"].build()
        assert isinstance(table, LayerTable)
        qtbot.waitUntil(lambda table=table: table.view.columnWidth(0) > 100)  # type: ignore[misc]
        room = table.view.columnWidth(0) - NAME_AROUND
        names = {row.name for row in table.model.rows if row.level != "stage"}
        cut = {cut_name(name, metrics, room) for name in names}
        assert len(cut) == len(names), "two names look alike"
        assert least or cut == names, f"{sorted(names - cut)[:5]} are cut to {room} px"
        levels = table.levels
        assert levels.width() >= levels.sizeHint().width(), "words of the levels are cut"
        assert table.header.geometry().right() < table.header.parentWidget().width()
        window.documents.controllers[0].stack.setClean()


def test_a_longer_name_widens_its_column_at_once(show: Show) -> None:
    panel = show(catalogue.load("mobilenet_v2"))
    panel.resize(860, 400)
    QApplication.processEvents()
    before = panel.view.columnWidth(0)
    node = Node("stage2_a_block_with_a_long_name", "relu", stage="stage2")
    controller_of(panel).apply(AddNode(node=node), "add")
    metrics = QFontMetrics(theme.current().font("body"))
    assert panel.view.columnWidth(0) > before
    assert panel.view.columnWidth(0) - NAME_AROUND >= metrics.horizontalAdvance("a_block_with_a_long_name")


def test_a_block_that_nobody_feeds_leaves_the_subtotal_of_its_stage_as_it_is(show: Show) -> None:
    panel = show(catalogue.load("mobilenet_v2"))
    before = next(row for row in panel.model.rows if row.group and row.name == "stage2")
    controller_of(panel).apply(AddNode(node=Node("stage2_more", "relu", stage="stage2")), "add")
    after = next(row for row in panel.model.rows if row.group and row.name == "stage2")
    assert (after.cost, after.output) == (before.cost, before.output)
    assert after.said.startswith("3 blocks")


@pytest.mark.parametrize(
    ("name", "letters", "expected"),
    [
        ("ir1.depthwise", 13, "ir1.depthwise"),
        ("ir1.depthwise", 10, "ir1.depth…"),
        ("ir1.add", 6, "….add"),
        ("module3.branch1.conv", 12, None),
        ("classifier", 6, None),
    ],
)
def test_a_name_that_is_cut_keeps_what_tells_it_from_others(name: str, letters: int, expected: str | None) -> None:
    metrics = QFontMetrics(theme.current().font("number_small"))  # all letters are as wide as each other
    width = metrics.horizontalAdvance("0" * letters)
    shown = cut_name(name, metrics, width)
    assert metrics.horizontalAdvance(shown) <= width
    if expected is not None:
        assert shown == expected
    if "." in name:
        assert shown.rpartition(".")[2].rstrip("…")[:3] == name.rpartition(".")[2][:3]


def test_kernels_of_two_figures_are_not_cut(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("alexnet", width=1152, height=720)
    table = window.workspace.docks.all["layers"].build()
    assert isinstance(table, LayerTable)
    longest = max((row.kernel for row in table.model.rows), key=len)
    assert longest == "11 × 11 / 4"
    needed = QFontMetrics(theme.current().font("number_small")).horizontalAdvance(longest) + 16
    qtbot.waitUntil(lambda: table.view.columnWidth(PLACE["kernel"]) >= needed)
