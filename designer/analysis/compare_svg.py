"""Charts of a comparison as inline SVG, without Qt. Colours are CSS variables, so that one picture serves light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple

from designer.analysis import compare_front
from designer.analysis.compare_entry import Entry
from designer.analysis.compare_rows import Curve
from designer.analysis.compare_scale import Axis, linear, logarithmic, span, written
from designer.analysis.compare_totals import BY_KEY, Metric

SERIES = ("a", "b", "c", "d")
"""Colour and mark of each design, in order: circle, square, triangle, diamond."""


class Known(NamedTuple):
    """A network in the background of a scatter: its figures by the key of a metric. `design` is the DESIGN text that opens it."""

    name: str
    design: str
    figures: dict[str, float]
    recalled: bool = False


_CARD_FIGURES = ("params", "macs", "activations", "peak_bytes", "weights_bytes", "depth", "receptive_field", "top1")


def known_of(card: Mapping[str, Any]) -> Known:
    """A network as its card in the gallery describes it (`resources/catalogue.json`)."""
    figures = {key: card[key] for key in _CARD_FIGURES if card[key] is not None}
    figures["flops"] = 2 * card["macs"]
    return Known(card["title"].partition(" (")[0], card["id"], figures, card["recalled"])


class Dot(NamedTuple):
    """A place in a scatter. `series` is the number of a compared design, -1 for the background; `recalled` says that the accuracy
    of a network there was written down from memory."""

    name: str
    x: float
    y: float
    series: int
    design: str = ""
    recalled: bool = False


class Scatter(NamedTuple):
    """Everything a scatter shows: the axes, the dots, and the indices of those on the Pareto front from the best x on."""

    x: Metric
    y: Metric
    across: Axis
    along: Axis
    dots: list[Dot]
    front: list[int]


def scatter(
    entries: Sequence[Entry], known: Sequence[Known], x: str = "macs", y: str = "params", least_top1: float | None = None
) -> Scatter:
    """Any two figures of the designs, with all known networks behind them. `least_top1` leaves out what is less accurate, or of
    unknown accuracy, from the front (not from the picture)."""
    across_by, along_by = BY_KEY[x], BY_KEY[y]
    dots: list[Dot] = []
    able: list[bool] = []
    for number, entry in enumerate(entries):
        a, b = across_by.value(entry), along_by.value(entry)
        if _drawable(across_by, a) and _drawable(along_by, b):
            assert a is not None
            assert b is not None
            dots.append(Dot(entry.short, a, b, number))
            able.append(_accurate(entry.top1.percent if entry.top1 is not None else None, least_top1))
    for one in known:
        a, b = one.figures.get(x), one.figures.get(y)
        if _drawable(across_by, a) and _drawable(along_by, b):
            assert a is not None
            assert b is not None
            dots.append(Dot(one.name, a, b, -1, one.design, one.recalled))
            able.append(_accurate(one.figures.get("top1"), least_top1))
    candidates = [k for k, able_ in enumerate(able) if able_]
    points = [(dots[k].x, dots[k].y) for k in candidates]
    chosen = compare_front.front(points, less_x=across_by.less is not False, less_y=along_by.less is not False)
    return Scatter(
        across_by,
        along_by,
        _axis(across_by, [dot.x for dot in dots]),
        _axis(along_by, [dot.y for dot in dots]),
        dots,
        [candidates[k] for k in chosen],
    )


def _drawable(metric: Metric, value: float | None) -> bool:
    return value is not None and (value > 0 or metric.key == "top1")


def _accurate(percent: float | None, least: float | None) -> bool:
    return least is None or (percent is not None and percent >= least)


def _axis(metric: Metric, values: Sequence[float]) -> Axis:
    if not values:
        return linear(1.0)
    if metric.key == "top1":
        return span(min(values), max(values))
    return logarithmic(min(values), max(values))


def front_line(found: Scatter) -> list[tuple[float, float]]:
    """The line along the front, from edge to edge of the chart."""
    points = [(found.dots[k].x, found.dots[k].y) for k in found.front]
    if not points:
        return []
    line = compare_front.staircase(points)
    worst_y = found.along.high if found.y.less is not False else found.along.low
    worst_x = found.across.high if found.x.less is not False else found.across.low
    return [(points[0][0], worst_y), *line, (worst_x, points[-1][1])]


# -- pictures --------------------------------------------------------------------------------------------------------------------

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 32


def mark(series: int, x: float, y: float, size: float = 6.0) -> str:
    """The mark of a design."""
    name = SERIES[series]
    if name == "a":
        return f'<circle class="s-{name}" cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}"/>'
    if name == "b":
        return f'<rect class="s-{name}" x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size:.1f}" height="{2 * size:.1f}"/>'
    corners = [(0, -1.2), (1.1, 0.9), (-1.1, 0.9)] if name == "c" else [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)]
    points = " ".join(f"{x + dx * size:.1f},{y + dy * size:.1f}" for dx, dy in corners)
    return f'<polygon class="s-{name}" points="{points}"/>'


def mark_svg(series: int) -> str:
    """The mark alone, for headings."""
    return f'<svg class="mark" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">{mark(series, 7, 7, 5)}</svg>'


def scatter_svg(found: Scatter) -> str:
    """The scatter as a picture with a title for screen readers; names of the background show on hover."""

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + found.across.place(x) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - found.along.place(y) * (HEIGHT - TOP - BOTTOM),
        )

    parts = [_open(f"{found.y.title} against {found.x.title}", WIDTH, HEIGHT)]
    parts += _grid(found.across, found.along, found.x.key, found.y.key)
    line = [at(*point) for point in front_line(found)]
    if line:
        parts.append(f'<polyline class="front" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in line)}"/>')
    places = [at(dot.x, dot.y) for dot in found.dots]
    for dot, (x, y) in zip(found.dots, places, strict=True):
        if dot.series < 0:
            title = f"{dot.name}: {found.x.write(dot.x)} {found.x.title}, {found.y.write(dot.y)} {found.y.title}"
            role = "known recalled" if dot.recalled else "known"
            parts.append(f'<circle class="{role}" cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{escape(title)}</title></circle>')
    names = _Names(places, [*_AXIS_TITLES, *_boxes(line)])
    for k in sorted(range(len(found.dots)), key=lambda k: (found.dots[k].series < 0, k not in found.front)):
        dot = found.dots[k]
        if dot.series >= 0:
            parts.append(mark(dot.series, *places[k]))
        parts.append(names.put(dot.name, k, strong=dot.series >= 0))
    parts.append(_text("axis", WIDTH - RIGHT, HEIGHT - BOTTOM - 8, found.x.title, "end"))
    parts.append(_text("axis", LEFT + 8, TOP + 12, found.y.title))
    return "".join(parts) + "</svg>"


_Box = tuple[float, float, float, float]
_AXIS_TITLES: tuple[_Box, ...] = (
    (LEFT, TOP, LEFT + 80.0, TOP + 16.0),
    (WIDTH - RIGHT - 80.0, HEIGHT - BOTTOM - 22.0, float(WIDTH - RIGHT), HEIGHT - BOTTOM - 4.0),
)


def _boxes(line: Sequence[tuple[float, float]]) -> list[_Box]:
    """The steps of a staircase."""
    return [(min(a, c), min(b, d), max(a, c), max(b, d)) for (a, b), (c, d) in pairwise(line)]


class _Names:
    """Names beside dots, each clear of what is `taken`, of the other dots and of the names before it, or left out: they show on
    hover."""

    def __init__(self, places: Sequence[tuple[float, float]], taken: Iterable[_Box] = ()) -> None:
        self._places = places
        self._taken = list(taken)

    def put(self, name: str, number: int, *, strong: bool = False) -> str:
        """The name of one of the dots."""
        x, y = self._places[number]
        width, height = 6.4 * len(name), 14.0
        for left, base in ((x + 10, y + 4), (x - 10 - width, y + 4), (x - width / 2, y - 10), (x - width / 2, y + 20)):
            box = (left, base - height, left + width, base + 2)
            inside = box[0] >= LEFT and box[2] <= WIDTH - 2 and box[1] >= 0 and box[3] <= HEIGHT - BOTTOM
            dots = [(a - 4, b - 4, a + 4, b + 4) for k, (a, b) in enumerate(self._places) if k != number]
            if inside and all(box[2] < a or c < box[0] or box[3] < b or d < box[1] for a, b, c, d in (*self._taken, *dots)):
                self._taken.append(box)
                return _text("name strong" if strong else "name", left, base, name)
        return ""


def curves_svg(title: str, key: str, curves: Sequence[tuple[int, Curve]]) -> str:
    """Curves over depth, each with its design's mark at its end."""
    height = 240
    along = linear(max([curve.end for _, curve in curves], default=0.0))
    across = Axis(0.0, 1.0, (0.0, 0.5, 1.0), False)
    parts = [_open(title, WIDTH, height)]
    parts += _grid(None, along, "", key, height)
    for place, word, anchor in ((0.0, "first", "start"), (0.5, "half way", "middle"), (1.0, "last layer", "end")):
        x = LEFT + across.place(place) * (WIDTH - LEFT - RIGHT)
        parts.append(f'<text class="tick" x="{x:.1f}" y="{height - 12}" text-anchor="{anchor}">{word}</text>')
    for series, curve in curves:
        points = [
            (LEFT + x * (WIDTH - LEFT - RIGHT), height - BOTTOM - along.place(y) * (height - TOP - BOTTOM))
            for x, y in curve.points
        ]
        if points:
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in thinned(points))
            parts.append(f'<polyline class="curve l-{SERIES[series]}" points="{line}"/>')
            parts.append(mark(series, *points[-1]))
    return "".join(parts) + "</svg>"


def thinned(points: Sequence[tuple[float, float]], most: int = 400) -> list[tuple[float, float]]:
    """So few points that a picture stays small; the last one stays."""
    step = max(1, -(-len(points) // most))
    kept = list(points[::step])
    if points and kept[-1] != points[-1]:
        kept.append(points[-1])
    return kept


def _open(title: str, width: int, height: int) -> str:
    said = escape(title)
    return f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{said}"><title>{said}</title>'


def _text(role: str, x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text class="{role}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _grid(across: Axis | None, along: Axis, x_key: str, y_key: str, height: int = HEIGHT) -> list[str]:
    parts = []
    for tick in along.ticks:
        y = height - BOTTOM - along.place(tick) * (height - TOP - BOTTOM)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(written(y_key, tick))}</text>')
    for tick in across.ticks if across is not None else ():
        x = LEFT + across.place(tick) * (WIDTH - LEFT - RIGHT) if across is not None else 0.0
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{height - BOTTOM}"/>')
        parts.append(
            f'<text class="tick" x="{x:.1f}" y="{height - 12}" text-anchor="middle">{escape(written(x_key, tick))}</text>'
        )
    return parts
