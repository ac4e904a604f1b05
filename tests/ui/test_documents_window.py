"""Documents in the real window: tabs, marks, drops, closing, and what the next start offers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from designer.app.recovery import Claim
from designer.document import files
from designer.graph.design import Note
from designer.graph.edits import SetNote
from designer.ui import document_actions
from designer.ui.application import Application
from designer.ui.dialogs.question import CANCEL, Question
from designer.ui.dialogs.unsaved import DROP
from designer.ui.main_window import MainWindow
from tests.designs import chain

Open = Callable[..., MainWindow]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "net.lightdesign"
    files.save(chain("conv2d", "relu"), made)
    return made


def change(window: MainWindow) -> None:
    assert window.controller is not None
    assert window.controller.apply(SetNote(id="n", note=Note("n", "changed")), "Write a note")


def answer(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Answer the questions to come; gives their titles."""
    waiting, seen = list(answers), []

    def ask(question: Question) -> str:
        seen.append(question.windowTitle())
        question.deleteLater()
        return waiting.pop(0)

    monkeypatch.setattr(document_actions, "ask", ask)
    return seen


def test_tabs_and_title_say_what_is_unsaved(open_window: Open, file: Path, qtbot: QtBot) -> None:
    window = open_window(file)
    bar = window.tabs.bar
    assert bar.tabText(bar.currentIndex()) == "net"
    assert window.windowTitle() == "net[*] – lightdesigner"
    assert not window.isWindowModified()
    change(window)
    assert window.isWindowModified()
    assert bar.accessibleTabName(bar.currentIndex()) == "net, not saved"
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not window.isWindowModified()
    assert files.open_file(file).notes[""]["n"].text == "changed"


def test_keys_for_new_open_and_close(open_window: Open, file: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_actions, "choose_open", lambda parent, folder: [file])
    window = open_window()
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window, Qt.Key.Key_N, control)
    qtbot.keyClick(window, Qt.Key.Key_O, control)
    assert [controller.title for controller in window.documents.controllers] == ["untitled", "net"]
    seen = answer(monkeypatch, CANCEL, DROP)
    change(window)
    qtbot.keyClick(window, Qt.Key.Key_W, control)
    assert len(window.documents.controllers) == 2
    qtbot.keyClick(window, Qt.Key.Key_W, control)
    assert [controller.title for controller in window.documents.controllers] == ["untitled"]
    assert seen == ["Save net before closing?"] * 2


def test_a_window_that_is_asked_to_close_may_stay(open_window: Open, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    window = open_window(file)
    change(window)
    seen = answer(monkeypatch, CANCEL, DROP)
    assert not window.close()
    assert window.isVisible()
    assert window.close()
    assert seen == ["Save net before closing?"] * 2
    assert files.open_file(file).notes == {}


def test_quitting_stops_at_the_window_that_would_rather_stay(
    open_window: Open, program: Application, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = open_window(file), open_window("alexnet")
    change(second)
    answer(monkeypatch, CANCEL)
    program.quit()
    assert program.windows == [second]
    assert second.isVisible()
    assert not first.isVisible()


def drop(target: QWidget, *paths: Path) -> bool:
    """Drag files over a widget and let them go; whether the window took them."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    middle = target.rect().center()
    enter = QDragEnterEvent(QPoint(middle), copy, mime, left, none)
    enter.ignore()
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(target, QDropEvent(QPointF(middle), copy, mime, left, none))
    return True


def test_files_dropped_anywhere_on_the_window_are_opened(open_window: Open, file: Path, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window()
    other, wrong = tmp_path / "b.lightdesign", tmp_path / "c.txt"
    files.save(chain("relu"), other)
    wrong.touch()
    assert not drop(window, wrong)
    assert drop(window, file, wrong)
    qtbot.waitUntil(lambda: len(window.documents.controllers) == 1)
    assert window.page is not None
    assert drop(window.page.canvas.view.viewport(), other)
    qtbot.waitUntil(lambda: len(window.documents.controllers) == 2)
    assert [controller.title for controller in window.documents.controllers] == ["net", "b"]


def test_the_second_window_on_a_file_is_warned(open_window: Open, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_window(file)
    second = open_window()
    seen = answer(monkeypatch, CANCEL)
    second.open_text(file)
    assert seen == ["net.lightdesign is open in another window of this program"]
    assert second.documents.controllers == ()


def test_what_changed_on_the_disk_is_said_above_the_canvas(open_window: Open, file: Path, qtbot: QtBot) -> None:
    window = open_window(file)
    assert window.page is not None
    design = files.open_file(file)
    design.notes[""] = {"n": Note("n", "theirs")}
    files.save(design, file, overwrite=True)
    window.document_actions.look_at_disk()
    [notice] = [
        widget for widget in window.page.findChildren(QWidget) if "was changed by something else" in widget.accessibleName()
    ]
    qtbot.mouseClick(notice.buttons["Read the file"], Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    assert window.controller is not None
    assert window.controller.design.notes[""]["n"].text == "theirs"
    qtbot.waitUntil(lambda: not notice.isVisible())


def test_work_on_the_disk_when_the_process_dies_is_offered_by_the_next_window(
    open_window: Open, program: Application, file: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(file)
    change(window)
    recovery = window.documents._open[window.controller].recovery  # type: ignore[index]
    assert recovery is not None
    recovery.write_now()
    assert recovery.file is not None
    kept = recovery.file.read_bytes()
    place = recovery.file.parent.parent / "session-of-the-dead"
    answer(monkeypatch, DROP)
    window.close()
    place.mkdir()
    (place / "1.lightdesign").write_bytes(kept)
    monkeypatch.undo()
    monkeypatch.setenv("LIGHTDESIGNER_HOME", str(place.parent.parent))
    window = open_window()

    def recover() -> None:
        question = QApplication.activeModalWidget()
        assert isinstance(question, Question)
        qtbot.keyClick(question, Qt.Key.Key_Return)

    QTimer.singleShot(100, recover)
    window.welcome_back()
    assert window.controller is not None
    assert window.controller.path == file
    assert window.isWindowModified()
    assert window.controller.design.notes[""]["n"].text == "changed"
    claim = Claim()
    assert claim.documents == []
    claim.release()
