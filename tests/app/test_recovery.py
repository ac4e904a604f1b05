"""Recovery files: in time, whole, gone when nothing is unsaved, found again after the process that wrote them died."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from blocks.errors import LightdesignerError
from designer.app import recovery
from designer.app.controller import Controller
from designer.app.recovery import KEY, WAIT_MS, WITHIN_MS, About, Claim, Recovery, Session
from designer.catalogue import load
from designer.document import files
from designer.document.errors import DocumentError
from designer.document.format import write
from designer.graph.definition_edits import Define
from designer.graph.design import Design, Note
from designer.graph.edits import SetNote, SetParam
from designer.graph.network import Node
from designer.graph.own_block import Definition
from tests.designs import chain, network, state


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session()
    yield made
    made.end()


@pytest.fixture
def controller() -> Controller:
    return Controller(chain("conv2d", "relu"))


@pytest.fixture
def kept(controller: Controller, session: Session) -> Iterator[Recovery]:
    made = Recovery(controller, session, lambda: About(controller.path, None))
    yield made
    made.finish()


def note(controller: Controller, text: str) -> None:
    assert controller.apply(SetNote(id="n", note=Note("n", text)), "Write a note")


def in_file(kept: Recovery) -> Design:
    assert kept.file is not None
    design = files.open_file(kept.file)
    design.extra.pop(KEY)
    return design


def test_the_first_change_is_on_the_disk_within_two_seconds(qtbot: QtBot, controller: Controller, kept: Recovery) -> None:
    assert WAIT_MS < WITHIN_MS
    began = time.monotonic()
    with qtbot.waitSignal(kept.written, timeout=5000):
        note(controller, "one")
    assert time.monotonic() - began <= WITHIN_MS / 1000
    assert state(in_file(kept)) == state(controller.design)


def test_while_changes_go_on_it_is_written_every_two_seconds(qtbot: QtBot, controller: Controller, kept: Recovery) -> None:
    """A debounce would wait until the changes end."""
    times: list[float] = []
    kept.written.connect(lambda: times.append(time.monotonic()))
    began = time.monotonic()
    count = 0
    while time.monotonic() - began < 3.7:
        note(controller, str(count))
        count += 1
        qtbot.wait(20)
    assert len(times) >= 2
    gaps = [b - a for a, b in zip([began, *times], times, strict=False)]
    assert max(gaps) <= WITHIN_MS / 1000
    assert int(in_file(kept).notes[""]["n"].text) < count - 1  # what was written is a moment of the past, and whole


def test_a_snapshot_is_of_one_moment_whatever_is_edited_while_it_is_written(controller: Controller) -> None:
    inner = network(
        [("input", "input", {"shape": [3, 8, 8]}), ("relu", "relu"), ("output", "output")], ["input -> relu", "relu -> output"]
    )
    controller.apply(Define(definition=Definition("own", "Own", inner)), "Define")
    controller.apply(SetNote(id="a", note=Note("a", "text", 1, 2)), "Write a note")
    before = state(controller.design)
    taken = recovery._snapshot(controller.design, About(None, None))
    controller.apply(SetParam(node="conv2d", name="out_channels", value=7), "Set")
    controller.apply(SetParam(scope="own", node="input", name="order", value=3), "Set")
    controller.apply(SetNote(id="a", note=None), "Remove")
    whole = taken.whole()
    del whole.extra[KEY]
    assert state(whole) == before
    assert state(controller.design) != before


def test_nothing_is_written_for_a_design_that_only_was_looked_at(
    qtbot: QtBot, controller: Controller, kept: Recovery, home: Path
) -> None:
    controller.select({"relu"})
    qtbot.wait(WAIT_MS + 300)
    assert kept.file is None
    assert not home.exists()


def test_undoing_all_takes_the_file_away(qtbot: QtBot, controller: Controller, kept: Recovery) -> None:
    with qtbot.waitSignal(kept.written, timeout=5000):
        note(controller, "one")
    assert kept.file is not None
    controller.stack.undo()
    qtbot.waitUntil(lambda: not kept.file.exists(), timeout=3000)  # type: ignore[union-attr]
    with qtbot.waitSignal(kept.written, timeout=5000):
        controller.stack.redo()
    assert kept.file.exists()


def test_saving_takes_the_file_away_even_while_it_is_written(
    qtbot: QtBot, controller: Controller, kept: Recovery, session: Session
) -> None:
    note(controller, "one")
    kept._tick()  # its thread runs now
    controller.saved_as(Path("a.lightdesign"))
    kept.remove()
    qtbot.wait(50)
    assert session.place is not None
    assert [file.name for file in session.place.iterdir()] == ["lock"]


def test_what_cannot_be_written_is_said_once_and_tried_again(
    qtbot: QtBot, controller: Controller, kept: Recovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "WAIT_MS", 20)
    kept._timer.setInterval(20)
    real, tries = files.write_whole, []

    def full(*_: object, **__: object) -> None:
        tries.append(1)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "write_whole", full)
    said: list[str] = []
    kept.failed.connect(said.append)
    note(controller, "one")
    qtbot.waitUntil(lambda: len(tries) >= 3, timeout=3000)
    assert len(said) == 1
    assert "the disk is full" in said[0]
    assert said[0].endswith("Save the design soon.")
    monkeypatch.setattr(files, "write_whole", real)
    with qtbot.waitSignal(kept.written, timeout=3000):
        pass
    assert state(in_file(kept)) == state(controller.design)


def test_a_folder_that_vanishes_is_made_again(qtbot: QtBot, controller: Controller, kept: Recovery) -> None:
    note(controller, "one")
    kept.write_now()
    assert kept.file is not None
    kept.file.unlink()
    (kept.file.parent / "lock").unlink()
    kept.file.parent.rmdir()
    note(controller, "two")
    kept.write_now()
    assert in_file(kept).notes[""]["n"].text == "two"


def test_a_data_folder_that_cannot_be_made_is_said(controller: Controller, kept: Recovery, home: Path) -> None:
    home.write_text("a file where the folder would be")
    note(controller, "one")
    with pytest.raises(LightdesignerError, match="cannot be written"):
        kept.write_now()


def test_a_value_that_no_document_can_hold_is_said(controller: Controller, kept: Recovery) -> None:
    controller.apply(SetParam(node="conv2d", name="out_channels", value=float("nan")), "Set")
    with pytest.raises(LightdesignerError, match="Change it"):
        kept.write_now()


# -- after a crash -------------------------------------------------------------------------------------------------------------


def left_behind(controller: Controller, file: Path | None = None, *, text: str = "one") -> Session:
    """What a process leaves that dies after an edit: its lock is released by the system."""
    session = Session()
    kept = Recovery(controller, session, lambda: About(file, "digest"))
    note(controller, text)
    kept.write_now()
    kept._timer.stop()
    controller.graph_changed.disconnect(kept._note)
    controller.title_changed.disconnect(kept._note)
    assert session._lock is not None
    session._lock.release()
    return session


def test_what_was_left_behind_is_found_with_its_file_and_time(controller: Controller, tmp_path: Path) -> None:
    before = time.time()
    session = left_behind(controller, tmp_path / "net.lightdesign")
    claim = Claim()
    [left] = claim.documents
    assert left.title == "net"
    assert left.about == About(tmp_path / "net.lightdesign", "digest")
    assert before - 2 <= left.written.timestamp() <= time.time() + 2
    assert left.written.tzinfo is not None
    assert write(left.design()) == write(controller.design)
    left.discard()
    claim.release()
    assert session.place is not None
    assert not session.place.exists()


def test_a_design_without_a_file_goes_by_its_name(controller: Controller) -> None:
    left_behind(controller)
    claim = Claim()
    assert [left.title for left in claim.documents] == ["chain"]
    assert claim.documents[0].about.file is None
    claim.release()


def test_the_work_of_a_living_process_is_not_offered(controller: Controller, kept: Recovery) -> None:
    note(controller, "one")
    kept.write_now()
    claim = Claim()
    assert claim.documents == []
    claim.release()
    assert kept.file is not None
    assert kept.file.exists()


def test_two_starts_at_once_do_not_offer_the_same(controller: Controller) -> None:
    left_behind(controller)
    first, second = Claim(), Claim()
    assert len(first.documents) == 1
    assert second.documents == []
    first.release()
    later = Claim()
    assert len(later.documents) == 1  # nobody decided: offered again
    later.release()


def test_what_was_saved_before_the_end_is_not_offered(controller: Controller, tmp_path: Path) -> None:
    file = tmp_path / "net.lightdesign"
    session = left_behind(controller, file)
    files.save(controller.design, file)
    claim = Claim()
    assert claim.documents == []
    claim.release()
    assert session.place is not None
    assert not session.place.exists()


def test_work_taken_over_by_a_process_that_died_before_clearing_up_is_offered_once(controller: Controller) -> None:
    first = left_behind(controller)
    second = left_behind(controller)
    claim = Claim()
    assert len(claim.documents) == 1
    claim.release()
    assert first.place is not None
    assert second.place is not None
    assert first.place.exists() != second.place.exists()


def test_newest_first(tmp_path: Path) -> None:
    for number in range(3):
        left_behind(Controller(chain("relu")), tmp_path / f"{number}.lightdesign")
        time.sleep(0.02)
    claim = Claim()
    assert [left.title for left in claim.documents] == ["2", "1", "0"]
    claim.release()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"format": "other"}', b'{"lightdesigner_recovery": 3}'])
def test_a_spoiled_file_is_listed_and_refused_with_a_sentence(content: bytes, controller: Controller) -> None:
    session = left_behind(controller)
    assert session.place is not None
    next(session.place.glob("*.lightdesign")).write_bytes(content)
    claim = Claim()
    [left] = claim.documents
    with pytest.raises(DocumentError):
        left.design()
    claim.release()


def test_rubbish_in_the_folder_is_left_alone_or_cleaned(controller: Controller, home: Path) -> None:
    session = left_behind(controller)
    assert session.place is not None
    (session.place / ".lightdesign-0123.tmp").write_text("half")
    (session.place / "notes.txt").write_text("a person's")
    (recovery.folder() / "stray").write_text("no folder")
    (recovery.folder() / "session-empty").mkdir()
    claim = Claim()
    assert len(claim.documents) == 1
    claim.documents[0].discard()
    claim.release()
    assert {path.name for path in recovery.folder().rglob("*")} == {session.place.name, "notes.txt", "stray"}


def test_extra_keys_of_the_document_survive_recovery(controller: Controller) -> None:
    controller.design.extra["tool"] = {"a": 1}
    left_behind(controller)
    claim = Claim()
    assert claim.documents[0].design().extra == {"tool": {"a": 1}}
    claim.release()


def test_a_big_design_is_written_without_holding_the_window_up(qtbot: QtBot, session: Session) -> None:
    """2,000 nodes: what the window's thread does itself is a fraction of a frame's 16 ms, with room for a slow machine."""
    design = chain(*((f"n{k}", "relu") for k in range(2000)))
    design.positions[""] = {node_id: (0.0, float(k)) for k, node_id in enumerate(design.root)}
    spent = []
    for _ in range(5):
        began = time.perf_counter()
        taken = recovery._snapshot(design, About(None, None))
        spent.append(time.perf_counter() - began)
    assert min(spent) < 0.010
    assert len(taken.whole().root) == 2002


def test_unknown_blocks_come_back_too(controller: Controller) -> None:
    from designer.graph.edits import AddNode

    controller.apply(AddNode(node=Node("m", "mystery", {"a": [1, None]}, version=3, extra={"x": 1})), "Add")
    left_behind(controller)
    claim = Claim()
    assert state(claim.documents[0].design()) == state(controller.design)
    claim.release()


def test_presets_come_back_with_their_origin() -> None:
    controller = Controller(load("mobilenet_v2:width=0.5"))
    left_behind(controller)
    claim = Claim()
    assert state(claim.documents[0].design()) == state(controller.design)
    claim.release()
