"""The export dialog in the real window: with a worker that has habits, and with the real one."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from designer.app.worker_client import WorkerClient
from designer.document import files
from designer.protocol import JOB_FOLDER
from designer.ui import document_actions
from designer.ui.application import Application
from designer.ui.dialogs import export_form, export_result
from designer.ui.dialogs.export import REPLACE, ExportDialog
from designer.ui.dialogs.export_result import FailureCard, ResultCard
from designer.ui.dialogs.question import CANCEL, Question
from designer.ui.main_window import MainWindow
from tests.designs import chain

FAKE = Path(__file__).parents[1] / "app" / "fake_worker.py"
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder of the design; nothing but files may be left there."""
    made = tmp_path / "out"
    made.mkdir()
    files.save(chain(("conv1", "conv_norm_act", {"out_channels": 4}), "relu", shape=(3, 8, 8)), made / "net.lightdesign")
    return made


OpenDialog = Callable[..., ExportDialog]


@pytest.fixture
def dialog_with(program: Application, open_window: Callable[..., MainWindow], out: Path, qtbot: QtBot) -> OpenDialog:
    """`dialog_with("crash")`: Ctrl+E pressed in a window whose worker has that habit; without one it is the real worker."""

    def make(habit: str = "") -> ExportDialog:
        if habit:
            program._worker = WorkerClient(program, worker=[sys.executable, "-P", str(FAKE), habit], patience_ms=5_000)
        window = open_window(out / "net.lightdesign")
        qtbot.keyClick(window, Qt.Key.Key_E, CONTROL)
        return find(window, qtbot)

    return make


def find(window: MainWindow, qtbot: QtBot) -> ExportDialog:
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(ExportDialog)), timeout=10_000)
    return next(one for one in window.findChildren(ExportDialog) if one.isVisible())


def press(dialog: ExportDialog, name: str, qtbot: QtBot) -> None:
    qtbot.mouseClick(getattr(dialog, name), Qt.MouseButton.LeftButton)


def over(dialog: ExportDialog, qtbot: QtBot, seconds: int = 60) -> QWidget:
    qtbot.waitUntil(lambda: not dialog.running, timeout=seconds * 1_000)
    assert dialog.outcome is not None
    return dialog.outcome


def result(dialog: ExportDialog, qtbot: QtBot, seconds: int = 60) -> ResultCard:
    card = over(dialog, qtbot, seconds)
    assert isinstance(card, ResultCard), card.accessibleName()
    return card


def words(card: QWidget) -> str:
    return "\n".join(one.text() for one in card.findChildren(QLabel)).replace("\u200b", "")


