"""Lines break as `ruff format` breaks them, docstrings hold whatever a person may write, names are names."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path
from random import Random

import pytest

from designer.compile.source_layout import Doc, Names, Nest, call, camel, clean, columns, docstring, laid_out, literal
from tests.compile.written import RUFF, RULES, lint


def random_doc(random: Random, depth: int) -> Doc:
    name = "n" * random.choice([1, 5, 10, 25, 40])
    if depth == 0 or random.random() < 0.5:
        return f"{name}={random.randint(0, 999)}" if random.random() < 0.3 else name
    items = [random_doc(random, depth - 1) for _ in range(random.randint(1, 5))]
    items.sort(key=lambda item: "=" in (item if isinstance(item, str) else item.head))  # keywords come last
    if random.random() < 0.25:
        items = [item for item in items if "=" not in (item if isinstance(item, str) else item.head)]
        return Nest("[", tuple(items), "]", call=False)
    keyword = f"k{random.randint(0, 9)}=" if depth == 1 and random.random() < 0.3 else ""
    return Nest(f"{keyword}{name}(", tuple(items))


def test_lines_break_as_ruff_breaks_them(tmp_path: Path) -> None:
    random = Random(1)
    lines = ["def f(self):"]
    for number in range(400):
        doc = call("self." + "m" * random.choice([3, 20, 70]), *[random_doc(random, 2) for _ in range(random.randint(1, 6))])
        lines += laid_out(_positional_first(doc), 8, before=random.choice([f"x{number} = ", "return "]))
    text = "\n".join(["    " + line if line.startswith("def") else line for line in ["class A:", *lines]]) + "\n"
    ast.parse(text)
    path = tmp_path / "lines.py"
    path.write_text(text, encoding="utf-8")
    lint_format_only(path)


def _positional_first(doc: Doc) -> Doc:
    if isinstance(doc, str):
        return doc
    items = sorted(doc.items, key=lambda item: "=" in (item if isinstance(item, str) else item.head))
    seen: dict[str, Doc] = {}
    for item in map(_positional_first, items):
        head = item if isinstance(item, str) else item.head
        seen[head.partition("=")[0] if "=" in head else f"{len(seen)}"] = item
    return doc._replace(items=tuple(seen.values()))


def lint_format_only(path: Path) -> None:
    done = subprocess.run([*RUFF, "format", "--diff", *RULES, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "text",
    ["", "plain", 'ends with "', 'three """ quotes', "back\\slash \\", "line\nbreak\ttab\x00\x07\u2028\u200b", "é 漢 \U0001f600"],
)
@pytest.mark.parametrize("repeats", [1, 60])
def test_free_text_becomes_a_clean_docstring(text: str, repeats: int, tmp_path: Path) -> None:
    lines = [
        *docstring(f"Title {text * repeats}", 0, f"Paragraph {text * repeats}"),
        "",
        "",
        "class A:",
        *docstring(f"Title {text * repeats}", 4),
        "",
        "    x = 1",
    ]
    source = "\n".join(lines) + "\n"
    tree = ast.parse(source)
    assert (ast.get_docstring(tree) or "").startswith("Title")
    path = tmp_path / "text.py"
    path.write_text(source, encoding="utf-8")
    lint(path)


def test_a_docstring_begins_and_ends_without_quotes() -> None:
    assert docstring('"Title"', 4) == ['    """Title"""']


def test_columns_count_wide_characters_twice() -> None:
    assert columns("ab") == 2
    assert columns("块b") == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-5, "1e-5"),
        (1e16, "1e16"),
        (0.001, "0.001"),
        (3, "3"),
        (True, "True"),
        ((1, 7), "(1, 7)"),
        ((2,), "(2,)"),
        ('a"\\', '"a\\"\\\\"'),
    ],
)
def test_literals(value: object, text: str) -> None:
    assert literal(value) == text
    assert ast.literal_eval(text) == value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("inverted_residual", "InvertedResidual"),
        ("MobileNet V2", "MobileNetV2"),
        ("3x3 Éclair", "Net3x3Eclair"),
        ("块", ""),
        ("", ""),
    ],
)
def test_class_names(text: str, name: str) -> None:
    assert camel(text) == name


def test_names_are_all_different() -> None:
    names = Names({"nn"})
    assert [names.new("nn", "nn_"), names.new("x"), names.new("x"), names.new("x", "y"), names.new("x", "y")] == [
        "nn_",
        "x",
        "x2",
        "y",
        "x3",
    ]


def test_clean_text_is_one_line() -> None:
    assert clean("a\n  b\x00\u2029c") == "a b c"
