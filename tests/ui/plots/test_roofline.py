"""The roofline and the batch sweep: what stands where, what is read out, and what is copied."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shiboken6
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, QRectF, Qt
from PySide6.QtGui import QPolygonF
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from designer.analysis.measured import Roof
from designer.analysis.roofline import reachable, under_roof
from designer.ui import theme, units
from designer.ui.plots.batch_sweep import BatchSweep, Swept
from designer.ui.plots.roofline import Point, Roofline

ROOF = Roof(device="cpu", device_name="a", dtype="fp32", threads=2, macs_per_s=190e9, bytes_per_s=25e9, call_ms=0.01)


def point(key: str, intensity: float, rate: float, save: float = 0.1) -> Point:
    bound = under_roof(ROOF, 1.0, rate * 1e6, rate * 1e6 / intensity).bound
    return Point(key, key, intensity, rate, bound, 1.0, save)


POINTS = [point("stage2.ir1", 1.2, 9.7, 2.0), point("stage2.ir2", 1.6, 13.9, 1.2), point("head.conv", 8.2, 57.9)]


Show = Callable[..., Any]


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    """Shows a chart, and lets go of it as a page does: Qt's part of it first, Python's later."""
    shown: list[Roofline | BatchSweep] = []

    def make(chart: Roofline | BatchSweep, width: int = 430, height: int = 310) -> Roofline | BatchSweep:
        shown.append(chart)
        chart.resize(width, height)
        chart.show()
        qtbot.waitExposed(chart)
        chart.draw_now()
        return chart

    yield make
    for chart in shown:
        chart.close()
        chart.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_points_stand_under_the_roof_where_their_numbers_say(show: Show) -> None:
    chart = Roofline()
    chart.show_points(POINTS, ROOF)
    show(chart)
    places = {mark.key: chart.place(mark) for mark in chart.marks}
    assert places["stage2.ir1"].x() < places["stage2.ir2"].x() < places["head.conv"].x()
    assert places["stage2.ir1"].y() > places["stage2.ir2"].y() > places["head.conv"].y()
    assert all(mark.y <= reachable(ROOF, mark.x) / 1e9 * 1.0001 for mark in chart.marks)
    ours, theirs = chart._pixel(1.2, 9.7), places["stage2.ir1"]
    plot = chart._view.geometry()
    assert math.hypot(ours.x() + plot.left() - theirs.x(), ours.y() + plot.top() - theirs.y()) < 2


@pytest.mark.parametrize("slowest", [9.7, 0.1, 0.001])
def test_the_words_over_the_peak_have_room_however_slow_a_block_is(show: Show, slowest: float) -> None:
    chart = Roofline()
    chart.show_points([point("slow", 1.2, slowest), *POINTS], ROOF)
    show(chart, 350, 210)
    peak = chart._pixel(100.0, ROOF.macs_per_s / 1e9)
    assert peak.y() >= 20


def test_keys_read_points_out_and_enter_picks(show: Show) -> None:
    chart = Roofline()
    chart.show_points(POINTS, ROOF)
    show(chart)
    picked: list[object] = []
    chart.picked.connect(picked.append)
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.current.title == "stage2.ir1"
    assert chart.current.rows[0] == ("Reached", "9.7 GMAC/s")
    QTest.keyClick(chart, Qt.Key.Key_Return)
    assert picked == ["stage2.ir1"]


def test_flops_double_both_axes(show: Show) -> None:
    chart = Roofline()
    chart.show_points(POINTS, ROOF)
    show(chart)
    before = [(mark.x, mark.y) for mark in chart.marks]
    units.use(units.FLOPS)
    try:
        chart.draw_now()
        assert [(mark.x, mark.y) for mark in chart.marks] == [(2 * x, 2 * y) for x, y in before]
        assert (chart.x_axis.title, chart.y_axis.title) == ("FLOP/byte", "GFLOP/s")
    finally:
        units.use(units.MACS)


def test_a_chart_without_a_roof_has_points_all_the_same(show: Show) -> None:
    chart = Roofline()
    chart.show_points(POINTS, None)
    chart.highlight(["stage2.ir1"])
    show(chart)
    assert len(chart.marks) == 3
    chart.show_points([], None)
    chart.draw_now()
    assert chart.marks == ()
    assert chart.csv() == "block,macs_per_byte,gmacs_per_s,bound,ms,save_ms\n"


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.floats(1e-3, 1e4), st.floats(1e-4, 1e5), st.floats(0, 1e3)), max_size=12),
    st.booleans(),
    st.integers(0, 11),
)
def test_any_points_can_be_drawn(qapp: object, found: list[tuple[float, float, float]], roofed: bool, chosen: int) -> None:
    chart = Roofline()
    chart.resize(360, 220)
    points = [point(str(k), *one) for k, one in enumerate(found)]
    chart.points, chart.roof = points, ROOF if roofed else None
    chart.highlighted = frozenset([str(chosen)])
    chart.draw(theme.current())
    assert [mark.key for mark in chart.marks] == [one.key for one in points]
    shiboken6.delete(chart)


def test_the_best_batch_is_named_and_what_failed_says_why(show: Show) -> None:
    chart = BatchSweep()
    rates = [72.0, 85.2, 91.0, 81.0]
    chart.show_points(
        [
            *[Swept(2**k, rate, 1e3 * 2**k / rate) for k, rate in enumerate(rates)],
            Swept(16, None, None, "Needs 20 GiB, but only 15.8 GiB are free."),
        ]
    )
    show(chart)
    assert chart.best.batch == 4
    assert [mark.title for mark in chart.marks] == [f"Batch {2**k}" for k in range(5)]
    assert chart.marks[-1].rows == [("", "Needs 20 GiB, but only 15.8 GiB are free.")]
    assert chart.csv().splitlines()[:2] == ["batch,images_per_second,ms", f"1,72.0,{1e3 / 72.0}"]
    chart.show_points([])
    chart.draw_now()
    assert chart.best is None


CROWDED = [
    *[point(f"depthwise{k}", 0.9 + k / 4, 9.0 + 2 * k, 1.0 + k) for k in range(5)],
    *[point(f"wide{k}", 6.0 + k / 2, 120.0 + 12 * k, 0.5) for k in range(4)],
    point("fast", 12.0, 210.0, 0.0),
    point("slow", 5.0, 4.0, 3.0),
]


def words_of(chart: Roofline) -> list[tuple[str, QRectF]]:
    """The texts in the plot, with where they stand on it."""
    from pyqtgraph import TextItem

    return [(item.toPlainText(), item.mapRectToScene(item.boundingRect())) for item in chart._items if isinstance(item, TextItem)]


@pytest.mark.parametrize("size", [(350, 180), (350, 260), (430, 310), (700, 420)])
def test_no_word_stands_on_another(show: Show, size: tuple[int, int]) -> None:
    chart = Roofline()
    chart.show_points(CROWDED, ROOF)
    show(chart, *size)
    chart.grab()  # texts find their places when they are painted
    found = [(text, box.adjusted(4, 5, -4, -5)) for text, box in words_of(chart) if not text.startswith("memory ")]
    assert len(found) > 5
    for k, (text, box) in enumerate(found):
        assert not [other for other, place in found[:k] if place.intersects(box)], text


QUANTISED = [
    point("head.classifier", 0.95, 12.0, 0.1),
    *[point(f"stage{k}.ir1", 7.0 + 2 * k, 24.0 + 6 * k, 1.0 - k / 10) for k in range(5)],
    *[point(f"wide{k}", 18.0 + 4 * k, 105.0 + 22 * k, 0.1) for k in range(5)],
]


@pytest.mark.parametrize("size", [(330, 210), (350, 230), (350, 260)])
@pytest.mark.parametrize("found", [CROWDED, QUANTISED])
def test_the_legend_stands_on_no_words_and_no_name_is_cut(show: Show, found: list[Point], size: tuple[int, int]) -> None:
    from pyqtgraph import TextItem

    chart = Roofline()
    chart.show_points(found, ROOF)
    show(chart, *size)
    chart.grab()
    memory = next(item for item in chart._items if isinstance(item, TextItem) and item.toPlainText().startswith("memory "))
    slope = memory.mapToScene(memory.boundingRect().adjusted(4, 5, -4, -5))
    right = chart._view.width()
    for text, box in words_of(chart):
        if text.endswith("-bound"):
            assert not slope.intersects(QPolygonF(box.adjusted(4, 5, -4, -5))), text
        if text in {one.name for one in found}:
            assert box.right() - 4 <= right, text
