"""Every preset with every option goes the whole way: file, source, ONNX. Training has its own file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from designer.catalogue import draw
from designer.compile.onnx_export import export_onnx
from designer.document.format import read, write
from designer.graph.design import Design
from tests.compile.written import assert_equals_compiled
from tests.presets.test_presets import CASES, names
from tests.presets.test_training import CLASSES, least_resolution

OPTIONS = [case for case in CASES if case[1]]  # the defaults go this way in the tests of each room


def small(preset_id: str, options: dict[str, Any]) -> Design:
    side = least_resolution(preset_id, options)
    return draw(preset_id, {**options, "classes": CLASSES, "resolution": side})


@pytest.mark.parametrize(("preset_id", "options"), OPTIONS, ids=names)
def test_is_read_back_byte_for_byte(preset_id: str, options: dict[str, Any]) -> None:
    design = draw(preset_id, options)
    text = write(design)
    again = read(text)
    assert write(again) == text
    assert again.origin == design.origin


@pytest.mark.deep
@pytest.mark.parametrize(("preset_id", "options"), OPTIONS, ids=names)
def test_source_does_what_the_compiled_module_does(preset_id: str, options: dict[str, Any], tmp_path: Path) -> None:
    assert_equals_compiled(small(preset_id, options), tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize(("preset_id", "options"), OPTIONS, ids=names)
def test_exported_file_answers_as_torch_does(preset_id: str, options: dict[str, Any], tmp_path: Path) -> None:
    report = export_onnx(small(preset_id, options), tmp_path / "m.onnx")
    assert report.ok, report.reasons
    assert [check.name for check in report.checks] == ["onnx_checker", "shapes", "onnx_runtime", "answers"]
