"""A comparison as one HTML file: tables and pictures, light and dark, nothing from the network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from typing import Any

from designer.analysis import numbers
from designer.analysis.compare_rows import Place, by_kind, by_resolution, macs_over_depth, time_of, time_over_depth
from designer.analysis.compare_saving import Saving
from designer.analysis.compare_svg import SERIES, Known, Scatter, curves_svg, mark_svg, scatter, scatter_svg
from designer.analysis.compare_tables import Comparison, changes_sheet, note
from designer.analysis.compare_totals import BETTER, DOWN, UP, WORSE, Cell, totals
from designer.analysis.numbers import NOT_APPLICABLE
from designer.data import folder

_COLORS = {
    "page": "bg.canvas",
    "card": "bg.panel",
    "track": "bg.hover",
    "line": "border.subtle",
    "edge": "border.default",
    "text": "text.primary",
    "second": "text.secondary",
    "muted": "text.muted",
    "better": "state.better",
    "worse": "state.worse",
    "warning": "state.warning",
    "soft": "state.warning_soft",
    "accent": "accent.base",
    **{f"series-{name}": f"series.{name}" for name in SERIES},
}

FIRST, LEAST_COLUMN = 110, 230  # px of what stands before the designs, and of each design
_STYLE = """
* { box-sizing: border-box; }
body { margin: 0; padding: 24px; background: var(--page); color: var(--text); font: 14px/1.45 Inter, system-ui, sans-serif; }
main { max-width: 1360px; margin: 0 auto; }
h1 { font-size: 22px; margin: 0 0 4px; } h2 { font-size: 15px; margin: 0 0 12px; }
p { margin: 0 0 8px; } .muted { color: var(--muted); } .second { color: var(--second); }
section { background: var(--card); border: 1px solid var(--edge); border-radius: 8px; padding: 16px; margin: 12px 0; }
section { overflow-x: auto; }
section.warning { border-color: var(--warning); border-left-width: 4px; }
table { border-collapse: collapse; width: 100%; } table.even { table-layout: fixed; } .even th:first-child { width: 110px; }
th { color: var(--second); font-weight: 600; text-align: left; }
th, td { padding: 5px 10px; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; white-space: nowrap; font-family: "JetBrains Mono", ui-monospace, monospace; font-size: 13px; }
th.n { font-family: inherit; white-space: normal; } th[scope=row] { white-space: nowrap; }
.better { color: var(--better); } .worse { color: var(--worse); }
td.hot { background: var(--soft); }
.mark { vertical-align: -2px; margin-right: 6px; }
.chart { display: block; width: 100%; max-width: 860px; height: auto; font: 11px Inter, system-ui, sans-serif; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 640px), 1fr)); gap: 16px; }
.grid { stroke: var(--line); } .tick { fill: var(--muted); } .axis { fill: var(--second); font-weight: 600; }
.axis { paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.name { fill: var(--muted); } .strong { fill: var(--text); font-weight: 600; } .known { fill: var(--muted); fill-opacity: .6; }
.recalled { fill-opacity: 0; stroke: var(--muted); }
.front { fill: none; stroke: var(--accent); stroke-width: 1.5; stroke-dasharray: 4 3; } .curve { fill: none; stroke-width: 2; }
.bar { display: flex; align-items: center; gap: 8px; }
.track { flex: 1; min-width: 60px; height: 7px; border-radius: 2px; background: var(--track); }
.fill { height: 7px; border-radius: 2px; } .fill.time { border: 1.5px solid; background: transparent !important; }
.bar b { font: 13px "JetBrains Mono", ui-monospace, monospace; white-space: nowrap; min-width: 84px; text-align: right; }
"""


def html_text(
    comparison: Comparison,
    known: Sequence[Known] = (),
    *,
    x: str = "macs",
    y: str = "params",
    least_top1: float | None = None,
) -> str:
    """The whole file. `x`, `y` and `least_top1` are those of the scatter."""
    sections = [_totals(comparison)]
    if comparison.sees:
        sections.append(_section("What to see", f"<p>{escape(comparison.sees)}</p>"))
    sections += [_saving(comparison, saving) for saving in comparison.savings]
    sections += [
        _resolution(comparison),
        _charts(comparison, scatter(comparison.entries, known, x, y, least_top1)),
        _kinds(comparison),
    ]
    sections += [_changes(comparison, number) for number, changes in comparison.changes if changes.found]
    title = escape(comparison.title)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_variables()}{_STYLE}{_series_style()}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{title}</h1>\n<p class="second">{escape(note(comparison))}</p>\n'
        + "\n".join(sections)
        + '\n<p class="muted">Written by lightdesigner.</p>\n</main>\n</body>\n</html>\n'
    )


def _section(title: str, body: str, role: str = "") -> str:
    kind = f' class="{role}"' if role else ""
    return f"<section{kind}>\n<h2>{title}</h2>\n{body}\n</section>"


def _table(heads: Iterable[tuple[str, bool]], rows: Iterable[str], even: int = 0) -> str:
    """With `even` designs, each has a column of the same width, so that their bars can be compared."""
    kind = f' class="even" style="min-width:{FIRST + LEAST_COLUMN * even}px"' if even else ""
    head = "".join(f'<th scope="col"{_number(number)}>{text}</th>' for text, number in heads)
    return f"<table{kind}>\n<thead><tr>{head}</tr></thead>\n<tbody>\n" + "\n".join(rows) + "\n</tbody>\n</table>"


def _number(number: bool) -> str:
    return ' class="n"' if number else ""


def _named(comparison: Comparison, number: int) -> str:
    entry = comparison.entries[number]
    detail = f' <span class="muted">{escape(entry.detail)}</span>' if entry.detail else ""
    base = ' <span class="muted">baseline</span>' if number == comparison.baseline else ""
    return f"{mark_svg(number)}{escape(entry.name)}{detail}{base}"


def _totals(comparison: Comparison) -> str:
    heads = [("", False)]
    for number in range(len(comparison.entries)):
        heads.append((_named(comparison, number), True))
        if number != comparison.baseline:
            heads.append((f"against {escape(comparison.base.short)}", True))
    rows = []
    for row in totals(comparison.entries, comparison.baseline):
        cells = [f'<th scope="row">{escape(row.title)}</th>']
        for number, cell in enumerate(row.cells):
            hint = f' title="{escape(cell.note)}"' if cell.note else ""
            cells.append(f'<td class="n"{hint}>{escape(cell.text)}</td>')
            if number != comparison.baseline:
                cells.append(f'<td class="n">{_difference(cell)}</td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    legend = '<p class="muted">▼ ▲ filled: better; ▽ △ hollow: worse; the triangle points where the figure went.</p>'
    return _section("Totals", _table(heads, rows) + legend)


def _difference(cell: Cell) -> str:
    if not cell.ratio:
        return NOT_APPLICABLE
    signs = {(BETTER, UP): "▲", (BETTER, DOWN): "▼", (WORSE, UP): "△", (WORSE, DOWN): "▽"}
    sign = signs.get((cell.verdict, cell.way), "")
    role = f' class="{cell.verdict}" aria-label="{cell.verdict}: {escape(cell.ratio)}"' if cell.verdict else ""
    return f'<span class="muted">{escape(cell.change)}</span> <span{role}>{sign} {escape(cell.ratio)}</span>'


def _saving(comparison: Comparison, saving: Saving) -> str:
    entry, base = comparison.entries[saving.entry], comparison.entries[saving.baseline]
    rows = [
        f'<tr><td>{escape(one.path)}</td><td class="n">{numbers.short(one.macs)}</td><td class="n">{one.ms:.2f}</td>'
        f'<td class="n">{numbers.gmacs(one.rate)}</td><td>{escape(one.why)}</td></tr>'
        for one in saving.culprits
    ]
    intensity = f"{saving.base_intensity:.1f} MACs a byte" if saving.base_intensity is not None else ""
    rows.append(
        f'<tr class="muted"><td>{escape(base.short)}, all blocks</td><td class="n">{numbers.short(saving.base_macs)}</td>'
        f'<td class="n">{saving.base_ms:.2f}</td><td class="n">{numbers.gmacs(saving.base_rate)}</td><td>{intensity}</td></tr>'
    )
    heads = [
        (f"Block of {escape(entry.short)}", False),
        ("MACs", True),
        ("ms", True),
        ("GMAC/s", True),
        ("Why, as measured", False),
    ]
    runs = f", {saving.runs:,} runs each" if saving.runs else ""
    body = f'<p>{escape(saving.text)}</p>{_table(heads, rows)}<p class="muted">{escape(saving.conditions)}{runs}</p>'
    return _section(escape(saving.title), body, "warning")


def _resolution(comparison: Comparison) -> str:
    entries = comparison.entries
    steps = by_resolution(entries)
    places = [place for step in steps for place in step.places if place is not None]
    most_macs = max([place.macs for place in places], default=0)
    most_ms = max([place.ms for place in places if place.ms is not None], default=0.0)
    hot = {(saving.entry, saving.stride) for saving in comparison.savings}
    heads = [("Output", False), *[(_named(comparison, number), False) for number in range(len(entries))]]
    rows = []
    for step in steps:
        cells = [f'<th scope="row">{escape(step.title)}<br><span class="muted">{escape(step.subtitle)}</span></th>']
        for number, place in enumerate(step.places):
            role = ' class="hot"' if (number, step.stride) in hot and place is not None else ""
            cells.append(f"<td{role}>{_place(place, number, most_macs, most_ms)}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    times = f"; the longest outlined bar is {numbers.ms(most_ms)}" if most_ms else ""
    scale = f'<p class="muted">The longest bar is {numbers.short(most_macs)} MACs{times}.</p>'
    return _section("By output resolution", _table(heads, rows, len(entries)) + scale)


def _place(place: Place | None, number: int, most_macs: int, most_ms: float) -> str:
    if place is None:
        return f'<span class="muted">{NOT_APPLICABLE}</span>'
    words = f'<div>{escape(place.words)} <span class="muted">{place.channels:,} wide</span></div>'
    bars = _bar(number, place.macs / most_macs if most_macs else 0.0, f"{numbers.short(place.macs)} MACs")
    if place.ms is not None and most_ms:
        bars += _bar(number, place.ms / most_ms, numbers.ms(place.ms), time=True)
    return words + bars


def _bar(number: int, share: float, text: str, *, time: bool = False) -> str:
    kind = f"fill f-{SERIES[number]}{' time' if time else ''}"
    inside = f'<div class="{kind}" style="width:{100 * share:.1f}%"></div>'
    return f'<div class="bar"><span class="track">{inside}</span><b>{text}</b></div>'


def _charts(comparison: Comparison, found: Scatter) -> str:
    entries = comparison.entries
    parts = [f"<div><p>{escape(found.y.title)} against {escape(found.x.title)}</p>{scatter_svg(found)}</div>"]
    macs = [(k, macs_over_depth(entry)) for k, entry in enumerate(entries)]
    parts.append(f"<div><p>MACs so far, over depth</p>{curves_svg('MACs so far', 'macs', macs)}</div>")
    times = [(k, time_over_depth(entry)) for k, entry in enumerate(entries) if time_of(entry) is not None]
    if any(curve.points for _, curve in times):
        parts.append(f"<div><p>Time so far, over depth</p>{curves_svg('Time so far', 'measured_ms', times)}</div>")
    return _section("Charts", f'<div class="charts">{"".join(parts)}</div>')


def _kinds(comparison: Comparison) -> str:
    heads = [("Kind of layer", False), *[(_named(comparison, number), False) for number in range(len(comparison.entries))]]
    rows = []
    for row in by_kind(comparison.entries):
        cells = [f'<th scope="row">{row.kind}</th>']
        for number, (kind, share) in enumerate(zip(row.kinds, row.shares, strict=True)):
            if not kind.layers:
                cells.append(f'<td><span class="muted">{NOT_APPLICABLE}</span></td>')
                continue
            text = f"{kind.layers:,} {'layer' if kind.layers == 1 else 'layers'}, {numbers.short(kind.macs)} MACs"
            cells.append(f"<td>{text}{_bar(number, share or 0.0, numbers.share(share))}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return _section("By kind of layer", _table(heads, rows, len(comparison.entries)))


def _changes(comparison: Comparison, number: int) -> str:
    sheet = changes_sheet(comparison, number, dict(comparison.changes)[number])
    rows = [
        "<tr>"
        + "".join(f"<td{_number(head.number)}>{escape(cell)}</td>" for head, cell in zip(sheet.heads, row, strict=True))
        + "</tr>"
        for row in sheet.rows
    ]
    return _section(escape(sheet.title), _table([(head.text, head.number) for head in sheet.heads], rows))


# -- colours ---------------------------------------------------------------------------------------------------------------------


@cache
def _tokens() -> Any:
    return json.loads((folder() / "tokens.json").read_text(encoding="utf-8"))


def _variables() -> str:
    def of(theme: str) -> str:
        found = []
        for name, path in _COLORS.items():
            value = _tokens()["themes"][theme]
            for step in path.split("."):
                value = value[step]
            found.append(f"--{name}:{value}")
        return ";".join(found)

    return f":root{{color-scheme:light dark;{of('light')}}}@media (prefers-color-scheme:dark){{:root{{{of('dark')}}}}}"


def _series_style() -> str:
    return "".join(
        f".s-{name}{{fill:var(--series-{name})}}.l-{name}{{stroke:var(--series-{name})}}"
        f".f-{name}{{background:var(--series-{name});border-color:var(--series-{name})!important}}"
        for name in SERIES
    )
