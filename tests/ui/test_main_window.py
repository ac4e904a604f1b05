"""The window: start page, tabs, docks that are remembered, focus by keyboard, theme, unit, and names for everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from designer.app import cards
from designer.catalogue import load
from designer.document.files import save
from designer.ui import numbers, theme, units
from designer.ui.application import Application
from designer.ui.main_window import MainWindow
from designer.ui.panels.fields import PairField
from designer.ui.panels.layer_table import LayerTable
from designer.ui.welcome import ROLE, Welcome
from designer.ui.workspace import DOCKS
from tests.ui.conftest import Open

NET, OTHER = "squeezenet1_1", "mobilenet_v1:width=0.25"
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def welcome(window: MainWindow) -> Welcome:
    page = window.tabs.current
    assert isinstance(page, Welcome)
    return page


# -- the start page ----------------------------------------------------------------------------------------------------------


def test_the_start_page_offers_every_preset_and_example_with_its_figures(open_window: Open) -> None:
    page = welcome(open_window())
    model = page.grid.cards
    networks = [model.index(row).data() for row in range(model.rowCount())]
    page.kinds.findChildren(QAbstractButton)[1].click()
    examples = [model.index(row).data() for row in range(model.rowCount())]
    assert len(networks) + len(examples) == len(cards.presets())
    assert len(examples) > 3
    assert "MobileNet V2, 3.50 M params, 300.8 M MACs, top-1 71.9 %" in networks


def test_a_click_on_a_card_opens_the_preset_in_the_place_of_the_start_page(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    grid = welcome(window).grid
    index = next(grid.cards.index(row) for row in range(grid.cards.rowCount()) if grid.cards.index(row).data(ROLE).id == NET)
    grid.scrollTo(index)
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.visualRect(index).center())
    assert [page.accessibleName() for page in window.tabs.pages] == [NET]
    assert window.controller is not None
    assert window.controller.engine.valid
    assert all(window.workspace.is_open(dock_id) for dock_id in DOCKS)


def test_the_second_click_of_a_double_click_on_a_card_does_nothing_to_the_design(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    grid = welcome(window).grid
    at = grid.viewport().mapTo(window, grid.visualRect(grid.cards.index(0)).center())
    handle = window.windowHandle()
    left, kind = Qt.MouseButton.LeftButton, QEvent.Type.MouseButtonDblClick

    def second_press() -> None:
        event = QMouseEvent(kind, QPointF(at), QPointF(window.mapToGlobal(at)), left, left, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(handle, event)
        QTest.mouseRelease(handle, left, pos=at)

    QTest.mouseClick(handle, left, pos=at)
    assert window.controller is not None
    assert window.controller.design.name == cards.presets()[0].id
    view = window.document_pages[0].canvas.view
    qtbot.waitUntil(lambda: window.childAt(at) is view.viewport())
    heard: list[object] = []
    view.double_clicked.connect(heard.append)
    second_press()
    assert heard == []
    QTest.mouseClick(handle, left, pos=at)
    second_press()  # that one is meant for the canvas
    assert len(heard) == 1


def test_a_card_says_where_its_figures_are_from_and_which_are_recalled(open_window: Open) -> None:
    model = welcome(open_window()).grid.cards
    index = next(index for index in map(model.index, range(model.rowCount())) if index.data(ROLE).id == "alexnet")
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    assert "NIPS 2012" in tip
    assert "Krizhevsky 2012; MobileNet Table 9, recalled" in tip
    assert "top-1 57.2 %, recalled" in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_the_keyboard_opens_a_card(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    grid = welcome(window).grid
    assert grid.hasFocus()
    grid.setCurrentIndex(grid.cards.index(0))
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert window.controller is not None
    assert window.controller.design.origin is not None
    assert window.controller.design.origin.preset == cards.presets()[1].id


def test_recent_files_stand_on_the_start_page_and_open(open_window: Open, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "mine.lightdesign"
    save(load(NET), file)
    window = open_window()
    window.open_text(file)
    window.show_welcome()
    found = [one for one in welcome(window).findChildren(QAbstractButton) if one.accessibleName().startswith("Open mine")]
    assert [one.text() for one in found] == ["mine"]
    qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)
    assert window.controller is not None
    assert window.controller.path == file
    assert len(window.document_pages) == 1  # it was open already


# -- tabs ----------------------------------------------------------------------------------------------------------------------


def test_tabs_show_the_title_the_unsaved_mark_and_close(open_window: Open, qtbot: QtBot) -> None:
    from designer.graph.edits import SetLabel

    window = open_window(NET, OTHER)
    bar = window.tabs.bar
    assert [bar.tabText(k) for k in range(bar.count())] == [NET, OTHER]
    assert window.windowTitle() == f"{OTHER}[*] – lightdesigner"
    assert window.controller is not None
    before = window.isWindowModified()
    node = next(iter(window.controller.design.root.nodes()))
    window.controller.apply(SetLabel(node=node.id, label="first"), "Rename input")
    assert (before, window.isWindowModified()) == (False, True)
    assert bar.accessibleTabName(1) == f"{OTHER}, not saved"
    window.controller.stack.undo()
    assert not window.isWindowModified()
    end = bar.tabButton(0, QTabBar.ButtonPosition.RightSide)
    qtbot.mouseClick(end.findChild(QToolButton), Qt.MouseButton.LeftButton)
    assert [bar.tabText(k) for k in range(bar.count())] == [OTHER]


def test_closing_the_last_design_brings_the_start_page_and_hides_the_docks(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(NET)
    qtbot.keyClick(window.tabs, Qt.Key.Key_W, CTRL)
    assert isinstance(window.tabs.current, Welcome)
    assert not any(window.workspace.is_open(dock_id) for dock_id in DOCKS)
    assert window.windowTitle() == "lightdesigner"
    window.open_text(NET)
    assert all(window.workspace.is_open(dock_id) for dock_id in DOCKS)


def test_ctrl_tab_walks_through_the_tabs_and_moving_one_keeps_its_page(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(NET, OTHER, "alexnet")
    titles = []
    for _ in range(3):
        qtbot.keyClick(window.tabs, Qt.Key.Key_Tab, CTRL)
        assert window.controller is not None
        titles.append(window.controller.title)
    assert titles == [NET, OTHER, "alexnet"]
    qtbot.keyClick(window.tabs, Qt.Key.Key_Tab, CTRL | SHIFT)
    assert window.controller.title == OTHER
    window.tabs.bar.moveTab(1, 0)
    assert window.controller.title == OTHER
    assert [page.controller.title for page in window.document_pages] == [OTHER, NET, "alexnet"]
    assert window.tabs.stack.currentWidget() is window.page


def test_a_file_dragged_onto_the_window_opens(open_window: Open, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "dropped.lightdesign"
    save(load(NET), file)
    window = open_window()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)), QUrl.fromLocalFile(str(tmp_path / "notes.txt"))])
    at, copy, left = QPointF(300, 300), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(at.toPoint(), copy, data, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(at, copy, data, left, Qt.KeyboardModifier.NoModifier))
    qtbot.waitUntil(lambda: window.controller is not None)
    assert [page.controller.path for page in window.document_pages] == [file]


def test_a_design_that_cannot_be_opened_is_said_and_nothing_else_changes(
    open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    import designer.ui.document_actions as asking

    told: list[str] = []
    monkeypatch.setattr(asking, "ask", lambda question: told.append(question.accessibleDescription()) or "cancel")
    window = open_window()
    window.open_text("mobilnet_v2")
    assert "Did you mean mobilenet_v2?" in told[0]
    assert isinstance(window.tabs.current, Welcome)


# -- docks -----------------------------------------------------------------------------------------------------------------------


def test_docks_start_at_the_sizes_of_the_look(open_window: Open) -> None:
    slim = open_window(NET)
    assert [slim.workspace.docks.all[dock_id].width() for dock_id in ("blocks", "inspector")] == [224, 296]
    assert slim.workspace.docks.all["layers"].height() + 32 == pytest.approx(208, abs=34)
    wide = open_window(OTHER, width=1600, height=1000)
    wide.workspace.reset()
    QApplication.processEvents()
    assert [wide.workspace.docks.all[dock_id].width() for dock_id in ("blocks", "inspector")] == [256, 328]
    assert (wide.menus.height(), wide.tools.height(), wide.status.height()) == (28, 44, 28)


def test_docks_are_remembered_and_reset(open_window: Open) -> None:
    window = open_window(NET)
    window.actions_.perform("window.inspector")  # in sight: hides it
    window.workspace.docks.all["presets"].setFloating(True)
    window.close()
    again = open_window(NET)
    assert not again.workspace.is_open("inspector")
    assert again.workspace.docks.all["presets"].isFloating()
    assert not again.actions_["window.inspector"].isChecked()
    again.actions_.perform("window.reset")
    assert all(again.workspace.is_open(dock_id) for dock_id in DOCKS)
    assert not again.workspace.docks.all["presets"].isFloating()
    assert again.actions_["window.inspector"].isChecked()


def test_a_dock_that_stands_alone_has_a_title_and_one_in_a_row_of_tabs_has_none(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(NET)
    docks = window.workspace.docks.all

    def title_height(dock_id: str) -> int:
        return docks[dock_id].titleBarWidget().height()

    window.actions_.perform("window.presets")
    assert (title_height("blocks"), title_height("presets")) == (0, 0)
    docks["presets"].setFloating(True)
    qtbot.waitUntil(lambda: (title_height("blocks"), title_height("presets")) == (32, 32))
    assert docks["blocks"].widget().y() == 32
    window.actions_.perform("window.reset")
    qtbot.waitUntil(lambda: (title_height("blocks"), title_height("presets")) == (0, 0))
    assert docks["blocks"].widget().y() == 0


def test_controls_of_a_panel_stand_in_its_row_wherever_that_is(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(NET)
    docks = window.workspace.docks.all
    docks["charts"].hide()
    header = docks["layers"].panel.header  # type: ignore[union-attr]
    assert header.parentWidget() is window
    assert header.isVisible()
    window.actions_.perform("window.problems")
    qtbot.waitUntil(lambda: not header.isVisible())
    window.actions_.perform("window.problems")  # hides it: the layers stand alone
    qtbot.waitUntil(header.isVisible)
    assert header.parentWidget() is docks["layers"].titleBarWidget()
    window.actions_.perform("window.problems")
    window.actions_.perform("window.layers")
    qtbot.waitUntil(lambda: header.parentWidget() is window and header.isVisible())


def test_panels_are_built_when_they_are_first_seen(open_window: Open) -> None:
    window = open_window(NET)
    docks = window.workspace.docks.all
    assert {dock_id for dock_id, dock in docks.items() if dock.panel is not None} == {"blocks", "inspector", "layers"}
    window.actions_.perform("window.presets")
    assert docks["presets"].panel is not None


def test_f6_walks_from_the_canvas_through_the_docks_and_back(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(NET)
    assert window.page is not None
    window.page.canvas.view.setFocus()

    def where() -> str:
        focused = QApplication.focusWidget()
        for dock_id, dock in window.workspace.docks.all.items():
            if focused is not None and dock.isAncestorOf(focused):
                return dock_id
        return "canvas" if window.tabs.isAncestorOf(focused) else "nowhere"

    seen = [where()]
    for _ in range(4):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        seen.append(where())
    assert seen == ["canvas", "blocks", "inspector", "layers", "canvas"]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, SHIFT)
    assert where() == "layers"


# -- the status bar ----------------------------------------------------------------------------------------------------


def texts(window: MainWindow) -> str:
    return " ".join(child.accessibleName() for child in window.status.findChildren(QWidget) if child.accessibleName())


def test_the_status_bar_follows_the_design_and_a_click_counts_flops_everywhere(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    assert "Valid" in texts(window)
    assert "Params 3.50 M" in texts(window)
    assert "MACs 300.8 M" in texts(window)
    assert "Peak memory 9.19 MiB" in texts(window)
    assert "Weights 13.5 MiB" in texts(window)
    qtbot.mouseClick(window.status.work, Qt.MouseButton.LeftButton)
    assert "FLOPs 601.5 M" in texts(window)
    assert window.actions_["view.flops"].isChecked()
    assert units.name() == "FLOPs"
    qtbot.mouseClick(window.status.work, Qt.MouseButton.LeftButton)
    assert "MACs 300.8 M" in texts(window)


def test_the_smallest_window_keeps_every_tool_in_view(open_window: Open) -> None:
    window = open_window("mobilenet_v2", width=800, height=560)
    assert window.size().toTuple() == (800, 560)
    for name in ("Compare", "Profile", "Export"):
        made = next(one for one in window.tools.findChildren(QPushButton) if one.accessibleName() == name)
        assert made.isVisible()
        assert (made.text(), bool(made.toolTip())) == ("", True)
    sides = next(one for one in window.findChildren(PairField) if one.isVisible())
    assert not sides.high.geometry().intersects(sides.link.geometry())
    assert not sides.wide.geometry().intersects(sides.link.geometry())
    window.resize(1280, 800)
    QApplication.processEvents()
    assert window.preset_bar is not None
    assert window.preset_bar.fields["width"].isVisible()
    assert made.text() == "Export"


@pytest.mark.parametrize("size", [(1152, 720), (1280, 800)])
def test_on_a_small_screen_the_levels_of_the_table_are_not_cut(open_window: Open, size: tuple[int, int]) -> None:
    """1152 x 720 is what a screen of 1280 x 800 gives a first window."""
    window = open_window("mobilenet_v2", width=size[0], height=size[1])
    table = window.findChild(LayerTable)
    assert table is not None
    levels = table.levels
    assert levels.width() >= levels.sizeHint().width()
    assert table.filter.geometry().right() < levels.geometry().left()
    if size == (1280, 800):
        assert table.filter.width() >= 176


def test_a_long_sentence_is_cut_and_no_figure_is(open_window: Open) -> None:
    status = (window := open_window("mobilenet_v2", width=800, height=560)).status
    assert status is not None
    status.say("The system ended the measurement, most often because memory ran out. " * 3)
    status.worker._say("circle-x", "state.error", "The system ended the measurement, most often because memory ran out.")
    QApplication.processEvents()
    shown = [one for one in status.findChildren(QLabel) if one.isVisible() and one.property("role") == "number-strong"]
    assert len(shown) == 4
    for one in shown:
        assert one.width() >= one.sizeHint().width(), one.text()
        assert status.rect().contains(one.mapTo(status, one.rect().topRight())), one.text()
    assert window.width() == 800


def test_with_an_error_the_totals_are_unknown_and_the_last_valid_ones_stand_beside(open_window: Open) -> None:
    from designer.graph.edits import SetParam

    window = open_window("mobilenet_v2")
    controller = window.controller
    assert controller is not None
    ir = next(node.id for node in controller.design.root.nodes() if node.block == "inverted_residual")
    assert controller.apply(SetParam(node=ir, name="out_channels", value=-1), "Break it")
    assert "1 error" in texts(window)
    assert "Params unknown" in texts(window)
    assert "MACs unknown" in texts(window)
    assert window.status.last_valid == "Last valid 3.50 M params, 300.8 M MACs, 9.19 MiB"
    window.actions_.refresh()
    window.actions_.perform("design.next_problem")
    assert controller.selection == {ir}
    controller.stack.undo()
    assert "Params 3.50 M" in texts(window)
    assert window.status.last_valid == ""


def test_an_empty_design_is_no_error(open_window: Open) -> None:
    window = open_window()
    window.actions_.perform("file.new")
    assert "Empty" in texts(window)
    assert "error" not in texts(window)


# -- looks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("designs", [(), (NET,)], ids=["start page", "design"])
def test_light_and_dark_share_one_layout_and_differ_everywhere_else(open_window: Open, designs: tuple[str, ...]) -> None:
    window = open_window(*designs)
    pictures: dict[str, QImage] = {}
    places: dict[str, list[object]] = {}
    for name in (theme.DARK, theme.LIGHT):
        window.actions_.perform(f"view.{name}")
        QApplication.processEvents()
        pictures[name] = window.grab().toImage()
        places[name] = [child.geometry() for child in window.findChildren(QWidget) if child.isVisible()]
    assert places["dark"] == places["light"]
    step = 8
    spots = [(x, y) for x in range(4, 1280, step) for y in range(4, 800, step)]
    lightness = {
        name: sum(image.pixelColor(x, y).lightnessF() for x, y in spots) / len(spots) for name, image in pictures.items()
    }
    assert lightness["dark"] < 0.2
    assert lightness["light"] > 0.8
    assert theme.chosen() == theme.LIGHT
    assert window.actions_["view.light"].isChecked()


def test_every_widget_a_person_can_use_has_an_accessible_name(open_window: Open) -> None:
    window = open_window(NET)
    for page in (window, open_window()):
        for child in page.findChildren(QWidget):
            if isinstance(child.parentWidget(), QLineEdit):
                continue  # the glass in a search field
            usable = isinstance(child, (QAbstractButton, QLineEdit, QAbstractItemView, QTabBar))
            hidden = (
                not child.isVisible()
                or child.objectName().startswith("qt_")
                or child.parentWidget().objectName().startswith("qt_")
            )
            if usable and not hidden:
                name = child.accessibleName() or (child.text() if isinstance(child, QAbstractButton) else "")
                assert name, f"{child} in {child.parentWidget()}"


def test_counts_are_short_in_the_status_bar(open_window: Open) -> None:
    window = open_window("googlenet")
    assert window.controller is not None
    total = window.controller.engine.total
    assert total is not None
    assert f"Params {numbers.short(total.params)}" in texts(window)


class _Shown(QObject):
    """Notes, whenever a widget is shown, whether its window was there."""

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self._window = window
        self.window_was_there: list[bool] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Show:
            self.window_was_there.append(self._window.isVisible())
        return False


def test_a_floating_dock_comes_back_above_its_window_where_it_was(program: Application, qtbot: QtBot) -> None:
    first = program.new_window()
    first.documents.open("mobilenet_v2")
    with qtbot.waitSignal(first.ready, timeout=20_000):
        first.show()
    dock = first.workspace.docks.all["inspector"]
    dock.setFloating(True)
    dock.setGeometry(300, 200, 320, 400)
    qtbot.wait(10)
    first.workspace.save()
    second = program.new_window()
    second.documents.open("resnet18")
    dock = second.workspace.docks.all["inspector"]
    shown = _Shown(second)
    dock.installEventFilter(shown)
    with qtbot.waitSignal(second.ready, timeout=20_000):
        second.show()
    assert dock.isFloating()
    assert dock.isVisible()
    assert dock.geometry() == QRect(300, 200, 320, 400)
    assert shown.window_was_there[-1:] == [True], "it was there before its window, and lies under it"
