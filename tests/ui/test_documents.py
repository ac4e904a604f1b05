"""File actions with a person's answers: questions are real dialogs, answered with the mouse; only the system's file dialogs are
played."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from designer.app.controller import Controller
from designer.app.documents import Documents
from designer.app.recovery import Claim, Session, folder
from designer.app.settings import Settings
from designer.document import files
from designer.graph.design import Note
from designer.graph.edits import SetNote
from designer.ui import document_actions
from designer.ui.dialogs import changed_on_disk as questions
from designer.ui.dialogs.question import CANCEL, Question
from designer.ui.dialogs.recovery import GO, RecoveryDialog, Row, when
from designer.ui.dialogs.unsaved import DROP, SAVE, Unsaved
from designer.ui.document_actions import DocumentActions
from designer.ui.document_page import Notice
from designer.ui.window_actions import Actions
from tests.designs import chain


class Window(QMainWindow):
    """A window without a canvas: notes what it is asked to show."""

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.actions_ = Actions(self)
        self.documents = Documents(session, settings, self)
        self.said: list[str] = []
        self.told: list[tuple[str, dict[str, Callable[[], object]], Notice]] = []
        self.files = DocumentActions(self, self, self.documents, self.actions_)

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def tell(self, controller: Controller, sentence: str, choices: dict[str, Callable[[], object]]) -> Notice:
        notice = Notice(sentence, choices)
        notice.setParent(self)
        self.told.append((sentence, choices, notice))
        return notice


@pytest.fixture
def make_window(qtbot: QtBot, home: Path) -> Iterator[Callable[[], Window]]:
    session, settings, made = Session(), Settings(), []

    def make() -> Window:
        window = Window(session, settings)
        made.append(window)
        return window

    yield make
    for window in made:
        window.documents.close_all()
        window.deleteLater()
    session.end()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(make_window: Callable[[], Window]) -> Window:
    return make_window()


class Person:
    """Answers the questions that come up, in order, with clicks; a question too many or too few fails the test."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.seen: list[str] = []
        self.answers: list[str | Callable[[Question], str]] = []
        self._timer = QTimer()
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def will(self, *answers: str | Callable[[Question], str]) -> None:
        self.answers.extend(answers)

    def _look(self) -> None:
        question = QApplication.activeModalWidget()
        if not isinstance(question, Question) or not question.isVisible():
            return
        self._timer.stop()
        self.seen.append(question.windowTitle())
        answer = self.answers.pop(0) if self.answers else None
        if answer is None:
            question.reject()
            raise AssertionError(f"nobody expected {question.windowTitle()!r}")
        if callable(answer):
            answer = answer(question)
        if answer == "escape":
            self.qtbot.keyClick(question, Qt.Key.Key_Escape)
        elif answer == "enter":
            self.qtbot.keyClick(question, Qt.Key.Key_Return)
        else:
            self.qtbot.mouseClick(question.buttons[answer], Qt.MouseButton.LeftButton)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        assert not self.answers, f"nobody asked for {self.answers}"


@pytest.fixture
def person(qtbot: QtBot) -> Iterator[Person]:
    made = Person(qtbot)
    yield made
    made.stop()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "net.lightdesign"
    files.save(chain("conv2d", "relu"), made)
    return made


def chooses(monkeypatch: pytest.MonkeyPatch, *paths: Path | None) -> list[Path]:
    """Play the system's dialog for saving; gives what it suggested."""
    waiting, suggested = list(paths), []

    def choose(parent: QWidget, suggestion: Path) -> Path | None:
        suggested.append(suggestion)
        return waiting.pop(0)

    monkeypatch.setattr(document_actions, "choose_save", choose)
    return suggested


def note(controller: Controller, text: str = "changed") -> None:
    assert controller.apply(SetNote(id="n", note=Note("n", text)), "Write a note")


def text_in(file: Path) -> str:
    return files.open_file(file).notes[""]["n"].text


def change(file: Path, text: str = "theirs") -> None:
    design = files.open_file(file)
    design.notes[""] = {"n": Note("n", text)}
    files.save(design, file, overwrite=True)


# -- opening ---------------------------------------------------------------------------------------------------------------------


def test_new_and_open_by_their_actions(window: Window, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_actions, "choose_open", lambda parent, folder: [file])
    window.actions_["file.new"].trigger()
    window.actions_["file.open"].trigger()
    assert [controller.title for controller in window.documents.controllers] == ["untitled", "net"]


