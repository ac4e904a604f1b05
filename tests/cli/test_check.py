"""`lightdesigner check`: budgets, their units, and the exit codes that a build can rely on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Tell
from tests.cli.designs import chain, conv

PARAMS, MACS, PEAK, WEIGHTS = 3_504_872, 300_774_272, 9_633_792, 14_155_936


@pytest.mark.parametrize(
    ("option", "limit", "rc"),
    [
        ("--max-params", "4M", 0),
        ("--max-params", "3504872", 0),  # as much as the limit is kept
        ("--max-params", "3504871", 1),
        ("--max-params", "3.504872M", 0),
        ("--max-params", "3504.871K", 1),
        ("--max-params", "0", 1),
        ("--max-macs", "0.301G", 0),
        ("--max-macs", "300M", 1),
        ("--max-peak-memory", "9.1875MiB", 0),
        ("--max-peak-memory", "9407KiB", 1),
        ("--max-peak-memory", "1GiB", 0),
        ("--max-weights", "14155936", 0),
        ("--max-weights", "14155935B", 1),
        ("--max-weights", "16 MiB", 0),
    ],
)
def test_a_limit(tell: Tell, option: str, limit: str, rc: int) -> None:
    told = tell("check", "mobilenet_v2", option, limit)
    assert told.rc == rc
    assert ("over budget" in told.stdout) is (rc == 1)
    assert ("kept" in told.stdout) is (rc == 0)
    assert ("over budget:" in told.stderr) is (rc == 1)


def test_each_limit_that_is_not_kept_says_by_how_much(tell: Tell) -> None:
    told = tell("check", "mobilenet_v2", "--max-params", "3M", "--max-macs", "400M", "--max-peak-memory", "9MiB")
    assert told.rc == 1
    rows = {line.split("  ")[0]: line.split() for line in told.stdout.splitlines()}
    assert rows["Params"][1:] == ["3,504,872", "3,000,000", "504,872", "(16.8", "%)", "over", "budget"]
    assert rows["MACs"][1:] == ["300,774,272", "400,000,000", "kept"]
    assert "196,608 (2.1 %)" in " ".join(rows["Peak activation memory (bytes)"])
    assert len(told.stderr.splitlines()) == 2


def test_json(tell: Tell) -> None:
    told = tell("check", "mobilenet_v2", "--max-macs", "300M", "--max-weights", "16MiB", "--json")
    assert told.rc == 1
    assert json.loads(told.stdout) == {
        "schema": 1,
        "design": "mobilenet_v2",
        "origin": {"preset": "mobilenet_v2", "options": {}},
        "valid": True,
        "dtype": "fp32",
        "within_budget": False,
        "limits": [
            {"figure": "macs", "limit": 300_000_000, "value": MACS, "over": 774_272, "kept": False},
            {"figure": "weights_bytes", "limit": 16 * 2**20, "value": WEIGHTS, "over": 0, "kept": True},
        ],
        "issues": [],
    }


def test_bytes_follow_the_dtype(tell: Tell) -> None:
    assert tell("check", "mobilenet_v2", "--max-weights", "4MiB", "--max-peak-memory", "3MiB").rc == 1
    assert tell("check", "mobilenet_v2", "--max-weights", "4MiB", "--max-peak-memory", "3MiB", "--dtype", "int8").rc == 0


def test_an_invalid_design_keeps_no_limit(tell: Tell, tmp_path: Path) -> None:
    (tmp_path / "bad.lightdesign").write_text(chain(conv(kernel_size=64)), encoding="utf-8")
    told = tell("check", "bad.lightdesign", "--max-params", "1G", "--json")
    assert told.rc == 1
    answer = json.loads(told.stdout)
    assert (answer["valid"], answer["within_budget"]) == (False, False)
    assert answer["limits"] == [{"figure": "params", "limit": 10**9, "value": None, "over": None, "kept": False}]
    assert [issue["path"] for issue in answer["issues"]] == ["conv"]
    assert "conv2d needs a map" in told.stderr


@pytest.mark.parametrize(
    "limit", ["", "4X", "4MB", "4MiB", "-1", "1e6", "NaN", "inf", "0x10", "4,000,000", "٤", "1" * 5000, "1.", ".5M", "M", "4 0"]
)
def test_a_count_that_cannot_be_read_gives_2(tell: Tell, limit: str) -> None:
    told = tell("check", "mobilenet_v2", f"--max-params={limit}")
    assert (told.rc, told.stdout) == (2, "")
    assert "--max-params" in told.stderr
    assert len(told.stderr) < 1000


@pytest.mark.parametrize("limit", ["4M", "4MB", "4kib", "-4MiB"])
def test_a_size_that_cannot_be_read_gives_2(tell: Tell, limit: str) -> None:
    told = tell("check", "mobilenet_v2", f"--max-weights={limit}")
    assert (told.rc, told.stdout) == (2, "")
    assert "KiB, MiB and GiB are powers of 1024" in told.stderr


def test_no_limit_gives_2_and_names_the_options(tell: Tell) -> None:
    told = tell("check", "mobilenet_v2")
    assert (told.rc, told.stdout) == (2, "")
    for option in ("--max-params", "--max-macs", "--max-peak-memory", "--max-weights"):
        assert option in told.stderr
