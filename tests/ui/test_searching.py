"""What is searched for is found under any of its names: command palette, quick add, blocks, find."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from blocks.registry import blocks
from designer.analysis.engine import Engine
from designer.app.cards import palette
from designer.app.selecting import find
from designer.app.synonyms import ALSO
from designer.catalogue import load
from designer.graph.design import Design
from designer.ui import theme
from designer.ui.action_words import WORDS
from designer.ui.actions import BY_ID
from designer.ui.canvas.quick_add import block_entries
from designer.ui.command_palette import CommandPalette, EntryModel, match
from designer.ui.panels.palette_model import PaletteModel
from tests.ui.conftest import Open


def test_what_is_called_otherwise_is_there() -> None:
    assert set(ALSO) <= set(blocks())
    assert set(WORDS) <= set(BY_ID)


def test_every_other_name_says_more_than_the_name_does() -> None:
    for card in palette().blocks:
        known = f"{card.id} {card.summary}".lower().replace(",", " ").split()
        assert not set(ALSO.get(card.id, "").split()) & set(known), card.id


TYPED = [
    ("light theme", "Light theme"),
    ("theme light", "Light theme"),
    ("dark mode", "Dark theme"),
    ("view light", "Light theme"),
    ("colour scheme night", "Dark theme"),
    ("theme system", "Theme of the system"),
    ("remove", "Delete"),
    ("export markdown comparison", "Comparison as Markdown"),
    ("heatmap off", "Heat: Off"),
    ("collapse stages", "Fold all stages"),
    ("preferences theme", ""),
    ("benchmark", "Profile"),
    ("hotkeys", "Keyboard shortcuts"),
    ("exit", "Quit"),
    ("mobilenet v2 open", "Open mobilenet_v2"),
    ("preset resnet50", "Open resnet50"),
    ("fully connected add", "Insert linear"),
]
"""What is typed into the command palette, and what it finds first."""


def test_the_command_palette_finds_all_words_in_any_order_and_other_names(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("squeezenet1_1")
    window.popups.commands()
    shown = window.popups.open
    assert isinstance(shown, CommandPalette)
    found = []
    for typed, _ in TYPED:
        shown.field.clear()
        qtbot.keyClicks(shown.field, typed)
        found.append((typed, shown.model.shown[0].text if shown.model.shown else ""))
    assert found == TYPED


def test_light_theme_typed_and_entered_is_the_light_theme(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    window.actions_.perform("view.dark")
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    shown = window.popups.open
    assert isinstance(shown, CommandPalette)
    qtbot.keyClicks(shown.field, "light theme")
    qtbot.keyClick(shown.field, Qt.Key.Key_Return)
    assert theme.current().name == "light"


def test_words_of_a_name_come_before_words_said_about_it_and_these_before_letters() -> None:
    name = match("heat", "Heat: Off")
    said = match("heat", "Params", "Colour blocks by heat")
    inside = match("eat", "Params", "Colour blocks by heat")
    letters = match("prm", "Params")
    assert name is not None
    assert said is not None
    assert inside is not None
    assert letters is not None
    assert name < said < inside < letters
    assert match("heat cold", "Params", "Colour blocks by heat") is None


@pytest.mark.parametrize(
    ("typed", "block"),
    [
        ("convolution", "conv2d"),
        ("conv 2d", "conv2d"),
        ("dense", "linear"),
        ("fully connected", "linear"),
        ("connected fully", "linear"),
        ("residual skip", "add"),
        ("batchnorm", "batch_norm"),
        ("maxpool", "max_pool2d"),
        ("pool max", "max_pool2d"),
        ("mbconv", "inverted_residual"),
        ("swish", "silu"),
    ],
)
def test_quick_add_and_blocks_find_other_names(typed: str, block: str) -> None:
    entries = block_entries(Design("empty"), lambda _: None)
    dock = PaletteModel()
    model = EntryModel(entries, dock)
    model.narrow(typed)
    assert block in [entry.text for entry in model.shown[:6]]
    dock.narrow(typed, basic=True)
    assert dock.find(block).isValid()


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("stride = 4", "stride=4"),
        ("stride= 4", "stride=4"),
        ("conv2d stride =4", "stride=4 conv2d"),
        ("stride= conv2d", "conv2d stride="),
        ("convolution", "conv2d"),
    ],
)
def test_find_takes_spaces_any_order_and_other_names_of_kinds(typed: str, same: str) -> None:
    design = load("alexnet")
    engine = Engine(design)
    found = find(design, engine, same)
    assert found
    assert find(design, engine, typed) == found


def test_another_name_finds_only_where_nothing_is_called_so() -> None:
    design = load("mobilenet_v2")
    engine = Engine(design)
    called = [node_id for node_id in design.root if "residual" in design.root.node(node_id).block]
    assert called
    assert set(find(design, engine, "residual")) == set(called), "the name of a kind, not the sums that are called so too"
    assert set(find(design, engine, "mbconv")) == set(called)
