"""The Compare page: opened from everywhere, followed live, driven with mouse and keys, written to files."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from designer.app.controller import Controller
from designer.app.ready_made import BY_ID, READY
from designer.app.worker_client import WorkerClient
from designer.document import files
from designer.graph.edits import SetParam
from designer.ui import theme, units
from designer.ui.application import Application
from designer.ui.compare import actions as compare_actions
from designer.ui.compare import choosing
from designer.ui.compare.actions import CompareActions
from designer.ui.compare.canvases import CanvasesPage
from designer.ui.compare.cards import BARS, CHANGES, KINDS
from designer.ui.compare.changes import COUNTERPART, CULPRIT
from designer.ui.compare.page import ComparePage
from designer.ui.main_window import MainWindow
from designer.ui.welcome import Welcome
from tests.designs import chain
from tests.ui.conftest import Open

FAKE = Path(__file__).parents[1] / "app" / "fake_worker.py"
SMALL = ("mobilenet_v1:resolution=64", "mobilenet_v2:resolution=64")
LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier

OpenPage = Callable[..., ComparePage]


@pytest.fixture
def open_page(open_window: Open, qtbot: QtBot) -> OpenPage:
    """`open_page(*designs)`: a window with these documents, and Ctrl+Shift+C pressed in it."""

    def make(*designs: str | Path, **size: int) -> ComparePage:
        window = open_window(*designs, **size)
        qtbot.keyClick(window, Qt.Key.Key_C, CONTROL | SHIFT)
        page = window.tabs.current
        assert isinstance(page, ComparePage)
        settle(page, qtbot)
        return page

    return make


def settle(page: ComparePage, qtbot: QtBot) -> None:
    """Charts built, everything refreshed."""
    qtbot.waitUntil(lambda: page.scatter.chart is not None, timeout=10_000)
    qtbot.wait(20)


def window_of(page: QWidget) -> MainWindow:
    window = page.window()
    assert isinstance(window, MainWindow)
    return window


def doer(page: QWidget) -> CompareActions:
    found = window_of(page).findChild(CompareActions)
    assert isinstance(found, CompareActions)
    return found


def document(page: ComparePage, number: int = 0) -> Controller:
    controller = page.model.designs[number].document
    assert controller is not None
    return controller


def texts(widget: QWidget) -> str:
    return "\n".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())


def button_of(widget: QWidget, text: str) -> QPushButton | None:
    """The button with this text that is to be seen."""
    found = [one for one in widget.findChildren(QPushButton) if one.text() == text and one.isVisible()]
    return found[0] if found else None


def press(widget: QWidget, text: str, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: button_of(widget, text) is not None, timeout=5_000)
    qtbot.mouseClick(button_of(widget, text), LEFT)


def choose(menu: QMenu, *names: str) -> None:
    """Walk down a menu by the texts of its entries."""
    menu.aboutToShow.emit()
    for name in names[:-1]:
        inner = next(action.menu() for action in menu.actions() if action.text() == name)
        assert isinstance(inner, QMenu)
        menu = inner
    next(action for action in menu.actions() if action.text() == names[-1]).trigger()


# -- opening -------------------------------------------------------------------------------------------------------------------


def test_from_the_start_page_it_shows_a_ready_made_comparison(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    welcome = window.tabs.current
    assert isinstance(welcome, Welcome)
    press(welcome, "Compare…", qtbot)
    page = window.tabs.current
    assert isinstance(page, ComparePage)
    settle(page, qtbot)
    assert page.model.ready is BY_ID["v1_v2_v3"]
    assert page.title == "V1, V2, V3-Large"
    assert page.sees.text.text() == BY_ID["v1_v2_v3"].sees
    assert page.status_line.isVisible()
    assert "3 valid designs" in texts(page.status_line)


def test_open_documents_are_compared_the_one_in_front_first(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(*SMALL)
    assert [entry.name for entry in page.model.entries] == ["MobileNet V2", "MobileNet V1"]
    assert page.model.ready is None
    assert not page.sees.isVisible()
    window = window_of(page)
    window.documents.open("resnet18:resolution=64")
    window.actions_["measure.compare"].trigger()
    assert window.tabs.current is page
    assert [entry.name for entry in page.model.entries][2:] == ["ResNet-18"]
    window.actions_["measure.compare"].trigger()
    assert len(page.model.designs) == 3


def test_the_tool_bar_has_a_button_for_it(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    press(window.tools, "Compare", qtbot)
    assert isinstance(window.tabs.current, ComparePage)


def test_ready_made_comparisons_open_with_one_click(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    for ready in READY:
        choose(page.choosing.ready, ready.title)
        qtbot.wait(20)
        assert page.model.ready is ready
        assert page.sees.text.text() == ready.sees
        assert page.totals.grid.count() >= 9
        assert [chip.name.accessibleName().count("baseline") for chip in page.bar.chips] == [1] * len(ready.designs)


def test_ready_made_comparisons_are_in_the_command_palette(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    qtbot.keyClick(window, Qt.Key.Key_P, CONTROL | SHIFT)
    overlay = window.popups.open
    assert overlay is not None
    field = overlay.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    qtbot.keyClicks(field, "compare resolution")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    page = window.tabs.current
    assert isinstance(page, ComparePage)
    settle(page, qtbot)
    assert page.model.ready is BY_ID["resolution"]


# -- designs -------------------------------------------------------------------------------------------------------------------


def test_a_click_makes_a_design_the_baseline_and_its_cross_takes_it_out(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    qtbot.mouseClick(page.bar.chips[1].name, LEFT)
    qtbot.wait(10)
    assert page.model.baseline == 1
    assert [chip.badge.isVisible() for chip in page.bar.chips] == [False, True, False]
    assert "V2 5" not in page.totals.grid.words(1, -1)
    assert "V1 568.7 M, +268.0 M (+89.1 %, worse)" in page.totals.grid.words(1, -1)
    qtbot.mouseClick(page.bar.chips[0].close_button, LEFT)
    qtbot.wait(10)
    assert [entry.short for entry in page.model.entries] == ["V2", "V3-Large"]
    assert page.model.baseline == 0
    assert page.title == "V2, V3-Large"


def test_presets_files_and_earlier_states_are_added_from_the_menu(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(SMALL[1])
    controller = document(page)
    controller.apply(SetParam(node="stage2_ir2", name="expand_ratio", value=2), "Set expand_ratio in ir2")
    choose(page.choosing.add, "Preset", "ResNet", "ResNet-18")
    files.save(chain("relu"), tmp_path / "mine.lightdesign")
    monkeypatch.setattr(choosing, "choose_design", lambda parent: tmp_path / "mine.lightdesign")
    choose(page.choosing.add, "File…")
    choose(page.choosing.add, "Earlier state", controller.title, "As it was opened")
    assert [entry.name for entry in page.model.entries] == [controller.title, "ResNet-18", "mine", "MobileNet V2"]
    assert page.model.entries[3].detail == "1.0, 64, as opened"
    assert not page.bar.add_button.isEnabled()
    monkeypatch.setattr(choosing, "choose_design", lambda parent: tmp_path / "gone.lightdesign")
    page.model.remove(page.model.designs[3])
    choose(page.choosing.add, "File…")
    assert len(page.model.designs) == 3
    assert "gone.lightdesign" in window_of(page).status._message.text()  # type: ignore[union-attr]


def test_an_edit_shows_at_once_in_every_card(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(*SMALL)
    before = page.totals.grid.words(1, -1)
    curve = page.over_depth.macs.curves[0] if page.over_depth.macs else None
    with qtbot.waitSignal(page.refreshed, timeout=5_000):
        document(page).apply(SetParam(node="stage2_ir2", name="expand_ratio", value=2), "Set expand_ratio")
    assert page.totals.grid.words(1, -1) != before
    assert page.over_depth.macs is not None
    assert page.over_depth.macs.curves[0] != curve
    with qtbot.waitSignal(page.refreshed, timeout=5_000):
        document(page).stack.undo()
    assert page.totals.grid.words(1, -1) == before


def test_a_design_with_an_error_is_unknown_and_the_status_bar_says_so(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(*SMALL)
    with qtbot.waitSignal(page.refreshed, timeout=5_000):
        document(page).apply(SetParam(node="stage2_ir2", name="stride", value=7), "Break")
    assert "unknown" in page.totals.grid.words(1, -1)
    assert "1 of 2 designs has errors" in texts(page.status_line)
    assert window_of(page).actions_.why_not("measure.compare_profile").endswith("has errors.")


def test_a_closed_document_stays_in_the_comparison(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(*SMALL)
    window = window_of(page)
    closed = document(page, 1)
    window.document_actions.close(closed)
    assert window.tabs.current is page
    assert page.model.designs[1].document is None
    assert [entry.name for entry in page.model.entries] == ["MobileNet V2", "MobileNet V1"]


def test_how_it_was_opened_is_one_action_away(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(SMALL[1])
    action = window.actions_["measure.compare_state"]
    assert window.actions_.why_not("measure.compare_state") == "Nothing was changed since it was opened."
    assert window.controller is not None
    window.controller.apply(SetParam(node="stage2_ir2", name="expand_ratio", value=2), "Set expand_ratio in ir2")
    window.actions_.refresh()
    action.trigger()
    page = window.tabs.current
    assert isinstance(page, ComparePage)
    settle(page, qtbot)
    assert page.places.view == CHANGES
    assert [(one.sort, one.path) for one in page.places.changes.grid.found] == [("changed", "stage2.ir2")]
    assert page.places.changes.grid.found[0].text == "expand_ratio 6.0 → 2.0"


# -- looking -------------------------------------------------------------------------------------------------------------------


def test_totals_are_walked_through_by_keyboard_and_read_out(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    grid = page.totals.grid
    grid.setFocus()
    for key, row in ((Qt.Key.Key_Down, 0), (Qt.Key.Key_Down, 1), (Qt.Key.Key_End, grid.count() - 1), (Qt.Key.Key_Home, 0)):
        qtbot.keyClick(grid, key)
        assert grid.current == row
    assert grid.accessibleDescription().startswith("Params: V1 4.23 M; V2 3.50 M, −727.1 K (−17.2 %, better)")
    qtbot.mouseClick(grid, LEFT, pos=QPoint(40, grid.head_height + 2 * grid.row_height + 4))
    assert grid.accessibleDescription().startswith("FLOPs: ")


def test_other_tables_and_bars(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    assert page.places.resolution.words(1, -1).startswith("56 × 56, stride 4: V1: 2 separable, 128 wide; 82.5 M MACs")
    page.places.views.chosen.emit(KINDS)
    assert page.places.kinds.isVisible()
    assert "V1: 13 layers, 17,385,984 MACs" in page.places.kinds.words(2, -1)
    page.places.views.chosen.emit(BARS)
    bars = page.places.bars
    assert bars is not None
    assert bars.isVisible()
    bars.draw_now()
    assert len(bars.marks) == 18
    table = list(csv.reader(io.StringIO(bars.csv())))
    assert table[0] == ["design", "output", "stride", "macs"]
    page.places.figure.activated.emit(1)
    bars.draw_now()
    assert "params" in bars.csv().splitlines()[0]


def test_flops_everywhere_at_one_click(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    qtbot.mouseClick(page.totals.unit._group.button(1), LEFT)
    assert units.name() == units.FLOPS
    assert "165.0 M FLOPs" in page.places.resolution.words(1, -1)
    assert page.over_depth.macs is not None
    page.over_depth.macs.draw_now()
    assert page.over_depth.macs.y_axis.title == "FLOPs so far"
    assert page.over_depth.macs.factor == 2


def test_no_name_in_the_scatter_stands_on_a_dot_or_on_another_name(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(SMALL[1], width=1900, height=1100)
    chart = page.scatter.chart
    assert chart is not None
    from pyqtgraph import TextItem

    chart.grab()  # texts find their places when they are painted
    names = [item for item in chart._items if isinstance(item, TextItem)]
    boxes = [(item.toPlainText(), item.mapRectToScene(item.boundingRect()).adjusted(4, 5, -4, -5)) for item in names]
    assert len(boxes) > 15
    place = chart._view.geometry().topLeft()
    dots = [(mark.title, chart.place(mark) - QPointF(place)) for mark in chart.marks]
    for k, (text, box) in enumerate(boxes):
        assert not [other for other, one in boxes[:k] if one.intersects(box)], text
        assert not [title for title, dot in dots if box.contains(dot)], text


def test_the_scatter_names_on_hover_and_opens_on_click(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    chart = page.scatter.chart
    assert chart is not None
    chart.draw_now()
    mark = next(mark for mark in chart.marks if mark.key == "ghostnet")
    chart.point_at(chart.place(mark))
    assert chart.current is not None
    assert chart.current.title == "GhostNet"
    assert ("Top-1", "73.9 %, recalled") in tuple(chart.current.rows)
    spot = chart.place(mark).toPoint()
    qtbot.mouseClick(chart, LEFT, pos=spot)
    window = window_of(page)
    assert window.controller is not None
    assert window.controller.design.name == "ghostnet"
    assert {mark.key for mark in chart.marks if isinstance(mark.key, int)} == {0, 1, 2}
    assert not [mark for mark in chart.marks if mark.key in ("mobilenet_v1", "mobilenet_v2")], "compared ones are drawn once"


def test_any_two_figures_can_be_put_on_the_axes(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    chart = page.scatter.chart
    assert chart is not None
    for combo, places in ((page.scatter.x_choice, range(9)), (page.scatter.y_choice, (0, 8))):
        assert combo.count() == 11
        for at in places:
            combo.setCurrentIndex(at)
            combo.activated.emit(at)
            chart.draw_now()
            assert chart.marks
    page.scatter.least.setCurrentIndex(0)
    page.scatter.least.activated.emit(0)
    assert chart.front_text() == "Pareto front"
    assert page.scatter.title.text().startswith("Top-1, published against ")


@pytest.mark.parametrize("width", [1000, 1280, 1600])
def test_at_every_width_cards_lie_inside_and_beside_each_other(open_page: OpenPage, qtbot: QtBot, width: int) -> None:
    page = open_page(width=width, height=800)
    for ready in ("v1_v2_v3", "width"):
        page.model.show_ready(BY_ID[ready])
        qtbot.wait(60)
        cards = [page.totals, page.places, page.sees, page.scatter, page.saving, page.over_depth]
        boxes = [card.rect().translated(card.mapTo(page._body, QPoint(0, 0))) for card in cards]
        for box in boxes:
            assert page._body.rect().contains(box)
        for k, one in enumerate(boxes):
            assert not any(one.intersects(other) for other in boxes[k + 1 :])
        assert page.totals.grid.height() >= page.totals.grid.sizeHint().height()
        assert page.totals.grid.width() >= page.totals.grid.least_width()
        for chip in page.bar.chips:
            assert page.bar.rect().contains(chip.rect().translated(chip.mapTo(page.bar, QPoint(0, 0))))


def test_it_follows_the_theme(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    dark = page.grab().toImage()
    theme.choose(theme.LIGHT)
    qtbot.wait(80)
    light = page.grab().toImage()
    assert dark != light
    at = page.totals.mapTo(page, QPoint(300, 8))
    ratio = light.devicePixelRatio()
    assert light.pixelColor(round(at.x() * ratio), round(at.y() * ratio)).lightness() > 200


# -- both canvases -------------------------------------------------------------------------------------------------------------


def canvases(page: ComparePage, qtbot: QtBot) -> CanvasesPage:
    window_of(page).actions_["measure.compare_canvases"].trigger()
    found = window_of(page).tabs.current
    assert isinstance(found, CanvasesPage)
    qtbot.wait(30)
    return found


def test_differences_are_marked_on_both_canvases(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(SMALL[1])
    page.model.add_text(SMALL[1])
    page.model.set_baseline(1)
    controller = document(page)
    controller.apply(SetParam(node="stage2_ir2", name="expand_ratio", value=2), "Set expand_ratio")
    both = canvases(page, qtbot)
    assert (list(both.left.signs), list(both.right.signs)) == (["stage2_ir2"], ["stage2_ir2"])
    assert both.right.signs["stage2_ir2"].text == "expand_ratio 6.0 → 2.0"
    assert both.right.scene.nodes["stage2_ir1"].dimmed
    assert not both.right.scene.nodes["stage2_ir2"].dimmed
    assert both.sentence.text() == "1 block changed"
    window = window_of(page)
    assert window.page is None
    assert window.page_of(controller) is not None
    controller.apply(SetParam(node="stage3_ir2", name="expand_ratio", value=2), "Set expand_ratio")
    qtbot.wait(20)
    assert set(both.right.signs) == {"stage2_ir2", "stage3_ir2"}
    before = sorted(node.id for node in controller.design.root.nodes())
    both.right.view.select({"stage2_ir2"})
    qtbot.keyClick(both.right.view, Qt.Key.Key_Delete)
    assert sorted(node.id for node in controller.design.root.nodes()) == before, "nothing is edited here"


def test_the_two_canvases_look_at_the_same_block(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    page.model.show_ready(BY_ID["width"])
    both = canvases(page, qtbot)
    for here, there in ((both.left, both.right), (both.right, both.left)):
        for node_id, zoom in (("stage4_block3", 1.0), ("stage2_block1", 0.5), ("head_classifier", 1.2)):
            here.view.look(zoom, QPointF(*here.scene.nodes[node_id].box.centre))
            assert there.view.zoom == pytest.approx(zoom)
            x, y = there.scene.nodes[node_id].box.centre
            centre = there.view.centre()
            assert (centre.x(), centre.y()) == (pytest.approx(x, abs=3), pytest.approx(y, abs=3))
    row = next(k for k, one in enumerate(both.list.found) if one.path == "stage3.block2")
    both.go_to(row)
    qtbot.wait(400)
    x, y = both.left.scene.nodes["stage3_block2"].box.centre
    assert both.left.view.centre().y() == pytest.approx(y, abs=3)
    qtbot.keyClick(both.right.view, Qt.Key.Key_N)
    assert both.list.current == row + 1
    qtbot.keyClick(both.left.view, Qt.Key.Key_P)
    assert both.list.current == row
    qtbot.keyClick(both.left.view, Qt.Key.Key_F)
    for side in (both.left, both.right):
        content = side.scene.content()
        assert content is not None
        seen = side.view.seen()
        assert seen.top <= content.top
        assert seen.bottom >= content.bottom


def test_the_canvases_go_when_a_design_is_compared_no_longer(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    both = canvases(page, qtbot)
    window = window_of(page)
    page.model.remove(page.model.designs[1])
    assert both not in window.tabs.pages
    assert window.actions_.why_not("measure.compare_canvases") == ""
    page.model.remove(page.model.designs[1])
    assert window.actions_.why_not("measure.compare_canvases") == "Only one design is compared."


# -- profiles ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def with_worker(program: Application) -> Callable[[str], None]:
    def use(habit: str) -> None:
        program._worker = WorkerClient(program, worker=[sys.executable, "-P", str(FAKE), habit], patience_ms=5_000)

    return use


def test_both_are_profiled_at_one_press_and_the_times_show(
    open_page: OpenPage, with_worker: Callable[[str], None], qtbot: QtBot
) -> None:
    with_worker("well")
    page = open_page(*SMALL)
    assert "Is it really faster here?" in texts(page.saving)
    press(page.saving, "Profile both", qtbot)
    qtbot.waitUntil(lambda: not page.busy, timeout=30_000)
    qtbot.wait(50)
    assert all(entry.measured is not None for entry in page.model.entries)
    assert "Measured on\nFake CPU 3000, 2 threads, fp32" in texts(page.status_line)
    assert page.places.resolution.most_ms > 0
    assert page.over_depth.times is not None
    assert page.over_depth.times.isVisible()
    assert "50 runs" in texts(page.saving)


def test_a_false_saving_is_said_with_its_blocks_and_shown_on_both_canvases(
    open_page: OpenPage, with_worker: Callable[[str], None], qtbot: QtBot
) -> None:
    with_worker("well")
    page = open_page(*reversed(SMALL))
    press(page.saving, "Profile both", qtbot)
    qtbot.waitUntil(lambda: not page.busy, timeout=30_000)
    slow_down(page, 1, 5.0)
    qtbot.wait(50)
    assert page.savings
    said = texts(page.saving)
    assert "False saving: V2 needs" in said
    assert page.savings[0].culprits[0].path in said
    assert "Why, as measured" in said
    press(page.saving, "Show on both canvases", qtbot)
    both = window_of(page).tabs.current
    assert isinstance(both, CanvasesPage)
    assert {sign.sort for sign in both.right.signs.values()} == {CULPRIT}
    assert {sign.sort for sign in both.left.signs.values()} == {COUNTERPART}
    assert [one.path for one in both.list.found] == [culprit.path for culprit in page.savings[0].culprits]


def slow_down(page: ComparePage, number: int, factor: float) -> None:
    """As if the blocks of a design had taken longer."""
    import msgspec

    from designer.analysis.measured import Times

    profiler = page.model.designs[number].profiler
    assert profiler is not None
    assert profiler.shown is not None
    profile = profiler.shown.profile
    blocks = [msgspec.structs.replace(block, ms=(block.ms or 0) * factor) for block in profile.blocks]
    low, high = profile.total_ms.ci95
    total = Times(*[value * factor for value in msgspec.structs.astuple(profile.total_ms)[:4]], (low * factor, high * factor))
    profiler.show(
        msgspec.structs.replace(profiler.shown, profile=msgspec.structs.replace(profile, blocks=blocks, total_ms=total))
    )


@pytest.mark.parametrize("habit", ["killed", "refuses"])
def test_a_profile_that_fails_is_a_sentence_and_can_be_tried_again(
    open_page: OpenPage, with_worker: Callable[[str], None], qtbot: QtBot, habit: str
) -> None:
    with_worker(habit)
    page = open_page(*SMALL)
    press(page.saving, "Profile both", qtbot)
    qtbot.waitUntil(lambda: not page.busy, timeout=30_000)
    assert "Not measured" in texts(page.saving)
    assert texts(page.saving).rstrip().endswith(".")
    press(page.saving, "Profile again", qtbot)
    assert page.busy
    qtbot.waitUntil(lambda: not page.busy, timeout=30_000)


def test_a_running_profile_is_cancelled_at_once(open_page: OpenPage, with_worker: Callable[[str], None], qtbot: QtBot) -> None:
    with_worker("hang")
    page = open_page(*SMALL)
    press(page.saving, "Profile both", qtbot)
    qtbot.waitUntil(lambda: "Profiling" in texts(page.saving), timeout=10_000)
    assert window_of(page).actions_.why_not("measure.compare_profile") == "A profile is running."
    assert QApplication.focusWidget() is button_of(page.saving, "Cancel"), "keys stay where they were"
    press(page.saving, "Cancel", qtbot)
    qtbot.waitUntil(lambda: not page.busy, timeout=5_000)
    assert QApplication.focusWidget() is button_of(page.saving, "Profile both")
    assert "Is it really faster here?" in texts(page.saving)


# -- ways out ------------------------------------------------------------------------------------------------------------------


def test_a_comparison_is_written_to_files(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page()
    folder = tmp_path / "out"
    monkeypatch.setattr(compare_actions, "choose_file", lambda parent, title, kinds, name: folder / name)
    window = window_of(page)
    assert window.status is not None
    qtbot.mouseClick(page.bar.outs["csv"], LEFT)
    assert "cannot be written" in window.status._message.text()
    folder.mkdir()
    for key, suffix, begins in (
        ("csv", "csv", "design,"),
        ("markdown", "md", "# "),
        ("latex", "tex", "% "),
        ("html", "html", "<!DO"),
    ):
        qtbot.mouseClick(page.bar.outs[key], LEFT)
        file = folder / f"V1_V2_V3-Large.{suffix}"
        assert file.read_text(encoding="utf-8").startswith(begins)
        assert window.status._message.text() == f"Written to {file.name}."
    assert len(list(folder.iterdir())) == 4, "nothing else is left there"


def test_copying_puts_a_table_on_the_clipboard(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    choose(page.copy_menu, "Table")
    data = QGuiApplication.clipboard().mimeData()
    lines = data.text().splitlines()
    assert lines[0].split("\t") == ["", "V1", "V2", "against V1", "V3-Large", "against V1"]
    assert len({line.count("\t") for line in lines}) == 1
    assert "<table>" in data.html()
    choose(page.copy_menu, "LaTeX")
    assert r"\begin{tabular}" in QGuiApplication.clipboard().text()


def test_a_name_with_a_slash_becomes_a_file_name(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page()
    page.model.designs[0].label = "a/b\\c:d"
    page.model._design_changed()
    names: list[str] = []
    monkeypatch.setattr(compare_actions, "choose_file", lambda parent, title, kinds, name: names.append(name))
    doer(page).write("csv")
    assert names == ["a-b-c-d_V2_V3-Large.csv"]


def test_closing_the_page_leaves_nothing_behind(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(*SMALL)
    window = window_of(page)
    controller = document(page)
    window.close_page(page)
    qtbot.wait(20)
    controller.apply(SetParam(node="stage2_ir2", name="expand_ratio", value=2), "Set expand_ratio")
    assert doer(window).page is None
    window.actions_["measure.compare"].trigger()
    assert doer(window).page is not None


def test_over_estimated_time_stands_every_network_of_which_something_was_measured(
    open_page: OpenPage, with_worker: Callable[[str], None], qtbot: QtBot
) -> None:
    with_worker("well")
    page = open_page(*SMALL)
    press(page.saving, "Profile both", qtbot)
    qtbot.waitUntil(lambda: not page.busy, timeout=30_000)
    chart = page.scatter.chart
    assert chart is not None
    at = page.scatter.x_choice.findData("estimated_ms")
    page.scatter.x_choice.setCurrentIndex(at)
    page.scatter.x_choice.activated.emit(at)
    times = page.scatter._times
    assert times is not None
    qtbot.waitUntil(lambda: not times._waiting and not times._step_timer.isActive(), timeout=30_000)
    chart.draw_now()
    known = {mark.key for mark in chart.marks if isinstance(mark.key, str)}
    assert known == set(times.times)
    assert times.times["densenet121"] > times.times["ghostnet"]


def test_what_to_see_is_seen_without_scrolling(open_page: OpenPage, qtbot: QtBot) -> None:
    """Below everything else where there is room for it, else first."""
    page = open_page(SMALL[0], width=1280, height=800)
    page.model.show_ready(BY_ID["v1_v2_v3"])
    for size, first in (((1280, 800), True), ((1900, 1500), False), ((1280, 800), True)):
        window_of(page).resize(*size)
        qtbot.waitUntil(lambda first=first: (page.sees.y() < page.totals.y()) is first, timeout=5_000)
        bottom = page.sees.mapTo(page.area.viewport(), QPoint(0, page.sees.height())).y()
        assert bottom <= page.area.viewport().height()


def test_the_names_of_changed_designs_are_not_cut(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(*SMALL)
    page.show_changes()
    page.model.show_ready(BY_ID["popular"])
    qtbot.wait(50)
    which = page.places.changes.which
    assert which.isVisible()
    assert which.width() >= which.sizeHint().width()
    assert which.fontMetrics().horizontalAdvance("GoogLeNet") + 30 <= which.sizeHint().width()
    assert ". These are not versions of one design" in page.places.changes.sentence.text()
