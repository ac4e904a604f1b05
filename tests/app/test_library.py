"""The library: blocks in files, taken into designs; files that cannot be read are named, skipped and never lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.analysis.engine import Engine
from designer.app import commands, own_blocks
from designer.app.library import LIBRARY, Library, behind, brought, equal_blocks, library, take_in
from designer.app.settings import HOME
from designer.catalogue import BLOCK_SUFFIX, is_file, load
from designer.document.block_file import SUFFIX, read_block, save_block
from designer.document.errors import DocumentError
from designer.document.format import read, write
from designer.graph.design import Design
from designer.graph.edits import SetParam
from designer.graph.own_block import OWN
from designer.graph.rules import StructureError
from tests.app.test_own_blocks import units
from tests.designs import state
from tests.property.test_inside import nested


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Library:
    monkeypatch.setenv(HOME, str(tmp_path))
    return library()


def test_a_block_file_is_a_design_that_shows_the_block_and_what_it_costs(tmp_path: Path) -> None:
    made = nested()
    file = tmp_path / "two.lightblock"
    save_block(made, "two", file)
    found, scope = read_block(file)
    assert scope == "two"
    assert set(found.definitions) == {"one", "two"}
    assert equal_blocks(made, "two", found, scope)
    assert is_file("two.lightblock"), "a name alone is a file on the command line too"
    shown = Engine(load(file))
    assert shown.total is not None
    assert shown.total.params > 0
    assert BLOCK_SUFFIX == SUFFIX
    (copy,) = [node for node in found.root.nodes() if node.block == "own.two"]
    assert shown.results[copy.id].cost == shown.total
    assert write(read(file.read_text())) == file.read_text()
    with pytest.raises(DocumentError, match="exists already"):
        save_block(made, "two", file)


def test_which_block_a_file_is_about_may_be_left_out_where_it_is_clear(tmp_path: Path) -> None:
    file = tmp_path / "two.lightblock"
    save_block(nested(), "two", file)
    file.write_text(file.read_text().replace('"own_block": "two",\n  ', "").replace('"own_block": "two"', '"other": 1'))
    assert read_block(file)[1] == "two"
    file.write_text(file.read_text().replace('"other": 1', '"own_block": "three"'))
    with pytest.raises(DocumentError, match="names no own block"):
        read_block(file)


def test_kept_blocks_are_there_the_next_time_and_go_into_another_design(shelf: Library) -> None:
    made = nested()
    file = shelf.save(made, "two")
    assert file.name == "two.lightblock"
    assert shelf.holds(made, "two")
    again = Library(shelf.folder)
    again.read()
    (kept,) = again.blocks
    assert kept.definition.name == "Two"
    other = units()
    before = state(other)
    with_it, name, edits = brought(other, kept.block)
    assert (name, len(edits)) == ("own.two", 2)
    assert state(other) == before, "what is tried is a copy"
    step = behind(edits, commands.add(with_it, name, (0.0, 0.0)))
    change = step.apply(other)
    assert set(other.definitions) == {"unit", "one", "two"}
    assert not brought(other, kept.block)[2], "it is there now"
    change.inverse.apply(other)
    assert state(other) == before


def test_equal_content_merges_and_different_content_under_the_same_name_gets_a_new_one(shelf: Library) -> None:
    made = units()
    shelf.save(made, "unit")
    (kept,) = shelf.blocks
    assert brought(made, kept.block)[1:] == ("own.unit", ())
    SetParam(scope="unit", node="conv", name="kernel_size", value=5).apply(made)
    with_it, name, edits = brought(made, kept.block)
    assert (name, len(edits)) == ("own.unit_2", 1)
    assert with_it.definitions["unit_2"].name == "Unit 2"
    assert not shelf.holds(made, "unit")
    assert shelf.standing(made, "unit") == kept
    scope, edits = take_in(made, kept.design, kept.scope)
    assert (scope, len(edits)) == ("unit_2", 1)


def test_bad_files_are_named_and_skipped_and_nothing_is_written_over_them(shelf: Library) -> None:
    shelf.folder.mkdir(parents=True)
    bad = {
        "unit.lightblock": b"{ not json",
        "binary.lightblock": bytes(range(256)),
        "empty.lightblock": b"",
        "design.lightblock": write(Design("nothing")).encode(),
        "large.lightblock": b" " * (4 * 2**20 + 1),
    }
    for name, content in bad.items():
        (shelf.folder / name).write_bytes(content)
    (shelf.folder / "folder.lightblock").mkdir()
    made = units()
    file = shelf.save(made, "unit")
    assert file.name == "unit_2.lightblock", "the name of an unreadable file is taken"
    assert [kept.file for kept in shelf.blocks] == [file]
    assert {one.file.name for one in shelf.unreadable} == {*bad, "folder.lightblock"}
    for one in shelf.unreadable:
        assert str(one.file) in one.reason
        assert one.reason.endswith(".")
    for name, content in bad.items():
        assert (shelf.folder / name).read_bytes() == content


def test_what_changes_on_the_disk_is_seen_and_a_removed_block_is_only_put_aside(shelf: Library) -> None:
    made = units()
    seen: list[int] = []
    shelf.changed.connect(lambda: seen.append(len(shelf.blocks)))
    file = shelf.save(made, "unit")
    shelf.read()
    assert seen == [1], "nothing changed since"
    own_blocks.rename(made, "unit", "Other").apply(made)
    save_block(made, "unit", shelf.folder / "other.lightblock")
    shelf.read()
    assert [kept.definition.name for kept in shelf.blocks] == ["Other", "Unit"]
    content = file.read_bytes()
    shelf.remove(shelf.blocks[1])
    assert [kept.definition.name for kept in shelf.blocks] == ["Other"]
    assert (shelf.folder / "unit.lightblock.removed").read_bytes() == content
    with pytest.raises(StructureError, match="no block 'unit' in your library any more"):
        brought(made, LIBRARY + "unit")
    assert brought(made, "conv2d")[1:] == ("conv2d", ())
    assert brought(made, OWN + "unit")[1:] == ("own.unit", ())
    assert seen == [1, 2, 1]


def test_a_block_is_replaced_in_its_own_file(shelf: Library) -> None:
    made = units()
    file = shelf.save(made, "unit")
    SetParam(scope="unit", node="conv", name="kernel_size", value=5).apply(made)
    assert shelf.save(made, "unit", instead_of=shelf.blocks[0]) == file
    assert shelf.holds(made, "unit")
    assert len(shelf.blocks) == 1


def test_a_long_library_is_read_piece_by_piece(shelf: Library, qtbot: QtBot) -> None:
    made = units()
    for _ in range(5):
        shelf.save(made, "unit")
    slow = Library(shelf.folder)
    slow.read(patience=-1.0)
    assert len(slow.blocks) == 1, "one at a time"
    qtbot.waitUntil(lambda: len(slow.blocks) == 5)
    (shelf.folder / "unit_3.lightblock").unlink()
    slow.read(patience=-1.0)
    qtbot.waitUntil(lambda: len(slow.blocks) == 4)
