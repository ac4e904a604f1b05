"""Where an ONNX file goes: never half, never over another unasked, and large ones in two files."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from designer import whole_files
from designer.compile import onnx_export
from designer.compile.onnx_export import export_onnx
from designer.whole_files import TargetError, publish
from tests.compile.designs import small_net


@pytest.fixture
def two_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights go into a second file above 1 KB instead of 2 GB."""
    monkeypatch.setattr(onnx_export, "ONE_FILE_BYTES", 1000)
    monkeypatch.setattr(onnx_export, "INLINE_BYTES", 100)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_large_weights_go_into_a_second_file(tmp_path: Path, two_files: None) -> None:
    import numpy
    import onnxruntime

    report = export_onnx(small_net(), tmp_path / "large.onnx")
    assert report.ok, report.reasons
    assert sorted(content(tmp_path)) == ["large.onnx", "large.onnx.data"]
    assert report.data_path == str(tmp_path / "large.onnx.data")
    assert report.size_bytes == sum(len(data) for data in content(tmp_path).values())
    assert len(content(tmp_path)["large.onnx"]) < 4 * report.params_file < report.size_bytes
    # the pair may move as a pair, and runs from there
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("large.onnx", "large.onnx.data"):
        (tmp_path / name).replace(moved / name)
    session = onnxruntime.InferenceSession(moved / "large.onnx", providers=["CPUExecutionProvider"])
    assert session.run(None, {"input": numpy.ones((1, 3, 16, 16), numpy.float32)})[0].shape == (1, 10)


def test_both_files_are_looked_for_before_any_work(tmp_path: Path, two_files: None, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m.onnx.data").write_bytes(b"precious")
    monkeypatch.setattr(onnx_export, "to_torch", None)  # calling it would be an error
    with pytest.raises(TargetError, match=r"m\.onnx\.data' exists already"):
        export_onnx(small_net(), tmp_path / "m.onnx")
    (tmp_path / "m.onnx").write_bytes(b"too")
    with pytest.raises(TargetError, match=r"m\.onnx' and .*m\.onnx\.data' exist already"):
        export_onnx(small_net(), tmp_path / "m.onnx")
    assert content(tmp_path) == {"m.onnx": b"too", "m.onnx.data": b"precious"}


def test_two_files_are_moved_together_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staging = tmp_path / "staging"
    staging.mkdir()
    for name in ("a", "b"):
        (staging / name).write_bytes(b"new")
        (tmp_path / name).write_bytes(b"old")
    replace = Path.replace

    def fails(self: Path, target: Path) -> Path:
        if self == staging / "b":
            raise OSError(errno.EIO, "broken")
        return replace(self, target)

    for old in (True, False):
        monkeypatch.setattr(Path, "replace", fails)
        with pytest.raises(OSError, match="broken"):
            publish([staging / "a", staging / "b"], [tmp_path / "a", tmp_path / "b"], overwrite=True)
        monkeypatch.undo()
        for name in ("a", "b"):
            assert (tmp_path / name).exists() == old
            if old:
                assert (tmp_path / name).read_bytes() == b"old"
                (tmp_path / name).unlink()
        (staging / "a").write_bytes(b"new")
    publish([staging / "a", staging / "b"], [tmp_path / "a", tmp_path / "b"], overwrite=True)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == b"new"


def test_a_file_is_overwritten_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_export, "traced", lambda *_: tiny_draft())
    (tmp_path / "m.onnx").write_bytes(b"precious")
    with pytest.raises(TargetError, match="exists already"):
        export_onnx(small_net(), tmp_path / "m.onnx")
    assert content(tmp_path) == {"m.onnx": b"precious"}
    report = export_onnx(small_net(), tmp_path / "m.onnx", overwrite=True, check=False)
    assert (report.ok, report.checks, report.batches, report.max_difference_over_std) == (True, (), (), None)
    assert list(content(tmp_path)) == ["m.onnx"]
    assert len(content(tmp_path)["m.onnx"]) == report.size_bytes


def test_a_link_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_export, "traced", lambda *_: tiny_draft())
    (tmp_path / "real.onnx").write_bytes(b"old")
    (tmp_path / "link.onnx").symlink_to(tmp_path / "real.onnx")
    report = export_onnx(small_net(), tmp_path / "link.onnx", overwrite=True, check=False)
    assert (tmp_path / "link.onnx").is_symlink()
    assert (tmp_path / "real.onnx").stat().st_size == report.size_bytes


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("folder", "it is a folder"),
        ("missing/m.onnx", "its folder does not exist"),
        ("file/m.onnx", "the folder it should stand in is a file"),
        ("pipe", "no ordinary file"),
        ("x" * 300, "the name is too long"),
    ],
)
def test_a_place_that_cannot_hold_a_file_is_refused_before_any_work(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe")
    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.setattr(onnx_export, "to_torch", None)
    with pytest.raises(TargetError, match=said):
        export_onnx(small_net(), tmp_path / name, overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="for root every folder is writable")
def test_a_folder_without_permission_is_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(TargetError, match="no permission"):
            export_onnx(small_net(), tmp_path / "m.onnx", check=False)
    finally:
        tmp_path.chmod(0o700)
    assert content(tmp_path) == {}


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "no permission"),
        (errno.EBUSY, "the system says: Device or resource busy"),
    ],
)
@pytest.mark.parametrize("step", ["mkdtemp", "write_bytes", "sync", "replace"])
def test_what_the_system_refuses_is_a_sentence_and_leaves_what_was_there(
    step: str, number: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "m.onnx").write_bytes(b"precious")

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OSError(number, os.strerror(number))

    owner: Any = {"mkdtemp": whole_files.tempfile, "sync": whole_files}.get(step, Path)
    monkeypatch.setattr(onnx_export, "traced", lambda *_: tiny_draft())
    monkeypatch.setattr(owner, step, refuse)
    with pytest.raises(TargetError, match=said):
        export_onnx(small_net(), tmp_path / "m.onnx", overwrite=True, check=False)
    monkeypatch.undo()
    assert content(tmp_path) == {"m.onnx": b"precious"}


def tiny_draft() -> Any:
    """A graph of one node, so that a failing disk needs no export."""
    from onnx import helper

    from designer.compile.onnx_graph import Draft

    ends = [helper.make_tensor_value_info(name, 1, [1]) for name in ("input", "output")]
    graph = helper.make_graph([helper.make_node("Relu", ["input"], ["output"], name="n")], "g", ends[:1], ends[1:])
    return Draft(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)]), {}, ("input",), frozenset())


def test_an_interrupt_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: Any) -> None:
        assert len(list(tmp_path.iterdir())) == 1, "it is written beside its place"
        raise KeyboardInterrupt

    monkeypatch.setattr(onnx_export, "traced", lambda *_: tiny_draft())
    monkeypatch.setattr(onnx_export, "check_file", interrupt)
    with pytest.raises(KeyboardInterrupt):
        export_onnx(small_net(), tmp_path / "m.onnx")
    assert content(tmp_path) == {}
