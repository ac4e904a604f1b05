"""Own blocks in the window: the pack dialog, what the inspector says and does inside a block, the library in the palette."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu
from pytestqt.qtbot import QtBot

from designer.app.inside import NO_STAGES, InsideController
from designer.app.library import library
from designer.document.block_file import read_block
from designer.document.files import save
from designer.graph.edits import SetParam
from designer.graph.own_block import OWN
from designer.ui.canvas.canvas import Canvas
from designer.ui.dialogs.name import NameDialog
from designer.ui.dialogs.pack import PackDialog
from designer.ui.dialogs.question import Question
from designer.ui.main_window import MainWindow
from designer.ui.panels.inspector import Inspector
from designer.ui.panels.palette import Palette
from designer.ui.panels.problems import Problems
from tests.app.test_own_blocks import units
from tests.designs import chain, state
from tests.property.test_inside import nested
from tests.ui.conftest import Open

D = TypeVar("D", bound=QDialog)


def dialog(window: MainWindow, kind: type[D]) -> D:
    return next(one for one in window.findChildren(kind) if one.isVisible())


def canvas_of(window: MainWindow) -> Canvas:
    assert window.page is not None
    return window.page.canvas


def inspector(window: MainWindow) -> Inspector:
    window.workspace.focus("inspector")
    panel = window.workspace.docks.all["inspector"].panel
    assert isinstance(panel, Inspector)
    QApplication.processEvents()
    return panel


@pytest.fixture
def opened(open_window: Open, tmp_path: Path) -> MainWindow:
    """A window with a unit that is used twice."""
    file = tmp_path / "units.lightdesign"
    save(units(), file)
    return open_window(file)


# -- packing -----------------------------------------------------------------------------------------------------------------


def separable(open_window: Open, tmp_path: Path) -> MainWindow:
    made = chain(
        ("expand", "conv_norm_act", {"out_channels": 48, "kernel_size": 1}),
        ("depthwise", "conv_norm_act", {"out_channels": 48, "groups": 48}),
        ("project", "conv_norm_act", {"out_channels": 8, "kernel_size": 1}),
        ("last", "relu"),
        shape=(8, 12, 12),
    )
    save(made, tmp_path / "net.lightdesign")
    return open_window(tmp_path / "net.lightdesign")


def test_long_names_are_cut_in_the_dialog_and_figures_are_not(open_window: Open, tmp_path: Path) -> None:
    long = "a_name_that_somebody_thought_about_for_a_long_time"
    made = chain((long, "conv_norm_act", {"out_channels": 48}), ("last", "relu"), shape=(8, 112, 112))
    save(made, tmp_path / "net.lightdesign")
    canvas = canvas_of(window := open_window(tmp_path / "net.lightdesign"))
    canvas.document.select({long, "last"})
    canvas.handlers["design.pack"]()
    pack = dialog(window, PackDialog)
    inside = pack.area.widget()
    assert inside.width() <= pack.area.viewport().width(), "nothing is hidden at the right"
    _, box, field = pack.candidates[0]
    assert "…" in box.text()
    assert long in box.accessibleName()
    assert field.mapTo(inside, field.rect().bottomRight()).x() <= inside.width()
    assert any(one.text() == "48 × 112 × 112" for one in inside.findChildren(QLabel))
    pack.reject()


def test_the_dialog_proposes_what_follows_the_input_and_packs_as_one_step(
    open_window: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    window = separable(open_window, tmp_path)
    canvas = canvas_of(window)
    document = canvas.document
    before, cost = state(document.design), document.engine.total
    document.select({"expand", "depthwise", "project"})
    canvas.handlers["design.pack"]()
    pack = dialog(window, PackDialog)
    checked = [box.text() for _, box in pack.relations if box.isChecked()]
    assert any("depthwise: groups = 6 × channels of x" in text for text in checked)
    pack.name.clear()
    assert not pack.buttons["pack"].isEnabled()
    assert pack.why.text() == "The block needs a name."
    qtbot.keyClicks(pack.name, "Inverted unit")
    pack.inputs[0].setText("depthwise")
    assert "Give a port another name" in pack.why.text()
    pack.inputs[0].setText("x")
    stride = next(row for row in pack.candidates if row[0].bindings[0] == ("depthwise", "stride"))
    other = next(row for row in pack.candidates if row[0].bindings[0] == ("project", "stride"))
    assert not stride[2].isEnabled()
    stride[1].click()
    assert stride[2].text() == "stride", "the first of its name needs no block's name before it"
    other[1].click()
    assert other[2].text() == "project_stride"
    other[1].click()
    width = next(row for row in pack.candidates if row[0].bindings[0] == ("expand", "out_channels"))
    width[1].click()
    relation = next(box for one, box in pack.relations if (one.node, one.param) == ("expand", "out_channels"))
    assert not relation.isEnabled(), "what the block is told cannot follow its input"
    width[1].click()
    qtbot.mouseClick(pack.buttons["pack"], Qt.MouseButton.LeftButton)
    definition = document.design.definitions["inverted_unit"]
    assert (definition.name, list(definition.exposed)) == ("Inverted unit", ["stride"])
    assert definition.network.node("depthwise").params["groups"] == {"same_as": "x.channels", "times": 6}
    assert document.engine.total == cost
    assert document.stack.undoText() == "Pack 3 blocks into Inverted unit"
    assert document.stack.count() == 1
    (copy,) = document.selection
    canvas.handlers["design.unpack"]()
    assert document.engine.total == cost
    assert document.stack.undoText() == f"Unpack {copy}"
    document.stack.undo()
    document.stack.undo()
    assert state(document.design) == before


def test_escape_packs_nothing_and_hidden_parameters_can_be_shown(open_window: Open, tmp_path: Path, qtbot: QtBot) -> None:
    window = separable(open_window, tmp_path)
    canvas = canvas_of(window)
    canvas.controller.select({"last"})
    canvas.handlers["design.pack"]()
    assert not dialog(window, PackDialog).candidates
    canvas.controller.select({"project"})
    canvas.handlers["design.pack"]()  # the first dialog goes
    pack = dialog(window, PackDialog)
    assert len([one for one in window.findChildren(PackDialog) if one.isVisible()]) == 1
    eps = next(row for row in pack.candidates if row[0].bindings[0] == ("project", "eps"))
    assert not eps[1].isVisible()
    pack.all.click()
    assert eps[1].isVisible()
    qtbot.keyClick(pack, Qt.Key.Key_Escape)
    assert canvas.own_blocks.dialog is None
    assert not canvas.document.stack.count()


def test_what_lies_between_is_named_and_can_be_taken_in(open_window: Open, tmp_path: Path, qtbot: QtBot) -> None:
    window = separable(open_window, tmp_path)
    canvas = canvas_of(window)
    canvas.controller.select({"expand", "project"})
    canvas.handlers["design.pack"]()
    question = dialog(window, Question)
    assert "depthwise lies between them" in question.accessibleDescription()
    qtbot.mouseClick(question.buttons["more"], Qt.MouseButton.LeftButton)
    assert canvas.controller.selection == {"expand", "depthwise", "project"}


def test_why_not_is_said_by_the_menu(open_window: Open, tmp_path: Path) -> None:
    window = separable(open_window, tmp_path)
    canvas = canvas_of(window)
    assert canvas.why_not("design.pack") == "Select the blocks to pack first."
    assert canvas.why_not("design.unpack") == "Nothing is selected."
    assert canvas.why_not("design.rename_own") == "Select one copy of an own block, or go inside one."
    canvas.controller.select({"last"})
    assert canvas.why_not("design.unpack") == "last has no parts: relu is no drawing of others."
    canvas.controller.select({"last", "expand"})
    assert not canvas.why_not("design.unpack"), "what has parts is unpacked"
    canvas.handlers["design.unpack"]()
    assert {"expand_conv", "last"} <= set(canvas.document.design.root)


# -- inside ------------------------------------------------------------------------------------------------------------------


def menu_action(menu: QMenu, begins: str) -> QAction:
    found = next(action for action in menu.actions() if action.text().startswith(begins))
    assert found.isEnabled()
    return found


def test_a_parameter_is_exposed_from_its_row_with_a_name_and_taken_back(opened: MainWindow, qtbot: QtBot) -> None:
    canvas, panel = canvas_of(opened), inspector(opened)
    document = canvas.document
    canvas.inside("b")
    assert panel.pages.currentWidget() is panel.definition_page
    assert panel.definition_page.name.text() == "Unit"
    assert list(panel.definition_page._rows) == ["width"]
    assert "12 in this copy" in panel.definition_page._rows["width"].sets.text()
    canvas.controller.select({"conv"})
    row = panel.form.rows["out_channels"]
    assert panel.exposing._lines[row].text() == "exposed as width: 12 in this copy"
    menu_action(panel.exposing.menu("stride"), "Expose").trigger()
    ask = dialog(opened, NameDialog)
    assert ask.field.text() == "stride"
    ask.field.setText("bad name")
    assert not ask.buttons["take"].isEnabled()
    ask.field.selectAll()
    qtbot.keyClicks(ask.field, "step")
    qtbot.keyClick(ask, Qt.Key.Key_Return)
    assert list(document.design.definitions["unit"].exposed) == ["width", "step"]
    assert document.stack.undoText() == "Expose stride of conv as step"
    menu_action(panel.exposing.menu("stride"), "Stop exposing step").trigger()
    assert list(document.design.definitions["unit"].exposed) == ["width"]
    canvas.back()
    document.select({"a"})
    assert list(panel.form.rows) == ["width"]
    assert not panel.exposing._buttons.get(panel.form.rows["width"])


def test_a_value_inside_follows_an_input_and_can_be_edited_again(opened: MainWindow) -> None:
    canvas, panel = canvas_of(opened), inspector(opened)
    canvas.inside("a")
    canvas.controller.select({"conv"})
    menu_action(panel.exposing.menu("out_channels"), "Stop exposing").trigger()
    menu_action(panel.exposing.menu("out_channels"), "Let it be 2 × channels of x").trigger()
    row = panel.form.rows["out_channels"]
    assert (row.used, panel.exposing._lines[row].text()) == (16, "= 2 × channels of x")
    assert canvas.document.engine.results["b"].outputs["y"][0] == 32
    menu_action(panel.exposing.menu("out_channels"), "Keep 16").trigger()
    assert not panel.exposing._lines[row].isVisible()
    assert canvas.document.engine.results["b"].outputs["y"][0] == 16
    row.edited.emit("out_channels", 24)
    assert canvas.document.engine.results["b"].outputs["y"][0] == 24


def test_the_block_is_renamed_described_and_its_parameters_too_in_the_inspector(opened: MainWindow, qtbot: QtBot) -> None:
    canvas, panel = canvas_of(opened), inspector(opened)
    document = canvas.document
    canvas.inside("a")
    page = panel.definition_page
    page.name.setFocus()
    page.name.selectAll()
    qtbot.keyClicks(page.name, "Fire")
    qtbot.keyClick(page.name, Qt.Key.Key_Return)
    assert document.design.definitions["unit"].name == "Fire"
    page.text.setFocus()
    qtbot.keyClicks(page.text, "Squeezes.")
    assert document.design.definitions["unit"].help == "Squeezes.", "at once: Ctrl+S may be next"
    assert [document.stack.text(k) for k in range(document.stack.count())] == ["Rename the block", "Describe the block"]
    QApplication.processEvents()
    row = page._rows["width"]
    row.field.setText("class")
    row.field.editingFinished.emit()
    assert row.why.isVisible()
    row.field.setText("channels")
    row.field.editingFinished.emit()
    assert list(document.design.definitions["unit"].exposed) == ["channels"]
    assert document.design.root.node("b").params == {"channels": 12}
    assert page.where.text() == "2 in the design."
    assert document.stack.count() == 3
    port = page._ports["x"]
    assert port.sets.text() == "input, 8 × 12 × 12"
    port.field.setText("map")
    port.field.editingFinished.emit()
    assert document.design.root.sources("b") == {"map": ("a", "y")}
    assert list(page._ports) == ["map", "y"]
    canvas.controller.select({"conv"})
    canvas.handlers["edit.delete"]()
    assert page._rows["channels"].sets.text() == "Sets nothing any more: what it set is gone."


def test_panels_follow_inside_and_out(opened: MainWindow) -> None:
    canvas = canvas_of(opened)
    for dock in ("layers", "problems", "inspector"):
        opened.workspace.focus(dock)
    QApplication.processEvents()
    canvas.inside("b")
    layers = opened.workspace.docks.all["layers"].panel
    assert layers is not None
    assert layers._controller is canvas.controller  # type: ignore[attr-defined]
    opened.go_to("conv")
    assert canvas.controller.selection == {"conv"}
    assert opened.controller is canvas.document, "files, export and the status bar stay with the document"
    canvas.back()
    assert layers._controller is canvas.document  # type: ignore[attr-defined]


def test_a_problem_inside_leads_there_and_shapes_stay_while_what_feeds_the_copy_is_broken(
    open_window: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    save(nested(), tmp_path / "nested.lightdesign")
    window = open_window(tmp_path / "nested.lightdesign")
    canvas = canvas_of(window)
    canvas.inside("second", "n1")
    shape = canvas.controller.engine.results["x"].outputs["y"]
    canvas.controller.select({"conv"})
    canvas.controller.apply(SetParam(node="conv", name="groups", value=5), "Set groups")
    assert canvas.document.engine.results["first"].status == "error"
    assert canvas.document.engine.results["second"].status == "blocked"
    assert canvas.controller.engine.results["x"].outputs["y"] == shape
    canvas.set_scope(())
    window.workspace.focus("problems")
    panel = window.workspace.docks.all["problems"].panel
    assert isinstance(panel, Problems)
    qtbot.waitUntil(panel.card.inside.isVisible)
    assert panel.card.inside.text() == "Show conv inside n1"
    qtbot.mouseClick(panel.card.inside, Qt.MouseButton.LeftButton)
    assert canvas.scope == ("first", "n1")
    assert canvas.controller.selection == {"conv"}
    qtbot.waitUntil(lambda: bool(panel.card.buttons))
    assert not panel.card.inside.isVisible(), "here it is a problem of this very block"
    panel.card.apply_first()
    assert canvas.document.engine.valid


# -- copies, the library, files ------------------------------------------------------------------------------------------------


def test_copies_are_found_where_they_are(open_window: Open, tmp_path: Path) -> None:
    save(nested(), tmp_path / "nested.lightdesign")
    canvas = canvas_of(open_window(tmp_path / "nested.lightdesign"))
    heard: list[str] = []
    canvas.status_text.connect(heard.append)
    canvas.own_blocks.find_copies("two")
    assert canvas.controller.selection == {"first", "second"}
    assert heard[-1] == "2 copies of Two: 2 in the design."
    canvas.own_blocks.find_copies("one")
    assert isinstance(canvas.controller, InsideController)
    assert canvas.controller.scope == "two"
    assert canvas.controller.selection == {"n1", "n2"}
    assert heard[-1] == "2 copies of One: 2 in the block Two."


def test_duplicate_rename_and_delete_from_the_palettes_menu(opened: MainWindow, qtbot: QtBot) -> None:
    canvas = canvas_of(opened)
    document = canvas.document
    document.select({"b"})
    canvas.handlers["design.duplicate_own"]()
    assert document.design.root.node("b").block == "own.unit_2"
    canvas.handlers["design.rename_own"]()
    ask = dialog(opened, NameDialog)
    ask.field.setText("Unit")
    assert ask.why.text() == "There is an own block 'Unit' already."
    ask.field.setText("Wide unit")
    qtbot.mouseClick(ask.buttons["take"], Qt.MouseButton.LeftButton)
    assert document.design.definitions["unit_2"].name == "Wide unit"
    menu = canvas.own_blocks.menu("own.unit_2")
    assert [action.text() for action in menu.actions() if not action.isEnabled() and action.text()] == [
        "Delete: 1 copy is in use"
    ]
    menu_action(menu, "Open").trigger()
    assert canvas.scope == ("own.unit_2",)
    assert canvas.why_not("design.stage") == NO_STAGES
    canvas.set_scope(())
    document.stack.undo()
    document.stack.undo()
    canvas.own_blocks.duplicate("unit")
    menu_action(canvas.own_blocks.menu("own.unit_2"), "Delete").trigger()
    assert set(document.design.definitions) == {"unit"}


def test_the_library_is_in_the_palette_and_its_blocks_are_dragged_into_other_designs(
    opened: MainWindow, open_window: Open, qtbot: QtBot
) -> None:
    canvas = canvas_of(opened)
    opened.workspace.focus("blocks")
    palette = opened.workspace.docks.all["blocks"].panel
    assert isinstance(palette, Palette)
    library().folder.mkdir(parents=True)
    (library().folder / "broken.lightblock").write_text("{")
    canvas.document.select({"a"})
    canvas.handlers["design.keep_own"]()
    index = palette.model.find("library.unit")
    assert index.data() == "Unit"
    below = palette.model.index(1, 0, index.parent()).data()
    assert below.startswith("Skipped broken.lightblock:")
    assert str(library().folder) not in below
    assert not palette.model.flags(palette.model.index(1, 0, index.parent()))
    heard: list[str] = []
    canvas.status_text.connect(heard.append)
    canvas.handlers["design.keep_own"]()
    assert heard[-1] == "Unit is in your library already."

    window = open_window("squeezenet1_1")
    other = canvas_of(window)
    before = state(other.document.design)
    assert other.insert("library.unit")
    assert set(other.document.design.definitions) == {"unit"}
    assert other.document.design.root.node("unit").block == "own.unit"
    assert other.document.stack.count() == 1
    other.document.stack.undo()
    assert state(other.document.design) == before
    chooser = other.tools.ask_block()
    assert [entry.text for entry in chooser.model.shown if entry.text == "Unit"] == ["Unit"]
    other.tools.close_all()


def test_another_block_of_the_same_name_is_asked_about(opened: MainWindow, qtbot: QtBot) -> None:
    canvas = canvas_of(opened)
    document = canvas.document
    canvas.own_blocks.keep("unit")
    canvas.inside("a")
    canvas.controller.select({"act"})
    assert canvas.tools.replace("relu6")
    canvas.own_blocks.keep("unit")
    question = dialog(opened, Question)
    qtbot.mouseClick(question.buttons["both"], Qt.MouseButton.LeftButton)
    assert sorted(kept.file.name for kept in library().blocks) == ["unit.lightblock", "unit_2.lightblock"]
    kept = next(one for one in library().blocks if one.file.name == "unit_2.lightblock")
    menu_action(canvas.own_blocks.menu(kept.block), "Remove").trigger()
    qtbot.mouseClick(dialog(opened, Question).buttons["remove"], Qt.MouseButton.LeftButton)
    assert [one.file.name for one in library().blocks] == ["unit.lightblock"]
    assert document.design.definitions["unit"].name == "Unit"


def test_a_block_is_saved_in_a_file_and_taken_in_by_dropping_it(
    opened: MainWindow, open_window: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    canvas = canvas_of(opened)
    heard: list[str] = []
    canvas.status_text.connect(heard.append)
    canvas.own_blocks.save_file("unit", str(tmp_path / "mine"))
    file = tmp_path / "mine.lightblock"
    assert read_block(file)[1] == "unit"
    canvas.own_blocks.open_file(str(file))
    assert heard[-1] == "Unit is in this design already, as Unit."
    window = open_window("squeezenet1_1")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    none = Qt.KeyboardModifier.NoModifier
    drop = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none)
    window.dropEvent(drop)
    assert drop.isAccepted()
    qtbot.waitUntil(lambda: bool(canvas_of(window).document.design.definitions))
    assert set(canvas_of(window).document.design.definitions) == {"unit"}
    other = canvas_of(window)
    other.status_text.connect(heard.append)
    (tmp_path / "bad.lightblock").write_text("{}")
    other.own_blocks.open_file(str(tmp_path / "bad.lightblock"))
    assert "bad.lightblock" in heard[-1]
    assert other.document.stack.count() == 1


def test_own_blocks_are_in_the_insert_menu(opened: MainWindow) -> None:
    opened._list_blocks()
    below = next(action.menu() for action in opened.menus.menus["Insert"].actions() if action.text() == "Own blocks")
    assert isinstance(below, QMenu)
    assert [action.text() for action in below.actions()] == ["Unit"]
    below.actions()[0].trigger()
    assert canvas_of(opened).document.design.root.node("unit").block == OWN + "unit"
