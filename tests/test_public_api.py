"""`import designer`: what the front door offers, with the signatures that README promises."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import designer
from blocks.builder import evaluate
from tests.cli.designs import chain, conv

SIGNATURES = {
    "load": "(text_or_path)",
    "analyse": "(design, *, dtype='fp32')",
    "export_onnx": "(design, path, *, module=None, seed=0, opset=None, dynamic_batch=False, keep_batch_norm=False, check=True, "
    "overwrite=False)",
    "save": "(design, path, *, overwrite=False)",
    "clear_caches": "()",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_are_those_promised(name: str) -> None:
    signature = inspect.signature(getattr(designer, name))
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()]
    assert str(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty)) == SIGNATURES[name]


def test_to_python_needs_only_the_design() -> None:
    first, *rest = inspect.signature(designer.to_python).parameters.values()
    assert first.name == "design"
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY and parameter.default == "" for parameter in rest)


def test_to_torch_takes_what_is_promised_first() -> None:
    parameters = inspect.signature(designer.to_torch).parameters
    assert list(parameters)[:3] == ["design", "seed", "calibrate"]
    assert (parameters["seed"].default, parameters["calibrate"].default) == (0, False)
    assert parameters["seed"].kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize("name", designer.__all__)
def test_every_name_is_there_and_says_what_it_is(name: str) -> None:
    assert name in dir(designer)
    value = getattr(designer, name)
    if callable(value):
        assert value.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'designer' has no attribute 'cost'"):
        _ = designer.cost  # type: ignore[attr-defined]


def test_from_a_text_to_a_file_and_back(tmp_path: Path) -> None:
    design = designer.load("mobilenet_v2:width=0.5")
    assert isinstance(design, designer.Design)
    report = designer.analyse(design)
    assert isinstance(report, designer.Report)
    assert (report.params, report.macs) == (1_968_680, 97_131_840)
    path = tmp_path / "a.lightdesign"
    designer.save(design, path)
    assert designer.analyse(designer.load(path)) == report
    assert designer.analyse(designer.load(str(path))) == report
    with pytest.raises(designer.LightdesignerError, match="exists"):
        designer.save(design, path)
    designer.save(design, path, overwrite=True)


def test_to_torch_and_to_python() -> None:
    design = designer.load("squeezenet1_1:resolution=64,classes=5")
    module = designer.to_torch(design, seed=3)
    assert sum(parameter.numel() for parameter in module.parameters()) == designer.analyse(design).params
    assert "import torch" in designer.to_python(design)


def test_export_onnx_reports(tmp_path: Path) -> None:
    path = tmp_path / "small.lightdesign"
    path.write_text(chain(conv(out_channels=4)), encoding="utf-8")
    report = designer.export_onnx(designer.load(path), tmp_path / "m.onnx")
    assert isinstance(report, designer.ExportReport)
    assert report.ok
    assert (tmp_path / "m.onnx").stat().st_size == report.size_bytes


def test_clear_caches_forgets_evaluations_and_changes_no_result() -> None:
    design = designer.load("mobilenet_v2")
    before = designer.analyse(design)
    assert evaluate.cache_info().currsize > 0
    designer.clear_caches()
    assert evaluate.cache_info().currsize == 0
    assert designer.analyse(design) == before


def test_the_version_is_that_of_the_package() -> None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        installed = version("lightdesigner")
    except PackageNotFoundError:
        pytest.skip("lightdesigner is not installed here")
    assert designer.__version__ == installed
