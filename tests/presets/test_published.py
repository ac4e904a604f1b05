"""How rows of published.json are found and read, and what is said about figures that differ from print."""

from __future__ import annotations

import pytest

from blocks.builder import Builder
from designer import catalogue
from presets.conformance import conformance, figure, resolution_line
from presets.preset import Preset, presets
from presets.published import RECALLED, Row, published_for, rows

ROWS = {row.design: row for row in rows()}


def drawn(design: str) -> tuple[type[Preset], tuple[object, ...]]:
    name, options = catalogue.parse(design)
    preset = presets()[name]
    return preset, preset.bind(options).values


def said(design: str, params: int, macs: int) -> str:
    return conformance(*drawn(design), params, macs)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.design)
def test_row_is_found_by_its_design_and_can_be_said(row: Row) -> None:
    assert published_for(row.design) is row
    line = said(row.design, row.params, row.macs)
    printed = row.published
    assert f"{row.params:,} params and {row.macs:,} MACs, exactly as counted elsewhere: {row.variant}." in line
    assert line.count("(recalled)") == sum(getattr(printed, name) is not None for name in row.recalled)
    for text, ours in ((printed.params, row.params), (printed.mult_adds, row.macs)):
        if text is not None:
            assert text in line
            # a figure that is not the printed one has a reason
            assert figure(text).agrees(ours) or drawn(row.design)[0].difference in line.split("than printed.")[1].strip() != ""


def test_no_figure_that_was_only_recalled_goes_unmarked() -> None:
    assert set(RECALLED) == {row.design for row in rows() if "from memory" in row.published.evidence}
    for row in rows():
        if row.published.evidence == "from memory, not re-seen":
            assert row.recalled == {"params", "mult_adds", "top1"}
        assert all(
            getattr(row.published, name, None) is not None or row.published.evidence.startswith("from") for name in row.recalled
        )


def test_figures_that_differ_from_those_counted_elsewhere_are_called_so() -> None:
    line = said("mobilenet_v2", 3_504_873, 300_774_272)
    assert "exactly" not in line
    assert "elsewhere 3,504,872 and 300,774,272 were counted" in line


@pytest.mark.parametrize(
    ("design", "row"),
    [
        ("mobilenet_v1:resolution=192,width=0.5", "mobilenet_v1:width=0.5,resolution=192"),
        ("mobilenet_v1:resolution=224", "mobilenet_v1"),
        ("resnet50:variant=v1_5,classes=1000", "resnet50"),
        ("shufflenet_v2:width=1", "shufflenet_v2"),
        ("alexnet:resolution=227", "alexnet"),
        ("mobilenet_v2:classes=10", None),
        ("mobilenet_v1:resolution=224x192", None),
        ("resnet34", None),
        ("example_inception", None),
        ("no_such_net", None),
        ("mobilenet_v2:depth=3", None),
        ("mobilenet_v2:width=abc", None),
        ("nets/mine.lightdesign", None),
    ],
)
def test_rows_are_found_by_what_the_options_come_to(design: str, row: str | None) -> None:
    assert published_for(design) is (None if row is None else ROWS[row])


@pytest.mark.parametrize(
    ("design", "percent", "source", "recalled"),
    [
        ("mobilenet_v2", 71.878, "torchvision", False),
        ("mobilenet_v1", 70.6, "MobileNet paper (arXiv 1704.04861) Tables 6/7", False),
        ("mobilenet_v1:resolution=160", 67.2, "MobileNet paper (arXiv 1704.04861) Tables 6/7", True),
        ("alexnet", 57.2, "Krizhevsky 2012; MobileNet Table 9", True),
        ("resnet50:variant=v1", 75.3, "ResNet Table 1; authors' GitHub numbers quoted in SENet Table 2", False),
        ("se_resnet50", 76.71, "SENet (journal version) Table 2", False),
        ("se_inception_v2", 75.77, "SENet Table 2", False),
        ("shufflenet_v1", 67.4, "ShuffleNet Tables 1 and 2", False),
        ("ghostnet", 73.9, "GhostNet Table 7", True),
    ],
)
def test_accuracy_to_show(design: str, percent: float, source: str, recalled: bool) -> None:
    top1 = ROWS[design].top1
    assert top1 is not None
    assert (top1.percent, top1.source, top1.recalled) == (percent, source, recalled)


