"""The data files, for whoever reads them without a window: the content of resources/, which the wheel carries in the package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent


def folder() -> Path:
    """The folder of icons, fonts, tokens and the catalogue, in a checkout and in an installed wheel."""
    inside = _PACKAGE / "resources"
    return inside if inside.is_dir() else _PACKAGE.parent / "resources"


@cache
def tokens() -> Mapping[str, Any]:
    """The look: `tokens.json` as it stands there. Not to be changed."""
    found: Mapping[str, Any] = json.loads((folder() / "tokens.json").read_text(encoding="utf-8"))
    return found


# -- icons -------------------------------------------------------------------------------------------------------------------

# Blocks whose glyph has another name: the nearest of the drawn ones, or a Lucide icon.
_GLYPHS = {
    "adaptive_avg_pool2d": "avg_pool2d",
    "adaptive_max_pool2d": "max_pool2d",
    "dense_layer": "layers",
    "dense_transition": "shrink",
    "fire": "flame",
    "gelu": "hard_swish",
    "ghost_bottleneck": "ghost",
    "ghost_module": "ghost",
    "hard_sigmoid": "sigmoid",
    "identity": "move-right",
    "inception_v1": "inception",
    "inception_v1_naive": "inception",
    "inception_v2": "inception",
    "inception_v3_a": "inception",
    "inception_v3_b": "inception",
    "inception_v3_c": "inception",
    "inception_v3_d": "inception",
    "inception_v3_e": "inception",
    "layer_norm": "group_norm",
    "leaky_relu": "relu",
    "local_response_norm": "batch_norm",
    "norm_act_conv": "conv_norm_act",
    "pad": "square-dashed",
    "pad_channels": "square-plus",
    "pixel_shuffle": "layout-grid",
    "prelu": "relu",
    "residual_bottleneck": "bottleneck",
    "separable_conv": "depthwise_separable",
    "shuffle_unit": "channel_shuffle",
    "shuffle_v2_down_unit": "channel_shuffle",
    "shuffle_v2_unit": "channel_shuffle",
    "silu": "hard_swish",
    "slice_channels": "split",
    "softmax": "sigmoid",
    "tanh": "sigmoid",
    "upsample": "scaling",
}
_CATEGORY_GLYPHS = {
    "io": "input",
    "conv": "conv2d",
    "norm": "batch_norm",
    "activation": "relu",
    "pooling": "avg_pool2d",
    "merge": "concat",
    "composite": "conv_norm_act",
    "own": "own_block",
}


def glyph(block_id: str, category: str = "") -> str:
    """The name of the icon of a kind of block; of its category where it has none of its own."""
    if _icon_file(block_id) is not None:
        return block_id
    return _GLYPHS.get(block_id) or _CATEGORY_GLYPHS.get(category, "placeholder")


@cache
def _icon_file(name: str) -> str | None:
    for kind in ("blocks", "lucide", "."):
        path = folder() / "icons" / kind / f"{name}.svg"
        if path.is_file():
            return str(path)
    return None


@cache
def svg(name: str) -> str:
    """The text of an icon with `currentColor` still in it and the line width of the look. Raises KeyError."""
    path = _icon_file(name)
    if path is None:
        raise KeyError(f"no icon is called {name!r}")
    # Lucide draws on a grid of 24 with lines of 2; at 16 px a line of 1.5 px is 2.25 of that grid.
    return Path(path).read_text(encoding="utf-8").replace('stroke-width="2"', 'stroke-width="2.25"')