def asked(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Answer the questions to come; gives their titles."""
    waiting, seen = list(answers), []

    def ask(question: Question) -> str:
        seen.append(question.windowTitle())
        question.deleteLater()
        return waiting.pop(0)

    monkeypatch.setattr(document_actions, "ask", ask)
    return seen


@pytest.fixture(autouse=True)
def nothing_left(out: Path) -> object:
    yield
    assert [path.name for path in out.iterdir() if path.name.startswith(JOB_FOLDER)] == []


def test_a_design_is_exported_by_key_and_enter(dialog_with: OpenDialog, out: Path, qtbot: QtBot) -> None:
    dialog = dialog_with("well")
    assert dialog.windowTitle() == "Export net"
    assert dialog.form.target == out / "net.onnx"
    assert dialog.export_button.property("role") == "primary"
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    card = result(dialog, qtbot)
    assert (out / "net.onnx").read_text() == "new"
    assert "Written and checked" in words(card)
    assert "The file is valid." in words(card)
    assert str(out / "net.onnx") in words(card)
    assert card.tiles["Size"] == "3 B"
    assert dialog.close_button.property("role") == "primary"
    assert dialog.close_button.text() == "Close"
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=2_000)


def test_show_in_folder_opens_the_folder(
    dialog_with: OpenDialog, out: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(export_result, "show_in_folder", shown.append)
    dialog = dialog_with("well")
    press(dialog, "export_button", qtbot)
    qtbot.mouseClick(result(dialog, qtbot).show_button, Qt.MouseButton.LeftButton)
    assert shown == [out / "net.onnx"]
    dialog.reject()


def test_while_it_runs_the_phase_is_shown_and_nothing_can_be_changed(dialog_with: OpenDialog, qtbot: QtBot) -> None:
    dialog = dialog_with("hang")
    press(dialog, "export_button", qtbot)
    qtbot.waitUntil(lambda: dialog.progress.text.text() == "Starting", timeout=10_000)
    assert "step 1 of 2" in dialog.progress.figures.text()
    assert " s" in dialog.progress.figures.text()
    assert dialog.progress.isVisible()
    assert not dialog.form.isEnabled()
    assert not dialog.export_button.isEnabled()
    assert dialog.close_button.text() == "Cancel export"
    dialog.give_up()


@pytest.mark.parametrize("how", ["button", "escape"])
def test_cancel_answers_within_half_a_second(dialog_with: OpenDialog, out: Path, qtbot: QtBot, how: str) -> None:
    dialog = dialog_with("hang")
    press(dialog, "export_button", qtbot)
    qtbot.waitUntil(lambda: bool(dialog.progress.text.text() == "Starting"), timeout=10_000)
    started = time.monotonic()
    if how == "button":
        press(dialog, "close_button", qtbot)
    else:
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    over(dialog, qtbot)
    assert time.monotonic() - started < 0.5
    assert dialog.isVisible(), "the first Escape cancels, the second closes"
    assert dialog.form.isEnabled()
    assert dialog.export_button.isEnabled()
    assert not dialog.progress.isVisible()
    assert [path.name for path in out.iterdir()] == ["net.lightdesign"]
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=2_000)


@pytest.mark.parametrize(
    ("habit", "sentence"),
    [("crash", "crashed inside a library"), ("killed", "memory ran out"), ("half_a_line", "ended by itself")],
)
def test_a_worker_that_dies_leaves_the_window_with_a_sentence(
    dialog_with: OpenDialog, qtbot: QtBot, habit: str, sentence: str
) -> None:
    dialog = dialog_with(habit)
    press(dialog, "export_button", qtbot)
    card = over(dialog, qtbot)
    assert isinstance(card, FailureCard)
    assert sentence in words(card)
    assert dialog.export_button.isEnabled()
    assert dialog.export_button.text() == "Export"
    press(dialog, "export_button", qtbot)
    again = over(dialog, qtbot)
    assert again is not card
    assert sentence in words(again)
    dialog.reject()


def test_details_can_be_copied(dialog_with: OpenDialog, qtbot: QtBot) -> None:
    dialog = dialog_with("exits")
    press(dialog, "export_button", qtbot)
    card = over(dialog, qtbot)
    assert isinstance(card, FailureCard)
    assert "the last words" not in words(card)
    qtbot.mouseClick(card.copy, Qt.MouseButton.LeftButton)
    assert "the last words" in QGuiApplication.clipboard().text()
    dialog.reject()


def test_a_failed_check_is_no_success(dialog_with: OpenDialog, out: Path, qtbot: QtBot) -> None:
    dialog = dialog_with("fails_a_check")
    press(dialog, "export_button", qtbot)
    card = result(dialog, qtbot)
    assert "1 of 2 checks failed" in words(card)
    assert "It is deaf." in words(card)
    assert (out / "net.onnx").exists()
    dialog.reject()


def test_a_file_that_exists_is_replaced_only_when_that_is_wanted(
    dialog_with: OpenDialog, out: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (out / "net.onnx").write_text("old")
    seen = asked(monkeypatch, CANCEL, REPLACE)
    dialog = dialog_with("well")
    assert "Exists already" in words(dialog.form)
    press(dialog, "export_button", qtbot)
    assert not dialog.running
    assert (out / "net.onnx").read_text() == "old"
    press(dialog, "export_button", qtbot)
    result(dialog, qtbot)
    assert (out / "net.onnx").read_text() == "new"
    assert seen == ["net.onnx exists already"] * 2
    dialog.reject()


def test_a_second_file_in_the_way_is_asked_about_at_the_end(
    dialog_with: OpenDialog, out: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (out / "net.onnx.data").write_text("old")
    seen = asked(monkeypatch, CANCEL, REPLACE)
    dialog = dialog_with("two_files")
    press(dialog, "export_button", qtbot)
    assert "cancelled" in over(dialog, qtbot).text()  # type: ignore[attr-defined]
    assert not (out / "net.onnx").exists()
    press(dialog, "export_button", qtbot)
    card = result(dialog, qtbot)
    assert (out / "net.onnx.data").read_text() == "new"
    assert "net.onnx.data" in words(card)
    assert seen == ["net.onnx.data exists already"] * 2
    dialog.reject()


def test_the_options_follow_the_format(dialog_with: OpenDialog, out: Path, qtbot: QtBot) -> None:
    dialog = dialog_with("well")
    form = dialog.form
    assert all(one.isVisible() for one in (form.opset, form.dynamic, form.keep, form.seed, form.check))
    form.choose_format("pt2")
    assert form.target == out / "net.pt2"
    assert [one.isVisible() for one in (form.opset, form.dynamic, form.keep, form.seed, form.check)] == [
        False,
        True,
        False,
        True,
        True,
    ]
    tall = dialog.height()
    form.choose_format("python")
    assert form.target == out / "net.py"
    assert not any(one.isVisible() for one in (form.opset, form.dynamic, form.keep, form.seed, form.check))
    qtbot.waitUntil(lambda: dialog.height() < tall, timeout=2_000)
    assert form.options.kind == "python"
    dialog.reject()


def test_a_name_of_ones_own_is_kept_and_gets_its_ending(dialog_with: OpenDialog, out: Path, qtbot: QtBot) -> None:
    form = dialog_with("well").form
    form.file.selectAll()
    qtbot.keyClicks(form.file, "mine_0.5")
    assert form.target == out / "mine_0.5.onnx", "a name alone lies beside the design"
    form.file.selectAll()
    qtbot.keyClicks(form.file, str(out / "mine.onnx"))
    form.choose_format("pt2")
    assert form.target == out / "mine.pt2"
    form.file.selectAll()
    qtbot.keyClicks(form.file, str(out / "mine.model"))
    form.choose_format("onnx")
    assert form.target == out / "mine.model"


def test_a_file_that_cannot_be_written_is_said_beside_the_field(dialog_with: OpenDialog, out: Path, qtbot: QtBot) -> None:
    dialog = dialog_with("well")
    form = dialog.form
    for text, sentence in (
        (str(out / "no" / "m.onnx"), "There is no folder"),
        (str(out), "is a folder"),
        ("n" * 300, "name is too long"),
        ("~nobody-of-that-name/m", "There is no folder"),
        ("", "A name is missing."),
    ):
        form.file.selectAll()
        if text:
            qtbot.keyClicks(form.file, text)
        else:
            qtbot.keyClick(form.file, Qt.Key.Key_Delete)
        assert sentence in words(form)
        assert not dialog.export_button.isEnabled()
        assert form.file.property("invalid")
    form.file.selectAll()
    qtbot.keyClicks(form.file, "m")
    assert dialog.export_button.isEnabled()
    assert not form.file.property("invalid")
    dialog.reject()


def test_the_file_can_be_chosen(dialog_with: OpenDialog, out: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    suggestions: list[Path] = []

    def choose(parent: QWidget, suggestion: Path, wanted: export_form.Format) -> Path | None:
        suggestions.append(suggestion)
        return out / "chosen.onnx" if len(suggestions) > 1 else None

    monkeypatch.setattr(export_form, "choose_file", choose)
    form = dialog_with("well").form
    for expected in ("net.onnx", "chosen.onnx"):
        qtbot.mouseClick(form._choose, Qt.MouseButton.LeftButton)
        assert form.target == out / expected
    assert suggestions == [out / "net.onnx"] * 2


def test_the_worker_says_which_opsets_there_are(dialog_with: OpenDialog, qtbot: QtBot) -> None:
    dialog = dialog_with("well")
    qtbot.waitUntil(lambda: dialog.form.opset.count() == 3, timeout=10_000)
    assert dialog.form.opset.itemText(0) == "Default, 18"
    assert dialog.form.options.opset is None
    dialog.form.opset.setCurrentIndex(dialog.form.opset.findText("17"))
    assert dialog.form.options.opset == 17
    dialog.reject()


def test_everything_has_a_name(dialog_with: OpenDialog) -> None:
    form = dialog_with("well").form
    for one in (form.formats, form.file, form.opset, form.dynamic, form.keep, form.seed, form.check):
        assert one.accessibleName()


def test_a_design_with_an_error_is_not_offered_for_export(open_window: Callable[..., MainWindow], tmp_path: Path) -> None:
    broken = chain(("conv1", "conv2d", {"kernel_size": 9, "padding": 0}), shape=(3, 4, 4))
    files.save(broken, tmp_path / "broken.lightdesign")
    window = open_window(tmp_path / "broken.lightdesign")
    window.actions_.refresh()
    assert not window.actions_["file.export"].isEnabled()
    assert "conv1" in window.actions_["file.export"].statusTip()


def test_closing_the_window_ends_a_running_export(dialog_with: OpenDialog, out: Path, program: Application, qtbot: QtBot) -> None:
    dialog = dialog_with("hang")
    press(dialog, "export_button", qtbot)
    qtbot.waitUntil(lambda: dialog.progress.text.text() == "Starting", timeout=10_000)
    program.windows[0].close()
    assert program.windows == []
    program.end()
    assert [path.name for path in out.iterdir()] == ["net.lightdesign"]


def test_killing_the_real_worker_in_the_middle_of_an_export_and_exporting_again(
    dialog_with: OpenDialog, program: Application, out: Path, qtbot: QtBot
) -> None:
    dialog = dialog_with()
    press(dialog, "export_button", qtbot)
    qtbot.waitUntil(lambda: "step" in dialog.progress.figures.text(), timeout=60_000)
    os.kill(program.worker.process_id, signal.SIGKILL)
    card = over(dialog, qtbot)
    assert isinstance(card, FailureCard)
    assert "memory ran out" in words(card)
    assert [path.name for path in out.iterdir()] == ["net.lightdesign"]
    press(dialog, "export_button", qtbot)
    done = result(dialog, qtbot, seconds=120)
    assert done.written.report.ok
    assert len(done.written.report.checks) == 4
    assert "Max difference / std" in done.tiles
    assert (out / "net.onnx").stat().st_size == done.written.report.size_bytes
    dialog.reject()
