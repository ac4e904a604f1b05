"""DESIGN texts become designs, and every wrong one is answered with a sentence."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocks.builder import Builder
from blocks.parameters import Bool, Choice, Int
from designer.analysis.engine import Engine
from designer.catalogue import CatalogueError, canonical, draw, is_file, load, parse, text_of
from designer.document.errors import DocumentError
from designer.document.files import save
from presets.preset import ImageNet, Paper, presets


class Small(ImageNet):
    """A net whose maps vanish soon, and whose bottleneck may be too narrow for its groups."""

    id = "small"
    paper = Paper("", "", "")
    deep = Bool(False, help="One more pooling.")
    act = Choice("relu", of=("relu", "silu", None), help="Activation.")
    groups = Int(1, minimum=1, maximum=64, help="Groups of the second convolution.")
    margin = Int(0, minimum=0, maximum=4096, help="Padding of the first convolution.")

    @property
    def own_resolution(self) -> int:
        return 227

    def draw(self, draw: Builder) -> None:
        x = self.image(draw)
        with draw.stage("conv1"):
            x = draw.conv2d(x, 12, 11, 4, self.margin, name="conv")
            x = draw.max_pool2d(x, 3, 2, name="pool")
        with draw.stage("conv2"):
            x = draw.conv2d(x, 12, 1, groups=self.groups, name="conv")
        x = draw.max_pool2d(x, 3, 2, name="pool")
        if self.deep:
            x = draw.max_pool2d(x, 3, 2, name="pool_again")
        y = draw.global_avg_pool(x, name="mean")
        z = draw.multiply(x, y, name="scale")
        draw.output(z, name="output")
        draw.output(y, order=1, name="second")


@pytest.fixture(autouse=True)
def small() -> Iterator[None]:
    presets()["small"] = Small
    yield
    del presets()["small"]


def refused(text: str) -> CatalogueError:
    with pytest.raises(CatalogueError) as caught:
        load(text)
    return caught.value


def test_preset_becomes_a_design_that_analyses() -> None:
    design = load("mobilenet_v2")
    assert design.name == "mobilenet_v2"
    assert design.origin is not None
    assert (design.origin.preset, design.origin.options) == ("mobilenet_v2", {})
    engine = Engine(design)
    assert engine.valid
    assert engine.total is not None
    assert (engine.total.params, engine.total.macs) == (3_504_872, 300_774_272)


def test_options_that_differ_are_kept_and_named() -> None:
    design = load(" mobilenet_v2 : resolution=96x160, width=0.75 ,classes=1000")
    assert design.name == "mobilenet_v2:width=0.75,resolution=96x160"
    assert design.origin is not None
    assert design.origin.options == {"width": 0.75, "resolution": [96, 160]}
    assert design.root.node("input").params == {"shape": [3, 96, 160]}
    assert load(design.name).name == design.name


def test_every_preset_is_drawn_by_its_own_text() -> None:
    for preset in presets():
        assert load(canonical(preset, {})).name == preset


def test_what_was_drawn_is_bound_as_a_file_of_it_would_be() -> None:
    """The analysis takes the values of a drawing as they are; read from its raw parameters they are the same."""
    for name in presets():
        root = load(name).root
        for node in root.nodes():
            drawn, block, binding = root.bindings[node.id]
            assert drawn is node
            read = block.bind(node.params)
            assert binding == read
            assert list(map(type, binding.values)) == list(map(type, read.values))


def test_wires_lead_from_the_named_output_to_the_named_input() -> None:
    root = load("small").root
    assert root.sources("scale") == {"x": ("pool", "y"), "gate": ("mean", "y")}
    assert root.sources("output") == {"x": ("scale", "y")}
    assert root.node("conv1_conv").stage == "conv1"


def test_parameters_equal_to_their_defaults_are_left_out() -> None:
    design = load("small")
    for node in design.root.nodes():
        block = design.resolve(node.block)
        for name, value in node.params.items():
            assert block.parameters[name].clean(value) != block.parameters[name].default, (node.id, name)


def test_texts_of_values_are_read_back() -> None:
    for text in (
        "small:deep=true",
        "small:act=none",
        "small:act=silu,groups=3",
        "small:resolution=96",
        "small:resolution=96x160",
    ):
        assert load(text).name == text
        for option, value in parse(text)[1].items():
            parameter = Small.parameters[option]
            assert parameter.from_text(text_of(parameter, value)) == value


def test_draw_takes_raw_options() -> None:
    assert draw("small", {"resolution": [128, 160], "deep": True}).name == "small:deep=true,resolution=128x160"
    with pytest.raises(CatalogueError, match=r"small: groups needs a whole number from 1 to 64, but got 0\."):
        draw("small", {"groups": 0})
    with pytest.raises(CatalogueError, match="small has no option 'depth'"):
        draw("small", {"depth": 3})


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("", "no_design", "A design is missing: name a preset, e.g. mobilenet_v2:width=0.75, or a .lightdesign file."),
        (":width=1", "no_design", "A design is missing: name a preset, e.g. mobilenet_v2:width=0.75, or a .lightdesign file."),
        ("mobilenetv2", "unknown_preset", "There is no preset 'mobilenetv2'. Did you mean mobilenet_v2?"),
        ("MobileNet_V2", "unknown_preset", "There is no preset 'MobileNet_V2'. Did you mean mobilenet_v2?"),
        ("qqq", "unknown_preset", "There is no preset 'qqq'. See `lightdesigner presets` for all."),
        (
            "mobilenet_v2:widht=0.5",
            "unknown_option",
            "mobilenet_v2 has no option 'widht'. Did you mean width? Its options: width, classes, resolution, in_channels.",
        ),
        (
            "mobilenet_v2:qqq=0.5",
            "unknown_option",
            "mobilenet_v2 has no option 'qqq'. Its options: width, classes, resolution, in_channels.",
        ),
        (
            "mobilenet_v2:",
            "bad_option",
            "mobilenet_v2: an option is missing in 'mobilenet_v2:'. Write mobilenet_v2:option=value,option=value.",
        ),
        (
            "mobilenet_v2:width=1,",
            "bad_option",
            "mobilenet_v2: an option is missing in 'mobilenet_v2:width=1,'. Write mobilenet_v2:option=value,option=value.",
        ),
        ("small:deep", "bad_option", "small: deep has no value. Write deep=false."),
        ("mobilenet_v2:classes=2,classes=2", "duplicate_option", "mobilenet_v2: classes is given twice. Give it once."),
        ("mobilenet_v2:classes=0", "option_range", "mobilenet_v2: classes needs a whole number from 1 to 1,048,576, but got 0."),
        ("small:deep=yes", "option_range", "small: deep needs true or false, but got 'yes'."),
        ("small:act=tanh", "option_range", "small: act needs one of relu, silu, none, but got 'tanh'."),
    ],
)
def test_a_wrong_text_is_answered_with_a_sentence(text: str, code: str, sentence: str) -> None:
    error = refused(text)
    assert str(error) == sentence
    assert error.code == code


@pytest.mark.parametrize("width", ["0", "abc", "1e999", "nan", "9", "-1", ""])
def test_a_width_out_of_range_names_the_option_and_the_range(width: str) -> None:
    error = refused(f"mobilenet_v2:width={width}")
    assert error.code == "option_range"
    assert str(error).startswith("mobilenet_v2: width needs a number from 0.05 to 8")


def test_a_number_of_5000_digits_is_answered_at_once() -> None:
    start = time.perf_counter()
    error = refused(f"mobilenet_v2:classes={'9' * 5000}")
    assert time.perf_counter() - start < 1
    assert len(str(error)) < 200


@pytest.mark.parametrize(
    ("text", "start", "layer"),
    [
        ("small:resolution=10", "small: resolution needs at least 35, but got 10, because of conv1.conv: ", "(3, 10, 10)"),
        ("small:resolution=31", "small: resolution needs at least 35, but got 31, because of pool: ", "(12, 2, 2)"),
        (
            "small:resolution=34x500",
            "small: resolution needs at least 35 for the height, but got 34x500, because of pool: ",
            "(12, 2, ",
        ),
        (
            "small:resolution=300x20",
            "small: resolution needs at least 35 for the width, but got 300x20, because of pool: ",
            "(12, 36, 1)",
        ),
        (
            "small:resolution=5x9",
            "small: resolution needs at least 35 for the height and at least 35 for the width, but got 5x9, because of conv1.",
            "(3, 5, 9)",
        ),
        ("small:deep=true,resolution=60", "small: resolution needs at least 67, but got 60, because of pool_again: ", ""),
        ("small:deep=true,resolution=8,margin=20", "small: resolution needs at least 27, but got 8, because of ", ""),
    ],
)
def test_a_resolution_at_which_a_map_vanishes_names_option_least_value_and_layer(text: str, start: str, layer: str) -> None:
    message = str(refused(text))
    assert message.startswith(start)
    assert layer in message


def test_the_least_value_named_works_and_the_one_below_does_not() -> None:
    for rest in ("", ",deep=true", ",margin=5"):
        message = str(refused(f"small:resolution=1{rest}"))
        least = int(message.partition("at least ")[2].partition(",")[0])
        assert Engine(load(f"small:resolution={least}{rest}")).valid
        assert refused(f"small:resolution={least - 1}{rest}").code == "option_range"


def test_an_option_too_large_for_its_layer_names_the_largest_that_works() -> None:
    message = str(refused("example_mobilenet_blocks:channels=1048576"))
    assert "channels needs at most 174762, but got 1048576, because of v2.block.expand: " in message
    assert Engine(load("example_mobilenet_blocks:channels=174762")).valid
    assert refused("example_mobilenet_blocks:channels=174763").code == "option_range"


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("small:groups=5", "groups cannot be 5 (nearest that can: 4 and 6), because of conv2.conv: groups=5 does not divide"),
        ("small:groups=64", "groups cannot be 64 (nearest that can: 12), because of conv2.conv: groups=64 does not divide"),
        ("example_convolutions:in_channels=7", "in_channels cannot be 7 (nearest that can: 4 and 8), because of grouped.conv: "),
        ("example_convolutions:groups=1048576", "groups cannot be 1048576, because of grouped.conv: "),
        ("example_convolutions:groups=3,out_channels=511", " cannot be drawn, because of grouped.conv: groups=3 does not divide"),
    ],
)
def test_an_option_that_has_to_divide_names_its_nearest_neighbours_instead_of_a_bound(text: str, near: str) -> None:
    message = str(refused(text))
    assert near in message
    option, value = text.partition(":")[2].split("=")[:2]
    if "nearest" in message:
        for neighbour in message.partition("can: ")[2].partition(")")[0].split(" and "):
            assert Engine(load(text.replace(f"{option}={value}", f"{option}={neighbour}"))).valid


@pytest.mark.parametrize(
    ("resolution", "limit", "mended"),
    [
        ("20x65536", "at least 32 for the height", "32x65536"),
        ("65536x20", "at least 32 for the width", "65536x32"),
        ("31x30", "at least 32 for the height and at least 32 for the width", "32x32"),
        ("1000x3000", "at most 2143 for the width", "1000x2143"),
        ("3000x1000", "at most 2143 for the height", "2143x1000"),
        ("65536", "at most 1471", "1471"),
    ],
)
def test_of_height_and_width_only_what_is_to_blame_is_named_and_what_is_named_works(
    resolution: str, limit: str, mended: str
) -> None:
    assert f"vgg11: resolution needs {limit}, but got {resolution}, because of " in str(refused(f"vgg11:resolution={resolution}"))
    assert Engine(load(f"vgg11:resolution={mended}")).valid


def test_options_that_fail_only_together_are_named_together() -> None:
    message = str(refused("small:groups=64,resolution=20"))
    assert message.startswith("small:groups=64,resolution=20 cannot be drawn, because of conv2.conv: groups=64 does not divide")


@pytest.mark.parametrize("text", ["net.lightdesign", "a/b", "./net", "/nowhere/x", "mobilenet_v2.lightdesign"])
def test_a_text_with_a_suffix_or_a_separator_is_a_file(text: str) -> None:
    assert is_file(text)
    with pytest.raises(DocumentError, match=r"There is no file .*\."):
        load(text)


def test_a_path_is_always_a_file(tmp_path: Path) -> None:
    assert is_file(Path("mobilenet_v2"))
    save(load("mobilenet_v2"), tmp_path / "net")
    assert load(tmp_path / "net").name == "mobilenet_v2"


def test_a_file_without_a_separator_is_pointed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save(load("mobilenet_v2"), "net")
    assert str(refused("net")).endswith("net.")
    assert "If you mean the file, write ." in str(refused("net"))


def test_saved_and_read_back_a_preset_is_the_same_design(tmp_path: Path) -> None:
    design = load("mobilenet_v2:width=0.5,classes=10")
    save(design, tmp_path / "net.lightdesign")
    again = load(str(tmp_path / "net.lightdesign"))
    assert (again.name, again.origin) == (design.name, design.origin)
    assert Engine(again).total == Engine(design).total
