"""`lightdesigner compare`: designs side by side, with the difference to the first."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from blocks.errors import LightdesignerError
from designer.analysis.compare import FIGURES, compare
from designer.analysis.report import Report, analyse
from designer.catalogue import load
from designer.cli.cost import MEANING
from designer.cli.output import Answer
from designer.cli.tables import UNKNOWN, Column, Table, harmless, shape, sides, written
from designer.cli.targets import write_text


def run(asked: Namespace, answer: Answer) -> int:
    """Answer `compare`; 1 where one of the designs is invalid."""
    if len(asked.designs) < 2:
        raise LightdesignerError("compare needs two designs or more. Use cost for one.")
    reports = [analyse(load(text)) for text in asked.designs]
    if asked.csv:
        write_text(asked.csv, rows(reports).csv(), force=asked.force)
    if asked.json:
        answer.json([report.as_json(layers=False) for report in reports])
    elif asked.markdown:
        answer.text(side_by_side(reports).markdown())
        answer.text("\n" + _footer(reports))
    else:
        answer.table(side_by_side(reports))
        answer.text("\n" + _footer(reports))
    for report in reports:
        answer.complain_of(report.issues, design=report.design)
    return 0 if all(report.valid for report in reports) else 1


def _footer(reports: Sequence[Report]) -> str:
    return f"Differences are to {harmless(reports[0].design)}. Bytes are of {reports[0].dtype}, batch 1. {MEANING}"


def side_by_side(reports: Sequence[Report]) -> Table:
    """A row for each figure, a column for each design and one for its difference to the first."""
    columns = [Column("figure", "")]
    for number, report in enumerate(reports):
        columns.append(Column(f"design_{number}", harmless(report.design), number=True))
        if number:
            columns.append(Column(f"difference_{number}", "difference", number=True))
    table = Table(columns)

    def words(title: str, values: list[str | None]) -> None:
        cells: list[str] = [title, values[0] or UNKNOWN]
        for value in values[1:]:
            cells += [value or UNKNOWN, "same" if value is not None and value == values[0] else ""]
        table.add(*cells)

    words("Input (C x H x W)", [" ".join(shape(spec) or "" for spec in report.inputs.values()) for report in reports])
    for figure, values, differences, ratios in compare(reports):
        cells: list[str] = [figure.heading, written(values[0])]
        for value, difference, ratio in zip(values[1:], differences[1:], ratios[1:], strict=True):
            cells += [written(value), _difference(difference, ratio)]
        table.add(*cells)
    words("Receptive field (h x w, px)", [sides(report.receptive_field) if report.valid else None for report in reports])
    words("Output stride (h x w, px)", [sides(report.output_stride) if report.valid else None for report in reports])
    return table


def _difference(difference: int | None, ratio: float | None) -> str:
    """+1,234 (+5.6 %)"""
    if difference is None:
        return ""
    if difference == 0:
        return "same"
    return f"{difference:+,}" if ratio is None else f"{difference:+,} ({100 * ratio:+,.1f} %)"


def rows(reports: Sequence[Report]) -> Table:
    """A row for each design: what a spreadsheet wants."""
    pairs = ("receptive_field", "output_stride")
    table = Table([Column("design", "Design"), Column("valid", "Valid"), Column("dtype", "Type")])
    table.columns += [Column(figure.key, figure.title, figure.unit, number=True) for figure in FIGURES]
    table.columns += [Column(key, key) for key in pairs]
    for report in reports:
        numbers = [figure.of(report) for figure in FIGURES]
        reach = [shape(getattr(report, key)) for key in pairs]
        table.add(report.design, "true" if report.valid else "false", report.dtype, *numbers, *reach)
    return table
