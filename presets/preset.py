"""What a preset is, and the list of all."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from typing import Any, ClassVar

import msgspec

from blocks.block import Parametrised
from blocks.builder import Builder, Tensor
from blocks.parameters import Int, Pair
from blocks.spec import MAX_CHANNELS, MAX_SIDE

EXAMPLES = "Examples"
"""The family of the small designs that show one piece of arithmetic; they come last in lists."""


class Paper(msgspec.Struct, frozen=True):
    """Where a network was published. `arxiv` is the identifier, "" where there is none."""

    authors: str
    title: str
    venue: str
    arxiv: str = ""


class Preset(Parametrised):
    """A network as a drawing: a function of its options, drawing its own inputs and outputs.

    A subclass sets the class attributes below, declares its options as parameters and draws itself in `draw`.
    """

    title: ClassVar[str] = ""
    family: ClassVar[str] = ""
    year: ClassVar[int] = 0
    paper: ClassVar[Paper]
    description: ClassVar[str] = ""
    difference: ClassVar[str] = ""
    """Why our figures are not the printed ones (batch norm, biases, auxiliary heads, a slip in print); "" where they agree."""

    def settled(self, option: str) -> Any:
        """The value an option has here: what is given, or, where that is None, what the network makes of it."""
        return getattr(self, option)

    def draw(self, draw: Builder) -> None:
        """Draw the network, stage by stage."""
        raise NotImplementedError


class ImageNet(Preset):
    """A classifier of images: what all its options are called is the same in every preset."""

    classes = Int(1000, minimum=1, maximum=MAX_CHANNELS, unit="classes", help="Length of the output vector.")
    resolution = Pair(
        None,
        minimum=1,
        maximum=MAX_SIDE,
        unit="px",
        optional=True,
        help="Side of the input image, or height x width; none is the network's own.",
    )
    in_channels = Int(3, minimum=1, maximum=MAX_CHANNELS, unit="channels", help="Channels of the input image.")

    @property
    def own_resolution(self) -> int:
        """Side of the image in the paper, taken where no resolution is given. It may depend on other options."""
        return 224

    def settled(self, option: str) -> Any:
        value = super().settled(option)
        if option == "resolution" and value is None:
            return (self.own_resolution, self.own_resolution)
        return value

    def image(self, draw: Builder) -> Tensor:
        """The input of the network."""
        x: Tensor = draw.input((self.in_channels, *self.settled("resolution")), name="input")
        return x


@cache
def presets() -> dict[str, type[Preset]]:
    """Every preset by id, in the order of years and families, the examples last. Loads all preset modules on first use."""
    import presets as package

    found: dict[str, type[Preset]] = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"presets.{info.name}")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Preset) and value.__module__ == module.__name__ and value.id:
                if value.id in found:
                    raise TypeError(f"preset id {value.id!r} is taken")
                found[value.id] = value
    return dict(
        sorted(found.items(), key=lambda item: (item[1].family == EXAMPLES, item[1].year, item[1].family, _by_number(item[0])))
    )


def _by_number(id: str) -> list[tuple[str, int]]:
    """A key by which resnet18 comes before resnet101."""
    return [(word, int(number or 0)) for word, number in re.findall(r"(\D+)(\d*)", id)]


def options_of(preset: type[Preset], values: tuple[Any, ...]) -> dict[str, Any]:
    """The options that differ from their defaults, as raw values."""
    return {
        name: parameter.raw(value)
        for (name, parameter), value, default in zip(preset.parameters.items(), values, preset.defaults, strict=True)
        if value != default
    }
