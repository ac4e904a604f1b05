"""One table, four looks: for a terminal, plain for a pipe, Markdown and CSV."""

from __future__ import annotations

import csv
import io
import re
import sys
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rich.table import Table as RichTable

UNKNOWN = "unknown"
"""What stands in a table for a total that is not known (an empty field in CSV)."""


class Percent(NamedTuple):
    """A share, as a fraction: 0.125 reads 12.5."""

    fraction: float


class Rounded(NamedTuple):
    """A number of which a person needs so many places; CSV has all of them."""

    number: float
    places: int


Cell = str | int | float | Percent | Rounded | None


class Column(NamedTuple):
    """`key` heads the column in CSV, `title` and `unit` elsewhere. Numbers stand at the right. A column that is `only_csv` would
    be too much for a person's eyes; a `spare` one goes where the terminal is too narrow."""

    key: str
    title: str
    unit: str = ""
    number: bool = False
    only_csv: bool = False
    spare: bool = False

    @property
    def heading(self) -> str:
        return f"{self.title} ({self.unit})" if self.unit else self.title


class Table:
    """Rows of cells under columns, with a totals row that CSV leaves out, so that its columns can be added up."""

    def __init__(self, columns: Iterable[Column], *, heads: bool = True) -> None:
        self.columns = list(columns)
        self.rows: list[list[Cell]] = []
        self.totals: list[Cell] | None = None
        self.heads = heads

    def add(self, *cells: Cell) -> None:
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for {len(self.columns)} columns")
        self.rows.append(list(cells))

    # -- looks -----------------------------------------------------------------------------------------------------------

    def plain(self) -> str:
        """Aligned columns of plain text."""
        columns, rows, totals = self._shown()
        heads = [column.heading if self.heads else "" for column in columns]
        widths = [max(map(width, column)) for column in zip(heads, *rows, *([totals] if totals else []), strict=True)]

        def line(cells: list[str]) -> str:
            parts = [
                " " * (size - width(cell)) + cell if column.number else cell + " " * (size - width(cell))
                for cell, size, column in zip(cells, widths, columns, strict=True)
            ]
            return "  ".join(parts).rstrip()

        rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
        lines = [line(heads), rule] if self.heads else []
        lines += [line(row) for row in rows]
        if totals:
            lines += [rule, line(totals)]
        return "\n".join(lines) + "\n"

    def markdown(self) -> str:
        """A GitHub table."""
        columns, rows, totals = self._shown()

        def line(cells: list[str]) -> str:
            return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

        lines = [line([column.heading if self.heads else "" for column in columns])]
        lines.append(line(["---:" if column.number else "---" for column in columns]))
        lines += [line(row) for row in rows]
        if totals:
            lines.append(line([f"**{cell}**" if cell else "" for cell in totals]))
        return "\n".join(lines) + "\n"

    def csv(self) -> str:
        """Numbers without separators, unknown ones empty, a line for each row."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.key for column in self.columns])
        writer.writerows([[_raw(cell) for cell in row] for row in self.rows])
        return text.getvalue()

    def rich(self, terminal: int) -> RichTable:
        """For a terminal of so many places. Where it is too narrow, spare columns go and what stands in brackets gets a line of
        its own; numbers are never cut."""
        from rich import box
        from rich.table import Table as RichTable
        from rich.text import Text

        columns, rows, totals = self._shown()
        every = [[column.heading if self.heads else "" for column in columns], *rows, *([totals] if totals else [])]
        if _places(every) > terminal:
            every = [
                [_broken(cell) if column.number else cell for cell, column in zip(row, columns, strict=True)] for row in every
            ]
            every[0] = [_broken(head) for head in every[0]]
        while _places(every) > terminal and any(column.spare for column in columns):
            at = max(k for k, column in enumerate(columns) if column.spare)
            columns = columns[:at] + columns[at + 1 :]
            every = [row[:at] + row[at + 1 :] for row in every]
        table = RichTable(
            box=box.SIMPLE_HEAD,
            show_header=self.heads,
            header_style="bold",
            padding=(0, 1, 0, 0),
            pad_edge=False,
            show_edge=False,
        )
        for column, head in zip(columns, every[0], strict=True):
            table.add_column(Text(head), justify="right" if column.number else "left", no_wrap=column.number, overflow="fold")
        for number, row in enumerate(every[1:], start=1):
            last = totals is not None and number == len(every) - 1
            table.add_row(*map(Text, row), style="bold" if last else None, end_section=number == len(rows) and totals is not None)
        return table

    def _shown(self) -> tuple[list[Column], list[list[str]], list[str] | None]:
        at = [k for k, column in enumerate(self.columns) if not column.only_csv]
        rows = [[written(row[k]) for k in at] for row in self.rows]
        totals = self.totals
        return [self.columns[k] for k in at], rows, [written(totals[k]) for k in at] if totals is not None else None


def _places(rows: list[list[str]]) -> int:
    """The width that a table of these cells takes in a terminal."""
    widths = [max(width(line) for cell in column for line in cell.split("\n")) for column in zip(*rows, strict=True)]
    return sum(widths) + 2 * (len(widths) - 1)


def _broken(cell: str) -> str:
    """On several lines: a bracket and each option of a DESIGN begin a new one."""
    return re.sub(r"(?<=[:,])(?=[a-z])", "\n", cell.replace(" (", "\n("))


# -- cells ---------------------------------------------------------------------------------------------------------------------


def written(cell: Cell) -> str:
    """A cell for a person: thousands separators, shares with one decimal."""
    if cell is None:
        return UNKNOWN
    if isinstance(cell, Percent):
        return f"{100 * cell.fraction:.1f}"
    if isinstance(cell, Rounded):
        return f"{cell.number:,.{cell.places}f}"
    if isinstance(cell, str):
        return harmless(cell)
    return f"{cell:,}"


def _raw(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Percent):
        return f"{100 * cell.fraction:.6g}"
    if isinstance(cell, Rounded):
        return f"{cell.number:.6g}"
    return str(cell)


def shape(sides: Iterable[int] | None) -> str | None:
    """A shape in one word: 32x112x112, channels first."""
    return None if sides is None else "x".join(map(str, sides))


def sides(pair: Iterable[float] | None) -> str:
    """[h, w] in words."""
    return "none" if pair is None else " x ".join(f"{side:,}" for side in pair)


def mebibytes(count: int | None) -> str:
    """Bytes as a person reads them, the exact number behind."""
    if count is None:
        return UNKNOWN
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= size:
            return f"{count / size:,.2f} {unit} ({count:,} bytes)"
    return f"{count:,} bytes"


def harmless(text: str) -> str:
    """Text from a file, without what would move a terminal's cursor or break a line."""
    return text if text.isprintable() else "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def width(text: str) -> int:
    """Places the text takes in a terminal: two for each wide character."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def is_terminal() -> bool:
    """Whether a person looks at what goes to stdout."""
    return sys.stdout is not None and sys.stdout.isatty()
