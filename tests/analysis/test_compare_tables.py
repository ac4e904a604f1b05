"""Totals with their differences, and a comparison as CSV, Markdown, LaTeX and HTML."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.analysis.compare_changes import differences
from designer.analysis.compare_entry import Accuracy, Entry, Times
from designer.analysis.compare_html import html_text
from designer.analysis.compare_latex import latex_text
from designer.analysis.compare_rows import macs_over_depth
from designer.analysis.compare_saving import false_savings
from designer.analysis.compare_svg import Known, curves_svg, front_line, mark_svg, scatter, scatter_svg, thinned
from designer.analysis.compare_tables import Comparison, csv_text, markdown_text, sheets, tabs_text
from designer.analysis.compare_totals import BETTER, DOWN, NEITHER, UP, WORSE, Row, totals
from designer.analysis.engine import Engine
from designer.catalogue import load
from tests.analysis.compare_designs import entry, timed
from tests.designs import chain


def pair() -> list[Entry]:
    one = timed("mobilenet_v1", "V1", lambda unit: 0.8)._replace(top1=Accuracy(70.6, "paper"))
    two = timed("mobilenet_v2", "V2", lambda unit: 0.9)._replace(top1=Accuracy(72.0, "paper", recalled=True))
    return [one, two]


def comparison() -> Comparison:
    entries = tuple(pair())
    return Comparison("V1, V2", entries, 0, "Look at 56 × 56.", tuple(false_savings(entries)))


def row(rows: list[Row], key: str) -> Row:
    return next(one for one in rows if one.metric.key == key)


# -- totals --------------------------------------------------------------------------------------------------------------------


def test_totals_say_both_differences_and_whether_they_are_better() -> None:
    rows = totals(pair())
    macs = row(rows, "macs").cells
    assert [cell.text for cell in macs] == ["568.7 M", "300.8 M"]
    assert (macs[0].change, macs[0].ratio, macs[0].verdict) == ("", "", NEITHER)
    assert (macs[1].change, macs[1].ratio, macs[1].verdict, macs[1].way) == ("−268.0 M", "−47.1 %", BETTER, DOWN)
    memory = row(rows, "peak_bytes").cells[1]
    assert (memory.text, memory.change, memory.ratio, memory.verdict, memory.way) == (
        "9.19 MiB",
        "+3.06 MiB",
        "+50.0 %",
        WORSE,
        UP,
    )
    depth = row(rows, "depth").cells[1]
    assert (depth.text, depth.change, depth.verdict, depth.way) == ("53 layers", "+25", NEITHER, UP)
    accuracy = row(rows, "top1").cells[1]
    assert (accuracy.text, accuracy.change, accuracy.verdict, accuracy.way) == ("72.0 %", "+1.4 pt", BETTER, UP)
    assert accuracy.note == "paper, recalled"
    time = row(rows, "measured_ms").cells[1]
    assert time.verdict == WORSE
    assert row(rows, "flops").cells[1].value == 2 * 300_774_272


def test_the_other_way_round_better_and_worse_change_places() -> None:
    rows = totals(pair(), 1)
    macs = row(rows, "macs").cells[0]
    assert (macs.change, macs.verdict, macs.way) == ("+268.0 M", WORSE, UP)
    assert row(rows, "macs").cells[1].ratio == ""


def test_what_nobody_knows_is_left_out_but_the_time_that_can_be_measured() -> None:
    keys = [one.metric.key for one in totals([entry("mobilenet_v1"), entry("mobilenet_v2")])]
    assert "top1" not in keys
    assert "estimated_ms" not in keys
    assert keys[-1] == "measured_ms"


def test_times_measured_otherwise_do_not_compare() -> None:
    other = timed("mobilenet_v2", "V2", lambda unit: 0.9, conditions="CPU, 8 threads, fp32, eager")
    cell = row(totals([pair()[0], other]), "measured_ms").cells[1]
    assert (cell.change, cell.ratio, cell.verdict) == ("", "", NEITHER)
    assert "do not compare" in cell.note


def test_times_estimated_otherwise_do_not_compare_either() -> None:
    def expected(design: str, ms: float, conditions: str) -> Entry:
        times = Times(ms, {}, conditions, coverage="41 of 52 layers measured here")
        return entry(design)._replace(estimated=times)

    fused, runtime = "CPU, 2 threads, fp32, fused", "CPU, 2 threads, fp32, onnxruntime"
    base = expected("mobilenet_v1", 10.0, fused)
    unlike = row(totals([base, expected("mobilenet_v2", 8.0, runtime)]), "estimated_ms").cells[1]
    assert (unlike.text, unlike.change, unlike.ratio, unlike.verdict) == ("8.00 ms", "", "", NEITHER)
    assert unlike.note == f"Estimated on {runtime}, MobileNet V1 on {fused}: these times do not compare."
    same = row(totals([base, expected("mobilenet_v2", 8.0, fused)]), "estimated_ms").cells[1]
    assert (same.ratio, same.verdict) == ("−20.0 %", BETTER)
    assert same.note == f"41 of 52 layers measured here, {fused}"


def test_of_an_invalid_design_everything_is_unknown() -> None:
    bad = entry(chain(("a", "conv2d", {"kernel_size": 64})))
    for one in totals([pair()[0], bad]):
        if one.metric.key not in ("top1", "measured_ms"):
            assert one.cells[1].text == "unknown"
            assert one.cells[1].ratio == ""


# -- texts ---------------------------------------------------------------------------------------------------------------------


def test_csv_has_a_row_for_each_design_with_plain_numbers() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text(comparison()))))
    assert [line["design"] for line in rows] == ["MobileNet V1", "MobileNet V2"]
    assert [line["baseline"] for line in rows] == ["true", "false"]
    for line, one in zip(rows, pair(), strict=True):
        assert int(line["macs"]) == one.facts.macs
        assert int(line["flops"]) == 2 * int(line["macs"])
        assert int(line["params"]) == one.facts.params
        assert one.measured is not None
        assert float(line["measured_ms"]) == pytest.approx(one.measured.total_ms, abs=1e-3)
        strides = [key for key in line if re.fullmatch(r"macs_(stride_\d+|end)", key)]
        assert sum(int(line[key]) for key in strides) == one.facts.macs
        assert sum(float(line[key.replace("macs", "ms")]) for key in strides) == pytest.approx(one.measured.total_ms, abs=0.01)
    assert rows[1]["top1_source"] == "paper, recalled"


def test_a_hostile_name_breaks_no_form() -> None:
    net = chain("relu")
    name = 'a|b,"c"\n<script>alert(1)</script> $x_{1}$ \\end{table} \t*z* & 50 %'
    nasty = entry(net)._replace(name=name, short=name)
    compared = Comparison(name, (nasty, *pair()))
    rows = list(csv.reader(io.StringIO(csv_text(compared))))
    assert rows[1][0] == name
    assert len({len(line) for line in rows}) == 1
    tables = [line for line in markdown_text(compared).splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in tables[:8]}) == 1
    assert "<script>" not in html_text(compared)
    assert "<script>" not in markdown_text(compared)
    assert latex_text(compared).count(r"\end{table}") == latex_text(compared).count(r"\begin{table}")
    assert all(line.count("\t") == tabs_text(compared).splitlines()[0].count("\t") for line in tabs_text(compared).splitlines())


def test_markdown_tables_are_rectangular_and_say_what_matters() -> None:
    text = markdown_text(comparison())
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in lines}) <= 1
    assert "| MACs | 568.7 M | 300.8 M | −268.0 M (−47.1 %, better) |" in text
    assert "Look at 56 × 56." in text
    assert "**False saving: V2 needs 47.1 % fewer MACs than V1" in text
    assert "recalled, not seen in print" in text


def test_every_sheet_is_rectangular() -> None:
    for sheet in sheets(comparison()):
        assert {len(line) for line in sheet.rows} == {len(sheet.heads)}


# -- HTML and pictures -----------------------------------------------------------------------------------------------------------

VOID = {"meta", "br"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "data", "action")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


KNOWN = [
    Known("Small <one>", "small", {"macs": 1e8, "params": 2e6, "top1": 71.0}),
    Known("Large", "large", {"macs": 1e10, "params": 1e8, "top1": 76.0}, recalled=True),
    Known("Weak", "weak", {"macs": 1e6, "params": 1e5, "top1": 50.0}),
    Known("No params", "none", {"macs": 1e9}),
]


def test_the_report_is_one_whole_file_with_pictures_for_light_and_dark() -> None:
    old, new = Engine(load("mobilenet_v2")), Engine(load("mobilenet_v2:width=0.5"))
    compared = comparison()._replace(changes=((1, differences(old, new)),))
    text = html_text(compared, KNOWN)
    reader = _Reader()
    reader.feed(text)
    assert reader.open == []
    assert reader.addresses == []
    assert "http" not in text.replace("http-equiv", "")
    assert "url(" not in text
    assert "prefers-color-scheme:dark" in text
    assert reader.seen.count("svg") >= 3
    assert reader.seen.count("table") >= 4
    assert "False saving: V2" in text
    assert "18 blocks changed" in text
    assert "Small &lt;one&gt;" in text
    for picture in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ElementTree.fromstring(picture)


def test_a_report_of_designs_with_errors_can_be_written() -> None:
    bad = entry(chain(("a", "conv2d", {"kernel_size": 64})))
    reader = _Reader()
    reader.feed(html_text(Comparison("bad", (bad, pair()[0]))))
    assert reader.open == []


def test_the_front_holds_what_nothing_beats_and_only_what_is_accurate_enough() -> None:
    entries = pair()
    found = scatter(entries, KNOWN, "macs", "params", 70.0)
    assert [found.dots[k].name for k in found.front] == ["Small <one>"]
    assert [dot.name for dot in found.dots if dot.series < 0] == ["Small <one>", "Large", "Weak"]
    everything = scatter(entries, KNOWN, "macs", "params", None)
    assert [everything.dots[k].name for k in everything.front] == ["Weak"]
    against = scatter(entries, KNOWN, "macs", "top1", None)
    names = [against.dots[k].name for k in against.front]
    assert names == ["Weak", "Small <one>", "V2", "Large"]
    assert not against.along.log
    assert len(front_line(found)) == 3


def test_no_dots_make_an_empty_chart() -> None:
    bad = entry(chain(("a", "conv2d", {"kernel_size": 64})))
    found = scatter([bad], [], "macs", "params")
    assert (found.dots, found.front, front_line(found)) == ([], [], [])
    ElementTree.fromstring(scatter_svg(found))


@pytest.mark.parametrize("count", [0, 1, 399, 400, 401, 5_000])
def test_a_thinned_curve_keeps_its_ends(count: int) -> None:
    points = [(float(k), float(k)) for k in range(count)]
    kept = thinned(points)
    assert len(kept) <= 401
    assert (kept[:1], kept[-1:]) == (points[:1], points[-1:])


def test_pictures_are_xml() -> None:
    curves = curves_svg("MACs", "macs", [(k, macs_over_depth(one)) for k, one in enumerate(pair())])
    for text in (*map(mark_svg, range(4)), scatter_svg(scatter(pair(), KNOWN)), curves):
        root = ElementTree.fromstring(text)
        assert root.tag.endswith("svg")
        assert len(root)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12),
    st.booleans(),
    st.booleans(),
)
def test_the_front_equals_its_definition(points: list[tuple[int, int]], less_x: bool, less_y: bool) -> None:
    from designer.analysis.compare_front import front

    turned = [(x if less_x else -x, y if less_y else -y) for x, y in points]
    found = front(points, less_x=less_x, less_y=less_y)

    def beaten(k: int) -> bool:
        return any(
            a[0] <= turned[k][0] and a[1] <= turned[k][1] and (a != turned[k] or n < k) for n, a in enumerate(turned) if n != k
        )

    assert sorted(found) == [k for k in range(len(points)) if not beaten(k)]
    assert [turned[k] for k in found] == sorted(turned[k] for k in found)


def test_bars_of_the_report_can_be_compared_and_its_charts_can_be_read() -> None:
    """Columns of designs are as wide as each other, and no chart is drawn smaller than the letters in it are meant."""
    text = html_text(comparison())
    for title in ("By output resolution", "By kind of layer"):
        section = text[text.index(f"<h2>{title}</h2>") :]
        assert re.search(r"<table[^>]*>", section)[0].startswith('<table class="even"')
    assert "table.even { table-layout: fixed; }" in text
    assert "minmax(min(100%, 640px), 1fr)" in text
    assert all(box == "640" for box in re.findall(r'class="chart" viewBox="0 0 (\d+) ', text))


def test_no_name_of_the_scatter_stands_on_the_front_or_on_the_title_of_an_axis() -> None:
    known = [Known(f"Network {k}", f"n{k}", {"macs": 1e8 * 1.7**k, "params": 2e7 / 1.4**k}) for k in range(8)]
    text = scatter_svg(scatter(pair(), known, "macs", "params", 0))
    places = re.search(r'class="front" points="([^"]*)"', text)
    assert places is not None
    line = [tuple(map(float, place.split(","))) for place in places[1].split()]
    names = re.findall(r'<text class="name[^"]*" x="([\d.]+)" y="([\d.]+)" text-anchor="start">([^<]*)<', text)
    assert len(names) > 2
    for left, base, name in names:
        x0, y0, x1, y1 = float(left), float(base) - 10, float(left) + 6 * len(name), float(base)
        for (a, b), (c, d) in pairwise(line):
            assert not (min(a, c) < x1 and max(a, c) > x0 and min(b, d) < y1 and max(b, d) > y0), name
        assert not (y0 < 32 and x0 < 64 + 70), f"{name} stands on the title of the axis"
