"""Every preset, every option: a new preset is tested by existing."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from blocks.parameters import Bool, Choice
from designer.analysis.engine import Engine
from designer.analysis.flatten import flatten
from designer.catalogue import CatalogueError, draw, load
from designer.graph.topology import boundary
from presets.preset import EXAMPLES, ImageNet, presets

NETWORKS = [preset for preset in presets().values() if issubclass(preset, ImageNet)]


def settings_of(preset: type[ImageNet]) -> list[dict[str, Any]]:
    """The defaults, then every other value of every option that has few, one at a time."""
    found: list[dict[str, Any]] = [{}]
    for name, parameter in preset.parameters.items():
        values: tuple[Any, ...] = ()
        if isinstance(parameter, Bool):
            values = (True, False)
        elif isinstance(parameter, Choice):
            values = parameter.of
        elif name == "width":
            values = (0.25, 0.5, 1.4)
        found += [{name: value} for value in values if value != parameter.default]
    return found


CASES = [(preset.id, options) for preset in NETWORKS for options in settings_of(preset)]


def names(case: Any) -> str:
    return case if isinstance(case, str) else ",".join(f"{key}={value}" for key, value in case.items()) or "defaults"


@pytest.mark.parametrize(("preset_id", "options"), CASES, ids=names)
def test_every_option_draws_a_network_without_issues(preset_id: str, options: dict[str, Any]) -> None:
    design = draw(preset_id, options)
    engine = Engine(design)
    assert engine.issues() == []
    assert engine.total is not None
    (image,) = boundary(design.root, "input")
    assert image.id == "input"
    first, *others = [node.id for node in boundary(design.root, "output")]
    assert first == "output"
    assert others in ([], ["aux"], ["aux1", "aux2"])
    for output in (first, *others):
        assert engine.results[output].outputs["y"] == (1000,)


@pytest.mark.parametrize("preset", NETWORKS, ids=lambda preset: preset.id)
def test_options_go_together(preset: type[ImageNet]) -> None:
    """Every value of every option that has few, with every value of the others."""
    values: dict[str, list[Any]] = {}
    for options in settings_of(preset):
        for name, value in options.items():
            values.setdefault(name, [preset.parameters[name].default]).append(value)
    for chosen in product(*values.values()):
        options = dict(zip(values, chosen, strict=True))
        engine = Engine(draw(preset.id, options))
        assert engine.issues() == [], options
        assert engine.total is not None, options


@pytest.mark.parametrize(("preset_id", "options"), CASES, ids=names)
def test_costs_add_up_by_stage(preset_id: str, options: dict[str, Any]) -> None:
    """Only inputs and outputs stand outside the stages, so the stages' costs are the network's."""
    design = draw(preset_id, options)
    engine = Engine(design)
    stages = {node.stage for node in design.root.nodes() if node.block not in ("input", "output")}
    assert None not in stages
    costs = [engine.results[node.id].cost for node in design.root.nodes() if node.stage is not None]
    assert engine.total is not None
    assert sum(cost.params for cost in costs) == engine.total.params
    assert sum(cost.macs for cost in costs) == engine.total.macs


@pytest.mark.parametrize("preset", NETWORKS, ids=lambda preset: preset.id)
def test_options_that_all_networks_take(preset: type[ImageNet]) -> None:
    own = preset.of(preset.defaults).settled("resolution")
    high, wide = own[0] + 32, own[1] + 64
    design = draw(preset.id, {"classes": 10, "in_channels": 1, "resolution": [high, wide]})
    engine = Engine(design)
    assert engine.issues() == []
    assert engine.results["input"].outputs["y"] == (1, high, wide)
    assert engine.results["output"].outputs["y"] == (10,)
    assert draw(preset.id, {"resolution": list(own)}).root.node("input") == draw(preset.id).root.node("input")


@pytest.mark.parametrize("preset", presets().values(), ids=lambda preset: preset.id)
def test_what_a_preset_says_about_itself(preset: type[ImageNet]) -> None:
    assert preset.title
    assert preset.family
    if preset.family != EXAMPLES:
        assert 2012 <= preset.year <= 2030
        assert preset.paper.authors
        assert preset.paper.title
        assert preset.paper.venue
    assert preset.description.count(". ") == 1, "two sentences"
    assert preset.description.endswith(".")
    assert not preset.difference or preset.difference.endswith(".")
    for parameter in preset.parameters.values():
        assert parameter.help.endswith((".", ")"))
        if parameter.kind in ("int", "float", "pair"):
            assert parameter.minimum is not None
            assert parameter.maximum is not None


@pytest.mark.parametrize(
    ("design", "sentence"),
    [
        ("mobilenet_v1:width=0", "width needs a number from 0.05 to 8"),
        ("mobilenet_v1:width=abc", "width needs a number from 0.05 to 8"),
        ("resnet50:classes=0", "classes needs a whole number from 1 to"),
        ("vgg16:batch_norm=1", "batch_norm needs true or false"),
        ("resnet50:variant=v2", "variant needs one of v1_5, v1"),
        ("alexnet:resolution=31", "resolution needs at least 67, but got 31, because of conv2.pool"),
        ("alexnet:variant=one_tower,resolution=31", "resolution needs at least 63, but got 31"),
        ("inception_v3:resolution=64", "resolution needs at least 75, but got 64, because of mixed7.a"),
        ("inception_v3:resolution=200,aux=true", "resolution needs at least 299, but got 200, because of aux_head"),
    ],
)
def test_bad_options_name_the_option_and_what_it_needs(design: str, sentence: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        load(design)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(("preset_id", "options"), CASES, ids=names)
def test_the_least_resolution_named_works_and_the_one_below_does_not(preset_id: str, options: dict[str, Any]) -> None:
    """Of height and width alone too. Nets whose convolutions all pad take one pixel."""

    def refusal(resolution: str) -> str:
        try:
            load(canonical(preset_id, options, resolution=resolution))
        except CatalogueError as refused:
            return str(refused)
        return ""

    for form in ("{0}", "{0}x400", "400x{0}"):
        refused = refusal(form.format(1))
        least = int(refused.partition("resolution needs at least ")[2].partition(" ")[0].rstrip(",")) if refused else 1
        assert Engine(load(canonical(preset_id, options, resolution=form.format(least)))).valid
        if least > 1:
            assert f"resolution needs at least {least}" in refusal(form.format(least - 1))


def canonical(preset_id: str, options: dict[str, Any], **more: Any) -> str:
    """A DESIGN text."""
    given = {name: str(value).lower() if isinstance(value, bool) else value for name, value in {**options, **more}.items()}
    return f"{preset_id}:{','.join(f'{name}={value}' for name, value in given.items())}"


def test_the_resolution_is_the_variants_own_unless_given() -> None:
    def side(design: str) -> int:
        shape = Engine(load(design)).results["input"].outputs["y"]
        assert shape.height == shape.width
        return shape.height

    assert side("alexnet") == 227
    assert side("alexnet:variant=one_tower") == 224
    assert side("alexnet:variant=one_tower,resolution=227") == 227
    assert side("inception_v3") == 299
    assert side("mobilenet_v2:resolution=none") == 224


def test_option_a_has_no_parameters_in_its_shortcuts() -> None:
    engine = Engine(load("resnet18:shortcut=A"))
    blocks = [step.block.id for step in flatten(engine).steps]
    assert blocks.count("pad_channels") == 3
    assert blocks.count("conv2d") == 17


@pytest.mark.parametrize("resolution", [200, 97, "97x211"])
def test_inception_v2_takes_maps_of_odd_sides(resolution: int | str) -> None:
    """Where the map halves inside a module, pooling and convolutions have to agree on the size whatever it was."""
    assert Engine(load(f"inception_v2:resolution={resolution}")).issues() == []
