"""`lightdesigner compare`: designs side by side, with the difference to the first."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import NamedTuple

from blocks.errors import LightdesignerError
from designer.analysis import numbers
from designer.analysis.compare import FIGURES, compare
from designer.analysis.compare_entry import MOST, Accuracy, Entry, shorts, times_of
from designer.analysis.compare_facts import facts_of
from designer.analysis.compare_saving import false_savings, undecided
from designer.analysis.compare_svg import Known
from designer.analysis.compare_tables import Comparison
from designer.analysis.engine import Engine
from designer.analysis.measured import Profile
from designer.analysis.report import Report, analyse
from designer.catalogue import called, canonical, equals_origin, load, top1_of
from designer.cli.cost import MEANING
from designer.cli.output import Answer
from designer.cli.tables import UNKNOWN, Column, Table, harmless, shape, sides, written
from designer.cli.targets import targets
from designer.graph.design import Design


class Asked(NamedTuple):
    """One design with what is said about it; `profile` is None where it was not measured."""

    design: Design
    report: Report
    profile: Profile | None = None


def run(asked: Namespace, answer: Answer) -> int:
    """Answer `compare`; 1 where one of the designs is invalid."""
    if len(asked.designs) < 2:
        raise LightdesignerError("compare needs two designs or more. Use cost for one.")
    if asked.html and len(asked.designs) > MOST:
        raise LightdesignerError(f"--html compares {MOST} designs at most, but got {len(asked.designs)}.")
    found = [Asked(design, analyse(design)) for design in map(load, asked.designs)]
    files = [file for file in (asked.csv, asked.html) if file]
    with targets(files, force=asked.force) as staged:
        paths = dict(zip(files, staged, strict=True))
        if asked.profile:
            found = _measured(found, answer)
        comparison = _comparison(found)
        if asked.csv:
            paths[asked.csv].write_text(rows(found, profiled=asked.profile).csv(), encoding="utf-8", newline="\n")
        if asked.html:
            from designer.analysis.compare_html import html_text

            paths[asked.html].write_text(html_text(comparison, _known(found)), encoding="utf-8", newline="\n")
    _say(found, comparison, asked, answer)
    return 0 if all(one.report.valid for one in found) else 1


def _say(found: Sequence[Asked], comparison: Comparison, asked: Namespace, answer: Answer) -> None:
    reports = [one.report for one in found]
    table = side_by_side(reports)
    if asked.profile:
        _add_times(table, comparison)
    footer = f"{_footer(reports)}{_conditions(comparison)}"
    if asked.json:
        said = [one.report.as_json(layers=False) for one in found]
        if asked.profile:
            said = [
                {**report, "profile": one.profile.as_json() if one.profile else None}
                for report, one in zip(said, found, strict=True)
            ]
        answer.json(said)
    elif asked.markdown:
        answer.text(table.markdown())
        answer.text(f"\n{footer}")
    else:
        answer.table(table)
        answer.text(f"\n{footer}")
    for report in reports:
        answer.complain_of(report.issues, design=report.design)
    for number in undecided(comparison.entries):
        names = comparison.entries[number].short, comparison.entries[0].short
        answer.complain(
            f"note: The times leave open whether {harmless(names[0])} is faster than {harmless(names[1])}. Measure again."
        )
    for saving in comparison.savings:
        answer.complain(f"warning: {saving.title} {saving.text}")
        for culprit in saving.culprits:
            rate = f"{numbers.gmacs(culprit.rate)} GMAC/s"
            answer.complain(f"  {harmless(culprit.path)}: {culprit.ms:.2f} ms, {rate}. {culprit.why}.")


def _measured(found: Sequence[Asked], answer: Answer) -> list[Asked]:
    """Profile the valid designs in turns, all in the same way."""
    from designer import latency_store
    from designer.analysis.measured import MeasureError
    from designer.cli.output import steady_progress
    from designer.cli.profile import known_roof
    from designer.measure.together import profile_together

    able = [one.design for one in found if one.report.valid]
    with steady_progress() as say:

        def tell(text: str, step: int, steps: int) -> None:
            say(f"{harmless(text)} ({step} of {steps})")

        profiles = iter(profile_together(able, roof=known_roof("cpu", "fp32", None), say=tell))
    measured = [one._replace(profile=next(profiles)) if one.report.valid else one for one in found]
    ran_all = [one.profile for one in measured if one.profile is not None]
    if ran_all:
        try:
            said = latency_store.learn(ran_all[0].environment.device_name, *ran_all)
        except MeasureError as problem:
            said = f"The latency table was not kept: {problem}"
        if said:
            answer.complain(f"note: {said}")
    for one in measured:
        for remark in one.profile.remarks if one.profile is not None else ():
            answer.complain(f"note: {harmless(one.report.design)}: {remark}")
    return measured


def _comparison(found: Sequence[Asked]) -> Comparison:
    """The designs as reports and charts read them."""
    names = [called(one.design) for one in found]
    described = [
        (name, detail or "x".join(map(str, _input(one.report)))) for one, (name, detail) in zip(found, names, strict=True)
    ]
    entries = []
    for one, (name, detail), short in zip(found, described, shorts(described), strict=True):
        top1 = top1_of(one.design)
        entries.append(
            Entry(
                name,
                short,
                detail,
                facts_of(Engine(one.design)),
                Accuracy(top1.percent, top1.source, top1.recalled) if top1 is not None else None,
                times_of(one.profile) if one.profile is not None else None,
            )
        )
    title = f"Comparison of {', '.join(entry.short for entry in entries)}"
    return Comparison(title, tuple(entries), savings=tuple(false_savings(entries)))


def _known(found: Sequence[Asked]) -> list[Known]:
    """The networks of the literature that are not compared themselves."""
    from designer.cli.known import known_networks

    shown = {
        canonical(one.design.origin.preset, one.design.origin.options)
        for one in found
        if one.design.origin is not None and equals_origin(one.design)
    }
    return [one for one in known_networks() if one.design not in shown]


def _input(report: Report) -> Sequence[int]:
    return next(iter(report.inputs.values()), ())


def _footer(reports: Sequence[Report]) -> str:
    return f"Differences are to {harmless(reports[0].design)}. Bytes are of {reports[0].dtype}, batch 1. {MEANING}"


def _conditions(comparison: Comparison) -> str:
    ways = list(dict.fromkeys(entry.measured.conditions for entry in comparison.entries if entry.measured is not None))
    return f" Measured on {' and on '.join(ways)}." if ways else ""


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


def _add_times(table: Table, comparison: Comparison) -> None:
    """The measured times, below the figures that are counted."""
    base = comparison.base.measured
    cells: list[str] = ["Time (ms)", UNKNOWN if base is None else f"{base.total_ms:.2f}"]
    for entry in comparison.entries[1:]:
        mine = entry.measured
        cells.append(UNKNOWN if mine is None else f"{mine.total_ms:.2f}")
        if mine is None or base is None:
            cells.append("")
        else:
            change = mine.total_ms - base.total_ms
            cells.append(f"{change:+.2f} ({100 * change / base.total_ms:+,.1f} %)")
    table.add(*cells)


def _difference(difference: int | None, ratio: float | None) -> str:
    """+1,234 (+5.6 %)"""
    if difference is None:
        return ""
    if difference == 0:
        return "same"
    return f"{difference:+,}" if ratio is None else f"{difference:+,} ({100 * ratio:+,.1f} %)"


def rows(found: Sequence[Asked], *, profiled: bool = False) -> Table:
    """A row for each design: what a spreadsheet wants."""
    pairs = ("receptive_field", "output_stride")
    table = Table([Column("design", "Design"), Column("valid", "Valid"), Column("dtype", "Type")])
    table.columns += [Column(figure.key, figure.title, figure.unit, number=True) for figure in FIGURES]
    table.columns += [Column(key, key) for key in pairs]
    if profiled:
        table.columns += [Column(key, key) for key in ("measured_ms", "ci95_low_ms", "ci95_high_ms", "runs", "measured_on")]
    for one in found:
        report = one.report
        figures = [figure.of(report) for figure in FIGURES]
        reach = [shape(getattr(report, key)) for key in pairs]
        times: list[float | int | str | None] = []
        if profiled:
            ran = one.profile
            times = [None] * 5
            if ran is not None:
                total = ran.total_ms
                times = [
                    round(total.median, 4),
                    round(total.ci95[0], 4),
                    round(total.ci95[1], 4),
                    ran.runs,
                    times_of(ran).conditions,
                ]
        table.add(report.design, "true" if report.valid else "false", report.dtype, *figures, *reach, *times)
    return table
