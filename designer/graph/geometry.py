"""Where blocks, ports, wires and frames are: pure arithmetic in scene px, y down, inputs above or on the left. No look.

The canvas and the pictures that are exported stand on the same sizes; those that the look names too are equal to it (a test).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from blocks.spec import Port
from designer.graph.design import DOWN, RIGHT
from designer.graph.network import slots

GAP = 28.0  # between blocks
PORT_SPACING = 24.0
ELBOW = 12.0  # radius of a wire's corners
GUTTER = 128.0  # of a frame, for its label
FRAME_PAD = 10.0
FRAME_SIDE = 24.0  # between the gutter and the blocks, and right of them
LABEL_ABOVE = 88.0  # the room for its label where the flow is to the right
ENDS = 12.0  # how far it reaches then before its first block and behind its last: a shape has to stand between two frames
STUB = GAP / 2  # how far a wire runs straight out of a port before it may turn
ALWAYS = 60.0  # a leg with the flow that is so long carries the shape, however long the others are
WORLD = 1e9
CLEAR = 6.0  # between a wire and a block that it passes
LANE = 8.0  # between wires that pass the same block

Point = tuple[float, float]


class Box(NamedTuple):
    """A rectangle by its edges."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def size(self) -> Point:
        return self.right - self.left, self.bottom - self.top

    @property
    def centre(self) -> Point:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def grown(self, by: float) -> Box:
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def moved(self, x: float, y: float) -> Box:
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def meets(self, other: Box) -> bool:
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom


class PortPlace(NamedTuple):
    """A port of a block: its name (`x.0` for a slot), where its centre is from the block's top left corner, and its kind.

    `more` is the slot of a variadic port that is not there yet; `side` says that the wire comes in from the right, or from above
    where the flow is to the right.
    """

    name: str
    x: float
    y: float
    output: bool = False
    optional: bool = False
    more: bool = False
    side: bool = False


# -- ports -------------------------------------------------------------------------------------------------------------------


def port_offsets(count: int, width: float) -> list[float]:
    """x of each of `count` ports on an edge of this width: 24 px apart and centred, closer where they are many."""
    if count == 1:
        return [width / 2]
    spacing = min(PORT_SPACING, (width - min(PORT_SPACING, width / 3)) / (count - 1))
    first = width / 2 - spacing * (count - 1) / 2
    return [first + spacing * k for k in range(count)]


def input_places(
    ports: tuple[Port, ...] | None, connected: Iterable[str], width: float, height: float, bypass: str = "", flow: str = DOWN
) -> list[PortPlace]:
    """The input ports of a block; of an unknown one (None) those that have wires.

    A variadic port shows its slots and one more, so that there is always a free one. The port called `bypass` moves to the
    right side, because its wire comes down beside the branch that the others end. Where the flow is to the right, inputs are
    on the left side and that of a bypass above.
    """
    if flow == RIGHT:
        return [
            place._replace(x=width / 2, y=0.0) if place.side else place._replace(x=place.y, y=place.x)
            for place in input_places(ports, connected, height, width, bypass)
        ]
    taken = list(connected)
    if ports is None:
        names = [(name, False, False) for name in sorted(taken)]
    elif ports and ports[-1].variadic:
        stem = ports[-1].name
        known = slots(ports, dict.fromkeys(taken))
        following = 1 + int(known[-1].rpartition(".")[2]) if known else 0
        names = [(name, False, False) for name in known] + [(f"{stem}.{following}", False, True)]
    else:
        names = [(port.name, port.optional, False) for port in ports]
    above = [entry for entry in names if entry[0] != bypass]
    offsets = _offsets(len(above), width, spare=bool(above) and above[-1][2])
    places = [PortPlace(name, x, 0.0, False, optional, more) for (name, optional, more), x in zip(above, offsets, strict=True)]
    for index, (name, optional, more) in enumerate(names):
        if name == bypass:
            places.insert(index, PortPlace(name, width, height / 2, False, optional, more, side=True))
    return places


def _offsets(count: int, width: float, *, spare: bool) -> list[float]:
    """x of input ports. Those that have wires are in the middle; the spare one, hardly ever seen, stands behind them."""
    if not count:
        return []
    if spare and count > 1:
        found = port_offsets(count - 1, width)
        step = found[1] - found[0] if len(found) > 1 else PORT_SPACING
        if found[-1] + step <= width - step / 2:
            return [*found, found[-1] + step]
    return port_offsets(count, width)


def output_places(names: Sequence[str], width: float, height: float, flow: str = DOWN) -> list[PortPlace]:
    """The output ports of a block, on its lower edge, or on its right one."""
    if not names:
        return []
    if flow == RIGHT:
        return [PortPlace(name, width, y, True) for name, y in zip(names, port_offsets(len(names), height), strict=True)]
    return [PortPlace(name, x, height, True) for name, x in zip(names, port_offsets(len(names), width), strict=True)]


# -- wires -------------------------------------------------------------------------------------------------------------------


def elbows(points: Sequence[Point], radius: float = ELBOW) -> Iterator[tuple[Point, Point, Point]]:
    """For each inner corner: where the rounding begins, the corner, where it ends. Short legs get a smaller radius."""
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        incoming = math.dist(before, corner)
        outgoing = math.dist(corner, after)
        reach = min(radius, incoming / 2, outgoing / 2)
        if reach < 0.5:
            yield corner, corner, corner
            continue
        start = _towards(corner, before, reach / incoming)
        yield start, corner, _towards(corner, after, reach / outgoing)


def _towards(a: Point, b: Point, fraction: float) -> Point:
    return a[0] + (b[0] - a[0]) * fraction, a[1] + (b[1] - a[1]) * fraction


def label_leg(points: Sequence[Point], flow: str = DOWN) -> int:
    """The leg of a wire that carries its shape: the longest that runs with the flow, else the longest."""
    best, found = 0.0, 0
    for index, (a, b) in enumerate(pairwise(points)):
        upright = abs(a[0] - b[0]) < 0.5
        reach = abs(b[1] - a[1]) if upright else abs(b[0] - a[0])
        if upright == (flow == RIGHT):
            reach -= GUTTER  # there is more room along the flow: other wires run across it close by
        elif reach >= ALWAYS:
            reach += WORLD
        if reach > best:
            best, found = reach, index
    return found


def bounds(points: Iterable[Point]) -> Box:
    """The smallest box around points."""
    xs, ys = zip(*points, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


def distance_to(points: Sequence[Point], x: float, y: float) -> float:
    """How far a point is from a wire, in scene px."""
    nearest = math.inf
    for (ax, ay), (bx, by) in pairwise(points):
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        t = 0.0 if not length else min(1.0, max(0.0, ((x - ax) * dx + (y - ay) * dy) / length))
        nearest = min(nearest, math.hypot(x - ax - t * dx, y - ay - t * dy))
    return nearest


# -- frames ------------------------------------------------------------------------------------------------------------------


def frame_box(boxes: Iterable[Box], flow: str = DOWN) -> Box:
    """The frame of a stage around its blocks: a gutter for the label at the left, then equal room on both sides. Where the flow
    is to the right, the label stands above."""
    left = top = math.inf
    right = bottom = -math.inf
    for box in boxes:
        left, top = min(left, box.left), min(top, box.top)
        right, bottom = max(right, box.right), max(bottom, box.bottom)
    pad, side = FRAME_PAD, FRAME_SIDE
    if flow == RIGHT:
        return Box(left - ENDS, top - pad - LABEL_ABOVE, right + ENDS, bottom + pad)
    return Box(left - side - GUTTER, top - pad, right + side, bottom + pad)
