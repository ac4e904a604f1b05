"""`lightdesigner cost`: the keys of its JSON, sums that add up, and every look of its table."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Tell
from tests.cli.designs import chain, conv

REPORT_KEYS = [
    "schema",
    "design",
    "origin",
    "valid",
    "inputs",
    "outputs",
    "params",
    "buffers",
    "macs",
    "flops",
    "other_ops",
    "activations",
    "peak_activation_bytes",
    "weights_bytes",
    "dtype",
    "receptive_field",
    "output_stride",
    "depth",
    "conv_layers",
    "linear_layers",
    "uncounted",
    "issues",
    "stages",
    "layers",
]
LAYER_KEYS = ["path", "block", "op", "stage", "inputs", "outputs", "params", "buffers", "macs", "activations", "issues"]
SUMMED = ("params", "buffers", "macs", "activations")


def cost(tell: Tell, *args: str) -> dict[str, Any]:
    told = tell("cost", *args, "--json")
    assert told.rc == 0, told.stderr
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def test_json_holds_what_the_issue_names(tell: Tell) -> None:
    report = cost(tell, "mobilenet_v2")
    assert list(report) == REPORT_KEYS
    assert all(list(layer) == LAYER_KEYS for layer in report["layers"])
    assert all(list(stage) == ["stage", "params", "macs", "activations", "output"] for stage in report["stages"])
    assert all(list(part) == ["op", "nodes"] for part in report["uncounted"])
    assert list(report["other_ops"]) == ["add", "mul", "div_exp", "compare"]
    assert report["schema"] == 1
    assert report["valid"] is True
    assert report["design"] == "mobilenet_v2"
    assert report["origin"] == {"preset": "mobilenet_v2", "options": {}}
    assert report["inputs"] == {"input": [3, 224, 224]}
    assert report["outputs"] == {"output": [1000]}
    assert report["issues"] == []


def test_mobilenet_v2_costs_what_the_paper_says(tell: Tell) -> None:
    report = cost(tell, "mobilenet_v2")
    assert (report["params"], report["macs"], report["flops"]) == (3_504_872, 300_774_272, 601_548_544)
    assert (report["buffers"], report["weights_bytes"]) == (34_112, 4 * (3_504_872 + 34_112))
    assert (report["depth"], report["conv_layers"], report["linear_layers"]) == (53, 52, 1)
    assert (report["receptive_field"], report["output_stride"]) == ([491, 491], [32, 32])
    assert {"op": "linear.bias", "nodes": 1} in report["uncounted"]


@pytest.mark.parametrize(
    "design", ["mobilenet_v2", "mobilenet_v1", "alexnet", "googlenet", "resnet50:classes=10,resolution=96x160"]
)
def test_layers_add_up_to_the_totals(tell: Tell, design: str) -> None:
    report = cost(tell, design)
    layers = report["layers"]
    for key in SUMMED:
        assert sum(layer[key] for layer in layers) == report[key], key
    assert sum(layer["op"] in ("conv2d", "conv_transpose2d") for layer in layers) == report["conv_layers"]
    assert sum(layer["op"] == "linear" for layer in layers) == report["linear_layers"]
    paths = [layer["path"] for layer in layers]
    assert len(set(paths)) == len(paths)
    assert not {layer["op"] for layer in layers} & {"input", "output"}


def test_a_layer_names_its_block_stage_and_shapes(tell: Tell) -> None:
    layers = {layer["path"]: layer for layer in cost(tell, "mobilenet_v2")["layers"]}
    added = layers["stage2.ir2.add"]
    assert (added["block"], added["op"], added["stage"]) == ("stage2_ir2", "add", "stage2")
    assert list(added["inputs"].values()) == [[24, 56, 56], [24, 56, 56]]
    assert list(added["outputs"].values()) == [[24, 56, 56]]


@pytest.fixture
def half_staged(tmp_path: Path) -> str:
    """A design of two convolutions, of which the second belongs to no stage."""
    text = chain({**conv("head_conv", out_channels=8), "stage": "head"}, conv("last", out_channels=4))
    (tmp_path / "half.lightdesign").write_text(text, encoding="utf-8")
    return "half.lightdesign"


def test_stages_and_what_has_none_add_up_to_the_totals(tell: Tell, half_staged: str) -> None:
    report = cost(tell, half_staged)
    assert [layer["stage"] for layer in report["layers"]] == ["head", None]
    assert [layer["path"] for layer in report["layers"]] == ["head.conv", "last"]
    assert [stage["stage"] for stage in report["stages"]] == ["head"]
    for key in ("params", "macs", "activations"):
        rest = sum(layer[key] for layer in report["layers"] if layer["stage"] is None)
        assert rest > 0
        assert report["stages"][0][key] + rest == report[key]


def test_stages_come_in_execution_order(tell: Tell) -> None:
    stages = cost(tell, "mobilenet_v2")["stages"]
    assert [stage["stage"] for stage in stages] == ["stem", *(f"stage{n}" for n in range(1, 8)), "head"]
    assert stages[1]["output"] == [16, 112, 112]
    assert stages[-1]["output"] == [1000]


@pytest.mark.parametrize(("dtype", "size"), [("fp32", 4), ("fp16", 2), ("int8", 1)])
def test_dtype_is_that_of_the_bytes(tell: Tell, dtype: str, size: int) -> None:
    report = cost(tell, "mobilenet_v2", "--dtype", dtype)
    assert report["dtype"] == dtype
    assert report["weights_bytes"] == size * (report["params"] + report["buffers"])
    assert report["peak_activation_bytes"] == size * 2_408_448  # the expansion to 96x112x112, in and out


@pytest.mark.parametrize("by", ["layer", "block", "stage"])
def test_csv_rows_add_up_to_the_totals(tell: Tell, tmp_path: Path, by: str) -> None:
    report = cost(tell, "mobilenet_v2", "--by", by, "--csv", "out.csv")
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == {"layer": len(report["layers"]), "block": 20, "stage": 9}[by]
    for key in SUMMED:
        if key in rows[0]:
            assert sum(int(row[key]) for row in rows) == report[key], key
    assert sum(float(row["macs_percent"]) for row in rows) == pytest.approx(100, abs=0.01)
    first = {"layer": "path", "block": "path", "stage": "stage"}[by]
    assert next(iter(rows[0])) == first
    assert rows[-1]["output"] == "1000"


@pytest.mark.parametrize("by", ["layer", "block", "stage"])
def test_markdown_tables_are_whole(tell: Tell, by: str) -> None:
    told = tell("cost", "mobilenet_v2", "--markdown", "--by", by)
    assert told.rc == 0
    tables = [part.splitlines() for part in told.stdout.split("\n\n") if part.startswith("|")]
    assert len(tables) == 2
    for table in tables:
        assert len({line.count("|") for line in table}) == 1
        assert set(table[1]) <= set("|-: ")
    assert tables[0][-1].startswith("| **Total** |")
    assert "**300,774,272**" in tables[0][-1]


def test_the_plain_table_is_aligned_and_says_what_flops_are(tell: Tell) -> None:
    told = tell("cost", "mobilenet_v2")
    assert told.rc == 0
    lines = told.stdout.splitlines()
    assert lines[0] == "mobilenet_v2"
    head = next(line for line in lines if line.startswith("Block"))
    assert "Output (C x H x W)" in head
    assert "Activations (elements)" in head
    table = lines[lines.index(head) : lines.index("", lines.index(head))]
    assert len({len(line) for line in table}) == 1, "numbers stand at the right, so every line ends at the same place"
    assert table[-1].split() == ["Total", "1000", "3,504,872", "300,774,272", "100.0", "6,679,112"]
    assert "FLOPs = 2 x MACs" in lines[-1]
    assert "\x1b" not in told.stdout
    assert "9.19 MiB (9,633,792 bytes)" in told.stdout


def test_the_table_by_layer_has_the_paths(tell: Tell) -> None:
    assert "\nstage1.ir1.depthwise.conv  conv2d " in tell("cost", "mobilenet_v2", "--by", "layer").stdout


def test_the_table_by_stage_shows_what_has_no_stage(tell: Tell, half_staged: str) -> None:
    stages = tell("cost", half_staged, "--by", "stage").stdout
    assert stages.index("\nhead ") < stages.index("\n(no stage) ") < stages.index("\nTotal ")
    assert "(no stage)" not in tell("cost", "mobilenet_v2", "--by", "stage").stdout


@pytest.mark.parametrize(
    "args", [["--by", "weight"], ["--dtype", "fp64"], ["--json", "--markdown"], ["--csv"], ["extra"], ["--js"]]
)
def test_wrong_usage_leaves_stdout_empty(tell: Tell, args: list[str]) -> None:
    told = tell("cost", "mobilenet_v2", *args)
    assert (told.rc, told.stdout) == (2, "")
    assert "lightdesigner" in told.stderr


def test_csv_is_not_overwritten_without_force(tell: Tell, tmp_path: Path) -> None:
    kept = tmp_path / "out.csv"
    kept.write_text("mine", encoding="utf-8")
    told = tell("cost", "mobilenet_v2", "--csv", "out.csv")
    assert (told.rc, told.stdout) == (2, "")
    assert "out.csv" in told.stderr
    assert "--force" in told.stderr
    assert kept.read_text(encoding="utf-8") == "mine"
    assert tell("cost", "mobilenet_v2", "--csv", "out.csv", "--force").rc == 0
    assert kept.read_text(encoding="utf-8").startswith("path,")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
