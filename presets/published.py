"""What was published: the rows of `published.json`, the only place in the repository that holds these figures.

`params`, `macs` and `conv_and_linear_layers` of a row were counted on the built network named by `variant`; `published` is what
the paper prints, word for word, with its source and whether that was seen in a copy of the paper or recalled.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from blocks.errors import BlockError
from presets.preset import Preset, presets

FILE = Path(__file__).with_name("published.json")


class Readme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Figures that the authors' code prints in its own description, beside the paper's."""

    source: str
    params: str | None = None
    mult_adds: str | None = None
    top1: str | None = None


class Printed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Figures as printed, e.g. `4.2M`, `569M`, `70.6 %`; None where nothing is printed.

    `source` names paper and table; `evidence` says whether the figures were seen there or recalled.
    """

    params: str | None = None
    mult_adds: str | None = None
    top1: str | None = None
    neurons: str | None = None
    source: str = ""
    evidence: str = ""
    tf_slim_readme: Readme | None = None


class Top1(msgspec.Struct, frozen=True):
    """Share of ImageNet's validation images whose first guess is right, in per cent, with its source."""

    percent: float
    source: str
    recalled: bool = False


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One network of the literature. `design` is the DESIGN text that draws it; `input` is (C, H, W)."""

    design: str
    network: str
    variant: str
    input: tuple[int, int, int]
    params: int
    macs: int
    published: Printed
    torchvision_top1: float | None
    conv_and_linear_layers: int

    @property
    def recalled(self) -> frozenset[str]:
        """Which of params, mult_adds and top1 were only recalled: to be marked wherever they are shown."""
        return RECALLED.get(self.design, frozenset())

    @property
    def top1(self) -> Top1 | None:
        """The accuracy to show: torchvision's, measured on one crop of every image alike, else the printed one."""
        if self.torchvision_top1 is not None:
            return Top1(self.torchvision_top1, "torchvision")
        text = (self.published.top1 or "").partition(";")[0]
        found = re.search(r"\d+\.\d+", text)
        if found is None:
            return None
        percent = float(found[0])
        if "error" in text:
            percent = round(100 - percent, 2)
        return Top1(percent, self.published.source, "top1" in self.recalled)


_ALL = frozenset({"params", "mult_adds", "top1"})
RECALLED: dict[str, frozenset[str]] = {
    "alexnet": frozenset({"top1"}),
    "vgg11": frozenset({"top1"}),
    "vgg11:batch_norm=true": frozenset({"top1"}),
    "vgg16": frozenset({"top1"}),
    "vgg16:batch_norm=true": frozenset({"top1"}),
    "vgg19": frozenset({"top1"}),
    "vgg19:batch_norm=true": frozenset({"top1"}),
    "resnet18": frozenset({"mult_adds", "top1"}),
    "resnet50": frozenset({"mult_adds"}),
    "resnet50:variant=v1": frozenset({"mult_adds"}),
    "resnet152": frozenset(),
    "resnext50_32x4d": frozenset({"params", "mult_adds"}),
    "inception_v3": frozenset({"top1"}),
    "xception": frozenset({"top1"}),
    "mobilenet_v1:resolution=160": _ALL,
    "mobilenet_v1:resolution=128": _ALL,
    "shufflenet_v1": frozenset({"params", "mult_adds"}),
    "shufflenet_v2": frozenset(),
    "shufflenet_v2:width=0.5": _ALL,
    "mnasnet_b1": _ALL,
    "efficientnet_b0": _ALL,
    "ghostnet": _ALL,
    "densenet121": _ALL,
}
"""By design, which figures the prose of `published.evidence` calls recalled. A test keeps it to the rows that speak of memory."""


@cache
def rows() -> tuple[Row, ...]:
    """Every row, in the order of the file."""
    return tuple(msgspec.json.decode(FILE.read_bytes(), type=list[Row]))


def published_for(design: str) -> Row | None:
    """The row of a DESIGN text, None where nothing was published for these options.

    Options may stand in any order and may spell out what they are without being given (`mobilenet_v1:resolution=224`).
    """
    key = _settled(design)
    return None if key is None else _by_options().get(key)


def row_of(preset: type[Preset], values: tuple[Any, ...]) -> Row | None:
    """The row of a preset with canonical options, None where nothing was published for these."""
    return _by_options().get(_key(preset, values))


def _key(preset: type[Preset], values: tuple[Any, ...]) -> tuple[Any, ...]:
    drawn = preset.of(values)
    return (preset.id, *(drawn.settled(option) for option in preset.parameters))


def _settled(design: str) -> tuple[Any, ...] | None:
    """What a DESIGN text comes to: preset and the value of every option; None where it is no such text."""
    name, _, rest = design.partition(":")
    preset = presets().get(name)
    if preset is None:
        return None
    given = dict(item.partition("=")[::2] for item in rest.split(",") if item)
    if not given.keys() <= preset.parameters.keys():
        return None
    try:
        values = tuple([p.from_text(given[option]) if option in given else p.default for option, p in preset.parameters.items()])
    except BlockError:
        return None
    return _key(preset, values)


@cache
def _by_options() -> dict[tuple[Any, ...], Row]:
    found = {}
    for row in rows():
        key = _settled(row.design)
        if key is not None:
            found[key] = row
    return found
