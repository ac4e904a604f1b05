"""Heavy libraries stay out of start-up: what each front door imports and how long `import designer` takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ENGINE_ONLY = {"torch", "onnx", "onnxruntime", "onnxscript", "safetensors", "PySide6", "pyqtgraph"}


def run_python(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", *args],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def imported(*args: str, cwd: Path) -> set[str]:
    """Top-level names of all modules a Python process imports before it ends well."""
    done = run_python("-X", "importtime", *args, cwd=cwd)
    assert done.returncode == 0, done.stderr[-2000:]
    rows = (line.split("|") for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {row[-1].strip().partition(".")[0] for row in rows}


def test_import_designer_loads_nothing_heavy(tmp_path: Path) -> None:
    names = imported("-c", "import designer", cwd=tmp_path)
    assert "designer" in names
    assert not names & (ENGINE_ONLY | {"networkx", "numpy", "rich"})


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["--version"],
        ["presets"],
        ["blocks"],
        ["cost", "mobilenet_v2"],
        ["cost", "mobilenet_v2", "--json"],
        ["compare", "mobilenet_v1", "mobilenet_v2"],
        ["check", "mobilenet_v2", "--max-params", "4M"],
        ["save", "mobilenet_v2", "m.lightdesign"],
    ],
    ids=" ".join,
)
def test_commands_that_compile_nothing_load_no_torch_onnx_or_qt(args: list[str], tmp_path: Path) -> None:
    names = imported("-m", "designer", *args, cwd=tmp_path)
    assert "designer" in names
    assert not names & ENGINE_ONLY


def test_import_designer_takes_under_a_tenth_of_a_second(tmp_path: Path) -> None:
    # Processor time, the best of five: other tests run beside this one.
    timed = "import time; start = time.process_time(); import designer; print(time.process_time() - start)"
    seconds = [float(run_python("-c", timed, cwd=tmp_path).stdout) for _ in range(5)]
    assert min(seconds) < 0.1
