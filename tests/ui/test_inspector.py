"""The inspector, with the mouse and the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from designer import catalogue
from designer.analysis.engine import Engine
from designer.app.controller import Controller
from designer.graph.design import Design
from designer.graph.edits import SetLabel, SetParam
from designer.ui import units
from designer.ui.panels.fields import SIDE_WIDTH, PairField
from designer.ui.panels.inspector import Inspector
from designer.ui.panels.parameter_form import FormRow
from designer.ui.panels.spin import Spin
from tests.analysis.test_fixes import residual
from tests.designs import chain, state
from tests.ui.panels_helpers import drag_slider

Show = Callable[..., Inspector]


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    """`show(design, "a", "b")`: the inspector of a design with these blocks selected."""
    made: list[tuple[Inspector, Controller]] = []

    def open_(design: Design, *selected: str) -> Inspector:
        controller = Controller(design)
        panel = Inspector()
        qtbot.addWidget(panel)
        panel.resize(328, 900)
        panel.set_controller(controller)
        panel.show()
        qtbot.waitExposed(panel)
        controller.select(set(selected))
        panel.test_controller = controller  # type: ignore[attr-defined]
        made.append((panel, controller))
        return panel

    yield open_
    for panel, controller in made:
        assert controller.engine.results == Engine(controller.design).results
        panel.hide()
        panel.set_controller(None)


def controller_of(panel: Inspector) -> Controller:
    return panel.test_controller  # type: ignore[attr-defined, no-any-return]


def params(panel: Inspector, node: str) -> dict[str, object]:
    return controller_of(panel).design.root.node(node).params


def row(panel: Inspector, name: str) -> FormRow:
    return panel.form.rows[name]


def type_into(qtbot: QtBot, widget: QAbstractSpinBox | QLineEdit, text: str) -> None:
    widget.setFocus()
    widget.selectAll()
    qtbot.keyClicks(widget, text)


def spin(panel: Inspector, name: str) -> QAbstractSpinBox:
    found = row(panel, name).field.findChild(QAbstractSpinBox)
    assert isinstance(found, QAbstractSpinBox)
    return found


def segment(row_: FormRow, text: str) -> QPushButton:
    return next(button for button in row_.field.findChildren(QPushButton) if button.text() == text)


# -- one block -----------------------------------------------------------------------------------------------------------------


def test_typing_a_number_is_live_and_one_step(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    controller = controller_of(panel)
    before = state(controller.design)
    type_into(qtbot, spin(panel, "expand_ratio"), "4")
    assert params(panel, "stage2_ir2")["expand_ratio"] == 4
    qtbot.keyClicks(spin(panel, "expand_ratio"), ".5")
    assert params(panel, "stage2_ir2")["expand_ratio"] == 4.5
    qtbot.keyClick(spin(panel, "expand_ratio"), Qt.Key.Key_Return)
    assert controller.stack.count() == 1
    assert controller.stack.undoText() == "Set expand_ratio in stage2.ir2"
    controller.stack.undo()
    assert state(controller.design) == before
    assert spin(panel, "expand_ratio").text() == "6"


def test_dragging_the_slider_is_one_step(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    controller = controller_of(panel)
    seen: list[int] = []
    controller.analysis_changed.connect(lambda _: seen.append(controller.design.root.node("stage2_ir2").params["expand_ratio"]))
    drag_slider(row(panel, "expand_ratio").field.slider, 4, 8, 12, 16)
    assert len(seen) >= 3
    assert seen == sorted(seen), "the design follows every move"
    assert controller.stack.count() == 1
    drag_slider(row(panel, "expand_ratio").field.slider, -10, -20)
    assert controller.stack.count() == 2, "the next drag is a step of its own"


def test_arrow_keys_step(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stem_conv")
    spin(panel, "out_channels").setFocus()
    qtbot.keyClick(spin(panel, "out_channels"), Qt.Key.Key_Up)
    assert params(panel, "stem_conv")["out_channels"] == 33


def test_a_value_out_of_range_stays_in_its_field(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    controller = controller_of(panel)
    before = state(controller.design)
    type_into(qtbot, spin(panel, "expand_ratio"), "0.5")
    refusal = row(panel, "expand_ratio").refusal
    assert refusal is not None
    assert refusal.sentence.text() == "expand_ratio needs a number from 1 to 64, but got 0.5."
    assert refusal.still.text() == "The design still uses 6."
    assert spin(panel, "expand_ratio").text() == "0.5"
    assert spin(panel, "expand_ratio").property("invalid") is True
    assert panel.parameters.note.text() == "1 not applied"
    assert state(controller.design) == before
    assert controller.stack.count() == 0


def test_the_ways_out_of_a_refused_value(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    type_into(qtbot, spin(panel, "expand_ratio"), "0.5")
    refusal = row(panel, "expand_ratio").refusal
    assert refusal is not None
    use, keep = [button for button in refusal.findChildren(QPushButton) if not button.isHidden()]
    assert (use.text(), keep.text()) == ("Use 1  −23.3 M MACs", "Keep 6")
    qtbot.mouseClick(keep, Qt.MouseButton.LeftButton)
    assert row(panel, "expand_ratio").refusal is None
    assert spin(panel, "expand_ratio").text() == "6"
    type_into(qtbot, spin(panel, "expand_ratio"), "0.5")
    use = next(button for button in row(panel, "expand_ratio").findChildren(QPushButton) if button.text().startswith("Use"))
    total = controller_of(panel).engine.total
    assert total is not None
    qtbot.mouseClick(use, Qt.MouseButton.LeftButton)
    assert params(panel, "stage2_ir2")["expand_ratio"] == 1
    after = controller_of(panel).engine.total
    assert after is not None
    assert round((after.macs - total.macs) / 1e6, 1) == -23.3
    assert row(panel, "expand_ratio").refusal is None


def test_text_that_is_no_number_is_refused_and_corrected(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stem_conv")
    type_into(qtbot, spin(panel, "out_channels"), "many")
    assert row(panel, "out_channels").refused
    type_into(qtbot, spin(panel, "out_channels"), "48")
    assert not row(panel, "out_channels").refused
    assert spin(panel, "out_channels").property("invalid") is False
    assert params(panel, "stem_conv")["out_channels"] == 48


def test_groups_that_do_not_divide_are_refused_with_the_blocks_own_sentence(show: Show, qtbot: QtBot) -> None:
    panel = show(chain(("c", "conv2d", {"out_channels": 32}), shape=(16, 8, 8)), "c")
    type_into(qtbot, spin(panel, "groups"), "5")
    refusal = row(panel, "groups").refusal
    assert refusal is not None
    assert "does not divide in_channels=16" in refusal.sentence.text()
    assert "groups" not in params(panel, "c")
    assert any(button.text().startswith("Use 4") for button in refusal.findChildren(QPushButton))


def test_a_change_that_breaks_only_a_follower_is_made(show: Show, qtbot: QtBot) -> None:
    panel = show(
        chain(("a", "conv2d", {"out_channels": 16}), ("b", "conv2d", {"out_channels": 16, "groups": 16}), shape=(3, 16, 16)), "a"
    )
    type_into(qtbot, spin(panel, "out_channels"), "17")
    assert params(panel, "a")["out_channels"] == 17
    assert row(panel, "out_channels").refusal is None
    controller_of(panel).select({"b"})
    refusal = row(panel, "groups").refusal
    assert refusal is not None
    assert "in_channels=17" in refusal.sentence.text()
    assert not row(panel, "groups").refused, "the design does use it"


def test_a_block_with_an_error_can_be_put_right_step_by_step(show: Show, qtbot: QtBot) -> None:
    panel = show(chain(("c", "conv2d", {"out_channels": 30, "groups": 7}), shape=(16, 8, 8)), "c")
    type_into(qtbot, spin(panel, "groups"), "8")
    assert params(panel, "c")["groups"] == 8, "still wrong, but not refused: 30 is the next to change"
    type_into(qtbot, spin(panel, "out_channels"), "32")
    assert controller_of(panel).engine.valid
    assert row(panel, "groups").refusal is None


def test_choices_are_clicked(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    qtbot.mouseClick(segment(row(panel, "kernel_size"), "5"), Qt.MouseButton.LeftButton)
    assert params(panel, "stage2_ir2")["kernel_size"] == 5
    combo = row(panel, "act").field.findChild(QComboBox)
    assert isinstance(combo, QComboBox)
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_Down)
    assert params(panel, "stage2_ir2")["act"] == "leaky_relu"
    check = row(panel, "always_expand").field.check
    qtbot.mouseClick(check, Qt.MouseButton.LeftButton, pos=check.rect().center())
    assert params(panel, "stage2_ir2")["always_expand"] is True


def test_reset_shows_only_where_there_is_something_to_reset(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    assert row(panel, "kernel_size").back.isHidden()
    qtbot.mouseClick(segment(row(panel, "kernel_size"), "7"), Qt.MouseButton.LeftButton)
    assert not row(panel, "kernel_size").back.isHidden()
    qtbot.mouseClick(row(panel, "kernel_size").back, Qt.MouseButton.LeftButton)
    assert "kernel_size" not in params(panel, "stage2_ir2")
    assert row(panel, "kernel_size").back.isHidden()
    assert segment(row(panel, "kernel_size"), "3").isChecked()


def test_setting_the_default_leaves_nothing_in_the_document(show: Show, qtbot: QtBot) -> None:
    panel = show(chain(("c", "conv2d", {"out_channels": 32}), shape=(16, 8, 8)), "c")
    type_into(qtbot, spin(panel, "out_channels"), "64")
    assert params(panel, "c") == {}


def test_parameters_appear_with_the_choice_they_belong_to(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    assert row(panel, "norm_groups").isHidden()
    assert not row(panel, "momentum").isHidden()
    controller_of(panel).apply(SetParam(node="stage2_ir2", name="norm", value="group"), "x")
    assert not row(panel, "norm_groups").isHidden()
    assert row(panel, "momentum").isHidden()


def test_pairs_are_coupled_until_the_link_is_cut(show: Show, qtbot: QtBot) -> None:
    panel = show(chain(("c", "conv2d", {"out_channels": 8}), shape=(4, 16, 16)), "c")
    field = row(panel, "kernel_size").field
    type_into(qtbot, field.high, "5")
    assert params(panel, "c")["kernel_size"] == 5
    assert field.wide.text() == "5"
    qtbot.mouseClick(field.link, Qt.MouseButton.LeftButton)
    type_into(qtbot, field.wide, "1")
    assert params(panel, "c")["kernel_size"] == [5, 1]


def test_padding_by_name_and_by_pixels(show: Show, qtbot: QtBot) -> None:
    panel = show(chain(("c", "conv2d", {"out_channels": 8}), shape=(4, 16, 16)), "c")
    field = row(panel, "padding").field
    field.mode.setFocus()
    qtbot.keyClick(field.mode, Qt.Key.Key_Up)
    assert params(panel, "c")["padding"] == "same"
    assert field.pair.isHidden()
    qtbot.keyClick(field.mode, Qt.Key.Key_Down)
    type_into(qtbot, field.pair.high, "2")
    assert params(panel, "c")["padding"] == 2


def test_none_is_a_value_where_the_block_may_decide(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    type_into(qtbot, spin(panel, "hidden_channels"), "96")
    assert params(panel, "stage2_ir2")["hidden_channels"] == 96
    type_into(qtbot, spin(panel, "hidden_channels"), "none")
    assert "hidden_channels" not in params(panel, "stage2_ir2")


# -- the card ------------------------------------------------------------------------------------------------------------------


def test_the_card_of_an_inverted_residual(show: Show) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    card = panel.card
    assert card.shapes.text() == "24 × 56 × 56 → 24 × 56 × 56"
    assert (card.params.value.text(), card.params.share.text()) == ("8,832", "0.3 %")
    assert (card.macs.value.text(), card.macs.share.text()) == ("25.7 M", "8.6 %")
    assert (card.field.value.text(), card.stride.value.text()) == ("19 × 19", "4")
    assert [line[0] for line in card.table.lines] == ["expand", "depthwise", "project", "ir2"]
    assert card.table.lines[1] == ("depthwise", "56·56·3·3·144", 4_064_256, False)
    assert card.bars.lines[1] == ("Standard 3 × 3, 24 → 24", "16.3 M", "0.63 ×")
    assert panel.card.paper.text() == "Sandler et al. 2018, figure 4d"
    assert panel.card.paper.toolTip() == "https://arxiv.org/abs/1801.04381"


def test_the_formula_is_copied_with_its_numbers(show: Show, qtbot: QtBot) -> None:
    panel = show(chain(("c", "conv2d", {"out_channels": 128, "groups": 4, "padding": 1}), shape=(64, 56, 56)), "c")
    qtbot.mouseClick(panel.card.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "H*W*K*K*N*M/G = 56*56*3*3*64*128/4 = 57,802,752"


def test_the_card_follows_a_drag_and_the_unit(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    type_into(qtbot, spin(panel, "expand_ratio"), "3")
    assert panel.card.macs.value.text() == "12.9 M"
    units.switch()
    assert panel.card.macs.name.text() == "FLOPs"
    assert panel.card.macs.value.text() == "25.7 M"


def test_a_figure_that_needs_the_room_sends_its_unit_up_to_the_name(show: Show) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    stat = panel.card.activations
    wide = sum(part.sizeHint().width() for part in (stat.value, stat.unit, stat.share)) + 12
    stat.setFixedWidth(wide)
    QApplication.processEvents()
    assert (stat.name.text(), stat.unit.isHidden()) == ("Activations", False)
    stat.setFixedWidth(wide - 1)
    QApplication.processEvents()
    assert (stat.name.text(), stat.unit.isHidden()) == ("Activations, elements", True)
    assert "elements" in stat.accessibleName()


def test_both_sides_of_a_pair_fit_where_blocks_differ(show: Show) -> None:
    panel = show(chain(("a", "conv2d", {"kernel_size": 3}), ("b", "conv2d", {"kernel_size": 1}), shape=(8, 12, 12)), "a", "b")
    pair = next(one for one in panel.findChildren(PairField) if one.parameter.name == "kernel_size")
    assert pair.high.text() == pair.wide.text() == ""
    assert pair.high.lineEdit().placeholderText()
    assert pair.high.width() == pair.wide.width() == SIDE_WIDTH


def test_unknown_is_said_while_the_block_has_an_error(show: Show) -> None:
    panel = show(chain(("c", "conv2d", {"out_channels": 0}), shape=(64, 56, 56)), "c")
    assert panel.card.macs.value.text() == "unknown"
    assert panel.card.sum.isHidden()


# -- several blocks ------------------------------------------------------------------------------------------------------------


def test_shared_parameters_of_several_blocks_change_at_once(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir1", "stage3_ir2", "stage4_ir1")
    controller = controller_of(panel)
    before = state(controller.design)
    assert panel.head.name.text() == "3 blocks"
    assert panel.card.cost.title.text() == "Cost of these blocks"
    assert spin(panel, "out_channels").text() == ""
    assert spin(panel, "out_channels").lineEdit().placeholderText() == "mixed"
    type_into(qtbot, spin(panel, "out_channels"), "40")
    assert {params(panel, node)["out_channels"] for node in ("stage2_ir1", "stage3_ir2", "stage4_ir1")} == {40}
    qtbot.keyClick(spin(panel, "out_channels"), Qt.Key.Key_Return)
    assert controller.stack.count() == 1
    assert controller.stack.undoText() == "Set out_channels in 3 blocks"
    controller.stack.undo()
    assert state(controller.design) == before
    assert spin(panel, "out_channels").text() == ""


def test_only_what_all_have_is_shared(show: Show) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir1", "stem_conv")
    assert "out_channels" in panel.form.rows
    assert "expand_ratio" not in panel.form.rows
    assert "kernel_size" not in panel.form.rows, "a choice here, a pair there"


# -- nothing selected ----------------------------------------------------------------------------------------------------------


def test_dragging_the_width_of_a_preset_redraws_it_in_one_step(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    controller = controller_of(panel)
    before = state(controller.design)
    preset = panel.design_page.preset
    assert not preset.isHidden()
    totals: list[int] = []
    controller.analysis_changed.connect(
        lambda _: totals.append(controller.engine.total.params if controller.engine.total else -1)
    )
    drag_slider(preset.form.rows["width"].field.slider, -6, -12, -18, -24)
    assert len(set(totals)) >= 3
    assert controller.stack.count() == 1
    assert controller.stack.undoText() == "Set width of MobileNet V2"
    origin = controller.design.origin
    assert origin is not None
    width = origin.options["width"]
    assert state(controller.design) == state(catalogue.draw("mobilenet_v2", {"width": width}))
    assert controller.title == f"mobilenet_v2:width={width}"
    controller.stack.undo()
    assert state(controller.design) == before
    assert preset.form.rows["width"].field.spin.text() == "1.00"


def test_a_preset_says_where_it_was_published_and_opens_the_page(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    for design, where, page in (
        ("mobilenet_v2", "CVPR 2018, arXiv:1801.04381", "https://arxiv.org/abs/1801.04381"),
        (
            "alexnet",
            "NIPS 2012",
            "https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks",
        ),
    ):
        paper = show(catalogue.draw(design)).design_page.preset.paper
        assert paper.text() == where
        assert paper.isEnabled()
        paper.click()
        assert opened.pop() == page


def test_options_are_shown_while_the_design_equals_its_preset(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    controller = controller_of(panel)
    assert not panel.design_page.preset.isHidden()
    controller.apply(SetParam(node="stage2_ir2", name="kernel_size", value=5), "x")
    assert panel.design_page.preset.isHidden()
    assert "Changed since" in panel.design_page.origin.text()
    controller.stack.undo()
    assert not panel.design_page.preset.isHidden()
    controller.apply(SetLabel(node="stage2_ir2", label="mine"), "x")
    assert panel.design_page.preset.isHidden(), "drawing anew would lose the label"


def test_an_option_that_cannot_be_drawn_is_explained(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("inception_v3"))
    controller = controller_of(panel)
    before = state(controller.design)
    form = panel.design_page.preset.form
    type_into(qtbot, form.rows["resolution"].field.high, "20")
    refusal = form.rows["resolution"].refusal
    assert refusal is not None
    assert "resolution needs at least" in refusal.sentence.text()
    assert refusal.still.text() == "The design still uses 299 × 299."
    assert state(controller.design) == before


def test_name_shape_and_notes_of_the_design(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    controller = controller_of(panel)
    page = panel.design_page
    type_into(qtbot, page.name, "mine")
    assert controller.design.name == "mine"
    assert controller.title == "mine"
    line = page.inputs_form.rows["input"].field.line
    type_into(qtbot, line, "3 x 192 x 160")
    assert params(panel, "input")["shape"] == [3, 192, 160]
    add = next(button for button in page.notes.findChildren(QToolButton) if "Add a note" in button.accessibleName())
    qtbot.mouseClick(add, Qt.MouseButton.LeftButton)
    edit = page._note_edits["note1"]
    qtbot.keyClicks(edit.text, "thin ends")
    assert controller.design.notes[""]["note1"].text == "thin ends"
    texts = [controller.stack.text(k) for k in range(controller.stack.count())]
    assert texts == ["Rename the design", "Set shape of input", "Add a note", "Write a note"]
    while controller.stack.canUndo():
        controller.stack.undo()
    assert state(controller.design) == state(catalogue.draw("mobilenet_v2"))
    assert page.name.text() == "mobilenet_v2"


def test_a_shape_that_is_none_stays_in_its_field(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"))
    line = panel.design_page.inputs_form.rows["input"].field.line
    type_into(qtbot, line, "3 x 0 x 160")
    assert panel.design_page.inputs_form.rows["input"].refused
    assert "shape" not in params(panel, "input")


def test_a_vector_is_taken_when_its_text_is_finished(show: Show, qtbot: QtBot) -> None:
    panel = show(chain(("fc", "linear", {"out_features": 10}), shape=(3, 8, 8)))
    line = panel.design_page.inputs_form.rows["input"].field.line
    type_into(qtbot, line, "64")
    assert params(panel, "input")["shape"] == [3, 8, 8], "64 may be the beginning of 64 x 8 x 8"
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert params(panel, "input")["shape"] == [64]
    assert controller_of(panel).engine.valid


def test_a_block_is_told_that_it_stops_another(show: Show, qtbot: QtBot) -> None:
    panel = show(residual(stride=1), "dw")
    field = row(panel, "stride").field
    type_into(qtbot, field.high, "2")
    assert params(panel, "dw")["stride"] == 2, "it breaks only a follower"
    qtbot.waitUntil(lambda: row(panel, "stride").refusal is not None, timeout=2_000)
    refusal = row(panel, "stride").refusal
    assert refusal is not None
    assert refusal.sentence.text() == "stride 2 here is what stops add."
    assert not field.high.property("invalid"), "the value itself is in order"
    show_it = next(button for button in refusal.findChildren(QPushButton) if button.text() == "Show add")
    with qtbot.waitSignal(panel.node_activated) as gone:
        qtbot.mouseClick(show_it, Qt.MouseButton.LeftButton)
    assert gone.args == ["add"]
    type_into(qtbot, field.high, "1")
    assert row(panel, "stride").refusal is None


# -- following -----------------------------------------------------------------------------------------------------------------


def test_a_hidden_panel_catches_up_when_it_is_shown(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    panel.hide()
    controller_of(panel).apply(SetParam(node="stage2_ir2", name="expand_ratio", value=2), "x")
    panel.show()
    assert spin(panel, "expand_ratio").text() == "2"


def test_undo_takes_a_refused_value_away_only_when_its_parameter_changes(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    type_into(qtbot, spin(panel, "expand_ratio"), "4")
    type_into(qtbot, spin(panel, "expand_ratio"), "99")
    assert row(panel, "expand_ratio").refused
    qtbot.mouseClick(segment(row(panel, "kernel_size"), "5"), Qt.MouseButton.LeftButton)
    assert row(panel, "expand_ratio").refused
    controller_of(panel).stack.undo()
    assert spin(panel, "expand_ratio").text() == "99"
    controller_of(panel).stack.undo()
    assert spin(panel, "expand_ratio").text() == "6"
    assert row(panel, "expand_ratio").refusal is None


def test_another_selection_starts_anew(show: Show, qtbot: QtBot) -> None:
    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    type_into(qtbot, spin(panel, "expand_ratio"), "99")
    controller_of(panel).select({"stage3_ir2"})
    assert row(panel, "expand_ratio").refusal is None
    assert spin(panel, "expand_ratio").text() == "6"


def test_removing_the_selected_block_shows_the_design(show: Show) -> None:
    from designer.graph.edits import RemoveNode

    panel = show(catalogue.draw("mobilenet_v2"), "stage2_ir2")
    controller_of(panel).apply(RemoveNode(id="stage2_ir2"), "x")
    assert panel.pages.currentWidget() is panel.design_page


def test_no_design(qtbot: QtBot) -> None:
    panel = Inspector()
    qtbot.addWidget(panel)
    panel.set_controller(None)
    panel.show()
    assert panel.pages.currentWidget() is panel.empty_page
    panel.hide()


def test_every_field_has_a_name_and_can_be_reached_by_key(show: Show) -> None:
    panel = show(chain(("c", "conv_norm_act", {"out_channels": 8}), shape=(4, 16, 16)), "c")
    fields = [widget for widget in panel.form.findChildren(QWidget) if widget.focusPolicy() & Qt.FocusPolicy.TabFocus]
    own = [widget for widget in fields if not isinstance(widget.parent(), QAbstractSpinBox)]
    assert len(own) > 10
    nameless = [widget for widget in own if widget.isVisible() and not widget.accessibleName()]
    assert nameless == []


@pytest.mark.parametrize("width", [296, 328])
def test_nothing_in_a_form_overlaps_or_is_cut(show: Show, width: int) -> None:
    """Numbers have the room they need; unit, slider and the way back stand beside them and never on them."""
    made = chain(("c", "conv_norm_act", {"out_channels": 1024, "padding": 1, "kernel_size": [3, 5]}), shape=(16, 224, 224))
    panel = show(made, "c")
    panel.resize(width, 1200)
    QApplication.processEvents()
    for name, one in panel.form.rows.items():
        parts = [part for part in one.field.findChildren(QWidget) if part.parent() is one.field and part.isVisible()]
        for place, part in enumerate(parts):
            assert part.geometry().right() <= one.field.width(), (name, part)
            for other in parts[place + 1 :]:
                assert not part.geometry().intersects(other.geometry()), (name, part, other)
        for number in one.field.findChildren(Spin):
            if number.isVisible():
                assert number.width() >= number.room(), name
