"""Documents on disk: written whole or not at all, and every failure is a sentence with nothing left behind."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from designer.catalogue import load
from designer.document.errors import DocumentError
from designer.document.files import MAX_BYTES, open_file, save
from designer.document.format import write
from designer.document.migrations import Migrations
from designer.graph.design import Design
from designer.graph.network import Network, Node

posix = pytest.mark.skipif(os.name != "posix", reason="permissions, links and limits as POSIX has them")
no_root = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="nothing is forbidden to root")


def small(name: str = "small") -> Design:
    return Design(name, Network.of([Node("input", "input"), Node("act", "relu", {}, "a label: é ∑ 漢")], []))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def failing(design: Design, path: Path | str, **rest: Any) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        save(design, path, **rest)
    assert str(caught.value).endswith(".")
    return caught.value


# -- saving --------------------------------------------------------------------------------------------------------------------


def test_a_saved_file_holds_the_text_and_nothing_else_is_there(folder: Path) -> None:
    save(small(), folder / "net.lightdesign")
    assert names(folder) == ["net.lightdesign"]
    assert (folder / "net.lightdesign").read_bytes() == write(small()).encode("utf-8")


def test_read_and_saved_again_a_file_is_the_same_byte_for_byte(folder: Path) -> None:
    file = folder / "net.lightdesign"
    save(load("mobilenet_v2:width=0.75"), file)
    before = file.read_bytes()
    save(open_file(file), file, overwrite=True)
    assert file.read_bytes() == before


def test_an_existing_file_is_overwritten_only_on_request(folder: Path) -> None:
    file = folder / "net.lightdesign"
    save(small("first"), file)
    error = failing(small("second"), file)
    assert (error.code, str(error)) == (
        "exists",
        f"{file} exists already; allow overwriting it (--force), or choose another name.",
    )
    assert open_file(file).name == "first"
    save(small("second"), file, overwrite=True)
    assert open_file(file).name == "second"
    assert names(folder) == ["net.lightdesign"]


@posix
def test_permissions_stay_and_new_files_follow_the_umask(folder: Path) -> None:
    file = folder / "net.lightdesign"
    old = os.umask(0o027)
    try:
        save(small(), file)
    finally:
        os.umask(old)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    file.chmod(0o604)
    save(small(), file, overwrite=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o604


@posix
def test_a_link_is_followed_and_stays(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    target, link = folder / "elsewhere" / "real.lightdesign", folder / "link.lightdesign"
    link.symlink_to(target)
    save(small("first"), link)
    save(small("second"), link, overwrite=True)
    assert link.is_symlink()
    assert open_file(target).name == "second"
    assert names(folder) == ["elsewhere", "link.lightdesign"]
    assert names(folder / "elsewhere") == ["real.lightdesign"]


def test_a_target_that_cannot_be_one_is_refused_with_the_reason(folder: Path) -> None:
    (folder / "file").write_text("x")
    (folder / "sub").mkdir()
    error = failing(small(), folder / "sub", overwrite=True)
    assert (error.code, str(error)) == ("is_folder", f"{folder / 'sub'} is a folder; name a file.")
    error = failing(small(), folder / "missing" / "net.lightdesign")
    assert error.code == "no_folder"
    assert str(error) == f"{folder / 'missing' / 'net.lightdesign'} cannot be written: there is no folder {folder / 'missing'}."
    assert "the folder it should stand in is a file" in str(failing(small(), folder / "file" / "net.lightdesign"))
    assert "the name is too long" in str(failing(small(), folder / ("n" * 300)))
    assert failing(small(), f"{folder}/a\0b").code == "not_writable"
    assert names(folder) == ["file", "sub"]


@posix
def test_devices_and_circular_links_are_refused(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert failing(small(), folder / "pipe", overwrite=True).code == "no_regular_file"
    assert failing(small(), "/dev/null", overwrite=True).code == "no_regular_file"
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    failing(small(), folder / "a", overwrite=True)
    assert names(folder) == ["a", "b", "pipe"]


@pytest.mark.parametrize(
    ("number", "reason"),
    [(errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "the disk quota is used up"), (errno.EIO, "the disk reports an error")],
)
def test_a_full_disk_changes_nothing_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    def full(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    file = folder / "net.lightdesign"
    save(small("first"), file)
    monkeypatch.setattr(os, "fsync", full)
    assert str(failing(small("second"), file, overwrite=True)) == f"{file} cannot be written: {reason}."
    assert (
        str(failing(small("third"), folder / "new.lightdesign")) == f"{folder / 'new.lightdesign'} cannot be written: {reason}."
    )
    assert names(folder) == ["net.lightdesign"]
    assert open_file(file).name == "first"


@posix
def test_a_file_that_breaks_off_in_the_middle_changes_nothing_and_leaves_nothing(folder: Path) -> None:
    import resource

    file = folder / "net.lightdesign"
    save(small("first"), file)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        error = failing(load("mobilenet_v2"), file, overwrite=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "the disk takes no file so large" in str(error)
    assert names(folder) == ["net.lightdesign"]
    assert open_file(file).name == "first"


def test_an_interruption_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save(small(), folder / "net.lightdesign")
    assert names(folder) == []


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_that_takes_no_files_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*args: Any) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    reason = {errno.EACCES: "there is no permission", errno.EROFS: "the disk is read-only"}[number]
    assert str(failing(small(), folder / "n")) == f"{folder / 'n'} cannot be written: {reason}."


@posix
@no_root
def test_no_permission_is_a_sentence(folder: Path) -> None:
    file = folder / "net.lightdesign"
    save(small(), file)
    file.chmod(0o400)
    assert "there is no permission" in str(failing(small("second"), file, overwrite=True))
    file.chmod(0o000)
    with pytest.raises(DocumentError, match="there is no permission"):
        open_file(file)
    folder.chmod(0o500)
    assert "there is no permission" in str(failing(small(), folder / "new.lightdesign"))
    folder.chmod(0o700)


def test_a_file_that_is_marked_read_only_is_not_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "net.lightdesign"
    save(small("first"), file)
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    assert "there is no permission" in str(failing(small("second"), file, overwrite=True))
    assert open_file(file).name == "first"


def test_a_disk_without_hard_links_takes_files_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*args: Any) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    save(small("first"), folder / "net.lightdesign")
    assert failing(small("second"), folder / "net.lightdesign").code == "exists"
    assert names(folder) == ["net.lightdesign"]


def test_a_file_that_appears_meanwhile_is_not_overwritten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, sync = folder / "net.lightdesign", os.fsync

    def meanwhile(handle: int) -> None:
        file.write_text("somebody else's")
        sync(handle)

    monkeypatch.setattr(os, "fsync", meanwhile)
    assert failing(small(), file).code == "exists"
    assert file.read_text() == "somebody else's"
    assert names(folder) == ["net.lightdesign"]


def test_a_design_that_cannot_be_written_touches_no_file(folder: Path) -> None:
    design = Design("odd", Network.of([Node("act", "mystery", {"slope": float("nan")})], []))
    error = failing(design, folder / "net.lightdesign")
    assert (error.code, str(error)) == ("not_storable", "act: slope is nan, which a document cannot hold. Change it.")
    assert names(folder) == []


# -- opening -------------------------------------------------------------------------------------------------------------------


def opening(path: Path | str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        open_file(path)
    assert str(caught.value).endswith(".")
    return caught.value


def test_what_cannot_be_read_is_named_with_the_reason(folder: Path) -> None:
    file = folder / "net.lightdesign"
    assert str(opening(file)) == f"There is no file {file}."
    assert str(opening(folder)) == f"{folder} is a folder, not a design."
    assert opening(f"{folder}/a\0b").code == "no_file"
    assert "the name is too long" in str(opening(folder / ("n" * 300)))
    file.write_bytes(b'{"format": "lightdesign",\n "name": "\xff\xfe"}')
    assert (opening(file).code, str(opening(file))) == ("not_utf8", f"{file}: This is not a design: line 2 is not UTF-8 text.")
    file.write_bytes(b"")
    assert str(opening(file)) == f"{file}: The file is empty."
    file.write_bytes(b'{"format":\n')
    error = opening(file)
    assert str(error).startswith(f"{file}: The file ends in the middle of the design, at line ")
    assert error.line is not None
    file.write_bytes(b"PK\x03\x04 an archive \x80\x81")
    assert opening(file).code == "not_utf8"


@posix
def test_pipes_and_devices_are_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.lightdesign")
    assert opening(folder / "pipe.lightdesign").code == "no_regular_file"
    assert opening("/dev/zero").code == "no_regular_file"


def test_a_file_too_large_is_not_read_to_its_end(folder: Path) -> None:
    file = folder / "net.lightdesign"
    with file.open("wb") as stream:
        stream.truncate(MAX_BYTES * 100)
    assert str(opening(file)) == f"{file} has more than 64 MiB; no design is that large."


def test_no_permission_to_read_is_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **rest: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    file = folder / "net.lightdesign"
    save(small(), file)
    monkeypatch.setattr(Path, "open", refuse)
    assert str(opening(file)) == f"{file} cannot be read: there is no permission."


def test_a_byte_order_mark_is_no_obstacle(folder: Path) -> None:
    file = folder / "net.lightdesign"
    file.write_bytes(b"\xef\xbb\xbf" + write(small()).encode())
    assert open_file(file).name == "small"


def test_a_design_without_a_name_is_called_like_its_file(folder: Path) -> None:
    save(small(""), folder / "my net.lightdesign")
    assert open_file(folder / "my net.lightdesign").name == "my net"


# -- files of older versions ---------------------------------------------------------------------------------------------------


def rename(data: dict[str, Any]) -> dict[str, Any]:
    """A step to a schema 2 that there is not: what was called title is called name."""
    rest = {key: value for key, value in data.items() if key != "title"}
    return {**rest, "schema": 2, "name": data["title"]}


OLD = '{"format": "lightdesign", "schema": 1, "title": "old", "nodes": [], "edges": []}'
CHAIN = Migrations((rename,))


def test_an_older_file_is_copied_before_it_is_saved_over(folder: Path) -> None:
    file = folder / "net.lightdesign"
    file.write_text(OLD)
    design = open_file(file, migrations=CHAIN)
    assert design.name == "old"
    save(design, file, overwrite=True)
    assert names(folder) == ["net.lightdesign", "net.lightdesign.bak"]
    assert (folder / "net.lightdesign.bak").read_text() == OLD
    assert '"name": "old"' in file.read_text()
    save(design, file, overwrite=True)  # no longer the old file
    assert names(folder) == ["net.lightdesign", "net.lightdesign.bak"]


def test_a_copy_never_replaces_an_earlier_one(folder: Path) -> None:
    file = folder / "net.lightdesign"
    (folder / "net.lightdesign.bak").write_text("precious")
    file.write_text(OLD)
    save(open_file(file, migrations=CHAIN), file, overwrite=True)
    assert (folder / "net.lightdesign.bak").read_text() == "precious"
    assert (folder / "net.lightdesign.bak2").read_text() == OLD


def test_an_older_design_saved_elsewhere_makes_no_copy(folder: Path) -> None:
    file = folder / "net.lightdesign"
    file.write_text(OLD)
    design = open_file(file, migrations=CHAIN)
    save(design, folder / "other.lightdesign")
    assert names(folder) == ["net.lightdesign", "other.lightdesign"]
    save(design, file, overwrite=True)
    assert names(folder) == ["net.lightdesign", "net.lightdesign.bak", "other.lightdesign"]


def test_where_saving_over_an_older_file_fails_the_copy_goes_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "net.lightdesign"
    file.write_text(OLD)
    design = open_file(file, migrations=CHAIN)
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target == file:
            raise OSError(errno.ENOSPC, "full")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    assert "the disk is full" in str(failing(design, file, overwrite=True))
    assert names(folder) == ["net.lightdesign"]
    assert file.read_text() == OLD
    monkeypatch.undo()
    save(design, file, overwrite=True)
    assert names(folder) == ["net.lightdesign", "net.lightdesign.bak"]
