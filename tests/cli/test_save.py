"""`lightdesigner save`, and that a saved design says the same as the preset it came from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from presets.preset import presets
from tests.cli.conftest import Tell
from tests.cli.designs import chain, conv
from tests.cli.test_cost import cost

OPTIONS = ("mobilenet_v2:width=0.75,classes=10,resolution=96x160", "alexnet:in_channels=1")


@pytest.mark.parametrize("design", [*presets(), *OPTIONS])
def test_a_saved_design_costs_the_same_in_every_word(tell: Tell, design: str) -> None:
    told = tell("save", design, "a.lightdesign")
    assert (told.rc, told.stderr) == (0, "")
    assert told.stdout == f"Saved {design} to a.lightdesign.\n"
    assert cost(tell, "a.lightdesign") == cost(tell, design)


def test_saving_again_gives_the_same_bytes(tell: Tell, tmp_path: Path) -> None:
    tell("save", "mobilenet_v2", "a.lightdesign")
    assert tell("save", "a.lightdesign", "b.lightdesign").rc == 0
    assert (tmp_path / "a.lightdesign").read_bytes() == (tmp_path / "b.lightdesign").read_bytes()


def test_nothing_is_overwritten_without_force(tell: Tell, tmp_path: Path) -> None:
    kept = tmp_path / "a.lightdesign"
    kept.write_text("mine", encoding="utf-8")
    told = tell("save", "mobilenet_v2", "a.lightdesign")
    assert (told.rc, told.stdout) == (2, "")
    assert "--force" in told.stderr
    assert kept.read_text(encoding="utf-8") == "mine"
    assert tell("save", "mobilenet_v2", "a.lightdesign", "--force").rc == 0
    assert json.loads(kept.read_text(encoding="utf-8"))["name"] == "mobilenet_v2"
    assert [path.name for path in tmp_path.iterdir()] == ["a.lightdesign"]


def test_an_invalid_design_is_saved_and_gives_1(tell: Tell, tmp_path: Path) -> None:
    (tmp_path / "bad.lightdesign").write_text(chain(conv(kernel_size=100), {"id": "x", "block": "martian"}), encoding="utf-8")
    told = tell("save", "bad.lightdesign", "kept.lightdesign")
    assert told.rc == 1
    assert told.stdout == "Saved mine to kept.lightdesign.\n"
    assert "error: conv: conv2d needs" in told.stderr
    saved = json.loads((tmp_path / "kept.lightdesign").read_text(encoding="utf-8"))
    assert "martian" in {node["block"] for node in saved["nodes"]}


@pytest.mark.parametrize("target", ["nowhere/a.lightdesign", ".", "", "a\x00.lightdesign"])
def test_a_place_that_takes_no_file_gives_2(tell: Tell, tmp_path: Path, target: str) -> None:
    told = tell("save", "mobilenet_v2", target)
    assert (told.rc, told.stdout) == (2, "")
    assert told.stderr.startswith("lightdesigner: ")
    assert "Traceback" not in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_save_needs_a_file(tell: Tell) -> None:
    told = tell("save", "mobilenet_v2")
    assert (told.rc, told.stdout) == (2, "")
    assert "FILE" in told.stderr
