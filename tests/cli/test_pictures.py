"""`lightdesigner export --svg --png --pdf`."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QImage

import designer
from designer.graph.design import ROOT
from designer.graph.edits import SetLabel
from tests.cli.conftest import Tell
from tests.conftest import RunCli

# A letter that our fonts lack makes an application for Qt's fonts where there is none; in this process it has to be pytest-qt's.
pytestmark = pytest.mark.usefixtures("qapp")


def test_all_three_at_once_and_what_is_said(tell: Tell, tmp_path: Path) -> None:
    told = tell("export", "mobilenet_v2", "--svg", "m.svg", "--png", "m.png", "--pdf", "m.pdf", "--fold", "--scale", "1")
    assert (told.rc, told.stderr) == (0, "")
    assert {path.name for path in tmp_path.iterdir()} == {"m.svg", "m.png", "m.pdf"}
    for title, file in (("SVG picture", "m.svg"), ("PNG picture", "m.png"), ("PDF picture", "m.pdf")):
        assert any(line.startswith(title) and file in line for line in told.stdout.splitlines())
    root = ElementTree.parse(tmp_path / "m.svg").getroot()
    assert root.find("{http://www.w3.org/2000/svg}title").text == "MobileNet V2"  # type: ignore[union-attr]
    assert QImage(str(tmp_path / "m.png")).width() == round(float(root.get("width", "")))
    assert (tmp_path / "m.pdf").read_bytes().startswith(b"%PDF-")


def test_a_picture_loads_no_torch_and_an_svg_no_qt(run_cli: RunCli, tmp_path: Path) -> None:
    code = (
        "import sys; from designer.cli.main import main; "
        "assert main(['export', 'resnet18', '--svg', 'r.svg', '--pdf', 'r.pdf']) == 0; "
        "assert not {'torch', 'PySide6', 'onnx', 'numpy'} & set(sys.modules), sorted(sys.modules); "
        "assert main(['export', 'resnet18', '--png', 'r.png']) == 0; assert 'PySide6.QtWidgets' not in sys.modules"
    )
    import os
    import subprocess
    import sys

    env = {name: value for name, value in os.environ.items() if name not in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")}
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={**env, "PYTHONPATH": str(root)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert QImage(str(tmp_path / "r.png")).width() > 100


def test_files_that_exist_stay_unless_forced(tell: Tell, tmp_path: Path) -> None:
    (tmp_path / "m.svg").write_text("mine")
    told = tell("export", "mobilenet_v2", "--svg", "m.svg", "--pdf", "m.pdf")
    assert (told.rc, told.stdout) == (2, "")
    assert "'m.svg' exists already" in told.stderr
    assert (tmp_path / "m.svg").read_text() == "mine"
    assert not (tmp_path / "m.pdf").exists()
    assert tell("export", "mobilenet_v2", "--svg", "m.svg", "--force").rc == 0
    assert (tmp_path / "m.svg").read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--fold"], "export needs a file to write"),
        (["--python", "m.py", "--fold"], "about pictures"),
        (["--python", "m.py", "--theme", "dark"], "about pictures"),
        (["--svg", "m.svg", "--scale", "2"], "about PNG"),
        (["--png", "m.png", "--scale", "9"], "from 0.25 to 8, but got '9'"),
        (["--png", "m.png", "--theme", "pink"], "invalid choice: 'pink'"),
        (["--svg", "m.svg", "--columns", "0"], "1 column or more"),
        (["--svg", "nowhere/m.svg"], "nowhere"),
        (["--svg", "m.svg", "--pdf", "m.svg"], "name of its own"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_writes_nothing(tell: Tell, tmp_path: Path, args: list[str], said: str) -> None:
    told = tell("export", "mobilenet_v2", *args)
    assert (told.rc, told.stdout) == (2, "")
    assert said in told.stderr
    assert not list(tmp_path.iterdir())


def test_an_invalid_design_is_not_drawn(tell: Tell, tmp_path: Path) -> None:
    design = designer.load("mobilenet_v2")
    design.root.remove_edge(next(edge for edge in design.root.edges() if edge.target == "output"))
    designer.save(design, tmp_path / "m.lightdesign")
    told = tell("export", "m.lightdesign", "--svg", "m.svg")
    assert told.rc == 1
    assert not (tmp_path / "m.svg").exists()


def test_a_document_is_drawn_as_it_was_arranged_and_letters_without_a_font_are_named(tell: Tell, tmp_path: Path) -> None:
    design = designer.load("example_mobilenet_blocks")
    for k, node_id in enumerate(design.root):
        design.positions.setdefault(ROOT, {})[node_id] = (400.0 * k, 0.0)
    SetLabel(node=next(iter(design.root)), label="\U0010fffd").apply(design)  # nobody's letters
    designer.save(design, tmp_path / "m.lightdesign")
    told = tell("export", "m.lightdesign", "--svg", "m.svg", "--pdf", "m.pdf")
    assert told.rc == 0
    assert "note: no font here has " in told.stderr
    assert "10fffd" in told.stderr
    wide = ElementTree.parse(tmp_path / "m.svg").getroot()
    assert float(wide.get("width", "")) > 400 * (len(design.root) - 1)
    assert tell("export", "m.lightdesign", "--svg", "n.svg", "--columns", "1").rc == 0
    assert float(ElementTree.parse(tmp_path / "n.svg").getroot().get("width", "")) < float(wide.get("width", ""))
