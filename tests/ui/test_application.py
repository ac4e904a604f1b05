"""The program as a process: what it opens, the picture it takes, what it refuses, and that it ends when it is told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from designer.catalogue import load
from designer.document.files import save
from tests.conftest import ROOT, RunCli

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX system")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("design", [[], ["squeezenet1_1:classes=10"]], ids=["start page", "design"])
def test_a_picture_has_the_size_and_theme_asked_for(run_cli: RunCli, tmp_path: Path, design: list[str], theme: str) -> None:
    done = run_cli(*design, "--screenshot", "shot.png", "--size", "1400x900", "--theme", theme)
    assert (done.rc, done.stdout, done.stderr) == (0, "", "")
    image = QImage(str(tmp_path / "shot.png"))
    assert (image.width(), image.height()) == (1400, 900)
    spots = [image.pixelColor(x, y) for x in range(0, 1400, 7) for y in range(0, 900, 7)]
    lightness = sum(color.lightnessF() for color in spots) / len(spots)
    assert lightness < 0.25 if theme == "dark" else lightness > 0.75
    assert len({color.rgb() for color in spots}) > 20, "there is nothing on the picture"
    assert [path.name for path in tmp_path.iterdir()] == ["shot.png"]


def test_a_picture_shows_a_file_as_well(run_cli: RunCli, tmp_path: Path) -> None:
    save(load("squeezenet1_1"), tmp_path / "mine.lightdesign")
    assert run_cli("mine.lightdesign", "--screenshot", "a.png").rc == 0
    assert run_cli("squeezenet1_1", "--screenshot", "b.png").rc == 0
    assert (QImage(str(tmp_path / "a.png")).width(), QImage(str(tmp_path / "a.png")).height()) == (1280, 800)


def test_a_picture_is_written_over_only_when_told(run_cli: RunCli, tmp_path: Path) -> None:
    shot = tmp_path / "shot.png"
    shot.write_bytes(b"mine")
    refused = run_cli("--screenshot", "shot.png")
    assert (refused.rc, shot.read_bytes()) == (2, b"mine")
    assert "--force" in refused.stderr
    assert run_cli("--screenshot", "shot.png", "--force").rc == 0
    assert not QImage(str(shot)).isNull()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["mobilnet_v2", "--screenshot", "a.png"], "Did you mean mobilenet_v2?"),
        (["none.lightdesign", "--screenshot", "a.png"], "none.lightdesign"),
        (["bad.lightdesign", "--screenshot", "a.png"], "bad.lightdesign"),
        (["--screenshot", "a.jpeg"], ".png"),
        (["--screenshot", "no/such/folder/a.png"], "cannot be written"),
        (["--screenshot", "a.png", "--size", "huge"], "1280x800"),
        (["--screenshot", "a.png", "--size", "10x10"], "1280x800"),
        (["--screenshot", "a.png", "--theme", "pink"], "light"),
        (["--size", "1280x800"], "--screenshot"),
        (["mobilenet_v2", "extra", "--screenshot", "a.png"], "extra"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(run_cli: RunCli, tmp_path: Path, args: list[str], words: str) -> None:
    (tmp_path / "bad.lightdesign").write_text("{", encoding="utf-8")
    done = run_cli(*args)
    assert (done.rc, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.png"))


@posix
def test_without_a_display_the_window_says_so_and_a_picture_needs_none(run_cli: RunCli, tmp_path: Path) -> None:
    nowhere = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    done = run_cli(env=nowhere)
    if sys.platform == "linux":
        assert done.rc == 2
        assert "no display" in done.stderr
        assert run_cli("--screenshot", "shot.png", env=nowhere).rc == 0


@posix
@pytest.mark.parametrize("polite", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_when_it_is_told_to(tmp_path: Path, polite: signal.Signals) -> None:
    home = tmp_path / "home"
    window = subprocess.Popen(
        [sys.executable, "-P", "-m", "designer", "squeezenet1_1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LIGHTDESIGNER_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        come_to_rest(window)
        assert window.poll() is None, window.stderr.read() if window.stderr else ""
        window.send_signal(polite)
        assert window.wait(60) == 130
        assert window.stderr is not None
        assert window.stderr.read() == ""
    finally:
        window.kill()
        window.wait()
        if window.stderr is not None:
            window.stderr.close()


def come_to_rest(window: subprocess.Popen[str]) -> None:
    """Wait until its event loop is idle: nothing happens in Python by itself any more."""
    if sys.platform != "linux":
        time.sleep(3)
        return
    end, spent, still = time.monotonic() + 60, -1, 0
    while window.poll() is None and time.monotonic() < end and still < 5:
        time.sleep(0.1)
        before, (asleep, spent) = spent, state_of(window.pid)
        still = still + 1 if asleep and spent == before else 0


def state_of(pid: int) -> tuple[bool, int]:
    """Whether a process catches SIGTERM and waits for something (on a busy machine one that waits for its turn does not), and
    what it has used of the processor."""
    caught = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigCgt:"))
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    handles = bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
    return handles and fields[0] == "S", int(fields[11]) + int(fields[12])


def test_the_window_never_loads_torch_and_the_start_page_no_network(tmp_path: Path) -> None:
    def loaded(*args: str) -> set[str]:
        done = subprocess.run(
            [sys.executable, "-P", "-X", "importtime", "-m", "designer", *args, "--screenshot", "shot.png", "--force"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=True,
        )
        return {line.split("|")[-1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}

    heavy = {"torch", "onnx", "onnxruntime", "onnxscript", "safetensors", "pyqtgraph", "numpy"}
    names = loaded("googlenet")
    assert not names & heavy
    assert not [name for name in names if name.startswith(("designer.compile", "designer.measure", "designer.worker."))]
    names = loaded()
    assert "designer.ui.welcome" in names
    assert not names & {*heavy, "networkx"}
