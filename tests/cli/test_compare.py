"""`lightdesigner compare`: designs side by side."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from designer.graph.design import Design
from tests.cli.conftest import Tell
from tests.cli.designs import chain, conv
from tests.cli.test_cost import REPORT_KEYS, cost

PAIR = ("mobilenet_v2", "mobilenet_v2:width=0.5")


def test_json_is_a_list_of_reports_without_layers_in_the_order_given(tell: Tell) -> None:
    told = tell("compare", *reversed(PAIR), "--json")
    assert told.rc == 0
    reports = json.loads(told.stdout)
    assert [report["design"] for report in reports] == [*reversed(PAIR)]
    for text, report in zip(reversed(PAIR), reports, strict=True):
        assert list(report) == [key for key in REPORT_KEYS if key != "layers"]
        whole = cost(tell, text)
        assert report == {key: value for key, value in whole.items() if key != "layers"}


def test_the_table_shows_absolute_and_relative_differences_to_the_first(tell: Tell) -> None:
    told = tell("compare", *PAIR, "mobilenet_v1")
    assert told.rc == 0
    rows = {line.split("  ")[0]: line for line in told.stdout.splitlines()}
    params = rows["Params"].split()
    assert params[1:5] == ["3,504,872", "1,968,680", "-1,536,192", "(-43.8"]
    assert params[6] == "4,231,976"
    assert params[7:9] == ["+727,104", "(+20.7"]
    assert rows["Depth (layers)"].split()[-1] != rows["Depth (layers)"].split()[-2]
    assert rows["Input (C x H x W)"].endswith("same")
    assert told.stdout.splitlines()[0].split() == [
        "mobilenet_v2",
        "mobilenet_v2:width=0.5",
        "difference",
        "mobilenet_v1",
        "difference",
    ]
    assert "Differences are to mobilenet_v2." in told.stdout
    assert "FLOPs = 2 x MACs" in told.stdout


def test_a_design_is_the_same_as_itself(tell: Tell) -> None:
    told = tell("compare", "mobilenet_v2", "mobilenet_v2")
    assert told.stdout.count(" same\n") == 13


def test_csv_has_a_row_for_each_design(tell: Tell, tmp_path: Path) -> None:
    assert tell("compare", *PAIR, "--csv", "out.csv").rc == 0
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["design"] for row in rows] == [*PAIR]
    for row in rows:
        report = cost(tell, row["design"])
        for key in ("params", "buffers", "macs", "flops", "peak_activation_bytes", "weights_bytes", "depth", "conv_layers"):
            assert int(row[key]) == report[key]
        assert row["receptive_field"] == "491x491"


def test_markdown(tell: Tell) -> None:
    lines = tell("compare", *PAIR, "--markdown").stdout.splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1
    assert "| Params | 3,504,872 | 1,968,680 | -1,536,192 (-43.8 %) |" in table


def test_an_invalid_design_leaves_its_figures_unknown_and_gives_1(tell: Tell, tmp_path: Path) -> None:
    (tmp_path / "bad.lightdesign").write_text(chain(conv(kernel_size=64)), encoding="utf-8")
    told = tell("compare", "mobilenet_v2", "bad.lightdesign", "--json")
    assert told.rc == 1
    good, bad = json.loads(told.stdout)
    assert (good["valid"], bad["valid"], bad["params"], bad["peak_activation_bytes"]) == (True, False, None, None)
    assert "mine: conv: conv2d needs a map" in told.stderr
    for first, second in (("mobilenet_v2", "bad.lightdesign"), ("bad.lightdesign", "mobilenet_v2")):
        told = tell("compare", first, second)
        assert told.rc == 1
        row = next(line for line in told.stdout.splitlines() if line.startswith("Params "))
        assert "unknown" in row
        assert "%" not in row


@pytest.mark.parametrize("args", [[], ["mobilenet_v2"], ["mobilenet_v2", "mobilenet_v3"], ["mobilenet_v2", "none.lightdesign"]])
def test_fewer_than_two_designs_or_one_that_is_none_gives_2(tell: Tell, args: list[str]) -> None:
    told = tell("compare", *args)
    assert (told.rc, told.stdout) == (2, "")
    assert told.stderr


# -- a report, and times -------------------------------------------------------------------------------------------------------


def test_html_is_one_file_with_everything_in_it(tell: Tell, tmp_path: Path) -> None:
    told = tell("compare", *PAIR, "resnet18", "--html", "report.html")
    assert told.rc == 0
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    for words in ("MobileNet V2", "0.5, 224", "ResNet-18", "By output resolution", "By kind of layer", "<svg", "GhostNet"):
        assert words in text
    assert "http" not in text
    assert tell("compare", *PAIR, "--html", "report.html").rc == 2
    assert tell("compare", *PAIR, "--html", "report.html", "--force").rc == 0


def test_a_report_holds_four_designs_at_most(tell: Tell, tmp_path: Path) -> None:
    told = tell("compare", *["mobilenet_v2"] * 5, "--html", "report.html")
    assert (told.rc, told.stdout) == (2, "")
    assert "--html compares 4 designs at most, but got 5." in told.stderr
    assert not list(tmp_path.glob("*.html"))


def test_a_failed_report_leaves_no_csv_either(tell: Tell, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("mine")
    assert tell("compare", *PAIR, "--csv", "out.csv", "--html", "report.html").rc == 2
    assert (tmp_path / "report.html").read_text() == "mine"
    assert not (tmp_path / "out.csv").exists()


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Profiles that follow from MACs and bytes; what is measured, in order."""
    import designer.cli.profile
    import designer.measure.together
    from designer import protocol
    from designer.analysis.measured import Profile
    from designer.document.format import write
    from tests.app import fake_measure

    seen: list[str] = []

    def profile_together(designs: Sequence[Design], *, roof: object = None, say: Any = None) -> list[Profile]:
        seen.extend(design.name for design in designs)
        say("Measuring", 1, 2)
        return [fake_measure.profile(protocol.ProfileDesign(design=write(design))) for design in designs]

    monkeypatch.setenv("LIGHTDESIGNER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(designer.measure.together, "profile_together", profile_together)
    monkeypatch.setattr(designer.cli.profile, "known_roof", lambda *_: None)
    return seen


def test_profile_measures_every_valid_design_and_shows_the_times(tell: Tell, tmp_path: Path, measured: list[str]) -> None:
    (tmp_path / "bad.lightdesign").write_text(chain(conv(kernel_size=64)), encoding="utf-8")
    told = tell("compare", "mobilenet_v1", "mobilenet_v2", "bad.lightdesign", "--profile", "--csv", "out.csv")
    assert told.rc == 1
    assert measured == ["mobilenet_v1", "mobilenet_v2"]
    line = next(line for line in told.stdout.splitlines() if line.startswith("Time (ms)"))
    assert "%" in line
    assert "unknown" in line
    assert "Measured on Fake CPU 3000, 2 threads, fp32, eager." in told.stdout
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()))
    assert float(rows[0]["measured_ms"]) > 0
    assert (rows[2]["measured_ms"], rows[2]["measured_on"]) == ("", "")
    assert list((tmp_path / "home").rglob("*.latency.json"))


def test_profile_names_false_savings_and_the_blocks_that_make_them(tell: Tell, tmp_path: Path, measured: list[str]) -> None:
    told = tell("compare", "mobilenet_v1", "mobilenet_v2", "--profile", "--json", "--html", "report.html")
    assert told.rc == 0
    reports = json.loads(told.stdout)
    assert [report["profile"]["design"] for report in reports] == ["mobilenet_v1", "mobilenet_v2"]
    slower = reports[1]["profile"]["total_ms"]["median"] > reports[0]["profile"]["total_ms"]["median"]
    assert slower == ("False saving: V2" in told.stderr) == ("False saving: V2" in (tmp_path / "report.html").read_text("utf-8"))


def test_without_profile_nothing_is_measured(tell: Tell, measured: list[str]) -> None:
    told = tell("compare", *PAIR, "--json")
    assert measured == []
    assert all("profile" not in report for report in json.loads(told.stdout))
