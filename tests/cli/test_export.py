"""`lightdesigner export`: what is written, what is checked, and that a failure leaves everything as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import designer.compile.onnx_export
import designer.compile.torch_module
from designer.compile.errors import CompileError
from designer.compile.onnx_report import Check
from tests.cli.conftest import Tell
from tests.cli.designs import chain, conv

SMALL = chain(
    {"id": "body_conv", "block": "conv_norm_act", "stage": "body", "params": {"out_channels": 8}},
    {"id": "head", "block": "classifier_head", "params": {"classes": 5}},
)


@pytest.fixture
def small(tmp_path: Path) -> str:
    """A design that is quick to export."""
    (tmp_path / "small.lightdesign").write_text(SMALL, encoding="utf-8")
    return "small.lightdesign"


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"small.lightdesign"}


def names_of(path: Path) -> tuple[list[str], list[str], list[Any], int]:
    """Input and output names, the first input's sides and the opset of an ONNX file."""
    import onnx

    model = onnx.load(path)
    sides = [dim.dim_param or dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim]
    return [x.name for x in model.graph.input], [y.name for y in model.graph.output], sides, model.opset_import[0].version


def test_every_kind_of_file_at_once(tell: Tell, tmp_path: Path, small: str) -> None:
    import torch

    told = tell("export", small, "--onnx", "m.onnx", "--python", "m.py", "--pt2", "m.pt2")
    assert (told.rc, told.stderr) == (0, "")
    assert left(tmp_path) == {"m.onnx", "m.py", "m.pt2"}
    inputs, outputs, sides, opset = names_of(tmp_path / "m.onnx")
    assert (inputs, outputs, sides) == (["input"], ["output"], [1, 3, 32, 32])
    rows = {line.split("  ")[0]: line for line in told.stdout.splitlines()}
    assert f"({(tmp_path / 'm.onnx').stat().st_size:,} bytes)" in rows["ONNX model"]
    assert rows["Opset"].split() == ["Opset", str(opset)]
    assert "passed" in rows["Check onnx_runtime"]
    assert "1 batch norm" in rows["Batch norm"]
    assert "m.py" in rows["Python source"]
    assert "m.pt2" in rows["torch program"]
    answer = torch.export.load(tmp_path / "m.pt2").module()(torch.zeros(1, 3, 32, 32))
    assert tuple(answer.shape) == (1, 5)
    compile((tmp_path / "m.py").read_text(encoding="utf-8"), "m.py", "exec")


def test_the_options_reach_the_file(tell: Tell, tmp_path: Path, small: str) -> None:
    told = tell("export", small, "--onnx", "m.onnx", "--opset", "18", "--dynamic-batch", "--keep-batch-norm", "--no-check")
    assert (told.rc, told.stderr) == (0, "")
    _, _, sides, opset = names_of(tmp_path / "m.onnx")
    assert (sides[1:], opset) == ([3, 32, 32], 18)
    assert isinstance(sides[0], str)
    import onnx

    assert "BatchNormalization" in {node.op_type for node in onnx.load(tmp_path / "m.onnx").graph.node}
    assert "--no-check" in told.stdout
    assert "Check onnx" not in told.stdout


def test_the_source_of_a_preset_names_its_paper(tell: Tell, tmp_path: Path) -> None:
    assert tell("export", "mobilenet_v2:width=0.5", "--python", "m.py").rc == 0
    text = (tmp_path / "m.py").read_text(encoding="utf-8")
    assert "class MobileNetV2(nn.Module)" in text
    assert "width=0.5" in text
    assert "Inverted residuals and linear bottlenecks. CVPR 2018, arXiv:1801.04381." in " ".join(text.split())


def test_the_seed_decides_the_weights(tell: Tell, tmp_path: Path, small: str) -> None:
    import torch

    for file, seed in (("a.pt2", "1"), ("b.pt2", "1"), ("c.pt2", "2")):
        assert tell("export", small, "--pt2", file, "--seed", seed).rc == 0
    a, b, c = (torch.export.load(tmp_path / name).state_dict["head.linear.weight"] for name in ("a.pt2", "b.pt2", "c.pt2"))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


