"""Icons as paths: reads the SVG that our icons are written in and gives lines and curves."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache
from xml.etree import ElementTree

from designer import data
from designer.picture.scene import Path, Stroke, circle, rect, transformed
from designer.picture.truetype import Command

CURRENT = "currentColor"
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_STEP = re.compile(r"([MmLlHhVvCcSsQqTtAaZz])([^MmLlHhVvCcSsQqTtAaZz]*)")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7}


def icon(name: str, color: str, x: float, y: float, size: float) -> list[Path]:
    """An icon in one colour, its upper left corner at (x, y). Raises KeyError."""
    side, shapes = _shapes(name)
    found = []
    for shape in shapes:
        made = transformed(shape, size / side, x, y)
        stroke = made.stroke._replace(color=color) if made.stroke is not None else None
        found.append(Path(made.commands, color if made.fill else "", stroke))
    return found


@cache
def _shapes(name: str) -> tuple[float, tuple[Path, ...]]:
    """The side of the icon's grid and its shapes in it."""
    root = ElementTree.fromstring(data.svg(name))
    side = float(root.get("viewBox", "0 0 24 24").split()[2])
    found: list[Path] = []
    _walk(root, {}, found)
    return side, tuple(found)


def _walk(element: ElementTree.Element, outer: dict[str, str], found: list[Path]) -> None:
    look = {**outer, **element.attrib}
    tag = element.tag.rpartition("}")[2]
    if tag in ("svg", "g"):
        for child in element:
            _walk(child, {key: value for key, value in look.items() if key not in ("width", "height", "x", "y")}, found)
        return
    commands = _commands(tag, element.attrib)
    if not commands:
        return
    fill = "" if look.get("fill", "black") == "none" else CURRENT
    stroke = None
    if look.get("stroke", "none") != "none":
        dashes = tuple([float(text) for text in _NUMBER.findall(look.get("stroke-dasharray", ""))])
        stroke = Stroke(CURRENT, float(look.get("stroke-width", "1")), dashes, look.get("stroke-linecap") == "round")
    found.append(Path(tuple(commands), fill, stroke))


def _commands(tag: str, at: dict[str, str]) -> tuple[Command, ...]:
    def number(key: str, otherwise: float = 0.0) -> float:
        return float(at.get(key, otherwise))

    if tag == "path":
        return tuple(_path(at.get("d", "")))
    if tag == "rect":
        radius = number("rx", number("ry"))
        return rect(number("x"), number("y"), number("width"), number("height"), radius=radius).commands
    if tag == "circle":
        return circle(number("cx"), number("cy"), number("r")).commands
    if tag == "line":
        return ("M", (number("x1"), number("y1"))), ("L", (number("x2"), number("y2")))
    if tag in ("polyline", "polygon"):
        points = [float(text) for text in _NUMBER.findall(at.get("points", ""))]
        steps: list[Command] = [("M" if k == 0 else "L", (points[k], points[k + 1])) for k in range(0, len(points) - 1, 2)]
        return (*steps, ("Z", ())) if tag == "polygon" else tuple(steps)
    return ()


def _arguments(op: str, text: str) -> Iterator[list[float]]:
    """The numbers of a step, as many as it takes at a time. An arc's flags need no space between them."""
    if op.upper() == "Z":
        yield []
        return
    takes = _TAKES[op.upper()]
    found: list[float] = []
    at = 0
    while True:
        flag = op.upper() == "A" and len(found) % 7 in (3, 4)
        match = re.compile(r"[01]").search(text, at) if flag else _NUMBER.search(text, at)
        if match is None:
            break
        found.append(float(match[0]))
        at = match.end()
    for k in range(0, len(found) - takes + 1, takes):
        yield found[k : k + takes]


def _path(text: str) -> Iterator[Command]:
    """Absolute M, L, Q, C and Z from all that a path may hold."""
    x = y = start_x = start_y = 0.0
    handle: tuple[float, float] | None = None  # of the curve before, for S and T
    for op, rest in _STEP.findall(text):
        kind = op.upper()
        for count, numbers in enumerate(_arguments(op, rest)):
            if kind == "Z":
                yield "Z", ()
                x, y, handle = start_x, start_y, None
                continue
            if kind == "A":
                rx, ry, turn, large, sweep, ex, ey = numbers
                if op == "a":
                    ex, ey = ex + x, ey + y
                yield from _arc(x, y, rx, ry, turn, bool(large), bool(sweep), ex, ey)
                x, y, handle = ex, ey, None
                continue
            if kind in "HV":
                ahead = numbers[0] + ((x if kind == "H" else y) if op.islower() else 0.0)
                x, y = (ahead, y) if kind == "H" else (x, ahead)
                yield "L", (x, y)
                handle = None
                continue
            at = [value + ((y if k % 2 else x) if op.islower() else 0.0) for k, value in enumerate(numbers)]
            if kind in "ST":
                at = [*((2 * x - handle[0], 2 * y - handle[1]) if handle is not None else (x, y)), *at]
            if kind == "M" and count == 0:
                start_x, start_y = at
                yield "M", (at[0], at[1])
            elif kind in "ML":
                yield "L", (at[0], at[1])
            elif kind in "CS":
                yield "C", tuple(at)
            else:
                yield "Q", tuple(at)
            handle = (at[-4], at[-3]) if kind in "CSQT" else None
            x, y = at[-2], at[-1]


def _arc(
    x: float, y: float, rx: float, ry: float, turn: float, large: bool, sweep: bool, ex: float, ey: float
) -> Iterator[Command]:
    """An elliptic arc as Bezier curves of at most a quarter each (SVG 1.1, appendix F.6)."""
    if not rx or not ry or (x, y) == (ex, ey):
        yield "L", (ex, ey)
        return
    rx, ry, phi = abs(rx), abs(ry), math.radians(turn)
    cos, sin = math.cos(phi), math.sin(phi)
    dx, dy = (x - ex) / 2, (y - ey) / 2
    px, py = cos * dx + sin * dy, cos * dy - sin * dx
    grow = math.sqrt(max(1.0, px**2 / rx**2 + py**2 / ry**2))
    rx, ry = rx * grow, ry * grow
    under = rx**2 * py**2 + ry**2 * px**2
    root = math.sqrt(max(0.0, rx**2 * ry**2 / under - 1.0)) * (-1 if large == sweep else 1)
    cx, cy = root * rx * py / ry, -root * ry * px / rx
    middle_x, middle_y = cos * cx - sin * cy + (x + ex) / 2, sin * cx + cos * cy + (y + ey) / 2
    begin = math.atan2((py - cy) / ry, (px - cx) / rx)
    end = math.atan2((-py - cy) / ry, (-px - cx) / rx)
    sweep_angle = end - begin
    if sweep and sweep_angle < 0:
        sweep_angle += 2 * math.pi
    elif not sweep and sweep_angle > 0:
        sweep_angle -= 2 * math.pi
    pieces = max(1, math.ceil(abs(sweep_angle) / (math.pi / 2) - 1e-9))
    step = sweep_angle / pieces
    reach = 4 / 3 * math.tan(step / 4)

    def place(angle: float, out: float) -> tuple[float, float]:
        u = rx * (math.cos(angle) - out * math.sin(angle))
        v = ry * (math.sin(angle) + out * math.cos(angle))
        return middle_x + cos * u - sin * v, middle_y + sin * u + cos * v

    for k in range(pieces):
        a, b = begin + k * step, begin + (k + 1) * step
        yield "C", (*place(a, reach), *place(b, -reach), *(place(b, 0.0) if k < pieces - 1 else (ex, ey)))
