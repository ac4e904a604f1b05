"""What a comparison reads of a design: totals, blocks by output stride, kinds of layers, MACs over depth."""

from __future__ import annotations

import pytest

from designer.analysis.compare_entry import shorts
from designer.analysis.compare_facts import DEPTHWISE, DILATED, GROUPED, LINEAR, POINTWISE, STANDARD, TRANSPOSED, facts_of, told
from designer.analysis.compare_rows import by_kind, by_resolution, macs_over_depth, time_over_depth
from designer.analysis.engine import Engine
from designer.analysis.report import analyse
from designer.catalogue import load
from designer.graph.edits import AddNode, Connect, Disconnect, SetParam
from designer.graph.network import Node
from presets.preset import presets
from tests.analysis.compare_designs import entry, facts, timed
from tests.designs import chain, design

# Output size, MACs and words of each stride, as the papers' tables give them
V1 = [
    ((112, 112), 40_140_800, "stem, 1 separable"),
    ((56, 56), 82_489_344, "2 separable"),
    ((28, 28), 79_779_840, "2 separable"),
    ((14, 14), 287_558_656, "6 separable"),
    ((7, 7), 77_747_712, "2 separable"),
    (None, 1_024_000, "classifier"),
]
V2 = [
    ((112, 112), 20_873_216, "stem, 1 inverted"),
    ((56, 56), 54_942_720, "2 inverted"),
    ((28, 28), 37_443_840, "3 inverted"),
    ((14, 14), 96_601_344, "7 inverted"),
    ((7, 7), 89_633_152, "4 inverted, conv"),
    (None, 1_280_000, "classifier"),
]


@pytest.mark.parametrize(("name", "wanted"), [("mobilenet_v1", V1), ("mobilenet_v2", V2)])
def test_a_mobilenet_by_output_resolution(name: str, wanted: list[tuple[tuple[int, int] | None, int, str]]) -> None:
    rows = by_resolution([entry(name)])
    found = []
    for row in rows:
        place = row.places[0]
        assert place is not None
        found.append((place.units[-1].size, place.macs, place.words))
    assert found == wanted


def test_a_mobilenet_and_a_resnet_line_up_by_stride() -> None:
    rows = by_resolution([entry("mobilenet_v2"), entry("resnet50")])
    assert [row.stride for row in rows] == [2, 4, 8, 16, 32, None]
    assert [row.title for row in rows] == ["112 × 112", "56 × 56", "28 × 28", "14 × 14", "7 × 7", "1 × 1"]
    assert all(place is not None for row in rows for place in row.places)
    assert [row.places[1].macs for row in rows if row.places[1]] == [
        118_013_952,
        667_942_912,
        1_027_604_480,
        1_464_336_384,
        809_238_528,
        2_048_000,
    ]


def test_other_image_sizes_line_up_too_and_say_so() -> None:
    rows = by_resolution([entry("googlenet"), entry("inception_v3")])
    assert [row.stride for row in rows] == [2, 4, 8, 16, 32, None]
    assert (rows[0].title, rows[0].subtitle) == ("stride 2", "sizes differ")
    assert rows[-1].title == "1 × 1"


@pytest.mark.parametrize("name", [name for name in presets() if not name.startswith("example")])
def test_rows_kinds_and_curve_add_up_to_the_totals(name: str) -> None:
    found = facts(name)
    report = analyse(load(name))
    assert (found.params, found.buffers, found.macs, found.activations) == (
        report.params,
        report.buffers,
        report.macs,
        report.activations,
    )
    assert (found.depth, found.peak_bytes, found.weights_bytes) == (
        report.depth,
        report.peak_activation_bytes,
        report.weights_bytes,
    )
    assert sum(unit.macs for unit in found.units) == found.macs
    assert sum(unit.params for unit in found.units) == found.params
    assert sum(kind.macs for kind in found.kinds.values()) == found.macs
    layers = [layer for layer in report.layers if layer.op in ("conv2d", "conv_transpose2d", "linear")]
    assert sum(kind.layers for kind in found.kinds.values()) == sum(unit.layers for unit in found.units) == len(layers)
    assert len(found.curve) == len(layers)
    assert found.curve[-1] == found.macs
    assert list(found.curve) == sorted(found.curve)


def test_kinds_of_layers() -> None:
    net = chain(
        ("a", "conv2d", {"out_channels": 8, "kernel_size": 3}),
        ("b", "conv2d", {"out_channels": 16, "kernel_size": 1}),
        ("c", "conv2d", {"out_channels": 16, "kernel_size": 3, "groups": 16}),
        ("d", "conv2d", {"out_channels": 16, "kernel_size": 3, "groups": 4}),
        ("e", "conv2d", {"out_channels": 16, "kernel_size": 3, "dilation": 2}),
        ("f", "conv_transpose2d", {"out_channels": 8, "kernel_size": 2, "stride": 2}),
        "flatten",
        ("h", "linear", {"out_features": 4}),
    )
    found = facts(net)
    assert found.valid
    assert {kind: one.layers for kind, one in found.kinds.items()} == {
        STANDARD: 1,
        POINTWISE: 1,
        DEPTHWISE: 1,
        GROUPED: 1,
        DILATED: 1,
        TRANSPOSED: 1,
        LINEAR: 1,
    }
    rows = by_kind([entry(net), entry("squeezenet1_1")])
    assert [row.kind for row in rows] == [STANDARD, POINTWISE, DEPTHWISE, GROUPED, DILATED, TRANSPOSED, LINEAR]
    assert rows[2].kinds[1].layers == 0