def test_a_check_that_fails_gives_1_with_the_answer(
    tell: Tell, tmp_path: Path, small: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from designer.compile.onnx_check import Findings

    found = Findings((Check("onnx_runtime", False, "It answers otherwise."),), 0.5)
    monkeypatch.setattr(designer.compile.onnx_export, "check_file", lambda *_: found)
    told = tell("export", small, "--onnx", "m.onnx")
    assert told.rc == 1
    assert "FAILED: It answers otherwise." in told.stdout
    assert "0.5 at batch 1" in told.stdout
    assert told.stderr == "error: m.onnx: It answers otherwise.\n"


def test_an_invalid_design_gives_1_and_writes_nothing(tell: Tell, tmp_path: Path) -> None:
    (tmp_path / "small.lightdesign").write_text(chain(conv(kernel_size=100)), encoding="utf-8")
    told = tell("export", "small.lightdesign", "--onnx", "m.onnx", "--python", "m.py")
    assert told.rc == 1
    assert "nothing is exported" in told.stdout
    assert "error: conv: conv2d needs" in told.stderr
    assert left(tmp_path) == set()


def test_all_files_are_looked_at_before_any_work(tell: Tell, tmp_path: Path, small: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("worked")

    monkeypatch.setattr(designer.compile.torch_module, "to_torch", never)
    for name in ("there.py", "there.pt2"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    told = tell("export", small, "--onnx", "m.onnx", "--python", "there.py", "--pt2", "there.pt2")
    assert (told.rc, told.stdout) == (2, "")
    assert "'there.py' and 'there.pt2' exist already. Give --force" in told.stderr
    assert left(tmp_path) == {"there.py", "there.pt2"}
    assert (tmp_path / "there.py").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("args", "word"),
    [
        ([], "--onnx FILE"),
        (["--force"], "--onnx FILE"),
        (["--python", "m.py", "--opset", "20"], "--onnx FILE"),
        (["--pt2", "m.pt2", "--keep-batch-norm"], "--onnx FILE"),
        (["--onnx", "m", "--pt2", "./m"], "Two files"),
        (["--onnx", ""], "name of a file"),
        (["--onnx", "nowhere/m.onnx"], "nowhere"),
        (["--onnx", "."], "folder"),
        (["--onnx", "m.onnx", "--opset", "ten"], "--opset"),
        (["--onnx", "m.onnx", "--opset", "5"], "5"),
        (["--onnx", "m.onnx", "--opset", "999999999999"], "999"),
        (["--onnx", "m.onnx", "--seed", "-1"], "--seed"),
        (["--onnx", "m.onnx", "--seed", "1e3"], "--seed"),
        (["--onnx"], "--onnx"),
    ],
)
def test_what_cannot_be_done_gives_2_and_leaves_nothing(
    tell: Tell, tmp_path: Path, small: str, args: list[str], word: str
) -> None:
    told = tell("export", small, *args)
    assert (told.rc, told.stdout) == (2, "")
    assert word in told.stderr
    assert "Traceback" not in told.stderr
    assert left(tmp_path) == set()


@pytest.mark.parametrize(
    ("error", "rc", "words"),
    [
        (OSError(28, "No space left on device"), 2, "the disk is full"),
        (CompileError("body.conv: torch cannot do this."), 2, "body.conv: torch cannot do this."),
        (KeyboardInterrupt(), 130, "Interrupted"),
        (RuntimeError("surprise"), 2, "mistake in lightdesigner"),
    ],
)
def test_a_failure_on_the_way_changes_nothing(
    tell: Tell, tmp_path: Path, small: str, monkeypatch: pytest.MonkeyPatch, error: BaseException, rc: int, words: str
) -> None:
    """The source and the torch program are whole by then; none of it stays, and what was there before does."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(designer.compile.onnx_export, "export_onnx", fail)
    (tmp_path / "m.py").write_text("mine", encoding="utf-8")
    told = tell("export", small, "--onnx", "m.onnx", "--python", "m.py", "--pt2", "m.pt2", "--force")
    assert (told.rc, told.stdout) == (rc, "")
    assert words in told.stderr
    assert left(tmp_path) == {"m.py"}
    assert (tmp_path / "m.py").read_text(encoding="utf-8") == "mine"


def test_force_writes_over_what_is_there(tell: Tell, tmp_path: Path, small: str) -> None:
    for name in ("m.py", "m.onnx"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    assert tell("export", small, "--onnx", "m.onnx", "--python", "m.py", "--no-check", "--force").rc == 0
    assert (tmp_path / "m.py").read_text(encoding="utf-8") != "mine"
    assert names_of(tmp_path / "m.onnx")[0] == ["input"]
    assert left(tmp_path) == {"m.py", "m.onnx"}


def test_a_file_beside_the_model_is_moved_with_it_and_never_overwritten(
    tell: Tell, tmp_path: Path, small: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above 2 GB the weights stand in a second file; here the limit is a few bytes."""
    monkeypatch.setattr(designer.compile.onnx_export, "ONE_FILE_BYTES", 100)
    monkeypatch.setattr(designer.compile.onnx_export, "INLINE_BYTES", 10)
    (tmp_path / "m.onnx.data").write_text("mine", encoding="utf-8")
    told = tell("export", small, "--onnx", "m.onnx", "--no-check")
    assert (told.rc, told.stdout) == (2, "")
    assert "m.onnx.data" in told.stderr
    assert left(tmp_path) == {"m.onnx.data"}
    assert (tmp_path / "m.onnx.data").read_text(encoding="utf-8") == "mine"
    (tmp_path / "m.onnx.data").unlink()
    told = tell("export", small, "--onnx", "m.onnx")
    assert told.rc == 0, told.stderr
    assert "m.onnx.data" in told.stdout
    assert left(tmp_path) == {"m.onnx", "m.onnx.data"}
