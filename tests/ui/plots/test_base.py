"""The chart that all charts are made of: marks, keyboard, copying, themes, and what it leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QGuiApplication, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.ui import theme
from designer.ui.plots.base import Axis, Chart, Key, Mark, Table, bytes_axis
from designer.ui.plots.ticks import plain, plain_bytes, span, ticks
from designer.ui.theme import Theme


class Bars(Chart):
    zooms = True

    def __init__(self, values: list[float], *, log: bool = False) -> None:
        super().__init__("Bars", Axis("layer", whole=True), Axis("MACs", log=log))
        self.values = values
        self.drawn = 0

    def plot(self, look: Theme) -> None:
        self.drawn += 1
        self.bars(range(len(self.values)), self.values, look.color("accent.base"))
        self.legend = [Key("square", look.color("accent.base"), "MACs")]
        self.set_marks(Mark(k, k, y, f"layer {k}", [("MACs", plain(y))]) for k, y in enumerate(self.values))

    def table(self) -> Table:
        return Table(["layer", "macs"], list(enumerate(self.values)))


class Dots(Chart):
    near = "point"

    def __init__(self) -> None:
        super().__init__("Dots", Axis("MAC/byte", log=True), Axis("GMAC/s", log=True))

    def plot(self, look: Theme) -> None:
        xs, ys = [0.1, 1.0, 10.0], [5.0, 0.0, 500.0]  # a 0 has no logarithm
        self.line(xs, ys, look.color("text.primary"))
        self.dots(xs, ys, look.color("category.pooling"), shape="diamond", hollow=True)
        self.rule(look.color("text.muted"), x=3.0)
        self.band(1.0, 2.0, look.color("accent.soft"))
        self.words("peak", 1.0, 5.0, look.color("text.secondary"))
        self.set_marks(Mark(k, x, y, f"dot {k}") for k, (x, y) in enumerate(zip(xs, ys, strict=True)))

    def table(self) -> Table:
        return Table(["x"], [])


def show(qtbot: QtBot, chart: Chart) -> Chart:
    qtbot.addWidget(chart)
    chart.resize(400, 200)
    chart.show()
    qtbot.waitExposed(chart)
    return chart


def move(chart: Chart, at: QPointF, buttons: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        at,
        chart.mapToGlobal(at),
        Qt.MouseButton.NoButton,
        buttons,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(chart, event)


def test_the_mark_under_the_mouse_is_read_out_and_a_click_picks_it(qtbot: QtBot) -> None:
    chart = show(qtbot, Bars([3.0, 10.0, 7.0]))
    read: list[object] = []
    chart.hovered.connect(read.append)
    for mark in chart.marks:
        move(chart, chart.place(mark) + QPointF(3, 10))
    assert read == [0, 1, 2]
    assert "layer 2" in chart.accessibleDescription()
    with qtbot.waitSignal(chart.picked) as picked:
        qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=chart.place(chart.marks[1]).toPoint())
    assert picked.args == [1]
    QApplication.sendEvent(chart, QEvent(QEvent.Type.Leave))
    assert read[-1] is None


def test_bars_end_where_their_values_are(qtbot: QtBot) -> None:
    chart = show(qtbot, Bars([4.0, 8.0]))
    image = chart.grab().toImage()
    accent = theme.current().color("accent.base").rgb()
    for mark in chart.marks:
        top = chart.place(mark)
        x, y = round(top.x()), round(top.y())
        assert image.pixel(x, y + 4) == accent
        assert image.pixel(x, y - 4) != accent


def test_the_keyboard_walks_through_the_marks(qtbot: QtBot) -> None:
    chart = show(qtbot, Bars([3.0, 10.0, 7.0]))
    picked: list[object] = []
    chart.picked.connect(picked.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_End, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(chart, key)
    assert picked == [1, 0]
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.current is None


def test_the_ring_shows_where_the_keyboard_is_and_stays_out_of_pictures(qtbot: QtBot) -> None:
    chart = show(qtbot, Bars([3.0, 10.0]))
    accent = theme.current().color("accent.base")
    before = chart.picture()
    QApplication.sendEvent(chart, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    assert chart.grab().toImage().pixelColor(1, 100) == accent
    assert chart.picture() == before
    QApplication.sendEvent(chart, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason))
    assert chart.grab().toImage().pixelColor(1, 100) != accent
    QApplication.sendEvent(chart, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.MouseFocusReason))
    assert chart.grab().toImage().pixelColor(1, 100) != accent, "a click needs no ring"


def test_nothing_is_drawn_while_nobody_looks_and_often_asked_means_once(qtbot: QtBot) -> None:
    chart = Bars([1.0, 2.0])
    qtbot.addWidget(chart)
    chart.refresh()
    chart.refresh()
    assert chart.drawn == 0
    show(qtbot, chart)
    assert chart.drawn == 1
    for _ in range(20):
        chart.refresh()
    qtbot.waitUntil(lambda: chart.drawn == 2)
    chart.hide()
    chart.values = [9.0]
    chart.refresh()
    qtbot.wait(80)
    assert chart.drawn == 2
    chart.show()
    assert [mark.y for mark in chart.marks] == [9.0]


def test_a_chart_that_goes_leaves_no_timer(qtbot: QtBot) -> None:
    chart = show(qtbot, Bars([1.0, 2.0]))
    chart.refresh()
    assert chart._soon.isActive()
    chart.hide()
    assert not chart._soon.isActive()
    chart.show()
    assert not chart._stale


def test_a_read_out_survives_new_numbers_and_goes_with_its_mark(qtbot: QtBot) -> None:
    chart = show(qtbot, Bars([1.0, 2.0]))
    chart.read_out(chart.marks[1])
    chart.values = [1.0, 5.0]
    chart.draw_now()
    assert chart.current is not None
    assert chart.current.y == 5.0
    chart.values = [1.0]
    chart.draw_now()
    assert chart.current is None


def test_colours_follow_the_theme(qtbot: QtBot) -> None:
    chart = show(qtbot, Bars([1.0, 2.0]))
    theme.choose(theme.LIGHT)
    chart.draw_now()
    at = chart.place(chart.marks[1]).toPoint() + QPoint(0, 12)
    assert chart.grab().toImage().pixelColor(at) == theme.current().color("accent.base")


def test_the_wheel_zooms_a_drag_moves_and_a_double_click_shows_all(qtbot: QtBot) -> None:
    chart = show(qtbot, Bars([float(k + 1) for k in range(50)]))
    spread = chart.place(chart.marks[1]).x() - chart.place(chart.marks[0]).x()
    middle = QPointF(220, 100)
    wheel = QWheelEvent(
        middle,
        chart.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 360),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(chart, wheel)
    ahead = [chart.place(chart.marks[k]).x() for k in (24, 25)]
    assert ahead[1] - ahead[0] > 1.5 * spread
    qtbot.mousePress(chart, Qt.MouseButton.LeftButton, pos=middle.toPoint())
    move(chart, middle + QPointF(40, 0), Qt.MouseButton.LeftButton)
    picked: list[object] = []
    chart.picked.connect(picked.append)
    qtbot.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=middle.toPoint() + QPoint(40, 0))
    assert not picked, "a drag picks nothing"
    assert chart.place(chart.marks[24]).x() == pytest.approx(ahead[0] + 40, abs=2)
    qtbot.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=middle.toPoint())
    assert chart.place(chart.marks[1]).x() - chart.place(chart.marks[0]).x() == pytest.approx(spread)


def test_points_on_logarithmic_axes_are_found_near_and_a_zero_is_no_harm(qtbot: QtBot) -> None:
    chart = show(qtbot, Dots())
    first, last = chart.place(chart.marks[0]), chart.place(chart.marks[2])
    assert chart.mark_at(first + QPointF(5, 5)) is chart.marks[0]
    assert chart.mark_at((first + last) / 2) is None
    middle = chart.place(chart.marks[1])
    assert middle.x() == pytest.approx((first.x() + last.x()) / 2, abs=1), "a decade is as wide as the next one"


def test_copying_and_saving(qtbot: QtBot, tmp_path: Path) -> None:
    chart = show(qtbot, Bars([3.0, 10.5]))
    chart.copy_csv()
    assert QGuiApplication.clipboard().text() == "layer,macs\n0,3.0\n1,10.5\n"
    plain_picture = chart.picture()
    chart.read_out(chart.marks[0])
    chart.copy_picture()
    copied = QGuiApplication.clipboard().image()
    assert copied.size() == chart.size() * 2
    assert copied.convertToFormat(QImage.Format.Format_RGB32) == plain_picture.convertToFormat(QImage.Format.Format_RGB32)
    assert chart.current is chart.marks[0], "the read-out is left out of the picture, not taken from the person"
    chart.save_csv(tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == chart.csv()
    chart.save_picture(tmp_path / "a.png")
    assert QImage(str(tmp_path / "a.png")).size() == chart.size() * 2
    with pytest.raises(OSError, match=r"No such file|Device"):
        chart.save_picture(tmp_path / "no" / "a.png")
    menu = chart.open_menu(QPoint(0, 0))
    assert [action.text() for action in menu.actions()] == ["Copy picture", "Copy CSV", "Save picture…", "Save CSV…"]
    menu.close()


@pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0], [5.0], [1e12, 1.0]], ids=str)
@pytest.mark.parametrize("log", [False, True])
def test_any_numbers_make_a_chart(qtbot: QtBot, values: list[float], log: bool) -> None:
    chart = show(qtbot, Bars(values, log=log))
    assert not chart.grab().isNull()
    chart.resize(10, 10)
    assert not chart.grab().isNull()


AXES = st.builds(Axis, log=st.booleans(), binary=st.booleans(), whole=st.booleans())


@given(AXES, st.lists(st.one_of(st.just(0.0), st.floats(1e-9, 1e13)), max_size=5), st.integers(1, 12))
def test_ticks_are_few_distinct_and_inside(axis: Axis, values: list[float], most: int) -> None:
    low, high = span(axis, values)
    assert low < high
    assert all(low <= value <= high for value in values if value > 0)
    places = ticks(axis, low, high, most)
    assert len(places) <= most + 1
    assert [at for at, _ in places] == sorted({at for at, _ in places})
    slack = (high - low) * 1e-6
    assert all(low - slack <= at <= high + slack for at, _ in places)


def test_how_ticks_are_written() -> None:
    assert [plain(value) for value in (0, 0.3, 300, 2_500_000, -20_000, 5e9)] == ["0", "0.3", "300", "2.5 M", "−20 K", "5 G"]
    assert [plain_bytes(value) for value in (0, 512, 2**19, 2**22)] == ["0", "512 B", "512 KiB", "4 MiB"]
    assert [text for _, text in ticks(bytes_axis("MiB"), 0, 9 * 2**20, 5)] == ["0", "2 MiB", "4 MiB", "6 MiB", "8 MiB"]
    assert [at for at, _ in ticks(Axis(log=True), 3, 3e3, 20)] == [5, 10, 20, 50, 100, 200, 500, 1000, 2000]
    assert [text for _, text in ticks(Axis(log=True), 3, 3e3, 7)] == ["3", "10", "30", "100", "300", "1 K", "3 K"]