def test_every_accuracy_is_a_likely_one() -> None:
    for row in rows():
        assert (row.top1 is None) == (row.torchvision_top1 is None and row.published.top1 is None)
        assert row.top1 is None or 55 < row.top1.percent < 81, row.design


@pytest.mark.parametrize(
    ("text", "ours", "agrees"),
    [
        ("4.2M", 4_231_976, True),
        ("4.2M", 4_250_000, True),  # cut
        ("4.2M", 4_149_999, False),
        ("4.3M", 4_231_976, False),
        ("60 million", 60_965_224, True),
        ("5 billion", 5_713_216_096, False),  # cut, but by too much to pass for it
        ("0.39G", 385_814_752, True),
        ("22,855,952", 22_855_952, True),
        ("22,855,952", 22_855_953, False),
        ("under 25M; 23,626,728 (Xception Table 3)", 23_834_568, True),
        ("under 25M", 25_000_000, False),
        ("about 1.5G (own Table 1 sums to 1,502M); 1550M (MobileNet Table 8)", 1_498_000_000, True),
    ],
)
def test_agreement_with_the_digits_printed(text: str, ours: int, agrees: bool) -> None:
    assert figure(text).agrees(ours) is agrees


def test_a_text_without_a_figure_is_refused() -> None:
    with pytest.raises(ValueError, match="no figure"):
        figure("not printed")


def test_what_is_said_where_nothing_was_printed() -> None:
    assert said("resnet34", 1, 1) == "No printed figures are kept for these options."
    assert said("example_inception", 1, 1).startswith("An example")


FLATTENED = {"alexnet", "vgg11", "vgg13", "vgg16", "vgg16c", "vgg19"}


@pytest.mark.parametrize("preset", presets().values(), ids=lambda preset: preset.id)
def test_resolution_changes_the_params_of_nets_whose_linear_layer_follows_a_flatten(preset: type[Preset]) -> None:
    line = resolution_line(preset, preset.defaults)
    assert line == (
        "A linear layer follows a flatten, so another resolution changes its parameters." if preset.id in FLATTENED else ""
    )


def test_resolution_given_is_named_with_both_params() -> None:
    params = {side: sum(part.result.cost.params for part in parts(f"vgg11:resolution={side}")) for side in (192, 224)}
    assert resolution_line(*drawn("vgg11:resolution=192")) == (
        "A linear layer follows a flatten, so resolution 192x192 changes its parameters: "
        f"{params[192]:,} in all, {params[224]:,} at 224x224."
    )
    assert params[224] == ROWS["vgg11"].params
    assert params[224] - params[192] == (7 * 7 - 6 * 6) * 512 * 4096
    assert resolution_line(*drawn("vgg11:resolution=224")) == resolution_line(*drawn("vgg11"))
    assert resolution_line(*drawn("googlenet:aux=true")) != ""


def parts(design: str) -> list[object]:
    preset, values = drawn(design)
    draw = Builder()
    preset.of(values).draw(draw)
    return draw.parts


def test_a_resolution_too_large_to_double_says_nothing() -> None:
    assert resolution_line(*drawn("mobilenet_v2:resolution=65536")) == ""


def test_every_preset_says_where_it_comes_from() -> None:
    for preset in presets().values():
        assert preset.title
        assert preset.family
        assert 1998 <= preset.year <= 2026
        assert preset.paper.authors
        assert preset.paper.title
        assert preset.paper.venue
        assert preset.description.endswith(".")
        assert preset.difference == "" or preset.difference.endswith(".")
    assert list(presets())[-1].startswith("example_")  # the small ones last
