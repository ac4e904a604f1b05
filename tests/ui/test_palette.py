"""The block palette under real keys and mouse events."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from blocks import registry
from designer.app import cards
from designer.app.cards import palette
from designer.app.controller import Controller
from designer.graph.definition_edits import Define
from designer.graph.design import Design
from designer.graph.network import Network
from designer.graph.own_block import Definition
from designer.ui import theme
from designer.ui.panels.block_help import NOTHING_CHOSEN
from designer.ui.panels.palette import HELP_FROM, Palette
from designer.ui.panels.palette_model import BLOCK_MIME, NO_OWN_BLOCKS, PaletteModel
from designer.ui.panels.rows import HEADING
from tests.ui.panels_helpers import mouse


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[Palette]:
    made = Palette()
    qtbot.addWidget(made)
    made.resize(256, 760)
    with qtbot.waitExposed(made):
        made.show()
    made.search.setFocus()
    yield made
    made.hide()


def heading(panel: Palette, title: str) -> QModelIndex:
    return next(i for row in range(panel.model.rowCount()) if (i := panel.model.index(row, 0)).data() == title)


def shown(panel: Palette) -> list[str]:
    """Ids of the blocks whose headings are open, from top to bottom."""
    found = []
    for row in range(panel.model.rowCount()):
        top = panel.model.index(row, 0)
        if panel.list.isExpanded(top):
            rows = [panel.model.card(panel.model.index(k, 0, top)) for k in range(panel.model.rowCount(top))]
            found += [card.id for card in rows if card is not None]
    return found


def click(qtbot: QtBot, panel: Palette, index: QModelIndex, *, twice: bool = False) -> None:
    panel.list.scrollTo(index)
    QApplication.processEvents()
    viewport, centre = panel.list.viewport(), panel.list.visualRect(index).center()
    assert viewport.rect().contains(centre)
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=centre)
    if twice:  # a double click comes after a press and a release
        qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=centre)


def test_the_model_keeps_the_rules_of_models(qtbot: QtBot) -> None:
    model = PaletteModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.narrow("conv", basic=True)
    model.narrow("", basic=False)
    model.narrow("no such block", basic=False)
    assert model.rowCount() == 0
    del tester


def test_it_shows_the_basic_blocks_by_category_and_all_when_asked(panel: Palette, qtbot: QtBot) -> None:
    basic = {block_id for block_id, block in registry.blocks().items() if block.basic}

    def listed() -> set[str]:
        tops = [panel.model.index(row, 0) for row in range(panel.model.rowCount())]
        cards = [panel.model.card(panel.model.index(k, 0, top)) for top in tops for k in range(panel.model.rowCount(top))]
        return {card.id for card in cards if card is not None}

    assert listed() == basic
    every = panel.which.findChildren(QWidget)[1]
    qtbot.mouseClick(every, Qt.MouseButton.LeftButton)
    assert listed() == registry.blocks().keys()
    for row in range(panel.model.rowCount()):
        index = panel.model.index(row, 0)
        assert index.data(HEADING).size == len([c for c in palette().blocks if c.section == panel.model.section_id(index)])


def test_headings_fold_by_mouse_and_keys_and_stay_so(panel: Palette, qtbot: QtBot) -> None:
    pooling = heading(panel, "Pooling")
    assert not panel.list.isExpanded(pooling)
    click(qtbot, panel, pooling)
    assert panel.list.isExpanded(pooling)
    assert "max_pool2d" in shown(panel)
    panel.list.setFocus(Qt.FocusReason.TabFocusReason)
    panel.list.setCurrentIndex(pooling)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert not panel.list.isExpanded(pooling)
    qtbot.keyClick(panel.list, Qt.Key.Key_Space)
    assert panel.list.isExpanded(pooling)
    qtbot.keyClicks(panel.search, "shuffle")
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    assert panel.list.isExpanded(heading(panel, "Pooling"))
    assert not panel.list.isExpanded(heading(panel, "Activation"))


def test_searching_looks_in_all_blocks_and_enter_inserts_the_best(panel: Palette, qtbot: QtBot) -> None:
    qtbot.keyClicks(panel.search, "relu")
    assert [one for one in shown(panel) if one in ("hard_swish", "relu", "relu6")] == ["relu", "relu6", "hard_swish"]
    assert {"leaky_relu", "prelu", "relu6"} <= set(shown(panel))
    with qtbot.waitSignal(panel.insert_requested) as inserted:
        qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert inserted.args == ["relu"]
    qtbot.keyClick(panel.search, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.insert_requested) as inserted:
        qtbot.keyClick(panel.search, Qt.Key.Key_Enter)
    assert inserted.args == [shown(panel)[shown(panel).index("relu") + 1]]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("inverted res", "inverted_residual"),
        ("INCEPTION_V3_C", "inception_v3_c"),
        ("squeeze gate", "squeeze_excite"),
        ("fully", "linear"),
    ],
)
def test_names_words_and_papers_are_found(panel: Palette, qtbot: QtBot, typed: str, wanted: str) -> None:
    qtbot.keyClicks(panel.search, typed)
    assert wanted in shown(panel)
    card = panel.model.card(panel.list.currentIndex())
    assert card is not None
    assert card.id == wanted


def test_what_is_not_there_is_said(panel: Palette, qtbot: QtBot) -> None:
    qtbot.keyClicks(panel.search, "transformer")
    assert panel.nothing.isVisible()
    assert "“transformer”" in panel.nothing.text()
    assert not panel.list.isVisible()
    with qtbot.assertNotEmitted(panel.insert_requested):
        qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    assert panel.search.text() == ""
    assert panel.list.isVisible()


def test_double_click_and_enter_insert_a_block_but_no_heading(panel: Palette, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.insert_requested) as inserted:
        click(qtbot, panel, panel.model.find("inverted_residual"), twice=True)
    assert inserted.args == ["inverted_residual"]
    panel.list.setCurrentIndex(panel.model.find("conv2d"))
    with qtbot.waitSignal(panel.insert_requested) as inserted:
        qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert inserted.args == ["conv2d"]
    with qtbot.assertNotEmitted(panel.insert_requested):
        click(qtbot, panel, heading(panel, "Composite"), twice=True)


def test_the_current_block_is_explained(panel: Palette, qtbot: QtBot) -> None:
    card = panel.help.card
    assert card is not None
    assert card.id == "conv2d"  # where a person begins
    click(qtbot, panel, panel.model.find("inverted_residual"))
    card = panel.help.card
    assert card is not None
    assert card.id == "inverted_residual"
    assert panel.help.formula.accessibleName() == "H·W·t·C·(C + K² + out) MACs at stride 1, t = expand_ratio"
    assert panel.help.drawing.isVisible()
    assert panel.help.drawing.drawing is card.drawing
    click(qtbot, panel, panel.model.find("conv2d"))
    assert not panel.help.drawing.isVisible()
    lines = panel.help.formula.lines()
    assert lines[0].startswith("params = out·K²·C")


@pytest.mark.parametrize("width", [224, 256])
def test_no_formula_is_cut_in_a_narrow_dock(panel: Palette, qtbot: QtBot, width: int) -> None:
    panel.resize(width, 700)
    for card in cards.palette().blocks:
        panel.help.show_card(card)
        QApplication.processEvents()
        lines = panel.help.formula.lines()
        assert " ".join(lines) == "\n".join(card.formula or (card.shape,)).replace("\n", " "), card.id
        below = panel.help.formula.geometry().bottom()
        assert below <= panel.help.height(), card.id


def test_the_block_under_the_pointer_is_explained_while_it_is_there(panel: Palette, qtbot: QtBot) -> None:
    def explained() -> str:
        card = panel.help.card
        return "" if card is None else card.id

    viewport = panel.list.viewport()
    place = panel.list.visualRect(panel.model.find("pointwise")).center()
    mouse(viewport, QEvent.Type.MouseMove, place, down=False)  # no pointer is moved: a screen reports that when it likes
    assert explained() == "pointwise"
    assert panel.model.card(panel.list.currentIndex()) == panel.model.card(panel.model.find("conv2d"))
    QApplication.sendEvent(panel.list, QEvent(QEvent.Type.Leave))
    assert explained() == "conv2d"
    panel.help.show_card(None)
    assert panel.help.summary.accessibleName() == NOTHING_CHOSEN


def test_a_choice_outlives_a_search(panel: Palette, qtbot: QtBot) -> None:
    click(qtbot, panel, panel.model.find("pointwise"))
    qtbot.mouseClick(panel.which.findChildren(QWidget)[1], Qt.MouseButton.LeftButton)
    assert panel.list.currentIndex().data() == "pointwise"
    qtbot.keyClicks(panel.search, "squeeze")
    assert panel.list.currentIndex().data() == "squeeze_excite"


def test_explaining_never_moves_the_list_and_a_low_panel_is_all_list(panel: Palette, qtbot: QtBot) -> None:
    before = panel.list.geometry()
    for card in palette().blocks:
        panel.help.show_card(card)
        QApplication.processEvents()
        assert panel.list.geometry() == before
        assert panel.help.formula.geometry().bottom() < panel.help.height(), card.id
    panel.resize(256, HELP_FROM - 1)
    QApplication.processEvents()
    assert not panel.help.isVisible()


def test_long_text_is_cut_by_whole_lines_and_kept_in_the_tool_tip(panel: Palette) -> None:
    panel.help.summary.set_text("many words " * 40, 3)
    lines = panel.help.summary.lines()
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert panel.help.summary.toolTip().startswith("many words")
    panel.help.summary.set_text("few", 3)
    assert panel.help.summary.toolTip() == ""


def drag(panel: Palette, start: QPoint, end: QPoint) -> None:
    """Press, move in steps with the button held, release: what a person's hand sends."""
    viewport = panel.list.viewport()
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    steps = [start + (end - start) * k / 4 for k in range(1, 5)]
    send = [(QEvent.Type.MouseButtonPress, start, left, left)]
    send += [(QEvent.Type.MouseMove, at, none, left) for at in steps]
    send += [(QEvent.Type.MouseButtonRelease, end, left, none)]
    for kind, at, button, held in send:
        where = QPointF(at)
        event = QMouseEvent(kind, where, QPointF(viewport.mapToGlobal(at)), button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(viewport, event)


def test_a_block_is_dragged_out_with_its_id(panel: Palette, monkeypatch: pytest.MonkeyPatch) -> None:
    carried: list[tuple[bytes, bool]] = []

    def carry(drag: QDrag) -> None:
        carried.append((drag.mimeData().data(BLOCK_MIME).data(), drag.pixmap().isNull()))
        drag.deleteLater()

    monkeypatch.setattr(panel.list, "carry", carry)
    index = panel.model.find("inverted_residual")
    panel.list.scrollTo(index)
    centre = panel.list.visualRect(index).center()
    drag(panel, centre, centre + QPoint(120, 40))
    assert carried == [(b"inverted_residual", False)]
    top = panel.list.visualRect(heading(panel, "Composite")).center()
    drag(panel, top, top + QPoint(120, 40))
    assert len(carried) == 1  # a heading stays where it is


def test_own_blocks_of_the_design_stand_in_their_section(panel: Palette, qtbot: QtBot) -> None:
    own = heading(panel, "Blocks of this design")
    assert panel.model.index(0, 0, own).data() == NO_OWN_BLOCKS
    with qtbot.assertNotEmitted(panel.insert_requested):
        panel.list.expand(own)
        click(qtbot, panel, panel.model.index(0, 0, own), twice=True)
    controller = Controller(Design())
    panel.set_controller(controller)
    controller.apply(Define(definition=Definition("stem", "Stem", Network(), help="How it begins.")), "Define stem")
    index = panel.model.find("own.stem")
    assert index.isValid()
    assert index.data() == "Stem"
    assert panel.search.placeholderText() == f"Search {len(registry.blocks()) + 1} blocks"
    with qtbot.waitSignal(panel.insert_requested) as inserted:
        click(qtbot, panel, index, twice=True)
    assert inserted.args == ["own.stem"]
    controller.stack.undo()
    assert not panel.model.find("own.stem").isValid()
    panel.set_controller(None)


def test_everything_has_a_name_and_the_keyboard_reaches_it(panel: Palette, qtbot: QtBot) -> None:
    for widget in (panel, panel.search, panel.list, panel.help, panel.which):
        assert widget.accessibleName()
    role = Qt.ItemDataRole.AccessibleTextRole
    assert panel.model.find("conv2d").data(role) == "conv2d: 2D convolution."
    assert heading(panel, "Composite").data(role).startswith("Composite, ")
    panel.activateWindow()
    panel.search.setFocus()
    reached = []
    for _ in range(4):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    assert panel.list in reached


def test_both_themes_draw_every_section(panel: Palette, qtbot: QtBot) -> None:
    panel.which.choose(1)
    panel.which.chosen.emit(1)
    panel.list.expandAll()
    panel.list.setCurrentIndex(panel.model.find("inception_v1"))
    pictures = []
    for name in (theme.LIGHT, theme.DARK):
        theme.choose(name)
        QApplication.processEvents()
        picture = panel.grab().toImage()
        assert picture.pixelColor(2, 2) == theme.current().color("bg.panel")
        pictures.append(picture)
    assert pictures[0] != pictures[1]
