"""Documents: opened once, saved whole, locked, followed on the disk, recovered, and closed without a trace."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from blocks.errors import LightdesignerError
from designer.app.controller import Controller
from designer.app.documents import ChangedOnDisk, Disk, Documents, OpenElsewhere
from designer.app.recovery import Claim, Session, folder
from designer.app.settings import Settings
from designer.catalogue import load
from designer.document import files
from designer.document.errors import DocumentError
from designer.graph.design import Note
from designer.graph.edits import SetNote
from tests.designs import chain, state


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session()
    yield made
    made.end()


@pytest.fixture
def documents(session: Session) -> Iterator[Documents]:
    made = Documents(session, Settings())
    yield made
    made.close_all()
    assert not any((folder().parent / "locks").glob("*")), "a lock is left"


@pytest.fixture
def other(session: Session) -> Iterator[Documents]:
    """The documents of a second window."""
    made = Documents(session, None)
    yield made
    made.close_all()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "net.lightdesign"
    files.save(chain("conv2d", "relu"), made)
    return made


def note(controller: Controller, text: str = "changed") -> None:
    assert controller.apply(SetNote(id="n", note=Note("n", text)), "Write a note")


def text_in(file: Path) -> str:
    return files.open_file(file).notes[""]["n"].text


# -- opening ---------------------------------------------------------------------------------------------------------------------


def test_new_designs_are_empty_saved_nowhere_and_told_apart(documents: Documents) -> None:
    first, second = documents.new(), documents.new()
    assert [first.title, second.title] == ["untitled", "untitled 2"]
    assert first.path is None
    assert not first.unsaved
    assert len(first.design.root) == 0
    assert documents.controllers == (first, second)
    assert documents.current is second


def test_opens_what_the_command_line_opens(documents: Documents, file: Path) -> None:
    preset = documents.open("mobilenet_v2:width=0.5")
    assert state(preset.design) == state(load("mobilenet_v2:width=0.5"))
    assert preset.path is None
    assert not preset.unsaved
    opened = documents.open(str(file))
    assert opened.path == file
    assert opened.title == "net"
    with pytest.raises(LightdesignerError, match="Did you mean mobilenet_v2"):
        documents.open("mobilenet_v22")
    assert len(documents.controllers) == 2


def test_says_what_opens_closes_and_comes_to_the_front(documents: Documents, file: Path) -> None:
    said: list[tuple[str, object]] = []
    documents.opened.connect(lambda c: said.append(("opened", c)))
    documents.closed.connect(lambda c: said.append(("closed", c)))
    documents.current_changed.connect(lambda c: said.append(("front", c)))
    a, b = documents.open(file), documents.new()
    documents.set_current(a)
    documents.close(a)
    documents.close(b)
    assert said == [
        *(("opened", a), ("front", a), ("opened", b), ("front", b), ("front", a)),
        *(("front", b), ("closed", a), ("front", None), ("closed", b)),
    ]


def test_a_file_is_open_once_in_a_window_by_whatever_path(
    documents: Documents, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = documents.open(file)
    documents.new()
    link = tmp_path / "link.lightdesign"
    link.symlink_to(file)
    monkeypatch.chdir(tmp_path)
    for path in (file, link, "./net.lightdesign"):
        assert documents.open(path) is first
        assert documents.current is first
    assert len(documents.controllers) == 2


def test_a_relative_path_stays_right_when_the_working_folder_changes(
    documents: Documents, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    controller = documents.open("./net.lightdesign")
    monkeypatch.chdir("/")
    note(controller)
    documents.save(controller)
    assert text_in(file) == "changed"


def test_the_second_window_is_warned_and_may_all_the_same(documents: Documents, other: Documents, file: Path) -> None:
    documents.open(file)
    with pytest.raises(OpenElsewhere, match=r"net\.lightdesign is open in another window of this program"):
        other.open(file)
    assert other.controllers == ()
    anyway = other.open(file, although_locked=True)
    copy = other.open_copy(file)
    assert (anyway.path, copy.path, copy.title) == (file, None, "net (copy)")
    other.close(anyway)
    with pytest.raises(OpenElsewhere):  # the first still has it
        other.open(file)
    documents.close_all()
    assert other.open(file).path == file


def test_what_is_opened_and_saved_is_recent(documents: Documents, file: Path, tmp_path: Path) -> None:
    documents.open(file)
    controller = documents.open("alexnet")
    documents.save_as(controller, tmp_path / "b.lightdesign")
    assert documents.settings is not None
    assert documents.settings.recent() == [tmp_path / "b.lightdesign", file]


def test_for_a_picture_nothing_is_locked_kept_or_remembered(file: Path, home: Path, qtbot: QtBot) -> None:
    documents = Documents(None, None)
    controller = documents.open(file)
    note(controller)
    documents.save(controller)
    documents.close_all()
    assert not home.exists()


# -- saving ----------------------------------------------------------------------------------------------------------------------


def test_saving_writes_the_design_and_makes_it_clean(documents: Documents, file: Path) -> None:
    controller = documents.open(file)
    note(controller)
    assert controller.unsaved
    documents.save(controller)
    assert not controller.unsaved
    assert text_in(file) == "changed"
    note(controller, "again")
    assert controller.unsaved  # a step of its own, not merged with what is saved
    controller.stack.undo()
    assert not controller.unsaved


def test_save_as_moves_the_document_and_its_lock(documents: Documents, other: Documents, file: Path, tmp_path: Path) -> None:
    controller = documents.open(file)
    target = tmp_path / "other.lightdesign"
    documents.save_as(controller, target)
    assert controller.path == target
    assert controller.title == "other"
    other.open(file)
    with pytest.raises(OpenElsewhere):
        other.open(target)


def test_the_first_save_names_the_design_after_its_file(documents: Documents, tmp_path: Path) -> None:
    controller = documents.new()
    documents.save_as(controller, tmp_path / "mine.lightdesign")
    assert files.open_file(tmp_path / "mine.lightdesign").name == "mine"
    preset = documents.open("mobilenet_v2")
    documents.save_as(preset, tmp_path / "b.lightdesign")
    assert files.open_file(tmp_path / "b.lightdesign").name == "mobilenet_v2"


def test_save_as_over_a_file_that_somebody_has_open(documents: Documents, other: Documents, file: Path) -> None:
    other.open(file)
    controller = documents.new()
    with pytest.raises(OpenElsewhere):
        documents.save_as(controller, file)
    assert controller.path is None
    assert controller.title == "untitled"
    documents.save_as(controller, file, although_locked=True)
    assert controller.path == file
    third = documents.new()
    with pytest.raises(LightdesignerError, match="open in another tab"):
        documents.save_as(third, file)


def test_save_as_in_its_own_file_is_a_save(documents: Documents, file: Path) -> None:
    controller = documents.open(file)
    note(controller)
    documents.save_as(controller, file)
    assert text_in(file) == "changed"


def test_a_save_that_fails_keeps_the_work_and_its_recovery(documents: Documents, tmp_path: Path, qtbot: QtBot) -> None:
    place = tmp_path / "stick"
    place.mkdir()
    controller = documents.open("alexnet")
    documents.save_as(controller, place / "a.lightdesign")
    note(controller)
    shutil.rmtree(place)
    recovery = documents._open[controller].recovery
    assert recovery is not None
    recovery.write_now()
    with pytest.raises(DocumentError, match="there is no folder"):
        documents.save(controller)
    assert controller.unsaved
    assert recovery.file is not None
    assert recovery.file.exists()
    documents.save_as(controller, tmp_path / "b.lightdesign")
    assert text_in(tmp_path / "b.lightdesign") == "changed"
    assert not recovery.file.exists()


def test_a_failed_save_as_changes_nothing(documents: Documents, other: Documents, tmp_path: Path) -> None:
    controller = documents.new()
    target = tmp_path / "gone" / "a.lightdesign"
    with pytest.raises(DocumentError):
        documents.save_as(controller, target)
    assert (controller.path, controller.design.name) == (None, "untitled")
    target.parent.mkdir()
    files.save(chain("relu"), target)
    other.open(target)  # its lock was given back


# -- what others do to the file --------------------------------------------------------------------------------------------------


def change(file: Path, text: str = "theirs") -> None:
    design = files.open_file(file)
    design.notes[""] = {"n": Note("n", text)}
    files.save(design, file, overwrite=True)


def test_a_file_changed_by_somebody_else_is_not_written_over_unasked(documents: Documents, file: Path) -> None:
    controller = documents.open(file)
    assert documents.disk(controller) is Disk.SAME
    note(controller, "ours")
    change(file)
    assert documents.disk(controller) is Disk.CHANGED
    with pytest.raises(ChangedOnDisk):
        documents.save(controller)
    assert controller.unsaved
    assert text_in(file) == "theirs"
    documents.save(controller, over_changes=True)
    assert text_in(file) == "ours"
    assert documents.disk(controller) is Disk.SAME


def test_a_change_that_keeps_size_and_time_is_noticed_by_its_inode_and_content(documents: Documents, file: Path) -> None:
    change(file, "aaaa")
    controller = documents.open(file)
    about = file.stat()
    change(file, "bbbb")
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert file.stat().st_size == about.st_size
    assert documents.disk(controller) is Disk.CHANGED


def test_a_file_that_was_only_touched_or_copied_is_the_same(documents: Documents, file: Path) -> None:
    controller = documents.open(file)
    os.utime(file, (1, 1))
    assert documents.disk(controller) is Disk.SAME
    data = file.read_bytes()
    file.unlink()
    file.write_bytes(data)
    assert documents.disk(controller) is Disk.SAME


def test_keeping_ours_counts_as_unsaved_and_is_written_without_asking_again(documents: Documents, file: Path) -> None:
    controller = documents.open(file)
    change(file)
    documents.keep_ours(controller)
    assert controller.unsaved
    assert documents.disk(controller) is Disk.SAME
    documents.save(controller)
    assert "" not in files.open_file(file).notes


def test_a_file_that_is_gone_makes_its_document_unsaved_until_it_is_saved_again(documents: Documents, file: Path) -> None:
    controller = documents.open(file)
    file.unlink()
    assert documents.disk(controller) is Disk.GONE
    documents.keep_ours(controller)
    assert controller.unsaved
    assert documents.disk(controller) is Disk.SAME
    documents.save(controller)
    assert file.exists()
    assert not controller.unsaved
    file.unlink()
    documents.keep_ours(controller)
    files.save(chain("relu"), file)
    assert documents.disk(controller) is Disk.CHANGED  # somebody put another file there


def test_revert_reads_the_file_again(documents: Documents, file: Path) -> None:
    controller = documents.open(file)
    note(controller, "ours")
    change(file)
    documents.revert(controller)
    assert controller.design.notes[""]["n"].text == "theirs"
    assert not controller.unsaved
    assert controller.stack.count() == 0
    assert documents.disk(controller) is Disk.SAME
    file.write_text("rubbish")
    note(controller, "ours")
    with pytest.raises(DocumentError):
        documents.revert(controller)
    assert controller.design.notes[""]["n"].text == "ours"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs permissions that hold for us")
def test_a_file_that_must_not_be_written_is_said(documents: Documents, file: Path) -> None:
    controller = documents.open(file)
    note(controller)
    file.chmod(stat.S_IRUSR)
    with pytest.raises(DocumentError, match="there is no permission"):
        documents.save(controller)


# -- recovering ------------------------------------------------------------------------------------------------------------------


def die(documents: Documents) -> None:
    """What a killed process leaves: files stay, locks are nobody's."""
    for controller, held in list(documents._open.items()):
        assert held.recovery is not None
        if controller.unsaved:
            held.recovery.write_now()
        held.recovery._timer.stop()
        controller.graph_changed.disconnect(held.recovery._note)
        controller.title_changed.disconnect(held.recovery._note)
        if held.lock is not None:
            held.lock.release()
    documents._open.clear()
    assert documents._session is not None
    if documents._session._lock is not None:
        documents._session._lock.release()


