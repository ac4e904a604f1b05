"""The preset gallery under real keys and mouse events."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.app.cards import PresetCard, presets
from designer.app.controller import Controller
from designer.catalogue import load
from designer.ui import theme, units
from designer.ui.panels.gallery import Gallery
from designer.ui.panels.gallery_model import ALL_FAMILIES, ORDERS, GalleryModel, families, tool_tip
from designer.ui.panels.miniature import FRAME, GRID
from designer.ui.panels.rows import HEADING

BY_ID = {card.id: card for card in presets()}


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[Gallery]:
    made = Gallery()
    qtbot.addWidget(made)
    made.resize(256, 760)
    with qtbot.waitExposed(made):
        made.show()
    made.search.setFocus()
    yield made
    made.hide()


def shown(panel: Gallery) -> list[str]:
    """Ids of the presets shown, from top to bottom."""
    tops = [panel.model.index(row, 0) for row in range(panel.model.rowCount())]
    cards = [panel.model.card(panel.model.index(k, 0, top)) for top in tops for k in range(panel.model.rowCount(top))]
    return [card.id for card in cards if card is not None]


def current(panel: Gallery) -> PresetCard | None:
    return panel.model.card(panel.list.currentIndex())


def click(qtbot: QtBot, panel: Gallery, index: QModelIndex, *, twice: bool = False) -> None:
    panel.list.scrollTo(index)
    QApplication.processEvents()
    viewport, centre = panel.list.viewport(), panel.list.visualRect(index).center()
    assert viewport.rect().contains(centre)
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=centre)
    if twice:  # a double click comes after a press and a release
        qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=centre)


def test_the_model_keeps_the_rules_of_models(qtbot: QtBot) -> None:
    model = GalleryModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.narrow("net", "MobileNet", "macs")
    model.narrow("nothing has this", ALL_FAMILIES, "year")
    assert model.rowCount() == 0
    del tester


def test_networks_come_first_and_examples_under_a_heading_of_their_own(panel: Gallery, qtbot: QtBot) -> None:
    assert set(shown(panel)) == BY_ID.keys()
    networks, examples = panel.model.index(0, 0), panel.model.index(1, 0)
    assert (networks.data(), examples.data()) == ("Networks", "Examples")
    assert examples.data(HEADING).size == len([card for card in presets() if card.example])
    assert all(BY_ID[one].example for one in shown(panel)[networks.data(HEADING).size :])
    click(qtbot, panel, examples)
    assert not panel.list.isExpanded(examples)
    qtbot.keyClicks(panel.search, "bottleneck")
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    assert not panel.list.isExpanded(panel.model.index(1, 0))


def test_double_click_and_enter_open_a_preset_but_no_heading(panel: Gallery, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.open_requested) as opened:
        click(qtbot, panel, panel.model.find("mobilenet_v2"), twice=True)
    assert opened.args == ["mobilenet_v2"]
    assert load("mobilenet_v2").origin is not None
    with qtbot.waitSignal(panel.open_requested) as opened:
        qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert opened.args == ["mobilenet_v2"]
    with qtbot.assertNotEmitted(panel.open_requested):
        click(qtbot, panel, panel.model.index(0, 0), twice=True)


def test_searching_by_title_year_and_author(panel: Gallery, qtbot: QtBot) -> None:
    qtbot.keyClicks(panel.search, "mobilenet v3")
    assert set(shown(panel)) == {"mobilenet_v3_large", "mobilenet_v3_small"}
    assert panel.caption.text() == f"2 of {len(presets())}"
    with qtbot.waitSignal(panel.open_requested) as opened:
        qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert opened.args == [shown(panel)[0]]
    qtbot.keyClick(panel.search, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.open_requested) as opened:
        qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert opened.args == [shown(panel)[1]]
    panel.search.clear()
    qtbot.keyClicks(panel.search, "chollet 2017")
    assert shown(panel) == ["xception"]
    panel.search.clear()
    qtbot.keyClicks(panel.search, "unet")
    assert panel.nothing.isVisible()
    assert "“unet”" in panel.nothing.text()
    assert "any family" in panel.nothing.text()
    with qtbot.assertNotEmitted(panel.open_requested):
        qtbot.keyClick(panel.search, Qt.Key.Key_Return)


def test_a_family_alone_by_keys(panel: Gallery, qtbot: QtBot) -> None:
    assert families()[-1] == "Examples"
    panel.family.setFocus()
    qtbot.keyClicks(panel.family, "VGG")
    assert panel.family.currentText() == "VGG"
    assert set(shown(panel)) == {card.id for card in presets() if card.family == "VGG"}
    qtbot.keyClicks(panel.search, "mobile")
    assert "VGG" in panel.nothing.text()


def test_every_order_sorts_and_what_is_not_known_comes_last(panel: Gallery, qtbot: QtBot) -> None:
    panel.list.setCurrentIndex(panel.model.find("vgg16"))

    def networks() -> list[PresetCard]:
        return [card for one in shown(panel) if not (card := BY_ID[one]).example]

    years = [card.year for card in networks()]
    assert years == sorted(years, reverse=True)
    panel.order.setFocus()
    qtbot.keyClick(panel.order, Qt.Key.Key_Down)
    params = [card.params for card in networks()]
    assert params == sorted(params)
    qtbot.keyClick(panel.order, Qt.Key.Key_Down)
    macs = [card.macs for card in networks()]
    assert macs == sorted(macs)
    qtbot.keyClick(panel.order, Qt.Key.Key_Down)
    top1 = [card.top1 for card in networks()]
    known = [one for one in top1 if one is not None]
    assert top1[: len(known)] == sorted(known, reverse=True)
    assert panel.order.currentIndex() == len(ORDERS) - 1
    card = current(panel)
    assert card is not None
    assert card.id == "vgg16"  # the choice outlives the order


def test_work_is_shown_in_the_unit_in_use(panel: Gallery) -> None:
    index = panel.model.find("mobilenet_v2")
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert index.data(spoken) == "MobileNet V2, 3.50 M params, 300.8 M MACs, top-1 71.9 %"
    before = panel.list.viewport().grab().toImage()
    units.switch()
    assert index.data(spoken) == "MobileNet V2, 3.50 M params, 601.5 M FLOPs, top-1 71.9 %"
    assert "Fewest FLOPs" in [panel.order.itemText(k) for k in range(panel.order.count())]
    assert panel.list.viewport().grab().toImage() != before


def test_what_was_recalled_says_so(panel: Gallery) -> None:
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert panel.model.find("ghostnet").data(spoken).endswith("top-1 73.9 %, recalled")
    assert "recalled" in tool_tip(BY_ID["ghostnet"])
    assert "top-1" not in panel.model.find("vgg13").data(spoken)


def test_the_tool_tip_has_description_paper_and_options_and_no_markup_of_theirs() -> None:
    tip = tool_tip(BY_ID["mobilenet_v2"])
    assert "narrow end has no activation" in tip
    assert "arXiv:1801.04381" in tip
    assert "torchvision" in tip
    assert "width" in tip
    assert "&lt;0.5MB" in tool_tip(BY_ID["squeezenet1_0"])


def test_the_preset_of_the_document_in_front_is_marked(panel: Gallery) -> None:
    panel.set_controller(Controller(load("resnet50")))
    card = current(panel)
    assert card is not None
    assert card.id == "resnet50"
    panel.set_controller(None)


def test_rows_are_as_high_as_the_look_says_and_miniatures_have_the_colours_of_their_bars(panel: Gallery) -> None:
    index = panel.model.find("mobilenet_v1")
    panel.list.scrollTo(index, panel.list.ScrollHint.PositionAtTop)
    QApplication.processEvents()
    rect = panel.list.visualRect(index)
    assert rect.height() == theme.current().size("preset_row") == 64
    picture = panel.list.viewport().grab().toImage()
    x, y = rect.x() + 14 + (FRAME - GRID[0]) // 2, rect.y() + (64 - FRAME) // 2 + (FRAME - GRID[1]) // 2
    for bar in BY_ID["mobilenet_v1"].miniature:
        inside = picture.pixelColor(x + bar.x + bar.width // 2, y + bar.y + bar.height // 2)
        assert inside == theme.current().category(bar.category)


def test_both_themes_draw_the_gallery(panel: Gallery) -> None:
    pictures = []
    for name in (theme.LIGHT, theme.DARK):
        theme.choose(name)
        QApplication.processEvents()
        picture = panel.grab().toImage()
        assert picture.pixelColor(2, 2) == theme.current().color("bg.panel")
        pictures.append(picture)
    assert pictures[0] != pictures[1]
