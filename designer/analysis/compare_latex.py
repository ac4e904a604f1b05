"""A comparison as LaTeX: tables that fit the width of a page, with nothing but LaTeX's own commands.

A paper's column is narrow, so a difference stands below its figure, and what stands at a resolution is wrapped. Lists of
changes are cut into tables that fit the height of a page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from designer.analysis import numbers
from designer.analysis.compare_rows import by_kind, by_resolution, time_of
from designer.analysis.compare_tables import Comparison, changes_sheet, difference_text, note
from designer.analysis.compare_totals import BETTER, WORSE, Cell, totals
from designer.analysis.numbers import NOT_APPLICABLE

PREAMBLE = r"""% Needs no package; pdfLaTeX, XeLaTeX and LuaLaTeX set it. Where a page has two columns, use table* for table.
\providecommand{\ldcell}[2]{\parbox[t]{#1\linewidth}{\raggedright\strut #2\strut}}
\providecommand{\ldhead}[2]{\parbox[b]{#1\linewidth}{\raggedleft\strut #2\strut}}
\DeclareRobustCommand{\ldother}[2]{\ifcsname Umathchar\endcsname #2\else{\tiny U+#1}\fi}"""

SIZES = {1: r"\small\setlength{\tabcolsep}{3pt}", 2: r"\small\setlength{\tabcolsep}{3pt}"}
SIZES[3] = r"\footnotesize\setlength{\tabcolsep}{3pt}"
SMALLEST = r"\scriptsize\setlength{\tabcolsep}{2pt}"
"""The letters of tables of so many designs, and the gaps between columns; of more, the smallest."""

LONG_NAME = 14
PAGE_LINES, BLOCK_LETTERS, WHAT_LETTERS = 46, 18, 26
"""Of a list of changes: lines in one table, and letters in a line of its wrapped columns."""

FLOATS = 8
"""After so many tables LaTeX is told to set them: it keeps no more than a few that wait."""

STRUT = r"\rule{0pt}{2.6ex}"

_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    numbers.TIMES: r"$\times$",
    numbers.MINUS: "$-$",
    NOT_APPLICABLE: "--",
    "→": r"$\to$",
    "µ": r"$\mu$",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    '"': "''",
}
_SET_AS_THEY_ARE = frozenset("ßæøåÆØÅœŒłŁ¡¿§©£…—‘’“”°±²³·")
_ACCENTS = frozenset("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327")


class Table(NamedTuple):
    """One `tabular`: LaTeX's columns, and rows of cells that are LaTeX already; `heads` of them stand above a line. `below` is a
    sentence under it."""

    title: str
    columns: str
    rows: list[str]
    heads: int = 1
    size: str = SIZES[1]
    below: str = ""


def latex_escaped(text: str) -> str:
    """Text that LaTeX sets as it stands; letters that its own fonts lack as what XeLaTeX and LuaLaTeX set, others by number."""
    return "".join([_letter(letter) for letter in " ".join(text.split())])


def _letter(letter: str) -> str:
    known = _LATEX.get(letter)
    if known is not None:
        return known
    if " " <= letter <= "~" or letter in _SET_AS_THEY_ARE:
        return letter
    parts = unicodedata.normalize("NFD", letter)
    if len(parts) == 2 and parts[0].isascii() and parts[0].isalpha() and parts[1] in _ACCENTS:
        return letter
    return rf"\ldother{{{ord(letter):04X}}}{{{'' if unicodedata.category(letter)[0] == 'C' else letter}}}"


def latex_text(comparison: Comparison) -> str:
    """Everything of a comparison."""
    parts = [f"% {latex_escaped(comparison.title)}: written by lightdesigner\n{PREAMBLE}"]
    if comparison.sees:
        parts.append(_paragraph(latex_escaped(comparison.sees)))
    said = [(latex_escaped(saving.title), latex_escaped(saving.text)) for saving in comparison.savings]
    parts += [_paragraph(rf"\textbf{{{title}}} {rest}") for title, rest in said]
    tables = [_totals(comparison), _resolutions(comparison), _kinds(comparison)]
    for number, changes in comparison.changes:
        if changes.found:
            tables += _changes(comparison, number)
    for number, table in enumerate([table for table in tables if len(table.rows) > table.heads], start=1):
        parts.append(_set(table))
        if number % FLOATS == 0:
            parts.append(r"\clearpage")
    return "\n\n".join(parts) + "\n"


def _paragraph(text: str) -> str:
    """Words with wide gaps rather than a line that is too long: names and figures are not hyphenated."""
    return rf"{{\sloppy {text}\par}}"


def _set(table: Table) -> str:
    rows = [f"    {row} \\\\" for row in table.rows]
    for first in (0, table.heads):
        rows[first] = f"    {STRUT}{rows[first].strip().removeprefix(STRUT)}"
    lines = [
        r"\begin{table}[htbp]",
        r"  \centering",
        rf"  \caption{{{latex_escaped(table.title)}}}",
        r"  \smallskip",
        f"  {table.size}",
        rf"  \begin{{tabular}}{{{table.columns}}}",
        r"    \hline",
        *rows[: table.heads],
        r"    \hline",
        *rows[table.heads :],
        r"    \hline",
        r"  \end{tabular}",
    ]
    if table.below:
        lines.append(rf"  \par\smallskip\parbox{{\linewidth}}{{\footnotesize\raggedright {latex_escaped(table.below)}}}")
    return "\n".join([*lines, r"\end{table}"])


def _row(cells: Sequence[str]) -> str:
    return " & ".join(cells)


def _name(text: str, share: float) -> str:
    """The name of a design above its column, wrapped where it is long."""
    return latex_escaped(text) if len(text) <= LONG_NAME else rf"\ldhead{{{share:.2f}}}{{{_breaking(text)}}}"


def _breaking(text: str) -> str:
    """Escaped text that may be broken inside paths and names of parameters."""
    return re.sub(r"(?<=\w)(\.|\\_|/)(?=\w)", r"\1\\allowbreak{}", latex_escaped(text))


def _size(comparison: Comparison) -> str:
    return SIZES.get(len(comparison.entries), SMALLEST)


# -- tables --------------------------------------------------------------------------------------------------------------------


def _totals(comparison: Comparison) -> Table:
    """A row of figures and one of their differences below it."""
    entries, count = comparison.entries, len(comparison.entries)
    rows = [_row(["", *[_name(entry.short, 0.72 / count) for entry in entries]])]
    for row in totals(entries, comparison.baseline):
        rows.append(STRUT + _row([latex_escaped(row.title), *[latex_escaped(cell.text) for cell in row.cells]]))
        below = [_difference(cell, short=count > 2) for cell in row.cells]
        if any(below):
            rows.append(_row(["", *[latex_escaped(text) for text in below]]))
    against = f"Totals; differences are to {comparison.base.short}" if count > 1 else "Totals"
    return Table(against, "l" + "r" * count, rows, size=_size(comparison), below=note(comparison))


def _difference(cell: Cell, *, short: bool) -> str:
    if not cell.ratio:
        return ""
    verdict = {BETTER: ", better", WORSE: ", worse"}.get(cell.verdict, "")
    return f"{cell.ratio}{verdict}" if short else difference_text(cell)


def _resolutions(comparison: Comparison) -> Table:
    """What stands at each output resolution, with its MACs and its time below."""
    entries, count = comparison.entries, len(comparison.entries)
    timed = [time_of(entry) is not None for entry in entries]
    share = f"{0.66 / count:.2f}"
    rows = [_row(["Output", "Stride", *[rf"\ldcell{{{share}}}{{{_breaking(entry.short)}}}" for entry in entries]])]
    for step in by_resolution(entries):
        cells = [latex_escaped(step.title), "--" if step.stride is None else f"{step.stride:g}"]
        for place, has_time in zip(step.places, timed, strict=True):
            if place is None:
                cells.append("--")
                continue
            figures = numbers.short(place.macs) + (f", {place.ms:.2f} ms" if has_time and place.ms is not None else "")
            words = f"{place.words}, {place.channels:,} wide"
            cells.append(rf"\ldcell{{{share}}}{{{_breaking(words)} \\ {latex_escaped(figures)}}}")
        rows.append(_row(cells))
    what = "what stands there, its MACs and its time" if any(timed) else "what stands there and its MACs"
    return Table(f"By output resolution: {what}", "lr" + "l" * count, rows, size=_size(comparison))


def _kinds(comparison: Comparison) -> Table:
    """How many layers there are of each kind, with their MACs and share."""
    entries, count = comparison.entries, len(comparison.entries)
    share = 0.76 / count
    heads = [rf"\multicolumn{{3}}{{r}}{{{_name(entry.short, share)}}}" for entry in entries]
    rows = [_row(["", *heads]), _row(["Kind of layer", *["$n$", "MACs", "share"] * count])]
    for row in by_kind(entries):
        cells = [latex_escaped(row.kind)]
        for kind, part in zip(row.kinds, row.shares, strict=True):
            found = [f"{kind.layers:,}", numbers.short(kind.macs), numbers.share(part)] if kind.layers else [NOT_APPLICABLE] * 3
            cells += map(latex_escaped, found)
        rows.append(_row(cells))
    title = "By kind of layer: how many layers (n), their MACs and their share"
    return Table(title, "l" + "rrr" * count, rows, heads=2, size=_size(comparison))


def _changes(comparison: Comparison, number: int) -> list[Table]:
    """What differs from the baseline, as many tables as it takes."""
    sheet = changes_sheet(comparison, number, dict(comparison.changes)[number])
    head = _row([latex_escaped(one.text) for one in sheet.heads])
    found: list[Table] = []
    lines = PAGE_LINES
    for sort, path, what, *figures in sheet.rows:
        height = max(-(-len(path) // BLOCK_LETTERS), -(-len(what) // WHAT_LETTERS), 1)
        if lines + height > PAGE_LINES:
            title = f"{sheet.title} (continued)" if found else sheet.title
            found.append(Table(title, "lllrr", [head], size=SIZES[3]))
            lines = 0
        lines += height
        cells = [rf"\ldcell{{0.22}}{{{_breaking(path)}}}", rf"\ldcell{{0.32}}{{{_breaking(what)}}}"]
        found[-1].rows.append(_row([latex_escaped(sort), *cells, *map(latex_escaped, figures)]))
    return found