@pytest.fixture
def dead() -> Documents:
    return Documents(Session(), None)


def test_recovered_work_is_unsaved_work_of_its_file(dead: Documents, documents: Documents, file: Path) -> None:
    note(dead.open(file), "lost")
    die(dead)
    claim = Claim()
    [left] = claim.documents
    controller = documents.recover(left)
    claim.release()
    assert controller.path == file
    assert controller.unsaved
    assert controller.design.notes[""]["n"].text == "lost"
    assert "" not in files.open_file(file).notes  # not written before a person says so
    again = Claim()
    assert again.documents == []  # ours now
    again.release()
    recovery = documents._open[controller].recovery
    assert recovery is not None
    assert recovery.file is not None
    assert recovery.file.exists()
    documents.save(controller)
    assert text_in(file) == "lost"
    assert not recovery.file.exists()


def test_recovered_work_of_a_file_that_changed_since_is_not_saved_over_it_unasked(
    dead: Documents, documents: Documents, file: Path
) -> None:
    note(dead.open(file), "lost")
    die(dead)
    change(file)
    claim = Claim()
    controller = documents.recover(claim.documents[0])
    claim.release()
    with pytest.raises(ChangedOnDisk):
        documents.save(controller)


def test_recovering_into_a_file_that_was_opened_meanwhile(dead: Documents, documents: Documents, file: Path) -> None:
    note(dead.open(file), "lost")
    die(dead)
    opened = documents.open(file)
    claim = Claim()
    assert documents.recover(claim.documents[0]) is opened
    claim.release()
    assert opened.unsaved
    assert opened.design.notes[""]["n"].text == "lost"


