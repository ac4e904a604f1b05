"""Documents of every released version, kept for ever: each still reads, and means what it meant.

A file is named `schema<n>_<what>.lightdesign`, or `.lightblock`, and is never changed; a new schema or block version adds files.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from designer.analysis.engine import Engine
from designer.document.block_file import read_block
from designer.document.files import open_file, save
from designer.document.format import write
from designer.document.migrations import MIGRATIONS

FOLDER = Path(__file__).parent.parent / "documents"
FILES = sorted((*FOLDER.glob("*.lightdesign"), *FOLDER.glob("*.lightblock")))
TODAY = [file for file in FILES if file.name.startswith(f"schema{MIGRATIONS.current}_")]

FIGURES = {
    "schema1_mobilenet_v2": (3_504_872, 300_774_272),
    "schema1_own_block": (13_913, 2_693_664),
    "schema1_own_blocks": (11_570, 11_387_040),
    "schema1_placeholders": None,
}
"""Params and MACs, None where an unknown block leaves them unknown."""


def test_every_schema_has_its_documents() -> None:
    assert {file.stem for file in FILES} == set(FIGURES)
    for schema in range(1, MIGRATIONS.current + 1):
        assert any(file.name.startswith(f"schema{schema}_") for file in FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_released_document_means_what_it_meant(file: Path) -> None:
    engine = Engine(open_file(file))
    total = engine.total
    assert FIGURES[file.stem] == (None if total is None else (total.params, total.macs))
    assert engine.valid == (total is not None)


@pytest.mark.parametrize("file", TODAY, ids=lambda file: file.stem)
def test_a_document_of_today_is_saved_byte_for_byte(file: Path, tmp_path: Path) -> None:
    save(open_file(file), tmp_path / "again.lightdesign")
    assert (tmp_path / "again.lightdesign").read_bytes() == file.read_bytes()


def test_a_released_block_is_still_one() -> None:
    design, scope = read_block(FOLDER / "schema1_own_block.lightblock")
    assert scope == "gated_inverted_residual"
    assert list(design.definitions[scope].exposed) == ["out_channels", "stride"]


def test_placeholders_keep_what_nobody_here_knows() -> None:
    design = open_file(FOLDER / "schema1_placeholders.lightdesign")
    issues = Engine(design).issues()
    assert [(issue.path, issue.code) for issue in issues] == [
        ("turn", "unknown_block"),
        ("newer", "newer_block"),
        ("lost", "unknown_block"),
    ]
    text = write(design)
    for kept in ('"law": {"kind": "log", "base": null}', '"#aabbcc"', '["turn", "ccw", "lost", "x.y.z"]', '"fetched": "2031'):
        assert kept in text
