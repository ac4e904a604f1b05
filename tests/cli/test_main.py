"""The front door: exit codes, streams, what stands on the command line, and the program as a process of its own."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import designer.cli.cost
from designer.cli.main import main
from designer.version import __version__
from tests.cli.conftest import Tell
from tests.conftest import ROOT, RunCli

COMMANDS = ("presets", "blocks", "cost", "compare", "export", "check", "save")
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX system")


def start(*args: str, cwd: Path, env: dict[str, str], **rest: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "designer", *args],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        **rest,  # type: ignore[call-overload]
    )


# -- words ---------------------------------------------------------------------------------------------------------------------


def test_version(tell: Tell) -> None:
    assert tell("--version") == (0, f"lightdesigner {__version__}\n", "")


@pytest.mark.parametrize("args", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help_names_the_commands_or_the_options(tell: Tell, args: list[str]) -> None:
    told = tell(*args)
    assert (told.rc, told.stderr) == (0, "")
    assert told.stdout.startswith("usage: lightdesigner")
    assert "exit codes" in told.stdout
    for word in COMMANDS if len(args) == 1 else ():
        assert word in told.stdout


def test_help_of_each_command_has_every_option(tell: Tell) -> None:
    options = {
        "presets": ["--json"],
        "blocks": ["--json"],
        "cost": ["--by", "--dtype", "--json", "--csv", "--markdown", "--force"],
        "compare": ["--json", "--csv", "--markdown", "--force"],
        "export": [
            "--onnx",
            "--python",
            "--pt2",
            "--opset",
            "--dynamic-batch",
            "--keep-batch-norm",
            "--seed",
            "--no-check",
            "--force",
        ],
        "check": ["--max-params", "--max-macs", "--max-peak-memory", "--max-weights", "--dtype", "--json"],
        "save": ["--force"],
    }
    for command, wanted in options.items():
        text = tell(command, "--help").stdout
        assert [option for option in wanted if option not in text] == []


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["mobilenet_v2"],
        ["mobilenet_v2:width=0.5", "--theme", "dark"],
        ["mine.lightdesign"],
        ["--screenshot", "start.png", "--size", "1280x800"],
    ],
)
def test_without_a_command_the_window_opens_with_the_arguments(args: list[str]) -> None:
    asked: list[list[str]] = []

    def window(arguments: Sequence[str]) -> int:
        asked.append(list(arguments))
        return 7

    assert main(args, window) == 7
    assert asked == [args]


def test_where_there_is_no_window_a_command_is_asked_for(tell: Tell) -> None:
    told = tell("mobilenet_v2")
    assert (told.rc, told.stdout) == (2, "")
    assert "cost" in told.stderr


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["cots", "mobilenet_v2"], "Did you mean cost?"),
        (["preset"], "Did you mean presets?"),
        (["mobilnet_v2"], "Did you mean mobilenet_v2?"),
        (["--vresion"], "--vresion"),
        (["--json"], "--json"),
        (["presets", "extra"], "extra"),
        (["cost"], "DESIGN"),
    ],
)
def test_wrong_usage_gives_2_and_says_what_was_meant(tell: Tell, args: list[str], word: str) -> None:
    told = tell(*args)
    assert (told.rc, told.stdout) == (2, "")
    assert word in told.stderr


def test_a_command_wins_over_a_preset_of_its_name(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    from presets.preset import presets

    monkeypatch.setitem(presets(), "blocks", presets()["mobilenet_v2"])
    assert "conv2d" in tell("blocks").stdout
    assert tell("cost", "blocks", "--json").rc == 0


# -- what can go wrong anywhere --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "rc", "word"),
    [
        (KeyboardInterrupt(), 130, "Interrupted"),
        (MemoryError(), 2, "memory"),
        (OSError(28, "No space left on device", "x.csv"), 2, "x.csv: No space left on device."),
        (RuntimeError("surprise"), 2, "mistake in lightdesigner"),
    ],
)
def test_what_stops_a_command_gives_its_code_and_nothing_on_stdout(
    tell: Tell, monkeypatch: pytest.MonkeyPatch, error: BaseException, rc: int, word: str
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(designer.cli.cost, "analyse", stop)
    told = tell("cost", "mobilenet_v2")
    assert (told.rc, told.stdout) == (rc, "")
    assert word in told.stderr
    assert ("Traceback" in told.stderr) is (type(error) is RuntimeError)


@posix
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("args", [["cost", "mobilenet_v2"], ["presets", "--json"], ["--help"]])
def test_a_full_disk_behind_stdout_gives_2(tmp_path: Path, args: list[str], unbuffered: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        process = start(*args, cwd=tmp_path, stdout=full, env={"PYTHONUNBUFFERED": unbuffered})
        _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "standard output" in said
    assert "Traceback" not in said
    assert "Exception ignored" not in said


@posix
@pytest.mark.parametrize(("args", "unbuffered"), [(["blocks", "--json"], ""), (["cost", "mobilenet_v2"], "1"), (["--help"], "")])
def test_head_closes_the_pipe_quietly(tmp_path: Path, args: list[str], unbuffered: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        process = start(*args, cwd=tmp_path, stdout=writer, env={"PYTHONUNBUFFERED": unbuffered})
        _, said = process.communicate(timeout=60)
    finally:
        os.close(writer)
    assert (process.returncode, said) == (0, "")


@posix
@pytest.mark.parametrize("ending", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_ending_the_program_in_the_middle_gives_130_and_leaves_nothing(tmp_path: Path, ending: str) -> None:
    slow = "import designer.cli.export as e, time; e._write = lambda d, paths, *a: (paths['python'].write_text('half'), "
    slow += "print('ready', flush=True), time.sleep(60)); "
    run = "import sys; sys.argv = ['', 'export', 'alexnet', '--python', 'm.py']; "
    run += "from designer.__main__ import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", slow + run],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    assert list(tmp_path.iterdir()) != []
    process.send_signal(getattr(signal, ending))
    out, said = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "Interrupted" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@posix
@pytest.mark.parametrize(
    "args",
    [
        ["cost", "mobilenet_v2", "--by", "layer", "--csv", "out"],
        ["save", "mobilenet_v2", "out.lightdesign"],
        ["export", "mobilenet_v2", "--python", "out.py"],
    ],
)
def test_a_disk_that_takes_no_more_gives_2_and_leaves_nothing(tmp_path: Path, args: list[str]) -> None:
    limit = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); "
    done = subprocess.run(
        [sys.executable, "-P", "-c", limit + f"from designer.cli.main import main; sys.exit(main({args!r}))"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be written" in done.stderr
    assert args[-1] in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, a folder that nobody can write to")
@pytest.mark.parametrize("args", [["cost", "alexnet", "--csv"], ["save", "alexnet"], ["export", "alexnet", "--onnx"]])
def test_a_place_nobody_may_write_to_gives_2_at_once(tell: Tell, args: list[str]) -> None:
    told = tell(*args, "/proc/out.lightdesign")
    assert (told.rc, told.stdout) == (2, "")
    assert "/proc/out.lightdesign" in told.stderr
    assert "cannot be written" in told.stderr


# -- streams ---------------------------------------------------------------------------------------------------------------------


def test_a_pipe_gets_utf_8_whatever_the_system_says(run_cli: RunCli, tmp_path: Path) -> None:
    done = run_cli("save", "mobilenet_v2", "a.lightdesign")
    assert done.rc == 0
    file = tmp_path / "a.lightdesign"
    file.write_text(file.read_text(encoding="utf-8").replace('"mobilenet_v2",', '"轻量 é",', 1), encoding="utf-8")
    for encoding in ("cp1252", "ascii", "utf-16"):
        done = run_cli("cost", "a.lightdesign", "--json", env={"PYTHONIOENCODING": encoding})
        assert json.loads(done.stdout)["design"] == "轻量 é"


def test_half_a_character_does_not_stop_the_answer(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    from designer.cli.output import Answer, prepare_streams

    prepare_streams()
    answer = Answer()
    answer.json("half \ud800, whole 轻")
    answer.write()
    assert out.buffer.getvalue() == '"half ?, whole 轻"\n'.encode()  # type: ignore[attr-defined]


@posix
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_a_terminal_gets_a_table_that_fits(tmp_path: Path, columns: int) -> None:
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    env = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "designer", "cost", "mobilenet_v2"],
        cwd=tmp_path,
        env={**env, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    said = b""
    try:
        while chunk := os.read(ours, 65536):
            said += chunk
    except OSError:  # Linux says so when the other end is closed
        pass
    os.close(ours)
    assert process.stderr is not None
    complaints = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=60), complaints) == (0, b"")
    text = said.decode().replace("\r\n", "\n")
    assert "\x1b[1m" in text
    import re

    lines = re.sub(r"\x1b\[[0-9;]*m", "", text).split("\n")
    table = lines[2 : next(k for k, line in enumerate(lines) if line.startswith("Input (C x H x W)"))]
    assert max(map(len, table)) <= columns
    assert "3,504,872" in text
    assert "300,774,272" in text
    assert ("Activations" in "".join(table)) is (columns == 200)


# -- the whole process -----------------------------------------------------------------------------------------------------------


def test_the_process_answers_like_main(run_cli: RunCli, tell: Tell, tmp_path: Path) -> None:
    for args in (["cost", "mobilenet_v2"], ["check", "mobilenet_v2", "--max-params", "1M"], ["cost", "nothing"]):
        assert run_cli(*args) == tell(*args)
