"""Whole processes and the compiled module's speed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import designer
from tests.benchmarks.conftest import paired
from tests.reference.googlenet import GoogLeNet
from tests.reference.mobilenet_v2 import MobileNetV2
from tests.reference.resnet50 import ResNet50

pytestmark = pytest.mark.bench

WRITTEN: dict[str, Callable[[], torch.nn.Module]] = {
    "mobilenet_v2": MobileNetV2,
    "resnet50": ResNet50,
    "googlenet": lambda: GoogLeNet(bn=False),
}


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, check=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 0


def test_cost_as_a_process(record: Callable[..., float]) -> None:
    ours, peer = paired(
        lambda: run(sys.executable, "-m", "designer", "cost", "mobilenet_v2"),
        lambda: run(sys.executable, "-c", "import torch"),
        7,
    )
    record("lightdesigner cost mobilenet_v2", ours, {"python -c 'import torch'": peer}, "more than 1 x")


def test_import_designer(record: Callable[..., float]) -> None:
    ours, peer = paired(lambda: run(sys.executable, "-c", "import designer"), lambda: run(sys.executable, "-c", "pass"), 9)
    record("import designer", ours - peer, {"0.1 s": 0.1}, "more than 1 x")


@pytest.mark.parametrize("name", ["mobilenet_v2", "resnet50", "googlenet"])
def test_compiled_module_is_as_fast_as_hand_written(name: str, record: Callable[..., float]) -> None:
    compiled, written = designer.to_torch(designer.load(name)), WRITTEN[name]().eval()
    x = torch.randn(1, 3, 224, 224)
    with torch.inference_mode():
        ours, peer = paired(lambda: compiled(x.clone()), lambda: written(x.clone()), 60)
    record(f"eager latency of {name}", ours, {"hand-written module": peer}, "0.98 x or more")
