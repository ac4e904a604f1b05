"""What is generated from the block definitions is fresh, and the typed stub says what the drawing tool does."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from blocks import registry
from blocks.parameters import Float, Parameter
from blocks.reference import generated
from blocks.typed_stub import parameter_type

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("path", [path.relative_to(ROOT).as_posix() for path in generated()])
def test_generated_files_are_fresh(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == generated()[ROOT / path], f"{path} is stale: run `make docs`"


def test_every_block_stands_in_the_reference() -> None:
    text = (ROOT / "BLOCKS.md").read_text(encoding="utf-8")
    for block in registry.blocks().values():
        section = text.split(f"\n### {block.id}\n", 1)[1].split("\n### ")[0]
        assert block.summary() in " ".join(section.split())
        for parameter in block.parameters.values():
            assert f"| `{parameter.name}` |" in section
            assert parameter.help in section
        for reason in block.refuses_more.values():
            assert reason in section or reason == "numbers over the limits"


def test_a_parameter_of_unknown_kind_is_no_silent_any() -> None:
    with pytest.raises(TypeError, match="no Python type"):
        parameter_type(Parameter(0))
    assert parameter_type(Float(None, minimum=0, maximum=1, optional=True)) == "float | None"


def mypy(folder: Path, *args: str) -> str:
    """What mypy says with the project's settings, torch left out (reading it would take longer than all the rest)."""
    config = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    config += '\n[[tool.mypy.overrides]]\nmodule = ["torch.*"]\nfollow_imports = "skip"\n'
    (folder / "pyproject.toml").write_text(config, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(folder / "cache"), *args],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture
def copied_blocks(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "blocks", tmp_path / "blocks", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_builder_itself_has_sound_types(copied_blocks: Path) -> None:
    """A stub hides its module from mypy, so without it here."""
    (copied_blocks / "blocks" / "builder.pyi").unlink()
    assert mypy(copied_blocks, "blocks/builder.py").startswith("Success")


def test_the_stub_knows_right_from_wrong(copied_blocks: Path) -> None:
    (copied_blocks / "drawing.py").write_text(
        """\
from blocks.builder import Builder, Tensor

def right(draw: Builder, x: Tensor) -> Tensor:
    y = draw.conv2d(x, 64, kernel_size=(1, 3), padding="same", name="conv")
    y = draw.conv_norm_act(y, 32, 3, act=None, padding=None)
    return draw.concat(x, draw.add(y, y), name="both")

def wrong(draw: Builder, x: Tensor) -> None:
    draw.conv2d(x, "64")
    draw.conv2d(64)
    draw.conv2d(x, kernel=3)
    draw.conv3d(x)
    draw.add(x)
    draw.relu(x).size
""",
        encoding="utf-8",
    )
    said = mypy(copied_blocks, "drawing.py").splitlines()
    wrong_lines = [int(line.split(":")[1]) for line in said if ": error:" in line]
    assert wrong_lines == [9, 10, 11, 12, 13, 14], said
