"""An export from the window's side: what is in its place, what was asked, and that nothing else is left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from designer.app.export_job import ExportError, ExportJob, Written, obstacle
from designer.app.worker_client import WorkerClient
from designer.protocol import JOB_FOLDER, Export, Failed
from tests.app.test_worker_client import FAKE, wait
from tests.conftest import ROOT
from tests.designs import chain

OPTIONS = Export(kind="onnx", design="", file="")


class Heard:
    def __init__(self, job: ExportJob) -> None:
        self.ends: list[Written | Failed | None] = []
        self.in_the_way: list[tuple[Path, ...]] = []
        self.phases: list[object] = []
        job.progress.connect(self.phases.append)
        job.in_the_way.connect(self.in_the_way.append)
        job.written.connect(self.ends.append)
        job.failed.connect(self.ends.append)
        job.cancelled.connect(lambda: self.ends.append(None))

    def end(self) -> Written | Failed | None:
        wait(lambda: bool(self.ends))
        QCoreApplication.processEvents()
        assert len(self.ends) == 1
        return self.ends[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


Client = Callable[[str], WorkerClient]


@pytest.fixture
def client(home: Path, folder: Path) -> Iterator[Client]:
    """A client whose worker has a habit. At the end no job's folder is left beside the files."""
    made: list[WorkerClient] = []

    def make(habit: str) -> WorkerClient:
        made.append(WorkerClient(worker=[sys.executable, "-P", str(FAKE), habit], patience_ms=5_000))
        return made[-1]

    yield make
    for one in made:
        one.stop()
        one.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [path.name for path in folder.iterdir() if path.name.startswith(JOB_FOLDER)] == []


def begin(client: WorkerClient, target: Path, *over: Path) -> tuple[ExportJob, Heard]:
    job = ExportJob(client, target)
    heard = Heard(job)
    job.start(chain("relu"), OPTIONS, over=over)
    return job, heard


def test_a_finished_file_is_moved_to_its_place(client: Client, folder: Path) -> None:
    _, heard = begin(client("well"), folder / "m.onnx")
    end = heard.end()
    assert isinstance(end, Written)
    assert end.files == (folder / "m.onnx",)
    assert (folder / "m.onnx").read_text() == "new"
    assert heard.phases
    assert [path.name for path in folder.iterdir()] == ["m.onnx"]


def test_a_file_that_nobody_agreed_to_replace_stays_until_somebody_does(client: Client, folder: Path) -> None:
    target = folder / "m.onnx"
    target.write_text("old")
    job, heard = begin(client("well"), target)
    wait(lambda: bool(heard.in_the_way))
    assert heard.in_the_way == [(target,)]
    assert target.read_text() == "old"
    job.publish([target])
    assert isinstance(heard.end(), Written)
    assert target.read_text() == "new"


def test_a_file_that_appears_meanwhile_is_asked_about(client: Client, folder: Path) -> None:
    target = folder / "m.onnx"
    job, heard = begin(client("waits"), target)
    wait(lambda: bool(heard.phases))
    target.write_text("somebody else's")
    (folder / "go").touch()
    wait(lambda: bool(heard.in_the_way))
    job.cancel()
    assert heard.end() is None
    assert target.read_text() == "somebody else's"


def test_a_second_file_comes_along_and_is_asked_about_too(client: Client, folder: Path) -> None:
    target, data = folder / "m.onnx", folder / "m.onnx.data"
    target.write_text("old")
    data.write_text("old")
    job, heard = begin(client("two_files"), target, target)
    wait(lambda: bool(heard.in_the_way))
    assert heard.in_the_way == [(data,)]
    job.publish([data])
    end = heard.end()
    assert isinstance(end, Written)
    assert end.files == (target, data)
    assert target.read_text() == data.read_text() == "new"


