"""A comparison as LaTeX: nothing that LaTeX would read otherwise, every row as wide as its table, and real LaTeX sets it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.analysis.compare_changes import differences
from designer.analysis.compare_entry import Entry
from designer.analysis.compare_latex import PAGE_LINES, latex_escaped, latex_text
from designer.analysis.compare_saving import false_savings
from designer.analysis.compare_tables import Comparison
from designer.analysis.engine import Engine
from tests.analysis.compare_designs import entry, timed
from tests.designs import chain

HOSTILE = 'a|b,"c" <i> $x_{1}$ \\end{table} *z* & 50 % #1 ~ ^ naïve Größe ą β→λ 网络 \U0001f600 \x07'
COMMANDS = re.compile(
    r"\\(?:textbackslash|textasciitilde|textasciicircum)\{\}|\\[&%$#_{}]|\$(?:-|<|>|\||\\times|\\to|\\mu)\$"
    r"|\\ldother\{[0-9A-F]{4,6}\}\{[^\x00-\x1f]?\}"
)


def entries(*designs: str) -> list[Entry]:
    return [timed(design, design.partition(":")[2] or design, lambda unit: 0.8) for design in designs]


def compared(*found: Entry, sees: str = "") -> Comparison:
    return Comparison("Some & others", tuple(found), 0, sees, tuple(false_savings(tuple(found))))


def changed(blocks: int) -> Comparison:
    """Two designs of which every block differs."""
    old = chain(*[(f"conv_{k}", "conv2d", {"out_channels": 8, "padding": 1}) for k in range(blocks)])
    new = chain(*[(f"conv_{k}", "conv2d", {"out_channels": 16, "padding": 1, "bias": False}) for k in range(blocks)])
    found = compared(entry(old), entry(new))
    return found._replace(changes=((1, differences(Engine(old), Engine(new))),))


CASES = {
    "two": compared(*entries("mobilenet_v1", "mobilenet_v2"), sees="Look at 56 × 56: 47 % fewer."),
    "four": compared(*entries(*[f"mobilenet_v1:width={width}" for width in ("1.0", "0.75", "0.5", "0.25")])),
    "large": compared(*[entry(name) for name in ("mobilenet_v1", "googlenet", "vgg16")]),
    "hostile": compared(entry("squeezenet1_1")._replace(name=HOSTILE, short=HOSTILE), entry("resnet18"), sees=HOSTILE),
    "changes": changed(120),
    "invalid": compared(entry(chain(("a", "conv2d", {"kernel_size": 64}))), entry("alexnet")),
    "one": compared(entry("alexnet")),
}


@given(st.text(max_size=60))
def test_escaped_text_holds_nothing_that_latex_reads(text: str) -> None:
    assert not set(COMMANDS.sub("", latex_escaped(text))) & set("&%$#_{}~^\\")


@given(st.text(max_size=60))
def test_letters_that_latex_lacks_are_numbered_and_no_other(text: str) -> None:
    assert latex_escaped(text).count(r"\ldother") == sum(
        len(latex_escaped(letter)) > 1 and latex_escaped(letter).startswith(r"\ldother") for letter in " ".join(text.split())
    )
    assert r"\ldother" not in latex_escaped("Größe, naïve, Łódź, “é” 3.5 °")
    assert latex_escaped("网") == r"\ldother{7F51}{网}"
    assert latex_escaped("\x07") == r"\ldother{0007}{}"


@pytest.mark.parametrize("case", CASES)
def test_every_row_is_as_wide_as_its_table(case: str) -> None:
    text = latex_text(CASES[case])
    tables = re.findall(r"\\begin\{tabular\}\{([lr]+)\}(.*?)\\end\{tabular\}", text, re.DOTALL)
    assert len(tables) == text.count(r"\begin{table}") == text.count(r"\end{table}") > 0
    for columns, body in tables:
        rows = [line for line in body.splitlines() if line.strip() and line.strip() != r"\hline"]
        assert len(rows) > 1
        for row in rows:
            spans = [int(span) - 1 for span in re.findall(r"\\multicolumn\{(\d+)\}", row)]
            assert len(re.findall(r"(?<!\\)&", row)) + sum(spans) == len(columns) - 1
            assert row.endswith(r" \\")
            bare = re.sub(r"\\.", "", row)
            assert bare.count("{") == bare.count("}")


def test_figures_stand_above_their_differences_and_what_they_are_of_below() -> None:
    text = latex_text(CASES["two"])
    figures = text.index("MACs & 568.7 M & 300.8 M")
    assert text.index(r"&  & $-$268.0 M ($-$47.1 \%, better)") > figures
    assert "Differences are to" in text
    assert "Look at 56" in text
    assert r"\textbf{False saving:" in text


def test_a_long_list_of_changes_is_cut_into_tables_that_fit_a_page() -> None:
    text = latex_text(CASES["changes"])
    tables = [body for body in text.split(r"\begin{table}") if "Changes from" in body]
    assert len(tables) > 1
    assert all("(continued)" in body for body in tables[1:])
    assert sum(body.count("conv\\_\\allowbreak{}") or body.count("changed &") for body in tables) >= 120
    assert all(body.count(r" \\" + "\n") <= PAGE_LINES + 1 for body in tables)
    assert r"\clearpage" not in latex_text(CASES["two"])


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no LaTeX on this machine")
@pytest.mark.parametrize("case", CASES)
def test_real_latex_sets_it_within_the_width_of_a_page(case: str, tmp_path: Path) -> None:
    text = "\\documentclass{article}\n\\begin{document}\n" + latex_text(CASES[case]) + "\\end{document}\n"
    (tmp_path / "t.tex").write_text(text, encoding="utf-8")
    ran = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "t.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert not re.findall(r"^! .*", ran.stdout, re.MULTILINE)
    assert "Overfull" not in ran.stdout
    assert "Float too large" not in ran.stdout
    assert ran.returncode == 0
