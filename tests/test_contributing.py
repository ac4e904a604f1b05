"""The guide for contributors quotes real code and names real things."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SOURCES = {path: path.read_text(encoding="utf-8") for room in ("blocks", "presets") for path in (ROOT / room).rglob("*.py")}


@pytest.mark.parametrize(
    "quoted", re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL), ids=lambda text: text.split("\n")[0].strip()
)
def test_quoted_code_stands_in_the_repository(quoted: str) -> None:
    inside_a_class = textwrap.indent(quoted, "    ")
    assert any(quoted in text or inside_a_class in text for text in SOURCES.values()), "the code has changed: quote it anew"


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:blocks|presets|designer|tests)/[\w/.]*)`", GUIDE))))
def test_named_files_exist(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([a-z-]+)`", GUIDE))))
def test_named_targets_exist(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)


@pytest.mark.parametrize("picture", re.findall(r"\((docs/pictures/[^)]*)\)", (ROOT / "README.md").read_text(encoding="utf-8")))
def test_pictures_of_the_readme_are_kept(picture: str) -> None:
    """A newcomer sees them: `make screenshots` writes many more, and the list of those that are kept is `.gitignore`'s."""
    assert (ROOT / picture).exists()
    assert f"!/{picture}" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
