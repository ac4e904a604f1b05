"""Sizes and levels of detail of the canvas. Where things are follows from `graph.geometry`, whose names stand here too."""

from __future__ import annotations

import math
from collections.abc import Iterable

from designer.graph.geometry import (
    CLEAR,
    FRAME_SIDE,
    LANE,
    STUB,
    Box,
    Point,
    PortPlace,
    bounds,
    distance_to,
    elbows,
    frame_box,
    input_places,
    label_leg,
    output_places,
    port_offsets,
)
from designer.ui import theme

__all__ = [
    "CLEAR",
    "CLOSE",
    "FAR",
    "LANE",
    "MIDDLE",
    "SIZES",
    "STUB",
    "Box",
    "Point",
    "PortPlace",
    "around",
    "bounds",
    "distance_to",
    "elbows",
    "frame_box",
    "input_places",
    "label_leg",
    "level",
    "node_size",
    "output_places",
    "port_offsets",
    "snapped",
]


class _Sizes:
    """The lengths of the look that the canvas needs all the time, read once."""

    def __init__(self) -> None:
        size = theme.named(theme.DARK).size  # lengths are the same in both themes
        self.width: float = size("node.width")
        self.height: float = size("node.height")
        self.io_width: float = size("node.io_width")
        self.io_height: float = size("node.io_height")
        self.gap: float = size("node.gap")
        self.port_hit: float = size("port.hit")
        self.port_snap: float = size("port.snap")
        self.wire_hit: float = size("wire.hit")
        self.label_gap: float = size("wire.label_gap")
        self.label_min_gap: float = size("wire.label_min_gap")
        self.gutter: float = size("frame.gutter")
        self.frame_side = FRAME_SIDE
        self.snap: float = size("canvas.snap")
        self.close_from: float = size("node.lod.close_from")
        self.middle_from: float = size("node.lod.middle_from")


SIZES = _Sizes()

CLOSE, MIDDLE, FAR = "close", "middle", "far"


def level(zoom: float) -> str:
    """The level of detail at this zoom; it follows the zoom alone, never the size of the window."""
    if zoom >= SIZES.close_from - 1e-6:
        return CLOSE
    return MIDDLE if zoom >= SIZES.middle_from - 1e-6 else FAR


def node_size(block: str) -> tuple[float, float]:
    """Width and height of a block of this kind."""
    return (SIZES.io_width, SIZES.io_height) if block in ("input", "output") else (SIZES.width, SIZES.height)


def snapped(value: float) -> float:
    """The nearest place of the grid that blocks keep to."""
    return math.floor(value / SIZES.snap + 0.5) * SIZES.snap


def around(boxes: Iterable[Box]) -> Box | None:
    """The box around boxes; None where there are none."""
    found = list(boxes)
    if not found:
        return None
    return Box(min([b[0] for b in found]), min([b[1] for b in found]), max([b[2] for b in found]), max([b[3] for b in found]))