def test_gates_are_booked_on_their_block_not_on_the_vector() -> None:
    rows = by_resolution([entry("mobilenet_v3_large")])
    last = rows[-1].places[0]
    assert last is not None
    assert last.macs == 2_508_800
    assert [place.words for row in rows for place in row.places if place][2:4] == ["3 inverted, SE", "6 inverted, 2 SE"]


def test_an_own_block_is_looked_into() -> None:
    from designer.graph.definition_edits import Define
    from designer.graph.own_block import Definition
    from tests.designs import network

    inside = network(
        [
            ("input", "input"),
            ("one", "conv_norm_act", {"out_channels": 8, "stride": 2}),
            ("two", "conv_norm_act", {"out_channels": 16, "stride": 2}),
            ("output", "output"),
        ],
        ["input -> one", "one -> two", "two -> output"],
    )
    net = design([("input", "input", {"shape": [3, 32, 32]}), ("output", "output")], [])
    Define(definition=Definition("pair", "Pair", inside)).apply(net)
    AddNode(node=Node("mine", "own.pair")).apply(net)
    Connect(source="input", source_port="y", target="mine", target_port="input").apply(net)
    Connect(source="mine", source_port="output", target="output", target_port="x").apply(net)
    found = facts(net)
    assert found.valid, Engine(net).issues()
    assert [(unit.path, unit.stride, unit.node) for unit in found.units] == [("mine.one", 2, "mine"), ("mine.two", 4, "mine")]


def test_an_invalid_design_has_no_figures() -> None:
    found = facts(chain(("a", "conv2d", {"kernel_size": 64})))
    assert not found.valid
    assert (found.macs, found.units, found.curve) == (None, (), ())
    assert by_resolution([entry(chain(("a", "conv2d", {"kernel_size": 64}))), entry("squeezenet1_1")])[0].places[0] is None


def test_facts_follow_an_edit() -> None:
    net = load("mobilenet_v2")
    engine = Engine(net)
    before = facts_of(engine)
    change = SetParam(node="stage2_ir2", name="out_channels", value=24).apply(net)
    engine.update(change)
    assert facts_of(engine)[:10] == before[:10]
    engine.update(SetParam(node="stage2_ir2", name="expand_ratio", value=3).apply(net))
    after = facts_of(engine)
    assert after.macs is not None
    assert before.macs is not None
    assert after.macs < before.macs
    assert after[:10] == facts_of(Engine(net))[:10]
    engine.update(Disconnect(target="stage3_ir1", target_port="x").apply(net))
    assert not facts_of(engine).valid


def test_curves_end_at_the_totals() -> None:
    one = timed("mobilenet_v2", "V2", lambda unit: 0.5)
    macs, time = macs_over_depth(one), time_over_depth(one)
    assert (macs.points[0], macs.points[-1]) == ((0.0, 0.0), (1.0, float(one.facts.macs or 0)))
    assert one.measured is not None
    assert time.points[-1] == (1.0, pytest.approx(one.measured.total_ms))
    assert time_over_depth(entry("mobilenet_v2")).points == []


@pytest.mark.parametrize(
    ("named", "wanted"),
    [
        (
            [("MobileNet V1", "1.0, 224"), ("MobileNet V2", "1.0, 224"), ("MobileNet V3 Large", "1.0, 224")],
            ["V1", "V2", "V3 Large"],
        ),
        ([("MobileNet V1", "1.0, 224"), ("MobileNet V1", "0.5, 224")], ["1.0", "0.5"]),
        ([("MobileNet V1", "1.0, 224"), ("MobileNet V1", "0.5, 128")], ["1.0, 224", "0.5, 128"]),
        ([("mine", "3 x 3"), ("mine", "3 x 3")], ["mine", "mine (2)"]),
        ([("GoogLeNet (Inception V1)", "224"), ("VGG-16 (D)", "224")], ["GoogLeNet", "VGG-16"]),
        ([("MobileNet V1", "1.0"), ("MobileNet V1", "0.5"), ("VGG", "224")], ["MobileNet V1 1.0", "MobileNet V1 0.5", "VGG"]),
        ([("one", "")], ["one"]),
    ],
)
def test_charts_call_designs_by_what_tells_them_apart(named: list[tuple[str, str]], wanted: list[str]) -> None:
    assert shorts(named) == wanted


def test_words_of_a_row() -> None:
    units = list(facts("mobilenet_v3_small").units)
    assert told(units[:1], first=True) == "stem"
    assert told(units[:1], first=False) == "conv"
    assert told([], first=False) == ""
    pools = [unit for unit in facts("vgg11").units if unit.category == "pooling"]
    assert told(pools, first=False) == "pooling"