def test_of_two_files_both_or_none_are_moved(client: Client, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, data = folder / "m.onnx", folder / "m.onnx.data"
    data.write_text("old")
    real = Path.replace

    def full(self: Path, to: Path) -> Path:
        if to == target:
            raise OSError(28, "No space left on device")
        return real(self, to)

    monkeypatch.setattr(Path, "replace", full)
    _, heard = begin(client("two_files"), target, data)
    end = heard.end()
    assert isinstance(end, Failed)
    assert "the disk is full" in end.sentence
    assert not target.exists()
    assert data.read_text() == "old"


def test_a_link_is_followed(client: Client, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    real = tmp_path / "elsewhere" / "real.onnx"
    real.write_text("old")
    (folder / "link.onnx").symlink_to(real)
    _, heard = begin(client("well"), folder / "link.onnx", folder / "link.onnx")
    assert isinstance(heard.end(), Written)
    assert real.read_text() == "new"
    assert (folder / "link.onnx").is_symlink()


@pytest.mark.parametrize("habit", ["crash", "killed", "garbage", "exits"])
def test_a_worker_that_dies_leaves_nothing_behind(client: Client, folder: Path, habit: str) -> None:
    target = folder / "m.onnx"
    target.write_text("old")
    _, heard = begin(client(habit), target, target)
    end = heard.end()
    assert isinstance(end, Failed)
    assert target.read_text() == "old"
    assert [path.name for path in folder.iterdir()] == ["m.onnx"]


def test_the_sentence_of_a_refusal_names_the_file_a_person_knows(client: Client, folder: Path) -> None:
    _, heard = begin(client("refuses"), folder / "m.onnx")
    end = heard.end()
    assert isinstance(end, Failed)
    assert end.sentence == f"conv1: '{folder / 'm.onnx'}' cannot be written."


def test_cancelling_leaves_nothing_behind(client: Client, folder: Path) -> None:
    job, heard = begin(client("hang"), folder / "m.onnx")
    wait(lambda: bool(heard.phases))
    job.cancel()
    assert heard.end() is None
    assert list(folder.iterdir()) == []


def test_the_end_of_the_program_leaves_nothing_behind(client: Client, folder: Path) -> None:
    worker = client("hang")
    _, heard = begin(worker, folder / "m.onnx")
    wait(lambda: bool(heard.phases))
    worker.stop()
    assert heard.end() is None
    assert list(folder.iterdir()) == []


def test_what_cannot_be_a_target_is_a_sentence(folder: Path) -> None:
    assert obstacle(folder / "m.onnx") == ""
    assert "is a folder" in obstacle(folder)
    assert "There is no folder" in obstacle(folder / "no" / "m.onnx")
    (folder / "file").touch()
    assert "There is no folder" in obstacle(folder / "file" / "m.onnx")
    assert "zero byte" in obstacle(folder / "a\0b")
    assert "name is too long" in obstacle(folder / ("n" * 300))
    if os.name == "posix":
        assert "no ordinary file" in obstacle(Path("/dev/null"))


def test_a_target_that_is_no_good_is_refused_before_any_work(client: Client, folder: Path) -> None:
    job = ExportJob(client("well"), folder / "no" / "m.onnx")
    with pytest.raises(ExportError, match="There is no folder"):
        job.start(chain("relu"), OPTIONS)


WHOLE = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from designer.app.export_job import ExportJob
from designer.app.worker_client import WorkerClient
from designer.catalogue import load
from designer.protocol import Export
app = QCoreApplication([])
client = WorkerClient()
ends = []
def end(what):
    ends.append(what)
    app.exit(0)
for kind, name in (("onnx", "m.onnx"), ("python", "m.py"), ("pt2", "m.pt2")):
    job = ExportJob(client, Path(name))
    job.written.connect(end)
    job.failed.connect(end)
    job.start(load("example_mobilenet_blocks"), Export(kind=kind, design="", file=""))
    app.exec()
    report = ends[-1].report
    assert report.ok and report.checks, report
client.stop()
print(sorted({name.partition(".")[0] for name in sys.modules} & {"torch", "onnx", "onnxruntime", "onnxscript", "safetensors"}))
"""


def test_a_whole_export_brings_no_torch_into_the_window(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", WHOLE],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.onnx", "m.pt2", "m.py"]