def test_recovering_beside_a_file_that_has_new_changes_or_another_window(
    dead: Documents, documents: Documents, other: Documents, file: Path
) -> None:
    note(dead.open(file), "lost")
    die(dead)
    note(other.open(file), "new")
    claim = Claim()
    controller = documents.recover(claim.documents[0])
    claim.release()
    assert controller.path is None
    assert controller.title == "net (recovered)"
    assert controller.unsaved
    assert controller.design.notes[""]["n"].text == "lost"


def test_designs_never_saved_are_recovered_too(dead: Documents, documents: Documents) -> None:
    note(dead.new(), "lost")
    note(dead.open("mobilenet_v2"), "lost too")
    die(dead)
    claim = Claim()
    titles = {documents.recover(left).title for left in claim.documents}
    claim.release()
    assert titles == {"untitled", "mobilenet_v2"}
    assert all(controller.unsaved and controller.path is None for controller in documents.controllers)


def test_what_cannot_be_kept_here_stays_there(dead: Documents, documents: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    note(dead.new(), "lost")
    die(dead)
    said: list[str] = []
    documents.troubled.connect(lambda _, sentence: said.append(sentence))
    claim = Claim()
    [left] = claim.documents

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(files, "write_whole", full)
        documents.recover(left)
    assert left.recovery_file.exists()
    assert len(said) == 1
    assert str(left.recovery_file) in said[0]
    claim.release()


# -- closing ---------------------------------------------------------------------------------------------------------------------


def test_closing_leaves_no_recovery_and_no_lock(documents: Documents, file: Path, session: Session, qtbot: QtBot) -> None:
    controller = documents.open(file)
    note(controller)
    recovery = documents._open[controller].recovery
    assert recovery is not None
    with qtbot.waitSignal(recovery.written, timeout=4000):
        pass
    documents.close(controller)
    assert session.place is not None
    assert [path.name for path in session.place.iterdir()] == ["lock"]
    assert not list((folder().parent / "locks").iterdir())
    session.end()
    assert not list(folder().iterdir())


def test_closing_goes_to_the_neighbour(documents: Documents) -> None:
    a, b, c = documents.new(), documents.new(), documents.new()
    documents.set_current(b)
    documents.close(b)
    assert documents.current is c
    documents.close(c)
    assert documents.current is a
    documents.close(a)
    assert documents.current is None
