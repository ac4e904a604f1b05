"""The wheel installs and runs far from the checkout, and carries what it should and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = (
    "pyproject.toml",
    "setup.py",
    "MANIFEST.in",
    "README.md",
    "blocks",
    "presets",
    "designer",
    "resources",
)


def run(*command: str | Path, cwd: Path) -> str:
    """Standard output of a command that has to succeed. PYTHONPATH would lead back to the checkout."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [os.fspath(part) for part in command],
        cwd=cwd,
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"{command} gave {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: a build folder in the checkout could smuggle in files that are long gone."""
    source = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    target = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, source, cwd=target)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def clean_venv(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel, which sees the dependencies of this one but no editable install.

    Paths in a .pth file are searched last, and .pth files in them are not read: an editable install is one.
    """
    venv = tmp_path_factory.mktemp("clean") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=venv.parent)
    paths = sysconfig.get_paths(vars={"base": str(venv), "platbase": str(venv)})
    ours = {sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]}
    Path(paths["purelib"], "dependencies.pth").write_text("\n".join(sorted(ours)) + "\n", encoding="utf-8")
    python = Path(paths["scripts"], Path(sys.executable).name)
    run(
        *(sys.executable, "-m", "pip", "--python", python, "install"),
        *("--no-deps", "--no-index", "--force-reinstall", wheel),
        cwd=venv.parent,
    )
    return Path(paths["scripts"])


def test_wheel_carries_the_packages_and_resources_but_no_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    rooms = {PurePosixPath(name).parts[0] for name in names}
    assert {room for room in rooms if not room.endswith(".dist-info")} == {"blocks", "presets", "designer"}
    modules = {
        path.relative_to(ROOT).as_posix() for room in ("blocks", "presets", "designer") for path in (ROOT / room).rglob("*.py")
    }
    assert modules <= names, f"not in the wheel, is there an __init__.py: {sorted(modules - names)}"
    resources = {f"designer/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "resources").rglob("*") if path.is_file()}
    assert resources
    assert resources <= names
    assert {"presets/published.json", "blocks/py.typed", "presets/py.typed", "designer/py.typed"} <= names


def test_the_installed_program_runs_in_an_empty_folder(clean_venv: Path, tmp_path: Path) -> None:
    (script,) = clean_venv.glob("lightdesigner*")
    cost = json.loads(run(script, "cost", "mobilenet_v2", "--json", cwd=tmp_path))
    assert cost["params"] == 3_504_872
    assert list(tmp_path.iterdir()) == []


def test_the_installed_program_is_the_one_from_the_wheel(clean_venv: Path, tmp_path: Path) -> None:
    python = clean_venv / Path(sys.executable).name
    asked = "import blocks as b, presets as p, designer as d; print(*(m.__file__ for m in (b, p, d)), sep='\\n')"
    for found in run(python, "-c", asked, cwd=tmp_path).splitlines():
        assert Path(found).is_relative_to(clean_venv.parent)
