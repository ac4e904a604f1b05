"""`lightdesigner presets` and `lightdesigner blocks`."""

from __future__ import annotations

import json

from blocks.registry import blocks
from presets.preset import presets
from tests.cli.conftest import Tell
from tests.cli.test_cost import cost


def test_presets_lists_all_with_params_and_macs(tell: Tell) -> None:
    told = tell("presets")
    assert told.rc == 0
    rows = {line.split()[0]: line for line in told.stdout.splitlines() if line.split()}
    assert set(presets()) <= set(rows)
    assert "3,504,872" in rows["mobilenet_v2"]
    assert "300,774,272" in rows["mobilenet_v2"]
    assert "width" in rows["mobilenet_v2"]
    assert rows["mobilenet_v2"].split()[6:8] == ["71.9", "torchvision"]
    assert "57.2  paper, recalled" in rows["alexnet"]


def test_presets_json_describes_each_with_its_options(tell: Tell) -> None:
    told = tell("presets", "--json")
    assert told.rc == 0
    listed = {preset["id"]: preset for preset in json.loads(told.stdout)}
    assert list(listed) == list(presets())
    v2 = listed["mobilenet_v2"]
    assert (v2["title"], v2["family"], v2["year"]) == ("MobileNet V2", "MobileNet", 2018)
    assert v2["paper"]["arxiv"] == "1801.04381"
    assert v2["description"].endswith(".")
    report = cost(tell, "mobilenet_v2")
    assert (v2["params"], v2["macs"]) == (report["params"], report["macs"])
    options = {option["name"]: option for option in v2["options"]}
    assert {"width", "classes", "resolution", "in_channels"} <= set(options)
    assert options["width"]["default"] == 1
    assert options["classes"] == presets()["mobilenet_v2"].parameters["classes"].describe()


def test_presets_json_tells_what_was_published(tell: Tell) -> None:
    listed = {preset["id"]: preset for preset in json.loads(tell("presets", "--json").stdout)}
    alexnet = listed["alexnet"]
    assert alexnet["published"]["params"] == "60 million"
    assert alexnet["published"]["recalled"] == ["top1"]
    assert alexnet["top1"] == {"percent": 57.2, "source": "Krizhevsky 2012; MobileNet Table 9", "recalled": True}
    assert "(recalled)" in alexnet["conformance"]
    assert "another resolution changes its parameters" in alexnet["conformance"]
    v1 = listed["mobilenet_v1"]
    assert v1["conformance"].endswith("Ours agree to the digits printed.")
    assert listed["example_inception"]["published"] is None


def test_blocks_lists_all(tell: Tell) -> None:
    told = tell("blocks")
    assert told.rc == 0
    assert set(blocks()) <= {line.split()[1] for line in told.stdout.splitlines() if len(line.split()) > 1}


def test_blocks_json_describes_each_with_its_parameters(tell: Tell) -> None:
    told = tell("blocks", "--json")
    assert told.rc == 0
    listed = {block["id"]: block for block in json.loads(told.stdout)}
    assert list(listed) == list(blocks())
    conv = listed["conv2d"]
    assert (conv["category"], conv["kind"], conv["basic"]) == ("conv", "primitive", True)
    assert conv["inputs"] == [{"name": "x", "variadic": False, "optional": False, "rank": 3}]
    assert conv["outputs"] == ["y"]
    stride = next(parameter for parameter in conv["parameters"] if parameter["name"] == "stride")
    assert (stride["default"], stride["minimum"], stride["maximum"], stride["unit"]) == (1, 1, 4096, "px")
    assert stride["help"]
    assert conv["refuses_more"]
    assert listed["concat"]["inputs"][0]["variadic"] is True
    assert listed["inverted_residual"]["kind"] == "composite"
