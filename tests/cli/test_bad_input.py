"""Whatever a person gives: a sentence, the right exit code, within seconds, stdout empty at 2, and nothing left behind."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Tell, Told
from tests.cli.designs import chain, conv, copies, document

RELU = {"id": "act", "block": "relu"}
INPUT = {"id": "input", "block": "input"}
OUTPUT = {"id": "output", "block": "output"}


@pytest.fixture
def cost_of(tell: Tell, tmp_path: Path) -> Callable[[str | bytes], Told]:
    """Exit code and words of `cost FILE --json` for a file of this content."""

    def run(content: str | bytes) -> Told:
        path = tmp_path / "bad.lightdesign"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        start = time.monotonic()
        told = tell("cost", "bad.lightdesign", "--json")
        assert time.monotonic() - start < 5
        assert [entry.name for entry in tmp_path.iterdir()] == ["bad.lightdesign"]
        return told

    return run


def refused(told: Told, *words: str) -> None:
    assert (told.rc, told.stdout) == (2, ""), told.stderr[-2000:]
    assert "Traceback" not in told.stderr
    assert told.stderr.startswith("lightdesigner: ")
    assert told.stderr.rstrip().endswith((".", "?"))
    assert len(told.stderr) < 1500
    for word in words:
        assert word in told.stderr


def raw(text: str) -> str:
    """A document whose convolution has `text` as its number of filters."""
    return chain(conv(out_channels=-77)).replace("-77", text)


WHOLE = chain(conv(), RELU)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("", "bad.lightdesign"),
        ("{", "line 1"),
        ("null", "not a design"),
        ("[]", "not a design"),
        ("{}", "not a design"),
        (WHOLE[:-1], "bad.lightdesign"),
        (WHOLE[: len(WHOLE) // 2], "bad.lightdesign"),
        (WHOLE + "x", "bad.lightdesign"),
        (b"\xff\xfe\x00garbage", "UTF-8"),
        ("[" * 100_000, "bad.lightdesign"),
        ('{"format":' * 100_000, "bad.lightdesign"),
        (WHOLE.replace('"nodes": [', '"nodes": [' + "[" * 100_000), "bad.lightdesign"),
        (raw("NaN"), "bad.lightdesign"),
        (raw("1e999"), "bad.lightdesign"),
        (raw("Infinity"), "bad.lightdesign"),
        (raw("1" * 5000), "bad.lightdesign"),
        (WHOLE.replace('"schema": 1', '"schema": 999'), "999"),
        (WHOLE.replace('"schema": 1', '"schema": "1"'), "schema"),
        (WHOLE.replace('"lightdesign"', '"heavydesign"'), "not a design"),
        (document([INPUT, OUTPUT], [["input", "y", "output"]]), "edges"),
        (document([INPUT, {"id": 7, "block": "relu"}, OUTPUT], []), "nodes"),
        (document([INPUT, INPUT, OUTPUT], []), "input"),
        (document([INPUT, OUTPUT, {**OUTPUT}], []), "output"),
        (document([INPUT, OUTPUT], [["input", "y", "nowhere", "x"]]), "nowhere"),
        (document([INPUT, OUTPUT], [["nowhere", "y", "output", "x"]]), "nowhere"),
        (document([INPUT, OUTPUT], [["input", "z", "output", "x"]]), "z"),
        (document([INPUT, OUTPUT], [["input", "y", "output", "x"]] * 2), "output"),
        (
            document([INPUT, RELU, {"id": "b", "block": "relu"}, OUTPUT], [["act", "y", "b", "x"], ["b", "y", "act", "x"]]),
            "cycle",
        ),
        (document([INPUT, {"id": "Bad Name", "block": "relu"}, OUTPUT], []), "Bad Name"),
    ],
)
def test_a_file_that_cannot_be_loaded_gives_2(cost_of: Callable[..., Told], content: str | bytes, word: str) -> None:
    refused(cost_of(content), "bad.lightdesign", word)


def test_a_definition_inside_itself_gives_2(cost_of: Callable[..., Told]) -> None:
    inner: dict[str, Any] = {
        "id": "loop",
        "name": "loop",
        "nodes": [INPUT, {"id": "a", "block": "own.loop"}, OUTPUT],
        "edges": [],
    }
    refused(cost_of(document([INPUT, OUTPUT], [["input", "y", "output", "x"]], definitions=[inner])), "loop")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (chain({"id": "what", "block": "conv9d"}), "unknown_block"),
        (chain({"id": "what", "block": "own.gone"}), "unknown_block"),
        (chain(conv(out_chanels=8)), "unknown_parameter"),
        (chain(conv(kernel_size=10**9)), "parameter_range"),
        (chain(conv(out_channels=10**12)), "parameter_range"),
        (chain(conv(out_channels=-3)), "parameter_range"),
        (chain(conv(out_channels="many")), "parameter_range"),
        (chain(conv(stride=[1, 2, 3])), "parameter_range"),
        (chain(conv(kernel_size=64)), "empty_output"),
        (chain({"id": "last", "block": "linear"}), "wrong_rank"),
        (copies(10, 10), "too_large"),
        (document([], []), "no_output"),
        (document([INPUT, OUTPUT], []), "no_output"),
    ],
)
def test_a_file_that_loads_with_an_issue_gives_1_and_unknown_totals(
    cost_of: Callable[..., Told], content: str, code: str
) -> None:
    told = cost_of(content)
    assert told.rc == 1, told.stderr[-2000:]
    report = json.loads(told.stdout)
    assert report["valid"] is False
    assert code in {issue["code"] for issue in report["issues"] if issue["severity"] == "error"}
    for key in ("params", "buffers", "macs", "flops", "other_ops", "activations", "peak_activation_bytes", "weights_bytes"):
        assert report[key] is None, key
    for key in ("receptive_field", "output_stride", "depth", "conv_layers", "linear_layers"):
        assert report[key] is None, key
    assert told.stderr.startswith("error: ")
    assert "Traceback" not in told.stderr


def test_layers_around_an_error_are_known(tell: Tell, tmp_path: Path) -> None:
    text = chain(
        {**conv("early_conv", out_channels=8), "stage": "early"},
        {**conv("late_conv", kernel_size=100), "stage": "late"},
        {**RELU, "id": "late_act", "stage": "late"},
    )
    (tmp_path / "half.lightdesign").write_text(text, encoding="utf-8")
    told = tell("cost", "half.lightdesign", "--json")
    assert told.rc == 1
    report = json.loads(told.stdout)
    early, broken, blocked = report["layers"]
    assert (early["path"], early["params"], early["outputs"]) == ("early.conv", 224, {"y": [8, 30, 30]})
    assert (broken["path"], broken["op"], broken["block"]) == ("late.conv", "conv2d", "late_conv")
    assert (broken["params"], broken["macs"], broken["outputs"]) == (None, None, {})
    assert [issue["code"] for issue in broken["issues"]] == ["empty_output"]
    assert (blocked["path"], blocked["params"], blocked["issues"]) == ("late.act", None, [])
    assert [(stage["stage"], stage["params"]) for stage in report["stages"]] == [("early", 224), ("late", None)]
    assert report["outputs"] == {"output": None}
    for by in ("layer", "block", "stage"):
        told = tell("cost", "half.lightdesign", "--by", by)
        assert told.rc == 1
        rows = {line.split()[0]: line for line in told.stdout.splitlines() if line.split()}
        assert "unknown" in rows["late" if by == "stage" else "late.conv"]
        assert "unknown" in rows["Total"]
        assert "224" in rows["early" if by == "stage" else "early.conv"]


def test_what_no_output_reads_is_noted_and_not_counted(tell: Tell, tmp_path: Path) -> None:
    nodes = [INPUT, RELU, conv("spare"), conv("loose"), OUTPUT]
    edges = [["input", "y", "act", "x"], ["act", "y", "output", "x"], ["input", "y", "spare", "x"]]
    (tmp_path / "spare.lightdesign").write_text(document(nodes, edges), encoding="utf-8")
    told = tell("cost", "spare.lightdesign", "--json")
    assert told.rc == 0
    report = json.loads(told.stdout)
    assert (report["valid"], report["params"]) == (True, 0)
    assert [layer["path"] for layer in report["layers"]] == ["act"]
    assert {(issue["path"], issue["code"]) for issue in report["issues"]} == {("spare", "unused"), ("loose", "incomplete")}
    assert told.stderr.count("note: ") == 2


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ("mobilenet_v9", ["mobilenet_v"]),
        ("mobilenet_v2:widht=0.5", ["width"]),
        ("mobilenet_v2:width=0", ["width", "0.05"]),
        ("mobilenet_v2:width=abc", ["width", "abc"]),
        ("mobilenet_v2:width=nan", ["width"]),
        ("mobilenet_v2:classes=0", ["classes", "1,048,576"]),
        ("mobilenet_v2:classes=" + "9" * 5000, ["classes"]),
        ("mobilenet_v2:resolution=99999999", ["resolution"]),
        ("alexnet:resolution=31", ["resolution"]),
        ("mobilenet_v2:", []),
        ("mobilenet_v2:width", ["width"]),
        ("mobilenet_v2:width=1,width=1", ["twice"]),
        (":", []),
        ("none.lightdesign", ["none.lightdesign"]),
        ("folder/none", ["none"]),
        (".", []),
        ("\x00", []),
        ("a\x00/b", []),
        ("\udcff.lightdesign", ["\\udcff"]),
        ("\udcff", ["\\udcff"]),
    ],
)
@pytest.mark.parametrize("command", ["cost", "save"])
def test_a_design_that_is_none_gives_2(tell: Tell, tmp_path: Path, command: str, design: str, words: list[str]) -> None:
    told = tell(command, design, *(["out.lightdesign"] if command == "save" else []))
    refused(told, *words)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_design(tell: Tell, tmp_path: Path) -> None:
    (tmp_path / "folder.lightdesign").mkdir()
    refused(tell("cost", "folder.lightdesign"), "folder")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_file_that_may_not_be_read(tell: Tell, tmp_path: Path) -> None:
    path = tmp_path / "secret.lightdesign"
    path.write_text(WHOLE, encoding="utf-8")
    path.chmod(0)
    refused(tell("cost", "secret.lightdesign"), "permission")


def test_names_from_a_file_cannot_move_the_cursor(tell: Tell, tmp_path: Path) -> None:
    text = chain(conv(kernel_size=100)).replace('"mine"', '"a\\u001b[2Jb\\nc\\u202e"').replace('"conv2d"', '"\\u001b[2J"')
    (tmp_path / "evil.lightdesign").write_text(text, encoding="utf-8")
    for args in (
        ["cost", "evil.lightdesign"],
        ["compare", "evil.lightdesign", "evil.lightdesign"],
        ["save", "evil.lightdesign", "b.lightdesign"],
    ):
        told = tell(*args)
        assert told.rc == 1
        assert "\x1b" not in told.stdout + told.stderr
        assert "\u202e" not in told.stdout + told.stderr
        assert "\\x1b[2J" in told.stdout
    json.loads(tell("cost", "evil.lightdesign", "--json").stdout)


def test_numbers_beyond_64_bits_are_exact(tell: Tell, tmp_path: Path) -> None:
    wide = {"id": "input", "block": "input", "params": {"shape": [2**20, 2**15, 2**15]}}
    text = document(
        [wide, conv(out_channels=2**20, kernel_size=1), OUTPUT], [["input", "y", "conv", "x"], ["conv", "y", "output", "x"]]
    )
    (tmp_path / "huge.lightdesign").write_text(text, encoding="utf-8")
    report = json.loads(tell("cost", "huge.lightdesign", "--json").stdout)
    assert report["macs"] == 2**70
    assert report["flops"] == 2**71
