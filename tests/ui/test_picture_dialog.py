"""A picture from the menu: what the dialog offers, shows and writes."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from designer.app.settings import LAST_FOLDER
from designer.graph.edits import Move
from designer.graph.folding import stage_folds
from designer.ui import document_actions, units
from designer.ui.dialogs import picture as module
from designer.ui.dialogs.picture import ONE_COLUMN, PAGE, PictureDialog
from designer.ui.main_window import MainWindow
from designer.ui.picture_actions import PictureActions
from tests.ui.conftest import Open


def opened(window: MainWindow, qtbot: QtBot) -> PictureDialog:
    window.actions_.perform("file.picture")
    actions = window.findChild(PictureActions)
    assert actions is not None
    dialog = actions.dialog
    assert dialog is not None
    settled(dialog, qtbot)
    return dialog


def settled(dialog: PictureDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not dialog._drawing.busy and not dialog._writing.busy, timeout=20_000)


@pytest.fixture
def window(open_window: Open, tmp_path: Path) -> MainWindow:
    made = open_window("mobilenet_v2")
    made.settings.set(LAST_FOLDER, str(tmp_path))
    return made


def texts(path: Path) -> list[str]:
    return [element.text or "" for element in ElementTree.parse(path).getroot().iter("{http://www.w3.org/2000/svg}text")]


def test_it_is_in_the_menu_and_greyed_without_a_canvas(open_window: Open) -> None:
    window = open_window()
    assert window.actions_.why_not("file.picture") == "No design is open."
    assert not window.actions_["file.picture"].isEnabled()
    window.documents.new()
    assert window.actions_.why_not("file.picture") == "The design is empty."


def test_each_format_is_written_and_said(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(window, qtbot)
    assert dialog.target == tmp_path / "mobilenet_v2.svg"
    assert dialog.preview.image is not None
    for number, name in enumerate(("mobilenet_v2.svg", "mobilenet_v2.pdf", "mobilenet_v2.png")):
        dialog.formats.choose(number)
        dialog._format_chosen(number)
        assert dialog.target == tmp_path / name
        with qtbot.waitSignal(dialog.exported):
            qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
        assert (tmp_path / name).stat().st_size > 10_000
        assert dialog.outcome.text().startswith(f"Written: {name}, ")
    assert dialog.picture is not None
    assert QImage(str(tmp_path / "mobilenet_v2.png")).width() == round(dialog.picture.width * 2)
    assert dialog.close_button.text() == "Close"
    assert dialog._size.text().endswith(" px")
    dialog.reject()
    assert {path.name for path in tmp_path.glob("*.*")} == {f"mobilenet_v2.{kind}" for kind in ("svg", "pdf", "png")}


def test_what_is_chosen_is_drawn(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    controller = window.controller
    assert controller is not None
    controller.select({"stage2_ir1", "stage2_ir2"})
    dialog = opened(window, qtbot)
    first = dialog.picture
    assert first is not None
    dialog.layouts.setCurrentIndex(PAGE)
    dialog.layouts.activated.emit(PAGE)
    settled(dialog, qtbot)
    assert dialog.picture is not None
    assert dialog.picture.height < first.height
    assert dialog.picture.width > first.width
    dialog.layouts.setCurrentIndex(ONE_COLUMN)
    dialog.fold.setChecked(True)
    settled(dialog, qtbot)
    assert dialog.picture.width < first.width + 40
    dialog.selection.setChecked(True)
    dialog.legend.setChecked(False)
    dialog.themes.choose(2)
    dialog.themes.chosen.emit(2)
    settled(dialog, qtbot)
    with qtbot.waitSignal(dialog.exported):
        dialog.export()
    said = texts(tmp_path / "mobilenet_v2.svg")
    assert "2 of 22 blocks   14.0 K params   54.9 M MACs" in said
    assert "× 2" in said
    assert not any("for one input" in line for line in said)
    assert '<rect width="' in (tmp_path / "mobilenet_v2.svg").read_text()
    assert dialog.picture.background != "#FFFFFF"
    dialog.reject()


def test_blocks_stand_as_on_the_canvas(window: MainWindow, qtbot: QtBot) -> None:
    controller = window.controller
    assert controller is not None
    dialog = opened(window, qtbot)
    narrow = dialog.picture
    dialog.reject()
    controller.apply(Move(positions={"output": (3000.0, 0.0)}), "Move")
    dialog = opened(window, qtbot)
    assert dialog.picture is not None
    assert narrow is not None
    assert dialog.picture.width > 2500
    dialog.reject()


def test_what_is_folded_on_the_canvas_is_folded_in_the_picture(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    page = window.page
    assert page is not None
    scene = page.canvas.scene
    design = scene.controller.design
    scene.folds.want([stage_folds(design.root, design.resolve)["stage6"]])
    scene.show_folds()
    dialog = opened(window, qtbot)
    with qtbot.waitSignal(dialog.exported):
        dialog.export()
    said = texts(tmp_path / "mobilenet_v2.svg")
    assert "3 × inverted" in said
    assert said.count("Stage 6") == 1
    dialog.reject()


def test_heat_is_in_the_picture_while_it_is_on_the_canvas(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(window, qtbot)
    assert not dialog.heat.isVisible()
    dialog.reject()
    window.actions_.perform("view.heat_params")
    dialog = opened(window, qtbot)
    assert dialog.heat.isVisible()
    assert dialog.heat.text() == "Colours of the heat: Params"
    with qtbot.waitSignal(dialog.exported):
        dialog.export()
    assert "Params: 0 to 1.28 M params" in texts(tmp_path / "mobilenet_v2.svg")
    dialog.heat.setChecked(False)
    settled(dialog, qtbot)
    dialog.file.setText("cold")
    dialog._look_at_file()
    with qtbot.waitSignal(dialog.exported):
        dialog.export()
    assert not any("0 to" in line for line in texts(tmp_path / "cold.svg"))
    dialog.reject()


def test_flops_are_in_the_picture_where_they_are_in_the_window(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    units.use(units.FLOPS)
    dialog = opened(window, qtbot)
    with qtbot.waitSignal(dialog.exported):
        dialog.export()
    assert any("601.5 M FLOPs" in line for line in texts(tmp_path / "mobilenet_v2.svg"))
    dialog.reject()


def test_a_file_that_exists_is_asked_about(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mobilenet_v2.svg").write_text("mine")
    dialog = opened(window, qtbot)
    assert "Exists already" in dialog._state.text()
    asked: list[str] = []
    monkeypatch.setattr(document_actions, "ask", lambda question: asked.append(question.windowTitle()) or "cancel")
    dialog.export()
    assert asked == ["mobilenet_v2.svg exists already"]
    assert (tmp_path / "mobilenet_v2.svg").read_text() == "mine"
    monkeypatch.setattr(document_actions, "ask", lambda question: "replace")
    with qtbot.waitSignal(dialog.exported):
        dialog.export()
    assert (tmp_path / "mobilenet_v2.svg").read_text().startswith("<svg")
    assert "Exists already" not in dialog._state.text()
    dialog.reject()


def test_a_place_that_is_none_is_said_before_and_a_failure_after(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = opened(window, qtbot)
    dialog.file.setText(str(tmp_path / "nowhere" / "a.svg"))
    dialog._look_at_file()
    assert "nowhere" in dialog._state.text()
    assert not dialog.export_button.isEnabled()
    dialog.file.setText("")
    dialog._look_at_file()
    assert dialog._state.text() == "A name is missing."
    dialog.file.setText("good")
    dialog._look_at_file()
    assert dialog.target == tmp_path / "good.svg"

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_whole", full)
    dialog.export()
    settled(dialog, qtbot)
    assert dialog.outcome.text() == "good.svg was not written: the disk is full."
    assert not (tmp_path / "good.svg").exists()
    dialog.reject()


def test_nothing_selected_and_nothing_repeated_is_greyed_with_the_reason(open_window: Open, qtbot: QtBot) -> None:
    dialog = opened(open_window("alexnet"), qtbot)
    assert not dialog.selection.isEnabled()
    assert dialog.selection.toolTip() == "Nothing is selected."
    assert not dialog.fold.isEnabled()
    assert dialog.fold.toolTip() == "Nothing in this design repeats."
    dialog.reject()


def test_a_window_that_closes_takes_the_dialog_with_it(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    dialog.fold.setChecked(True)
    for controller in window.documents.controllers:
        controller.stack.setClean()
    window.close()
    assert not dialog.isVisible()
    assert not dialog._drawing.busy