def test_what_cannot_be_opened_is_said_and_leaves_the_recent_files(window: Window, file: Path, person: Person) -> None:
    assert window.documents.settings is not None
    window.documents.settings.add_recent(file)
    file.unlink()
    person.will("enter", CANCEL)
    assert window.files.open(file) is None
    assert window.documents.settings.recent() == []
    assert window.files.open("mobilenet_v22") is None
    assert person.seen == ["Not opened", "Not opened"]
    assert window.documents.controllers == ()


@pytest.mark.parametrize(
    ("answer", "path", "title"), [("escape", None, None), (questions.ANYWAY, "net", "net"), ("enter", None, "net (copy)")]
)
def test_the_second_window_on_a_file_is_warned(
    make_window: Callable[[], Window], file: Path, person: Person, answer: str, path: str | None, title: str | None
) -> None:
    make_window().documents.open(file)
    second = make_window()
    person.will(answer)
    controller = second.files.open(file)
    assert person.seen == ["net.lightdesign is open in another window of this program"]
    if title is None:
        assert controller is None
    else:
        assert controller is not None
        assert controller.title == title
        assert (controller.path is None) == (path is None)


def test_recent_files_in_their_menu(window: Window, file: Path, tmp_path: Path) -> None:
    menu = QMenu()
    window.files.fill_recent(menu)
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["No files yet"]
    other = tmp_path / "a & b.lightdesign"
    files.save(chain("relu"), other)
    window.documents.open(other)
    window.documents.open(file)
    window.documents.close_all()
    menu.aboutToShow.emit()
    names = [action.text() for action in menu.actions() if action.text()]
    assert names[0].startswith("&1  net.lightdesign")
    assert names[1].startswith("&2  a && b.lightdesign")
    menu.actions()[1].trigger()
    assert window.documents.current is not None
    assert window.documents.current.path == other
    next(action for action in menu.actions() if action.text() == "Clear this list").trigger()
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["No files yet"]


# -- saving ----------------------------------------------------------------------------------------------------------------------


