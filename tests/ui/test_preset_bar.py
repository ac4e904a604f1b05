"""The tool bar's preset options: shown while the design equals its preset, dragged live, one undo a drag."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.graph.edits import RemoveNode
from designer.ui.preset_bar import PresetBar
from tests.ui.conftest import Open


def bar_of(window: object) -> PresetBar:
    bar = window.preset_bar  # type: ignore[attr-defined]
    assert isinstance(bar, PresetBar)
    return bar


def test_dragging_the_width_redraws_live_as_one_step(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    controller = window.controller
    assert controller is not None
    width = bar_of(window).fields["width"]
    assert width.isVisible()
    assert width.spin.text() == "1.00"
    seen = []
    width.slider.setSliderDown(True)
    for position in (width.slider.value() - 20, width.slider.value() - 40, 60):
        width.slider.setValue(position)
        assert controller.engine.total is not None
        seen.append(controller.engine.total.macs)
    width.slider.setSliderDown(False)
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] < 300_774_272
    assert controller.stack.count() == 1
    controller.stack.undo()
    assert controller.engine.total.macs == 300_774_272
    assert width.spin.text() == "1.00"


def test_what_colours_the_blocks_is_said_in_full_beside_them(open_window: Open) -> None:
    window = open_window("mobilenet_v2")
    heat = window.tools.heat
    for metric in ("off", "macs", "memory", "activations"):
        window.actions_[f"view.heat_{metric}"].trigger()
        QApplication.processEvents()
        assert heat.value.width() >= heat.value.fontMetrics().horizontalAdvance(heat.value.text()), metric


def test_the_resolution_is_typed_and_both_sides_follow(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    controller = window.controller
    assert controller is not None
    field = bar_of(window).fields["resolution"].spin
    assert field.text() == "224"
    field.setFocus()
    field.lineEdit().selectAll()
    qtbot.keyClicks(field, "192")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert controller.design.origin is not None
    assert controller.design.origin.options["resolution"] == 192
    assert controller.engine.results["input"].outputs["y"] == (3, 192, 192)


def test_a_width_that_cannot_be_stays_in_the_field_and_is_explained(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("mobilenet_v2")
    controller = window.controller
    assert controller is not None
    spin = bar_of(window).fields["width"].spin
    said = []
    bar_of(window).refused.connect(said.append)
    spin.setFocus()
    spin.lineEdit().selectAll()
    qtbot.keyClicks(spin, "9")
    assert "width" in said[-1]
    assert spin.text() == "9"
    assert spin.property("invalid") is True
    assert controller.engine.total is not None
    assert controller.engine.total.macs == 300_774_272
    assert controller.stack.count() == 0


def test_the_bar_goes_when_the_design_is_no_longer_its_preset_and_comes_back_by_undo(open_window: Open) -> None:
    window = open_window("mobilenet_v2")
    controller = window.controller
    assert controller is not None
    last = controller.engine.order.order[-1]
    assert controller.apply(RemoveNode(id=last), "Delete output")
    assert not bar_of(window).isVisible()
    controller.stack.undo()
    assert bar_of(window).isVisible()


def test_each_tab_has_its_own_options(open_window: Open) -> None:
    window = open_window("mobilenet_v2:width=0.5", "squeezenet1_1")
    assert set(bar_of(window).fields) == {"resolution"}
    window.tabs.step(-1)
    assert bar_of(window).fields["width"].spin.text() == "0.50"
    window.actions_.perform("file.new")
    assert not bar_of(window).isVisible()
