"""Every preset through every backend: everything that runs is booked on something, and nothing is counted twice."""

from __future__ import annotations

import pytest

import designer
from designer.analysis.measured import Roof
from designer.compile.errors import CompileError
from designer.measure.profile import profile
from presets.preset import presets

ROOF = Roof(device="cpu", device_name="x", dtype="fp32", threads=1, macs_per_s=1e11, bytes_per_s=1e10, call_ms=0.005)


@pytest.mark.deep
@pytest.mark.parametrize(
    ("backend", "dtype"), [("eager", "fp32"), ("fused", "fp32"), ("onnxruntime", "fp32"), ("onnxruntime", "int8")]
)
@pytest.mark.parametrize("name", list(presets()))
def test_everything_that_runs_is_booked(name: str, backend: str, dtype: str) -> None:
    try:
        design = designer.load(f"{name}:resolution=96")
        found = profile(design, backend=backend, dtype=dtype, threads=1, runs=1, roof=ROOF)
    except (CompileError, designer.LightdesignerError):
        design = designer.load(name)
        found = profile(design, backend=backend, dtype=dtype, threads=1, runs=1, roof=ROOF)
    lost = [layer.op for layer in found.layers if not layer.parts]
    assert not lost
    assert found.layers_ms == pytest.approx(sum(block.ms or 0.0 for block in found.blocks))
    assert found.layers_ms == pytest.approx(sum(unit.ms * unit.calls for unit in found.units))
    assert sum(block.macs for block in found.blocks) == found.macs
    assert sum(layer.macs for layer in found.layers) <= found.macs
    convs = sum(layer.macs for layer in found.layers if layer.sort != "reorder")
    assert convs == found.macs, "each layer ran once"