def test_the_first_save_asks_where_and_suggests_a_name_every_disk_takes(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suggested = chooses(monkeypatch, None, tmp_path / "a.lightdesign")
    controller = window.files.open("mobilenet_v2:width=0.5")
    assert controller is not None
    assert not window.files.save(controller)
    assert window.files.save(controller)
    assert controller.path == tmp_path / "a.lightdesign"
    assert {path.name for path in suggested} == {"mobilenet_v2_width=0.5.lightdesign"}
    assert window.said == ["Saved a.lightdesign."]


def test_a_full_disk_keeps_the_work_and_offers_another_place(
    window: Window, file: Path, tmp_path: Path, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = window.files.open(file)
    assert controller is not None
    note(controller)
    real, target = files.write_whole, tmp_path / "elsewhere.lightdesign"

    def full(target: Path, data: bytes, *, mode: int | None, overwrite: bool) -> None:
        if target == file:
            raise OSError(28, "No space left on device")
        real(target, data, mode=mode, overwrite=overwrite)

    def reads(question: Question) -> str:
        assert "the disk is full" in question.accessibleDescription()
        assert "Your work stays open here" in question.accessibleDescription()
        assert controller.unsaved
        return questions.AGAIN

    monkeypatch.setattr(files, "write_whole", full)
    chooses(monkeypatch, target)
    person.will(reads, questions.ELSEWHERE)
    assert window.files.save(controller)
    assert person.seen == ["Not saved", "Not saved"]
    assert text_in(target) == "changed"
    assert "" not in files.open_file(file).notes


def test_a_folder_that_vanished_can_be_given_up_for_another(
    window: Window, tmp_path: Path, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    files.save(chain("relu"), stick / "a.lightdesign")
    controller = window.files.open(stick / "a.lightdesign")
    assert controller is not None
    note(controller)
    (stick / "a.lightdesign").unlink()
    stick.rmdir()
    person.will("escape")
    assert not window.files.save(controller)
    assert controller.unsaved
    person.will("enter")
    chooses(monkeypatch, tmp_path / "b.lightdesign")
    assert window.files.save(controller)
    assert text_in(tmp_path / "b.lightdesign") == "changed"


@pytest.mark.parametrize(
    ("answer", "on_disk", "here", "saved"),
    [
        ("escape", "theirs", "ours", False),
        (questions.OVER, "ours", "ours", True),
        (questions.READ, "theirs", "theirs", False),
        (questions.ELSEWHERE, "theirs", "ours", True),
    ],
)
def test_a_file_that_changed_on_the_disk(
    window: Window,
    file: Path,
    tmp_path: Path,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    on_disk: str,
    here: str,
    saved: bool,
) -> None:
    controller = window.files.open(file)
    assert controller is not None
    note(controller, "ours")
    change(file)
    chooses(monkeypatch, tmp_path / "other.lightdesign")
    person.will(answer)
    assert window.files.save(controller) is saved
    assert person.seen == ["net.lightdesign was changed by something else"]
    assert text_in(file) == on_disk
    assert controller.design.notes[""]["n"].text == here
    assert controller.unsaved is (answer == "escape")
    assert (tmp_path / "other.lightdesign").exists() is (answer == questions.ELSEWHERE)


def test_saving_over_a_file_another_window_has_open(
    make_window: Callable[[], Window], file: Path, tmp_path: Path, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_window().documents.open(file)
    window = make_window()
    controller = window.documents.new()
    chooses(monkeypatch, file, tmp_path / "b.lightdesign")
    person.will(questions.ELSEWHERE)
    assert window.files.save(controller)
    assert controller.path == tmp_path / "b.lightdesign"


def test_saving_in_a_file_of_another_tab_is_refused_until_another_name_is_given(
    window: Window, file: Path, tmp_path: Path, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.documents.open(file)
    controller = window.documents.new()
    chooses(monkeypatch, file, tmp_path / "b.lightdesign")
    person.will(questions.ELSEWHERE)
    assert window.files.save(controller)
    assert controller.path == tmp_path / "b.lightdesign"


# -- closing ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "closed", "saved"), [("escape", False, False), (DROP, True, False), ("enter", True, True)])
def test_closing_asks_about_unsaved_work(
    window: Window, file: Path, person: Person, answer: str, closed: bool, saved: bool
) -> None:
    controller = window.files.open(file)
    assert controller is not None
    note(controller)
    person.will(answer)
    assert window.files.close(controller) is closed
    assert person.seen == ["Save net before closing?"]
    assert (controller not in window.documents.controllers) is closed
    assert ("" in files.open_file(file).notes) is saved


def test_nothing_is_asked_about_saved_work(window: Window, file: Path, person: Person) -> None:
    controller = window.files.open(file)
    assert controller is not None
    assert window.files.close(controller)
    window.files.open("alexnet")
    window.documents.new()
    assert window.files.close_all()
    assert person.seen == []
    assert window.documents.controllers == ()


def test_closing_the_window_asks_once_and_saves_what_is_ticked(
    window: Window, tmp_path: Path, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / f"{name}.lightdesign" for name in "abc"]
    for path in paths:
        files.save(chain("relu"), path)
        note(window.documents.open(path))
    window.documents.open("alexnet")  # not changed: not asked about

    def without_b(question: Question) -> str:
        assert isinstance(question, Unsaved)
        assert question.buttons[SAVE].text() == "Save all"
        question._boxes[1].click()
        assert question.buttons[SAVE].text() == "Save 2"
        assert question.wanted == [0, 2]
        return SAVE

    person.will(without_b)
    assert window.files.close_all()
    assert person.seen == ["Save 3 designs before closing?"]
    assert ["" in files.open_file(path).notes for path in paths] == [True, False, True]


def test_a_save_that_is_given_up_keeps_the_window_open(
    window: Window, file: Path, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = window.documents.open(file)
    note(first)
    second = window.documents.new()
    note(second)
    chooses(monkeypatch, None)
    person.will(SAVE)
    assert not window.files.close_all()
    assert window.documents.controllers == (first, second)
    assert not first.unsaved  # what was saved stays saved
    assert second.unsaved


def test_nothing_ticked_cannot_be_saved(qtbot: QtBot) -> None:
    question = Unsaved(["a", "b"])
    qtbot.addWidget(question)
    for box in question._boxes:
        box.click()
    assert not question.buttons[SAVE].isEnabled()


# -- the disk --------------------------------------------------------------------------------------------------------------------


def activate(window: Window, qtbot: QtBot) -> None:
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))
    qtbot.wait(20)


def test_coming_back_to_a_changed_file_offers_to_read_it(window: Window, file: Path, qtbot: QtBot, person: Person) -> None:
    controller = window.documents.open(file)
    activate(window, qtbot)
    assert window.told == []
    change(file)
    activate(window, qtbot)
    activate(window, qtbot)  # said once
    [(sentence, choices, _)] = window.told
    assert sentence == "net.lightdesign was changed by something else."
    choices["Read the file"]()
    assert controller.design.notes[""]["n"].text == "theirs"
    assert not controller.unsaved
    activate(window, qtbot)
    assert len(window.told) == 1


def test_reading_a_changed_file_over_changes_here_asks_first(window: Window, file: Path, qtbot: QtBot, person: Person) -> None:
    controller = window.documents.open(file)
    note(controller, "ours")
    change(file)
    activate(window, qtbot)
    [(sentence, choices, _)] = window.told
    assert sentence.endswith("You have changes here too: reading the file drops them.")
    person.will("enter")  # the suggestion keeps them
    choices["Read the file"]()
    assert controller.design.notes[""]["n"].text == "ours"
    person.will(questions.READ)
    choices["Read the file"]()
    assert controller.design.notes[""]["n"].text == "theirs"


def test_what_is_said_of_a_changed_file_follows_what_is_unsaved_here(window: Window, file: Path, qtbot: QtBot) -> None:
    controller = window.documents.open(file)
    note(controller, "ours")
    change(file)
    activate(window, qtbot)
    notice = window.told[0][2]
    assert "changes here too" in notice.accessibleName()
    controller.stack.undo()
    assert notice.accessibleName() == "net.lightdesign was changed by something else."
    controller.stack.redo()
    assert "changes here too" in notice.accessibleName()


def test_what_is_said_of_a_changed_file_goes_when_it_is_no_longer_so(window: Window, file: Path, qtbot: QtBot) -> None:
    window.documents.open(file)
    before = file.read_bytes()
    change(file)
    activate(window, qtbot)
    notice = window.told[0][2]
    file.write_bytes(before)
    activate(window, qtbot)
    assert not isValid(notice)
    file.unlink()
    activate(window, qtbot)
    activate(window, qtbot)
    assert [sentence.split(".lightdesign ")[1].split(".")[0] for sentence, *_ in window.told] == [
        "was changed by something else",
        "is no longer in its folder",
    ]


def test_a_changed_file_that_is_then_removed_is_said_to_be_gone(window: Window, file: Path, qtbot: QtBot) -> None:
    window.documents.open(file)
    change(file)
    activate(window, qtbot)
    file.unlink()
    activate(window, qtbot)
    (_, _, changed), (sentence, _, gone) = window.told
    assert not isValid(changed)
    assert "is no longer in its folder" in sentence
    activate(window, qtbot)
    assert isValid(gone)


def test_keeping_what_is_here(window: Window, file: Path, qtbot: QtBot) -> None:
    controller = window.documents.open(file)
    change(file)
    activate(window, qtbot)
    window.told[0][1]["Keep what is here"]()
    window.told[0][2].deleteLater()
    activate(window, qtbot)
    assert len(window.told) == 1
    assert controller.unsaved
    assert window.files.save(controller)
    assert "" not in files.open_file(file).notes


def test_a_file_that_is_gone_is_said_and_saved_anew(window: Window, file: Path, qtbot: QtBot) -> None:
    controller = window.documents.open(file)
    file.unlink()
    activate(window, qtbot)
    [(sentence, choices, _)] = window.told
    assert "no longer in its folder" in sentence
    assert controller.unsaved
    choices["Save"]()
    assert file.exists()
    assert not controller.unsaved
    file.unlink()
    qtbot.wait(10)
    activate(window, qtbot)
    assert len(window.told) == 2  # gone again


def test_revert_is_an_action_of_designs_with_a_file(window: Window, file: Path, person: Person) -> None:
    new = window.documents.new()
    assert window.files._why_not_revert() == "The design has no file yet."
    controller = window.documents.open(file)
    assert window.files._why_not_revert() == ""
    note(controller)
    person.will(questions.READ)
    assert window.files.revert(controller)
    assert not controller.unsaved
    note(controller)
    file.write_text("{")
    person.will(questions.READ, "enter")
    assert not window.files.revert(controller)
    assert person.seen[-1] == "Not read"
    assert controller.unsaved
    assert new in window.documents.controllers


def test_recovery_that_cannot_be_written_is_told_above_the_document(
    window: Window, file: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = window.documents.open(file)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "write_whole", full)
    note(controller)
    qtbot.waitUntil(lambda: bool(window.told), timeout=5000)
    assert window.told[0][0].startswith("Unsaved work cannot be kept for recovery.")
    assert list(window.told[0][1]) == ["Save as…"]


# -- after a crash ---------------------------------------------------------------------------------------------------------------


def die(window: Window) -> None:
    """Leave what a killed process leaves."""
    documents = window.documents
    for controller, held in list(documents._open.items()):
        assert held.recovery is not None
        held.recovery.write_now()
        held.recovery._timer.stop()
        controller.graph_changed.disconnect(held.recovery._note)
        controller.title_changed.disconnect(held.recovery._note)
        if held.lock is not None:
            held.lock.release()
    documents._open.clear()
    documents._current = None
    assert documents._session is not None
    assert documents._session._lock is not None
    documents._session._lock.release()
    documents._session._folder = documents._session._lock = None  # the next window is another process


def test_unsaved_work_is_offered_document_by_document_with_its_time(window: Window, file: Path, person: Person) -> None:
    note(window.documents.open(file), "lost")
    note(window.documents.new(), "unwanted")
    die(window)

    def decides(question: Question) -> str:
        assert isinstance(question, RecoveryDialog)
        assert question.buttons[GO].text() == "Recover 2"
        names = [choice.accessibleName() for choice in question._choices]
        assert sorted(name.split(",")[0] for name in names) == ["net", "untitled"]
        assert all("today" in name or "yesterday" in name for name in names)
        unwanted = next(position for position, name in enumerate(names) if name.startswith("untitled"))
        button = question._choices[unwanted].findChildren(QWidget)[-1]
        person.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert question.buttons[GO].text() == "Recover 1, discard 1"
        return GO

    person.will(decides)
    assert window.files.offer_recovery() == 1
    [controller] = window.documents.controllers
    assert controller.path == file
    assert controller.unsaved
    assert controller.design.notes[""]["n"].text == "lost"
    claim = Claim()
    assert claim.documents == []
    claim.release()


def test_deciding_later_keeps_it(window: Window, file: Path, person: Person) -> None:
    note(window.documents.open(file), "lost")
    die(window)
    person.will("escape", CANCEL, "enter")
    assert window.files.offer_recovery() == 0
    assert window.files.offer_recovery() == 0
    assert window.files.offer_recovery() == 1


def test_nothing_left_behind_asks_nothing_and_makes_no_folder(window: Window, person: Person) -> None:
    assert window.files.offer_recovery() == 0
    assert not folder().exists()
    assert person.seen == []


def test_a_spoiled_recovery_file_is_said_and_kept(window: Window, file: Path, person: Person) -> None:
    note(window.documents.open(file), "lost")
    note(window.documents.new(), "fine")
    die(window)
    spoiled = next(path for path in folder().rglob("*.lightdesign") if b"net.lightdesign" in path.read_bytes())
    spoiled.write_bytes(spoiled.read_bytes()[:-30])
    person.will("enter", "enter")
    assert window.files.offer_recovery() == 1
    assert person.seen[1].endswith("cannot be recovered")
    assert spoiled.exists()


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(minutes=12), "today 14:20"),
        (timedelta(days=1), "yesterday 14:32"),
        (timedelta(hours=15), "yesterday 23:32"),
        (timedelta(days=40), "2026-01-19 14:32"),
    ],
)
def test_times_are_said_as_people_say_them(ago: timedelta, words: str) -> None:
    now = datetime(2026, 2, 28, 14, 32).astimezone()
    assert when(now - ago, now) == words


@pytest.mark.parametrize("count", [1, 3, 9])
def test_the_recovery_question_fits_and_names_everything(qtbot: QtBot, count: int) -> None:
    now = datetime(2026, 2, 28, 14, 32).astimezone()
    path = Path("/a/very/long/path" * 8) / "net.lightdesign"
    dialog = RecoveryDialog([Row("a_name_that_is_long" * 4, path, now) for _ in range(count)], now)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.height() < 560
    for widget in (dialog, *dialog.buttons.values(), *dialog._choices):
        assert widget.accessibleName()
    for choice in dialog._choices:
        right = choice.mapTo(dialog, choice.rect().topRight()).x()
        assert right < dialog.width() - 24
