"""A comparison as tables: CSV for spreadsheets, Markdown, and lines of tabs for the clipboard."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from designer.analysis import numbers
from designer.analysis.compare_changes import Differences
from designer.analysis.compare_entry import Entry
from designer.analysis.compare_rows import by_kind, by_resolution, time_of
from designer.analysis.compare_saving import Saving
from designer.analysis.compare_totals import BETTER, WORSE, Cell, totals
from designer.analysis.numbers import NOT_APPLICABLE

BYTES_NOTE = "Bytes are of {dtype}, batch 1. FLOPs = 2 x MACs."


class Head(NamedTuple):
    """A column; numbers stand at the right."""

    text: str
    number: bool = True


class Sheet(NamedTuple):
    """One table of words for people."""

    title: str
    heads: list[Head]
    rows: list[list[str]]


class Comparison(NamedTuple):
    """What is compared, with what a report says of it. `sees` is a sentence on what to see, "" where nobody wrote one."""

    title: str
    entries: tuple[Entry, ...]
    baseline: int = 0
    sees: str = ""
    savings: tuple[Saving, ...] = ()
    changes: tuple[tuple[int, Differences], ...] = ()

    @property
    def base(self) -> Entry:
        return self.entries[self.baseline]


def sheets(comparison: Comparison) -> list[Sheet]:
    """Every table of a comparison that has something to say."""
    found = [totals_sheet(comparison), resolution_sheet(comparison), kinds_sheet(comparison)]
    found += [changes_sheet(comparison, number, changes) for number, changes in comparison.changes if changes.found]
    return [sheet for sheet in found if sheet.rows]


def totals_sheet(comparison: Comparison) -> Sheet:
    """A row for each figure, a column for each design and one for its difference to the baseline."""
    entries = comparison.entries
    heads = [Head("", False)]
    for number, entry in enumerate(entries):
        heads.append(Head(entry.short))
        if number != comparison.baseline:
            heads.append(Head(f"against {comparison.base.short}"))
    rows = []
    for row in totals(entries, comparison.baseline):
        cells = [row.title]
        for number, cell in enumerate(row.cells):
            cells.append(cell.text)
            if number != comparison.baseline:
                cells.append(difference_text(cell))
        rows.append(cells)
    return Sheet("Totals", heads, rows)


def difference_text(cell: Cell) -> str:
    """`−268.0 M (−47.1 %, better)`."""
    if not cell.ratio:
        return NOT_APPLICABLE
    verdict = {BETTER: ", better", WORSE: ", worse"}.get(cell.verdict, "")
    return f"{cell.change} ({cell.ratio}{verdict})"


def resolution_sheet(comparison: Comparison) -> Sheet:
    """A row for each output resolution: what stands there, its MACs, and its time where that is known."""
    entries = comparison.entries
    timed = [time_of(entry) is not None for entry in entries]
    heads = [Head("Output", False), Head("Stride")]
    for entry, has_time in zip(entries, timed, strict=True):
        heads += [Head(entry.short, False), Head("MACs")]
        if has_time:
            heads.append(Head("ms"))
    rows = []
    for step in by_resolution(entries):
        cells = [step.title, NOT_APPLICABLE if step.stride is None else f"{step.stride:g}"]
        for place, has_time in zip(step.places, timed, strict=True):
            cells += (
                [NOT_APPLICABLE] * 2 if place is None else [f"{place.words}, {place.channels:,} wide", numbers.short(place.macs)]
            )
            if has_time:
                cells.append(NOT_APPLICABLE if place is None or place.ms is None else f"{place.ms:.2f}")
        rows.append(cells)
    return Sheet("By output resolution", heads, rows)


def kinds_sheet(comparison: Comparison) -> Sheet:
    """A row for each kind of layer: how many there are, their MACs and their share."""
    heads = [Head("Kind of layer", False)]
    for entry in comparison.entries:
        heads += [Head(f"{entry.short} layers"), Head("MACs"), Head("share")]
    rows = []
    for row in by_kind(comparison.entries):
        cells = [row.kind]
        for kind, share in zip(row.kinds, row.shares, strict=True):
            if kind.layers:
                cells += [f"{kind.layers:,}", numbers.short(kind.macs), numbers.share(share)]
            else:
                cells += [NOT_APPLICABLE] * 3
        rows.append(cells)
    return Sheet("By kind of layer", heads, rows)


def changes_sheet(comparison: Comparison, number: int, changes: Differences) -> Sheet:
    """What differs from the baseline, a row for each block."""
    title = f"Changes from {comparison.base.short} to {comparison.entries[number].short}: {changes.sentence()}"
    heads = [Head("", False), Head("Block", False), Head("What", False), Head("Params"), Head("MACs")]
    rows = [
        [one.sort, one.path, one.words(), *(NOT_APPLICABLE if n is None else numbers.signed(n) for n in (one.params, one.macs))]
        for one in changes.found
    ]
    return Sheet(title, heads, rows)


# -- as text ---------------------------------------------------------------------------------------------------------------------


def csv_text(comparison: Comparison) -> str:
    """A row for each design with plain numbers; unknown ones are empty. MACs and times by output stride stand behind."""
    entries = comparison.entries
    steps = by_resolution(entries)
    names = ["end" if step.stride is None else f"stride_{step.stride:g}" for step in steps]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            "design",
            "detail",
            "baseline",
            "valid",
            "dtype",
            "params",
            "buffers",
            "macs",
            "flops",
            "activations",
            "peak_activation_bytes",
            "weights_bytes",
            "depth",
            "receptive_field",
            "top1_percent",
            "top1_source",
            "estimated_ms",
            "measured_ms",
            "measured_on",
            *[f"macs_{name}" for name in names],
            *[f"ms_{name}" for name in names],
        ]
    )
    for number, entry in enumerate(entries):
        facts = entry.facts
        field = facts.receptive_field
        places = [step.places[number] for step in steps]
        cells = [
            entry.name,
            entry.detail,
            "true" if number == comparison.baseline else "false",
            "true" if facts.valid else "false",
            facts.dtype,
            facts.params,
            facts.buffers,
            facts.macs,
            None if facts.macs is None else 2 * facts.macs,
            facts.activations,
            facts.peak_bytes,
            facts.weights_bytes,
            facts.depth,
            None if field is None else f"{field[0]:g}x{field[1]:g}",
            entry.top1.percent if entry.top1 is not None else None,
            f"{entry.top1.source}{', recalled' if entry.top1.recalled else ''}" if entry.top1 is not None else None,
            round(entry.estimated.total_ms, 4) if entry.estimated is not None else None,
            round(entry.measured.total_ms, 4) if entry.measured is not None else None,
            entry.measured.conditions if entry.measured is not None else None,
            *[place.macs if place is not None else None for place in places],
            *[round(place.ms, 4) if place is not None and place.ms is not None else None for place in places],
        ]
        writer.writerow(["" if cell is None else cell for cell in cells])
    return out.getvalue()


def tabs_text(comparison: Comparison) -> str:
    """The totals as lines of tabs: what a spreadsheet takes from the clipboard."""
    sheet = totals_sheet(comparison)
    lines = [[head.text for head in sheet.heads], *sheet.rows]
    return "\n".join("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in line) for line in lines) + "\n"


def totals_html(comparison: Comparison) -> str:
    """The totals as a plain HTML table: what a text processor takes from the clipboard."""
    sheet = totals_sheet(comparison)
    head = "".join([f"<th>{escape(one.text)}</th>" for one in sheet.heads])
    rows = ["<tr>" + "".join([f"<td>{escape(cell)}</td>" for cell in row]) + "</tr>" for row in sheet.rows]
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def markdown_text(comparison: Comparison) -> str:
    """Everything as GitHub tables."""
    parts = [f"# {_md(comparison.title)}", _md(note(comparison))]
    if comparison.sees:
        parts.append(_md(comparison.sees))
    parts += [f"**{_md(saving.title)}** {_md(saving.text)}" for saving in comparison.savings]
    for sheet in sheets(comparison):
        lines = [f"## {_md(sheet.title)}", ""]
        lines.append(_line([_md(head.text) for head in sheet.heads]))
        lines.append(_line(["---:" if head.number else "---" for head in sheet.heads]))
        lines += [_line([_md(cell) for cell in row]) for row in sheet.rows]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _md(text: str) -> str:
    for letter, instead in (("\\", r"\\"), ("|", r"\|"), ("<", "&lt;"), ("*", r"\*"), ("_", r"\_")):
        text = text.replace(letter, instead)
    return " ".join(text.split())


def note(comparison: Comparison) -> str:
    """What the figures are of."""
    said = f"Differences are to {comparison.base.full}. {BYTES_NOTE.format(dtype=comparison.base.facts.dtype)}"
    conditions = list(dict.fromkeys(entry.measured.conditions for entry in comparison.entries if entry.measured is not None))
    if conditions:
        said += f" Measured on {' and on '.join(conditions)}."
    recalled = [entry.short for entry in comparison.entries if entry.top1 is not None and entry.top1.recalled]
    if recalled:
        said += f" Top-1 of {', '.join(recalled)} is recalled, not seen in print."
    return said
